/* SPDX-License-Identifier: Apache-2.0 */
/* NodeName: a Pod that names its node fits nowhere else. */
#include "core/plugins/plugins.h"

#include <string.h>

MN_VERDICT_CONST(another, MN_CODE_UNRESOLVABLE, "node(s) didn't match the requested node name");

static mn_verdict filter(const mn_cycle *cycle, const mn_node_info *node)
{
    const char *wanted = cycle->pod->spec.node_name;
    if (wanted == NULL || *wanted == '\0' || strcmp(wanted, mn_node_info_name(node)) == 0)
        return mn_fits();
    return another;
}

const mn_plugin mn_plugin_node_name = {
    .name = "NodeName",
    .summary = "spec.nodeName of the Pod, when set, must name this node",
    .index = MN_INDEX_node_name,
    .points = AT(FILTER),
    .filter_scope = MN_SCOPE_NODE,
    .filter = filter,
    .events = ON(NODE_ADD),
};
