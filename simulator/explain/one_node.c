/* SPDX-License-Identifier: Apache-2.0 */
/* `mullion explain --node`: everything about a Pod and one node. */
#include "simulator/explain/report.h"

#include <inttypes.h>
#include <string.h>

static void add_line(mn_grid *grid, const char *what, mn_ink ink, const char *text)
{
    mn_grid_cellf(grid, MN_INK_DIM, "  %s", what);
    mn_grid_cell(grid, ink, text);
    mn_grid_end_row(grid);
}

static const char *verdict_text(const mn_explained_node *node)
{
    switch (node->verdict) {
    case MN_EXPLAINED_FEASIBLE:
        return node->chosen ? "fits, and was chosen" : "fits";
    case MN_EXPLAINED_REJECTED:
    case MN_EXPLAINED_LEFT_OUT:
        return "does not fit";
    case MN_EXPLAINED_EXCLUDED:
        return "is not among the nodes that the Pod names";
    case MN_EXPLAINED_UNSEEN:
        return "would fit, but was not looked at";
    case MN_EXPLAINED_UNASKED:
        return "was not looked at: the Pod fits nowhere";
    }
    return "";
}

static void print_facts(const mn_explained_node *node, const mn_explain_view *view, GString *out)
{
    g_autoptr(mn_grid) grid = mn_grid_new();
    mn_grid_head(grid, "NODE", false);
    mn_grid_head(grid, "", false);
    mn_grid_end_row(grid);
    g_autofree char *name = g_strdup_printf("%s, %s", node->name, node->platform);
    g_autofree char *then = mn_explained_then(node);
    add_line(grid, "name", MN_INK_BOLD, name);
    add_line(grid, "verdict", MN_INK_PLAIN, verdict_text(node));
    add_line(grid, "OS and build", MN_INK_PLAIN, node->match);
    add_line(grid, "kubelet then", mn_explained_ink(node), then);
    if (*node->then.message != '\0')
        add_line(grid, "in its words", MN_INK_PLAIN, node->then.message);
    mn_grid_print(grid, &view->page, out);
    g_string_append_c(out, '\n');
}

static void add_objection(mn_grid *grid, const char *plugin, mn_code code, const char *reason,
                          bool reported)
{
    mn_grid_cellf(grid, MN_INK_PLAIN, "  %s", plugin);
    mn_grid_cell(grid, MN_INK_PLAIN, mn_code_name(code));
    mn_grid_cell(grid, MN_INK_PLAIN, reported ? "reported" : "not asked");
    mn_grid_cell(grid, MN_INK_PLAIN, reason);
    mn_grid_end_row(grid);
}

static void print_objections(const mn_explained_node *node, const mn_explain_view *view,
                             GString *out)
{
    static const char *const heads[] = {"OBJECTS", "CODE", "", "REASON"};
    g_autoptr(mn_grid) grid = mn_grid_new();
    const bool besides = node->verdict != MN_EXPLAINED_REJECTED && node->code != MN_CODE_SUCCESS;
    if (node->failure_count == 0 && !besides)
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(heads); i++)
        mn_grid_head(grid, heads[i], false);
    mn_grid_end_row(grid);
    if (besides)
        add_objection(grid, node->by, node->code, node->reason, true);
    for (size_t i = 0; i < node->failure_count; i++) {
        const mn_explained_failure *failure = &node->failures[i];
        add_objection(grid, failure->plugin, failure->code, failure->reason, failure->reported);
    }
    mn_grid_print(grid, &view->page, out);
    g_string_append_c(out, '\n');
}

static void add_score(mn_grid *grid, const mn_explained_column *column, const mn_score *score)
{
    mn_grid_cellf(grid, MN_INK_PLAIN, "  %s", column->name);
    mn_grid_cellf(grid, MN_INK_PLAIN, "%" PRId64, score->raw);
    mn_grid_cellf(grid, MN_INK_PLAIN, "%" PRId64, score->normalized);
    mn_grid_cellf(
        grid, MN_INK_PLAIN, "%" PRId64 "%s", column->weight, column->is_extender ? " x 10" : "");
    mn_grid_cellf(grid, MN_INK_PLAIN, "%" PRId64, score->weighted);
    mn_grid_end_row(grid);
}

static void print_scores(const mn_explained *e, const mn_explained_node *node,
                         const mn_explain_view *view, GString *out)
{
    static const char *const heads[] = {"SCORES", "RAW", "NORMALIZED", "WEIGHT", "WEIGHTED"};
    g_autoptr(mn_grid) grid = mn_grid_new();
    if (!e->scored || node->scores == NULL)
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(heads); i++)
        mn_grid_head(grid, heads[i], i > 0);
    mn_grid_end_row(grid);
    for (size_t i = 0; i < e->column_count; i++)
        add_score(grid, &e->columns[i], &node->scores[i]);
    mn_grid_cell(grid, MN_INK_BOLD, "  total");
    for (size_t i = 1; i + 1 < G_N_ELEMENTS(heads); i++)
        mn_grid_cell(grid, MN_INK_PLAIN, "");
    mn_grid_cellf(grid, MN_INK_BOLD, "%" PRId64, node->total);
    mn_grid_end_row(grid);
    mn_grid_print(grid, &view->page, out);
    g_string_append_c(out, '\n');
}

void mn_explained_print_node(const mn_explained *e, const mn_explained_node *node,
                             const mn_explain_view *view, GString *out)
{
    print_facts(node, view, out);
    print_objections(node, view, out);
    print_scores(e, node, view, out);
}
