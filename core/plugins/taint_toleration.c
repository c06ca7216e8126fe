/* SPDX-License-Identifier: Apache-2.0 */
/* TaintToleration: taints that a Pod does not tolerate keep it away (NoSchedule,
 * NoExecute) or cost it score (PreferNoSchedule). */
#include "core/plugins/plugins.h"

static mn_verdict filter(const mn_cycle *cycle, const mn_node_info *node)
{
    const mn_taints *taints = &node->node->spec.taints;
    for (size_t i = 0; i < taints->count; i++) {
        const mn_taint *taint = &taints->items[i];
        if (taint->effect == MN_EFFECT_PREFER_NO_SCHEDULE ||
            mn_tolerations_tolerate(&cycle->pod->spec.tolerations, taint))
            continue;
        return mn_verdict_printf(cycle->arena,
                                 MN_CODE_UNRESOLVABLE,
                                 "node(s) had untolerated taint {%s: %s}",
                                 taint->key,
                                 taint->value);
    }
    return mn_fits();
}

/* Only tolerations that could mean PreferNoSchedule are looked at, which is what
 * tolerating demands anyway. */
static mn_verdict score(const mn_cycle *cycle, const mn_node_info *node, int64_t *raw)
{
    const mn_taints *taints = &node->node->spec.taints;
    *raw = 0;
    for (size_t i = 0; i < taints->count; i++) {
        const mn_taint *taint = &taints->items[i];
        *raw += taint->effect == MN_EFFECT_PREFER_NO_SCHEDULE &&
                !mn_tolerations_tolerate(&cycle->pod->spec.tolerations, taint);
    }
    return mn_fits();
}

static void normalize(const mn_cycle *cycle, mn_node_run feasible, int64_t *scores)
{
    (void)cycle;
    mn_normalize_default(scores, feasible.count, true);
}

const mn_plugin mn_plugin_taint_toleration = {
    .name = "TaintToleration",
    .summary = "taints of the node against tolerations of the Pod",
    .index = MN_INDEX_taint_toleration,
    .points = AT(FILTER) | AT(PRE_SCORE) | AT(SCORE),
    .weight = 3,
    .filter_scope = MN_SCOPE_NODE,
    .score_scope = MN_SCOPE_NODE,
    .filter = filter,
    .score = score,
    .normalize = normalize,
};
