/* SPDX-License-Identifier: Apache-2.0 */
/* MU3xx: what does not work on Windows. */
#include "simulator/audit/check.h"

#include <string.h>

static bool is_windows(const mn_check *check)
{
    return check->spec != NULL && check->need.kind == MN_NEED_WINDOWS;
}

/* ---- injected sidecars */

/* A webhook that adds a Linux container: how it is asked for, and how it is told not to. */
static const struct injector {
    const char *product;
    const char *key;    /* annotation or label of the Pod */
    const char *wanted; /* values that ask for it, between blanks */
    const char *namespace_key, *namespace_wanted;
    const char *off;  /* value of `key` that refuses */
    bool has_windows; /* some builds of Windows have its sidecar */
} injectors[] = {
    {"Istio", "sidecar.istio.io/inject", " true ", "istio-injection", " enabled ", "false", false},
    {"Linkerd",
     "linkerd.io/inject",
     " enabled ingress ",
     "linkerd.io/inject",
     " enabled ingress ",
     "disabled",
     false},
    {"Vault", "vault.hashicorp.com/agent-inject", " true ", NULL, NULL, "false", false},
    {"Dapr", "dapr.io/enabled", " true ", NULL, NULL, "false", true},
    {"Kuma",
     "kuma.io/sidecar-injection",
     " enabled true ",
     "kuma.io/sidecar-injection",
     " enabled true ",
     "disabled",
     false},
    {"Consul", "consul.hashicorp.com/connect-inject", " true ", NULL, NULL, "false", true},
};

static const char *said(const mn_meta *meta, const char *key)
{
    const char *value = mn_labels_find(&meta->labels, key);
    return value != NULL ? value : mn_labels_find(&meta->annotations, key);
}

static bool asks(const char *value, const char *wanted)
{
    if (value == NULL || *value == '\0')
        return false;
    g_autofree char *word = g_strdup_printf(" %s ", value);
    return strstr(wanted, word) != NULL;
}

static void report_injection(mn_check *check, const struct injector *row, const char *where)
{
    mn_finding *finding = mn_report(check,
                                    "metadata",
                                    "%s makes %s add a sidecar%s",
                                    where,
                                    row->product,
                                    row->has_windows ? " that exists for some Windows builds only"
                                                     : " for Linux: no node runs both");
    finding->path = mn_arena_printf(check->arena, "%smetadata", check->prefix);
    mn_mend(check, finding, "%s: \"%s\" on the Pod", row->key, row->off);
}

void mn_rule_injection(mn_check *check)
{
    if (!is_windows(check))
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(injectors); i++) {
        const struct injector *row = &injectors[i];
        const char *own = said(check->pod_meta, row->key);
        if (asks(own, row->wanted)) {
            report_injection(check, row, mn_arena_printf(check->arena, "%s: %s", row->key, own));
            continue;
        }
        if (own != NULL || row->namespace_key == NULL || check->namespace_ == NULL)
            continue;
        const char *all = said(&check->namespace_->meta, row->namespace_key);
        if (asks(all, row->namespace_wanted))
            report_injection(check,
                             row,
                             mn_arena_printf(check->arena,
                                             "%s: %s of namespace %s",
                                             row->namespace_key,
                                             all,
                                             check->namespace_->meta.name));
    }
}

/* ---- fields of Linux */

typedef struct field {
    const char *path; /* below the Pod's spec */
    bool is_set;
} field;

enum { POD_FIELDS = 7 };

static void pod_fields(const mn_pod_spec *spec, bool filled_in, field out[POD_FIELDS])
{
    static const mn_pod_security_context none;
    const mn_pod_security_context *sc = spec->security_context;
    if (sc == NULL)
        sc = &none;
    const field fields[POD_FIELDS] = {
        {"hostPID", spec->host_pid},
        {"hostIPC", spec->host_ipc},
        {"shareProcessNamespace", spec->share_process_namespace == MN_TRUE},
        {"securityContext.sysctls", sc->sysctls > 0},
        {"securityContext.runAsUser", sc->run_as_user.set && !filled_in},
        {"securityContext.fsGroup", sc->fs_group.set && !filled_in},
        {"securityContext.seLinuxOptions", sc->has_se_linux_options && !filled_in},
    };
    memcpy(out, fields, sizeof fields);
}

static void add_path(GString *all, const char *path)
{
    g_string_append_printf(all, "%s%s", all->len == 0 ? "" : ", ", path);
}

/* What Pod Security asks of every container (drop, false, seccompProfile) is no mistake. */
static void container_fields(const mn_check *check, bool filled_in, GString *all)
{
    for (size_t i = 0; i < check->spec->containers.count; i++) {
        const mn_security_context *sc = check->spec->containers.items[i].security_context;
        if (sc == NULL)
            continue;
        const field fields[] = {
            {"privileged", sc->privileged == MN_TRUE},
            {"capabilities.add", sc->capabilities.add.count > 0},
            {"runAsUser", sc->run_as_user.set && !filled_in},
            {"procMount", sc->proc_mount != NULL},
            {"seLinuxOptions", sc->has_se_linux_options && !filled_in},
        };
        for (size_t j = 0; j < G_N_ELEMENTS(fields); j++) {
            g_autofree char *path =
                g_strdup_printf("containers[%zu].securityContext.%s", i, fields[j].path);
            if (fields[j].is_set)
                add_path(all, path);
        }
    }
}

static void report_refusal(mn_check *check)
{
    mn_finding *finding =
        mn_report(check, "spec.securityContext", "the API server refuses it: %s", check->invalid);
    finding->severity = MN_SEVERITY_ERROR;
    mn_mend(check, finding, "remove what it names");
}

void mn_rule_linux_fields(mn_check *check)
{
    if (check->spec != NULL && check->invalid != NULL &&
        strstr(check->invalid, "windows pod") != NULL) {
        report_refusal(check);
        return;
    }
    if (!is_windows(check) || check->spec->os.name != NULL)
        return;
    /* OpenShift fills these in for every Pod. */
    bool filled_in = mn_labels_find(&check->pod_meta->annotations, "openshift.io/scc") != NULL;
    field fields[POD_FIELDS];
    g_autoptr(GString) all = g_string_new(NULL);
    g_autoptr(GArray) edits = g_array_new(FALSE, FALSE, sizeof(mn_edit));
    pod_fields(check->spec, filled_in, fields);
    for (size_t i = 0; i < POD_FIELDS; i++) {
        const mn_edit edit = {.kind = MN_EDIT_POD_FIELD, .key = fields[i].path};
        if (!fields[i].is_set)
            continue;
        add_path(all, fields[i].path);
        g_array_append_val(edits, edit);
    }
    size_t of_pod = all->len;
    container_fields(check, filled_in, all);
    if (all->len == 0)
        return;
    mn_finding *finding =
        mn_report(check, "spec.securityContext", "sets what only Linux has: %s", all->str);
    mn_mend(check, finding, "remove %s", all->str);
    /* A patch of half of it would look like the whole. */
    for (guint i = 0; i < edits->len && all->len == of_pod; i++)
        mn_edit_add(check, finding, g_array_index(edits, mn_edit, i));
}

/* ---- HostProcess and the host's network */

void mn_rule_host_network(mn_check *check)
{
    if (!is_windows(check) || !check->spec->host_network || check->need.host_process)
        return;
    mn_finding *finding = mn_report(
        check, "spec.hostNetwork", "hostNetwork: true works for HostProcess Pods only on Windows");
    mn_mend(check, finding, "no hostNetwork, or windowsOptions.hostProcess: true");
    mn_edit_add(check, finding, (mn_edit){.kind = MN_EDIT_POD_FIELD, .key = "hostNetwork"});
}

void mn_rule_host_process(mn_check *check)
{
    if (check->spec == NULL || !check->findings.host_process || check->spec->host_network)
        return;
    mn_finding *finding =
        mn_report(check,
                  "spec.securityContext",
                  "windowsOptions.hostProcess: true without hostNetwork: true: the API server "
                  "refuses it");
    mn_mend(check, finding, "hostNetwork: true");
    mn_edit_add(check, finding, (mn_edit){.kind = MN_EDIT_HOST_NETWORK});
}

/* ---- tags */

static bool says_a_build(const mn_image_verdict *verdict)
{
    return verdict->builds.bounded;
}

void mn_rule_moving_tag(mn_check *check)
{
    if (!is_windows(check) || check->need.host_process || check->need.selector_builds.bounded)
        return;
    for (size_t i = 0; i < check->spec->containers.count; i++) {
        const char *image = check->spec->containers.items[i].image;
        if (image == NULL || strchr(image, '@') != NULL)
            continue;
        mn_image_verdict verdict = mn_image_judge(mn_str_of(image));
        bool known = verdict.multi || verdict.os == MN_OS_WINDOWS;
        if (!known || says_a_build(&verdict))
            continue;
        mn_finding *finding =
            mn_report(check,
                      mn_arena_printf(check->arena, "spec.containers[%zu].image", i),
                      "%s does not say which Windows builds it is for, and that may change",
                      image);
        mn_mend(check, finding, "a tag that names the build (ltsc2022), or a digest");
    }
}
