/* SPDX-License-Identifier: Apache-2.0 */
/* Pods that wait for one another, and Pods that push one another away. */
#include "mullion/base/rng.h"
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

/* ------------------------------------------------------------------ configuration */

#define CONFIGURATION(more) \
    LINUX_NODES("1")        \
    "{apiVersion: kubescheduler.config.k8s.io/v1, kind: KubeSchedulerConfiguration" more "}\n"

static mn_scenario *load(const char *text, GError **error)
{
    const mn_source source = {.name = "test.yaml", .bytes = text, .len = strlen(text)};
    return mn_scenario_load_source(&source, error);
}

static void backoff_is_configured_in_seconds(void)
{
    static const struct {
        const char *text;
        int64_t initial_ms, max_ms;
    } rows[] = {
        {CONFIGURATION(""), 1000, 10000},
        {CONFIGURATION(", podInitialBackoffSeconds: 3"), 3000, 10000},
        {CONFIGURATION(", podInitialBackoffSeconds: 2, podMaxBackoffSeconds: 2"), 2000, 2000},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(mn_scenario) scenario = load(rows[i].text, NULL);
        EXPECT_TRUE(scenario != NULL);
        if (scenario == NULL)
            return;
        EXPECT_INT(scenario->scheduler->initial_backoff_ms, rows[i].initial_ms);
        EXPECT_INT(scenario->scheduler->max_backoff_ms, rows[i].max_ms);
    }
}

static void a_backoff_that_makes_no_sense_is_refused(void)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {CONFIGURATION(", podInitialBackoffSeconds: 0"),
         "podInitialBackoffSeconds: expected 1 or more, found 0"},
        {CONFIGURATION(", podInitialBackoffSeconds: 11"),
         "podInitialBackoffSeconds: expected podMaxBackoffSeconds (10) not to be less than "
         "podInitialBackoffSeconds (11)"},
        {CONFIGURATION(", podMaxBackoffSeconds: 0"),
         "podMaxBackoffSeconds: expected podMaxBackoffSeconds (0) not to be less than "
         "podInitialBackoffSeconds (1)"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(mn_scenario) scenario = load(rows[i].text, &error);
        EXPECT_TRUE(scenario == NULL && error != NULL);
        if (error != NULL && !g_str_has_suffix(error->message, rows[i].message))
            EXPECT_STR(error->message, rows[i].message);
    }
}

/* ------------------------------------------------------------------ any scenario */

/* Every Pod, where it is, and why not. */
static char *outcome_of(const char *text, bool reference)
{
    const mn_source source = {.name = "test.yaml", .bytes = text, .len = strlen(text)};
    const mn_run_options options = {.reference_engine = reference};
    g_autoptr(GError) error = NULL;
    g_autoptr(mn_scenario) scenario = mn_scenario_load_source(&source, &error);
    g_autoptr(mn_record) record =
        scenario == NULL ? NULL : mn_engine_run(scenario, &options, &error);
    if (record == NULL)
        g_error("the test's own scenario: %s", error->message);
    GString *out = g_string_new(NULL);
    for (size_t i = 0; i < record->pod_count; i++) {
        const mn_record_pod *pod = &record->pods[i];
        g_string_append_printf(out,
                               "%s %zu %s %s\n",
                               pod->name,
                               pod->sequence,
                               pod->node == NULL ? "-" : pod->node,
                               pod->message);
    }
    for (size_t i = 0; i < record->preemption_count; i++)
        g_string_append_printf(
            out, "%s %s\n", record->preemptions[i].victim_name, record->preemptions[i].node);
    for (size_t i = 0; i < record->node_count; i++) {
        EXPECT_TRUE(record->nodes[i].requested.milli_cpu <= 1000);
    }
    return g_string_free(out, FALSE);
}

static void add_random_pod(GString *text, mn_rng *rng, int i)
{
    static const char *const constraints[] = {
        "",
        "",
        "podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: "
        "{matchLabels: {app: a0}}, topologyKey: kubernetes.io/hostname}]}",
        "podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: "
        "{matchLabels: {app: a1}}, topologyKey: kubernetes.io/hostname}]}",
    };
    g_string_append_printf(
        text,
        "{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: r%d}, spec: {replicas: %d, "
        "selector: {matchLabels: {app: a%d}}, template: {metadata: {labels: {app: a%d}}, spec: "
        "{priorityClassName: p%d, affinity: {%s}, topologySpreadConstraints: [{maxSkew: %d, "
        "topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule, labelSelector: "
        "{matchLabels: {app: a2}}}], containers: [{name: c, image: redis, resources: {requests: "
        "{cpu: %dm}}}]}}}}\n---\n",
        i,
        (int)mn_rng_below(rng, 6),
        i % 4,
        i % 4,
        (int)mn_rng_below(rng, 3),
        constraints[mn_rng_below(rng, G_N_ELEMENTS(constraints))],
        1 + (int)mn_rng_below(rng, 3),
        50 + 50 * (int)mn_rng_below(rng, 12));
}

/* Pods of an earlier time hold the nodes, for others to take. */
static char *random_scenario(uint64_t seed)
{
    mn_rng rng = mn_rng_new(seed, "scenario");
    GString *text = g_string_new(LINUX_NODES("5"));
    for (int p = 0; p < 3; p++)
        g_string_append_printf(text,
                               "{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: "
                               "{name: p%d}, value: %d}\n---\n",
                               p,
                               p);
    for (int i = 0; i < 10; i++)
        g_string_append_printf(
            text,
            "{apiVersion: v1, kind: Pod, metadata: {name: old%d, uid: old%d, labels: {app: a%d}, "
            "ownerReferences: [{kind: ReplicaSet, name: old, controller: true}]}, spec: {nodeName: "
            "lin-%d, containers: [{name: c, image: redis, resources: {requests: {cpu: %dm}}}]}}"
            "\n---\n",
            i,
            i,
            i % 4,
            i % 5,
            100 + 50 * (int)mn_rng_below(&rng, 8));
    for (int i = 0; i < 6; i++)
        add_random_pod(text, &rng, i);
    return g_string_free(text, FALSE);
}

static void both_engines_come_to_rest_in_the_same_state(void)
{
    enum { SCENARIOS = 60 };
    for (uint64_t seed = 0; seed < SCENARIOS; seed++) {
        g_autofree char *text = random_scenario(seed);
        g_autofree char *fast = outcome_of(text, false), *reference = outcome_of(text, true);
        EXPECT_STR(fast, reference);
    }
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
    EXPECT_INT((int64_t)p.record->preemption_count, 5);
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
    {"backoff is configured in seconds", backoff_is_configured_in_seconds},
    {"a backoff that makes no sense is refused", a_backoff_that_makes_no_sense_is_refused},
    {"both engines come to rest in the same state", both_engines_come_to_rest_in_the_same_state},
    {"preemption without end is cut short and told", preemption_without_end_is_cut_short_and_told},
    CU_TEST_INFO_NULL,
};
