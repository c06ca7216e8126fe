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

static bool is_kept_away(const mn_pod *pod, const mn_node *node)
{
    const mn_taints *taints = &node->spec.taints;
    for (size_t i = 0; i < taints->count; i++) {
        if (taints->items[i].effect != MN_EFFECT_PREFER_NO_SCHEDULE &&
            !mn_tolerations_tolerate(&pod->spec.tolerations, &taints->items[i]))
            return true;
    }
    return false;
}

/* Its own tolerations changed, or it tolerates a node that it did not. */
static bool hint(const mn_cycle *cycle, const mn_event *event)
{
    if (event->node == NULL)
        return mn_pod_is_same(event->pod.pod, cycle->pod);
    return !is_kept_away(cycle->pod, event->node) &&
           (event->old_node == NULL || is_kept_away(cycle->pod, event->old_node));
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
    .events = ON(NODE_ADD) | ON(NODE_TAINTS) | ON(POD_TOLERATIONS),
    .hint = hint,
};
