/* SPDX-License-Identifier: Apache-2.0 */
/* How the cycle treats what extenders answer. */
#include "mullion/base/error.h"
#include "tests/support/expect.h"
#include "tests/support/world.h"

#include <string.h>

#define NODE(name)                                                                               \
    "---\n{apiVersion: v1, kind: Node, metadata: {name: " name "}, status: {allocatable: {cpu: " \
    "'4', memory: 8Gi, pods: 9}}}\n"
#define POD \
    "---\n{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: i}]}}\n"

/* What the extender of a test does. */
struct script {
    const char *keep;         /* letters of the nodes it lets pass */
    const char *fail;         /* letters of those in failedNodes */
    const char *unresolvable; /* ... in failedAndUnresolvableNodes */
    const char *ghost;
    const char *error;
    const char *favourite;
    size_t calls;
};

static bool names(const char *letters, const mn_node_info *node)
{
    return letters != NULL && strchr(letters, *mn_node_info_name(node)) != NULL;
}

static void fail(mn_extender_answer *answer, const mn_node_info *node, bool unresolvable)
{
    const mn_extender_failure failure = {
        .node = mn_node_info_name(node),
        .reason = unresolvable ? "wrong OS" : "busy",
        .unresolvable = unresolvable,
    };
    g_array_append_val(answer->failures, failure);
}

static bool filter(const mn_extender *extender, const mn_pod *pod, const mn_node_info *const *nodes,
                   size_t count, mn_extender_answer *answer, GError **error)
{
    struct script *script = extender->data;
    (void)pod;
    script->calls++;
    if (script->error != NULL) {
        g_set_error_literal(error, MN_ERROR, MN_ERROR_IO, script->error);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (names(script->keep, nodes[i]))
            g_ptr_array_add(answer->kept, (gpointer)(uintptr_t)nodes[i]);
        if (names(script->fail, nodes[i]))
            fail(answer, nodes[i], false);
        if (names(script->unresolvable, nodes[i]))
            fail(answer, nodes[i], true);
    }
    if (script->ghost != NULL) {
        mn_node *ghost = MN_ARENA_NEW(answer->arena, mn_node, 1);
        ghost->meta.name = script->ghost;
        g_ptr_array_add(answer->objects, ghost);
    }
    return true;
}

static bool prioritize(const mn_extender *extender, const mn_pod *pod,
                       const mn_node_info *const *nodes, size_t count, int64_t *scores,
                       GError **error)
{
    const struct script *script = extender->data;
    (void)pod;
    if (script->error != NULL) {
        g_set_error_literal(error, MN_ERROR, MN_ERROR_IO, script->error);
        return false;
    }
    for (size_t i = 0; i < count; i++)
        scores[i] = names(script->favourite, nodes[i]) ? 10 : 0;
    return true;
}

static bool preempt(const mn_extender *extender, const mn_pod *pod, mn_extender_victims *nodes,
                    size_t count, mn_arena *arena, GError **error)
{
    const struct script *script = extender->data;
    (void)pod;
    (void)arena;
    if (script->error != NULL) {
        g_set_error_literal(error, MN_ERROR, MN_ERROR_IO, script->error);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        nodes[i].kept = names(script->keep, nodes[i].node);
        if (names(script->fail, nodes[i].node))
            nodes[i].victim_count = 0;
    }
    return true;
}

static world *world_with(struct script *script, mn_extender *extender,
                         const mn_extender *const *list)
{
    world *w = world_new(NODE("a") NODE("b") NODE("c") POD);
    *extender = (mn_extender){
        .name = "test", .weight = 1, .data = script, .filter = filter, .prioritize = prioritize};
    w->profile->extenders = list;
    w->profile->extender_count = 1;
    return w;
}

static void what_it_keeps_is_placed_by_its_scores(void)
{
    struct script script = {.keep = "bc", .favourite = "c"};
    mn_extender extender;
    const mn_extender *const list[] = {&extender};
    g_autoptr(world) w = world_with(&script, &extender, list);
    const mn_outcome *outcome = world_place(w, "p");
    EXPECT_STR(outcome->node, "c");
    EXPECT_INT((int64_t)outcome->feasible, 2);
    EXPECT_INT((int64_t)outcome->evaluated, 3);
    const int64_t best = outcome->best;
    script.favourite = "";
    EXPECT_INT(world_place(w, "p")->best, best - 100); /* 10 x weight x 10 */
}

static void nodes_left_out_without_a_word_count_in_no_reason(void)
{
    struct script script = {.fail = "a", .unresolvable = "b"};
    mn_extender extender;
    const mn_extender *const list[] = {&extender};
    g_autoptr(world) w = world_with(&script, &extender, list);
    expect_place(w,
                 "p",
                 "0/3 nodes are available: 1 busy, 1 wrong OS. no new claims to deallocate, "
                 "preemption: 0/3 nodes are available: 1 No preemption victims found for incoming "
                 "pod, 2 Preemption is not helpful for scheduling.");
}

static void an_error_fails_the_cycle_unless_it_may_be_ignored(void)
{
    struct script script = {.error = "Post \"http://x/filter\": EOF"};
    mn_extender extender;
    const mn_extender *const list[] = {&extender};
    g_autoptr(world) w = world_with(&script, &extender, list);
    EXPECT_INT(world_place(w, "p")->kind, MN_OUTCOME_ERROR);
    expect_place(w, "p", "Post \"http://x/filter\": EOF");
    extender.ignorable = true;
    expect_place(w, "p", "a");
    extender.ignorable = false;
    extender.filter = NULL; /* a failing prioritize only means no scores */
    expect_place(w, "p", "a");
}

static void a_node_that_only_the_extender_knows_is_taken(void)
{
    struct script script = {.keep = "", .ghost = "ghost"};
    mn_extender extender;
    const mn_extender *const list[] = {&extender};
    g_autoptr(world) w = world_with(&script, &extender, list);
    expect_place(w, "p", "ghost");
    script.keep = "ab";
    EXPECT_INT((int64_t)world_place(w, "p")->feasible, 3);
}

static void it_is_asked_only_about_pods_with_its_resources(void)
{
    struct script script = {.keep = "a"};
    static const char *const managed[] = {"x.io/os"};
    mn_extender extender;
    const mn_extender *const list[] = {&extender};
    g_autoptr(world) w = world_with(&script, &extender, list);
    extender.managed_resources = managed;
    extender.managed_count = 1;
    world_place(w, "p");
    EXPECT_INT((int64_t)script.calls, 0);
    extender.managed_count = 0;
    world_place(w, "p");
    EXPECT_INT((int64_t)script.calls, 1);
}

/* kubernetes/kubernetes#141781: 97 instead of what is left of the node. */
static void whole_nodes_that_come_back_are_scored_as_if_empty(void)
{
    struct script script = {.keep = "abc"};
    mn_extender extender;
    const mn_extender *const list[] = {&extender};
    g_autoptr(world) w = world_with(&script, &extender, list);
    mn_pod there = *world_pod(w, "p");
    there.meta.name = "there";
    mn_cache_add_pod(w->cache, &there, "a");
    expect_scores(w, "NodeResourcesFit", "p", "a", "97 97");
    w->profile->quirks.fix_empty_node_infos = true;
    expect_scores(w, "NodeResourcesFit", "p", "a", "95 95");
    w->profile->quirks.fix_empty_node_infos = false;
    extender.node_cache_capable = true;
    expect_scores(w, "NodeResourcesFit", "p", "a", "95 95");
}

#define FULL(name, priority, node)                                              \
    "---\n{apiVersion: v1, kind: Pod, metadata: {name: " name "}, spec: {" node \
    "priority: " priority                                                       \
    ", containers: [{name: c, image: i, resources: {requests: {cpu: '3'}}}]}}\n"

static void it_has_its_say_about_victims(void)
{
    struct script script = {.keep = "b"};
    mn_extender extender = {.name = "test", .data = &script, .preempt = preempt};
    const mn_extender *const list[] = {&extender};
    g_autoptr(world) w = world_new(NODE("a") NODE("b") FULL("x", "1", "nodeName: a, ")
                                       FULL("z", "2", "nodeName: b, ") FULL("p", "9", ""));
    w->profile->extenders = list;
    w->profile->extender_count = 1;
    EXPECT_STR(world_place(w, "p")->nominated_node, "b");
    script.keep = "ab";
    EXPECT_STR(world_place(w, "p")->nominated_node, "a");
    script.keep = "";
    expect_place(w,
                 "p",
                 "0/2 nodes are available: 2 Insufficient cpu. no new claims to deallocate, "
                 "preemption: no candidate node for preemption");
    script.keep = "ab";
    script.fail = "a";
    expect_place(w,
                 "p",
                 "0/2 nodes are available: 2 Insufficient cpu. preemption: expected at least one "
                 "victim pod on node \"a\"");
    extender.ignorable = true;
    EXPECT_STR(world_place(w, "p")->nominated_node, "b");
    script.error = "unavailable";
    EXPECT_STR(world_place(w, "p")->nominated_node, "a");
    extender.ignorable = false;
    expect_place(w, "p", "0/2 nodes are available: 2 Insufficient cpu. preemption: unavailable");
}

static const mn_node_explanation *explained(const mn_explanation *explanation, const char *name)
{
    for (size_t i = 0; i < explanation->count; i++) {
        if (strcmp(mn_node_info_name(explanation->nodes[i].node), name) == 0)
            return &explanation->nodes[i];
    }
    g_error("the test has no node \"%s\"", name);
}

static void explaining_says_which_nodes_fell_to_it(void)
{
    struct script script = {.keep = "c", .fail = "a"};
    mn_extender extender;
    const mn_extender *const list[] = {&extender};
    g_autoptr(world) w = world_with(&script, &extender, list);
    const mn_explanation *explanation = world_explain(w, "p");
    EXPECT_TRUE(explained(explanation, "a")->left_out_by == &extender);
    EXPECT_INT(explained(explanation, "a")->extender_verdict.code, MN_CODE_UNSCHEDULABLE);
    EXPECT_STR(explained(explanation, "a")->extender_verdict.reasons[0], "busy");
    EXPECT_TRUE(explained(explanation, "b")->left_out_by == &extender);
    EXPECT_INT(explained(explanation, "b")->extender_verdict.code, MN_CODE_SUCCESS);
    EXPECT_TRUE(explained(explanation, "c")->left_out_by == NULL);
    EXPECT_TRUE(explained(explanation, "c")->feasible && !explained(explanation, "b")->feasible);
    EXPECT_TRUE(explained(explanation, "b")->seen);
    EXPECT_INT((int64_t)mn_scheduler_find_all(w->scheduler, world_pod(w, "p")).count, 1);
}

static void explaining_says_what_it_adds_to_a_total(void)
{
    struct script script = {.keep = "abc", .favourite = "b"};
    mn_extender extender;
    const mn_extender *const list[] = {&extender};
    g_autoptr(world) w = world_with(&script, &extender, list);
    extender.weight = 3;
    const mn_explanation *explanation = world_explain(w, "p");
    EXPECT_TRUE(explanation->extenders_asked[0]);
    EXPECT_INT(explained(explanation, "b")->extender_scores[0].raw, 10);
    EXPECT_INT(explained(explanation, "b")->extender_scores[0].weighted, 300);
    EXPECT_INT(explained(explanation, "b")->total - explained(explanation, "a")->total, 300);
    extender.prioritize = NULL;
    EXPECT_TRUE(!world_explain(w, "p")->extenders_asked[0]);
}

extern CU_TestInfo suite_core_extend[];
CU_TestInfo suite_core_extend[] = {
    {"what it keeps is placed by its scores", what_it_keeps_is_placed_by_its_scores},
    {"nodes left out without a word count in no reason",
     nodes_left_out_without_a_word_count_in_no_reason},
    {"an error fails the cycle unless it may be ignored",
     an_error_fails_the_cycle_unless_it_may_be_ignored},
    {"a node that only the extender knows is taken", a_node_that_only_the_extender_knows_is_taken},
    {"it is asked only about pods with its resources",
     it_is_asked_only_about_pods_with_its_resources},
    {"whole nodes that come back are scored as if empty",
     whole_nodes_that_come_back_are_scored_as_if_empty},
    {"it has its say about victims", it_has_its_say_about_victims},
    {"explaining says which nodes fell to it", explaining_says_which_nodes_fell_to_it},
    {"explaining says what it adds to a total", explaining_says_what_it_adds_to_a_total},
    CU_TEST_INFO_NULL,
};
