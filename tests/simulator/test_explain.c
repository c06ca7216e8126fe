/* SPDX-License-Identifier: Apache-2.0 */
/* Who is meant, what is told of him, and what would help. */
#include "simulator/explain/explain.h"
#include "simulator/explain/pick.h"
#include "simulator/explain/report.h"
#include "simulator/scenario/duration.h"
#include "tests/support/expect.h"

#include <string.h>

#define SCENARIO(pools) \
    "apiVersion: mullion.dev/v1alpha1\nkind: Scenario\nspec: {nodePools: [" pools "]}\n---\n"
#define LINUX(count) "{name: lin, count: " count ", allocatable: {cpu: 2, memory: 4Gi}}"
#define WINDOWS(more) \
    ", {name: win, os: windows, build: 20348, allocatable: {cpu: 2, memory: 4Gi}" more "}"
#define TAINTED  ", taints: [{key: os, value: windows, effect: NoSchedule}]"
#define REDIS    "containers: [{name: c, image: 'redis:7'}]"
#define IIS      "containers: [{name: c, image: 'mcr.microsoft.com/windows/servercore:ltsc2022'}]"
#define IIS_2019 "containers: [{name: c, image: 'mcr.microsoft.com/windows/servercore:ltsc2019'}]"
#define DEPLOYMENT_IN(namespace_, name, replicas, spec)                                          \
    "{apiVersion: apps/v1, kind: Deployment, metadata: {name: " name ", namespace: " namespace_  \
    "}, spec: {replicas: " replicas ", selector: {matchLabels: {app: x}}, template: {metadata: " \
    "{labels: {app: x}}, spec: {" spec "}}}}\n---\n"
#define DEPLOYMENT(name, spec) DEPLOYMENT_IN("shop", name, "1", spec)
#define POD(name, spec) \
    "{apiVersion: v1, kind: Pod, metadata: {name: " name "}, spec: {" spec "}}\n---\n"

typedef struct told {
    mn_scenario *scenario;
    mn_explained *e;
    GError *error;
} told;

static told ask_at(const char *text, const char *pod, const mn_run_options *options, const char *at)
{
    const mn_source source = {.name = "test.yaml", .bytes = text, .len = strlen(text)};
    mn_explain_request request = {.pod = pod, .has_at = at != NULL};
    if (at != NULL && !mn_duration_parse(at, &mn_duration_virtual, &request.at_ms))
        g_error("the test's own time");
    told t = {.error = NULL};
    t.scenario = mn_scenario_load_source(&source, &t.error);
    if (t.scenario == NULL)
        g_error("the test's own scenario: %s", t.error == NULL ? "" : t.error->message);
    t.e = mn_explain(t.scenario, options, &request, &t.error);
    return t;
}

static told ask_with(const char *text, const char *pod, const mn_run_options *options)
{
    return ask_at(text, pod, options, NULL);
}

static told ask(const char *text, const char *pod)
{
    told t = ask_with(text, pod, &(mn_run_options){0});
    expect_true(t.e != NULL, t.error == NULL ? "" : t.error->message, __FILE__, __LINE__);
    return t;
}

static void clear(told *t)
{
    mn_explained_free(t->e);
    mn_scenario_free(t->scenario);
    g_clear_error(&t->error);
}

static const mn_explained_node *node_named(const told *t, const char *name)
{
    for (size_t i = 0; i < t->e->node_count; i++) {
        if (strcmp(t->e->nodes[i].name, name) == 0)
            return &t->e->nodes[i];
    }
    g_error("no node \"%s\" was explained", name);
}

/* ---------------------------------------------------------------- who is meant */

#define TWO_SHOPS                                                                     \
    SCENARIO(LINUX("1") WINDOWS(""))                                                  \
    DEPLOYMENT_IN("a", "web", "3", REDIS ", nodeSelector: {kubernetes.io/os: linux}") \
    DEPLOYMENT_IN("b", "web", "2", IIS ", nodeSelector: {kubernetes.io/os: linux}")   \
    DEPLOYMENT_IN("b", "cache", "2", REDIS ", nodeSelector: {no: where}")             \
    DEPLOYMENT_IN("b", "none", "0", REDIS)                                            \
    POD("alone", REDIS) POD("alone-2", REDIS)

static void pods_are_named_in_many_ways(void)
{
    static const struct row {
        const char *text, *namespace_, *owner, *picked;
    } rows[] = {
        {"alone", "default", "alone", ""},
        {"alone-", "default", "alone-2", ""},
        {"default/alone", "default", "alone", ""},
        {"pod/alone", "default", "alone", ""},
        {"po/alone", "default", "alone", ""},
        {"deploy/cache",
         "b",
         "cache",
         "the first that does not run of the 2 Pods of Deployment/cache"},
        {"deployments/cache",
         "b",
         "cache",
         "the first that does not run of the 2 Pods of Deployment/cache"},
        {"b/deployment/web", "b", "web", "the first misplaced of the 2 Pods of Deployment/web"},
        {"a/Deployment/web", "a", "web", "the first of the 3 Pods of Deployment/web"},
        {"a/web", "a", "web", "the first of the 3 Pods of Deployment/web"},
        {"cac", "b", "cache", "the first that does not run of the 2 Pods of Deployment/cache"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        told t = ask(TWO_SHOPS, rows[i].text);
        EXPECT_STR(t.e->namespace_, rows[i].namespace_);
        EXPECT_STR(t.e->owner, rows[i].owner);
        EXPECT_STR(t.e->picked, rows[i].picked);
        clear(&t);
    }
}

static void who_is_not_there_or_several_is_an_error(void)
{
    static const struct row {
        const char *text, *error;
    } rows[] = {
        {"deploy/web", "\"deploy/web\" could be 5 Pods: a/web-"},
        {"a", "\"a\" could be 2 Pods: default/alone, default/alone-2"},
        {"deployment/none", "Deployment b/none has no Pods: replicas: 0"},
        {"deployment/cach",
         "no Pod and no workload is called \"deployment/cach\" (did you mean "
         "\"deployment/cache\"?); there are the Pods of a/deployment/web, "},
        {"c/web", "no Pod and no workload is called \"c/web\""},
        {"", "no Pod and no workload is called \"\""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        told t = ask_with(TWO_SHOPS, rows[i].text, &(mn_run_options){0});
        EXPECT_TRUE(t.e == NULL);
        expect_true(t.error != NULL && g_str_has_prefix(t.error->message, rows[i].error),
                    t.error == NULL ? rows[i].text : t.error->message,
                    __FILE__,
                    __LINE__);
        clear(&t);
    }
}

/* ---------------------------------------------------------------- what is told */

static void evidence_and_what_is_missing_are_told(void)
{
    told t =
        ask(SCENARIO(LINUX("1") WINDOWS(""))
                POD("p", IIS ", os: {name: windows}, tolerations: [{key: os, operator: Exists}]"),
            "p");
    EXPECT_STR(t.e->need_text, "needs windows 10.0.20348");
    EXPECT_STR(t.e->signals[0].field, "spec.os.name");
    EXPECT_INT(t.e->signals[0].strength, MN_STRENGTH_DECISIVE);
    EXPECT_STR(t.e->signals[1].field, "spec.containers[0].image");
    EXPECT_INT(t.e->signals[1].strength, MN_STRENGTH_STRONG);
    EXPECT_STR(t.e->absent[0], "nodeSelector");
    EXPECT_INT((int64_t)t.e->tolerates_count, 1);
    EXPECT_STR(t.e->tolerates[0], "os");
    clear(&t);
}

static void each_node_has_a_verdict_and_an_end(void)
{
    told t = ask(SCENARIO(LINUX("2") WINDOWS(TAINTED)) POD("p", REDIS), "p");
    EXPECT_STR(t.e->event, "Scheduled");
    g_autofree char *text = g_strconcat("Successfully assigned default/p to ", t.e->chosen, NULL);
    EXPECT_STR(t.e->event_text, text);
    EXPECT_INT((int64_t)t.e->feasible, 2);
    EXPECT_INT((int64_t)t.e->tied, 2);
    EXPECT_TRUE(t.e->nodes[0].chosen);
    EXPECT_TRUE(g_str_has_prefix(t.e->nodes[0].then_brief, "runs after "));
    EXPECT_STR(t.e->nodes[1].then_brief, "runs");
    const mn_explained_node *win = node_named(&t, "win-0");
    EXPECT_INT(win->verdict, MN_EXPLAINED_REJECTED);
    EXPECT_STR(win->by, "TaintToleration");
    EXPECT_INT(win->code, MN_CODE_UNRESOLVABLE);
    EXPECT_STR(win->reason, "node(s) had untolerated taint {os: windows}");
    EXPECT_STR(win->then_brief, "ImagePullBackOff for ever");
    EXPECT_STR(win->then_cause, "no match for platform in manifest: not found");
    EXPECT_STR(win->match, "wrong OS: the Pod needs linux, the node runs windows");
    EXPECT_INT((int64_t)t.e->fix_count, 0);
    clear(&t);
}

static void a_total_is_the_sum_of_its_columns(void)
{
    told t =
        ask_with(SCENARIO(LINUX("2") WINDOWS("")) POD("p", REDIS),
                 "p",
                 &(mn_run_options){.has_extender_mode = true, .extender_mode = MN_EXTENDER_PREFER});
    bool extender = false;
    for (size_t i = 0; i < t.e->feasible; i++) {
        int64_t sum = 0;
        for (size_t c = 0; c < t.e->column_count; c++) {
            sum += t.e->nodes[i].scores[c].weighted;
            extender = extender || t.e->columns[c].is_extender;
        }
        EXPECT_INT(sum, t.e->nodes[i].total);
    }
    EXPECT_TRUE(extender);
    EXPECT_INT((int64_t)t.e->feasible, 3);
    EXPECT_TRUE(t.e->nodes[0].then.fate == MN_FATE_RUNS);
    clear(&t);
}

static void the_extender_says_why_a_node_fell_to_it(void)
{
    told t = ask_with(
        SCENARIO(LINUX("1") WINDOWS("")) POD("p", REDIS),
        "p",
        &(mn_run_options){.has_extender_mode = true, .extender_mode = MN_EXTENDER_ENFORCE});
    const mn_explained_node *win = node_named(&t, "win-0");
    EXPECT_INT(win->verdict, MN_EXPLAINED_LEFT_OUT);
    EXPECT_STR(win->by, "mullion-extender");
    EXPECT_STR(win->reason, "node(s) ran Windows, the Pod needs Linux");
    EXPECT_TRUE(!t.e->scored);
    clear(&t);
}

static void nodes_beyond_the_sample_are_told_apart(void)
{
    told t = ask(SCENARIO(LINUX("300")) POD("p", REDIS), "p");
    EXPECT_INT((int64_t)t.e->wanted, 144); /* 48 % of 300 */
    EXPECT_INT((int64_t)t.e->feasible, 144);
    EXPECT_INT((int64_t)t.e->unseen, 156);
    EXPECT_INT(t.e->nodes[144].verdict, MN_EXPLAINED_UNSEEN);
    EXPECT_STR(t.e->nodes[144].then_brief, "runs");
    clear(&t);
}

static void the_last_attempt_until_then_is_told(void)
{
    static const char text[] = SCENARIO(LINUX("1") WINDOWS(TAINTED))
        POD("p", REDIS ", nodeSelector: {disk: ssd}") POD("q", REDIS);
    static const struct row {
        const char *at;
        size_t attempts;
        int64_t time_ms;
    } rows[] = {
        {"0", 1, 0},
        {"5m", 1, 0},
        {"10m", 2, 330000},
        {NULL, 2, 330000},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        told t = ask_at(text, "p", &(mn_run_options){0}, rows[i].at);
        EXPECT_INT((int64_t)t.e->attempts, (int64_t)rows[i].attempts);
        EXPECT_INT(t.e->time_ms, rows[i].time_ms);
        clear(&t);
    }
}

static void pods_that_nobody_tried_are_asked_about_anew(void)
{
    static const struct row {
        const char *pods, *why;
    } rows[] = {
        {POD("p", REDIS ", nodeName: win-0"),
         "its spec.nodeName is win-0, which passes kube-scheduler by"},
        {POD("p", REDIS ", schedulingGates: [{name: a.io/b}]"),
         "it waits behind its scheduling gates: a.io/b"},
        {POD("p", REDIS ", schedulerName: mine"), "no scheduler here is called \"mine\""},
        {"{apiVersion: v1, kind: Pod, metadata: {name: p, uid: u}, spec: {" REDIS
         ", nodeName: win-0}, status: {phase: Running}}\n",
         "it came bound to win-0"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text =
            g_strconcat(SCENARIO(LINUX("1") WINDOWS(TAINTED)), rows[i].pods, NULL);
        told t = ask(text, "p");
        EXPECT_INT(t.e->moment, MN_EXPLAINED_ANEW);
        EXPECT_STR(t.e->why_anew, rows[i].why);
        EXPECT_STR(t.e->chosen, "lin-0");
        clear(&t);
    }
}

static void a_refused_pod_has_the_api_servers_words_only(void)
{
    told t = ask(SCENARIO(LINUX("1")) POD("p", REDIS ", runtimeClassName: nope"), "p");
    EXPECT_INT(t.e->moment, MN_EXPLAINED_NEVER);
    EXPECT_INT((int64_t)t.e->node_count, 0);
    EXPECT_TRUE(strstr(t.e->record->message, "nope") != NULL);
    clear(&t);
}

/* ---------------------------------------------------------------- what would help */

static char *fixes_of(const told *t)
{
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < t->e->fix_count; i++) {
        const mn_explained_fix *fix = &t->e->fixes[i];
        g_string_append_printf(text, "%s%s: %s", i == 0 ? "" : "\n", fix->what, fix->effect);
        if (*fix->price != '\0')
            g_string_append_printf(text, "; %s", fix->price);
    }
    return g_string_free(text, FALSE);
}

static void helps(const char *text, const char *want)
{
    told t = ask(text, "deploy/x");
    g_autofree char *got = fixes_of(&t);
    EXPECT_STR(got, want);
    clear(&t);
}

static void a_misplaced_pod_is_helped_by_telling_its_os(void)
{
    helps(SCENARIO(LINUX("2") WINDOWS(", count: 9")) DEPLOYMENT("x", REDIS)
              DEPLOYMENT("own", IIS ", nodeSelector: {kubernetes.io/os: windows}, priority: 0"),
          "nodeSelector kubernetes.io/os: linux on Deployment shop/x: 2 nodes left, and it runs on "
          "each\n"
          "taint os=windows:NoSchedule on the 9 Windows nodes: 2 nodes left, and it runs on each; "
          "no other Pod loses its place\n"
          "mullion-extender, mode enforce: 2 nodes left, and it runs on each; no other Pod loses "
          "its place");
}

static void a_taint_has_its_price(void)
{
    told t =
        ask(SCENARIO(LINUX("1") WINDOWS(", count: 2"))
                DEPLOYMENT_IN("shop", "a", "3", IIS ", nodeSelector: {kubernetes.io/os: windows}")
                    DEPLOYMENT("x", REDIS),
            "deploy/x");
    EXPECT_STR(t.e->fixes[1].price, "3 other Pods that run now would not be placed there again");
    EXPECT_INT((int64_t)t.e->fixes[1].losers, 3);
    EXPECT_STR(t.e->fixes[1].command,
               "kubectl taint nodes -l kubernetes.io/os=windows os=windows:NoSchedule");
    clear(&t);
}

static void a_pending_pod_is_helped_by_what_keeps_it_away(void)
{
    static const struct row {
        const char *nodes, *pod, *want;
    } rows[] = {
        {SCENARIO(LINUX("1") WINDOWS(TAINTED)),
         IIS ", nodeSelector: {kubernetes.io/os: windows}",
         "toleration of os=windows:NoSchedule on Deployment shop/x: fits 1 node, and runs there"},
        {SCENARIO(LINUX("1") WINDOWS(TAINTED)),
         IIS
         ", nodeSelector: {kubernetes.io/os: windows}, tolerations: [{key: os, value: Windows}]",
         "toleration of os=windows:NoSchedule instead of os=Windows on Deployment shop/x: fits 1 "
         "node, and runs there"},
        {SCENARIO(LINUX("1") WINDOWS("")),
         REDIS ", nodeSelector: {kubernetes.io/os: Linux}",
         "nodeSelector kubernetes.io/os: linux instead of Linux on Deployment shop/x: fits 1 node, "
         "and runs there"},
        {SCENARIO(LINUX("2")),
         REDIS ", nodeSelector: {disk: ssd}",
         "no nodeSelector disk: ssd, which no node has, on Deployment shop/x: fits 2 nodes, and "
         "runs on each"},
        {SCENARIO(LINUX("2")),
         REDIS ", affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
               "{nodeSelectorTerms: [{matchExpressions: [{key: disk, operator: Exists}]}]}}}",
         "no required node affinity on Deployment shop/x: fits 2 nodes, and runs on each"},
        {SCENARIO(LINUX("2")),
         "containers: [{name: c, image: 'redis:7', resources: {requests: {cpu: 2500m, memory: 1Gi}}}]",
         "requests of at most 2 cpu (of 2500m) on Deployment shop/x: fits 2 nodes, and runs on "
         "each"},
        {SCENARIO("{name: lin, count: 2, template: {spec: {unschedulable: true}}}"),
         REDIS,
         "kubectl uncordon lin-0 lin-1: fits 2 nodes, and runs on each\n"
         "one more node like lin-0: fits 1 node, and runs there"},
        {SCENARIO(LINUX("1") WINDOWS("")),
         IIS_2019 ", nodeSelector: {node.kubernetes.io/windows-build: 10.0.17763}",
         "one Windows node of build 10.0.17763: fits 1 node, and runs there"},
        {SCENARIO(LINUX("1") WINDOWS(TAINTED)),
         IIS_2019,
         "toleration of os=windows:NoSchedule, nodeSelector node.kubernetes.io/windows-build: "
         "10.0.17763 on Deployment shop/x and one Windows node of build 10.0.17763: fits 1 other "
         "node, and runs there\n"
         "toleration of os=windows:NoSchedule on Deployment shop/x, mullion-extender, mode enforce "
         "and one Windows node of build 10.0.17763: fits 1 other node, and runs there; no other Pod "
         "loses its place"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *deployment =
            g_strdup_printf(DEPLOYMENT_IN("shop", "x", "1", "%s"), rows[i].pod);
        g_autofree char *text = g_strconcat(rows[i].nodes, deployment, NULL);
        helps(text, rows[i].want);
    }
}

static void a_daemon_set_is_helped_by_making_no_pod(void)
{
    told t = ask(
        SCENARIO(LINUX("1") WINDOWS(
            ", count: 2")) "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: d}, spec: {selector: "
                           "{matchLabels: {app: d}}, template: {metadata: {labels: {app: d}}, spec: {" REDIS
                           "}}}}\n",
        "ds/d");
    g_autofree char *got = fixes_of(&t);
    EXPECT_STR(t.e->picked, "the first misplaced of the 3 Pods of DaemonSet/d");
    EXPECT_INT(t.e->nodes[1].verdict, MN_EXPLAINED_EXCLUDED);
    EXPECT_STR(got,
               "nodeSelector kubernetes.io/os: linux on DaemonSet default/d: no Pod is made for "
               "such a node any more\n"
               "taint os=windows:NoSchedule on the 2 Windows nodes: no Pod is made for such a node "
               "any more; no other Pod loses its place");
    clear(&t);
}

static void fixes_come_as_commands(void)
{
    told t = ask(SCENARIO(LINUX("1") WINDOWS(TAINTED))
                     DEPLOYMENT("x", IIS ", tolerations: [{key: a, operator: Exists}]"),
                 "deploy/x");
    EXPECT_STR(
        t.e->fixes[0].command,
        "kubectl patch deployment x -n shop -p "
        "'{\"spec\":{\"template\":{\"spec\":{\"nodeSelector\":{\"kubernetes.io/os\":"
        "\"windows\"}}}}}' && kubectl patch deployment x -n shop -p "
        "'{\"spec\":{\"template\":{\"spec\":{\"tolerations\":[{\"key\":\"a\",\"operator\":"
        "\"Exists\"},{\"key\":\"os\",\"value\":\"windows\",\"effect\":\"NoSchedule\"}]}}}}'");
    clear(&t);
}

static void trying_fixes_leaves_the_run_as_it_was(void)
{
    static const char text[] = SCENARIO(LINUX("2") WINDOWS(", count: 3"))
        DEPLOYMENT_IN("shop", "x", "7", REDIS) DEPLOYMENT_IN("shop", "iis", "7", IIS);
    const mn_source source = {.name = "test.yaml", .bytes = text, .len = sizeof text - 1};
    g_autoptr(GError) error = NULL;
    g_autoptr(mn_scenario) scenario = mn_scenario_load_source(&source, &error);
    if (scenario == NULL)
        g_error("the test's own scenario: %s", error->message);
    g_autoptr(mn_record) record = mn_engine_run(scenario, &(mn_run_options){0}, NULL);
    for (size_t i = 0; i < record->pod_count; i++) {
        const mn_explain_request request = {.pod = record->pods[i].name};
        g_autoptr(mn_explained) e = mn_explain(scenario, &(mn_run_options){0}, &request, NULL);
        EXPECT_STR(e->chosen, record->pods[i].node);
        EXPECT_INT((int64_t)e->tied, (int64_t)record->pods[i].ties);
        EXPECT_INT((int64_t)e->feasible, (int64_t)record->pods[i].feasible);
        EXPECT_INT(e->nodes[0].then.fate, record->pods[i].fate);
    }
}

extern CU_TestInfo suite_simulator_explain[];
CU_TestInfo suite_simulator_explain[] = {
    {"Pods are named in many ways", pods_are_named_in_many_ways},
    {"who is not there, or several, is an error", who_is_not_there_or_several_is_an_error},
    {"evidence and what is missing are told", evidence_and_what_is_missing_are_told},
    {"each node has a verdict and an end", each_node_has_a_verdict_and_an_end},
    {"a total is the sum of its columns", a_total_is_the_sum_of_its_columns},
    {"the extender says why a node fell to it", the_extender_says_why_a_node_fell_to_it},
    {"nodes beyond the sample are told apart", nodes_beyond_the_sample_are_told_apart},
    {"the last attempt until then is told", the_last_attempt_until_then_is_told},
    {"Pods that nobody tried are asked about anew", pods_that_nobody_tried_are_asked_about_anew},
    {"a refused Pod has the API server's words only", a_refused_pod_has_the_api_servers_words_only},
    {"a misplaced Pod is helped by telling its OS", a_misplaced_pod_is_helped_by_telling_its_os},
    {"a taint has its price", a_taint_has_its_price},
    {"a pending Pod is helped by what keeps it away",
     a_pending_pod_is_helped_by_what_keeps_it_away},
    {"a DaemonSet is helped by making no Pod", a_daemon_set_is_helped_by_making_no_pod},
    {"fixes come as commands", fixes_come_as_commands},
    {"trying fixes leaves the run as it was", trying_fixes_leaves_the_run_as_it_was},
    CU_TEST_INFO_NULL,
};
