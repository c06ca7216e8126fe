/* SPDX-License-Identifier: Apache-2.0 */
/* A KubeSchedulerConfiguration among the files of a scenario. */
#include "simulator/engine/engine.h"
#include "simulator/reports/reports.h"
#include "tests/support/expect.h"
#include "tests/support/replay_server.h"

#include <string.h>

#define CONFIG(members)                                                                       \
    "{apiVersion: kubescheduler.config.k8s.io/v1, kind: KubeSchedulerConfiguration, " members \
    "}\n---\n"
#define NODES(more)                                                                           \
    "{apiVersion: mullion.dev/v1alpha1, kind: Scenario, metadata: {name: test}, spec: {" more \
    "nodePools: [{name: lin, count: 3}]}}\n---\n"
#define POD(name, more)                                                                     \
    "{apiVersion: v1, kind: Pod, metadata: {name: " name ", uid: u-" name "}, spec: {" more \
    "containers: [{name: c, image: 'redis:7-alpine'}]}}\n---\n"

typedef struct played {
    mn_scenario *scenario;
    mn_record *record;
    GError *error;
} played;

static played play(const char *text)
{
    const mn_source source = {.name = "test.yaml", .bytes = text, .len = strlen(text)};
    const mn_run_options options = {.has_seed = false};
    played p = {.error = NULL};
    p.scenario = mn_scenario_load_source(&source, &p.error);
    if (p.scenario != NULL)
        p.record = mn_engine_run(p.scenario, &options, &p.error);
    return p;
}

static void clear(played *p)
{
    mn_record_free(p->record);
    mn_scenario_free(p->scenario);
    g_clear_error(&p->error);
}

/* Where the only Pod of the text is, or why not. */
static void goes(const char *text, const char *want)
{
    played p = play(text);
    const mn_record_pod *pod = p.record == NULL ? NULL : &p.record->pods[0];
    if (pod == NULL)
        EXPECT_STR(p.error == NULL ? "" : p.error->message, want);
    else
        EXPECT_STR(pod->node != NULL ? pod->node : pod->message, want);
    clear(&p);
}

static void pods_choose_a_profile_by_its_name(void)
{
    static const char *const profiles =
        CONFIG("profiles: [{schedulerName: mine, plugins: {filter: {disabled: [{name: "
               "NodeName}]}}}]") NODES("tieBreak: first, ");
    g_autofree char *mine = g_strconcat(profiles, POD("p", "schedulerName: mine, "), NULL);
    g_autofree char *nobodys = g_strconcat(profiles, POD("p", ""), NULL);
    goes(mine, "lin-0");
    goes(nobodys, "spec.schedulerName is \"default-scheduler\": no such scheduler runs here");
    goes(NODES("") POD("p", "schedulerName: mine, "),
         "spec.schedulerName is \"mine\": no such scheduler runs here");
}

static void what_is_wrong_with_it_is_told_with_its_place(void)
{
    goes(CONFIG("") CONFIG("") NODES("") POD("p", ""),
         "test.yaml:3:1: a second KubeSchedulerConfiguration: the first is in test.yaml");
    goes(CONFIG("extender: []") NODES("") POD("p", ""),
         "test.yaml:1:90: extender: unknown field (did you mean \"extenders\"?)");
    goes(CONFIG("extenders: [{urlPrefix: 'https://x', tlsConfig: {caFile: /no/ca}}]") NODES("")
             POD("p", ""),
         "extender \"https://x\": open /no/ca: no such file or directory (caFile)");
}

/* kubernetes/kubernetes#141526: the Pod of team a is in no namespace that is not a's. */
static void an_upstream_bug_is_reproduced_until_it_is_listed(void)
{
    static const char *const pods =
        "{apiVersion: v1, kind: Pod, metadata: {name: p, uid: u-p}, spec: {containers: [{name: c, "
        "image: 'redis:7-alpine'}], affinity: {podAntiAffinity: "
        "{requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/os, "
        "labelSelector: {}, namespaceSelector: {matchExpressions: [{key: team, operator: NotIn, "
        "values: [a]}]}}]}}}}\n---\n"
        "{apiVersion: v1, kind: Namespace, metadata: {name: a, labels: {team: a}}}\n---\n"
        "{apiVersion: v1, kind: Pod, metadata: {name: q, namespace: a, uid: u-q}, spec: {nodeName: "
        "lin-0, containers: [{name: c, image: 'redis:7-alpine'}]}}\n";
    g_autofree char *as_it_is = g_strconcat(NODES("tieBreak: first, "), pods, NULL);
    g_autofree char *fixed =
        g_strconcat(NODES("tieBreak: first, upstreamFixes: [namespaceSelector], "), pods, NULL);
    goes(as_it_is,
         "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules. no new claims "
         "to deallocate, preemption: 0/3 nodes are available: 3 No preemption victims found for "
         "incoming pod.");
    goes(fixed, "lin-1");
    goes(
        NODES("upstreamFixes: [namespaceSelectors], ") "",
        "test.yaml:1:99: spec.upstreamFixes[0]: expected one of affinityHints, emptyNodeInfos, "
        "namespaceSelector, podLevelScore, found \"namespaceSelectors\" (did you mean \"namespaceSelector\"?)");
}

/* ---- a server on loopback in the part of the extender */

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Length: 0"

static replay_answer answer_of(const char *body)
{
    return (replay_answer){.head = OK_HEAD, .body = body, .len = strlen(body)};
}

static char *with_port(const char *text, uint16_t port)
{
    g_autofree char *number = g_strdup_printf("%u", port);
    g_auto(GStrv) parts = g_strsplit(text, "PORT", -1);
    return g_strjoinv(number, parts);
}

#define LIVE(more)                                                                         \
    CONFIG("extenders: [{urlPrefix: 'http://127.0.0.1:PORT/x', filterVerb: filter, "       \
           "prioritizeVerb: prioritize, weight: 20, nodeCacheCapable: true, httpTimeout: " \
           "5s" more "}]")

static void an_http_extender_is_called_and_the_report_says_so(void)
{
    const replay_answer answers[] = {
        answer_of("{\"NodeNames\":[\"lin-1\",\"lin-2\"]}"),
        answer_of("[{\"Host\":\"lin-2\",\"Score\":10}]"),
    };
    g_autoptr(replay_server) server = replay_server_start(answers, G_N_ELEMENTS(answers));
    g_autofree char *text = with_port(LIVE("") NODES("") POD("p", ""), replay_server_port(server));
    g_autofree char *url = with_port("http://127.0.0.1:PORT/x", replay_server_port(server));
    g_autofree char *member = g_strdup_printf("\"liveExtenders\": [\n    \"%s\"\n  ]", url);
    g_autofree char *headline = g_strconcat("calls a live extender: ", url, NULL);
    g_autoptr(GString) json = g_string_new(NULL);
    g_autoptr(GString) table = g_string_new(NULL);
    const mn_view view = {.page = {.columns = 1000}};
    played p = play(text);
    EXPECT_TRUE(p.record != NULL);
    if (p.record == NULL)
        return;
    EXPECT_STR(p.record->pods[0].node, "lin-2");
    mn_report_json(p.record, &view, json);
    mn_report_table(p.record, &view, table);
    EXPECT_TRUE(strstr(json->str, member) != NULL);
    EXPECT_TRUE(strstr(table->str, headline) != NULL);
    clear(&p);
    const GPtrArray *requests = replay_server_stop(server);
    EXPECT_INT(requests->len, 2);
    EXPECT_STR(((const replay_request *)g_ptr_array_index(requests, 1))->path, "/x/prioritize");
    EXPECT_TRUE(strstr(((const replay_request *)g_ptr_array_index(requests, 1))->body,
                       "\"Nodes\":null,\"NodeNames\":[\"lin-1\",\"lin-2\"]") != NULL);
}

static void one_that_is_down_stops_the_pod_unless_it_is_ignorable(void)
{
    g_autofree char *strict = with_port(LIVE("") NODES("tieBreak: first, ") POD("p", ""), 1);
    g_autofree char *lenient =
        with_port(LIVE(", ignorable: true") NODES("tieBreak: first, ") POD("p", ""), 1);
    goes(strict,
         "Post \"http://127.0.0.1:1/x/filter\": dial tcp 127.0.0.1:1: connect: connection "
         "refused");
    goes(lenient, "lin-0");
}

/* The built-in policy filters first, so the server is offered what is left. */
static void it_works_beside_the_built_in_policy(void)
{
    const replay_answer answer = answer_of("{\"NodeNames\":[\"lin-1\"]}");
    g_autoptr(replay_server) server = replay_server_start(&answer, 1);
    g_autofree char *text = with_port(
        LIVE("") "{apiVersion: mullion.dev/v1alpha1, kind: Scenario, spec: {extender: {}, "
                 "nodePools: [{name: lin, count: 2}, {name: win, os: windows, build: "
                 "20348}]}}\n---\n" POD("p", ""),
        replay_server_port(server));
    goes(text, "lin-1");
    const replay_request *request = g_ptr_array_index(replay_server_stop(server), 0);
    EXPECT_TRUE(strstr(request->body, "win-0") == NULL);
}

extern CU_TestInfo suite_simulator_schedulers[];
CU_TestInfo suite_simulator_schedulers[] = {
    {"Pods choose a profile by its name", pods_choose_a_profile_by_its_name},
    {"what is wrong with it is told with its place", what_is_wrong_with_it_is_told_with_its_place},
    {"an upstream bug is reproduced until it is listed",
     an_upstream_bug_is_reproduced_until_it_is_listed},
    {"an HTTP extender is called, and the report says so",
     an_http_extender_is_called_and_the_report_says_so},
    {"one that is down stops the Pod unless it is ignorable",
     one_that_is_down_stops_the_pod_unless_it_is_ignorable},
    {"it works beside the built-in policy", it_works_beside_the_built_in_policy},
    CU_TEST_INFO_NULL,
};
