/* SPDX-License-Identifier: Apache-2.0 */
/* How large an image is: what the scenario says, or a guess from its name. */
#ifndef MN_IMAGE_SIZE_H
#define MN_IMAGE_SIZE_H

#include "mullion/os/os.h"
#include "simulator/scenario/scenario.h"

typedef struct mn_image_size {
    int64_t packed_bytes;   /* as it is downloaded: `size` of a scenario */
    int64_t unpacked_bytes; /* on disk */
} mn_image_size;

/* `os`: of the node that pulls it, since one tag may stand for several images. */
mn_image_size mn_image_size_of(const mn_scenario *scenario, const char *image, mn_os os);

#endif
