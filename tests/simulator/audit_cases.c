/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulator/audit_cases.h"

#include <string.h>

/* ---- manifests */

#define OBJECT(api, kind, name, rest) \
    "---\napiVersion: " api "\nkind: " kind "\nmetadata: {name: " name rest "\n"
#define DEPLOY(spec) \
    OBJECT("apps/v1", "Deployment", "web", "}\nspec: {template: {spec: {" spec "}}}")
#define DAEMON_SET(meta, spec) \
    OBJECT("apps/v1", "DaemonSet", "agent", meta "}\nspec: {template: {spec: {" spec "}}}")
#define JOB(meta, spec) \
    OBJECT("batch/v1", "Job", "once", meta "}\nspec: {template: {spec: {" spec "}}}")
#define CRON_JOB(spec) \
    OBJECT("batch/v1", \
           "CronJob",  \
           "nightly",  \
           "}\nspec: {jobTemplate: {spec: {template: {spec: {" spec "}}}}}")
#define HOOK ", annotations: {helm.sh/hook: pre-install}"

#define IMAGE(image)  "containers: [{name: c, image: \"" image "\"}]"
#define LINUX_IMAGE   IMAGE("redis:7-alpine")
#define WINDOWS_IMAGE IMAGE("mcr.microsoft.com/windows/nanoserver:ltsc2022")
#define OLD_IMAGE     IMAGE("mcr.microsoft.com/windows/nanoserver:ltsc2019")
#define NEW_IMAGE     IMAGE("mcr.microsoft.com/windows/nanoserver:ltsc2025")
#define PRIVATE_IMAGE IMAGE("registry.example/shop/web:1.4")

#define SELECT(os)   "nodeSelector: {kubernetes.io/os: " os "}, "
#define BUILD(build) "nodeSelector: {node.kubernetes.io/windows-build: \"" build "\"}, "
#define REQUIRE(what)                                                            \
    "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: " \
    "{nodeSelectorTerms: [{matchExpressions: [" what "]}]}}}, "
#define TOLERATE(text) "tolerations: [{" text "}], "
#define BLANKET        TOLERATE("operator: Exists")
#define TAINT          "{key: os, value: windows, effect: NoSchedule}"

#define NODE(name, labels, rest) OBJECT("v1", "Node", name, ", labels: {" labels "}}" rest)
#define LINUX_NODE               NODE("lin", "kubernetes.io/os: linux", "")
#define WINDOWS_NODE(name, build, taints)                                            \
    NODE(name,                                                                       \
         "kubernetes.io/os: windows, node.kubernetes.io/windows-build: " build,      \
         "\nspec: {taints: [" taints "]}\nstatus: {nodeInfo: {kernelVersion: " build \
         ".1, containerRuntimeVersion: \"containerd://1.7.20\"}}")
#define BARE    LINUX_NODE WINDOWS_NODE("win", "10.0.20348", "")
#define TAINTED LINUX_NODE WINDOWS_NODE("win", "10.0.20348", TAINT)

#define POD_ON(node, rest, spec)                                    \
    OBJECT("v1",                                                    \
           "Pod",                                                   \
           "web-1",                                                 \
           rest "}\nspec: {nodeName: " node ", " spec "}\nstatus: " \
                "{phase: Running}")
#define CLASS(name, rest) \
    OBJECT("node.k8s.io/v1", "RuntimeClass", name, "}\nhandler: runhcs-wcow-process" rest)
#define CLASS_2019                                                    \
    CLASS("windows-2019",                                             \
          "\nscheduling: {nodeSelector: {kubernetes.io/os: windows, " \
          "node.kubernetes.io/windows-build: 10.0.17763}}")

/* ---- the cases */

const audit_case audit_cases[] = {
    {"MU101", DEPLOY(LINUX_IMAGE), DEPLOY(SELECT("linux") LINUX_IMAGE), NULL},
    {"MU101", DEPLOY(LINUX_IMAGE) BARE, DEPLOY(LINUX_IMAGE) TAINTED, "MU101 MU401"},
    {"MU102", JOB(HOOK, PRIVATE_IMAGE), JOB(HOOK, SELECT("linux") PRIVATE_IMAGE), NULL},
    {"MU103", DEPLOY(WINDOWS_IMAGE), DEPLOY(SELECT("windows") WINDOWS_IMAGE), NULL},
    {"MU104", DEPLOY(SELECT("windows") NEW_IMAGE), DEPLOY(SELECT("windows") WINDOWS_IMAGE), NULL},
    {"MU104",
     DEPLOY(SELECT("windows") OLD_IMAGE) LINUX_NODE WINDOWS_NODE("a", "10.0.17763", TAINT)
         WINDOWS_NODE("b", "10.0.20348", ""),
     DEPLOY(BUILD("10.0.17763") OLD_IMAGE),
     "MU104 MU402"},
    {"MU105", DEPLOY(PRIVATE_IMAGE), DEPLOY(SELECT("linux") PRIVATE_IMAGE), NULL},
    {"MU106", CRON_JOB(LINUX_IMAGE), CRON_JOB(SELECT("linux") LINUX_IMAGE), NULL},
    {"MU107",
     POD_ON("win", "", SELECT("linux") LINUX_IMAGE) BARE,
     POD_ON("lin", "", SELECT("linux") LINUX_IMAGE) BARE,
     "MU107 MU401"},
    {"MU108",
     DEPLOY(SELECT("windows") TOLERATE("key: os, operator: Exists") OLD_IMAGE) TAINTED,
     DEPLOY(SELECT("windows") TOLERATE("key: os, operator: Exists") WINDOWS_IMAGE) TAINTED,
     NULL},
    {"MU201", DEPLOY(BLANKET LINUX_IMAGE), DEPLOY(BLANKET SELECT("linux") LINUX_IMAGE), NULL},
    {"MU202", DAEMON_SET("", LINUX_IMAGE), DAEMON_SET("", SELECT("linux") LINUX_IMAGE), NULL},
    {"MU203",
     DAEMON_SET("", BLANKET LINUX_IMAGE) TAINTED,
     DAEMON_SET("", BLANKET SELECT("linux") LINUX_IMAGE) TAINTED,
     NULL},
    {"MU204",
     DAEMON_SET(", namespace: kube-system", LINUX_IMAGE),
     DAEMON_SET(", namespace: kube-system", SELECT("linux") LINUX_IMAGE),
     NULL},
    {"MU205",
     DAEMON_SET("", SELECT("windows") WINDOWS_IMAGE) TAINTED,
     DAEMON_SET("", SELECT("windows") TOLERATE("key: os, operator: Exists") WINDOWS_IMAGE) TAINTED,
     NULL},
    {"MU205",
     DAEMON_SET("", SELECT("windows") WINDOWS_IMAGE),
     DAEMON_SET("", SELECT("windows") BLANKET WINDOWS_IMAGE),
     NULL},
    {"MU206",
     DEPLOY(SELECT("windows") WINDOWS_IMAGE) TAINTED,
     DEPLOY(SELECT("windows") WINDOWS_IMAGE) BARE,
     NULL},
    {"MU301",
     DEPLOY("os: {name: linux}, " SELECT("windows") PRIVATE_IMAGE),
     DEPLOY("os: {name: windows}, " SELECT("windows") PRIVATE_IMAGE),
     NULL},
    {"MU301",
     DEPLOY("os: {name: linux}, securityContext: {windowsOptions: {runAsUserName: x}}, " SELECT(
         "linux") PRIVATE_IMAGE),
     DEPLOY("os: {name: linux}, " SELECT("linux") PRIVATE_IMAGE),
     NULL},
    {"MU302", DEPLOY(SELECT("windows") LINUX_IMAGE), DEPLOY(SELECT("linux") LINUX_IMAGE), NULL},
    {"MU303",
     DEPLOY(BUILD("10.0.20348") OLD_IMAGE),
     DEPLOY(BUILD("10.0.26100") WINDOWS_IMAGE),
     NULL},
    {"MU304",
     DEPLOY("containers: [{name: a, image: \"redis:7-alpine\"}, {name: b, image: "
            "\"mcr.microsoft.com/windows/nanoserver:ltsc2022\"}]"),
     DEPLOY(SELECT("linux") "containers: [{name: a, image: \"redis:7-alpine\"}, {name: b, image: "
                            "\"registry.example/x:1\"}]"),
     NULL},
    {"MU305",
     OBJECT("v1", "Namespace", "default", ", labels: {istio-injection: enabled}}")
         DEPLOY(SELECT("windows") WINDOWS_IMAGE),
     OBJECT("v1", "Namespace", "default", ", labels: {istio-injection: enabled}}")
         DEPLOY(SELECT("linux") LINUX_IMAGE),
     NULL},
    {"MU305",
     "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {metadata: "
     "{annotations: {linkerd.io/inject: enabled}}, spec: {" SELECT("windows") WINDOWS_IMAGE "}}}\n",
     OBJECT(
         "v1", "Namespace", "default",
         ", annotations: {linkerd.io/inject: enabled}}") "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: "
                                                         "{metadata: {annotations: {linkerd.io/inject: disabled}}, spec: {" SELECT(
                                                             "windows") WINDOWS_IMAGE "}}}\n",
     NULL},
    {"MU306",
     DEPLOY("runtimeClassName: windows-2018, " SELECT("windows") WINDOWS_IMAGE) CLASS_2019,
     DEPLOY("runtimeClassName: windows-2019, " OLD_IMAGE) CLASS_2019,
     NULL},
    {"MU306",
     DEPLOY("runtimeClassName: windows-2022, " SELECT("windows") WINDOWS_IMAGE),
     DEPLOY(SELECT("windows") WINDOWS_IMAGE),
     NULL},
    {"MU307",
     DEPLOY("nodeSelector: {agentpool: win}, " WINDOWS_IMAGE) TAINTED,
     DEPLOY("nodeSelector: {agentpool: win}, " WINDOWS_IMAGE),
     NULL},
    {"MU308",
     DEPLOY("runtimeClassName: windows-2019, " BUILD("10.0.20348") WINDOWS_IMAGE) CLASS_2019,
     DEPLOY("runtimeClassName: windows-2019, " BUILD("10.0.17763") OLD_IMAGE) CLASS_2019,
     NULL},
    {"MU309",
     DEPLOY("os: {name: windows}, " WINDOWS_IMAGE),
     DEPLOY("os: {name: windows}, " SELECT("windows") WINDOWS_IMAGE),
     NULL},
    {"MU310",
     DEPLOY(SELECT("windows") TOLERATE("key: os, value: Windows") WINDOWS_IMAGE) TAINTED,
     DEPLOY(SELECT("windows") TOLERATE("key: os, value: windows") WINDOWS_IMAGE) TAINTED,
     NULL},
    {"MU310",
     DEPLOY(SELECT("windows") TOLERATE("key: OS, value: windows") WINDOWS_IMAGE),
     DEPLOY(SELECT("windows") TOLERATE("key: os, value: Windows") WINDOWS_IMAGE),
     NULL},
    {"MU311",
     DEPLOY("nodeSelector: {beta.kubernetes.io/os: linux}, " LINUX_IMAGE),
     DEPLOY(SELECT("linux") LINUX_IMAGE),
     NULL},
    {"MU312",
     DEPLOY(TOLERATE("key: os, value: windows") WINDOWS_IMAGE),
     DEPLOY(SELECT("windows") TOLERATE("key: os, value: windows") WINDOWS_IMAGE),
     NULL},
    {"MU313",
     DEPLOY("affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: "
            "1, preference: {matchExpressions: [{key: kubernetes.io/os, operator: In, values: "
            "[linux]}]}}]}}, " LINUX_IMAGE),
     DEPLOY(REQUIRE("{key: kubernetes.io/os, operator: In, values: [linux]}") LINUX_IMAGE),
     NULL},
    {"MU314",
     DEPLOY("securityContext: {runAsUser: 1000}, " SELECT("windows") WINDOWS_IMAGE),
     DEPLOY("securityContext: {runAsNonRoot: true}, " SELECT("windows") WINDOWS_IMAGE),
     NULL},
    {"MU314",
     DEPLOY("os: {name: windows}, hostPID: true, " SELECT("windows") WINDOWS_IMAGE),
     DEPLOY("os: {name: linux}, hostPID: true, " SELECT("linux") LINUX_IMAGE),
     NULL},
    {"MU315",
     DEPLOY("hostNetwork: true, " SELECT("windows") WINDOWS_IMAGE),
     DEPLOY("hostNetwork: true, securityContext: {windowsOptions: {hostProcess: true}}, " SELECT(
         "windows") WINDOWS_IMAGE),
     NULL},
    {"MU316",
     DEPLOY(SELECT("Windows") WINDOWS_IMAGE),
     DEPLOY(SELECT("windows") WINDOWS_IMAGE),
     NULL},
    {"MU316",
     DEPLOY(SELECT("win") WINDOWS_IMAGE) TAINTED,
     DEPLOY(REQUIRE("{key: kubernetes.io/os, operator: NotIn, values: [linux]}") WINDOWS_IMAGE),
     NULL},
    {"MU317",
     DEPLOY(REQUIRE("{key: node.kubernetes.io/windows-build, operator: Gt, values: "
                    "['10.0.17763']}") WINDOWS_IMAGE),
     DEPLOY(REQUIRE("{key: node.kubernetes.io/windows-build, operator: In, values: "
                    "['10.0.20348']}") WINDOWS_IMAGE),
     NULL},
    {"MU318",
     DEPLOY(BUILD("10.0.20348.2527") WINDOWS_IMAGE),
     DEPLOY(BUILD("10.0.20348") WINDOWS_IMAGE),
     NULL},
    {"MU319",
     "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {metadata: "
     "{labels: {kubernetes.io/os: linux}}, spec: {" SELECT("windows") WINDOWS_IMAGE "}}}\n",
     "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {metadata: "
     "{labels: {kubernetes.io/os: windows}}, spec: {" SELECT("windows") WINDOWS_IMAGE "}}}\n",
     NULL},
    {"MU320", CLASS("windows-2022", ""), CLASS_2019, NULL},
    {"MU321",
     DEPLOY(SELECT("windows") IMAGE("mcr.microsoft.com/dotnet/framework/aspnet:4.8")),
     DEPLOY(SELECT("windows") WINDOWS_IMAGE),
     NULL},
    {"MU322",
     DEPLOY("securityContext: {windowsOptions: {hostProcess: true}}, " SELECT("windows")
                WINDOWS_IMAGE),
     DEPLOY("hostNetwork: true, securityContext: {windowsOptions: {hostProcess: true}}, " SELECT(
         "windows") WINDOWS_IMAGE),
     NULL},
    {"MU323",
     OBJECT("v1", "Namespace", "default",
            ", annotations: {scheduler.alpha.kubernetes.io/node-selector: "
            "kubernetes.io/os=linux}}") DEPLOY(SELECT("windows") WINDOWS_IMAGE),
     OBJECT("v1", "Namespace", "default",
            ", annotations: {scheduler.alpha.kubernetes.io/node-selector: "
            "kubernetes.io/os=linux}}") DEPLOY(LINUX_IMAGE),
     NULL},
    {"MU401", BARE, TAINTED, NULL},
    {"MU402", TAINTED WINDOWS_NODE("win-1", "10.0.20348", ""), TAINTED, NULL},
    {"MU403",
     POD_ON("win", "", SELECT("windows") WINDOWS_IMAGE) TAINTED,
     POD_ON("win", "", SELECT("windows") TOLERATE("key: os, operator: Exists") WINDOWS_IMAGE)
         TAINTED,
     "MU206 MU403"},
    {"MU404",
     TAINTED NODE("old", "a: b",
                  "\nstatus: {nodeInfo: {operatingSystem: windows}}\nspec: {taints: [" TAINT "]}"),
     TAINTED,
     NULL},
    {"MU405",
     LINUX_NODE NODE("win",
                     "kubernetes.io/os: windows, node.kubernetes.io/windows-build: 10.0.17763",
                     "\nspec: {taints: [" TAINT "]}\nstatus: {nodeInfo: {kernelVersion: "
                     "10.0.20348.1}}"),
     TAINTED,
     NULL},
    {"MU406",
     TAINTED WINDOWS_NODE("win-1", "10.0.20348", "{key: os, value: Windows, effect: NoSchedule}"),
     TAINTED WINDOWS_NODE("win-1", "10.0.20348", TAINT),
     NULL},
    {"MU407",
     LINUX_NODE WINDOWS_NODE("win", "10.0.20348", "{key: os, value: w, effect: PreferNoSchedule}"),
     TAINTED,
     "MU401 MU407"},
};
const size_t audit_case_count = G_N_ELEMENTS(audit_cases);

/* ---- asking */

static mn_audit_input *read_text(const char *text)
{
    static mn_source sources[2];
    static size_t next;
    mn_source *source = &sources[next++ % G_N_ELEMENTS(sources)];
    g_autoptr(GError) error = NULL;
    mn_audit_input *input = mn_audit_input_new();
    *source = (mn_source){.name = "test.yaml", .bytes = text, .len = strlen(text)};
    if (!mn_audit_input_read_source(input, source, &error))
        g_error("%s", error->message);
    return input;
}

audited audited_text(const char *text, const char *cluster, const mn_audit_options *options)
{
    mn_audit_options with = {.least = MN_SEVERITY_NOTE};
    if (options != NULL)
        with = *options;
    audited self = {.input = read_text(text)};
    if (cluster != NULL)
        with.cluster = self.cluster = read_text(cluster);
    self.audit = mn_audit_run(self.input, &with);
    return self;
}

void audited_clear(audited *self)
{
    mn_audit_free(self->audit);
    mn_audit_input_free(self->input);
    mn_audit_input_free(self->cluster);
}

char *audited_codes(const audited *self)
{
    GString *codes = g_string_new(NULL);
    for (size_t i = 0; i < mn_rule_count; i++) {
        bool found = false;
        for (guint j = 0; j < self->audit->findings->len; j++)
            found =
                found || g_array_index(self->audit->findings, mn_finding, j).rule == &mn_rules[i];
        if (found)
            g_string_append_printf(codes, "%s%s", codes->len > 0 ? " " : "", mn_rules[i].code);
    }
    return g_string_free(codes, FALSE);
}
