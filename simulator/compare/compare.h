/* SPDX-License-Identifier: Apache-2.0 */
/* One scenario under several strategies, each with several seeds: what came out.
 *
 * A function of its arguments: the number of threads changes nothing.
 */
#ifndef MN_COMPARE_H
#define MN_COMPARE_H

#include "simulator/compare/condition.h"
#include "simulator/engine/engine.h"
#include "simulator/strategy/strategy.h"

enum { MN_COMPARE_MAX_SEEDS = 10000, MN_COMPARE_MAX_RUNS = 1000000 };

/* Of one strategy, over all seeds. Seeds for which a metric is not known are left out. */
typedef struct mn_spread {
    size_t known; /* 0: the rest says nothing */
    int64_t min, max;
    double mean, deviation; /* of the population */
} mn_spread;

typedef struct mn_compare_row {
    const mn_strategy *strategy;
    mn_touched touched;
    mn_spread metrics[MN_METRIC_COUNT];
    bool is_best; /* no other row is better */
    const char
        *first[MN_FATE_COUNT]; /* "Deployment/web": the first that has such Pods, NULL: none */
} mn_compare_row;

/* A condition that holds where it should not, or does not where it should. */
typedef struct mn_compare_failure {
    size_t row;
    uint64_t seed;
    const char *place; /* "shop.yaml:31:7", "--fail-on" */
    const char *text;  /* "misplaced > 0: misplaced is 11" */
} mn_compare_failure;

typedef struct mn_fail_on {
    const char *strategy; /* NULL: any */
    mn_condition condition;
} mn_fail_on;

typedef struct mn_compare_options {
    size_t seed_count; /* from the first on; 0: one */
    size_t threads;    /* 0: one a core */
    mn_run_options run;
    const mn_fail_on *fail_on;
    size_t fail_on_count;
} mn_compare_options;

typedef struct mn_comparison {
    const mn_scenario *scenario;
    const mn_record *record; /* of the first run */
    uint64_t first_seed;
    size_t seed_count;
    const mn_compare_row *rows;
    size_t row_count;
    const mn_compare_failure *failures;
    size_t failure_count; /* at most 1,000 are kept */
    size_t failures_left_out;
    mn_arena *arena;
    GPtrArray *kept; /* the scenarios under their strategies */
} mn_comparison;

/* Scenario and strategies outlive the result. Errors: those of mn_scenario_under and
 * mn_engine_run. */
mn_comparison *mn_compare(const mn_scenario *scenario, const mn_strategy *const *strategies,
                          size_t count, const mn_compare_options *options,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mn_comparison_free(mn_comparison *comparison);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mn_comparison, mn_comparison_free)

/* "misplaced>0", "taint: ready<100%", several with commas: mn_fail_on appended to `out`; what
 * they point to lives in the arena. */
bool mn_fail_on_parse(mn_arena *arena, const char *text, GArray *out,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
