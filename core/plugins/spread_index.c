/* SPDX-License-Identifier: Apache-2.0 */
/* PodTopologySpread for the fast engine.
 *
 * A column a constraint: for every node how many Pods it counts there, and which domain
 * (value of the topology key) the node is in; and the sum of each domain. A placement
 * changes one number of a column and one sum.
 *
 * Invariant: answers are those of pod_topology_spread.c, bit for bit.
 */
#include "core/plugins/spread_index.h"

#include "core/plugins/plugins.h"
#include "core/plugins/spread_constraint.h"

#include <math.h>
#include <string.h>

static const uint32_t no_domain = UINT32_MAX;

enum match { UNKNOWN, NO, YES };

struct domain {
    int64_t pods;   /* counted on nodes that count */
    uint32_t nodes; /* that count; none: the domain is not there */
    uint32_t stamp; /* of the last scoring that met it */
};

struct column {
    mn_spread spread;
    uint32_t *domain_of; /* by node number */
    int32_t *pods;       /* by node number */
    uint8_t *counts;     /* by node number: keys and policies let the node count */
    uint8_t *lacks;      /* by node number: it lacks the key */
    GArray *domains;     /* struct domain */
    GArray *matches;     /* uint8_t, enum match by Pod class */
    bool self;           /* the Pod would count itself */
    int64_t smallest;    /* of this cycle, for hard constraints */
};

struct columns {
    mn_spreads spreads;
    struct column *items;
    size_t count;
    uint8_t *ignored; /* by node number: lacks a key, and constraints are strict */
};

struct index {
    mn_arena *arena; /* selectors and columns */
    const mn_pod *pod;
    const mn_pod_class *class_;
    uint64_t object_version;
    struct columns hard, soft;
    mn_required_nodes required;
    uint32_t stamp;
    double *weights; /* of soft columns, for one scoring */
    size_t bytes;
};

static const mn_spread_args *args_of(const mn_cycle *cycle)
{
    return mn_cycle_args(cycle, &mn_plugin_pod_topology_spread);
}

/* ------------------------------------------------------------------ counting */

static bool selects(struct column *column, const mn_pod_class *own, const mn_pod_info *pod)
{
    const uint32_t id = pod->class_->id;
    if (id >= column->matches->len)
        g_array_set_size(column->matches, id + 1);
    uint8_t *known = &g_array_index(column->matches, uint8_t, id);
    if (*known == UNKNOWN)
        *known = strcmp(pod->class_->namespace_, own->namespace_) == 0 &&
                         mn_label_selector_matches(column->spread.selector,
                                                   &pod->class_->pod->meta.labels)
                     ? YES
                     : NO;
    return *known == YES;
}

static int32_t count_pods(struct column *column, const mn_pod_class *own, const mn_node_info *node)
{
    int32_t count = 0;
    if (column->spread.selects_all)
        return 0;
    for (size_t i = 0; i < mn_node_info_pod_count(node); i++) {
        const mn_pod_info *pod = mn_node_info_pod(node, i);
        count += selects(column, own, pod) && !pod->pod->meta.deleted_ms.set;
    }
    return count;
}

static void take_count(struct column *column, const mn_node_info *node, int32_t now)
{
    const int32_t before = column->pods[node->number];
    const uint32_t domain = column->domain_of[node->number];
    column->pods[node->number] = now;
    if (column->counts[node->number] != 0 && domain != no_domain)
        g_array_index(column->domains, struct domain, domain).pods += now - before;
}

/* Default constraints share one selector, so Pods are counted once for all of them. */
static void refresh_columns(struct columns *columns, const mn_pod_class *own,
                            const mn_node_info *node)
{
    int32_t count = 0;
    for (size_t i = 0; i < columns->count; i++) {
        struct column *column = &columns->items[i];
        if (i == 0 || column->spread.selector != columns->items[i - 1].spread.selector)
            count = count_pods(column, own, node);
        take_count(column, node, count);
    }
}

static void refresh(void *data, const mn_cycle *cycle, const mn_node_info *node)
{
    struct index *index = data;
    (void)cycle;
    refresh_columns(&index->hard, index->class_, node);
    refresh_columns(&index->soft, index->class_, node);
}

/* ------------------------------------------------------------------ opening */

static uint32_t domain_number(GHashTable *values, struct column *column, const char *value)
{
    const guint known = GPOINTER_TO_UINT(g_hash_table_lookup(values, value));
    if (known > 0)
        return known - 1;
    const struct domain fresh = {0};
    g_array_append_val(column->domains, fresh);
    g_hash_table_insert(values, (gpointer)(uintptr_t)value, GUINT_TO_POINTER(column->domains->len));
    return column->domains->len - 1;
}

/* `strict`: a node that lacks any key does not count; else it counts with "" for it. */
static void place_nodes(struct index *index, const mn_cycle *cycle, struct columns *columns,
                        struct column *column, bool strict)
{
    g_autoptr(GHashTable) values = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t i = 0; i < cycle->snapshot->count; i++) {
        const mn_node_info *node = cycle->snapshot->nodes[i];
        const char *value = mn_node_info_label(node, column->spread.key);
        const bool keys = mn_spreads_have_keys(&columns->spreads, node);
        columns->ignored[node->number] = strict && !keys;
        column->lacks[node->number] = value == NULL;
        const char *domain = value == NULL && !strict ? "" : value;
        column->domain_of[node->number] =
            domain == NULL ? no_domain : domain_number(values, column, domain);
        const bool counts =
            (keys || !strict) && mn_spread_includes(cycle, &column->spread, &index->required, node);
        column->counts[node->number] = counts;
        if (counts && domain != NULL)
            g_array_index(column->domains, struct domain, column->domain_of[node->number]).nodes++;
        take_count(column, node, count_pods(column, index->class_, node));
    }
}

static void open_columns(struct index *index, const mn_cycle *cycle, struct columns *columns,
                         bool strict)
{
    const size_t nodes = cycle->snapshot->number_count;
    columns->count = columns->spreads.count;
    columns->items = MN_ARENA_NEW(index->arena, struct column, columns->count);
    columns->ignored = MN_ARENA_NEW(index->arena, uint8_t, nodes);
    for (size_t i = 0; i < columns->count; i++) {
        struct column *column = &columns->items[i];
        column->spread = columns->spreads.items[i];
        column->domain_of = MN_ARENA_NEW(index->arena, uint32_t, nodes);
        column->pods = MN_ARENA_NEW(index->arena, int32_t, nodes);
        column->counts = MN_ARENA_NEW(index->arena, uint8_t, nodes);
        column->lacks = MN_ARENA_NEW(index->arena, uint8_t, nodes);
        column->domains = g_array_new(FALSE, TRUE, sizeof(struct domain));
        column->matches = g_array_new(FALSE, TRUE, sizeof(uint8_t));
        column->self = mn_label_selector_matches(column->spread.selector, &index->pod->meta.labels);
        place_nodes(index, cycle, columns, column, strict);
    }
}

/* What the index keeps lives in its own arena, longer than the cycle's. */
static mn_cycle lasting(const mn_cycle *cycle, mn_arena *arena, const mn_pod *pod)
{
    mn_cycle copy = *cycle;
    copy.arena = arena;
    copy.pod = pod;
    return copy;
}

static void *open_index(const mn_cycle *cycle)
{
    struct index *index = g_new0(struct index, 1);
    index->arena = mn_arena_new();
    index->class_ = cycle->class_;
    index->pod = cycle->class_->pod; /* the first of its class stays as long as the cache */
    const mn_cycle own = lasting(cycle, index->arena, index->pod);
    index->object_version = cycle->snapshot->object_version;
    index->required = mn_required_nodes_of(index->arena, index->pod);
    index->hard.spreads = mn_spreads_of(&own, args_of(cycle), MN_DO_NOT_SCHEDULE);
    index->soft.spreads = mn_spreads_of(&own, args_of(cycle), MN_SCHEDULE_ANYWAY);
    open_columns(index, &own, &index->hard, true);
    open_columns(index, &own, &index->soft, index->soft.spreads.strict);
    index->weights = MN_ARENA_NEW(index->arena, double, index->soft.count);
    index->bytes = mn_arena_bytes(index->arena);
    return index;
}

static void close_columns(struct columns *columns)
{
    for (size_t i = 0; i < columns->count; i++) {
        g_array_unref(columns->items[i].domains);
        g_array_unref(columns->items[i].matches);
    }
}

static void close_index(void *data)
{
    struct index *index = data;
    close_columns(&index->hard);
    close_columns(&index->soft);
    mn_arena_free(index->arena);
    g_free(index);
}

static size_t bytes(const void *data)
{
    const struct index *index = data;
    return index->bytes;
}

/* Own constraints depend on the Pod alone; default ones on Services and controllers. */
static bool is_current(const void *data, const mn_cycle *cycle)
{
    const struct index *index = data;
    return index->object_version == cycle->snapshot->object_version ||
           index->pod->spec.topology_spread_constraints.count > 0;
}

/* ------------------------------------------------------------------ Filter */

static mn_verdict pre_filter(void *data, const mn_cycle *cycle)
{
    struct index *index = data;
    (void)cycle;
    if (index->hard.count == 0)
        return mn_skips();
    for (size_t i = 0; i < index->hard.count; i++) {
        struct column *column = &index->hard.items[i];
        int64_t present = 0;
        column->smallest = INT32_MAX;
        for (guint d = 0; d < column->domains->len; d++) {
            const struct domain *domain = &g_array_index(column->domains, struct domain, d);
            if (domain->nodes == 0)
                continue;
            present++;
            column->smallest = MIN(column->smallest, domain->pods);
        }
        if (present < column->spread.min_domains)
            column->smallest = 0;
    }
    return mn_fits();
}

static mn_verdict filter(const void *data, uint32_t number)
{
    const struct index *index = data;
    for (size_t i = 0; i < index->hard.count; i++) {
        const struct column *column = &index->hard.items[i];
        const uint32_t domain = column->domain_of[number];
        if (domain == no_domain)
            return mn_spread_no_label;
        const int64_t pods = g_array_index(column->domains, struct domain, domain).pods;
        if (pods + column->self - column->smallest > column->spread.max_skew)
            return mn_spread_skewed;
    }
    return mn_fits();
}

/* ------------------------------------------------------------------ Score */

static void find_weights(struct index *index, mn_node_run feasible)
{
    size_t scored = 0;
    index->stamp++;
    for (size_t i = 0; i < feasible.count; i++)
        scored += index->soft.ignored[feasible.numbers[i]] == 0;
    for (size_t c = 0; c < index->soft.count; c++) {
        const struct column *column = &index->soft.items[c];
        struct domain *domains = (struct domain *)(void *)column->domains->data;
        size_t opened = 0;
        for (size_t i = 0; !column->spread.is_hostname && i < feasible.count; i++) {
            const uint32_t number = feasible.numbers[i];
            if (index->soft.ignored[number] != 0)
                continue;
            struct domain *domain = &domains[column->domain_of[number]];
            opened += domain->stamp != index->stamp;
            domain->stamp = index->stamp;
        }
        const size_t size = column->spread.is_hostname ? scored : opened;
        index->weights[c] = log((double)(size + 2));
    }
}

/* A node without the label is in the domain "", which gives no score. */
static void add_column(const struct index *index, const struct column *column, double weight,
                       mn_node_run feasible, double *sums)
{
    const struct domain *domains = (const struct domain *)(const void *)column->domains->data;
    const double extra = (double)(column->spread.max_skew - 1);
    for (size_t i = 0; i < feasible.count; i++) {
        const uint32_t number = feasible.numbers[i];
        if (index->soft.ignored[number] != 0 || column->lacks[number] != 0)
            continue;
        const int64_t pods = column->spread.is_hostname ? column->pods[number]
                                                        : domains[column->domain_of[number]].pods;
        sums[i] += (double)pods * weight + extra;
    }
}

/* round() of what is not negative, without the call. */
static int64_t rounded(double sum)
{
    const int64_t whole = (int64_t)sum;
    return whole + (sum - (double)whole >= 0.5);
}

static bool score(void *data, mn_node_run feasible, int64_t weight, int64_t *totals)
{
    struct index *index = data;
    const uint8_t *ignored = index->soft.ignored;
    int64_t least = INT64_MAX, most = 0;
    if (index->soft.count == 0)
        return false;
    find_weights(index, feasible);
    double *sums = g_new0(double, feasible.count);
    for (size_t c = 0; c < index->soft.count; c++)
        add_column(index, &index->soft.items[c], index->weights[c], feasible, sums);
    for (size_t i = 0; i < feasible.count; i++) {
        const int64_t raw = rounded(sums[i]);
        if (ignored[feasible.numbers[i]] != 0)
            continue;
        least = MIN(least, raw);
        most = MAX(most, raw);
    }
    for (size_t i = 0; i < feasible.count; i++) {
        const int64_t raw = rounded(sums[i]);
        if (ignored[feasible.numbers[i]] == 0)
            totals[i] +=
                weight * (most == 0 ? MN_SCORE_MAX : MN_SCORE_MAX * (most + least - raw) / most);
    }
    g_free(sums);
    return true;
}

const mn_plugin_index mn_spread_index = {
    .open = open_index,
    .close = close_index,
    .bytes = bytes,
    .is_current = is_current,
    .refresh = refresh,
    .pre_filter = pre_filter,
    .filter = filter,
    .score = score,
};
