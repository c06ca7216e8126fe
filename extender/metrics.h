/* SPDX-License-Identifier: Apache-2.0 */
/* What is counted, made from metrics.def, and its pages: the text format 0.0.4 of Prometheus
 * and docs/METRICS.md.
 *
 * Counting is a few relaxed additions a request, in no order that anybody may rely on: a page
 * may show a request in one metric and not yet in the next.
 */
#ifndef EXT_METRICS_H
#define EXT_METRICS_H

#include "extender/decision.h"

#include <stdatomic.h>

enum { EXT_BUCKETS = 15 };

/* The labels that a metric may have; how many values each has. */
typedef enum ext_limit { EXT_LIMIT_BODY, EXT_LIMIT_BODIES, EXT_LIMIT_TIME } ext_limit;
typedef enum ext_outcome { EXT_OK, EXT_REFUSED, EXT_UNTRUSTED } ext_outcome;
typedef enum ext_result { EXT_SUCCESS, EXT_FAILURE } ext_result;

enum { EXT_STATUSES = 6 };

enum {
    EXT_VALUES_NONE = 1,
    EXT_VALUES_VERB = EXT_VERBS,
    EXT_VALUES_OUTCOME = EXT_UNTRUSTED + 1,
    EXT_VALUES_REASON = MN_REASONS - 1,
    EXT_VALUES_EXEMPT = EXT_EXEMPTS - 1,
    EXT_VALUES_TRUST = EXT_TRUSTS - 1,
    EXT_VALUES_LIMIT = EXT_LIMIT_TIME + 1,
    EXT_VALUES_STATUS = EXT_STATUSES,
    EXT_VALUES_MODE = MN_MODES,
    EXT_VALUES_RESULT = EXT_FAILURE + 1,
    EXT_VALUES_RESOURCE = 3, /* nodes, runtimeclasses, pods */
};

typedef _Atomic uint64_t ext_counter;
typedef _Atomic double ext_gauge;

typedef struct ext_histogram {
    ext_counter buckets[EXT_BUCKETS + 1]; /* not cumulative; the last one is without bound */
    ext_counter sum_us;
} ext_histogram;

#define EXT_CELL_COUNTER   ext_counter
#define EXT_CELL_HISTOGRAM ext_histogram
#define EXT_CELL_GAUGE     ext_gauge
#define EXT_CELL_TOTAL     ext_gauge
#define EXT_CELL_INFO      ext_gauge

/* All zero at the start. */
typedef struct ext_metrics {
#define METRIC(member, kind, name, first, second, help) \
    EXT_CELL_##kind member[EXT_VALUES_##first][EXT_VALUES_##second];
#include "extender/metrics.def"
#undef METRIC
} ext_metrics;

static inline void ext_count(ext_counter *counter, uint64_t by)
{
    atomic_fetch_add_explicit(counter, by, memory_order_relaxed);
}

static inline void ext_set(ext_gauge *gauge, double value)
{
    atomic_store_explicit(gauge, value, memory_order_relaxed);
}

/* Now is when the process started, with a configuration that is good. */
void ext_metrics_started(ext_metrics *metrics);

/* A request of a verb; `error` is NULL when it was answered. */
void ext_metrics_count(ext_metrics *metrics, const ext_decision *decision, const ext_tally *tally,
                       const GError *error, int64_t took_us);

/* A request that the server refused by itself; 0: its time was up. */
void ext_metrics_refused(ext_metrics *metrics, unsigned status);

/* The file was read again, or could not be; `restart_keys` as the metric has it. */
void ext_metrics_reloaded(ext_metrics *metrics, bool ok, size_t restart_keys);

/* Fills in what was asked of an API server. */
void ext_metrics_of_watch(ext_metrics *metrics, const ext_store_stats *stats);

/* Fills in what the system knows of the process. */
void ext_metrics_of_process(ext_metrics *metrics);

/* The caller frees. */
char *ext_metrics_print(const ext_metrics *metrics);
char *ext_metrics_print_docs(void);

#endif
