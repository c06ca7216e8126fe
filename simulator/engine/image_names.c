/* SPDX-License-Identifier: Apache-2.0 */
/* Source: github.com/distribution/reference, ParseDockerRef. */
#include "simulator/engine/image_names.h"

#include <stdbool.h>
#include <string.h>

/* A first part with a dot or a port, or localhost, is a registry. */
static bool names_registry(const char *image, const char *slash)
{
    size_t len = (size_t)(slash - image);
    return memchr(image, '.', len) != NULL || memchr(image, ':', len) != NULL ||
           (len == strlen("localhost") && strncmp(image, "localhost", len) == 0);
}

const char *mn_image_normalised(mn_arena *arena, const char *image)
{
    const char *slash = strchr(image, '/');
    const char *prefix = "";
    if (slash == NULL)
        prefix = "docker.io/library/";
    else if (!names_registry(image, slash))
        prefix = "docker.io/";
    const char *last = strrchr(image, '/');
    bool tagged = strpbrk(last == NULL ? image : last, ":@") != NULL;
    return mn_arena_printf(arena, "%s%s%s", prefix, image, tagged ? "" : ":latest");
}
