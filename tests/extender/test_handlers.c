/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/expect.h"
#include "tests/support/extender_service.h"

#include <string.h>

static const char cluster[] =
    "apiVersion: v1\n"
    "kind: List\n"
    "items:\n"
    "- {apiVersion: v1, kind: Node, metadata: {name: lin, labels: {kubernetes.io/os: linux}}}\n"
    "- {apiVersion: v1, kind: Node, metadata: {name: w19, labels: {kubernetes.io/os: windows,"
    " node.kubernetes.io/windows-build: 10.0.17763}},"
    " status: {nodeInfo: {containerRuntimeVersion: 'containerd://1.7.20'}}}\n"
    "- {apiVersion: v1, kind: Node, metadata: {name: w22, labels: {kubernetes.io/os: windows,"
    " node.kubernetes.io/windows-build: 10.0.20348}},"
    " status: {nodeInfo: {containerRuntimeVersion: 'containerd://1.7.20'}}}\n"
    "- {apiVersion: v1, kind: Node, metadata: {name: w25, labels: {kubernetes.io/os: windows,"
    " node.kubernetes.io/windows-build: 10.0.26100}},"
    " status: {nodeInfo: {containerRuntimeVersion: 'containerd://1.7.20'}}}\n"
    "- {apiVersion: node.k8s.io/v1, kind: RuntimeClass, metadata: {name: win22},"
    " handler: runhcs-wcow-process, scheduling: {nodeSelector: {kubernetes.io/os: windows,"
    " node.kubernetes.io/windows-build: 10.0.20348}}}\n";

#define POD(spec) \
    "{\"metadata\":{\"name\":\"p\",\"namespace\":\"n\",\"uid\":\"u\"},\"spec\":{" spec "}}"
#define IMAGE(image)     POD("\"containers\":[{\"name\":\"c\",\"image\":\"" image "\"}]")
#define NAMES(names)     "\"NodeNames\":[" names "]"
#define ALL              NAMES("\"lin\",\"w19\",\"w22\",\"w25\"")
#define ARGS(pod, nodes) "{\"Pod\":" pod "," nodes "}"

static extender_service *service_with(const char *config)
{
    g_autofree char *path = write_temporary("nodes.yaml", cluster);
    g_autofree char *text = g_strdup_printf("nodes: {path: %s}\n%s", path, config);
    return extender_service_new(text);
}

static void filter_with(const char *config, const char *body, const char *want)
{
    g_autoptr(extender_service) service = service_with(config);
    g_autoptr(mn_arena) arena = mn_arena_new();
    mn_str answer = extender_service_ask(service, arena, "filter", mn_str_of(body));
    EXPECT_STR(kept_nodes(arena, answer), want);
}

static void answers(const char *config, const char *verb, const char *body, const char *want)
{
    g_autoptr(extender_service) service = service_with(config);
    g_autoptr(mn_arena) arena = mn_arena_new();
    mn_str answer = extender_service_ask(service, arena, verb, mn_str_of(body));
    EXPECT_STR(mn_arena_strndup(arena, answer.ptr, answer.len), want);
}

static void only_nodes_of_the_right_os_and_build_are_kept(void)
{
    filter_with("", ARGS(IMAGE("redis:7"), ALL), "lin");
    filter_with("", ARGS(IMAGE("mcr.microsoft.com/windows/servercore:ltsc2019"), ALL), "w19");
    filter_with("", ARGS(IMAGE("mcr.microsoft.com/windows/servercore:ltsc2022"), ALL), "w22 w25");
    filter_with(
        "", ARGS(POD("\"os\":{\"name\":\"windows\"},\"containers\":[]"), ALL), "w19 w22 w25");
    filter_with("", ARGS(POD("\"runtimeClassName\":\"win22\",\"containers\":[]"), ALL), "w22");
    filter_with("", ARGS(IMAGE("redis:7"), NAMES("")), "");
}

static void the_policy_follows_the_configuration(void)
{
    filter_with("defaultOS: windows", ARGS(IMAGE("x"), ALL), "w19 w22 w25");
    filter_with("defaultOS: unknown", ARGS(IMAGE("x"), ALL), "lin w19 w22 w25");
    filter_with("buildRule: exact",
                ARGS(IMAGE("mcr.microsoft.com/windows/servercore:ltsc2022"), ALL),
                "w22");
    filter_with("images: [{match: 'reg.corp/*', os: windows, builds: [10.0.17763]}]",
                ARGS(IMAGE("reg.corp/app:1"), ALL),
                "w19");
}

static void answers_have_the_go_names_and_no_null_that_hurts(void)
{
    answers("",
            "filter",
            ARGS(IMAGE("redis:7"), NAMES("\"lin\",\"w19\"")),
            "{\"Nodes\":null,\"NodeNames\":[\"lin\"],\"FailedNodes\":{},"
            "\"FailedAndUnresolvableNodes\":{\"w19\":\"node(s) ran Windows, the Pod needs Linux\"},"
            "\"Error\":\"\"}");
    answers("",
            "filter",
            ARGS(IMAGE("redis:7"), NAMES("\"w19\"")),
            "{\"Nodes\":null,\"NodeNames\":[],\"FailedNodes\":{},"
            "\"FailedAndUnresolvableNodes\":{\"w19\":\"node(s) ran Windows, the Pod needs Linux\"},"
            "\"Error\":\"\"}");
    answers("",
            "prioritize",
            ARGS(IMAGE("mcr.microsoft.com/windows/servercore:ltsc2022"), ALL),
            "[{\"Host\":\"lin\",\"Score\":0},{\"Host\":\"w19\",\"Score\":0},"
            "{\"Host\":\"w22\",\"Score\":10},{\"Host\":\"w25\",\"Score\":8}]");
}

static void whole_nodes_go_back_as_the_bytes_that_came(void)
{
    answers(
        "",
        "filter",
        "{\"Pod\":" IMAGE(
            "redis:7") ",\"Nodes\":{\"metadata\":{},\"items\":["
                       "{\"metadata\":{\"name\":\"w\",\"labels\":{\"kubernetes.io/os\":\"windows\"}}},"
                       "{\"x\": [ 1.50, 1e3 ],\"metadata\":{\"labels\":{\"kubernetes.io\\/os\":\"linux\"},"
                       "\"name\":\"l\"},\"\\u0041\":\"\\ud83d\\ude00\"}]},\"NodeNames\":null}",
        "{\"Nodes\":{\"metadata\":{},\"items\":["
        "{\"x\": [ 1.50, 1e3 ],\"metadata\":{\"labels\":{\"kubernetes.io\\/os\":\"linux\"},"
        "\"name\":\"l\"},\"\\u0041\":\"\\ud83d\\ude00\"}]},\"NodeNames\":null,"
        "\"FailedNodes\":{},\"FailedAndUnresolvableNodes\":{\"w\":\"node(s) ran Windows, the "
        "Pod needs Linux\"},\"Error\":\"\"}");
}

static void a_node_that_is_not_known_passes_with_five(void)
{
    filter_with("", ARGS(IMAGE("redis:7"), NAMES("\"lin\",\"new\",\"w19\"")), "lin new");
    answers("",
            "prioritize",
            ARGS(IMAGE("redis:7"), NAMES("\"lin\",\"new\"")),
            "[{\"Host\":\"lin\",\"Score\":10},{\"Host\":\"new\",\"Score\":5}]");
}

static void modes_that_enforce_nothing_pass_everything(void)
{
    const char *body = ARGS(IMAGE("redis:7"), NAMES("\"w19\",\"lin\""));
    filter_with("mode: prefer", body, "lin w19");
    filter_with("mode: observe", body, "lin w19");
    answers("mode: prefer",
            "prioritize",
            body,
            "[{\"Host\":\"w19\",\"Score\":0},{\"Host\":\"lin\",\"Score\":10}]");
    g_autoptr(extender_service) service = service_with("mode: observe");
    g_autoptr(mn_arena) arena = mn_arena_new();
    mn_str answer = extender_service_ask(service, arena, "prioritize", mn_str_of(body));
    mn_wire_scores scores;
    EXPECT_TRUE(mn_wire_scores_decode(arena, answer, &mn_wire_limits_default, &scores, NULL));
    EXPECT_INT(scores.items[0].score, scores.items[1].score);
}

static void keys_are_matched_whatever_their_case(void)
{
    filter_with("", "{\"pod\":" IMAGE("redis:7") ",\"nodenames\":[\"lin\",\"w19\"]}", "lin");
    filter_with("", "{\"POD\":" IMAGE("redis:7") ",\"NODENAMES\":[\"w19\"],\"nodes\":null}", "");
}

static void reasons_are_cut_where_configured(void)
{
    g_autoptr(extender_service) service = service_with("limits: {reasons: 1}");
    g_autoptr(mn_arena) arena = mn_arena_new();
    mn_str answer =
        extender_service_ask(service, arena, "filter", mn_str_of(ARGS(IMAGE("redis:7"), ALL)));
    mn_wire_filter_result result;
    EXPECT_TRUE(
        mn_wire_filter_result_decode(arena, answer, &mn_wire_limits_default, &result, NULL));
    EXPECT_INT((int64_t)result.names.count, 1);
    EXPECT_INT((int64_t)result.unresolvable.count, 1);
}

/* filter: 200 with an Error that begins so; prioritize: no scores. */
static void refuses(const char *config, const char *body, const char *error)
{
    g_autoptr(extender_service) service = service_with(config);
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autofree char *want = g_strconcat("error: ", error, NULL);
    mn_str answer = extender_service_ask(service, arena, "filter", mn_str_of(body));
    const char *got = kept_nodes(arena, answer);
    EXPECT_STR(mn_arena_strndup(arena, got, MIN(strlen(got), strlen(want))), want);
    answer = extender_service_ask(service, arena, "prioritize", mn_str_of(body));
    EXPECT_STR(mn_arena_strndup(arena, answer.ptr, answer.len), "[]");
    g_autofree char *log = extender_service_end_log(service);
    EXPECT_TRUE(strstr(log, "\"level\":\"warning\",\"msg\":\"filter\"") != NULL);
}

static void a_request_that_is_not_understood_is_an_error_in_a_good_answer(void)
{
    refuses("", "", "ExtenderArgs: byte 0: the text ends in the middle of a value");
    refuses("", "null", "ExtenderArgs: byte 0: expected an object, found null");
    refuses("", "[]", "ExtenderArgs: byte 0: expected an object, found an array");
    refuses("", "{\"Pod\":{},", "ExtenderArgs: byte 10: the text ends");
    refuses("", "{\"Pod\":" IMAGE("x"), "ExtenderArgs: byte ");
    refuses("", "{\"Pod\":" IMAGE("x") "}", "ExtenderArgs: both Nodes and NodeNames are missing");
    refuses("", ARGS("5", ALL), "ExtenderArgs: byte 7: expected an object, found a number");
    refuses("", ARGS(IMAGE("x"), "\"NodeNames\":[5]"), "ExtenderArgs: byte ");
    refuses("", ARGS(IMAGE("x"), "\"NodeNames\":{}"), "ExtenderArgs: byte ");
    refuses("", ARGS(IMAGE("x"), ALL ",\"nodenames\":[]"), "ExtenderArgs: byte ");
    refuses("", ARGS(POD("\"containers\":5"), ALL), "Pod: spec.containers: expected a list, found");
    refuses("",
            ARGS(POD("\"nodeName\":\"\",\"nodeName\":\"a\""), ALL),
            "Pod: byte 74: this key stood in the object before");
    refuses("", ARGS(POD("\"nodeName\":\"\xff\""), ALL), "Pod: byte 71: the string is not UTF-8");
    refuses("", ARGS(IMAGE("x"), "\"Nodes\":{\"items\":[{}]}"), "ExtenderArgs: Nodes.items[0]");
    refuses("limits: {nodes: 3}", ARGS(IMAGE("x"), ALL), "ExtenderArgs: byte ");
    refuses("limits: {depth: 16}",
            ARGS(POD("\"a\":[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]"), ALL),
            "ExtenderArgs: byte 83: nested deeper than allowed");
}

/* The error shows 60 bytes of the key: its last character is cut in half. */
static void an_error_is_utf_8_where_it_cuts_a_text(void)
{
#define E10     "éééééééééé"
#define SHOWN   "xééééééééé" E10 E10
#define LABEL   "\"xé" E10 E10 E10 "\":\"\""
#define POD_TWO "{\"metadata\":{\"labels\":{" LABEL "," LABEL "}}}"
    g_autoptr(extender_service) service = service_with("");
    g_autoptr(mn_arena) arena = mn_arena_new();
    const mn_str answer =
        extender_service_ask(service, arena, "filter", mn_str_of(ARGS(POD_TWO, ALL)));
    EXPECT_STR(kept_nodes(arena, answer),
               "error: Pod: metadata.labels: the key \"" SHOWN "�\" stands there twice");
}

static void a_request_leaves_one_line_that_says_why(void)
{
    g_autoptr(extender_service) service = service_with("");
    g_autoptr(mn_arena) arena = mn_arena_new();
    const char *body = ARGS(IMAGE("mcr.microsoft.com/windows/servercore:ltsc2022"),
                            NAMES("\"lin\",\"w19\",\"w22\",\"new\""));
    (void)extender_service_ask(service, arena, "filter", mn_str_of(body));
    g_autofree char *log = extender_service_end_log(service);
    const char *line = strstr(log, "\"msg\":\"filter\"");
    EXPECT_TRUE(line != NULL && strchr(line, '\n') != NULL && strchr(line, '\n')[1] == '\0');
    static const char *const parts[] = {
        "\"pod\":\"n/p\",\"uid\":\"u\",\"mode\":\"enforce\",\"form\":\"names\",\"nodesIn\":4,",
        "\"nodesOut\":2,\"failed\":{",
        "\"node(s) ran Linux, the Pod needs Windows\":1",
        "\"unknownNodes\":1,\"needs\":\"windows\",\"why\":\"needs windows 10.0.20348: ",
        "\"us\":",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        EXPECT_TRUE(line != NULL && strstr(line, parts[i]) != NULL);
}

static void requests_in_which_nothing_happened_are_sampled(void)
{
    g_autoptr(extender_service) service = service_with("log: {every: 10}");
    g_autoptr(mn_arena) arena = mn_arena_new();
    for (int i = 0; i < 100; i++)
        (void)extender_service_ask(
            service, arena, "filter", mn_str_of(ARGS(IMAGE("redis:7"), NAMES("\"lin\""))));
    g_autofree char *log = extender_service_end_log(service);
    size_t lines = 0;
    for (const char *at = log; (at = strstr(at, "\"msg\":\"filter\"")) != NULL; at++)
        lines++;
    EXPECT_INT((int64_t)lines, 10);
}

static void observing_says_what_would_have_been(void)
{
    g_autoptr(extender_service) service = service_with("mode: observe");
    g_autoptr(mn_arena) arena = mn_arena_new();
    (void)extender_service_ask(service, arena, "filter", mn_str_of(ARGS(IMAGE("redis:7"), ALL)));
    g_autofree char *log = extender_service_end_log(service);
    EXPECT_TRUE(strstr(log,
                       "\"nodesOut\":4,\"wouldFail\":{\"node(s) ran Windows, the Pod needs "
                       "Linux\":3}") != NULL);
}

static void without_nodes_every_name_is_unknown(void)
{
    g_autoptr(extender_service) service = extender_service_new("{}\n");
    g_autoptr(mn_arena) arena = mn_arena_new();
    mn_str answer =
        extender_service_ask(service, arena, "filter", mn_str_of(ARGS(IMAGE("redis:7"), ALL)));
    EXPECT_STR(kept_nodes(arena, answer), "lin w19 w22 w25");
}

#define TEST(function)      \
    {                       \
#function, function \
    }
CU_TestInfo suite_extender_handlers[] = {
    TEST(only_nodes_of_the_right_os_and_build_are_kept),
    TEST(the_policy_follows_the_configuration),
    TEST(answers_have_the_go_names_and_no_null_that_hurts),
    TEST(whole_nodes_go_back_as_the_bytes_that_came),
    TEST(a_node_that_is_not_known_passes_with_five),
    TEST(modes_that_enforce_nothing_pass_everything),
    TEST(keys_are_matched_whatever_their_case),
    TEST(reasons_are_cut_where_configured),
    TEST(a_request_that_is_not_understood_is_an_error_in_a_good_answer),
    TEST(an_error_is_utf_8_where_it_cuts_a_text),
    TEST(a_request_leaves_one_line_that_says_why),
    TEST(requests_in_which_nothing_happened_are_sampled),
    TEST(observing_says_what_would_have_been),
    TEST(without_nodes_every_name_is_unknown),
    CU_TEST_INFO_NULL,
};
