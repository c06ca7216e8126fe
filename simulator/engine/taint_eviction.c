/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/engine/taint_eviction.h"

#include "simulator/engine/kubelet_start.h"

/* How long the Pod may stay, in ms; MN_NEVER: for ever. A taint may be tolerated by several
 * tolerations; the first that fits counts, as in v1.GetMatchingTolerations. */
static int64_t patience_of(const mn_pod_spec *spec, const mn_node *node, bool *any)
{
    int64_t least_ms = MN_NEVER;
    *any = false;
    for (size_t i = 0; i < node->spec.taints.count; i++) {
        const mn_taint *taint = &node->spec.taints.items[i];
        if (taint->effect != MN_EFFECT_NO_EXECUTE)
            continue;
        *any = true;
        size_t j = 0;
        while (j < spec->tolerations.count &&
               !mn_toleration_tolerates(&spec->tolerations.items[j], taint))
            j++;
        if (j == spec->tolerations.count)
            return 0;
        const mn_opt_int *seconds = &spec->tolerations.items[j].seconds;
        if (seconds->set)
            least_ms = MIN(least_ms, MAX(seconds->value, 0) * 1000);
    }
    return least_ms;
}

static void time_is_up(mn_world *world, mn_world_pod *pod)
{
    const mn_life *life = mn_life_of(pod);
    if (!pod->leaving && pod->node != NULL && life->evicted_ms == world->now_ms)
        mn_world_delete_pod(world, pod, MN_DEPARTS_TAINTED, -1);
}

void mn_taint_eviction_look(mn_world *world, mn_world_pod *pod)
{
    bool any;
    mn_life *life = mn_life_of(pod);
    if (pod->leaving || pod->finished)
        return;
    const int64_t patience_ms = patience_of(&pod->pod->spec, pod->node->node, &any);
    if (!any || patience_ms == MN_NEVER) {
        life->evicted_ms = MN_NEVER;
        return;
    }
    if (patience_ms == 0) {
        mn_world_delete_pod(world, pod, MN_DEPARTS_TAINTED, -1);
        return;
    }
    if (life->evicted_ms != MN_NEVER) /* its time runs already */
        return;
    life->evicted_ms = world->now_ms + patience_ms;
    mn_world_alarm(world, pod, life->evicted_ms, false, time_is_up);
}
