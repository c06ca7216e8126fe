/* SPDX-License-Identifier: Apache-2.0 */
/* What differs between two versions of an object, as far as scheduling looks at it. */
#include "mullion/sched/event.h"

#include <string.h>

static bool same_text(const char *a, const char *b)
{
    return g_strcmp0(a, b) == 0;
}

static bool same_labels(const mn_labels *a, const mn_labels *b)
{
    return a->count == b->count && mn_labels_contain(a, b);
}

static bool same_taints(const mn_taints *a, const mn_taints *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const mn_taint *x = &a->items[i], *y = &b->items[i];
        if (x->effect != y->effect || !same_text(x->key, y->key) || !same_text(x->value, y->value))
            return false;
    }
    return true;
}

static bool same_seconds(mn_opt_int a, mn_opt_int b)
{
    return a.set == b.set && (!a.set || a.value == b.value);
}

static bool same_tolerations(const mn_tolerations *a, const mn_tolerations *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const mn_toleration *x = &a->items[i], *y = &b->items[i];
        if (x->effect != y->effect || x->op != y->op || !same_text(x->key, y->key) ||
            !same_text(x->value, y->value) || !same_seconds(x->seconds, y->seconds))
            return false;
    }
    return true;
}

static bool same_resources(const mn_resources *a, const mn_resources *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        if (!same_text(a->items[i].name, b->items[i].name) ||
            mn_quantity_cmp(a->items[i].quantity, b->items[i].quantity) != 0)
            return false;
    }
    return true;
}

uint32_t mn_node_changes(const mn_node *before, const mn_node *after)
{
    uint32_t changes = 0;
    if (!same_resources(&before->status.allocatable, &after->status.allocatable))
        changes |= mn_event_bit(MN_EVENT_NODE_ALLOCATABLE);
    if (!same_labels(&before->meta.labels, &after->meta.labels))
        changes |= mn_event_bit(MN_EVENT_NODE_LABELS);
    if (!same_taints(&before->spec.taints, &after->spec.taints) ||
        (before->spec.unschedulable && !after->spec.unschedulable))
        changes |= mn_event_bit(MN_EVENT_NODE_TAINTS);
    return changes;
}

static bool requests_less(const mn_amounts *before, const mn_amounts *after)
{
    if (after->milli_cpu < before->milli_cpu || after->memory < before->memory ||
        after->ephemeral_storage < before->ephemeral_storage)
        return true;
    for (size_t i = 0; i < before->scalar_count; i++) {
        const mn_scalar *scalar = &before->scalars[i];
        if (mn_amounts_get(after, scalar->name) < scalar->value)
            return true;
    }
    return false;
}

uint32_t mn_pod_changes(mn_pod_info before, mn_pod_info after)
{
    uint32_t changes = 0;
    if (!same_labels(&before.pod->meta.labels, &after.pod->meta.labels))
        changes |= mn_event_bit(MN_EVENT_POD_LABELS);
    if (requests_less(&before.class_->requested, &after.class_->requested))
        changes |= mn_event_bit(MN_EVENT_POD_SCALE_DOWN);
    if (!same_tolerations(&before.pod->spec.tolerations, &after.pod->spec.tolerations))
        changes |= mn_event_bit(MN_EVENT_POD_TOLERATIONS);
    if (before.pod->spec.scheduling_gates.count > 0 && after.pod->spec.scheduling_gates.count == 0)
        changes |= mn_event_bit(MN_EVENT_POD_UNGATED);
    return changes;
}

bool mn_pod_is_assigned(const mn_pod *pod)
{
    return pod->spec.node_name != NULL && *pod->spec.node_name != '\0';
}

const char *mn_node_label(const mn_node *node, const char *key)
{
    return node == NULL ? NULL : mn_labels_find(&node->meta.labels, key);
}
