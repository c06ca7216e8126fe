/* SPDX-License-Identifier: Apache-2.0 */
/* StatefulSet: one Pod an ordinal, in order unless podManagementPolicy is Parallel.
 *
 * In order, nobody is made, deleted or updated before all those below are Ready: a Pod that
 * never becomes Ready holds everybody up, also the update that would mend it.
 * Source: pkg/controller/statefulset/stateful_set_control.go, v1.34.
 */
#include "simulator/engine/controllers/controller.h"
#include "simulator/engine/loops.h"
#include "simulator/engine/stamps.h"

#include <inttypes.h>
#include <string.h>

/* By ordinal; NULL: none yet. */
typedef struct members {
    GPtrArray *slots;
} members;

mn_pod *mn_stateful_set_pod(mn_arena *arena, const mn_world_workload *set, const char *ordinal)
{
    const char *number = mn_arena_strdup(arena, ordinal);
    const mn_label labels[] = {
        {"apps.kubernetes.io/pod-index", number},
        {"statefulset.kubernetes.io/pod-name", mn_arena_printf(arena, "%s-%s", set->name, ordinal)},
    };
    mn_pod *pod = mn_stamp_pod(arena, set, labels, G_N_ELEMENTS(labels));
    pod->meta.owners = mn_owned_by(arena, "apps/v1", "StatefulSet", set->name);
    return pod;
}

static mn_slot *slot_at(const mn_world_workload *set, size_t ordinal)
{
    const members *m = set->state;
    return ordinal < m->slots->len ? m->slots->pdata[ordinal] : NULL;
}

static void put_slot(const mn_world_workload *set, size_t ordinal, mn_slot *slot)
{
    const members *m = set->state;
    if (ordinal >= m->slots->len)
        g_ptr_array_set_size(m->slots, (gint)ordinal + 1);
    m->slots->pdata[ordinal] = slot;
}

/* Pods that were there before the run. */
static void adopt(const mn_world_workload *set)
{
    const size_t prefix = strlen(set->name) + 1;
    for (mn_slot *slot = set->slots; slot != NULL; slot = slot->next) {
        if (slot->pod == NULL || strlen(slot->name) <= prefix)
            continue;
        char *end = NULL;
        const uint64_t ordinal = g_ascii_strtoull(slot->name + prefix, &end, 10);
        if (*end == '\0' && ordinal < 100000 && slot_at(set, ordinal) == NULL)
            put_slot(set, ordinal, slot);
    }
}

static bool is_available(mn_world *world, const mn_world_workload *set, const mn_world_pod *pod)
{
    const mn_opt_int *least_s = &set->object->spec.min_ready_s;
    const int64_t wait_ms = least_s->set ? least_s->value * 1000 : 0;
    return pod->ready && !pod->leaving && pod->ready_ms + wait_ms <= world->now_ms;
}

/* False: everybody behind it waits. */
static bool make(mn_world *world, mn_world_workload *set, size_t ordinal, bool ordered)
{
    const char *key = mn_arena_printf(world->scratch, "%zu", ordinal);
    const char *name = mn_arena_printf(world->scratch, "%s-%zu", set->name, ordinal);
    if (mn_world_find_pod(world, set->namespace_, name) != NULL)
        return !ordered;
    mn_slot *slot = slot_at(set, ordinal);
    if (slot == NULL)
        slot = mn_slot_new(world, set);
    mn_slot_claim(slot);
    put_slot(set, ordinal, slot);
    if (set->retry_ms > world->now_ms) {
        mn_slot_vacate(slot);
        return false;
    }
    if (!mn_controller_create(world, set, slot, key, name)) {
        mn_controller_retry(world, set);
        return !ordered;
    }
    return !ordered;
}

/* True: all are there, and Ready as far as that matters. */
static bool make_all(mn_world *world, mn_world_workload *set, bool ordered)
{
    for (size_t i = 0; i < (size_t)MAX(0, set->replicas); i++) {
        const mn_slot *slot = slot_at(set, i);
        const bool goes_round = slot != NULL && slot->loop.on;
        if (!goes_round && (slot == NULL || slot->pod == NULL)) {
            if (!make(world, set, i, ordered))
                return false;
        } else if (ordered && (goes_round || !is_available(world, set, slot->pod))) {
            return false;
        }
    }
    return true;
}

/* From the top; false: one is on its way out, and the next waits for it. */
static bool shrink(mn_world *world, mn_world_workload *set, bool ordered)
{
    const members *m = set->state;
    if (ordered && set->leaving_count > 0)
        return false;
    for (size_t i = m->slots->len; i-- > (size_t)MAX(0, set->replicas);) {
        mn_slot *slot = m->slots->pdata[i];
        m->slots->pdata[i] = NULL;
        if (slot == NULL)
            continue;
        if (slot->pod == NULL) {
            mn_slot_close(world, slot);
            continue;
        }
        mn_controller_delete(world, slot->pod);
        if (ordered)
            return false;
    }
    return true;
}

static void update(mn_world *world, mn_world_workload *set)
{
    const mn_update_strategy *strategy = &set->object->spec.update_strategy;
    const mn_opt_int *partition = &strategy->rolling_update.partition;
    if (g_strcmp0(strategy->type, "OnDelete") == 0)
        return;
    const int64_t first = partition->set ? partition->value : 0;
    for (int64_t i = set->replicas; i-- > first;) {
        const mn_slot *slot = slot_at(set, (size_t)i);
        if (slot == NULL || slot->pod == NULL)
            return;
        if (slot->pod->revision != set->fingerprint) {
            mn_world_delete_pod(world, slot->pod, MN_DEPARTS_DELETED, -1);
            return;
        }
        if (!is_available(world, set, slot->pod))
            return;
    }
}

static void sync(mn_world *world, mn_world_workload *set)
{
    const bool ordered = g_strcmp0(set->object->spec.pod_management_policy, "Parallel") != 0;
    adopt(set);
    set->remark = set->replicas == 0 && set->slot_count == 0 ? "replicas: 0" : "";
    if (!mn_controller_check(world, set, set->replicas - (int64_t)set->pod_count))
        return;
    (void)mn_controller_available(world, set);
    if (!make_all(world, set, ordered) || !shrink(world, set, ordered))
        return;
    update(world, set);
}

static void changed(mn_world *world, mn_world_workload *set, const mn_workload *before)
{
    (void)before;
    set->fingerprint = mn_template_fingerprint(world, set->templ);
    if (set->state != NULL)
        return;
    members *m = g_new0(members, 1);
    m->slots = g_ptr_array_new();
    set->state = m;
}

/* The controller deletes it, to make one of the same name at once. */
static void finished(mn_world *world, mn_world_workload *set, mn_world_pod *pod, mn_slot *slot,
                     bool succeeded)
{
    (void)set;
    (void)pod;
    if (slot != NULL && !succeeded)
        mn_loop_note_failure(world, slot, 0);
}

static void forget(mn_world_workload *set)
{
    members *m = set->state;
    g_ptr_array_unref(m->slots);
    g_free(m);
}

const mn_controller mn_stateful_set_controller = {.changed = changed,
                                                  .sync = sync,
                                                  .finished = finished,
                                                  .wanted = mn_controller_by_replicas,
                                                  .forget = forget};
