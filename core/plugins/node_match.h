/* SPDX-License-Identifier: Apache-2.0 */
/* Node selector terms against nodes, made ready once a Pod.
 *
 * A term that does not parse matches nothing; the other terms still do. */
#ifndef CORE_PLUGINS_NODE_MATCH_H
#define CORE_PLUGINS_NODE_MATCH_H

#include "mullion/base/arena.h"
#include "mullion/cluster/node_info.h"
#include "mullion/model/affinity.h"

#include <glib.h>

/* spec.nodeSelector and the required node affinity of a Pod. */
typedef struct mn_required_nodes {
    const mn_labels *node_selector;
    const mn_node_selector *required; /* NULL: none */
    const bool *parses;               /* one a term */
} mn_required_nodes;

mn_required_nodes mn_required_nodes_of(mn_arena *arena, const mn_pod *pod);

/* The same for a selector alone; NULL matches every node. */
mn_required_nodes mn_required_nodes_of_selector(mn_arena *arena, const mn_node_selector *selector);

bool mn_required_nodes_match(const mn_required_nodes *required, const mn_node *node);

/* Neither expressions nor fields: matches nothing. */
bool mn_node_term_is_empty(const mn_node_selector_term *term);

/* Appends what does not parse; `path` is that of the term: "[0]". */
void mn_node_term_faults(const mn_node_selector_term *term, const char *path, GPtrArray *faults);

/* A term that parses. */
bool mn_node_term_matches(const mn_node_selector_term *term, const mn_node *node);

#endif
