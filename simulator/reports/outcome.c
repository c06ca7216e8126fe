/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/reports/outcome.h"

/* Worst first: what sits on the wrong node for ever is worse than what waits. */
static const mn_fate by_weight[] = {
    MN_FATE_WRONG_OS,
    MN_FATE_WRONG_BUILD,
    MN_FATE_FAILED,
    MN_FATE_REJECTED,
    MN_FATE_PENDING,
    MN_FATE_STARTING,
    MN_FATE_ABSENT,
};

mn_fate mn_worst_fate(const size_t counts[MN_FATE_COUNT])
{
    for (size_t i = 0; i < G_N_ELEMENTS(by_weight); i++) {
        if (counts[by_weight[i]] > 0)
            return by_weight[i];
    }
    return MN_FATE_RUNS;
}

mn_ink mn_fate_ink(mn_fate fate)
{
    switch (fate) {
    case MN_FATE_RUNS:
        return MN_INK_GOOD;
    case MN_FATE_WRONG_OS:
    case MN_FATE_WRONG_BUILD:
    case MN_FATE_FAILED:
        return MN_INK_BAD;
    case MN_FATE_PENDING:
    case MN_FATE_REJECTED:
    case MN_FATE_STARTING:
    case MN_FATE_ABSENT:
        return MN_INK_WARN;
    }
    return MN_INK_PLAIN;
}

void mn_phrase_hindrances(GString *out, const size_t counts[MN_FATE_COUNT])
{
    const char *separator = "";
    for (size_t i = 0; i < G_N_ELEMENTS(by_weight); i++) {
        size_t count = counts[by_weight[i]];
        if (count == 0)
            continue;
        g_string_append_printf(out, "%s%zu %s", separator, count, mn_fate_title(by_weight[i]));
        separator = ", ";
    }
}

void mn_phrase_outcome(GString *out, const size_t counts[MN_FATE_COUNT])
{
    size_t kinds = 0;
    for (size_t i = 0; i < MN_FATE_COUNT; i++)
        kinds += counts[i] > 0;
    if (kinds == 0)
        g_string_append(out, "no Pods");
    else if (kinds == 1)
        g_string_append(out, mn_fate_title(mn_worst_fate(counts)));
    else
        mn_phrase_hindrances(out, counts);
}

void mn_phrase_pools(GString *out, const mn_record *record, const mn_record_workload *workload)
{
    g_autofree size_t *counts = g_new0(size_t, record->pool_count + 1);
    size_t pools = 0;
    for (size_t i = 0; i < workload->pod_count; i++) {
        const mn_record_pod *pod = &record->pods[workload->first_pod + i];
        if (pod->node != NULL)
            pools += counts[record->nodes[pod->node_index].pool]++ == 0;
    }
    const char *separator = "";
    for (size_t i = 0; i < record->pool_count; i++) {
        if (counts[i] == 0)
            continue;
        g_string_append_printf(out, "%s%s", separator, record->pools[i].name);
        if (pools > 1)
            g_string_append_printf(out, " x%zu", counts[i]);
        separator = ", ";
    }
    if (pools == 0)
        g_string_append_c(out, '-');
}
