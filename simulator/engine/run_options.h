/* SPDX-License-Identifier: Apache-2.0 */
/* What the command line may say instead of the scenario. Zeroed: as the scenario says. */
#ifndef MN_RUN_OPTIONS_H
#define MN_RUN_OPTIONS_H

#include "simulator/engine/watch.h"
#include "simulator/scenario/scenario.h"

typedef struct mn_run_options {
    bool has_seed;
    uint64_t seed;
    bool has_extender_mode;
    mn_extender_mode extender_mode;
    bool reference_engine;     /* the slow twin of the scheduling cycle */
    const mn_watcher *watcher; /* or NULL */

    /* Ends the run at that time, at rest or not. */
    bool has_until;
    int64_t until_ms;

    /* Times at which a record of its own is made, ascending; what lies behind the end of the
     * run shows the end. They are part of the run: it goes on to the last of them. */
    const int64_t *checkpoints_ms;
    size_t checkpoint_count;
} mn_run_options;

#endif
