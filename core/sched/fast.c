/* SPDX-License-Identifier: Apache-2.0 */
#include "core/sched/fast.h"

#include <string.h>

/* ------------------------------------------------------------------ tables */

static void close_indexes(mn_fast_class *class_)
{
    size_t count;
    const mn_plugin *const *plugins = mn_plugins(&count);
    for (size_t i = 0; i < count; i++) {
        if (class_->index[i] != NULL)
            plugins[i]->indexed->close(class_->index[i]);
        class_->index[i] = NULL;
    }
}

static void class_free(gpointer data)
{
    mn_fast_class *class_ = data;
    if (class_ == NULL)
        return;
    close_indexes(class_);
    for (size_t i = 0; i < MN_PLUGINS_MAX; i++)
        g_free(class_->raw[i]);
    g_free(class_->failures);
    g_free(class_->totals);
    g_free(class_->fixed);
    g_free(class_);
}

static size_t leading_node_plugins(const mn_profile *profile)
{
    const mn_plugin_list *plugins = &profile->points[MN_POINT_FILTER];
    size_t count = 0;
    while (count < plugins->count && (plugins->items[count]->filter == NULL ||
                                      plugins->items[count]->filter_scope == MN_SCOPE_NODE))
        count++;
    return count;
}

mn_fast *mn_fast_new(const mn_profile *profile, size_t max_bytes)
{
    mn_fast *fast = g_new0(mn_fast, 1);
    const mn_known_verdict fits = {.place = SIZE_MAX};
    fast->profile = profile;
    fast->node_places = leading_node_plugins(profile);
    fast->arena = mn_arena_new();
    fast->verdicts = g_array_new(FALSE, FALSE, sizeof(mn_known_verdict));
    g_array_append_val(fast->verdicts, fits);
    fast->verdict_ids = g_hash_table_new(g_str_hash, g_str_equal);
    fast->verdict_key = g_string_new(NULL);
    fast->classes = g_ptr_array_new_with_free_func(class_free);
    fast->order = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    fast->max_bytes = max_bytes;
    return fast;
}

void mn_fast_free(mn_fast *fast)
{
    if (fast == NULL)
        return;
    g_ptr_array_unref(fast->classes);
    g_array_unref(fast->order);
    g_array_unref(fast->verdicts);
    g_hash_table_unref(fast->verdict_ids);
    g_string_free(fast->verdict_key, TRUE);
    mn_arena_free(fast->arena);
    g_free(fast);
}

static void refresh_order(mn_fast *fast, const mn_snapshot *snapshot)
{
    if (fast->order_version == snapshot->node_version)
        return;
    g_array_set_size(fast->order, (guint)snapshot->count);
    for (size_t i = 0; i < snapshot->count; i++)
        g_array_index(fast->order, uint32_t, i) = snapshot->nodes[i]->number;
    fast->order_version = snapshot->node_version;
}

static size_t index_bytes(const mn_fast_class *class_)
{
    size_t count, sum = 0;
    const mn_plugin *const *plugins = mn_plugins(&count);
    for (size_t i = 0; i < count; i++) {
        if (class_->index[i] != NULL)
            sum += plugins[i]->indexed->bytes(class_->index[i]);
    }
    return sum;
}

/* The least recently used tables go until the rest fits; the newest always stays. */
static void make_room(mn_fast *fast, const mn_fast_class *keep)
{
    while (fast->bytes > fast->max_bytes) {
        guint oldest = fast->classes->len;
        for (guint i = 0; i < fast->classes->len; i++) {
            const mn_fast_class *class_ = g_ptr_array_index(fast->classes, i);
            if (class_ == NULL || class_ == keep)
                continue;
            const mn_fast_class *best =
                oldest == fast->classes->len ? NULL : g_ptr_array_index(fast->classes, oldest);
            if (best == NULL || class_->last_use < best->last_use)
                oldest = i;
        }
        if (oldest == fast->classes->len)
            return;
        fast->bytes -= ((mn_fast_class *)g_ptr_array_index(fast->classes, oldest))->bytes;
        class_free(g_ptr_array_index(fast->classes, oldest));
        g_ptr_array_index(fast->classes, oldest) = NULL;
    }
}

static void fill(int32_t *cells, size_t count, int32_t value)
{
    for (size_t i = 0; i < count; i++)
        cells[i] = value;
}

static void open_indexes(mn_fast *fast, mn_fast_class *class_, const mn_cycle *cycle)
{
    const mn_plugin_list *lists[] = {&fast->profile->points[MN_POINT_PRE_FILTER],
                                     &fast->profile->points[MN_POINT_PRE_SCORE]};
    for (size_t l = 0; l < G_N_ELEMENTS(lists); l++) {
        for (size_t i = 0; i < lists[l]->count; i++) {
            const mn_plugin *plugin = lists[l]->items[i];
            if (plugin->indexed != NULL && class_->index[plugin->index] == NULL)
                class_->index[plugin->index] = plugin->indexed->open(cycle);
        }
    }
}

static bool keeps_raw(const mn_plugin *plugin)
{
    return plugin->score_scope != MN_SCOPE_CLUSTER && plugin->normalize != NULL;
}

/* Forgets everything, for as many nodes as there are now. */
static void reset(mn_fast *fast, mn_fast_class *class_, const mn_cycle *cycle)
{
    const size_t nodes = cycle->snapshot->number_count;
    const mn_plugin_list *scoring = &fast->profile->points[MN_POINT_SCORE];
    size_t columns = 3;
    close_indexes(class_);
    class_->failures = g_renew(uint32_t, class_->failures, nodes);
    class_->totals = g_renew(int32_t, class_->totals, nodes);
    memset(class_->failures, 0xff, nodes * sizeof *class_->failures);
    class_->fixed = g_renew(int32_t, class_->fixed, nodes);
    fill(class_->totals, nodes, MN_SCORE_UNKNOWN);
    fill(class_->fixed, nodes, MN_SCORE_UNKNOWN);
    for (size_t i = 0; i < scoring->count; i++) {
        const mn_plugin *plugin = scoring->items[i];
        if (!keeps_raw(plugin))
            continue;
        class_->raw[plugin->index] = g_renew(int32_t, class_->raw[plugin->index], nodes);
        fill(class_->raw[plugin->index], nodes, MN_SCORE_UNKNOWN);
        columns++;
    }
    open_indexes(fast, class_, cycle);
    class_->capacity = nodes;
    class_->node_version = cycle->snapshot->node_version;
    class_->journal_read = cycle->snapshot->journal_end;
    fast->bytes -= class_->bytes;
    class_->bytes = columns * nodes * sizeof(int32_t) + index_bytes(class_);
    fast->bytes += class_->bytes;
    make_room(fast, class_);
}

/* ------------------------------------------------------------------ journal */

/* What follows from the node object alone stays. */
static void forget(const mn_fast *fast, mn_fast_class *class_, uint32_t number)
{
    const mn_plugin_list *scoring = &fast->profile->points[MN_POINT_SCORE];
    uint32_t *cell = &class_->failures[number];
    if (*cell < MN_CELL_STALE && mn_fast_verdict(fast, *cell)->place >= fast->node_places)
        *cell = MN_CELL_STALE;
    class_->totals[number] = MN_SCORE_UNKNOWN;
    for (size_t i = 0; i < scoring->count; i++) {
        const mn_plugin *plugin = scoring->items[i];
        if (keeps_raw(plugin) && plugin->score_scope == MN_SCOPE_LOCAL)
            class_->raw[plugin->index][number] = MN_SCORE_UNKNOWN;
    }
}

static void read_journal(const mn_fast *fast, mn_fast_class *class_, const mn_cycle *cycle)
{
    const mn_snapshot *snapshot = cycle->snapshot;
    size_t count;
    const mn_plugin *const *plugins = mn_plugins(&count);
    for (uint64_t s = class_->journal_read; s < snapshot->journal_end; s++) {
        const uint32_t number = snapshot->journal[s - snapshot->journal_base];
        forget(fast, class_, number);
        for (size_t i = 0; i < count; i++) {
            if (class_->index[i] != NULL)
                plugins[i]->indexed->refresh(class_->index[i], cycle, snapshot->by_number[number]);
        }
    }
    class_->journal_read = snapshot->journal_end;
}

static void renew_indexes(mn_fast_class *class_, const mn_cycle *cycle)
{
    size_t count;
    const mn_plugin *const *plugins = mn_plugins(&count);
    for (size_t i = 0; i < count; i++) {
        if (class_->index[i] == NULL || plugins[i]->indexed->is_current(class_->index[i], cycle))
            continue;
        plugins[i]->indexed->close(class_->index[i]);
        class_->index[i] = plugins[i]->indexed->open(cycle);
    }
}

mn_fast_class *mn_fast_open(mn_fast *fast, const mn_cycle *cycle)
{
    const mn_snapshot *snapshot = cycle->snapshot;
    const uint32_t id = cycle->class_->id;
    refresh_order(fast, snapshot);
    if (id >= fast->classes->len)
        g_ptr_array_set_size(fast->classes, (gint)id + 1);
    mn_fast_class *class_ = g_ptr_array_index(fast->classes, id);
    if (class_ == NULL) {
        class_ = g_new0(mn_fast_class, 1);
        g_ptr_array_index(fast->classes, id) = class_;
    }
    class_->last_use = ++fast->uses;
    const uint64_t behind = snapshot->journal_end - class_->journal_read;
    if (class_->failures == NULL || class_->node_version != snapshot->node_version ||
        class_->journal_read < snapshot->journal_base || behind > class_->capacity)
        reset(fast, class_, cycle);
    read_journal(fast, class_, cycle);
    renew_indexes(class_, cycle);
    return class_;
}

/* ------------------------------------------------------------------ cells */

static uint32_t verdict_number(mn_fast *fast, mn_verdict verdict, size_t place)
{
    GString *key = fast->verdict_key;
    g_string_printf(key, "%zu %d", place, verdict.code);
    for (size_t i = 0; i < verdict.count; i++)
        g_string_append_printf(key, "\n%s", verdict.reasons[i]);
    const guint known = GPOINTER_TO_UINT(g_hash_table_lookup(fast->verdict_ids, key->str));
    if (known > 0)
        return known;
    const char **reasons = MN_ARENA_NEW(fast->arena, const char *, verdict.count);
    for (size_t i = 0; i < verdict.count; i++)
        reasons[i] = mn_arena_strdup(fast->arena, verdict.reasons[i]);
    const mn_known_verdict kept = {
        .verdict = {.code = verdict.code, .reasons = reasons, .count = verdict.count},
        .place = place,
    };
    g_array_append_val(fast->verdicts, kept);
    const guint number = fast->verdicts->len - 1;
    gpointer text = (gpointer)(uintptr_t)mn_arena_strdup(fast->arena, key->str);
    g_hash_table_insert(fast->verdict_ids, text, GUINT_TO_POINTER(number));
    return number;
}

uint32_t mn_fast_find_failure(mn_fast *fast, mn_fast_class *class_, const mn_cycle *cycle,
                              uint32_t number)
{
    const mn_plugin_list *plugins = &fast->profile->points[MN_POINT_FILTER];
    const mn_node_info *node = cycle->snapshot->by_number[number];
    uint32_t *cell = &class_->failures[number];
    for (size_t i = *cell == MN_CELL_STALE ? fast->node_places : 0; i < plugins->count; i++) {
        const mn_plugin *plugin = plugins->items[i];
        if (plugin->filter == NULL || plugin->filter_scope == MN_SCOPE_CLUSTER ||
            mn_skips_filter(cycle, plugin))
            continue;
        const mn_verdict verdict = plugin->filter(cycle, node);
        if (!mn_verdict_fits(verdict)) {
            *cell = verdict_number(fast, verdict, i);
            return *cell;
        }
    }
    *cell = 0;
    return 0;
}

/* The weighted sum of the plugins of that scope that need no normalizing. */
static int32_t sum_scores(const mn_fast *fast, const mn_cycle *cycle, const mn_node_info *node,
                          mn_plugin_scope scope)
{
    const mn_plugin_list *plugins = &fast->profile->points[MN_POINT_SCORE];
    int64_t sum = 0;
    for (size_t i = 0; i < plugins->count; i++) {
        const mn_plugin *plugin = plugins->items[i];
        int64_t score = 0;
        if (plugin->score == NULL || plugin->score_scope != scope || plugin->normalize != NULL ||
            (cycle->skip_score & (1U << plugin->index)) != 0)
            continue;
        plugin->score(cycle, node, &score);
        if (score < 0 || score > MN_SCORE_MAX)
            return MN_SCORE_INVALID;
        sum += score * fast->profile->weights[plugin->index];
    }
    return sum > INT32_MAX / 2 ? MN_SCORE_INVALID : (int32_t)sum;
}

bool mn_fast_find_total(const mn_fast *fast, mn_fast_class *class_, const mn_cycle *cycle,
                        uint32_t number)
{
    const mn_node_info *node = cycle->snapshot->by_number[number];
    if (class_->fixed[number] == MN_SCORE_UNKNOWN)
        class_->fixed[number] = sum_scores(fast, cycle, node, MN_SCOPE_NODE);
    if (class_->totals[number] == MN_SCORE_UNKNOWN)
        class_->totals[number] = sum_scores(fast, cycle, node, MN_SCOPE_LOCAL);
    return class_->fixed[number] != MN_SCORE_INVALID && class_->totals[number] != MN_SCORE_INVALID;
}

int64_t mn_fast_raw(mn_fast_class *class_, const mn_cycle *cycle, const mn_plugin *plugin,
                    uint32_t number)
{
    int32_t *cell = &class_->raw[plugin->index][number];
    if (*cell == MN_SCORE_UNKNOWN) {
        int64_t raw = 0;
        plugin->score(cycle, cycle->snapshot->by_number[number], &raw);
        if (raw <= MN_SCORE_INVALID || raw > INT32_MAX)
            return raw; /* no cell is wide enough: asked for again each time */
        *cell = (int32_t)raw;
    }
    return *cell;
}
