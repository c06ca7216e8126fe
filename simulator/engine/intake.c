/* SPDX-License-Identifier: Apache-2.0 */
/* From the objects of a scenario to a world that nothing has happened in.
 *
 * Owners are found through ownerReferences. A dump of Pods alone has no ReplicaSets; then the
 * label pod-template-hash tells which part of the owner's name is the Deployment's.
 */
#include "simulator/engine/controllers/controller.h"
#include "simulator/engine/engine.h"
#include "simulator/engine/release.h"

#include <string.h>

/* What a Pod or workload belongs to in the end. */
typedef struct root {
    const char *kind, *namespace_, *name;
} root;

typedef struct intake {
    mn_world *world;
    GHashTable *given; /* "Kind namespace/name" -> mn_workload, the last one of that name */
    size_t nameless;
} intake;

static char *key_of(const char *kind, const char *ns, const char *name)
{
    return g_strdup_printf("%s %s/%s", kind, ns, name);
}

static const mn_workload *find_given(const intake *in, const root *of)
{
    g_autofree char *key = key_of(of->kind, of->namespace_, of->name);
    return g_hash_table_lookup(in->given, key);
}

/* "web-5d8c6f7b9" with the label 5d8c6f7b9 is Deployment web. */
static const char *deployment_name(mn_arena *arena, const mn_meta *pod, const char *replica_set)
{
    const char *hash = mn_labels_find(&pod->labels, "pod-template-hash");
    const size_t len = strlen(replica_set), tail = hash == NULL ? 0 : strlen(hash) + 1;
    if (tail < 2 || len <= tail || replica_set[len - tail] != '-' ||
        strcmp(replica_set + len - tail + 1, hash) != 0)
        return NULL;
    return mn_arena_strndup(arena, replica_set, len - tail);
}

/* One step up; false at the top. */
static bool climb(const intake *in, const mn_meta *pod, root *at)
{
    const mn_workload *workload = find_given(in, at);
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
    const char *name = deployment_name(in->world->arena, pod, at->name);
    if (name == NULL)
        return false;
    at->kind = "Deployment";
    at->name = name;
    return true;
}

/* Mirror Pods are "owned" by their node; a few steps are enough for every real chain. */
static root root_of(const intake *in, const mn_meta *meta, const char *kind, const char *name,
                    bool is_pod)
{
    root at = {.kind = kind, .namespace_ = mn_meta_namespace(meta), .name = name};
    const mn_owner_reference *owner = mn_meta_controller(meta);
    if (owner == NULL || owner->kind == NULL || owner->name == NULL ||
        strcmp(owner->kind, "Node") == 0)
        return at;
    at.kind = owner->kind;
    at.name = owner->name;
    for (int steps = 0; steps < 4 && climb(in, is_pod ? meta : NULL, &at); steps++)
        continue;
    return at;
}

/* ---- workloads */

/* A Job may leave its name to the API server, as hooks of Helm charts do. */
static const char *name_of(intake *in, const mn_meta *meta)
{
    if (meta->name != NULL && *meta->name != '\0')
        return meta->name;
    return mn_arena_printf(
        in->world->arena, "%s%05zu", meta->generate_name, in->world->workloads->len + in->nameless);
}

static const mn_workload *named(intake *in, const mn_workload *object)
{
    if (object->meta.name != NULL && *object->meta.name != '\0')
        return object;
    mn_workload *copy = MN_ARENA_NEW(in->world->arena, mn_workload, 1);
    *copy = *object;
    copy->meta.name = name_of(in, &object->meta);
    return copy;
}

static bool has_owner_here(const intake *in, const mn_workload *object, root *top)
{
    const char *kind = mn_workload_kind_name(object->kind);
    *top = root_of(in, &object->meta, kind, object->meta.name, false);
    return strcmp(top->kind, kind) != 0 && find_given(in, top) != NULL;
}

/* Those that nobody here owns. */
static bool enter_tops(intake *in, GError **error)
{
    const GPtrArray *workloads = in->world->scenario->objects->workloads;
    for (guint i = 0; i < workloads->len; i++) {
        const mn_workload *object = named(in, workloads->pdata[i]);
        root top;
        if (!has_owner_here(in, object, &top) && !mn_world_put_workload(in->world, object, error))
            return false;
    }
    return true;
}

/* A ReplicaSet in use is of its Deployment's template, whatever defaults the API server
 * filled in. */
static void enter_child(intake *in, const mn_workload *object, const root *top)
{
    mn_world *world = in->world;
    const char *kind = mn_workload_kind_name(object->kind);
    mn_world_workload *owner = mn_world_find_workload(world, top->kind, top->namespace_, top->name);
    if (owner == NULL || owner->owner != NULL ||
        mn_world_find_workload(world, kind, top->namespace_, object->meta.name) != NULL)
        return;
    mn_world_workload *child = mn_workload_adopt(world, owner, object);
    child->rng = owner->rng;
    if (object->kind != MN_WORKLOAD_REPLICA_SET)
        return;
    child->replicas = mn_controller_replicas(object);
    child->fingerprint = mn_template_fingerprint(world, &object->spec.template);
    if (child->replicas == 0)
        return;
    for (guint i = 0; i < owner->children->len; i++) {
        mn_world_workload *other = owner->children->pdata[i];
        if (other->fingerprint == owner->fingerprint)
            other->fingerprint = mn_template_fingerprint(world, other->templ);
    }
    child->fingerprint = owner->fingerprint;
}

static void enter_children(intake *in)
{
    const GPtrArray *workloads = in->world->scenario->objects->workloads;
    for (guint i = 0; i < workloads->len; i++) {
        const mn_workload *object = workloads->pdata[i];
        root top;
        if (object->meta.name != NULL && has_owner_here(in, object, &top))
            enter_child(in, object, &top);
    }
}

/* ---- Pods */

static bool has_ended(const mn_pod *pod)
{
    const char *phase = pod->status.phase;
    return phase != NULL && (strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Failed") == 0);
}

/* Where a DaemonSet's Pod belongs: its node, or the one it is pinned to and waits for. */
static const char *node_of(const mn_pod *pod)
{
    if (mn_pod_is_assigned(pod))
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

/* Who made the Pod, as far as it is here: its ReplicaSet rather than its Deployment. */
static mn_world_workload *maker_of(intake *in, const mn_pod *pod, const root *top)
{
    mn_world *world = in->world;
    const mn_owner_reference *owner = mn_meta_controller(&pod->meta);
    mn_world_workload *direct =
        mn_world_find_workload(world, owner->kind, top->namespace_, owner->name);
    if (direct != NULL)
        return direct;
    mn_world_workload *known = mn_world_find_workload(world, top->kind, top->namespace_, top->name);
    if (known == NULL || known->object == NULL) {
        known = mn_workload_enter(world, top->kind, top->namespace_, top->name);
        known->controller = &mn_orphan_controller;
        return known;
    }
    if (known->object->kind != MN_WORKLOAD_DEPLOYMENT)
        return known;
    return mn_deployment_make_set(
        world, known, owner->name, mn_labels_find(&pod->meta.labels, "pod-template-hash"));
}

static void enter_pod(intake *in, const mn_pod *pod)
{
    mn_world *world = in->world;
    if (has_ended(pod)) {
        world->finished_pods++;
        return;
    }
    if (pod->meta.name == NULL) {
        mn_pod *copy = MN_ARENA_NEW(world->arena, mn_pod, 1);
        *copy = *pod;
        copy->meta.name = name_of(in, &pod->meta);
        in->nameless++;
        pod = copy;
    }
    const root top = root_of(in, &pod->meta, "Pod", pod->meta.name, true);
    if (mn_world_find_pod(world, top.namespace_, pod->meta.name) != NULL)
        return;
    if (strcmp(top.kind, "Pod") == 0) {
        mn_pod_enter_own(world, pod);
        return;
    }
    mn_world_workload *maker = maker_of(in, pod, &top);
    const bool daemon = maker->object != NULL && maker->object->kind == MN_WORKLOAD_DAEMON_SET;
    const bool set = maker->owner != NULL && maker->object != NULL &&
                     maker->object->kind == MN_WORKLOAD_REPLICA_SET;
    if (*mn_workload_top(maker)->origin == '\0' && pod->meta.origin != NULL)
        mn_workload_top(maker)->origin = pod->meta.origin;
    mn_pod_store(
        world, mn_slot_new(world, maker), pod, pod->meta.name, daemon ? node_of(pod) : NULL, true);
    maker->started = true;
    const root direct = {maker->kind, maker->namespace_, maker->name};
    if (set && find_given(in, &direct) == NULL)
        maker->replicas = (int64_t)maker->pod_count;
}

/* ---- the whole */

static bool check_pods(const mn_objects *objects, GError **error)
{
    if (objects->pods->len <= MN_RUN_MAX_PODS)
        return true;
    g_set_error(error,
                MN_ERROR,
                MN_ERROR_LIMIT,
                "%u Pods: more than %d",
                objects->pods->len,
                MN_RUN_MAX_PODS);
    return false;
}

static void enter_others(mn_world *world)
{
    const mn_objects *objects = world->objects;
    for (guint i = 0; i < objects->namespaces->len; i++)
        mn_cache_add_namespace(world->cache, objects->namespaces->pdata[i]);
    for (guint i = 0; i < objects->services->len; i++)
        mn_cache_add_service(world->cache, objects->services->pdata[i]);
    for (guint i = 0; i < objects->disruption_budgets->len; i++)
        mn_cache_add_disruption_budget(world->cache, objects->disruption_budgets->pdata[i]);
}

/* Before the controllers have their turn. */
static void create_own(mn_world *world)
{
    for (guint i = 0; i < world->workloads->len; i++) {
        mn_world_workload *workload = world->workloads->pdata[i];
        if (workload->own == NULL || mn_release_blocks(world, workload))
            continue;
        workload->started = true;
        mn_pod_create_own(world, workload);
    }
}

bool mn_world_take_in(mn_world *world, GError **error)
{
    const mn_objects *objects = world->scenario->objects;
    g_autoptr(GHashTable) given = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    intake in = {.world = world, .given = given};
    if (!check_pods(objects, error))
        return false;
    for (guint i = 0; i < objects->nodes->len; i++)
        mn_world_put_node(world, objects->nodes->pdata[i]);
    enter_others(world);
    for (guint i = 0; i < objects->workloads->len; i++) {
        mn_workload *w = objects->workloads->pdata[i];
        if (w->meta.name != NULL)
            g_hash_table_replace(
                given,
                key_of(mn_workload_kind_name(w->kind), mn_meta_namespace(&w->meta), w->meta.name),
                w);
    }
    if (!enter_tops(&in, error))
        return false;
    enter_children(&in);
    for (guint i = 0; i < objects->pods->len; i++)
        enter_pod(&in, objects->pods->pdata[i]);
    create_own(world);
    return true;
}
