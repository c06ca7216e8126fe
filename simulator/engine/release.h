/* SPDX-License-Identifier: Apache-2.0 */
/* Helm releases: what waits for which hook.
 *
 * Objects are of one release that have the same namespace and the same label
 * app.kubernetes.io/instance (or annotation meta.helm.sh/release-name). Hooks are those with
 * the annotation helm.sh/hook. As `helm install` does it, the hooks of pre-install come first,
 * one by one by their weight, and each has to complete; then everything else; then those of
 * post-install. A hook that fails, or never ends, leaves the rest of its release uncreated.
 * Hooks of other events (test, pre-delete, pre-upgrade alone) are not run.
 * https://helm.sh/docs/topics/charts_hooks/
 */
#ifndef MN_RELEASE_H
#define MN_RELEASE_H

#include "simulator/engine/world.h"

/* Takes the workload into its release, if it has one. */
void mn_release_enter(mn_world *world, mn_world_workload *workload);
void mn_release_leave(mn_world *world, mn_world_workload *workload);

/* Whether it has to wait; its remark says for what. */
bool mn_release_blocks(mn_world *world, mn_world_workload *workload);

/* A hook of another event: it is not run at all. */
bool mn_release_is_left_out(const mn_world_workload *workload);

/* It may have ended: those that waited for it are looked at. */
void mn_release_look(mn_world *world, mn_world_workload *workload);

void mn_releases_free(mn_world *world);

#endif
