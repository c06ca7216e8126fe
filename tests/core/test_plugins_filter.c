/* SPDX-License-Identifier: Apache-2.0 */
/* What each Filter plugin accepts and refuses, and in which words. */
#include "tests/support/expect.h"
#include "tests/support/world.h"

#define NODE(name, labels, spec)                                                          \
    "---\n{apiVersion: v1, kind: Node, metadata: {name: " name ", labels: {" labels       \
    "}}, spec: {" spec                                                                    \
    "}, status: {allocatable: {cpu: '2', memory: 4Gi, ephemeral-storage: 10Gi, pods: 3, " \
    "nvidia.com/gpu: 2}}}\n"
#define POD(name, spec)                                                               \
    "---\n{apiVersion: v1, kind: Pod, metadata: {name: " name ", labels: {app: " name \
    "}}, spec: {"                                                                     \
    "containers: [{name: c, image: i}], " spec "}}\n"
#define REQUESTS(name, requests, spec)                                                            \
    "---\n{apiVersion: v1, kind: Pod, metadata: {name: " name "}, spec: {containers: [{name: c, " \
    "image: i, resources: {requests: {" requests "}}}], " spec "}}\n"
#define PORTS(name, ports, spec)                                                                  \
    "---\n{apiVersion: v1, kind: Pod, metadata: {name: " name "}, spec: {containers: [{name: c, " \
    "image: i, ports: [" ports "]}], " spec "}}\n"

/* ------------------------------------------------------------------ one node, one Pod */

static void cordoned_nodes_take_only_pods_that_tolerate_it(void)
{
    g_autoptr(world) w =
        world_new(NODE("up", "", "") NODE("down", "", "unschedulable: true") POD("p", "") POD(
            "daemon", "tolerations: [{key: node.kubernetes.io/unschedulable, operator: Exists}]"));
    const char *want = "UnschedulableAndUnresolvable: node(s) were unschedulable";
    expect_filter(w, "NodeUnschedulable", "p", "up", "fits");
    expect_filter(w, "NodeUnschedulable", "p", "down", want);
    expect_filter(w, "NodeUnschedulable", "daemon", "down", "fits");
}

static void a_pod_that_names_its_node_fits_nowhere_else(void)
{
    g_autoptr(world) w = world_new(NODE("a", "", "") NODE("b", "", "") POD("p", "nodeName: a"));
    expect_filter(w, "NodeName", "p", "a", "fits");
    expect_filter(w,
                  "NodeName",
                  "p",
                  "b",
                  "UnschedulableAndUnresolvable: node(s) didn't match the requested node name");
}

static void the_first_taint_that_is_not_tolerated_is_named(void)
{
    g_autoptr(world) w = world_new(
        NODE("a",
             "",
             "taints: [{key: soft, effect: PreferNoSchedule}, {key: os, value: windows, effect: "
             "NoSchedule}, {key: spot, effect: NoExecute}]") POD("p", "")
            POD("windows", "tolerations: [{key: os, value: windows}]")
                POD("wrong", "tolerations: [{key: os, value: linux}]")
                    POD("all", "tolerations: [{operator: Exists}]"));
    const char *os = "UnschedulableAndUnresolvable: node(s) had untolerated taint {os: windows}";
    const char *spot = "UnschedulableAndUnresolvable: node(s) had untolerated taint {spot: }";
    expect_filter(w, "TaintToleration", "p", "a", os);
    expect_filter(w, "TaintToleration", "wrong", "a", os);
    expect_filter(w, "TaintToleration", "windows", "a", spot);
    expect_filter(w, "TaintToleration", "all", "a", "fits");
}

/* ------------------------------------------------------------------ NodeAffinity */

static const char no_match[] =
    "UnschedulableAndUnresolvable: node(s) didn't match Pod's node affinity/selector";

#define REQUIRED(terms)                                                          \
    "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: " \
    "{nodeSelectorTerms: [" terms "]}}}"
#define EXPRESSION(key, op, values) \
    "{matchExpressions: [{key: " key ", operator: " op ", values: [" values "]}]}"

static void node_selectors_and_terms_are_both_demanded(void)
{
    g_autoptr(world) w = world_new(
        NODE("a", "os: linux, gen: '7'", "") NODE("b", "os: windows", "") POD(
            "selector",
            "nodeSelector: {os: linux}") POD("in", REQUIRED(EXPRESSION("os", "In", "windows, mac")))
            POD("not-in", REQUIRED(EXPRESSION("gen", "NotIn", "'7'")))
                POD("gt", REQUIRED(EXPRESSION("gen", "Gt", "'6'"))) POD(
                    "either",
                    REQUIRED(EXPRESSION("gen", "Lt", "'8'") ", " EXPRESSION("os", "In", "windows")))
                    POD("both",
                        "nodeSelector: {os: windows}, " REQUIRED(EXPRESSION("gen", "In", "'7'"))));
    static const struct row {
        const char *pod;
        bool a, b;
    } rows[] = {
        {"selector", true, false},
        {"in", false, true},
        {"not-in", false, true},
        {"gt", true, false},
        {"either", true, true},
        {"both", false, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        expect_filter(w, "NodeAffinity", rows[i].pod, "a", rows[i].a ? "fits" : no_match);
        expect_filter(w, "NodeAffinity", rows[i].pod, "b", rows[i].b ? "fits" : no_match);
    }
}

static void a_term_that_does_not_parse_never_matches(void)
{
    g_autoptr(world) w = world_new(
        NODE("a", "gen: '7'", "") POD("negative", REQUIRED(EXPRESSION("gen", "Gt", "'-3'")))
            POD("empty", REQUIRED("{}")) POD(
                "rescued",
                REQUIRED(EXPRESSION("gen", "Gt", "'-3'") ", " EXPRESSION("gen", "Exists", ""))));
    expect_filter(w, "NodeAffinity", "negative", "a", no_match);
    expect_filter(w, "NodeAffinity", "empty", "a", no_match);
    expect_filter(w, "NodeAffinity", "rescued", "a", "fits");
}

#define FIELD(values) "{matchFields: [{key: metadata.name, operator: In, values: [" values "]}]}"

static void terms_that_name_nodes_restrict_the_search(void)
{
    g_autoptr(world) w = world_new(
        NODE("a", "", "") NODE("b", "", "") NODE("c", "", "")
            POD("p", REQUIRED(FIELD("b") ", " FIELD("ghost"))) POD(
                "conflict",
                REQUIRED(
                    "{matchFields: [{key: metadata.name, operator: In, values: [a]}, {key: metadata.name, operator: In, values: [b]}]}"))
                POD("free", REQUIRED(FIELD("b") ", " EXPRESSION("x", "DoesNotExist", ""))));
    expect_place(w, "p", "b");
    EXPECT_INT((int64_t)world_place(w, "p")->evaluated, 1);
    expect_place(w, "conflict", "0/3 nodes are available: pod affinity terms conflict. not found");
    EXPECT_INT((int64_t)world_place(w, "free")->feasible, 3);
}

/* ------------------------------------------------------------------ NodePorts */

static void host_ports_conflict_by_address_protocol_and_number(void)
{
    static const char taken[] =
        "Unschedulable: node(s) didn't have free ports for the requested pod ports";
    g_autoptr(world) w = world_new(
        NODE("a", "", "") PORTS("there",
                                "{hostPort: 80, hostIP: 10.0.0.1}, {hostPort: 53, protocol: UDP}",
                                "nodeName: a") PORTS("same", "{hostPort: 80, hostIP: 10.0.0.1}", "")
            PORTS("other-ip", "{hostPort: 80, hostIP: 10.0.0.2}", "")
                PORTS("any-ip", "{hostPort: 80}", "") PORTS("tcp", "{hostPort: 53}", "")
                    PORTS("v6", "{hostPort: 80, hostIP: '::'}", "")
                        PORTS("udp", "{hostPort: 53, protocol: UDP, hostIP: '1.1.1.1'}", "")
                            PORTS("none", "{containerPort: 80}", ""));
    static const struct row {
        const char *pod;
        bool fits;
    } rows[] = {
        {"same", false},
        {"other-ip", true},
        {"any-ip", false},
        {"tcp", true},
        {"v6", true},
        {"udp", false},
        {"none", true},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        expect_filter(w, "NodePorts", rows[i].pod, "a", rows[i].fits ? "fits" : taken);
}

static void ports_of_sidecars_count_and_of_plain_init_containers_do_not(void)
{
    g_autoptr(world) w = world_new(
        NODE("a", "", "") PORTS("there", "{hostPort: 80}, {hostPort: 81}", "nodeName: a") POD(
            "sidecar",
            "initContainers: [{name: s, image: i, restartPolicy: Always, ports: [{hostPort: 80}]}]")
            POD("init", "initContainers: [{name: s, image: i, ports: [{hostPort: 81}]}]"));
    expect_filter(w,
                  "NodePorts",
                  "sidecar",
                  "a",
                  "Unschedulable: node(s) didn't have free ports for the requested pod ports");
    expect_filter(w, "NodePorts", "init", "a", "fits");
}

/* ------------------------------------------------------------------ NodeResourcesFit */

static void every_resource_that_is_short_is_named(void)
{
    g_autoptr(world) w = world_new(
        NODE("a", "", "")
            REQUESTS("there", "cpu: 1500m, memory: 1Gi, nvidia.com/gpu: 1", "nodeName: a")
                REQUESTS("p", "cpu: 600m, memory: 1Gi, nvidia.com/gpu: 2", "") REQUESTS(
                    "big", "cpu: '3', memory: 5Gi, ephemeral-storage: 11Gi, nvidia.com/gpu: 3", "")
                    REQUESTS("fits", "cpu: 500m, memory: 3Gi, nvidia.com/gpu: 1", "")
                        REQUESTS("unknown", "example.com/fpga: 1, foo: 5", "")
                            REQUESTS("nothing", "cpu: 0, nvidia.com/gpu: 0", ""));
    expect_filter(w,
                  "NodeResourcesFit",
                  "p",
                  "a",
                  "Unschedulable: Insufficient cpu, Insufficient nvidia.com/gpu");
    expect_filter(w,
                  "NodeResourcesFit",
                  "big",
                  "a",
                  "UnschedulableAndUnresolvable: Insufficient cpu, Insufficient memory, "
                  "Insufficient ephemeral-storage, Insufficient nvidia.com/gpu");
    expect_filter(w, "NodeResourcesFit", "fits", "a", "fits");
    expect_filter(w,
                  "NodeResourcesFit",
                  "unknown",
                  "a",
                  "UnschedulableAndUnresolvable: Insufficient example.com/fpga");
    expect_filter(w, "NodeResourcesFit", "nothing", "a", "fits");
}

static void a_full_node_has_too_many_pods(void)
{
    g_autoptr(world) w = world_new(NODE("a", "", "") POD("px", "nodeName: a") POD(
        "py", "nodeName: a") POD("pz", "nodeName: a") POD("p", ""));
    expect_filter(w, "NodeResourcesFit", "p", "a", "Unschedulable: Too many pods");
    mn_cache_remove_pod(w->cache, world_pod(w, "px"));
    expect_filter(w, "NodeResourcesFit", "p", "a", "fits");
}

static void init_containers_sidecars_overhead_and_pod_level_count(void)
{
    g_autoptr(world) w = world_new(
        NODE("a", "", "") REQUESTS(
            "init",
            "cpu: 500m",
            "initContainers: [{name: i, image: i, resources: {requests: {cpu: 2100m}}}]")
            REQUESTS(
                "sidecar",
                "cpu: 1500m",
                "initContainers: [{name: s, image: i, restartPolicy: Always, resources: {requests: {cpu: 600m}}}]")
                REQUESTS("overhead", "cpu: 1900m", "overhead: {cpu: 200m}")
                    REQUESTS("level", "cpu: 100m", "resources: {requests: {cpu: 2100m}}")
                        REQUESTS("lower", "cpu: 2100m", "resources: {requests: {cpu: 100m}}"));
    const char *want = "UnschedulableAndUnresolvable: Insufficient cpu";
    expect_filter(w, "NodeResourcesFit", "init", "a", want);
    expect_filter(w, "NodeResourcesFit", "sidecar", "a", want);
    expect_filter(w, "NodeResourcesFit", "overhead", "a", want);
    expect_filter(w, "NodeResourcesFit", "level", "a", want);
    expect_filter(w, "NodeResourcesFit", "lower", "a", "fits");
}

/* ------------------------------------------------------------------ PodTopologySpread */

#define SPREAD(rest)                                                                  \
    "topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: " \
    "DoNotSchedule" rest "}]"
#define OF(app) ", labelSelector: {matchLabels: {app: " app "}}"

static const char skewed[] = "Unschedulable: node(s) didn't match pod topology spread constraints";

static void hard_constraints_keep_zones_even(void)
{
    g_autoptr(world) w = world_new(
        NODE("a", "zone: z1", "") NODE("b", "zone: z2", "") NODE("c", "", "")
            POD("p", "nodeName: a, " SPREAD(OF("p"))) "---\n{apiVersion: v1, kind: Pod, metadata: {name: q, labels: {app: p}}, spec: {containers: [{name: c, image: i}], " SPREAD(
                OF("p")) "}}\n"
                         "---\n{apiVersion: v1, kind: Pod, metadata: {name: few, labels: {app: none}}, spec: {containers: [{name: c, image: i}], " SPREAD(
                             ", minDomains: 3" OF("p")) "}}\n");
    expect_filter(w, "PodTopologySpread", "q", "a", skewed);
    expect_filter(w, "PodTopologySpread", "q", "b", "fits");
    expect_filter(w,
                  "PodTopologySpread",
                  "q",
                  "c",
                  "UnschedulableAndUnresolvable: node(s) didn't match pod topology spread "
                  "constraints (missing required label)");
    expect_filter(w, "PodTopologySpread", "few", "a", "fits");
}

static void pods_on_their_way_out_and_of_other_namespaces_are_not_counted(void)
{
    g_autoptr(world) w = world_new(NODE("a", "zone: z1", "") NODE(
        "b",
        "zone: z2",
        "") "---\n{apiVersion: v1, kind: Pod, metadata: {name: gone, labels: {app: p}, deletionTimestamp: '2025-01-01T00:00:00Z'}, spec: {nodeName: a, containers: [{name: c, image: i}]}}\n"
            "---\n{apiVersion: v1, kind: Pod, metadata: {name: far, namespace: other, labels: {app: p}}, spec: {nodeName: a, containers: [{name: c, image: i}]}}\n" POD(
                "p", SPREAD(OF("p"))));
    expect_filter(w, "PodTopologySpread", "p", "a", "fits");
}

/* ------------------------------------------------------------------ InterPodAffinity */

#define NEAR(anti, app)                                                                  \
    "affinity: {pod" anti "ffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{" \
    "topologyKey: zone, labelSelector: {matchLabels: {app: " app "}}}]}}"

static void pods_are_drawn_and_repelled_both_ways(void)
{
    g_autoptr(world) w =
        world_new(NODE("a", "zone: z1", "") NODE("b", "zone: z2", "") NODE("c", "", "")
                      POD("db", "nodeName: a, " NEAR("AntiA", "web")) POD("web", "")
                          POD("client", NEAR("A", "db")) POD("loner", NEAR("AntiA", "db"))
                              POD("first", NEAR("A", "first")) POD("lost", NEAR("A", "nobody")));
    const char *rules = "UnschedulableAndUnresolvable: node(s) didn't match pod affinity rules";
    expect_filter(w, "InterPodAffinity", "client", "a", "fits");
    expect_filter(w, "InterPodAffinity", "client", "b", rules);
    expect_filter(w, "InterPodAffinity", "client", "c", rules);
    expect_filter(w, "InterPodAffinity", "lost", "a", rules);
    expect_filter(w, "InterPodAffinity", "first", "b", "fits");
    expect_filter(w, "InterPodAffinity", "first", "c", rules);
    expect_filter(w,
                  "InterPodAffinity",
                  "loner",
                  "a",
                  "Unschedulable: node(s) didn't match pod anti-affinity rules");
    expect_filter(w, "InterPodAffinity", "loner", "c", "fits");
    expect_filter(w,
                  "InterPodAffinity",
                  "web",
                  "a",
                  "Unschedulable: node(s) didn't satisfy existing pods anti-affinity rules");
    expect_filter(w, "InterPodAffinity", "web", "b", "fits");
}

/* kubernetes/kubernetes#141526 */
static void a_negative_namespace_selector_matches_every_namespace_unless_fixed(void)
{
    g_autoptr(world) w = world_new(NODE(
        "a",
        "zone: z1",
        "") "---\n{apiVersion: v1, kind: Namespace, metadata: {name: prod, labels: {env: prod}}}\n"
            "---\n{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: prod, labels: {app: db}}, spec: {nodeName: a, containers: [{name: c, image: i}]}}\n" POD(
                "p",
                "affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: zone, labelSelector: {}, namespaceSelector: {matchExpressions: [{key: env, operator: NotIn, values: [prod]}]}}]}}"));
    expect_filter(w,
                  "InterPodAffinity",
                  "p",
                  "a",
                  "Unschedulable: node(s) didn't match pod anti-affinity rules");
    w->profile->quirks.fix_namespace_selector = true;
    expect_filter(w, "InterPodAffinity", "p", "a", "fits");
}

static void a_selector_that_does_not_parse_stops_the_cycle(void)
{
    g_autoptr(world) w = world_new(NODE("a", "zone: z1", "") POD("p", NEAR("A", "'{{x}}'")));
    const mn_outcome *outcome = world_place(w, "p");
    EXPECT_INT(outcome->kind, MN_OUTCOME_UNSCHEDULABLE);
    EXPECT_TRUE(
        g_str_has_prefix(outcome->message,
                         "0/1 nodes are available: parsing pod: requiredAffinityTerms: "
                         "values[0][app]: Invalid value: \"{{x}}\": a valid label must be"));
    EXPECT_TRUE(g_str_has_suffix(outcome->message, "')?'). not found") ||
                g_str_has_suffix(outcome->message, "not found"));
}

extern CU_TestInfo suite_core_plugins_filter[];
CU_TestInfo suite_core_plugins_filter[] = {
    {"cordoned nodes take only pods that tolerate it",
     cordoned_nodes_take_only_pods_that_tolerate_it},
    {"a pod that names its node fits nowhere else", a_pod_that_names_its_node_fits_nowhere_else},
    {"the first taint that is not tolerated is named",
     the_first_taint_that_is_not_tolerated_is_named},
    {"node selectors and terms are both demanded", node_selectors_and_terms_are_both_demanded},
    {"a term that does not parse never matches", a_term_that_does_not_parse_never_matches},
    {"terms that name nodes restrict the search", terms_that_name_nodes_restrict_the_search},
    {"host ports conflict by address protocol and number",
     host_ports_conflict_by_address_protocol_and_number},
    {"ports of sidecars count and of plain init containers do not",
     ports_of_sidecars_count_and_of_plain_init_containers_do_not},
    {"every resource that is short is named", every_resource_that_is_short_is_named},
    {"a full node has too many pods", a_full_node_has_too_many_pods},
    {"init containers sidecars overhead and pod level count",
     init_containers_sidecars_overhead_and_pod_level_count},
    {"hard constraints keep zones even", hard_constraints_keep_zones_even},
    {"pods on their way out and of other namespaces are not counted",
     pods_on_their_way_out_and_of_other_namespaces_are_not_counted},
    {"pods are drawn and repelled both ways", pods_are_drawn_and_repelled_both_ways},
    {"a negative namespace selector matches every namespace unless fixed",
     a_negative_namespace_selector_matches_every_namespace_unless_fixed},
    {"a selector that does not parse stops the cycle",
     a_selector_that_does_not_parse_stops_the_cycle},
    CU_TEST_INFO_NULL,
};
