/* SPDX-License-Identifier: Apache-2.0 */
/* Whom the scheduler would evict, and what it says when nobody. */
#include "tests/support/expect.h"
#include "tests/support/world.h"

#define NODE(name)                                             \
    "---\n{apiVersion: v1, kind: Node, metadata: {name: " name \
    "}, status: {allocatable: {cpu: '2', "                     \
    "memory: 4Gi, pods: 9}}}\n"
#define POD(name, priority, cpu, rest)                                                       \
    "---\n{apiVersion: v1, kind: Pod, metadata: {name: " name ", labels: {app: " name "}}, " \
    "spec: {priority: " priority                                                             \
    ", containers: [{name: c, image: i, resources: {requests: {cpu: " cpu "}}}]" rest "}}\n"
#define STARTED(name, priority, cpu, node, time)                                             \
    "---\n{apiVersion: v1, kind: Pod, metadata: {name: " name ", labels: {app: " name "}}, " \
    "spec: {nodeName: " node ", priority: " priority ", containers: [{name: c, image: i, "   \
    "resources: {requests: {cpu: " cpu "}}}]}, status: {startTime: '2025-01-01T00:00:" time  \
    "Z'}}\n"

static void expect_victims(world *w, const char *pod, const char *node, const char *want)
{
    const mn_outcome *outcome = world_place(w, pod);
    g_autoptr(GString) got = g_string_new(NULL);
    for (size_t i = 0; i < outcome->victim_count; i++)
        g_string_append_printf(got, "%s%s", i == 0 ? "" : " ", outcome->victims[i]->meta.name);
    EXPECT_STR(outcome->nominated_node, node);
    EXPECT_STR(got->str, want);
}

static void as_few_and_as_unimportant_pods_as_possible_go(void)
{
    g_autoptr(world) w = world_new(
        NODE("a") STARTED("low", "1", "1", "a", "01") STARTED("mid", "5", "500m", "a", "02")
            STARTED("high", "9", "500m", "a", "03") POD("p", "7", "1", ""));
    expect_victims(w, "p", "a", "low");
    EXPECT_STR(world_place(w, "p")->message, "0/1 nodes are available: 1 Insufficient cpu.");
}

static void the_longest_running_of_equals_stays(void)
{
    g_autoptr(world) w = world_new(NODE("a") STARTED("old", "1", "1", "a", "01") STARTED(
        "young", "1", "1", "a", "09") POD("p", "7", "1", ""));
    expect_victims(w, "p", "a", "young");
}

static void the_node_with_the_least_important_victims_is_nominated(void)
{
    g_autoptr(world) w =
        world_new(NODE("a") NODE("b") NODE("c") STARTED("x5", "5", "2", "a", "01") STARTED(
            "x3", "3", "2", "b", "02") STARTED("x4", "4", "2", "c", "03") POD("p", "7", "1", ""));
    expect_victims(w, "p", "b", "x3");
    EXPECT_INT((int64_t)world_place(w, "p")->candidate_count, 3);
}

static void budgets_are_violated_last(void)
{
    g_autoptr(world) w = world_new(
        NODE("a") NODE("b") STARTED("guarded", "1", "2", "a", "01")
            STARTED("free", "5", "2", "b", "02") POD(
                "p",
                "7",
                "1",
                "") "---\n{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: g}, spec: {selector: {matchLabels: {app: guarded}}}, status: {disruptionsAllowed: 0}}\n");
    expect_victims(w, "p", "b", "free");
    EXPECT_INT((int64_t)world_place(w, "p")->disruption_violations, 0);
}

static void it_says_why_evicting_does_not_help(void)
{
    g_autoptr(world) w = world_new(NODE("a") STARTED("equal", "7", "2", "a", "01")
                                       POD("p", "7", "1", "") POD("huge", "9", "3", "")
                                           POD("polite", "9", "1", ", preemptionPolicy: Never"));
    expect_place(w,
                 "p",
                 "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, "
                 "preemption: 0/1 nodes are available: 1 No preemption victims found for incoming "
                 "pod.");
    expect_place(w,
                 "huge",
                 "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, "
                 "preemption: 0/1 nodes are available: 1 Preemption is not helpful for "
                 "scheduling.");
    expect_place(w,
                 "polite",
                 "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, "
                 "preemption: not eligible due to preemptionPolicy=Never.");
}

static void a_nominated_pod_keeps_its_place_from_lower_ones(void)
{
    g_autoptr(world) w = world_new(NODE("a") POD("vip", "9", "1500m", "") POD("low", "1", "1", "")
                                       POD("higher", "10", "1", ""));
    mn_cache_nominate(w->cache, world_pod(w, "vip"), "a");
    EXPECT_INT(world_place(w, "low")->kind, MN_OUTCOME_UNSCHEDULABLE);
    EXPECT_INT(world_place(w, "vip")->kind, MN_OUTCOME_PLACED);
    EXPECT_INT(world_place(w, "higher")->kind, MN_OUTCOME_PLACED);
    mn_cache_end_nomination(w->cache, world_pod(w, "vip"));
    EXPECT_INT(world_place(w, "low")->kind, MN_OUTCOME_PLACED);
}

static void without_the_plugins_the_message_is_shorter(void)
{
    g_autoptr(world) w = world_new(NODE("a") POD("p", "7", "3", ""));
    mn_plugin_list *post = &w->profile->points[MN_POINT_POST_FILTER];
    EXPECT_INT((int64_t)post->count, 2);
    post->count = 1; /* DynamicResources */
    expect_place(
        w, "p", "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate");
    post->count = 0;
    expect_place(w, "p", "0/1 nodes are available: 1 Insufficient cpu.");
}

extern CU_TestInfo suite_core_preempt[];
CU_TestInfo suite_core_preempt[] = {
    {"as few and as unimportant pods as possible go",
     as_few_and_as_unimportant_pods_as_possible_go},
    {"the longest running of equals stays", the_longest_running_of_equals_stays},
    {"the node with the least important victims is nominated",
     the_node_with_the_least_important_victims_is_nominated},
    {"budgets are violated last", budgets_are_violated_last},
    {"it says why evicting does not help", it_says_why_evicting_does_not_help},
    {"a nominated pod keeps its place from lower ones",
     a_nominated_pod_keeps_its_place_from_lower_ones},
    {"without the plugins the message is shorter", without_the_plugins_the_message_is_shorter},
    CU_TEST_INFO_NULL,
};
