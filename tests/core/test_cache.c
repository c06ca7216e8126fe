/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/cluster/cache.h"
#include "tests/support/expect.h"
#include "tests/support/world.h"

#include <string.h>

#define NODE(name, labels)                                                                 \
    "---\n{apiVersion: v1, kind: Node, metadata: {name: " name ", labels: {" labels "}}, " \
    "status: {allocatable: {cpu: '4', memory: 8Gi, pods: 9, nvidia.com/gpu: 4}}}\n"
#define ZONE(zone) "topology.kubernetes.io/zone: " zone
#define POD(name, spec) \
    "---\n{apiVersion: v1, kind: Pod, metadata: {name: " name "}, spec: {" spec "}}\n"
#define ONE(requests) "containers: [{name: c, image: i, resources: {requests: {" requests "}}}]"

static void expect_order(world *w, const char *want)
{
    const mn_snapshot *snapshot = mn_cache_snapshot(w->cache);
    g_autoptr(GString) got = g_string_new(NULL);
    for (size_t i = 0; i < snapshot->count; i++)
        g_string_append_printf(
            got, "%s%s", i == 0 ? "" : " ", mn_node_info_name(snapshot->nodes[i]));
    EXPECT_STR(got->str, want);
}

static const mn_node *node_of(const world *w, guint index)
{
    return w->objects->nodes->pdata[index];
}

static void nodes_are_listed_round_robin_over_zones(void)
{
    g_autoptr(world) w = world_new(NODE("a1", ZONE("za")) NODE("a2", ZONE("za")) NODE(
        "a3", ZONE("za")) NODE("b1", ZONE("zb")) NODE("none", "") NODE("b2", ZONE("zb")));
    expect_order(w, "a1 b1 none a2 b2 a3");
    EXPECT_TRUE(mn_cache_remove_node(w->cache, "a1"));
    expect_order(w, "a2 b1 none a3 b2");
    mn_cache_add_node(w->cache, node_of(w, 0));
    expect_order(w, "a2 b1 none a3 b2 a1");
    EXPECT_TRUE(!mn_cache_remove_node(w->cache, "ghost"));
}

static void a_changed_node_keeps_its_place_unless_its_zone_changed(void)
{
    g_autoptr(world) w =
        world_new(NODE("a", ZONE("z1")) NODE("b", ZONE("z1")) NODE("c", ZONE("z2")));
    const mn_node same = *node_of(w, 0);
    mn_node moved = same;
    mn_cache_add_node(w->cache, &same);
    expect_order(w, "a c b");
    const mn_label labels[] = {{.key = "topology.kubernetes.io/zone", .value = "z2"}};
    moved.meta.labels = (mn_labels){.items = labels, .count = 1};
    mn_cache_add_node(w->cache, &moved);
    expect_order(w, "b c a");
}

static void sums_follow_the_pods(void)
{
    g_autoptr(world) w = world_new(
        NODE("a", "") POD("p", ONE("cpu: 500m, memory: 1Gi, nvidia.com/gpu: 1") ", nodeName: a")
            POD("q", ONE("") ", nodeName: a"));
    const mn_node_info *a = mn_snapshot_find(mn_cache_snapshot(w->cache), "a");
    EXPECT_INT(a->requested.milli_cpu, 500);
    EXPECT_INT(a->nonzero_milli_cpu, 600);
    EXPECT_INT(a->nonzero_memory, (1 << 30) + 209715200);
    EXPECT_INT(mn_amounts_get(&a->requested, "nvidia.com/gpu"), 1);
    EXPECT_STR(mn_cache_find_pod_node(w->cache, world_pod(w, "p")), "a");
    EXPECT_TRUE(mn_cache_remove_pod(w->cache, world_pod(w, "p")));
    EXPECT_INT(a->requested.milli_cpu, 0);
    EXPECT_INT(mn_amounts_get(&a->requested, "nvidia.com/gpu"), 0);
    EXPECT_INT((int64_t)mn_node_info_pod_count(a), 1);
    EXPECT_STR(mn_cache_find_pod_node(w->cache, world_pod(w, "p")), NULL);
}

static void the_last_pod_moves_into_the_place_of_one_that_leaves(void)
{
    g_autoptr(world) w = world_new(NODE("a", "") POD("p1", ONE("") ", nodeName: a") POD(
        "p2", ONE("") ", nodeName: a") POD("p3", ONE("") ", nodeName: a"));
    mn_cache_remove_pod(w->cache, world_pod(w, "p1"));
    const mn_node_info *a = mn_snapshot_find(mn_cache_snapshot(w->cache), "a");
    EXPECT_STR(mn_node_info_pod(a, 0)->pod->meta.name, "p3");
    EXPECT_STR(mn_node_info_pod(a, 1)->pod->meta.name, "p2");
}

#define WEB "containers: [{name: c, image: i, ports: [{hostPort: 80}]}], nodeName: a"

static void used_ports_are_a_set(void)
{
    g_autoptr(world) w = world_new(NODE("a", "") POD("p", WEB) POD("q", WEB));
    const mn_node_info *a = mn_snapshot_find(mn_cache_snapshot(w->cache), "a");
    const mn_host_port wanted = {.ip = "0.0.0.0", .protocol = "TCP", .port = 80};
    EXPECT_TRUE(mn_node_info_ports_conflict(a, &wanted, 1));
    mn_cache_remove_pod(w->cache, world_pod(w, "p"));
    EXPECT_TRUE(!mn_node_info_ports_conflict(a, &wanted, 1)); /* though q still has it */
}

static void pods_wait_for_a_node_that_is_not_there(void)
{
    g_autoptr(world) w = world_new(NODE("a", "") POD("p", ONE("cpu: '1'") ", nodeName: a"));
    mn_cache_remove_node(w->cache, "a");
    EXPECT_INT((int64_t)mn_cache_snapshot(w->cache)->count, 0);
    EXPECT_STR(mn_cache_find_pod_node(w->cache, world_pod(w, "p")), "a");
    mn_cache_add_node(w->cache, node_of(w, 0));
    const mn_node_info *a = mn_snapshot_find(mn_cache_snapshot(w->cache), "a");
    EXPECT_INT(a->requested.milli_cpu, 1000);
    mn_cache_remove_node(w->cache, "a");
    EXPECT_TRUE(mn_cache_remove_pod(w->cache, world_pod(w, "p")));
    mn_cache_add_node(w->cache, node_of(w, 0));
    EXPECT_INT((int64_t)mn_node_info_pod_count(mn_snapshot_find(mn_cache_snapshot(w->cache), "a")),
               0);
}

static void pods_that_say_the_same_share_a_class(void)
{
    g_autoptr(world) w = world_new(POD("p", ONE("cpu: '1'")) POD("q", ONE("cpu: '1'")) POD(
        "r", ONE("cpu: 1000m")) POD("s", ONE("cpu: '1'") ", priority: 3"));
    const mn_pod_class *p = mn_cache_class_of(w->cache, world_pod(w, "p"));
    EXPECT_TRUE(p == mn_cache_class_of(w->cache, world_pod(w, "q")));
    EXPECT_TRUE(p != mn_cache_class_of(w->cache, world_pod(w, "s")));
    EXPECT_TRUE(p == mn_cache_class_of(w->cache, world_pod(w, "p")));
    mn_pod bound = *world_pod(w, "p");
    bound.spec.node_name = "a";
    EXPECT_TRUE(p == mn_cache_class_of(w->cache, &bound));
}

static void the_journal_names_every_node_that_changed(void)
{
    g_autoptr(world) w = world_new(NODE("a", "") NODE("b", "") POD("p", ONE("")));
    const uint64_t before = mn_cache_snapshot(w->cache)->journal_end;
    mn_cache_add_pod(w->cache, world_pod(w, "p"), "b");
    const mn_snapshot *snapshot = mn_cache_snapshot(w->cache);
    EXPECT_INT((int64_t)(snapshot->journal_end - before), 1);
    EXPECT_INT(snapshot->journal[before - snapshot->journal_base],
               mn_snapshot_find(snapshot, "b")->number);
}

static void resizing_counts_the_larger_of_spec_and_status(void)
{
    g_autoptr(world) w = world_new(
        NODE("a", "") "---\n{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {nodeName: a, " ONE(
            "cpu: '1'") "}, status: {containerStatuses: [{name: c, resources: {requests: {cpu: '2'}}, allocatedResources: {cpu: 1500m}}]}}\n"
                        "---\n{apiVersion: v1, kind: Pod, metadata: {name: q}, spec: {nodeName: a, " ONE(
                            "cpu: '4'") "}, status: {conditions: [{type: PodResizePending, status: 'True', reason: Infeasible}], containerStatuses: [{name: c, resources: {requests: {cpu: '1'}}}]}}\n");
    const mn_node_info *a = mn_snapshot_find(mn_cache_snapshot(w->cache), "a");
    EXPECT_INT(mn_node_info_pod(a, 0)->class_->requested.milli_cpu, 2000);
    EXPECT_INT(mn_node_info_pod(a, 0)->class_->fit.milli_cpu, 1000);
    EXPECT_INT(mn_node_info_pod(a, 1)->class_->requested.milli_cpu, 1000);
}

static void names_of_scalar_resources_are_known(void)
{
    static const struct row {
        const char *name;
        bool scalar, extended;
    } rows[] = {
        {"nvidia.com/gpu", true, true},
        {"hugepages-2Mi", true, false},
        {"attachable-volumes-x", true, false},
        {"kubernetes.io/foo", true, false},
        {"requests.nvidia.com/gpu", false, false},
        {"foo", false, false},
        {"/gpu", false, false},
        {"a/b/c", false, false},
        {"pods", false, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        EXPECT_INT(mn_resource_is_scalar(rows[i].name), rows[i].scalar);
        EXPECT_INT(mn_resource_is_extended(rows[i].name), rows[i].extended);
    }
}

extern CU_TestInfo suite_core_cache[];
CU_TestInfo suite_core_cache[] = {
    {"nodes are listed round robin over zones", nodes_are_listed_round_robin_over_zones},
    {"a changed node keeps its place unless its zone changed",
     a_changed_node_keeps_its_place_unless_its_zone_changed},
    {"sums follow the pods", sums_follow_the_pods},
    {"the last pod moves into the place of one that leaves",
     the_last_pod_moves_into_the_place_of_one_that_leaves},
    {"used ports are a set", used_ports_are_a_set},
    {"pods wait for a node that is not there", pods_wait_for_a_node_that_is_not_there},
    {"pods that say the same share a class", pods_that_say_the_same_share_a_class},
    {"the journal names every node that changed", the_journal_names_every_node_that_changed},
    {"resizing counts the larger of spec and status",
     resizing_counts_the_larger_of_spec_and_status},
    {"names of scalar resources are known", names_of_scalar_resources_are_known},
    CU_TEST_INFO_NULL,
};
