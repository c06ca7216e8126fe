/* SPDX-License-Identifier: Apache-2.0 */
/* One Pod after another, as the queue hands them out, until nothing more can change.
 *
 * A cycle takes no virtual time, so nothing happens during one. What a Pod's record says is
 * what its last attempt said.
 */
#include "simulator/engine/scheduling.h"

/* ---- what is written down */

static void note_sequence(mn_run *run, size_t i)
{
    mn_slot *slot = &run->slots[i];
    if (!slot->has_sequence)
        run->records[i].sequence = run->sequence++;
    slot->has_sequence = true;
}

static void note_gated(mn_run *run, size_t i)
{
    note_sequence(run, i);
    mn_run_note_pending(run,
                        i,
                        "SchedulingGated",
                        "SchedulingGated",
                        "Scheduling is blocked due to non-empty scheduling gates");
}

static void note_unplaced(mn_run *run, size_t i, const mn_outcome *outcome)
{
    const char *message = outcome->message;
    if (outcome->kind == MN_OUTCOME_PLACED)
        message = mn_arena_printf(
            run->arena, "an extender chose \"%s\", and there is no such node", outcome->node);
    mn_run_note_pending(run, i, "Pending", "FailedScheduling", message);
    run->records[i].feasible = outcome->feasible;
}

/* ---- waiting */

static void note_stranger(mn_run *run, size_t i)
{
    const char *name = run->slots[i].pod->spec.scheduler_name;
    mn_run_note_pending(
        run,
        i,
        "Pending",
        "",
        mn_arena_printf(run->arena,
                        "spec.schedulerName is \"%s\": no such scheduler runs here",
                        name == NULL || *name == '\0' ? "default-scheduler" : name));
}

void mn_scheduling_enter(mn_scheduling *self, size_t i)
{
    const mn_pod *pod = self->run->slots[i].pod;
    const mn_profile *profile = mn_schedulers_profile(self->run->schedulers, pod);
    if (profile == NULL) {
        note_stranger(self->run, i);
        return;
    }
    mn_queue_add(self->queue, pod, profile, i, self->now_ms);
    if (mn_queue_find(self->queue, pod)->gate != NULL)
        note_gated(self->run, i);
    if (pod->status.nominated_node_name != NULL)
        mn_cache_nominate(self->run->cache, pod, pod->status.nominated_node_name);
}

void mn_scheduling_renominate(mn_scheduling *self, size_t i, const char *node_name)
{
    mn_run *run = self->run;
    const mn_pod *before = run->slots[i].pod;
    if (node_name == NULL && before->status.nominated_node_name == NULL)
        return;
    mn_pod *after = MN_ARENA_NEW(run->arena, mn_pod, 1);
    *after = *before;
    after->status.nominated_node_name = node_name;
    run->slots[i].pod = after;
    mn_cache_end_nomination(run->cache, before);
    if (node_name != NULL)
        mn_cache_nominate(run->cache, after, node_name);
    mn_queue_update(self->queue, before, after, self->now_ms);
}

/* ---- who looks on */

static mn_sight sight_of(const mn_scheduling *self, size_t i)
{
    return (mn_sight){
        .cache = self->run->cache,
        .schedulers = self->run->schedulers,
        .pod = self->run->slots[i].pod,
        .bound = self->run->slots[i].bound,
        .time_ms = self->now_ms,
    };
}

static const mn_outcome *place(mn_scheduling *self, size_t i)
{
    mn_run *run = self->run;
    mn_scheduler *scheduler = mn_schedulers_find(run->schedulers, run->slots[i].pod);
    const mn_sight sight = sight_of(self, i);
    if (run->watcher != NULL)
        run->watcher->before(run->watcher->data, &sight);
    const mn_outcome *outcome = mn_scheduler_place(scheduler, run->slots[i].pod);
    if (run->watcher != NULL)
        run->watcher->after(run->watcher->data, &sight, outcome);
    return outcome;
}

static void show_all(mn_scheduling *self)
{
    const mn_run *run = self->run;
    for (size_t i = 0; run->watcher != NULL && i < run->plan->pods->len; i++) {
        const mn_sight sight = sight_of(self, i);
        if (sight.pod != NULL)
            run->watcher->at_end(run->watcher->data, &sight);
    }
}

/* ---- one attempt */

static void bind(mn_scheduling *self, mn_queued_pod *entry, const mn_outcome *outcome, size_t node)
{
    mn_run *run = self->run;
    const size_t i = entry->tag;
    run->records[i].ties = outcome->scored ? outcome->tie_count : 0;
    run->records[i].feasible = outcome->feasible;
    mn_cache_end_nomination(run->cache, run->slots[i].pod);
    mn_queue_done(self->queue, entry);
    if (mn_run_arrive(run, i, node))
        mn_queue_pod_event(self->queue, NULL, run->slots[i].bound, self->now_ms);
}

static void attempt(mn_scheduling *self, mn_queued_pod *entry)
{
    mn_run *run = self->run;
    const size_t i = entry->tag;
    note_sequence(run, i);
    const mn_outcome *outcome = place(self, i);
    size_t node;
    if (outcome->kind == MN_OUTCOME_PLACED && mn_run_find_node(run, outcome->node, &node)) {
        bind(self, entry, outcome, node);
        return;
    }
    note_unplaced(run, i, outcome);
    if (outcome->victim_count > 0 && !mn_evict_for(self, i, outcome)) {
        mn_scheduling_renominate(self, i, NULL);
        mn_queue_remove(self->queue, run->slots[i].pod);
        return;
    }
    if (outcome->ends_nomination)
        mn_scheduling_renominate(self, i, NULL);
    const uint32_t rejectors = outcome->kind == MN_OUTCOME_PLACED ? 0 : outcome->rejectors;
    mn_queue_reject(self->queue, entry, rejectors, self->now_ms);
}

/* ---- the whole */

static void run_to_rest(mn_scheduling *self)
{
    while (self->now_ms != MN_QUEUE_NEVER) {
        mn_depart(self);
        mn_queue_advance(self->queue, self->now_ms);
        mn_queued_pod *entry = mn_queue_pop(self->queue, self->now_ms);
        for (; entry != NULL; entry = mn_queue_pop(self->queue, self->now_ms))
            attempt(self, entry);
        self->now_ms = MIN(mn_next_departure_ms(self), mn_queue_next_ms(self->queue));
    }
}

void mn_schedule(mn_run *run)
{
    const mn_scheduler_config *config = run->scenario->scheduler;
    mn_queue_options options = {0};
    if (config != NULL)
        options = (mn_queue_options){config->initial_backoff_ms, config->max_backoff_ms};
    mn_scheduling self = {
        .run = run,
        .queue = mn_queue_new(run->cache, mn_schedulers_first_profile(run->schedulers), &options),
        .departures = mn_departures_new(),
    };
    for (size_t i = 0; i < run->plan->pods->len; i++) {
        const mn_pod *pod = run->slots[i].pod;
        if (pod != NULL && !mn_pod_is_assigned(pod))
            mn_scheduling_enter(&self, i);
    }
    run_to_rest(&self);
    show_all(&self);
    mn_departures_free(self.departures);
    mn_queue_free(self.queue);
}
