/* SPDX-License-Identifier: Apache-2.0 */
/* The report for a pull request: verdict first, then the tables, then the words of
 * kube-scheduler and kubelet behind a fold. */
#include "simulator/reports/headline.h"
#include "simulator/reports/markdown.h"
#include "simulator/reports/messages.h"
#include "simulator/reports/outcome.h"
#include "simulator/reports/phrase.h"
#include "simulator/reports/reason.h"
#include "simulator/reports/reports.h"
#include "simulator/reports/summary.h"

static void print_head(const mn_record *record, GString *out)
{
    g_autoptr(GString) verdict = g_string_new(NULL), rest = g_string_new(NULL);
    mn_phrase_verdict(verdict, record);
    mn_phrase_headline(rest, record);
    g_string_append(out, "### ");
    mn_markdown_text(out, record->scenario);
    g_string_append(out, "\n\n**");
    mn_markdown_text(out, verdict->str);
    g_string_append(out, "**");
    mn_markdown_text(out, rest->str);
    g_string_append(out, "\n\n");
}

static void cell_outcome(mn_markdown_table *table, const size_t counts[MN_FATE_COUNT])
{
    g_autoptr(GString) text = g_string_new(NULL);
    mn_phrase_outcome(text, counts);
    mn_markdown_cell(table, text->str);
}

static size_t pods_on(const mn_record_pool *pool)
{
    size_t all = 0;
    for (size_t i = 0; i < MN_FATE_COUNT; i++)
        all += pool->counts[i];
    return all;
}

static void cell_part(mn_markdown_table *table, int64_t part, int64_t whole,
                      void (*phrase)(GString *out, int64_t amount))
{
    g_autoptr(GString) text = g_string_new(NULL);
    phrase(text, part);
    g_string_append_c(text, '/');
    phrase(text, whole);
    mn_markdown_cell(table, text->str);
}

static void print_pools(const mn_record *record, GString *out)
{
    g_autoptr(mn_markdown_table) table = mn_markdown_table_new();
    mn_markdown_head(table, "Pool", false);
    mn_markdown_head(table, "Platform", false);
    mn_markdown_head(table, "Nodes", true);
    mn_markdown_head(table, "Pods", true);
    mn_markdown_head(table, "CPU", true);
    mn_markdown_head(table, "Memory", true);
    mn_markdown_head(table, "Outcome", false);
    mn_markdown_head(table, "Taints", false);
    for (size_t i = 0; i < record->pool_count; i++) {
        const mn_record_pool *pool = &record->pools[i];
        mn_markdown_cell(table, pool->name);
        mn_markdown_cell(table, pool->platform);
        mn_markdown_cellf(table, "%zu", pool->node_count);
        mn_markdown_cellf(table, "%zu", pods_on(pool));
        cell_part(table, pool->requested.milli_cpu, pool->allocatable.milli_cpu, mn_phrase_cpu);
        cell_part(
            table, pool->requested.memory_bytes, pool->allocatable.memory_bytes, mn_phrase_memory);
        if (pods_on(pool) == 0)
            mn_markdown_cell(table, "");
        else
            cell_outcome(table, pool->counts);
        if (*pool->taints == '\0')
            mn_markdown_cell(table, "");
        else
            mn_markdown_cell_code(table, pool->taints);
    }
    mn_markdown_table_print(table, out);
    g_string_append_c(out, '\n');
}

static void add_workload(mn_markdown_table *table, const mn_record *record,
                         const mn_record_workload *workload)
{
    g_autoptr(GString) where = g_string_new(NULL), why = g_string_new(NULL);
    mn_phrase_pools(where, record, workload);
    mn_phrase_reason(why, record, workload);
    mn_markdown_cell(table, workload->namespace_);
    mn_markdown_cellf(table, "%s/%s", workload->kind, workload->name);
    mn_markdown_cell(table, workload->need.text);
    mn_markdown_cellf(table, "%zu/%zu", workload->counts[MN_FATE_RUNS], workload->asked);
    mn_markdown_cell(table, where->str);
    cell_outcome(table, workload->counts);
    mn_markdown_cell(table, why->str);
}

static void print_workloads(const mn_record *record, GString *out)
{
    if (record->workload_count == 0)
        return;
    g_autoptr(mn_markdown_table) table = mn_markdown_table_new();
    mn_markdown_head(table, "Namespace", false);
    mn_markdown_head(table, "Workload", false);
    mn_markdown_head(table, "Needs", false);
    mn_markdown_head(table, "Ready", true);
    mn_markdown_head(table, "Where", false);
    mn_markdown_head(table, "Outcome", false);
    mn_markdown_head(table, "Why", false);
    for (size_t i = 0; i < record->workload_count; i++)
        add_workload(table, record, &record->workloads[i]);
    mn_markdown_table_print(table, out);
    g_string_append_c(out, '\n');
}

static void add_messages(const mn_record *record, mn_fate fate, GString *text)
{
    g_autoptr(GPtrArray) messages = mn_messages_fold(record, fate);
    for (guint i = 0; i < messages->len; i++) {
        const mn_message_fold *fold = messages->pdata[i];
        const mn_record_pod *pod = &record->pods[fold->first];
        g_string_append_printf(text, "%s/%s", pod->namespace_, pod->name);
        if (fold->count > 1)
            g_string_append_printf(text, " and %zu more", fold->count - 1);
        g_string_append_printf(text, ": %s\n", pod->message);
    }
}

/* GitHub folds what stands between these tags; the empty line lets Markdown begin. */
static void print_messages(const mn_record *record, GString *out)
{
    static const mn_fate fates[] = {
        MN_FATE_WRONG_OS, MN_FATE_WRONG_BUILD, MN_FATE_FAILED, MN_FATE_PENDING, MN_FATE_REJECTED};
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(fates); i++)
        add_messages(record, fates[i], text);
    if (text->len == 0)
        return;
    g_string_append(out, "<details><summary>In the cluster's own words</summary>\n\n");
    mn_markdown_block(out, "", text->str);
    g_string_append(out, "\n</details>\n\n");
}

static void print_notes(const mn_record *record, GString *out)
{
    for (size_t i = 0; i < record->note_count; i++) {
        const mn_record_note *note = &record->notes[i];
        if (!note->warning)
            continue;
        g_string_append(out, "- ");
        if (*note->subject != '\0') {
            mn_markdown_text(out, note->subject);
            g_string_append(out, ": ");
        }
        mn_markdown_text(out, note->text);
        g_string_append_c(out, '\n');
    }
}

void mn_report_markdown(const mn_record *record, const mn_view *view, GString *out)
{
    (void)view;
    print_head(record, out);
    print_pools(record, out);
    print_workloads(record, out);
    print_messages(record, out);
    print_notes(record, out);
}
