/* SPDX-License-Identifier: Apache-2.0 */
/* What the cycle asks of an extender: the built-in OS policy and HTTP extenders alike
 * plug in here. How kube-scheduler treats the answers is the cycle's business.
 */
#ifndef MN_EXTENDER_CALL_H
#define MN_EXTENDER_CALL_H

#include "mullion/cluster/node_info.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* failedNodes and failedAndUnresolvableNodes. */
typedef struct mn_extender_failure {
    const char *node; /* perhaps one that nobody asked about */
    const char *reason;
    bool unresolvable;
} mn_extender_failure;

/* Empty when the cycle hands it over. Order and repetitions are the extender's. */
typedef struct mn_extender_answer {
    GPtrArray *kept;    /* const mn_node_info *: of those asked about */
    GPtrArray *objects; /* const mn_node *, beside or instead: nodes as they were given back
                           whole. kube-scheduler goes on with these, whether it knows them or
                           not, and sees no Pods and no images on them (#141781) */
    GArray *failures;   /* mn_extender_failure */
    mn_arena *arena;    /* for what the lists point to */
} mn_extender_answer;

/* A node on which evicting would help, and whom: asked, and answered in place. */
typedef struct mn_extender_victims {
    const mn_node_info *node;
    const mn_pod *const *victims; /* may be replaced by other Pods of that node */
    size_t victim_count;
    size_t violations; /* of disruption budgets */
    bool kept;         /* false when asked */
} mn_extender_victims;

typedef struct mn_extender mn_extender;

struct mn_extender {
    const char *name; /* its URL, or what the built-in policy calls itself */
    bool ignorable, node_cache_capable;
    int64_t weight;
    const char *const *managed_resources; /* none: called for every Pod */
    size_t managed_count;
    const char *const *ignored_resources; /* managed, ignoredByScheduler: true */
    size_t ignored_count;
    void *data;

    /* False with *error set: the call failed. NULL hooks: the verb is not configured. */
    bool (*filter)(const mn_extender *extender, const mn_pod *pod, const mn_node_info *const *nodes,
                   size_t count, mn_extender_answer *answer, GError **error);
    /* Adds to nothing: sets scores[i], 0 where it has no opinion. */
    bool (*prioritize)(const mn_extender *extender, const mn_pod *pod,
                       const mn_node_info *const *nodes, size_t count, int64_t *scores,
                       GError **error);
    /* Keeps what it approves of; nodes left out are no candidates any more. */
    bool (*preempt)(const mn_extender *extender, const mn_pod *pod, mn_extender_victims *nodes,
                    size_t count, mn_arena *arena, GError **error);
};

#endif
