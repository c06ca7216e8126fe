/* SPDX-License-Identifier: Apache-2.0 */
/* How a Pod starts on its node, one thing after another, as kubelet goes about it: sandbox,
 * init containers, containers; for each the image, then the container. Between
 * kubelet_life.c and kubelet_start.c. */
#ifndef MN_KUBELET_START_H
#define MN_KUBELET_START_H

#include "simulator/engine/image_shelf.h"
#include "simulator/engine/kubelet.h"
#include "simulator/engine/world.h"

/* What comes next for a Pod that starts. */
typedef enum mn_start_step {
    MN_START_NOTICE,  /* kubelet sees the Pod */
    MN_START_PULL,    /* the image of a container is asked for */
    MN_START_CREATE,  /* the image is there, or will never be: container.. */
    MN_START_STARTED, /* the container runs; an init container has ended */
    MN_START_DONE,
} mn_start_step;

/* In pod->kubelet. */
typedef struct mn_life {
    mn_start_step step;
    size_t container;    /* among init containers and containers, in this order */
    int64_t due_ms;      /* when the next step is; alarms of another time are old */
    int64_t evicted_ms;  /* NoExecute: when its time is up; MN_NEVER: not at all */
    int64_t ends_ms;     /* it leaves: when its containers have stopped */
    bool refused;        /* by admission; `answer` says why */
    bool fails;          /* its container will, once its image has come or not; likewise */
    bool ending, forced; /* it leaves; with a grace of 0, and no kubelet is asked */
    mn_pod_state answer; /* its texts are owned */
    mn_pod_state now;    /* what it showed last; static texts, or those of `answer` */
} mn_life;

/* In node->kubelet. */
typedef struct mn_node_life {
    mn_image_shelf *images;
    bool cut;  /* its kubelet is dead, or not heard of: nothing starts or stops */
    bool lost; /* the control plane knows: nothing there is Ready */
} mn_node_life;

mn_life *mn_life_of(mn_world_pod *pod);
mn_node_life *mn_node_life_of(mn_world_node *node);
mn_kubelet mn_kubelet_of(const mn_world *world, const mn_world_node *node);

/* Keeps a copy of what kubelet says. */
void mn_life_keep(mn_life *life, const mn_kubelet_answer *answer);
void mn_life_show(mn_world *world, mn_world_pod *pod, const mn_pod_state *state, bool ready);

/* From the first thing on, once or anew. */
void mn_kubelet_start(mn_world *world, mn_world_pod *pod);

/* A node that was lost is back: what was under way goes on. */
void mn_kubelet_resume(mn_world *world, mn_world_pod *pod);

/* It was Running when the run began. */
void mn_kubelet_found_running(mn_world *world, mn_world_pod *pod);

#endif
