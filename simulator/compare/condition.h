/* SPDX-License-Identifier: Apache-2.0 */
/* What may be asked of a run: "misplaced>0", "ready<100%", "ready-p95<=5m". */
#ifndef MN_CONDITION_H
#define MN_CONDITION_H

#include "simulator/compare/metrics.h"

typedef enum mn_relation {
    MN_RELATION_EQUAL,
    MN_RELATION_NOT_EQUAL,
    MN_RELATION_LESS,
    MN_RELATION_AT_MOST,
    MN_RELATION_GREATER,
    MN_RELATION_AT_LEAST,
} mn_relation;

typedef struct mn_condition {
    mn_metric metric;
    mn_relation relation;
    bool percent;  /* of the Pods that are meant */
    int64_t value; /* in the metric's unit; of a percentage thousandths */
} mn_condition;

/* "misplaced>0": a metric by name or key, a relation, a value. */
bool mn_condition_parse(const char *text, mn_condition *out,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "100%", ">=3", "5": the relation may be left out and is then equality. */
bool mn_condition_parse_value(mn_metric metric, const char *text, mn_condition *out,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A value that is not known satisfies nothing. */
bool mn_condition_holds(const mn_condition *condition, const mn_metrics *metrics);

/* "misplaced > 0". */
void mn_condition_format(GString *out, const mn_condition *condition);

/* What was found instead: "misplaced is 11", "ready is 27 of 31". */
void mn_condition_format_found(GString *out, const mn_condition *condition,
                               const mn_metrics *metrics);

#endif
