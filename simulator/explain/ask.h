/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of simulator/explain: one question while it is being answered. */
#ifndef MN_ASK_H
#define MN_ASK_H

#include "simulator/engine/engine.h"
#include "simulator/explain/explained.h"

/* A Pod, what it needs, and what kubelets would make of it: asked once for nodes that are alike. */
typedef struct mn_candidate_pod {
    mn_arena *arena;
    const mn_truth *truth;
    const mn_pod *pod;
    mn_os_need need;
    GHashTable *answers; /* what a node is like -> mn_kubelet_answer */
} mn_candidate_pod;

typedef struct mn_ask {
    mn_arena *arena; /* of the answer */
    const mn_scenario *scenario;
    mn_truth truth;
    mn_os_findings *findings;
    const mn_scheduler_options *how; /* of schedulers that one makes oneself */
    mn_extender_mode mode;
    mn_explained *out;

    /* While the run goes on: */
    const mn_node **nodes;         /* of out->nodes */
    const mn_candidate_pod *asked; /* the Pod as kube-scheduler saw it */
    const mn_profile *profile;
    mn_cache *cache;
} mn_ask;

/* The need of the Pod goes to `need`, what it was made of to ask->findings. */
mn_candidate_pod *mn_candidate_pod_new(mn_ask *ask, const mn_pod *pod);
void mn_candidate_pod_free(mn_candidate_pod *candidate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mn_candidate_pod, mn_candidate_pod_free)

/* As if it were bound there. */
mn_kubelet_answer mn_candidate_pod_ask(mn_candidate_pod *candidate, const mn_node *node);

static inline bool mn_answer_is_good(const mn_kubelet_answer *answer)
{
    return answer->fate == MN_FATE_RUNS;
}

/* need.c: out->need, signals, absent, tolerates, selects; of the Pod whose findings those are. */
void mn_explain_need(mn_ask *ask, const mn_candidate_pod *candidate);

/* need.c: "os=windows:NoSchedule" */
const char *mn_taint_text(mn_arena *arena, const mn_taint *taint);

/* nodes.c: out->columns, nodes and what was counted of them. */
void mn_explain_nodes(mn_ask *ask, const mn_explanation *explanation, mn_candidate_pod *candidate);

/* What kube-scheduler decided: marks in out->nodes, the event. */
void mn_explain_outcome(mn_ask *ask, const mn_outcome *outcome);

/* fixes.c: out->fixes. The cache is changed and changed back. */
void mn_explain_fixes(mn_ask *ask);

#endif
