/* SPDX-License-Identifier: Apache-2.0 */
/* What a world does when it is changed from outside: nodes, Pods, budgets, classes. */
#include "simulator/engine/engine.h"
#include "simulator/engine/loops.h"
#include "tests/support/expect.h"
#include "tests/support/run_world.h"

#include <string.h>

#define LINUX "{name: lin, count: 3, allocatable: {cpu: 2}}"
#define MIXED \
    LINUX     \
    ", {name: win, count: 1, os: windows, build: 20348, registerWithTaints: 'os=windows:NoSchedule'}"
#define CONTAINERS "containers: [{name: c, image: 'nginx:1.27-alpine'}]"
#define TEMPLATE(more)                                                                               \
    "selector: {matchLabels: {app: x}}, template: {metadata: {labels: {app: x}}, spec: {" CONTAINERS \
        more "}}"
#define OF(kind, name, spec) \
    "{apiVersion: apps/v1, kind: " kind ", metadata: {name: " name "}, spec: {" spec "}}\n---\n"
#define BUDGET(spec)                                                                 \
    "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: b}, spec: " \
    "{selector: {matchLabels: {app: x}}, " spec "}}\n---\n"
#define POD(name, spec)                                  \
    "{apiVersion: v1, kind: Pod, metadata: {name: " name \
    ", labels: {app: x}}, spec: {" CONTAINERS spec "}}\n---\n"

static const mn_container nginx = {.name = "c", .image = "nginx:1.27-alpine"};
static const mn_pod plain = {.meta.name = "p", .spec.containers = {.items = &nginx, .count = 1}};

static mn_world_pod *pod(const run_world *w, const char *name)
{
    mn_world_pod *found = mn_world_find_pod(w->world, "default", name);
    if (found == NULL)
        g_error("the test's own world has no Pod %s", name);
    return found;
}

static void nodes_of(const run_world *w, const char *kind, const char *name, const char *want)
{
    g_autoptr(GString) got = g_string_new(NULL);
    for (guint i = 0; i < w->world->nodes->len; i++) {
        const mn_world_node *node = w->world->nodes->pdata[i];
        for (const mn_world_pod *p = node->pods; p != NULL; p = p->on_node.next) {
            if (p->workload == run_world_find(w, kind, name) && !p->leaving)
                g_string_append_printf(got, "%s ", node->node->meta.name);
        }
    }
    EXPECT_STR(got->str, want);
}

static void put_taint(run_world *w, const char *name, const char *key, mn_taint_effect effect)
{
    mn_node *copy = run_world_copy_node(w, name);
    mn_taint *taint = MN_ARENA_NEW(w->world->arena, mn_taint, 1);
    *taint = (mn_taint){.key = key, .value = "", .effect = (int)effect};
    copy->spec.taints = (mn_taints){.items = taint, .count = 1};
    mn_world_put_node(w->world, copy);
}

/* ---- DaemonSets follow their nodes */

static void a_daemon_set_follows_its_nodes(void)
{
    run_world w = run_world_new(MIXED, OF("DaemonSet", "d", TEMPLATE("")));
    run_world_rest(&w);
    nodes_of(&w, "DaemonSet", "d", "lin-0 lin-1 lin-2 ");
    mn_node *fresh = run_world_copy_node(&w, "lin-0");
    fresh->meta.name = "lin-7";
    mn_world_put_node(w.world, fresh);
    run_world_rest(&w);
    nodes_of(&w, "DaemonSet", "d", "lin-0 lin-1 lin-2 lin-7 ");
    EXPECT_TRUE(mn_world_delete_node(w.world, "lin-1"));
    EXPECT_TRUE(!mn_world_delete_node(w.world, "lin-1"));
    run_world_rest(&w);
    nodes_of(&w, "DaemonSet", "d", "lin-0 lin-2 lin-7 ");
    run_world_clear(&w);
}

static void new_taints_keep_daemon_pods_or_chase_them(void)
{
    run_world w = run_world_new(MIXED, OF("DaemonSet", "d", TEMPLATE("")));
    run_world_rest(&w);
    put_taint(&w, "lin-0", "a", MN_EFFECT_NO_SCHEDULE);
    run_world_rest(&w);
    nodes_of(&w, "DaemonSet", "d", "lin-0 lin-1 lin-2 ");
    put_taint(&w, "lin-0", "a", MN_EFFECT_NO_EXECUTE);
    run_world_rest(&w);
    nodes_of(&w, "DaemonSet", "d", "lin-1 lin-2 ");
    mn_node *bare = run_world_copy_node(&w, "win-0");
    bare->spec.taints = (mn_taints){0};
    mn_world_put_node(w.world, bare);
    run_world_rest(&w);
    nodes_of(&w, "DaemonSet", "d", "lin-1 lin-2 win-0 ");
    run_world_clear(&w);
}

static void a_daemon_set_rolls_over_node_by_node(void)
{
    run_world w = run_world_new(LINUX, OF("DaemonSet", "d", TEMPLATE("")));
    run_world_rest(&w);
    run_world_restart(&w, "DaemonSet", "d", "1");
    size_t fewest = SIZE_MAX;
    while (!mn_world_is_at_rest(w.world)) {
        run_world_until(&w, w.world->now_ms + 100);
        fewest = MIN(fewest, run_world_ready(&w, "DaemonSet", "d"));
    }
    EXPECT_INT((int64_t)fewest, 2);
    EXPECT_INT((int64_t)run_world_find(&w, "DaemonSet", "d")->deleted, 3);
    EXPECT_INT((int64_t)run_world_ready(&w, "DaemonSet", "d"), 3);
    run_world_clear(&w);
}

/* ---- eviction */

/* How many of four can be evicted at once. */
static void evicts(const char *budget, int64_t want)
{
    g_autofree char *text =
        g_strdup_printf("%s%s", OF("Deployment", "web", "replicas: 4, " TEMPLATE("")), budget);
    run_world w = run_world_new(LINUX, text);
    run_world_rest(&w);
    mn_world_workload *set = run_world_find(&w, "Deployment", "web")->children->pdata[0];
    int64_t evicted = 0;
    const char *refusal = NULL;
    for (mn_world_pod *p = set->pods, *next; p != NULL; p = next) {
        next = p->of_workload.next;
        evicted += mn_world_evict(w.world, p, -1, &refusal);
    }
    EXPECT_INT(evicted, want);
    if (want < 4)
        EXPECT_TRUE(g_str_has_prefix(refusal, "Cannot evict pod as it would violate the pod's "));
    EXPECT_INT((int64_t)w.world->evictions, want);
    run_world_rest(&w);
    EXPECT_INT((int64_t)run_world_ready(&w, "Deployment", "web"), 4);
    EXPECT_INT((int64_t)run_world_find(&w, "Deployment", "web")->recreated, want);
    run_world_clear(&w);
}

static void a_budget_lets_only_so_many_go(void)
{
    evicts("", 4);
    evicts(BUDGET("minAvailable: 3"), 1);
    evicts(BUDGET("minAvailable: 50%"), 2);
    evicts(BUDGET("maxUnavailable: 1"), 1);
    evicts(BUDGET("maxUnavailable: 0"), 0);
    evicts(BUDGET("maxUnavailable: 100%"), 4);
    evicts(BUDGET("minAvailable: 5"), 0);
}

/* What never ran cannot be missed. */
static void a_budget_does_not_hold_what_waits(void)
{
    run_world w =
        run_world_new(LINUX, POD("p", ", nodeSelector: {a: b}") BUDGET("minAvailable: 1"));
    const char *refusal = NULL;
    run_world_rest(&w);
    EXPECT_TRUE(mn_world_evict(w.world, pod(&w, "p"), -1, &refusal));
    run_world_clear(&w);
}

/* Two Pods of one node could make room; one of them is protected. */
static void preemption_asks_budgets_as_they_are_now(void)
{
    run_world w = run_world_new(
        "{name: lin, count: 2, allocatable: {cpu: 1}}",
        "{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: high}, value: "
        "9}\n---\n" OF("ReplicaSet",
                       "kept",
                       "replicas: 1, " TEMPLATE(", nodeSelector: {kubernetes.io/hostname: lin-0}"))
            BUDGET(
                "minAvailable: 1") "{apiVersion: v1, kind: Pod, metadata: {name: free}, spec: {nodeSelector: "
                                   "{kubernetes.io/hostname: lin-1}, containers: [{name: c, image: redis, resources: "
                                   "{requests: {cpu: 900m}}}]}}\n---\n");
    run_world_rest(&w);
    static const mn_container wants = {.name = "c", .image = "redis"};
    mn_container *container = MN_ARENA_NEW(w.world->arena, mn_container, 1);
    *container = wants;
    container->resources = pod(&w, "free")->pod->spec.containers.items[0].resources;
    mn_pod urgent = {
        .meta.name = "urgent",
        .spec = {.priority_class_name = "high", .containers = {.items = container, .count = 1}}};
    EXPECT_TRUE(mn_world_put_pod(w.world, &urgent, NULL));
    run_world_rest(&w);
    const mn_disruption_budget *budget = w.world->objects->disruption_budgets->pdata[0];
    EXPECT_TRUE(budget->status.disruptions_allowed.set);
    EXPECT_INT(budget->status.disruptions_allowed.value, 0);
    EXPECT_TRUE(pod(&w, "urgent")->node != NULL);
    run_world_clear(&w);
}

/* ---- nodes go */

static void pods_of_a_lost_node_are_made_elsewhere(void)
{
    run_world w = run_world_new(LINUX,
                                OF("Deployment", "web", "replicas: 3, " TEMPLATE(""))
                                    POD("bare", ", nodeSelector: {kubernetes.io/hostname: lin-0}"));
    run_world_rest(&w);
    EXPECT_TRUE(mn_world_delete_node(w.world, "lin-0"));
    run_world_rest(&w);
    EXPECT_INT((int64_t)run_world_ready(&w, "Deployment", "web"), 3);
    EXPECT_TRUE(mn_world_find_pod(w.world, "default", "bare") == NULL);
    g_autoptr(mn_record) record = mn_record_make(w.world);
    EXPECT_INT((int64_t)record->node_count, 2);
    EXPECT_INT((int64_t)record->totals.counts[MN_FATE_RUNS], 3);
    EXPECT_INT((int64_t)record->totals.counts[MN_FATE_FAILED], 1);
    run_world_clear(&w);
}

static void a_cordon_keeps_new_pods_away_until_it_ends(void)
{
    run_world w = run_world_new("{name: lin, count: 1}", "");
    mn_node *node = run_world_copy_node(&w, "lin-0");
    node->spec.unschedulable = true;
    mn_world_put_node(w.world, node);
    EXPECT_TRUE(mn_world_put_pod(w.world, &plain, NULL));
    run_world_rest(&w);
    EXPECT_TRUE(pod(&w, "p")->node == NULL);
    mn_node *open = run_world_copy_node(&w, "lin-0");
    open->spec.unschedulable = false;
    mn_world_put_node(w.world, open);
    run_world_rest(&w);
    EXPECT_TRUE(pod(&w, "p")->node != NULL);
    run_world_clear(&w);
}

/* ---- Pods of their own */

static void a_pod_that_is_deleted_by_hand_is_gone(void)
{
    run_world w = run_world_new(LINUX, POD("p", ""));
    run_world_rest(&w);
    mn_world_delete_pod(w.world, pod(&w, "p"), MN_DEPARTS_DELETED, -1);
    g_autoptr(GError) error = NULL;
    EXPECT_TRUE(!mn_world_put_pod(w.world, &plain, &error));
    EXPECT_STR(error->message, "pods \"p\" already exists");
    run_world_rest(&w);
    EXPECT_TRUE(mn_world_find_pod(w.world, "default", "p") == NULL);
    EXPECT_INT((int64_t)w.world->workloads->len, 0);
    EXPECT_TRUE(mn_world_put_pod(w.world, &plain, NULL));
    run_world_clear(&w);
}

static void what_the_api_server_refuses_is_told_at_once(void)
{
    run_world w = run_world_new(LINUX, "");
    mn_pod wanted = plain;
    wanted.spec.runtime_class_name = "nope";
    g_autoptr(GError) error = NULL;
    EXPECT_TRUE(!mn_world_put_pod(w.world, &wanted, &error));
    EXPECT_STR(error->message,
               "pods \"p\" is forbidden: pod rejected: RuntimeClass \"nope\" not found");
    run_world_clear(&w);
}

static void a_refused_creation_is_tried_again_when_it_may_help(void)
{
    run_world w = run_world_new(
        LINUX, OF("Deployment", "web", "replicas: 2, " TEMPLATE(", runtimeClassName: later")));
    run_world_rest(&w);
    EXPECT_INT((int64_t)run_world_pods(&w, "Deployment", "web"), 0);
    static const mn_runtime_class later = {.meta.name = "later", .handler = "runc"};
    mn_world_put_runtime_class(w.world, &later);
    run_world_until(&w, w.world->now_ms + 1000 * 1000);
    EXPECT_INT((int64_t)run_world_ready(&w, "Deployment", "web"), 2);
    EXPECT_TRUE(mn_world_delete_runtime_class(w.world, "later"));
    run_world_scale(&w, "Deployment", "web", 3);
    run_world_rest(&w);
    EXPECT_INT((int64_t)run_world_pods(&w, "Deployment", "web"), 2);
    run_world_clear(&w);
}

static void deleting_a_workload_takes_its_pods_along(void)
{
    run_world w = run_world_new(LINUX,
                                OF("Deployment", "web", "replicas: 3, " TEMPLATE(""))
                                    OF("StatefulSet", "db", "replicas: 2, " TEMPLATE("")));
    run_world_rest(&w);
    EXPECT_TRUE(mn_world_delete_workload(w.world, "Deployment", "default", "web"));
    EXPECT_TRUE(!mn_world_delete_workload(w.world, "Deployment", "default", "web"));
    EXPECT_INT((int64_t)w.world->pod_count, 5);
    run_world_rest(&w);
    EXPECT_INT((int64_t)w.world->pod_count, 2);
    EXPECT_TRUE(mn_world_delete_namespace(w.world, "default"));
    run_world_rest(&w);
    EXPECT_INT((int64_t)w.world->pod_count, 0);
    EXPECT_INT((int64_t)w.world->workloads->len, 0);
    run_world_clear(&w);
}

/* ---- who goes first */

static void scaling_down_takes_those_that_matter_least(void)
{
    run_world w = run_world_new("{name: lin, count: 2, allocatable: {pods: 3}}",
                                OF("ReplicaSet", "web", "replicas: 7, " TEMPLATE("")));
    run_world_rest(&w);
    EXPECT_INT((int64_t)run_world_ready(&w, "ReplicaSet", "web"), 6);
    run_world_scale(&w, "ReplicaSet", "web", 6);
    run_world_rest(&w);
    EXPECT_INT((int64_t)run_world_ready(&w, "ReplicaSet", "web"), 6);
    run_world_scale(&w, "ReplicaSet", "web", 2);
    run_world_rest(&w);
    nodes_of(&w, "ReplicaSet", "web", "lin-0 lin-1 ");
    run_world_clear(&w);
}

/* ---- without end */

#define REFUSED \
    TEMPLATE(   \
        ", os: {name: linux}, nodeSelector: {kubernetes.io/os: windows}, tolerations: [{operator: Exists}]")

static void a_livelock_is_counted_and_ends_with_its_cause(void)
{
    enum { WEEK_MS = 7 * 24 * 3600 * 1000 };
    run_world w = run_world_new(MIXED, OF("Deployment", "web", "replicas: 2, " REFUSED));
    run_world_rest(&w);
    EXPECT_TRUE(mn_world_is_at_rest(w.world));
    EXPECT_TRUE(w.world->now_ms < 60 * 1000);
    run_world_until(&w, WEEK_MS);
    g_autoptr(mn_record) record = mn_record_make(w.world);
    EXPECT_INT((int64_t)record->totals.counts[MN_FATE_WRONG_OS], 2);
    EXPECT_STR(record->pods[0].reason, "PodOSNotSupported");
    EXPECT_TRUE(record->totals.recreations > 11000000 && record->totals.recreations < 12200000);
    EXPECT_INT((int64_t)record->totals.failed_left, MN_FAILED_PODS_MAX);
    mn_node *other = run_world_copy_node(&w, "lin-0");
    mn_labels labels = run_world_copy_node(&w, "win-0")->meta.labels;
    other->meta.name = "odd";
    other->meta.labels = labels;
    mn_world_put_node(w.world, other);
    put_taint(&w, "win-0", "full", MN_EFFECT_NO_SCHEDULE);
    run_world_scale(&w, "Deployment", "web", 1);
    run_world_rest(&w);
    EXPECT_INT((int64_t)run_world_find(&w, "Deployment", "web")->slot_count +
                   (int64_t)((mn_world_workload *)run_world_find(&w, "Deployment", "web")
                                 ->children->pdata[0])
                       ->slot_count,
               1);
    EXPECT_TRUE(mn_world_delete_workload(w.world, "Deployment", "default", "web"));
    EXPECT_INT((int64_t)w.world->looping->len, 0);
    EXPECT_INT((int64_t)w.world->failed_left, 0);
    run_world_clear(&w);
}

/* ---- records on the way */

static void checkpoints_show_the_world_as_it_was(void)
{
    static const int64_t times[] = {0, 3600 * 1000};
    static const int64_t runs[] = {0, 3}, absent[] = {2, 0};
    const mn_run_options options = {.checkpoints_ms = times, .checkpoint_count = 2};
    g_autoptr(GError) error = NULL;
    run_world w = run_world_new(LINUX, OF("StatefulSet", "db", "replicas: 3, " TEMPLATE("")));
    g_autoptr(mn_record) record = mn_engine_run(w.scenario, &options, &error);
    EXPECT_TRUE(record != NULL && record->checkpoint_count == 2);
    for (size_t i = 0; record != NULL && i < 2; i++) {
        const mn_record *then = record->checkpoints[i];
        EXPECT_INT(then->time_ms, times[i]);
        EXPECT_INT((int64_t)then->totals.counts[MN_FATE_RUNS], runs[i]);
        EXPECT_INT((int64_t)then->totals.counts[MN_FATE_ABSENT], absent[i]);
        EXPECT_INT((int64_t)then->totals.pods, 3);
    }
    run_world_clear(&w);
}

static void a_run_can_be_cut_short(void)
{
    const mn_run_options options = {.has_until = true, .until_ms = 500};
    run_world w = run_world_new(LINUX, POD("p", ""));
    g_autoptr(mn_record) record = mn_engine_run(w.scenario, &options, NULL);
    EXPECT_INT(record->time_ms, 500);
    EXPECT_TRUE(!record->at_rest);
    EXPECT_INT((int64_t)record->totals.counts[MN_FATE_STARTING], 1);
    EXPECT_INT(record->pods[0].scheduled_ms, 0);
    EXPECT_INT(record->pods[0].ready_ms, -1);
    run_world_clear(&w);
}

extern CU_TestInfo suite_simulator_world[];
CU_TestInfo suite_simulator_world[] = {
    {"a DaemonSet follows its nodes", a_daemon_set_follows_its_nodes},
    {"new taints keep daemon Pods or chase them", new_taints_keep_daemon_pods_or_chase_them},
    {"a DaemonSet rolls over node by node", a_daemon_set_rolls_over_node_by_node},
    {"a budget lets only so many go", a_budget_lets_only_so_many_go},
    {"a budget does not hold what waits", a_budget_does_not_hold_what_waits},
    {"preemption asks budgets as they are now", preemption_asks_budgets_as_they_are_now},
    {"Pods of a lost node are made elsewhere", pods_of_a_lost_node_are_made_elsewhere},
    {"a cordon keeps new Pods away until it ends", a_cordon_keeps_new_pods_away_until_it_ends},
    {"a Pod that is deleted by hand is gone", a_pod_that_is_deleted_by_hand_is_gone},
    {"what the API server refuses is told at once", what_the_api_server_refuses_is_told_at_once},
    {"a refused creation is tried again when it may help",
     a_refused_creation_is_tried_again_when_it_may_help},
    {"deleting a workload takes its Pods along", deleting_a_workload_takes_its_pods_along},
    {"scaling down takes those that matter least", scaling_down_takes_those_that_matter_least},
    {"a livelock is counted and ends with its cause",
     a_livelock_is_counted_and_ends_with_its_cause},
    {"checkpoints show the world as it was", checkpoints_show_the_world_as_it_was},
    {"a run can be cut short", a_run_can_be_cut_short},
    CU_TEST_INFO_NULL,
};
