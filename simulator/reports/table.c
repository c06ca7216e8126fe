/* SPDX-License-Identifier: Apache-2.0 */
/* The report for people. In the order in which one asks: what was played, what became of
 * it, why, in whose words, what does it cost, what next. */
#include "simulator/reports/headline.h"
#include "simulator/reports/messages.h"
#include "simulator/reports/outcome.h"
#include "simulator/reports/phrase.h"
#include "simulator/reports/reason.h"
#include "simulator/reports/reports.h"
#include "simulator/reports/summary.h"
#include "simulator/reports/wide.h"

#include <string.h>

/* ---------------------------------------------------------------- headline */

static void print_headline(const mn_record *record, const mn_view *view, GString *out)
{
    mn_append_ink(out, &view->page, MN_INK_BOLD, record->scenario);
    g_autoptr(GString) rest = g_string_new(NULL);
    mn_phrase_headline(rest, record);
    /* A continued line stands under the first one, which began with the name. */
    g_autoptr(GString) line = g_string_new(NULL);
    mn_page shifted = view->page;
    size_t name = mn_display_width(record->scenario);
    shifted.columns = shifted.columns > name ? shifted.columns - name : shifted.columns;
    mn_append_wrapped(line, &shifted, MN_INK_PLAIN, 0, rest->str);
    g_string_append_len(out, line->str, (gssize)line->len);
    g_string_append(out, "\n\n");
}

/* ---------------------------------------------------------------- workloads */

static bool has_namespaces(const mn_record *record)
{
    for (size_t i = 0; i < record->workload_count; i++) {
        if (strcmp(record->workloads[i].namespace_, "default") != 0)
            return true;
    }
    return false;
}

/* A grid of workloads, and how it is being filled. */
typedef struct workload_table {
    const mn_record *record;
    mn_grid *grid;
    bool slim; /* NEEDS and WHY below the row instead of in it: the page is narrow */
    bool indented;
} workload_table;

static void add_remark(const workload_table *table, const mn_record_workload *workload,
                       const char *reason)
{
    g_autoptr(GString) text = g_string_new(table->slim ? reason : NULL);
    mn_fate worst = mn_worst_fate(workload->counts);
    if (mn_fate_is_misplaced(worst) || (table->slim && worst == MN_FATE_PENDING)) {
        g_string_append(text, text->len > 0 ? "; needs " : "needs ");
        g_string_append(text, workload->need.text);
        if (*workload->need.why != '\0')
            g_string_append_printf(text, ": %s", workload->need.why);
    }
    if (text->len == 0)
        return;
    mn_grid_remark(table->grid, MN_INK_DIM, table->indented ? 4 : 2, text->str);
}

static void add_workload(const workload_table *table, const mn_record_workload *workload)
{
    mn_grid *grid = table->grid;
    mn_fate worst = mn_worst_fate(workload->counts);
    g_autoptr(GString) where = g_string_new(NULL), outcome = g_string_new(NULL);
    g_autoptr(GString) reason = g_string_new(NULL);
    mn_phrase_reason(reason, table->record, workload);
    mn_phrase_pools(where, table->record, workload);
    mn_phrase_outcome(outcome, workload->counts);
    mn_ink ink = workload->asked == 0 ? MN_INK_DIM : mn_fate_ink(worst);

    mn_grid_cellf(
        grid, MN_INK_PLAIN, "%s%s/%s", table->indented ? "  " : "", workload->kind, workload->name);
    if (!table->slim)
        mn_grid_cell(grid, MN_INK_PLAIN, workload->need.text);
    mn_grid_cellf(grid, MN_INK_PLAIN, "%zu/%zu", workload->counts[MN_FATE_RUNS], workload->asked);
    mn_grid_cell(grid, MN_INK_PLAIN, where->str);
    mn_grid_cell(grid, ink, outcome->str);
    if (!table->slim)
        mn_grid_cell(grid, MN_INK_PLAIN, reason->str);
    add_remark(table, workload, reason->str);
    mn_grid_end_row(grid);
}

/* Namespaces in the order of their first workloads. */
static void add_namespaces(const workload_table *table)
{
    const mn_record *record = table->record;
    g_autofree bool *done = g_new0(bool, record->workload_count);
    for (size_t i = 0; i < record->workload_count; i++) {
        const char *name = record->workloads[i].namespace_;
        if (done[i])
            continue;
        if (table->indented) {
            g_autofree char *title = g_strconcat("namespace ", name, NULL);
            mn_grid_section(table->grid, MN_INK_DIM, title);
        }
        for (size_t j = i; j < record->workload_count; j++) {
            if (strcmp(record->workloads[j].namespace_, name) != 0)
                continue;
            add_workload(table, &record->workloads[j]);
            done[j] = true;
        }
    }
}

static mn_grid *workload_grid(const mn_record *record, bool slim)
{
    mn_grid *grid = mn_grid_new();
    mn_grid_head(grid, "WORKLOAD", false);
    if (!slim)
        mn_grid_head(grid, "NEEDS", false);
    mn_grid_head(grid, "READY", true);
    mn_grid_head(grid, "WHERE", false);
    mn_grid_head(grid, "OUTCOME", false);
    if (!slim)
        mn_grid_head(grid, "WHY", false);
    mn_grid_end_row(grid);
    add_namespaces(&(workload_table){
        .record = record, .grid = grid, .slim = slim, .indented = has_namespaces(record)});
    return grid;
}

/* ---------------------------------------------------------------- messages */

/* "  3 Pods: 0/7 nodes are available: ..." */
static void print_messages(const mn_record *record, const mn_view *view, mn_fate fate,
                           const char *title, GString *out)
{
    g_autoptr(GPtrArray) messages = mn_messages_fold(record, fate);
    if (messages->len == 0)
        return;
    mn_append_ink(out, &view->page, MN_INK_DIM, title);
    g_string_append_c(out, '\n');
    for (guint i = 0; i < messages->len; i++) {
        const mn_message_fold *fold = messages->pdata[i];
        const mn_record_pod *pod = &record->pods[fold->first];
        g_autoptr(GString) line = g_string_new(NULL);
        if (fold->count == 1)
            g_string_append(line, pod->name);
        else
            g_string_append_printf(line, "%zu Pods (%s, ...)", fold->count, pod->name);
        g_string_append_printf(line, ": %s", pod->message);
        g_string_append(out, "  ");
        mn_append_wrapped(out, &view->page, MN_INK_PLAIN, 4, line->str);
        g_string_append_c(out, '\n');
    }
    g_string_append_c(out, '\n');
}

static void print_note(const mn_record_note *note, const mn_view *view, GString *out)
{
    g_autoptr(GString) line = g_string_new(note->subject);
    if (line->len > 0 && note->count > 1)
        g_string_append_printf(line, " and %zu more", note->count - 1);
    if (line->len > 0)
        g_string_append(line, ": ");
    g_string_append(line, note->text);
    if (*note->subject == '\0' && note->count > 1)
        g_string_append_printf(line, " (%zu)", note->count);
    g_string_append(out, "  ");
    mn_append_wrapped(out, &view->page, note->warning ? MN_INK_WARN : MN_INK_PLAIN, 4, line->str);
    g_string_append_c(out, '\n');
}

/* All kinds that were passed over, in one line. */
static void print_ignored(const mn_record *record, const mn_view *view, GString *out)
{
    g_autoptr(GString) line = g_string_new(NULL);
    for (size_t i = 0; i < record->note_count; i++) {
        const mn_record_note *note = &record->notes[i];
        if (note->kind != MN_NOTE_IGNORED_KIND)
            continue;
        g_string_append(line, line->len == 0 ? "no use for " : ", ");
        mn_phrase_count(line, note->count, note->subject);
    }
    if (line->len == 0)
        return;
    g_string_append(out, "  ");
    mn_append_wrapped(out, &view->page, MN_INK_PLAIN, 4, line->str);
    g_string_append_c(out, '\n');
}

static void print_notes(const mn_record *record, const mn_view *view, GString *out)
{
    if (record->note_count == 0)
        return;
    mn_append_ink(out, &view->page, MN_INK_DIM, "WORTH KNOWING");
    g_string_append_c(out, '\n');
    for (int warning = 1; warning >= 0; warning--) {
        for (size_t i = 0; i < record->note_count; i++) {
            const mn_record_note *note = &record->notes[i];
            if (note->kind != MN_NOTE_IGNORED_KIND && note->warning == (warning == 1))
                print_note(note, view, out);
        }
    }
    print_ignored(record, view, out);
    g_string_append_c(out, '\n');
}

/* ---------------------------------------------------------------- pools */

static void cell_amount(mn_grid *grid, int64_t part, int64_t whole,
                        void (*phrase)(GString *out, int64_t amount))
{
    g_autoptr(GString) text = g_string_new(NULL);
    phrase(text, part);
    g_string_append_c(text, '/');
    phrase(text, whole);
    mn_grid_cell(grid, MN_INK_PLAIN, text->str);
}

static size_t pods_on(const size_t counts[MN_FATE_COUNT])
{
    size_t all = 0;
    for (size_t i = 0; i < MN_FATE_COUNT; i++)
        all += counts[i];
    return all;
}

static void add_pool(const mn_record_pool *pool, bool slim, mn_grid *grid)
{
    g_autoptr(GString) outcome = g_string_new(NULL);
    mn_fate worst = mn_worst_fate(pool->counts);
    mn_phrase_outcome(outcome, pool->counts);
    mn_grid_cell(grid, MN_INK_PLAIN, pool->name);
    mn_grid_cell(grid, MN_INK_PLAIN, pool->platform);
    mn_grid_cellf(grid, MN_INK_PLAIN, "%zu", pool->node_count);
    mn_grid_cellf(grid, MN_INK_PLAIN, "%zu", pods_on(pool->counts));
    cell_amount(grid, pool->requested.milli_cpu, pool->allocatable.milli_cpu, mn_phrase_cpu);
    cell_amount(
        grid, pool->requested.memory_bytes, pool->allocatable.memory_bytes, mn_phrase_memory);
    bool idle = pods_on(pool->counts) == 0;
    mn_grid_cell(grid, idle ? MN_INK_DIM : mn_fate_ink(worst), idle ? "-" : outcome->str);
    if (!slim) {
        mn_grid_cell(grid, MN_INK_PLAIN, *pool->taints == '\0' ? "-" : pool->taints);
    } else if (*pool->taints != '\0') {
        g_autofree char *taints = g_strconcat("tainted ", pool->taints, NULL);
        mn_grid_remark(grid, MN_INK_DIM, 2, taints);
    }
    mn_grid_end_row(grid);
}

/* Slim: with the taints below the rows, for a narrow page. */
static mn_grid *pool_grid(const mn_record *record, bool slim)
{
    mn_grid *grid = mn_grid_new();
    mn_grid_head(grid, "POOL", false);
    mn_grid_head(grid, "PLATFORM", false);
    mn_grid_head(grid, "NODES", true);
    mn_grid_head(grid, "PODS", true);
    mn_grid_head(grid, "CPU", true);
    mn_grid_head(grid, "MEMORY", true);
    mn_grid_head(grid, "OUTCOME", false);
    if (!slim)
        mn_grid_head(grid, "TAINTS", false);
    mn_grid_end_row(grid);
    for (size_t i = 0; i < record->pool_count; i++)
        add_pool(&record->pools[i], slim, grid);
    return grid;
}

/* The first of two grids, or the slim one where the page is too narrow for that. */
static void print_fitting(mn_grid *(*make)(const mn_record *record, bool slim),
                          const mn_record *record, const mn_view *view, GString *out)
{
    g_autoptr(mn_grid) grid = make(record, false);
    if (view->page.columns > 0 && mn_grid_width(grid) > view->page.columns) {
        mn_grid_free(grid);
        grid = make(record, true);
    }
    mn_grid_print(grid, &view->page, out);
    g_string_append_c(out, '\n');
}

static void print_all(const mn_record *record, const mn_view *view, bool wide, GString *out)
{
    print_headline(record, view, out);
    print_fitting(pool_grid, record, view, out);
    if (record->workload_count > 0)
        print_fitting(workload_grid, record, view, out);
    if (wide) {
        mn_wide_nodes(record, view, out);
        mn_wide_pods(record, view, out);
        print_messages(record, view, MN_FATE_WRONG_OS, "WRONG OS, IN KUBELET'S WORDS", out);
        print_messages(record, view, MN_FATE_WRONG_BUILD, "WRONG BUILD, IN KUBELET'S WORDS", out);
    }
    print_messages(record, view, MN_FATE_PENDING, "PENDING, IN KUBE-SCHEDULER'S WORDS", out);
    print_messages(record, view, MN_FATE_REJECTED, "REJECTED, IN THE API SERVER'S WORDS", out);
    print_messages(record, view, MN_FATE_FAILED, "FAILED, IN KUBELET'S WORDS", out);
    print_notes(record, view, out);
    mn_summary_print(record, view, out);
}

void mn_report_table(const mn_record *record, const mn_view *view, GString *out)
{
    print_all(record, view, false, out);
}

void mn_report_wide(const mn_record *record, const mn_view *view, GString *out)
{
    print_all(record, view, true, out);
}
