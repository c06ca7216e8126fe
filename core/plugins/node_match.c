/* SPDX-License-Identifier: Apache-2.0 */
#include "core/plugins/node_match.h"

#include "core/plugins/requirement_faults.h"

#include <string.h>

bool mn_node_term_is_empty(const mn_node_selector_term *term)
{
    return term->match_expressions.count == 0 && term->match_fields.count == 0;
}

static void field_faults(const mn_requirement *field, const char *path, GPtrArray *faults)
{
    if (field->op != MN_OP_IN && field->op != MN_OP_NOT_IN)
        g_ptr_array_add(faults,
                        g_strdup_printf("%s.operator: Unsupported value: \"%s\"",
                                        path,
                                        mn_selector_operator_name(field->op)));
    else if (field->values.count != 1)
        g_ptr_array_add(faults,
                        g_strdup_printf("%s.values: Invalid value: %zu: must have one element",
                                        path,
                                        field->values.count));
}

void mn_node_term_faults(const mn_node_selector_term *term, const char *path, GPtrArray *faults)
{
    for (size_t i = 0; i < term->match_expressions.count; i++) {
        g_autofree char *place = g_strdup_printf("%s.matchExpressions[%zu]", path, i);
        mn_requirement_faults(&term->match_expressions.items[i], place, faults);
    }
    for (size_t i = 0; i < term->match_fields.count; i++) {
        g_autofree char *place = g_strdup_printf("%s.matchFields[%zu]", path, i);
        field_faults(&term->match_fields.items[i], place, faults);
    }
}

bool mn_node_term_matches(const mn_node_selector_term *term, const mn_node *node)
{
    if (mn_node_term_is_empty(term))
        return false;
    for (size_t i = 0; i < term->match_expressions.count; i++) {
        const mn_requirement *requirement = &term->match_expressions.items[i];
        const char *value = mn_labels_find(&node->meta.labels, requirement->key);
        if (!mn_requirement_matches(requirement, value))
            return false;
    }
    for (size_t i = 0; i < term->match_fields.count; i++) {
        const mn_requirement *field = &term->match_fields.items[i];
        const bool is_name = strcmp(field->key, "metadata.name") == 0;
        if (!mn_requirement_matches(field, is_name ? node->meta.name : ""))
            return false;
    }
    return true;
}

mn_required_nodes mn_required_nodes_of_selector(mn_arena *arena, const mn_node_selector *selector)
{
    mn_required_nodes required = {.required = selector};
    if (selector == NULL)
        return required;
    bool *parses = MN_ARENA_NEW(arena, bool, selector->terms.count);
    for (size_t i = 0; i < selector->terms.count; i++) {
        g_autoptr(GPtrArray) faults = g_ptr_array_new_with_free_func(g_free);
        mn_node_term_faults(&selector->terms.items[i], "", faults);
        parses[i] = faults->len == 0;
    }
    required.parses = parses;
    return required;
}

mn_required_nodes mn_required_nodes_of(mn_arena *arena, const mn_pod *pod)
{
    const mn_affinity *affinity = pod->spec.affinity;
    const bool has = affinity != NULL && affinity->node != NULL;
    mn_required_nodes required =
        mn_required_nodes_of_selector(arena, has ? affinity->node->required : NULL);
    required.node_selector = &pod->spec.node_selector;
    return required;
}

bool mn_required_nodes_match(const mn_required_nodes *required, const mn_node *node)
{
    if (required->node_selector != NULL &&
        !mn_labels_contain(&node->meta.labels, required->node_selector))
        return false;
    if (required->required == NULL)
        return true;
    for (size_t i = 0; i < required->required->terms.count; i++) {
        if (required->parses[i] && mn_node_term_matches(&required->required->terms.items[i], node))
            return true;
    }
    return false;
}
