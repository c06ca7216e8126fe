/* SPDX-License-Identifier: Apache-2.0 */
/* What makes Pods: Deployment, ReplicaSet, StatefulSet, DaemonSet, Job, CronJob,
 * ReplicationController. One struct for all, since all are a Pod template and a
 * number of them; what a kind does not have is unset. */
#ifndef MN_WORKLOAD_H
#define MN_WORKLOAD_H

#include "mullion/model/pod.h"

typedef enum mn_workload_kind {
    MN_WORKLOAD_DEPLOYMENT,
    MN_WORKLOAD_REPLICA_SET,
    MN_WORKLOAD_STATEFUL_SET,
    MN_WORKLOAD_DAEMON_SET,
    MN_WORKLOAD_JOB,
    MN_WORKLOAD_CRON_JOB,
    MN_WORKLOAD_REPLICATION_CONTROLLER,
} mn_workload_kind;

typedef struct mn_rolling_update {
    const char *max_surge, *max_unavailable; /* IntOrString, as written */
    mn_opt_int partition;
} mn_rolling_update;

typedef struct mn_update_strategy {
    const char *type; /* RollingUpdate, Recreate, OnDelete */
    mn_rolling_update rolling_update;
} mn_update_strategy;

typedef struct mn_workload_spec {
    mn_opt_int replicas;
    const mn_label_selector *selector;
    mn_labels selector_map; /* of a ReplicationController, whose selector is a plain map */
    mn_pod_template template;
    mn_update_strategy strategy, update_strategy;
    mn_opt_int min_ready_s, progress_deadline_s;
    const char *pod_management_policy, *service_name;
    mn_opt_int parallelism, completions, backoff_limit, active_deadline_s;
    const char *completion_mode;
    bool suspend;
    const char *schedule;           /* of a CronJob; the rest is then its jobTemplate's spec */
    const char *concurrency_policy; /* likewise: Allow, Forbid, Replace */
} mn_workload_spec;

typedef struct mn_workload {
    mn_meta meta;
    mn_workload_kind kind;
    mn_meta job_meta; /* of a CronJob: jobTemplate.metadata */
    mn_workload_spec spec;
} mn_workload;

/* "Deployment", ... */
const char *mn_workload_kind_name(mn_workload_kind kind);

/* Owned by the arena; NULL with *error set when the value is not such an object. */
const mn_workload *mn_workload_decode(mn_arena *arena, mn_workload_kind kind, const mn_at *at,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* metadata and spec as an object, as far as they are kept: see mn_encode(). */
void mn_workload_encode(mn_json_writer *json, const mn_workload *workload);

#endif
