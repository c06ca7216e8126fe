/* SPDX-License-Identifier: Apache-2.0 */
/* Pod: what kube-scheduler, kubelet's admission and the OS policy read of it.
 *
 * Pointers are NULL where the field is absent. Strings, slices and sub-structs
 * belong to the arena the Pod was decoded into, and never change afterwards.
 * https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/ */
#ifndef MN_POD_H
#define MN_POD_H

#include "mullion/model/affinity.h"
#include "mullion/model/meta.h"
#include "mullion/model/resources.h"
#include "mullion/model/taint.h"

typedef struct mn_windows_options {
    const char *gmsa_credential_spec_name, *gmsa_credential_spec, *run_as_user_name;
    mn_tristate host_process;
} mn_windows_options;

typedef struct mn_capabilities {
    mn_strings add, drop;
} mn_capabilities;

/* securityContext of a container. has_*: there, whatever it says. */
typedef struct mn_security_context {
    const mn_windows_options *windows_options;
    mn_capabilities capabilities;
    mn_tristate privileged, allow_privilege_escalation, read_only_root_filesystem, run_as_non_root;
    mn_opt_int run_as_user, run_as_group;
    const char *proc_mount;
    bool has_se_linux_options, has_seccomp_profile, has_app_armor_profile;
} mn_security_context;

/* securityContext of a Pod. */
typedef struct mn_pod_security_context {
    const mn_windows_options *windows_options;
    mn_opt_int run_as_user, run_as_group, fs_group;
    mn_tristate run_as_non_root;
    size_t sysctls, supplemental_groups; /* how many */
    bool has_se_linux_options, has_seccomp_profile, has_app_armor_profile;
    bool has_fs_group_change_policy, has_supplemental_groups_policy, has_se_linux_change_policy;
} mn_pod_security_context;

typedef struct mn_container_port {
    const char *name, *host_ip, *protocol; /* NULL protocol: TCP */
    mn_opt_int container_port, host_port;
} mn_container_port;

typedef struct mn_container_ports {
    const mn_container_port *items;
    size_t count;
} mn_container_ports;

typedef struct mn_volume_mount {
    const char *name, *mount_path, *mount_propagation;
} mn_volume_mount;

typedef struct mn_volume_mounts {
    const mn_volume_mount *items;
    size_t count;
} mn_volume_mounts;

typedef struct mn_exec_action {
    mn_strings command;
} mn_exec_action;

/* A probe or a lifecycle handler: only what it executes. */
typedef struct mn_handler {
    mn_exec_action exec;
} mn_handler;

typedef struct mn_lifecycle {
    mn_handler post_start, pre_stop;
    const char *stop_signal;
} mn_lifecycle;

typedef struct mn_container {
    const char *name, *image, *image_pull_policy;
    const char *restart_policy; /* "Always" on an init container: a sidecar */
    mn_strings command, args;
    mn_container_ports ports;
    mn_resource_requirements resources;
    mn_volume_mounts volume_mounts;
    size_t volume_devices; /* how many */
    mn_handler liveness_probe, readiness_probe, startup_probe;
    mn_lifecycle lifecycle;
    const mn_security_context *security_context;
} mn_container;

typedef struct mn_containers {
    const mn_container *items;
    size_t count;
} mn_containers;

/* Sidecar: an init container that keeps running (KEP-753). */
bool mn_container_is_sidecar(const mn_container *init_container);

typedef struct mn_host_path {
    const char *path;
} mn_host_path;

typedef struct mn_empty_dir {
    const char *medium;
} mn_empty_dir;

typedef struct mn_claim_volume {
    const char *claim_name;
} mn_claim_volume;

typedef struct mn_volume {
    const char *name;
    const mn_host_path *host_path;
    const mn_empty_dir *empty_dir;
    const mn_claim_volume *claim; /* persistentVolumeClaim */
    bool has_ephemeral;           /* a claim made from a template */
} mn_volume;

typedef struct mn_volumes {
    const mn_volume *items;
    size_t count;
} mn_volumes;

typedef struct mn_scheduling_gate {
    const char *name;
} mn_scheduling_gate;

typedef struct mn_scheduling_gates {
    const mn_scheduling_gate *items;
    size_t count;
} mn_scheduling_gates;

typedef struct mn_pod_os {
    const char *name; /* "linux" or "windows" */
} mn_pod_os;

typedef enum mn_preemption_policy {
    MN_PREEMPTION_UNSET, /* means PreemptLowerPriority */
    MN_PREEMPT_LOWER_PRIORITY,
    MN_PREEMPT_NEVER,
} mn_preemption_policy;

typedef struct mn_pod_spec {
    mn_pod_os os;
    const char *node_name, *scheduler_name, *runtime_class_name, *priority_class_name;
    const char *restart_policy, *dns_policy, *service_account_name;
    mn_opt_int priority;
    int preemption_policy; /* mn_preemption_policy */
    mn_labels node_selector;
    const mn_affinity *affinity;
    mn_tolerations tolerations;
    mn_spread_constraints topology_spread_constraints;
    mn_containers containers, init_containers, ephemeral_containers;
    mn_resources overhead;
    const mn_resource_requirements *resources; /* pod-level resources (KEP-2837) */
    bool host_network, host_pid, host_ipc;
    mn_tristate share_process_namespace, host_users;
    const mn_pod_security_context *security_context;
    mn_volumes volumes;
    mn_scheduling_gates scheduling_gates;
    size_t resource_claims; /* how many */
    mn_opt_int termination_grace_period_s;
} mn_pod_spec;

typedef struct mn_pod_condition {
    const char *type, *status, *reason, *message;
} mn_pod_condition;

typedef struct mn_pod_conditions {
    const mn_pod_condition *items;
    size_t count;
} mn_pod_conditions;

typedef struct mn_container_status {
    const char *name;
    const mn_resource_requirements *resources;
    mn_resources allocated_resources;
    bool ready;
} mn_container_status;

typedef struct mn_container_statuses {
    const mn_container_status *items;
    size_t count;
} mn_container_statuses;

typedef struct mn_pod_status {
    const char *phase, *reason, *message, *nominated_node_name;
    mn_opt_int start_time_ms;
    mn_pod_conditions conditions;
    mn_container_statuses container_statuses, init_container_statuses;
} mn_pod_status;

typedef struct mn_pod {
    mn_meta meta;
    mn_pod_spec spec;
    mn_pod_status status;
} mn_pod;

typedef struct mn_pod_template {
    mn_meta meta;
    mn_pod_spec spec;
} mn_pod_template;

extern const mn_shape mn_pod_shape, mn_pod_template_shape;

/* Owned by the arena; NULL with *error set when the value is not a Pod. */
const mn_pod *mn_pod_decode(mn_arena *arena, const mn_at *at,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
