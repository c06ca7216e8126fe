/* SPDX-License-Identifier: Apache-2.0 */
/* DefaultPreemption: its name and arguments. What it does stands in core/sched/preempt.c,
 * since it runs whole cycles. */
#include "core/plugins/plugins.h"

static const mn_field arg_fields[] = {
    ARGS_HEADER(mn_preemption_args),
    MN_FIELD(mn_preemption_args, min_percentage, "minCandidateNodesPercentage", MN_FIELD_INT32),
    MN_FIELD(mn_preemption_args, min_absolute, "minCandidateNodesAbsolute", MN_FIELD_INT32),
};
static const mn_shape arg_shape = {
    .name = "DefaultPreemptionArgs",
    .size = sizeof(mn_preemption_args),
    .fields = arg_fields,
    .count = G_N_ELEMENTS(arg_fields),
    .strict = true,
};

static const void *configure(mn_arena *arena, const mn_at *at, GError **error)
{
    enum { PERCENTAGE = 10, ABSOLUTE = 100 };
    mn_preemption_args *args = MN_ARENA_NEW(arena, mn_preemption_args, 1);
    if (at != NULL && !mn_decode(arena, &arg_shape, at, args, error))
        return NULL;
    if (!args->min_percentage.set)
        args->min_percentage.value = PERCENTAGE;
    if (!args->min_absolute.set)
        args->min_absolute.value = ABSOLUTE;
    if (args->min_percentage.value < 0 || args->min_percentage.value > 100 ||
        args->min_absolute.value < 0 ||
        (args->min_percentage.value == 0 && args->min_absolute.value == 0)) {
        mn_at_error(at,
                    MN_ERROR_SCHEMA,
                    error,
                    "expected minCandidateNodesPercentage between 0 and 100, "
                    "minCandidateNodesAbsolute of 0 or more, and not both 0");
        return NULL;
    }
    return args;
}

const mn_plugin mn_plugin_default_preemption = {
    .name = "DefaultPreemption",
    .summary = "evicts Pods of lower priority where that makes room",
    .index = MN_INDEX_default_preemption,
    .points = AT(PRE_ENQUEUE) | AT(POST_FILTER),
    .configure = configure,
};
