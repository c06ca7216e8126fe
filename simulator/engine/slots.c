/* SPDX-License-Identifier: Apache-2.0 */
/* Places in workloads, which one Pod after another fills.
 *
 * A slot keeps what became of its last Pod until the next one takes it: a Deployment whose
 * kubelets refuse every Pod has as many slots as replicas, however long that goes on.
 */
#include "simulator/engine/loops.h"
#include "simulator/engine/world_parts.h"

#include <string.h>

static void append(mn_world_workload *workload, mn_slot *slot)
{
    slot->prev = workload->last_slot;
    if (workload->last_slot != NULL)
        workload->last_slot->next = slot;
    else
        workload->slots = slot;
    workload->last_slot = slot;
    workload->slot_count++;
}

static void unlink_slot(mn_slot *slot)
{
    mn_world_workload *workload = slot->workload;
    if (slot->prev != NULL)
        slot->prev->next = slot->next;
    else
        workload->slots = slot->next;
    if (slot->next != NULL)
        slot->next->prev = slot->prev;
    else
        workload->last_slot = slot->prev;
    workload->slot_count--;
}

static void leave_vacant(mn_slot *slot)
{
    mn_world_workload *workload = slot->workload;
    mn_slot *before = NULL, *at = workload->vacant;
    for (; at != slot; at = at->next_vacant)
        before = at;
    if (before == NULL)
        workload->vacant = slot->next_vacant;
    else
        before->next_vacant = slot->next_vacant;
    if (workload->last_vacant == slot)
        workload->last_vacant = before;
    slot->next_vacant = NULL;
    slot->vacant = false;
    workload->vacant_count--;
}

mn_slot *mn_slot_new(mn_world *world, mn_world_workload *workload)
{
    mn_slot *slot = g_new0(mn_slot, 1);
    slot->workload = workload;
    slot->number = world->numbers++;
    slot->sequence = SIZE_MAX;
    slot->created_ms = world->now_ms;
    slot->scheduled_ms = slot->ready_ms = -1;
    slot->state = (mn_pod_state){MN_FATE_PENDING, false, "", "", "", ""};
    append(workload, slot);
    return slot;
}

mn_slot *mn_slot_take(mn_world *world, mn_world_workload *workload)
{
    mn_slot *slot = workload->vacant;
    if (slot == NULL)
        return mn_slot_new(world, workload);
    leave_vacant(slot);
    return slot;
}

void mn_slot_claim(mn_slot *slot)
{
    if (slot->vacant)
        leave_vacant(slot);
}

void mn_slot_vacate(mn_slot *slot)
{
    mn_world_workload *workload = slot->workload;
    slot->pod = NULL;
    if (slot->vacant)
        return;
    slot->vacant = true;
    if (workload->last_vacant != NULL)
        workload->last_vacant->next_vacant = slot;
    else
        workload->vacant = slot;
    workload->last_vacant = slot;
    workload->vacant_count++;
}

void mn_slot_free(mn_slot *slot)
{
    g_free(slot->name);
    g_free(slot->message);
    g_free(slot);
}

void mn_slot_close(mn_world *world, mn_slot *slot)
{
    mn_loop_forget(world, slot);
    if (slot->vacant)
        leave_vacant(slot);
    if (slot->pod != NULL)
        slot->pod->slot = NULL;
    unlink_slot(slot);
    mn_slot_free(slot);
}

void mn_slot_close_vacant(mn_world *world, mn_world_workload *workload, size_t keep)
{
    mn_slot *slot = workload->last_slot;
    while (slot != NULL && workload->vacant_count > keep) {
        mn_slot *before = slot->prev;
        if (slot->vacant)
            mn_slot_close(world, slot);
        slot = before;
    }
}

void mn_slot_fill(mn_world *world, mn_slot *slot, const mn_pod *sample, const char *name)
{
    if (slot->lost) {
        slot->recreations++;
        mn_workload_top(slot->workload)->recreated++;
    }
    slot->lost = false;
    g_free(slot->name);
    slot->name = g_strdup(name);
    slot->sample = sample;
    slot->node = NULL;
    slot->existed = false;
    slot->ties = slot->feasible = 0;
    slot->scheduled_ms = slot->ready_ms = -1;
    slot->priority = sample->spec.priority.value;
    const mn_pod_class *class_ = mn_cache_class_of(world->cache, sample);
    slot->requests = (mn_record_amount){.milli_cpu = class_->requested.milli_cpu,
                                        .memory_bytes = class_->requested.memory};
}

void mn_slot_set_state(mn_world *world, mn_slot *slot, const mn_pod_state *state)
{
    const char *message = state->message == NULL ? "" : state->message;
    slot->state = (mn_pod_state){
        .fate = state->fate,
        .holds = state->holds,
        .status = mn_world_text(world, state->status),
        .reason = mn_world_text(world, state->reason),
        .remark = mn_world_text(world, state->remark),
        .message = slot->message,
    };
    if (slot->message != NULL && strcmp(slot->message, message) == 0)
        return;
    g_free(slot->message);
    slot->message = g_strdup(message);
    slot->state.message = slot->message;
}

void mn_slot_meet_scheduler(mn_world *world, mn_slot *slot)
{
    if (slot->sequence == SIZE_MAX)
        slot->sequence = world->sequence++;
}
