/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/reports/wide.h"

#include "simulator/reports/outcome.h"
#include "simulator/reports/pending.h"
#include "simulator/reports/phrase.h"

#include <string.h>

static const char *or_dash(const char *text)
{
    return *text == '\0' ? "-" : text;
}

static void add_node(const mn_record_node *node, mn_grid *grid)
{
    g_autoptr(GString) amounts = g_string_new(NULL);
    size_t pods = 0;
    for (size_t i = 0; i < MN_FATE_COUNT; i++)
        pods += node->counts[i];
    mn_grid_cell(grid, MN_INK_PLAIN, node->name);
    mn_grid_cell(grid, MN_INK_PLAIN, node->platform);
    mn_grid_cell(grid, MN_INK_PLAIN, or_dash(node->runtime));
    mn_grid_cellf(grid, MN_INK_PLAIN, "%zu/%" G_GINT64_FORMAT, pods, node->allocatable_pods);
    mn_phrase_cpu(amounts, node->requested.milli_cpu);
    g_string_append_c(amounts, '/');
    mn_phrase_cpu(amounts, node->allocatable.milli_cpu);
    mn_grid_cell(grid, MN_INK_PLAIN, amounts->str);
    g_string_truncate(amounts, 0);
    mn_phrase_memory(amounts, node->requested.memory_bytes);
    g_string_append_c(amounts, '/');
    mn_phrase_memory(amounts, node->allocatable.memory_bytes);
    mn_grid_cell(grid, MN_INK_PLAIN, amounts->str);
    if (node->unschedulable)
        mn_grid_cellf(
            grid, MN_INK_WARN, "cordoned%s%s", *node->taints == '\0' ? "" : ", ", node->taints);
    else
        mn_grid_cell(grid, MN_INK_PLAIN, or_dash(node->taints));
    mn_grid_end_row(grid);
}

void mn_wide_nodes(const mn_record *record, const mn_view *view, GString *out)
{
    static const struct {
        const char *title;
        bool numbers;
    } heads[] = {
        {"NODE", false},
        {"PLATFORM", false},
        {"RUNTIME", false},
        {"PODS", true},
        {"CPU", true},
        {"MEMORY", true},
        {"TAINTS", false},
    };
    g_autoptr(mn_grid) grid = mn_grid_new();
    for (size_t i = 0; i < G_N_ELEMENTS(heads); i++)
        mn_grid_head(grid, heads[i].title, heads[i].numbers);
    mn_grid_end_row(grid);
    for (size_t i = 0; i < record->node_count; i++)
        add_node(&record->nodes[i], grid);
    mn_grid_print(grid, &view->page, out);
    g_string_append_c(out, '\n');
}

/* Why a Pod does not run; of one that does, how clear it was where. */
static void append_details(GString *out, const mn_record_pod *pod)
{
    if (*pod->remark != '\0')
        g_string_append(out, pod->remark);
    else if (pod->existed)
        g_string_append(out, "was there already");
    else if (pod->ties > 1)
        g_string_append_printf(
            out, "fitted on %zu, %zu of them equally good", pod->feasible, pod->ties);
    else if (pod->node != NULL)
        g_string_append_printf(out, "fitted on %zu", pod->feasible);
    else
        mn_phrase_pending(out, pod->message);
}

static void add_pod(const mn_record_pod *pod, mn_grid *grid)
{
    g_autoptr(GString) cpu = g_string_new(NULL), memory = g_string_new(NULL);
    g_autoptr(GString) details = g_string_new(NULL);
    mn_phrase_cpu(cpu, pod->requests.milli_cpu);
    mn_phrase_memory(memory, pod->requests.memory_bytes);
    append_details(details, pod);
    mn_grid_cell(grid, MN_INK_PLAIN, pod->namespace_);
    mn_grid_cell(grid, MN_INK_PLAIN, pod->name);
    mn_grid_cell(grid, MN_INK_PLAIN, pod->node == NULL ? "-" : pod->node);
    mn_grid_cell(grid, MN_INK_PLAIN, cpu->str);
    mn_grid_cell(grid, MN_INK_PLAIN, memory->str);
    mn_grid_cell(grid, mn_fate_ink(pod->fate), mn_fate_title(pod->fate));
    mn_grid_cell(grid, MN_INK_PLAIN, pod->status);
    mn_grid_cell(grid, MN_INK_PLAIN, details->str);
    mn_grid_end_row(grid);
}

void mn_wide_pods(const mn_record *record, const mn_view *view, GString *out)
{
    static const struct {
        const char *title;
        bool numbers;
    } heads[] = {
        {"NAMESPACE", false},
        {"POD", false},
        {"NODE", false},
        {"CPU", true},
        {"MEMORY", true},
        {"OUTCOME", false},
        {"STATUS", false},
        {"DETAILS", false},
    };
    g_autoptr(mn_grid) grid = mn_grid_new();
    for (size_t i = 0; i < G_N_ELEMENTS(heads); i++)
        mn_grid_head(grid, heads[i].title, heads[i].numbers);
    mn_grid_end_row(grid);
    for (size_t i = 0; i < record->pod_count; i++)
        add_pod(&record->pods[i], grid);
    mn_grid_print(grid, &view->page, out);
    g_string_append_c(out, '\n');
}
