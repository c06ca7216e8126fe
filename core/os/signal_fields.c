/* SPDX-License-Identifier: Apache-2.0 */
/* Fields that only Linux has, and resources that only Windows nodes have.
 *
 * The surprise: many of these stand on Windows Pods. Pod Security "restricted"
 * demands drop ALL, seccompProfile and allowPrivilegeEscalation: false of a Pod
 * without spec.os; OpenShift fills in runAsUser, fsGroup and seLinuxOptions; charts
 * set runAsUser blindly. Those are weak, whatever their number. */
#include "core/os/signals.h"

static void emit_linux(mn_collector *collector, const char *field, mn_str said,
                       mn_strength strength)
{
    mn_os_emit(
        collector,
        &(mn_os_evidence){.os = MN_OS_LINUX, .strength = strength, .field = field, .said = said});
}

struct check {
    const char *field;
    mn_strength strength;
    bool holds;
};

/* `said` is "true" for switches and empty for what is merely there. */
static void emit_checks(mn_collector *collector, const struct check *checks, size_t count,
                        mn_str said)
{
    for (size_t i = 0; i < count; i++)
        if (checks[i].holds)
            emit_linux(collector, checks[i].field, said, checks[i].strength);
}

static void read_pod_security(mn_collector *collector, const mn_pod_security_context *security)
{
    mn_strength own = collector->openshift ? MN_STRENGTH_WEAK : MN_STRENGTH_STRONG;
    mn_strength group = collector->openshift ? MN_STRENGTH_WEAK : MN_STRENGTH_MEDIUM;
    const struct check checks[] = {
        {"spec.securityContext.sysctls", MN_STRENGTH_STRONG, security->sysctls > 0},
        {"spec.securityContext.seLinuxOptions", own, security->has_se_linux_options},
        {"spec.securityContext.appArmorProfile",
         MN_STRENGTH_MEDIUM,
         security->has_app_armor_profile},
        {"spec.securityContext.fsGroup", group, security->fs_group.set},
        {"spec.securityContext.supplementalGroups", group, security->supplemental_groups > 0},
        {"spec.securityContext.seccompProfile", MN_STRENGTH_WEAK, security->has_seccomp_profile},
        {"spec.securityContext.runAsUser", MN_STRENGTH_WEAK, security->run_as_user.set},
        {"spec.securityContext.runAsGroup", MN_STRENGTH_WEAK, security->run_as_group.set},
    };
    emit_checks(collector, checks, G_N_ELEMENTS(checks), (mn_str){.len = 0});
}

static void read_pod_fields(mn_collector *collector)
{
    const mn_pod_spec *spec = collector->in->spec;
    const struct check checks[] = {
        {"spec.hostPID", MN_STRENGTH_STRONG, spec->host_pid},
        {"spec.hostIPC", MN_STRENGTH_STRONG, spec->host_ipc},
        {"spec.shareProcessNamespace",
         MN_STRENGTH_MEDIUM,
         spec->share_process_namespace == MN_TRUE},
    };
    emit_checks(collector, checks, G_N_ELEMENTS(checks), MN_STR_LIT("true"));
    if (spec->host_users == MN_FALSE)
        emit_linux(collector, "spec.hostUsers", MN_STR_LIT("false"), MN_STRENGTH_MEDIUM);
    if (spec->security_context != NULL)
        read_pod_security(collector, spec->security_context);
}

static bool has_own_proc_mount(const mn_security_context *security)
{
    return security->proc_mount != NULL && strcmp(security->proc_mount, "Default") != 0;
}

static void read_container_security(mn_collector *collector, const mn_security_context *security)
{
    mn_strength own = collector->openshift ? MN_STRENGTH_WEAK : MN_STRENGTH_STRONG;
    const struct check settings[] = {
        {"securityContext.privileged", MN_STRENGTH_STRONG, security->privileged == MN_TRUE},
        {"securityContext.readOnlyRootFilesystem",
         MN_STRENGTH_WEAK,
         security->read_only_root_filesystem == MN_TRUE},
    };
    const struct check present[] = {
        {"securityContext.seLinuxOptions", own, security->has_se_linux_options},
        {"securityContext.appArmorProfile", MN_STRENGTH_MEDIUM, security->has_app_armor_profile},
        {"securityContext.procMount", MN_STRENGTH_MEDIUM, has_own_proc_mount(security)},
        {"securityContext.allowPrivilegeEscalation",
         MN_STRENGTH_WEAK,
         security->allow_privilege_escalation == MN_FALSE},
        {"securityContext.capabilities.drop",
         MN_STRENGTH_WEAK,
         security->capabilities.drop.count > 0},
        {"securityContext.seccompProfile", MN_STRENGTH_WEAK, security->has_seccomp_profile},
        {"securityContext.runAsUser", MN_STRENGTH_WEAK, security->run_as_user.set},
        {"securityContext.runAsGroup", MN_STRENGTH_WEAK, security->run_as_group.set},
    };
    emit_checks(collector, settings, G_N_ELEMENTS(settings), MN_STR_LIT("true"));
    if (security->capabilities.add.count > 0)
        emit_linux(collector,
                   "securityContext.capabilities.add",
                   mn_str_of(security->capabilities.add.items[0]),
                   MN_STRENGTH_STRONG);
    emit_checks(collector, present, G_N_ELEMENTS(present), (mn_str){.len = 0});
}

void mn_os_read_linux_fields(mn_collector *collector, const mn_container *container)
{
    if (container == NULL)
        read_pod_fields(collector);
    else if (container->security_context != NULL)
        read_container_security(collector, container->security_context);
}

static bool sets_linux_fields(const mn_security_context *security)
{
    return security != NULL &&
           (security->privileged == MN_TRUE || security->capabilities.add.count > 0 ||
            security->run_as_user.set || security->run_as_group.set ||
            security->has_se_linux_options || security->has_app_armor_profile ||
            security->read_only_root_filesystem == MN_TRUE);
}

static bool any_sets_linux_fields(const mn_containers *containers)
{
    for (size_t i = 0; i < containers->count; i++)
        if (sets_linux_fields(containers->items[i].security_context))
            return true;
    return false;
}

bool mn_os_sets_linux_fields(const mn_pod_spec *spec)
{
    const mn_pod_security_context *pod = spec->security_context;
    if (pod != NULL &&
        (pod->run_as_user.set || pod->run_as_group.set || pod->fs_group.set || pod->sysctls > 0 ||
         pod->supplemental_groups > 0 || pod->has_se_linux_options || pod->has_app_armor_profile))
        return true;
    return spec->host_pid || spec->host_ipc || any_sets_linux_fields(&spec->containers) ||
           any_sets_linux_fields(&spec->init_containers);
}

static void read_volumes(mn_collector *collector)
{
    const mn_volumes *volumes = &collector->in->spec->volumes;
    for (size_t i = 0; i < volumes->count; i++) {
        const mn_empty_dir *dir = volumes->items[i].empty_dir;
        if (dir == NULL || dir->medium == NULL || dir->medium[0] == '\0')
            continue;
        mn_os_emit(collector,
                   &(mn_os_evidence){.os = MN_OS_LINUX,
                                     .strength = MN_STRENGTH_MEDIUM,
                                     .field = "spec.volumes[].emptyDir.medium",
                                     .item = i,
                                     .said = mn_str_of(dir->medium)});
        return;
    }
}

static void read_pod_features(mn_collector *collector)
{
    const mn_pod_spec *spec = collector->in->spec;
    if (spec->host_network && !collector->out->host_process)
        emit_linux(collector, "spec.hostNetwork", MN_STR_LIT("true"), MN_STRENGTH_MEDIUM);
    if (g_strcmp0(spec->dns_policy, "ClusterFirstWithHostNet") == 0 &&
        !collector->out->host_process)
        emit_linux(collector, "spec.dnsPolicy", mn_str_of(spec->dns_policy), MN_STRENGTH_MEDIUM);
    read_volumes(collector);
}

static const char *find_huge_pages(const mn_resources *resources)
{
    for (size_t i = 0; i < resources->count; i++)
        if (g_str_has_prefix(resources->items[i].name, "hugepages-"))
            return resources->items[i].name;
    return NULL;
}

static void read_propagation(mn_collector *collector, const mn_volume_mounts *mounts)
{
    for (size_t i = 0; i < mounts->count; i++) {
        const char *propagation = mounts->items[i].mount_propagation;
        if (propagation == NULL || strcmp(propagation, "None") == 0)
            continue;
        mn_os_emit(collector,
                   &(mn_os_evidence){.os = MN_OS_LINUX,
                                     .strength = MN_STRENGTH_MEDIUM,
                                     .field = "volumeMounts[].mountPropagation",
                                     .item = i,
                                     .said = mn_str_of(propagation)});
        return;
    }
}

void mn_os_read_linux_features(mn_collector *collector, const mn_container *container)
{
    if (container == NULL) {
        read_pod_features(collector);
        return;
    }
    const char *huge = find_huge_pages(&container->resources.requests);
    huge = huge != NULL ? huge : find_huge_pages(&container->resources.limits);
    if (huge != NULL)
        mn_os_emit(collector,
                   &(mn_os_evidence){.os = MN_OS_LINUX,
                                     .strength = MN_STRENGTH_MEDIUM,
                                     .field = "resources",
                                     .key = huge});
    if (container->volume_devices > 0)
        emit_linux(collector, "volumeDevices", (mn_str){.len = 0}, MN_STRENGTH_MEDIUM);
    read_propagation(collector, &container->volume_mounts);
}

void mn_os_read_extended_resources(mn_collector *collector, const mn_container *container)
{
    static const char *const names[] = {
        "microsoft.com/directx",
        "vpc.amazonaws.com/PrivateIPv4Address",
    };
    for (size_t i = 0; container != NULL && i < G_N_ELEMENTS(names); i++) {
        const mn_quantity *asked = mn_resources_find(&container->resources.requests, names[i]);
        const mn_quantity *limit = mn_resources_find(&container->resources.limits, names[i]);
        if ((asked == NULL || mn_quantity_is_zero(*asked)) &&
            (limit == NULL || mn_quantity_is_zero(*limit)))
            continue;
        mn_os_emit(collector,
                   &(mn_os_evidence){.os = MN_OS_WINDOWS,
                                     .strength = MN_STRENGTH_STRONG,
                                     .field = "resources",
                                     .key = names[i]});
    }
}
