/* SPDX-License-Identifier: Apache-2.0 */
/* The schedule of a CronJob: five fields of crontab, or @hourly and the like.
 *
 * A run begins at 2025-02-19 21:20 UTC, the minute 29,000,000 of Unix time, and has no time
 * zone but UTC.
 * https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax
 */
#ifndef MN_SCHEDULE_H
#define MN_SCHEDULE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Bit per value; days of the week: 0 is Sunday. */
typedef struct mn_schedule {
    uint64_t minutes, hours, days, months, weekdays;
    bool any_day, any_weekday; /* "*": the other one decides alone */
} mn_schedule;

/* False with *error set (SYNTAX): what was found, what was expected. NULL text is an error. */
bool mn_schedule_parse(const char *text, mn_schedule *out, GError **error);

/* The first time after now_ms, both since the run began; INT64_MAX: never (30 February). */
int64_t mn_schedule_next_ms(const mn_schedule *schedule, int64_t now_ms);

/* Minutes of Unix time: the number behind the names of Jobs. */
int64_t mn_schedule_minute(int64_t now_ms);

#endif
