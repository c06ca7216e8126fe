/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulator/sample_record.h"

#include <glib.h>

enum { MI = 1024 * 1024 };

#define LINUX_NEED                                                            \
    {                                                                         \
        .os = MN_OS_LINUX, .strength = MN_STRENGTH_STRONG, .text = "linux",   \
        .why = "spec.containers[0].image \"redis:7-alpine\": tag says alpine" \
    }
#define WINDOWS_2019_NEED                                                                \
    {                                                                                    \
        .os = MN_OS_WINDOWS, .builds = {.bounded = true, .count = 1, .builds = {17763}}, \
        .strength = MN_STRENGTH_DECISIVE, .text = "windows 10.0.17763",                  \
        .why = "spec.nodeSelector[node.kubernetes.io/windows-build]: 10.0.17763"         \
    }
/* NOLINTBEGIN(bugprone-macro-parentheses): the need is an initialiser */
#define POD(pod_name, workload_index, what, need_of)                                         \
    .namespace_ = "shop", .name = (pod_name), .workload = (workload_index), .need = need_of, \
    .requests = {250, 128LL * MI}, .fate = (what)
/* NOLINTEND(bugprone-macro-parentheses) */

static const mn_record_pod pods[] = {
    {POD("redis-0", 0, MN_FATE_WRONG_OS, LINUX_NEED),
     .sequence = 0,
     .node = "win22-0",
     .node_index = 1,
     .ties = 2,
     .feasible = 3,
     .holds = true,
     .status = "ImagePullBackOff",
     .reason = "Failed",
     .message = "no match for platform in manifest: not found",
     .remark = "linux image on a Windows node"},
    {POD("redis-1", 0, MN_FATE_RUNS, LINUX_NEED),
     .sequence = 1,
     .node = "linux-0",
     .node_index = 0,
     .ties = 1,
     .feasible = 3,
     .status = "Running",
     .reason = "",
     .message = "",
     .remark = ""},
    {POD("iis-x2k4q", 1, MN_FATE_PENDING, WINDOWS_2019_NEED),
     .sequence = 2,
     .status = "Pending",
     .reason = "FailedScheduling",
     .message = "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector. "
                "preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
     .remark = ""},
    {POD("iis-7bd9x", 1, MN_FATE_PENDING, WINDOWS_2019_NEED),
     .sequence = 3,
     .status = "Pending",
     .reason = "FailedScheduling",
     .message = "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector. "
                "preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
     .remark = ""},
    {POD("gate", 2, MN_FATE_REJECTED, LINUX_NEED),
     .sequence = 4,
     .status = "",
     .reason = "Forbidden",
     .message = "pod rejected: RuntimeClass \"kata\" not found",
     .remark = ""},
};
#undef POD

static const mn_record_workload workloads[] = {
    {.kind = "StatefulSet",
     .namespace_ = "shop",
     .name = "redis",
     .origin = "shop.yaml",
     .first_pod = 0,
     .pod_count = 2,
     .asked = 2,
     .counts = {[MN_FATE_RUNS] = 1, [MN_FATE_WRONG_OS] = 1},
     .need = LINUX_NEED,
     .held = {250, 128LL * MI},
     .nodes = "win22-0, linux-0",
     .remark = ""},
    {.kind = "Deployment",
     .namespace_ = "shop",
     .name = "iis",
     .origin = "shop.yaml",
     .first_pod = 2,
     .pod_count = 2,
     .asked = 2,
     .counts = {[MN_FATE_PENDING] = 2},
     .need = WINDOWS_2019_NEED,
     .nodes = "",
     .remark = ""},
    {.kind = "Pod",
     .namespace_ = "shop",
     .name = "gate",
     .origin = "",
     .first_pod = 4,
     .pod_count = 1,
     .asked = 1,
     .counts = {[MN_FATE_REJECTED] = 1},
     .need = LINUX_NEED,
     .nodes = "",
     .remark = ""},
    {.kind = "Deployment",
     .namespace_ = "shop",
     .name = "idle",
     .origin = "shop.yaml",
     .first_pod = 5,
     .need = LINUX_NEED,
     .nodes = "",
     .remark = "replicas: 0"},
};

static const mn_record_node nodes[] = {
    {.name = "linux-0",
     .pool = 0,
     .os = MN_OS_LINUX,
     .platform = "linux",
     .runtime = "containerd://1.7.27",
     .taints = "",
     .unschedulable = true,
     .counts = {[MN_FATE_RUNS] = 1},
     .allocatable = {4000, 16384LL * MI},
     .requested = {250, 128LL * MI},
     .allocatable_pods = 110},
    {.name = "win22-0",
     .pool = 1,
     .os = MN_OS_WINDOWS,
     .build = 20348,
     .platform = "windows 10.0.20348",
     .runtime = "containerd://1.7.27",
     .taints = "os=windows:PreferNoSchedule",
     .counts = {[MN_FATE_WRONG_OS] = 1},
     .allocatable = {4000, 16384LL * MI},
     .requested = {250, 128LL * MI},
     .held = {250, 128LL * MI},
     .allocatable_pods = 30},
};

static const mn_record_pool pools[] = {
    {.name = "linux",
     .declared = true,
     .os = MN_OS_LINUX,
     .platform = "linux",
     .runtime = "containerd://1.7.27",
     .taints = "",
     .node_count = 1,
     .counts = {[MN_FATE_RUNS] = 1},
     .allocatable = {4000, 16384LL * MI},
     .requested = {250, 128LL * MI}},
    {.name = "win22",
     .declared = true,
     .os = MN_OS_WINDOWS,
     .build = 20348,
     .platform = "windows 10.0.20348",
     .runtime = "containerd://1.7.27",
     .taints = "os=windows:PreferNoSchedule",
     .node_count = 1,
     .counts = {[MN_FATE_WRONG_OS] = 1},
     .allocatable = {4000, 16384LL * MI},
     .requested = {250, 128LL * MI},
     .held = {250, 128LL * MI}},
};

static const mn_record_note notes[] = {
    {.kind = MN_NOTE_IGNORED_KIND,
     .subject = "ConfigMap",
     .text = "scheduling does not look at it",
     .count = 3},
    {.kind = MN_NOTE_IGNORED_KIND, .subject = "Ingress", .text = "nor at this", .count = 1},
    {.kind = MN_NOTE_OTHER, .subject = "Node linux-0", .text = "just a remark", .count = 3},
    {.kind = MN_NOTE_FINISHED_PODS,
     .subject = "",
     .text = "Pods that have ended are left out",
     .count = 4},
    {.kind = MN_NOTE_NODE_FACTS,
     .warning = true,
     .subject = "Node win22-0",
     .text = "no label node.kubernetes.io/windows-build; its kernel version says 10.0.20348",
     .count = 1},
};

static const mn_record record = {
    .scenario = "shop",
    .description = "",
    .kubernetes = "1.34",
    .seed = 7,
    .extender = "off",
    .pods = pods,
    .pod_count = G_N_ELEMENTS(pods),
    .workloads = workloads,
    .workload_count = G_N_ELEMENTS(workloads),
    .nodes = nodes,
    .node_count = G_N_ELEMENTS(nodes),
    .pools = pools,
    .pool_count = G_N_ELEMENTS(pools),
    .notes = notes,
    .note_count = G_N_ELEMENTS(notes),
    .totals = {.workloads = 4,
               .pods = 5,
               .counts = {[MN_FATE_RUNS] = 1,
                          [MN_FATE_WRONG_OS] = 1,
                          [MN_FATE_PENDING] = 2,
                          [MN_FATE_REJECTED] = 1},
               .linux_nodes = 1,
               .windows_nodes = 1,
               .windows_builds = 1,
               .held = {250, 128LL * MI},
               .allocatable = {8000, 32768LL * MI},
               .requested = {500, 256LL * MI}},
};

const mn_record *sample_record(void)
{
    return &record;
}

static const mn_record_pod running[] = {
    {.namespace_ = "default",
     .name = "web-0",
     .need = LINUX_NEED,
     .node = "linux-0",
     .status = "Running",
     .reason = "",
     .message = "",
     .remark = ""},
};

static const mn_record_workload running_workload = {
    .kind = "StatefulSet",
    .namespace_ = "default",
    .name = "web",
    .origin = "",
    .pod_count = 1,
    .asked = 1,
    .counts = {[MN_FATE_RUNS] = 1},
    .need = LINUX_NEED,
    .nodes = "linux-0",
    .remark = "",
};

static const mn_record all_run = {
    .scenario = "calm",
    .description = "",
    .kubernetes = "1.34",
    .seed = 1,
    .extender = "enforce",
    .pods = running,
    .pod_count = 1,
    .workloads = &running_workload,
    .workload_count = 1,
    .nodes = nodes,
    .node_count = 1,
    .pools = pools,
    .pool_count = 1,
    .totals = {.workloads = 1, .pods = 1, .counts = {[MN_FATE_RUNS] = 1}, .linux_nodes = 1},
};

const mn_record *sample_record_where_all_run(void)
{
    return &all_run;
}
