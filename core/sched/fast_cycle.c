/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of a cycle, as the fast engine takes them.
 *
 * Same nodes in the same order, same verdicts, same totals as sample.c and score.c; what
 * is different is that most answers are looked up. Where something is out of the
 * ordinary (a Pod nominated to a node, a score out of range) the plain step is taken.
 */
#include "core/sched/fast_cycle.h"

#include <string.h>

/* The Filter plugins of a cycle that are not LOCAL. */
struct wide {
    const mn_plugin *plugin;
    void *index; /* NULL: the plain hook is asked */
    size_t place;
};

struct scan {
    mn_attempt *attempt;
    mn_fast *fast;
    mn_fast_class *class_;
    struct wide wide[MN_PLUGINS_MAX];
    size_t wide_count;
    bool plain_state; /* indexed plugins have their plain state, too */
};

static void find_wide(struct scan *scan)
{
    const mn_cycle *cycle = &scan->attempt->cycle;
    const mn_plugin_list *plugins = &cycle->profile->points[MN_POINT_FILTER];
    for (size_t i = 0; i < plugins->count; i++) {
        const mn_plugin *plugin = plugins->items[i];
        if (plugin->filter == NULL || plugin->filter_scope != MN_SCOPE_CLUSTER ||
            mn_skips_filter(cycle, plugin))
            continue;
        scan->wide[scan->wide_count++] = (struct wide){
            .plugin = plugin,
            .index = scan->class_->index[plugin->index],
            .place = i,
        };
    }
}

/* Preemption and nominated Pods work on the plain state. */
void mn_fast_plain_state(mn_attempt *attempt)
{
    mn_cycle *cycle = &attempt->cycle;
    const mn_plugin_list *plugins = &cycle->profile->points[MN_POINT_PRE_FILTER];
    for (size_t i = 0; i < plugins->count; i++) {
        const mn_plugin *plugin = plugins->items[i];
        mn_name_set set = {0};
        if (plugin->indexed != NULL && !mn_skips_filter(cycle, plugin) &&
            cycle->state[plugin->index] == NULL)
            (void)plugin->pre_filter(cycle, &set);
    }
}

static mn_verdict ask_plain(struct scan *scan, const mn_node_info *node, const mn_plugin **failed)
{
    if (!scan->plain_state)
        mn_fast_plain_state(scan->attempt);
    scan->plain_state = true;
    return mn_run_filters_nominated(&scan->attempt->cycle, node, failed);
}

/* The first failure in the order of the profile. */
static mn_verdict ask(const struct scan *scan, uint32_t number, const mn_plugin **failed)
{
    const mn_cycle *cycle = &scan->attempt->cycle;
    const mn_plugin_list *plugins = &cycle->profile->points[MN_POINT_FILTER];
    const uint32_t cell = scan->class_->failures[number];
    const mn_known_verdict *local = mn_fast_verdict(scan->fast, cell);
    for (size_t i = 0; i < scan->wide_count && scan->wide[i].place < local->place; i++) {
        const struct wide *wide = &scan->wide[i];
        const mn_verdict verdict =
            wide->index != NULL ? wide->plugin->indexed->filter(wide->index, number)
                                : wide->plugin->filter(cycle, cycle->snapshot->by_number[number]);
        if (!mn_verdict_fits(verdict)) {
            *failed = wide->plugin;
            return verdict;
        }
    }
    if (cell != 0)
        *failed = plugins->items[local->place];
    return local->verdict;
}

static mn_verdict look_at(struct scan *scan, uint32_t number, const mn_plugin **failed)
{
    const mn_snapshot *snapshot = scan->attempt->cycle.snapshot;
    const uint32_t cell = scan->class_->failures[number];
    if (snapshot->has_nominated) {
        const mn_node_info *node = snapshot->by_number[number];
        if (mn_snapshot_nominated(snapshot, mn_node_info_name(node)) != NULL)
            return ask_plain(scan, node, failed);
    }
    if (cell >= MN_CELL_STALE)
        mn_fast_find_failure(scan->fast, scan->class_, &scan->attempt->cycle, number);
    return ask(scan, number, failed);
}

static void reject(mn_attempt *attempt, const mn_node_info *node, mn_verdict verdict)
{
    const mn_rejection rejection = {
        .name = mn_node_info_name(node),
        .node = node,
        .verdict = verdict,
    };
    g_array_append_val(attempt->rejections, rejection);
}

/* False when there are enough nodes. */
static bool take(struct scan *scan, uint32_t number, size_t wanted, bool keep_rejections)
{
    mn_attempt *attempt = scan->attempt;
    const mn_node_info *node = attempt->cycle.snapshot->by_number[number];
    const mn_plugin *failed = NULL;
    const mn_verdict verdict = look_at(scan, number, &failed);
    if (mn_verdict_fits(verdict)) {
        if (attempt->feasible->len == wanted)
            return false;
        g_ptr_array_add(attempt->feasible, (gpointer)(uintptr_t)node);
        return true;
    }
    g_assert(failed != NULL);
    g_assert(failed != NULL); /* a verdict that does not fit names its plugin */
    attempt->rejected++;
    attempt->rejectors |= 1U << failed->index;
    if (keep_rejections)
        reject(attempt, node, verdict);
    return true;
}

/* Rejections are written down only when somebody will read them. */
static void run(struct scan *scan, size_t wanted, bool keep_rejections)
{
    mn_attempt *attempt = scan->attempt;
    const mn_snapshot *snapshot = attempt->cycle.snapshot;
    const uint32_t *order = (const uint32_t *)(const void *)scan->fast->order->data;
    const uint32_t *failures = scan->class_->failures;
    const bool simple = scan->wide_count == 0 && !snapshot->has_nominated;
    size_t at = attempt->scheduler->next_start % snapshot->count;
    attempt->rejected = 0;
    for (size_t i = 0; i < snapshot->count; i++) {
        const uint32_t number = order[at];
        at = at + 1 == snapshot->count ? 0 : at + 1;
        if (simple && failures[number] == 0) {
            if (attempt->feasible->len == wanted)
                return;
            g_ptr_array_add(attempt->feasible, (gpointer)(uintptr_t)snapshot->by_number[number]);
        } else if (!take(scan, number, wanted, keep_rejections)) {
            return;
        }
    }
}

void mn_fast_scan(mn_attempt *attempt, mn_fast_class *class_, size_t wanted)
{
    struct scan scan = {.attempt = attempt, .fast = attempt->scheduler->fast, .class_ = class_};
    const bool extended = attempt->cycle.profile->extender_count > 0;
    find_wide(&scan);
    run(&scan, wanted, extended);
    if (attempt->feasible->len == 0 && !extended)
        run(&scan, wanted, true);
}

/* ------------------------------------------------------------------ PreFilter, Score */

mn_verdict mn_fast_pre_filter(mn_attempt *attempt, const mn_plugin *plugin, mn_name_set *set)
{
    void *index = attempt->fast == NULL ? NULL : attempt->fast->index[plugin->index];
    if (index != NULL)
        return plugin->indexed->pre_filter(index, &attempt->cycle);
    return plugin->pre_filter(&attempt->cycle, set);
}

static bool add_local(mn_attempt *attempt, mn_node_run feasible, int64_t *totals)
{
    mn_fast_class *class_ = attempt->fast;
    for (size_t i = 0; i < feasible.count; i++) {
        const uint32_t number = feasible.numbers[i];
        const bool known =
            class_->totals[number] > MN_SCORE_INVALID && class_->fixed[number] > MN_SCORE_INVALID;
        if (!known &&
            !mn_fast_find_total(attempt->scheduler->fast, class_, &attempt->cycle, number))
            return false;
        totals[i] += class_->totals[number] + class_->fixed[number];
    }
    return true;
}

static bool add_scores(mn_attempt *attempt, const mn_plugin *plugin, mn_node_run feasible,
                       int64_t *scores, int64_t *totals)
{
    const mn_cycle *cycle = &attempt->cycle;
    const int64_t weight = cycle->profile->weights[plugin->index];
    const bool local = plugin->score_scope != MN_SCOPE_CLUSTER;
    for (size_t i = 0; i < feasible.count; i++) {
        if (local)
            scores[i] = mn_fast_raw(attempt->fast, cycle, plugin, feasible.numbers[i]);
        else if (!mn_verdict_fits(plugin->score(cycle, feasible.nodes[i], &scores[i])))
            return false;
    }
    if (plugin->normalize != NULL)
        plugin->normalize(cycle, feasible, scores);
    for (size_t i = 0; i < feasible.count; i++) {
        if (scores[i] < 0 || scores[i] > MN_SCORE_MAX)
            return false;
        totals[i] += scores[i] * weight;
    }
    return true;
}

static bool add_plugins(mn_attempt *attempt, mn_node_run feasible, int64_t *totals)
{
    const mn_cycle *cycle = &attempt->cycle;
    const mn_plugin_list *plugins = &cycle->profile->points[MN_POINT_SCORE];
    int64_t *scores = MN_ARENA_NEW(cycle->arena, int64_t, feasible.count);
    for (size_t i = 0; i < plugins->count; i++) {
        const mn_plugin *plugin = plugins->items[i];
        void *index = attempt->fast->index[plugin->index];
        if (plugin->score == NULL || (cycle->skip_score & (1U << plugin->index)) != 0 ||
            (plugin->score_scope != MN_SCOPE_CLUSTER && plugin->normalize == NULL))
            continue;
        if (index != NULL)
            plugin->indexed->score(index, feasible, cycle->profile->weights[plugin->index], totals);
        else if (!add_scores(attempt, plugin, feasible, scores, totals))
            return false;
    }
    return true;
}

static bool pre_score(mn_attempt *attempt, mn_node_run feasible)
{
    mn_cycle *cycle = &attempt->cycle;
    const mn_plugin_list *plugins = &cycle->profile->points[MN_POINT_PRE_SCORE];
    for (size_t i = 0; i < plugins->count; i++) {
        const mn_plugin *plugin = plugins->items[i];
        if (plugin->pre_score == NULL || attempt->fast->index[plugin->index] != NULL)
            continue;
        const mn_verdict verdict = plugin->pre_score(cycle, feasible);
        if (verdict.code == MN_CODE_SKIP)
            cycle->skip_score |= 1U << plugin->index;
        else if (!mn_verdict_fits(verdict))
            return false;
    }
    return true;
}

bool mn_fast_scores(mn_attempt *attempt, mn_node_run feasible, int64_t *totals)
{
    mn_cycle *cycle = &attempt->cycle;
    uint32_t *numbers = MN_ARENA_NEW(cycle->arena, uint32_t, feasible.count);
    for (size_t i = 0; i < feasible.count; i++)
        numbers[i] = feasible.nodes[i]->number;
    feasible.numbers = numbers;
    if (cycle->profile->points[MN_POINT_SCORE].count == 0 || !pre_score(attempt, feasible) ||
        !add_local(attempt, feasible, totals) || !add_plugins(attempt, feasible, totals)) {
        memset(totals, 0, feasible.count * sizeof *totals);
        cycle->skip_score = 0;
        return false;
    }
    return true;
}
