/* SPDX-License-Identifier: Apache-2.0 */
/* Whom an event wakes: what the plugins that rejected a Pod say about it (their hints), and
 * which Pods v1.34 asks them about.
 *
 * Surprise: a Pod that comes to a node is only told to those whose required affinity it
 * matches or whom PodTopologySpread rejected, so that even an extender, for which every event
 * counts otherwise, does not hear of it.
 */
#include "core/sched/queue.h"

void mn_queue_find_interests(mn_queue *queue)
{
    size_t count;
    const mn_plugin *const *plugins = mn_plugins(&count);
    for (int kind = 0; kind < MN_EVENT_KIND_COUNT; kind++) {
        queue->interests[kind] = MN_REJECTED_BY_EXTENDER;
        for (size_t i = 0; i < count; i++) {
            if ((plugins[i]->events & mn_event_bit((mn_event_kind)kind)) != 0)
                queue->interests[kind] |= 1U << i;
        }
    }
}

mn_event mn_queue_complete(mn_queue *queue, const mn_event *event)
{
    mn_event full = *event;
    if (full.old_pod.pod != NULL)
        full.old_pod.class_ = mn_cache_class_of(queue->cache, full.old_pod.pod);
    if (full.pod.pod != NULL)
        full.pod.class_ = mn_cache_class_of(queue->cache, full.pod.pod);
    return full;
}

mn_cycle mn_queue_cycle(mn_queue *queue, const mn_queued_pod *entry)
{
    mn_arena_reset(queue->arena);
    return (mn_cycle){
        .arena = queue->arena,
        .class_ = entry->class_,
        .snapshot = mn_cache_snapshot(queue->cache),
        .profile = entry->profile,
        .pod = entry->pod,
    };
}

bool mn_queue_may_interest(const mn_queue *queue, const mn_event *event)
{
    for (uint32_t bits = queue->interests[event->kind]; bits != 0; bits &= bits - 1) {
        if (queue->rejected_by[__builtin_ctz(bits)] > 0)
            return true;
    }
    return false;
}

/* What v1.34 tells only some about: a Pod that came, or whose labels or tolerations changed. */
static bool is_about_neighbours(const mn_event *event)
{
    return event->kind == MN_EVENT_POD_ADD || event->kind == MN_EVENT_POD_LABELS ||
           event->kind == MN_EVENT_POD_TOLERATIONS;
}

bool mn_queue_reaches(mn_queue *queue, const mn_queued_pod *entry, const mn_event *event)
{
    if (entry->gate != NULL && (entry->gate->events & mn_event_bit(event->kind)) == 0)
        return false;
    if (!is_about_neighbours(event))
        return true;
    size_t count;
    const mn_plugin *const *plugins = mn_plugins(&count);
    const mn_cycle cycle = mn_queue_cycle(queue, entry);
    for (size_t i = 0; i < count; i++) {
        const bool rejected = (entry->rejectors & (1U << i)) != 0;
        if (plugins[i]->hears != NULL && plugins[i]->hears(&cycle, rejected, event->pod.pod))
            return true;
    }
    return false;
}

bool mn_queue_is_worth_it(mn_queue *queue, const mn_queued_pod *entry, const mn_event *event)
{
    uint32_t bits = entry->rejectors & queue->interests[event->kind];
    if ((bits & MN_REJECTED_BY_EXTENDER) != 0)
        return true;
    if (bits == 0)
        return false;
    size_t count;
    const mn_plugin *const *plugins = mn_plugins(&count);
    const mn_cycle cycle = mn_queue_cycle(queue, entry);
    for (; bits != 0; bits &= bits - 1) {
        const mn_plugin *plugin = plugins[__builtin_ctz(bits)];
        if (plugin->hint == NULL || plugin->hint(&cycle, event))
            return true;
    }
    return false;
}
