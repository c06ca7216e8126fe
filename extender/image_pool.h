/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of images, each held once however many nodes have it, and gone with the last. Of one
 * thread. */
#ifndef EXT_IMAGE_POOL_H
#define EXT_IMAGE_POOL_H

#include "extender/sightings.h"

/* 50 images with five names each is what kubelet reports at most. */
enum { EXT_IMAGES_PER_OWNER_MAX = 256, EXT_IMAGES_MAX = 65536 };

typedef struct ext_image ext_image;
typedef struct ext_image_pool ext_image_pool;

/* What one node or Pod has. */
typedef struct ext_image_set {
    ext_image **items;
    uint32_t count;
} ext_image_set;

ext_image_pool *ext_image_pool_new(void);
/* After every set has been cleared. */
void ext_image_pool_free(ext_image_pool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ext_image_pool, ext_image_pool_free)

/* What is no reference, or one too many, is passed over. `set` has room for
 * EXT_IMAGES_PER_OWNER_MAX while it is filled; ext_image_set_close() keeps what there is. */
void ext_image_set_open(ext_image_set *set);
void ext_image_set_add(ext_image_pool *pool, ext_image_set *set, mn_str image);
void ext_image_set_close(ext_image_set *set);
void ext_image_set_clear(ext_image_pool *pool, ext_image_set *set);
bool ext_image_set_eq(const ext_image_set *a, const ext_image_set *b);

/* Counting anew: begin, each owner with the OS of its node, then what was seen on one OS only. */
void ext_image_pool_begin(ext_image_pool *pool);
void ext_image_pool_count(ext_image_pool *pool, const ext_image_set *set, mn_os os, bool is_pod);
ext_sightings *ext_image_pool_sightings(ext_image_pool *pool);

#endif
