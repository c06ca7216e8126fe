/* SPDX-License-Identifier: Apache-2.0 */
/* Why a Pod is where it is: all that the reports of `mullion explain` know.
 *
 * Plain data, made by explain.c, const for whoever reads it. Strings live as long as it and its
 * scenario; none is NULL unless it says so.
 */
#ifndef MN_EXPLAINED_H
#define MN_EXPLAINED_H

#include "mullion/os/policy.h"
#include "mullion/sched/cycle.h"
#include "simulator/engine/kubelet.h"
#include "simulator/engine/recorder.h"

/* When kube-scheduler was asked. */
typedef enum mn_explained_moment {
    MN_EXPLAINED_ATTEMPT, /* the attempt that decided */
    MN_EXPLAINED_ANEW,  /* it never decided: asked at the end of the run, as if the Pod came now */
    MN_EXPLAINED_NEVER, /* the Pod was never stored: nobody could be asked */
} mn_explained_moment;

/* One signal that spoke. */
typedef struct mn_explained_signal {
    mn_os os;
    mn_strength strength;
    const char *id;    /* "image" */
    const char *field; /* "spec.containers[0].image" */
    const char *text;  /* `spec.containers[0].image "redis:7-alpine" says alpine` */
} mn_explained_signal;

/* A column of scores: a score plugin, or an extender that was asked. */
typedef struct mn_explained_column {
    const char *name;
    int64_t weight;
    bool is_extender;
} mn_explained_column;

typedef enum mn_explained_verdict {
    MN_EXPLAINED_FEASIBLE,
    MN_EXPLAINED_REJECTED, /* by a Filter plugin: `by`, `code`, `reason` */
    MN_EXPLAINED_EXCLUDED, /* not among the nodes that PreFilter plugin `by` left */
    MN_EXPLAINED_LEFT_OUT, /* by extender `by` */
    MN_EXPLAINED_UNSEEN,   /* it would fit, and the scan had enough before it came to it */
    MN_EXPLAINED_UNASKED,  /* PreFilter failed: no node was looked at */
} mn_explained_verdict;

/* "feasible", "rejected", ...: for programs. */
const char *mn_explained_verdict_id(mn_explained_verdict verdict);

/* A plugin that says no, whether or not kube-scheduler came to ask it. */
typedef struct mn_explained_failure {
    const char *plugin;
    mn_code code;
    const char *reason; /* several with ", " between */
    bool reported;      /* the one that kube-scheduler reports */
} mn_explained_failure;

typedef struct mn_explained_node {
    const char *name, *platform; /* "windows 10.0.20348" */
    mn_explained_verdict verdict;
    const char *by, *reason; /* "" where feasible */
    mn_code code;
    bool seen; /* the scan came to it */
    const mn_explained_failure *failures;
    size_t failure_count;
    const mn_score *scores; /* by column; NULL unless feasible */
    int64_t total;
    bool tied, chosen;

    mn_kubelet_answer then; /* what kubelet would make of it there */
    const char *then_brief; /* "runs", "ImagePullBackOff for ever" */
    const char *then_cause; /* "no match for platform in manifest: not found"; "" when it runs */
    const char *match;      /* of OS and build: "wrong OS: the Pod needs linux, ..." */
} mn_explained_node;

/* A small change that puts it right, tried out. */
typedef struct mn_explained_fix {
    const char *what;    /* "nodeSelector kubernetes.io/os: linux on StatefulSet shop/redis" */
    const char *command; /* the same in kubectl's words; "" where there are none */
    const char *effect;  /* "2 nodes left, it runs on each" */
    const char *price;   /* what others lose: "2 other Pods that run there do not ..."; "" */
    int touch;           /* the less the better */
    size_t feasible;     /* nodes that it fits on then; it runs on each of them */
    size_t more;         /* of these, nodes on which it did not fit before */
    size_t losers;       /* Pods that run and would find no place there again */
} mn_explained_fix;

typedef struct mn_explained {
    mn_arena *arena; /* private, as the next */
    mn_record *run;
    const char *scenario, *kubernetes, *extender;
    const char *strategy; /* NULL: none */
    uint64_t seed;

    const char *namespace_, *name;
    const char *kind, *owner;    /* the workload: "StatefulSet", "redis" */
    const char *picked;          /* why this one of several; "" */
    const mn_record_pod *record; /* what became of it in the end */

    mn_os_need_kind need_kind;
    mn_record_need need;
    const char
        *need_text;       /* "needs linux", "needs windows 10.0.17763", "needs nobody knows what" */
    const char *conflict; /* what was overruled, or contradicts; "" */
    const mn_explained_signal *signals; /* strongest first */
    size_t signal_count;
    const char *const *absent; /* the fields that could have said it, and do not */
    size_t absent_count;
    const char *const *tolerates; /* "os=windows:NoSchedule", "everything" */
    size_t tolerates_count;
    const char *const *selects; /* "kubernetes.io/os: windows" */
    size_t selects_count;

    mn_explained_moment moment;
    int64_t time_ms;
    size_t attempts;         /* how often kube-scheduler tried it; the last one is told */
    const char *why_anew;    /* ANEW: "it was bound already" */
    const char *profile;     /* schedulerName */
    const char *chosen;      /* NULL: none */
    const char *event;       /* kube-scheduler's: reason */
    const char *event_text;  /* word for word */
    const char *nominated;   /* by preemption, or NULL */
    const char *score_error; /* or NULL */
    size_t tied;             /* nodes with the best total */
    bool scored;             /* more than one node was feasible */
    bool tie_break_first;
    size_t wanted, seen, unseen, feasible;         /* nodes; wanted: where the scan stops */
    const char *pre_filter_by, *pre_filter_reason; /* "" */

    const mn_explained_column *columns;
    size_t column_count;
    const mn_explained_node *nodes; /* chosen first, then by total, then those that do not fit */
    size_t node_count;
    size_t good; /* of the feasible nodes, those that it runs on */

    const mn_explained_fix *fixes; /* least touch first */
    size_t fix_count;
    size_t tried; /* changes that were tried out; 0: there is nothing to put right */
} mn_explained;

#endif
