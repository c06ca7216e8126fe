/* SPDX-License-Identifier: Apache-2.0 */
/* Pods that wait for one another, and Pods that push one another away. */
#include "simulator/engine/engine.h"
#include "tests/support/expect.h"

#include <string.h>

#define LINUX_NODES(count)                                                         \
    "apiVersion: mullion.dev/v1alpha1\nkind: Scenario\nspec: {nodePools: [{name: " \
    "lin, count: " count ", allocatable: {cpu: 1}}]}\n---\n"                       \
    "{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: high}, value: 9}\n---\n"

/* `more` begins with a comma and ends without one. */
#define POD(name, cpu, more)                                                                       \
    "{apiVersion: v1, kind: Pod, metadata: {name: " name ", labels: {app: " name                   \
    "}}, spec: {containers: [{name: c, image: redis, resources: {requests: {cpu: " cpu "}}}]" more \
    "}}\n---\n"
#define REPLICA_ON(name, node, cpu)                                                  \
    "{apiVersion: v1, kind: Pod, metadata: {name: " name ", uid: " name ", labels: " \
    "{app: " name "}, ownerReferences: [{kind: ReplicaSet, name: web, controller: "  \
    "true}]}, spec: {nodeName: " node ", containers: [{name: c, image: redis, "      \
    "resources: {requests: {cpu: " cpu "}}}]}}\n---\n"

typedef struct played {
    mn_scenario *scenario;
    mn_record *record;
} played;

/* `extender` may be NULL. */
static played play_with(const char *text, const mn_extender *extender)
{
    const mn_source source = {.name = "test.yaml", .bytes = text, .len = strlen(text)};
    const mn_run_options options = {.reference_engine = false};
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autoptr(GError) error = NULL;
    mn_profile *profile = mn_profile_default(arena);
    profile->extenders = &extender;
    profile->extender_count = extender == NULL ? 0 : 1;
    const mn_scheduler_config config = {.profiles = {.items = profile, .count = 1}};
    played p = {.scenario = mn_scenario_load_source(&source, &error)};
    if (p.scenario != NULL) {
        p.scenario->scheduler = &config;
        p.record = mn_engine_run(p.scenario, &options, &error);
        p.scenario->scheduler = NULL;
    }
    if (p.record == NULL)
        g_error("the test's own scenario: %s", error->message);
    return p;
}

static played play(const char *text)
{
    return play_with(text, NULL);
}

static void clear(played *p)
{
    mn_record_free(p->record);
    mn_scenario_free(p->scenario);
}

static const mn_record_pod *pod_named(const played *p, const char *name)
{
    for (size_t i = 0; i < p->record->pod_count; i++) {
        if (strcmp(p->record->pods[i].name, name) == 0)
            return &p->record->pods[i];
    }
    g_error("the run has no Pod \"%s\"", name);
}

/* NULL: on no node. */
static void expect_on(const played *p, const char *pod, const char *node)
{
    EXPECT_STR(pod_named(p, pod)->node, node);
}

/* "preemptor takes node from victim", one a line. */
static void expect_preemptions(const played *p, const char *want)
{
    g_autoptr(GString) got = g_string_new(NULL);
    for (size_t i = 0; i < p->record->preemption_count; i++) {
        const mn_record_preemption *one = &p->record->preemptions[i];
        g_string_append_printf(got,
                               "%s takes %s from %s\n",
                               p->record->pods[one->preemptor].name,
                               one->node,
                               one->victim_name);
    }
    EXPECT_STR(got->str, want);
}

static void a_pod_waits_for_the_neighbour_it_wants(void)
{
    played p = play(LINUX_NODES("2") POD(
        "near",
        "100m",
        ", affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
        "[{labelSelector: {matchLabels: {app: db}}, topologyKey: kubernetes.io/hostname}]}}")
                        POD("db", "900m", ""));
    EXPECT_TRUE(pod_named(&p, "db")->node != NULL);
    expect_on(&p, "near", pod_named(&p, "db")->node);
    expect_preemptions(&p, "");
    clear(&p);
}

static void a_preemptor_gets_the_room_that_was_made(void)
{
    played p = play(LINUX_NODES("1") REPLICA_ON("web-1", "lin-0", "900m")
                        POD("urgent", "600m", ", priorityClassName: high"));
    expect_on(&p, "urgent", "lin-0");
    expect_preemptions(&p, "urgent takes lin-0 from web-1\n");
    EXPECT_INT(p.record->preemptions[0].time_ms, 0);
    const mn_record_pod *again = &p.record->pods[p.record->preemptions[0].victim];
    EXPECT_TRUE(g_str_has_prefix(again->name, "web-") && strcmp(again->name, "web-1") != 0);
    EXPECT_INT(again->fate, MN_FATE_PENDING);
    EXPECT_STR(again->reason, "FailedScheduling");
    clear(&p);
}

static void a_victim_is_replaced_where_there_is_room(void)
{
    played p = play(LINUX_NODES("2") REPLICA_ON("web-1", "lin-0", "300m") REPLICA_ON(
        "web-2", "lin-1", "500m") POD("urgent",
                                      "800m",
                                      ", priorityClassName: high, nodeSelector: "
                                      "{kubernetes.io/hostname: lin-0}"));
    expect_on(&p, "urgent", "lin-0");
    expect_preemptions(&p, "urgent takes lin-0 from web-1\n");
    const mn_record_pod *again = &p.record->pods[p.record->preemptions[0].victim];
    EXPECT_STR(again->node, "lin-1");
    EXPECT_STR(again->remark, "");
    EXPECT_TRUE(!again->existed);
    clear(&p);
}

static void nobody_replaces_a_pod_of_its_own(void)
{
    played p = play(LINUX_NODES("1") POD("bare", "900m", ", nodeName: lin-0")
                        POD("urgent", "600m", ", priorityClassName: high"));
    expect_on(&p, "urgent", "lin-0");
    expect_on(&p, "bare", NULL);
    EXPECT_INT(pod_named(&p, "bare")->fate, MN_FATE_FAILED);
    EXPECT_STR(pod_named(&p, "bare")->reason, "Preempted");
    clear(&p);
}

static void a_disruption_budget_turns_preemption_elsewhere(void)
{
    played p = play(
        LINUX_NODES("2") REPLICA_ON("kept", "lin-0", "900m") REPLICA_ON("web-1", "lin-1", "900m") POD(
            "urgent",
            "600m",
            ", priorityClassName: high") "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: b}, "
                                         "spec: {selector: {matchLabels: {app: kept}}}, "
                                         "status: {disruptionsAllowed: 0}}\n");
    expect_preemptions(&p, "urgent takes lin-1 from web-1\n");
    expect_on(&p, "urgent", "lin-1");
    expect_on(&p, "kept", "lin-0");
    clear(&p);
}

/* It has no right to evict anybody, and takes what the preemptor leaves. */
static void what_a_victim_leaves_helps_others_too(void)
{
    played p = play(LINUX_NODES("1") REPLICA_ON("web-1", "lin-0", "900m") POD("small", "300m", "")
                        POD("urgent", "600m", ", priorityClassName: high"));
    expect_on(&p, "urgent", "lin-0");
    expect_on(&p, "small", "lin-0");
    expect_preemptions(&p, "urgent takes lin-0 from web-1\n");
    clear(&p);
}

static void a_gated_pod_waits_without_being_tried(void)
{
    played p = play(LINUX_NODES("1") POD("gated", "1m", ", schedulingGates: [{name: g}]"));
    EXPECT_STR(pod_named(&p, "gated")->status, "SchedulingGated");
    expect_on(&p, "gated", NULL);
    clear(&p);
}

/* The message is that of the sweep after five minutes, when both nodes were full. */
static void a_message_is_that_of_the_last_attempt(void)
{
    played p = play(LINUX_NODES("2") POD("big", "2", "") POD("a", "1", "") POD("b", "1", ""));
    EXPECT_STR(pod_named(&p, "big")->message,
               "0/2 nodes are available: 2 Insufficient cpu. no new claims to deallocate, "
               "preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.");
    clear(&p);
}

/* ------------------------------------------------------------------ without end */

/* Has nothing against anybody but "urgent". */
static bool refuse_urgent(const mn_extender *extender, const mn_pod *pod,
                          const mn_node_info *const *nodes, size_t count,
                          mn_extender_answer *answer, GError **error)
{
    (void)extender;
    (void)error;
    const bool refuses = strcmp(pod->meta.name, "urgent") == 0;
    for (size_t i = 0; i < count; i++) {
        const mn_extender_failure failure = {
            .node = mn_node_info_name(nodes[i]), .reason = "not here", .unresolvable = true};
        if (refuses)
            g_array_append_val(answer->failures, failure);
        else
            g_ptr_array_add(answer->kept, (gpointer)(uintptr_t)nodes[i]);
    }
    return true;
}

/* Room is made, the extender refuses, the room is taken again, and so on. */
static void preemption_without_end_is_cut_short_and_told(void)
{
    const mn_extender refuses = {
        .name = "test", .node_cache_capable = true, .weight = 1, .filter = refuse_urgent};
    played p = play_with(LINUX_NODES("1") REPLICA_ON("web-1", "lin-0", "900m")
                             POD("urgent", "600m", ", priorityClassName: high"),
                         &refuses);
    EXPECT_INT((int64_t)p.record->preemption_count, 10);
    expect_on(&p, "urgent", NULL);
    EXPECT_STR(p.record->pods[p.record->preemptions[0].victim].node, "lin-0");
    bool told = false;
    for (size_t i = 0; i < p.record->note_count; i++)
        told =
            told || (p.record->notes[i].kind == MN_NOTE_PREEMPTION && p.record->notes[i].warning);
    EXPECT_TRUE(told);
    clear(&p);
}

extern CU_TestInfo suite_simulator_scheduling[];
CU_TestInfo suite_simulator_scheduling[] = {
    {"a Pod waits for the neighbour it wants", a_pod_waits_for_the_neighbour_it_wants},
    {"a preemptor gets the room that was made", a_preemptor_gets_the_room_that_was_made},
    {"a victim is replaced where there is room", a_victim_is_replaced_where_there_is_room},
    {"nobody replaces a Pod of its own", nobody_replaces_a_pod_of_its_own},
    {"a disruption budget turns preemption elsewhere",
     a_disruption_budget_turns_preemption_elsewhere},
    {"what a victim leaves helps others too", what_a_victim_leaves_helps_others_too},
    {"a gated Pod waits without being tried", a_gated_pod_waits_without_being_tried},
    {"a message is that of the last attempt", a_message_is_that_of_the_last_attempt},
    {"preemption without end is cut short and told", preemption_without_end_is_cut_short_and_told},
    CU_TEST_INFO_NULL,
};
