/* SPDX-License-Identifier: Apache-2.0 */
/* One loop over the table prints everything: a row knows where its cells are, its labels know
 * the names of their values. Every combination is there from the start, at zero, so that rate()
 * sees the first event. */
#include "extender/metrics.h"

#include "generated/version.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

static const int64_t bounds_us[EXT_BUCKETS] = {50,
                                               100,
                                               250,
                                               500,
                                               1000,
                                               2500,
                                               5000,
                                               10000,
                                               25000,
                                               50000,
                                               100000,
                                               250000,
                                               500000,
                                               1000000,
                                               2500000};

typedef enum metric_kind { COUNTER, HISTOGRAM, GAUGE, TOTAL, INFO } metric_kind;

/* ---- labels */

static const unsigned statuses[EXT_STATUSES] = {400, 404, 405, 411, 415, 0};

static void name_verb(size_t value, GString *out)
{
    g_string_append(out, ext_verb_name((ext_verb)value));
}

static void name_outcome(size_t value, GString *out)
{
    static const char *const names[EXT_VALUES_OUTCOME] = {"ok", "refused", "untrusted"};
    g_string_append(out, names[value]);
}

/* The rows of reasons.def in lower case. */
static void name_reason(size_t value, GString *out)
{
    static const char *const names[EXT_VALUES_REASON] = {
#define REASON(name, text) #name,
#include "core/os/reasons.def"
#undef REASON
    };
    g_autofree char *name = g_ascii_strdown(names[value], -1);
    g_string_append(out, name);
}

static void name_exempt(size_t value, GString *out)
{
    g_string_append(out, ext_exempt_name((ext_exempt)(value + 1)));
}

static void name_trust(size_t value, GString *out)
{
    g_string_append(out, ext_trust_name((ext_trust)(value + 1)));
}

static void name_limit(size_t value, GString *out)
{
    static const char *const names[EXT_VALUES_LIMIT] = {"body", "bodies", "time"};
    g_string_append(out, names[value]);
}

static void name_status(size_t value, GString *out)
{
    if (statuses[value] == 0)
        g_string_append(out, "other");
    else
        g_string_append_printf(out, "%u", statuses[value]);
}

static void name_mode(size_t value, GString *out)
{
    g_string_append(out, mn_os_mode_name((mn_os_mode)value));
}

static void name_result(size_t value, GString *out)
{
    static const char *const names[EXT_VALUES_RESULT] = {"success", "failure"};
    g_string_append(out, names[value]);
}

static const char *const resources[EXT_VALUES_RESOURCE] = {"nodes", "runtimeclasses", "pods"};

static void name_resource(size_t value, GString *out)
{
    g_string_append(out, resources[value]);
}

typedef struct label {
    const char *name; /* NULL: none */
    size_t values;
    void (*append)(size_t value, GString *out);
} label;

static const label label_NONE = {NULL, 1, NULL};
static const label label_VERB = {"verb", EXT_VALUES_VERB, name_verb};
static const label label_OUTCOME = {"outcome", EXT_VALUES_OUTCOME, name_outcome};
static const label label_REASON = {"reason", EXT_VALUES_REASON, name_reason};
static const label label_EXEMPT = {"by", EXT_VALUES_EXEMPT, name_exempt};
static const label label_TRUST = {"cache", EXT_VALUES_TRUST, name_trust};
static const label label_LIMIT = {"limit", EXT_VALUES_LIMIT, name_limit};
static const label label_STATUS = {"code", EXT_VALUES_STATUS, name_status};
static const label label_MODE = {"mode", EXT_VALUES_MODE, name_mode};
static const label label_RESULT = {"result", EXT_VALUES_RESULT, name_result};

static const label label_RESOURCE = {"resource", EXT_VALUES_RESOURCE, name_resource};

typedef struct metric {
    const char *name, *help;
    metric_kind kind;
    size_t offset, cell_size; /* of its cells in ext_metrics */
    const label *labels[2];
} metric;

static const metric metrics_table[] = {
#define METRIC(member_, kind_, name_, first_, second_, help_) \
    {.name = (name_),                                         \
     .help = (help_),                                         \
     .kind = (kind_),                                         \
     .offset = offsetof(ext_metrics, member_),                \
     .cell_size = sizeof(EXT_CELL_##kind_),                   \
     .labels = {&label_##first_, &label_##second_}},
#include "extender/metrics.def"
#undef METRIC
};

/* ---- counting */

static ext_outcome outcome_of(const GError *error)
{
    if (error == NULL)
        return EXT_OK;
    return g_error_matches(error, MN_ERROR, MN_ERROR_IO) ? EXT_UNTRUSTED : EXT_REFUSED;
}

static void observe(ext_histogram *histogram, int64_t us)
{
    size_t i = 0;
    while (i < EXT_BUCKETS && us > bounds_us[i])
        i++;
    ext_count(&histogram->buckets[i], 1);
    ext_count(&histogram->sum_us, (uint64_t)us);
}

static void count_nodes(ext_metrics *metrics, const ext_decision *decision, const ext_tally *tally)
{
    const ext_verb verb = decision->verb;
    ext_count(&metrics->nodes_in[verb][0], decision->args.count);
    ext_count(&metrics->nodes_out[verb][0], tally->out);
    if (tally->unknown > 0)
        ext_count(&metrics->unknown[verb][0], tally->unknown);
    if (tally->out == 0 && decision->args.count > 0)
        ext_count(&metrics->none_left[verb][0], 1);
    if (tally->would_fail == 0)
        return;
    ext_counter *reasons =
        tally->failed > 0 ? metrics->rejected[verb] : metrics->would_reject[verb];
    for (size_t i = 0; i < EXT_VALUES_REASON; i++)
        if (tally->by_reason[i + 1] > 0)
            ext_count(&reasons[i], tally->by_reason[i + 1]);
}

void ext_metrics_count(ext_metrics *metrics, const ext_decision *decision, const ext_tally *tally,
                       const GError *error, int64_t took_us)
{
    const ext_verb verb = decision->verb;
    observe(&metrics->duration[verb][outcome_of(error)], took_us);
    if (decision->trust != EXT_TRUST_FRESH)
        ext_count(&metrics->untrusted[verb][decision->trust - 1], 1);
    if (error != NULL)
        return;
    count_nodes(metrics, decision, tally);
    if (decision->need.conflict)
        ext_count(&metrics->conflicts[verb][0], 1);
    if (decision->exempt != EXT_EXEMPT_NO)
        ext_count(&metrics->exempt[verb][decision->exempt - 1], 1);
}

void ext_metrics_refused(ext_metrics *metrics, unsigned status)
{
    static const struct {
        unsigned status;
        ext_limit limit;
    } limits[] = {{413, EXT_LIMIT_BODY}, {503, EXT_LIMIT_BODIES}, {0, EXT_LIMIT_TIME}};
    for (size_t i = 0; i < G_N_ELEMENTS(limits); i++) {
        if (limits[i].status != status)
            continue;
        ext_count(&metrics->shed[limits[i].limit][0], 1);
        return;
    }
    size_t i = 0;
    while (statuses[i] != 0 && statuses[i] != status)
        i++;
    ext_count(&metrics->invalid[i][0], 1);
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void ext_metrics_reloaded(ext_metrics *metrics, bool ok, size_t restart_keys)
{
    ext_count(&metrics->reloads[ok ? EXT_SUCCESS : EXT_FAILURE][0], 1);
    ext_set(&metrics->reload_ok[0][0], ok ? 1 : 0);
    if (!ok)
        return;
    ext_set(&metrics->reloaded_at[0][0], now_s());
    ext_set(&metrics->restart_keys[0][0], (double)restart_keys);
}

void ext_metrics_started(ext_metrics *metrics)
{
    ext_set(&metrics->started_at[0][0], now_s());
    ext_set(&metrics->reloaded_at[0][0], now_s());
    ext_set(&metrics->reload_ok[0][0], 1);
    ext_set(&metrics->tls_reload_ok[0][0], 1);
    ext_set(&metrics->build_info[0][0], 1);
}

static void set_watch(ext_metrics *metrics, size_t at, const ext_collection_stats *from)
{
    const mn_watch_stats *watch = &from->watch;
    ext_set(&metrics->watch_synced[at][0], watch->synced ? 1 : 0);
    ext_set(&metrics->watch_objects[at][0], from->objects);
    ext_set(&metrics->watch_lists[at][0], (double)watch->lists);
    ext_set(&metrics->watch_starts[at][0], (double)watch->watches);
    ext_set(&metrics->watch_events[at][0], (double)watch->events);
    ext_set(&metrics->watch_expired[at][0], (double)watch->expired);
    ext_set(&metrics->watch_failures[at][0], (double)watch->failures);
    ext_set(&metrics->watch_unreadable[at][0], (double)watch->unreadable);
}

void ext_metrics_of_watch(ext_metrics *metrics, const ext_store_stats *stats)
{
    ext_set(&metrics->snapshots[0][0], (double)stats->snapshots);
    for (size_t i = 0; i < stats->count; i++)
        for (size_t at = 0; at < EXT_VALUES_RESOURCE; at++)
            if (strcmp(stats->collections[i].name, resources[at]) == 0)
                set_watch(metrics, at, &stats->collections[i]);
}

/* ---- printing */

/* %.15g of a C locale: no locale is ever set. */
static void append_number(GString *out, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append(out, g_ascii_formatd(text, sizeof text, "%.15g", value));
}

static uint64_t read_counter(const ext_counter *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

/* name{a="x",b="y"} and a blank. `le` is the bound of a bucket, or NULL. */
static void append_name(GString *out, const metric *row, const char *suffix, const size_t at[2],
                        const char *le)
{
    char separator = '{';
    g_string_append_printf(out, "%s%s", row->name, suffix);
    for (size_t i = 0; i < 2; i++) {
        const label *of = row->labels[i];
        if (of->name == NULL)
            continue;
        g_string_append_printf(out, "%c%s=\"", separator, of->name);
        of->append(at[i], out);
        g_string_append_c(out, '"');
        separator = ',';
    }
    if (le != NULL) {
        g_string_append_printf(out, "%cle=\"%s\"", separator, le);
        separator = ',';
    }
    g_string_append(out, separator == '{' ? " " : "} ");
}

static void append_histogram(GString *out, const metric *row, const ext_histogram *cell,
                             const size_t at[2])
{
    char le[G_ASCII_DTOSTR_BUF_SIZE];
    uint64_t count = 0;
    for (size_t i = 0; i <= EXT_BUCKETS; i++) {
        count += read_counter(&cell->buckets[i]);
        if (i < EXT_BUCKETS)
            (void)g_ascii_formatd(le, sizeof le, "%.15g", (double)bounds_us[i] / 1e6);
        append_name(out, row, "_bucket", at, i < EXT_BUCKETS ? le : "+Inf");
        g_string_append_printf(out, "%" G_GUINT64_FORMAT "\n", count);
    }
    append_name(out, row, "_sum", at, NULL);
    append_number(out, (double)read_counter(&cell->sum_us) / 1e6);
    g_string_append_c(out, '\n');
    append_name(out, row, "_count", at, NULL);
    g_string_append_printf(out, "%" G_GUINT64_FORMAT "\n", count);
}

static void append_cell(GString *out, const metric *row, const void *cell, const size_t at[2])
{
    switch (row->kind) {
    case HISTOGRAM:
        append_histogram(out, row, cell, at);
        return;
    case INFO:
        g_string_append_printf(
            out, "%s{version=\"%s\",commit=\"%s\"} 1\n", row->name, MN_VERSION, MN_COMMIT);
        return;
    case COUNTER:
        append_name(out, row, "", at, NULL);
        g_string_append_printf(out, "%" G_GUINT64_FORMAT "\n", read_counter(cell));
        return;
    case GAUGE:
    case TOTAL:
        append_name(out, row, "", at, NULL);
        append_number(out, atomic_load_explicit((const ext_gauge *)cell, memory_order_relaxed));
        g_string_append_c(out, '\n');
        return;
    }
}

static const char *type_name(metric_kind kind)
{
    static const char *const names[] = {"counter", "histogram", "gauge", "counter", "gauge"};
    return names[kind];
}

static void append_cells(GString *out, const metric *row, const char *cells)
{
    const size_t second = row->labels[1]->values, count = row->labels[0]->values * second;
    for (size_t i = 0; i < count; i++) {
        const size_t at[2] = {i / second, i % second};
        append_cell(out, row, cells + i * row->cell_size, at);
    }
}

char *ext_metrics_print(const ext_metrics *metrics)
{
    g_autoptr(GString) out = g_string_sized_new(32 << 10);
    for (size_t i = 0; i < G_N_ELEMENTS(metrics_table); i++) {
        const metric *row = &metrics_table[i];
        g_string_append_printf(out,
                               "# HELP %s %s\n# TYPE %s %s\n",
                               row->name,
                               row->help,
                               row->name,
                               type_name(row->kind));
        append_cells(out, row, (const char *)metrics + row->offset);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static void append_label_docs(GString *out, const label *of)
{
    if (of->name == NULL)
        return;
    g_string_append_printf(out, "`%s`: ", of->name);
    for (size_t i = 0; i < of->values; i++) {
        g_string_append(out, i > 0 ? ", " : "");
        of->append(i, out);
    }
    g_string_append(out, ". ");
}

char *ext_metrics_print_docs(void)
{
    g_autoptr(GString) out = g_string_new(
        "# Metrics of mullion-extender\n\n"
        "Made from `extender/metrics.def` by `mullion-extender --print-metrics`; do not edit.\n"
        "`GET /metrics` answers in the text format 0.0.4 of Prometheus. Dashboard and alert rules\n"
        "are in `deploy/monitoring/`, what to do about an alert in [RUNBOOK.md](RUNBOOK.md).\n\n"
        "| metric | type | labels | what |\n"
        "|---|---|---|---|\n");
    for (size_t i = 0; i < G_N_ELEMENTS(metrics_table); i++) {
        const metric *row = &metrics_table[i];
        g_string_append_printf(out, "| `%s` | %s | ", row->name, type_name(row->kind));
        if (row->kind == INFO)
            g_string_append(out, "`version`, `commit` ");
        append_label_docs(out, row->labels[0]);
        append_label_docs(out, row->labels[1]);
        g_string_append_printf(out, "| %s |\n", row->help);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}
