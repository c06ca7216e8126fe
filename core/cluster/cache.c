/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes and the Pods on them.
 *
 * Invariant: a Pod stands in `places`, and in exactly one of: its node's list, the
 * list of a node that is not there (`orphans`). Every change of a node goes through
 * touch(), which moves versions on and writes the journal.
 */
#include "core/cluster/cache.h"

#include <string.h>

/* Pods by UID, or by namespace and name where they have none. */
static guint pod_hash(gconstpointer key)
{
    const mn_pod *pod = key;
    if (pod->meta.uid != NULL)
        return g_str_hash(pod->meta.uid);
    return g_str_hash(mn_meta_namespace(&pod->meta)) * 31 +
           (pod->meta.name == NULL ? 0 : g_str_hash(pod->meta.name));
}

static gboolean pod_equal(gconstpointer a, gconstpointer b)
{
    return mn_pod_is_same(a, b);
}

static void array_unref(gpointer array)
{
    g_array_unref(array);
}

static void info_free(gpointer info)
{
    mn_node_info_free(info);
}

mn_cache *mn_cache_new(void)
{
    mn_cache *cache = g_new0(mn_cache, 1);
    cache->arena = mn_arena_new();
    cache->names = mn_intern_new();
    cache->classes = mn_pod_classes_new(cache->arena, cache->names);
    cache->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, info_free);
    cache->by_number = g_ptr_array_new();
    cache->free_numbers = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    cache->places = g_hash_table_new_full(pod_hash, pod_equal, NULL, NULL);
    cache->orphans = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, array_unref);
    cache->nominated = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, array_unref);
    cache->lowest_priority = INT32_MAX;
    cache->journal = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    mn_zones_init(&cache->zones);
    mn_images_init(&cache->images);
    mn_objects_index_init(&cache->objects);
    return cache;
}

void mn_cache_free(mn_cache *cache)
{
    if (cache == NULL)
        return;
    mn_objects_index_clear(&cache->objects);
    mn_zones_clear(&cache->zones);
    g_hash_table_unref(cache->nominated);
    g_hash_table_unref(cache->orphans);
    g_hash_table_unref(cache->places);
    g_array_unref(cache->free_numbers);
    g_ptr_array_unref(cache->by_number);
    g_hash_table_unref(cache->by_name);
    mn_images_clear(&cache->images);
    g_array_unref(cache->journal);
    mn_pod_classes_free(cache->classes);
    mn_intern_free(cache->names);
    mn_arena_free(cache->arena);
    g_free(cache);
}

const mn_pod_class *mn_cache_class_of(mn_cache *cache, const mn_pod *pod)
{
    return mn_pod_classes_get(cache->classes, pod);
}

static const char *keep_name(mn_cache *cache, const char *name)
{
    return mn_intern_text(cache->names, mn_intern_add(cache->names, name));
}

static gpointer key_of(const void *pointer)
{
    return (gpointer)(uintptr_t)pointer;
}

/* ------------------------------------------------------------------ changes */

static void touch(mn_cache *cache, mn_node_info *info)
{
    enum { JOURNAL_MAX = 1 << 20 };
    if (cache->journal->len >= JOURNAL_MAX) {
        cache->journal_base += cache->journal->len;
        g_array_set_size(cache->journal, 0);
    }
    info->generation = ++cache->version;
    g_array_append_val(cache->journal, info->number);
}

static mn_node_info *find_info(const mn_cache *cache, const char *name)
{
    return name == NULL ? NULL : g_hash_table_lookup(cache->by_name, name);
}

static void count_affinity(mn_cache *cache, const mn_node_info *info, int sign)
{
    cache->with_affinity += (size_t)(info->with_affinity > 0 ? sign : 0);
}

static void put_on_node(mn_cache *cache, mn_node_info *info, mn_pod_info pod)
{
    cache->lowest_priority = MIN(cache->lowest_priority, pod.class_->priority);
    count_affinity(cache, info, -1);
    mn_node_info_add_pod(info, pod);
    count_affinity(cache, info, 1);
    touch(cache, info);
}

/* ------------------------------------------------------------------ nodes */

static uint32_t take_number(mn_cache *cache)
{
    const guint count = cache->free_numbers->len;
    if (count > 0) {
        const uint32_t number = g_array_index(cache->free_numbers, uint32_t, count - 1);
        g_array_set_size(cache->free_numbers, count - 1);
        return number;
    }
    g_ptr_array_add(cache->by_number, NULL);
    return cache->by_number->len - 1;
}

static mn_node_info *create_info(mn_cache *cache, const char *name)
{
    mn_node_info *info = mn_node_info_new();
    info->number = take_number(cache);
    g_ptr_array_index(cache->by_number, info->number) = info;
    g_hash_table_insert(cache->by_name, key_of(keep_name(cache, name)), info);
    return info;
}

static void adopt_orphans(mn_cache *cache, mn_node_info *info, const char *name)
{
    const GArray *waiting = g_hash_table_lookup(cache->orphans, name);
    for (guint i = 0; waiting != NULL && i < waiting->len; i++)
        put_on_node(cache, info, g_array_index(waiting, mn_pod_info, i));
    g_hash_table_remove(cache->orphans, name);
}

void mn_cache_add_node(mn_cache *cache, const mn_node *node)
{
    const char *name = node->meta.name;
    mn_node_info *info = find_info(cache, name);
    const bool is_new = info == NULL;
    if (is_new)
        info = create_info(cache, name);
    else
        mn_images_forget(&cache->images, info);
    const mn_node *before = info->node;
    info->node = node;
    info->allocatable = mn_amounts_of_list(
        cache->arena, cache->names, &node->status.allocatable, &info->allowed_pods);
    mn_images_learn(&cache->images, info);
    mn_zones_place(&cache->zones, before, info);
    cache->node_version++;
    touch(cache, info);
    if (is_new)
        adopt_orphans(cache, info, name);
}

mn_node_info *mn_cache_bare_node(mn_cache *cache, mn_arena *arena, const mn_node *node)
{
    const mn_node_info *known = find_info(cache, node->meta.name);
    mn_node_info *info = mn_node_info_new();
    info->node = node;
    info->number = known == NULL ? UINT32_MAX : known->number;
    info->allocatable =
        mn_amounts_of_list(arena, cache->names, &node->status.allocatable, &info->allowed_pods);
    return info;
}

bool mn_cache_remove_node(mn_cache *cache, const char *name)
{
    mn_node_info *info = find_info(cache, name);
    if (info == NULL)
        return false;
    count_affinity(cache, info, -1);
    mn_images_forget(&cache->images, info);
    mn_zones_remove(&cache->zones, info);
    if (info->pods->len > 0) {
        gpointer key = key_of(keep_name(cache, name));
        g_hash_table_insert(cache->orphans, key, g_array_copy(info->pods));
    }
    touch(cache, info);
    g_ptr_array_index(cache->by_number, info->number) = NULL;
    g_array_append_val(cache->free_numbers, info->number);
    cache->node_version++;
    g_hash_table_remove(cache->by_name, name);
    return true;
}

/* ------------------------------------------------------------------ Pods */

static void add_orphan(mn_cache *cache, const char *name, mn_pod_info pod)
{
    GArray *waiting = g_hash_table_lookup(cache->orphans, name);
    if (waiting == NULL) {
        waiting = g_array_new(FALSE, FALSE, sizeof(mn_pod_info));
        g_hash_table_insert(cache->orphans, key_of(name), waiting);
    }
    g_array_append_val(waiting, pod);
}

static void remove_orphan(mn_cache *cache, const char *name, const mn_pod *pod)
{
    GArray *waiting = g_hash_table_lookup(cache->orphans, name);
    for (guint i = 0; waiting != NULL && i < waiting->len; i++) {
        if (mn_pod_is_same(g_array_index(waiting, mn_pod_info, i).pod, pod)) {
            g_array_remove_index(waiting, i);
            return;
        }
    }
}

void mn_cache_add_pod(mn_cache *cache, const mn_pod *pod, const char *node_name)
{
    mn_cache_remove_pod(cache, pod);
    const char *name = keep_name(cache, node_name);
    const mn_pod_info placed = {.pod = pod, .class_ = mn_cache_class_of(cache, pod)};
    mn_node_info *info = find_info(cache, name);
    g_hash_table_insert(cache->places, key_of(pod), key_of(name));
    if (info != NULL)
        put_on_node(cache, info, placed);
    else
        add_orphan(cache, name, placed);
}

bool mn_cache_remove_pod(mn_cache *cache, const mn_pod *pod)
{
    mn_cache_end_nomination(cache, pod);
    const char *name = g_hash_table_lookup(cache->places, pod);
    if (name == NULL)
        return false;
    g_hash_table_remove(cache->places, pod);
    mn_node_info *info = find_info(cache, name);
    if (info == NULL) {
        remove_orphan(cache, name, pod);
        return true;
    }
    count_affinity(cache, info, -1);
    mn_node_info_remove_pod(info, pod);
    count_affinity(cache, info, 1);
    touch(cache, info);
    return true;
}

const char *mn_cache_find_pod_node(const mn_cache *cache, const mn_pod *pod)
{
    return g_hash_table_lookup(cache->places, pod);
}

/* ------------------------------------------------------------------ nominations */

void mn_cache_nominate(mn_cache *cache, const mn_pod *pod, const char *node_name)
{
    mn_cache_end_nomination(cache, pod);
    const char *name = keep_name(cache, node_name);
    GArray *pods = g_hash_table_lookup(cache->nominated, name);
    if (pods == NULL) {
        pods = g_array_new(FALSE, FALSE, sizeof(mn_pod_info));
        g_hash_table_insert(cache->nominated, key_of(name), pods);
    }
    const mn_pod_info waiting = {.pod = pod, .class_ = mn_cache_class_of(cache, pod)};
    g_array_append_val(pods, waiting);
    cache->version++;
}

/* Nominated Pods are few: no index from Pod to node is kept. */
void mn_cache_end_nomination(mn_cache *cache, const mn_pod *pod)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, cache->nominated);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        GArray *pods = value;
        for (guint i = 0; i < pods->len; i++) {
            if (!mn_pod_is_same(g_array_index(pods, mn_pod_info, i).pod, pod))
                continue;
            g_array_remove_index(pods, i);
            cache->version++;
            if (pods->len == 0)
                g_hash_table_iter_remove(&iter);
            return;
        }
    }
}

/* ------------------------------------------------------------------ snapshot */

const mn_snapshot *mn_cache_snapshot(mn_cache *cache)
{
    const GPtrArray *order = mn_zones_order(&cache->zones);
    cache->snapshot = (mn_snapshot){
        .cache = cache,
        .nodes = (const mn_node_info *const *)order->pdata,
        .count = order->len,
        .by_number = (const mn_node_info *const *)cache->by_number->pdata,
        .number_count = cache->by_number->len,
        .node_version = cache->node_version,
        .version = cache->version + cache->objects.version,
        .object_version = cache->objects.version,
        .has_nominated = g_hash_table_size(cache->nominated) > 0,
        .with_affinity = cache->with_affinity,
        .lowest_priority = cache->lowest_priority,
        .journal = (const uint32_t *)(const void *)cache->journal->data,
        .journal_base = cache->journal_base,
        .journal_end = cache->journal_base + cache->journal->len,
    };
    return &cache->snapshot;
}

const mn_node_info *mn_snapshot_find(const mn_snapshot *snapshot, const char *node_name)
{
    return find_info(snapshot->cache, node_name);
}

const GArray *mn_snapshot_nominated(const mn_snapshot *snapshot, const char *node_name)
{
    if (g_hash_table_size(snapshot->cache->nominated) == 0)
        return NULL;
    return g_hash_table_lookup(snapshot->cache->nominated, node_name);
}
