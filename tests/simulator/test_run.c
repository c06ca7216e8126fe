/* SPDX-License-Identifier: Apache-2.0 */
/* Whole runs: what comes out of a scenario, and that it always comes out the same. */
#include "simulator/engine/engine.h"
#include "tests/support/expect.h"

#include <string.h>

#define SCENARIO(spec) "apiVersion: mullion.dev/v1alpha1\nkind: Scenario\nspec: " spec "\n---\n"
#define TWO_OSES       SCENARIO("{nodePools: [{name: lin}, {name: win, os: windows, build: 20348}]}")
#define POD(name, spec) \
    "{apiVersion: v1, kind: Pod, metadata: {name: " name "}, spec: {" spec "}}\n---\n"
#define IMAGE "containers: [{name: c, image: 'redis:7-alpine'}]"

typedef struct played {
    mn_scenario *scenario;
    mn_record *record;
    GError *error;
} played;

static played play_with(const char *text, const mn_run_options *options)
{
    const mn_source source = {.name = "test.yaml", .bytes = text, .len = strlen(text)};
    played p = {0};
    p.scenario = mn_scenario_load_source(&source, &p.error);
    if (p.scenario != NULL)
        p.record = mn_engine_run(p.scenario, options, &p.error);
    return p;
}

static played play(const char *text)
{
    const mn_run_options options = {0};
    played p = play_with(text, &options);
    expect_true(p.record != NULL, p.error == NULL ? "" : p.error->message, __FILE__, __LINE__);
    return p;
}

static void clear(played *p)
{
    mn_record_free(p->record);
    mn_scenario_free(p->scenario);
    g_clear_error(&p->error);
}

static const mn_record_pod *pod_named(const played *p, const char *name)
{
    static const mn_record_pod none = {.name = "", .status = "", .reason = "", .message = ""};
    for (size_t i = 0; p->record != NULL && i < p->record->pod_count; i++) {
        if (strcmp(p->record->pods[i].name, name) == 0)
            return &p->record->pods[i];
    }
    CU_FAIL("no such Pod");
    return &none;
}

/* ---- the shipped scenarios */

static void has_totals(const char *name, mn_extender_mode mode, const size_t want[MN_FATE_COUNT])
{
    g_autofree char *path = g_strdup_printf("scenarios/%s.yaml", name);
    const char *const paths[] = {path};
    const mn_run_options options = {.has_extender_mode = true, .extender_mode = mode};
    g_autoptr(GError) error = NULL;
    g_autoptr(mn_scenario) scenario = mn_scenario_load(paths, 1, &error);
    expect_true(scenario != NULL, error == NULL ? "" : error->message, __FILE__, __LINE__);
    if (scenario == NULL)
        return;
    EXPECT_STR(scenario->name, name);
    g_autoptr(mn_record) record = mn_engine_run(scenario, &options, &error);
    expect_true(record != NULL, error == NULL ? "" : error->message, __FILE__, __LINE__);
    for (int fate = 0; record != NULL && fate < MN_FATE_COUNT; fate++) {
        if (record->totals.counts[fate] != want[fate])
            EXPECT_STR(name, mn_fate_title((mn_fate)fate));
    }
}

static void every_shipped_scenario_shows_what_it_says(void)
{
    static const struct {
        const char *name;
        mn_extender_mode mode;
        size_t want[MN_FATE_COUNT]; /* runs, wrong OS, wrong build, failed, Pending, rejected,
                                        starting, not made */
    } rows[] = {
        {"demo", MN_EXTENDER_OFF, {3, 4, 1, 0, 1, 0, 0, 3}},
        {"demo", MN_EXTENDER_OBSERVE, {3, 4, 1, 0, 1, 0, 0, 3}},
        {"demo", MN_EXTENDER_PREFER, {11, 0, 0, 0, 1, 0}},
        {"demo", MN_EXTENDER_ENFORCE, {11, 0, 0, 0, 1, 0}},
        {"win-webserver", MN_EXTENDER_OFF, {2, 0, 0, 0, 0, 0}},
        {"iis-2019", MN_EXTENDER_OFF, {1, 0, 0, 0, 0, 0}},
        {"windows-builds", MN_EXTENDER_OFF, {8, 0, 1, 0, 0, 0}},
        {"windows-builds", MN_EXTENDER_ENFORCE, {9, 0, 0, 0, 0, 0}},
        {"before-1.17", MN_EXTENDER_OFF, {4, 0, 0, 0, 1, 0}},
        {"register-with-taints", MN_EXTENDER_OFF, {5, 3, 0, 0, 1, 0}},
        {"register-with-taints", MN_EXTENDER_ENFORCE, {6, 0, 0, 0, 3, 0}},
        {"helm-without-selector", MN_EXTENDER_OFF, {2, 5, 0, 0, 0, 0, 0, 1}},
        {"helm-without-selector", MN_EXTENDER_ENFORCE, {8, 0, 0, 0, 0, 0}},
        {"windows-pools", MN_EXTENDER_OFF, {0, 0, 0, 0, 0, 0}},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        has_totals(rows[i].name, rows[i].mode, rows[i].want);
}

/* ---- sameness */

static char *text_of(const mn_record *record)
{
    GString *out = g_string_new(NULL);
    for (size_t i = 0; i < record->pod_count; i++) {
        const mn_record_pod *pod = &record->pods[i];
        g_string_append_printf(out,
                               "%s %zu %s %s %s %s %s %zu %zu\n",
                               pod->name,
                               pod->sequence,
                               pod->node == NULL ? "-" : pod->node,
                               pod->status,
                               pod->reason,
                               pod->message,
                               pod->remark,
                               pod->ties,
                               pod->feasible);
    }
    return g_string_free(out, FALSE);
}

static char *text_with(const mn_run_options *options)
{
    static const char *const paths[] = {"scenarios/demo.yaml"};
    g_autoptr(mn_scenario) scenario = mn_scenario_load(paths, 1, NULL);
    g_autoptr(mn_record) record = scenario == NULL ? NULL : mn_engine_run(scenario, options, NULL);
    return record == NULL ? g_strdup("no record") : text_of(record);
}

static void the_same_seed_gives_the_same_run(void)
{
    const mn_run_options plain = {0}, reference = {.reference_engine = true};
    const mn_run_options other = {.has_seed = true, .seed = 2};
    g_autofree char *first = text_with(&plain);
    g_autofree char *second = text_with(&plain);
    g_autofree char *slow = text_with(&reference);
    g_autofree char *elsewhere = text_with(&other);
    EXPECT_STR(second, first);
    EXPECT_STR(slow, first);
    EXPECT_TRUE(g_strcmp0(elsewhere, first) != 0);
}

/* ---- order, places, refusals */

static void pods_take_turns_by_priority_then_arrival(void)
{
    played p = play(SCENARIO(
        "{nodePools: [{name: lin, allocatable: {cpu: 1}}]}") "{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: high}, "
                                                             "value: 1000}\n---\n" POD(
                                                                 "first",
                                                                 "containers: [{name: c, image: redis, resources: {requests: {cpu: "
                                                                 "600m}}}]")
                                                                 POD("urgent",
                                                                     "priorityClassName: high, containers: [{name: c, image: redis, "
                                                                     "resources: {requests: {cpu: 600m}}}]"));
    EXPECT_INT((int64_t)pod_named(&p, "urgent")->sequence, 0);
    EXPECT_INT(pod_named(&p, "urgent")->fate, MN_FATE_RUNS);
    EXPECT_INT(pod_named(&p, "first")->fate, MN_FATE_PENDING);
    EXPECT_STR(pod_named(&p, "first")->reason, "FailedScheduling");
    EXPECT_TRUE(g_str_has_prefix(pod_named(&p, "first")->message,
                                 "0/1 nodes are available: 1 Insufficient cpu."));
    clear(&p);
}

static void a_pod_that_waits_for_another_gets_a_second_chance(void)
{
    played p = play(TWO_OSES POD(
        "follower",
        "affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: "
        "kubernetes.io/hostname, labelSelector: {matchLabels: {app: leader}}}]}}, " IMAGE) "{apiVersion: v1, kind: Pod, metadata: {name: leader, labels: {app: leader}}, spec: "
                                                                                           "{nodeSelector: {kubernetes.io/os: linux}, " IMAGE
                                                                                           "}}\n");
    EXPECT_STR(pod_named(&p, "follower")->node, "lin-0");
    EXPECT_INT(pod_named(&p, "follower")->fate, MN_FATE_RUNS);
    clear(&p);
}

static void a_pod_of_higher_priority_takes_the_place_of_lower_ones(void)
{
    static const char text[] = SCENARIO(
        "{nodePools: [{name: lin, count: 2, allocatable: {cpu: 1}}]}") "{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: high}, value: 9}\n"
                                                                       "---\n{apiVersion: v1, kind: Pod, metadata: {name: bare, uid: a}, spec: {nodeName: lin-0, "
                                                                       "containers: [{name: c, image: redis, resources: {requests: {cpu: 900m}}}]}}\n"
                                                                       "---\n{apiVersion: v1, kind: Pod, metadata: {name: web-1, uid: b, ownerReferences: [{kind: "
                                                                       "ReplicaSet, name: web, controller: true}]}, spec: {nodeName: lin-1, containers: [{name: c, "
                                                                       "image: redis, resources: {requests: {cpu: 900m}}}]}}\n---\n" POD(
                                                                           "urgent-0",
                                                                           "priorityClassName: high, containers: [{name: c, image: redis, resources: "
                                                                           "{requests: {cpu: 600m}}}]")
                                                                           POD("urgent-1",
                                                                               "priorityClassName: high, containers: [{name: c, image: redis, resources: "
                                                                               "{requests: {cpu: 600m}}}]");
    played p = play(text);
    EXPECT_INT(pod_named(&p, "urgent-0")->fate, MN_FATE_RUNS);
    EXPECT_INT(pod_named(&p, "urgent-1")->fate, MN_FATE_RUNS);
    EXPECT_STR(pod_named(&p, "bare")->status, "Preempted");
    EXPECT_TRUE(pod_named(&p, "bare")->node == NULL);
    const mn_record_pod *again = &p.record->pods[1];
    EXPECT_TRUE(g_str_has_prefix(again->name, "web-") && strcmp(again->name, "web-1") != 0);
    EXPECT_STR(again->reason, "FailedScheduling");
    clear(&p);
}

static void a_refused_pod_says_what_the_api_server_said(void)
{
    played p = play(TWO_OSES POD(
        "bare",
        "runtimeClassName: nope, " IMAGE) "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: "
                                          "2, template: {spec: {runtimeClassName: nope, " IMAGE
                                          "}}}}\n");
    EXPECT_INT(pod_named(&p, "bare")->fate, MN_FATE_REJECTED);
    EXPECT_STR(pod_named(&p, "bare")->message,
               "pods \"bare\" is forbidden: pod rejected: RuntimeClass \"nope\" not found");
    EXPECT_INT((int64_t)p.record->totals.counts[MN_FATE_REJECTED], 3);
    const mn_record_pod *replica = &p.record->pods[p.record->workloads[0].first_pod];
    EXPECT_STR(replica->reason, "FailedCreate");
    EXPECT_TRUE(g_str_has_prefix(replica->message, "Error creating: pods \"web-"));
    EXPECT_TRUE(g_str_has_suffix(
        replica->message, "-\" is forbidden: pod rejected: RuntimeClass \"nope\" not found"));
    clear(&p);
}

static void dead_pods_hold_what_they_requested_and_refused_ones_do_not(void)
{
    static const char pods[] =
        TWO_OSES "{apiVersion: v1, kind: Pod, metadata: {name: stuck}, spec: {nodeSelector: "
                 "{kubernetes.io/hostname: win-0}, containers: [{name: c, image: 'redis:7-alpine', "
                 "resources: {requests: {cpu: 2, memory: 1Gi}}}]}}\n---\n"
                 "{apiVersion: v1, kind: Pod, metadata: {name: refused}, spec: {os: {name: linux}, "
                 "nodeSelector: {kubernetes.io/hostname: win-0}, containers: [{name: c, image: "
                 "'redis:7-alpine', resources: {requests: {cpu: 1}}}]}}\n";
    played p = play(pods);
    EXPECT_INT((int64_t)p.record->totals.counts[MN_FATE_WRONG_OS], 2);
    EXPECT_INT(p.record->totals.held.milli_cpu, 2000);
    EXPECT_INT(p.record->totals.held.memory_bytes, INT64_C(1) << 30);
    EXPECT_INT(p.record->nodes[1].requested.milli_cpu, 2000);
    EXPECT_INT((int64_t)p.record->nodes[1].counts[MN_FATE_WRONG_OS], 2);
    clear(&p);
}

static void a_pod_bound_by_name_passes_the_scheduler_but_not_kubelet(void)
{
    played p = play(
        TWO_OSES POD("big",
                     "nodeName: lin-0, containers: [{name: c, image: redis, resources: "
                     "{requests: {cpu: 40}}}]")
            POD("elsewhere", "nodeName: lin-0, nodeSelector: {kubernetes.io/os: windows}, " IMAGE)
                POD("nowhere", "nodeName: gone, " IMAGE) POD("fine", "nodeName: lin-0, " IMAGE));
    EXPECT_STR(pod_named(&p, "big")->reason, "OutOfcpu");
    EXPECT_STR(
        pod_named(&p, "big")->message,
        "Pod was rejected: Node didn't have enough resource: cpu, requested: 40000, used: 0, "
        "capacity: 4000");
    EXPECT_STR(pod_named(&p, "elsewhere")->reason, "NodeAffinity");
    EXPECT_INT(pod_named(&p, "nowhere")->fate, MN_FATE_FAILED);
    EXPECT_INT(pod_named(&p, "fine")->fate, MN_FATE_RUNS);
    clear(&p);
}

static void a_pod_that_is_ready_in_the_dump_runs(void)
{
    static const char pod[] = TWO_OSES
        "{apiVersion: v1, kind: Pod, metadata: {name: p, uid: u}, spec: {nodeName: win-0, "
        "containers: [{name: c, image: 'corp/app:1'}]}, status: {phase: Running, conditions: "
        "[{type: Ready, status: 'True'}]}}\n";
    played p = play(pod);
    EXPECT_INT(pod_named(&p, "p")->fate, MN_FATE_RUNS);
    EXPECT_TRUE(pod_named(&p, "p")->existed);
    clear(&p);
}

static void gates_and_other_schedulers_leave_a_pod_pending(void)
{
    played p = play(TWO_OSES POD("gated", "schedulingGates: [{name: example.com/g}], " IMAGE)
                        POD("foreign", "schedulerName: volcano, " IMAGE));
    EXPECT_STR(pod_named(&p, "gated")->status, "SchedulingGated");
    EXPECT_STR(pod_named(&p, "foreign")->message,
               "spec.schedulerName is \"volcano\": no such scheduler runs here");
    clear(&p);
}

static void an_enforcing_extender_says_why_no_node_is_left(void)
{
    played p = play(SCENARIO("{extender: {mode: enforce}, nodePools: [{name: win, count: 2, os: "
                             "windows, build: 20348}]}") POD("p", IMAGE));
    EXPECT_STR(p.record->extender, "enforce");
    EXPECT_INT(pod_named(&p, "p")->fate, MN_FATE_PENDING);
    EXPECT_TRUE(g_str_has_prefix(pod_named(&p, "p")->message, "0/2 nodes are available: 2 "));
    clear(&p);
}

static void without_nodes_it_says_how_to_add_some(void)
{
    const mn_run_options options = {0};
    played p = play_with(POD("p", IMAGE), &options);
    EXPECT_TRUE(p.record == NULL);
    EXPECT_TRUE(p.error != NULL && strstr(p.error->message, "\"nodePools\"") != NULL);
    clear(&p);
}

/* ---- notes and groups */

static void has_note(const char *text, mn_note_kind kind, const char *subject, const char *part)
{
    played p = play(text);
    bool found = false;
    for (size_t i = 0; p.record != NULL && i < p.record->note_count; i++) {
        const mn_record_note *note = &p.record->notes[i];
        found = found || (note->kind == kind && strcmp(note->subject, subject) == 0 &&
                          strstr(note->text, part) != NULL);
    }
    expect_true(found, part, __FILE__, __LINE__);
    clear(&p);
}

static void what_a_reader_should_know_is_noted(void)
{
    has_note(TWO_OSES "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}",
             MN_NOTE_IGNORED_KIND,
             "ConfigMap",
             "has no say here");
    has_note(SCENARIO("{nodePools: [{name: w, os: windows, build: 20348, labels: "
                      "{node.kubernetes.io/windows-build: 10.0.17763}}]}"),
             MN_NOTE_NODE_FACTS,
             "Node w-0",
             "says 10.0.17763, the kernel is 10.0.20348");
    has_note(SCENARIO("{nodePools: [{name: w, os: windows, build: 20348, kubelet: v1.16.0}]}"),
             MN_NOTE_NODE_FACTS,
             "Node w-0",
             "no label node.kubernetes.io/windows-build");
    has_note(SCENARIO("{nodePools: [{name: w, registerWithTaints: 'os=Windows:NoSchedule'}]}")
                 POD("p", "tolerations: [{key: os, value: windows}], " IMAGE),
             MN_NOTE_TAINT_CASE,
             "Pod default/p",
             "os=windows does not match the taint os=Windows");
    has_note(
        TWO_OSES POD("p", "volumes: [{name: v, persistentVolumeClaim: {claimName: data}}], " IMAGE),
        MN_NOTE_CLAIM,
        "Pod default/p",
        "data");
    has_note(TWO_OSES
             "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: d}, spec: {template: "
             "{spec: {nodeSelector: {a: b}, " IMAGE "}}}}",
             MN_NOTE_NO_PODS,
             "DaemonSet default/d",
             "no node is eligible");
    has_note(TWO_OSES POD("p", IMAGE) POD("p", IMAGE),
             MN_NOTE_OTHER,
             "Pod default/p",
             "given more than once");
}

static void nodes_that_came_one_by_one_make_pools_of_their_kind(void)
{
    played p = play(SCENARIO(
        "{nodePools: [{name: lin, count: 2}]}") "{apiVersion: v1, kind: Node, metadata: {name: a, labels: {kubernetes.io/os: windows, "
                                                "node.kubernetes.io/windows-build: 10.0.20348}}}\n---\n"
                                                "{apiVersion: v1, kind: Node, metadata: {name: b, labels: {kubernetes.io/os: windows, "
                                                "node.kubernetes.io/windows-build: 10.0.20348}}}\n---\n"
                                                "{apiVersion: v1, kind: Node, metadata: {name: c, labels: {kubernetes.io/os: linux}}}\n");
    EXPECT_INT((int64_t)p.record->pool_count, 3);
    EXPECT_STR(p.record->pools[0].name, "lin");
    EXPECT_STR(p.record->pools[1].name, "windows 10.0.20348");
    EXPECT_INT((int64_t)p.record->pools[1].node_count, 2);
    EXPECT_STR(p.record->pools[2].name, "linux");
    EXPECT_INT((int64_t)p.record->totals.linux_nodes, 3);
    EXPECT_INT((int64_t)p.record->totals.windows_builds, 1);
    clear(&p);
}

CU_TestInfo suite_simulator_run[] = {
    {"every shipped scenario shows what it says", every_shipped_scenario_shows_what_it_says},
    {"the same seed gives the same run", the_same_seed_gives_the_same_run},
    {"Pods take turns by priority, then arrival", pods_take_turns_by_priority_then_arrival},
    {"a Pod that waits for another gets a second chance",
     a_pod_that_waits_for_another_gets_a_second_chance},
    {"a Pod of higher priority takes the place of lower ones",
     a_pod_of_higher_priority_takes_the_place_of_lower_ones},
    {"a refused Pod says what the API server said", a_refused_pod_says_what_the_api_server_said},
    {"dead Pods hold what they requested, and refused ones do not",
     dead_pods_hold_what_they_requested_and_refused_ones_do_not},
    {"a Pod bound by name passes the scheduler but not kubelet",
     a_pod_bound_by_name_passes_the_scheduler_but_not_kubelet},
    {"a Pod that is Ready in the dump runs", a_pod_that_is_ready_in_the_dump_runs},
    {"gates and other schedulers leave a Pod Pending",
     gates_and_other_schedulers_leave_a_pod_pending},
    {"an enforcing extender says why no node is left",
     an_enforcing_extender_says_why_no_node_is_left},
    {"without nodes it says how to add some", without_nodes_it_says_how_to_add_some},
    {"what a reader should know is noted", what_a_reader_should_know_is_noted},
    {"nodes that came one by one make pools of their kind",
     nodes_that_came_one_by_one_make_pools_of_their_kind},
    CU_TEST_INFO_NULL,
};
