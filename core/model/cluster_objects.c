/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/model/cluster_objects.h"

#include "core/model/shapes.h"

/* Each of these structs begins with its metadata. */
static bool check_name(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    (void)arena;
    const mn_meta *meta = out;
    return mn_meta_check_name(at, meta, false, error);
}

#define NAMED_SHAPE(type, shape_name, rows)                                                        \
    {                                                                                              \
        .name = (shape_name), .size = sizeof(type), .fields = (rows), .count = G_N_ELEMENTS(rows), \
        .check = check_name                                                                        \
    }

static const mn_field service_spec_fields[] = {
    MN_FIELD(mn_service_spec, selector, "selector", MN_FIELD_STRING_MAP),
    MN_FIELD(mn_service_spec, type, "type", MN_FIELD_STRING),
};
static const mn_shape service_spec_shape =
    MN_SHAPE(mn_service_spec, "ServiceSpec", service_spec_fields);

static const mn_field service_fields[] = {
    MN_FIELD_OF(mn_service, meta, "metadata", MN_FIELD_OBJECT, mn_meta_shape),
    MN_FIELD_OF(mn_service, spec, "spec", MN_FIELD_OBJECT, service_spec_shape),
};
const mn_shape mn_service_shape = NAMED_SHAPE(mn_service, "Service", service_fields);

static const mn_field namespace_fields[] = {
    MN_FIELD_OF(mn_namespace, meta, "metadata", MN_FIELD_OBJECT, mn_meta_shape),
};
const mn_shape mn_namespace_shape = NAMED_SHAPE(mn_namespace, "Namespace", namespace_fields);

static const mn_field scheduling_fields[] = {
    MN_FIELD(mn_runtime_class_scheduling, node_selector, "nodeSelector", MN_FIELD_STRING_MAP),
    MN_FIELD_OF(mn_runtime_class_scheduling, tolerations, "tolerations", MN_FIELD_LIST,
                mn_toleration_shape),
};
static const mn_shape scheduling_shape =
    MN_SHAPE(mn_runtime_class_scheduling, "Scheduling", scheduling_fields);

static const mn_field overhead_fields[] = {
    MN_FIELD_CODED(mn_runtime_class_overhead, pod_fixed, "podFixed", mn_resources_decode,
                   mn_resources_encode),
};
static const mn_shape overhead_shape =
    MN_SHAPE(mn_runtime_class_overhead, "Overhead", overhead_fields);

static const mn_field runtime_class_fields[] = {
    MN_FIELD_OF(mn_runtime_class, meta, "metadata", MN_FIELD_OBJECT, mn_meta_shape),
    {.name = "handler",
     .offset = offsetof(mn_runtime_class, handler),
     .kind = MN_FIELD_STRING,
     .required = true},
    MN_FIELD_OF(mn_runtime_class, scheduling, "scheduling", MN_FIELD_OBJECT_PTR, scheduling_shape),
    MN_FIELD_OF(mn_runtime_class, overhead, "overhead", MN_FIELD_OBJECT_PTR, overhead_shape),
};
const mn_shape mn_runtime_class_shape =
    NAMED_SHAPE(mn_runtime_class, "RuntimeClass", runtime_class_fields);

static const mn_field priority_class_fields[] = {
    MN_FIELD_OF(mn_priority_class, meta, "metadata", MN_FIELD_OBJECT, mn_meta_shape),
    {.name = "value",
     .offset = offsetof(mn_priority_class, value),
     .kind = MN_FIELD_INT32,
     .required = true},
    MN_FIELD(mn_priority_class, global_default, "globalDefault", MN_FIELD_BOOL),
    MN_FIELD_ENUM_OF(mn_priority_class, preemption_policy, "preemptionPolicy",
                     mn_preemption_policy_names),
};
const mn_shape mn_priority_class_shape =
    NAMED_SHAPE(mn_priority_class, "PriorityClass", priority_class_fields);

static const mn_field budget_spec_fields[] = {
    MN_FIELD_OF(mn_disruption_budget_spec, selector, "selector", MN_FIELD_OBJECT_PTR,
                mn_label_selector_shape),
    MN_FIELD(mn_disruption_budget_spec, min_available, "minAvailable", MN_FIELD_SCALAR),
    MN_FIELD(mn_disruption_budget_spec, max_unavailable, "maxUnavailable", MN_FIELD_SCALAR),
};
static const mn_shape budget_spec_shape =
    MN_SHAPE(mn_disruption_budget_spec, "PodDisruptionBudgetSpec", budget_spec_fields);

static const mn_field budget_status_fields[] = {
    MN_FIELD(mn_disruption_budget_status, disruptions_allowed, "disruptionsAllowed",
             MN_FIELD_INT32),
    MN_FIELD(mn_disruption_budget_status, disrupted_pods, "disruptedPods", MN_FIELD_STRING_MAP),
};
static const mn_shape budget_status_shape =
    MN_SHAPE(mn_disruption_budget_status, "PodDisruptionBudgetStatus", budget_status_fields);

static const mn_field budget_fields[] = {
    MN_FIELD_OF(mn_disruption_budget, meta, "metadata", MN_FIELD_OBJECT, mn_meta_shape),
    MN_FIELD_OF(mn_disruption_budget, spec, "spec", MN_FIELD_OBJECT, budget_spec_shape),
    MN_FIELD_OF(mn_disruption_budget, status, "status", MN_FIELD_OBJECT, budget_status_shape),
};
const mn_shape mn_disruption_budget_shape =
    NAMED_SHAPE(mn_disruption_budget, "PodDisruptionBudget", budget_fields);
