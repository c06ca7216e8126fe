/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of core/sched: one attempt to place one Pod, step by step. */
#ifndef CORE_SCHED_CYCLE_H
#define CORE_SCHED_CYCLE_H

#include "mullion/base/rng.h"
#include "mullion/sched/cycle.h"

/* Everything lives in the cycle's arena. */
typedef struct mn_preemption {
    mn_candidate *candidates;
    size_t candidate_count;
    mn_rejection *rejected; /* nodes where evicting does not help after all */
    size_t rejected_count;
    const char *error; /* "expected at least one victim pod ..." */
} mn_preemption;

/* What explaining wants to know of a scan besides. Arrays go by node number. */
typedef struct mn_trace {
    bool *seen;
    const mn_extender **left_out_by;
    int64_t **scores; /* by place of the extender: one a feasible node; NULL: not asked */
    size_t wanted;
} mn_trace;

typedef struct mn_attempt {
    mn_cycle cycle;
    mn_scheduler *scheduler;

    mn_verdict pre_filter; /* of the chain */
    const mn_plugin *pre_filter_plugin;
    mn_name_set candidates;           /* names NULL: every node */
    const mn_plugin *candidates_from; /* the plugin that restricted them */

    GArray *rejections;  /* mn_rejection, one a node */
    GPtrArray *feasible; /* const mn_node_info * */
    size_t rejected;     /* nodes that plugins said no to, written down or not */
    size_t seen;         /* nodes that plugins looked at */
    size_t ghosts;       /* of the feasible: not the snapshot's own, or there more than once */
    GPtrArray *bare;     /* mn_node_info: the former of those, owned */
    uint32_t rejectors;  /* bit per plugin index */
    char *error;         /* the cycle fails with it */

    int64_t *totals;            /* one a feasible node */
    struct mn_fast_class *fast; /* the class's table; NULL: the plain engine */
    mn_preemption preemption;
    mn_trace *trace; /* NULL: nobody wants to know */
    bool all;        /* no node is one too many */
} mn_attempt;

struct mn_scheduler {
    mn_cache *cache;
    struct mn_fast *fast; /* NULL: the plain engine */
    const mn_profile *profile;
    mn_scheduler_options options;
    mn_arena *arena;
    mn_rng ties, preemption;
    size_t next_start;
    mn_attempt attempt;
    mn_outcome outcome;
    mn_explanation explanation;
};

/* ---- cycle.c: one node */

static inline bool mn_skips_filter(const mn_cycle *cycle, const mn_plugin *plugin)
{
    return plugin->unmodelled || (cycle->skip_filter & (1U << plugin->index)) != 0;
}

void mn_cycle_begin(mn_cycle *cycle, mn_scheduler *scheduler, const mn_pod *pod);
mn_verdict mn_run_pre_enqueue(const mn_cycle *cycle, const mn_plugin **held_back_by);

/* Fills pre_filter, candidates and the cycle's state and skip_filter. */
void mn_run_pre_filter(mn_attempt *attempt);

/* Filter plugins in order up to the first failure, which is *failed. */
mn_verdict mn_run_filters(const mn_cycle *cycle, const mn_node_info *node,
                          const mn_plugin **failed);

/* The same, where Pods nominated to the node count as well as they do not. */
mn_verdict mn_run_filters_nominated(const mn_cycle *cycle, const mn_node_info *node,
                                    const mn_plugin **failed);

void mn_attempt_begin(mn_attempt *attempt, mn_scheduler *scheduler, const mn_pod *pod);

/* A cycle with a copy of everything that `update` changes. */
mn_cycle mn_cycle_clone(const mn_cycle *cycle);
void mn_cycle_update(const mn_cycle *cycle, const mn_pod_info *pod, const mn_node_info *node,
                     int sign);

/* ---- score.c */

/* A table of scores: one row a plugin index, NULL where it does not score. */
typedef struct mn_scores {
    int64_t *raw[MN_PLUGINS_MAX];
    int64_t *normalized[MN_PLUGINS_MAX];
} mn_scores;

/* PreScore, Score, Normalize over the feasible nodes; fills totals. False with *error
 * set: what kube-scheduler calls an internal error. */
bool mn_run_scores(mn_cycle *cycle, mn_node_run feasible, mn_scores *scores, int64_t *totals,
                   char **error);

/* ---- sample.c */

void mn_find_feasible(mn_attempt *attempt);

/* ---- extend.c */

/* Extenders one after another; failures become rejections. False: attempt->error. */
bool mn_run_extender_filters(mn_attempt *attempt);
void mn_run_extender_scores(mn_attempt *attempt);

/* What it adds to a total. */
int64_t mn_extender_weighted(const mn_extender *extender, int64_t score);

/* Extenders have their say about preemption->candidates. False: preemption->error. */
bool mn_run_extender_preempt(mn_attempt *attempt);

/* ---- message.c */

/* "0/N nodes are available: ..." and the counted reasons behind it. */
typedef struct mn_fit_error {
    const char *text;
    const mn_reason_count *reasons;
    size_t count;
} mn_fit_error;

/* `absent` is the reason of nodes without a rejection, or NULL; `pre_filter` the reason
 * of PreFilter, or NULL; `post_filter` what PostFilter says, or NULL. */
mn_fit_error mn_fit_error_new(mn_arena *arena, const mn_rejection *rejections, size_t count,
                              size_t nodes, const char *absent);
const char *mn_fit_error_text(mn_arena *arena, const mn_fit_error *fit, size_t nodes,
                              const char *pre_filter, const char *post_filter);

/* ---- preempt.c */

/* PostFilter: finds victims (outcome's fields), or says why not (result, may be NULL). */
const char *mn_run_post_filter(mn_attempt *attempt, mn_outcome *outcome);

#endif
