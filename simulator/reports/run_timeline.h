/* SPDX-License-Identifier: Apache-2.0 */
/* When to look at a run for its picture. */
#ifndef SIMULATOR_RUN_TIMELINE_H
#define SIMULATOR_RUN_TIMELINE_H

#include "simulator/engine/recorder.h"
#include "simulator/reports/layout.h"

/* Moments for the checkpoints of another run, evenly from 0 to a little behind the end of that
 * `record`; a column of the page each. The caller owns the array. */
size_t mn_timeline_moments(const mn_page *page, const mn_record *record, int64_t **moments_ms);

#endif
