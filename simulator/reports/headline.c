/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/reports/headline.h"

#include "simulator/reports/phrase.h"

#include <inttypes.h>
#include <string.h>

static const char dot[] = " \xc2\xb7 ";

static void phrase_nodes(GString *out, const mn_record_totals *totals)
{
    const struct part {
        size_t count;
        const char *what;
    } parts[] = {
        {totals->linux_nodes, "linux"},
        {totals->windows_nodes, "windows"},
        {totals->other_nodes, "other"},
    };
    size_t all = 0;
    const char *separator = "";
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        all += parts[i].count;
        if (parts[i].count == 0)
            continue;
        g_string_append_printf(out, "%s%zu %s", separator, parts[i].count, parts[i].what);
        separator = " + ";
    }
    g_string_append(out, all == 1 ? " node" : " nodes");
    if (totals->windows_builds > 1)
        g_string_append_printf(out, " (%zu builds)", totals->windows_builds);
}

void mn_phrase_headline(GString *out, const mn_record *record)
{
    g_string_append(out, dot);
    phrase_nodes(out, &record->totals);
    g_string_append(out, dot);
    mn_phrase_count(out, record->totals.workloads, "workload");
    g_string_append(out, ", ");
    mn_phrase_count(out, record->totals.pods, "Pod");
    g_string_append_printf(out, "%sseed %" PRIu64, dot, record->seed);
    if (record->strategy != NULL)
        g_string_append_printf(out, "%sstrategy %s", dot, record->strategy);
    if (strcmp(record->extender, "off") != 0)
        g_string_append_printf(out, "%sextender %s", dot, record->extender);
    for (size_t i = 0; i < record->live_extender_count; i++)
        g_string_append_printf(out, "%scalls a live extender: %s", dot, record->live_extenders[i]);
    g_string_append_printf(out, "%sas kube-scheduler %s", dot, record->kubernetes);
}
