/* SPDX-License-Identifier: Apache-2.0 */
/* Affinity and topology spread constraints, as the Pod spells them.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/ */
#ifndef MN_AFFINITY_H
#define MN_AFFINITY_H

#include "mullion/model/selector.h"

typedef struct mn_node_selector_term {
    mn_requirements match_expressions, match_fields;
} mn_node_selector_term;

typedef struct mn_node_selector_terms {
    const mn_node_selector_term *items;
    size_t count;
} mn_node_selector_terms;

typedef struct mn_node_selector {
    mn_node_selector_terms terms;
} mn_node_selector;

typedef struct mn_preferred_node_term {
    mn_opt_int weight;
    mn_node_selector_term preference;
} mn_preferred_node_term;

typedef struct mn_preferred_node_terms {
    const mn_preferred_node_term *items; /* NULL: absent, which is not the same as empty */
    size_t count;
} mn_preferred_node_terms;

typedef struct mn_node_affinity {
    const mn_node_selector *required; /* NULL: none */
    mn_preferred_node_terms preferred;
} mn_node_affinity;

typedef struct mn_pod_affinity_term {
    const mn_label_selector *label_selector; /* NULL: matches nothing */
    const mn_label_selector *namespace_selector;
    const char *topology_key;
    mn_strings namespaces, match_label_keys, mismatch_label_keys;
} mn_pod_affinity_term;

typedef struct mn_pod_affinity_terms {
    const mn_pod_affinity_term *items;
    size_t count;
} mn_pod_affinity_terms;

typedef struct mn_weighted_pod_affinity_term {
    mn_opt_int weight;
    mn_pod_affinity_term term;
} mn_weighted_pod_affinity_term;

typedef struct mn_weighted_pod_affinity_terms {
    const mn_weighted_pod_affinity_term *items;
    size_t count;
} mn_weighted_pod_affinity_terms;

/* podAffinity or podAntiAffinity. */
typedef struct mn_pod_affinity {
    mn_pod_affinity_terms required;
    mn_weighted_pod_affinity_terms preferred;
} mn_pod_affinity;

typedef struct mn_affinity {
    const mn_node_affinity *node;
    const mn_pod_affinity *pod, *pod_anti;
} mn_affinity;

typedef enum mn_when_unsatisfiable {
    MN_WHEN_UNSET, /* means DoNotSchedule */
    MN_DO_NOT_SCHEDULE,
    MN_SCHEDULE_ANYWAY,
} mn_when_unsatisfiable;

typedef enum mn_inclusion_policy {
    MN_POLICY_UNSET,
    MN_POLICY_HONOR,
    MN_POLICY_IGNORE
} mn_inclusion_policy;

typedef struct mn_spread_constraint {
    mn_opt_int max_skew, min_domains;
    const char *topology_key;
    int when_unsatisfiable;                       /* mn_when_unsatisfiable */
    int node_affinity_policy, node_taints_policy; /* mn_inclusion_policy */
    const mn_label_selector *label_selector;
    mn_strings match_label_keys;
} mn_spread_constraint;

typedef struct mn_spread_constraints {
    const mn_spread_constraint *items;
    size_t count;
} mn_spread_constraints;

extern const mn_shape mn_affinity_shape, mn_node_affinity_shape, mn_node_selector_shape,
    mn_spread_constraint_shape;

#endif
