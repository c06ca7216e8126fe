/* SPDX-License-Identifier: Apache-2.0 */
/* The scheduling queue.
 *
 * Invariant: an entry stands in `entries`, and in exactly one of: the heap of its place, the
 * array `resting`, nowhere (in flight). Heaps have a total order, so that the order of
 * `resting`, which changes as entries leave, decides nothing.
 */
#include "core/sched/queue.h"

#include "core/sched/cycle.h"

#include <string.h>

enum { SECOND_MS = 1000 };

/* ------------------------------------------------------------------ orders */

static int order_of(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* QueueSort, then who came first. */
static int by_turn(const void *a, const void *b, const void *context)
{
    const mn_queued_pod *x = a, *y = b;
    const mn_queue *queue = context;
    const int sorted = queue->sort == NULL ? 0 : queue->sort(x->pod, y->pod);
    if (sorted != 0)
        return sorted;
    const int waited = order_of(x->queued_ms, y->queued_ms);
    return waited != 0 ? waited : order_of((int64_t)x->sequence, (int64_t)y->sequence);
}

/* Backoffs end at whole seconds; among those of one second as in the active queue. */
static int by_backoff(const void *a, const void *b, const void *context)
{
    const mn_queued_pod *x = a, *y = b;
    const int order = order_of(x->backoff_until_ms, y->backoff_until_ms);
    return order != 0 ? order : by_turn(a, b, context);
}

mn_queue *mn_queue_new(mn_cache *cache, const mn_profile *profile, const mn_queue_options *options)
{
    mn_queue *queue = g_new0(mn_queue, 1);
    const mn_plugin_list *sorts = &profile->points[MN_POINT_QUEUE_SORT];
    queue->cache = cache;
    queue->options = *options;
    if (queue->options.initial_backoff_ms == 0)
        queue->options.initial_backoff_ms = MN_QUEUE_INITIAL_BACKOFF_MS;
    if (queue->options.max_backoff_ms == 0)
        queue->options.max_backoff_ms = MN_QUEUE_MAX_BACKOFF_MS;
    queue->sort = sorts->count == 0 ? NULL : sorts->items[0]->less;
    queue->arena = mn_arena_new();
    queue->entries = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
    queue->active = mn_heap_new(by_turn, queue);
    queue->backoff = mn_heap_new(by_backoff, queue);
    queue->resting = g_ptr_array_new();
    queue->events = g_array_new(FALSE, FALSE, sizeof(mn_event));
    mn_queue_find_interests(queue);
    return queue;
}

void mn_queue_free(mn_queue *queue)
{
    if (queue == NULL)
        return;
    g_array_unref(queue->events);
    g_ptr_array_unref(queue->resting);
    mn_heap_free(queue->backoff);
    mn_heap_free(queue->active);
    g_hash_table_unref(queue->entries);
    mn_arena_free(queue->arena);
    g_free(queue);
}

size_t mn_queue_count(const mn_queue *queue)
{
    return g_hash_table_size(queue->entries);
}

static gpointer key_of(const mn_pod *pod)
{
    return (gpointer)(uintptr_t)pod;
}

static mn_queued_pod *find(const mn_queue *queue, const mn_pod *pod)
{
    return g_hash_table_lookup(queue->entries, key_of(pod));
}

const mn_queued_pod *mn_queue_find(const mn_queue *queue, const mn_pod *pod)
{
    return find(queue, pod);
}

/* ------------------------------------------------------------------ backoff */

/* 1 s, 2 s, 4 s, ...: by rejections, or by errors while there are only errors. */
static int64_t backoff_of(const mn_queue *queue, const mn_queued_pod *entry)
{
    const size_t count = entry->errors_in_a_row > 0 ? entry->errors_in_a_row : entry->rejections;
    int64_t backoff = queue->options.initial_backoff_ms;
    for (size_t i = 1; i < count; i++) {
        if (backoff > queue->options.max_backoff_ms - backoff)
            return queue->options.max_backoff_ms;
        backoff += backoff;
    }
    return count == 0 ? 0 : backoff;
}

static int64_t whole_second(int64_t time_ms)
{
    return time_ms - time_ms % SECOND_MS;
}

static bool is_backing_off(const mn_queue *queue, mn_queued_pod *entry, int64_t now_ms)
{
    if (entry->backoff_until_ms < 0)
        entry->backoff_until_ms =
            entry->attempts == 0 ? 0 : whole_second(entry->queued_ms + backoff_of(queue, entry));
    return entry->backoff_until_ms > whole_second(now_ms);
}

/* ------------------------------------------------------------------ places */

static void count_rejectors(mn_queue *queue, const mn_queued_pod *entry, int sign)
{
    for (uint32_t bits = entry->rejectors; bits != 0; bits &= bits - 1)
        queue->rejected_by[__builtin_ctz(bits)] += (size_t)sign;
}

static void rest(mn_queue *queue, mn_queued_pod *entry, mn_queue_place place)
{
    entry->place = place;
    entry->slot = queue->resting->len;
    g_ptr_array_add(queue->resting, entry);
    count_rejectors(queue, entry, 1);
}

/* The last one moves into the place of the one that leaves. */
static void leave_rest(mn_queue *queue, mn_queued_pod *entry)
{
    mn_queued_pod *last = queue->resting->pdata[queue->resting->len - 1];
    count_rejectors(queue, entry, -1);
    queue->resting->pdata[entry->slot] = last;
    last->slot = entry->slot;
    g_ptr_array_set_size(queue->resting, (gint)queue->resting->len - 1);
}

static void leave(mn_queue *queue, mn_queued_pod *entry)
{
    switch (entry->place) {
    case MN_QUEUE_ACTIVE:
        mn_heap_remove(queue->active, entry);
        break;
    case MN_QUEUE_BACKOFF:
        mn_heap_remove(queue->backoff, entry);
        break;
    case MN_QUEUE_ERROR_BACKOFF:
    case MN_QUEUE_UNSCHEDULABLE:
        leave_rest(queue, entry);
        break;
    case MN_QUEUE_IN_FLIGHT:
        break;
    }
}

/* PreEnqueue; who holds the Pod back counts as rejecting it. */
static bool may_enter(mn_queue *queue, mn_queued_pod *entry)
{
    const mn_cycle cycle = mn_queue_cycle(queue, entry);
    entry->gate = NULL;
    if (mn_verdict_fits(mn_run_pre_enqueue(&cycle, &entry->gate)))
        return true;
    entry->rejectors |= 1U << entry->gate->index;
    return false;
}

/* The entry is in no place, and goes to the best that it may enter. */
static void enqueue(mn_queue *queue, mn_queued_pod *entry, int64_t now_ms)
{
    if (!may_enter(queue, entry)) {
        rest(queue, entry, MN_QUEUE_UNSCHEDULABLE);
        return;
    }
    if (!is_backing_off(queue, entry, now_ms)) {
        entry->place = MN_QUEUE_ACTIVE;
        mn_heap_push(queue->active, entry);
    } else if (entry->rejectors == 0) {
        rest(queue, entry, MN_QUEUE_ERROR_BACKOFF);
    } else {
        entry->place = MN_QUEUE_BACKOFF;
        mn_heap_push(queue->backoff, entry);
    }
}

static void requeue(mn_queue *queue, mn_queued_pod *entry, int64_t now_ms)
{
    leave_rest(queue, entry);
    enqueue(queue, entry, now_ms);
}

/* ------------------------------------------------------------------ Pods come and go */

void mn_queue_add(mn_queue *queue, const mn_pod *pod, const mn_profile *profile, size_t tag,
                  int64_t now_ms)
{
    g_assert(find(queue, pod) == NULL);
    mn_queued_pod *entry = g_new0(mn_queued_pod, 1);
    entry->pod = pod;
    entry->class_ = mn_cache_class_of(queue->cache, pod);
    entry->profile = profile;
    entry->tag = tag;
    entry->queued_ms = now_ms;
    entry->sequence = queue->sequence++;
    entry->backoff_until_ms = -1;
    g_hash_table_insert(queue->entries, key_of(pod), entry);
    enqueue(queue, entry, now_ms);
}

mn_queued_pod *mn_queue_pop(mn_queue *queue, int64_t now_ms)
{
    mn_queue_advance(queue, now_ms);
    mn_queued_pod *entry = mn_heap_pop(queue->active);
    if (entry == NULL)
        entry = mn_heap_pop(queue->backoff);
    if (entry == NULL)
        return NULL;
    entry->place = MN_QUEUE_IN_FLIGHT;
    entry->attempts++;
    entry->backoff_until_ms = -1;
    entry->rejectors = 0;
    entry->events_from = queue->events->len;
    queue->in_flight++;
    return entry;
}

/* Events are kept only as long as somebody in flight may ask for them. */
static void land(mn_queue *queue)
{
    g_assert(queue->in_flight > 0);
    if (--queue->in_flight == 0)
        g_array_set_size(queue->events, 0);
}

void mn_queue_done(mn_queue *queue, mn_queued_pod *entry)
{
    g_assert(entry->place == MN_QUEUE_IN_FLIGHT);
    g_hash_table_remove(queue->entries, key_of(entry->pod));
    land(queue);
}

static bool missed_something(mn_queue *queue, const mn_queued_pod *entry)
{
    for (size_t i = entry->events_from; i < queue->events->len; i++) {
        if (mn_queue_is_worth_it(queue, entry, &g_array_index(queue->events, mn_event, i)))
            return true;
    }
    return false;
}

void mn_queue_reject(mn_queue *queue, mn_queued_pod *entry, uint32_t rejectors, int64_t now_ms)
{
    g_assert(entry->place == MN_QUEUE_IN_FLIGHT);
    entry->rejectors = rejectors;
    if (rejectors == 0) {
        entry->errors_in_a_row++;
    } else {
        entry->rejections++;
        entry->errors_in_a_row = 0;
    }
    entry->queued_ms = now_ms;
    entry->sequence = queue->sequence++;
    entry->backoff_until_ms = -1;
    entry->seen_version = mn_cache_snapshot(queue->cache)->version;
    if (rejectors == 0 || missed_something(queue, entry))
        enqueue(queue, entry, now_ms);
    else
        rest(queue, entry, MN_QUEUE_UNSCHEDULABLE);
    land(queue);
}

bool mn_queue_remove(mn_queue *queue, const mn_pod *pod)
{
    mn_queued_pod *entry = find(queue, pod);
    if (entry == NULL)
        return false;
    const bool in_flight = entry->place == MN_QUEUE_IN_FLIGHT;
    leave(queue, entry);
    g_hash_table_remove(queue->entries, key_of(pod));
    if (in_flight)
        land(queue);
    return true;
}

/* ------------------------------------------------------------------ events */

static void keep_for_those_in_flight(mn_queue *queue, const mn_event *event)
{
    if (queue->in_flight > 0)
        g_array_append_val(queue->events, *event);
}

/* Thousands of replicas wait for the same reason, and hints go by class: one answer does for
 * all of them. */
typedef struct answer {
    const mn_pod_class *class_;
    const mn_profile *profile;
    const mn_plugin *gate;
    uint32_t rejectors;
    bool wakes;
} answer;

enum { ANSWERS = 64 };

static bool wakes(mn_queue *queue, const mn_queued_pod *entry, const mn_event *event,
                  answer answers[ANSWERS])
{
    answer *known = &answers[entry->class_->id % ANSWERS];
    if (known->class_ != entry->class_ || known->profile != entry->profile ||
        known->gate != entry->gate || known->rejectors != entry->rejectors)
        *known = (answer){
            .class_ = entry->class_,
            .profile = entry->profile,
            .gate = entry->gate,
            .rejectors = entry->rejectors,
            .wakes =
                mn_queue_reaches(queue, entry, event) && mn_queue_is_worth_it(queue, entry, event),
        };
    return known->wakes;
}

void mn_queue_event(mn_queue *queue, const mn_event *event, int64_t now_ms)
{
    const mn_event full = mn_queue_complete(queue, event);
    answer answers[ANSWERS] = {{.class_ = NULL}};
    if (mn_queue_may_interest(queue, &full)) {
        /* From the back: whoever leaves is replaced by one that was looked at. */
        for (size_t i = queue->resting->len; i-- > 0;) {
            mn_queued_pod *entry = queue->resting->pdata[i];
            if (entry->place == MN_QUEUE_UNSCHEDULABLE && wakes(queue, entry, &full, answers))
                requeue(queue, entry, now_ms);
        }
    }
    keep_for_those_in_flight(queue, &full);
}

void mn_queue_pod_event(mn_queue *queue, const mn_pod *before, const mn_pod *after, int64_t now_ms)
{
    mn_event event = {.old_pod.pod = before, .pod.pod = after};
    if (before == NULL || after == NULL) {
        event.kind = before == NULL ? MN_EVENT_POD_ADD : MN_EVENT_POD_DELETE;
        mn_queue_event(queue, &event, now_ms);
        return;
    }
    event = mn_queue_complete(queue, &event);
    for (uint32_t bits = mn_pod_changes(event.old_pod, event.pod); bits != 0; bits &= bits - 1) {
        event.kind = (mn_event_kind)__builtin_ctz(bits);
        mn_queue_event(queue, &event, now_ms);
    }
}

void mn_queue_node_event(mn_queue *queue, const mn_node *before, const mn_node *after,
                         int64_t now_ms)
{
    mn_event event = {.old_node = before, .node = after};
    if (before == NULL || after == NULL) {
        event.kind = before == NULL ? MN_EVENT_NODE_ADD : MN_EVENT_NODE_DELETE;
        mn_queue_event(queue, &event, now_ms);
        return;
    }
    for (uint32_t bits = mn_node_changes(before, after); bits != 0; bits &= bits - 1) {
        event.kind = (mn_event_kind)__builtin_ctz(bits);
        mn_queue_event(queue, &event, now_ms);
    }
}

static void take_own_event(mn_queue *queue, mn_queued_pod *entry, const mn_event *event,
                           int64_t now_ms)
{
    if (entry->place == MN_QUEUE_IN_FLIGHT)
        g_array_append_val(queue->events, *event);
    else if (entry->place == MN_QUEUE_UNSCHEDULABLE && mn_queue_is_worth_it(queue, entry, event))
        requeue(queue, entry, now_ms);
}

void mn_queue_update(mn_queue *queue, const mn_pod *before, const mn_pod *after, int64_t now_ms)
{
    mn_queued_pod *entry = find(queue, before);
    g_assert(entry != NULL);
    g_hash_table_steal(queue->entries, key_of(before));
    entry->pod = after;
    g_hash_table_insert(queue->entries, key_of(after), entry);
    mn_event event = {.old_pod.pod = before, .pod.pod = after};
    event = mn_queue_complete(queue, &event);
    entry->class_ = event.pod.class_;
    for (uint32_t bits = mn_pod_changes(event.old_pod, event.pod); bits != 0; bits &= bits - 1) {
        event.kind = (mn_event_kind)__builtin_ctz(bits);
        take_own_event(queue, entry, &event, now_ms);
    }
}

/* ------------------------------------------------------------------ time */

/* Who waits longer than MAX_WAIT when a sweep comes by is tried again. */
static int64_t sweep_of(const mn_queued_pod *entry)
{
    const int64_t limit = entry->queued_ms + MN_QUEUE_MAX_WAIT_MS;
    return (limit / MN_QUEUE_SWEEP_MS + 1) * MN_QUEUE_SWEEP_MS;
}

static int64_t due_of(const mn_queued_pod *entry)
{
    if (entry->place == MN_QUEUE_ERROR_BACKOFF)
        return entry->backoff_until_ms;
    return entry->gate != NULL ? MN_QUEUE_NEVER : sweep_of(entry);
}

void mn_queue_advance(mn_queue *queue, int64_t now_ms)
{
    mn_queued_pod *entry = mn_heap_peek(queue->backoff);
    for (; entry != NULL && !is_backing_off(queue, entry, now_ms);
         entry = mn_heap_peek(queue->backoff)) {
        mn_heap_pop(queue->backoff);
        entry->place = MN_QUEUE_ACTIVE;
        mn_heap_push(queue->active, entry);
    }
    if (now_ms <= queue->advanced_ms)
        return;
    queue->advanced_ms = now_ms;
    for (size_t i = queue->resting->len; i-- > 0;) {
        entry = queue->resting->pdata[i];
        if (due_of(entry) <= now_ms)
            requeue(queue, entry, now_ms);
    }
}

int64_t mn_queue_next_ms(const mn_queue *queue)
{
    const uint64_t version = mn_cache_snapshot(queue->cache)->version;
    int64_t next = MN_QUEUE_NEVER;
    for (size_t i = 0; i < queue->resting->len; i++) {
        const mn_queued_pod *entry = queue->resting->pdata[i];
        if (entry->seen_version != version)
            next = MIN(next, due_of(entry));
    }
    return next;
}
