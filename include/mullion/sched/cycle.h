/* SPDX-License-Identifier: Apache-2.0 */
/* Placing one Pod: kube-scheduler's cycle over the nodes of a cache.
 *
 *     g_autoptr(mn_scheduler) scheduler = mn_scheduler_new(cache, profile, &options);
 *     const mn_outcome *outcome = mn_scheduler_place(scheduler, pod);
 *     if (outcome->kind == MN_OUTCOME_PLACED)
 *         mn_cache_add_pod(cache, bound, outcome->node);
 *
 * A scheduler changes nothing but itself (next start node, random state): binding,
 * evicting and nominating are the caller's to do, through the cache.
 */
#ifndef MN_CYCLE_H
#define MN_CYCLE_H

#include "mullion/cluster/cache.h"
#include "mullion/sched/profile.h"
#include "mullion/sched/verdict.h"

typedef struct mn_scheduler mn_scheduler;

typedef enum mn_engine {
    MN_ENGINE_FAST,
    MN_ENGINE_REFERENCE, /* plain and slow: what the other is held to */
} mn_engine;

typedef struct mn_scheduler_options {
    uint64_t seed;
    bool tie_break_first; /* the smallest name among equals, instead of a random one */
    bool list_ties;       /* fill outcome->ties even when many nodes tie */
    bool list_totals;     /* fill outcome->totals */
    mn_engine engine;
} mn_scheduler_options;

/* Cache and profile outlive the scheduler. */
mn_scheduler *mn_scheduler_new(mn_cache *cache, const mn_profile *profile,
                               const mn_scheduler_options *options);
void mn_scheduler_free(mn_scheduler *scheduler);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mn_scheduler, mn_scheduler_free)

typedef enum mn_outcome_kind {
    MN_OUTCOME_PLACED,
    MN_OUTCOME_UNSCHEDULABLE, /* condition reason Unschedulable, event FailedScheduling */
    MN_OUTCOME_GATED,         /* held back by spec.schedulingGates: no event */
    MN_OUTCOME_ERROR,         /* condition reason SchedulerError */
} mn_outcome_kind;

/* One reason and how many nodes gave it, in the order of the message. */
typedef struct mn_reason_count {
    const char *reason;
    size_t nodes;
} mn_reason_count;

/* A node that said no, whoever asked. */
typedef struct mn_rejection {
    const char *name;
    const mn_node_info *node; /* NULL: an extender named a node that nobody knows */
    mn_verdict verdict;
} mn_rejection;

/* A node, and the Pods that have to go from it; most important first. */
typedef struct mn_candidate {
    const mn_node_info *node;
    const mn_pod_info *victims;
    size_t victim_count;
    size_t violations; /* of disruption budgets */
} mn_candidate;

/* Among rejectors, beside the bits of plugins: an extender left nodes out. */
#define MN_REJECTED_BY_EXTENDER (1U << 31)

typedef struct mn_total {
    const char *node;
    int64_t total;
} mn_total;

/* Everything in it is valid until the scheduler is asked again. */
typedef struct mn_outcome {
    mn_outcome_kind kind;
    const char *node;               /* PLACED: where */
    const char *message;            /* else: the condition's text, kube-scheduler's words */
    size_t nodes;                   /* in the cluster */
    size_t feasible;                /* that fit (within the sample) */
    size_t evaluated;               /* that were looked at */
    bool scored;                    /* false when only one node fitted, or none */
    int64_t best;                   /* its total, when scored */
    size_t tie_count;               /* how many nodes have that total */
    const char *const *ties;        /* they, sorted by name; NULL unless listing was asked for */
    const mn_total *totals;         /* of the feasible nodes, by name; NULL unless asked for */
    const mn_reason_count *reasons; /* why nodes did not fit; sorted as in the message */
    size_t reason_count;
    uint32_t rejectors;   /* bit per plugin index, MN_REJECTED_BY_EXTENDER: who rejected the Pod */
    bool ends_nomination; /* not PLACED: status.nominatedNodeName is cleared */

    /* UNSCHEDULABLE, when evicting helps: */
    const char *nominated_node;
    const char *const *nominated_ties; /* nodes that are as good, sorted by name */
    size_t nominated_tie_count;
    const mn_pod *const *victims; /* most important first */
    size_t victim_count;
    size_t disruption_violations;
    const mn_candidate *candidates; /* all nodes where evicting would help */
    size_t candidate_count;
    const mn_rejection *refusals; /* nodes where it was tried and would not */
    size_t refusal_count;
} mn_outcome;

const mn_outcome *mn_scheduler_place(mn_scheduler *scheduler, const mn_pod *pod);

/* How many feasible nodes are looked for among n: percentageOfNodesToScore. */
size_t mn_feasible_wanted(const mn_profile *profile, size_t n);

/* The text of the event for a message: cut at 1,024 bytes as kube-scheduler does. */
char *mn_message_event(const char *message) G_GNUC_WARN_UNUSED_RESULT;

/* ---------------------------------------------------------------- explaining */

/* Of an extender: `normalized` is what it said, `raw` too. */
typedef struct mn_score {
    int64_t raw, normalized, weighted;
} mn_score;

/* Arrays go by plugin index. */
typedef struct mn_node_explanation {
    const mn_node_info *node;
    mn_verdict filters[MN_PLUGINS_MAX]; /* every plugin asked by itself */
    const mn_plugin *first_failure;     /* what the chain reports; NULL: it fits */
    mn_verdict verdict;                 /* of the chain, nominated Pods counted in */
    bool excluded;                      /* not in the node set of PreFilter */
    bool seen;                          /* the scan came to it before it had found enough */
    const mn_extender *left_out_by;     /* the extender that it fell to, or NULL */
    mn_verdict extender_verdict;        /* what that one said; success: not a word */
    bool feasible;                      /* it fits, is within the sample, and no extender objects */
    mn_score scores[MN_PLUGINS_MAX];    /* when feasible */
    const mn_score *extender_scores;    /* when scored, by place in profile->extenders */
    int64_t total;
} mn_node_explanation;

typedef struct mn_explanation {
    mn_verdict pre_enqueue, pre_filter;     /* of the chain */
    const mn_plugin *pre_enqueue_plugin;    /* that held the Pod back, or NULL */
    const mn_plugin *pre_filter_plugin;     /* that failed it, or NULL */
    mn_verdict pre_filters[MN_PLUGINS_MAX]; /* every plugin by itself */
    mn_name_set restricted_to[MN_PLUGINS_MAX];
    mn_name_set candidates; /* names NULL: all nodes */
    uint32_t skip_filter, skip_score;
    mn_node_explanation *nodes; /* snapshot order */
    size_t count;
    size_t wanted;               /* the scan ends at so many feasible nodes; 0: there was none */
    const bool *extenders_asked; /* for scores, by place in profile->extenders */
    uint32_t rejectors;          /* bit per plugin index: who rejected a node, or the Pod */
    const char *error;           /* an extender failed the cycle, or NULL */
    const char *score_error;     /* PreScore or Score failed, or NULL */
} mn_explanation;

/* Every plugin on every node, whatever the first failure; nothing of the scheduler's
 * state changes. Valid until the scheduler is asked again. */
const mn_explanation *mn_scheduler_explain(mn_scheduler *scheduler, const mn_pod *pod);

/* All nodes that the Pod fits on, extenders included, in no order that means anything: the
 * scan does not stop when it has found enough. Changes nothing of the scheduler's state.
 * Valid until the scheduler is asked again. */
mn_node_run mn_scheduler_find_all(mn_scheduler *scheduler, const mn_pod *pod);

#endif
