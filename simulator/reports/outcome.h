/* SPDX-License-Identifier: Apache-2.0 */
/* What became of a group of Pods, in words and colours. */
#ifndef SIMULATOR_OUTCOME_H
#define SIMULATOR_OUTCOME_H

#include "simulator/engine/recorder.h"
#include "simulator/reports/layout.h"

/* "runs", or what hinders: "1 wrong OS, 2 Pending"; just "wrong OS" where that is the end of
 * all of them. */
void mn_phrase_outcome(GString *out, const size_t counts[MN_FATE_COUNT]);

/* What hinders, always with numbers; nothing when all run. */
void mn_phrase_hindrances(GString *out, const size_t counts[MN_FATE_COUNT]);

/* The worst that befell any of them; RUNS when all run. */
mn_fate mn_worst_fate(const size_t counts[MN_FATE_COUNT]);
mn_ink mn_fate_ink(mn_fate fate);

/* Pools that its Pods are on: "win22", "linux x2, win22". */
void mn_phrase_pools(GString *out, const mn_record *record, const mn_record_workload *workload);

#endif
