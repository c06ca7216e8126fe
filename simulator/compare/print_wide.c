/* SPDX-License-Identifier: Apache-2.0 */
/* The comparison for people who want all of it: a row a strategy, a column a metric, each with
 * the difference to the first strategy. */
#include "simulator/compare/print.h"
#include "simulator/output.h"

static void add_head(mn_grid *grid, const mn_comparison *comparison)
{
    mn_grid_head(grid, "STRATEGY", false);
    for (mn_metric metric = 0; metric < MN_METRIC_COUNT; metric++) {
        if (mn_compare_is_zero(comparison, metric))
            continue;
        g_autofree char *title = g_ascii_strup(mn_metric_get(metric)->name, -1);
        mn_grid_head(grid, g_strdelimit(title, "-", ' '), true);
    }
    mn_grid_end_row(grid);
}

static void add_row(mn_grid *grid, const mn_comparison *comparison, size_t index)
{
    const mn_compare_row *row = &comparison->rows[index];
    const mn_ink ink = row->is_best ? MN_INK_GOOD : MN_INK_PLAIN;
    g_autoptr(GString) text = g_string_new(NULL);
    mn_grid_cellf(grid, ink, "%s%s", row->strategy->name, row->is_best ? " *" : "");
    for (mn_metric metric = 0; metric < MN_METRIC_COUNT; metric++) {
        if (mn_compare_is_zero(comparison, metric))
            continue;
        g_string_truncate(text, 0);
        mn_compare_phrase_change(text, comparison, index, metric);
        mn_grid_cell(grid, MN_INK_PLAIN, text->str);
    }
    mn_grid_end_row(grid);
}

void mn_compare_print_wide(const mn_comparison *comparison, const mn_compare_view *view,
                           GString *out)
{
    g_autoptr(GString) headline = g_string_new(NULL), best = g_string_new(NULL);
    mn_compare_phrase_headline(headline, comparison);
    mn_append_ink(out, &view->page, MN_INK_BOLD, comparison->record->scenario);
    mn_append_plain(out, headline->str);
    g_string_append(out, "\n\n");

    g_autoptr(mn_grid) grid = mn_grid_new();
    add_head(grid, comparison);
    for (size_t i = 0; i < comparison->row_count; i++)
        add_row(grid, comparison, i);
    mn_grid_print(grid, &view->page, out);

    mn_compare_phrase_best(best, comparison);
    g_string_append_printf(out, "\nbest: %s.\n", best->str);
}
