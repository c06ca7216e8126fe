/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds that are taken in: one row each. */
#include "mullion/model/objects.h"

#include "core/model/shapes.h"

#include <string.h>

/* The group alone decides, so that batch/v1beta1 and a future v2 are read as v1 is:
 * what scheduling looks at has not changed between versions. */
typedef struct kind_row {
    const char *group, *kind;
    size_t array;          /* offset in mn_objects */
    const mn_shape *shape; /* NULL: a workload */
    mn_workload_kind workload;
} kind_row;

#define SHAPED(group_name, kind_name, member, object_shape)                                \
    {                                                                                      \
        .group = (group_name), .kind = (kind_name), .array = offsetof(mn_objects, member), \
        .shape = &(object_shape)                                                           \
    }
#define WORKLOAD(group_name, kind_name, workload_kind)                                        \
    {                                                                                         \
        .group = (group_name), .kind = (kind_name), .array = offsetof(mn_objects, workloads), \
        .workload = (workload_kind)                                                           \
    }

static const kind_row rows[] = {
    SHAPED("", "Namespace", namespaces, mn_namespace_shape),
    SHAPED("", "Node", nodes, mn_node_shape),
    SHAPED("", "Pod", pods, mn_pod_shape),
    SHAPED("", "Service", services, mn_service_shape),
    SHAPED("node.k8s.io", "RuntimeClass", runtime_classes, mn_runtime_class_shape),
    SHAPED("policy", "PodDisruptionBudget", disruption_budgets, mn_disruption_budget_shape),
    SHAPED("scheduling.k8s.io", "PriorityClass", priority_classes, mn_priority_class_shape),
    WORKLOAD("", "ReplicationController", MN_WORKLOAD_REPLICATION_CONTROLLER),
    WORKLOAD("apps", "DaemonSet", MN_WORKLOAD_DAEMON_SET),
    WORKLOAD("apps", "Deployment", MN_WORKLOAD_DEPLOYMENT),
    WORKLOAD("apps", "ReplicaSet", MN_WORKLOAD_REPLICA_SET),
    WORKLOAD("apps", "StatefulSet", MN_WORKLOAD_STATEFUL_SET),
    WORKLOAD("batch", "CronJob", MN_WORKLOAD_CRON_JOB),
    WORKLOAD("batch", "Job", MN_WORKLOAD_JOB),
    WORKLOAD("extensions", "DaemonSet", MN_WORKLOAD_DAEMON_SET),
    WORKLOAD("extensions", "Deployment", MN_WORKLOAD_DEPLOYMENT),
    WORKLOAD("extensions", "ReplicaSet", MN_WORKLOAD_REPLICA_SET),
};

/* Every array of mn_objects, for making and freeing them. */
static const size_t arrays[] = {
    offsetof(mn_objects, nodes),
    offsetof(mn_objects, pods),
    offsetof(mn_objects, workloads),
    offsetof(mn_objects, services),
    offsetof(mn_objects, namespaces),
    offsetof(mn_objects, runtime_classes),
    offsetof(mn_objects, priority_classes),
    offsetof(mn_objects, disruption_budgets),
};

static GPtrArray **array_at(mn_objects *objects, size_t offset)
{
    return (GPtrArray **)(gpointer)((char *)objects + offset);
}

mn_objects *mn_objects_new(void)
{
    mn_objects *objects = g_new0(mn_objects, 1);
    objects->arena = mn_arena_new();
    for (size_t i = 0; i < G_N_ELEMENTS(arrays); i++)
        *array_at(objects, arrays[i]) = g_ptr_array_new();
    objects->ignored = g_array_new(FALSE, TRUE, sizeof(mn_ignored_kind));
    return objects;
}

static void append_all(GPtrArray *out, const GPtrArray *in)
{
    for (guint i = 0; i < in->len; i++)
        g_ptr_array_add(out, in->pdata[i]);
}

mn_objects *mn_objects_share(const mn_objects *objects)
{
    mn_objects *copy = mn_objects_new();
    append_all(copy->nodes, objects->nodes);
    append_all(copy->pods, objects->pods);
    append_all(copy->workloads, objects->workloads);
    append_all(copy->services, objects->services);
    append_all(copy->namespaces, objects->namespaces);
    append_all(copy->runtime_classes, objects->runtime_classes);
    append_all(copy->priority_classes, objects->priority_classes);
    append_all(copy->disruption_budgets, objects->disruption_budgets);
    for (guint i = 0; i < objects->ignored->len; i++)
        g_array_append_val(copy->ignored, g_array_index(objects->ignored, mn_ignored_kind, i));
    return copy;
}

void mn_objects_free(mn_objects *objects)
{
    if (objects == NULL)
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(arrays); i++)
        g_ptr_array_unref(*array_at(objects, arrays[i]));
    g_array_unref(objects->ignored);
    mn_arena_free(objects->arena);
    g_free(objects);
}

static const kind_row *find_row(const char *api_version, const char *kind)
{
    const char *slash = strchr(api_version, '/');
    size_t group_len = slash == NULL ? 0 : (size_t)(slash - api_version);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (strlen(rows[i].group) == group_len &&
            strncmp(rows[i].group, api_version, group_len) == 0 && strcmp(rows[i].kind, kind) == 0)
            return &rows[i];
    }
    return NULL;
}

static void count_ignored(mn_objects *objects, const char *api_version, const char *kind)
{
    for (guint i = 0; i < objects->ignored->len; i++) {
        mn_ignored_kind *known = &g_array_index(objects->ignored, mn_ignored_kind, i);
        if (strcmp(known->kind, kind) == 0 && strcmp(known->api_version, api_version) == 0) {
            known->count++;
            return;
        }
    }
    const mn_ignored_kind fresh = {
        .api_version = mn_arena_strdup(objects->arena, api_version),
        .kind = mn_arena_strdup(objects->arena, kind),
        .count = 1,
    };
    g_array_append_val(objects->ignored, fresh);
}

static bool read_type(const mn_at *root, const char *key, const char **out, GError **error)
{
    mn_at member = mn_at_member(root, key);
    if (!mn_read_string(&member, out, error))
        return false;
    return **out != '\0' ||
           mn_at_error(root,
                       MN_ERROR_SCHEMA,
                       error,
                       "required field \"%s\" is missing: is this a Kubernetes object?",
                       key);
}

/* Every struct that a row makes begins with its mn_meta. */
static mn_meta *decode_row(mn_arena *arena, const kind_row *row, const mn_at *at, GError **error)
{
    size_t size = row->shape == NULL ? sizeof(mn_workload) : row->shape->size;
    void *object = mn_arena_alloc(arena, 1, size);
    bool ok = row->shape == NULL ? mn_workload_fill(arena, row->workload, at, object, error)
                                 : mn_decode(arena, row->shape, at, object, error);
    return ok ? object : NULL;
}

/* One copy a source: objects of a file share the name. */
static const char *origin_of(mn_objects *objects, const mn_document *document)
{
    const char *name = document->source->name;
    if (objects->last_origin == NULL || strcmp(objects->last_origin, name) != 0)
        objects->last_origin = mn_arena_strdup(objects->arena, name);
    return objects->last_origin;
}

bool mn_objects_add_at(mn_objects *objects, const mn_at *at, GError **error)
{
    const mn_document *document = at->document;
    bool is_root = at->parent == NULL;
    const char *api_version = is_root ? document->item.api_version : "";
    const char *kind = is_root ? document->item.kind : "";
    if (!read_type(at, "apiVersion", &api_version, error) || !read_type(at, "kind", &kind, error))
        return false;
    const kind_row *row = find_row(api_version, kind);
    if (row == NULL) {
        count_ignored(objects, api_version, kind);
        return true;
    }
    mn_meta *object = decode_row(objects->arena, row, at, error);
    if (object == NULL)
        return false;
    object->origin = origin_of(objects, document);
    g_ptr_array_add(*array_at(objects, row->array), object);
    return true;
}

bool mn_objects_add(mn_objects *objects, const mn_document *document, GError **error)
{
    mn_at root = mn_at_root(document);
    return mn_objects_add_at(objects, &root, error);
}

static bool add_each(const mn_document *document, gpointer data, GError **error)
{
    return mn_objects_add(data, document, error);
}

bool mn_objects_load(mn_objects *objects, const mn_source *source, const mn_document_limits *limits,
                     GError **error)
{
    return mn_document_each(source, limits, add_each, objects, error);
}

static const void *find_named(const GPtrArray *array, const char *name)
{
    for (guint i = 0; i < array->len; i++) {
        const mn_meta *meta = array->pdata[i];
        if (strcmp(meta->name, name) == 0)
            return meta;
    }
    return NULL;
}

const mn_runtime_class *mn_objects_find_runtime_class(const mn_objects *objects, const char *name)
{
    return find_named(objects->runtime_classes, name);
}

const mn_priority_class *mn_objects_find_priority_class(const mn_objects *objects, const char *name)
{
    return find_named(objects->priority_classes, name);
}
