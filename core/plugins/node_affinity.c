/* SPDX-License-Identifier: Apache-2.0 */
/* NodeAffinity: nodeSelector, required and preferred node affinity, and what the profile
 * adds to every Pod's.
 *
 * Surprise: a term that does not parse is silently no match when required, and an error
 * of the whole cycle when preferred.
 */
#include "core/plugins/node_match.h"
#include "core/plugins/plugins.h"
#include "core/plugins/requirement_faults.h"

#include <stdlib.h>
#include <string.h>

MN_VERDICT_CONST(no_match, MN_CODE_UNRESOLVABLE,
                 "node(s) didn't match Pod's node affinity/selector");
MN_VERDICT_CONST(not_added, MN_CODE_UNRESOLVABLE,
                 "node(s) didn't match scheduler-enforced node affinity");
MN_VERDICT_CONST(conflict, MN_CODE_UNRESOLVABLE, "pod affinity terms conflict");

struct args {
    const mn_node_affinity *added; /* NULL: none */
    mn_required_nodes added_required;
};

struct shape {
    bool header;
    const mn_node_affinity *added;
};

static const mn_field arg_fields[] = {
    ARGS_HEADER(struct shape),
    MN_FIELD_OF(struct shape, added, "addedAffinity", MN_FIELD_OBJECT_PTR, mn_node_affinity_shape),
};
static const mn_shape arg_shape = {
    .name = "NodeAffinityArgs",
    .size = sizeof(struct shape),
    .fields = arg_fields,
    .count = G_N_ELEMENTS(arg_fields),
    .strict = true,
};

static const void *configure(mn_arena *arena, const mn_at *at, GError **error)
{
    struct shape read = {.added = NULL};
    if (at != NULL && !mn_decode(arena, &arg_shape, at, &read, error))
        return NULL;
    struct args *args = MN_ARENA_NEW(arena, struct args, 1);
    args->added = read.added;
    args->added_required =
        mn_required_nodes_of_selector(arena, read.added == NULL ? NULL : read.added->required);
    return args;
}

static const struct args *args_of(const mn_cycle *cycle)
{
    return mn_cycle_args(cycle, &mn_plugin_node_affinity);
}

static const mn_node_affinity *own_affinity(const mn_cycle *cycle)
{
    const mn_affinity *affinity = cycle->pod->spec.affinity;
    return affinity == NULL ? NULL : affinity->node;
}

/* ------------------------------------------------------------------ PreFilter */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static mn_name_set sorted_set(mn_arena *arena, const mn_strings *values)
{
    const char **names = MN_ARENA_NEW(arena, const char *, values->count + 1);
    size_t count = 0;
    for (size_t i = 0; i < values->count; i++)
        names[i] = values->items[i];
    if (values->count > 1)
        qsort(names, values->count, sizeof *names, by_text);
    for (size_t i = 0; i < values->count; i++) {
        if (count == 0 || strcmp(names[count - 1], names[i]) != 0)
            names[count++] = names[i];
    }
    return (mn_name_set){.names = names, .count = count};
}

static bool set_has(const mn_name_set *set, const char *name)
{
    return set->count > 0 &&
           bsearch(&name, set->names, set->count, sizeof *set->names, by_text) != NULL;
}

static mn_name_set intersection(mn_arena *arena, mn_name_set a, mn_name_set b)
{
    const char **names = MN_ARENA_NEW(arena, const char *, a.count + 1);
    size_t count = 0;
    for (size_t i = 0; i < a.count; i++) {
        if (set_has(&b, a.names[i]))
            names[count++] = a.names[i];
    }
    return (mn_name_set){.names = names, .count = count};
}

static mn_name_set join(mn_arena *arena, mn_name_set a, mn_name_set b)
{
    const char **names = MN_ARENA_NEW(arena, const char *, a.count + b.count + 1);
    for (size_t i = 0; i < a.count; i++)
        names[i] = a.names[i];
    for (size_t i = 0; i < b.count; i++)
        names[a.count + i] = b.names[i];
    const mn_strings all = {.items = names, .count = a.count + b.count};
    return sorted_set(arena, &all);
}

/* names NULL: the term does not name its nodes. */
static mn_name_set names_of_term(mn_arena *arena, const mn_node_selector_term *term)
{
    mn_name_set set = {0};
    for (size_t i = 0; i < term->match_fields.count; i++) {
        const mn_requirement *field = &term->match_fields.items[i];
        if (field->op != MN_OP_IN || strcmp(field->key, "metadata.name") != 0)
            continue;
        const mn_name_set one = sorted_set(arena, &field->values);
        set = set.names == NULL ? one : intersection(arena, set, one);
    }
    return set;
}

/* When every term names its nodes, no other node has to be looked at. */
static mn_verdict restrict_nodes(mn_cycle *cycle, const mn_node_selector *selector,
                                 mn_name_set *restricted_to)
{
    mn_name_set all = {0};
    for (size_t i = 0; i < selector->terms.count; i++) {
        const mn_name_set one = names_of_term(cycle->arena, &selector->terms.items[i]);
        if (one.names == NULL)
            return mn_fits();
        all = join(cycle->arena, all, one);
    }
    if (all.names == NULL)
        return mn_fits();
    if (all.count == 0)
        return conflict;
    *restricted_to = all;
    return mn_fits();
}

static mn_verdict pre_filter(mn_cycle *cycle, mn_name_set *restricted_to)
{
    const mn_node_affinity *own = own_affinity(cycle);
    const mn_node_selector *required = own == NULL ? NULL : own->required;
    const struct args *args = args_of(cycle);
    if (required == NULL && args->added_required.required == NULL &&
        cycle->pod->spec.node_selector.items == NULL)
        return mn_skips();

    mn_required_nodes *state = MN_ARENA_NEW(cycle->arena, mn_required_nodes, 1);
    *state = mn_required_nodes_of(cycle->arena, cycle->pod);
    cycle->state[MN_INDEX_node_affinity] = state;
    return required == NULL ? mn_fits() : restrict_nodes(cycle, required, restricted_to);
}

static mn_verdict filter(const mn_cycle *cycle, const mn_node_info *node)
{
    const mn_required_nodes *own = cycle->state[MN_INDEX_node_affinity];
    if (!mn_required_nodes_match(&args_of(cycle)->added_required, node->node))
        return not_added;
    return mn_required_nodes_match(own, node->node) ? mn_fits() : no_match;
}

/* ------------------------------------------------------------------ scoring */

static bool counts(const mn_preferred_node_term *term)
{
    return term->weight.set && term->weight.value != 0 && !mn_node_term_is_empty(&term->preference);
}

static mn_verdict pre_score(mn_cycle *cycle, mn_node_run feasible)
{
    (void)feasible;
    const mn_node_affinity *own = own_affinity(cycle);
    const mn_node_affinity *added = args_of(cycle)->added;
    const bool has_own = own != NULL && own->preferred.items != NULL;
    if (!has_own && (added == NULL || added->preferred.items == NULL))
        return mn_skips();

    g_autoptr(GPtrArray) faults = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; has_own && i < own->preferred.count; i++) {
        g_autofree char *path = g_strdup_printf("[%zu]", i);
        if (counts(&own->preferred.items[i]))
            mn_node_term_faults(&own->preferred.items[i].preference, path, faults);
    }
    g_autofree char *text = mn_faults_join(faults);
    return text == NULL ? mn_fits() : mn_verdict_printf(cycle->arena, MN_CODE_ERROR, "%s", text);
}

static int64_t weight_of(const mn_node_affinity *affinity, const mn_node *node)
{
    int64_t sum = 0;
    for (size_t i = 0; affinity != NULL && i < affinity->preferred.count; i++) {
        const mn_preferred_node_term *term = &affinity->preferred.items[i];
        if (counts(term) && mn_node_term_matches(&term->preference, node))
            sum += term->weight.value;
    }
    return sum;
}

static mn_verdict score(const mn_cycle *cycle, const mn_node_info *node, int64_t *raw)
{
    *raw =
        weight_of(own_affinity(cycle), node->node) + weight_of(args_of(cycle)->added, node->node);
    return mn_fits();
}

static void normalize(const mn_cycle *cycle, mn_node_run feasible, int64_t *scores)
{
    (void)cycle;
    mn_normalize_default(scores, feasible.count, false);
}

/* ------------------------------------------------------------------ queueing */

static bool is_allowed(const mn_cycle *cycle, const mn_required_nodes *own, const mn_node *node)
{
    return mn_required_nodes_match(&args_of(cycle)->added_required, node) &&
           mn_required_nodes_match(own, node);
}

static bool hint(const mn_cycle *cycle, const mn_event *event)
{
    const mn_required_nodes own = mn_required_nodes_of(cycle->arena, cycle->pod);
    return is_allowed(cycle, &own, event->node) &&
           (event->old_node == NULL || !is_allowed(cycle, &own, event->old_node));
}

const mn_plugin mn_plugin_node_affinity = {
    .name = "NodeAffinity",
    .summary = "nodeSelector and node affinity of the Pod",
    .index = MN_INDEX_node_affinity,
    .points = AT(PRE_FILTER) | AT(FILTER) | AT(PRE_SCORE) | AT(SCORE),
    .weight = 2,
    .filter_scope = MN_SCOPE_NODE,
    .score_scope = MN_SCOPE_NODE,
    .configure = configure,
    .pre_filter = pre_filter,
    .filter = filter,
    .pre_score = pre_score,
    .score = score,
    .normalize = normalize,
    .events = ON(NODE_ADD) | ON(NODE_LABELS),
    .hint = hint,
};
