/* SPDX-License-Identifier: Apache-2.0 */
/* The comparison for spreadsheets, CI systems and pull requests. */
#include "simulator/compare/print.h"
#include "simulator/reports/csv_print.h"
#include "simulator/reports/markdown.h"
#include "simulator/reports/xml.h"

#include <inttypes.h>
#include <math.h>

/* ---- CSV: columns are added at the end, never moved */

static void cell_number(GString *out, double value)
{
    if (value == floor(value))
        mn_csv_cellf(out, "%.0f", value);
    else
        mn_csv_cellf(out, "%.3f", value);
}

void mn_compare_print_csv(const mn_comparison *comparison, const mn_compare_view *view,
                          GString *out)
{
    (void)view;
    mn_csv_cell(out, "strategy");
    mn_csv_cell(out, "best");
    mn_csv_cell(out, "seeds");
    for (int i = 0; i < MN_METRIC_COUNT; i++)
        mn_csv_cell(out, mn_metric_get((mn_metric)i)->name);
    mn_csv_end_row(out);
    for (size_t i = 0; i < comparison->row_count; i++) {
        const mn_compare_row *row = &comparison->rows[i];
        mn_csv_cell(out, row->strategy->name);
        mn_csv_cell(out, row->is_best ? "true" : "false");
        mn_csv_cellf(out, "%zu", comparison->seed_count);
        for (int j = 0; j < MN_METRIC_COUNT; j++) {
            if (row->metrics[j].known == 0)
                mn_csv_cell(out, NULL);
            else
                cell_number(out, row->metrics[j].mean);
        }
        mn_csv_end_row(out);
    }
}

/* ---- JUnit: a case a strategy */

static char *failures_of(const mn_comparison *comparison, size_t row, const char **first)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t i = 0; i < comparison->failure_count; i++) {
        const mn_compare_failure *failure = &comparison->failures[i];
        if (failure->row != row)
            continue;
        if (*first == NULL)
            *first = failure->text;
        g_string_append_printf(
            text, "%s: %s (seed %" PRIu64 ")\n", failure->place, failure->text, failure->seed);
    }
    return g_strdup(text->str);
}

void mn_compare_print_junit(const mn_comparison *comparison, const mn_compare_view *view,
                            GString *out)
{
    (void)view;
    g_autofree mn_junit_case *cases = g_new0(mn_junit_case, comparison->row_count);
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < comparison->row_count; i++) {
        const char *first = NULL;
        char *all = failures_of(comparison, i, &first);
        g_ptr_array_add(texts, all);
        cases[i] = (mn_junit_case){
            .name = comparison->rows[i].strategy->name,
            .class_name = comparison->record->scenario,
            .result = first == NULL ? MN_JUNIT_PASSED : MN_JUNIT_FAILED,
            .type = first == NULL ? NULL : "expectation",
            .message = first,
            .details = first == NULL ? NULL : all,
        };
    }
    const mn_junit_suite suite = {
        .name = comparison->record->scenario, .cases = cases, .count = comparison->row_count};
    mn_junit_print("mullion compare", &suite, 1, out);
}

/* ---- Markdown */

static void markdown_row(mn_markdown_table *table, const mn_comparison *comparison, size_t index,
                         const mn_compare_column *columns, size_t count)
{
    const mn_compare_row *row = &comparison->rows[index];
    g_autoptr(GString) name = g_string_new(NULL);
    g_string_append(name, row->is_best ? "**" : "");
    mn_markdown_text(name, row->strategy->name);
    g_string_append(name, row->is_best ? "**" : "");
    mn_markdown_cell_markup(table, name->str);
    for (size_t i = 0; i < count; i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        mn_compare_phrase(text, comparison, index, columns[i].metric);
        mn_markdown_cell(table, text->str);
    }
    g_autoptr(GString) held = g_string_new(NULL), touched = g_string_new(NULL);
    mn_compare_phrase_held(held, row);
    mn_touched_format(touched, &row->touched);
    mn_markdown_cell(table, held->str);
    mn_markdown_cell(table, touched->str);
}

static void markdown_head(mn_markdown_table *table, const mn_compare_column *columns, size_t count)
{
    mn_markdown_head(table, "Strategy", false);
    for (size_t i = 0; i < count; i++) {
        g_autofree char *lower = g_ascii_strdown(columns[i].title, -1);
        g_autofree char *title = g_strdup(lower);
        title[0] = g_ascii_toupper(title[0]);
        char *os = g_strrstr(title, " os");
        if (os != NULL)
            os[1] = 'O', os[2] = 'S';
        mn_markdown_head(table, title, true);
    }
    mn_markdown_head(table, "Held by dead Pods", false);
    mn_markdown_head(table, "Touched", false);
}

void mn_compare_print_markdown(const mn_comparison *comparison, const mn_compare_view *view,
                               GString *out)
{
    (void)view;
    mn_compare_column columns[MN_COMPARE_COLUMNS_MAX];
    size_t count = mn_compare_columns(comparison, columns);
    g_autoptr(GString) headline = g_string_new(NULL), best = g_string_new("best: ");
    mn_compare_phrase_headline(headline, comparison);
    mn_compare_phrase_best(best, comparison);
    g_string_append(out, "### ");
    mn_markdown_text(out, comparison->record->scenario);
    g_string_append(out, "\n\n**");
    mn_markdown_text(out, best->str);
    g_string_append(out, "**");
    mn_markdown_text(out, headline->str);
    g_string_append(out, "\n\n");
    g_autoptr(mn_markdown_table) table = mn_markdown_table_new();
    markdown_head(table, columns, count);
    for (size_t i = 0; i < comparison->row_count; i++)
        markdown_row(table, comparison, i, columns, count);
    mn_markdown_table_print(table, out);
    for (size_t i = 0; i < comparison->failure_count; i++) {
        const mn_compare_failure *failure = &comparison->failures[i];
        g_string_append(out, i == 0 ? "\n- " : "- ");
        mn_markdown_text(out, failure->place);
        g_string_append(out, ": ");
        mn_markdown_text(out, failure->text);
        g_string_append_c(out, '\n');
    }
}
