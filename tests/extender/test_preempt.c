/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/expect.h"
#include "tests/support/extender_service.h"

#include <string.h>

static const char cluster[] =
    "{apiVersion: v1, kind: Node, metadata: {name: lin, labels: {kubernetes.io/os: linux}}}\n"
    "---\n"
    "{apiVersion: v1, kind: Node, metadata: {name: win, labels: {kubernetes.io/os: windows}}}\n";

#define POD          "\"Pod\":{\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[{\"name\":\"c\"}]}},"
#define META(nodes)  "{" POD "\"NodeNameToVictims\":null,\"NodeNameToMetaVictims\":{" nodes "}}"
#define WHOLE(nodes) "{" POD "\"NodeNameToVictims\":{" nodes "},\"NodeNameToMetaVictims\":null}"
#define EMPTY        "{\"NodeNameToMetaVictims\":{}}"

static extender_service *service_with(const char *config)
{
    g_autofree char *path = write_temporary("nodes.yaml", cluster);
    g_autofree char *text = g_strdup_printf("nodes: {path: %s}\n%s", path, config);
    return extender_service_new(text);
}

static void answers(const char *config, const char *body, const char *want)
{
    g_autoptr(extender_service) service = service_with(config);
    g_autoptr(mn_arena) arena = mn_arena_new();
    mn_str answer = extender_service_ask(service, arena, "preempt", mn_str_of(body));
    EXPECT_STR(mn_arena_strndup(arena, answer.ptr, answer.len), want);
}

static void nodes_of_the_wrong_os_are_dropped_and_the_others_keep_their_victims(void)
{
    answers("",
            META("\"lin\":{\"Pods\":[{\"UID\":\"a\"},{\"UID\":\"b\"}],\"NumPDBViolations\":2},"
                 "\"win\":{\"Pods\":[{\"UID\":\"c\"}],\"NumPDBViolations\":0}"),
            "{\"NodeNameToMetaVictims\":{\"lin\":{\"Pods\":[{\"UID\":\"a\"},{\"UID\":\"b\"}],"
            "\"NumPDBViolations\":2}}}");
    answers("defaultOS: windows",
            META("\"lin\":{\"Pods\":[{\"UID\":\"a\"}],\"NumPDBViolations\":1},"
                 "\"win\":{\"Pods\":[{\"UID\":\"c\"}]}"),
            "{\"NodeNameToMetaVictims\":{\"win\":{\"Pods\":[{\"UID\":\"c\"}],"
            "\"NumPDBViolations\":0}}}");
    answers("", META("\"win\":{\"Pods\":[{\"UID\":\"c\"}]}"), EMPTY);
    answers("", META(""), EMPTY);
}

static void whole_victims_go_back_as_uids(void)
{
    answers("",
            WHOLE("\"lin\":{\"Pods\":[{\"metadata\":{\"name\":\"v\",\"uid\":\"a\"},\"spec\":{}}],"
                  "\"NumPDBViolations\":1},\"win\":{\"Pods\":[{\"metadata\":{\"uid\":\"c\"}}],"
                  "\"NumPDBViolations\":0}"),
            "{\"NodeNameToMetaVictims\":{\"lin\":{\"Pods\":[{\"UID\":\"a\"}],"
            "\"NumPDBViolations\":1}}}");
}

static void a_node_that_is_not_known_stays(void)
{
    answers("",
            META("\"new\":{\"Pods\":[{\"UID\":\"a\"}],\"NumPDBViolations\":0}"),
            "{\"NodeNameToMetaVictims\":{\"new\":{\"Pods\":[{\"UID\":\"a\"}],"
            "\"NumPDBViolations\":0}}}");
}

/* Of one such node kube-scheduler makes an error for all. */
static void a_node_without_victims_is_left_out(void)
{
    answers(
        "",
        META("\"lin\":{\"Pods\":[],\"NumPDBViolations\":0},\"new\":{\"Pods\":[{\"UID\":\"a\"}]}"),
        "{\"NodeNameToMetaVictims\":{\"new\":{\"Pods\":[{\"UID\":\"a\"}],"
        "\"NumPDBViolations\":0}}}");
    answers("", META("\"lin\":{\"Pods\":null}"), EMPTY);
}

static void modes_that_enforce_nothing_drop_nothing_and_say_what_they_would(void)
{
    static const char *const modes[] = {"prefer", "observe"};
    for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
        g_autofree char *config = g_strdup_printf("mode: %s\n", modes[i]);
        g_autoptr(extender_service) service = service_with(config);
        g_autoptr(mn_arena) arena = mn_arena_new();
        mn_str answer = extender_service_ask(
            service, arena, "preempt", MN_STR_LIT(META("\"win\":{\"Pods\":[{\"UID\":\"c\"}]}")));
        EXPECT_STR(mn_arena_strndup(arena, answer.ptr, answer.len),
                   "{\"NodeNameToMetaVictims\":{\"win\":{\"Pods\":[{\"UID\":\"c\"}],"
                   "\"NumPDBViolations\":0}}}");
        g_autofree char *log = extender_service_end_log(service);
        EXPECT_TRUE(strstr(log, "\"msg\":\"preempt\"") != NULL);
        EXPECT_TRUE(strstr(log, "\"nodesOut\":1,\"wouldFail\":{\"node(s) ran Windows") != NULL);
    }
}

static void refuses(const char *config, const char *body, const char *error)
{
    g_autoptr(extender_service) service = service_with(config);
    g_autoptr(mn_arena) arena = mn_arena_new();
    mn_str answer;
    unsigned status = extender_service_try(service, arena, "preempt", mn_str_of(body), &answer);
    EXPECT_INT(status, 400);
    EXPECT_INT((int64_t)answer.len, 0);
    g_autofree char *log = extender_service_end_log(service);
    EXPECT_TRUE(strstr(log, "\"level\":\"warning\",\"msg\":\"preempt\"") != NULL);
    g_autofree char *want = g_strconcat("\"error\":\"", error, NULL);
    if (strstr(log, want) == NULL)
        EXPECT_STR(log, want);
}

/* An empty map would say that no room can be made, and `ignorable` would not help. */
static void a_request_that_is_not_understood_gets_400_without_a_body(void)
{
    refuses("", "", "ExtenderPreemptionArgs: byte 0: the text ends in the middle of a value");
    refuses("", "[]", "ExtenderPreemptionArgs: byte 0: expected an object");
    refuses("", "{}", "ExtenderPreemptionArgs: expected Pod and one of");
    refuses("", META("\"lin\":null"), "ExtenderPreemptionArgs: node \\\"lin\\\" is null");
    refuses("", META("\"lin\":{\"Pods\":[null]}"), "ExtenderPreemptionArgs: a Pod of node");
    refuses("", META("\"lin\":{\"NumPDBViolations\":1.5}"), "ExtenderPreemptionArgs: byte ");
    refuses("limits: {nodes: 1}", META("\"a\":{},\"b\":{}"), "ExtenderPreemptionArgs: byte ");
    refuses("",
            "{\"Pod\":{\"spec\":{\"containers\":5}},\"NodeNameToMetaVictims\":{}}",
            "Pod: spec.containers: expected a list");
}

#define TEST(function)      \
    {                       \
#function, function \
    }
CU_TestInfo suite_extender_preempt[] = {
    TEST(nodes_of_the_wrong_os_are_dropped_and_the_others_keep_their_victims),
    TEST(whole_victims_go_back_as_uids),
    TEST(a_node_that_is_not_known_stays),
    TEST(a_node_without_victims_is_left_out),
    TEST(modes_that_enforce_nothing_drop_nothing_and_say_what_they_would),
    TEST(a_request_that_is_not_understood_gets_400_without_a_body),
    CU_TEST_INFO_NULL,
};
