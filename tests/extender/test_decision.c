/* SPDX-License-Identifier: Apache-2.0 */
/* Whom the policy does not touch, and what becomes of requests when the nodes are no good. */
#include "extender/decision.h"
#include "tests/support/expect.h"
#include "tests/support/extender_service.h"

#include <poll.h>
#include <string.h>

static const char cluster[] =
    "{apiVersion: v1, kind: Node, metadata: {name: lin, labels: {kubernetes.io/os: linux}}}\n"
    "---\n"
    "{apiVersion: v1, kind: Node, metadata: {name: win, labels: {kubernetes.io/os: windows}}}\n";
static const char no_node[] = "{apiVersion: node.k8s.io/v1, kind: RuntimeClass,"
                              " metadata: {name: r}, handler: h}\n";

#define SPEC           "\"spec\":{\"containers\":[{\"name\":\"c\"}]}"
#define POD(meta)      "\"Pod\":{\"metadata\":{\"name\":\"p\"" meta "}," SPEC "},"
#define NAMES          "\"NodeNames\":[\"lin\",\"win\",\"new\"]"
#define ARGS(meta)     "{" POD(meta) NAMES "}"
#define IN(space)      ",\"namespace\":\"" space "\""
#define LABELLED(pair) ",\"labels\":{" pair "}"

static extender_service *service_on(const char *nodes, const char *config)
{
    g_autofree char *path = write_temporary("nodes.yaml", nodes);
    g_autofree char *text = g_strdup_printf("nodes: {path: %s, check: 1h}\n%s", path, config);
    return extender_service_new(text);
}

/* The nodes that filter keeps of lin, win and new; *log gets what it said. */
static void filter(const char *nodes, const char *config, const char *body, const char *want,
                   const char *says)
{
    g_autoptr(extender_service) service = service_on(nodes, config);
    g_autoptr(mn_arena) arena = mn_arena_new();
    poll(NULL, 0, 5); /* older than 1 ms */
    EXPECT_STR(kept_nodes(arena, extender_service_ask(service, arena, "filter", mn_str_of(body))),
               want);
    g_autofree char *log = extender_service_end_log(service);
    if (strstr(log, says) == NULL)
        EXPECT_STR(log, says);
}

static void namespaces_can_be_exempt(void)
{
    const char *config = "exempt: {namespaces: ['kube-*', infra]}";
    filter(cluster, config, ARGS(IN("kube-system")), "lin new win", "\"exempt\":\"namespace\"");
    filter(cluster, config, ARGS(IN("infra")), "lin new win", "\"wouldFail\":{\"node(s) ran Win");
    filter(cluster, config, ARGS(IN("infra-2")), "lin new", "\"failed\":");
    filter(cluster, config, ARGS(IN("my-kube-system")), "lin new", "\"failed\":");
    filter(cluster, "exempt: {namespaces: [default]}", ARGS(""), "lin new win", "namespace");
}

static void labels_and_annotations_can_exempt(void)
{
    const char *config = "exempt: {podLabels: [any, team=infra], podAnnotations: [skip=yes]}";
    filter(cluster, config, ARGS(LABELLED("\"any\":\"x\"")), "lin new win", "\"label\"");
    filter(cluster, config, ARGS(LABELLED("\"team\":\"infra\"")), "lin new win", "\"label\"");
    filter(cluster, config, ARGS(LABELLED("\"team\":\"other\"")), "lin new", "failed");
    filter(cluster, config, ARGS(LABELLED("\"anyone\":\"x\"")), "lin new", "failed");
    filter(cluster,
           config,
           ARGS(",\"annotations\":{\"skip\":\"yes\"}"),
           "lin new win",
           "\"exempt\":\"annotation\"");
    filter(cluster, config, ARGS(LABELLED("\"skip\":\"yes\"")), "lin new", "failed");
}

#define OWN "exempt: {ownNamespace: mullion, ownLabels: [app=mullion, tier=control]}\n"

static void its_own_pods_pass_even_when_nothing_else_does(void)
{
    const char *own = ARGS(IN("mullion") LABELLED("\"app\":\"mullion\",\"tier\":\"control\""));
    filter(cluster, OWN, own, "lin new win", "\"exempt\":\"own\"");
    filter(no_node, OWN, own, "lin new win", "\"cache\":\"notSynced\"");
    filter(cluster, OWN, ARGS(IN("mullion") LABELLED("\"app\":\"mullion\"")), "lin new", "failed");
    filter(cluster,
           OWN,
           ARGS(IN("other") LABELLED("\"app\":\"mullion\",\"tier\":\"control\"")),
           "lin new",
           "failed");
}

static void daemon_sets_can_be_left_to_their_controller(void)
{
    const char *body = ARGS(",\"ownerReferences\":[{\"apiVersion\":\"apps/v1\",\"kind\":"
                            "\"DaemonSet\",\"name\":\"d\",\"uid\":\"u\",\"controller\":true}]");
    filter(cluster, "", body, "lin new", "failed");
    filter(cluster, "daemonSets: pass", body, "lin new win", "\"exempt\":\"daemonSet\"");
    /* a network plugin's, at a cold start */
    filter(no_node, "daemonSets: pass", body, "lin new win", "\"exempt\":\"daemonSet\"");
    filter(cluster,
           "daemonSets: pass\ncache: {staleAfter: 1ms, whenStale: fail}",
           body,
           "lin new win",
           "\"cache\":\"stale\"");
    filter(no_node,
           "exempt: {namespaces: [n*]}",
           ARGS(IN("net")),
           "lin new win",
           "\"exempt\":\"namespace\"");
}

static void unknown_nodes_can_be_refused(void)
{
    const char *reason = "node(s) were not known to the extender yet\":1";
    filter(cluster, "unknownNodes: fail", ARGS(""), "lin", reason);
    filter(cluster, "unknownNodes: fail\nmode: observe", ARGS(""), "lin new win", reason);
    filter(cluster, "unknownNodes: fail\ndefaultOS: unknown", ARGS(""), "lin new win", "");
    g_autoptr(extender_service) service = service_on(cluster, "unknownNodes: fail");
    g_autoptr(mn_arena) arena = mn_arena_new();
    mn_str answer = extender_service_ask(service, arena, "prioritize", MN_STR_LIT(ARGS("")));
    EXPECT_STR(mn_arena_strndup(arena, answer.ptr, answer.len),
               "[{\"Host\":\"lin\",\"Score\":10},{\"Host\":\"win\",\"Score\":0},"
               "{\"Host\":\"new\",\"Score\":0}]");
}

#define STALE(then) "cache: {staleAfter: 1ms, whenStale: " then "}"

static void stale_nodes_decide_or_pass_or_fail(void)
{
    const char *body = ARGS(""), *mark = "\"cache\":\"stale\"";
    filter(cluster, STALE("use"), body, "lin new", mark);
    filter(cluster, STALE("pass"), body, "lin new win", mark);
    filter(cluster, STALE("fail"), body, "error: mullion-extender: nodes are stale", "stale");
    filter(cluster, STALE("fail") "\nmode: observe", body, "lin new win", mark);
    filter(cluster, STALE("fail") "\nmode: prefer", body, "lin new win", mark);
    filter(cluster, STALE("pass") "\nunknownNodes: fail", body, "lin new win", mark);
    filter(cluster, "cache: {staleAfter: 0s, whenStale: fail}", body, "lin new", "failed");
}

static void before_the_first_nodes_requests_fail_or_pass(void)
{
    const char *body = ARGS(""), *mark = "\"cache\":\"notSynced\"";
    filter(no_node,
           "",
           body,
           "error: mullion-extender: nodes have not been read yet",
           "have not been read");
    filter(no_node, "cache: {notSynced: pass}", body, "lin new win", mark);
    filter(no_node, "mode: observe", body, "lin new win", mark);
}

/* Even a Pod that no node could run. */
static void what_is_let_through_blindly_is_let_through_whole(void)
{
    filter(
        no_node,
        "cache: {notSynced: pass}",
        "{\"Pod\":{\"metadata\":{\"name\":\"p\"},\"spec\":{\"os\":{\"name\":\"linux\"},\"containers\":[],"
        "\"nodeSelector\":{\"kubernetes.io/os\":\"windows\"}}}," NAMES "}",
        "lin new win",
        "\"wouldFail\":");
}

static void whole_nodes_need_no_cache(void)
{
    filter(no_node,
           "",
           "{" POD("") "\"Nodes\":{\"items\":[{\"metadata\":{\"name\":\"w\",\"labels\":{"
                       "\"kubernetes.io/os\":\"windows\"}}},{\"metadata\":{\"name\":\"l\","
                       "\"labels\":{\"kubernetes.io/os\":\"linux\"}}}]}}",
           "l",
           "failed");
}

static void failing_means_no_scores_and_status_503(void)
{
    g_autoptr(extender_service) service = service_on(no_node, "");
    g_autoptr(mn_arena) arena = mn_arena_new();
    mn_str answer = extender_service_ask(service, arena, "prioritize", MN_STR_LIT(ARGS("")));
    EXPECT_STR(mn_arena_strndup(arena, answer.ptr, answer.len), "[]");
    EXPECT_INT(extender_service_try(
                   service,
                   arena,
                   "preempt",
                   MN_STR_LIT("{" POD(
                       "") "\"NodeNameToMetaVictims\":{\"a\":{\"Pods\":[{\"UID\":\"u\"}]}}}"),
                   &answer),
               503);
    EXPECT_INT((int64_t)answer.len, 0);
}

#define TEST(function)      \
    {                       \
#function, function \
    }
CU_TestInfo suite_extender_decision[] = {
    TEST(namespaces_can_be_exempt),
    TEST(labels_and_annotations_can_exempt),
    TEST(its_own_pods_pass_even_when_nothing_else_does),
    TEST(daemon_sets_can_be_left_to_their_controller),
    TEST(unknown_nodes_can_be_refused),
    TEST(stale_nodes_decide_or_pass_or_fail),
    TEST(before_the_first_nodes_requests_fail_or_pass),
    TEST(what_is_let_through_blindly_is_let_through_whole),
    TEST(whole_nodes_need_no_cache),
    TEST(failing_means_no_scores_and_status_503),
    CU_TEST_INFO_NULL,
};
