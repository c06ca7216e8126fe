/* SPDX-License-Identifier: Apache-2.0 */
/* InterPodAffinity: near to some Pods, away from others, and the same asked by Pods that
 * are there already.
 *
 * All is counted by topology pair (key, value): how many Pods there attract or repel.
 */
#include "core/plugins/affinity_term.h"
#include "core/plugins/pair_counts.h"
#include "core/plugins/plugins.h"

#include <inttypes.h>

MN_VERDICT_CONST(not_near, MN_CODE_UNRESOLVABLE, "node(s) didn't match pod affinity rules");
MN_VERDICT_CONST(too_near, MN_CODE_UNSCHEDULABLE, "node(s) didn't match pod anti-affinity rules");
MN_VERDICT_CONST(unwanted, MN_CODE_UNSCHEDULABLE,
                 "node(s) didn't satisfy existing pods anti-affinity rules");

struct args {
    bool header;
    mn_opt_int hard_weight; /* of a required term of an existing Pod, when scoring */
    bool ignore_preferred;  /* terms of existing Pods */
};

static const mn_field arg_fields[] = {
    ARGS_HEADER(struct args),
    MN_FIELD(struct args, hard_weight, "hardPodAffinityWeight", MN_FIELD_INT32),
    MN_FIELD(struct args, ignore_preferred, "ignorePreferredTermsOfExistingPods", MN_FIELD_BOOL),
};
static const mn_shape arg_shape = {
    .name = "InterPodAffinityArgs",
    .size = sizeof(struct args),
    .fields = arg_fields,
    .count = G_N_ELEMENTS(arg_fields),
    .strict = true,
};

static const void *configure(mn_arena *arena, const mn_at *at, GError **error)
{
    enum { MAX_WEIGHT = 100 };
    struct args *args = MN_ARENA_NEW(arena, struct args, 1);
    if (at != NULL && !mn_decode(arena, &arg_shape, at, args, error))
        return NULL;
    if (!args->hard_weight.set)
        args->hard_weight.value = 1;
    if (args->hard_weight.value < 0 || args->hard_weight.value > MAX_WEIGHT) {
        mn_at_error(at,
                    MN_ERROR_SCHEMA,
                    error,
                    "hardPodAffinityWeight: expected 0 to %d, found %" PRId64,
                    MAX_WEIGHT,
                    args->hard_weight.value);
        return NULL;
    }
    return args;
}

static const struct args *args_of(const mn_cycle *cycle)
{
    return mn_cycle_args(cycle, &mn_plugin_inter_pod_affinity);
}

struct state {
    mn_incoming_terms affinity, anti_affinity; /* required, of the incoming Pod */
    mn_pair_counts near, away;                 /* Pods that match them */
    mn_pair_counts unwanted; /* Pods there whose required anti-affinity matches it */
    mn_pair_counts scores;
};

static const mn_pod_affinity *affinity_of(const mn_pod *pod)
{
    return pod->spec.affinity == NULL ? NULL : pod->spec.affinity->pod;
}

static const mn_pod_affinity *anti_affinity_of(const mn_pod *pod)
{
    return pod->spec.affinity == NULL ? NULL : pod->spec.affinity->pod_anti;
}

/* Adds at the node's value of the key, where it has the label. */
static void add_at(mn_pair_counts *counts, const mn_node_info *node, const char *key, int64_t more)
{
    const char *value = mn_node_info_label(node, key);
    if (value != NULL)
        mn_pair_counts_add(counts, key, value, more);
}

/* ------------------------------------------------------------------ Filter */

static void count_unwanted(const mn_cycle *cycle, struct state *state, const mn_pod_info *pod,
                           const mn_node_info *node, int sign)
{
    const mn_pod_affinity *anti = anti_affinity_of(pod->pod);
    for (size_t i = 0; anti != NULL && i < anti->required.count; i++) {
        const mn_pod_affinity_term *term = &anti->required.items[i];
        if (mn_existing_term_matches(cycle, term, pod->class_))
            add_at(&state->unwanted, node, term->topology_key, sign);
    }
}

static void count_own(struct state *state, const mn_pod_info *pod, const mn_node_info *node,
                      int sign)
{
    if (state->affinity.count > 0 && mn_incoming_terms_match_all(&state->affinity, pod->pod)) {
        for (size_t i = 0; i < state->affinity.count; i++)
            add_at(&state->near, node, state->affinity.items[i].term->topology_key, sign);
    }
    for (size_t i = 0; i < state->anti_affinity.count; i++) {
        const mn_incoming_term *term = &state->anti_affinity.items[i];
        if (mn_incoming_term_matches(term, pod->pod))
            add_at(&state->away, node, term->term->topology_key, sign);
    }
}

static void update(const mn_cycle *cycle, void *data, const mn_pod_info *pod,
                   const mn_node_info *node, int sign)
{
    count_unwanted(cycle, data, pod, node, sign);
    count_own(data, pod, node, sign);
}

static void *clone(mn_arena *arena, const void *data)
{
    const struct state *state = data;
    struct state *copy = MN_ARENA_NEW(arena, struct state, 1);
    *copy = *state;
    copy->near = mn_pair_counts_clone(arena, &state->near);
    copy->away = mn_pair_counts_clone(arena, &state->away);
    copy->unwanted = mn_pair_counts_clone(arena, &state->unwanted);
    return copy;
}

static struct state *get_state(mn_cycle *cycle)
{
    struct state *state = cycle->state[MN_INDEX_inter_pod_affinity];
    if (state == NULL) {
        state = MN_ARENA_NEW(cycle->arena, struct state, 1);
        state->near.arena = state->away.arena = cycle->arena;
        state->unwanted.arena = state->scores.arena = cycle->arena;
        cycle->state[MN_INDEX_inter_pod_affinity] = state;
    }
    return state;
}

static void count_node(const mn_cycle *cycle, struct state *state, const mn_node_info *node,
                       bool own)
{
    if (!own && node->with_required_anti_affinity == 0)
        return;
    for (size_t i = 0; i < mn_node_info_pod_count(node); i++) {
        const mn_pod_info *pod = mn_node_info_pod(node, i);
        if (pod->class_->has_required_anti_affinity)
            count_unwanted(cycle, state, pod, node, 1);
        if (own)
            count_own(state, pod, node, 1);
    }
}

static mn_verdict pre_filter(mn_cycle *cycle, mn_name_set *restricted_to)
{
    (void)restricted_to;
    g_autofree char *fault = mn_affinity_fault(cycle->pod->spec.affinity);
    if (fault != NULL)
        return mn_verdict_printf(cycle->arena, MN_CODE_UNRESOLVABLE, "parsing pod: %s", fault);
    struct state *state = get_state(cycle);
    state->affinity = mn_incoming_required(cycle, affinity_of(cycle->pod));
    state->anti_affinity = mn_incoming_required(cycle, anti_affinity_of(cycle->pod));
    const bool own = state->affinity.count > 0 || state->anti_affinity.count > 0;
    if (own || cycle->snapshot->with_affinity > 0) {
        for (size_t i = 0; i < cycle->snapshot->count; i++)
            count_node(cycle, state, cycle->snapshot->nodes[i], own);
    }
    return !own && state->unwanted.nonzero == 0 ? mn_skips() : mn_fits();
}

/* The first Pod of a series, which is to be near others of its kind, goes anywhere. */
static bool is_first_of_its_kind(const mn_cycle *cycle, const struct state *state)
{
    return state->near.nonzero == 0 && mn_incoming_terms_match_all(&state->affinity, cycle->pod);
}

static bool is_near(const mn_cycle *cycle, const struct state *state, const mn_node_info *node)
{
    bool all = true;
    for (size_t i = 0; i < state->affinity.count; i++) {
        const char *key = state->affinity.items[i].term->topology_key;
        const char *value = mn_node_info_label(node, key);
        if (value == NULL)
            return false;
        all &= mn_pair_counts_get(&state->near, key, value) > 0;
    }
    return all || is_first_of_its_kind(cycle, state);
}

static bool is_away(const struct state *state, const mn_node_info *node)
{
    for (size_t i = 0; i < state->anti_affinity.count; i++) {
        const char *key = state->anti_affinity.items[i].term->topology_key;
        const char *value = mn_node_info_label(node, key);
        if (value != NULL && mn_pair_counts_get(&state->away, key, value) > 0)
            return false;
    }
    return true;
}

static bool is_unwanted(const struct state *state, const mn_node_info *node)
{
    const mn_labels *labels = &node->node->meta.labels;
    for (size_t i = 0; state->unwanted.nonzero > 0 && i < labels->count; i++) {
        const mn_label *label = &labels->items[i];
        if (mn_pair_counts_get(&state->unwanted, label->key, label->value) > 0)
            return true;
    }
    return false;
}

static mn_verdict filter(const mn_cycle *cycle, const mn_node_info *node)
{
    const struct state *state = cycle->state[MN_INDEX_inter_pod_affinity];
    if (!is_near(cycle, state, node))
        return not_near;
    if (!is_away(state, node))
        return too_near;
    return is_unwanted(state, node) ? unwanted : mn_fits();
}

/* ------------------------------------------------------------------ Score */

static void score_preferred(const mn_cycle *cycle, struct state *state,
                            const mn_pod_affinity *affinity, const mn_pod_info *owner,
                            const mn_node_info *node, int sign)
{
    for (size_t i = 0; affinity != NULL && i < affinity->preferred.count; i++) {
        const mn_weighted_pod_affinity_term *term = &affinity->preferred.items[i];
        if (mn_existing_term_matches(cycle, &term->term, owner->class_))
            add_at(&state->scores, node, term->term.topology_key, sign * term->weight.value);
    }
}

static void score_pod(const mn_cycle *cycle, struct state *state, const mn_incoming_terms *own,
                      const mn_pod_info *pod, const mn_node_info *node)
{
    const int64_t hard_weight = args_of(cycle)->hard_weight.value;
    const mn_pod_affinity *affinity = affinity_of(pod->pod);
    for (size_t i = 0; i < own->count; i++) {
        const mn_incoming_term *term = &own->items[i];
        if (mn_incoming_term_matches(term, pod->pod))
            add_at(&state->scores, node, term->term->topology_key, term->weight);
    }
    for (size_t i = 0; hard_weight > 0 && affinity != NULL && i < affinity->required.count; i++) {
        const mn_pod_affinity_term *term = &affinity->required.items[i];
        if (mn_existing_term_matches(cycle, term, pod->class_))
            add_at(&state->scores, node, term->topology_key, hard_weight);
    }
    score_preferred(cycle, state, affinity, pod, node, 1);
    score_preferred(cycle, state, anti_affinity_of(pod->pod), pod, node, -1);
}

static mn_verdict pre_score(mn_cycle *cycle, mn_node_run feasible)
{
    (void)feasible;
    const mn_incoming_terms own = mn_incoming_preferred(cycle, cycle->pod->spec.affinity);
    if (own.count == 0 && (args_of(cycle)->ignore_preferred || cycle->snapshot->with_affinity == 0))
        return mn_skips();
    struct state *state = get_state(cycle);
    for (size_t i = 0; i < cycle->snapshot->count; i++) {
        const mn_node_info *node = cycle->snapshot->nodes[i];
        if (node->node->meta.labels.count == 0 || (own.count == 0 && node->with_affinity == 0))
            continue;
        for (size_t j = 0; j < mn_node_info_pod_count(node); j++) {
            const mn_pod_info *pod = mn_node_info_pod(node, j);
            if (own.count > 0 || pod->class_->has_pod_affinity)
                score_pod(cycle, state, &own, pod, node);
        }
    }
    return state->scores.entries == 0 ? mn_skips() : mn_fits();
}

static mn_verdict score(const mn_cycle *cycle, const mn_node_info *node, int64_t *raw)
{
    const struct state *state = cycle->state[MN_INDEX_inter_pod_affinity];
    const mn_labels *labels = &node->node->meta.labels;
    *raw = 0;
    for (size_t i = 0; i < labels->count; i++)
        *raw += mn_pair_counts_get(&state->scores, labels->items[i].key, labels->items[i].value);
    return mn_fits();
}

static void normalize(const mn_cycle *cycle, mn_node_run feasible, int64_t *scores)
{
    (void)cycle;
    int64_t least = INT64_MAX, most = INT64_MIN;
    for (size_t i = 0; i < feasible.count; i++) {
        least = MIN(least, scores[i]);
        most = MAX(most, scores[i]);
    }
    for (size_t i = 0; i < feasible.count; i++) {
        const double share =
            most > least ? (double)(scores[i] - least) / (double)(most - least) : 0;
        scores[i] = (int64_t)((double)MN_SCORE_MAX * share);
    }
}

/* ------------------------------------------------------------------ queueing */

static bool matches_all(const mn_incoming_terms *terms, const mn_pod *pod)
{
    return terms->count > 0 && mn_incoming_terms_match_all(terms, pod);
}

static bool matches_any(const mn_incoming_terms *terms, const mn_pod *pod)
{
    for (size_t i = 0; i < terms->count; i++) {
        if (mn_incoming_term_matches(&terms->items[i], pod))
            return true;
    }
    return false;
}

/* Would that Pod, where it is, keep the waiting one away? v1.34 asks whether it matches all
 * terms of anti-affinity, where one is enough, and not for its own terms at all. */
static bool is_kept_away(const mn_cycle *cycle, const mn_incoming_terms *anti, mn_pod_info other)
{
    if (!cycle->profile->quirks.fix_affinity_hints)
        return matches_all(anti, other.pod);
    const mn_pod_affinity *its = anti_affinity_of(other.pod);
    for (size_t i = 0; its != NULL && i < its->required.count; i++) {
        if (mn_existing_term_matches(cycle, &its->required.items[i], other.class_))
            return true;
    }
    return matches_any(anti, other.pod);
}

static bool hint_pod(const mn_cycle *cycle, const mn_event *event)
{
    const mn_incoming_terms near = mn_incoming_required(cycle, affinity_of(cycle->pod));
    const mn_incoming_terms away = mn_incoming_required(cycle, anti_affinity_of(cycle->pod));
    const mn_pod_info before = event->old_pod, after = event->pod;
    if ((before.pod != NULL && !mn_pod_is_assigned(before.pod)) ||
        (after.pod != NULL && !mn_pod_is_assigned(after.pod)))
        return false;
    if (before.pod == NULL)
        return after.pod != NULL && matches_all(&near, after.pod);
    if (after.pod == NULL)
        return is_kept_away(cycle, &away, before);
    return (!matches_all(&near, before.pod) && matches_all(&near, after.pod)) ||
           (is_kept_away(cycle, &away, before) && !is_kept_away(cycle, &away, after));
}

/* Has the node, as an event brings or changes it, another domain of a term? Losing its
 * label helps against anti-affinity only. */
static bool moves_domain(const mn_pod_affinity *affinity, const mn_event *event, bool losing_helps)
{
    for (size_t i = 0; affinity != NULL && i < affinity->required.count; i++) {
        const char *key = affinity->required.items[i].topology_key;
        const char *before = mn_node_label(event->old_node, key);
        const char *after = mn_node_label(event->node, key);
        if (g_strcmp0(before, after) != 0 && (after != NULL || losing_helps))
            return true;
    }
    return false;
}

static bool hint(const mn_cycle *cycle, const mn_event *event)
{
    if (event->node == NULL)
        return hint_pod(cycle, event);
    return moves_domain(affinity_of(cycle->pod), event, false) ||
           moves_domain(anti_affinity_of(cycle->pod), event, true);
}

static bool hears(const mn_cycle *cycle, bool rejected, const mn_pod *neighbour)
{
    (void)rejected;
    const mn_incoming_terms near = mn_incoming_required(cycle, affinity_of(cycle->pod));
    return matches_any(&near, neighbour);
}

const mn_plugin mn_plugin_inter_pod_affinity = {
    .name = "InterPodAffinity",
    .summary = "Pod affinity and anti-affinity, both ways",
    .index = MN_INDEX_inter_pod_affinity,
    .points = AT(PRE_FILTER) | AT(FILTER) | AT(PRE_SCORE) | AT(SCORE),
    .weight = 2,
    .configure = configure,
    .pre_filter = pre_filter,
    .filter = filter,
    .update = update,
    .clone = clone,
    .pre_score = pre_score,
    .score = score,
    .normalize = normalize,
    .events = ON(POD_ADD) | ON(POD_DELETE) | ON(POD_LABELS) | ON(NODE_ADD) | ON(NODE_LABELS),
    .hint = hint,
    .hears = hears,
};
