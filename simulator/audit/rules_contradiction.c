/* SPDX-License-Identifier: Apache-2.0 */
/* MU3xx: Pods that say two things at once. */
#include "simulator/audit/check.h"

#include <string.h>

static const char *path_of(mn_check *check, const mn_os_evidence *evidence)
{
    g_autoptr(GString) path = g_string_new(NULL);
    mn_os_evidence_path(evidence, path);
    return mn_arena_strdup(check->arena, path->str);
}

static bool is_signal(const mn_os_evidence *evidence, const char *id)
{
    return evidence->signal != NULL && strcmp(evidence->signal->id, id) == 0;
}

/* spec.os is what people forget; a selector is what they meant. */
static void mend_contradiction(mn_check *check, mn_finding *finding)
{
    const mn_os_evidence *a = &check->need.evidence, *b = &check->need.against;
    const mn_os_evidence *os = is_signal(a, "spec.os") ? a : b, *other = os == a ? b : a;
    if (!is_signal(os, "spec.os")) {
        mn_mend(check, finding, "keep the one that is meant");
        return;
    }
    mn_mend(check, finding, "os.name: %s, if the selector is right", mn_os_name(other->os));
    mn_edit_add(check, finding, (mn_edit){.kind = MN_EDIT_OS, .value = mn_os_name(other->os)});
}

void mn_rule_contradiction(mn_check *check)
{
    if (check->spec == NULL)
        return;
    if (check->need.kind == MN_NEED_CONTRADICTORY) {
        mn_finding *finding = mn_report(check,
                                        path_of(check, &check->need.evidence),
                                        "%s, but %s: fits nowhere",
                                        mn_check_evidence(check, &check->need.evidence),
                                        mn_check_evidence(check, &check->need.against));
        mend_contradiction(check, finding);
    } else if (check->invalid != NULL && strstr(check->invalid, "linux pod") != NULL) {
        mn_finding *finding =
            mn_report(check, "spec.os", "the API server refuses it: %s", check->invalid);
        mn_mend(check, finding, "windowsOptions or os.name: linux, not both");
    }
}

void mn_rule_image_contradiction(mn_check *check)
{
    const mn_os_need *need = &check->need;
    if (check->spec == NULL || !need->conflict || need->against.strength < MN_STRENGTH_STRONG ||
        need->kind == MN_NEED_CONTRADICTORY)
        return;
    if (!is_signal(&need->against, "image") && !is_signal(&need->evidence, "image"))
        return;
    const mn_os_evidence *image =
        is_signal(&need->against, "image") ? &need->against : &need->evidence;
    mn_finding *finding = mn_report(check,
                                    path_of(check, image),
                                    "needs %s (%s), but %s",
                                    mn_os_name(need->evidence.os),
                                    mn_check_evidence(check, &need->evidence),
                                    mn_check_evidence(check, &need->against));
    mn_mend(check,
            finding,
            "an image for %s, or the selector for %s",
            mn_os_name(need->evidence.os),
            mn_os_name(need->against.os));
}

/* Does a host of this build run every image? */
static bool runs_images(const mn_os_need *need, uint16_t host)
{
    for (size_t i = 0; i < need->image_build_count; i++) {
        const mn_build_set *set = &need->image_builds[i];
        bool any = !set->bounded;
        for (size_t j = 0; j < set->count && !any; j++)
            any = need->hyperv ? mn_winbuild_runs_in_hyperv(host, set->builds[j])
                               : mn_winbuild_runs(host, set->builds[j], MN_BUILD_RULE_ABI_1);
        if (!any)
            return false;
    }
    return true;
}

void mn_rule_build_contradiction(mn_check *check)
{
    const mn_os_need *need = &check->need;
    const mn_build_set *hosts = &need->selector_builds;
    if (check->spec == NULL || check->refusal != NULL || need->kind != MN_NEED_WINDOWS ||
        !hosts->bounded || need->image_build_count == 0)
        return;
    for (size_t i = 0; i < hosts->count; i++) {
        if (runs_images(need, hosts->builds[i]))
            return;
    }
    char selected[MN_BUILD_SET_TEXT], built[MN_BUILD_SET_TEXT];
    mn_finding *finding = mn_report(check,
                                    "spec.nodeSelector",
                                    "selects hosts of %s, but its image is of %s",
                                    mn_build_set_format(hosts, selected),
                                    mn_build_set_format(&need->image_builds[0], built));
    mn_mend(check, finding, "an image for %s, or the selector for %s", selected, built);
}

void mn_rule_mixed(mn_check *check)
{
    if (check->spec == NULL || check->need.kind != MN_NEED_MIXED)
        return;
    mn_finding *finding = mn_report(check,
                                    path_of(check, &check->need.against),
                                    "%s, but %s: no node runs both",
                                    mn_check_evidence(check, &check->need.evidence),
                                    mn_check_evidence(check, &check->need.against));
    mn_mend(check, finding, "containers of one OS in one Pod");
}

void mn_rule_spec_os_only(mn_check *check)
{
    if (check->exposure != MN_EXPOSED_SPEC_OS)
        return;
    mn_finding *finding =
        mn_report(check,
                  "spec.os",
                  "spec.os says %s, and does not schedule: may land on %s, where kubelet rejects "
                  "it (and a controller replaces it without end)",
                  check->spec->os.name,
                  mn_check_landing(check, &check->wrong_os_nodes));
    finding->nodes = check->wrong_os_nodes.items;
    finding->node_count = check->wrong_os_nodes.count;
    mn_mend_by_os(check, finding, mn_need_os(&check->need));
}

void mn_rule_preferred_only(mn_check *check)
{
    if (check->exposure != MN_EXPOSED_PREFERENCE)
        return;
    mn_finding *finding =
        mn_report(check,
                  "spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution",
                  "prefers an OS and requires none: may land on %s",
                  mn_check_landing(check, &check->wrong_os_nodes));
    finding->nodes = check->wrong_os_nodes.items;
    finding->node_count = check->wrong_os_nodes.count;
    mn_mend_by_os(check, finding, mn_need_os(&check->need));
}

void mn_rule_pod_label(mn_check *check)
{
    const char *label =
        check->spec == NULL ? NULL : mn_labels_find(&check->pod_meta->labels, MN_LABEL_OS);
    mn_os os = mn_need_os(&check->need);
    if (label == NULL || os == MN_OS_UNKNOWN || check->need.by_default ||
        strcmp(label, mn_os_name(os)) == 0)
        return;
    mn_finding *finding =
        mn_report(check,
                  "metadata.labels[" MN_LABEL_OS "]",
                  "the Pod's label says %s, but it needs %s (%s): kubelet rejects it",
                  label,
                  mn_os_name(os),
                  mn_check_evidence(check, &check->need.evidence));
    /* Of the template, not of the workload. */
    finding->path =
        mn_arena_printf(check->arena, "%smetadata.labels[" MN_LABEL_OS "]", check->prefix);
    mn_mend(check, finding, "no label %s on the Pod", MN_LABEL_OS);
    mn_edit_add(check, finding, (mn_edit){.kind = MN_EDIT_TEMPLATE_LABEL, .key = MN_LABEL_OS});
}
