/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a Pod as the API server sees it:
 *
 *     stored -> bound -+-> finished (Failed, Succeeded): its requests are free
 *        |             +-> leaving (deletionTimestamp) -> gone
 *        +-> gone
 *
 * A Pod counts in its workload until it leaves or has finished. Versions are replaced, never
 * changed; a version that nobody knows any longer is freed between alarms, so that a week of
 * Pods needs no more memory than those of one moment.
 */
#include "simulator/engine/controllers/controller.h"
#include "simulator/engine/kubelet_life.h"
#include "simulator/engine/loops.h"
#include "simulator/engine/release.h"
#include "simulator/engine/scheduling.h"
#include "simulator/engine/world_parts.h"

#include <string.h>

/* A version and whose it is: see mn_world_pod_of(). */
typedef struct pod_version {
    mn_pod pod;
    mn_world_pod *owner;
} pod_version;

mn_world_pod *mn_world_pod_of(const mn_pod *pod)
{
    return ((const pod_version *)(const void *)pod)->owner;
}

static mn_pod *version_new(mn_world_pod *owner, const mn_pod *like)
{
    pod_version *v = g_new(pod_version, 1);
    *v = (pod_version){.pod = *like, .owner = owner};
    return &v->pod;
}

/* The old one goes when nobody up the stack can hold it. */
static void become(mn_world *world, mn_world_pod *pod, const mn_pod *version)
{
    const mn_pod *before = pod->pod;
    pod->pod = version;
    mn_world_bury(world, (void *)(uintptr_t)before);
}

static char *key_of(const char *namespace_, const char *name)
{
    return g_strdup_printf("%s/%s", namespace_, name);
}

mn_world_pod *mn_world_find_pod(const mn_world *world, const char *namespace_, const char *name)
{
    g_autofree char *key = key_of(namespace_, name);
    return g_hash_table_lookup(world->pod_index, key);
}

/* ---- lists and counts */

static void enter_workload(mn_world_pod *pod)
{
    mn_world_workload *workload = pod->workload;
    pod->of_workload.prev = workload->last_pod;
    if (workload->last_pod != NULL)
        workload->last_pod->of_workload.next = pod;
    else
        workload->pods = pod;
    workload->last_pod = pod;
    workload->pod_count++;
}

static void leave_workload(mn_world_pod *pod)
{
    mn_world_workload *workload = pod->workload;
    if (pod->of_workload.prev != NULL)
        pod->of_workload.prev->of_workload.next = pod->of_workload.next;
    else
        workload->pods = pod->of_workload.next;
    if (pod->of_workload.next != NULL)
        pod->of_workload.next->of_workload.prev = pod->of_workload.prev;
    else
        workload->last_pod = pod->of_workload.prev;
}

static void enter_node(mn_world_pod *pod, mn_world_node *node)
{
    pod->node = node;
    pod->on_node.prev = node->last_pod;
    if (node->last_pod != NULL)
        node->last_pod->on_node.next = pod;
    else
        node->pods = pod;
    node->last_pod = pod;
}

static void leave_node(mn_world_pod *pod)
{
    mn_world_node *node = pod->node;
    if (node == NULL)
        return;
    if (pod->on_node.prev != NULL)
        pod->on_node.prev->on_node.next = pod->on_node.next;
    else
        node->pods = pod->on_node.next;
    if (pod->on_node.next != NULL)
        pod->on_node.next->on_node.prev = pod->on_node.prev;
    else
        node->last_pod = pod->on_node.prev;
    pod->node = NULL;
}

static void set_ready(mn_world *world, mn_world_pod *pod, bool ready)
{
    if (pod->ready == ready)
        return;
    pod->ready = ready;
    pod->ready_ms = ready ? world->now_ms : -1;
    if (!pod->leaving && !pod->finished)
        pod->workload->ready_count += ready ? 1 : SIZE_MAX;
    if (pod->slot != NULL) {
        pod->slot->ready_ms = pod->ready_ms;
        pod->slot->loop.failures = 0;
    }
    mn_workload_touch(world, pod->workload);
}

/* It counts no longer; true when it did. */
static bool stop_counting(mn_world_pod *pod)
{
    if (pod->leaving || pod->finished)
        return false;
    pod->workload->pod_count--;
    if (pod->ready)
        pod->workload->ready_count--;
    return true;
}

/* ---- the scheduler's view of it */

static void count_on_node(mn_world *world, mn_world_pod *pod)
{
    pod->counted = true;
    mn_cache_add_pod(world->cache, pod->pod, pod->node->node->meta.name);
    mn_queue_pod_event(world->queue, NULL, pod->pod, world->now_ms);
}

static void uncount_on_node(mn_world *world, mn_world_pod *pod)
{
    if (!pod->counted)
        return;
    pod->counted = false;
    mn_cache_remove_pod(world->cache, pod->pod);
    mn_queue_pod_event(world->queue, pod->pod, NULL, world->now_ms);
}

static void forget_waiting(mn_world *world, mn_world_pod *pod)
{
    mn_queue_remove(world->queue, pod->pod);
    mn_cache_end_nomination(world->cache, pod->pod);
}

/* ---- coming */

/* spec.nodeName: past the scheduler. */
static void arrive_by_name(mn_world *world, mn_world_pod *pod)
{
    pod->by_name = true;
    mn_slot_meet_scheduler(world, pod->slot);
    mn_world_node *node = mn_world_find_node(world, pod->pod->spec.node_name);
    if (node == NULL) {
        const mn_pod_state nowhere = {
            .fate = MN_FATE_FAILED,
            .status = "Pending",
            .reason = "NodeNotFound",
            .message = mn_arena_printf(world->scratch,
                                       "spec.nodeName is \"%s\", and there is no such node",
                                       pod->pod->spec.node_name),
            .remark = "bound to a node that is not there",
        };
        mn_slot_set_state(world, pod->slot, &nowhere);
        return;
    }
    enter_node(pod, node);
    pod->scheduled_ms = pod->slot->scheduled_ms = world->now_ms;
    pod->slot->node = node->node->meta.name;
    if (mn_kubelet_life_admit(world, pod))
        count_on_node(world, pod);
    mn_kubelet_life_begin(world, pod);
}

mn_world_pod *mn_pod_store(mn_world *world, mn_slot *slot, const mn_pod *like, const char *name,
                           const char *key, bool existed)
{
    mn_world_pod *pod = g_new0(mn_world_pod, 1);
    mn_pod *first = version_new(pod, like);
    pod->number = world->numbers++;
    g_snprintf(pod->uid, sizeof pod->uid, "pod-%" G_GUINT64_FORMAT, pod->number);
    pod->name = g_strdup(name);
    first->meta.name = pod->name;
    if (!existed || like->meta.uid == NULL)
        first->meta.uid = pod->uid;
    pod->pod = first;
    pod->workload = slot->workload;
    pod->key = mn_world_text(world, key);
    pod->revision = pod->workload->fingerprint;
    pod->slot = slot;
    slot->pod = pod;
    pod->existed = existed && mn_pod_is_assigned(first);
    pod->created_ms = world->now_ms;
    pod->scheduled_ms = pod->ready_ms = -1;
    mn_slot_fill(world, slot, like, name);
    slot->existed = pod->existed;
    pod->class_ = mn_cache_class_of(world->cache, like);
    g_hash_table_insert(world->pod_index, key_of(mn_meta_namespace(&first->meta), pod->name), pod);
    world->pod_count++;
    enter_workload(pod);
    mn_workload_top(pod->workload)->created++;
    mn_workload_touch(world, pod->workload);
    if (mn_pod_is_assigned(first))
        arrive_by_name(world, pod);
    else
        mn_scheduling_enter(world, pod);
    return pod;
}

void mn_pod_bind(mn_world *world, mn_world_pod *pod, mn_world_node *node)
{
    mn_pod *bound = version_new(pod, pod->pod);
    bound->spec.node_name = node->node->meta.name;
    bound->status.nominated_node_name = NULL;
    become(world, pod, bound);
    enter_node(pod, node);
    pod->scheduled_ms = pod->slot->scheduled_ms = world->now_ms;
    pod->slot->node = node->node->meta.name;
    count_on_node(world, pod);
    mn_kubelet_life_begin(world, pod);
}

void mn_pod_renominate(mn_world *world, mn_world_pod *pod, const char *node_name)
{
    const mn_pod *before = pod->pod;
    if (node_name == NULL && before->status.nominated_node_name == NULL)
        return;
    mn_pod *after = version_new(pod, before);
    after->status.nominated_node_name = node_name;
    mn_cache_end_nomination(world->cache, before);
    if (node_name != NULL)
        mn_cache_nominate(world->cache, after, node_name);
    mn_queue_update(world->queue, before, after, world->now_ms);
    become(world, pod, after);
}

void mn_world_update_pod(mn_world *world, mn_world_pod *pod, const mn_pod *changed)
{
    const mn_pod *before = pod->pod;
    mn_pod *after = version_new(pod, changed);
    after->meta.name = before->meta.name;
    after->meta.namespace_ = before->meta.namespace_;
    after->meta.uid = before->meta.uid;
    after->meta.deleted_ms = before->meta.deleted_ms;
    after->spec.node_name = before->spec.node_name;
    after->status = before->status;
    mn_pod *sample = MN_ARENA_NEW(world->arena, mn_pod, 1);
    *sample = *after;
    sample->meta.name = mn_arena_strdup(world->arena, after->meta.name);
    sample->meta.uid = mn_arena_strdup(world->arena, after->meta.uid);
    pod->class_ = mn_cache_class_of(world->cache, sample);
    if (pod->slot != NULL)
        pod->slot->sample = sample;
    if (pod->counted) {
        mn_cache_add_pod(world->cache, after, pod->node->node->meta.name);
        mn_queue_pod_event(world->queue, before, after, world->now_ms);
    } else if (mn_queue_find(world->queue, before) != NULL) {
        mn_queue_update(world->queue, before, after, world->now_ms);
        if (after->status.nominated_node_name != NULL)
            mn_cache_nominate(world->cache, after, after->status.nominated_node_name);
    }
    become(world, pod, after);
    mn_workload_touch(world, pod->workload);
}

/* ---- Pods of their own */

static const mn_pod *admit_own(mn_world *world, const mn_pod *pod, const char **rejection)
{
    return pod->meta.uid != NULL ? pod : mn_world_admit(world, world->arena, pod, rejection);
}

static void reject_own(mn_world *world, mn_world_workload *workload, const mn_pod *pod,
                       const char *rejection)
{
    mn_slot *slot = mn_slot_new(world, workload);
    const mn_pod_state refused = {
        .fate = MN_FATE_REJECTED,
        .status = "-",
        .reason = "Forbidden",
        .message = rejection,
        .remark = "",
    };
    mn_slot_fill(world, slot, pod, pod->meta.name);
    mn_slot_set_state(world, slot, &refused);
    mn_slot_meet_scheduler(world, slot);
    workload->refused++;
    workload->created++; /* nobody tries again */
}

void mn_pod_enter_own(mn_world *world, const mn_pod *pod)
{
    const char *rejection = NULL;
    mn_world_workload *workload =
        mn_workload_enter(world, "Pod", mn_meta_namespace(&pod->meta), pod->meta.name);
    if (pod->meta.origin != NULL)
        workload->origin = pod->meta.origin;
    const mn_pod *stored = admit_own(world, pod, &rejection);
    if (stored == NULL) {
        reject_own(world, workload, pod, rejection);
        return;
    }
    workload->own = stored;
    mn_release_enter(world, workload);
    mn_workload_touch(world, workload);
}

bool mn_world_put_pod(mn_world *world, const mn_pod *pod, GError **error)
{
    const char *ns = mn_meta_namespace(&pod->meta), *rejection = NULL;
    if (mn_world_find_pod(world, ns, pod->meta.name) != NULL ||
        mn_world_find_workload(world, "Pod", ns, pod->meta.name) != NULL) {
        g_set_error(error, MN_ERROR, MN_ERROR_SCHEMA, "pods \"%s\" already exists", pod->meta.name);
        return false;
    }
    if (mn_world_admit(world, world->scratch, pod, &rejection) == NULL) {
        g_set_error_literal(error, MN_ERROR, MN_ERROR_UNKNOWN, rejection);
        return false;
    }
    mn_pod_enter_own(world, pod);
    return true;
}

void mn_pod_create_own(mn_world *world, mn_world_workload *workload)
{
    if (workload->created > 0)
        return;
    workload->remark = "";
    mn_slot *slot = mn_slot_new(world, workload);
    mn_pod_store(world,
                 slot,
                 workload->own,
                 workload->own->meta.name,
                 NULL,
                 workload->own->meta.uid != NULL);
}

/* ---- going */

void mn_pod_free(mn_world_pod *pod)
{
    mn_kubelet_life_free(pod);
    g_free((void *)(uintptr_t)pod->pod);
    g_free(pod->name);
    g_free(pod);
}

static void release(mn_world *world, mn_world_pod *pod)
{
    if (!pod->gone || pod->references > 0)
        return;
    mn_kubelet_life_free(pod);
    mn_world_bury(world, (void *)(uintptr_t)pod->pod);
    mn_world_bury(world, pod->name);
    mn_world_bury(world, pod);
}

/* The object is gone. */
static void erase(mn_world *world, mn_world_pod *pod)
{
    g_autofree char *key = key_of(mn_meta_namespace(&pod->pod->meta), pod->name);
    if (pod->node == NULL)
        forget_waiting(world, pod);
    uncount_on_node(world, pod);
    leave_node(pod);
    leave_workload(pod);
    g_hash_table_remove(world->pod_index, key);
    world->pod_count--;
    pod->gone = true;
    const mn_controller *controller = pod->workload->controller;
    if (controller != NULL && controller->gone != NULL && !pod->workload->gone)
        controller->gone(world, pod->workload, pod);
    mn_workload_touch(world, pod->workload);
    release(world, pod);
}

void mn_world_remove_pod(mn_world *world, mn_world_pod *pod)
{
    if (pod->leaving)
        pod->workload->leaving_count--;
    else
        stop_counting(pod);
    mn_slot *slot = pod->slot;
    pod->slot = NULL;
    if (slot != NULL)
        mn_slot_vacate(slot);
    erase(world, pod);
}

static const struct {
    const char *status, *remark;
} departures[] = {
    [MN_DEPARTS_DELETED] = {"Deleted", "deleted, and nobody replaces it"},
    [MN_DEPARTS_EVICTED] = {"Evicted", "evicted, and nobody replaces it"},
    [MN_DEPARTS_PREEMPTED] = {"Preempted", "made room for a Pod of higher priority"},
    [MN_DEPARTS_TAINTED] = {"Evicted", "its node got a NoExecute taint, and nobody replaces it"},
    [MN_DEPARTS_LOST] = {"NodeLost", "its node is gone, and nobody replaces it"},
};

static void count_departure(mn_world *world, mn_world_pod *pod, mn_departure why)
{
    mn_world_workload *top = mn_workload_top(pod->workload);
    switch (why) {
    case MN_DEPARTS_DELETED:
        top->deleted++;
        world->deleted++;
        return;
    case MN_DEPARTS_PREEMPTED:
        top->preempted++;
        return;
    case MN_DEPARTS_EVICTED:
    case MN_DEPARTS_TAINTED:
    case MN_DEPARTS_LOST:
        top->evicted++;
        world->evictions++;
        if (pod->slot != NULL)
            pod->slot->evictions++;
        return;
    }
}

/* Whoever deletes a Pod of its own wants it gone; whom somebody else deletes is missed. */
static void detach(mn_world *world, mn_world_pod *pod, mn_departure why, const char *message)
{
    mn_slot *slot = pod->slot;
    pod->slot = NULL;
    if (slot == NULL)
        return;
    slot->pod = NULL;
    if (pod->workload->controller == NULL && why == MN_DEPARTS_DELETED) {
        mn_slot_close(world, slot);
        return;
    }
    const mn_pod_state left = {
        .fate = MN_FATE_FAILED,
        .status = departures[why].status,
        .reason = departures[why].status,
        .message = message,
        .remark = departures[why].remark,
    };
    mn_slot_set_state(world, slot, &left);
    slot->node = NULL;
    slot->ties = 0;
    slot->lost = true;
    mn_slot_vacate(slot);
}

/* The condition that tells the scheduler for whom a Pod goes. */
static void add_condition(mn_world *world, mn_pod *version, const char *message)
{
    mn_pod_condition *condition = MN_ARENA_NEW(world->arena, mn_pod_condition, 1);
    *condition = (mn_pod_condition){
        .type = "DisruptionTarget",
        .status = "True",
        .reason = "PreemptionByScheduler",
        .message = message,
    };
    version->status.conditions = (mn_pod_conditions){.items = condition, .count = 1};
}

static void start_leaving(mn_world *world, mn_world_pod *pod, const char *preempted)
{
    mn_pod *after = version_new(pod, pod->pod);
    after->meta.deleted_ms = (mn_opt_int){.set = true, .value = world->now_ms};
    if (preempted != NULL)
        add_condition(world, after, preempted);
    if (pod->counted)
        mn_cache_add_pod(world->cache, after, pod->node->node->meta.name);
    become(world, pod, after);
    stop_counting(pod);
    pod->leaving = true;
    pod->workload->leaving_count++;
}

static int64_t grace_of(const mn_world_pod *pod, int64_t grace_s)
{
    enum { DEFAULT_S = 30 };
    if (grace_s >= 0)
        return grace_s;
    const mn_opt_int *own = &pod->pod->spec.termination_grace_period_s;
    return own->set ? own->value : DEFAULT_S;
}

/* Nothing is left to tell of a Pod of its own that somebody deleted. */
static void end_own_entry(mn_world *world, mn_world_workload *workload, mn_departure why)
{
    if (workload->controller == NULL && why == MN_DEPARTS_DELETED && !workload->gone)
        mn_workload_end(world, workload);
}

static void depart(mn_world *world, mn_world_pod *pod, mn_departure why, int64_t grace_s,
                   const char *message)
{
    if (pod->leaving) {
        mn_kubelet_life_end(world, pod, grace_of(pod, grace_s));
        return;
    }
    count_departure(world, pod, why);
    detach(world, pod, why, message == NULL ? "" : message);
    mn_workload_touch(world, pod->workload);
    if (pod->node == NULL || pod->finished || why == MN_DEPARTS_LOST) {
        mn_world_workload *workload = pod->workload;
        stop_counting(pod);
        erase(world, pod);
        end_own_entry(world, workload, why);
        return;
    }
    start_leaving(world, pod, why == MN_DEPARTS_PREEMPTED ? message : NULL);
    mn_kubelet_life_end(world, pod, grace_of(pod, grace_s));
    end_own_entry(world, pod->workload, why);
}

void mn_world_delete_pod(mn_world *world, mn_world_pod *pod, mn_departure why, int64_t grace_s)
{
    depart(world, pod, why, grace_s, NULL);
}

void mn_pod_lose(mn_world *world, mn_world_pod *pod)
{
    if (pod->leaving)
        mn_world_remove_pod(world, pod);
    else
        depart(world, pod, MN_DEPARTS_LOST, 0, NULL);
}

void mn_pod_preempt(mn_world *world, mn_world_pod *pod, const char *message)
{
    depart(world, pod, MN_DEPARTS_PREEMPTED, -1, message);
}

/* ---- what kubelets say */

void mn_world_set_state(mn_world *world, mn_world_pod *pod, const mn_pod_state *state, bool ready)
{
    if (pod->slot != NULL)
        mn_slot_set_state(world, pod->slot, state);
    set_ready(world, pod, ready);
}

void mn_world_finish_pod(mn_world *world, mn_world_pod *pod, bool succeeded,
                         const mn_pod_state *state)
{
    mn_world_workload *workload = pod->workload;
    if (pod->leaving) {
        mn_world_remove_pod(world, pod);
        return;
    }
    if (pod->slot != NULL)
        mn_slot_set_state(world, pod->slot, state);
    set_ready(world, pod, false);
    stop_counting(pod);
    pod->finished = true;
    uncount_on_node(world, pod);
    if (!succeeded && !mn_controller_deletes_failed(workload))
        mn_loops_leave_failed(world, workload, 1);
    mn_workload_touch(world, workload);
    if (workload->controller == NULL) {
        workload->ended = true;
        workload->failed = !succeeded;
        return;
    }
    mn_slot *slot = pod->slot;
    pod->slot = NULL;
    if (slot != NULL) {
        slot->lost = !succeeded;
        mn_slot_vacate(slot);
    }
    if (workload->controller->finished != NULL)
        workload->controller->finished(world, workload, pod, slot, succeeded);
    erase(world, pod);
}

/* ---- alarms */

typedef struct wake {
    mn_world *world;
    mn_world_pod *pod;
    mn_pod_alarm ring;
} wake;

static void wake_up(void *context, void *data)
{
    const wake *w = data;
    if (!w->pod->gone)
        w->ring(context, w->pod);
}

static void forget(void *data)
{
    wake *w = data;
    w->pod->references--;
    release(w->world, w->pod);
    g_free(w);
}

void mn_world_alarm(mn_world *world, mn_world_pod *pod, int64_t time_ms, bool background,
                    mn_pod_alarm ring)
{
    wake *w = g_new(wake, 1);
    *w = (wake){.world = world, .pod = pod, .ring = ring};
    pod->references++;
    mn_clock_set(world->clock,
                 &(mn_alarm){
                     .time_ms = time_ms,
                     .phase = MN_PHASE_KUBELET,
                     .background = background,
                     .ring = wake_up,
                     .data = w,
                     .forget = forget,
                 });
}
