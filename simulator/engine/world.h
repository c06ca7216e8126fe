/* SPDX-License-Identifier: Apache-2.0 */
/* The cluster of one run in virtual time: what its API server stores, and everybody who acts
 * on it. A run is a function of scenario and options and of nothing else.
 *
 *     mn_world_new -> mn_world_run_until ... -> mn_record_make -> mn_world_free
 *
 * Objects are immutable: who changes one puts another version in its place. Every change goes
 * through the functions below and reaches whoever watches: the scheduler's cache and queue,
 * the controllers (at the same time, in the controllers' phase), the kubelets, the recorder.
 * What is put in lives as long as the world: make it in world->arena, or take the scenario's.
 *
 *     what kubectl does        what to call
 *     apply, create, replace   mn_world_put_* (admission included); label, annotate, taint,
 *                              cordon, uncordon, patch likewise, with a changed copy
 *     delete                   mn_world_delete_*; workloads take their Pods along
 *     scale, set image,        mn_world_put_workload with another spec.replicas, template, or
 *     rollout restart          annotation kubectl.kubernetes.io/restartedAt on the template
 *     drain                    cordon, then mn_world_evict for each Pod of mn_world_node.pods
 *     a node fails, returns    mn_world_put_node with its conditions and taints
 *
 * Members are there to be read; they change through functions only.
 */
#ifndef MN_WORLD_H
#define MN_WORLD_H

#include "mullion/base/rng.h"
#include "mullion/cluster/cache.h"
#include "mullion/sched/queue.h"
#include "simulator/engine/clock.h"
#include "simulator/engine/image_truth.h"
#include "simulator/engine/recorder.h"
#include "simulator/engine/run_options.h"
#include "simulator/engine/schedulers.h"

typedef struct mn_world mn_world;
typedef struct mn_world_node mn_world_node;
typedef struct mn_world_pod mn_world_pod;
typedef struct mn_world_workload mn_world_workload;
typedef struct mn_slot mn_slot;
typedef struct mn_controller mn_controller;

/* ---------------------------------------------------------------- nodes */

struct mn_world_node {
    const mn_node *node; /* the current version */
    mn_os_offer offer;   /* what it truly is */
    size_t pool;         /* index in scenario->pools; SIZE_MAX: it came by itself */
    uint64_t number;     /* in order of arrival */
    mn_world_pod *pods;  /* bound to it, linked by on_node.next, in order of arrival */
    mn_world_pod *last_pod;
    void *kubelet; /* of kubelet_life.c */
};

/* Borrowed until the node is deleted, or NULL. */
mn_world_node *mn_world_find_node(const mn_world *world, const char *name);

/* Creates the node, or replaces its version. A new one belongs to the pool that has a node
 * whose name differs in the number behind the last dash only. */
mn_world_node *mn_world_put_node(mn_world *world, const mn_node *object);

/* False: there is no such node. Its Pods are gone with it: their controllers replace them, as
 * after the garbage collector has come by. */
bool mn_world_delete_node(mn_world *world, const char *name);

/* ---------------------------------------------------------------- workloads */

/* A workload, or a Pod that belongs to none (kind "Pod"), or an owner that was not given. */
struct mn_world_workload {
    const mn_workload *object;    /* NULL: a Pod of its own, or an owner that was not given */
    const mn_pod_template *templ; /* of the object; NULL without one */
    const char *kind, *namespace_, *name;
    const char *origin;       /* the file, or "" */
    const char *remark;       /* why it makes no Pods: "suspended"; "" */
    mn_world_workload *owner; /* Deployment of a ReplicaSet, CronJob of a Job; NULL: none */
    GPtrArray *children;      /* mn_world_workload, in order of creation */
    uint64_t number;          /* in order of creation */
    int64_t created_ms;

    mn_world_pod *pods, *last_pod; /* that exist, linked by of_workload.next */
    size_t pod_count;              /* without those that leave or have finished */
    size_t ready_count, leaving_count;
    mn_slot *slots, *last_slot; /* linked by next, in order of creation */
    size_t slot_count;
    mn_slot *vacant, *last_vacant;      /* of them, linked by next_vacant, who is filled first */
    size_t vacant_count, looping_count; /* looping: filled and refused for ever, see loops.h */
    int64_t replicas;                   /* wanted; of a ReplicaSet its Deployment decides */
    unsigned refusals;                  /* of the API server, in a row */
    int64_t retry_ms, wake_ms;
    mn_rng rng;         /* of the names of its Pods */
    GHashTable *stamps; /* of stamps.c */
    uint64_t stamps_version;

    const mn_controller *controller; /* NULL: nobody looks after it */
    void *state;                     /* the controller's */
    const char *fingerprint;         /* of the template; see mn_template_fingerprint() */
    const mn_pod *own;               /* the Pod of its own that this is; else NULL */
    bool dirty, gone;
    bool ended, failed;         /* a Job, or a Pod of its own */
    bool started, told;         /* of release.c: it was not blocked; others know that it ended */
    struct mn_release *release; /* of release.c, or NULL */

    /* Since the run began; what belonged to children counts. */
    size_t created, deleted, evicted, preempted, recreated, refused;
    size_t failed_left; /* Failed Pods that stand in the API server still */
};

/* "Deployment", "default", "web". Borrowed until it is deleted, or NULL. */
mn_world_workload *mn_world_find_workload(const mn_world *world, const char *kind,
                                          const char *namespace_, const char *name);

/* Creates the workload, or replaces its version. False with *error set (LIMIT): it asks for
 * more Pods than a run can hold. */
bool mn_world_put_workload(mn_world *world, const mn_workload *workload, GError **error);

/* With its children and Pods, which terminate. False: there is no such workload. */
bool mn_world_delete_workload(mn_world *world, const char *kind, const char *namespace_,
                              const char *name);

/* ---------------------------------------------------------------- Pods */

/* Strings are copied where they are handed in. */
typedef struct mn_pod_state {
    mn_fate fate;
    bool holds;                                     /* dead, and its requests stay taken */
    const char *status, *reason, *message, *remark; /* as in mn_record_pod */
} mn_pod_state;

/* Times since the run began; -1: not yet. */
struct mn_world_pod {
    const mn_pod *pod;           /* the current version */
    const mn_pod_class *class_;  /* what scheduling knows of it */
    mn_world_workload *workload; /* whose it is; for a Pod of its own its own entry */
    mn_slot *slot;               /* that it fills; NULL: it leaves, and nobody counts on it */
    mn_world_node *node;         /* that it is bound to; NULL: none */
    struct {
        mn_world_pod *next, *prev;
    } of_workload, on_node;
    const char *key;      /* its stamp: ordinal, index or node; NULL */
    const char *revision; /* fingerprint of the template that it was made from; NULL */
    char *name, uid[28];
    uint64_t number; /* in order of creation */
    int64_t created_ms, scheduled_ms, ready_ms;
    bool existed;  /* it came with the input and was bound already */
    bool by_name;  /* it had its node when it came: spec.nodeName */
    bool ready;    /* condition Ready */
    bool leaving;  /* it has a deletionTimestamp */
    bool finished; /* Succeeded or Failed: only Pods of their own stay then */
    bool gave_up;  /* others made room for it so often that it is not tried again */
    bool gone;
    bool counted;        /* by the cache: on its node */
    size_t preemptions;  /* how often others made room for it */
    mn_pod_state last;   /* of a Pod without a slot: unused */
    void *kubelet;       /* of kubelet_life.c */
    unsigned references; /* alarms that name it */
};

/* A place in a workload, which one Pod after another fills: a line of the record. */
struct mn_slot {
    mn_slot *next, *prev, *next_vacant;
    mn_world_workload *workload;
    mn_world_pod *pod; /* NULL: refused, failed or gone, and nobody replaced it yet */
    bool vacant;       /* waits to be filled */
    bool lost;         /* its Pod went or Failed: the next one is a recreation */
    uint64_t number;
    size_t sequence; /* SIZE_MAX: has not met the scheduler */
    char *message;
    size_t recreations, evictions;
    mn_pod_state state;   /* owned strings; of the Pod, or of the last one */
    char *name;           /* of the Pod, or of the last one */
    const mn_pod *sample; /* one like it: spec and labels; lives as long as the world */
    const char *node;     /* that it is, or was refused, on; interned */
    int64_t priority;
    mn_record_amount requests;
    size_t ties, feasible;
    bool existed;
    int64_t created_ms, scheduled_ms, ready_ms;
    struct {
        bool on;
        unsigned failures; /* in a row */
        uint64_t seen_changes;
        int64_t first_ms, measured_ms, since_ms, period_ms, wait_ms, probe_ms;
        guint place; /* in world->looping */
    } loop;          /* of loops.c */
};

/* "default", "web-0". Borrowed until it is gone, or NULL. */
mn_world_pod *mn_world_find_pod(const mn_world *world, const char *namespace_, const char *name);

/* The Pod of a version that came out of this world: victims, Pods of a node_info. */
mn_world_pod *mn_world_pod_of(const mn_pod *pod);

/* A Pod of its own: kubectl create, or apply of one that is not there. False with *error set
 * (SCHEMA) when one of that name is there, (UNKNOWN) when the API server refuses it, in its
 * words. */
bool mn_world_put_pod(mn_world *world, const mn_pod *pod, GError **error);

/* Labels, annotations, tolerations: another version of a Pod that is there. */
void mn_world_update_pod(mn_world *world, mn_world_pod *pod, const mn_pod *changed);

/* Why a Pod goes; each is counted for itself. */
typedef enum mn_departure {
    MN_DEPARTS_DELETED,   /* kubectl delete; scaled down, rolled over, its owner is gone */
    MN_DEPARTS_EVICTED,   /* the eviction API: drain */
    MN_DEPARTS_PREEMPTED, /* for a Pod of higher priority */
    MN_DEPARTS_TAINTED,   /* NoExecute */
    MN_DEPARTS_LOST,      /* its node is gone */
} mn_departure;

/* grace_s < 0: what the Pod says (terminationGracePeriodSeconds, 30). A Pod on no node is gone
 * at once; on a node its kubelet stops it first. Deleting a Pod that leaves already can only
 * shorten its grace. */
void mn_world_delete_pod(mn_world *world, mn_world_pod *pod, mn_departure why, int64_t grace_s);

/* The eviction API. False with *refusal set: a PodDisruptionBudget says no, in the API
 * server's words; static or in world->arena. */
bool mn_world_evict(mn_world *world, mn_world_pod *pod, int64_t grace_s, const char **refusal);

/* ---------------------------------------------------------------- other objects */

void mn_world_put_namespace(mn_world *world, const mn_namespace *object);
void mn_world_put_service(mn_world *world, const mn_service *object);
void mn_world_put_runtime_class(mn_world *world, const mn_runtime_class *object);
void mn_world_put_priority_class(mn_world *world, const mn_priority_class *object);
void mn_world_put_disruption_budget(mn_world *world, const mn_disruption_budget *object);

/* False: there is none of that name. namespace_ is NULL for what has none. Namespaces take
 * all that is in them along. */
bool mn_world_delete_namespace(mn_world *world, const char *name);
bool mn_world_delete_service(mn_world *world, const char *namespace_, const char *name);
bool mn_world_delete_runtime_class(mn_world *world, const char *name);
bool mn_world_delete_priority_class(mn_world *world, const char *name);
bool mn_world_delete_disruption_budget(mn_world *world, const char *namespace_, const char *name);

/* ---------------------------------------------------------------- for kubelets */

/* kubelet_life.c is told of Pods that are bound, or have to go, and of nodes; it answers with
 * these, at a time of its own. */

/* Sets an alarm in the kubelets' phase; it does not ring when the Pod is gone by then. */
typedef void (*mn_pod_alarm)(mn_world *world, mn_world_pod *pod);
void mn_world_alarm(mn_world *world, mn_world_pod *pod, int64_t time_ms, bool background,
                    mn_pod_alarm ring);

/* What it shows, and whether it is Ready. */
void mn_world_set_state(mn_world *world, mn_world_pod *pod, const mn_pod_state *state, bool ready);

/* The Pod has ended, Succeeded or Failed: it gives its requests back, and its controller
 * learns of it. The Pod may be freed. */
void mn_world_finish_pod(mn_world *world, mn_world_pod *pod, bool succeeded,
                         const mn_pod_state *state);

/* A leaving Pod's containers have stopped: it is gone, and freed unless an alarm names it. */
void mn_world_remove_pod(mn_world *world, mn_world_pod *pod);

/* What it truly needs. */
void mn_world_need(const mn_world *world, const mn_pod *pod, mn_os_need *out);

/* ---------------------------------------------------------------- the run */

/* Slots by number: they may be gone by now. */
typedef struct mn_world_preemption {
    int64_t time_ms;
    const char *node, *preemptor_namespace, *preemptor_name, *victim_namespace, *victim_name;
    uint64_t preemptor, victim;
    const char *by, *of; /* "Deployment shop/web" */
} mn_world_preemption;

/* NULL with *error set: an extender's tlsConfig that no client can be made of, or too many
 * Pods. Everything of the scenario is there, and nothing has happened yet. */
mn_world *mn_world_new(const mn_scenario *scenario, const mn_run_options *options,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mn_world_free(mn_world *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mn_world, mn_world_free)

/* Lets time pass up to until_ms, that moment included, or until nothing but what is in the
 * background is left, whatever comes first. False with *error set (LIMIT): the run would hold
 * too many Pods. */
bool mn_world_run(mn_world *world, int64_t until_ms, bool until_rest,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

bool mn_world_is_at_rest(const mn_world *world);

/* A record of the world as it is. */
mn_record *mn_record_make(mn_world *world);

struct mn_world {
    mn_arena *arena; /* what lives as long as the world */
    mn_arena *scratch;
    const mn_scenario *scenario;
    uint64_t seed;
    mn_extender_mode extender_mode;
    mn_truth truth;
    mn_clock *clock;
    int64_t now_ms;
    const mn_watcher *watcher; /* or NULL */

    mn_objects *objects;  /* nodes, namespaces, services, classes, budgets as they are now */
    GPtrArray *nodes;     /* mn_world_node, in order of arrival */
    GPtrArray *workloads; /* mn_world_workload without an owner, in order of arrival */
    GHashTable *node_index, *workload_index, *pod_index;
    GHashTable *texts; /* interned strings */
    size_t pod_count;  /* all that exist */

    mn_cache *cache;
    mn_schedulers *schedulers;
    mn_queue *queue;

    GQueue dirty;         /* workloads that their controllers look at next */
    GPtrArray *graveyard; /* versions and Pods that nobody knows any longer: freed between alarms */
    GArray *preemptions;  /* mn_world_preemption, the first few */
    size_t preemption_count, evictions, deleted, finished_pods;
    size_t sequence;    /* how many Pods met the scheduler */
    GPtrArray *looping; /* mn_slot, of loops.c */
    int64_t probe_ms;
    size_t failed_left;         /* Failed Pods that stand in the API server still */
    uint64_t numbers;           /* handed out so far */
    bool budgets_stale;         /* a Pod came, went, or became Ready or not */
    uint64_t node_changes;      /* grows when nodes come, go or change */
    uint64_t admission_changes; /* likewise with what admission looks at */
    GHashTable *releases;       /* of release.c */
    mn_os_findings *findings;
    struct mn_actions *actions; /* of actions/ */
    int64_t last_entry_ms;      /* the last thing that is to happen by itself: of the timeline */
    GError *error;              /* a limit was hit: the run ends */
};

#endif
