/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/model/pod.h"

#include "core/model/shapes.h"

const char *const mn_preemption_policy_names[] = {"PreemptLowerPriority", "Never", NULL};

static const char *const os_names[] = {"linux", "windows", NULL};

/* spec.os.name keeps its text, but must be one that the API server takes. */
static bool decode_os_name(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    (void)arena;
    const char *text = "";
    if (!mn_read_string(at, &text, error))
        return false;
    for (size_t i = 0; os_names[i] != NULL; i++) {
        if (g_strcmp0(os_names[i], text) == 0) {
            *(const char **)out = os_names[i];
            return true;
        }
    }
    const char *near = mn_nearest(text, os_names, 2);
    return mn_at_error(at,
                       MN_ERROR_SCHEMA,
                       error,
                       "expected linux or windows, found \"%.60s\"%s%s%s",
                       text,
                       near == NULL ? "" : " (did you mean \"",
                       near == NULL ? "" : near,
                       near == NULL ? "" : "\"?)");
}

static void encode_os_name(mn_json_writer *json, const void *in)
{
    mn_json_string(json, ((const mn_pod_os *)in)->name);
}

static const mn_field os_fields[] = {
    {.name = "name",
     .offset = offsetof(mn_pod_os, name),
     .kind = MN_FIELD_CUSTOM,
     .decode = decode_os_name,
     .encode = encode_os_name,
     .required = true},
};
static const mn_shape os_shape = MN_SHAPE(mn_pod_os, "PodOS", os_fields);

static const mn_field host_path_fields[] = {
    MN_FIELD(mn_host_path, path, "path", MN_FIELD_STRING),
};
static const mn_shape host_path_shape = MN_SHAPE(mn_host_path, "HostPath", host_path_fields);

static const mn_field empty_dir_fields[] = {
    MN_FIELD(mn_empty_dir, medium, "medium", MN_FIELD_STRING),
};
static const mn_shape empty_dir_shape = MN_SHAPE(mn_empty_dir, "EmptyDir", empty_dir_fields);

static const mn_field claim_fields[] = {
    MN_FIELD(mn_claim_volume, claim_name, "claimName", MN_FIELD_STRING),
};
static const mn_shape claim_shape =
    MN_SHAPE(mn_claim_volume, "PersistentVolumeClaimVolumeSource", claim_fields);

static const mn_field volume_fields[] = {
    MN_FIELD(mn_volume, name, "name", MN_FIELD_STRING),
    MN_FIELD_OF(mn_volume, host_path, "hostPath", MN_FIELD_OBJECT_PTR, host_path_shape),
    MN_FIELD_OF(mn_volume, empty_dir, "emptyDir", MN_FIELD_OBJECT_PTR, empty_dir_shape),
    MN_FIELD_OF(mn_volume, claim, "persistentVolumeClaim", MN_FIELD_OBJECT_PTR, claim_shape),
    MN_FIELD(mn_volume, has_ephemeral, "ephemeral", MN_FIELD_PRESENT),
};
static const mn_shape volume_shape = MN_SHAPE(mn_volume, "Volume", volume_fields);

static const mn_field gate_fields[] = {
    MN_FIELD(mn_scheduling_gate, name, "name", MN_FIELD_STRING),
};
static const mn_shape gate_shape = MN_SHAPE(mn_scheduling_gate, "PodSchedulingGate", gate_fields);

#define FIELD(member, name, kind)           MN_FIELD(mn_pod_spec, member, name, kind)
#define FIELD_OF(member, name, kind, shape) MN_FIELD_OF(mn_pod_spec, member, name, kind, shape)
static const mn_field spec_fields[] = {
    FIELD_OF(os, "os", MN_FIELD_OBJECT, os_shape),
    FIELD(node_name, "nodeName", MN_FIELD_STRING),
    FIELD(scheduler_name, "schedulerName", MN_FIELD_STRING),
    FIELD(runtime_class_name, "runtimeClassName", MN_FIELD_STRING),
    FIELD(priority_class_name, "priorityClassName", MN_FIELD_STRING),
    FIELD(restart_policy, "restartPolicy", MN_FIELD_STRING),
    FIELD(dns_policy, "dnsPolicy", MN_FIELD_STRING),
    FIELD(service_account_name, "serviceAccountName", MN_FIELD_STRING),
    FIELD(priority, "priority", MN_FIELD_INT32),
    MN_FIELD_ENUM_OF(mn_pod_spec, preemption_policy, "preemptionPolicy",
                     mn_preemption_policy_names),
    FIELD(node_selector, "nodeSelector", MN_FIELD_STRING_MAP),
    FIELD_OF(affinity, "affinity", MN_FIELD_OBJECT_PTR, mn_affinity_shape),
    FIELD_OF(tolerations, "tolerations", MN_FIELD_LIST, mn_toleration_shape),
    FIELD_OF(topology_spread_constraints, "topologySpreadConstraints", MN_FIELD_LIST,
             mn_spread_constraint_shape),
    {.name = "containers",
     .offset = offsetof(mn_pod_spec, containers),
     .kind = MN_FIELD_LIST,
     .shape = &mn_container_shape,
     .required = true},
    FIELD_OF(init_containers, "initContainers", MN_FIELD_LIST, mn_container_shape),
    FIELD_OF(ephemeral_containers, "ephemeralContainers", MN_FIELD_LIST, mn_container_shape),
    MN_FIELD_CODED(mn_pod_spec, overhead, "overhead", mn_resources_decode, mn_resources_encode),
    FIELD_OF(resources, "resources", MN_FIELD_OBJECT_PTR, mn_resource_requirements_shape),
    FIELD(host_network, "hostNetwork", MN_FIELD_BOOL),
    FIELD(host_pid, "hostPID", MN_FIELD_BOOL),
    FIELD(host_ipc, "hostIPC", MN_FIELD_BOOL),
    FIELD(share_process_namespace, "shareProcessNamespace", MN_FIELD_TRISTATE),
    FIELD(host_users, "hostUsers", MN_FIELD_TRISTATE),
    FIELD_OF(security_context, "securityContext", MN_FIELD_OBJECT_PTR,
             mn_pod_security_context_shape),
    FIELD_OF(volumes, "volumes", MN_FIELD_LIST, volume_shape),
    FIELD_OF(scheduling_gates, "schedulingGates", MN_FIELD_LIST, gate_shape),
    FIELD(resource_claims, "resourceClaims", MN_FIELD_COUNT),
    FIELD(termination_grace_period_s, "terminationGracePeriodSeconds", MN_FIELD_INT64),
};
static const mn_shape spec_shape = MN_SHAPE(mn_pod_spec, "PodSpec", spec_fields);

static const mn_field condition_fields[] = {
    MN_FIELD(mn_pod_condition, type, "type", MN_FIELD_STRING),
    MN_FIELD(mn_pod_condition, status, "status", MN_FIELD_STRING),
    MN_FIELD(mn_pod_condition, reason, "reason", MN_FIELD_STRING),
    MN_FIELD(mn_pod_condition, message, "message", MN_FIELD_STRING),
};
static const mn_shape condition_shape =
    MN_SHAPE(mn_pod_condition, "PodCondition", condition_fields);

static const mn_field container_status_fields[] = {
    MN_FIELD(mn_container_status, name, "name", MN_FIELD_STRING),
    MN_FIELD_OF(mn_container_status, resources, "resources", MN_FIELD_OBJECT_PTR,
                mn_resource_requirements_shape),
    MN_FIELD_CODED(mn_container_status, allocated_resources, "allocatedResources",
                   mn_resources_decode, mn_resources_encode),
    MN_FIELD(mn_container_status, ready, "ready", MN_FIELD_BOOL),
};
static const mn_shape container_status_shape =
    MN_SHAPE(mn_container_status, "ContainerStatus", container_status_fields);

#define STATUS(member, name, kind) MN_FIELD(mn_pod_status, member, name, kind)
#define STATUS_OF(member, name, shape) \
    MN_FIELD_OF(mn_pod_status, member, name, MN_FIELD_LIST, shape)
static const mn_field status_fields[] = {
    STATUS(phase, "phase", MN_FIELD_STRING),
    STATUS(reason, "reason", MN_FIELD_STRING),
    STATUS(message, "message", MN_FIELD_STRING),
    STATUS(nominated_node_name, "nominatedNodeName", MN_FIELD_STRING),
    STATUS(start_time_ms, "startTime", MN_FIELD_TIME),
    STATUS_OF(conditions, "conditions", condition_shape),
    STATUS_OF(container_statuses, "containerStatuses", container_status_shape),
    STATUS_OF(init_container_statuses, "initContainerStatuses", container_status_shape),
};
static const mn_shape status_shape = MN_SHAPE(mn_pod_status, "PodStatus", status_fields);

static bool check_pod(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    (void)arena;
    const mn_pod *pod = out;
    return mn_meta_check_name(at, &pod->meta, true, error);
}

static const mn_field pod_fields[] = {
    MN_FIELD_OF(mn_pod, meta, "metadata", MN_FIELD_OBJECT, mn_meta_shape),
    {.name = "spec",
     .offset = offsetof(mn_pod, spec),
     .kind = MN_FIELD_OBJECT,
     .shape = &spec_shape,
     .required = true},
    MN_FIELD_OF(mn_pod, status, "status", MN_FIELD_OBJECT, status_shape),
};
const mn_shape mn_pod_shape = {
    .name = "Pod",
    .size = sizeof(mn_pod),
    .fields = pod_fields,
    .count = G_N_ELEMENTS(pod_fields),
    .check = check_pod,
};

static const mn_field template_fields[] = {
    MN_FIELD_OF(mn_pod_template, meta, "metadata", MN_FIELD_OBJECT, mn_meta_shape),
    {.name = "spec",
     .offset = offsetof(mn_pod_template, spec),
     .kind = MN_FIELD_OBJECT,
     .shape = &spec_shape,
     .required = true},
};
const mn_shape mn_pod_template_shape =
    MN_SHAPE(mn_pod_template, "PodTemplateSpec", template_fields);

const mn_pod *mn_pod_decode(mn_arena *arena, const mn_at *at, GError **error)
{
    mn_pod *pod = MN_ARENA_NEW(arena, mn_pod, 1);
    return mn_decode(arena, &mn_pod_shape, at, pod, error) ? pod : NULL;
}
