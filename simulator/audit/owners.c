/* SPDX-License-Identifier: Apache-2.0 */
/* In a dump a Deployment comes with its ReplicaSets and their Pods: what is wrong with it is
 * to be said once. Where only the Pods are there, the first stands for all of its owner.
 */
#include "simulator/audit/check.h"

#include <string.h>

#define MIRROR "kubernetes.io/config.mirror"

struct mn_owners {
    mn_arena *arena;
    GHashTable *workloads; /* key -> mn_workload: all that are there */
    GHashTable *pods;      /* key -> GPtrArray of mn_pod */
    GHashTable *on_nodes;  /* name of a node -> GPtrArray of mn_pod */
    GHashTable *standing;  /* keys that a Pod stands for */
};

typedef struct owner {
    const char *kind, *name; /* NULL: nobody */
} owner;

static const char *key_of(mn_arena *arena, const char *kind, const mn_meta *meta, const char *name)
{
    return mn_arena_printf(arena, "%s/%s/%s", kind, mn_meta_namespace(meta), name);
}

static gpointer find(const mn_owners *owners, const mn_meta *meta, owner who)
{
    return g_hash_table_lookup(owners->workloads, key_of(owners->arena, who.kind, meta, who.name));
}

/* A ReplicaSet's name ends in the hash that its Pods have as a label. */
static owner deployment_of(const mn_owners *owners, const mn_meta *meta, owner replica_set)
{
    const char *hash = mn_labels_find(&meta->labels, "pod-template-hash");
    if (hash == NULL || strcmp(replica_set.kind, "ReplicaSet") != 0)
        return replica_set;
    const char *suffix = mn_arena_printf(owners->arena, "-%s", hash);
    if (!g_str_has_suffix(replica_set.name, suffix))
        return replica_set;
    return (owner){
        .kind = "Deployment",
        .name = mn_arena_strndup(
            owners->arena, replica_set.name, strlen(replica_set.name) - strlen(suffix)),
    };
}

static owner owner_of(const mn_meta *meta)
{
    const mn_owner_reference *reference = mn_meta_controller(meta);
    if (reference == NULL || reference->kind == NULL || reference->name == NULL)
        return (owner){0};
    return (owner){.kind = reference->kind, .name = reference->name};
}

/* The owner's owner where there is one: Deployment, CronJob. */
static owner top_owner(const mn_owners *owners, const mn_meta *meta)
{
    owner who = owner_of(meta);
    if (who.kind == NULL)
        return who;
    const mn_workload *workload = find(owners, meta, who);
    if (workload == NULL)
        return deployment_of(owners, meta, who);
    owner above = owner_of(&workload->meta);
    return above.kind != NULL && find(owners, meta, above) != NULL ? above : who;
}

static const char *pod_key(const mn_owners *owners, const mn_pod *pod)
{
    owner who = top_owner(owners, &pod->meta);
    const char *own = pod->meta.name != NULL ? pod->meta.name : pod->meta.generate_name;
    return who.kind == NULL ? key_of(owners->arena, "Pod", &pod->meta, own)
                            : key_of(owners->arena, who.kind, &pod->meta, who.name);
}

static bool has_ended(const mn_pod *pod)
{
    return g_strcmp0(pod->status.phase, "Succeeded") == 0 ||
           g_strcmp0(pod->status.phase, "Failed") == 0;
}

static void add_to(GHashTable *lists, const char *key, const mn_pod *pod)
{
    GPtrArray *all = g_hash_table_lookup(lists, key);
    if (all == NULL) {
        all = g_ptr_array_new();
        g_hash_table_insert(lists, (gpointer)(uintptr_t)key, all);
    }
    g_ptr_array_add(all, (gpointer)(uintptr_t)pod);
}

static void add_pod(mn_owners *owners, const mn_pod *pod)
{
    add_to(owners->pods, pod_key(owners, pod), pod);
    if (pod->spec.node_name != NULL)
        add_to(owners->on_nodes, pod->spec.node_name, pod);
}

static void list_free(gpointer list)
{
    g_ptr_array_unref(list);
}

static GHashTable *lists_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, NULL, list_free);
}

mn_owners *mn_owners_new(mn_arena *arena, const mn_audit_input *input)
{
    mn_owners *owners = g_new0(mn_owners, 1);
    owners->arena = arena;
    owners->workloads = g_hash_table_new(g_str_hash, g_str_equal);
    owners->standing = g_hash_table_new(g_str_hash, g_str_equal);
    owners->pods = lists_new();
    owners->on_nodes = lists_new();
    const GPtrArray *workloads = input->objects->workloads, *pods = input->objects->pods;
    for (guint i = 0; i < workloads->len; i++) {
        const mn_workload *workload = workloads->pdata[i];
        const char *kind = mn_workload_kind_name(workload->kind), *name = workload->meta.name;
        g_hash_table_insert(owners->workloads,
                            (gpointer)(uintptr_t)key_of(arena, kind, &workload->meta, name),
                            workloads->pdata[i]);
    }
    for (guint i = 0; i < pods->len; i++) {
        if (!has_ended(pods->pdata[i]))
            add_pod(owners, pods->pdata[i]);
    }
    return owners;
}

void mn_owners_free(mn_owners *owners)
{
    if (owners == NULL)
        return;
    g_hash_table_unref(owners->workloads);
    g_hash_table_unref(owners->pods);
    g_hash_table_unref(owners->on_nodes);
    g_hash_table_unref(owners->standing);
    g_free(owners);
}

static bool pod_stands(mn_owners *owners, mn_audit_object *object)
{
    const mn_pod *pod = object->pod;
    if (has_ended(pod) || mn_labels_find(&pod->meta.annotations, MIRROR) != NULL)
        return false;
    owner who = top_owner(owners, &pod->meta);
    if (who.kind == NULL)
        return true;
    const char *key = pod_key(owners, pod);
    if (g_hash_table_contains(owners->workloads, key) ||
        !g_hash_table_add(owners->standing, (gpointer)(uintptr_t)key))
        return false;
    object->owner_kind = who.kind;
    object->owner_name = who.name;
    return true;
}

bool mn_owners_stands(mn_owners *owners, mn_audit_object *object)
{
    if (object->pod != NULL)
        return pod_stands(owners, object);
    if (object->workload == NULL)
        return false;
    owner above = owner_of(object->meta);
    return above.kind == NULL || find(owners, object->meta, above) == NULL;
}

const GPtrArray *mn_owners_pods(const mn_owners *owners, const mn_audit_object *object)
{
    const char *key =
        key_of(owners->arena, mn_object_kind(object), object->meta, mn_object_name(object));
    return g_hash_table_lookup(owners->pods, key);
}

const GPtrArray *mn_owners_pods_on(const mn_owners *owners, const char *node)
{
    return g_hash_table_lookup(owners->on_nodes, node);
}
