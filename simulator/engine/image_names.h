/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MN_IMAGE_NAMES_H
#define MN_IMAGE_NAMES_H

#include "mullion/base/arena.h"

/* As containerd spells it in its messages: "redis" is "docker.io/library/redis:latest". */
const char *mn_image_normalised(mn_arena *arena, const char *image);

#endif
