/* SPDX-License-Identifier: Apache-2.0 */
/* kubelet looks at the Pod's label and spec.os, never at its nodeSelector, to find out that it
 * is on the wrong OS; such a Pod has Failed for good. What it cannot know shows when an image
 * is pulled, and then the Pod waits for ever and holds its requests.
 */
#include "simulator/engine/kubelet.h"

#include "simulator/engine/controllers/controller.h"
#include "simulator/engine/image_names.h"

#include <inttypes.h>
#include <string.h>

#define REJECTED "Pod was rejected: "

static mn_kubelet_answer refuse(mn_fate fate, const char *reason, const char *message,
                                const char *remark)
{
    return (mn_kubelet_answer){
        .fate = fate, .status = reason, .reason = reason, .message = message, .remark = remark};
}

/* ---- admission: pkg/kubelet/lifecycle/predicate.go */

static bool label_is_refused(const mn_kubelet *k, const mn_pod *pod, mn_kubelet_answer *answer)
{
    const char *label = mn_labels_find(&pod->meta.labels, MN_LABEL_OS);
    if (label == NULL || strcmp(label, mn_os_name(k->offer.os)) == 0)
        return false;
    *answer = refuse(MN_FATE_WRONG_OS,
                     "PodOSSelectorNodeLabelDoesNotMatch",
                     REJECTED
                     "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label",
                     mn_arena_printf(k->arena,
                                     "its label " MN_LABEL_OS " is %s, the node is %s",
                                     label,
                                     mn_os_name(k->offer.os)));
    return true;
}

static bool os_is_refused(const mn_kubelet *k, const mn_pod *pod, mn_kubelet_answer *answer)
{
    const char *os = pod->spec.os.name;
    if (os == NULL || strcmp(os, mn_os_name(k->offer.os)) == 0)
        return false;
    *answer =
        refuse(MN_FATE_WRONG_OS,
               "PodOSNotSupported",
               REJECTED "Failed to admit pod as the OS field doesn't match node OS",
               mn_arena_printf(
                   k->arena, "its spec.os is %s, the node is %s", os, mn_os_name(k->offer.os)));
    return true;
}

static mn_kubelet_answer out_of(const mn_kubelet *k, const char *resource, int64_t requested,
                                int64_t used, int64_t capacity)
{
    return refuse(MN_FATE_FAILED,
                  mn_arena_printf(k->arena, "OutOf%s", resource),
                  mn_arena_printf(k->arena,
                                  REJECTED "Node didn't have enough resource: %s, requested: "
                                           "%" PRId64 ", used: %" PRId64 ", capacity: %" PRId64,
                                  resource,
                                  requested,
                                  used,
                                  capacity),
                  "bound by spec.nodeName to a node that has no room");
}

static bool has_room(const mn_kubelet *k, const mn_node_info *info, const mn_amounts *wanted,
                     mn_kubelet_answer *answer)
{
    const struct {
        const char *name;
        int64_t requested, used, capacity;
    } rows[] = {
        {"pods", 1, (int64_t)mn_node_info_pod_count(info), info->allowed_pods},
        {"cpu", wanted->milli_cpu, info->requested.milli_cpu, info->allocatable.milli_cpu},
        {"memory", wanted->memory, info->requested.memory, info->allocatable.memory},
        {"ephemeral-storage",
         wanted->ephemeral_storage,
         info->requested.ephemeral_storage,
         info->allocatable.ephemeral_storage},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].requested > 0 && rows[i].requested > rows[i].capacity - rows[i].used) {
            *answer = out_of(k, rows[i].name, rows[i].requested, rows[i].used, rows[i].capacity);
            return false;
        }
    }
    for (size_t i = 0; i < wanted->scalar_count; i++) {
        const mn_scalar *scalar = &wanted->scalars[i];
        int64_t used = mn_amounts_get(&info->requested, scalar->name);
        int64_t capacity = mn_amounts_get(&info->allocatable, scalar->name);
        if (scalar->value > 0 && scalar->value > capacity - used) {
            *answer = out_of(k, scalar->name, scalar->value, used, capacity);
            return false;
        }
    }
    return true;
}

static bool is_chased_off(const mn_pod_spec *spec, const mn_node *node)
{
    for (size_t i = 0; i < node->spec.taints.count; i++) {
        const mn_taint *taint = &node->spec.taints.items[i];
        if (taint->effect == MN_EFFECT_NO_EXECUTE &&
            !mn_tolerations_tolerate(&spec->tolerations, taint))
            return true;
    }
    return false;
}

bool mn_kubelet_admits(const mn_kubelet *k, const mn_pod *pod, const mn_node_info *info,
                       const mn_pod_class *pod_class, mn_kubelet_answer *answer)
{
    if (label_is_refused(k, pod, answer) || os_is_refused(k, pod, answer))
        return false;
    if (!has_room(k, info, &pod_class->requested, answer))
        return false;
    if (!mn_node_is_selected(&pod->spec, k->node)) {
        *answer = refuse(
            MN_FATE_FAILED,
            "NodeAffinity",
            REJECTED
            "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
            "bound by spec.nodeName to a node that its own selector excludes");
        return false;
    }
    if (mn_node_info_ports_conflict(info, pod_class->ports, pod_class->port_count)) {
        *answer = refuse(MN_FATE_FAILED,
                         "NodePorts",
                         REJECTED "Predicate NodePorts failed: node(s) didn't have free ports for "
                                  "the requested pod ports",
                         "bound by spec.nodeName to a node where its host port is taken");
        return false;
    }
    if (is_chased_off(&pod->spec, k->node)) {
        *answer = refuse(MN_FATE_FAILED,
                         "TaintToleration",
                         REJECTED "Predicate TaintToleration failed: node(s) had taints that the "
                                  "pod didn't tolerate",
                         "bound by spec.nodeName to a node with a NoExecute taint");
        return false;
    }
    return true;
}

/* ---- sandbox: the runtime handler */

/* Handlers that one OS alone has, by their beginning. */
static const struct {
    const char *prefix;
    mn_os os;
} handlers[] = {
    {"runhcs-", MN_OS_WINDOWS},
    {"runc", MN_OS_LINUX},
    {"crun", MN_OS_LINUX},
    {"kata", MN_OS_LINUX},
    {"runsc", MN_OS_LINUX},
    {"gvisor", MN_OS_LINUX},
};

static const char *handler_of(const mn_kubelet *k, const mn_pod *pod)
{
    if (pod->spec.runtime_class_name == NULL)
        return NULL;
    const mn_runtime_class *runtime_class =
        mn_objects_find_runtime_class(k->truth->objects, pod->spec.runtime_class_name);
    return runtime_class == NULL || *runtime_class->handler == '\0' ? NULL : runtime_class->handler;
}

/* A node that lists no handlers has not said what it has. */
static bool node_lacks(const mn_node *node, const char *handler)
{
    const mn_runtime_handlers *listed = &node->status.runtime_handlers;
    for (size_t i = 0; i < listed->count; i++) {
        if (g_strcmp0(listed->items[i].name, handler) == 0)
            return false;
    }
    return listed->count > 0;
}

static bool handler_is_refused(const mn_kubelet *k, const mn_pod *pod, mn_kubelet_answer *answer)
{
    const char *handler = handler_of(k, pod);
    if (handler == NULL)
        return false;
    bool lacks = node_lacks(k->node, handler), wrong_os = false;
    for (size_t i = 0; i < G_N_ELEMENTS(handlers); i++) {
        if (g_str_has_prefix(handler, handlers[i].prefix))
            wrong_os = k->offer.os != MN_OS_UNKNOWN && handlers[i].os != k->offer.os;
    }
    if (!lacks && !wrong_os)
        return false;
    *answer = (mn_kubelet_answer){
        .fate = wrong_os ? MN_FATE_WRONG_OS : MN_FATE_FAILED,
        .holds = true,
        .status = "ContainerCreating",
        .reason = "FailedCreatePodSandBox",
        .message = mn_arena_printf(k->arena,
                                   "Failed to create pod sandbox: rpc error: code = Unknown desc = "
                                   "failed to get sandbox runtime: no runtime for \"%s\" is "
                                   "configured",
                                   handler),
        .remark = mn_arena_printf(k->arena, "its node has no runtime handler %s", handler),
    };
    return true;
}

/* ---- images */

/* A container that is about to be started. */
typedef struct start {
    const mn_container *container;
    bool init;
    mn_image_facts facts;
} start;

static const char *status_of(const mn_kubelet *k, const start *s, const char *status)
{
    return s->init ? mn_arena_printf(k->arena, "Init:%s", status) : status;
}

/* What containerd says, by the kind of image and the side it is on. */
static const char *pull_fault(const mn_kubelet *k, const start *s)
{
    if (s->facts.single != MN_TRUE)
        return "no match for platform in manifest: not found";
    if (k->offer.os == MN_OS_WINDOWS)
        return "failed to extract layer: hcsshim::ProcessBaseLayer "
               "\\\\?\\C:\\ProgramData\\containerd\\root\\io.containerd.snapshotter.v1.windows\\"
               "snapshots\\1: The system cannot find the path specified.: unknown";
    return "snapshotter overlayfs does not support platform windows/amd64";
}

static mn_kubelet_answer pull_fails(const mn_kubelet *k, const start *s, mn_fate fate,
                                    const char *remark)
{
    const char *image = s->container->image;
    bool list = s->facts.single != MN_TRUE;
    return (mn_kubelet_answer){
        .fate = fate,
        .holds = true,
        .status = status_of(k, s, "ImagePullBackOff"),
        .reason = "ErrImagePull",
        .message = mn_arena_printf(k->arena,
                                   "Failed to pull image \"%s\": rpc error: code = %s desc = "
                                   "failed to pull and unpack image \"%s\": %s",
                                   image,
                                   list ? "NotFound" : "Unknown",
                                   mn_image_normalised(k->arena, image),
                                   pull_fault(k, s)),
        .remark = remark,
    };
}

static mn_kubelet_answer start_fails(const mn_kubelet *k, const start *s, const char *remark)
{
    return (mn_kubelet_answer){
        .fate = MN_FATE_WRONG_BUILD,
        .holds = true,
        .pulled = true,
        .status = status_of(k, s, "CrashLoopBackOff"),
        .reason = "StartError",
        .message =
            mn_arena_printf(k->arena,
                            "Error: hcsshim::CreateComputeSystem %s: The container operating "
                            "system does not match the host operating system.",
                            s->container->name),
        .remark = remark,
    };
}

static const char *os_remark(const mn_kubelet *k, const start *s, mn_os image_os)
{
    return mn_arena_printf(k->arena,
                           "%s image %s on a %s node",
                           mn_os_name(image_os),
                           s->container->image,
                           mn_os_name(k->offer.os));
}

/* Hyper-V isolation helps once the image is there; a manifest list is chosen from by the
 * host's build all the same. */
static bool one_build_runs(const mn_kubelet *k, const start *s, uint16_t build, bool hyperv)
{
    const mn_win_version *host = &k->offer.version;
    const mn_win_version image = build == s->facts.version.build
                                     ? s->facts.version
                                     : (mn_win_version){.major = 10, .build = build};
    if (mn_win_version_runs(host, &image, k->offer.rule))
        return true;
    return hyperv && s->facts.single != MN_FALSE && mn_winbuild_runs_in_hyperv(host->build, build);
}

static bool build_runs(const mn_kubelet *k, const start *s, const mn_os_need *need)
{
    const mn_build_set *builds = &s->facts.builds;
    if (!builds->bounded || need->host_process)
        return true;
    for (size_t i = 0; i < builds->count; i++) {
        if (one_build_runs(k, s, builds->builds[i], need->hyperv))
            return true;
    }
    return false;
}

static const char *build_remark(const mn_kubelet *k, const start *s)
{
    char buffer[MN_BUILD_SET_TEXT];
    return mn_arena_printf(k->arena,
                           "image %s of %s on a host of 10.0.%u (rule %s)",
                           s->container->image,
                           mn_build_set_format(&s->facts.builds, buffer),
                           (unsigned)k->offer.version.build,
                           mn_build_rule_name(k->offer.rule));
}

static bool starts(const mn_kubelet *k, const start *s, const mn_os_need *need,
                   mn_kubelet_answer *answer)
{
    const mn_platforms *p = &s->facts.platforms;
    bool known = p->linux || p->windows;
    if (!known || k->offer.os == MN_OS_UNKNOWN)
        return true;
    if (k->offer.os == MN_OS_LINUX && !p->linux) {
        *answer = pull_fails(k, s, MN_FATE_WRONG_OS, os_remark(k, s, MN_OS_WINDOWS));
        return false;
    }
    if (k->offer.os == MN_OS_WINDOWS && !p->windows) {
        *answer = pull_fails(k, s, MN_FATE_WRONG_OS, os_remark(k, s, MN_OS_LINUX));
        return false;
    }
    if (k->offer.os == MN_OS_LINUX || build_runs(k, s, need))
        return true;
    *answer = s->facts.single == MN_TRUE
                  ? start_fails(k, s, build_remark(k, s))
                  : pull_fails(k, s, MN_FATE_WRONG_BUILD, build_remark(k, s));
    return false;
}

bool mn_kubelet_container(const mn_kubelet *k, const mn_container *container, bool init,
                          const mn_os_need *need, mn_kubelet_answer *answer)
{
    const start s = {
        .container = container,
        .init = init,
        .facts = mn_truth_image(k->truth, container->image, need),
    };
    return starts(k, &s, need, answer);
}

static bool list_starts(const mn_kubelet *k, const mn_containers *containers, bool init,
                        const mn_os_need *need, mn_kubelet_answer *answer)
{
    for (size_t i = 0; i < containers->count; i++) {
        const mn_container *container = &containers->items[i];
        if (container->image != NULL && !mn_kubelet_container(k, container, init, need, answer))
            return false;
    }
    return true;
}

bool mn_kubelet_sandbox(const mn_kubelet *k, const mn_pod *pod, mn_kubelet_answer *answer)
{
    return !label_is_refused(k, pod, answer) && !os_is_refused(k, pod, answer) &&
           !handler_is_refused(k, pod, answer);
}

mn_kubelet_answer mn_kubelet_run(const mn_kubelet *k, const mn_pod *pod, const mn_os_need *need)
{
    mn_kubelet_answer answer = {
        .fate = MN_FATE_RUNS, .status = "Running", .reason = "", .message = "", .remark = ""};
    if (mn_kubelet_sandbox(k, pod, &answer) &&
        list_starts(k, &pod->spec.init_containers, true, need, &answer))
        (void)list_starts(k, &pod->spec.containers, false, need, &answer);
    return answer;
}
