/* SPDX-License-Identifier: Apache-2.0 */
/* Why a Pod is where it is, recomputed when somebody asks.
 *
 * The scenario is run twice: once to know who the Pods are and what becomes of them, once to stop
 * by at the attempt that decided and ask the scheduling cycle about every node and every plugin.
 * So nothing is kept that nobody asks for, and a run of any size can be asked about.
 */
#ifndef MN_EXPLAIN_H
#define MN_EXPLAIN_H

#include "simulator/engine/engine.h"
#include "simulator/explain/explained.h"

typedef struct mn_explain_request {
    const char *pod; /* see mn_pick_pod */
    bool has_at;
    int64_t at_ms; /* the run ends then: the last attempt until then is told */
} mn_explain_request;

/* The scenario outlives the result. NULL with *error set: the scenario cannot be run, or no Pod or
 * several have that name. */
mn_explained *mn_explain(const mn_scenario *scenario, const mn_run_options *options,
                         const mn_explain_request *request,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mn_explained_free(mn_explained *explained);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mn_explained, mn_explained_free)

#endif
