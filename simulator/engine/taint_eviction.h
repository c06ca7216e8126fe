/* SPDX-License-Identifier: Apache-2.0 */
/* NoExecute: Pods that do not tolerate such a taint of their node are deleted, at once or when
 * their tolerationSeconds are over. Source: pkg/controller/tainteviction of v1.34. */
#ifndef MN_TAINT_EVICTION_H
#define MN_TAINT_EVICTION_H

#include "simulator/engine/world.h"

/* The Pod came to its node, or the node's taints changed. A Pod whose time runs keeps that
 * time until no NoExecute taint is left. May delete the Pod, which is not gone before the
 * call returns. */
void mn_taint_eviction_look(mn_world *world, mn_world_pod *pod);

#endif
