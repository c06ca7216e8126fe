/* SPDX-License-Identifier: Apache-2.0 */
/* What is printed about a comparison: one file and one row of formats.def a format. */
#ifndef MN_COMPARE_PRINT_H
#define MN_COMPARE_PRINT_H

#include "simulator/compare/compare.h"
#include "simulator/reports/layout.h"

/* How it is looked at; `explain` and `run` are command lines without options, for what to ask
 * next. */
typedef struct mn_compare_view {
    mn_page page;
    const char *run, *compare;
    const char *explain; /* NULL: there is no such command */
} mn_compare_view;

typedef struct mn_compare_format {
    const char *name;
    void (*print)(const mn_comparison *comparison, const mn_compare_view *view, GString *out);
} mn_compare_format;

const mn_compare_format *mn_compare_formats(size_t *count);
extern const char *const mn_compare_format_names[], *const mn_compare_format_helps[];

#define FORMAT(name, what)        \
    void mn_compare_print_##name( \
        const mn_comparison *comparison, const mn_compare_view *view, GString *out);
#include "simulator/compare/formats.def"
#undef FORMAT

/* ---- what tables of all kinds have in common */

/* Columns that are 0 everywhere are left out, but for those that one looks for. */
typedef struct mn_compare_column {
    mn_metric metric;
    const char *title; /* "WRONG OS" */
} mn_compare_column;

enum { MN_COMPARE_COLUMNS_MAX = MN_METRIC_COUNT };

size_t mn_compare_columns(const mn_comparison *comparison,
                          mn_compare_column out[MN_COMPARE_COLUMNS_MAX]);

/* "27/31 +8" (of READY), "3", "2.4 (2-3)" over several seeds, "1m30s"; "-" when not known. */
void mn_compare_phrase(GString *out, const mn_comparison *comparison, size_t row, mn_metric metric);
/* The same for any metric, with the difference to the first strategy: "3 +2", "9s -3s". */
void mn_compare_phrase_change(GString *out, const mn_comparison *comparison, size_t row,
                              mn_metric metric);
/* Is it 0 under every strategy, or not known? */
bool mn_compare_is_zero(const mn_comparison *comparison, mn_metric metric);
/* "2.2 cpu  5.1Gi", "-". */
void mn_compare_phrase_held(GString *out, const mn_compare_row *row);

/* "shop · 3 linux + 4 windows nodes · 12 workloads, 31 Pods · seeds 1 to 20 · ..." without the
 * name. */
void mn_compare_phrase_headline(GString *out, const mn_comparison *comparison);
/* "extender-enforce and runtimeclass (31 of 31 ready)". */
void mn_compare_phrase_best(GString *out, const mn_comparison *comparison);

#endif
