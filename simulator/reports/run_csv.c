/* SPDX-License-Identifier: Apache-2.0 */
/* The report for spreadsheets: a row a Pod. Columns are added at the end, never moved. */
#include "simulator/reports/csv_print.h"
#include "simulator/reports/reports.h"

#include <inttypes.h>

static const char *const columns[] = {
    "namespace",      "pod",        "workload_kind",
    "workload",       "needs_os",   "needs_windows_builds",
    "node",           "pool",       "outcome",
    "status",         "reason",     "message",
    "remark",         "milli_cpu",  "memory_bytes",
    "holds_requests", "priority",   "sequence",
    "feasible_nodes", "tied_nodes", "created_ms",
    "scheduled_ms",   "ready_ms",   "recreations",
    "evictions",      NULL,
};

static char *builds_of(const mn_build_set *builds)
{
    GString *text = g_string_new(NULL);
    for (size_t i = 0; builds->bounded && i < builds->count; i++)
        g_string_append_printf(text, "%s10.0.%u", i == 0 ? "" : " ", builds->builds[i]);
    return g_string_free(text, FALSE);
}

/* Empty: not yet. */
static void cell_time(GString *out, int64_t time_ms)
{
    if (time_ms < 0)
        mn_csv_cell(out, NULL);
    else
        mn_csv_cellf(out, "%" PRId64, time_ms);
}

static void print_pod(const mn_record *record, const mn_record_pod *pod, GString *out)
{
    const mn_record_workload *workload = &record->workloads[pod->workload];
    const char *pool =
        pod->node == NULL ? NULL : record->pools[record->nodes[pod->node_index].pool].name;
    g_autofree char *builds = builds_of(&pod->need.builds);
    mn_csv_cell(out, pod->namespace_);
    mn_csv_cell(out, pod->name);
    mn_csv_cell(out, workload->kind);
    mn_csv_cell(out, workload->name);
    mn_csv_cell(out, mn_os_name(pod->need.os));
    mn_csv_cell(out, builds);
    mn_csv_cell(out, pod->node);
    mn_csv_cell(out, pool);
    mn_csv_cell(out, mn_fate_id(pod->fate));
    mn_csv_cell(out, pod->status);
    mn_csv_cell(out, pod->reason);
    mn_csv_cell(out, pod->message);
    mn_csv_cell(out, pod->remark);
    mn_csv_cellf(out, "%" PRId64, pod->requests.milli_cpu);
    mn_csv_cellf(out, "%" PRId64, pod->requests.memory_bytes);
    mn_csv_cell(out, pod->holds ? "true" : "false");
    mn_csv_cellf(out, "%" PRId64, pod->priority);
    mn_csv_cellf(out, "%zu", pod->sequence);
    mn_csv_cellf(out, "%zu", pod->feasible);
    mn_csv_cellf(out, "%zu", pod->ties);
    cell_time(out, pod->created_ms);
    cell_time(out, pod->scheduled_ms);
    cell_time(out, pod->ready_ms);
    mn_csv_cellf(out, "%zu", pod->recreations);
    mn_csv_cellf(out, "%zu", pod->evictions);
    mn_csv_end_row(out);
}

void mn_report_csv(const mn_record *record, const mn_view *view, GString *out)
{
    (void)view;
    mn_csv_head(out, columns);
    for (size_t i = 0; i < record->pod_count; i++)
        print_pod(record, &record->pods[i], out);
}
