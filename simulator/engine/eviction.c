/* SPDX-License-Identifier: Apache-2.0 */
/* Preemption as the API server, kubelet and the controllers see it.
 *
 *     bound -> leaving (deletionTimestamp, DisruptionTarget) -> gone -+-> replaced, waits
 *                                                                     +-> nobody replaces it
 *
 * While it leaves, a Pod holds what it requested; the Pod that it makes room for is
 * nominated, and waits for it to be gone.
 */
#include "simulator/engine/pod_names.h"
#include "simulator/engine/scheduling.h"

#include <string.h>

typedef struct departure {
    mn_moment when;
    size_t slot;
} departure;

static int by_time(const void *a, const void *b, const void *context)
{
    (void)context;
    return mn_moment_compare(&((const departure *)a)->when, &((const departure *)b)->when);
}

mn_heap *mn_departures_new(void)
{
    return mn_heap_new(by_time, NULL);
}

void mn_departures_free(mn_heap *departures)
{
    g_assert(mn_heap_count(departures) == 0);
    mn_heap_free(departures);
}

int64_t mn_next_departure_ms(const mn_scheduling *self)
{
    const departure *next = mn_heap_peek(self->departures);
    return next == NULL ? MN_QUEUE_NEVER : next->when.time_ms;
}

/* ---- leaving */

/* The condition stands first, where the scheduler finds it before any other of its type. */
static const mn_pod *leaving_version(mn_run *run, const mn_pod *pod, const char *message,
                                     int64_t now_ms)
{
    const mn_pod_conditions *old = &pod->status.conditions;
    mn_pod_condition *conditions = MN_ARENA_NEW(run->arena, mn_pod_condition, old->count + 1);
    conditions[0] = (mn_pod_condition){
        .type = "DisruptionTarget",
        .status = "True",
        .reason = "PreemptionByScheduler",
        .message = message,
    };
    for (size_t i = 0; i < old->count; i++)
        conditions[i + 1] = old->items[i];
    mn_pod *leaving = MN_ARENA_NEW(run->arena, mn_pod, 1);
    *leaving = *pod;
    leaving->meta.deleted_ms = (mn_opt_int){.set = true, .value = now_ms};
    leaving->status.conditions = (mn_pod_conditions){.items = conditions, .count = old->count + 1};
    return leaving;
}

static void start_leaving(mn_scheduling *self, size_t i, const char *message)
{
    mn_run *run = self->run;
    mn_slot *slot = &run->slots[i];
    const mn_pod *leaving = leaving_version(run, slot->bound, message, self->now_ms);
    g_hash_table_remove(run->bound, slot->bound);
    slot->bound = leaving;
    slot->is_leaving = true;
    mn_cache_add_pod(run->cache, leaving, leaving->spec.node_name);
    g_hash_table_insert(run->bound, (gpointer)(uintptr_t)leaving, GSIZE_TO_POINTER(i + 1));
    departure *end = MN_ARENA_NEW(run->arena, departure, 1);
    end->slot = i;
    end->when = (mn_moment){
        .time_ms = self->now_ms + MN_TERMINATION_MS,
        .sequence = self->sequence++,
    };
    mn_heap_push(self->departures, end);
}

/* Pods of lower priority that hoped for this node may hope no longer. */
static void end_lesser_nominations(mn_scheduling *self, size_t i, const char *node_name)
{
    mn_run *run = self->run;
    const GArray *nominated = mn_snapshot_nominated(mn_cache_snapshot(run->cache), node_name);
    const int64_t priority = run->slots[i].pod->spec.priority.value;
    g_autoptr(GArray) lesser = g_array_new(FALSE, FALSE, sizeof(size_t));
    for (guint n = 0; nominated != NULL && n < nominated->len; n++) {
        const mn_pod *pod = g_array_index(nominated, mn_pod_info, n).pod;
        const mn_queued_pod *entry = mn_queue_find(self->queue, pod);
        if (pod->spec.priority.value < priority && entry != NULL)
            g_array_append_val(lesser, entry->tag);
    }
    for (guint n = 0; n < lesser->len; n++)
        mn_scheduling_renominate(self, g_array_index(lesser, size_t, n), NULL);
}

static void note_preemption(mn_scheduling *self, size_t preemptor, size_t victim,
                            const char *node_name)
{
    mn_run *run = self->run;
    const mn_record_preemption preemption = {
        .time_ms = self->now_ms,
        .node = node_name,
        .preemptor = preemptor,
        .victim = victim,
        .victim_name = run->records[victim].name,
    };
    g_array_append_val(run->preemptions, preemption);
}

bool mn_evict_for(mn_scheduling *self, size_t i, const mn_outcome *outcome)
{
    mn_run *run = self->run;
    const char *node_name = outcome->nominated_node;
    if (run->slots[i].evictions >= MN_EVICTIONS_MAX) {
        run->slots[i].gave_up = true;
        return false;
    }
    run->slots[i].evictions++;
    const char *message =
        mn_arena_printf(run->arena,
                        "%s: preempting to accommodate a higher priority pod",
                        mn_schedulers_profile(run->schedulers, run->slots[i].pod)->scheduler_name);
    for (size_t v = 0; v < outcome->victim_count; v++) {
        const gsize found = GPOINTER_TO_SIZE(g_hash_table_lookup(run->bound, outcome->victims[v]));
        if (found == 0 || run->slots[found - 1].is_leaving)
            continue;
        note_preemption(self, i, found - 1, node_name);
        start_leaving(self, found - 1, message);
    }
    end_lesser_nominations(self, i, node_name);
    mn_scheduling_renominate(self, i, node_name);
    return true;
}

/* ---- gone */

/* What a controller makes in place of a Pod that is gone: the same, under another name. */
static void replace(mn_scheduling *self, size_t i)
{
    mn_run *run = self->run;
    mn_slot *slot = &run->slots[i];
    const mn_owner_reference *owner = mn_meta_controller(&slot->pod->meta);
    mn_pod *fresh = MN_ARENA_NEW(run->arena, mn_pod, 1);
    *fresh = *slot->pod;
    fresh->spec.node_name = NULL;
    fresh->status = (mn_pod_status){0};
    fresh->meta.deleted_ms = (mn_opt_int){0};
    fresh->meta.uid = mn_arena_printf(run->arena, "pod-%zu-%zu", i, ++slot->replacements);
    if (g_strcmp0(owner->kind, "StatefulSet") != 0) {
        g_autofree char *purpose = g_strdup_printf("replacement of %s", fresh->meta.name);
        mn_rng rng = mn_rng_new(run->seed, purpose);
        const char *prefix = mn_arena_printf(run->arena, "%s-", owner->name);
        fresh->meta.name = mn_generated_name(run->arena, &rng, prefix);
    }
    slot->pod = fresh;
    run->records[i].name = fresh->meta.name;
    run->records[i].existed = false;
    mn_scheduling_enter(self, i);
}

static void end_pod(mn_scheduling *self, size_t i)
{
    mn_run *run = self->run;
    mn_slot *slot = &run->slots[i];
    mn_record_pod *record = &run->records[i];
    const mn_pod *gone = slot->bound;
    mn_cache_remove_pod(run->cache, gone);
    g_hash_table_remove(run->bound, gone);
    slot->bound = NULL;
    slot->is_leaving = false;
    record->node = NULL;
    record->holds = false;
    record->ties = 0;
    record->fate = MN_FATE_FAILED;
    record->status = "Preempted";
    record->reason = "Preempted";
    record->message = gone->status.conditions.items[0].message;
    record->remark = "made room for a Pod of higher priority";
    mn_queue_pod_event(self->queue, gone, NULL, self->now_ms);
    const mn_owner_reference *owner = mn_meta_controller(&slot->pod->meta);
    if (owner != NULL && owner->name != NULL)
        replace(self, i);
}

void mn_depart(mn_scheduling *self)
{
    while (mn_next_departure_ms(self) <= self->now_ms) {
        const departure *end = mn_heap_pop(self->departures);
        end_pod(self, end->slot);
    }
}
