/* SPDX-License-Identifier: Apache-2.0 */
/* Images by name. The first node that reports a name says its size; later, other sizes
 * are ignored as long as any node has the name. */
#include "core/cluster/cache.h"

#include <string.h>

static void state_free(gpointer data)
{
    g_free(data);
}

void mn_images_init(mn_images *images)
{
    images->states = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, state_free);
}

void mn_images_clear(mn_images *images)
{
    g_hash_table_unref(images->states);
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    const mn_image_state *const *left = a, *const *right = b;
    return strcmp((*left)->name, (*right)->name);
}

static bool has(const GPtrArray *list, const mn_image_state *state)
{
    for (guint i = 0; i < list->len; i++) {
        if (g_ptr_array_index(list, i) == state)
            return true;
    }
    return false;
}

static void learn_name(mn_images *images, GPtrArray *list, const char *name, int64_t size_bytes)
{
    mn_image_state *state = g_hash_table_lookup(images->states, name);
    if (state != NULL && has(list, state))
        return;
    if (state == NULL) {
        const size_t length = strlen(name);
        char *memory = g_malloc0(sizeof *state + length + 1);
        memcpy(memory + sizeof *state, name, length + 1);
        state = (mn_image_state *)(void *)memory;
        state->name = memory + sizeof *state;
        state->size_bytes = size_bytes;
        g_hash_table_insert(images->states, memory + sizeof *state, state);
    }
    state->nodes++;
    g_ptr_array_add(list, state);
}

/* Copies of the node_info may still hold the old list, so a new one is made. */
void mn_images_learn(mn_images *images, mn_node_info *info)
{
    GPtrArray *list = g_ptr_array_new();
    const mn_node_images *known = &info->node->status.images;
    for (size_t i = 0; i < known->count; i++) {
        const mn_node_image *image = &known->items[i];
        const int64_t size_bytes = image->size_bytes.set ? image->size_bytes.value : 0;
        for (size_t j = 0; j < image->names.count; j++)
            learn_name(images, list, image->names.items[j], size_bytes);
    }
    g_ptr_array_sort(list, by_name);
    g_ptr_array_unref(info->images);
    info->images = list;
}

void mn_images_forget(mn_images *images, mn_node_info *info)
{
    for (guint i = 0; i < info->images->len; i++) {
        mn_image_state *state = g_ptr_array_index(info->images, i);
        if (--state->nodes == 0)
            g_hash_table_remove(images->states, state->name);
    }
    g_ptr_array_unref(info->images);
    info->images = g_ptr_array_new();
}
