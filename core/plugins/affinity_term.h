/* SPDX-License-Identifier: Apache-2.0 */
/* Terms of inter-Pod (anti-)affinity against Pods. */
#ifndef CORE_PLUGINS_AFFINITY_TERM_H
#define CORE_PLUGINS_AFFINITY_TERM_H

#include "mullion/model/affinity.h"
#include "mullion/sched/plugin.h"

/* A term of the incoming Pod, its namespaceSelector resolved to names. */
typedef struct mn_incoming_term {
    const mn_pod_affinity_term *term;
    mn_strings namespaces;
    bool any_namespace;
    int64_t weight; /* 0 for required terms; negative for preferred anti-affinity */
} mn_incoming_term;

typedef struct mn_incoming_terms {
    const mn_incoming_term *items;
    size_t count;
} mn_incoming_terms;

mn_incoming_terms mn_incoming_required(const mn_cycle *cycle, const mn_pod_affinity *affinity);

/* Preferred affinity, then preferred anti-affinity, with signed weights. */
mn_incoming_terms mn_incoming_preferred(const mn_cycle *cycle, const mn_affinity *affinity);

bool mn_incoming_term_matches(const mn_incoming_term *term, const mn_pod *other);
bool mn_incoming_terms_match_all(const mn_incoming_terms *terms, const mn_pod *other);

/* Does a term of a Pod that is there (`owner`) match the incoming Pod? */
bool mn_existing_term_matches(const mn_cycle *cycle, const mn_pod_affinity_term *term,
                              const mn_pod_class *owner);

/* "requiredAffinityTerms: ..." of the first selector that does not parse, or NULL. */
char *mn_affinity_fault(const mn_affinity *affinity);

#endif
