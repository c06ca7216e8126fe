/* SPDX-License-Identifier: Apache-2.0 */
/* One run: a function of (scenario, options) and of nothing else.
 *
 *     g_autoptr(mn_record) record = mn_engine_run(scenario, &(mn_run_options){0}, error);
 *
 * The scenario is only read, so several runs may share it. It outlives the record.
 *
 * A run ends at rest: when nothing is left but what is in the background (image pulls that
 * fail again and again, CronJobs, Pods that are made and refused for ever), or an hour after
 * the last entry of the timeline, or at until_ms.
 */
#ifndef MN_ENGINE_H
#define MN_ENGINE_H

#include "simulator/engine/recorder.h"
#include "simulator/engine/run_options.h"
#include "simulator/scenario/scenario.h"

/* NULL with *error set: there are no nodes, or the workloads ask for more Pods than
 * MN_RUN_MAX_PODS. */
mn_record *mn_engine_run(const mn_scenario *scenario, const mn_run_options *options,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

enum { MN_RUN_MAX_PODS = 150000 };

/* How long a run goes on after the last thing that the timeline does, when it does not come to
 * rest. */
enum { MN_RUN_REST_MS = 60 * 60 * 1000 };

#endif
