/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes of Windows base images are those of Microsoft's release notes and listings; an
 * application on top of Server Core is rarely much smaller or larger. */
#include "simulator/engine/image_size.h"

#include "mullion/os/image.h"

#include <string.h>

#define MIB (1LL << 20)

/* On disk an image takes some two and a half times what was downloaded. */
static mn_image_size size_of(int64_t packed_bytes)
{
    return (mn_image_size){.packed_bytes = packed_bytes, .unpacked_bytes = packed_bytes / 2 * 5};
}

/* The first word that the reference has; sizes as downloaded. */
static const struct {
    const char *word;
    int64_t bytes;
} windows_words[] = {
    {"nanoserver", 110 * MIB},
    {"servercore", 1900 * MIB},
    {"windows/server:", 3100 * MIB},
    {"/windows:", 3400 * MIB},
};

enum { LINUX_MIB = 100, WINDOWS_MIB = 2000 };

mn_image_size mn_image_size_of(const mn_scenario *scenario, const char *image, mn_os os)
{
    for (size_t i = 0; i < scenario->image_count; i++) {
        const mn_image_truth *row = &scenario->images[i];
        if (mn_image_matches(row->match, mn_str_of(image))) {
            if (row->size_bytes > 0)
                return size_of(row->size_bytes);
            break;
        }
    }
    if (os != MN_OS_WINDOWS)
        return size_of(LINUX_MIB * MIB);
    for (size_t i = 0; i < G_N_ELEMENTS(windows_words); i++) {
        if (strstr(image, windows_words[i].word) != NULL)
            return size_of(windows_words[i].bytes);
    }
    return size_of(WINDOWS_MIB * MIB);
}
