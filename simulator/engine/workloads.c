/* SPDX-License-Identifier: Apache-2.0 */
/* Workloads by name, who owns whom, and whose controller has something to look at. */
#include "simulator/engine/controllers/controller.h"
#include "simulator/engine/engine.h"
#include "simulator/engine/loops.h"
#include "simulator/engine/release.h"
#include "simulator/engine/stamps.h"

#include <inttypes.h>
#include <string.h>

static char *key_of(const char *kind, const char *namespace_, const char *name)
{
    return g_strdup_printf("%s %s/%s", kind, namespace_, name);
}

mn_world_workload *mn_world_find_workload(const mn_world *world, const char *kind,
                                          const char *namespace_, const char *name)
{
    g_autofree char *key = key_of(kind, namespace_, name);
    return g_hash_table_lookup(world->workload_index, key);
}

mn_world_workload *mn_workload_top(mn_world_workload *workload)
{
    while (workload->owner != NULL)
        workload = workload->owner;
    return workload;
}

/* ---- coming */

mn_world_workload *mn_workload_enter(mn_world *world, const char *kind, const char *namespace_,
                                     const char *name)
{
    mn_world_workload *known = mn_world_find_workload(world, kind, namespace_, name);
    if (known != NULL)
        return known;
    mn_world_workload *workload = MN_ARENA_NEW(world->arena, mn_world_workload, 1);
    workload->kind = mn_world_text(world, kind);
    workload->namespace_ = mn_world_text(world, namespace_);
    workload->name = mn_world_text(world, name);
    workload->origin = "";
    workload->remark = "";
    workload->number = world->numbers++;
    workload->created_ms = world->now_ms;
    workload->children = g_ptr_array_new();
    workload->stamps = g_hash_table_new(g_str_hash, g_str_equal);
    g_autofree char *key = key_of(kind, namespace_, name);
    g_autofree char *purpose = g_strdup_printf("names of %s", key);
    workload->rng = mn_rng_new(world->seed, purpose);
    g_ptr_array_add(world->workloads, workload);
    g_hash_table_insert(
        world->workload_index, (gpointer)(uintptr_t)mn_arena_strdup(world->arena, key), workload);
    return workload;
}

static void set_object(mn_world *world, mn_world_workload *workload, const mn_workload *object)
{
    const mn_workload *before = workload->object;
    workload->object = object;
    workload->templ = &object->spec.template;
    workload->controller = mn_controller_of(object->kind);
    if (object->meta.origin != NULL)
        workload->origin = object->meta.origin;
    if (workload->owner == NULL || object->kind == MN_WORKLOAD_JOB)
        workload->replicas = mn_controller_replicas(object);
    mn_stamps_forget(workload);
    mn_loops_end_of(world, workload);
    mn_cache_add_workload(world->cache, object);
    const mn_event event = {.kind = MN_EVENT_OTHER};
    mn_queue_event(world->queue, &event, world->now_ms);
    if (workload->controller->changed != NULL)
        workload->controller->changed(world, workload, before);
}

static void push_dirty(mn_world *world, mn_world_workload *workload, bool first)
{
    if (workload->dirty || workload->gone)
        return;
    workload->dirty = true;
    if (first)
        g_queue_push_head(&world->dirty, workload);
    else
        g_queue_push_tail(&world->dirty, workload);
}

mn_world_workload *mn_workload_adopt(mn_world *world, mn_world_workload *owner,
                                     const mn_workload *object)
{
    mn_world_workload *child = mn_workload_enter(world,
                                                 mn_workload_kind_name(object->kind),
                                                 mn_meta_namespace(&object->meta),
                                                 object->meta.name);
    g_assert(child->owner == NULL);
    g_ptr_array_remove(world->workloads, child);
    child->owner = owner;
    child->origin = owner->origin;
    g_ptr_array_add(owner->children, child);
    set_object(world, child, object);
    push_dirty(world, child, true);
    return child;
}

static bool is_too_many(const mn_world *world, const mn_workload *object, GError **error)
{
    const int64_t wanted = mn_controller_replicas(object);
    if (object->kind == MN_WORKLOAD_DAEMON_SET || wanted <= MN_RUN_MAX_PODS)
        return false;
    (void)world;
    g_set_error(error,
                MN_ERROR,
                MN_ERROR_LIMIT,
                "%s %s/%s asks for %" PRId64 " Pods: more than %d in all",
                mn_workload_kind_name(object->kind),
                mn_meta_namespace(&object->meta),
                object->meta.name,
                wanted,
                MN_RUN_MAX_PODS);
    return true;
}

bool mn_world_put_workload(mn_world *world, const mn_workload *object, GError **error)
{
    if (is_too_many(world, object, error))
        return false;
    mn_world_workload *workload = mn_workload_enter(world,
                                                    mn_workload_kind_name(object->kind),
                                                    mn_meta_namespace(&object->meta),
                                                    object->meta.name);
    set_object(world, workload, object);
    mn_release_enter(world, workload);
    push_dirty(world, workload, false);
    return true;
}

/* ---- going */

void mn_workload_clear(mn_world_workload *workload)
{
    if (workload->controller != NULL && workload->controller->forget != NULL)
        workload->controller->forget(workload);
    workload->state = NULL;
    g_ptr_array_unref(workload->children);
    g_hash_table_unref(workload->stamps);
}

static void drop_pods(mn_world *world, mn_world_workload *workload)
{
    mn_world_pod *pod = workload->pods;
    while (pod != NULL) {
        mn_world_pod *next = pod->of_workload.next;
        if (!pod->leaving)
            mn_controller_delete(world, pod);
        pod = next;
    }
}

/* NOLINTNEXTLINE(misc-no-recursion): a Deployment, its ReplicaSets, and no deeper */
void mn_workload_end(mn_world *world, mn_world_workload *workload)
{
    g_autofree char *key = key_of(workload->kind, workload->namespace_, workload->name);
    while (workload->children->len > 0)
        mn_workload_end(world, workload->children->pdata[0]);
    workload->gone = true;
    drop_pods(world, workload);
    while (workload->slots != NULL)
        mn_slot_close(world, workload->slots);
    if (workload->owner == NULL)
        world->failed_left -= MIN(world->failed_left, workload->failed_left);
    if (workload->object != NULL)
        mn_cache_remove_workload(world->cache, workload->object);
    g_hash_table_remove(world->workload_index, key);
    g_ptr_array_remove(workload->owner == NULL ? world->workloads : workload->owner->children,
                       workload);
    if (workload->dirty)
        g_queue_remove(&world->dirty, workload);
    mn_release_leave(world, workload);
    mn_workload_clear(workload);
}

bool mn_world_delete_workload(mn_world *world, const char *kind, const char *namespace_,
                              const char *name)
{
    mn_world_workload *workload = mn_world_find_workload(world, kind, namespace_, name);
    if (workload == NULL)
        return false;
    mn_world_workload *owner = workload->owner;
    mn_workload_end(world, workload);
    if (owner != NULL)
        mn_workload_touch(world, owner);
    return true;
}

/* ---- who is looked at */

void mn_workload_touch(mn_world *world, mn_world_workload *workload)
{
    world->budgets_stale = true;
    push_dirty(world, workload, false);
    if (workload->owner != NULL)
        push_dirty(world, workload->owner, false);
}

bool mn_workload_sync_next(mn_world *world)
{
    mn_world_workload *workload = g_queue_pop_head(&world->dirty);
    if (workload == NULL)
        return false;
    workload->dirty = false;
    if (mn_release_blocks(world, workload))
        return true;
    workload->started = true;
    if (workload->own != NULL)
        mn_pod_create_own(world, workload);
    if (workload->controller != NULL)
        workload->controller->sync(world, workload);
    mn_release_look(world, workload);
    return true;
}
