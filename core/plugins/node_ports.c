/* SPDX-License-Identifier: Apache-2.0 */
/* NodePorts: the host ports that a Pod wants are free on the node. */
#include "core/plugins/plugins.h"

MN_VERDICT_CONST(taken, MN_CODE_UNSCHEDULABLE,
                 "node(s) didn't have free ports for the requested pod ports");

static mn_verdict pre_filter(mn_cycle *cycle, mn_name_set *restricted_to)
{
    (void)restricted_to;
    return cycle->class_->port_count == 0 ? mn_skips() : mn_fits();
}

static mn_verdict filter(const mn_cycle *cycle, const mn_node_info *node)
{
    const mn_pod_class *class_ = cycle->class_;
    return mn_node_info_ports_conflict(node, class_->ports, class_->port_count) ? taken : mn_fits();
}

const mn_plugin mn_plugin_node_ports = {
    .name = "NodePorts",
    .summary = "host ports of the Pod are free on the node",
    .index = MN_INDEX_node_ports,
    .points = AT(PRE_FILTER) | AT(FILTER),
    .filter_scope = MN_SCOPE_LOCAL,
    .pre_filter = pre_filter,
    .filter = filter,
};
