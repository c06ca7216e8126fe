/* SPDX-License-Identifier: Apache-2.0 */
/* Every filter, prioritize and preempt request that a real kube-scheduler was seen to send
 * (tests/captures) gets an answer in the right form, about nodes that were offered, and
 * right for the Pod. */
#include "tests/support/captures.h"
#include "tests/support/expect.h"
#include "tests/support/extender_service.h"
#include "tests/support/protocol.h"

#include <string.h>

#define LINUX   "lin-1 lin-2 lin-3"
#define WINDOWS "w19-1 w19-2 w22-1 w22-2 w25-1 w25-2 wold-1"
#define OF_2019 "w19-1 w19-2 wold-1"
#define OF_2022 "w22-1 w22-2"
#define OF_2025 "w25-1 w25-2"

/* Where each Pod of extender-windows can run, of all ten nodes; those offered may be fewer.
 * wold-1 is a Server 2019 node that lost its windows-build label. */
static const struct {
    const char *pod, *runs_on;
} windows_cases[] = {
    {"affinity-in-both", LINUX}, /* either OS allowed, nothing else said: the default */
    {"affinity-notin-windows", LINUX},
    {"beta-os-selector", WINDOWS},
    {"build-selector", OF_2022},
    {"build-selector-tolerated", "w19-1 w19-2"},
    {"dotnet-framework", WINDOWS}, /* tag 4.8 is for every build */
    {"dotnet-framework-bare", WINDOWS},
    {"gmsa", OF_2022 " " OF_2025}, /* an ltsc2022 image; 2025 runs it */
    {"golang", LINUX},             /* the tag is for both OSes: the default */
    {"helm-hook-job", LINUX},
    {"hostprocess-daemonset", WINDOWS},
    {"hostprocess-unpinned", WINDOWS},
    {"iis-2019", OF_2019},
    {"iis-2022", OF_2022},
    {"linux-capabilities", LINUX},
    {"ltsc2022-selector", OF_2022 " " OF_2025},
    {"ltsc2025-toleration", OF_2025},
    {"mixed-sidecar", ""}, /* a Linux sidecar beside a Windows container runs nowhere */
    {"node-exporter-pinned", LINUX},
    {"os-linux-only", LINUX},
    {"os-linux-selector-windows", ""}, /* contradicts itself */
    {"os-windows-only", WINDOWS},
    {"preempt-any-node", LINUX},
    {"preempt-no-toleration", LINUX},
    {"preempt-windows", OF_2022},
    {"private-bare", LINUX},
    {"redis-bare", LINUX},
    {"runasusername", OF_2019},
    {"twelve-containers", ""}, /* both OSes again */
    {"win-webserver", OF_2019},
};

typedef struct visit {
    extender_service *service;
    const char *(*runs_on)(const capture *call);
    size_t asked, preempted;
} visit;

static bool has_word(const char *words, mn_str word)
{
    for (const char *at = words; *at != '\0';) {
        size_t len = strcspn(at, " ");
        if (mn_str_eq(word, (mn_str){.ptr = at, .len = len}))
            return true;
        at += len + (at[len] == ' ' ? 1 : 0);
    }
    return false;
}

/* Those offered that the Pod can run on, sorted. */
static const char *expected(mn_arena *arena, const mn_wire_args *args, const char *runs_on)
{
    mn_str *words = MN_ARENA_NEW(arena, mn_str, args->count);
    size_t count = 0;
    for (size_t i = 0; i < args->count; i++)
        if (has_word(runs_on, args->names[i]))
            words[count++] = args->names[i];
    return sorted_words(arena, words, count);
}

static void same_bytes(const mn_wire_args *args, const mn_wire_filter_result *result)
{
    for (size_t i = 0; i < result->nodes.count; i++) {
        size_t j = 0;
        while (j < args->count && !mn_str_eq(args->nodes[j].bytes, result->nodes.items[i]))
            j++;
        EXPECT_TRUE(j < args->count);
    }
}

static void check_filter(mn_arena *arena, const capture *call, const mn_wire_args *args,
                         const char *runs_on, mn_str answer)
{
    mn_wire_filter_result result;
    g_autofree char *want = g_strconcat(call->name, ": ", expected(arena, args, runs_on), NULL);
    g_autofree char *got = g_strconcat(call->name, ": ", kept_nodes(arena, answer), NULL);
    EXPECT_STR(got, want);
    EXPECT_TRUE(
        mn_wire_filter_result_decode(arena, answer, &mn_wire_limits_default, &result, NULL));
    EXPECT_INT(result.has_names, args->form == MN_WIRE_NAMES);
    EXPECT_INT(result.has_nodes, args->form == MN_WIRE_NODES);
    EXPECT_INT((int64_t)result.failed.count, 0);
    size_t kept = result.has_names ? result.names.count : result.nodes.count;
    EXPECT_INT((int64_t)(kept + result.unresolvable.count), (int64_t)args->count);
    for (size_t i = 0; i < result.unresolvable.count; i++)
        EXPECT_TRUE(result.unresolvable.items[i].reason.len > 0);
    same_bytes(args, &result);
}

/* One score for each node offered, in their order, 0 for those that cannot run the Pod. */
static void check_scores(mn_arena *arena, const mn_wire_args *args, const char *runs_on,
                         mn_str answer)
{
    mn_wire_scores scores;
    EXPECT_TRUE(mn_wire_scores_decode(arena, answer, &mn_wire_limits_default, &scores, NULL));
    EXPECT_INT((int64_t)scores.count, (int64_t)args->count);
    for (size_t i = 0; i < scores.count && i < args->count; i++) {
        EXPECT_TRUE(mn_str_eq(scores.items[i].host, args->names[i]));
        EXPECT_INT(scores.items[i].score > 0, has_word(runs_on, args->names[i]));
        EXPECT_TRUE(scores.items[i].score >= 0 && scores.items[i].score <= 10);
    }
}

static mn_str ask_service(const capture *call, visit *visiting, mn_arena *arena)
{
    mn_str answer = extender_service_ask(visiting->service, arena, call->verb, call->request);
    g_autofree char *fault = protocol_fault(call->verb, call->request, answer);
    g_autofree char *got = g_strconcat(call->name, ": ", fault, NULL);
    g_autofree char *want = g_strconcat(call->name, ": ", NULL);
    EXPECT_STR(got, want);
    return answer;
}

/* What was offered, victims and all, but for nodes that cannot run the Pod. */
static void ask_preempt(const capture *call, visit *visiting)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    mn_wire_preempt_args args;
    EXPECT_TRUE(
        mn_wire_preempt_args_decode(arena, call->request, &mn_wire_limits_default, &args, NULL));
    mn_wire_victims *stay = MN_ARENA_NEW(arena, mn_wire_victims, args.count);
    size_t count = 0;
    for (size_t i = 0; i < args.count; i++)
        if (has_word(visiting->runs_on(call), args.items[i].node))
            stay[count++] = args.items[i];
    mn_str answer = ask_service(call, visiting, arena);
    mn_wire_preempt_result result;
    EXPECT_TRUE(
        mn_wire_preempt_result_decode(arena, answer, &mn_wire_limits_default, &result, NULL));
    g_autofree char *want = g_strconcat(call->name, ": ", victims_text(arena, stay, count), NULL);
    g_autofree char *got =
        g_strconcat(call->name, ": ", victims_text(arena, result.items, result.count), NULL);
    EXPECT_STR(got, want);
    visiting->preempted++;
}

static void ask(const capture *call, void *data)
{
    visit *visiting = data;
    if (strcmp(call->verb, "preempt") == 0)
        ask_preempt(call, visiting);
    bool filters = strcmp(call->verb, "filter") == 0;
    if (!filters && strcmp(call->verb, "prioritize") != 0)
        return;
    g_autoptr(mn_arena) arena = mn_arena_new();
    mn_wire_args args;
    EXPECT_TRUE(mn_wire_args_decode(arena, call->request, &mn_wire_limits_default, &args, NULL));
    EXPECT_INT(args.form == MN_WIRE_NAMES, call->node_cache_capable);
    mn_str answer = ask_service(call, visiting, arena);
    const char *runs_on = visiting->runs_on(call);
    if (filters)
        check_filter(arena, call, &args, runs_on, answer);
    else
        check_scores(arena, &args, runs_on, answer);
    visiting->asked++;
}

static const char *by_case(const capture *call)
{
    for (size_t i = 0; i < G_N_ELEMENTS(windows_cases); i++) {
        size_t len = strlen(windows_cases[i].pod);
        const char *form = call->name + len;
        if (strncmp(call->name, windows_cases[i].pod, len) == 0 &&
            (g_str_has_prefix(form, "-cache/") || g_str_has_prefix(form, "-nocache/")))
            return windows_cases[i].runs_on;
    }
    g_error("%s: no row in the table", call->name);
}

/* Every Pod there has the image "x" and says nothing else. */
static const char *linux_nodes(const capture *call)
{
    (void)call;
    return LINUX;
}

static void pods_of_thirty_kinds_get_the_right_os_and_build(void)
{
    g_autofree char *nodes = captured_cluster();
    g_autofree char *config = g_strdup_printf("nodes: {path: %s}\n", nodes);
    g_autoptr(extender_service) service = extender_service_new(config);
    visit visiting = {.service = service, .runs_on = by_case};
    (void)captures_each("extender-windows", ask, &visiting);
    EXPECT_INT((int64_t)visiting.asked, 106);
    EXPECT_INT((int64_t)visiting.preempted, 6);
}

static void pods_that_say_nothing_stay_off_windows(void)
{
    g_autofree char *nodes = write_temporary(
        "nodes.yaml",
        "{apiVersion: v1, kind: Node, metadata: {name: lin-1, labels: {kubernetes.io/os: linux}}}\n"
        "---\n"
        "{apiVersion: v1, kind: Node, metadata: {name: lin-2, labels: {kubernetes.io/os: linux}}}\n"
        "---\n"
        "{apiVersion: v1, kind: Node, metadata: {name: lin-3, labels: {kubernetes.io/os: linux}}}\n"
        "---\n"
        "{apiVersion: v1, kind: Node, metadata: {name: win-1, labels: {kubernetes.io/os: windows}}}\n"
        "---\n"
        "{apiVersion: v1, kind: Node, metadata: {name: win-2, labels: {kubernetes.io/os: windows}}}\n");
    g_autofree char *config = g_strdup_printf("nodes: {path: %s}\n", nodes);
    g_autoptr(extender_service) service = extender_service_new(config);
    visit visiting = {.service = service, .runs_on = linux_nodes};
    (void)captures_each("extender", ask, &visiting);
    EXPECT_INT((int64_t)visiting.asked, 124);
    EXPECT_INT((int64_t)visiting.preempted, 13);
}

#define TEST(function)      \
    {                       \
#function, function \
    }
CU_TestInfo suite_extender_captures[] = {
    TEST(pods_of_thirty_kinds_get_the_right_os_and_build),
    TEST(pods_that_say_nothing_stay_off_windows),
    CU_TEST_INFO_NULL,
};
