/* SPDX-License-Identifier: Apache-2.0 */
/* Admission plugins that only a strategy switches on.
 *
 * PodNodeSelector: plugin/pkg/admission/podnodeselector of kubernetes v1.34; the namespace's
 * annotation is what a strategy's defaultNodeSelector stands for. Mutations: what a
 * MutatingAdmissionPolicy does that fills in defaults; it runs behind RuntimeClass.
 */
#include "simulator/engine/admission_steps.h"
#include "simulator/strategy/parts.h"
#include "simulator/strategy/patching.h"

#include <string.h>

void mn_admission_default_selector(mn_admission *admission)
{
    const mn_strategy *strategy = admission->strategy;
    if (strategy == NULL)
        return;
    const mn_selector_rules *rules = &strategy->admission.default_node_selector;
    const char *name = mn_meta_namespace(&admission->pod->meta);
    const mn_labels *wanted = NULL; /* of several rules the last one counts */
    for (size_t i = 0; i < rules->count; i++) {
        if (mn_match_namespace(&rules->items[i].match, name))
            wanted = &rules->items[i].node_selector;
    }
    if (wanted != NULL && !mn_admission_merge_selector(admission, wanted, NULL))
        mn_admission_forbid(
            admission, "pod node label selector conflicts with its namespace node label selector");
}

static const mn_pod_template *filled_in(const mn_admission *admission, size_t index,
                                        const mn_pod_template *pod)
{
    const mn_strategy *strategy = admission->strategy;
    g_autofree char *field = g_strdup_printf("spec.admission.mutate[%zu].patch", index);
    const mn_patching how = {
        .arena = admission->arena,
        .shape = &mn_pod_template_shape,
        .kind = "PodTemplateSpec",
        .strategy = strategy->file,
        .field = field,
        .subject = "Pod",
    };
    /* It was checked when the strategy was loaded; what is left is refused by validation. */
    return mn_patching_apply(&how, pod, strategy->admission.mutate.items[index].patch, true, NULL);
}

void mn_admission_mutate(mn_admission *admission)
{
    if (admission->strategy == NULL)
        return;
    mn_pod *pod = admission->pod;
    const mn_patch_rules *rules = &admission->strategy->admission.mutate;
    const char *origin = pod->meta.origin;
    for (size_t i = 0; i < rules->count; i++) {
        const mn_pod_facts facts = {
            .names = {.namespace_ = mn_meta_namespace(&pod->meta),
                      .kind = "Pod",
                      .name = pod->meta.name == NULL ? "" : pod->meta.name},
            .labels = &pod->meta.labels,
            .spec = &pod->spec,
        };
        if (!mn_match_pod(&rules->items[i].match, &facts))
            continue;
        const mn_pod_template before = {.meta = pod->meta, .spec = pod->spec};
        const mn_pod_template *after = filled_in(admission, i, &before);
        if (after == NULL)
            continue;
        pod->meta = after->meta;
        pod->meta.origin = origin;
        pod->spec = after->spec;
    }
}
