/* SPDX-License-Identifier: Apache-2.0 */
/* SchedulingGates: a Pod with gates is not even tried. */
#include "core/plugins/plugins.h"

static mn_verdict pre_enqueue(const mn_cycle *cycle)
{
    const mn_scheduling_gates *gates = &cycle->pod->spec.scheduling_gates;
    if (gates->count == 0)
        return mn_fits();
    g_autoptr(GString) names = g_string_new(NULL);
    for (size_t i = 0; i < gates->count; i++)
        g_string_append_printf(names, "%s%s", i == 0 ? "" : " ", gates->items[i].name);
    return mn_verdict_printf(
        cycle->arena, MN_CODE_UNRESOLVABLE, "waiting for scheduling gates: [%s]", names->str);
}

static bool hint(const mn_cycle *cycle, const mn_event *event)
{
    return mn_pod_is_same(event->pod.pod, cycle->pod);
}

const mn_plugin mn_plugin_scheduling_gates = {
    .name = "SchedulingGates",
    .summary = "spec.schedulingGates must be empty",
    .index = MN_INDEX_scheduling_gates,
    .points = AT(PRE_ENQUEUE),
    .pre_enqueue = pre_enqueue,
    .events = ON(POD_UNGATED),
    .hint = hint,
};
