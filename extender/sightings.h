/* SPDX-License-Identifier: Apache-2.0 */
/* What the cluster shows of images: which OS the nodes have that hold one, or run it.
 *
 * node.status.images and Ready Pods, without asking a registry. Only images that were seen on one
 * OS alone say something; those that are made for both (by their name, or by the configuration)
 * never do, wherever they have been seen so far.
 */
#ifndef EXT_SIGHTINGS_H
#define EXT_SIGHTINGS_H

#include "mullion/base/arena.h"
#include "mullion/model/pod.h"
#include "mullion/os/evidence.h"

typedef struct ext_sighting {
    mn_os os;
    uint32_t nodes; /* that hold it */
    uint32_t pods;  /* Ready, that run it */
} ext_sighting;

/* References that mean the same image have the same key: "nginx" is
 * docker.io/library/nginx:latest. False: no reference. */
enum { EXT_IMAGE_KEY_MAX = 2 * MN_IMAGE_MAX };
bool ext_image_key(mn_str image, char key[EXT_IMAGE_KEY_MAX]);

typedef struct ext_sightings ext_sightings;

/* Copies. */
ext_sightings *ext_sightings_new(const mn_str *keys, const ext_sighting *items, uint32_t count);
void ext_sightings_free(ext_sightings *sightings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ext_sightings, ext_sightings_free)

uint32_t ext_sightings_count(const ext_sightings *sightings);

/* NULL: nothing is known of it. */
const ext_sighting *ext_sightings_find(const ext_sightings *sightings, mn_str image);

/* Those of the Pod's images, as the OS policy takes them; in the arena. */
mn_os_sightings ext_sightings_of_pod(const ext_sightings *sightings, const mn_os_image_map *map,
                                     mn_arena *arena, const mn_pod_spec *spec);

#endif
