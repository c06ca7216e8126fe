/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/compare/expectation.h"

#include "simulator/scenario/duration.h"
#include "simulator/scenario/kubectl.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_EXPECTATIONS = 10000 };

/* ---- reading */

typedef struct entry {
    const char *strategy, *selector, *namespace_, *workload;
    mn_opt_int at;
    const char *metrics[MN_METRIC_COUNT]; /* as written; NULL: not said */
} entry;

static bool decode_at(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    mn_opt_int *when = out;
    when->set = true;
    return mn_decode_duration(arena, at, &when->value, error);
}

#define ENTRY(member, name, kind) MN_FIELD(entry, member, name, kind)
static const mn_field entry_fields[] = {
    ENTRY(strategy, "strategy", MN_FIELD_STRING),
    MN_FIELD_BY(entry, at, "at", decode_at),
    ENTRY(selector, "selector", MN_FIELD_STRING),
    ENTRY(namespace_, "namespace", MN_FIELD_STRING),
    ENTRY(workload, "workload", MN_FIELD_STRING),
#define METRIC(id, name, key, unit, good, what) \
    ENTRY(metrics[MN_METRIC_##id], key, MN_FIELD_SCALAR),
#include "simulator/compare/metrics.def"
#undef METRIC
};
const mn_shape mn_expectation_shape = {
    .name = "expectation",
    .size = sizeof(entry),
    .fields = entry_fields,
    .count = G_N_ELEMENTS(entry_fields),
    .strict = true,
};

static bool read_conditions(mn_arena *arena, const mn_at *at, const entry *e, mn_expectation *out,
                            GError **error)
{
    mn_condition *conditions = MN_ARENA_NEW(arena, mn_condition, MN_METRIC_COUNT);
    for (int i = 0; i < MN_METRIC_COUNT; i++) {
        g_autoptr(GError) cause = NULL;
        mn_at member = mn_at_member(at, mn_metric_get((mn_metric)i)->key);
        if (e->metrics[i] == NULL)
            continue;
        if (!mn_condition_parse_value(
                (mn_metric)i, e->metrics[i], &conditions[out->condition_count++], &cause))
            return mn_at_error(&member, MN_ERROR_SCHEMA, error, "%s", cause->message);
    }
    out->conditions = conditions;
    return out->condition_count > 0 ||
           mn_at_error(at,
                       MN_ERROR_SCHEMA,
                       error,
                       "expects nothing: add a metric such as misplaced: 0 or ready: 100%%");
}

static bool read_filter(mn_arena *arena, const mn_at *at, const entry *e, mn_expectation *out,
                        GError **error)
{
    g_autoptr(GError) cause = NULL;
    mn_at member = mn_at_member(at, "selector");
    if (e->selector != NULL)
        out->filter.selector = mn_label_query_parse(arena, e->selector, &cause);
    if (cause != NULL)
        return mn_at_error(&member, MN_ERROR_SCHEMA, error, "%s", cause->message);
    out->filter.namespace_ = e->namespace_;
    out->filter.workload = e->workload;
    const char *parts[] = {e->selector, e->namespace_, e->workload};
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        if (parts[i] == NULL)
            continue;
        g_string_append_printf(text, "%s%s", text->len == 0 ? " of " : ", ", parts[i]);
        out->has_filter = true;
    }
    if (out->has_at) {
        g_autofree char *when = mn_duration_format(out->at_ms);
        g_string_append_printf(text, " at %s", when);
    }
    out->what_text = mn_arena_strdup(arena, text->str);
    return true;
}

static const char *place_of(mn_arena *arena, const mn_at *at)
{
    mn_position position = mn_at_position(at);
    return mn_arena_printf(arena,
                           "%s:%zu:%zu",
                           at->document == NULL ? "-" : at->document->source->name,
                           position.line,
                           position.column);
}

static bool read_expectation(mn_arena *arena, const mn_at *at, mn_expectation *out, GError **error)
{
    entry e;
    if (!mn_decode(arena, &mn_expectation_shape, at, &e, error))
        return false;
    out->has_at = e.at.set;
    out->at_ms = e.at.value;
    out->place = place_of(arena, at);
    out->strategy = e.strategy;
    return read_filter(arena, at, &e, out, error) && read_conditions(arena, at, &e, out, error);
}

bool mn_decode_expectations(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    size_t count = mn_at_count(at);
    if (!mn_read_is_array(at, error))
        return false;
    if (count > MAX_EXPECTATIONS)
        return mn_at_error(
            at, MN_ERROR_LIMIT, error, "more than %d expectations", MAX_EXPECTATIONS);
    mn_expectation *items = MN_ARENA_NEW(arena, mn_expectation, count);
    for (size_t i = 0; i < count; i++) {
        mn_at element = mn_at_element(at, i);
        if (!mn_at_is_there(&element))
            return mn_at_expected(&element, "an object", error);
        if (!read_expectation(arena, &element, &items[i], error))
            return false;
    }
    *(mn_expectations *)out = (mn_expectations){.items = items, .count = count};
    return true;
}

/* ---- checking */

static bool is_about_number(const mn_expectation *expectation)
{
    for (size_t i = 0; i < expectation->condition_count; i++) {
        if (expectation->conditions[i].metric == MN_METRIC_PODS)
            return true;
    }
    return false;
}

typedef struct telling {
    const mn_expectation *expectation;
    const char *strategy;
    mn_expectation_fn tell;
    void *data;
} telling;

static void tell(const telling *t, const char *what)
{
    g_autofree char *text =
        g_strdup_printf("expect%s under %s: %s", t->expectation->what_text, t->strategy, what);
    t->tell(t->expectation->place, text, t->data);
}

static const char *name_of(const char *strategy)
{
    return strategy == NULL ? "none" : strategy;
}

static bool is_meant(const mn_expectation *expectation, const char *strategy)
{
    return expectation->strategy == NULL || strcmp(expectation->strategy, name_of(strategy)) == 0;
}

static int by_value(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

const int64_t *mn_expectations_times(mn_arena *arena, const mn_expectations *expectations,
                                     const char *strategy, size_t *count)
{
    int64_t *times = MN_ARENA_NEW(arena, int64_t, expectations->count);
    size_t all = 0;
    for (size_t i = 0; i < expectations->count; i++) {
        if (expectations->items[i].has_at && is_meant(&expectations->items[i], strategy))
            times[all++] = expectations->items[i].at_ms;
    }
    if (all > 1)
        qsort(times, all, sizeof *times, by_value);
    *count = 0;
    for (size_t i = 0; i < all; i++) {
        if (*count == 0 || times[*count - 1] != times[i])
            times[(*count)++] = times[i];
    }
    return times;
}

/* The record of the time that the expectation looks at. */
static const mn_record *record_at(const mn_record *record, const mn_expectation *expectation)
{
    for (size_t i = 0; expectation->has_at && i < record->checkpoint_count; i++) {
        if (record->checkpoints[i]->time_ms == expectation->at_ms)
            return record->checkpoints[i];
    }
    g_assert(!expectation->has_at);
    return record;
}

static void check_one(const telling *t, const mn_record *record, const mn_touched *touched)
{
    const mn_expectation *expectation = t->expectation;
    const mn_metrics metrics =
        mn_metrics_of(record, expectation->has_filter ? &expectation->filter : NULL, touched);
    if (metrics.values[MN_METRIC_PODS] == 0 && expectation->has_filter &&
        !is_about_number(expectation)) {
        tell(t, "there are no such Pods");
        return;
    }
    for (size_t i = 0; i < expectation->condition_count; i++) {
        const mn_condition *condition = &expectation->conditions[i];
        if (mn_condition_holds(condition, &metrics))
            continue;
        g_autoptr(GString) text = g_string_new(NULL);
        mn_condition_format(text, condition);
        g_string_append(text, ", but ");
        mn_condition_format_found(text, condition, &metrics);
        tell(t, text->str);
    }
}

void mn_expectations_check(const mn_expectations *expectations, const mn_record *record,
                           const mn_touched *touched, mn_expectation_fn tell_failure, void *data)
{
    for (size_t i = 0; i < expectations->count; i++) {
        const telling t = {.expectation = &expectations->items[i],
                           .strategy = name_of(record->strategy),
                           .tell = tell_failure,
                           .data = data};
        if (is_meant(t.expectation, record->strategy))
            check_one(&t, record_at(record, t.expectation), touched);
    }
}
