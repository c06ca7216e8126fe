/* SPDX-License-Identifier: Apache-2.0 */
/* PodTopologySpread: Pods of a kind spread evenly over zones, hosts, ...
 *
 * Hard constraints filter, soft ones score; nearly every Pod of a Deployment or Service
 * has soft ones, by default.
 *
 * Surprises kept from kube-scheduler: an empty selector counts no Pods, except where a
 * Pod is added to or taken from the counts in a preemption; that update does not look
 * at deletionTimestamp either.
 */
#include "core/plugins/pair_counts.h"
#include "core/plugins/plugins.h"
#include "core/plugins/spread_constraint.h"
#include "core/plugins/spread_index.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static const char *const defaulting_types[] = {"System", "List", NULL};
static const mn_field arg_fields[] = {
    ARGS_HEADER(mn_spread_args),
    MN_FIELD_ENUM_OF(mn_spread_args, defaulting_type, "defaultingType", defaulting_types),
    MN_FIELD_OF(mn_spread_args, defaults, "defaultConstraints", MN_FIELD_LIST,
                mn_spread_constraint_shape),
};
static const mn_shape arg_shape = {
    .name = "PodTopologySpreadArgs",
    .size = sizeof(mn_spread_args),
    .fields = arg_fields,
    .count = G_N_ELEMENTS(arg_fields),
    .strict = true,
};

static const void *configure(mn_arena *arena, const mn_at *at, GError **error)
{
    mn_spread_args *args = MN_ARENA_NEW(arena, mn_spread_args, 1);
    if (at != NULL && !mn_decode(arena, &arg_shape, at, args, error))
        return NULL;
    if (args->defaults.count > 0 && args->defaulting_type != MN_SPREAD_LIST) {
        mn_at_error(at,
                    MN_ERROR_SCHEMA,
                    error,
                    "defaultConstraints need \"defaultingType: List\", found %s",
                    args->defaulting_type == MN_SPREAD_SYSTEM ? "System" : "none");
        return NULL;
    }
    for (size_t i = 0; i < args->defaults.count; i++) {
        const mn_spread_constraint *constraint = &args->defaults.items[i];
        if (constraint->label_selector != NULL) {
            mn_at_error(at,
                        MN_ERROR_SCHEMA,
                        error,
                        "defaultConstraints[%zu].labelSelector: expected none, since the "
                        "selector comes from Services and controllers",
                        i);
            return NULL;
        }
        if (constraint->max_skew.value < 1) {
            mn_at_error(at,
                        MN_ERROR_SCHEMA,
                        error,
                        "defaultConstraints[%zu].maxSkew: expected 1 or more, found %" PRId64,
                        i,
                        constraint->max_skew.value);
            return NULL;
        }
    }
    return args;
}

static const mn_spread_args *args_of(const mn_cycle *cycle)
{
    return mn_cycle_args(cycle, &mn_plugin_pod_topology_spread);
}

/* ------------------------------------------------------------------ Filter */

/* The counts of one hard constraint. The minimum is kept beside them. */
struct domains {
    mn_pair_counts counts;
    int64_t smallest;
    bool self; /* the Pod itself will count */
};

struct hard {
    mn_spreads spreads;
    struct domains *domains; /* one a constraint */
};

struct state {
    struct hard hard;
    mn_required_nodes required;
    mn_spreads soft;
    mn_pair_counts *soft_counts; /* one a soft constraint; none for hostname */
    double *weights;
    const bool *ignored; /* one a feasible node */
};

static void find_smallest(struct domains *domains)
{
    domains->smallest = INT32_MAX;
    for (size_t i = 0; i < domains->counts.capacity; i++) {
        const mn_pair_count *slot = &domains->counts.slots[i];
        if (slot->key != NULL)
            domains->smallest = MIN(domains->smallest, slot->count);
    }
}

static void count_node(const mn_cycle *cycle, struct state *state, const mn_node_info *node)
{
    const mn_spreads *spreads = &state->hard.spreads;
    if (!mn_spreads_have_keys(spreads, node))
        return;
    for (size_t i = 0; i < spreads->count; i++) {
        const mn_spread *spread = &spreads->items[i];
        if (!mn_spread_includes(cycle, spread, &state->required, node))
            continue;
        mn_pair_counts_add(&state->hard.domains[i].counts,
                           "",
                           mn_node_info_label(node, spread->key),
                           mn_spread_count(cycle, spread, node));
    }
}

static struct state *get_state(mn_cycle *cycle)
{
    struct state *state = cycle->state[MN_INDEX_pod_topology_spread];
    if (state == NULL) {
        state = MN_ARENA_NEW(cycle->arena, struct state, 1);
        state->required = mn_required_nodes_of(cycle->arena, cycle->pod);
        cycle->state[MN_INDEX_pod_topology_spread] = state;
    }
    return state;
}

static mn_verdict pre_filter(mn_cycle *cycle, mn_name_set *restricted_to)
{
    (void)restricted_to;
    struct state *state = get_state(cycle);
    struct hard *hard = &state->hard;
    hard->spreads = mn_spreads_of(cycle, args_of(cycle), MN_DO_NOT_SCHEDULE);
    if (hard->spreads.count == 0)
        return mn_skips();
    hard->domains = MN_ARENA_NEW(cycle->arena, struct domains, hard->spreads.count);
    for (size_t i = 0; i < hard->spreads.count; i++) {
        const mn_label_selector *selector = hard->spreads.items[i].selector;
        hard->domains[i].counts.arena = cycle->arena;
        hard->domains[i].self = mn_label_selector_matches(selector, &cycle->pod->meta.labels);
    }
    for (size_t i = 0; i < cycle->snapshot->count; i++)
        count_node(cycle, state, cycle->snapshot->nodes[i]);
    for (size_t i = 0; i < hard->spreads.count; i++)
        find_smallest(&hard->domains[i]);
    return mn_fits();
}

static mn_verdict filter(const mn_cycle *cycle, const mn_node_info *node)
{
    const struct state *state = cycle->state[MN_INDEX_pod_topology_spread];
    const struct hard *hard = &state->hard;
    for (size_t i = 0; i < hard->spreads.count; i++) {
        const mn_spread *spread = &hard->spreads.items[i];
        const struct domains *domains = &hard->domains[i];
        const char *value = mn_node_info_label(node, spread->key);
        if (value == NULL)
            return mn_spread_no_label;
        const bool few = (int64_t)domains->counts.entries < spread->min_domains;
        const int64_t smallest = few ? 0 : domains->smallest;
        const int64_t count = mn_pair_counts_get(&domains->counts, "", value);
        if (count + domains->self - smallest > spread->max_skew)
            return mn_spread_skewed;
    }
    return mn_fits();
}

static void update(const mn_cycle *cycle, void *data, const mn_pod_info *pod,
                   const mn_node_info *node, int sign)
{
    struct state *state = data;
    const mn_spreads *spreads = &state->hard.spreads;
    if (strcmp(pod->class_->namespace_, cycle->class_->namespace_) != 0 ||
        !mn_spreads_have_keys(spreads, node))
        return;
    for (size_t i = 0; i < spreads->count; i++) {
        const mn_spread *spread = &spreads->items[i];
        if (!mn_label_selector_matches(spread->selector, &pod->pod->meta.labels) ||
            !mn_spread_includes(cycle, spread, &state->required, node))
            continue;
        struct domains *domains = &state->hard.domains[i];
        mn_pair_counts_add(&domains->counts, "", mn_node_info_label(node, spread->key), sign);
        find_smallest(domains);
    }
}

static void *clone(mn_arena *arena, const void *data)
{
    const struct state *state = data;
    struct state *copy = MN_ARENA_NEW(arena, struct state, 1);
    *copy = *state;
    copy->hard.domains = MN_ARENA_NEW(arena, struct domains, state->hard.spreads.count);
    for (size_t i = 0; i < state->hard.spreads.count; i++) {
        copy->hard.domains[i] = state->hard.domains[i];
        copy->hard.domains[i].counts = mn_pair_counts_clone(arena, &state->hard.domains[i].counts);
    }
    return copy;
}

/* ------------------------------------------------------------------ Score */

/* A node without the label counts as having it empty, unless constraints are strict. */
static const char *soft_value(const mn_spread *spread, const mn_node_info *node)
{
    const char *value = mn_node_info_label(node, spread->key);
    return value == NULL ? "" : value;
}

static bool is_ignored(const mn_spreads *spreads, const mn_node_info *node)
{
    return spreads->strict && !mn_spreads_have_keys(spreads, node);
}

/* Opens the counters of the values that feasible nodes have; how many nodes are ignored. */
static size_t open_counters(mn_cycle *cycle, struct state *state, mn_node_run feasible)
{
    bool *ignored = MN_ARENA_NEW(cycle->arena, bool, feasible.count);
    size_t count = 0;
    for (size_t i = 0; i < feasible.count; i++) {
        ignored[i] = is_ignored(&state->soft, feasible.nodes[i]);
        count += ignored[i];
        for (size_t c = 0; !ignored[i] && c < state->soft.count; c++) {
            const mn_spread *spread = &state->soft.items[c];
            if (!spread->is_hostname)
                mn_pair_counts_add(
                    &state->soft_counts[c], "", soft_value(spread, feasible.nodes[i]), 0);
        }
    }
    state->ignored = ignored;
    return count;
}

static void count_soft(const mn_cycle *cycle, struct state *state, const mn_node_info *node)
{
    if (is_ignored(&state->soft, node))
        return;
    for (size_t c = 0; c < state->soft.count; c++) {
        const mn_spread *spread = &state->soft.items[c];
        const char *value = soft_value(spread, node);
        if (spread->is_hostname || mn_pair_counts_find(&state->soft_counts[c], "", value) == NULL ||
            !mn_spread_includes(cycle, spread, &state->required, node))
            continue;
        const int64_t count = mn_spread_count(cycle, spread, node);
        mn_pair_counts_add(&state->soft_counts[c], "", value, count);
    }
}

static mn_verdict pre_score(mn_cycle *cycle, mn_node_run feasible)
{
    struct state *state = get_state(cycle);
    state->soft = mn_spreads_of(cycle, args_of(cycle), MN_SCHEDULE_ANYWAY);
    if (state->soft.count == 0)
        return mn_skips();
    state->soft_counts = MN_ARENA_NEW(cycle->arena, mn_pair_counts, state->soft.count);
    state->weights = MN_ARENA_NEW(cycle->arena, double, state->soft.count);
    for (size_t c = 0; c < state->soft.count; c++)
        state->soft_counts[c].arena = cycle->arena;
    const size_t ignored = open_counters(cycle, state, feasible);
    for (size_t c = 0; c < state->soft.count; c++) {
        const size_t size = state->soft.items[c].is_hostname ? feasible.count - ignored
                                                             : state->soft_counts[c].entries;
        state->weights[c] = log((double)(size + 2));
    }
    for (size_t i = 0; i < cycle->snapshot->count; i++)
        count_soft(cycle, state, cycle->snapshot->nodes[i]);
    return mn_fits();
}

static mn_verdict score(const mn_cycle *cycle, const mn_node_info *node, int64_t *raw)
{
    const struct state *state = cycle->state[MN_INDEX_pod_topology_spread];
    double sum = 0;
    *raw = 0;
    if (is_ignored(&state->soft, node))
        return mn_fits();
    for (size_t c = 0; c < state->soft.count; c++) {
        const mn_spread *spread = &state->soft.items[c];
        const char *value = mn_node_info_label(node, spread->key);
        if (value == NULL)
            continue;
        const int64_t count = spread->is_hostname
                                  ? mn_spread_count(cycle, spread, node)
                                  : mn_pair_counts_get(&state->soft_counts[c], "", value);
        sum += (double)count * state->weights[c] + (double)(spread->max_skew - 1);
    }
    *raw = (int64_t)round(sum);
    return mn_fits();
}

static void normalize(const mn_cycle *cycle, mn_node_run feasible, int64_t *scores)
{
    const struct state *state = cycle->state[MN_INDEX_pod_topology_spread];
    int64_t least = INT64_MAX, most = 0;
    for (size_t i = 0; i < feasible.count; i++) {
        if (state->ignored[i])
            continue;
        least = MIN(least, scores[i]);
        most = MAX(most, scores[i]);
    }
    for (size_t i = 0; i < feasible.count; i++) {
        if (state->ignored[i])
            scores[i] = 0;
        else
            scores[i] = most == 0 ? MN_SCORE_MAX : MN_SCORE_MAX * (most + least - scores[i]) / most;
    }
}

/* ------------------------------------------------------------------ queueing */

static bool counts_any(const mn_spreads *spreads, const mn_pod *pod)
{
    for (size_t i = 0; i < spreads->count; i++) {
        if (mn_label_selector_matches(spreads->items[i].selector, &pod->meta.labels))
            return true;
    }
    return false;
}

/* Does a constraint count the Pod in one of its versions only? */
static bool counts_differ(const mn_spreads *spreads, const mn_event *event)
{
    for (size_t i = 0; i < spreads->count; i++) {
        const mn_label_selector *selector = spreads->items[i].selector;
        if (mn_label_selector_matches(selector, &event->old_pod.pod->meta.labels) !=
            mn_label_selector_matches(selector, &event->pod.pod->meta.labels))
            return true;
    }
    return false;
}

static bool hint_pod(const mn_cycle *cycle, const mn_spreads *spreads, const mn_event *event)
{
    const mn_pod *pod = event->pod.pod != NULL ? event->pod.pod : event->old_pod.pod;
    if (mn_pod_is_same(pod, cycle->pod))
        return true;
    if (!mn_pod_is_assigned(pod) ||
        strcmp(mn_meta_namespace(&pod->meta), cycle->class_->namespace_) != 0)
        return false;
    if (event->pod.pod != NULL && event->old_pod.pod != NULL)
        return counts_differ(spreads, event);
    return counts_any(spreads, pod);
}

static bool has_keys(const mn_spreads *spreads, const mn_node *node)
{
    for (size_t i = 0; i < spreads->count; i++) {
        if (mn_node_label(node, spreads->items[i].key) == NULL)
            return false;
    }
    return node != NULL;
}

static bool moves_domain(const mn_spreads *spreads, const mn_event *event)
{
    for (size_t i = 0; i < spreads->count; i++) {
        const char *key = spreads->items[i].key;
        if (g_strcmp0(mn_node_label(event->old_node, key), mn_node_label(event->node, key)) != 0)
            return true;
    }
    return false;
}

static bool hint(const mn_cycle *cycle, const mn_event *event)
{
    const mn_spreads spreads = mn_spreads_of(cycle, args_of(cycle), MN_DO_NOT_SCHEDULE);
    if (event->node == NULL && event->old_node == NULL)
        return hint_pod(cycle, &spreads, event);
    const bool before = has_keys(&spreads, event->old_node);
    const bool after = has_keys(&spreads, event->node);
    if (before != after)
        return true;
    return after && (event->kind == MN_EVENT_NODE_TAINTS || moves_domain(&spreads, event));
}

static bool hears(const mn_cycle *cycle, bool rejected, const mn_pod *neighbour)
{
    return rejected && strcmp(mn_meta_namespace(&neighbour->meta), cycle->class_->namespace_) == 0;
}

const mn_plugin mn_plugin_pod_topology_spread = {
    .name = "PodTopologySpread",
    .summary = "Pods of a kind spread over zones, hosts and other topologies",
    .index = MN_INDEX_pod_topology_spread,
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
    .indexed = &mn_spread_index,
    .events = ON(POD_ADD) | ON(POD_DELETE) | ON(POD_LABELS) | ON(NODE_ADD) | ON(NODE_DELETE) |
              ON(NODE_LABELS) | ON(NODE_TAINTS),
    .hint = hint,
    .hears = hears,
};
