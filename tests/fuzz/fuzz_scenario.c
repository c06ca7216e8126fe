/* SPDX-License-Identifier: Apache-2.0 */
/* A scenario from memory, loaded and, when it is small, run to its end. */
#include "simulator/engine/engine.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* More of them only cost time. */
enum { SMALL_NODES = 50, SMALL_COUNT = 200 };

/* Workloads that ask for many Pods say so in their replicas or parallelism. */
static bool asks_for_much(const mn_objects *objects)
{
    for (guint i = 0; i < objects->workloads->len; i++) {
        const mn_workload_spec *spec = &((const mn_workload *)objects->workloads->pdata[i])->spec;
        if (spec->replicas.value > SMALL_COUNT || spec->parallelism.value > SMALL_COUNT)
            return true;
    }
    return objects->workloads->len + objects->pods->len > SMALL_COUNT ||
           objects->nodes->len > SMALL_NODES;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const mn_source source = {.name = "fuzz", .bytes = (const char *)data, .len = size};
    g_autoptr(GError) error = NULL;
    g_autoptr(mn_scenario) scenario = mn_scenario_load_source(&source, &error);
    g_assert((scenario == NULL) == (error != NULL));
    if (scenario == NULL || asks_for_much(scenario->objects))
        return 0;
    const mn_run_options options = {.has_extender_mode = true,
                                    .extender_mode = (mn_extender_mode)(size % 4)};
    g_autoptr(mn_record) record = mn_engine_run(scenario, &options, &error);
    g_assert((record == NULL) == (error != NULL));
    size_t fates = 0;
    for (int fate = 0; record != NULL && fate < MN_FATE_COUNT; fate++)
        fates += record->totals.counts[fate];
    g_assert(record == NULL || fates == record->totals.pods);
    return 0;
}
