/* SPDX-License-Identifier: Apache-2.0 */
/* Spans of virtual time: those of core with days, and an end. */
#ifndef SIMULATOR_SCENARIO_DURATION_H
#define SIMULATOR_SCENARIO_DURATION_H

#include "mullion/base/arena.h"
#include "mullion/text/duration.h"
#include "mullion/text/read.h"

/* Nothing in a scenario lasts longer: ten years. */
#define MN_DURATION_MAX_MS (INT64_C(3650) * 24 * 3600 * 1000)

extern const mn_duration_form mn_duration_virtual;

/* For MN_FIELD_BY rows; `out` is an int64_t in milliseconds. */
bool mn_decode_duration(mn_arena *arena, const mn_at *at, void *out, GError **error);

#endif
