/* SPDX-License-Identifier: Apache-2.0 */
/* Topology spread constraints made ready for one Pod: its own, or the profile's default
 * ones with a selector found from Services and controllers. */
#ifndef CORE_PLUGINS_SPREAD_CONSTRAINT_H
#define CORE_PLUGINS_SPREAD_CONSTRAINT_H

#include "core/plugins/node_match.h"
#include "mullion/sched/plugin.h"

/* What both implementations answer. */
extern const mn_verdict mn_spread_no_label, mn_spread_skewed;

typedef struct mn_spread_args {
    bool header;
    int defaulting_type; /* 0 unset, 1 System, 2 List */
    mn_spread_constraints defaults;
} mn_spread_args;

enum { MN_SPREAD_SYSTEM = 1, MN_SPREAD_LIST = 2 };

typedef struct mn_spread {
    const char *key;
    int64_t max_skew, min_domains;
    const mn_label_selector *selector; /* NULL: matches nothing */
    bool selects_all;                  /* an empty selector, which counts no Pods */
    bool honor_affinity, honor_taints;
    bool is_hostname;
} mn_spread;

typedef struct mn_spreads {
    const mn_spread *items;
    size_t count;
    bool strict; /* nodes that lack a key get no score */
} mn_spreads;

/* Those with that whenUnsatisfiable (mn_when_unsatisfiable). */
mn_spreads mn_spreads_of(const mn_cycle *cycle, const mn_spread_args *args, int action);

/* The Pods on the node that the constraint counts. */
int64_t mn_spread_count(const mn_cycle *cycle, const mn_spread *spread, const mn_node_info *node);

/* nodeAffinityPolicy and nodeTaintsPolicy let the node count. */
bool mn_spread_includes(const mn_cycle *cycle, const mn_spread *spread,
                        const mn_required_nodes *required, const mn_node_info *node);

/* The node has the keys of all constraints. */
bool mn_spreads_have_keys(const mn_spreads *spreads, const mn_node_info *node);

#endif
