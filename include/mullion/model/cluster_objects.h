/* SPDX-License-Identifier: Apache-2.0 */
/* The smaller objects that scheduling looks at. */
#ifndef MN_CLUSTER_OBJECTS_H
#define MN_CLUSTER_OBJECTS_H

#include "mullion/model/meta.h"
#include "mullion/model/pod.h"

typedef struct mn_service_spec {
    mn_labels selector; /* items NULL: no selector */
    const char *type;
} mn_service_spec;

typedef struct mn_service {
    mn_meta meta;
    mn_service_spec spec;
} mn_service;

typedef struct mn_namespace {
    mn_meta meta;
} mn_namespace;

typedef struct mn_runtime_class_scheduling {
    mn_labels node_selector;
    mn_tolerations tolerations;
} mn_runtime_class_scheduling;

typedef struct mn_runtime_class_overhead {
    mn_resources pod_fixed;
} mn_runtime_class_overhead;

/* https://kubernetes.io/docs/concepts/containers/runtime-class/ */
typedef struct mn_runtime_class {
    mn_meta meta;
    const char *handler;
    const mn_runtime_class_scheduling *scheduling;
    const mn_runtime_class_overhead *overhead;
} mn_runtime_class;

typedef struct mn_priority_class {
    mn_meta meta;
    mn_opt_int value;
    bool global_default;
    int preemption_policy; /* mn_preemption_policy */
} mn_priority_class;

typedef struct mn_disruption_budget_spec {
    const mn_label_selector *selector;
    const char *min_available, *max_unavailable; /* IntOrString, as written */
} mn_disruption_budget_spec;

typedef struct mn_disruption_budget_status {
    mn_opt_int disruptions_allowed;
    mn_labels disrupted_pods; /* Pod name -> time */
} mn_disruption_budget_status;

typedef struct mn_disruption_budget {
    mn_meta meta;
    mn_disruption_budget_spec spec;
    mn_disruption_budget_status status;
} mn_disruption_budget;

extern const mn_shape mn_service_shape, mn_namespace_shape, mn_runtime_class_shape,
    mn_priority_class_shape, mn_disruption_budget_shape;

#endif
