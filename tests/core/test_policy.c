/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/captures.h"
#include "tests/support/expect.h"
#include "tests/support/needs.h"

#define IIS(tag)   "mcr.microsoft.com/windows/servercore/iis:windowsservercore-" tag
#define BARE       "containers: [{name: c, image: reg.corp/app}]"
#define IMAGE(ref) "containers: [{name: c, image: '" ref "'}]"
#define WINDOWS    ", nodeSelector: {kubernetes.io/os: windows}"
#define LINUX      ", nodeSelector: {kubernetes.io/os: linux}"

static void needs_under(const mn_os_policy *policy, const char *spec, const char *want)
{
    g_autoptr(need_case) one = needs_of(policy, "name: p", spec);
    g_autofree char *got = needs_why(&one->need);
    EXPECT_STR(got, want);
}

static void needs(const char *spec, const char *want)
{
    needs_under(NULL, spec, want);
}

static void decisive_and_strong_signals_decide(void)
{
    needs("os: {name: windows}, " BARE,
          "needs windows of any build: spec.os.name \"windows\" (decisive)");
    needs(BARE LINUX, "needs linux: spec.nodeSelector[kubernetes.io/os] \"linux\" (decisive)");
    needs(IMAGE("redis:7.2-alpine"),
          "needs linux: spec.containers[0].image \"redis:7.2-alpine\" says alpine (strong)");
    needs(IMAGE(IIS("ltsc2019")),
          "needs windows 10.0.17763: spec.containers[0].image "
          "\"…/iis:windowsservercore-ltsc2019\" says ltsc2019 (strong)");
    needs(IMAGE(IIS("ltsc2019")) WINDOWS,
          "needs windows 10.0.17763: spec.nodeSelector[kubernetes.io/os] \"windows\" (decisive); "
          "spec.containers[0].image \"…/iis:windowsservercore-ltsc2019\" says ltsc2019 (strong)");
}

static void without_a_strong_signal_the_default_holds(void)
{
    mn_os_policy windows = mn_os_policy_default, unknown = mn_os_policy_default;
    windows.default_os = MN_OS_WINDOWS;
    unknown.default_os = MN_OS_UNKNOWN;
    static const char toleration[] = BARE ", tolerations: [{key: os, value: windows}]";

    needs(BARE, "linux by default: no signal says otherwise");
    needs(toleration,
          "linux by default: only spec.tolerations[0][os] \"windows\" (weak) says otherwise");
    needs(IMAGE("acme/x:windows"),
          "linux by default: only spec.containers[0].image \"acme/x:windows\" says windows "
          "(medium) says otherwise");
    needs_under(&windows, BARE, "windows by default: no signal says otherwise");
    needs_under(
        &windows, IMAGE("redis"), "needs linux: spec.containers[0].image \"redis\" (strong)");
    needs_under(&unknown, BARE, "unknown: no strong signal, and there is no default OS");
    needs_under(&unknown,
                toleration,
                "unknown: no strong signal, and there is no default OS; at most "
                "spec.tolerations[0][os] \"windows\" (weak)");
}

static void contradictions_fit_nowhere(void)
{
    needs("os: {name: linux}, " BARE WINDOWS,
          "contradicts itself: spec.os.name \"linux\" (decisive), but "
          "spec.nodeSelector[kubernetes.io/os] \"windows\" (decisive)");
    needs(BARE ", nodeSelector: {kubernetes.io/os: linux, "
               "node.kubernetes.io/windows-build: 10.0.17763}",
          "contradicts itself: spec.nodeSelector[kubernetes.io/os] \"linux\" (decisive), but "
          "spec.nodeSelector[node.kubernetes.io/windows-build] \"10.0.17763\" (decisive)");
    needs(BARE LINUX ", securityContext: {windowsOptions: {hostProcess: true}}",
          "contradicts itself: spec.nodeSelector[kubernetes.io/os] \"linux\" (decisive), but "
          "spec.securityContext.windowsOptions.hostProcess: true (decisive)");
}

static void containers_of_both_oses_fit_nowhere(void)
{
    static const char both[] = "containers: [{name: a, image: '" IIS(
        "ltsc2022") "'}, {name: b, image: 'istio/proxyv2:1'}]";
    static const char why[] =
        "mixes linux and windows containers: spec.containers[1].image \"istio/proxyv2:1\" "
        "(strong), but spec.containers[0].image \"…/iis:windowsservercore-ltsc2022\" says "
        "ltsc2022 (strong)";
    needs(both, why);
    g_autofree char *selected = g_strconcat(both, WINDOWS, NULL);
    needs(selected, why);
    needs("initContainers: [{name: i, image: 'busybox'}], " IMAGE("x:nanoserver"),
          "mixes linux and windows containers: spec.initContainers[0].image \"busybox\" "
          "(strong), but spec.containers[0].image \"x:nanoserver\" says nanoserver (strong)");
}

static void a_better_signal_overrules_and_says_so(void)
{
    mn_os_policy strict = mn_os_policy_default;
    strict.on_conflict = MN_ON_CONFLICT_REFUSE;
    needs(IMAGE("redis") WINDOWS,
          "needs windows of any build: spec.nodeSelector[kubernetes.io/os] \"windows\" (decisive); "
          "overruled: spec.containers[0].image \"redis\" (strong)");
    needs_under(&strict,
                IMAGE("redis") WINDOWS,
                "contradicts itself: spec.nodeSelector[kubernetes.io/os] \"windows\" (decisive), "
                "but spec.containers[0].image \"redis\" (strong)");
    needs("hostPID: true, " IMAGE("x:nanoserver"),
          "needs windows of any build: spec.containers[0].image \"x:nanoserver\" says nanoserver "
          "(strong); overruled: spec.hostPID: true (strong)");
    needs(BARE WINDOWS ", securityContext: {runAsUser: 1}",
          "needs windows of any build: spec.nodeSelector[kubernetes.io/os] \"windows\" (decisive)");
    needs_under(&strict,
                BARE WINDOWS ", securityContext: {runAsUser: 1}",
                "needs windows of any build: spec.nodeSelector[kubernetes.io/os] \"windows\" "
                "(decisive)");
}

static void builds_are_asked_of_selector_and_images_alike(void)
{
    needs(IMAGE("x:ltsc2022-ltsc2025"),
          "needs windows 10.0.20348 or 10.0.26100: spec.containers[0].image "
          "\"x:ltsc2022-ltsc2025\" says ltsc2022 (strong)");
    needs("containers: [{name: a, image: 'x:ltsc2022'}, {name: b, image: 'y:ltsc2025'}]",
          "needs windows 10.0.20348 and 10.0.26100: spec.containers[0].image \"x:ltsc2022\" says "
          "ltsc2022 (strong)");
    needs(IMAGE("x:ltsc2022") ", nodeSelector: {node.kubernetes.io/windows-build: 10.0.26100}",
          "needs windows 10.0.26100 and 10.0.20348: "
          "spec.nodeSelector[node.kubernetes.io/windows-build] \"10.0.26100\" (decisive)");
    needs(IMAGE("x:ltsc2022") ", securityContext: {windowsOptions: {hostProcess: true}}",
          "needs windows of any build (HostProcess): "
          "spec.securityContext.windowsOptions.hostProcess: true (decisive)");
    needs(IMAGE("x:ltsc2019") ", runtimeClassName: h\n---\nmetadata: {name: h}\nhandler: "
                              "runhcs-wcow-hypervisor\n",
          "needs windows 10.0.17763 (Hyper-V: older images too): spec.runtimeClassName \"h\" says "
          "runhcs-wcow-hypervisor (strong); spec.containers[0].image \"x:ltsc2019\" says "
          "ltsc2019 (strong)");
}

static void daemon_sets_may_be_let_through(void)
{
    static const char metadata[] =
        "name: p, ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: d, uid: u, "
        "controller: true}]";
    mn_os_policy pass = mn_os_policy_default;
    pass.daemon_sets = MN_DAEMON_SETS_PASS;
    g_autoptr(need_case) enforced = needs_of(NULL, metadata, BARE);
    g_autoptr(need_case) passed = needs_of(&pass, metadata, BARE);
    g_autoptr(need_case) other = needs_of(&pass, "name: p", BARE);
    EXPECT_TRUE(enforced->need.daemon_set && !enforced->need.exempt);
    EXPECT_TRUE(passed->need.daemon_set && passed->need.exempt);
    EXPECT_TRUE(!other->need.daemon_set && !other->need.exempt);
    g_autofree char *why = needs_why(&passed->need);
    EXPECT_STR(why, "linux by default: no signal says otherwise; let through as a DaemonSet's");
}

static void offers(const char *node, const char *want)
{
    g_autofree char *text = g_strdup_printf("{apiVersion: v1, kind: Node, %s}", node);
    g_autoptr(mn_objects) objects = load_objects(text);
    mn_os_offer offer = mn_os_offer_of(&mn_os_policy_default, load_node(objects));
    g_autoptr(GString) got = g_string_new(NULL);
    mn_os_offer_why(&offer, got);
    EXPECT_STR(got->str, want);
}

#define NODE(labels, info) \
    "metadata: {name: node, labels: {" labels "}}, status: {nodeInfo: {" info "}}"
#define OS_WINDOWS   "kubernetes.io/os: windows"
#define BUILD(build) "node.kubernetes.io/windows-build: " build

static void nodes_offer_what_labels_and_node_info_tell(void)
{
    offers(NODE("kubernetes.io/os: linux", "kernelVersion: 6.8.0-85-generic"), "offers linux");
    offers(NODE("beta.kubernetes.io/os: linux", ""), "offers linux");
    offers(NODE("", "operatingSystem: linux"), "offers linux");
    offers(NODE("", ""), "offers an unknown OS: neither labels nor nodeInfo tell");
    offers(NODE(OS_WINDOWS ", " BUILD("10.0.17763"),
                "kernelVersion: 10.0.17763.6054, containerRuntimeVersion: 'containerd://1.6.20'"),
           "offers windows 10.0.17763, rule exact (from its containerd)");
    offers(NODE(OS_WINDOWS,
                "kernelVersion: 10.0.17763.6054, containerRuntimeVersion: "
                "'docker://20.10.9'"),
           "offers windows 10.0.17763, rule abi-1 (configured); no windows-build label, "
           "kernelVersion says so");
    offers(NODE(OS_WINDOWS, "kernelVersion: '10.0 14393 (14393.1715.amd64fre.rs1_release)'"),
           "offers windows 10.0.14393, rule abi-1 (configured); no windows-build label, "
           "kernelVersion says so");
    offers(NODE(OS_WINDOWS, "osImage: Windows Server 2022 Datacenter"),
           "offers windows 10.0.20348, rule abi-1 (configured); no windows-build label, osImage "
           "says so");
    offers(NODE(OS_WINDOWS ", " BUILD("10.0.20348"), "kernelVersion: nonsense"),
           "offers windows 10.0.20348, rule abi-1 (configured)");
    offers(NODE(OS_WINDOWS, "kernelVersion: 6.3.9600, osImage: Windows 11 Pro"),
           "offers windows of unknown build, rule abi-1 (configured)");
}

static void where_label_and_kernel_disagree_the_kernel_is_right(void)
{
    offers(NODE(OS_WINDOWS ", " BUILD("10.0.20348"),
                "kernelVersion: 10.0.17763.6054, containerRuntimeVersion: 'containerd://2.2.0'"),
           "offers windows 10.0.17763, rule abi-2 (from its containerd); node label says "
           "10.0.20348 but kernelVersion says 10.0.17763: the kernel is right");
}

static void the_configured_rule_overrides_what_containerd_tells(void)
{
    mn_os_policy policy = mn_os_policy_default;
    mn_node node = {.status.info = {.operating_system = "windows",
                                    .container_runtime_version = "containerd://2.2.0"}};
    EXPECT_INT(mn_os_offer_of(&policy, &node).rule, MN_BUILD_RULE_ABI_2);
    policy.build_rule = MN_BUILD_RULE_EXACT;
    EXPECT_INT(mn_os_offer_of(&policy, &node).rule, MN_BUILD_RULE_EXACT);
    policy.build_rule = MN_BUILD_RULE_AUTO;
    policy.fallback_rule = MN_BUILD_RULE_EXACT;
    node.status.info.container_runtime_version = "docker://20.10.9";
    EXPECT_INT(mn_os_offer_of(&policy, &node).rule, MN_BUILD_RULE_EXACT);
    policy.fallback_rule = MN_BUILD_RULE_AUTO;
    EXPECT_INT(mn_os_offer_of(&policy, &node).rule, MN_BUILD_RULE_ABI_1);
}

static void matches(const char *spec, const mn_os_offer *offer, const char *want)
{
    g_autoptr(need_case) one = needs_of(NULL, "name: p", spec);
    g_autoptr(GString) got = g_string_new(NULL);
    mn_os_match_why(&one->need, offer, got);
    EXPECT_STR(got->str, want);
}

static void builds_match_by_the_rule_of_the_node(void)
{
    mn_os_offer w19 = offer_windows("10.0.17763", "10.0.17763.6054", "containerd://1.6.20");
    mn_os_offer w22 = offer_windows("10.0.20348", "10.0.20348.4171", "containerd://1.7.20");
    mn_os_offer w25 = offer_windows("10.0.26100", "10.0.26100.6584", "containerd://2.0.4");
    mn_os_offer w25_exact = offer_windows("10.0.26100", "10.0.26100.6584", "containerd://1.7.5");
    mn_os_offer w11 = offer_windows("10.0.26200", "10.0.26200.1", "containerd://2.2.0");
    mn_os_offer nobuild = offer_windows(NULL, NULL, "containerd://2.2.0");

    matches(IMAGE("x:ltsc2019"), &w19, "fits: the very build, 10.0.17763");
    matches(IMAGE("x:ltsc2019"),
            &w22,
            "wrong build: an image of 10.0.17763 does not run on 10.0.20348 (abi-1)");
    matches(IMAGE("x:ltsc2022"), &w25, "fits: an image of 10.0.20348 runs on 10.0.26100 (abi-1)");
    matches(IMAGE("x:ltsc2022"),
            &w25_exact,
            "wrong build: an image of 10.0.20348 does not run on 10.0.26100 (exact)");
    matches(IMAGE("x:ltsc2022"),
            &w11,
            "wrong build: an image of 10.0.20348 does not run on 10.0.26200 (abi-2)");
    matches(IMAGE("x:ltsc2025"), &w11, "fits: an image of 10.0.26100 runs on 10.0.26200 (abi-2)");
    matches(IMAGE("x:ltsc2019"), &nobuild, "unknown: the node does not tell its build");
    matches(IMAGE("x:nanoserver"), &nobuild, "fits: windows, and no build is asked for");
    matches("containers: [{name: a, image: 'x:ltsc2022'}, {name: b, image: 'y:ltsc2025'}]",
            &w25,
            "fits: an image of 10.0.20348 runs on 10.0.26100 (abi-1)");
    matches("containers: [{name: a, image: 'x:ltsc2022'}, {name: b, image: 'y:ltsc2025'}]",
            &w22,
            "wrong build: an image of 10.0.26100 does not run on 10.0.20348 (abi-1)");
    matches(IMAGE("x:ltsc2022") ", nodeSelector: {node.kubernetes.io/windows-build: 10.0.26100}",
            &w25,
            "fits: an image of 10.0.20348 runs on 10.0.26100 (abi-1)");
    matches(IMAGE("x:ltsc2022") ", nodeSelector: {node.kubernetes.io/windows-build: 10.0.26100}",
            &w22,
            "wrong build: asks for nodes of 10.0.26100, this one is 10.0.20348");
}

static void host_process_and_hyper_v_loosen_the_rule(void)
{
    static const char host_process[] =
        IMAGE("x:ltsc2022") ", securityContext: {windowsOptions: {hostProcess: true}}";
    static const char hyperv[] =
        IMAGE("x:ltsc2019") ", runtimeClassName: h\n---\nmetadata: {name: h}\nhandler: hyperv\n";
    mn_os_offer w19 = offer_windows("10.0.17763", "10.0.17763.6054", "containerd://1.6.20");
    mn_os_offer w22 = offer_windows("10.0.20348", "10.0.20348.4171", "containerd://1.7.20");
    mn_os_offer w16 = offer_windows(NULL, "10.0.14393.1715", "containerd://1.6.20");
    matches(host_process, &w19, "fits: windows, and no build is asked for");
    matches(hyperv, &w19, "fits: the very build, 10.0.17763");
    matches(hyperv, &w22, "fits: an image of 10.0.17763 runs on 10.0.20348 (Hyper-V)");
    matches(
        hyperv, &w16, "wrong build: an image of 10.0.17763 does not run on 10.0.14393 (Hyper-V)");
}

static void server_2016_wants_the_revision_where_it_is_known(void)
{
    mn_os_offer w16 = offer_windows(NULL, "10.0.14393.1715", "containerd://1.6.20");
    matches(IMAGE("x:10.0.14393.1715"), &w16, "fits: the very build, 10.0.14393");
    matches(IMAGE("x:10.0.14393.1770"),
            &w16,
            "wrong build: an image of 10.0.14393.1770 needs that very revision, this one is "
            "10.0.14393.1715");
    matches(IMAGE("x:ltsc2016"), &w16, "fits: the very build, 10.0.14393");
}

static void what_fits_nowhere_says_why(void)
{
    mn_os_offer w22 = offer_windows("10.0.20348", "10.0.20348.4171", "containerd://1.7.20");
    mn_os_offer nothing = {.os = MN_OS_UNKNOWN, .rule = MN_BUILD_RULE_ABI_1};
    matches(BARE, &w22, "wrong OS: the Pod needs linux, the node runs windows");
    matches(BARE, &nothing, "unknown: the node does not tell its OS");
    matches("os: {name: linux}, " BARE WINDOWS,
            &w22,
            "fits nowhere: what the Pod says of its OS contradicts itself");
    matches("containers: [{name: a, image: redis}, {name: b, image: 'x:nanoserver'}]",
            &nothing,
            "fits nowhere: no node runs linux and windows containers");
}

static void offers_alike_have_one_key(void)
{
    mn_os_offer a = offer_windows("10.0.17763", "10.0.17763.1", "containerd://1.6.20");
    mn_os_offer b = offer_windows(NULL, "10.0.17763.6054", "containerd://1.6.22");
    mn_os_offer c = offer_windows(NULL, "10.0.17763.6054", "containerd://1.7.20");
    mn_os_offer d = offer_windows(NULL, "10.0.14393.1", "containerd://1.6.20");
    mn_os_offer e = offer_windows(NULL, "10.0.14393.2", "containerd://1.6.20");
    EXPECT_TRUE(mn_os_offer_key(&a) == mn_os_offer_key(&b));
    EXPECT_TRUE(mn_os_offer_key(&a) != mn_os_offer_key(&c));
    EXPECT_TRUE(mn_os_offer_key(&d) != mn_os_offer_key(&e));
}

/* The recorded Pods and nodes, and what is right for each: r runs on the very build or
 * needs none, c runs as compatible, - is refused; in the order of the node names below. */
static const char *const capture_nodes[] = {
    "lin-1", "lin-2", "lin-3", "w19-1", "w19-2", "w22-1", "w22-2", "w25-1", "w25-2", "wold-1"};

static const struct expected {
    const char *pod, *need, *nodes;
} expected[] = {
    {"affinity-in-both", "linux by default", "rrr-------"},
    {"affinity-notin-windows", "linux", "rrr-------"},
    {"beta-os-selector", "windows 10.0.17763", "---rr----r"},
    {"build-selector", "windows 10.0.20348", "-----rr---"},
    {"build-selector-tolerated", "windows 10.0.17763", "---rr----r"},
    {"dotnet-framework", "windows", "---rrrrrrr"},
    {"dotnet-framework-bare", "windows", "---rrrrrrr"},
    {"gmsa", "windows 10.0.20348", "-----rrcc-"},
    {"golang", "linux by default", "rrr-------"},
    {"helm-hook-job", "linux", "rrr-------"},
    {"hostprocess-daemonset", "windows", "---rrrrrrr"},
    {"hostprocess-unpinned", "windows", "---rrrrrrr"},
    {"iis-2019", "windows 10.0.17763", "---rr----r"},
    {"iis-2022", "windows 10.0.20348", "-----rr---"},
    {"linux-capabilities", "linux", "rrr-------"},
    {"ltsc2022-selector", "windows 10.0.20348", "-----rrcc-"},
    {"ltsc2025-toleration", "windows 10.0.26100", "-------rr-"},
    {"mixed-sidecar", "mixed", "----------"},
    {"node-exporter-pinned", "linux", "rrr-------"},
    {"os-linux-only", "linux", "rrr-------"},
    {"os-linux-selector-windows", "contradictory", "----------"},
    {"os-windows-only", "windows", "---rrrrrrr"},
    {"preempt-any-node", "linux by default", "rrr-------"},
    {"preempt-no-toleration", "linux", "rrr-------"},
    {"preempt-windows", "windows 10.0.20348", "-----rr---"},
    {"private-bare", "linux by default", "rrr-------"},
    {"redis-bare", "linux", "rrr-------"},
    {"runasusername", "windows 10.0.17763", "---rr----r"},
    {"twelve-containers", "mixed", "----------"},
    {"win-webserver", "windows 10.0.17763", "---rr----r"},
};

struct cluster {
    mn_arena *arena;
    const mn_node *nodes[G_N_ELEMENTS(capture_nodes)];
    size_t checked;
};

static size_t place_of(const char *node)
{
    for (size_t i = 0; i < G_N_ELEMENTS(capture_nodes); i++)
        if (strcmp(capture_nodes[i], node) == 0)
            return i;
    g_error("no node %s", node);
}

static void load_capture_nodes(struct cluster *cluster)
{
    size_t len = 0;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = captures_read("extender-windows-nodes.json.gz", &len);
    json_t *tree = mn_document_load_json(text, len, 64, &error);
    mn_at root = mn_at_tree(tree), items = mn_at_member(&root, "items");
    EXPECT_INT((int64_t)mn_at_count(&items), G_N_ELEMENTS(capture_nodes));
    for (size_t i = 0; i < mn_at_count(&items); i++) {
        mn_at at = mn_at_element(&items, i);
        const mn_node *node = mn_node_decode(cluster->arena, &at, &error);
        if (node == NULL)
            g_error("%s", error->message);
        cluster->nodes[place_of(node->meta.name)] = node;
    }
    json_decref(tree);
}

static char verdict_letter(const mn_os_need *need, const mn_node *node)
{
    mn_os_offer offer = mn_os_offer_of(&mn_os_policy_default, node);
    mn_os_match match = mn_os_match_of(need, &offer);
    if (match.fit == MN_FIT_UNKNOWN)
        return '?';
    if (match.fit != MN_FIT_RUNS)
        return '-';
    return match.compatible ? 'c' : 'r';
}

static char *need_in_short(const mn_os_need *need)
{
    char builds[MN_BUILD_SET_TEXT];
    const mn_build_set *set = need->selector_builds.bounded || need->image_build_count == 0
                                  ? &need->selector_builds
                                  : &need->image_builds[0];
    return g_strdup_printf("%s%s%s%s",
                           mn_os_need_name(need->kind),
                           set->bounded ? " " : "",
                           set->bounded ? mn_build_set_format(set, builds) : "",
                           need->by_default ? " by default" : "");
}

static void check_pod(struct cluster *cluster, const struct expected *row, const mn_pod *pod)
{
    mn_os_findings findings;
    mn_os_need need;
    const mn_os_input input = {.meta = &pod->meta, .spec = &pod->spec};
    mn_os_need_of(&mn_os_policy_default, &input, &findings, &need);

    char got[G_N_ELEMENTS(capture_nodes) + 1] = "";
    for (size_t i = 0; i < G_N_ELEMENTS(capture_nodes); i++)
        got[i] = verdict_letter(&need, cluster->nodes[i]);
    g_autofree char *need_text = need_in_short(&need);
    g_autofree char *line = g_strdup_printf("%s: %s, %s", row->pod, need_text, got);
    g_autofree char *want = g_strdup_printf("%s: %s, %s", row->pod, row->need, row->nodes);
    EXPECT_STR(line, want);
    cluster->checked++;
}

static void check_call(const capture *call, void *data)
{
    if (!call->node_cache_capable || strcmp(call->verb, "filter") != 0)
        return;
    g_autofree char *name = g_strdup(call->name);
    *strstr(name, "-cache/") = '\0';
    g_autoptr(GError) error = NULL;
    g_autoptr(mn_arena) arena = mn_arena_new();
    json_t *tree = mn_document_load_json(call->request.ptr, call->request.len, 64, &error);
    mn_at root = mn_at_tree(tree), at = mn_at_member(&root, "Pod");
    const mn_pod *pod = mn_pod_decode(arena, &at, &error);
    EXPECT_TRUE(pod != NULL);
    for (size_t i = 0; pod != NULL && i < G_N_ELEMENTS(expected); i++)
        if (strcmp(expected[i].pod, name) == 0)
            check_pod(data, &expected[i], pod);
    json_decref(tree);
}

static void recorded_pods_fit_the_right_nodes(void)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    struct cluster cluster = {.arena = arena};
    load_capture_nodes(&cluster);
    (void)captures_each("extender-windows", check_call, &cluster);
    EXPECT_INT((int64_t)cluster.checked, G_N_ELEMENTS(expected));
}

static void names_cover_every_value(void)
{
    EXPECT_STR(mn_os_fit_name(MN_FIT_CONTRADICTORY), "contradictory");
    EXPECT_STR(mn_os_need_name(MN_NEED_CONTRADICTORY), "contradictory");
    EXPECT_STR(mn_os_on_conflict_name(MN_ON_CONFLICT_REFUSE), "refuse");
    EXPECT_STR(mn_os_daemon_sets_name(MN_DAEMON_SETS_PASS), "pass");
}

extern CU_TestInfo suite_core_policy[];
CU_TestInfo suite_core_policy[] = {
    {"decisive and strong signals decide", decisive_and_strong_signals_decide},
    {"without a strong signal the default holds", without_a_strong_signal_the_default_holds},
    {"contradictions fit nowhere", contradictions_fit_nowhere},
    {"containers of both OSes fit nowhere", containers_of_both_oses_fit_nowhere},
    {"a better signal overrules and says so", a_better_signal_overrules_and_says_so},
    {"builds are asked of selector and images alike",
     builds_are_asked_of_selector_and_images_alike},
    {"DaemonSets may be let through", daemon_sets_may_be_let_through},
    {"nodes offer what labels and nodeInfo tell", nodes_offer_what_labels_and_node_info_tell},
    {"where label and kernel disagree the kernel is right",
     where_label_and_kernel_disagree_the_kernel_is_right},
    {"the configured rule overrides what containerd tells",
     the_configured_rule_overrides_what_containerd_tells},
    {"builds match by the rule of the node", builds_match_by_the_rule_of_the_node},
    {"HostProcess and Hyper-V loosen the rule", host_process_and_hyper_v_loosen_the_rule},
    {"Server 2016 wants the revision where it is known",
     server_2016_wants_the_revision_where_it_is_known},
    {"what fits nowhere says why", what_fits_nowhere_says_why},
    {"offers alike have one key", offers_alike_have_one_key},
    {"recorded Pods fit the right nodes", recorded_pods_fit_the_right_nodes},
    {"names cover every value", names_cover_every_value},
    CU_TEST_INFO_NULL,
};
