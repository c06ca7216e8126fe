/* SPDX-License-Identifier: Apache-2.0 */
/* Namespaces, Services, controllers and disruption budgets, each list sorted by
 * (kind,) namespace and name. */
#include "core/cluster/cache.h"

#include <string.h>

/* Where in the list an object stands, or would. */
struct slot {
    guint index;
    bool found;
};

typedef int (*compare_fn)(gconstpointer a, gconstpointer b);

static int by_meta(const mn_meta *a, const mn_meta *b)
{
    const int order = strcmp(mn_meta_namespace(a), mn_meta_namespace(b));
    return order != 0 ? order : g_strcmp0(a->name, b->name);
}

static int by_namespace(gconstpointer a, gconstpointer b)
{
    const mn_namespace *left = a, *right = b;
    return g_strcmp0(left->meta.name, right->meta.name);
}

static int by_service(gconstpointer a, gconstpointer b)
{
    const mn_service *left = a, *right = b;
    return by_meta(&left->meta, &right->meta);
}

static int by_budget(gconstpointer a, gconstpointer b)
{
    const mn_disruption_budget *left = a, *right = b;
    return by_meta(&left->meta, &right->meta);
}

static int by_workload(gconstpointer a, gconstpointer b)
{
    const mn_workload *left = a, *right = b;
    if (left->kind != right->kind)
        return left->kind < right->kind ? -1 : 1;
    return by_meta(&left->meta, &right->meta);
}

static struct slot find_slot(const GPtrArray *list, gconstpointer object, compare_fn compare)
{
    guint low = 0, high = list->len;
    while (low < high) {
        const guint middle = low + (high - low) / 2;
        const int order = compare(g_ptr_array_index(list, middle), object);
        if (order == 0)
            return (struct slot){.index = middle, .found = true};
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return (struct slot){.index = low};
}

static void put(mn_objects_index *index, GPtrArray *list, gconstpointer object, compare_fn compare)
{
    const struct slot slot = find_slot(list, object, compare);
    gpointer element = (gpointer)(uintptr_t)object;
    if (slot.found)
        g_ptr_array_index(list, slot.index) = element;
    else
        g_ptr_array_insert(list, (gint)slot.index, element);
    index->version++;
}

static void drop(mn_objects_index *index, GPtrArray *list, gconstpointer object, compare_fn compare)
{
    const struct slot slot = find_slot(list, object, compare);
    if (slot.found)
        g_ptr_array_remove_index(list, slot.index);
    index->version++;
}

static gconstpointer look_up(const GPtrArray *list, gconstpointer probe, compare_fn compare)
{
    const struct slot slot = find_slot(list, probe, compare);
    return slot.found ? g_ptr_array_index(list, slot.index) : NULL;
}

void mn_objects_index_init(mn_objects_index *index)
{
    index->namespaces = g_ptr_array_new();
    index->services = g_ptr_array_new();
    index->workloads = g_ptr_array_new();
    index->disruption_budgets = g_ptr_array_new();
    index->version = 0;
}

void mn_objects_index_clear(mn_objects_index *index)
{
    g_ptr_array_unref(index->namespaces);
    g_ptr_array_unref(index->services);
    g_ptr_array_unref(index->workloads);
    g_ptr_array_unref(index->disruption_budgets);
}

void mn_cache_add_namespace(mn_cache *cache, const mn_namespace *object)
{
    put(&cache->objects, cache->objects.namespaces, object, by_namespace);
}

void mn_cache_add_service(mn_cache *cache, const mn_service *object)
{
    put(&cache->objects, cache->objects.services, object, by_service);
}

void mn_cache_add_workload(mn_cache *cache, const mn_workload *object)
{
    put(&cache->objects, cache->objects.workloads, object, by_workload);
}

void mn_cache_add_disruption_budget(mn_cache *cache, const mn_disruption_budget *object)
{
    put(&cache->objects, cache->objects.disruption_budgets, object, by_budget);
}

void mn_cache_remove_service(mn_cache *cache, const mn_service *object)
{
    drop(&cache->objects, cache->objects.services, object, by_service);
}

void mn_cache_remove_workload(mn_cache *cache, const mn_workload *object)
{
    drop(&cache->objects, cache->objects.workloads, object, by_workload);
}

void mn_cache_remove_disruption_budget(mn_cache *cache, const mn_disruption_budget *object)
{
    drop(&cache->objects, cache->objects.disruption_budgets, object, by_budget);
}

const mn_namespace *mn_snapshot_find_namespace(const mn_snapshot *snapshot, const char *name)
{
    const mn_namespace probe = {.meta = {.name = name}};
    return look_up(snapshot->cache->objects.namespaces, &probe, by_namespace);
}

const mn_workload *mn_snapshot_find_workload(const mn_snapshot *snapshot, mn_workload_kind kind,
                                             const char *namespace_, const char *name)
{
    const mn_workload probe = {
        .kind = kind,
        .meta = {.namespace_ = namespace_, .name = name},
    };
    return look_up(snapshot->cache->objects.workloads, &probe, by_workload);
}

const GPtrArray *mn_snapshot_namespaces(const mn_snapshot *snapshot)
{
    return snapshot->cache->objects.namespaces;
}

const GPtrArray *mn_snapshot_services(const mn_snapshot *snapshot)
{
    return snapshot->cache->objects.services;
}

const GPtrArray *mn_snapshot_disruption_budgets(const mn_snapshot *snapshot)
{
    return snapshot->cache->objects.disruption_budgets;
}
