/* SPDX-License-Identifier: Apache-2.0 */
/* Surprise (kubernetes/kubernetes#141526): a namespaceSelector of the incoming Pod is
 * resolved to names and in addition asked about a namespace without labels. One that
 * only says NotIn or DoesNotExist therefore matches Pods of every namespace. The profile
 * can switch that off.
 */
#include "core/plugins/affinity_term.h"

#include "core/plugins/requirement_faults.h"
#include "mullion/sched/profile.h"

#include <string.h>

static bool is_empty(const mn_label_selector *selector)
{
    return selector->match_labels.count == 0 && selector->match_expressions.count == 0;
}

/* ------------------------------------------------------------------ incoming */

static mn_strings resolve(const mn_cycle *cycle, const mn_pod_affinity_term *term)
{
    const mn_label_selector *selector = term->namespace_selector;
    if (term->namespaces.count == 0 && selector == NULL) {
        const char **own = MN_ARENA_NEW(cycle->arena, const char *, 1);
        own[0] = cycle->class_->namespace_;
        return (mn_strings){.items = own, .count = 1};
    }
    if (selector == NULL || is_empty(selector))
        return term->namespaces;
    const GPtrArray *all = mn_snapshot_namespaces(cycle->snapshot);
    const char **names =
        MN_ARENA_NEW(cycle->arena, const char *, term->namespaces.count + all->len);
    size_t count = 0;
    for (size_t i = 0; i < term->namespaces.count; i++)
        names[count++] = term->namespaces.items[i];
    for (guint i = 0; i < all->len; i++) {
        const mn_namespace *namespace_ = g_ptr_array_index(all, i);
        if (mn_label_selector_matches(selector, &namespace_->meta.labels))
            names[count++] = namespace_->meta.name;
    }
    return (mn_strings){.items = names, .count = count};
}

static mn_incoming_term incoming(const mn_cycle *cycle, const mn_pod_affinity_term *term,
                                 int64_t weight)
{
    static const mn_labels no_labels = {.items = NULL};
    const mn_label_selector *selector = term->namespace_selector;
    const bool fixed = cycle->profile->quirks.fix_namespace_selector;
    bool any = false;
    if (selector != NULL)
        any = is_empty(selector) || (!fixed && mn_label_selector_matches(selector, &no_labels));
    return (mn_incoming_term){
        .term = term,
        .namespaces = resolve(cycle, term),
        .any_namespace = any,
        .weight = weight,
    };
}

mn_incoming_terms mn_incoming_required(const mn_cycle *cycle, const mn_pod_affinity *affinity)
{
    const size_t count = affinity == NULL ? 0 : affinity->required.count;
    mn_incoming_term *items = MN_ARENA_NEW(cycle->arena, mn_incoming_term, count);
    for (size_t i = 0; i < count; i++)
        items[i] = incoming(cycle, &affinity->required.items[i], 0);
    return (mn_incoming_terms){.items = items, .count = count};
}

static size_t add_preferred(const mn_cycle *cycle, const mn_pod_affinity *affinity, int sign,
                            mn_incoming_term *items)
{
    const size_t count = affinity == NULL ? 0 : affinity->preferred.count;
    for (size_t i = 0; i < count; i++) {
        const mn_weighted_pod_affinity_term *term = &affinity->preferred.items[i];
        items[i] = incoming(cycle, &term->term, sign * term->weight.value);
    }
    return count;
}

mn_incoming_terms mn_incoming_preferred(const mn_cycle *cycle, const mn_affinity *affinity)
{
    if (affinity == NULL)
        return (mn_incoming_terms){0};
    const size_t most = (affinity->pod == NULL ? 0 : affinity->pod->preferred.count) +
                        (affinity->pod_anti == NULL ? 0 : affinity->pod_anti->preferred.count);
    mn_incoming_term *items = MN_ARENA_NEW(cycle->arena, mn_incoming_term, most);
    size_t count = add_preferred(cycle, affinity->pod, 1, items);
    count += add_preferred(cycle, affinity->pod_anti, -1, items + count);
    return (mn_incoming_terms){.items = items, .count = count};
}

bool mn_incoming_term_matches(const mn_incoming_term *term, const mn_pod *other)
{
    return (term->any_namespace ||
            mn_strings_contain(&term->namespaces, mn_meta_namespace(&other->meta))) &&
           mn_label_selector_matches(term->term->label_selector, &other->meta.labels);
}

bool mn_incoming_terms_match_all(const mn_incoming_terms *terms, const mn_pod *other)
{
    for (size_t i = 0; i < terms->count; i++) {
        if (!mn_incoming_term_matches(&terms->items[i], other))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------ existing */

static bool namespace_matches(const mn_cycle *cycle, const mn_pod_affinity_term *term,
                              const mn_pod_class *owner)
{
    static const mn_labels no_labels = {.items = NULL};
    const char *name = cycle->class_->namespace_;
    const mn_label_selector *selector = term->namespace_selector;
    if (term->namespaces.count == 0 && selector == NULL)
        return strcmp(name, owner->namespace_) == 0;
    if (mn_strings_contain(&term->namespaces, name))
        return true;
    if (selector == NULL)
        return false;
    const mn_namespace *object = mn_snapshot_find_namespace(cycle->snapshot, name);
    return mn_label_selector_matches(selector, object == NULL ? &no_labels : &object->meta.labels);
}

bool mn_existing_term_matches(const mn_cycle *cycle, const mn_pod_affinity_term *term,
                              const mn_pod_class *owner)
{
    return mn_label_selector_matches(term->label_selector, &cycle->pod->meta.labels) &&
           namespace_matches(cycle, term, owner);
}

/* ------------------------------------------------------------------ faults */

static char *term_fault(const char *list, const mn_pod_affinity_term *term)
{
    g_autofree char *fault = mn_label_selector_fault(term->label_selector);
    if (fault == NULL)
        fault = mn_label_selector_fault(term->namespace_selector);
    return fault == NULL ? NULL : g_strdup_printf("%s: %s", list, fault);
}

static char *required_fault(const char *list, const mn_pod_affinity *affinity)
{
    char *fault = NULL;
    for (size_t i = 0; affinity != NULL && fault == NULL && i < affinity->required.count; i++)
        fault = term_fault(list, &affinity->required.items[i]);
    return fault;
}

static char *preferred_fault(const char *list, const mn_pod_affinity *affinity)
{
    char *fault = NULL;
    for (size_t i = 0; affinity != NULL && fault == NULL && i < affinity->preferred.count; i++)
        fault = term_fault(list, &affinity->preferred.items[i].term);
    return fault;
}

char *mn_affinity_fault(const mn_affinity *affinity)
{
    if (affinity == NULL)
        return NULL;
    char *fault = required_fault("requiredAffinityTerms", affinity->pod);
    if (fault == NULL)
        fault = required_fault("requiredAntiAffinityTerms", affinity->pod_anti);
    if (fault == NULL)
        fault = preferred_fault("preferredAffinityTerms", affinity->pod);
    if (fault == NULL)
        fault = preferred_fault("preferredAntiAffinityTerms", affinity->pod_anti);
    return fault;
}
