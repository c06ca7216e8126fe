/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/compare/metrics.h"

#include "mullion/os/image.h"
#include "simulator/reports/phrase.h"
#include "simulator/scenario/duration.h"

#include <inttypes.h>
#include <string.h>

static const mn_metric_row rows[] = {
#define METRIC(id, name_, key_, unit_, good_, what_) \
    [MN_METRIC_##id] = {.name = (name_),             \
                        .key = (key_),               \
                        .what = (what_),             \
                        .unit = MN_UNIT_##unit_,     \
                        .good = MN_GOOD_##good_},
#include "simulator/compare/metrics.def"
#undef METRIC
};

const mn_metric_row *mn_metric_get(mn_metric metric)
{
    return &rows[metric];
}

bool mn_metric_find(const char *text, mn_metric *out, const char **near)
{
    const char *names[MN_METRIC_COUNT];
    for (int i = 0; i < MN_METRIC_COUNT; i++) {
        names[i] = rows[i].name;
        if (strcmp(rows[i].name, text) == 0 || strcmp(rows[i].key, text) == 0) {
            *out = (mn_metric)i;
            return true;
        }
    }
    *near = mn_nearest(text, names, MN_METRIC_COUNT);
    return false;
}

/* ---- measuring */

static bool fits(const char *glob, const char *text)
{
    return mn_image_glob(mn_str_of(glob), mn_str_of(text));
}

static bool is_workload_meant(const mn_record_workload *workload, const mn_pod_filter *filter)
{
    if (filter->namespace_ != NULL && !fits(filter->namespace_, workload->namespace_))
        return false;
    if (filter->workload == NULL || fits(filter->workload, workload->name))
        return true;
    g_autofree char *full = g_strdup_printf("%s/%s", workload->kind, workload->name);
    return fits(filter->workload, full);
}

static bool is_meant(const mn_record_pod *pod, const mn_pod_filter *filter)
{
    return filter->selector == NULL ||
           (pod->labels != NULL && mn_label_selector_matches(filter->selector, pod->labels));
}

static void count_pod(int64_t *values, const mn_record_pod *pod)
{
    static const mn_metric by_fate[] = {
        [MN_FATE_RUNS] = MN_METRIC_READY,
        [MN_FATE_WRONG_OS] = MN_METRIC_WRONG_OS,
        [MN_FATE_WRONG_BUILD] = MN_METRIC_WRONG_BUILD,
        [MN_FATE_FAILED] = MN_METRIC_FAILED,
        [MN_FATE_PENDING] = MN_METRIC_PENDING,
        [MN_FATE_REJECTED] = MN_METRIC_REJECTED,
        [MN_FATE_STARTING] = MN_METRIC_STARTING,
        [MN_FATE_ABSENT] = MN_METRIC_ABSENT,
    };
    values[MN_METRIC_PODS]++;
    values[by_fate[pod->fate]]++;
    values[MN_METRIC_MISPLACED] += mn_fate_is_misplaced(pod->fate);
    values[MN_METRIC_EVICTIONS] += (int64_t)pod->evictions;
    values[MN_METRIC_RECREATIONS] += (int64_t)pod->recreations;
    if (pod->holds) {
        values[MN_METRIC_HELD_CPU] += pod->requests.milli_cpu;
        values[MN_METRIC_HELD_MEMORY] += pod->requests.memory_bytes;
    }
}

/* What a workload knows of its Pods and no single Pod does; `all` of them are meant. */
static void count_workload(int64_t *values, const mn_record_workload *workload, bool all)
{
    if (!all)
        return;
    values[MN_METRIC_PODS] += (int64_t)workload->counts[MN_FATE_ABSENT];
    values[MN_METRIC_ABSENT] += (int64_t)workload->counts[MN_FATE_ABSENT];
    values[MN_METRIC_FAILED_LEFT] += (int64_t)workload->failed_left;
}

static int64_t total_touched(const mn_touched *touched)
{
    return (int64_t)(touched->nodes + touched->manifests + touched->objects + touched->namespaces +
                     touched->scheduler_files + touched->apiserver_files);
}

/* Of Pods that were made in this run and run in the end. */
static void note_time(GArray *times, const mn_record_pod *pod)
{
    if (pod->existed || pod->fate != MN_FATE_RUNS || pod->ready_ms < 0)
        return;
    const int64_t time_ms = pod->ready_ms - pod->created_ms;
    g_array_append_val(times, time_ms);
}

static int by_time(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The nearest rank: a time that some Pod really took. */
static int64_t percentile(const GArray *times, guint percent)
{
    if (times->len == 0)
        return MN_METRIC_UNKNOWN;
    const guint rank = (times->len * percent + 99) / 100;
    return g_array_index(times, int64_t, MAX(rank, 1) - 1);
}

static void measure_workload(int64_t *values, GArray *times, const mn_record *record,
                             const mn_record_workload *workload, const mn_pod_filter *filter)
{
    size_t meant = 0;
    for (size_t i = 0; i < workload->pod_count; i++) {
        const mn_record_pod *pod = &record->pods[workload->first_pod + i];
        if (filter != NULL && !is_meant(pod, filter))
            continue;
        meant++;
        count_pod(values, pod);
        note_time(times, pod);
    }
    bool selects = filter != NULL && filter->selector != NULL;
    count_workload(values, workload, !selects || (meant > 0 && meant == workload->pod_count));
}

mn_metrics mn_metrics_of(const mn_record *record, const mn_pod_filter *filter,
                         const mn_touched *touched)
{
    mn_metrics metrics = {0};
    g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(int64_t));
    for (size_t i = 0; i < record->workload_count; i++) {
        if (filter == NULL || is_workload_meant(&record->workloads[i], filter))
            measure_workload(metrics.values, times, record, &record->workloads[i], filter);
    }
    /* Places that are gone were left, too; and others made room for Pods. */
    if (filter == NULL)
        metrics.values[MN_METRIC_EVICTIONS] =
            (int64_t)(record->totals.evictions + record->totals.preemptions);
    metrics.values[MN_METRIC_NOT_YET] =
        metrics.values[MN_METRIC_ABSENT] + metrics.values[MN_METRIC_STARTING];
    g_array_sort(times, by_time);
    metrics.values[MN_METRIC_READY_P50] = percentile(times, 50);
    metrics.values[MN_METRIC_READY_P95] = percentile(times, 95);
    if (touched != NULL)
        metrics.values[MN_METRIC_TOUCHED] = total_touched(touched);
    return metrics;
}

/* ---- in words */

/* Whole seconds from a second on. */
static void append_time(GString *out, int64_t ms)
{
    int64_t rounded = ms >= 1000 ? (ms + 500) / 1000 * 1000 : ms;
    g_autofree char *text = mn_duration_format(rounded);
    g_string_append(out, text);
}

void mn_metric_format(GString *out, mn_metric metric, int64_t value)
{
    if (value == MN_METRIC_UNKNOWN) {
        g_string_append(out, "unknown");
        return;
    }
    switch (rows[metric].unit) {
    case MN_UNIT_COUNT:
        g_string_append_printf(out, "%" PRId64, value);
        return;
    case MN_UNIT_TIME:
        append_time(out, value);
        return;
    case MN_UNIT_CPU:
        mn_phrase_cpu(out, value);
        g_string_append(out, " cpu");
        return;
    case MN_UNIT_MEMORY:
        mn_phrase_memory(out, value);
        return;
    }
}

void mn_touched_format(GString *out, const mn_touched *touched)
{
    const struct part {
        size_t count;
        const char *noun;
    } parts[] = {
        {touched->nodes, "node"},
        {touched->manifests, "manifest"},
        {touched->objects, "object"},
        {touched->namespaces, "namespace"},
        {touched->scheduler_files, "kube-scheduler file"},
        {touched->apiserver_files, "kube-apiserver file"},
    };
    const char *separator = "";
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        if (parts[i].count == 0)
            continue;
        g_string_append(out, separator);
        mn_phrase_count(out, parts[i].count, parts[i].noun);
        separator = ", ";
    }
    if (*separator == '\0')
        g_string_append_c(out, '-');
}
