/* SPDX-License-Identifier: Apache-2.0 */
/* ImageLocality: nodes that have the Pod's images already, weighed by how much is saved
 * and by how widely the image is spread. */
#include "core/plugins/plugins.h"

#include <string.h>

enum { MEBIBYTE = 1024 * 1024, LOW_MIB = 23, HIGH_MIB_PER_CONTAINER = 1000 };

/* "host:5000/x" has its colon before the slash: no tag. */
static const char *with_tag(mn_arena *arena, const char *image)
{
    const char *colon = strrchr(image, ':'), *slash = strrchr(image, '/');
    const bool tagged = colon != NULL && (slash == NULL || colon > slash);
    return tagged ? image : mn_arena_printf(arena, "%s:latest", image);
}

static const mn_image_state *find_image(const mn_node_info *node, const char *name)
{
    guint low = 0, high = node->images->len;
    while (low < high) {
        const guint middle = low + (high - low) / 2;
        const mn_image_state *state = g_ptr_array_index(node->images, middle);
        const int order = strcmp(state->name, name);
        if (order == 0)
            return state;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static int64_t saved(const mn_cycle *cycle, const mn_containers *containers,
                     const mn_node_info *node)
{
    int64_t sum = 0;
    for (size_t i = 0; i < containers->count; i++) {
        const char *image = containers->items[i].image;
        const char *name = with_tag(cycle->arena, image == NULL ? "" : image);
        const mn_image_state *state = find_image(node, name);
        if (state == NULL)
            continue;
        const double spread = (double)state->nodes / (double)cycle->snapshot->count;
        sum = mn_wrap_add(sum, (int64_t)((double)state->size_bytes * spread));
    }
    return sum;
}

static mn_verdict score(const mn_cycle *cycle, const mn_node_info *node, int64_t *raw)
{
    const mn_pod_spec *spec = &cycle->pod->spec;
    const int64_t count = (int64_t)(spec->init_containers.count + spec->containers.count);
    const int64_t low = (int64_t)LOW_MIB * MEBIBYTE;
    const int64_t high = (int64_t)HIGH_MIB_PER_CONTAINER * MEBIBYTE * count;
    int64_t sum = 0;
    if (node->images->len > 0)
        sum = mn_wrap_add(saved(cycle, &spec->init_containers, node),
                          saved(cycle, &spec->containers, node));
    sum = sum < low ? low : MIN(sum, high);
    *raw = high == low ? 0 : MN_SCORE_MAX * (sum - low) / (high - low);
    return mn_fits();
}

const mn_plugin mn_plugin_image_locality = {
    .name = "ImageLocality",
    .summary = "images of the Pod that the node has already",
    .index = MN_INDEX_image_locality,
    .points = AT(SCORE),
    .weight = 1,
    .score_scope = MN_SCOPE_NODE,
    .score = score,
};
