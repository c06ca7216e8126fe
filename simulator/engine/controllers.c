/* SPDX-License-Identifier: Apache-2.0 */
/* One function a kind of workload, found by table.
 *
 * What the scenario brought along counts: a Deployment of three with two Pods in the dump
 * makes one more. A Job that exists already has made its Pods.
 */
#include "simulator/engine/controllers.h"

#include "simulator/engine/engine.h"
#include "simulator/engine/owners.h"
#include "simulator/engine/pod_names.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Making the Pods of one workload. */
typedef struct task {
    mn_plan *plan;
    const mn_scenario *scenario;
    size_t index; /* of the workload in the plan */
    const mn_workload *object;
    mn_rng rng;
} task;

/* ---- pieces of a Pod */

static int by_key(const void *a, const void *b)
{
    return strcmp(((const mn_label *)a)->key, ((const mn_label *)b)->key);
}

static mn_labels with_labels(mn_arena *arena, const mn_labels *labels, const mn_label *more,
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

static mn_owner_references owned_by(mn_arena *arena, const char *api_version, const char *kind,
                                    const char *name)
{
    mn_owner_reference *owner = MN_ARENA_NEW(arena, mn_owner_reference, 1);
    *owner = (mn_owner_reference){
        .api_version = api_version, .kind = kind, .name = name, .controller = true};
    return (mn_owner_references){.items = owner, .count = 1};
}

/* A Pod of the template, still without a name. */
static mn_pod *pod_of(const task *t, const mn_label *labels, size_t label_count)
{
    const mn_pod_template *template = &t->object->spec.template;
    mn_pod *pod = MN_ARENA_NEW(t->plan->arena, mn_pod, 1);
    pod->meta.namespace_ = mn_meta_namespace(&t->object->meta);
    pod->meta.annotations = template->meta.annotations;
    pod->meta.labels = with_labels(t->plan->arena, &template->meta.labels, labels, label_count);
    pod->meta.origin = t->object->meta.origin;
    pod->spec = template->spec;
    return pod;
}

static bool take_name(mn_plan *plan, const char *ns, const char *name)
{
    return g_hash_table_add(plan->names, g_strdup_printf("%s/%s", ns, name));
}

static void append(const task *t, const mn_pod *pod)
{
    const mn_plan_pod entry = {.pod = pod, .workload = t->index};
    g_array_append_val(t->plan->pods, entry);
}

/* The API server tries again when a name is taken. */
static void append_generated(task *t, mn_pod *pod, const char *prefix)
{
    pod->meta.generate_name = prefix;
    do {
        pod->meta.name = mn_generated_name(t->plan->arena, &t->rng, prefix);
    } while (!take_name(t->plan, pod->meta.namespace_, pod->meta.name));
    append(t, pod);
}

static mn_plan_workload *entry_of(const task *t)
{
    return &g_array_index(t->plan->workloads, mn_plan_workload, t->index);
}

/* How many are missing; a remark when none was ever wanted. */
static int64_t missing(const task *t, int64_t wanted, const char *none)
{
    mn_plan_workload *entry = entry_of(t);
    if (wanted <= 0 && entry->existing == 0)
        entry->remark = none;
    return MAX(0, wanted - (int64_t)entry->existing);
}

static bool check_total(const task *t, int64_t more, GError **error)
{
    if (more <= MN_RUN_MAX_PODS - (int64_t)t->plan->pods->len)
        return true;
    const mn_plan_workload *entry = entry_of(t);
    g_set_error(error,
                MN_ERROR,
                MN_ERROR_LIMIT,
                "%s %s/%s asks for %" PRId64 " Pods: more than %d in all",
                entry->kind,
                entry->namespace_,
                entry->name,
                more,
                MN_RUN_MAX_PODS);
    return false;
}

static int64_t replicas_of(const mn_workload *object)
{
    return object->spec.replicas.set ? object->spec.replicas.value : 1;
}

/* ---- ReplicaSet, ReplicationController, Deployment */

static bool make_replicas(task *t, const mn_owner_references *owners, const char *prefix,
                          const char *hash, GError **error)
{
    int64_t count = missing(t, replicas_of(t->object), "replicas: 0");
    if (!check_total(t, count, error))
        return false;
    const mn_label label = {.key = "pod-template-hash", .value = hash};
    for (int64_t i = 0; i < count; i++) {
        mn_pod *pod = pod_of(t, &label, hash == NULL ? 0 : 1);
        pod->meta.owners = *owners;
        append_generated(t, pod, prefix);
    }
    return true;
}

static const char *dashed(const task *t, const char *name)
{
    return mn_arena_printf(t->plan->arena, "%s-", name);
}

static bool expand_replica_set(task *t, GError **error)
{
    const char *name = t->object->meta.name;
    bool set = t->object->kind == MN_WORKLOAD_REPLICA_SET;
    const mn_owner_references owners = owned_by(
        t->plan->arena, set ? "apps/v1" : "v1", mn_workload_kind_name(t->object->kind), name);
    return make_replicas(t, &owners, dashed(t, name), NULL, error);
}

/* The ReplicaSet behind a Deployment: plugins find the Pods' selector through it. */
static const mn_workload *make_replica_set(const task *t, const char *name, const char *hash)
{
    mn_arena *arena = t->plan->arena;
    const mn_label label = {.key = "pod-template-hash", .value = hash};
    mn_workload *set = MN_ARENA_NEW(arena, mn_workload, 1);
    *set = *t->object;
    set->kind = MN_WORKLOAD_REPLICA_SET;
    set->meta.name = name;
    set->meta.uid = NULL;
    set->meta.owners = owned_by(arena, "apps/v1", "Deployment", t->object->meta.name);
    if (set->spec.selector != NULL) {
        mn_label_selector *selector = MN_ARENA_NEW(arena, mn_label_selector, 1);
        *selector = *set->spec.selector;
        selector->match_labels = with_labels(arena, &selector->match_labels, &label, 1);
        set->spec.selector = selector;
    }
    g_ptr_array_add(t->plan->made, set);
    return set;
}

static bool expand_deployment(task *t, GError **error)
{
    const mn_meta *meta = &t->object->meta;
    const char *hash = NULL, *name = NULL;
    const mn_workload *current = mn_owners_replica_set_of(t->scenario->objects, t->object);
    if (current != NULL) {
        name = current->meta.name;
        hash = mn_labels_find(&current->spec.template.meta.labels, "pod-template-hash");
    } else {
        g_autofree char *key =
            g_strdup_printf("Deployment %s/%s", mn_meta_namespace(meta), meta->name);
        hash = mn_template_hash(t->plan->arena, t->plan->seed, key);
        name = mn_arena_printf(t->plan->arena, "%s-%s", meta->name, hash);
        make_replica_set(t, name, hash);
    }
    const mn_owner_references owners = owned_by(t->plan->arena, "apps/v1", "ReplicaSet", name);
    return make_replicas(t, &owners, dashed(t, name), hash, error);
}

/* ---- StatefulSet */

static bool expand_stateful_set(task *t, GError **error)
{
    mn_arena *arena = t->plan->arena;
    const char *set = t->object->meta.name;
    int64_t wanted = replicas_of(t->object);
    if (!check_total(t, missing(t, wanted, "replicas: 0"), error))
        return false;
    for (int64_t i = 0; i < wanted; i++) {
        const char *ordinal = mn_arena_printf(arena, "%" PRId64, i);
        const char *name = mn_arena_printf(arena, "%s-%s", set, ordinal);
        if (!take_name(t->plan, mn_meta_namespace(&t->object->meta), name))
            continue;
        const mn_label labels[] = {
            {"apps.kubernetes.io/pod-index", ordinal},
            {"statefulset.kubernetes.io/pod-name", name},
        };
        mn_pod *pod = pod_of(t, labels, G_N_ELEMENTS(labels));
        pod->meta.name = name;
        pod->meta.owners = owned_by(arena, "apps/v1", "StatefulSet", set);
        append(t, pod);
    }
    return true;
}

/* ---- DaemonSet */

#define TOLERATES(taint_key, taint_effect)                                                    \
    {                                                                                         \
        .key = (taint_key), .value = "", .op = MN_TOLERATION_EXISTS, .effect = (taint_effect) \
    }

/* The last one is for Pods of the host's network only. */
static const mn_toleration daemon_tolerations[] = {
    TOLERATES("node.kubernetes.io/not-ready", MN_EFFECT_NO_EXECUTE),
    TOLERATES("node.kubernetes.io/unreachable", MN_EFFECT_NO_EXECUTE),
    TOLERATES("node.kubernetes.io/disk-pressure", MN_EFFECT_NO_SCHEDULE),
    TOLERATES("node.kubernetes.io/memory-pressure", MN_EFFECT_NO_SCHEDULE),
    TOLERATES("node.kubernetes.io/pid-pressure", MN_EFFECT_NO_SCHEDULE),
    TOLERATES("node.kubernetes.io/unschedulable", MN_EFFECT_NO_SCHEDULE),
    TOLERATES("node.kubernetes.io/network-unavailable", MN_EFFECT_NO_SCHEDULE),
};

static mn_tolerations with_daemon_tolerations(mn_arena *arena, const mn_pod_spec *spec)
{
    size_t more = G_N_ELEMENTS(daemon_tolerations) - (spec->host_network ? 0 : 1);
    size_t count = spec->tolerations.count;
    mn_toleration *items = MN_ARENA_NEW(arena, mn_toleration, count + more);
    for (size_t i = 0; i < count; i++)
        items[i] = spec->tolerations.items[i];
    for (size_t i = 0; i < more; i++)
        items[count + i] = daemon_tolerations[i];
    return (mn_tolerations){.items = items, .count = count + more};
}

/* The controller puts this in place of the template's own terms, which the node has passed. */
static const mn_affinity *pinned_to(mn_arena *arena, const mn_affinity *affinity, const char *node)
{
    const char **values = MN_ARENA_NEW(arena, const char *, 1);
    mn_requirement *field = MN_ARENA_NEW(arena, mn_requirement, 1);
    mn_node_selector_term *term = MN_ARENA_NEW(arena, mn_node_selector_term, 1);
    mn_node_selector *selector = MN_ARENA_NEW(arena, mn_node_selector, 1);
    mn_node_affinity *node_affinity = MN_ARENA_NEW(arena, mn_node_affinity, 1);
    mn_affinity *pinned = MN_ARENA_NEW(arena, mn_affinity, 1);
    values[0] = node;
    *field = (mn_requirement){
        .key = "metadata.name", .op = MN_OP_IN, .values = {.items = values, .count = 1}};
    term->match_fields = (mn_requirements){.items = field, .count = 1};
    selector->terms = (mn_node_selector_terms){.items = term, .count = 1};
    if (affinity != NULL)
        *pinned = *affinity;
    if (pinned->node != NULL)
        *node_affinity = *pinned->node;
    node_affinity->required = selector;
    pinned->node = node_affinity;
    return pinned;
}

static bool expand_daemon_set(task *t, GError **error)
{
    mn_arena *arena = t->plan->arena;
    const GPtrArray *nodes = t->scenario->objects->nodes;
    mn_pod_spec spec = t->object->spec.template.spec;
    spec.tolerations = with_daemon_tolerations(arena, &spec);
    g_autoptr(GHashTable) covered = mn_owners_nodes_of(t->plan, t->index);
    const char *prefix = dashed(t, t->object->meta.name);
    bool any = entry_of(t)->existing > 0;
    for (guint i = 0; i < nodes->len; i++) {
        const mn_node *node = nodes->pdata[i];
        if (!mn_daemon_runs_on(&spec, node) || g_hash_table_contains(covered, node->meta.name))
            continue;
        if (!check_total(t, 1, error))
            return false;
        mn_pod *pod = pod_of(t, NULL, 0);
        pod->spec.tolerations = spec.tolerations;
        pod->spec.affinity = pinned_to(arena, spec.affinity, node->meta.name);
        pod->meta.owners = owned_by(arena, "apps/v1", "DaemonSet", t->object->meta.name);
        append_generated(t, pod, prefix);
        any = true;
    }
    if (!any)
        entry_of(t)->remark = "no node is eligible";
    return true;
}

/* ---- Job, CronJob */

static int64_t jobs_pods(const mn_workload_spec *spec)
{
    int64_t parallelism = spec->parallelism.set ? spec->parallelism.value : 1;
    return spec->completions.set ? MIN(parallelism, spec->completions.value) : parallelism;
}

static bool make_job(task *t, const char *job, GError **error)
{
    mn_arena *arena = t->plan->arena;
    bool indexed = g_strcmp0(t->object->spec.completion_mode, "Indexed") == 0;
    int64_t count = missing(t, jobs_pods(&t->object->spec), "parallelism: 0");
    if (!check_total(t, count, error))
        return false;
    for (int64_t i = 0; i < count; i++) {
        const char *index = mn_arena_printf(arena, "%" PRId64, i);
        const mn_label labels[] = {
            {"batch.kubernetes.io/job-name", job},
            {"job-name", job},
            {"batch.kubernetes.io/job-completion-index", index},
        };
        mn_pod *pod = pod_of(t, labels, indexed ? 3 : 2);
        pod->meta.owners = owned_by(arena, "batch/v1", "Job", job);
        append_generated(
            t, pod, indexed ? mn_arena_printf(arena, "%s-%s-", job, index) : dashed(t, job));
    }
    return true;
}

static bool expand_job(task *t, GError **error)
{
    mn_plan_workload *entry = entry_of(t);
    if (t->object->spec.suspend || t->object->meta.uid != NULL) {
        if (entry->existing == 0)
            entry->remark = t->object->spec.suspend ? "suspended" : "its Pods have ended";
        return true;
    }
    return make_job(t, entry->name, error);
}

/* One run of it. The number in the name is a minute since 1970; scenarios have no clock. */
enum { MINUTE = 29000000 };

static bool expand_cron_job(task *t, GError **error)
{
    if (t->object->spec.suspend && entry_of(t)->existing == 0)
        entry_of(t)->remark = "suspended";
    if (t->object->spec.suspend)
        return true;
    const char *job = mn_arena_printf(t->plan->arena, "%s-%d", t->object->meta.name, MINUTE);
    return make_job(t, job, error);
}

static bool (*const expanders[])(task *t, GError **error) = {
    [MN_WORKLOAD_DEPLOYMENT] = expand_deployment,
    [MN_WORKLOAD_REPLICA_SET] = expand_replica_set,
    [MN_WORKLOAD_STATEFUL_SET] = expand_stateful_set,
    [MN_WORKLOAD_DAEMON_SET] = expand_daemon_set,
    [MN_WORKLOAD_JOB] = expand_job,
    [MN_WORKLOAD_CRON_JOB] = expand_cron_job,
    [MN_WORKLOAD_REPLICATION_CONTROLLER] = expand_replica_set,
};

/* ---- the plan */

void mn_plan_free(mn_plan *plan)
{
    if (plan == NULL)
        return;
    g_array_unref(plan->workloads);
    g_array_unref(plan->pods);
    g_ptr_array_unref(plan->made);
    g_hash_table_unref(plan->names);
    g_free(plan);
}

static bool expand_all(mn_plan *plan, const mn_scenario *scenario, GError **error)
{
    for (guint i = 0; i < plan->workloads->len; i++) {
        const mn_plan_workload *entry = &g_array_index(plan->workloads, mn_plan_workload, i);
        if (entry->object == NULL)
            continue;
        g_autofree char *purpose =
            g_strdup_printf("names of %s %s/%s", entry->kind, entry->namespace_, entry->name);
        task t = {
            .plan = plan,
            .scenario = scenario,
            .index = i,
            .object = entry->object,
            .rng = mn_rng_new(plan->seed, purpose),
        };
        if (!expanders[entry->object->kind](&t, error))
            return false;
    }
    return true;
}

mn_plan *mn_plan_new(mn_arena *arena, const mn_scenario *scenario, uint64_t seed, GError **error)
{
    g_autoptr(mn_plan) plan = g_new0(mn_plan, 1);
    plan->arena = arena;
    plan->seed = seed;
    plan->workloads = g_array_new(FALSE, TRUE, sizeof(mn_plan_workload));
    plan->pods = g_array_new(FALSE, TRUE, sizeof(mn_plan_pod));
    plan->made = g_ptr_array_new();
    plan->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (!mn_owners_take(plan, scenario->objects, error) || !expand_all(plan, scenario, error))
        return NULL;
    return g_steal_pointer(&plan);
}
