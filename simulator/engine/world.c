/* SPDX-License-Identifier: Apache-2.0 */
/* The world as a whole: its making, its end, and time.
 *
 *     alarms (user, kubelets, controllers) -> dirty workloads -> scheduler, one Pod ->
 *     alarms of the recorder -> the next moment
 *
 * whatever comes first has something to do goes on, so that the scheduler sees the world
 * only when nobody else has anything to do at that time.
 */
#include "simulator/engine/world.h"

#include "simulator/engine/actions/actions.h"
#include "simulator/engine/controllers/controller.h"
#include "simulator/engine/kubelet_life.h"
#include "simulator/engine/release.h"
#include "simulator/engine/scheduling.h"
#include "simulator/engine/world_parts.h"

#include <string.h>

/* ---- texts and what is dead */

const char *mn_world_text(mn_world *world, const char *text)
{
    if (text == NULL)
        return NULL;
    const char *known = g_hash_table_lookup(world->texts, text);
    if (known != NULL)
        return known;
    const char *kept = mn_arena_strdup(world->arena, text);
    g_hash_table_add(world->texts, (gpointer)(uintptr_t)kept);
    return kept;
}

void mn_world_bury(mn_world *world, void *block)
{
    if (block != NULL)
        g_ptr_array_add(world->graveyard, block);
}

void mn_world_need(const mn_world *world, const mn_pod *pod, mn_os_need *out)
{
    mn_truth_need(&world->truth, &pod->meta, &pod->spec, world->findings, out);
}

/* ---- making */

static void copy_all(GPtrArray *to, const GPtrArray *from)
{
    for (guint i = 0; i < from->len; i++)
        g_ptr_array_add(to, from->pdata[i]);
}

/* What changes in a run is not the scenario's. */
static mn_objects *objects_of(const mn_scenario *scenario)
{
    mn_objects *objects = mn_objects_new();
    copy_all(objects->namespaces, scenario->objects->namespaces);
    copy_all(objects->services, scenario->objects->services);
    copy_all(objects->runtime_classes, scenario->objects->runtime_classes);
    copy_all(objects->priority_classes, scenario->objects->priority_classes);
    copy_all(objects->disruption_budgets, scenario->objects->disruption_budgets);
    return objects;
}

static mn_world *world_new(const mn_scenario *scenario, const mn_run_options *options)
{
    mn_world *world = g_new0(mn_world, 1);
    world->arena = mn_arena_new();
    world->scratch = mn_arena_new();
    world->scenario = scenario;
    world->seed = options->has_seed ? options->seed : scenario->seed;
    world->extender_mode =
        options->has_extender_mode ? options->extender_mode : scenario->extender_mode;
    world->watcher = options->watcher;
    world->objects = objects_of(scenario);
    world->truth = mn_truth_new(world->arena, scenario);
    world->truth.objects = world->objects;
    world->clock = mn_clock_new(world);
    world->nodes = g_ptr_array_new();
    world->workloads = g_ptr_array_new();
    world->node_index = g_hash_table_new(g_str_hash, g_str_equal);
    world->workload_index = g_hash_table_new(g_str_hash, g_str_equal);
    world->pod_index = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    world->releases = g_hash_table_new(g_str_hash, g_str_equal);
    world->texts = g_hash_table_new(g_str_hash, g_str_equal);
    world->cache = mn_cache_new();
    world->looping = g_ptr_array_new();
    world->graveyard = g_ptr_array_new_with_free_func(g_free);
    world->preemptions = g_array_new(FALSE, FALSE, sizeof(mn_world_preemption));
    world->findings = MN_ARENA_NEW(world->arena, mn_os_findings, 1);
    g_queue_init(&world->dirty);
    return world;
}

static bool start_schedulers(mn_world *world, const mn_run_options *options, GError **error)
{
    const mn_scheduler_options how = {
        .seed = world->seed,
        .tie_break_first = world->scenario->tie_break_first,
        .engine = options->reference_engine ? MN_ENGINE_REFERENCE : MN_ENGINE_FAST,
    };
    world->schedulers = mn_schedulers_new(
        world->arena, world->scenario, world->extender_mode, world->cache, &how, error);
    if (world->schedulers == NULL)
        return false;
    const mn_scheduler_config *config = world->scenario->scheduler;
    mn_queue_options queue = {0};
    if (config != NULL)
        queue = (mn_queue_options){config->initial_backoff_ms, config->max_backoff_ms};
    world->queue =
        mn_queue_new(world->cache, mn_schedulers_first_profile(world->schedulers), &queue);
    return true;
}

mn_world *mn_world_new(const mn_scenario *scenario, const mn_run_options *options, GError **error)
{
    g_autoptr(mn_world) world = world_new(scenario, options);
    if (!start_schedulers(world, options, error) || !mn_world_take_in(world, error))
        return NULL;
    world->actions = mn_actions_new(world);
    return g_steal_pointer(&world);
}

/* NOLINTNEXTLINE(misc-no-recursion): a Deployment, its ReplicaSets, and no deeper */
static void free_workload(mn_world_workload *workload)
{
    for (guint i = 0; i < workload->children->len; i++)
        free_workload(workload->children->pdata[i]);
    mn_slot *slot = workload->slots;
    while (slot != NULL) {
        mn_slot *next = slot->next;
        mn_slot_free(slot);
        slot = next;
    }
    mn_workload_clear(workload);
}

static void free_pod(gpointer key, gpointer value, gpointer data)
{
    (void)key;
    (void)data;
    mn_pod_free(value);
}

void mn_world_free(mn_world *world)
{
    if (world == NULL)
        return;
    mn_clock_free(world->clock);
    mn_actions_free(world->actions);
    mn_queue_free(world->queue);
    mn_schedulers_free(world->schedulers);
    mn_cache_free(world->cache);
    g_hash_table_foreach(world->pod_index, free_pod, NULL);
    for (guint i = 0; i < world->workloads->len; i++)
        free_workload(world->workloads->pdata[i]);
    for (guint i = 0; i < world->nodes->len; i++)
        mn_kubelet_life_free_node(world->nodes->pdata[i]);
    mn_releases_free(world);
    g_ptr_array_unref(world->graveyard);
    g_hash_table_unref(world->texts);
    g_hash_table_unref(world->pod_index);
    g_hash_table_unref(world->workload_index);
    g_hash_table_unref(world->node_index);
    g_ptr_array_unref(world->looping);
    g_ptr_array_unref(world->workloads);
    g_ptr_array_unref(world->nodes);
    g_array_unref(world->preemptions);
    g_queue_clear(&world->dirty);
    mn_objects_free(world->objects);
    g_clear_error(&world->error);
    mn_arena_free(world->scratch);
    mn_arena_free(world->arena);
    g_free(world);
}

/* ---- time */

/* One thing that is to be done now; false: there is none. */
static bool act(mn_world *world)
{
    return mn_clock_ring(world->clock, MN_PHASE_SCHEDULER) || mn_workload_sync_next(world) ||
           mn_scheduling_try_next(world) || mn_clock_ring(world->clock, MN_PHASE_RECORDER + 1);
}

static void clean(mn_world *world)
{
    if (world->graveyard->len > 0)
        g_ptr_array_set_size(world->graveyard, 0);
    mn_arena_reset(world->scratch);
}

static int64_t next_ms(const mn_world *world)
{
    return MIN(mn_clock_next_ms(world->clock), mn_scheduling_next_ms(world));
}

bool mn_world_is_at_rest(const mn_world *world)
{
    return mn_clock_pressing(world->clock) == 0 && world->dirty.length == 0 &&
           mn_scheduling_next_ms(world) == MN_NEVER;
}

bool mn_world_run(mn_world *world, int64_t until_ms, bool until_rest, GError **error)
{
    for (;;) {
        while (world->error == NULL && act(world))
            clean(world);
        if (world->error != NULL) {
            g_propagate_error(error, g_steal_pointer(&world->error));
            return false;
        }
        const int64_t next = next_ms(world);
        if (next == MN_NEVER || next > until_ms || (until_rest && mn_world_is_at_rest(world)))
            break;
        mn_clock_advance(world->clock, next);
        world->now_ms = next;
        mn_queue_advance(world->queue, next);
    }
    if (until_ms != MN_NEVER && !until_rest) {
        mn_clock_advance(world->clock, until_ms);
        world->now_ms = until_ms;
    }
    return true;
}
