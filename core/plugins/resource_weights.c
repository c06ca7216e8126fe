/* SPDX-License-Identifier: Apache-2.0 */
#include "core/plugins/resource_weights.h"

#include <inttypes.h>
#include <string.h>

enum { WEIGHT_MAX = 100 };

static const mn_field fields[] = {
    {.name = "name",
     .offset = offsetof(mn_resource_weight, name),
     .kind = MN_FIELD_STRING,
     .required = true},
    MN_FIELD(mn_resource_weight, weight, "weight", MN_FIELD_INT64),
};
/* 0 stands for 1, as if it were left out. */
static bool check(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    (void)arena;
    const mn_resource_weight *resource = out;
    const mn_at place = mn_at_member(at, "weight");
    if (resource->weight.value >= 0 && resource->weight.value <= WEIGHT_MAX)
        return true;
    return mn_at_error(&place,
                       MN_ERROR_SCHEMA,
                       error,
                       "expected 1 to %d, found %" PRId64,
                       WEIGHT_MAX,
                       resource->weight.value);
}

const mn_shape mn_resource_weight_shape = {
    .name = "ResourceSpec",
    .size = sizeof(mn_resource_weight),
    .fields = fields,
    .count = G_N_ELEMENTS(fields),
    .strict = true,
    .check = check,
};

static const mn_resource_weight both[] = {
    {.name = "cpu"},
    {.name = "memory"},
};
const mn_resource_weights mn_resource_weights_default = {
    .items = both,
    .count = G_N_ELEMENTS(both),
};

int64_t mn_resource_weight_value(const mn_resource_weight *weight)
{
    return weight->weight.set && weight->weight.value != 0 ? weight->weight.value : 1;
}

bool mn_resource_use(const mn_node_info *node, const char *name, int64_t pod_request, bool nonzero,
                     int64_t *allocatable, int64_t *requested)
{
    if (pod_request == 0 && mn_resource_is_scalar(name))
        return false;
    int64_t used = mn_amounts_get(&node->requested, name);
    if (nonzero && strcmp(name, "cpu") == 0)
        used = node->nonzero_milli_cpu;
    else if (nonzero && strcmp(name, "memory") == 0)
        used = node->nonzero_memory;
    *allocatable = mn_amounts_get(&node->allocatable, name);
    *requested = mn_wrap_add(used, pod_request);
    return *allocatable != 0;
}
