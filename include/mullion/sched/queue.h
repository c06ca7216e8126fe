/* SPDX-License-Identifier: Apache-2.0 */
/* Which Pod is tried next, and when one that was rejected is tried again: the scheduling
 * queue of kube-scheduler v1.34. Times are virtual milliseconds that the caller hands in and
 * that never go back; the queue has no clock.
 *
 *     add -> [PreEnqueue] -> active -> pop -> in flight -+-> done
 *                 ^  |         ^                         +-> reject -+-> unschedulable
 *                 |  v         | time, or active empty               +-> backoff
 *               (gated)     backoff <- event, or five minutes - unschedulable
 *
 *     while ((entry = mn_queue_pop(queue, now_ms)) != NULL) { ... mn_queue_done or reject }
 *     now_ms = mn_queue_next_ms(queue); mn_queue_advance(queue, now_ms); ...
 *
 * Feature gates at their defaults: SchedulerQueueingHints, SchedulerPopFromBackoffQ.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/scheduling-framework/
 */
#ifndef MN_QUEUE_H
#define MN_QUEUE_H

#include "mullion/sched/event.h"
#include "mullion/sched/profile.h"

typedef struct mn_queue mn_queue;

/* Zeroed: podInitialBackoffSeconds 1, podMaxBackoffSeconds 10. */
typedef struct mn_queue_options {
    int64_t initial_backoff_ms, max_backoff_ms;
} mn_queue_options;

typedef enum mn_queue_place {
    MN_QUEUE_ACTIVE,  /* to be tried, by priority */
    MN_QUEUE_BACKOFF, /* something happened; to be tried after a while, or with nothing else */
    MN_QUEUE_ERROR_BACKOFF, /* its cycle failed; to be tried after a while */
    MN_QUEUE_UNSCHEDULABLE, /* waits for something to happen, or for its gates */
    MN_QUEUE_IN_FLIGHT,     /* popped */
} mn_queue_place;

/* A Pod in the queue; owned by the queue until it is done or removed. */
typedef struct mn_queued_pod {
    const mn_pod *pod;
    const mn_pod_class *class_;
    const mn_profile *profile;
    size_t tag; /* the caller's */
    mn_queue_place place;
    int64_t queued_ms; /* when it was added, or came back from its last cycle */
    size_t attempts, rejections, errors_in_a_row;
    uint32_t rejectors;    /* of its last cycle: bit per plugin index, MN_REJECTED_BY_EXTENDER */
    const mn_plugin *gate; /* that holds it back, or NULL */

    int64_t backoff_until_ms; /* -1: not computed yet */
    uint64_t sequence;        /* settles who comes first among equals */
    uint64_t seen_version;    /* of the cluster that rejected it */
    size_t slot;              /* where it stands among those that rest */
    size_t events_from;       /* the first event since it was popped */
} mn_queued_pod;

enum {
    MN_QUEUE_INITIAL_BACKOFF_MS = 1000,
    MN_QUEUE_MAX_BACKOFF_MS = 10000,
    MN_QUEUE_SWEEP_MS = 30000,     /* how often what waits too long is looked for */
    MN_QUEUE_MAX_WAIT_MS = 300000, /* that long */
};

#define MN_QUEUE_NEVER INT64_MAX

/* The profile's QueueSort orders all Pods: kube-scheduler wants it to be the same in every
 * profile. Cache and profiles outlive the queue. */
mn_queue *mn_queue_new(mn_cache *cache, const mn_profile *profile, const mn_queue_options *options);
void mn_queue_free(mn_queue *queue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mn_queue, mn_queue_free)

/* A new Pod, for the scheduler of that profile. Pods are told apart by address, and outlive their
 * time in the queue. */
void mn_queue_add(mn_queue *queue, const mn_pod *pod, const mn_profile *profile, size_t tag,
                  int64_t now_ms);

/* Who is tried next; NULL: nobody now. Those in backoff are taken early when nobody else
 * waits. Several may be in flight. */
mn_queued_pod *mn_queue_pop(mn_queue *queue, int64_t now_ms);

/* It found a place: the entry is gone. */
void mn_queue_done(mn_queue *queue, mn_queued_pod *entry);

/* It did not. No rejectors: its cycle failed with an error. What happened since it was popped
 * counts. Nominations end or begin before this call. */
void mn_queue_reject(mn_queue *queue, mn_queued_pod *entry, uint32_t rejectors, int64_t now_ms);

/* Something happened, and the cache knows it already. */
void mn_queue_event(mn_queue *queue, const mn_event *event, int64_t now_ms);

/* The same for an assigned Pod that came (before NULL), went (after NULL) or changed, and for
 * a node: one event for each thing that differs. */
void mn_queue_pod_event(mn_queue *queue, const mn_pod *before, const mn_pod *after, int64_t now_ms);
void mn_queue_node_event(mn_queue *queue, const mn_node *before, const mn_node *after,
                         int64_t now_ms);

/* A waiting Pod has a new version: `after` takes the place of `before`. */
void mn_queue_update(mn_queue *queue, const mn_pod *before, const mn_pod *after, int64_t now_ms);

/* A waiting Pod is gone. False when it is not there. */
bool mn_queue_remove(mn_queue *queue, const mn_pod *pod);

const mn_queued_pod *mn_queue_find(const mn_queue *queue, const mn_pod *pod);

/* Lets time pass: backoffs end, and who waited too long is tried again. */
void mn_queue_advance(mn_queue *queue, int64_t now_ms);

/* When mn_queue_advance() has something to do that can lead anywhere; MN_QUEUE_NEVER: the
 * queue is at rest. Pods that would meet the very cluster that rejected them are tried
 * again by kube-scheduler, and are no reason to go on here. */
int64_t mn_queue_next_ms(const mn_queue *queue);

/* Pods in any place. */
size_t mn_queue_count(const mn_queue *queue);

#endif
