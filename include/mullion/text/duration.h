/* SPDX-License-Identifier: Apache-2.0 */
/* Spans of time, as Go and kubectl write them: 90s, 10m, 1h30m, 1.5h, 500ms, 2d. */
#ifndef MN_DURATION_H
#define MN_DURATION_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* What is taken for a span, and how long it may be. */
typedef struct mn_duration_form {
    bool days; /* "d", which Go lacks and kubectl prints */
    int64_t max_ms;
} mn_duration_form;

/* Go's time.ParseDuration, but for a sign: as far as an int64 of nanoseconds goes.
 * https://pkg.go.dev/time#ParseDuration */
extern const mn_duration_form mn_duration_go;

/* False when the text is no duration, or a longer one; `out_ms` is then as it was. Units are h, m,
 * s, ms, us and ns, and d where the form has it; "0" needs none. What is finer than a millisecond
 * is cut off. */
bool mn_duration_parse(const char *text, const mn_duration_form *form,
                       int64_t *out_ms) G_GNUC_WARN_UNUSED_RESULT;

/* "1h30m", "90s" as "1m30s", "0s": days to milliseconds, the largest first, without those that
 * are 0. The caller frees. */
char *mn_duration_format(int64_t ms) G_GNUC_WARN_UNUSED_RESULT;

#endif
