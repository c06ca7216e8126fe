/* SPDX-License-Identifier: Apache-2.0 */
/* The shape of a container, and of the security contexts. */
#include "core/model/shapes.h"

#include <string.h>

static const mn_field windows_options_fields[] = {
    MN_FIELD(mn_windows_options, gmsa_credential_spec_name, "gmsaCredentialSpecName",
             MN_FIELD_STRING),
    MN_FIELD(mn_windows_options, gmsa_credential_spec, "gmsaCredentialSpec", MN_FIELD_STRING),
    MN_FIELD(mn_windows_options, run_as_user_name, "runAsUserName", MN_FIELD_STRING),
    MN_FIELD(mn_windows_options, host_process, "hostProcess", MN_FIELD_TRISTATE),
};
static const mn_shape windows_options_shape =
    MN_SHAPE(mn_windows_options, "WindowsSecurityContextOptions", windows_options_fields);

static const mn_field capabilities_fields[] = {
    MN_FIELD(mn_capabilities, add, "add", MN_FIELD_STRING_LIST),
    MN_FIELD(mn_capabilities, drop, "drop", MN_FIELD_STRING_LIST),
};
static const mn_shape capabilities_shape =
    MN_SHAPE(mn_capabilities, "Capabilities", capabilities_fields);

#define CONTEXT(member, name, kind) MN_FIELD(mn_security_context, member, name, kind)
static const mn_field security_context_fields[] = {
    MN_FIELD_OF(mn_security_context, windows_options, "windowsOptions", MN_FIELD_OBJECT_PTR,
                windows_options_shape),
    MN_FIELD_OF(mn_security_context, capabilities, "capabilities", MN_FIELD_OBJECT,
                capabilities_shape),
    CONTEXT(privileged, "privileged", MN_FIELD_TRISTATE),
    CONTEXT(allow_privilege_escalation, "allowPrivilegeEscalation", MN_FIELD_TRISTATE),
    CONTEXT(read_only_root_filesystem, "readOnlyRootFilesystem", MN_FIELD_TRISTATE),
    CONTEXT(run_as_non_root, "runAsNonRoot", MN_FIELD_TRISTATE),
    CONTEXT(run_as_user, "runAsUser", MN_FIELD_INT64),
    CONTEXT(run_as_group, "runAsGroup", MN_FIELD_INT64),
    CONTEXT(proc_mount, "procMount", MN_FIELD_STRING),
    CONTEXT(has_se_linux_options, "seLinuxOptions", MN_FIELD_PRESENT),
    CONTEXT(has_seccomp_profile, "seccompProfile", MN_FIELD_PRESENT),
    CONTEXT(has_app_armor_profile, "appArmorProfile", MN_FIELD_PRESENT),
};
static const mn_shape security_context_shape =
    MN_SHAPE(mn_security_context, "SecurityContext", security_context_fields);

#define POD_CONTEXT(member, name, kind) MN_FIELD(mn_pod_security_context, member, name, kind)
/* Numbers and texts, which an object cannot stand in for. */
#define POD_CONTEXT_AS(member, name, kind, json) \
    MN_FIELD_AS(mn_pod_security_context, member, name, kind, json)
static const mn_field pod_security_context_fields[] = {
    MN_FIELD_OF(mn_pod_security_context, windows_options, "windowsOptions", MN_FIELD_OBJECT_PTR,
                windows_options_shape),
    POD_CONTEXT(run_as_user, "runAsUser", MN_FIELD_INT64),
    POD_CONTEXT(run_as_group, "runAsGroup", MN_FIELD_INT64),
    POD_CONTEXT(fs_group, "fsGroup", MN_FIELD_INT64),
    POD_CONTEXT(run_as_non_root, "runAsNonRoot", MN_FIELD_TRISTATE),
    POD_CONTEXT(sysctls, "sysctls", MN_FIELD_COUNT),
    POD_CONTEXT_AS(supplemental_groups, "supplementalGroups", MN_FIELD_COUNT, "0"),
    POD_CONTEXT(has_se_linux_options, "seLinuxOptions", MN_FIELD_PRESENT),
    POD_CONTEXT(has_seccomp_profile, "seccompProfile", MN_FIELD_PRESENT),
    POD_CONTEXT(has_app_armor_profile, "appArmorProfile", MN_FIELD_PRESENT),
    POD_CONTEXT_AS(has_fs_group_change_policy, "fsGroupChangePolicy", MN_FIELD_PRESENT, "\"\""),
    POD_CONTEXT_AS(has_supplemental_groups_policy, "supplementalGroupsPolicy", MN_FIELD_PRESENT,
                   "\"\""),
    POD_CONTEXT_AS(has_se_linux_change_policy, "seLinuxChangePolicy", MN_FIELD_PRESENT, "\"\""),
};
const mn_shape mn_pod_security_context_shape =
    MN_SHAPE(mn_pod_security_context, "PodSecurityContext", pod_security_context_fields);

static const mn_field port_fields[] = {
    MN_FIELD(mn_container_port, name, "name", MN_FIELD_STRING),
    MN_FIELD(mn_container_port, host_ip, "hostIP", MN_FIELD_STRING),
    MN_FIELD(mn_container_port, protocol, "protocol", MN_FIELD_STRING),
    MN_FIELD(mn_container_port, container_port, "containerPort", MN_FIELD_INT32),
    MN_FIELD(mn_container_port, host_port, "hostPort", MN_FIELD_INT32),
};
static const mn_shape port_shape = MN_SHAPE(mn_container_port, "ContainerPort", port_fields);

static const mn_field mount_fields[] = {
    MN_FIELD(mn_volume_mount, name, "name", MN_FIELD_STRING),
    MN_FIELD(mn_volume_mount, mount_path, "mountPath", MN_FIELD_STRING),
    MN_FIELD(mn_volume_mount, mount_propagation, "mountPropagation", MN_FIELD_STRING),
};
static const mn_shape mount_shape = MN_SHAPE(mn_volume_mount, "VolumeMount", mount_fields);

static const mn_field exec_fields[] = {
    MN_FIELD(mn_exec_action, command, "command", MN_FIELD_STRING_LIST),
};
static const mn_shape exec_shape = MN_SHAPE(mn_exec_action, "ExecAction", exec_fields);

static const mn_field handler_fields[] = {
    MN_FIELD_OF(mn_handler, exec, "exec", MN_FIELD_OBJECT, exec_shape),
};
static const mn_shape handler_shape = MN_SHAPE(mn_handler, "handler", handler_fields);

static const mn_field lifecycle_fields[] = {
    MN_FIELD_OF(mn_lifecycle, post_start, "postStart", MN_FIELD_OBJECT, handler_shape),
    MN_FIELD_OF(mn_lifecycle, pre_stop, "preStop", MN_FIELD_OBJECT, handler_shape),
    MN_FIELD(mn_lifecycle, stop_signal, "stopSignal", MN_FIELD_STRING),
};
static const mn_shape lifecycle_shape = MN_SHAPE(mn_lifecycle, "Lifecycle", lifecycle_fields);

#define FIELD(member, name, kind)           MN_FIELD(mn_container, member, name, kind)
#define FIELD_OF(member, name, kind, shape) MN_FIELD_OF(mn_container, member, name, kind, shape)
static const mn_field container_fields[] = {
    FIELD(name, "name", MN_FIELD_STRING),
    FIELD(image, "image", MN_FIELD_STRING),
    FIELD(image_pull_policy, "imagePullPolicy", MN_FIELD_STRING),
    FIELD(restart_policy, "restartPolicy", MN_FIELD_STRING),
    FIELD(command, "command", MN_FIELD_STRING_LIST),
    FIELD(args, "args", MN_FIELD_STRING_LIST),
    FIELD_OF(ports, "ports", MN_FIELD_LIST, port_shape),
    FIELD_OF(resources, "resources", MN_FIELD_OBJECT, mn_resource_requirements_shape),
    FIELD_OF(volume_mounts, "volumeMounts", MN_FIELD_LIST, mount_shape),
    FIELD(volume_devices, "volumeDevices", MN_FIELD_COUNT),
    FIELD_OF(liveness_probe, "livenessProbe", MN_FIELD_OBJECT, handler_shape),
    FIELD_OF(readiness_probe, "readinessProbe", MN_FIELD_OBJECT, handler_shape),
    FIELD_OF(startup_probe, "startupProbe", MN_FIELD_OBJECT, handler_shape),
    FIELD_OF(lifecycle, "lifecycle", MN_FIELD_OBJECT, lifecycle_shape),
    FIELD_OF(security_context, "securityContext", MN_FIELD_OBJECT_PTR, security_context_shape),
};
const mn_shape mn_container_shape = MN_SHAPE(mn_container, "Container", container_fields);

bool mn_container_is_sidecar(const mn_container *init_container)
{
    return init_container->restart_policy != NULL &&
           strcmp(init_container->restart_policy, "Always") == 0;
}
