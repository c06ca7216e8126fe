/* SPDX-License-Identifier: Apache-2.0 */
/* Runs are made in any order and looked at in theirs. */
#include "simulator/compare/compare.h"

#include "simulator/compare/expectation.h"
#include "simulator/compare/parallel.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { MAX_FAILURES = 1000 };

/* One run, as its thread leaves it. */
typedef struct outcome {
    mn_metrics metrics;
    GPtrArray *failures;        /* char *: place and text in turn; NULL: none */
    char *first[MN_FATE_COUNT]; /* as in mn_compare_row */
    mn_record *record;          /* of the first run alone */
    GError *error;
} outcome;

typedef struct comparing {
    const mn_scenario *base;
    const mn_strategy *const *strategies;
    size_t count, seed_count;
    uint64_t first_seed;
    const mn_compare_options *options;
    mn_scenario **scenarios; /* one a strategy */
    GError **errors;         /* of making them */
    outcome *outcomes;       /* seed by seed, strategy after strategy */
} comparing;

/* ---- in threads */

static void stand_under(void *data, size_t index)
{
    comparing *c = data;
    c->scenarios[index] = mn_scenario_under(c->base, c->strategies[index], &c->errors[index]);
}

static void keep_failure(const char *place, const char *text, void *data)
{
    outcome *o = data;
    if (o->failures == NULL)
        o->failures = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(o->failures, g_strdup(place));
    g_ptr_array_add(o->failures, g_strdup(text));
}

static void check_fail_on(const comparing *c, const mn_scenario *scenario, outcome *o)
{
    for (size_t i = 0; i < c->options->fail_on_count; i++) {
        const mn_fail_on *one = &c->options->fail_on[i];
        if ((one->strategy != NULL && strcmp(one->strategy, scenario->strategy->name) != 0) ||
            !mn_condition_holds(&one->condition, &o->metrics))
            continue;
        g_autoptr(GString) text = g_string_new(NULL);
        mn_condition_format(text, &one->condition);
        g_string_append_printf(text, " under %s: ", scenario->strategy->name);
        mn_condition_format_found(text, &one->condition, &o->metrics);
        keep_failure("--fail-on", text->str, o);
    }
}

static void keep_suspects(const mn_record *record, outcome *o)
{
    for (size_t i = 0; i < record->workload_count; i++) {
        const mn_record_workload *workload = &record->workloads[i];
        for (int fate = 0; fate < MN_FATE_COUNT; fate++) {
            if (o->first[fate] == NULL && workload->counts[fate] > 0)
                o->first[fate] = g_strdup_printf("%s/%s", workload->kind, workload->name);
        }
    }
}

static void run_one(void *data, size_t index)
{
    comparing *c = data;
    outcome *o = &c->outcomes[index];
    const mn_scenario *scenario = c->scenarios[index / c->seed_count];
    mn_run_options options = c->options->run;
    options.has_seed = true;
    options.seed = c->first_seed + index % c->seed_count;
    g_autoptr(mn_arena) scratch = mn_arena_new();
    options.checkpoints_ms = mn_expectations_times(
        scratch, c->base->expectations, scenario->strategy->name, &options.checkpoint_count);
    g_autoptr(mn_record) record = mn_engine_run(scenario, &options, &o->error);
    if (record == NULL)
        return;
    o->metrics = mn_metrics_of(record, NULL, &scenario->touched);
    keep_suspects(record, o);
    mn_expectations_check(c->base->expectations, record, &scenario->touched, keep_failure, o);
    check_fail_on(c, scenario, o);
    if (index == 0)
        o->record = g_steal_pointer(&record);
}

/* ---- afterwards */

static mn_spread spread_of(const comparing *c, size_t row, mn_metric metric)
{
    mn_spread spread = {.min = INT64_MAX, .max = INT64_MIN};
    double sum = 0, squares = 0;
    for (size_t i = 0; i < c->seed_count; i++) {
        int64_t value = c->outcomes[row * c->seed_count + i].metrics.values[metric];
        if (value == MN_METRIC_UNKNOWN)
            continue;
        spread.known++;
        spread.min = MIN(spread.min, value);
        spread.max = MAX(spread.max, value);
        sum += (double)value;
    }
    if (spread.known == 0)
        return (mn_spread){0};
    spread.mean = sum / (double)spread.known;
    for (size_t i = 0; i < c->seed_count; i++) {
        int64_t value = c->outcomes[row * c->seed_count + i].metrics.values[metric];
        double apart = (double)value - spread.mean;
        squares += value == MN_METRIC_UNKNOWN ? 0 : apart * apart;
    }
    spread.deviation = sqrt(squares / (double)spread.known);
    return spread;
}

/* Negative: a is better. What counts, in this order; what strategies ask of people does not. */
static int compare_rows(const mn_compare_row *a, const mn_compare_row *b)
{
    static const mn_metric order[] = {
        MN_METRIC_READY,
        MN_METRIC_MISPLACED,
        MN_METRIC_FAILED,
        MN_METRIC_REJECTED,
        MN_METRIC_PENDING,
        MN_METRIC_EVICTIONS,
    };
    for (size_t i = 0; i < G_N_ELEMENTS(order); i++) {
        double x = a->metrics[order[i]].mean, y = b->metrics[order[i]].mean;
        int sign = mn_metric_get(order[i])->good == MN_GOOD_MORE ? -1 : 1;
        if (x < y || x > y)
            return x < y ? -sign : sign;
    }
    return 0;
}

static void mark_best(mn_compare_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        rows[i].is_best = true;
        for (size_t j = 0; j < count && rows[i].is_best; j++)
            rows[i].is_best = compare_rows(&rows[i], &rows[j]) <= 0;
    }
}

static void take_row(const comparing *c, size_t index, mn_arena *arena, mn_compare_row *row)
{
    row->strategy = c->strategies[index];
    row->touched = c->scenarios[index]->touched;
    for (int metric = 0; metric < MN_METRIC_COUNT; metric++)
        row->metrics[metric] = spread_of(c, index, (mn_metric)metric);
    for (size_t i = 0; i < c->seed_count; i++) {
        const outcome *o = &c->outcomes[index * c->seed_count + i];
        for (int fate = 0; fate < MN_FATE_COUNT; fate++) {
            if (row->first[fate] == NULL && o->first[fate] != NULL)
                row->first[fate] = mn_arena_strdup(arena, o->first[fate]);
        }
    }
}

static void take_failure(mn_comparison *out, GArray *failures, mn_compare_failure one)
{
    if (failures->len == MAX_FAILURES) {
        out->failures_left_out++;
        return;
    }
    one.place = mn_arena_strdup(out->arena, one.place);
    one.text = mn_arena_strdup(out->arena, one.text);
    g_array_append_val(failures, one);
}

static void take_failures(const comparing *c, mn_comparison *out)
{
    g_autoptr(GArray) failures = g_array_new(FALSE, FALSE, sizeof(mn_compare_failure));
    for (size_t i = 0; i < c->count * c->seed_count; i++) {
        const GPtrArray *found = c->outcomes[i].failures;
        mn_compare_failure one = {.row = i / c->seed_count,
                                  .seed = c->first_seed + i % c->seed_count};
        for (guint j = 0; found != NULL && j < found->len; j += 2) {
            one.place = found->pdata[j];
            one.text = found->pdata[j + 1];
            take_failure(out, failures, one);
        }
    }
    mn_compare_failure *items = MN_ARENA_NEW(out->arena, mn_compare_failure, failures->len);
    for (guint i = 0; i < failures->len; i++)
        items[i] = g_array_index(failures, mn_compare_failure, i);
    out->failures = items;
    out->failure_count = failures->len;
}

static mn_comparison *take_all(comparing *c)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    mn_comparison *out = MN_ARENA_NEW(arena, mn_comparison, 1);
    mn_compare_row *rows = MN_ARENA_NEW(arena, mn_compare_row, c->count);
    *out = (mn_comparison){
        .scenario = c->base,
        .record = g_steal_pointer(&c->outcomes[0].record),
        .first_seed = c->first_seed,
        .seed_count = c->seed_count,
        .rows = rows,
        .row_count = c->count,
        .kept = g_ptr_array_new_with_free_func((GDestroyNotify)mn_scenario_free),
    };
    for (size_t i = 0; i < c->count; i++)
        take_row(c, i, arena, &rows[i]);
    mark_best(rows, c->count);
    out->arena = g_steal_pointer(&arena);
    take_failures(c, out);
    /* The record borrows from the first of them. */
    g_ptr_array_add(out->kept, g_steal_pointer(&c->scenarios[0]));
    return out;
}

void mn_comparison_free(mn_comparison *comparison)
{
    if (comparison == NULL)
        return;
    mn_record_free((mn_record *)(uintptr_t)comparison->record);
    g_ptr_array_unref(comparison->kept);
    mn_arena *arena = comparison->arena; /* the comparison itself stands in it */
    mn_arena_free(arena);
}

static void clear(comparing *c)
{
    for (size_t i = 0; i < c->count; i++) {
        mn_scenario_free(c->scenarios[i]);
        g_clear_error(&c->errors[i]);
    }
    for (size_t i = 0; i < c->count * c->seed_count; i++) {
        outcome *o = &c->outcomes[i];
        g_clear_pointer(&o->failures, g_ptr_array_unref);
        for (int fate = 0; fate < MN_FATE_COUNT; fate++)
            g_clear_pointer(&o->first[fate], g_free);
        g_clear_pointer(&o->record, mn_record_free);
        g_clear_error(&o->error);
    }
    g_free(c->scenarios);
    g_free(c->errors);
    g_free(c->outcomes);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(comparing, clear)

/* The first error in order, whoever met one first. */
static bool has_error(const comparing *c, GError **error)
{
    for (size_t i = 0; i < c->count; i++) {
        if (c->errors[i] != NULL) {
            g_propagate_error(error, g_steal_pointer(&c->errors[i]));
            return true;
        }
    }
    for (size_t i = 0; i < c->count * c->seed_count; i++) {
        if (c->outcomes[i].error != NULL) {
            g_propagate_error(error, g_steal_pointer(&c->outcomes[i].error));
            return true;
        }
    }
    return false;
}

/* A live extender is asked about one Pod at a time, as kube-scheduler asks it. */
static size_t threads_for(const comparing *c)
{
    for (size_t i = 0; i < c->count; i++) {
        const mn_scheduler_config *scheduler = c->scenarios[i]->scheduler;
        if (scheduler != NULL && scheduler->extenders.count > 0)
            return 1;
    }
    return c->options->threads;
}

mn_comparison *mn_compare(const mn_scenario *scenario, const mn_strategy *const *strategies,
                          size_t count, const mn_compare_options *options, GError **error)
{
    g_assert(count > 0);
    g_auto(comparing) c = {
        .base = scenario,
        .strategies = strategies,
        .count = count,
        .seed_count = MAX(options->seed_count, 1),
        .first_seed = options->run.has_seed ? options->run.seed : scenario->seed,
        .options = options,
    };
    if (c.seed_count > MN_COMPARE_MAX_SEEDS || count * c.seed_count > MN_COMPARE_MAX_RUNS) {
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_LIMIT,
                    "expected at most %d seeds and %d runs",
                    MN_COMPARE_MAX_SEEDS,
                    MN_COMPARE_MAX_RUNS);
        c.count = c.seed_count = 0;
        return NULL;
    }
    c.scenarios = g_new0(mn_scenario *, count);
    c.errors = g_new0(GError *, count);
    c.outcomes = g_new0(outcome, count * c.seed_count);
    mn_parallel_each(count, options->threads, stand_under, &c);
    if (has_error(&c, error))
        return NULL;
    mn_parallel_each(count * c.seed_count, threads_for(&c), run_one, &c);
    return has_error(&c, error) ? NULL : take_all(&c);
}

/* ---- --fail-on */

static bool parse_one(mn_arena *arena, const char *text, mn_fail_on *out, GError **error)
{
    const char *colon = strchr(text, ':');
    *out = (mn_fail_on){0};
    if (colon == NULL)
        return mn_condition_parse(text, &out->condition, error);
    g_autofree char *name = g_strstrip(g_strndup(text, (gsize)(colon - text)));
    out->strategy = mn_arena_strdup(arena, name);
    return mn_condition_parse(colon + 1, &out->condition, error);
}

bool mn_fail_on_parse(mn_arena *arena, const char *text, GArray *out, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);
    for (size_t i = 0; parts[i] != NULL; i++) {
        mn_fail_on one;
        if (!parse_one(arena, parts[i], &one, error))
            return false;
        g_array_append_val(out, one);
    }
    return true;
}
