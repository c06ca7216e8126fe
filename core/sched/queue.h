/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a queue. Between queue.c, which moves Pods, and hints.c, which knows what
 * events are about. */
#ifndef CORE_SCHED_QUEUE_H
#define CORE_SCHED_QUEUE_H

#include "mullion/base/heap.h"
#include "mullion/sched/cycle.h"
#include "mullion/sched/queue.h"

struct mn_queue {
    mn_cache *cache;
    mn_queue_options options;
    int (*sort)(const mn_pod *a, const mn_pod *b); /* NULL: first come, first served */
    mn_arena *arena;                               /* of one question */
    GHashTable *entries;                           /* mn_pod -> mn_queued_pod, owned */
    mn_heap *active, *backoff;
    GPtrArray *resting; /* the unschedulable, and those in error backoff */
    GArray *events;     /* mn_event, since somebody is in flight */
    size_t in_flight;
    uint64_t sequence;
    int64_t advanced_ms;
    uint32_t interests[MN_EVENT_KIND_COUNT]; /* whose rejections such an event may lift */
    size_t rejected_by[MN_PLUGINS_MAX];      /* how many of those that rest, by bit */
};

void mn_queue_find_interests(mn_queue *queue);

/* Fills in classes. */
mn_event mn_queue_complete(mn_queue *queue, const mn_event *event);

/* A cycle that is good for PreEnqueue and hints, until the next one. */
mn_cycle mn_queue_cycle(mn_queue *queue, const mn_queued_pod *entry);

/* False: nobody who rests could care. */
bool mn_queue_may_interest(const mn_queue *queue, const mn_event *event);

/* Does v1.34 look at this entry at all, given such an event? */
bool mn_queue_reaches(mn_queue *queue, const mn_queued_pod *entry, const mn_event *event);

/* Does one of those that rejected it say that the event may help? */
bool mn_queue_is_worth_it(mn_queue *queue, const mn_queued_pod *entry, const mn_event *event);

#endif
