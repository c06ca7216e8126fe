/* SPDX-License-Identifier: Apache-2.0 */
/* The table of formats, and what they have in common. */
#include "simulator/compare/print.h"
#include "simulator/reports/headline.h"
#include "simulator/reports/phrase.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define FORMAT(name, what) {#name, mn_compare_print_##name},
static const mn_compare_format formats[] = {
#include "simulator/compare/formats.def"
};
#undef FORMAT

const char *const mn_compare_format_names[] = {
#define FORMAT(name, what) #name,
#include "simulator/compare/formats.def"
#undef FORMAT
    NULL,
};

const char *const mn_compare_format_helps[] = {
#define FORMAT(name, what) what,
#include "simulator/compare/formats.def"
#undef FORMAT
    NULL,
};

const mn_compare_format *mn_compare_formats(size_t *count)
{
    *count = G_N_ELEMENTS(formats);
    return formats;
}

/* ---- columns */

static const struct column {
    const char *title;
    mn_metric metric;
    bool always;
} columns[] = {
    {"READY", MN_METRIC_READY, true},
    {"WRONG OS", MN_METRIC_WRONG_OS, true},
    {"WRONG BUILD", MN_METRIC_WRONG_BUILD, true},
    {"PENDING", MN_METRIC_PENDING, true},
    {"NOT YET", MN_METRIC_NOT_YET, false},
    {"FAILED", MN_METRIC_FAILED, true},
    {"FAILED LEFT", MN_METRIC_FAILED_LEFT, false},
    {"REJECTED", MN_METRIC_REJECTED, false},
    {"EVICTED", MN_METRIC_EVICTIONS, false},
    {"READY p50", MN_METRIC_READY_P50, false},
    {"p95", MN_METRIC_READY_P95, false},
};

bool mn_compare_is_zero(const mn_comparison *comparison, mn_metric metric)
{
    for (size_t i = 0; i < comparison->row_count; i++) {
        const mn_spread *spread = &comparison->rows[i].metrics[metric];
        if (spread->known > 0 && (spread->min != 0 || spread->max != 0))
            return false;
    }
    return true;
}

size_t mn_compare_columns(const mn_comparison *comparison,
                          mn_compare_column out[MN_COMPARE_COLUMNS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
        if (columns[i].always || !mn_compare_is_zero(comparison, columns[i].metric))
            out[count++] = (mn_compare_column){columns[i].metric, columns[i].title};
    }
    return count;
}

/* ---- cells */

/* One digit behind the point where there is one. */
static void append_mean(GString *out, double mean)
{
    double tenths = round(mean * 10);
    if (fmod(tenths, 10) == 0)
        g_string_append_printf(out, "%.0f", tenths / 10);
    else
        g_string_append_printf(out, "%.1f", tenths / 10);
}

static void append_value(GString *out, mn_metric metric, const mn_spread *spread)
{
    if (mn_metric_get(metric)->unit == MN_UNIT_COUNT)
        append_mean(out, spread->mean);
    else
        mn_metric_format(out, metric, llround(spread->mean));
    if (spread->min == spread->max)
        return;
    g_string_append(out, " (");
    mn_metric_format(out, metric, spread->min);
    g_string_append_c(out, '-');
    mn_metric_format(out, metric, spread->max);
    g_string_append_c(out, ')');
}

static void append_delta(GString *out, double delta)
{
    if (round(delta * 10) == 0)
        return;
    g_string_append(out, delta > 0 ? " +" : " ");
    append_mean(out, delta);
}

void mn_compare_phrase_change(GString *out, const mn_comparison *comparison, size_t row,
                              mn_metric metric)
{
    const mn_spread *first = &comparison->rows[0].metrics[metric];
    const mn_spread *spread = &comparison->rows[row].metrics[metric];
    if (spread->known == 0) {
        g_string_append_c(out, '-');
        return;
    }
    append_value(out, metric, spread);
    const double delta = spread->mean - first->mean;
    if (first->known == 0 || mn_metric_get(metric)->unit == MN_UNIT_COUNT) {
        append_delta(out, first->known == 0 ? 0 : delta);
    } else if (llround(delta) != 0) {
        g_string_append(out, delta > 0 ? " +" : " -");
        mn_metric_format(out, metric, llround(fabs(delta)));
    }
}

void mn_compare_phrase(GString *out, const mn_comparison *comparison, size_t row, mn_metric metric)
{
    const mn_compare_row *one = &comparison->rows[row];
    const mn_spread *spread = &one->metrics[metric];
    if (spread->known == 0) {
        g_string_append_c(out, '-');
        return;
    }
    append_value(out, metric, spread);
    if (metric != MN_METRIC_READY)
        return;
    g_string_append_c(out, '/');
    append_mean(out, one->metrics[MN_METRIC_PODS].mean);
    append_delta(out, spread->mean - comparison->rows[0].metrics[metric].mean);
}

void mn_compare_phrase_held(GString *out, const mn_compare_row *row)
{
    const mn_spread *cpu = &row->metrics[MN_METRIC_HELD_CPU];
    const mn_spread *memory = &row->metrics[MN_METRIC_HELD_MEMORY];
    if (cpu->max == 0 && memory->max == 0) {
        g_string_append_c(out, '-');
        return;
    }
    mn_phrase_cpu(out, llround(cpu->mean));
    g_string_append(out, " cpu");
    if (memory->max == 0)
        return;
    g_string_append(out, "  ");
    mn_phrase_memory(out, llround(memory->mean));
}

/* ---- lines */

void mn_compare_phrase_headline(GString *out, const mn_comparison *comparison)
{
    /* As the scenario is, not as its first strategy has it. */
    mn_record record = *comparison->record;
    record.strategy = NULL;
    record.extender = mn_extender_mode_name(comparison->scenario->extender_mode);
    g_autoptr(GString) line = g_string_new(NULL);
    mn_phrase_headline(line, &record);
    if (comparison->seed_count == 1) {
        g_string_append(out, line->str);
        return;
    }
    g_autofree char *one = g_strdup_printf("seed %" PRIu64, comparison->first_seed);
    g_autofree char *all = g_strdup_printf("seeds %" PRIu64 " to %" PRIu64,
                                           comparison->first_seed,
                                           comparison->first_seed + comparison->seed_count - 1);
    g_string_replace(line, one, all, 1);
    g_string_append(out, line->str);
}

static int64_t asked_of(const mn_compare_row *row)
{
    return row->metrics[MN_METRIC_TOUCHED].max;
}

/* The next best row behind `last` in order of what it asks of people, then of place; NULL: none. */
static const mn_compare_row *next_best(const mn_comparison *comparison, const mn_compare_row *last)
{
    const mn_compare_row *found = NULL;
    for (size_t i = 0; i < comparison->row_count; i++) {
        const mn_compare_row *row = &comparison->rows[i];
        bool behind = last == NULL || asked_of(row) > asked_of(last) ||
                      (asked_of(row) == asked_of(last) && row > last);
        if (row->is_best && behind && (found == NULL || asked_of(row) < asked_of(found)))
            found = row;
    }
    return found;
}

void mn_compare_phrase_best(GString *out, const mn_comparison *comparison)
{
    enum { NAMED = 3 };
    size_t best = 0, named = 0;
    for (size_t i = 0; i < comparison->row_count; i++)
        best += comparison->rows[i].is_best;
    const mn_compare_row *row = next_best(comparison, NULL), *first = row;
    for (; row != NULL && named < NAMED; row = next_best(comparison, row)) {
        bool last = named + 1 == MIN(best, NAMED) && best <= NAMED;
        g_string_append(out, named == 0 ? "" : last ? " and " : ", ");
        g_string_append(out, row->strategy->name);
        named++;
    }
    if (best > named)
        g_string_append_printf(out, " and %zu more", best - named);
    g_string_append(out, " (");
    append_mean(out, first->metrics[MN_METRIC_READY].mean);
    g_string_append(out, " of ");
    append_mean(out, first->metrics[MN_METRIC_PODS].mean);
    g_string_append(out, " ready)");
}
