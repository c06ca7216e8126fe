/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/sched/cycle.h"
#include "tests/support/expect.h"
#include "tests/support/world.h"

#define NODE(name, cpu)                                        \
    "---\n{apiVersion: v1, kind: Node, metadata: {name: " name \
    ", labels: {kubernetes.io/hostname: " name "}}, "          \
    "status: {allocatable: {cpu: " cpu ", memory: 8Gi, pods: 10}}}\n"
#define POD(name, rest)                                              \
    "---\n{apiVersion: v1, kind: Pod, metadata: {name: " name "}, "  \
    "spec: {containers: [{name: c, image: i, resources: {requests: " \
    "{cpu: 500m, memory: 64Mi}}}]" rest "}}\n"

static void the_node_with_the_highest_total_is_taken(void)
{
    g_autoptr(world) w = world_new(NODE("a", "2") NODE("b", "4") POD("p", ""));
    const mn_outcome *outcome = world_place(w, "p");
    EXPECT_INT(outcome->kind, MN_OUTCOME_PLACED);
    EXPECT_STR(outcome->node, "b");
    EXPECT_INT((int64_t)outcome->feasible, 2);
    EXPECT_TRUE(outcome->scored);
    EXPECT_INT((int64_t)outcome->tie_count, 1);
}

static void a_single_feasible_node_is_taken_without_scoring(void)
{
    g_autoptr(world) w = world_new(NODE("a", "100m") NODE("b", "4") POD("p", ""));
    const mn_outcome *outcome = world_place(w, "p");
    EXPECT_STR(outcome->node, "b");
    EXPECT_TRUE(!outcome->scored);
    EXPECT_INT((int64_t)outcome->evaluated, 2);
}

static void equals_tie_and_the_smallest_name_can_be_asked_for(void)
{
    g_autoptr(world) w = world_new(NODE("b", "2") NODE("a", "2") NODE("c", "1") POD("p", ""));
    const mn_outcome *outcome = world_place(w, "p");
    EXPECT_STR(outcome->node, "a");
    EXPECT_INT((int64_t)outcome->tie_count, 2);
    EXPECT_STR(outcome->ties[0], "a");
    EXPECT_STR(outcome->ties[1], "b");
}

static void ties_are_drawn_from_the_seed_alone(void)
{
    g_autoptr(world) w =
        world_new(NODE("a", "2") NODE("b", "2") NODE("c", "2") NODE("d", "2") POD("p", ""));
    const mn_scheduler_options options = {.seed = 3, .engine = MN_ENGINE_REFERENCE};
    g_autoptr(mn_scheduler) one = mn_scheduler_new(w->cache, w->profile, &options);
    g_autoptr(mn_scheduler) two = mn_scheduler_new(w->cache, w->profile, &options);
    int seen[4] = {0};
    for (int i = 0; i < 100; i++) {
        const char *node = mn_scheduler_place(one, world_pod(w, "p"))->node;
        EXPECT_STR(node, mn_scheduler_place(two, world_pod(w, "p"))->node);
        seen[node[0] - 'a']++;
    }
    for (int i = 0; i < 4; i++)
        EXPECT_TRUE(seen[i] > 5);
}

static void what_is_bound_counts_for_the_next_pod(void)
{
    g_autoptr(world) w = world_new(NODE("a", "800m") POD("p", "") POD("q", ""));
    expect_place(w, "p", "a");
    mn_cache_add_pod(w->cache, world_pod(w, "p"), "a");
    expect_place(w,
                 "q",
                 "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, "
                 "preemption: 0/1 nodes are available: 1 No preemption victims found for "
                 "incoming pod.");
    EXPECT_TRUE(mn_cache_remove_pod(w->cache, world_pod(w, "p")));
    expect_place(w, "q", "a");
    EXPECT_TRUE(!mn_cache_remove_pod(w->cache, world_pod(w, "p")));
}

static void no_nodes_have_a_message_of_their_own(void)
{
    g_autoptr(world) w = world_new(POD("p", ""));
    expect_place(w, "p", "no nodes available to schedule pods");
}

static void gated_pods_are_not_tried(void)
{
    g_autoptr(world) w =
        world_new(NODE("a", "2") POD("p", ", schedulingGates: [{name: x.io/a}, {name: x.io/b}]"));
    EXPECT_INT(world_place(w, "p")->kind, MN_OUTCOME_GATED);
    expect_place(w, "p", "waiting for scheduling gates: [x.io/a x.io/b]");
}

static void explaining_changes_nothing(void)
{
    g_autoptr(world) w = world_new(NODE("a", "2") NODE("b", "4") POD("p", ""));
    const mn_explanation *explanation = world_explain(w, "p");
    EXPECT_INT((int64_t)explanation->count, 2);
    int64_t sum = 0;
    for (size_t i = 0; i < MN_PLUGINS_MAX; i++)
        sum += explanation->nodes[0].scores[i].weighted;
    EXPECT_INT(explanation->nodes[0].total, sum);
    EXPECT_TRUE(explanation->nodes[0].feasible);
    expect_place(w, "p", "b");
}

static void a_profile_without_score_plugins_takes_the_first_node_that_fits(void)
{
    g_autoptr(world) w = world_new(NODE("b", "2") NODE("a", "4") POD("p", ""));
    w->profile->points[MN_POINT_SCORE].count = 0;
    expect_place(w, "p", "b");
    expect_place(w, "p", "a"); /* the scan goes on where it stopped */
}

static void a_hundred_nodes_and_more_are_sampled(void)
{
    static const struct row {
        int32_t percentage;
        size_t nodes, wanted;
    } rows[] = {
        {0, 99, 99},
        {0, 100, 100},
        {0, 200, 100},
        {0, 1000, 420},
        {0, 5000, 500},
        {0, 5625, 281},
        {0, 20000, 1000},
        {10, 500, 100},
        {30, 1000, 300},
        {100, 9000, 9000},
    };
    mn_profile profile = {0};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        profile.percentage_of_nodes_to_score = rows[i].percentage;
        EXPECT_INT((int64_t)mn_feasible_wanted(&profile, rows[i].nodes), (int64_t)rows[i].wanted);
    }
}

extern CU_TestInfo suite_core_cycle[];
CU_TestInfo suite_core_cycle[] = {
    {"the node with the highest total is taken", the_node_with_the_highest_total_is_taken},
    {"a single feasible node is taken without scoring",
     a_single_feasible_node_is_taken_without_scoring},
    {"equals tie and the smallest name can be asked for",
     equals_tie_and_the_smallest_name_can_be_asked_for},
    {"ties are drawn from the seed alone", ties_are_drawn_from_the_seed_alone},
    {"what is bound counts for the next pod", what_is_bound_counts_for_the_next_pod},
    {"no nodes have a message of their own", no_nodes_have_a_message_of_their_own},
    {"gated pods are not tried", gated_pods_are_not_tried},
    {"explaining changes nothing", explaining_changes_nothing},
    {"a profile without score plugins takes the first node that fits",
     a_profile_without_score_plugins_takes_the_first_node_that_fits},
    {"a hundred nodes and more are sampled", a_hundred_nodes_and_more_are_sampled},
    CU_TEST_INFO_NULL,
};
