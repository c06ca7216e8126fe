/* SPDX-License-Identifier: Apache-2.0 */
/* NodePorts: the host ports that a Pod wants are free on the node. */
#include "core/plugins/plugins.h"

#include <string.h>

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

static bool overlap(const mn_host_port *a, const mn_host_port *b)
{
    static const char any[] = "0.0.0.0";
    return a->port == b->port && strcmp(a->protocol, b->protocol) == 0 &&
           (strcmp(a->ip, b->ip) == 0 || strcmp(a->ip, any) == 0 || strcmp(b->ip, any) == 0);
}

/* A node came, or a Pod went that had one of the ports. */
static bool hint(const mn_cycle *cycle, const mn_event *event)
{
    const mn_pod_class *wanted = cycle->class_, *gone = event->old_pod.class_;
    if (event->kind == MN_EVENT_NODE_ADD)
        return true;
    for (size_t i = 0; i < wanted->port_count * gone->port_count; i++) {
        if (overlap(&wanted->ports[i / gone->port_count], &gone->ports[i % gone->port_count]))
            return true;
    }
    return false;
}

const mn_plugin mn_plugin_node_ports = {
    .name = "NodePorts",
    .summary = "host ports of the Pod are free on the node",
    .index = MN_INDEX_node_ports,
    .points = AT(PRE_FILTER) | AT(FILTER),
    .filter_scope = MN_SCOPE_LOCAL,
    .pre_filter = pre_filter,
    .filter = filter,
    .events = ON(NODE_ADD) | ON(POD_DELETE),
    .hint = hint,
};
