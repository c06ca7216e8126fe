/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/text/decode.h"
#include "simulator/compare/expectation.h"
#include "simulator/compare/parallel.h"
#include "simulator/compare/print.h"
#include "tests/simulator/sample_record.h"
#include "tests/support/expect.h"

#include <stdatomic.h>
#include <string.h>

#define SCENARIO "apiVersion: mullion.dev/v1alpha1\nkind: Scenario\nmetadata: {name: t}\n"

static const char cluster[] = SCENARIO
    "spec:\n"
    "  nodePools:\n"
    "    - {name: linux, count: 2}\n"
    "    - {name: win, count: 2, os: windows, build: 20348}\n"
    "%s"
    "---\n"
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cache, namespace: shop}\n"
    "spec: {replicas: 3, selector: {matchLabels: {app: cache}}, template: {metadata: {labels: "
    "{app: cache}}, spec: {containers: [{name: c, image: 'redis:7-alpine'}]}}}\n"
    "---\n"
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n"
    "spec: {replicas: 2, selector: {matchLabels: {app: web}}, template: {metadata: {labels: "
    "{app: web}}, spec: {nodeSelector: {kubernetes.io/os: windows}, containers: [{name: c, image: "
    "'mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2022'}]}}}\n";

static mn_scenario *scenario_with(const char *spec, GError **error)
{
    g_autofree char *text = g_strdup_printf(cluster, spec);
    const mn_source source = {.name = "test.yaml", .bytes = text, .len = strlen(text)};
    return mn_scenario_load_source(&source, error);
}

static void free_strategy(gpointer strategy)
{
    mn_strategy_free(strategy);
}

/* Names with commas between. */
static GPtrArray *strategies_of(const char *names)
{
    GPtrArray *strategies = g_ptr_array_new_with_free_func(free_strategy);
    g_auto(GStrv) parts = g_strsplit(names, ",", -1);
    for (size_t i = 0; parts[i] != NULL; i++)
        g_ptr_array_add(strategies, mn_strategy_find(NULL, parts[i], NULL));
    return strategies;
}

static mn_comparison *compared(const mn_scenario *scenario, const GPtrArray *strategies,
                               const mn_compare_options *options)
{
    g_autoptr(GError) error = NULL;
    mn_comparison *comparison =
        mn_compare(scenario,
                   (const mn_strategy *const *)(const void *)strategies->pdata,
                   strategies->len,
                   options,
                   &error);
    expect_true(comparison != NULL, error == NULL ? "" : error->message, __FILE__, __LINE__);
    return comparison;
}

/* ---------------------------------------------------------------- conditions */

static void reads_as(const char *text, const char *want)
{
    mn_condition condition;
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) got = g_string_new(NULL);
    if (mn_condition_parse(text, &condition, &error))
        mn_condition_format(got, &condition);
    else
        g_string_append(got, error->message);
    EXPECT_STR(got->str, want);
}

static void conditions_are_read_as_they_are_written(void)
{
    reads_as("misplaced>0", "misplaced > 0");
    reads_as(" wrong-os >= 3 ", "wrong-os >= 3");
    reads_as("wrongOS<=3", "wrong-os <= 3");
    reads_as("ready<100%", "ready < 100%");
    reads_as("ready < 99.5%", "ready < 99.5%");
    reads_as("pending=2", "pending = 2");
    reads_as("pending==2", "pending = 2");
    reads_as("failed!=0", "failed != 0");
    reads_as("held-cpu>500m", "held-cpu > 0.5 cpu");
    reads_as("held-memory>1.5Gi", "held-memory > 1.5Gi");
    reads_as("touched>4", "touched > 4");
    reads_as("misplacd>0", "no metric \"misplacd\" (did you mean \"misplaced\"?)");
    reads_as("misplaced",
             "expected a metric, a relation and a value such as misplaced>0, found \"misplaced\"");
    reads_as("misplaced>",
             "expected something like 5, \">0\", \">=3\" or \"100%\" for misplaced, found \">\"");
    reads_as("misplaced>-1",
             "expected something like 5, \">0\", \">=3\" or \"100%\" for misplaced, found \">-1\"");
    reads_as("held-cpu>50%",
             "expected something like 0, \"<=500m\" or \">1.5\" for held-cpu, found "
             "\">50%\"");
    reads_as("ready<=1000000%", "ready <= 1000000%");
    reads_as("ready<=1000000.001%",
             "expected something like 5, \">0\", \">=3\" or \"100%\" for ready, found "
             "\"<=1000000.001%\"");
    reads_as("ready<=18446744073709552%", /* 2^64 thousandths and a little more */
             "expected something like 5, \">0\", \">=3\" or \"100%\" for ready, found "
             "\"<=18446744073709552%\"");
    reads_as("held-memory>18446744073709551617",
             "expected something like 0 or \"<=2Gi\" for held-memory, found "
             "\">18446744073709551617\"");
    reads_as("ready>9999999999999999999",
             "expected something like 5, \">0\", \">=3\" or \"100%\" for ready, found "
             "\">9999999999999999999\"");
}

static void holds(const char *text, bool want)
{
    mn_condition condition;
    mn_metrics metrics = {.values = {[MN_METRIC_PODS] = 8,
                                     [MN_METRIC_READY] = 6,
                                     [MN_METRIC_HELD_CPU] = 500,
                                     [MN_METRIC_EVICTIONS] = MN_METRIC_UNKNOWN}};
    expect_true(mn_condition_parse(text, &condition, NULL), text, __FILE__, __LINE__);
    expect_int(mn_condition_holds(&condition, &metrics), want, text, __FILE__, __LINE__);
}

static void conditions_compare_numbers_and_shares(void)
{
    holds("ready=6", true);
    holds("ready!=6", false);
    holds("ready<6", false);
    holds("ready<=6", true);
    holds("ready>5", true);
    holds("ready>=7", false);
    holds("ready=75%", true);
    holds("ready<75.1%", true);
    holds("ready<100%", true);
    holds("ready>75%", false);
    holds("held-cpu=500m", true);
    holds("held-cpu<1", true);
    /* What is not known satisfies nothing. */
    holds("evictions=0", false);
    holds("evictions!=0", false);
}

/* ---------------------------------------------------------------- metrics */

static void a_record_is_measured_whole_or_in_part(void)
{
    const mn_touched touched = {.nodes = 4, .manifests = 3, .scheduler_files = 1};
    mn_metrics all = mn_metrics_of(sample_record(), NULL, &touched);
    EXPECT_INT(all.values[MN_METRIC_PODS], (int64_t)sample_record()->pod_count);
    EXPECT_INT(all.values[MN_METRIC_READY], (int64_t)sample_record()->totals.counts[MN_FATE_RUNS]);
    EXPECT_INT(all.values[MN_METRIC_MISPLACED],
               all.values[MN_METRIC_WRONG_OS] + all.values[MN_METRIC_WRONG_BUILD]);
    EXPECT_INT(all.values[MN_METRIC_TOUCHED], 8);
    const mn_pod_filter redis = {.workload = "redis"}, full = {.workload = "StatefulSet/re*"};
    EXPECT_INT(mn_metrics_of(sample_record(), &redis, NULL).values[MN_METRIC_PODS], 2);
    EXPECT_INT(mn_metrics_of(sample_record(), &full, NULL).values[MN_METRIC_PODS], 2);
    const mn_pod_filter elsewhere = {.namespace_ = "none"};
    EXPECT_INT(mn_metrics_of(sample_record(), &elsewhere, NULL).values[MN_METRIC_PODS], 0);
    g_autoptr(GString) text = g_string_new(NULL);
    mn_touched_format(text, &touched);
    EXPECT_STR(text->str, "4 nodes, 3 manifests, 1 kube-scheduler file");
}

static void every_metric_has_a_name_of_its_own(void)
{
    for (int i = 0; i < MN_METRIC_COUNT; i++) {
        const mn_metric_row *row = mn_metric_get((mn_metric)i);
        mn_metric found;
        const char *near;
        EXPECT_TRUE(mn_metric_find(row->name, &found, &near) && (int)found == i);
        EXPECT_TRUE(mn_metric_find(row->key, &found, &near) && (int)found == i);
        EXPECT_TRUE(*row->what != '\0');
    }
}

/* ---------------------------------------------------------------- expectations */

static void expectation_fault(const char *entry, const char *message)
{
    g_autofree char *spec = g_strdup_printf("  expect:\n    - %s\n", entry);
    g_autoptr(GError) error = NULL;
    g_autoptr(mn_scenario) scenario = scenario_with(spec, &error);
    EXPECT_TRUE(scenario == NULL);
    EXPECT_STR(error == NULL ? NULL : error->message, message);
}

static void a_wrong_expectation_is_named_with_its_place(void)
{
    expectation_fault(
        "{misplaced: many}",
        "test.yaml:9:19: spec.expect[0].misplaced: expected something like 5, \">0\", "
        "\">=3\" or \"100%\" for misplaced, found \"many\"");
    expectation_fault("{misplacd: 0}",
                      "test.yaml:9:18: spec.expect[0].misplacd: unknown field (did you mean "
                      "\"misplaced\"?)");
    expectation_fault("{strategy: taint}",
                      "test.yaml:9:7: spec.expect[0]: expects nothing: add a metric such as "
                      "misplaced: 0 or ready: 100%");
    expectation_fault("{selector: 'a in', ready: 1}",
                      "test.yaml:9:18: spec.expect[0].selector: expected ( and a list of values at "
                      "\"\" of the selector \"a in\"");
    expectation_fault("{at: 5, ready: 1}",
                      "test.yaml:9:12: spec.expect[0].at: expected a duration such as 90s, 10m, "
                      "1h30m or 2d, found \"5\": say the unit");
    expectation_fault("5", "test.yaml:9:7: spec.expect[0]: expected an object, found the number 5");
}

static void count_one(const char *place, const char *text, void *data)
{
    GString *all = data;
    g_string_append_printf(all, "%s: %s\n", place, text);
}

static void fails_with(const char *spec, const char *strategy, const char *want)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(mn_scenario) scenario = scenario_with(spec, &error);
    expect_true(scenario != NULL, error == NULL ? spec : error->message, __FILE__, __LINE__);
    if (scenario == NULL)
        return;
    g_autoptr(mn_strategy) one = mn_strategy_find(NULL, strategy, NULL);
    g_autoptr(mn_scenario) under = mn_scenario_under(scenario, one, NULL);
    g_autoptr(mn_record) record = mn_engine_run(under, &(mn_run_options){0}, NULL);
    g_autoptr(GString) got = g_string_new(NULL);
    mn_expectations_check(scenario->expectations, record, &under->touched, count_one, got);
    EXPECT_STR(got->str, want);
}

static void what_is_not_as_expected_is_told_with_what_was_found(void)
{
    static const char met[] = "  expect:\n"
                              "    - {ready: 100%, misplaced: 0}\n"
                              "    - {selector: app=web, ready: 2, pods: 2}\n"
                              "    - {namespace: shop, ready: '>=3', touched: '<=1'}\n"
                              "    - {workload: Deployment/c*, heldCPU: 0}\n"
                              "    - {strategy: none, misplaced: 99}\n"
                              "    - {selector: app=other, pods: 0}\n";
    fails_with(met, "extender-enforce", "");
    fails_with("  expect: [{strategy: taint, workload: web, ready: 2, pending: '<2'}]\n",
               "taint",
               "test.yaml:8:12: expect of web under taint: ready = 2, but ready is 0\n"
               "test.yaml:8:12: expect of web under taint: pending < 2, but pending is 2\n");
    fails_with("  expect: [{selector: app=wbe, ready: 0}]\n",
               "none",
               "test.yaml:8:12: expect of app=wbe under none: there are no such Pods\n");
    fails_with("  expect: [{ready: 100%}]\n",
               "taint",
               "test.yaml:8:12: expect under taint: ready = 100%, but ready is 3 of 5\n");
}

/* ---------------------------------------------------------------- comparing */

static void count_up(void *data, size_t index)
{
    atomic_int *counts = data;
    atomic_fetch_add(&counts[index], 1);
}

static void many_threads_do_each_thing_once(void)
{
    enum { COUNT = 1000 };
    static atomic_int counts[COUNT];
    for (size_t threads = 0; threads < 5; threads++) {
        for (size_t i = 0; i < COUNT; i++)
            atomic_store(&counts[i], 0);
        mn_parallel_each(COUNT, threads, count_up, counts);
        for (size_t i = 0; i < COUNT; i++)
            EXPECT_INT(atomic_load(&counts[i]), 1);
    }
}

static void strategies_are_rows_in_the_order_asked_for(void)
{
    g_autoptr(mn_scenario) scenario = scenario_with("", NULL);
    g_autoptr(GPtrArray) strategies = strategies_of("taint,none,extender-enforce");
    g_autoptr(mn_comparison) c = compared(scenario, strategies, &(mn_compare_options){0});
    EXPECT_INT((int64_t)c->row_count, 3);
    EXPECT_STR(c->rows[0].strategy->name, "taint");
    EXPECT_INT(c->rows[0].metrics[MN_METRIC_PENDING].max, 2);
    EXPECT_STR(c->rows[0].first[MN_FATE_PENDING], "Deployment/web");
    EXPECT_INT((int64_t)c->rows[0].touched.nodes, 2);
    EXPECT_INT(c->rows[2].metrics[MN_METRIC_READY].min, 5);
    EXPECT_TRUE(c->rows[2].is_best && !c->rows[0].is_best);
    EXPECT_INT((int64_t)c->failure_count, 0);
}

static void many_seeds_give_mean_and_spread(void)
{
    g_autoptr(mn_scenario) scenario = scenario_with("", NULL);
    g_autoptr(GPtrArray) strategies = strategies_of("none,extender-enforce");
    const mn_compare_options how = {.seed_count = 16, .run = {.has_seed = true, .seed = 100}};
    g_autoptr(mn_comparison) c = compared(scenario, strategies, &how);
    const mn_spread *none = &c->rows[0].metrics[MN_METRIC_WRONG_OS];
    EXPECT_INT((int64_t)none->known, 16);
    EXPECT_INT((int64_t)c->first_seed, 100);
    EXPECT_TRUE(none->min < none->max);
    EXPECT_TRUE(none->mean > (double)none->min && none->mean < (double)none->max);
    EXPECT_TRUE(none->deviation > 0);
    const mn_spread *enforced = &c->rows[1].metrics[MN_METRIC_WRONG_OS];
    EXPECT_TRUE(enforced->max == 0 && !(enforced->deviation > 0));
}

static void the_number_of_threads_changes_no_byte(void)
{
    g_autoptr(mn_scenario) scenario = scenario_with("  expect: [{ready: 100%}]\n", NULL);
    g_autoptr(GPtrArray) strategies = strategies_of("none,taint,runtimeclass,spec-os");
    g_autoptr(GString) first = g_string_new(NULL);
    for (size_t threads = 1; threads <= 4; threads++) {
        const mn_compare_options how = {.seed_count = 5, .threads = threads};
        g_autoptr(mn_comparison) c = compared(scenario, strategies, &how);
        g_autoptr(GString) text = g_string_new(NULL);
        mn_compare_print_json(c, &(mn_compare_view){0}, text);
        if (threads == 1)
            g_string_append(first, text->str);
        EXPECT_STR(text->str, first->str);
    }
    EXPECT_TRUE(strstr(first->str, "test.yaml:8:12") != NULL);
}

static void what_fails_is_kept_with_its_strategy_and_seed(void)
{
    g_autoptr(mn_scenario) scenario = scenario_with("", NULL);
    g_autoptr(GPtrArray) strategies = strategies_of("none,taint");
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autoptr(GArray) conditions = g_array_new(FALSE, FALSE, sizeof(mn_fail_on));
    EXPECT_TRUE(mn_fail_on_parse(arena, "taint: pending>1,misplaced>99", conditions, NULL));
    const mn_compare_options how = {
        .seed_count = 2,
        .fail_on = (const mn_fail_on *)(const void *)conditions->data,
        .fail_on_count = conditions->len,
    };
    g_autoptr(mn_comparison) c = compared(scenario, strategies, &how);
    EXPECT_INT((int64_t)c->failure_count, 2);
    EXPECT_INT((int64_t)c->failures[0].row, 1);
    EXPECT_INT((int64_t)c->failures[1].seed, 2);
    EXPECT_STR(c->failures[0].place, "--fail-on");
    EXPECT_STR(c->failures[0].text, "pending > 1 under taint: pending is 2");
}

static void what_cannot_run_is_an_error_whoever_finds_it_first(void)
{
    static const char no_nodes[] =
        "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c}]}}";
    const mn_source source = {.name = "test.yaml", .bytes = no_nodes, .len = sizeof no_nodes - 1};
    g_autoptr(mn_scenario) scenario = mn_scenario_load_source(&source, NULL);
    g_autoptr(GPtrArray) strategies = strategies_of("none,taint");
    g_autoptr(GError) error = NULL;
    g_autoptr(mn_comparison) c =
        mn_compare(scenario,
                   (const mn_strategy *const *)(const void *)strategies->pdata,
                   2,
                   &(mn_compare_options){.seed_count = 3},
                   &error);
    EXPECT_TRUE(c == NULL && error != NULL);
}

extern CU_TestInfo suite_simulator_compare[];
CU_TestInfo suite_simulator_compare[] = {
    {"conditions are read as they are written", conditions_are_read_as_they_are_written},
    {"conditions compare numbers and shares", conditions_compare_numbers_and_shares},
    {"a record is measured whole or in part", a_record_is_measured_whole_or_in_part},
    {"every metric has a name of its own", every_metric_has_a_name_of_its_own},
    {"a wrong expectation is named with its place", a_wrong_expectation_is_named_with_its_place},
    {"what is not as expected is told with what was found",
     what_is_not_as_expected_is_told_with_what_was_found},
    {"many threads do each thing once", many_threads_do_each_thing_once},
    {"strategies are rows in the order asked for", strategies_are_rows_in_the_order_asked_for},
    {"many seeds give mean and spread", many_seeds_give_mean_and_spread},
    {"the number of threads changes no byte", the_number_of_threads_changes_no_byte},
    {"what fails is kept with its strategy and seed",
     what_fails_is_kept_with_its_strategy_and_seed},
    {"what cannot run is an error whoever finds it first",
     what_cannot_run_is_an_error_whoever_finds_it_first},
    CU_TEST_INFO_NULL,
};
