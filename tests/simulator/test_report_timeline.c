/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/engine/engine.h"
#include "simulator/reports/reports.h"
#include "simulator/reports/run_timeline.h"
#include "tests/simulator/sample_record.h"
#include "tests/support/expect.h"

#include <string.h>

/* One Pod that runs after a while, one that waits for ever, in 60 moments. */
static const char text[] =
    "apiVersion: mullion.dev/v1alpha1\nkind: Scenario\nmetadata: {name: two}\n"
    "spec: {nodePools: [{name: lin}]}\n---\n"
    "apiVersion: v1\nkind: Pod\nmetadata: {name: runs}\n"
    "spec: {containers: [{name: a, image: 'nginx:alpine'}]}\n---\n"
    "apiVersion: v1\nkind: Pod\nmetadata: {name: waits, namespace: shop}\n"
    "spec: {nodeSelector: {a: b}, containers: [{name: a, image: 'nginx:alpine'}]}\n";

static mn_scenario *scenario_of_two(void)
{
    const mn_source source = {.name = "two.yaml", .bytes = text, .len = sizeof text - 1};
    g_autoptr(GError) error = NULL;
    mn_scenario *scenario = mn_scenario_load_source(&source, &error);
    expect_true(scenario != NULL, error == NULL ? "" : error->message, __FILE__, __LINE__);
    return scenario;
}

static char *drawn(const mn_view *view, int64_t *step_ms)
{
    g_autoptr(mn_scenario) scenario = scenario_of_two();
    g_autoptr(mn_record) first = mn_engine_run(scenario, &(mn_run_options){0}, NULL);
    g_autofree int64_t *moments = NULL;
    mn_run_options options = {0};
    options.checkpoint_count = mn_timeline_moments(&view->page, first, &moments);
    options.checkpoints_ms = moments;
    *step_ms = moments[1] - moments[0];
    g_autoptr(mn_record) record = mn_engine_run(scenario, &options, NULL);
    GString *out = g_string_new(NULL);
    mn_report_timeline(record, view, out);
    return g_string_free(out, FALSE);
}

/* The line that begins so, or NULL. */
static const char *line_of(const char *picture, const char *begin)
{
    g_autofree char *found = g_strdup_printf("\n%s", begin);
    const char *at = strstr(picture, found);
    return at == NULL ? NULL : at + 1;
}

static void each_workload_and_pool_has_a_row(void)
{
    int64_t step_ms;
    const mn_view view = {.page = {.columns = 0}};
    g_autofree char *picture = drawn(&view, &step_ms);
    const char *runs = line_of(picture, "Pod/runs        ");
    const char *waits = line_of(picture, "Pod shop/waits  ");
    const char *pool = line_of(picture, "pool lin        ");
    EXPECT_TRUE(runs != NULL && waits != NULL && pool != NULL);
    if (runs == NULL || waits == NULL || pool == NULL)
        return;
    EXPECT_INT(runs[16], '~');
    EXPECT_TRUE(strstr(runs, "~==") != NULL);
    EXPECT_TRUE(strstr(runs, "=  1/1 ready\n") != NULL);
    EXPECT_INT((int64_t)strspn(waits + 16, "."), 60);
    EXPECT_TRUE(strstr(waits, ".  0/1 ready\n") != NULL);
    EXPECT_TRUE(strstr(pool, "=  1 Pod\n") != NULL);
    EXPECT_TRUE(strstr(picture, "= runs   . Pending   ~ pulls and starts") != NULL);
    EXPECT_TRUE(line_of(picture, "                0s ") != NULL);
    for (const char *p = strchr(picture, '\n'); *p != '\0'; p++)
        EXPECT_TRUE((unsigned char)*p < 0x80);
}

static void commands_stand_where_they_show(void)
{
    int64_t step_ms;
    mn_view_mark marks[4] = {
        {0, "kubectl one"}, {0, "kubectl two"}, {0, "kubectl \x1b"}, {0, "never"}};
    mn_view view = {.page = {.columns = 0}};
    g_free(drawn(&view, &step_ms));
    marks[0].time_ms = step_ms * 3;
    marks[1].time_ms = step_ms * 5 - 1;
    marks[2].time_ms = step_ms * 5;
    marks[3].time_ms = step_ms * 1000;
    view.marks = marks;
    view.mark_count = G_N_ELEMENTS(marks);
    g_autofree char *picture = drawn(&view, &step_ms);
    EXPECT_TRUE(line_of(picture, "                   A *\n") != NULL);
    EXPECT_TRUE(strstr(picture, "kubectl one\nB  ") != NULL);
    EXPECT_TRUE(strstr(picture, "kubectl \\x1b\nD  ") != NULL);
}

static void a_row_has_colours_where_the_page_has(void)
{
    int64_t step_ms;
    const mn_view view = {.page = {.columns = 100, .color = true}};
    g_autofree char *picture = drawn(&view, &step_ms);
    EXPECT_TRUE(strstr(picture, "\x1b[") != NULL);
    EXPECT_TRUE(strstr(picture, "~=") == NULL);
}

static void there_is_a_moment_for_each_column(void)
{
    const struct {
        size_t columns, pods;
        int64_t time_ms;
        size_t want;
    } rows[] = {
        {0, 10, 600000, 60},
        {80, 10, 600000, 36},
        {20, 10, 600000, 20},
        {1000, 10, 600000, 120},
        {0, 100000, 600000, 19},
        {0, 10, 0, 60},
        {0, 10, INT64_C(10) * 365 * 24 * 3600 * 1000, 60},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const mn_record record = {.time_ms = rows[i].time_ms, .pod_count = rows[i].pods};
        const mn_page page = {.columns = rows[i].columns};
        g_autofree int64_t *moments = NULL;
        size_t count = mn_timeline_moments(&page, &record, &moments);
        EXPECT_INT((int64_t)count, (int64_t)rows[i].want);
        EXPECT_INT(moments[0], 0);
        for (size_t j = 1; j < count; j++)
            EXPECT_TRUE(moments[j] > moments[j - 1]);
        EXPECT_TRUE(moments[count - 1] >= record.time_ms);
    }
}

static void a_record_without_moments_has_its_summary(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    mn_report_timeline(sample_record(), &(mn_view){.again = NULL}, out);
    EXPECT_TRUE(g_str_has_prefix(out->str, "shop "));
    EXPECT_TRUE(strstr(out->str, "1 of 5 Pods run") != NULL);
}

CU_TestInfo suite_simulator_report_timeline[] = {
    {"each workload and pool has a row", each_workload_and_pool_has_a_row},
    {"commands stand where they show", commands_stand_where_they_show},
    {"a row has colours where the page has", a_row_has_colours_where_the_page_has},
    {"there is a moment for each column", there_is_a_moment_for_each_column},
    {"a record without moments has its summary", a_record_without_moments_has_its_summary},
    CU_TEST_INFO_NULL,
};
