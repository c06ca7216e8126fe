/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/engine/loops.h"

#include "simulator/engine/controllers/controller.h"

enum { PROBE_FIRST_MS = 60 * 1000, PROBE_LAST_MS = 24 * 60 * 60 * 1000 };

/* ---- Failed Pods that stay */

/* The garbage collector takes the oldest; of loops that run side by side that is the same
 * share of each. */
static void collect_garbage(mn_world *world)
{
    const double share = (double)MN_FAILED_PODS_MAX / (double)world->failed_left;
    size_t left = 0;
    for (guint i = 0; i < world->workloads->len; i++) {
        mn_world_workload *workload = world->workloads->pdata[i];
        workload->failed_left = (size_t)((double)workload->failed_left * share);
        left += workload->failed_left;
    }
    world->failed_left = left;
}

void mn_loops_leave_failed(mn_world *world, mn_world_workload *workload, size_t count)
{
    mn_workload_top(workload)->failed_left += count;
    world->failed_left += count;
    if (world->failed_left > MN_FAILED_PODS_MAX)
        collect_garbage(world);
}

/* ---- counting */

static void settle(mn_world *world, mn_slot *slot)
{
    const int64_t rounds = (world->now_ms - slot->loop.since_ms) / slot->loop.period_ms;
    if (rounds <= 0)
        return;
    mn_world_workload *top = mn_workload_top(slot->workload);
    slot->loop.since_ms += rounds * slot->loop.period_ms;
    slot->recreations += (size_t)rounds;
    top->recreated += (size_t)rounds;
    top->created += (size_t)rounds;
    if (!mn_controller_deletes_failed(slot->workload))
        mn_loops_leave_failed(world, slot->workload, (size_t)rounds);
}

void mn_loops_settle(mn_world *world)
{
    for (guint i = 0; i < world->looping->len; i++)
        settle(world, world->looping->pdata[i]);
}

/* ---- in and out */

static void probe(void *context, void *data);

static void set_probe(mn_world *world, int64_t time_ms)
{
    if (world->probe_ms > world->now_ms && world->probe_ms <= time_ms)
        return;
    world->probe_ms = time_ms;
    const mn_alarm alarm = {
        .time_ms = time_ms,
        .phase = MN_PHASE_CONTROLLER,
        .background = true,
        .ring = probe,
    };
    mn_clock_set(world->clock, &alarm);
}

static void begin(mn_world *world, mn_slot *slot, int64_t period_ms)
{
    slot->loop.on = true;
    slot->loop.since_ms = world->now_ms;
    slot->loop.period_ms = MAX(1, period_ms);
    slot->loop.wait_ms =
        slot->loop.wait_ms == 0 ? PROBE_FIRST_MS : MIN(2 * slot->loop.wait_ms, PROBE_LAST_MS);
    slot->loop.probe_ms = world->now_ms + MAX(slot->loop.wait_ms, slot->loop.period_ms);
    slot->loop.place = world->looping->len;
    g_ptr_array_add(world->looping, slot);
    slot->workload->looping_count++;
    mn_slot_claim(slot);
    set_probe(world, slot->loop.probe_ms);
}

bool mn_loop_note_failure(mn_world *world, mn_slot *slot, int64_t period_ms)
{
    if (slot->loop.failures == 0 || slot->loop.seen_changes != world->node_changes) {
        slot->loop.failures = 0;
        slot->loop.wait_ms = 0;
        slot->loop.seen_changes = world->node_changes;
        slot->loop.first_ms = world->now_ms;
    }
    slot->loop.failures++;
    if (slot->loop.failures < MN_LOOP_PROOF)
        return false;
    if (slot->loop.failures == MN_LOOP_PROOF)
        slot->loop.measured_ms = (world->now_ms - slot->loop.first_ms) / (MN_LOOP_PROOF - 1);
    begin(world, slot, period_ms > 0 ? period_ms : slot->loop.measured_ms);
    return true;
}

/* The last one moves into the place of the one that leaves. */
void mn_loop_forget(mn_world *world, mn_slot *slot)
{
    if (!slot->loop.on)
        return;
    settle(world, slot);
    mn_slot *last = world->looping->pdata[world->looping->len - 1];
    world->looping->pdata[slot->loop.place] = last;
    last->loop.place = slot->loop.place;
    g_ptr_array_set_size(world->looping, (gint)world->looping->len - 1);
    slot->loop.on = false;
    slot->workload->looping_count--;
}

void mn_loop_end(mn_world *world, mn_slot *slot)
{
    mn_loop_forget(world, slot);
    mn_slot_vacate(slot);
    mn_workload_touch(world, slot->workload);
}

static int by_number(const void *a, const void *b)
{
    const mn_slot *x = *(mn_slot *const *)a, *y = *(mn_slot *const *)b;
    return (x->number > y->number) - (x->number < y->number);
}

/* In the order of the slots, which decides who is filled first. */
static void end_those(mn_world *world, const mn_world_workload *workload, int64_t due_ms)
{
    g_autoptr(GPtrArray) chosen = g_ptr_array_new();
    for (guint i = 0; i < world->looping->len; i++) {
        mn_slot *slot = world->looping->pdata[i];
        if ((workload == NULL || slot->workload == workload) && slot->loop.probe_ms <= due_ms)
            g_ptr_array_add(chosen, slot);
    }
    g_ptr_array_sort(chosen, by_number);
    for (guint i = 0; i < chosen->len; i++)
        mn_loop_end(world, chosen->pdata[i]);
}

void mn_loops_end_all(mn_world *world)
{
    end_those(world, NULL, MN_NEVER);
}

void mn_loops_end_of(mn_world *world, mn_world_workload *workload)
{
    if (workload->looping_count > 0)
        end_those(world, workload, MN_NEVER);
}

/* Other Pods may have left a better place free. */
static void probe(void *context, void *data)
{
    mn_world *world = context;
    int64_t next_ms = MN_NEVER;
    (void)data;
    end_those(world, NULL, world->now_ms);
    for (guint i = 0; i < world->looping->len; i++)
        next_ms = MIN(next_ms, ((const mn_slot *)world->looping->pdata[i])->loop.probe_ms);
    if (next_ms != MN_NEVER)
        set_probe(world, next_ms);
}
