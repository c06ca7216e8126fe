/* SPDX-License-Identifier: Apache-2.0 */
/* NodeUnschedulable: a cordoned node takes only Pods that tolerate being there. */
#include "core/plugins/plugins.h"

MN_VERDICT_CONST(cordoned, MN_CODE_UNRESOLVABLE, "node(s) were unschedulable");

static mn_verdict filter(const mn_cycle *cycle, const mn_node_info *node)
{
    static const mn_taint taint = {
        .key = "node.kubernetes.io/unschedulable",
        .value = "",
        .effect = MN_EFFECT_NO_SCHEDULE,
    };
    if (!node->node->spec.unschedulable ||
        mn_tolerations_tolerate(&cycle->pod->spec.tolerations, &taint))
        return mn_fits();
    return cordoned;
}

/* Its own tolerations changed, or a node that was not open to all is now. */
static bool hint(const mn_cycle *cycle, const mn_event *event)
{
    if (event->node == NULL)
        return mn_pod_is_same(event->pod.pod, cycle->pod);
    return !event->node->spec.unschedulable &&
           (event->old_node == NULL || event->old_node->spec.unschedulable);
}

const mn_plugin mn_plugin_node_unschedulable = {
    .name = "NodeUnschedulable",
    .summary = "spec.unschedulable of the node, unless tolerated",
    .index = MN_INDEX_node_unschedulable,
    .points = AT(FILTER),
    .filter_scope = MN_SCOPE_NODE,
    .filter = filter,
    .events = ON(NODE_ADD) | ON(NODE_TAINTS) | ON(POD_TOLERATIONS),
    .hint = hint,
};
