/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/conform/case.h"

#include "mullion/model/objects.h"
#include "mullion/text/decode.h"

#include <jansson.h>

enum { MAX_DEPTH = 128, MAX_OBJECTS = 200000 };

void conform_case_free(conform_case *c)
{
    if (c == NULL)
        return;
    mn_cache_free(c->cache);
    mn_arena_free(c->arena);
    g_free(c);
}

/* ------------------------------------------------------------------ objects */

typedef bool (*take_fn)(conform_case *c, const mn_at *at, GError **error);

static bool take_node(conform_case *c, const mn_at *at, GError **error)
{
    const mn_node *node = mn_node_decode(c->arena, at, error);
    if (node == NULL)
        return false;
    mn_cache_add_node(c->cache, node);
    return true;
}

/* A missing uid is "namespace/name", as the recordings have it. */
static const mn_pod *decode_pod(conform_case *c, const mn_at *at, GError **error)
{
    const mn_pod *read = mn_pod_decode(c->arena, at, error);
    if (read == NULL || read->meta.uid != NULL)
        return read;
    mn_pod *pod = MN_ARENA_NEW(c->arena, mn_pod, 1);
    *pod = *read;
    pod->meta.uid =
        mn_arena_printf(c->arena, "%s/%s", mn_meta_namespace(&pod->meta), pod->meta.name);
    return pod;
}

static bool take_pod(conform_case *c, const mn_at *at, GError **error)
{
    const mn_pod *pod = decode_pod(c, at, error);
    if (pod == NULL)
        return false;
    c->pods.items[c->pods.count++] = pod;
    return true;
}

static bool take_nominated(conform_case *c, const mn_at *at, GError **error)
{
    const mn_pod *pod = decode_pod(c, at, error);
    if (pod == NULL)
        return false;
    if (pod->status.nominated_node_name != NULL)
        mn_cache_nominate(c->cache, pod, pod->status.nominated_node_name);
    return true;
}

static bool take_namespace(conform_case *c, const mn_at *at, GError **error)
{
    mn_namespace *object = MN_ARENA_NEW(c->arena, mn_namespace, 1);
    if (!mn_decode(c->arena, &mn_namespace_shape, at, object, error))
        return false;
    mn_cache_add_namespace(c->cache, object);
    return true;
}

static bool take_service(conform_case *c, const mn_at *at, GError **error)
{
    mn_service *object = MN_ARENA_NEW(c->arena, mn_service, 1);
    if (!mn_decode(c->arena, &mn_service_shape, at, object, error))
        return false;
    mn_cache_add_service(c->cache, object);
    return true;
}

static bool take_budget(conform_case *c, const mn_at *at, GError **error)
{
    mn_disruption_budget *object = MN_ARENA_NEW(c->arena, mn_disruption_budget, 1);
    if (!mn_decode(c->arena, &mn_disruption_budget_shape, at, object, error))
        return false;
    mn_cache_add_disruption_budget(c->cache, object);
    return true;
}

/* Recorded controllers are no more than a name and a selector. */
static const mn_field by_selector_fields[] = {
    MN_FIELD_OF(mn_workload_spec, selector, "selector", MN_FIELD_OBJECT_PTR,
                mn_label_selector_shape),
};
static const mn_shape by_selector_shape =
    MN_SHAPE(mn_workload_spec, "controller spec", by_selector_fields);
static const mn_field by_map_fields[] = {
    MN_FIELD(mn_workload_spec, selector_map, "selector", MN_FIELD_STRING_MAP),
};
static const mn_shape by_map_shape = MN_SHAPE(mn_workload_spec, "controller spec", by_map_fields);

static const mn_field controller_fields[] = {
    MN_FIELD_OF(mn_workload, meta, "metadata", MN_FIELD_OBJECT, mn_meta_shape),
    MN_FIELD_OF(mn_workload, spec, "spec", MN_FIELD_OBJECT, by_selector_shape),
};
static const mn_shape controller_shape = MN_SHAPE(mn_workload, "controller", controller_fields);
static const mn_field replication_fields[] = {
    MN_FIELD_OF(mn_workload, meta, "metadata", MN_FIELD_OBJECT, mn_meta_shape),
    MN_FIELD_OF(mn_workload, spec, "spec", MN_FIELD_OBJECT, by_map_shape),
};
static const mn_shape replication_shape =
    MN_SHAPE(mn_workload, "ReplicationController", replication_fields);

static bool take_workload(conform_case *c, mn_workload_kind kind, const mn_at *at, GError **error)
{
    mn_workload *object = MN_ARENA_NEW(c->arena, mn_workload, 1);
    const mn_shape *shape =
        kind == MN_WORKLOAD_REPLICATION_CONTROLLER ? &replication_shape : &controller_shape;
    if (!mn_decode(c->arena, shape, at, object, error))
        return false;
    object->kind = kind;
    mn_cache_add_workload(c->cache, object);
    return true;
}

static bool take_controller(conform_case *c, const mn_at *at, GError **error)
{
    return take_workload(c, MN_WORKLOAD_REPLICATION_CONTROLLER, at, error);
}

static bool take_replica_set(conform_case *c, const mn_at *at, GError **error)
{
    return take_workload(c, MN_WORKLOAD_REPLICA_SET, at, error);
}

static bool take_stateful_set(conform_case *c, const mn_at *at, GError **error)
{
    return take_workload(c, MN_WORKLOAD_STATEFUL_SET, at, error);
}

static const struct list {
    const char *key;
    take_fn take;
} lists[] = {
    {"nodes", take_node},
    {"namespaces", take_namespace},
    {"services", take_service},
    {"replicationControllers", take_controller},
    {"replicaSets", take_replica_set},
    {"statefulSets", take_stateful_set},
    {"podDisruptionBudgets", take_budget},
    {"pods", take_pod},
    {"nominated", take_nominated},
};

static bool take_lists(conform_case *c, const mn_at *root, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
        const mn_at list = mn_at_member(root, lists[i].key);
        const size_t count = mn_at_count(&list);
        if (mn_at_is_there(&list) && !mn_read_is_array(&list, error))
            return false;
        if (count > MAX_OBJECTS)
            return mn_at_error(
                &list, MN_ERROR_LIMIT, error, "at most %d, found %zu", MAX_OBJECTS, count);
        if (lists[i].take == take_pod)
            c->pods.items = MN_ARENA_NEW(c->arena, const mn_pod *, count);
        for (size_t j = 0; j < count; j++) {
            const mn_at element = mn_at_element(&list, j);
            if (!lists[i].take(c, &element, error))
                return false;
        }
    }
    return true;
}

/* ------------------------------------------------------------------ the case */

/* Where neither profile nor file nor case names a percentage, all nodes are scored. */
static bool take_profile(conform_case *c, const mn_at *root, GError **error)
{
    const mn_at at = mn_at_member(root, "config");
    const mn_at percentage_at = mn_at_member(root, "percentageOfNodesToScore");
    mn_profile *profile = MN_ARENA_NEW(c->arena, mn_profile, 1);
    *profile = *mn_profile_default(c->arena);
    if (mn_at_is_there(&at)) {
        const mn_scheduler_config *config = mn_scheduler_config_decode(c->arena, &at, error);
        if (config == NULL)
            return false;
        *profile = config->profiles.items[0];
    }
    int64_t percentage = profile->percentage_is_set ? profile->percentage_of_nodes_to_score : 100;
    if (!mn_read_int(&percentage_at, 0, 100, &percentage, error))
        return false;
    profile->percentage_of_nodes_to_score = (int32_t)percentage;
    c->profile = profile;
    return true;
}

static bool take_all(conform_case *c, const mn_at *root, GError **error)
{
    const mn_at name = mn_at_member(root, "name"), group = mn_at_member(root, "group");
    const mn_at pod = mn_at_member(root, "pod"), preemption = mn_at_member(root, "preemption");
    const char *name_text = "", *group_text = "";
    if (!mn_read_is_object(root, error) || !mn_read_string(&name, &name_text, error) ||
        !mn_read_string(&group, &group_text, error) ||
        !mn_read_bool(&preemption, &c->preemption, error) || !take_lists(c, root, error) ||
        !take_profile(c, root, error))
        return false;
    c->name = mn_arena_strdup(c->arena, name_text);
    c->group = mn_arena_strdup(c->arena, group_text);
    if (!mn_at_is_there(&pod))
        return true;
    c->pod = decode_pod(c, &pod, error);
    for (size_t i = 0; i < c->pods.count; i++) {
        const mn_pod *existing = c->pods.items[i];
        if (existing->spec.node_name != NULL)
            mn_cache_add_pod(c->cache, existing, existing->spec.node_name);
    }
    return c->pod != NULL;
}

conform_case *conform_case_new(mn_str line, GError **error)
{
    json_t *tree = mn_document_load_json(line.ptr, line.len, MAX_DEPTH, error);
    if (tree == NULL)
        return NULL;
    g_autoptr(conform_case) c = g_new0(conform_case, 1);
    c->arena = mn_arena_new();
    c->cache = mn_cache_new();
    const mn_at root = mn_at_tree(tree);
    const bool done = take_all(c, &root, error);
    json_decref(tree);
    return done ? g_steal_pointer(&c) : NULL;
}
