/* SPDX-License-Identifier: Apache-2.0 */
/* The smaller objects: what replaces what, and who hears of it. */
#include "simulator/engine/world_parts.h"

#include <string.h>

/* All that is compared: metadata stands first in each of them. */
static bool is_named(const void *object, const char *namespace_, const char *name)
{
    const mn_meta *meta = object;
    return g_strcmp0(meta->name, name) == 0 &&
           (namespace_ == NULL || strcmp(mn_meta_namespace(meta), namespace_) == 0);
}

static guint place_of(const GPtrArray *list, const char *namespace_, const char *name)
{
    guint i = 0;
    while (i < list->len && !is_named(list->pdata[i], namespace_, name))
        i++;
    return i;
}

static void put(GPtrArray *list, const void *object, const char *namespace_, const char *name)
{
    const guint i = place_of(list, namespace_, name);
    if (i < list->len)
        list->pdata[i] = (gpointer)(uintptr_t)object;
    else
        g_ptr_array_add(list, (gpointer)(uintptr_t)object);
}

/* What stood there, or NULL. */
static const void *take(GPtrArray *list, const char *namespace_, const char *name)
{
    const guint i = place_of(list, namespace_, name);
    return i < list->len ? g_ptr_array_remove_index(list, i) : NULL;
}

static void tell_scheduler(mn_world *world)
{
    const mn_event event = {.kind = MN_EVENT_OTHER};
    mn_queue_event(world->queue, &event, world->now_ms);
}

void mn_world_put_namespace(mn_world *world, const mn_namespace *object)
{
    put(world->objects->namespaces, object, NULL, object->meta.name);
    mn_cache_add_namespace(world->cache, object);
    world->admission_changes++;
    tell_scheduler(world);
}

void mn_world_put_service(mn_world *world, const mn_service *object)
{
    const mn_meta *meta = &object->meta;
    put(world->objects->services, object, mn_meta_namespace(meta), meta->name);
    mn_cache_add_service(world->cache, object);
    tell_scheduler(world);
}

void mn_world_put_runtime_class(mn_world *world, const mn_runtime_class *object)
{
    put(world->objects->runtime_classes, object, NULL, object->meta.name);
    world->admission_changes++;
}

void mn_world_put_priority_class(mn_world *world, const mn_priority_class *object)
{
    put(world->objects->priority_classes, object, NULL, object->meta.name);
    world->admission_changes++;
}

void mn_world_put_disruption_budget(mn_world *world, const mn_disruption_budget *object)
{
    const mn_meta *meta = &object->meta;
    put(world->objects->disruption_budgets, object, mn_meta_namespace(meta), meta->name);
    mn_cache_add_disruption_budget(world->cache, object);
}

bool mn_world_delete_service(mn_world *world, const char *namespace_, const char *name)
{
    const mn_service *object = take(world->objects->services, namespace_, name);
    if (object == NULL)
        return false;
    mn_cache_remove_service(world->cache, object);
    tell_scheduler(world);
    return true;
}

bool mn_world_delete_runtime_class(mn_world *world, const char *name)
{
    world->admission_changes++;
    return take(world->objects->runtime_classes, NULL, name) != NULL;
}

bool mn_world_delete_priority_class(mn_world *world, const char *name)
{
    world->admission_changes++;
    return take(world->objects->priority_classes, NULL, name) != NULL;
}

bool mn_world_delete_disruption_budget(mn_world *world, const char *namespace_, const char *name)
{
    const mn_disruption_budget *object = take(world->objects->disruption_budgets, namespace_, name);
    if (object == NULL)
        return false;
    mn_cache_remove_disruption_budget(world->cache, object);
    return true;
}

static mn_world_workload *first_in(const mn_world *world, const char *namespace_)
{
    for (guint i = 0; i < world->workloads->len; i++) {
        mn_world_workload *workload = world->workloads->pdata[i];
        if (strcmp(workload->namespace_, namespace_) == 0)
            return workload;
    }
    return NULL;
}

bool mn_world_delete_namespace(mn_world *world, const char *name)
{
    mn_world_workload *workload = first_in(world, name);
    const bool there = take(world->objects->namespaces, NULL, name) != NULL || workload != NULL;
    for (; workload != NULL; workload = first_in(world, name))
        mn_workload_end(world, workload);
    world->admission_changes++;
    return there;
}
