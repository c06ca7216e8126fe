/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/model/affinity.h"

static const char *const when_names[] = {"DoNotSchedule", "ScheduleAnyway", NULL};
static const char *const policy_names[] = {"Honor", "Ignore", NULL};

#define REQUIRED  "requiredDuringSchedulingIgnoredDuringExecution"
#define PREFERRED "preferredDuringSchedulingIgnoredDuringExecution"

static const mn_field term_fields[] = {
    MN_FIELD_OF(mn_node_selector_term, match_expressions, "matchExpressions", MN_FIELD_LIST,
                mn_requirement_shape),
    MN_FIELD_OF(mn_node_selector_term, match_fields, "matchFields", MN_FIELD_LIST,
                mn_requirement_shape),
};
static const mn_shape term_shape = MN_SHAPE(mn_node_selector_term, "NodeSelectorTerm", term_fields);

static const mn_field node_selector_fields[] = {
    MN_FIELD_OF(mn_node_selector, terms, "nodeSelectorTerms", MN_FIELD_LIST, term_shape),
};
const mn_shape mn_node_selector_shape =
    MN_SHAPE(mn_node_selector, "NodeSelector", node_selector_fields);

static const mn_field preferred_node_fields[] = {
    MN_FIELD(mn_preferred_node_term, weight, "weight", MN_FIELD_INT32),
    MN_FIELD_OF(mn_preferred_node_term, preference, "preference", MN_FIELD_OBJECT, term_shape),
};
static const mn_shape preferred_node_shape =
    MN_SHAPE(mn_preferred_node_term, "PreferredSchedulingTerm", preferred_node_fields);

static const mn_field node_affinity_fields[] = {
    MN_FIELD_OF(mn_node_affinity, required, REQUIRED, MN_FIELD_OBJECT_PTR, mn_node_selector_shape),
    MN_FIELD_OF(mn_node_affinity, preferred, PREFERRED, MN_FIELD_LIST, preferred_node_shape),
};
const mn_shape mn_node_affinity_shape =
    MN_SHAPE(mn_node_affinity, "NodeAffinity", node_affinity_fields);

static const mn_field pod_term_fields[] = {
    MN_FIELD_OF(mn_pod_affinity_term, label_selector, "labelSelector", MN_FIELD_OBJECT_PTR,
                mn_label_selector_shape),
    MN_FIELD_OF(mn_pod_affinity_term, namespace_selector, "namespaceSelector", MN_FIELD_OBJECT_PTR,
                mn_label_selector_shape),
    {.name = "topologyKey",
     .offset = offsetof(mn_pod_affinity_term, topology_key),
     .kind = MN_FIELD_STRING,
     .required = true},
    MN_FIELD(mn_pod_affinity_term, namespaces, "namespaces", MN_FIELD_STRING_LIST),
    MN_FIELD(mn_pod_affinity_term, match_label_keys, "matchLabelKeys", MN_FIELD_STRING_LIST),
    MN_FIELD(mn_pod_affinity_term, mismatch_label_keys, "mismatchLabelKeys", MN_FIELD_STRING_LIST),
};
static const mn_shape pod_term_shape =
    MN_SHAPE(mn_pod_affinity_term, "PodAffinityTerm", pod_term_fields);

static const mn_field weighted_fields[] = {
    MN_FIELD(mn_weighted_pod_affinity_term, weight, "weight", MN_FIELD_INT32),
    MN_FIELD_OF(mn_weighted_pod_affinity_term, term, "podAffinityTerm", MN_FIELD_OBJECT,
                pod_term_shape),
};
static const mn_shape weighted_shape =
    MN_SHAPE(mn_weighted_pod_affinity_term, "WeightedPodAffinityTerm", weighted_fields);

static const mn_field pod_affinity_fields[] = {
    MN_FIELD_OF(mn_pod_affinity, required, REQUIRED, MN_FIELD_LIST, pod_term_shape),
    MN_FIELD_OF(mn_pod_affinity, preferred, PREFERRED, MN_FIELD_LIST, weighted_shape),
};
static const mn_shape pod_affinity_shape =
    MN_SHAPE(mn_pod_affinity, "PodAffinity", pod_affinity_fields);

static const mn_field affinity_fields[] = {
    MN_FIELD_OF(mn_affinity, node, "nodeAffinity", MN_FIELD_OBJECT_PTR, mn_node_affinity_shape),
    MN_FIELD_OF(mn_affinity, pod, "podAffinity", MN_FIELD_OBJECT_PTR, pod_affinity_shape),
    MN_FIELD_OF(mn_affinity, pod_anti, "podAntiAffinity", MN_FIELD_OBJECT_PTR, pod_affinity_shape),
};
const mn_shape mn_affinity_shape = MN_SHAPE(mn_affinity, "Affinity", affinity_fields);

static const mn_field spread_fields[] = {
    MN_FIELD(mn_spread_constraint, max_skew, "maxSkew", MN_FIELD_INT32),
    MN_FIELD(mn_spread_constraint, min_domains, "minDomains", MN_FIELD_INT32),
    {.name = "topologyKey",
     .offset = offsetof(mn_spread_constraint, topology_key),
     .kind = MN_FIELD_STRING,
     .required = true},
    MN_FIELD_ENUM_OF(mn_spread_constraint, when_unsatisfiable, "whenUnsatisfiable", when_names),
    MN_FIELD_ENUM_OF(mn_spread_constraint, node_affinity_policy, "nodeAffinityPolicy",
                     policy_names),
    MN_FIELD_ENUM_OF(mn_spread_constraint, node_taints_policy, "nodeTaintsPolicy", policy_names),
    MN_FIELD_OF(mn_spread_constraint, label_selector, "labelSelector", MN_FIELD_OBJECT_PTR,
                mn_label_selector_shape),
    MN_FIELD(mn_spread_constraint, match_label_keys, "matchLabelKeys", MN_FIELD_STRING_LIST),
};
const mn_shape mn_spread_constraint_shape =
    MN_SHAPE(mn_spread_constraint, "TopologySpreadConstraint", spread_fields);
