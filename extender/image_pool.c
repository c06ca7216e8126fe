/* SPDX-License-Identifier: Apache-2.0 */
#include "extender/image_pool.h"

#include <string.h>

struct ext_image {
    char *key;
    uint32_t owners;
    uint32_t nodes[MN_OS_COUNT], pods[MN_OS_COUNT];
};

struct ext_image_pool {
    GHashTable *images; /* key -> ext_image */
};

static void image_free(gpointer data)
{
    ext_image *image = data;
    g_free(image->key);
    g_free(image);
}

ext_image_pool *ext_image_pool_new(void)
{
    ext_image_pool *pool = g_new0(ext_image_pool, 1);
    pool->images = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, image_free);
    return pool;
}

void ext_image_pool_free(ext_image_pool *pool)
{
    if (pool == NULL)
        return;
    g_hash_table_unref(pool->images);
    g_free(pool);
}

/* ---- sets */

void ext_image_set_open(ext_image_set *set)
{
    *set = (ext_image_set){.items = g_new(ext_image *, EXT_IMAGES_PER_OWNER_MAX)};
}

void ext_image_set_add(ext_image_pool *pool, ext_image_set *set, mn_str image)
{
    char key[EXT_IMAGE_KEY_MAX];
    if (set->count == EXT_IMAGES_PER_OWNER_MAX || !ext_image_key(image, key))
        return;
    ext_image *found = g_hash_table_lookup(pool->images, key);
    if (found == NULL && g_hash_table_size(pool->images) >= EXT_IMAGES_MAX)
        return;
    if (found == NULL) {
        found = g_new0(ext_image, 1);
        found->key = g_strdup(key);
        g_hash_table_insert(pool->images, found->key, found);
    }
    for (uint32_t i = 0; i < set->count; i++)
        if (set->items[i] == found)
            return;
    found->owners++;
    set->items[set->count++] = found;
}

void ext_image_set_close(ext_image_set *set)
{
    set->items = g_renew(ext_image *, set->items, set->count);
}

void ext_image_set_clear(ext_image_pool *pool, ext_image_set *set)
{
    for (uint32_t i = 0; i < set->count; i++)
        if (--set->items[i]->owners == 0)
            g_hash_table_remove(pool->images, set->items[i]->key);
    g_clear_pointer(&set->items, g_free);
    set->count = 0;
}

bool ext_image_set_eq(const ext_image_set *a, const ext_image_set *b)
{
    return a->count == b->count &&
           (a->count == 0 || memcmp(a->items, b->items, a->count * sizeof(ext_image *)) == 0);
}

/* ---- counting */

void ext_image_pool_begin(ext_image_pool *pool)
{
    GHashTableIter iter;
    void *value;
    g_hash_table_iter_init(&iter, pool->images);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        ext_image *image = value;
        memset(image->nodes, 0, sizeof image->nodes);
        memset(image->pods, 0, sizeof image->pods);
    }
}

void ext_image_pool_count(ext_image_pool *pool, const ext_image_set *set, mn_os os, bool is_pod)
{
    (void)pool;
    for (uint32_t i = 0; i < set->count; i++) {
        uint32_t *counts = is_pod ? set->items[i]->pods : set->items[i]->nodes;
        counts[os]++;
    }
}

/* A node of an unknown OS could be of either. */
static mn_os only_os_of(const ext_image *image)
{
    const bool on_linux = image->nodes[MN_OS_LINUX] + image->pods[MN_OS_LINUX] > 0;
    const bool on_windows = image->nodes[MN_OS_WINDOWS] + image->pods[MN_OS_WINDOWS] > 0;
    if (on_linux == on_windows || image->nodes[MN_OS_UNKNOWN] + image->pods[MN_OS_UNKNOWN] > 0)
        return MN_OS_UNKNOWN;
    return on_linux ? MN_OS_LINUX : MN_OS_WINDOWS;
}

ext_sightings *ext_image_pool_sightings(ext_image_pool *pool)
{
    const guint most = g_hash_table_size(pool->images);
    g_autofree mn_str *keys = g_new(mn_str, most);
    g_autofree ext_sighting *items = g_new(ext_sighting, most);
    uint32_t count = 0;
    GHashTableIter iter;
    void *value;
    g_hash_table_iter_init(&iter, pool->images);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const ext_image *image = value;
        const mn_os os = only_os_of(image);
        if (os == MN_OS_UNKNOWN)
            continue;
        keys[count] = mn_str_of(image->key);
        items[count++] =
            (ext_sighting){.os = os, .nodes = image->nodes[os], .pods = image->pods[os]};
    }
    return ext_sightings_new(keys, items, count);
}
