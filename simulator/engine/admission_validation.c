/* SPDX-License-Identifier: Apache-2.0 */
/* What the API server calls an invalid Pod, as far as a Pod's OS and place depend on it.
 *
 * Nothing checks spec.os against nodeSelector, affinity or RuntimeClass: such a Pod is taken,
 * and fails on its node. Source: pkg/apis/core/validation of kubernetes v1.34.
 */
#include "simulator/engine/admission_steps.h"

#include <stdarg.h>
#include <string.h>

/* What is wrong, one cause after the other. */
typedef struct causes {
    GString *text;
    size_t count;
} causes;

static void add_cause(causes *c, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void add_cause(causes *c, const char *format, ...)
{
    if (c->count++ > 0)
        g_string_append(c->text, ", ");
    va_list args;
    va_start(args, format);
    g_string_append_vprintf(c->text, format, args);
    va_end(args);
}

/* ---- spec.os: windows */

#define NOT_ON_WINDOWS "Forbidden: cannot be set for a windows pod"

typedef struct pod_rule {
    const char *field;
    bool (*is_set)(const mn_pod_spec *spec, const mn_pod_security_context *context);
} pod_rule;

#define POD_RULE(name, condition)                                                      \
    static bool pod_##name(const mn_pod_spec *spec, const mn_pod_security_context *sc) \
    {                                                                                  \
        (void)spec, (void)sc;                                                          \
        return condition;                                                              \
    }
POD_RULE(app_armor, sc->has_app_armor_profile)
POD_RULE(se_linux, sc->has_se_linux_options)
POD_RULE(host_users, spec->host_users != MN_UNSET)
POD_RULE(host_pid, spec->host_pid)
POD_RULE(host_ipc, spec->host_ipc)
POD_RULE(seccomp, sc->has_seccomp_profile)
POD_RULE(fs_group, sc->fs_group.set)
POD_RULE(fs_group_policy, sc->has_fs_group_change_policy)
POD_RULE(sysctls, sc->sysctls > 0)
POD_RULE(share_processes, spec->share_process_namespace != MN_UNSET)
POD_RULE(run_as_user, sc->run_as_user.set)
POD_RULE(run_as_group, sc->run_as_group.set)
POD_RULE(groups, sc->supplemental_groups > 0)
POD_RULE(groups_policy, sc->has_supplemental_groups_policy)
POD_RULE(se_linux_policy, sc->has_se_linux_change_policy)

static const pod_rule pod_rules[] = {
    {"securityContext.appArmorProfile", pod_app_armor},
    {"securityContext.seLinuxOptions", pod_se_linux},
    {"hostUsers", pod_host_users},
    {"hostPID", pod_host_pid},
    {"hostIPC", pod_host_ipc},
    {"securityContext.seccompProfile", pod_seccomp},
    {"securityContext.fsGroup", pod_fs_group},
    {"securityContext.fsGroupChangePolicy", pod_fs_group_policy},
    {"securityContext.sysctls", pod_sysctls},
    {"shareProcessNamespace", pod_share_processes},
    {"securityContext.runAsUser", pod_run_as_user},
    {"securityContext.runAsGroup", pod_run_as_group},
    {"securityContext.supplementalGroups", pod_groups},
    {"securityContext.supplementalGroupsPolicy", pod_groups_policy},
    {"securityContext.seLinuxChangePolicy", pod_se_linux_policy},
};

typedef struct container_rule {
    const char *field;
    bool (*is_set)(const mn_security_context *context);
} container_rule;

#define CONTAINER_RULE(name, condition)                         \
    static bool container_##name(const mn_security_context *sc) \
    {                                                           \
        return condition;                                       \
    }
CONTAINER_RULE(app_armor, sc->has_app_armor_profile)
CONTAINER_RULE(se_linux, sc->has_se_linux_options)
CONTAINER_RULE(seccomp, sc->has_seccomp_profile)
CONTAINER_RULE(capabilities,
               sc->capabilities.add.items != NULL || sc->capabilities.drop.items != NULL)
CONTAINER_RULE(read_only, sc->read_only_root_filesystem != MN_UNSET)
CONTAINER_RULE(privileged, sc->privileged != MN_UNSET)
CONTAINER_RULE(escalation, sc->allow_privilege_escalation != MN_UNSET)
CONTAINER_RULE(proc_mount, sc->proc_mount != NULL)
CONTAINER_RULE(run_as_user, sc->run_as_user.set)
CONTAINER_RULE(run_as_group, sc->run_as_group.set)

static const container_rule container_rules[] = {
    {"appArmorProfile", container_app_armor},
    {"seLinuxOptions", container_se_linux},
    {"seccompProfile", container_seccomp},
    {"capabilities", container_capabilities},
    {"readOnlyRootFilesystem", container_read_only},
    {"privileged", container_privileged},
    {"allowPrivilegeEscalation", container_escalation},
    {"procMount", container_proc_mount},
    {"runAsUser", container_run_as_user},
    {"runAsGroup", container_run_as_group},
};

/* The three lists of containers, in the order in which the API server visits them. */
typedef struct container_list {
    const char *field;
    const mn_containers *containers;
} container_list;

enum { LISTS = 3 };

static void lists_of(const mn_pod_spec *spec, container_list lists[LISTS])
{
    lists[0] = (container_list){"initContainers", &spec->init_containers};
    lists[1] = (container_list){"containers", &spec->containers};
    lists[2] = (container_list){"ephemeralContainers", &spec->ephemeral_containers};
}

static void check_windows_container(causes *c, const char *list, size_t index,
                                    const mn_security_context *context)
{
    for (size_t i = 0; context != NULL && i < G_N_ELEMENTS(container_rules); i++) {
        if (container_rules[i].is_set(context))
            add_cause(c,
                      "spec.%s[%zu].securityContext.%s: " NOT_ON_WINDOWS,
                      list,
                      index,
                      container_rules[i].field);
    }
}

static void check_windows(causes *c, const mn_pod_spec *spec)
{
    static const mn_pod_security_context nothing;
    const mn_pod_security_context *context =
        spec->security_context == NULL ? &nothing : spec->security_context;
    for (size_t i = 0; i < G_N_ELEMENTS(pod_rules); i++) {
        if (pod_rules[i].is_set(spec, context))
            add_cause(c, "spec.%s: " NOT_ON_WINDOWS, pod_rules[i].field);
    }
    if (spec->resources != NULL)
        add_cause(c, "spec.resources: Forbidden: may not be set for a windows pod");
    container_list lists[LISTS];
    lists_of(spec, lists);
    for (size_t l = 0; l < LISTS; l++) {
        for (size_t i = 0; i < lists[l].containers->count; i++)
            check_windows_container(
                c, lists[l].field, i, lists[l].containers->items[i].security_context);
    }
}

/* ---- spec.os: linux */

#define NOT_ON_LINUX "Forbidden: windows options cannot be set for a linux pod"

static void check_linux(causes *c, const mn_pod_spec *spec)
{
    if (spec->security_context != NULL && spec->security_context->windows_options != NULL)
        add_cause(c, "spec.securityContext.windowsOptions: " NOT_ON_LINUX);
    container_list lists[LISTS];
    lists_of(spec, lists);
    for (size_t l = 0; l < LISTS; l++) {
        for (size_t i = 0; i < lists[l].containers->count; i++) {
            const mn_security_context *context = lists[l].containers->items[i].security_context;
            if (context != NULL && context->windows_options != NULL)
                add_cause(c,
                          "spec.%s[%zu].securityContext.windowsOptions: " NOT_ON_LINUX,
                          lists[l].field,
                          i);
        }
    }
}

static void check_os(causes *c, const mn_pod_spec *spec)
{
    if (spec->os.name == NULL)
        return;
    if (strcmp(spec->os.name, "windows") == 0)
        check_windows(c, spec);
    else
        check_linux(c, spec);
}

/* ---- HostProcess */

static bool is_host_process(const mn_pod_spec *spec, const mn_container *container)
{
    const mn_security_context *own = container->security_context;
    if (own != NULL && own->windows_options != NULL &&
        own->windows_options->host_process != MN_UNSET)
        return own->windows_options->host_process == MN_TRUE;
    const mn_pod_security_context *pod = spec->security_context;
    return pod != NULL && pod->windows_options != NULL &&
           pod->windows_options->host_process == MN_TRUE;
}

static void check_host_process(causes *c, const mn_pod_spec *spec)
{
    container_list lists[LISTS];
    lists_of(spec, lists);
    size_t host = 0, all = 0;
    for (size_t l = 0; l < LISTS; l++) {
        for (size_t i = 0; i < lists[l].containers->count; i++, all++)
            host += is_host_process(spec, &lists[l].containers->items[i]);
    }
    if (host == 0)
        return;
    if (host < all)
        add_cause(c,
                  "spec: Invalid value: \"\": If pod contains any hostProcess containers then all "
                  "containers must be HostProcess containers");
    if (!spec->host_network)
        add_cause(c,
                  "spec.hostNetwork: Invalid value: false: hostNetwork must be true if pod "
                  "contains any hostProcess containers");
}

/* ---- required node affinity */

#define REQUIRED_TERMS                                                           \
    "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution." \
    "nodeSelectorTerms"

/* https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/ */
static bool is_label_value(const char *text)
{
    size_t len = strlen(text);
    if (len == 0)
        return true;
    if (len > 63 || !g_ascii_isalnum(text[0]) || !g_ascii_isalnum(text[len - 1]))
        return false;
    for (size_t i = 0; i < len; i++) {
        if (!g_ascii_isalnum(text[i]) && strchr("-_.", text[i]) == NULL)
            return false;
    }
    return true;
}

static const char *values_fault(const mn_requirement *r)
{
    switch ((mn_selector_operator)r->op) {
    case MN_OP_IN:
    case MN_OP_NOT_IN:
        return r->values.count > 0
                   ? NULL
                   : "Required value: must be specified when `operator` is 'In' or 'NotIn'";
    case MN_OP_EXISTS:
    case MN_OP_DOES_NOT_EXIST:
        return r->values.count == 0
                   ? NULL
                   : "Forbidden: may not be specified when `operator` is 'Exists' or "
                     "'DoesNotExist'";
    case MN_OP_GT:
    case MN_OP_LT:
        return r->values.count == 1
                   ? NULL
                   : "Required value: must be specified single value when `operator` is 'Lt' or "
                     "'Gt'";
    case MN_OP_UNSET:
        break;
    }
    return NULL;
}

static void check_expressions(causes *c, const mn_requirements *requirements, size_t term)
{
    for (size_t i = 0; i < requirements->count; i++) {
        const mn_requirement *r = &requirements->items[i];
        const char *fault = values_fault(r);
        if (fault != NULL)
            add_cause(c, REQUIRED_TERMS "[%zu].matchExpressions[%zu].values: %s", term, i, fault);
        for (size_t v = 0; v < r->values.count; v++) {
            if (!is_label_value(r->values.items[v]))
                add_cause(c,
                          REQUIRED_TERMS
                          "[%zu].matchExpressions[%zu].values[%zu]: Invalid value: \"%s\": a valid "
                          "label must be an empty string or consist of alphanumeric characters, "
                          "'-', '_' or '.', and must start and end with an alphanumeric character "
                          "(e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation "
                          "is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
                          term,
                          i,
                          v,
                          r->values.items[v]);
        }
    }
}

static void check_fields(causes *c, const mn_requirements *requirements, size_t term)
{
    for (size_t i = 0; i < requirements->count; i++) {
        if (requirements->items[i].values.count != 1)
            add_cause(c,
                      REQUIRED_TERMS
                      "[%zu].matchFields[%zu].values: Required value: must be only one value when "
                      "`operator` is 'In' or 'NotIn' for node field selector",
                      term,
                      i);
    }
}

static void check_node_affinity(causes *c, const mn_pod_spec *spec)
{
    if (spec->affinity == NULL || spec->affinity->node == NULL ||
        spec->affinity->node->required == NULL)
        return;
    const mn_node_selector_terms *terms = &spec->affinity->node->required->terms;
    if (terms->count == 0)
        add_cause(c, REQUIRED_TERMS ": Required value: must have at least one node selector term");
    for (size_t i = 0; i < terms->count; i++) {
        check_expressions(c, &terms->items[i].match_expressions, i);
        check_fields(c, &terms->items[i].match_fields, i);
    }
}

/* ---- tolerations, resources */

static void check_tolerations(causes *c, const mn_tolerations *tolerations)
{
    for (size_t i = 0; i < tolerations->count; i++) {
        const mn_toleration *t = &tolerations->items[i];
        if (t->seconds.set && t->effect != MN_EFFECT_NO_EXECUTE)
            add_cause(c,
                      "spec.tolerations[%zu].effect: Invalid value: \"%s\": effect must be "
                      "'NoExecute' when `tolerationSeconds` is set",
                      i,
                      mn_taint_effect_name(t->effect));
        if (t->op == MN_TOLERATION_EXISTS && *t->value != '\0')
            add_cause(c,
                      "spec.tolerations[%zu].operator: Invalid value: \"Exists\": value must be "
                      "empty when `operator` is 'Exists'",
                      i);
    }
}

static void check_limits(causes *c, const mn_container *container, const char *list, size_t index)
{
    const mn_resource_requirements *resources = &container->resources;
    for (size_t i = 0; i < resources->requests.count; i++) {
        const mn_resource *request = &resources->requests.items[i];
        const mn_quantity *limit = mn_resources_find(&resources->limits, request->name);
        if (limit == NULL || mn_quantity_cmp(request->quantity, *limit) <= 0)
            continue;
        char wanted[MN_QUANTITY_BUFFER], most[MN_QUANTITY_BUFFER];
        add_cause(c,
                  "spec.%s[%zu].resources.requests: Invalid value: \"%s\": must be less than or "
                  "equal to %s limit of %s",
                  list,
                  index,
                  mn_quantity_format(request->quantity, wanted),
                  request->name,
                  mn_quantity_format(*limit, most));
    }
}

static void check_containers(causes *c, const mn_pod_spec *spec)
{
    container_list lists[LISTS];
    lists_of(spec, lists);
    for (size_t l = 0; l < LISTS; l++) {
        for (size_t i = 0; i < lists[l].containers->count; i++)
            check_limits(c, &lists[l].containers->items[i], lists[l].field, i);
    }
    if (spec->containers.count == 0)
        add_cause(c, "spec.containers: Required value");
}

void mn_admission_validate(mn_admission *admission)
{
    const mn_pod *pod = admission->pod;
    g_autoptr(GString) text = g_string_new(NULL);
    causes c = {.text = text};
    check_containers(&c, &pod->spec);
    check_node_affinity(&c, &pod->spec);
    check_tolerations(&c, &pod->spec.tolerations);
    check_host_process(&c, &pod->spec);
    check_os(&c, &pod->spec);
    if (c.count == 0)
        return;
    admission->rejection =
        mn_arena_printf(admission->arena,
                        c.count == 1 ? "Pod \"%s\" is invalid: %s" : "Pod \"%s\" is invalid: [%s]",
                        pod->meta.name != NULL ? pod->meta.name : pod->meta.generate_name,
                        text->str);
}
