/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/engine/clock.h"

struct mn_clock {
    void *context;
    mn_heap *heap; /* struct entry */
    int64_t now_ms;
    uint64_t sequence;
    size_t pressing;
};

typedef struct entry {
    mn_moment when;
    mn_alarm alarm;
} entry;

static int by_time(const void *a, const void *b, const void *context)
{
    (void)context;
    return mn_moment_compare(&((const entry *)a)->when, &((const entry *)b)->when);
}

mn_clock *mn_clock_new(void *context)
{
    mn_clock *clock = g_new0(mn_clock, 1);
    clock->context = context;
    clock->heap = mn_heap_new(by_time, NULL);
    return clock;
}

static void forget(entry *e)
{
    if (e->alarm.forget != NULL)
        e->alarm.forget(e->alarm.data);
    g_free(e);
}

void mn_clock_free(mn_clock *clock)
{
    if (clock == NULL)
        return;
    for (entry *e = mn_heap_pop(clock->heap); e != NULL; e = mn_heap_pop(clock->heap))
        forget(e);
    mn_heap_free(clock->heap);
    g_free(clock);
}

int64_t mn_clock_now_ms(const mn_clock *clock)
{
    return clock->now_ms;
}

void mn_clock_set(mn_clock *clock, const mn_alarm *alarm)
{
    g_assert(alarm->time_ms >= clock->now_ms);
    entry *e = g_new(entry, 1);
    e->alarm = *alarm;
    e->when = (mn_moment){
        .time_ms = alarm->time_ms, .phase = (int)alarm->phase, .sequence = clock->sequence++};
    if (alarm->time_ms == MN_NEVER) {
        forget(e);
        return;
    }
    clock->pressing += !alarm->background;
    mn_heap_push(clock->heap, e);
}

int64_t mn_clock_next_ms(const mn_clock *clock)
{
    const entry *next = mn_heap_peek(clock->heap);
    return next == NULL ? MN_NEVER : next->when.time_ms;
}

size_t mn_clock_pressing(const mn_clock *clock)
{
    return clock->pressing;
}

void mn_clock_advance(mn_clock *clock, int64_t time_ms)
{
    g_assert(time_ms >= clock->now_ms && time_ms <= mn_clock_next_ms(clock));
    clock->now_ms = time_ms;
}

bool mn_clock_ring(mn_clock *clock, mn_phase phase)
{
    const entry *next = mn_heap_peek(clock->heap);
    if (next == NULL || next->when.time_ms > clock->now_ms || next->when.phase >= (int)phase)
        return false;
    entry *e = mn_heap_pop(clock->heap);
    clock->pressing -= !e->alarm.background;
    e->alarm.ring(clock->context, e->alarm.data);
    forget(e);
    return true;
}
