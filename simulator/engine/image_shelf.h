/* SPDX-License-Identifier: Apache-2.0 */
/* The images on one node, and the queue for the registry in front of them.
 *
 * A pull takes the time to download and to unpack; one at a time unless the scenario says
 * otherwise (kubelet's serializeImagePulls). An image that is there, or comes already for
 * another Pod, is not pulled again.
 */
#ifndef MN_IMAGE_SHELF_H
#define MN_IMAGE_SHELF_H

#include "mullion/model/node.h"
#include "simulator/scenario/scenario.h"

typedef struct mn_image_shelf mn_image_shelf;

/* With what node.status.images lists. */
mn_image_shelf *mn_image_shelf_new(const mn_node *node);
void mn_image_shelf_free(mn_image_shelf *shelf);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mn_image_shelf, mn_image_shelf_free)

/* kubelet's imagePullPolicy, with what it is for an image when the container does not say:
 * Always for the tag latest and for none, else IfNotPresent. */
typedef enum mn_pull_policy {
    MN_PULL_IF_NOT_PRESENT,
    MN_PULL_ALWAYS,
    MN_PULL_NEVER,
} mn_pull_policy;
mn_pull_policy mn_pull_policy_of(const char *policy, const char *image);

typedef struct mn_pull {
    const char *image; /* normalised; copied */
    mn_pull_policy policy;
    int64_t packed_bytes, unpacked_bytes; /* downloaded; on disk */
    bool fails; /* there is nothing for this platform: the index is all that is fetched */
} mn_pull;

/* When a pull that is asked for now is over, in ms; MN_PULL_IMPOSSIBLE: Never, and it is not
 * there. Calls are made in the order of time. */
#define MN_PULL_IMPOSSIBLE INT64_MAX
int64_t mn_image_shelf_pull(mn_image_shelf *shelf, const mn_kubelet_settings *settings, mn_os os,
                            const mn_pull *pull, int64_t now_ms);

#endif
