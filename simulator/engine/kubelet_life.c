/* SPDX-License-Identifier: Apache-2.0 */
/* Kubelets in virtual time: what kubelet.c says of a Pod, and when. */
#include "simulator/engine/kubelet_life.h"

#include "simulator/engine/kubelet.h"

#include <string.h>

typedef struct life {
    bool refused; /* by admission; `answer` says why */
    bool ending;
    mn_pod_state answer; /* its message is owned */
} life;

static life *life_of(mn_world_pod *pod)
{
    if (pod->kubelet == NULL)
        pod->kubelet = g_new0(life, 1);
    return pod->kubelet;
}

static void keep(life *l, const mn_kubelet_answer *answer)
{
    g_free((void *)(uintptr_t)l->answer.message);
    g_free((void *)(uintptr_t)l->answer.status);
    g_free((void *)(uintptr_t)l->answer.reason);
    g_free((void *)(uintptr_t)l->answer.remark);
    l->answer = (mn_pod_state){
        .fate = answer->fate,
        .holds = answer->holds,
        .status = g_strdup(answer->status),
        .reason = g_strdup(answer->reason),
        .message = g_strdup(answer->message),
        .remark = g_strdup(answer->remark),
    };
}

static mn_kubelet kubelet_of(const mn_world *world, const mn_world_node *node)
{
    return (mn_kubelet){
        .arena = world->scratch,
        .truth = &world->truth,
        .node = node->node,
        .offer = node->offer,
    };
}

bool mn_kubelet_life_admit(mn_world *world, mn_world_pod *pod)
{
    const mn_kubelet kubelet = kubelet_of(world, pod->node);
    const mn_node_info *info =
        mn_snapshot_find(mn_cache_snapshot(world->cache), pod->node->node->meta.name);
    mn_kubelet_answer answer;
    if (pod->existed || mn_kubelet_admits(&kubelet, pod->pod, info, pod->class_, &answer))
        return true;
    life *l = life_of(pod);
    l->refused = true;
    keep(l, &answer);
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

static const mn_pod_state running = {
    .fate = MN_FATE_RUNS, .status = "Running", .reason = "", .message = "", .remark = ""};
static const mn_pod_state completed = {
    .fate = MN_FATE_RUNS, .status = "Completed", .reason = "", .message = "", .remark = ""};
static const mn_pod_state creating = {.fate = MN_FATE_STARTING,
                                      .status = "ContainerCreating",
                                      .reason = "",
                                      .message = "",
                                      .remark = ""};

/* ---- alarms */

static void complete(mn_world *world, mn_world_pod *pod)
{
    mn_world_finish_pod(world, pod, true, &completed);
}

/* Pods of Jobs end by themselves, and those that say so. */
static int64_t duration_of(const mn_world_pod *pod)
{
    const char *said = mn_labels_find(&pod->pod->meta.annotations, MN_RUN_DURATION_ANNOTATION);
    if (said != NULL)
        return mn_duration_ms(said);
    const bool hook = mn_labels_find(&pod->pod->meta.annotations, "helm.sh/hook") != NULL;
    const mn_workload *object = pod->workload->object;
    const bool job = object != NULL && object->kind == MN_WORKLOAD_JOB;
    return job || (hook && object == NULL) ? MN_RUN_DURATION_MS : -1;
}

static void start(mn_world *world, mn_world_pod *pod)
{
    if (pod->leaving)
        return;
    mn_world_set_state(world, pod, &running, true);
    const int64_t duration_ms = duration_of(pod);
    if (duration_ms >= 0)
        mn_world_alarm(world, pod, world->now_ms + duration_ms, false, complete);
}

static void notice(mn_world *world, mn_world_pod *pod)
{
    const life *l = pod->kubelet;
    if (pod->leaving)
        return;
    if (l->answer.fate == MN_FATE_RUNS) {
        mn_world_alarm(world, pod, world->now_ms + MN_CONTAINER_START_MS, false, start);
    } else if (l->answer.holds) {
        mn_world_set_state(world, pod, &l->answer, false);
    } else {
        const mn_pod_state answer = l->answer;
        mn_world_finish_pod(world, pod, false, &answer);
    }
}

void mn_kubelet_life_begin(mn_world *world, mn_world_pod *pod)
{
    life *l = life_of(pod);
    if (pod->existed && was_ready(pod->pod)) {
        start(world, pod);
        return;
    }
    if (!l->refused) {
        const mn_kubelet kubelet = kubelet_of(world, pod->node);
        mn_os_need need;
        mn_world_need(world, pod->pod, &need);
        const mn_kubelet_answer answer = mn_kubelet_run(&kubelet, pod->pod, &need);
        keep(l, &answer);
    }
    mn_world_set_state(world, pod, &creating, false);
    mn_world_alarm(world, pod, world->now_ms + MN_KUBELET_NOTICE_MS, false, notice);
}

static void stopped(mn_world *world, mn_world_pod *pod)
{
    mn_world_remove_pod(world, pod);
}

void mn_kubelet_life_end(mn_world *world, mn_world_pod *pod, int64_t grace_s)
{
    life *l = life_of(pod);
    if (l->ending)
        return;
    l->ending = true;
    const int64_t wait_ms = MIN(grace_s * 1000, MN_TERMINATION_MS);
    mn_world_alarm(world, pod, world->now_ms + wait_ms, false, stopped);
}

void mn_kubelet_life_node(mn_world *world, mn_world_node *node, const mn_node *before,
                          const mn_node *after)
{
    (void)world;
    (void)node;
    (void)before;
    (void)after;
}

void mn_kubelet_life_free(mn_world_pod *pod)
{
    life *l = pod->kubelet;
    pod->kubelet = NULL;
    if (l == NULL)
        return;
    g_free((void *)(uintptr_t)l->answer.message);
    g_free((void *)(uintptr_t)l->answer.status);
    g_free((void *)(uintptr_t)l->answer.reason);
    g_free((void *)(uintptr_t)l->answer.remark);
    g_free(l);
}

void mn_kubelet_life_free_node(mn_world_node *node)
{
    (void)node;
}

/* ---- durations, as Go writes them */

int64_t mn_duration_ms(const char *text)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"ms", 1}, {"h", 3600000}, {"m", 60000}, {"s", 1000}};
    int64_t total = 0;
    if (*text == '\0')
        return -1;
    while (*text != '\0') {
        char *end = NULL;
        const uint64_t number = g_ascii_strtoull(text, &end, 10);
        if (end == text || *text == '-' || number > 100000000)
            return -1;
        size_t i = 0;
        while (i < G_N_ELEMENTS(units) && !g_str_has_prefix(end, units[i].unit))
            i++;
        if (i == G_N_ELEMENTS(units))
            return -1;
        total += (int64_t)number * units[i].ms;
        text = end + strlen(units[i].unit);
    }
    return total;
}
