/* SPDX-License-Identifier: Apache-2.0 */
/* The facts of a run: all that reports know.
 *
 * Plain data, made by the engine, const for whoever reads it. Strings live as long as the
 * record and its scenario; none is NULL unless it says so. Everything is in an order that
 * means something and never depends on a hash: workloads as they arrived, the Pods of a
 * workload side by side in the order they were made, pools as the scenario lists them.
 */
#ifndef MN_RECORDER_H
#define MN_RECORDER_H

#include "mullion/base/arena.h"
#include "mullion/model/labels.h"
#include "mullion/os/os.h"
#include "mullion/os/winbuild.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What becomes of a Pod. */
typedef enum mn_fate {
    MN_FATE_RUNS,
    MN_FATE_WRONG_OS,    /* bound, and can never run there */
    MN_FATE_WRONG_BUILD, /* bound to Windows of a build that its image does not run on */
    MN_FATE_FAILED,  /* bound, and refused by kubelet for another reason (OutOfcpu), or preempted */
    MN_FATE_PENDING, /* no node for it, or held back by a gate */
    MN_FATE_REJECTED, /* the API server refuses to create it */
    MN_FATE_STARTING, /* on its way: its images are pulled, its containers start */
    MN_FATE_ABSENT,   /* wanted, and not even asked for yet: it waits for others of its workload,
                         or for a Helm hook. Counted; there is no mn_record_pod of it */
} mn_fate;

enum { MN_FATE_COUNT = MN_FATE_ABSENT + 1 };

/* "runs", "wrong OS", "wrong build", "failed", "Pending", "rejected", "starting", "not made": for
 * people. */
const char *mn_fate_title(mn_fate fate);
/* "runs", "wrong-os", "wrong-build", "failed", "pending", "rejected", "starting",
 * "not-made": for programs. */
const char *mn_fate_id(mn_fate fate);

/* Bound, and will never become Ready. */
bool mn_fate_is_dead(mn_fate fate);

/* Misplaced: wrong OS or wrong build. */
bool mn_fate_is_misplaced(mn_fate fate);

/* What a Pod needs, by the truth about it. */
typedef struct mn_record_need {
    mn_os os;             /* MN_OS_UNKNOWN: nothing says */
    mn_build_set builds;  /* of Windows; unbounded: any */
    mn_strength strength; /* of what `why` says; NONE: the default OS was taken */
    const char *text;     /* "linux", "windows 10.0.17763", "windows" */
    const char *why; /* one line: "spec.containers[0].image \"redis:7-alpine\": tag says alpine" */
} mn_record_need;

/* Milli-CPU and bytes. */
typedef struct mn_record_amount {
    int64_t milli_cpu, memory_bytes;
} mn_record_amount;

/* A place in a workload, which one Pod after another fills; what is said is said of the Pod
 * that fills it, or filled it last. Times are milliseconds since the run began; -1: not yet. */
typedef struct mn_record_pod {
    const char *namespace_, *name;
    size_t workload; /* index in mn_record.workloads */
    size_t sequence; /* 0, 1, ...: the order in which Pods met the scheduler (or were there) */
    int64_t priority;

    const char *node;        /* NULL: not bound */
    size_t node_index;       /* in mn_record.nodes; meaningless without a node */
    const mn_labels *labels; /* NULL: none */
    mn_record_need need;
    mn_record_amount requests;
    size_t ties;                    /* nodes that had the best score; 0: not scored, 1: clear */
    size_t feasible;                /* nodes that it fitted on */
    int64_t created_ms;             /* when a Pod was wanted here first */
    int64_t scheduled_ms, ready_ms; /* of the Pod that fills it */
    size_t recreations, evictions;  /* how often it was filled again, and Pods were evicted */
    bool existed;                   /* it came with the input and was bound already */
    bool holds; /* dead, and its requests stay taken; kubelet's refusals give them back */

    mn_fate fate;
    const char *status; /* STATUS of `kubectl get pods` in the end: "Running", "ImagePullBackOff" */
    const char *reason; /* of the event or condition: "FailedScheduling", "PodOSNotSupported"; "" */
    const char *message; /* its text, word for word; "" when it runs */
    const char *remark;  /* what makes it so, for people: "linux image on a Windows node"; "" */
} mn_record_pod;

/* A workload, or a Pod that belongs to none (kind "Pod"). */
typedef struct mn_record_workload {
    const char *kind, *namespace_, *name;
    const char *origin;          /* the file it came from, or "" */
    size_t first_pod, pod_count; /* in mn_record.pods */
    size_t counts[MN_FATE_COUNT];
    mn_record_need need;   /* of its first Pod; with no Pod: of its template */
    mn_record_amount held; /* requests that its dead Pods hold */
    const char *nodes;     /* where its Pods are: "win22-0, win22-1, 3 more"; "" nowhere */
    const char *remark;    /* why it has no Pods: "suspended", "replicas: 0", ...; "" */
    size_t asked;          /* Pods that it asks for: pod_count and those that are absent */

    /* Since the run began. */
    size_t created, deleted, evicted, preempted, recreated, refused;
    size_t failed_left; /* Failed Pods that stand in the API server still */
} mn_record_workload;

typedef struct mn_record_node {
    const char *name;
    size_t pool; /* index in mn_record.pools */
    mn_os os;
    uint16_t build;               /* Windows; 0: not known */
    const char *platform;         /* "linux", "windows 10.0.20348", "windows, build unknown" */
    const char *runtime;          /* containerRuntimeVersion, or "" */
    const char *taints;           /* "os=windows:NoSchedule, ..."; "" none */
    bool unschedulable;           /* cordoned */
    size_t counts[MN_FATE_COUNT]; /* of the Pods on it */
    mn_record_amount allocatable, requested, held;
    int64_t allocatable_pods;
} mn_record_node;

/* Nodes of a pool, or, for nodes that came one by one, those of the same OS, build and taints. */
typedef struct mn_record_pool {
    const char *name;
    bool declared; /* in spec.nodePools */
    mn_os os;
    uint16_t build;
    const char *platform, *runtime, *taints; /* of its first node */
    size_t node_count;
    size_t counts[MN_FATE_COUNT];
    mn_record_amount allocatable, requested, held;
} mn_record_pool;

/* A Pod was deleted to make room for another one, which may have got a place elsewhere in the
 * end, or none. */
typedef struct mn_record_preemption {
    int64_t time_ms;          /* since the run began */
    const char *node;         /* that the victim was on */
    size_t preemptor, victim; /* in mn_record.pods; by now others may fill these places;
                                 MN_RECORD_NONE: the place is gone */
    const char *preemptor_namespace, *victim_namespace;
    const char *preemptor_name, *victim_name; /* as they were called */
} mn_record_preemption;

#define MN_RECORD_NONE SIZE_MAX

/* What the timeline did: a line that kubectl would print. */
typedef struct mn_record_action {
    int64_t time_ms;  /* since the run began; a drain says things until it is over */
    const char *file; /* where the command stands: "drain.yaml", 31 */
    size_t line;
    const char *command; /* "kubectl drain linux-0 --ignore-daemonsets" */
    const char *text;    /* "node/linux-0 cordoned" */
} mn_record_action;

typedef enum mn_note_kind {
    MN_NOTE_IGNORED_KIND,  /* objects that scheduling does not look at */
    MN_NOTE_FINISHED_PODS, /* Pods of the input that have ended */
    MN_NOTE_CLAIM,         /* a PersistentVolumeClaim is taken as bindable everywhere */
    MN_NOTE_NODE_FACTS,    /* a node's label, kernel and OS name disagree, or a build is unknown */
    MN_NOTE_TAINT_CASE,    /* a toleration misses a taint by upper or lower case only */
    MN_NOTE_CONTRADICTION, /* a Pod's evidence disagrees with itself */
    MN_NOTE_NO_PODS,       /* a workload that makes no Pods */
    MN_NOTE_PREEMPTION,    /* Pods had to go for others */
    MN_NOTE_LIVELOCK,      /* Pods that are refused and made again, without end */
    MN_NOTE_STRATEGY,      /* a strategy's patch found nothing to change */
    MN_NOTE_OTHER,
} mn_note_kind;

enum { MN_NOTE_KIND_COUNT = MN_NOTE_OTHER + 1 };

/* "ignored-kind", "finished-pods", ...: for programs. */
const char *mn_note_kind_id(mn_note_kind kind);

typedef struct mn_record_note {
    mn_note_kind kind;
    bool warning;        /* false: for information */
    const char *subject; /* "Node win-1", "DaemonSet kube-system/csi-proxy", "ConfigMap"; "" */
    const char *text;    /* lower case, no full stop */
    size_t count;        /* how many objects it is about, at least 1 */
} mn_record_note;

typedef struct mn_record_totals {
    size_t workloads, pods; /* Pods asked for, rejected ones included */
    size_t counts[MN_FATE_COUNT];
    size_t linux_nodes, windows_nodes, other_nodes;
    size_t windows_builds; /* different ones that nodes have */
    mn_record_amount held; /* requested by Pods that can never run */
    mn_record_amount allocatable, requested;
    size_t created, deleted, evictions, preemptions, recreations, failed_left;
} mn_record_totals;

/* The world at one moment: the end of a run, or a checkpoint. */
typedef struct mn_record mn_record;
struct mn_record {
    int64_t time_ms;         /* since the run began */
    bool at_rest;            /* nothing but what goes on for ever is left */
    mn_record **checkpoints; /* in the order of mn_run_options; owned */
    size_t checkpoint_count;
    const char *scenario, *description, *kubernetes;
    uint64_t seed;
    const char *extender; /* "off", "observe", "prefer", "enforce" */
    const char *strategy; /* that the run stood under; NULL: as the files say */
    /* URLs of HTTP extenders that were called: with one, the run is no longer a function of
     * scenario and seed alone. */
    const char *const *live_extenders;
    size_t live_extender_count;
    const mn_record_pod *pods;
    size_t pod_count;
    const mn_record_workload *workloads;
    size_t workload_count;
    const mn_record_node *nodes;
    size_t node_count;
    const mn_record_pool *pools;
    size_t pool_count;
    const mn_record_note *notes;
    size_t note_count;
    const mn_record_action *actions; /* in the order in which they happened */
    size_t action_count;
    const mn_record_preemption *preemptions; /* the first 1,000, in the order in which they
                                                happened; totals.preemptions are all */
    size_t preemption_count;
    mn_record_totals totals;
    mn_arena *arena;
};

void mn_record_free(mn_record *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mn_record, mn_record_free)

#endif
