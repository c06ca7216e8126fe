/* SPDX-License-Identifier: Apache-2.0 */
/* Owners are found through ownerReferences. A dump of Pods alone has no ReplicaSets; then the
 * label pod-template-hash tells which part of the owner's name is the Deployment's. */
#include "simulator/engine/owners.h"

#include "simulator/engine/engine.h"

#include <string.h>

typedef struct registry {
    mn_plan *plan;
    const mn_objects *objects;
    GHashTable *workloads; /* "Kind namespace/name" -> mn_workload */
    GHashTable *entries;   /* the same -> index in the plan + 1 */
} registry;

/* What a Pod or workload belongs to in the end. */
typedef struct root {
    const char *kind, *namespace_, *name;
} root;

static char *key_of(const char *kind, const char *ns, const char *name)
{
    return g_strdup_printf("%s %s/%s", kind, ns, name);
}

static const mn_workload *find_workload(const registry *r, const root *of)
{
    g_autofree char *key = key_of(of->kind, of->namespace_, of->name);
    return g_hash_table_lookup(r->workloads, key);
}

/* "web-5d8c6f7b9" with the label 5d8c6f7b9 is Deployment web. */
static const char *deployment_name(mn_arena *arena, const mn_meta *pod, const char *replica_set)
{
    const char *hash = mn_labels_find(&pod->labels, "pod-template-hash");
    size_t len = strlen(replica_set), tail = hash == NULL ? 0 : strlen(hash) + 1;
    if (tail < 2 || len <= tail || replica_set[len - tail] != '-' ||
        strcmp(replica_set + len - tail + 1, hash) != 0)
        return NULL;
    return mn_arena_strndup(arena, replica_set, len - tail);
}

/* One step up; false at the top. */
static bool climb(const registry *r, const mn_meta *pod, root *at)
{
    const mn_workload *workload = find_workload(r, at);
    if (workload != NULL) {
        const mn_owner_reference *owner = mn_meta_controller(&workload->meta);
        if (owner == NULL || owner->kind == NULL || owner->name == NULL)
            return false;
        at->kind = owner->kind;
        at->name = owner->name;
        return true;
    }
    if (pod == NULL || strcmp(at->kind, "ReplicaSet") != 0)
        return false;
    const char *name = deployment_name(r->plan->arena, pod, at->name);
    if (name == NULL)
        return false;
    at->kind = "Deployment";
    at->name = name;
    return true;
}

/* Mirror Pods are "owned" by their node; a few steps are enough for every real chain. */
static root root_of(const registry *r, const mn_meta *meta, const char *kind, const char *name,
                    bool is_pod)
{
    root at = {.kind = kind, .namespace_ = mn_meta_namespace(meta), .name = name};
    const mn_owner_reference *owner = mn_meta_controller(meta);
    if (owner == NULL || owner->kind == NULL || owner->name == NULL ||
        strcmp(owner->kind, "Node") == 0)
        return at;
    at.kind = owner->kind;
    at.name = owner->name;
    for (int steps = 0; steps < 4 && climb(r, is_pod ? meta : NULL, &at); steps++)
        continue;
    return at;
}

static size_t enter(registry *r, const root *of, const mn_workload *object, const char *origin)
{
    char *key = key_of(of->kind, of->namespace_, of->name);
    size_t known = GPOINTER_TO_SIZE(g_hash_table_lookup(r->entries, key));
    if (known > 0) {
        g_free(key);
        return known - 1;
    }
    const mn_plan_workload entry = {
        .kind = of->kind,
        .namespace_ = of->namespace_,
        .name = of->name,
        .origin = origin == NULL ? "" : origin,
        .remark = "",
        .object = object,
        .templ = object == NULL ? NULL : &object->spec.template,
    };
    g_array_append_val(r->plan->workloads, entry);
    g_hash_table_insert(r->entries, key, GSIZE_TO_POINTER((gsize)r->plan->workloads->len));
    return r->plan->workloads->len - 1;
}

/* A Job may leave its name to the API server, as hooks of Helm charts do. */
static const char *name_of(mn_arena *arena, const mn_meta *meta, size_t ordinal)
{
    if (meta->name != NULL && *meta->name != '\0')
        return meta->name;
    return mn_arena_printf(arena, "%s%05zu", meta->generate_name, ordinal);
}

static void enter_workload(registry *r, const mn_workload *workload)
{
    const char *kind = mn_workload_kind_name(workload->kind);
    const char *name = name_of(r->plan->arena, &workload->meta, r->plan->workloads->len);
    const root own = {.kind = kind, .namespace_ = mn_meta_namespace(&workload->meta), .name = name};
    root top = root_of(r, &workload->meta, kind, name, false);
    /* Its owner is here and makes the Pods. */
    if (strcmp(top.kind, kind) != 0 && find_workload(r, &top) != NULL)
        return;
    enter(r, &own, workload, workload->meta.origin);
}

static bool has_ended(const mn_pod *pod)
{
    const char *phase = pod->status.phase;
    return phase != NULL && (strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Failed") == 0);
}

static void enter_pod(registry *r, const mn_pod *pod)
{
    mn_plan *plan = r->plan;
    if (has_ended(pod)) {
        plan->finished++;
        return;
    }
    const char *name = name_of(plan->arena, &pod->meta, plan->pods->len);
    if (pod->meta.name == NULL) {
        mn_pod *named = MN_ARENA_NEW(plan->arena, mn_pod, 1);
        *named = *pod;
        named->meta.name = name;
        pod = named;
    }
    root top = root_of(r, &pod->meta, "Pod", name, true);
    mn_plan_pod entry = {.pod = pod, .exists = pod->meta.uid != NULL};
    entry.workload = enter(r, &top, NULL, pod->meta.origin);
    g_array_index(plan->workloads, mn_plan_workload, entry.workload).existing++;
    g_array_append_val(plan->pods, entry);
    g_hash_table_add(plan->names,
                     g_strdup_printf("%s/%s", mn_meta_namespace(&pod->meta), pod->meta.name));
}

bool mn_owners_take(mn_plan *plan, const mn_objects *objects, GError **error)
{
    if (objects->pods->len > MN_RUN_MAX_PODS) {
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_LIMIT,
                    "%u Pods: more than %d",
                    objects->pods->len,
                    MN_RUN_MAX_PODS);
        return false;
    }
    g_autoptr(GHashTable) workloads = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GHashTable) entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    registry r = {.plan = plan, .objects = objects, .workloads = workloads, .entries = entries};
    for (guint i = 0; i < objects->workloads->len; i++) {
        mn_workload *w = objects->workloads->pdata[i];
        if (w->meta.name != NULL)
            g_hash_table_replace(
                workloads,
                key_of(mn_workload_kind_name(w->kind), mn_meta_namespace(&w->meta), w->meta.name),
                w);
    }
    for (guint i = 0; i < objects->workloads->len; i++)
        enter_workload(&r, objects->workloads->pdata[i]);
    for (guint i = 0; i < objects->pods->len; i++)
        enter_pod(&r, objects->pods->pdata[i]);
    return true;
}

const mn_workload *mn_owners_replica_set_of(const mn_objects *objects,
                                            const mn_workload *deployment)
{
    const mn_workload *found = NULL;
    for (guint i = 0; i < objects->workloads->len; i++) {
        const mn_workload *set = objects->workloads->pdata[i];
        const mn_owner_reference *owner = mn_meta_controller(&set->meta);
        if (set->kind == MN_WORKLOAD_REPLICA_SET && owner != NULL &&
            g_strcmp0(owner->kind, "Deployment") == 0 &&
            g_strcmp0(owner->name, deployment->meta.name) == 0 &&
            strcmp(mn_meta_namespace(&set->meta), mn_meta_namespace(&deployment->meta)) == 0 &&
            (!set->spec.replicas.set || set->spec.replicas.value > 0))
            found = set;
    }
    return found;
}

/* Where a DaemonSet's Pod belongs: its node, or the one it is pinned to and waits for. */
static const char *node_of(const mn_pod *pod)
{
    if (pod->spec.node_name != NULL && *pod->spec.node_name != '\0')
        return pod->spec.node_name;
    const mn_affinity *affinity = pod->spec.affinity;
    if (affinity == NULL || affinity->node == NULL || affinity->node->required == NULL)
        return NULL;
    const mn_node_selector_terms *terms = &affinity->node->required->terms;
    if (terms->count == 0 || terms->items[0].match_fields.count == 0 ||
        terms->items[0].match_fields.items[0].values.count == 0)
        return NULL;
    return terms->items[0].match_fields.items[0].values.items[0];
}

GHashTable *mn_owners_nodes_of(const mn_plan *plan, size_t workload)
{
    GHashTable *nodes = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < plan->pods->len; i++) {
        const mn_plan_pod *entry = &g_array_index(plan->pods, mn_plan_pod, i);
        const char *node = entry->workload == workload ? node_of(entry->pod) : NULL;
        if (node != NULL)
            g_hash_table_add(nodes, (gpointer)(uintptr_t)node);
    }
    return nodes;
}
