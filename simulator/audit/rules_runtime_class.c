/* SPDX-License-Identifier: Apache-2.0 */
/* MU3xx: RuntimeClasses. */
#include "simulator/audit/check.h"

#include <string.h>

void mn_rule_runtime_class_missing(mn_check *check)
{
    if (check->spec == NULL || check->spec->runtime_class_name == NULL ||
        check->runtime_class != NULL)
        return;
    const char *name = check->spec->runtime_class_name;
    bool known = check->cluster->knows_runtime_classes;
    mn_finding *finding = mn_report(
        check,
        "spec.runtimeClassName",
        known ? "there is no RuntimeClass %s: the API server refuses it"
              : "RuntimeClass %s is not among the manifests: what it selects is not known",
        name);
    if (!known)
        finding->severity = MN_SEVERITY_NOTE;
    mn_mend(check,
            finding,
            known ? "a RuntimeClass that exists, or this one"
                  : "audit it together with the cluster's RuntimeClasses");
}

void mn_rule_runtime_class_conflict(mn_check *check)
{
    if (check->spec == NULL || check->refusal == NULL || check->runtime_class == NULL ||
        check->runtime_class->scheduling == NULL)
        return;
    const mn_labels *own = &check->effective.node_selector;
    const mn_labels *other = &check->runtime_class->scheduling->node_selector;
    for (size_t i = 0; i < own->count; i++) {
        const char *key = own->items[i].key, *value = mn_labels_find(other, key);
        if (value == NULL || strcmp(value, own->items[i].value) == 0)
            continue;
        mn_finding *finding = mn_report(check,
                                        mn_arena_printf(check->arena, "spec.nodeSelector[%s]", key),
                                        "the API server refuses it: %s",
                                        check->refusal);
        mn_mend(check,
                finding,
                "no %s of its own: RuntimeClass %s brings it",
                key,
                check->runtime_class->meta.name);
        mn_edit_add(check, finding, (mn_edit){.kind = MN_EDIT_SELECT, .key = key});
        return;
    }
}

/* By name or handler. */
static bool is_for_windows(const mn_runtime_class *one)
{
    const char *handler = one->handler == NULL ? "" : one->handler;
    return strstr(one->meta.name, "windows") != NULL || g_str_has_prefix(handler, "runhcs-");
}

void mn_rule_class_without_scheduling(mn_check *check)
{
    const mn_runtime_class *one = check->object == NULL ? NULL : check->object->runtime_class;
    if (one == NULL || !is_for_windows(one) ||
        (one->scheduling != NULL && one->scheduling->node_selector.count > 0))
        return;
    mn_finding *finding =
        mn_report(check, "scheduling.nodeSelector", "selects no nodes: Pods that use it go to any");
    mn_mend(check, finding, "scheduling.nodeSelector %s: windows, and the build", MN_LABEL_OS);
    mn_edit_add(check,
                finding,
                (mn_edit){.kind = MN_EDIT_SCHEDULING, .key = MN_LABEL_OS, .value = "windows"});
}
