/* SPDX-License-Identifier: Apache-2.0 */
/* The RuntimeClass admission plugin.
 *
 * It looks at the nodeSelector alone: neither at the Pod's affinity nor at spec.os, so that
 * contradictions with those pass. Source: plugin/pkg/admission/runtimeclass and
 * pkg/util/tolerations of kubernetes v1.34.
 */
#include "simulator/engine/admission_steps.h"

#include <string.h>

/* ---- tolerations */

static bool same_toleration(const mn_toleration *a, const mn_toleration *b)
{
    return strcmp(a->key, b->key) == 0 && strcmp(a->value, b->value) == 0 && a->op == b->op &&
           a->effect == b->effect && a->seconds.set == b->seconds.set &&
           a->seconds.value == b->seconds.value;
}

static bool outlasts(const mn_toleration *wide, const mn_toleration *narrow)
{
    if (wide->effect != MN_EFFECT_NO_EXECUTE || !wide->seconds.set)
        return true;
    return narrow->seconds.set && narrow->seconds.value <= wide->seconds.value;
}

/* Surprise: an operator left out means Equal for the wide one, and not for the narrow. */
static bool is_superset(const mn_toleration *wide, const mn_toleration *narrow)
{
    if (same_toleration(wide, narrow))
        return true;
    bool any_key = *wide->key == '\0' && wide->op == MN_TOLERATION_EXISTS;
    if (!any_key && strcmp(wide->key, narrow->key) != 0)
        return false;
    if (wide->effect != narrow->effect && wide->effect != MN_EFFECT_ANY)
        return false;
    if (!outlasts(wide, narrow))
        return false;
    return wide->op == MN_TOLERATION_EXISTS ||
           (narrow->op == MN_TOLERATION_EQUAL && strcmp(narrow->value, wide->value) == 0);
}

static bool covered_by_one_of(const mn_toleration *items, size_t count, const mn_toleration *t)
{
    for (size_t i = 0; i < count; i++) {
        if (is_superset(&items[i], t))
            return true;
    }
    return false;
}

/* Among equals the first stays. */
static bool covered_by_a_wider(const mn_toleration *items, size_t count, const mn_toleration *t)
{
    for (size_t i = 0; i < count; i++) {
        if (!same_toleration(&items[i], t) && is_superset(&items[i], t))
            return true;
    }
    return false;
}

mn_tolerations mn_tolerations_merge(mn_arena *arena, mn_tolerations first, mn_tolerations second)
{
    size_t count = first.count + second.count;
    mn_toleration *all = MN_ARENA_NEW(arena, mn_toleration, count);
    mn_toleration *merged = MN_ARENA_NEW(arena, mn_toleration, count);
    if (first.count > 0)
        memcpy(all, first.items, first.count * sizeof *all);
    if (second.count > 0)
        memcpy(all + first.count, second.items, second.count * sizeof *all);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (!covered_by_one_of(merged, kept, &all[i]) &&
            !covered_by_a_wider(all + i + 1, count - i - 1, &all[i]))
            merged[kept++] = all[i];
    }
    return (mn_tolerations){.items = merged, .count = kept};
}

/* ---- nodeSelector */

/* Both are sorted by key, and so is the result. */
bool mn_admission_merge_selector(mn_admission *admission, const mn_labels *wanted,
                                 const mn_label **conflict)
{
    mn_labels *selector = &admission->pod->spec.node_selector;
    mn_label *merged = MN_ARENA_NEW(admission->arena, mn_label, selector->count + wanted->count);
    size_t count = 0, i = 0, j = 0;
    while (i < selector->count || j < wanted->count) {
        int order = 0;
        if (i == selector->count || j == wanted->count)
            order = i == selector->count ? 1 : -1;
        else
            order = strcmp(selector->items[i].key, wanted->items[j].key);
        if (order == 0 && strcmp(selector->items[i].value, wanted->items[j].value) != 0) {
            if (conflict != NULL)
                *conflict = &wanted->items[j];
            return false;
        }
        merged[count++] = order <= 0 ? selector->items[i] : wanted->items[j];
        i += order <= 0;
        j += order >= 0;
    }
    *selector = (mn_labels){.items = merged, .count = count};
    return true;
}

static void merge_selector(mn_admission *admission, const mn_labels *wanted)
{
    const mn_label *conflict = NULL;
    if (mn_admission_merge_selector(admission, wanted, &conflict))
        return;
    mn_admission_forbid(admission,
                        "conflict: runtimeClass.scheduling.nodeSelector[%s] = %s; "
                        "pod.spec.nodeSelector[%s] = %s",
                        conflict->key,
                        conflict->value,
                        conflict->key,
                        mn_labels_find(&admission->pod->spec.node_selector, conflict->key));
}

/* ---- overhead */

static bool same_resources(const mn_resources *a, const mn_resources *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        if (strcmp(a->items[i].name, b->items[i].name) != 0 ||
            mn_quantity_cmp(a->items[i].quantity, b->items[i].quantity) != 0)
            return false;
    }
    return true;
}

static void set_overhead(mn_admission *admission, const mn_runtime_class *runtime_class)
{
    mn_resources *overhead = &admission->pod->spec.overhead;
    bool defined = runtime_class != NULL && runtime_class->overhead != NULL;
    if (!defined && overhead->count > 0)
        mn_admission_forbid(
            admission,
            "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
    else if (defined && overhead->items != NULL &&
             !same_resources(overhead, &runtime_class->overhead->pod_fixed))
        mn_admission_forbid(
            admission,
            "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
    else if (defined)
        *overhead = runtime_class->overhead->pod_fixed;
}

void mn_admission_merge_runtime_class(mn_admission *admission)
{
    const char *name = admission->pod->spec.runtime_class_name;
    const mn_runtime_class *runtime_class = NULL;
    if (name != NULL) {
        runtime_class = mn_objects_find_runtime_class(admission->objects, name);
        if (runtime_class == NULL) {
            mn_admission_forbid(admission, "pod rejected: RuntimeClass \"%s\" not found", name);
            return;
        }
    }
    set_overhead(admission, runtime_class);
    if (admission->rejection != NULL || runtime_class == NULL || runtime_class->scheduling == NULL)
        return;
    merge_selector(admission, &runtime_class->scheduling->node_selector);
    admission->pod->spec.tolerations = mn_tolerations_merge(
        admission->arena, admission->pod->spec.tolerations, runtime_class->scheduling->tolerations);
}
