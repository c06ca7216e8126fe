/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/expect.h"
#include "tests/support/needs.h"

/* A container that by itself says nothing. */
#define C        "containers: [{name: c, image: reg.corp/app}]"
#define C0(text) "containers: [{name: c, image: reg.corp/app, " text "}]"
#define AFFINITY(terms)                                                              \
    C ", affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: " \
      "{nodeSelectorTerms: [" terms "]}}}"

static void pod_finds(const char *metadata, const char *spec, const char *want)
{
    g_autoptr(need_case) one = needs_of(NULL, metadata, spec);
    g_autofree char *got = needs_evidence_text(one);
    EXPECT_STR(got, want);
}

static void finds(const char *spec, const char *want)
{
    pod_finds("name: p", spec, want);
}

static void spec_os_is_decisive(void)
{
    finds("os: {name: linux}, " C, "linux: spec.os.name \"linux\" (decisive)");
    finds("os: {name: windows}, " C, "windows: spec.os.name \"windows\" (decisive)");
    finds(C, "");
}

static void node_selectors_are_decisive(void)
{
    finds(C ", nodeSelector: {kubernetes.io/os: linux}",
          "linux: spec.nodeSelector[kubernetes.io/os] \"linux\" (decisive)");
    finds(C ", nodeSelector: {beta.kubernetes.io/os: windows}",
          "windows: spec.nodeSelector[beta.kubernetes.io/os] \"windows\" (decisive)");
    finds(C ", nodeSelector: {node.kubernetes.io/windows-build: 10.0.17763}",
          "windows: spec.nodeSelector[node.kubernetes.io/windows-build] \"10.0.17763\" (decisive)");
    finds(C ", nodeSelector: {kubernetes.azure.com/os-sku: Windows2022}",
          "windows: spec.nodeSelector[kubernetes.azure.com/os-sku] \"Windows2022\" (decisive)");
    finds(C ", nodeSelector: {kubernetes.azure.com/os-sku: AzureLinux}",
          "linux: spec.nodeSelector[kubernetes.azure.com/os-sku] \"AzureLinux\" (decisive)");
    finds(C ", nodeSelector: {kubernetes.io/os: Windows}", "");
    finds(C ", nodeSelector: {kubernetes.io/arch: amd64, disk: ssd}", "");
    finds(C ", nodeSelector: {kubernetes.io/arch: arm64}",
          "linux: spec.nodeSelector[kubernetes.io/arch] \"arm64\" (medium)");
}

#define OS_IS(op, values) "{key: kubernetes.io/os, operator: " op ", values: [" values "]}"
#define BUILD_IS(values) \
    "{key: node.kubernetes.io/windows-build, operator: In, values: [" values "]}"

static void required_affinity_counts_when_every_term_agrees(void)
{
    finds(AFFINITY("{matchExpressions: [" OS_IS("In", "windows") "]}"),
          "windows: spec.affinity.nodeAffinity[kubernetes.io/os] In \"windows\" (decisive)");
    finds(AFFINITY("{matchExpressions: [" OS_IS("NotIn", "windows") "]}"),
          "linux: spec.affinity.nodeAffinity[kubernetes.io/os] NotIn \"windows\" (decisive)");
    finds(AFFINITY("{matchExpressions: [" OS_IS("NotIn", "linux") "]}"),
          "windows: spec.affinity.nodeAffinity[kubernetes.io/os] NotIn \"linux\" (decisive)");
    finds(AFFINITY("{matchExpressions: [" OS_IS("In", "linux, windows") "]}"), "");
    finds(AFFINITY("{matchExpressions: [" OS_IS("In", "windows") "]}, "
                                                                 "{matchExpressions: [" OS_IS(
                                                                     "In", "linux") "]}"),
          "");
    finds(AFFINITY("{matchExpressions: [" OS_IS(
              "In", "windows") "]}, "
                               "{matchExpressions: [{key: zone, operator: Exists}]}"),
          "");
    finds(AFFINITY("{matchExpressions: [" OS_IS("In", "windows") "]}, "
                                                                 "{matchExpressions: [" BUILD_IS(
                                                                     "10.0.17763") "]}"),
          "windows: spec.affinity.nodeAffinity[kubernetes.io/os] In \"windows\" (decisive)");
    finds(AFFINITY("{matchExpressions: [" OS_IS("In", "linux, windows") ", " OS_IS("NotIn",
                                                                                   "linux") "]}"),
          "windows: spec.affinity.nodeAffinity[kubernetes.io/os] NotIn \"linux\" (decisive)");
    finds(AFFINITY("{matchExpressions: [{key: kubernetes.io/os, operator: Exists}]}"), "");
    finds(AFFINITY("{matchExpressions: "
                   "[{key: node.kubernetes.io/windows-build, operator: Exists}]}"),
          "windows: spec.affinity.nodeAffinity[node.kubernetes.io/windows-build] Exists "
          "(decisive)");
    finds(AFFINITY("{matchExpressions: "
                   "[{key: node.kubernetes.io/windows-build, operator: DoesNotExist}]}"),
          "");
    finds(AFFINITY("{matchExpressions: [{key: kubernetes.io/arch, operator: In, "
                   "values: [arm64, s390x]}]}"),
          "linux: spec.affinity.nodeAffinity[kubernetes.io/arch] In \"arm64\" (medium)");
    finds(AFFINITY("{matchExpressions: [{key: kubernetes.io/arch, operator: In, "
                   "values: [amd64, arm64]}]}"),
          "");
}

static void terms_that_cannot_match_do_not_count(void)
{
    finds(AFFINITY("{matchExpressions: [" OS_IS("In", "linux") ", " BUILD_IS(
              "10.0.1") "]}, "
                        "{matchExpressions: [" OS_IS("In", "windows") "]}"),
          "windows: spec.affinity.nodeAffinity[kubernetes.io/os] In \"windows\" (decisive)");
    finds(AFFINITY("{}, {matchExpressions: [" OS_IS("In", "linux") "]}"),
          "linux: spec.affinity.nodeAffinity[kubernetes.io/os] In \"linux\" (decisive)");
    finds(C ", affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: "
            "[{weight: 1, preference: {matchExpressions: [" OS_IS("In", "windows") "]}}]}}",
          "");
}

static void selects_builds(const char *spec, const char *want)
{
    char text[MN_BUILD_SET_TEXT];
    g_autoptr(need_case) one = needs_of(NULL, "name: p", spec);
    EXPECT_STR(mn_build_set_format(&one->findings.selector_builds, text), want);
}

static void selectors_name_builds(void)
{
    selects_builds(C, "any build");
    selects_builds(C ", nodeSelector: {node.kubernetes.io/windows-build: 10.0.20348}",
                   "10.0.20348");
    selects_builds(C ", nodeSelector: {node.kubernetes.io/windows-build: nonsense}", "any build");
    selects_builds(C ", nodeSelector: {kubernetes.azure.com/os-sku: Windows2019}", "10.0.17763");
    selects_builds(C ", nodeSelector: {kubernetes.azure.com/os-sku: WindowsAnnual}", "any build");
    selects_builds(AFFINITY("{matchExpressions: [" BUILD_IS("10.0.26100, 10.0.20348") "]}"),
                   "10.0.20348 or 10.0.26100");
    selects_builds(AFFINITY("{matchExpressions: [" BUILD_IS(
                       "10.0.26100") "]}, "
                                     "{matchExpressions: [" BUILD_IS("10.0.20348") "]}"),
                   "10.0.20348 or 10.0.26100");
    selects_builds(AFFINITY("{matchExpressions: [" BUILD_IS(
                       "10.0.26100") "]}, "
                                     "{matchExpressions: [" OS_IS("In", "windows") "]}"),
                   "any build");
    selects_builds(
        AFFINITY("{matchExpressions: [" OS_IS("In", "windows") ", " BUILD_IS("10.0.17763") "]}"),
        "10.0.17763");
    selects_builds(
        AFFINITY("{matchExpressions: [" BUILD_IS(
            "10.0.26100, 10.0.20348") "]}") ", nodeSelector: {node.kubernetes.io/windows-build: 10.0.20348}",
        "10.0.20348");
    selects_builds(
        AFFINITY("{matchExpressions: [" BUILD_IS(
            "10.0.26100") "]}") ", nodeSelector: {node.kubernetes.io/windows-build: 10.0.20348}",
        "no build");
}

#define WINDOWS_OPTIONS(text) "securityContext: {windowsOptions: {" text "}}"

static void windows_options_say_windows(void)
{
    finds(C ", " WINDOWS_OPTIONS("hostProcess: true"),
          "windows: spec.securityContext.windowsOptions.hostProcess: true (decisive)");
    finds(C ", " WINDOWS_OPTIONS("hostProcess: false"), "");
    finds(C0(WINDOWS_OPTIONS("gmsaCredentialSpecName: web1")),
          "windows: spec.containers[0].securityContext.windowsOptions.gmsaCredentialSpecName "
          "\"web1\" (decisive)");
    finds(C ", " WINDOWS_OPTIONS("runAsUserName: ContainerUser"),
          "windows: spec.securityContext.windowsOptions.runAsUserName \"ContainerUser\" (strong)");
}

static void run_as_user_name_says_less_beside_linux_fields(void)
{
    finds(C ", securityContext: {runAsUser: 1000, windowsOptions: {runAsUserName: u}}",
          "windows: spec.securityContext.windowsOptions.runAsUserName \"u\" (medium)\n"
          "linux: spec.securityContext.runAsUser (weak)");
    finds("os: {name: linux}, " C ", " WINDOWS_OPTIONS("runAsUserName: u"),
          "linux: spec.os.name \"linux\" (decisive)");
    finds(
        C0("securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}, "
           "seccompProfile: {type: RuntimeDefault}, windowsOptions: {runAsUserName: u}}"),
        "windows: spec.containers[0].securityContext.windowsOptions.runAsUserName \"u\" (strong)\n"
        "linux: spec.containers[0].securityContext.allowPrivilegeEscalation (weak)\n"
        "linux: spec.containers[0].securityContext.capabilities.drop (weak)\n"
        "linux: spec.containers[0].securityContext.seccompProfile (weak)");
}

static void runtime_classes_say_what_they_select(void)
{
    finds(C ", runtimeClassName: windows-2019",
          "windows: spec.runtimeClassName \"windows-2019\" (medium)");
    finds(C ", runtimeClassName: kata-qemu", "linux: spec.runtimeClassName \"kata-qemu\" (medium)");
    finds(C ", runtimeClassName: fast", "");
    finds(C ", runtimeClassName: rc\n---\nmetadata: {name: rc}\nhandler: runhcs-wcow-process\n",
          "windows: spec.runtimeClassName \"rc\" says runhcs-wcow-process (strong)");
    finds(C ", runtimeClassName: rc\n---\nmetadata: {name: rc}\nhandler: runsc\n",
          "linux: spec.runtimeClassName \"rc\" says runsc (strong)");
    finds(C ", runtimeClassName: win\n---\nmetadata: {name: win}\nhandler: fast\n", "");
    finds(C ", runtimeClassName: rc\n---\nmetadata: {name: rc}\nhandler: h\nscheduling:\n  "
            "nodeSelector: {kubernetes.io/os: windows, "
            "node.kubernetes.io/windows-build: 10.0.17763}\n",
          "windows: spec.runtimeClassName \"rc\" says windows (strong)\n"
          "windows: spec.runtimeClassName \"rc\" says 10.0.17763 (strong)");
}

static void hypervisor_handlers_are_known(void)
{
    static const struct {
        const char *handler;
        bool hyperv;
    } rows[] = {
        {"runhcs-wcow-process", false},
        {"runhcs-wcow-hypervisor", true},
        {"runhcs-wcow-hypervisor-17763", true},
        {"containerd-hyperv-17763", true},
        {"isolated", true},
    };
    static const char *const more[] = {"isolated"};
    mn_os_policy policy = mn_os_policy_default;
    policy.hypervisor_handlers = (mn_strings){.items = more, .count = 1};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *spec = g_strdup_printf(
            C ", runtimeClassName: x\n---\nmetadata: {name: x}\nhandler: %s\n", rows[i].handler);
        g_autoptr(need_case) one = needs_of(&policy, "name: p", spec);
        EXPECT_INT(one->findings.hyperv, rows[i].hyperv);
        EXPECT_STR(mn_os_name(one->findings.best[MN_OS_WINDOWS].os), "windows");
    }
}

static void images_speak_for_their_container(void)
{
    finds(
        "initContainers: [{name: i, image: 'busybox:1'}], "
        "containers: [{name: a, image: reg.corp/x}, "
        "{name: b, image: 'mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2019'}]",
        "linux: spec.initContainers[0].image \"busybox:1\" (strong)\n"
        "windows: spec.containers[1].image \"…/iis:windowsservercore-ltsc2019\" says ltsc2019 "
        "(strong)");
    finds("containers: [{name: a, image: redis}]",
          "linux: spec.containers[0].image \"redis\" (strong)");
    finds("containers: [{name: a, image: 'golang:1.25'}]", "");
    finds("containers: [{name: a, image: 'acme/x:windows'}]",
          "windows: spec.containers[0].image \"acme/x:windows\" says windows (medium)");
}

static void the_image_map_overrides_the_rules(void)
{
    static const mn_os_image_row rows[] = {
        {.glob = "docker.io/library/redis*", .os = MN_OS_UNKNOWN},
        {.glob = "reg.corp/legacy/*",
         .os = MN_OS_WINDOWS,
         .builds = {.bounded = true, .count = 1, .builds = {17763}}},
        {.glob = "reg.corp/*", .os = MN_OS_LINUX},
    };
    mn_os_policy policy = mn_os_policy_default;
    policy.image_map = (mn_os_image_map){.items = rows, .count = G_N_ELEMENTS(rows)};
    g_autoptr(need_case) one = needs_of(&policy,
                                        "name: p",
                                        "containers: [{name: a, image: 'redis:7-alpine'}, "
                                        "{name: b, image: 'reg.corp/legacy/a:1-alpine'}, "
                                        "{name: c, image: 'reg.corp/new/b:ltsc2022'}]");
    g_autofree char *got = needs_evidence_text(one);
    EXPECT_STR(got,
               "windows: spec.containers[1].image \"reg.corp/legacy/a:1-alpine\" says imageMap "
               "(strong)\n"
               "linux: spec.containers[2].image \"reg.corp/new/b:ltsc2022\" says imageMap "
               "(strong)");
    EXPECT_INT((int64_t)one->findings.image_build_count, 1);
    EXPECT_INT(one->findings.image_builds[0].builds[0], 17763);
}

static void sightings_are_strong(void)
{
    static const mn_os_sighting seen[] = {
        {.image = "reg.corp/app", .os = MN_OS_WINDOWS, .where = "images of w19-1"}};
    const mn_os_sightings sightings = {.items = seen, .count = 1};
    g_autoptr(need_case) one = needs_of(NULL, "name: p", C);
    const mn_pod *pod = load_pod(one->objects);
    const mn_os_input input = {.meta = &pod->meta, .spec = &pod->spec, .sightings = &sightings};
    mn_os_need_of(&mn_os_policy_default, &input, &one->findings, &one->need);
    g_autofree char *got = needs_evidence_text(one);
    EXPECT_STR(got,
               "windows: spec.containers[0].image \"reg.corp/app\" says images of w19-1 (strong)");
}

static void fields_that_windows_lacks_say_linux(void)
{
    finds("hostPID: true, hostIPC: true, shareProcessNamespace: true, hostUsers: false, " C,
          "linux: spec.hostPID: true (strong)\n"
          "linux: spec.hostIPC: true (strong)\n"
          "linux: spec.shareProcessNamespace: true (medium)\n"
          "linux: spec.hostUsers \"false\" (medium)");
    finds(C ", securityContext: {sysctls: [{name: a, value: b}], seLinuxOptions: {level: s0}, "
            "fsGroup: 1, supplementalGroups: [1], runAsUser: 1, runAsGroup: 1, "
            "seccompProfile: {type: RuntimeDefault}, appArmorProfile: {type: RuntimeDefault}}",
          "linux: spec.securityContext.sysctls (strong)\n"
          "linux: spec.securityContext.seLinuxOptions (strong)\n"
          "linux: spec.securityContext.appArmorProfile (medium)\n"
          "linux: spec.securityContext.fsGroup (medium)\n"
          "linux: spec.securityContext.supplementalGroups (medium)\n"
          "linux: spec.securityContext.seccompProfile (weak)\n"
          "linux: spec.securityContext.runAsUser (weak)\n"
          "linux: spec.securityContext.runAsGroup (weak)");
    finds(C0("securityContext: {privileged: true, capabilities: {add: [NET_ADMIN]}, "
             "procMount: Unmasked, runAsUser: 0, readOnlyRootFilesystem: true}"),
          "linux: spec.containers[0].securityContext.privileged: true (strong)\n"
          "linux: spec.containers[0].securityContext.readOnlyRootFilesystem: true (weak)\n"
          "linux: spec.containers[0].securityContext.capabilities.add \"NET_ADMIN\" (strong)\n"
          "linux: spec.containers[0].securityContext.procMount (medium)\n"
          "linux: spec.containers[0].securityContext.runAsUser (weak)");
    finds(C0("securityContext: {privileged: false, readOnlyRootFilesystem: false, "
             "procMount: Default, capabilities: {}}"),
          "");
}

static void what_openshift_fills_in_is_weak(void)
{
    pod_finds("name: p, annotations: {openshift.io/scc: restricted-v2}",
              C ", securityContext: {fsGroup: 1000, seLinuxOptions: {level: s0}}",
              "linux: spec.securityContext.seLinuxOptions (weak)\n"
              "linux: spec.securityContext.fsGroup (weak)");
}

static void features_that_windows_lacks_say_linux(void)
{
    finds("hostNetwork: true, dnsPolicy: ClusterFirstWithHostNet, " C
          ", volumes: [{name: a, emptyDir: {}}, {name: b, emptyDir: {medium: Memory}}]",
          "linux: spec.hostNetwork: true (medium)\n"
          "linux: spec.dnsPolicy \"ClusterFirstWithHostNet\" (medium)\n"
          "linux: spec.volumes[1].emptyDir.medium \"Memory\" (medium)");
    finds("hostNetwork: true, " C ", " WINDOWS_OPTIONS("hostProcess: true"),
          "windows: spec.securityContext.windowsOptions.hostProcess: true (decisive)");
    finds(C0("resources: {limits: {hugepages-2Mi: 4Mi}}, "
             "volumeDevices: [{name: a, devicePath: /x}], "
             "volumeMounts: [{name: a, mountPath: /a}, "
             "{name: b, mountPath: /b, mountPropagation: HostToContainer}]"),
          "linux: spec.containers[0].resources[hugepages-2Mi] (medium)\n"
          "linux: spec.containers[0].volumeDevices (medium)\n"
          "linux: spec.containers[0].volumeMounts[1].mountPropagation \"HostToContainer\" "
          "(medium)");
}

static void paths_speak_once_for_each_os(void)
{
    finds(C ", volumes: [{name: a, hostPath: {path: /var/log}}, "
            "{name: b, hostPath: {path: /proc}}, {name: c, hostPath: {path: /sys/fs}}, "
            "{name: d, hostPath: {path: 'C:\\k'}}]",
          "linux: spec.volumes[1].hostPath.path \"/proc\" (medium)\n"
          "windows: spec.volumes[3].hostPath.path \"C:\\k\" (medium)");
    finds(C0("volumeMounts: [{name: a, mountPath: /var/run/secrets/kubernetes.io/serviceaccount}, "
             "{name: b, mountPath: /processes}, {name: c, mountPath: 'c:/data'}]"),
          "windows: spec.containers[0].volumeMounts[2].mountPath \"c:/data\" (medium)");
    finds(C ", volumes: [{name: a, hostPath: {path: '\\\\.\\pipe\\containerd-containerd'}}]",
          "windows: spec.volumes[0].hostPath.path \"\\\\.\\pipe\\containerd-containerd\" (medium)");
    finds(C ", volumes: [{name: a, hostPath: {path: /var/run/docker.sock}}]",
          "linux: spec.volumes[0].hostPath.path \"/var/run/docker.sock\" (medium)");
    finds(C ", volumes: [{name: a, hostPath: {path: /var/lib/kubelet/pods}}]", "");
}

static void commands_speak_by_their_first_word(void)
{
    finds(C0("command: [powershell.exe, -c, /bin/sh]"),
          "windows: spec.containers[0].command \"powershell.exe\" (medium)");
    finds(C0("command: [PowerShell]"),
          "windows: spec.containers[0].command \"PowerShell\" (medium)");
    finds(C0("command: [cmd, /c]"), "windows: spec.containers[0].command \"cmd\" (medium)");
    finds(C0("command: ['C:\\app\\run']"),
          "windows: spec.containers[0].command \"C:\\app\\run\" (medium)");
    finds(C0("command: [pwsh, -c, x]"), "windows: spec.containers[0].command \"pwsh\" (weak)");
    finds(C0("command: [sh, -c, app.exe]"), "linux: spec.containers[0].command \"sh\" (medium)");
    finds(C0("command: [/usr/bin/env]"),
          "linux: spec.containers[0].command \"/usr/bin/env\" (medium)");
    finds(C0("command: [app], args: [/bin/sh]"), "");
    finds(C0("args: [/bin/sh]"), "linux: spec.containers[0].args \"/bin/sh\" (medium)");
    finds(C0("command: [sh], livenessProbe: {exec: {command: [bash]}}, "
             "lifecycle: {preStop: {exec: {command: [cmd.exe]}}}"),
          "linux: spec.containers[0].command \"sh\" (medium)\n"
          "windows: spec.containers[0].lifecycle.preStop.exec.command \"cmd.exe\" (medium)");
}

static void of_a_command_line_the_program_is_shown(void)
{
    finds(C0("args: ['C:\\app\\x.exe --password=S3CRET']"),
          "windows: spec.containers[0].args \"C:\\app\\x.exe\" (medium)");
    finds(C0("command: ['C:\\Program Files\\App\\x.EXE']"),
          "windows: spec.containers[0].command \"C:\\Program Files\\App\\x.EXE\" (medium)");
    finds(C0("command: ['C:\\run S3CRET']"),
          "windows: spec.containers[0].command \"C:\\run\" (medium)");
    finds(C0("command: [\"/bin/sh\\t-c S3CRET\"]"),
          "linux: spec.containers[0].command \"/bin/sh\" (medium)");
    finds(C0("livenessProbe: {exec: {command: ['/usr/bin/curl -u a:S3CRET']}}"),
          "linux: spec.containers[0].livenessProbe.exec.command \"/usr/bin/curl\" (medium)");
}

static void tolerations_are_weak_and_blanket_ones_say_nothing(void)
{
    finds(C ", tolerations: [{operator: Exists}]", "");
    finds(C ", tolerations: [{key: os, value: windows, effect: NoSchedule}]",
          "windows: spec.tolerations[0][os] \"windows\" (weak)");
    finds(C ", tolerations: [{key: a, value: b}, {key: os, value: Windows}, "
            "{key: node.kubernetes.io/os, value: windows}]",
          "windows: spec.tolerations[1][os] \"Windows\" (weak)");
    finds(C ", tolerations: [{key: os, value: Win2019}]",
          "windows: spec.tolerations[0][os] \"Win2019\" (weak)");
    finds(C ", tolerations: [{key: os, value: linux}]", "");
    finds(C ", tolerations: [{key: cattle.io/os, value: linux}]",
          "linux: spec.tolerations[0][cattle.io/os] \"linux\" (weak)");
}

static void resources_of_windows_nodes_say_windows(void)
{
    finds(C0("resources: {limits: {vpc.amazonaws.com/PrivateIPv4Address: 1}}"),
          "windows: spec.containers[0].resources[vpc.amazonaws.com/PrivateIPv4Address] (strong)");
    finds(C0("resources: {requests: {microsoft.com/directx: 1}}"),
          "windows: spec.containers[0].resources[microsoft.com/directx] (strong)");
    finds(C0("resources: {requests: {microsoft.com/directx: 0}}"), "");
}

static void names_are_hints_but_the_os_label_is_enforced(void)
{
    pod_finds(
        "name: exporter-windows-x2", C, "windows: metadata.name \"exporter-windows-x2\" (weak)");
    pod_finds("name: win-agent", C, "windows: metadata.name \"win-agent\" (weak)");
    pod_finds("name: winston", C, "");
    pod_finds("name: p, labels: {app: app-windows}",
              C,
              "windows: metadata.labels[app] \"app-windows\" (weak)");
    pod_finds("name: p, labels: {kubernetes.io/os: windows}",
              C,
              "windows: metadata.labels[kubernetes.io/os] \"windows\" (strong)");
    finds("containers: [{name: web-windows, image: x}]",
          "windows: spec.containers[0].name \"web-windows\" (weak)");
}

static void a_long_list_drops_what_is_weak_first(void)
{
    g_autoptr(GString) spec = g_string_new("containers: [");
    for (int i = 0; i < 100; i++)
        g_string_append_printf(
            spec, "{name: win-%d, image: x, securityContext: {runAsUser: 1}}, ", i);
    g_string_append(spec, "{name: a, image: redis}, {name: b, image: 'x:ltsc2022'}]");
    g_autoptr(need_case) one = needs_of(NULL, "name: p", spec->str);
    EXPECT_INT((int64_t)(one->findings.count + one->findings.dropped), 202);
    EXPECT_TRUE(one->findings.count <= MN_OS_EVIDENCE_MAX);
    EXPECT_INT((int64_t)one->findings.container[MN_OS_LINUX].container, 100);
    EXPECT_INT((int64_t)one->findings.container[MN_OS_WINDOWS].container, 101);
    EXPECT_STR(mn_os_need_name(one->need.kind), "mixed");
}

static void what_is_quoted_can_be_printed(void)
{
    finds("containers: [{name: a, image: \"x\\n\\u001b[31m:ltsc2019\"}]", "");
    finds(C0("command: [\"C:\\\\\\u0007\\u001b\"]"),
          "windows: spec.containers[0].command \"C:\\\?\?\" (medium)");
    g_autofree char *many = g_strnfill(300, 'a');
    g_autofree char *spec =
        g_strdup_printf("containers: [{name: a, image: 'x/%s:ltsc2019'}]", many);
    g_autoptr(need_case) one = needs_of(NULL, "name: p", spec);
    g_autofree char *got = needs_evidence_text(one);
    EXPECT_TRUE(strlen(got) < 160);
}

static void the_table_is_ordered_by_rank_and_filled_in(void)
{
    for (size_t i = 0; i < mn_os_signal_count; i++) {
        const mn_os_signal *row = &mn_os_signals[i];
        EXPECT_INT(row->rank, (int64_t)i + 1);
        EXPECT_TRUE(row->id[0] != '\0' && row->reads[0] != '\0' && row->trust[0] != '\0');
        EXPECT_TRUE(row->caveat[0] != '\0');
    }
}

extern CU_TestInfo suite_core_evidence[];
CU_TestInfo suite_core_evidence[] = {
    {"spec.os is decisive", spec_os_is_decisive},
    {"nodeSelectors are decisive", node_selectors_are_decisive},
    {"required affinity counts when every term agrees",
     required_affinity_counts_when_every_term_agrees},
    {"terms that cannot match do not count", terms_that_cannot_match_do_not_count},
    {"selectors name builds", selectors_name_builds},
    {"windowsOptions say Windows", windows_options_say_windows},
    {"runAsUserName says less beside Linux fields", run_as_user_name_says_less_beside_linux_fields},
    {"RuntimeClasses say what they select", runtime_classes_say_what_they_select},
    {"hypervisor handlers are known", hypervisor_handlers_are_known},
    {"images speak for their container", images_speak_for_their_container},
    {"the image map overrides the rules", the_image_map_overrides_the_rules},
    {"sightings are strong", sightings_are_strong},
    {"fields that Windows lacks say Linux", fields_that_windows_lacks_say_linux},
    {"what OpenShift fills in is weak", what_openshift_fills_in_is_weak},
    {"features that Windows lacks say Linux", features_that_windows_lacks_say_linux},
    {"paths speak once for each OS", paths_speak_once_for_each_os},
    {"commands speak by their first word", commands_speak_by_their_first_word},
    {"of a command line the program is shown", of_a_command_line_the_program_is_shown},
    {"tolerations are weak and blanket ones say nothing",
     tolerations_are_weak_and_blanket_ones_say_nothing},
    {"resources of Windows nodes say Windows", resources_of_windows_nodes_say_windows},
    {"names are hints but the OS label is enforced", names_are_hints_but_the_os_label_is_enforced},
    {"a long list drops what is weak first", a_long_list_drops_what_is_weak_first},
    {"what is quoted can be printed", what_is_quoted_can_be_printed},
    {"the table is ordered by rank and filled in", the_table_is_ordered_by_rank_and_filled_in},
    CU_TEST_INFO_NULL,
};
