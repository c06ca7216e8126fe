/* SPDX-License-Identifier: Apache-2.0 */
/* On which nodes a DaemonSet wants a Pod, and on which one may stay.
 *
 * Source: pkg/controller/daemon NodeShouldRunDaemonPod, v1.34.
 */
#include "simulator/engine/controllers/daemon_nodes.h"

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

/* What the controller does about a taint of that effect that is not tolerated. */
static bool is_kept_off(const mn_tolerations *tolerations, const mn_taints *taints, int effect)
{
    for (size_t i = 0; i < taints->count; i++) {
        const mn_taint *taint = &taints->items[i];
        if (taint->effect == effect && !mn_tolerations_tolerate(tolerations, taint))
            return true;
    }
    return false;
}

mn_daemon_verdict mn_daemon_on_node(const mn_pod_spec *spec, const mn_node *node)
{
    const bool named = spec->node_name != NULL && *spec->node_name != '\0';
    if ((named && strcmp(spec->node_name, node->meta.name) != 0) ||
        !mn_node_is_selected(spec, node))
        return (mn_daemon_verdict){false, false};
    const mn_taints *taints = &node->spec.taints;
    const bool chased = is_kept_off(&spec->tolerations, taints, MN_EFFECT_NO_EXECUTE);
    const bool kept_off = is_kept_off(&spec->tolerations, taints, MN_EFFECT_NO_SCHEDULE);
    return (mn_daemon_verdict){.runs = !chased && !kept_off, .continues = !chased};
}
