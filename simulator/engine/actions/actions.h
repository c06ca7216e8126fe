/* SPDX-License-Identifier: Apache-2.0 */
/* The timeline in a run: each action is done to the world when its time has come.
 *
 * What kubectl would print is kept as lines of the record. What it could not do ends the run,
 * in its words. Drains, failing nodes and pools that are rebuilt take their time: they go on
 * by alarms of their own.
 */
#ifndef MN_ACTIONS_H
#define MN_ACTIONS_H

#include "simulator/engine/world.h"

typedef struct mn_actions mn_actions;

/* Sets an alarm for each action of world->scenario->timeline, and world->last_entry_ms. Free it
 * after the world's clock. */
mn_actions *mn_actions_new(mn_world *world);
void mn_actions_free(mn_actions *actions);

/* What they said so far; strings live as long as the world. */
const mn_record_action *mn_actions_said(const mn_actions *actions, size_t *count);

/* A node that is cut off has this annotation, from the moment on that its kubelet is dead: long
 * before the API server learns of it. The value is the time of that moment in milliseconds. A
 * node that comes back as another machine (a pool gets another build) has lost what was in it:
 * its kernelVersion is another one. */
#define MN_NODE_FAILED_ANNOTATION "mullion.dev/failed-at-ms"

enum {
    /* node-monitor-grace-period of kube-controller-manager since v1.32. */
    MN_NODE_GRACE_MS = 50 * 1000,
};

#endif
