/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/engine/engine.h"
#include "simulator/engine/image_names.h"
#include "simulator/engine/kubelet.h"
#include "tests/support/expect.h"

#include <string.h>

#define SCENARIO                                                                                \
    "apiVersion: mullion.dev/v1alpha1\nkind: Scenario\nspec:\n  nodePools:\n"                   \
    "  - {name: lin}\n"                                                                         \
    "  - {name: w19, os: windows, build: 17763}\n"                                              \
    "  - {name: w22, os: windows, build: 20348}\n"                                              \
    "  - {name: w25, os: windows, build: 26100}\n"                                              \
    "  images:\n"                                                                               \
    "  - {match: 'corp/one-linux:*', os: linux, manifest: single}\n"                            \
    "  - {match: 'corp/one-2019:*', os: windows, builds: 17763, manifest: single}\n"            \
    "  - {match: 'corp/list-2019:*', os: windows, builds: 17763, manifest: list}\n"             \
    "  - {match: 'corp/both:*', os: [linux, windows], builds: [20348]}\n"                       \
    "---\n{apiVersion: node.k8s.io/v1, kind: RuntimeClass, metadata: {name: hyperv}, handler: " \
    "runhcs-wcow-hypervisor}\n"                                                                 \
    "---\n{apiVersion: node.k8s.io/v1, kind: RuntimeClass, metadata: {name: kata}, handler: "   \
    "kata}\n"                                                                                   \
    "---\n"

/* The end of one Pod on one node, as text. */
static char *end_of(const char *node, const char *labels, const char *spec)
{
    g_autofree char *text = g_strdup_printf(
        SCENARIO "{apiVersion: v1, kind: Pod, metadata: {name: p, uid: u, labels: {%s}}, spec: "
                 "{nodeName: %s, %s}}",
        labels,
        node,
        spec);
    const mn_source source = {.name = "test.yaml", .bytes = text, .len = strlen(text)};
    g_autoptr(GError) error = NULL;
    g_autoptr(mn_scenario) scenario = mn_scenario_load_source(&source, &error);
    if (scenario == NULL)
        return g_strdup(error->message);
    const mn_run_options options = {0};
    g_autoptr(mn_record) record = mn_engine_run(scenario, &options, &error);
    if (record == NULL)
        return g_strdup(error->message);
    const mn_record_pod *pod = &record->pods[0];
    return g_strdup_printf("%s, %s, %s%s",
                           mn_fate_title(pod->fate),
                           pod->status,
                           pod->holds ? "holds" : "free",
                           *pod->message == '\0' ? "" : pod->message);
}

static void ends(const char *node, const char *spec, const char *want)
{
    g_autofree char *got = end_of(node, "", spec);
    if (!g_str_has_prefix(got, want))
        EXPECT_STR(got, want);
}

#define IMAGE(image) "containers: [{name: c, image: '" image "'}]"

static void an_image_runs_where_its_os_is(void)
{
    ends("lin-0", IMAGE("redis:7-alpine"), "runs, Running, free");
    ends("w22-0", IMAGE("mcr.microsoft.com/windows/servercore:ltsc2022"), "runs, Running, free");
    ends("lin-0", IMAGE("golang:1.25"), "runs");
    ends("w22-0", IMAGE("golang:1.25"), "runs");
    ends("w22-0", IMAGE("corp/both:1"), "runs");
    ends("lin-0", IMAGE("corp/both:1"), "runs");
}

static void a_list_without_the_platform_fails_when_it_is_pulled(void)
{
    ends(
        "w22-0",
        IMAGE("redis:7-alpine"),
        "wrong OS, ImagePullBackOff, holdsFailed to pull image \"redis:7-alpine\": rpc error: code "
        "= NotFound desc = failed to pull and unpack image \"docker.io/library/redis:7-alpine\": no "
        "match for platform in manifest: not found");
    ends("lin-0",
         IMAGE("mcr.microsoft.com/windows/nanoserver:ltsc2022"),
         "wrong OS, ImagePullBackOff, holds");
    ends("w22-0",
         "initContainers: [{name: i, image: 'busybox:1.36'}], " IMAGE("corp/both:1"),
         "wrong OS, Init:ImagePullBackOff, holds");
}

static void a_single_manifest_fails_later_and_otherwise(void)
{
    g_autofree char *linux_image = end_of("w22-0", "", IMAGE("corp/one-linux:1"));
    EXPECT_TRUE(strstr(linux_image, "hcsshim::ProcessBaseLayer") != NULL);
    g_autofree char *old_build = end_of("w22-0", "", IMAGE("corp/one-2019:1"));
    EXPECT_TRUE(g_str_has_prefix(old_build, "wrong build, CrashLoopBackOff, holds"));
    EXPECT_TRUE(strstr(old_build,
                       "The container operating system does not match the host operating system") !=
                NULL);
}

static void builds_go_together_by_the_nodes_rule(void)
{
    ends("w19-0", IMAGE("mcr.microsoft.com/windows/nanoserver:ltsc2019"), "runs");
    ends("w22-0", IMAGE("mcr.microsoft.com/windows/nanoserver:ltsc2019"), "wrong build");
    ends("w25-0", IMAGE("mcr.microsoft.com/windows/nanoserver:ltsc2022"), "runs");
    ends("w22-0", IMAGE("mcr.microsoft.com/windows/nanoserver:ltsc2025"), "wrong build");
    ends("w19-0", IMAGE("corp/both:1"), "wrong build");
}

#define HOST_PROCESS "hostNetwork: true, securityContext: {windowsOptions: {hostProcess: true}}, "

static void host_process_and_hyper_v_relax_the_build(void)
{
    ends("w22-0", HOST_PROCESS IMAGE("mcr.microsoft.com/windows/nanoserver:ltsc2019"), "runs");
    ends("w22-0", "runtimeClassName: hyperv, " IMAGE("corp/one-2019:1"), "runs");
    ends("w22-0", "runtimeClassName: hyperv, " IMAGE("corp/list-2019:1"), "wrong build");
    ends("w19-0",
         "runtimeClassName: hyperv, " IMAGE("mcr.microsoft.com/windows/nanoserver:ltsc2022"),
         "wrong build");
}

static void a_handler_of_the_other_os_makes_no_sandbox(void)
{
    ends(
        "lin-0",
        "runtimeClassName: hyperv, " IMAGE("corp/both:1"),
        "wrong OS, ContainerCreating, holdsFailed to create pod sandbox: rpc error: code = Unknown "
        "desc = failed to get sandbox runtime: no runtime for \"runhcs-wcow-hypervisor\" is "
        "configured");
    ends("w22-0", "runtimeClassName: kata, " IMAGE("corp/both:1"), "wrong OS, ContainerCreating");
}

static void kubelet_refuses_by_spec_os_and_by_the_pods_label(void)
{
    ends("w22-0",
         "os: {name: linux}, " IMAGE("corp/both:1"),
         "wrong OS, PodOSNotSupported, freePod was rejected: Failed to admit pod as the OS field "
         "doesn't match node OS");
    ends("lin-0", "os: {name: linux}, " IMAGE("corp/both:1"), "runs");
    g_autofree char *got = end_of("lin-0", "kubernetes.io/os: windows", IMAGE("corp/both:1"));
    EXPECT_STR(
        got,
        "wrong OS, PodOSSelectorNodeLabelDoesNotMatch, freePod was rejected: Failed to admit "
        "pod as the `kubernetes.io/os` label doesn't match node label");
}

static void what_nobody_knows_runs_where_the_rest_of_the_pod_points(void)
{
    ends("lin-0", IMAGE("corp/secret:1"), "runs");
    ends("w22-0", IMAGE("corp/secret:1"), "wrong OS");
    ends("w22-0", "nodeSelector: {kubernetes.io/os: windows}, " IMAGE("corp/secret:1"), "runs");
    ends("lin-0", "nodeSelector: {kubernetes.io/os: windows}, " IMAGE("corp/secret:1"), "wrong OS");
}

static void names_are_spelled_out_as_containerd_does(void)
{
    static const struct {
        const char *image, *want;
    } rows[] = {
        {"redis", "docker.io/library/redis:latest"},
        {"redis:7", "docker.io/library/redis:7"},
        {"shop/web", "docker.io/shop/web:latest"},
        {"quay.io/shop/web:1", "quay.io/shop/web:1"},
        {"reg:5000/web", "reg:5000/web:latest"},
        {"localhost/web", "localhost/web:latest"},
        {"web@sha256:00", "docker.io/library/web@sha256:00"},
    };
    g_autoptr(mn_arena) arena = mn_arena_new();
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        EXPECT_STR(mn_image_normalised(arena, rows[i].image), rows[i].want);
}

CU_TestInfo suite_simulator_kubelet[] = {
    {"an image runs where its OS is", an_image_runs_where_its_os_is},
    {"a list without the platform fails when it is pulled",
     a_list_without_the_platform_fails_when_it_is_pulled},
    {"a single manifest fails later and otherwise", a_single_manifest_fails_later_and_otherwise},
    {"builds go together by the node's rule", builds_go_together_by_the_nodes_rule},
    {"HostProcess and Hyper-V relax the build", host_process_and_hyper_v_relax_the_build},
    {"a handler of the other OS makes no sandbox", a_handler_of_the_other_os_makes_no_sandbox},
    {"kubelet refuses by spec.os and by the Pod's label",
     kubelet_refuses_by_spec_os_and_by_the_pods_label},
    {"what nobody knows runs where the rest of the Pod points",
     what_nobody_knows_runs_where_the_rest_of_the_pod_points},
    {"names are spelled out as containerd does", names_are_spelled_out_as_containerd_does},
    CU_TEST_INFO_NULL,
};
