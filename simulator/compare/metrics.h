/* SPDX-License-Identifier: Apache-2.0 */
/* A run in numbers: what strategies are compared by, and what may be expected of them.
 *
 * One struct, computed from the record alone, of all its Pods or of some.
 */
#ifndef MN_METRICS_H
#define MN_METRICS_H

#include "mullion/model/selector.h"
#include "simulator/engine/recorder.h"
#include "simulator/scenario/scenario.h"

typedef enum mn_metric {
#define METRIC(id, name, key, unit, good, what) MN_METRIC_##id,
#include "simulator/compare/metrics.def"
#undef METRIC
    MN_METRIC_COUNT,
} mn_metric;

typedef enum mn_metric_unit {
    MN_UNIT_COUNT,
    MN_UNIT_TIME,   /* milliseconds */
    MN_UNIT_CPU,    /* thousandths of a core */
    MN_UNIT_MEMORY, /* bytes */
} mn_metric_unit;

typedef enum mn_metric_good { MN_GOOD_EITHER, MN_GOOD_MORE, MN_GOOD_LESS } mn_metric_good;

typedef struct mn_metric_row {
    const char *name, *key, *what;
    mn_metric_unit unit;
    mn_metric_good good;
} mn_metric_row;

const mn_metric_row *mn_metric_get(mn_metric metric);

/* By its name ("wrong-os") or its key ("wrongOS"). False: there is none; *near is the nearest
 * name, or NULL. */
bool mn_metric_find(const char *text, mn_metric *out, const char **near);

/* No value: no Pod became Ready, so there is no time at which it did. */
#define MN_METRIC_UNKNOWN INT64_MIN

typedef struct mn_metrics {
    int64_t values[MN_METRIC_COUNT];
} mn_metrics;

/* Which Pods are meant; NULL and empty: all. */
typedef struct mn_pod_filter {
    const mn_label_selector *selector;
    const char *namespace_;
    const char *workload; /* "web", "Deployment/web"; a glob */
} mn_pod_filter;

/* `filter` and `touched` may be NULL. */
mn_metrics mn_metrics_of(const mn_record *record, const mn_pod_filter *filter,
                         const mn_touched *touched);

/* "12", "1m30s", "0.5 cpu", "2.5Gi", "unknown". */
void mn_metric_format(GString *out, mn_metric metric, int64_t value);

/* "4 nodes, 3 manifests, 1 kube-scheduler file"; "-" when nothing is touched. */
void mn_touched_format(GString *out, const mn_touched *touched);

#endif
