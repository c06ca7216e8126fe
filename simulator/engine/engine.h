/* SPDX-License-Identifier: Apache-2.0 */
/* One run: a function of (scenario, options) and of nothing else.
 *
 *     g_autoptr(mn_record) record = mn_engine_run(scenario, &(mn_run_options){0}, error);
 *
 * The scenario is only read, so several runs may share it. It outlives the record.
 */
#ifndef MN_ENGINE_H
#define MN_ENGINE_H

#include "simulator/engine/recorder.h"
#include "simulator/engine/watch.h"
#include "simulator/scenario/scenario.h"

/* What the command line may say instead of the scenario. Zeroed: as the scenario says. */
typedef struct mn_run_options {
    bool has_seed;
    uint64_t seed;
    bool has_extender_mode;
    mn_extender_mode extender_mode;
    bool reference_engine;     /* the slow twin of the scheduling cycle */
    const mn_watcher *watcher; /* or NULL */
} mn_run_options;

/* NULL with *error set: there are no nodes, or the workloads ask for more Pods than
 * MN_RUN_MAX_PODS. */
mn_record *mn_engine_run(const mn_scenario *scenario, const mn_run_options *options,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

enum { MN_RUN_MAX_PODS = 150000 };

#endif
