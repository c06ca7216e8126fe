/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes come, change and go. */
#include "simulator/engine/controllers/controller.h"
#include "simulator/engine/kubelet_life.h"
#include "simulator/engine/loops.h"

#include <string.h>

mn_world_node *mn_world_find_node(const mn_world *world, const char *name)
{
    return name == NULL ? NULL : g_hash_table_lookup(world->node_index, name);
}

/* "win22-10" is of the pool that has win22-0. */
static size_t pool_of(const mn_world *world, const char *name)
{
    const mn_scenario *scenario = world->scenario;
    const char *dash = strrchr(name, '-');
    for (size_t i = 0; dash != NULL && i < scenario->pool_count; i++) {
        const char *pool = scenario->pools[i].name;
        if (strlen(pool) == (size_t)(dash - name) && g_str_has_prefix(name, pool))
            return i;
    }
    return SIZE_MAX;
}

static void tell(mn_world *world, const mn_node *before, const mn_node *after)
{
    world->node_changes++;
    mn_loops_end_all(world);
    mn_queue_node_event(world->queue, before, after, world->now_ms);
    for (guint i = 0; i < world->workloads->len; i++) {
        mn_world_workload *workload = world->workloads->pdata[i];
        if (workload->controller != NULL && workload->controller->node_changed != NULL)
            workload->controller->node_changed(world, workload, before, after);
    }
}

mn_world_node *mn_world_put_node(mn_world *world, const mn_node *object)
{
    mn_world_node *node = mn_world_find_node(world, object->meta.name);
    const mn_node *before = node == NULL ? NULL : node->node;
    if (node == NULL) {
        node = MN_ARENA_NEW(world->arena, mn_world_node, 1);
        node->pool = pool_of(world, object->meta.name);
        node->number = world->numbers++;
        g_ptr_array_add(world->nodes, node);
    }
    node->node = object;
    node->offer = mn_os_offer_of(&world->truth.policy, object);
    g_hash_table_replace(world->node_index, (gpointer)(uintptr_t)object->meta.name, node);
    mn_cache_add_node(world->cache, object);
    tell(world, before, object);
    mn_kubelet_life_node(world, node, before, object);
    return node;
}

bool mn_world_delete_node(mn_world *world, const char *name)
{
    mn_world_node *node = mn_world_find_node(world, name);
    if (node == NULL)
        return false;
    const mn_node *object = node->node;
    mn_kubelet_life_node(world, node, object, NULL);
    g_hash_table_remove(world->node_index, name);
    g_ptr_array_remove(world->nodes, node);
    while (node->pods != NULL)
        mn_pod_lose(world, node->pods);
    mn_cache_remove_node(world->cache, object->meta.name);
    mn_kubelet_life_free_node(node);
    tell(world, object, NULL);
    return true;
}
