/* SPDX-License-Identifier: Apache-2.0 */
/* Spans of virtual time, as Go and kubectl write them: 90s, 10m, 1h30m, 1.5h, 2d, 500ms. */
#ifndef MN_DURATION_H
#define MN_DURATION_H

#include "mullion/base/arena.h"
#include "mullion/text/read.h"

/* Nothing in a scenario lasts longer: ten years. */
#define MN_DURATION_MAX_MS (INT64_C(3650) * 24 * 3600 * 1000)

/* False when the text is no duration, or one below 0 or above the limit. Units are ms, s, m, h
 * and d (which Go lacks and kubectl prints); "0" needs none. What is finer than a millisecond
 * is cut off. */
bool mn_duration_parse(const char *text, int64_t *out_ms);

/* "1h30m", "90s" as "1m30s", "0s": the units above, the largest first, without those that are 0.
 * The caller owns it. */
char *mn_duration_format(int64_t ms) G_GNUC_WARN_UNUSED_RESULT;

/* For MN_FIELD_BY rows; `out` is an int64_t in milliseconds. */
bool mn_decode_duration(mn_arena *arena, const mn_at *at, void *out, GError **error);

#endif
