/* SPDX-License-Identifier: Apache-2.0 */
/* ReplicaSet and ReplicationController.
 *
 * Pods that leave or have Failed do not count, so they are replaced at once, and nothing
 * slows that down: only a refused creation is tried again later and later.
 * Source: pkg/controller/replicaset, pkg/controller ActivePodsWithRanks, v1.34.
 */
#include "simulator/engine/controllers/controller.h"
#include "simulator/engine/loops.h"
#include "simulator/engine/stamps.h"

#include <string.h>

mn_pod *mn_replica_set_pod(mn_arena *arena, const mn_world_workload *workload, const char *key)
{
    (void)key;
    const bool set = workload->object->kind == MN_WORKLOAD_REPLICA_SET;
    mn_pod *pod = mn_stamp_pod(arena, workload, NULL, 0);
    pod->meta.owners = mn_owned_by(arena, set ? "apps/v1" : "v1", workload->kind, workload->name);
    return pod;
}

/* ---- who goes first */

typedef struct candidate {
    mn_world_pod *pod;
    size_t neighbours; /* Pods of the same owner on its node */
    int64_t cost;
} candidate;

static int phase_of(const mn_world_pod *pod)
{
    const bool running = pod->slot != NULL && (pod->ready || pod->slot->state.fate == MN_FATE_RUNS);
    return running ? 1 : 0;
}

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* The age of being Ready, on a scale of powers of two, as the feature LogarithmicScaleDown
 * has it. */
static int64_t rank_of_age(int64_t now_ms, int64_t then_ms)
{
    const int64_t age_s = then_ms < 0 ? 0 : (now_ms - then_ms) / 1000;
    return age_s <= 0 ? -1 : 63 - __builtin_clzll((unsigned long long)age_s);
}

static int by_deletion(const void *a, const void *b, void *now)
{
    const candidate *x = a, *y = b;
    const int64_t now_ms = *(const int64_t *)now;
    const int orders[] = {
        compare(x->pod->node != NULL, y->pod->node != NULL),
        compare(phase_of(x->pod), phase_of(y->pod)),
        compare(x->pod->ready, y->pod->ready),
        compare(x->cost, y->cost),
        compare((int64_t)y->neighbours, (int64_t)x->neighbours),
        compare(rank_of_age(now_ms, x->pod->ready_ms), rank_of_age(now_ms, y->pod->ready_ms)),
        compare(rank_of_age(now_ms, x->pod->created_ms), rank_of_age(now_ms, y->pod->created_ms)),
        compare((int64_t)y->pod->number, (int64_t)x->pod->number),
    };
    for (size_t i = 0; i < G_N_ELEMENTS(orders); i++) {
        if (orders[i] != 0)
            return orders[i];
    }
    return 0;
}

static int64_t cost_of(const mn_pod *pod)
{
    const char *cost =
        mn_labels_find(&pod->meta.annotations, "controller.kubernetes.io/pod-deletion-cost");
    return cost == NULL ? 0 : g_ascii_strtoll(cost, NULL, 10);
}

/* Of the whole Deployment, old ReplicaSets included. */
static void count_neighbours(GHashTable *counts, const mn_world_workload *workload)
{
    const mn_world_pod *pod = workload->pods;
    for (; pod != NULL; pod = pod->of_workload.next) {
        if (pod->node == NULL || pod->leaving || pod->finished)
            continue;
        const gsize before = GPOINTER_TO_SIZE(g_hash_table_lookup(counts, pod->node));
        g_hash_table_insert(counts, pod->node, GSIZE_TO_POINTER(before + 1));
    }
}

static GArray *candidates_of(const mn_world_workload *workload)
{
    g_autoptr(GHashTable) counts = g_hash_table_new(g_direct_hash, g_direct_equal);
    GArray *candidates = g_array_new(FALSE, FALSE, sizeof(candidate));
    if (workload->owner == NULL)
        count_neighbours(counts, workload);
    for (guint i = 0; workload->owner != NULL && i < workload->owner->children->len; i++)
        count_neighbours(counts, workload->owner->children->pdata[i]);
    for (mn_world_pod *pod = workload->pods; pod != NULL; pod = pod->of_workload.next) {
        if (pod->leaving || pod->finished)
            continue;
        const candidate one = {
            .pod = pod,
            .neighbours = GPOINTER_TO_SIZE(g_hash_table_lookup(counts, pod->node)),
            .cost = cost_of(pod->pod),
        };
        g_array_append_val(candidates, one);
    }
    return candidates;
}

static void scale_down(mn_world *world, mn_world_workload *workload, size_t count)
{
    g_autoptr(GArray) candidates = candidates_of(workload);
    g_array_sort_with_data(candidates, by_deletion, &world->now_ms);
    for (size_t i = 0; i < count && i < candidates->len; i++)
        mn_controller_delete(world, g_array_index(candidates, candidate, i).pod);
}

/* Those whose Pods are refused anyhow go first. How many. */
static int64_t shed_loops(mn_world *world, mn_world_workload *workload, int64_t count)
{
    int64_t shed = 0;
    for (mn_slot *slot = workload->last_slot, *before; slot != NULL && shed < count;
         slot = before) {
        before = slot->prev;
        if (!slot->loop.on)
            continue;
        mn_slot_close(world, slot);
        shed++;
    }
    return shed;
}

/* ---- */

/* Nothing slows the replacement down. */
void mn_replica_set_finished(mn_world *world, mn_world_workload *workload, mn_world_pod *pod,
                             mn_slot *slot, bool succeeded)
{
    (void)workload;
    (void)pod;
    if (slot != NULL && !succeeded)
        mn_loop_note_failure(world, slot, 0);
}

static void scale_up(mn_world *world, mn_world_workload *workload, int64_t count)
{
    bool refused = false;
    if (!mn_controller_check(world, workload, count))
        return;
    g_autoptr(GPtrArray) slots = mn_controller_take(world, workload, (size_t)count);
    for (guint i = 0; i < slots->len; i++)
        refused = !mn_controller_create(world, workload, slots->pdata[i], "", NULL) || refused;
    if (refused)
        mn_controller_retry(world, workload);
}

static void sync(mn_world *world, mn_world_workload *workload)
{
    const int64_t wanted = MAX(0, workload->replicas);
    int64_t missing = wanted - (int64_t)(workload->pod_count + workload->looping_count);
    if (missing < 0)
        missing += shed_loops(world, workload, -missing);
    if (missing < 0)
        scale_down(world, workload, (size_t)-missing);
    mn_slot_close_vacant(world, workload, (size_t)MAX(0, missing));
    if (missing > 0 && workload->retry_ms <= world->now_ms)
        scale_up(world, workload, missing);
    if (workload->owner == NULL)
        workload->remark = wanted == 0 && workload->slot_count == 0 ? "replicas: 0" : "";
    if (workload->owner == NULL)
        (void)mn_controller_available(world, workload);
}

const mn_controller mn_replica_set_controller = {
    .sync = sync,
    .finished = mn_replica_set_finished,
    .wanted = mn_controller_by_replicas,
};
