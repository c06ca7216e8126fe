/* SPDX-License-Identifier: Apache-2.0 */
/* One alarm a step, so that the pulls of a node stand in its queue in the order in which
 * they were asked for, whatever Pod they are of.
 *
 * A Pod that can never start sets no further alarm: the retries of kubelet's back-off (10 s,
 * doubling to 5 minutes) change nothing, and are not played through.
 */
#include "simulator/engine/kubelet_start.h"

#include "simulator/engine/image_names.h"
#include "simulator/engine/image_size.h"
#include "simulator/engine/kubelet_life.h"
#include "simulator/scenario/duration.h"

#include <string.h>

/* What it takes besides images, as of a small machine; Windows is slower at everything. */
static const struct {
    int64_t sandbox_ms, container_ms, init_ms;
} pace[] = {
    [false] = {.sandbox_ms = 500, .container_ms = 1000, .init_ms = 1000},
    [true] = {.sandbox_ms = 2000, .container_ms = 4000, .init_ms = 4000},
};

static const mn_pod_state running = {
    .fate = MN_FATE_RUNS, .status = "Running", .reason = "", .message = "", .remark = ""};
static const mn_pod_state completed = {
    .fate = MN_FATE_RUNS, .status = "Completed", .reason = "", .message = "", .remark = ""};
static const mn_pod_state creating = {.fate = MN_FATE_STARTING,
                                      .status = "ContainerCreating",
                                      .reason = "",
                                      .message = "",
                                      .remark = ""};

static void ring(mn_world *world, mn_world_pod *pod);

static void wait_until(mn_world *world, mn_world_pod *pod, mn_start_step step, int64_t time_ms)
{
    mn_life *life = mn_life_of(pod);
    life->step = step;
    life->due_ms = time_ms;
    mn_world_alarm(world, pod, time_ms, false, ring);
}

static bool is_windows(const mn_world_pod *pod)
{
    return pod->node->offer.os == MN_OS_WINDOWS;
}

/* ---- containers */

static const mn_container *container_at(const mn_pod *pod, size_t i, bool *init)
{
    const mn_containers *first = &pod->spec.init_containers, *then = &pod->spec.containers;
    *init = i < first->count;
    if (*init)
        return &first->items[i];
    return i - first->count < then->count ? &then->items[i - first->count] : NULL;
}

/* "Init:1/3" while init containers run, else ContainerCreating. */
static void show_progress(mn_world *world, mn_world_pod *pod)
{
    const mn_life *life = mn_life_of(pod);
    const size_t count = pod->pod->spec.init_containers.count;
    mn_pod_state state = creating;
    char status[48];
    if (life->container < count) {
        (void)g_snprintf(status, sizeof status, "Init:%zu/%zu", life->container, count);
        state.status = status;
    }
    mn_world_set_state(world, pod, &state, false);
}

/* ---- the end of it */

/* Pods of Jobs end by themselves, and those that say so. */
static int64_t duration_of(const mn_world_pod *pod)
{
    const char *said = mn_labels_find(&pod->pod->meta.annotations, MN_RUN_DURATION_ANNOTATION);
    int64_t said_ms;
    if (said != NULL && mn_duration_parse(said, &mn_duration_virtual, &said_ms))
        return said_ms;
    const bool hook = mn_labels_find(&pod->pod->meta.annotations, "helm.sh/hook") != NULL;
    const mn_workload *object = pod->workload->object;
    const bool job = object != NULL && object->kind == MN_WORKLOAD_JOB;
    return job || (hook && object == NULL) ? MN_RUN_DURATION_MS : -1;
}

static void run(mn_world *world, mn_world_pod *pod)
{
    const int64_t duration_ms = duration_of(pod);
    mn_life_show(world, pod, &running, true);
    mn_life_of(pod)->step = MN_START_DONE;
    if (duration_ms >= 0)
        wait_until(world, pod, MN_START_DONE, world->now_ms + duration_ms);
}

/* It gives its requests back, or keeps them and goes on trying. */
static void fail(mn_world *world, mn_world_pod *pod)
{
    mn_life *life = mn_life_of(pod);
    life->step = MN_START_DONE;
    if (life->answer.holds) {
        mn_life_show(world, pod, &life->answer, false);
        return;
    }
    const mn_pod_state answer = life->answer;
    mn_world_finish_pod(world, pod, false, &answer);
}

/* ---- steps */

static mn_kubelet_answer never_pulled(mn_world *world, const char *image)
{
    return (mn_kubelet_answer){
        .fate = MN_FATE_FAILED,
        .holds = true,
        .status = "ErrImageNeverPull",
        .reason = "ErrImageNeverPull",
        .message =
            mn_arena_printf(world->scratch,
                            "Container image \"%s\" is not present with pull policy of Never",
                            image),
        .remark = "imagePullPolicy is Never, and its node does not have the image",
    };
}

/* Does the container start in the end? If not, its answer is kept. */
static bool judge(mn_world *world, mn_world_pod *pod, const mn_container *container, bool init,
                  mn_kubelet_answer *answer)
{
    const mn_kubelet kubelet = mn_kubelet_of(world, pod->node);
    mn_os_need need;
    mn_world_need(world, pod->pod, &need);
    if (mn_kubelet_container(&kubelet, container, init, &need, answer))
        return true;
    mn_life_keep(mn_life_of(pod), answer);
    return false;
}

static int64_t pull(mn_world *world, mn_world_pod *pod, const mn_container *container, bool fails)
{
    const mn_os os = pod->node->offer.os;
    const mn_image_size size = mn_image_size_of(world->scenario, container->image, os);
    const mn_pull what = {
        .image = mn_image_normalised(world->scratch, container->image),
        .policy = mn_pull_policy_of(container->image_pull_policy, container->image),
        .packed_bytes = size.packed_bytes,
        .unpacked_bytes = size.unpacked_bytes,
        .fails = fails,
    };
    return mn_image_shelf_pull(
        mn_node_life_of(pod->node)->images, &world->scenario->kubelet, os, &what, world->now_ms);
}

static void ask_for_image(mn_world *world, mn_world_pod *pod)
{
    mn_life *life = mn_life_of(pod);
    bool init;
    const mn_container *container = container_at(pod->pod, life->container, &init);
    mn_kubelet_answer answer = {.pulled = true};
    life->fails = false;
    if (container == NULL) {
        run(world, pod);
        return;
    }
    show_progress(world, pod);
    if (container->image == NULL) { /* nothing to say about */
        wait_until(world, pod, MN_START_CREATE, world->now_ms);
        return;
    }
    life->fails = !judge(world, pod, container, init, &answer);
    const int64_t there_ms = pull(world, pod, container, life->fails && !answer.pulled);
    if (there_ms == MN_PULL_IMPOSSIBLE) {
        answer = never_pulled(world, container->image);
        mn_life_keep(life, &answer);
        fail(world, pod);
        return;
    }
    wait_until(world, pod, MN_START_CREATE, there_ms);
}

static void create_container(mn_world *world, mn_world_pod *pod)
{
    const mn_life *life = mn_life_of(pod);
    bool init;
    const mn_container *container = container_at(pod->pod, life->container, &init);
    if (life->fails) {
        fail(world, pod);
        return;
    }
    const bool stays = !init || g_strcmp0(container->restart_policy, "Always") == 0;
    const bool windows = is_windows(pod);
    wait_until(world,
               pod,
               MN_START_STARTED,
               world->now_ms + (stays ? pace[windows].container_ms : pace[windows].init_ms));
}

static void take_notice(mn_world *world, mn_world_pod *pod)
{
    mn_life *life = mn_life_of(pod);
    const mn_kubelet kubelet = mn_kubelet_of(world, pod->node);
    mn_kubelet_answer answer;
    if (!life->refused && !mn_kubelet_sandbox(&kubelet, pod->pod, &answer)) {
        life->refused = true;
        mn_life_keep(life, &answer);
    }
    if (life->refused)
        fail(world, pod);
    else
        wait_until(world, pod, MN_START_PULL, world->now_ms + pace[is_windows(pod)].sandbox_ms);
}

static void go_on(mn_world *world, mn_world_pod *pod)
{
    mn_life *life = mn_life_of(pod);
    switch (life->step) {
    case MN_START_NOTICE:
        take_notice(world, pod);
        return;
    case MN_START_PULL:
        ask_for_image(world, pod);
        return;
    case MN_START_CREATE:
        create_container(world, pod);
        return;
    case MN_START_STARTED:
        life->container++;
        ask_for_image(world, pod);
        return;
    case MN_START_DONE:
        mn_world_finish_pod(world, pod, true, &completed);
        return;
    }
}

/* While its node is lost, nothing goes on; mn_kubelet_resume() takes it up again. */
static void ring(mn_world *world, mn_world_pod *pod)
{
    const mn_life *life = mn_life_of(pod);
    if (!pod->leaving && world->now_ms == life->due_ms && !mn_node_life_of(pod->node)->cut)
        go_on(world, pod);
}

/* ---- from the outside */

void mn_kubelet_start(mn_world *world, mn_world_pod *pod)
{
    mn_life *life = mn_life_of(pod);
    life->container = 0;
    mn_life_show(world, pod, &creating, false);
    wait_until(world, pod, MN_START_NOTICE, world->now_ms + MN_KUBELET_NOTICE_MS);
}

void mn_kubelet_resume(mn_world *world, mn_world_pod *pod)
{
    mn_life *life = mn_life_of(pod);
    if (life->step == MN_START_DONE)
        mn_life_show(world, pod, &life->now, life->now.fate == MN_FATE_RUNS);
    if (life->due_ms > world->now_ms || (life->step == MN_START_DONE && duration_of(pod) < 0))
        return; /* its alarm rings yet, or there is none */
    wait_until(world, pod, life->step, world->now_ms);
}

void mn_kubelet_found_running(mn_world *world, mn_world_pod *pod)
{
    run(world, pod);
}
