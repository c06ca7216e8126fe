/* SPDX-License-Identifier: Apache-2.0 */
/* The comparison for people. */
#include "simulator/compare/print.h"
#include "simulator/output.h"

#include <inttypes.h>
#include <string.h>

static void print_headline(const mn_comparison *comparison, const mn_page *page, GString *out)
{
    g_autoptr(GString) rest = g_string_new(NULL);
    mn_compare_phrase_headline(rest, comparison);
    mn_append_ink(out, page, MN_INK_BOLD, comparison->record->scenario);
    mn_append_plain(out, rest->str);
    g_string_append(out, "\n\n");
}

static mn_ink ink_of(const mn_compare_row *row, mn_metric metric)
{
    if (mn_metric_get(metric)->good == MN_GOOD_MORE)
        return row->is_best ? MN_INK_GOOD : MN_INK_PLAIN;
    if (row->metrics[metric].max == 0)
        return MN_INK_DIM;
    return metric == MN_METRIC_WRONG_OS || metric == MN_METRIC_WRONG_BUILD ||
                   metric == MN_METRIC_FAILED
               ? MN_INK_BAD
               : MN_INK_WARN;
}

static void add_row(mn_grid *grid, const mn_comparison *comparison, size_t index,
                    const mn_compare_column *columns, size_t count)
{
    const mn_compare_row *row = &comparison->rows[index];
    mn_grid_cellf(grid,
                  row->is_best ? MN_INK_GOOD : MN_INK_PLAIN,
                  "%s%s",
                  row->strategy->name,
                  row->is_best ? " *" : "");
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t i = 0; i < count; i++) {
        g_string_truncate(text, 0);
        mn_compare_phrase(text, comparison, index, columns[i].metric);
        mn_grid_cell(grid, ink_of(row, columns[i].metric), text->str);
    }
    g_string_truncate(text, 0);
    mn_compare_phrase_held(text, row);
    mn_grid_cell(grid, MN_INK_PLAIN, text->str);
    g_string_truncate(text, 0);
    mn_touched_format(text, &row->touched);
    mn_grid_cell(grid, MN_INK_PLAIN, text->str);
    mn_grid_end_row(grid);
}

static void print_rows(const mn_comparison *comparison, const mn_page *page, GString *out)
{
    mn_compare_column columns[MN_COMPARE_COLUMNS_MAX];
    size_t count = mn_compare_columns(comparison, columns);
    g_autoptr(mn_grid) grid = mn_grid_new();
    mn_grid_head(grid, "STRATEGY", false);
    for (size_t i = 0; i < count; i++)
        mn_grid_head(grid, columns[i].title, columns[i].metric != MN_METRIC_READY);
    mn_grid_head(grid, "HELD BY DEAD PODS", false);
    mn_grid_head(grid, "TOUCHED", false);
    mn_grid_end_row(grid);
    for (size_t i = 0; i < comparison->row_count; i++)
        add_row(grid, comparison, i, columns, count);
    mn_grid_print(grid, page, out);
}

static void print_failures(const mn_comparison *comparison, const mn_page *page, GString *out)
{
    if (comparison->failure_count == 0)
        return;
    g_string_append(out, "\n");
    mn_append_ink(out, page, MN_INK_DIM, "NOT AS EXPECTED");
    g_string_append_c(out, '\n');
    for (size_t i = 0; i < comparison->failure_count; i++) {
        const mn_compare_failure *failure = &comparison->failures[i];
        g_autoptr(GString) line = g_string_new(NULL);
        g_string_append_printf(line, "%s: %s", failure->place, failure->text);
        if (comparison->seed_count > 1)
            g_string_append_printf(line, " (seed %" PRIu64 ")", failure->seed);
        g_string_append(out, "  ");
        mn_append_wrapped(out, page, MN_INK_BAD, 4, line->str);
        g_string_append_c(out, '\n');
    }
    if (comparison->failures_left_out > 0)
        g_string_append_printf(out, "  %zu more\n", comparison->failures_left_out);
}

/* ---- what to ask next */

static int64_t most(const mn_compare_row *row, mn_metric metric)
{
    return row->metrics[metric].max;
}

static int64_t waiting(const mn_compare_row *row)
{
    return most(row, MN_METRIC_PENDING) + most(row, MN_METRIC_REJECTED);
}

static int64_t dead(const mn_compare_row *row)
{
    return most(row, MN_METRIC_MISPLACED) + most(row, MN_METRIC_FAILED);
}

/* Pods that run under the first and are not even made here: a DaemonSet's, on tainted nodes. */
static int64_t lost(const mn_compare_row *row, const mn_compare_row *first)
{
    return most(first, MN_METRIC_READY) - most(row, MN_METRIC_READY);
}

/* The row that one wonders about: what makes more Pods wait than the first does, or go without a
 * trace, else what even the best does not mend, else what misplaces Pods. */
static const mn_compare_row *puzzling(const mn_comparison *comparison)
{
    const mn_compare_row *rows = comparison->rows;
    for (size_t i = 1; i < comparison->row_count; i++) {
        if (waiting(&rows[i]) > waiting(&rows[0]))
            return &rows[i];
    }
    for (size_t i = 1; i < comparison->row_count; i++) {
        if (lost(&rows[i], &rows[0]) > 0 && waiting(&rows[i]) + dead(&rows[i]) == 0)
            return &rows[i];
    }
    for (size_t i = 0; i < comparison->row_count; i++) {
        if (rows[i].is_best && waiting(&rows[i]) + dead(&rows[i]) > 0)
            return &rows[i];
    }
    for (size_t i = 0; i < comparison->row_count; i++) {
        if (waiting(&rows[i]) + dead(&rows[i]) > 0)
            return &rows[i];
    }
    return NULL;
}

/* Asks about the worst that happens under it; gives the workload that it happens to. */
static const char *phrase_question(GString *out, const mn_compare_row *row,
                                   const mn_compare_row *first)
{
    const struct {
        mn_metric metric;
        const char *verb, *state, *suspect;
    } asked[] = {
        {MN_METRIC_PENDING, "leave", "Pending", row->first[MN_FATE_PENDING]},
        {MN_METRIC_REJECTED, "get", "rejected", row->first[MN_FATE_REJECTED]},
        {MN_METRIC_WRONG_OS, "leave", "on the wrong OS", row->first[MN_FATE_WRONG_OS]},
        {MN_METRIC_WRONG_BUILD, "leave", "on the wrong build", row->first[MN_FATE_WRONG_BUILD]},
        {MN_METRIC_FAILED, "leave", "failed", row->first[MN_FATE_FAILED]},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(asked); i++) {
        int64_t count = most(row, asked[i].metric);
        if (count == 0)
            continue;
        g_string_append_printf(out,
                               "Why does %s %s %" PRId64 " %s?",
                               row->strategy->name,
                               asked[i].verb,
                               count,
                               asked[i].state);
        return asked[i].suspect;
    }
    g_string_append_printf(
        out, "Why do %" PRId64 " fewer run under %s?", lost(row, first), row->strategy->name);
    return NULL;
}

static void print_next(const mn_comparison *comparison, const mn_compare_view *view, GString *out)
{
    const mn_compare_row *row = puzzling(comparison);
    g_autoptr(GString) question = g_string_new(NULL), command = g_string_new(NULL);
    if (row != NULL) {
        const char *suspect = phrase_question(question, row, &comparison->rows[0]);
        g_string_append(command, view->run);
        if (view->explain != NULL && suspect != NULL)
            g_string_printf(command, "%s %s", view->explain, suspect);
        g_string_append(command, " --strategy");
        mn_append_word(command, row->strategy->asked);
    } else {
        g_string_append(question, "And with other luck?");
        g_string_append_printf(command, "%s --seeds 20", view->compare);
    }
    g_string_append(out, question->str);
    g_string_append(out, "  ");
    mn_append_ink(out, &view->page, MN_INK_BOLD, command->str);
    g_string_append_c(out, '\n');
}

void mn_compare_print_table(const mn_comparison *comparison, const mn_compare_view *view,
                            GString *out)
{
    print_headline(comparison, &view->page, out);
    print_rows(comparison, &view->page, out);
    print_failures(comparison, &view->page, out);
    g_autoptr(GString) best = g_string_new("best: ");
    mn_compare_phrase_best(best, comparison);
    g_string_append_c(best, '.');
    g_string_append_c(out, '\n');
    mn_append_ink(out, &view->page, MN_INK_GOOD, best->str);
    g_string_append_c(out, '\n');
    print_next(comparison, view, out);
}
