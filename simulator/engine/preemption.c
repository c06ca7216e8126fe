/* SPDX-License-Identifier: Apache-2.0 */
/* Preemption as the API server and the controllers see it.
 *
 *     bound -> leaving (deletionTimestamp, DisruptionTarget) -> gone
 *
 * Controllers replace a Pod as soon as it leaves. While it leaves, it holds what it
 * requested; the Pod that it makes room for is nominated, and waits for it to be gone.
 */
#include "simulator/engine/scheduling.h"
#include "simulator/engine/world_parts.h"

/* Pods of lower priority that hoped for this node may hope no longer. */
static void end_lesser_nominations(mn_world *world, const mn_world_pod *pod, const char *node_name)
{
    const GArray *nominated = mn_snapshot_nominated(mn_cache_snapshot(world->cache), node_name);
    const int64_t priority = pod->pod->spec.priority.value;
    g_autoptr(GPtrArray) lesser = g_ptr_array_new();
    for (guint n = 0; nominated != NULL && n < nominated->len; n++) {
        const mn_pod *other = g_array_index(nominated, mn_pod_info, n).pod;
        if (other->spec.priority.value < priority && mn_queue_find(world->queue, other) != NULL)
            g_ptr_array_add(lesser, mn_world_pod_of(other));
    }
    for (guint n = 0; n < lesser->len; n++)
        mn_pod_renominate(world, lesser->pdata[n], NULL);
}

static const char *subject_of(mn_world *world, mn_world_workload *workload)
{
    const mn_world_workload *top = mn_workload_top(workload);
    g_autofree char *text = g_strdup_printf("%s %s/%s", top->kind, top->namespace_, top->name);
    return mn_world_text(world, text);
}

/* The first few are kept, all are counted. */
static void note(mn_world *world, const mn_world_pod *pod, const mn_world_pod *victim,
                 const char *node_name)
{
    enum { KEPT = 1000 };
    world->preemption_count++;
    if (world->preemptions->len >= KEPT)
        return;
    const mn_world_preemption one = {
        .time_ms = world->now_ms,
        .node = node_name,
        .preemptor = pod->slot->number,
        .victim = victim->slot->number,
        .preemptor_namespace = pod->workload->namespace_,
        .victim_namespace = victim->workload->namespace_,
        .preemptor_name = mn_arena_strdup(world->arena, pod->name),
        .victim_name = mn_arena_strdup(world->arena, victim->name),
        .by = subject_of(world, pod->workload),
        .of = subject_of(world, victim->workload),
    };
    g_array_append_val(world->preemptions, one);
}

bool mn_preempt_for(mn_world *world, mn_world_pod *pod, const mn_outcome *outcome)
{
    const char *node_name = outcome->nominated_node;
    if (pod->preemptions >= MN_EVICTIONS_MAX) {
        pod->gave_up = true;
        return false;
    }
    pod->preemptions++;
    const char *scheduler = mn_schedulers_profile(world->schedulers, pod->pod)->scheduler_name;
    const char *message = mn_world_text(
        world,
        mn_arena_printf(
            world->scratch, "%s: preempting to accommodate a higher priority pod", scheduler));
    for (size_t v = 0; v < outcome->victim_count; v++) {
        mn_world_pod *victim = mn_world_pod_of(outcome->victims[v]);
        if (victim->leaving)
            continue;
        if (victim->slot != NULL)
            note(world, pod, victim, node_name);
        mn_pod_preempt(world, victim, message);
    }
    end_lesser_nominations(world, pod, node_name);
    mn_pod_renominate(world, pod, node_name);
    return true;
}
