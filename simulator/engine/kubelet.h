/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a Pod once it is bound to a node.
 *
 * kubelet's admission, then the pull of each image and the start of its container, as far as
 * OS and Windows build decide. Source of the texts: kubelet v1.34, containerd, hcsshim.
 */
#ifndef MN_KUBELET_H
#define MN_KUBELET_H

#include "mullion/cluster/node_info.h"
#include "simulator/engine/image_truth.h"

/* As in mn_record_pod; strings are static or in the arena. */
typedef struct mn_kubelet_answer {
    mn_fate fate;
    bool holds;
    bool pulled; /* the image came, and its container fails */
    const char *status, *reason, *message, *remark;
} mn_kubelet_answer;

typedef struct mn_kubelet {
    mn_arena *arena;
    const mn_truth *truth;
    const mn_node *node;
    mn_os_offer offer; /* of the node, by the truth's policy */
} mn_kubelet;

/* Does kubelet take the Pod, and make its sandbox? If not, *answer says what becomes of it. */
bool mn_kubelet_sandbox(const mn_kubelet *kubelet, const mn_pod *pod, mn_kubelet_answer *answer);

/* Does the container, which has an image, start? `init`: it is an init container. */
bool mn_kubelet_container(const mn_kubelet *kubelet, const mn_container *container, bool init,
                          const mn_os_need *need, mn_kubelet_answer *answer);

/* Does the Pod start, all in all? */
mn_kubelet_answer mn_kubelet_run(const mn_kubelet *kubelet, const mn_pod *pod,
                                 const mn_os_need *need);

/* For Pods that no scheduler placed (spec.nodeName in a manifest): resources, selectors, ports
 * and NoExecute taints, against a node that does not count the Pod yet. True: admitted. */
bool mn_kubelet_admits(const mn_kubelet *kubelet, const mn_pod *pod, const mn_node_info *info,
                       const mn_pod_class *pod_class, mn_kubelet_answer *answer);

#endif
