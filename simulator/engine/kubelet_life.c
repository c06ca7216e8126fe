/* SPDX-License-Identifier: Apache-2.0 */
/* Kubelets in virtual time: who is told of what. How a Pod starts is in kubelet_start.c. */
#include "simulator/engine/kubelet_life.h"

#include "simulator/engine/actions/actions.h"
#include "simulator/engine/kubelet_start.h"
#include "simulator/engine/taint_eviction.h"

#include <string.h>

/* ---- what is kept */

static void clear_answer(mn_life *life)
{
    const char *const texts[] = {
        life->answer.status, life->answer.reason, life->answer.message, life->answer.remark};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free((void *)(uintptr_t)texts[i]);
    life->answer = (mn_pod_state){.status = NULL};
}

mn_life *mn_life_of(mn_world_pod *pod)
{
    if (pod->kubelet == NULL) {
        mn_life *life = g_new0(mn_life, 1);
        life->evicted_ms = MN_NEVER;
        pod->kubelet = life;
    }
    return pod->kubelet;
}

mn_node_life *mn_node_life_of(mn_world_node *node)
{
    if (node->kubelet == NULL) {
        mn_node_life *life = g_new0(mn_node_life, 1);
        life->images = mn_image_shelf_new(node->node);
        node->kubelet = life;
    }
    return node->kubelet;
}

mn_kubelet mn_kubelet_of(const mn_world *world, const mn_world_node *node)
{
    return (mn_kubelet){
        .arena = world->scratch,
        .truth = &world->truth,
        .node = node->node,
        .offer = node->offer,
    };
}

void mn_life_keep(mn_life *life, const mn_kubelet_answer *answer)
{
    clear_answer(life);
    life->answer = (mn_pod_state){
        .fate = answer->fate,
        .holds = answer->holds,
        .status = g_strdup(answer->status),
        .reason = g_strdup(answer->reason),
        .message = g_strdup(answer->message),
        .remark = g_strdup(answer->remark),
    };
}

void mn_life_show(mn_world *world, mn_world_pod *pod, const mn_pod_state *state, bool ready)
{
    mn_life_of(pod)->now = *state;
    mn_world_set_state(world, pod, state, ready);
}

/* ---- Pods come */

bool mn_kubelet_life_admit(mn_world *world, mn_world_pod *pod)
{
    const mn_kubelet kubelet = mn_kubelet_of(world, pod->node);
    const mn_node_info *info =
        mn_snapshot_find(mn_cache_snapshot(world->cache), pod->node->node->meta.name);
    mn_kubelet_answer answer;
    if (pod->existed || mn_kubelet_admits(&kubelet, pod->pod, info, pod->class_, &answer))
        return true;
    mn_life *life = mn_life_of(pod);
    life->refused = true;
    mn_life_keep(life, &answer);
    return false;
}

/* Observed is better than computed. */
static bool was_ready(const mn_pod *pod)
{
    for (size_t i = 0; i < pod->status.conditions.count; i++) {
        const mn_pod_condition *condition = &pod->status.conditions.items[i];
        if (g_strcmp0(condition->type, "Ready") == 0)
            return g_strcmp0(condition->status, "True") == 0;
    }
    return false;
}

void mn_kubelet_life_begin(mn_world *world, mn_world_pod *pod)
{
    if (pod->existed && was_ready(pod->pod))
        mn_kubelet_found_running(world, pod);
    else
        mn_kubelet_start(world, pod);
    mn_taint_eviction_look(world, pod);
}

/* ---- Pods go */

static void stopped(mn_world *world, mn_world_pod *pod)
{
    const mn_life *life = mn_life_of(pod);
    const bool cut = pod->node != NULL && mn_node_life_of(pod->node)->cut;
    if (life->ends_ms <= world->now_ms && (life->forced || !cut))
        mn_world_remove_pod(world, pod);
}

/* A grace of 0 is kubectl delete --force: the API server asks no kubelet then. */
void mn_kubelet_life_end(mn_world *world, mn_world_pod *pod, int64_t grace_s)
{
    mn_life *life = mn_life_of(pod);
    const int64_t end_ms = world->now_ms + MIN(grace_s * 1000, MN_TERMINATION_MS);
    const bool forced = grace_s == 0;
    if (life->ending && life->ends_ms <= end_ms && forced == life->forced)
        return;
    life->ending = true;
    life->forced = forced;
    life->ends_ms = end_ms;
    mn_world_alarm(world, pod, end_ms, false, stopped);
}

/* ---- nodes */

static bool is_lost(const mn_node *node)
{
    for (size_t i = 0; i < node->status.conditions.count; i++) {
        const mn_node_condition *condition = &node->status.conditions.items[i];
        if (g_strcmp0(condition->type, "Ready") == 0)
            return g_strcmp0(condition->status, "True") != 0;
    }
    return false;
}

/* For some time before anybody notices. */
static bool is_dead(const mn_node *node)
{
    return mn_labels_find(&node->meta.annotations, MN_NODE_FAILED_ANNOTATION) != NULL;
}

typedef void (*pod_visit)(mn_world *world, mn_world_pod *pod);

/* The Pod that is visited may leave the node, others may not. */
static void each_pod(mn_world *world, mn_world_node *node, pod_visit visit)
{
    for (mn_world_pod *pod = node->pods, *next; pod != NULL; pod = next) {
        next = pod->on_node.next;
        visit(world, pod);
    }
}

/* The node controller marks Pods of such a node as not Ready; the rest it cannot know. */
static void lose(mn_world *world, mn_world_pod *pod)
{
    if (!pod->finished && pod->ready)
        mn_world_set_state(world, pod, &mn_life_of(pod)->now, false);
}

static void find_again(mn_world *world, mn_world_pod *pod)
{
    mn_life *life = mn_life_of(pod);
    if (life->ending) {
        life->ends_ms = world->now_ms + MN_TERMINATION_MS;
        mn_world_alarm(world, pod, life->ends_ms, false, stopped);
    } else if (!pod->finished) {
        mn_kubelet_resume(world, pod);
    }
}

/* Another system on the node: its Pods are still bound to it, and start anew there, with
 * another runtime than the one that may have refused them. */
static void start_anew(mn_world *world, mn_world_pod *pod)
{
    if (pod->finished || pod->leaving)
        return;
    mn_life_of(pod)->refused = false;
    mn_kubelet_start(world, pod);
}

static bool is_another_system(const mn_node *before, const mn_node *after)
{
    return before != NULL &&
           g_strcmp0(before->status.info.kernel_version, after->status.info.kernel_version) != 0;
}

void mn_kubelet_life_node(mn_world *world, mn_world_node *node, const mn_node *before,
                          const mn_node *after)
{
    if (after == NULL)
        return;
    mn_node_life *life = mn_node_life_of(node);
    const bool was_lost = life->lost, was_cut = life->cut;
    life->lost = is_lost(after);
    life->cut = life->lost || is_dead(after);
    if (is_another_system(before, after)) {
        mn_image_shelf_free(life->images);
        life->images = mn_image_shelf_new(after);
        each_pod(world, node, start_anew);
    }
    if (life->lost && !was_lost)
        each_pod(world, node, lose);
    if (was_cut && !life->cut)
        each_pod(world, node, find_again);
    if (before != NULL && before->spec.taints.items != after->spec.taints.items)
        each_pod(world, node, mn_taint_eviction_look);
}

/* ---- the end */

void mn_kubelet_life_free(mn_world_pod *pod)
{
    if (pod->kubelet != NULL)
        clear_answer(pod->kubelet);
    g_clear_pointer(&pod->kubelet, g_free);
}

void mn_kubelet_life_free_node(mn_world_node *node)
{
    mn_node_life *life = node->kubelet;
    node->kubelet = NULL;
    if (life == NULL)
        return;
    mn_image_shelf_free(life->images);
    g_free(life);
}
