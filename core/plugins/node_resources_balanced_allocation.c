/* SPDX-License-Identifier: Apache-2.0 */
/* NodeResourcesBalancedAllocation: resources of the node would be in use evenly.
 *
 * Doubles in exactly kube-scheduler's order of operations: 1 - std = 0.81 may become 80
 * or 81.
 */
#include "core/plugins/plugins.h"
#include "core/plugins/resource_weights.h"

#include <math.h>

enum { MAX_RESOURCES = 64 };

struct args {
    bool header;
    mn_resource_weights resources;
};

static const mn_field arg_fields[] = {
    ARGS_HEADER(struct args),
    MN_FIELD_OF(struct args, resources, "resources", MN_FIELD_LIST, mn_resource_weight_shape),
};
static const mn_shape arg_shape = {
    .name = "NodeResourcesBalancedAllocationArgs",
    .size = sizeof(struct args),
    .fields = arg_fields,
    .count = G_N_ELEMENTS(arg_fields),
    .strict = true,
};

static const void *configure(mn_arena *arena, const mn_at *at, GError **error)
{
    struct args *args = MN_ARENA_NEW(arena, struct args, 1);
    if (at != NULL && !mn_decode(arena, &arg_shape, at, args, error))
        return NULL;
    if (args->resources.count > MAX_RESOURCES) {
        mn_at_error(at,
                    MN_ERROR_LIMIT,
                    error,
                    "at most %d resources, found %zu",
                    MAX_RESOURCES,
                    args->resources.count);
        return NULL;
    }
    for (size_t i = 0; i < args->resources.count; i++) {
        if (mn_resource_weight_value(&args->resources.items[i]) != 1) {
            mn_at_error(at,
                        MN_ERROR_SCHEMA,
                        error,
                        "resources[%zu].weight: expected 1, the only weight there is",
                        i);
            return NULL;
        }
    }
    if (args->resources.count == 0)
        args->resources = mn_resource_weights_default;
    return args;
}

static const struct args *args_of(const mn_cycle *cycle)
{
    return mn_cycle_args(cycle, &mn_plugin_node_resources_balanced_allocation);
}

static mn_verdict pre_score(mn_cycle *cycle, mn_node_run feasible)
{
    (void)feasible;
    const mn_resource_weights *resources = &args_of(cycle)->resources;
    for (size_t i = 0; i < resources->count; i++) {
        if (mn_amounts_get(&cycle->class_->requested, resources->items[i].name) != 0)
            return mn_fits();
    }
    return mn_skips();
}

static double deviation(const double *fractions, size_t count)
{
    if (count < 2)
        return 0;
    if (count == 2)
        return fabs((fractions[0] - fractions[1]) / 2);
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += fractions[i];
    const double mean = sum / (double)count;
    double squares = 0;
    for (size_t i = 0; i < count; i++)
        squares = squares + (fractions[i] - mean) * (fractions[i] - mean);
    return sqrt(squares / (double)count);
}

static mn_verdict score(const mn_cycle *cycle, const mn_node_info *node, int64_t *raw)
{
    const mn_resource_weights *resources = &args_of(cycle)->resources;
    double fractions[MAX_RESOURCES];
    size_t count = 0;
    for (size_t i = 0; i < resources->count; i++) {
        const char *name = resources->items[i].name;
        const int64_t request = mn_amounts_get(&cycle->class_->requested, name);
        int64_t allocatable, requested;
        if (!mn_resource_use(node, name, request, false, &allocatable, &requested))
            continue;
        const double fraction = (double)requested / (double)allocatable;
        fractions[count++] = fraction > 1 ? 1 : fraction;
    }
    *raw = (int64_t)((1 - deviation(fractions, count)) * (double)MN_SCORE_MAX);
    return mn_fits();
}

const mn_plugin mn_plugin_node_resources_balanced_allocation = {
    .name = "NodeResourcesBalancedAllocation",
    .summary = "cpu and memory of the node in use evenly",
    .index = MN_INDEX_node_resources_balanced_allocation,
    .points = AT(PRE_SCORE) | AT(SCORE),
    .weight = 1,
    .score_scope = MN_SCOPE_LOCAL,
    .configure = configure,
    .pre_score = pre_score,
    .score = score,
};
