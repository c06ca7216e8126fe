/* SPDX-License-Identifier: Apache-2.0 */
/* A cycle takes no virtual time, so nothing happens during one. What a Pod's slot says is
 * what its last attempt said.
 */
#include "simulator/engine/scheduling.h"

#include "simulator/engine/world_parts.h"

/* ---- what is written down */

static void note_pending(mn_world *world, mn_world_pod *pod, const char *status, const char *reason,
                         const char *message)
{
    const mn_pod_state state = {
        .fate = MN_FATE_PENDING,
        .status = status,
        .reason = reason,
        .message = message,
        .remark = "",
    };
    mn_slot_set_state(world, pod->slot, &state);
}

static void note_gated(mn_world *world, mn_world_pod *pod)
{
    mn_slot_meet_scheduler(world, pod->slot);
    note_pending(world,
                 pod,
                 "SchedulingGated",
                 "SchedulingGated",
                 "Scheduling is blocked due to non-empty scheduling gates");
}

static void note_unplaced(mn_world *world, mn_world_pod *pod, const mn_outcome *outcome)
{
    const char *message = outcome->message;
    if (outcome->kind == MN_OUTCOME_PLACED)
        message = mn_arena_printf(
            world->scratch, "an extender chose \"%s\", and there is no such node", outcome->node);
    note_pending(world, pod, "Pending", "FailedScheduling", message);
    pod->slot->feasible = outcome->feasible;
}

static void note_stranger(mn_world *world, mn_world_pod *pod)
{
    const char *name = pod->pod->spec.scheduler_name;
    note_pending(world,
                 pod,
                 "Pending",
                 "",
                 mn_arena_printf(world->scratch,
                                 "spec.schedulerName is \"%s\": no such scheduler runs here",
                                 name == NULL || *name == '\0' ? "default-scheduler" : name));
}

/* ---- waiting */

void mn_scheduling_enter(mn_world *world, mn_world_pod *pod)
{
    const mn_profile *profile = mn_schedulers_profile(world->schedulers, pod->pod);
    if (profile == NULL) {
        note_stranger(world, pod);
        return;
    }
    note_pending(world, pod, "Pending", "", "");
    mn_queue_add(world->queue, pod->pod, profile, 0, world->now_ms);
    if (mn_queue_find(world->queue, pod->pod)->gate != NULL)
        note_gated(world, pod);
    if (pod->pod->status.nominated_node_name != NULL)
        mn_cache_nominate(world->cache, pod->pod, pod->pod->status.nominated_node_name);
}

/* ---- who looks on */

static mn_sight sight_of(const mn_world *world, const mn_pod *unbound, const mn_pod *bound)
{
    return (mn_sight){
        .cache = world->cache,
        .schedulers = world->schedulers,
        .objects = world->objects,
        .pod = unbound,
        .bound = bound,
        .time_ms = world->now_ms,
    };
}

static const mn_outcome *place(mn_world *world, const mn_pod *pod)
{
    /* Only who ranks higher than somebody can preempt. */
    if (pod->spec.priority.value > mn_cache_snapshot(world->cache)->lowest_priority)
        mn_budgets_refresh(world);
    const mn_sight sight = sight_of(world, pod, NULL);
    if (world->watcher != NULL)
        world->watcher->before(world->watcher->data, &sight);
    const mn_outcome *outcome = mn_scheduler_place(mn_schedulers_find(world->schedulers, pod), pod);
    if (world->watcher != NULL)
        world->watcher->after(world->watcher->data, &sight, outcome);
    return outcome;
}

static void show_pod(const mn_world *world, const mn_world_pod *pod)
{
    mn_pod unbound = *pod->pod;
    if (!pod->by_name)
        unbound.spec.node_name = NULL;
    const mn_sight sight = sight_of(world, &unbound, pod->counted ? pod->pod : NULL);
    world->watcher->at_end(world->watcher->data, &sight);
}

/* NOLINTNEXTLINE(misc-no-recursion): a Deployment, its ReplicaSets, and no deeper */
static void show(const mn_world *world, const mn_world_workload *workload)
{
    for (const mn_world_pod *pod = workload->pods; pod != NULL; pod = pod->of_workload.next) {
        if (!pod->finished)
            show_pod(world, pod);
    }
    for (guint i = 0; i < workload->children->len; i++)
        show(world, workload->children->pdata[i]);
}

void mn_scheduling_show_all(const mn_world *world)
{
    for (guint i = 0; world->watcher != NULL && i < world->workloads->len; i++)
        show(world, world->workloads->pdata[i]);
}

/* ---- one attempt */

static void bind(mn_world *world, mn_queued_pod *entry, mn_world_pod *pod,
                 const mn_outcome *outcome)
{
    mn_world_node *node = mn_world_find_node(world, outcome->node);
    pod->slot->ties = outcome->scored ? outcome->tie_count : 0;
    pod->slot->feasible = outcome->feasible;
    mn_cache_end_nomination(world->cache, pod->pod);
    mn_queue_done(world->queue, entry);
    mn_pod_bind(world, pod, node);
}

static void attempt(mn_world *world, mn_queued_pod *entry)
{
    mn_world_pod *pod = mn_world_pod_of(entry->pod);
    mn_slot_meet_scheduler(world, pod->slot);
    const mn_outcome *outcome = place(world, pod->pod);
    if (outcome->kind == MN_OUTCOME_PLACED && mn_world_find_node(world, outcome->node) != NULL) {
        bind(world, entry, pod, outcome);
        return;
    }
    note_unplaced(world, pod, outcome);
    if (outcome->victim_count > 0 && !mn_preempt_for(world, pod, outcome)) {
        mn_pod_renominate(world, pod, NULL);
        mn_queue_remove(world->queue, pod->pod);
        return;
    }
    if (outcome->ends_nomination)
        mn_pod_renominate(world, pod, NULL);
    const uint32_t rejectors = outcome->kind == MN_OUTCOME_PLACED ? 0 : outcome->rejectors;
    mn_queue_reject(world->queue, entry, rejectors, world->now_ms);
}

bool mn_scheduling_try_next(mn_world *world)
{
    mn_queued_pod *entry = mn_queue_pop(world->queue, world->now_ms);
    if (entry == NULL)
        return false;
    attempt(world, entry);
    return true;
}

int64_t mn_scheduling_next_ms(const mn_world *world)
{
    return mn_queue_next_ms(world->queue);
}
