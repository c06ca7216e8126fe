/* SPDX-License-Identifier: Apache-2.0 */
/* Admission once for all Pods that are alike.
 *
 * A stamp is a Pod as the API server stores it, without a name; the Pods of a ReplicaSet
 * share one, those of a StatefulSet one an ordinal, those of a DaemonSet one a node. Its
 * parts live as long as the world, so that Pods are copies of one struct, and what depends
 * on the class of a Pod is found by address.
 *
 * Stamps fall when the template changes, or what admission looks at.
 */
#include "simulator/engine/stamps.h"

#include "mullion/text/json_write.h"
#include "simulator/engine/admission.h"
#include "simulator/engine/controllers/controller.h"

#include <stdlib.h>
#include <string.h>

/* ---- pieces */

static int by_key(const void *a, const void *b)
{
    return strcmp(((const mn_label *)a)->key, ((const mn_label *)b)->key);
}

mn_labels mn_labels_with(mn_arena *arena, const mn_labels *labels, const mn_label *more,
                         size_t count)
{
    mn_label *items = MN_ARENA_NEW(arena, mn_label, labels->count + count);
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        items[n++] = more[i];
    for (size_t i = 0; i < labels->count; i++) {
        bool hidden = false;
        for (size_t j = 0; j < count; j++)
            hidden = hidden || strcmp(more[j].key, labels->items[i].key) == 0;
        if (!hidden)
            items[n++] = labels->items[i];
    }
    if (n > 1)
        qsort(items, n, sizeof *items, by_key);
    return (mn_labels){.items = items, .count = n};
}

mn_owner_references mn_owned_by(mn_arena *arena, const char *api_version, const char *kind,
                                const char *name)
{
    mn_owner_reference *owner = MN_ARENA_NEW(arena, mn_owner_reference, 1);
    *owner = (mn_owner_reference){
        .api_version = api_version, .kind = kind, .name = name, .controller = true};
    return (mn_owner_references){.items = owner, .count = 1};
}

mn_pod *mn_stamp_pod(mn_arena *arena, const mn_world_workload *workload, const mn_label *labels,
                     size_t count)
{
    const mn_pod_template *template = workload->templ;
    mn_pod *pod = MN_ARENA_NEW(arena, mn_pod, 1);
    pod->meta.namespace_ = workload->namespace_;
    pod->meta.annotations = template->meta.annotations;
    pod->meta.labels = mn_labels_with(arena, &template->meta.labels, labels, count);
    pod->meta.origin = workload->object->meta.origin;
    pod->spec = template->spec;
    return pod;
}

const char *mn_template_fingerprint(mn_world *world, const mn_pod_template *template)
{
    g_auto(mn_json_writer) json;
    g_autoptr(mn_arena) arena = mn_arena_new();
    mn_pod_template plain = *template;
    mn_label *labels = MN_ARENA_NEW(arena, mn_label, plain.meta.labels.count);
    size_t count = 0;
    for (size_t i = 0; i < plain.meta.labels.count; i++) {
        if (strcmp(plain.meta.labels.items[i].key, "pod-template-hash") != 0)
            labels[count++] = plain.meta.labels.items[i];
    }
    plain.meta.labels = (mn_labels){.items = labels, .count = count};
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_encode(&json, &mn_pod_template_shape, &plain);
    const mn_str text = mn_json_writer_text(&json);
    g_autofree char *sum =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)text.ptr, text.len);
    return mn_world_text(world, sum);
}

/* ---- stamps */

void mn_stamps_forget(mn_world_workload *workload)
{
    g_hash_table_remove_all(workload->stamps);
}

const mn_pod *mn_world_admit(mn_world *world, mn_arena *arena, const mn_pod *pod,
                             const char **rejection)
{
    return mn_admit_under(arena, world->objects, world->scenario->strategy, pod, rejection);
}

static const mn_pod *admit(mn_world *world, mn_arena *arena, const mn_world_workload *workload,
                           const mn_stamp_request *request, const char **rejection)
{
    mn_pod *pod = request->make(arena, workload, request->key);
    pod->meta.name = request->name;
    pod->meta.generate_name = request->generate_name;
    return mn_world_admit(world, arena, pod, rejection);
}

/* Tried in passing first: what is refused is refused again and again. */
const mn_pod *mn_stamp_get(mn_world *world, mn_world_workload *workload,
                           const mn_stamp_request *request, const char **rejection)
{
    if (workload->stamps_version != world->admission_changes)
        mn_stamps_forget(workload);
    workload->stamps_version = world->admission_changes;
    const mn_pod *known = g_hash_table_lookup(workload->stamps, request->key);
    if (known != NULL)
        return known;
    if (admit(world, world->scratch, workload, request, rejection) == NULL)
        return NULL;
    const mn_pod *stored = admit(world, world->arena, workload, request, rejection);
    g_assert(stored != NULL);
    mn_pod *stamp = MN_ARENA_NEW(world->arena, mn_pod, 1);
    *stamp = *stored;
    stamp->meta.name = NULL;
    stamp->meta.generate_name = mn_world_text(world, request->generate_name);
    (void)mn_cache_class_of(world->cache, stamp);
    g_hash_table_insert(
        workload->stamps, (gpointer)(uintptr_t)mn_world_text(world, request->key), stamp);
    return stamp;
}

const mn_pod *mn_stamp_refused(mn_world *world, mn_world_workload *workload,
                               const mn_stamp_request *request)
{
    static const char refused[] = " refused";
    const mn_pod *known = g_hash_table_lookup(workload->stamps, refused);
    if (known != NULL)
        return known;
    mn_pod *pod = request->make(world->arena, workload, request->key);
    g_hash_table_insert(workload->stamps, (gpointer)(uintptr_t)refused, pod);
    return pod;
}
