/* SPDX-License-Identifier: Apache-2.0 */
/* Raw and normalized scores of each Score plugin. Figures are worked out by hand from
 * what kube-scheduler does. */
#include "mullion/sched/config.h"
#include "tests/support/expect.h"
#include "tests/support/world.h"

#include <string.h>

#define NODE(name, labels, spec, allocatable)                                              \
    "---\n{apiVersion: v1, kind: Node, metadata: {name: " name ", labels: {" labels "}}, " \
    "spec: {" spec "}, status: {allocatable: {pods: 99, " allocatable "}}}\n"
#define SIZED "cpu: '4', memory: 8Gi"
#define POD(name, requests, spec)                                                                \
    "---\n{apiVersion: v1, kind: Pod, metadata: {name: " name ", labels: {app: web}}, "          \
    "spec: {containers: [{name: c, image: 'i:1', resources: {requests: {" requests "}}}], " spec \
    "}}\n"

static void soft_taints_cost_score(void)
{
    g_autoptr(world) w = world_new(
        NODE("a", "", "", SIZED)
            NODE("b", "", "taints: [{key: t, effect: PreferNoSchedule}]", SIZED) NODE(
                "c",
                "",
                "taints: [{key: t, effect: PreferNoSchedule}, {key: u, effect: PreferNoSchedule}]",
                SIZED) POD("p", "", "") POD("q", "", "tolerations: [{operator: Exists}]"));
    expect_scores(w, "TaintToleration", "p", "a", "0 100");
    expect_scores(w, "TaintToleration", "p", "b", "1 50");
    expect_scores(w, "TaintToleration", "p", "c", "2 0");
    expect_scores(w, "TaintToleration", "q", "c", "0 100");
}

#define PREFERRED(terms) \
    "affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [" terms "]}}"
#define TERM(weight, value)                                                           \
    "{weight: " weight ", preference: {matchExpressions: [{key: disk, operator: In, " \
    "values: [" value "]}]}}"

static void preferred_node_affinity_adds_up_weights(void)
{
    g_autoptr(world) w = world_new(
        NODE("a", "disk: ssd", "", SIZED) NODE("b", "disk: hdd", "", SIZED) NODE("c", "", "", SIZED)
            POD("p", "", PREFERRED(TERM("30", "ssd") ", " TERM("20", "'ssd', 'hdd'")))
                POD("q", "", "") POD("r", "", PREFERRED(TERM("7", "nvme"))));
    expect_scores(w, "NodeAffinity", "p", "a", "50 100");
    expect_scores(w, "NodeAffinity", "p", "b", "20 40");
    expect_scores(w, "NodeAffinity", "p", "c", "0 0");
    expect_scores(w, "NodeAffinity", "q", "a", "skipped");
    expect_scores(w, "NodeAffinity", "r", "a", "0 0");
}

static void a_preferred_term_that_does_not_parse_fails_the_cycle(void)
{
    g_autoptr(world) w = world_new(NODE("a", "", "", SIZED) NODE("b", "", "", SIZED) POD(
        "p",
        "",
        PREFERRED("{weight: 1, preference: {matchExpressions: [{key: pool, operator: Gt, "
                  "values: ['-3']}]}}")));
    const mn_outcome *outcome = world_place(w, "p");
    EXPECT_INT(outcome->kind, MN_OUTCOME_ERROR);
    EXPECT_STR(outcome->message,
               "running PreScore plugin \"NodeAffinity\": [0].matchExpressions[0].values[0][pool]: "
               "Invalid value: \"-3\": a valid label must be an empty string or consist of "
               "alphanumeric characters, '-', '_' or '.', and must start and end with an "
               "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used "
               "for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')");
    mn_cache_remove_node(w->cache, "b");
    expect_place(w, "p", "a"); /* one node is not scored */
}

/* (4000 - 1000) * 100 / 4000 = 75, (8 - 2) * 100 / 8 = 75; without requests 100m and 200Mi. */
static void the_emptier_node_scores_higher(void)
{
    g_autoptr(world) w =
        world_new(NODE("a", "", "", SIZED) NODE("b", "", "", SIZED) NODE("none", "", "", "cpu: 0")
                      POD("there", "cpu: '2'", "nodeName: b") POD("p", "cpu: '1', memory: 2Gi", "")
                          POD("q", "", ""));
    expect_scores(w, "NodeResourcesFit", "p", "a", "75 75");
    expect_scores(w, "NodeResourcesFit", "p", "b", "48 48"); /* (25 + 72) / 2 */
    expect_scores(w, "NodeResourcesFit", "q", "a", "97 97"); /* 97.5, 97.5 */
    expect_scores(w, "NodeResourcesFit", "q", "none", "0 0");
}

static void pod_level_requests_do_not_score_unless_fixed(void)
{
    g_autoptr(world) w = world_new(NODE("a", "", "", SIZED) POD(
        "p", "cpu: '1', memory: 2Gi", "resources: {requests: {cpu: '3', memory: 6Gi}}"));
    expect_scores(w, "NodeResourcesFit", "p", "a", "75 75");
    expect_scores(w, "NodeResourcesBalancedAllocation", "p", "a", "100 100");
    w->profile->quirks.fix_pod_level_score = true;
    expect_scores(w, "NodeResourcesFit", "p", "a", "25 25");
}

/* A wrapped product is out of range: kube-scheduler fails the Pod. */
static void products_beyond_int64_wrap(void)
{
    g_autoptr(world) w = world_new(NODE("a", "", "", "cpu: '4', memory: 100Pi")
                                       NODE("b", "", "", "cpu: 0, memory: 100Pi") POD("p", "", ""));
    const mn_outcome *outcome = world_place(w, "p");
    EXPECT_INT(outcome->kind, MN_OUTCOME_ERROR);
    EXPECT_TRUE(g_str_has_prefix(outcome->message,
                                 "applying score defaultWeights on Score plugins: plugin "
                                 "\"NodeResourcesFit\" returns an invalid score -"));
}

/* |1/4 - 6/8| / 2 = 0.25 */
static void even_use_of_cpu_and_memory_scores_higher(void)
{
    g_autoptr(world) w = world_new(NODE("a", "", "", SIZED) POD("even", "cpu: '1', memory: 2Gi", "")
                                       POD("odd", "cpu: '1', memory: 6Gi", "") POD("none", "", "")
                                           POD("one", "cpu: '4'", ""));
    expect_scores(w, "NodeResourcesBalancedAllocation", "even", "a", "100 100");
    expect_scores(w, "NodeResourcesBalancedAllocation", "odd", "a", "75 75");
    expect_scores(w, "NodeResourcesBalancedAllocation", "none", "a", "skipped");
    expect_scores(w, "NodeResourcesBalancedAllocation", "one", "a", "50 50");
}

#define IMAGES(name, list)                                                                  \
    "---\n{apiVersion: v1, kind: Node, metadata: {name: " name "}, status: {allocatable: {" \
    "pods: 99}, images: [" list "]}}\n"

/* 2000 MiB on one of two nodes: 1000 MiB count; (1000 - 23) * 100 / (1000 - 23). */
static void images_that_are_there_count_by_size_and_spread(void)
{
    g_autoptr(world) w = world_new(
        IMAGES(
            "a",
            "{names: ['i:1'], sizeBytes: 2097152000}, {names: ['big:latest'], sizeBytes: 1048576000}")
            IMAGES("b", "{names: ['big:latest'], sizeBytes: 1}") POD(
                "p",
                "",
                "") "---\n{apiVersion: v1, kind: Pod, metadata: {name: q}, spec: {containers: [{name: c, image: big}]}}\n"
                    "---\n{apiVersion: v1, kind: Pod, metadata: {name: r}, spec: {containers: [{name: c, image: 'host:5000/i'}]}}\n");
    expect_scores(w, "ImageLocality", "p", "a", "100 100");
    expect_scores(w, "ImageLocality", "p", "b", "0 0");
    expect_scores(w, "ImageLocality", "q", "a", "100 100"); /* the first size counts everywhere */
    expect_scores(w, "ImageLocality", "q", "b", "100 100");
    expect_scores(w, "ImageLocality", "r", "a", "0 0");
}

#define SERVICE \
    "---\n{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {selector: {app: web}}}\n"
#define ZONED(name, zone) \
    NODE(name, "kubernetes.io/hostname: " name ", topology.kubernetes.io/zone: " zone, "", SIZED)

/* Constants make 2 + 4 per node even without Pods: 100 for all. */
static void pods_of_a_service_are_spread_by_default(void)
{
    g_autoptr(world) w =
        world_new(ZONED("a", "z1") ZONED("b", "z2") SERVICE POD("p", "", "") POD("there", "", ""));
    expect_scores(w, "PodTopologySpread", "p", "a", "6 100");
    mn_cache_add_pod(w->cache, world_pod(w, "there"), "a");
    /* ln 4 = 1.386: once for the host, once for the zone, and 2 + 4: 8.77 */
    expect_scores(w, "PodTopologySpread", "p", "a", "9 66");
    expect_scores(w, "PodTopologySpread", "p", "b", "6 100");
}

static void without_service_or_owner_there_is_nothing_to_spread(void)
{
    g_autoptr(world) w = world_new(ZONED("a", "z1") POD("p", "", ""));
    expect_scores(w, "PodTopologySpread", "p", "a", "skipped");
}

static void a_node_without_a_zone_gets_the_best_default_score(void)
{
    g_autoptr(world) w = world_new(ZONED("a", "z1") NODE(
        "bare", "kubernetes.io/hostname: bare", "", SIZED) SERVICE POD("p", "", ""));
    expect_scores(w, "PodTopologySpread", "p", "bare", "2 100");
    expect_scores(w, "PodTopologySpread", "p", "a", "6 33");
}

static void own_soft_constraints_leave_nodes_without_the_key_at_zero(void)
{
    g_autoptr(world) w = world_new(ZONED("a", "z1") NODE("bare", "", "", SIZED) POD(
        "p",
        "",
        "topologySpreadConstraints: [{maxSkew: 1, topologyKey: topology.kubernetes.io/zone, "
        "whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: web}}}]"));
    expect_scores(w, "PodTopologySpread", "p", "bare", "0 0");
    expect_scores(w, "PodTopologySpread", "p", "a", "0 100");
}

#define NEAR(anti, weight)                                                                \
    "affinity: {pod" anti "ffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{" \
    "weight: " weight ", podAffinityTerm: {topologyKey: kubernetes.io/hostname, "         \
    "labelSelector: {matchLabels: {app: web}}}}]}}"

static void preferred_pod_affinity_draws_and_repels(void)
{
    g_autoptr(world) w =
        world_new(ZONED("a", "z1") ZONED("b", "z2") ZONED("c", "z2") POD("there", "", "nodeName: a")
                      POD("liked", "", "nodeName: b, " NEAR("A", "50")) POD("plain", "", "")
                          POD("near", "", NEAR("A", "10")) POD("away", "", NEAR("AntiA", "10")));
    expect_scores(w, "InterPodAffinity", "plain", "a", "0 0");
    expect_scores(w, "InterPodAffinity", "plain", "b", "50 100");
    expect_scores(w, "InterPodAffinity", "near", "a", "10 16"); /* 10 of 60 */
    expect_scores(w, "InterPodAffinity", "near", "b", "60 100");
    expect_scores(w, "InterPodAffinity", "away", "a", "-10 0");
    expect_scores(w, "InterPodAffinity", "away", "b", "40 100");
    expect_scores(w, "InterPodAffinity", "away", "c", "0 20");
}

static void without_any_affinity_the_plugin_is_skipped(void)
{
    g_autoptr(world) w = world_new(ZONED("a", "z1") POD("p", "", ""));
    expect_scores(w, "InterPodAffinity", "p", "a", "skipped");
}

static void scores_of_others_are_shares_of_the_highest(void)
{
    int64_t scores[] = {29, 0, 100, 7};
    mn_normalize_default(scores, 4, false);
    EXPECT_INT(scores[0], 29);
    EXPECT_INT(scores[3], 7);
    int64_t reversed[] = {3, 1, 0};
    mn_normalize_default(reversed, 3, true);
    EXPECT_INT(reversed[0], 0);
    EXPECT_INT(reversed[1], 67); /* 100 - 33 */
    EXPECT_INT(reversed[2], 100);
    int64_t zeros[] = {0, 0};
    mn_normalize_default(zeros, 2, false);
    EXPECT_INT(zeros[0], 0);
    mn_normalize_default(zeros, 2, true);
    EXPECT_INT(zeros[0], 100);
}

extern CU_TestInfo suite_core_plugins_score[];
CU_TestInfo suite_core_plugins_score[] = {
    {"soft taints cost score", soft_taints_cost_score},
    {"preferred node affinity adds up weights", preferred_node_affinity_adds_up_weights},
    {"a preferred term that does not parse fails the cycle",
     a_preferred_term_that_does_not_parse_fails_the_cycle},
    {"the emptier node scores higher", the_emptier_node_scores_higher},
    {"pod level requests do not score unless fixed", pod_level_requests_do_not_score_unless_fixed},
    {"products beyond int64 wrap", products_beyond_int64_wrap},
    {"even use of cpu and memory scores higher", even_use_of_cpu_and_memory_scores_higher},
    {"images that are there count by size and spread",
     images_that_are_there_count_by_size_and_spread},
    {"pods of a service are spread by default", pods_of_a_service_are_spread_by_default},
    {"without service or owner there is nothing to spread",
     without_service_or_owner_there_is_nothing_to_spread},
    {"a node without a zone gets the best default score",
     a_node_without_a_zone_gets_the_best_default_score},
    {"own soft constraints leave nodes without the key at zero",
     own_soft_constraints_leave_nodes_without_the_key_at_zero},
    {"preferred pod affinity draws and repels", preferred_pod_affinity_draws_and_repels},
    {"without any affinity the plugin is skipped", without_any_affinity_the_plugin_is_skipped},
    {"scores of others are shares of the highest", scores_of_others_are_shares_of_the_highest},
    CU_TEST_INFO_NULL,
};
