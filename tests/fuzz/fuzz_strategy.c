/* SPDX-License-Identifier: Apache-2.0 */
/* A strategy from memory, loaded, and a small scenario put under it and run. */
#include "simulator/engine/engine.h"
#include "simulator/strategy/strategy.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char cluster[] =
    "apiVersion: mullion.dev/v1alpha1\nkind: Scenario\n"
    "spec: {nodePools: [{name: linux}, {name: win, os: windows, build: 20348}]}\n---\n"
    "{apiVersion: node.k8s.io/v1, kind: RuntimeClass, metadata: {name: r}, handler: h}\n---\n"
    "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}, spec: {replicas: 2, template: "
    "{metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: 'redis:7-alpine'}]}}}}\n"
    "---\n{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {nodeName: win-0, tolerations: "
    "[{operator: Exists}], containers: [{name: c, image: 'iis:windowsservercore-ltsc2022'}]}}\n";

/* A live extender would be called, and more objects only cost time. */
static bool is_harmless(const mn_scenario *scenario)
{
    enum { SMALL = 100 };
    for (guint i = 0; i < scenario->objects->workloads->len; i++) {
        const mn_workload_spec *spec =
            &((const mn_workload *)scenario->objects->workloads->pdata[i])->spec;
        if (spec->replicas.value > SMALL || spec->parallelism.value > SMALL)
            return false;
    }
    return scenario->scheduler == NULL || scenario->scheduler->extenders.count == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const mn_source source = {.name = "fuzz", .bytes = (const char *)data, .len = size};
    const mn_source base_source = {.name = "base", .bytes = cluster, .len = sizeof cluster - 1};
    g_autoptr(GError) error = NULL;
    g_autoptr(mn_strategy) strategy = mn_strategy_load_source(&source, &error);
    g_assert((strategy == NULL) == (error != NULL));
    if (strategy == NULL)
        return 0;
    g_autoptr(mn_scenario) base = mn_scenario_load_source(&base_source, NULL);
    g_autoptr(mn_scenario) under = mn_scenario_under(base, strategy, &error);
    g_assert((under == NULL) == (error != NULL));
    if (under == NULL || !is_harmless(under))
        return 0;
    g_autoptr(mn_record) record = mn_engine_run(under, &(mn_run_options){0}, &error);
    g_assert((record == NULL) == (error != NULL));
    return 0;
}
