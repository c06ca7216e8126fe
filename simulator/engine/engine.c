/* SPDX-License-Identifier: Apache-2.0 */
/* A run from its beginning to its end: the world is made, lives, and is written down. */
#include "simulator/engine/engine.h"

#include "simulator/engine/scheduling.h"
#include "simulator/engine/world.h"

static bool has_nodes(const mn_scenario *scenario, GError **error)
{
    if (scenario->objects->nodes->len > 0)
        return true;
    g_set_error(error,
                MN_ERROR,
                MN_ERROR_SCHEMA,
                "%s: no nodes: add \"nodePools\" to the spec of a Scenario, for instance "
                "[{name: linux, count: 3}, {name: win22, count: 2, os: windows, build: "
                "10.0.20348}], or give a file of Nodes (kubectl get nodes -o json)",
                scenario->name);
    return false;
}

/* The records of the checkpoints, on the way to the last one. */
static mn_record **pass_checkpoints(mn_world *world, const mn_run_options *options, GError **error)
{
    mn_record **records = g_new0(mn_record *, options->checkpoint_count + 1);
    for (size_t i = 0; i < options->checkpoint_count; i++) {
        if (!mn_world_run(world, options->checkpoints_ms[i], false, error)) {
            for (size_t j = 0; j < i; j++)
                mn_record_free(records[j]);
            g_free(records);
            return NULL;
        }
        records[i] = mn_record_make(world);
    }
    return records;
}

static int64_t last_ms(const mn_world *world)
{
    return MAX(world->now_ms, world->last_entry_ms) + MN_RUN_REST_MS;
}

mn_record *mn_engine_run(const mn_scenario *scenario, const mn_run_options *options, GError **error)
{
    if (!has_nodes(scenario, error))
        return NULL;
    g_autoptr(mn_world) world = mn_world_new(scenario, options, error);
    if (world == NULL)
        return NULL;
    mn_record **checkpoints = pass_checkpoints(world, options, error);
    if (checkpoints == NULL)
        return NULL;
    const bool lives = options->has_until ? mn_world_run(world, options->until_ms, false, error)
                                          : mn_world_run(world, last_ms(world), true, error);
    if (!lives) {
        for (size_t i = 0; i < options->checkpoint_count; i++)
            mn_record_free(checkpoints[i]);
        g_free(checkpoints);
        return NULL;
    }
    mn_scheduling_show_all(world);
    mn_record *record = mn_record_make(world);
    record->checkpoints = checkpoints;
    record->checkpoint_count = options->checkpoint_count;
    return record;
}
