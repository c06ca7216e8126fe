/* SPDX-License-Identifier: Apache-2.0 */
/* What a scenario expects of its runs: spec.expect. */
#ifndef MN_EXPECTATION_H
#define MN_EXPECTATION_H

#include "simulator/compare/condition.h"

typedef struct mn_expectation {
    const char *strategy; /* under which; NULL: under each, and without one */
    bool has_at;
    int64_t at_ms; /* else: in the end */
    mn_pod_filter filter;
    bool has_filter;
    const char *what_text; /* " of app=kafka at 12m": for messages; "" of all Pods in the end */
    const mn_condition *conditions;
    size_t condition_count;
    const char *place; /* "shop.yaml:31:7" */
} mn_expectation;

typedef struct mn_expectations {
    const mn_expectation *items;
    size_t count;
} mn_expectations;

/* One of them, as it is written. */
extern const mn_shape mn_expectation_shape;

/* For MN_FIELD_WITHIN rows; `out` is an mn_expectations. */
bool mn_decode_expectations(mn_arena *arena, const mn_at *at, void *out, GError **error);

/* The times at which expectations about runs under that strategy (NULL: none) look on, ascending
 * and each once: mn_run_options.checkpoints_ms. In the arena. */
const int64_t *mn_expectations_times(mn_arena *arena, const mn_expectations *expectations,
                                     const char *strategy, size_t *count);

/* What a failure is told with; both are the callee's only until it returns. */
typedef void (*mn_expectation_fn)(const char *place, const char *text, void *data);

/* Tells what the record, which has a checkpoint for each of mn_expectations_times(), does not
 * fulfil, in the order of the file. A run without a strategy is
 * one under "none". An expectation about Pods that there are none of is not fulfilled, unless it
 * is about their number. */
void mn_expectations_check(const mn_expectations *expectations, const mn_record *record,
                           const mn_touched *touched, mn_expectation_fn tell, void *data);

#endif
