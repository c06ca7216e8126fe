/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this folder share. */
#ifndef MN_STRATEGY_PARTS_H
#define MN_STRATEGY_PARTS_H

#include "simulator/engine/image_truth.h"
#include "simulator/strategy/strategy.h"

/* The shape of `kind: Strategy`: fills an mn_strategy_document. */
typedef struct mn_strategy_document {
    mn_meta meta;
    mn_strategy spec;
} mn_strategy_document;

extern const mn_shape mn_strategy_document_shape;

/* Is every name of the patch, and every value, one that an object of that shape may have? What
 * is required of the whole object need not be in a patch. */
bool mn_patch_check(mn_arena *arena, const mn_shape *shape, const mn_at *at, GError **error);

/* What has to be known to tell what a Pod needs. */
typedef struct mn_matcher {
    const mn_truth *truth;
    mn_os_findings *scratch;
} mn_matcher;

/* What it is called in the file: a Pod of a workload goes by its workload's name and kind. */
typedef struct mn_pod_names {
    const char *namespace_, *kind, *name;
} mn_pod_names;

typedef struct mn_pod_facts {
    mn_pod_names names;
    const mn_labels *labels;
    const mn_pod_spec *spec;
    mn_os_need need;
} mn_pod_facts;

mn_pod_facts mn_matcher_facts(const mn_matcher *matcher, const mn_pod_names *names,
                              const mn_meta *meta, const mn_pod_spec *spec);

bool mn_match_pod(const mn_match *match, const mn_pod_facts *facts);
bool mn_match_node(const mn_match *match, const mn_node *node, const mn_os_offer *offer,
                   const char *pool);
/* By name and labels alone: a RuntimeClass. */
bool mn_match_object(const mn_match *match, const mn_meta *meta);
bool mn_match_namespace(const mn_match *match, const char *name);

bool mn_match_is_empty(const mn_match *match);

/* Does it ask what only nodes, or only Pods, have? */
bool mn_match_asks_nodes(const mn_match *match);
bool mn_match_asks_pods(const mn_match *match);

#endif
