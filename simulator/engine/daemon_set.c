/* SPDX-License-Identifier: Apache-2.0 */
/* On which nodes a DaemonSet wants a Pod.
 *
 * Source: pkg/controller/daemon NodeShouldRunDaemonPod, v1.34. The template comes with the
 * tolerations that the controller adds.
 */
#include "simulator/engine/controllers.h"

#include <string.h>

static const char *field_value(const mn_node *node, const char *field)
{
    return strcmp(field, "metadata.name") == 0 ? node->meta.name : NULL;
}

/* A term without anything in it matches nothing. */
static bool term_matches(const mn_node_selector_term *term, const mn_node *node)
{
    if (term->match_expressions.count + term->match_fields.count == 0)
        return false;
    for (size_t i = 0; i < term->match_expressions.count; i++) {
        const mn_requirement *r = &term->match_expressions.items[i];
        if (!mn_requirement_matches(r, mn_labels_find(&node->meta.labels, r->key)))
            return false;
    }
    for (size_t i = 0; i < term->match_fields.count; i++) {
        const mn_requirement *r = &term->match_fields.items[i];
        if (!mn_requirement_matches(r, field_value(node, r->key)))
            return false;
    }
    return true;
}

bool mn_node_is_selected(const mn_pod_spec *spec, const mn_node *node)
{
    if (!mn_labels_contain(&node->meta.labels, &spec->node_selector))
        return false;
    if (spec->affinity == NULL || spec->affinity->node == NULL ||
        spec->affinity->node->required == NULL)
        return true;
    const mn_node_selector_terms *terms = &spec->affinity->node->required->terms;
    for (size_t i = 0; i < terms->count; i++) {
        if (term_matches(&terms->items[i], node))
            return true;
    }
    return false;
}

static bool is_kept_off(const mn_tolerations *tolerations, const mn_taints *taints)
{
    for (size_t i = 0; i < taints->count; i++) {
        const mn_taint *taint = &taints->items[i];
        if (taint->effect != MN_EFFECT_PREFER_NO_SCHEDULE &&
            !mn_tolerations_tolerate(tolerations, taint))
            return true;
    }
    return false;
}

bool mn_daemon_runs_on(const mn_pod_spec *spec, const mn_node *node)
{
    bool named = spec->node_name != NULL && *spec->node_name != '\0';
    return (!named || strcmp(spec->node_name, node->meta.name) == 0) &&
           mn_node_is_selected(spec, node) && !is_kept_off(&spec->tolerations, &node->spec.taints);
}
