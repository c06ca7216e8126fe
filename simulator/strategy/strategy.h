/* SPDX-License-Identifier: Apache-2.0 */
/* A strategy: what somebody does about operating systems, as a file of patches.
 *
 *     apiVersion: mullion.dev/v1alpha1
 *     kind: Strategy
 *     metadata: {name: taint}
 *     spec:
 *       nodes:
 *         - match: {os: windows}
 *           patch: {spec: {taints: [{key: os, value: windows, effect: NoSchedule}]}}
 *
 * A strategy changes no scenario: mn_scenario_under() makes another one that shares what the
 * patches leave alone, so that one scenario may stand under many strategies at once.
 */
#ifndef MN_STRATEGY_H
#define MN_STRATEGY_H

#include "simulator/scenario/scenario.h"

/* What a patch is for. Empty lists and zeroes match everything; of a list one has to fit. */
typedef struct mn_match {
    mn_os os;                          /* of a node; UNKNOWN: any */
    mn_strings pool;                   /* globs: of a node's pool */
    mn_strings namespace_, kind, name; /* globs */
    mn_labels labels;                  /* all of them, of a Pod its own */
    int needs;                         /* mn_match_needs */
    mn_strings image;                  /* globs, of one container's image */
    mn_build_set builds;               /* of a node; the very build that a Pod needs */
} mn_match;

typedef enum mn_match_needs {
    MN_NEEDS_ANY,
    MN_NEEDS_LINUX, /* by evidence or by default */
    MN_NEEDS_WINDOWS,
    MN_NEEDS_UNKNOWN, /* no evidence: the default OS decides */
} mn_match_needs;

typedef struct mn_patch_rule {
    mn_match match;
    const char *patch; /* a strategic merge patch, as JSON */
} mn_patch_rule;

typedef struct mn_patch_rules {
    const mn_patch_rule *items;
    size_t count;
} mn_patch_rules;

/* The default nodeSelector that namespaces have (PodNodeSelector). */
typedef struct mn_selector_rule {
    mn_match match; /* of the namespace: its name stands in namespace_ */
    mn_labels node_selector;
} mn_selector_rule;

typedef struct mn_selector_rules {
    const mn_selector_rule *items;
    size_t count;
} mn_selector_rules;

typedef struct mn_admission_rules {
    mn_selector_rules default_node_selector;
    mn_patch_rules mutate; /* what a Pod has itself comes before these */
} mn_admission_rules;

typedef struct mn_created_object {
    mn_match match;   /* made where a node or a workload matches; empty: always */
    const char *text; /* as JSON */
} mn_created_object;

typedef struct mn_created_objects {
    const mn_created_object *items;
    size_t count;
} mn_created_objects;

typedef struct mn_strategy_extender {
    bool is_there, has_default_os, has_build_rule, has_fallback_rule;
    mn_extender_mode mode;
    mn_os default_os;
    mn_build_rule build_rule, fallback_rule;
} mn_strategy_extender;

typedef struct mn_strategy {
    const char *name;        /* metadata.name, or the file's name without folder and suffix */
    const char *description; /* "" when there is none */
    const char *asked;       /* what --strategy was given to find it; NULL: it was not looked for */
    const char *file;        /* as it was read; of a built-in one "taint.yaml" */
    bool shipped;            /* built in: made for any cluster, and not all of it fits each */
    mn_patch_rules nodes, workloads, pods, runtime_classes;
    mn_created_objects objects;
    const char *scheduler; /* a patch of the KubeSchedulerConfiguration, as JSON; NULL: none */
    mn_admission_rules admission;
    mn_strategy_extender extender;
    mn_objects **created; /* objects.items, decoded: one collection each */
    mn_arena *arena;
} mn_strategy;

/* The document alone. */
mn_strategy *mn_strategy_load_document(const mn_document *document,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* From memory. Errors name file, line, column and field. */
mn_strategy *mn_strategy_load_source(const mn_source *source,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* By name: FOLDER/NAME.yaml, FOLDER/strategies/NAME.yaml, ./strategies/NAME.yaml, a built-in one;
 * or by path, when there is a '/' or a suffix in it. `folder` may be NULL. Errors: UNKNOWN with
 * the nearest name, or as above. */
mn_strategy *mn_strategy_find(const char *folder, const char *name,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Does it name a file, and not what to look for? */
bool mn_strategy_is_path(const char *name);

/* Would mn_strategy_find() find a file or a built-in strategy of that name? If not, *near is the
 * nearest built-in name, or NULL. */
bool mn_strategy_is_known(const char *folder, const char *name, const char **near);

void mn_strategy_free(mn_strategy *strategy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mn_strategy, mn_strategy_free)

/* The built-in ones, from doing nothing to doing most. */
typedef struct mn_shipped_strategy {
    const char *name;
    mn_source source;
} mn_shipped_strategy;

const mn_shipped_strategy *mn_shipped_strategies(size_t *count);

/* The scenario as it would be: borrows from both, which outlive it. Errors name the strategy's
 * file, the patch and the object that it makes invalid. */
mn_scenario *mn_scenario_under(const mn_scenario *base, const mn_strategy *strategy,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
