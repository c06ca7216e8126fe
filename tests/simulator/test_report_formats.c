/* SPDX-License-Identifier: Apache-2.0 */
/* The reports for other programs: what they print is read back here. */
#include "mullion/text/document.h"
#include "simulator/reports/csv_print.h"
#include "simulator/reports/reports.h"
#include "simulator/reports/yaml_print.h"
#include "tests/simulator/sample_record.h"
#include "tests/support/expect.h"

#include <jansson.h>
#include <string.h>

static const mn_view view = {.again = "mullion run x.yaml"};

/* ---- YAML */

static bool compare(const mn_document *document, gpointer data, GError **error)
{
    json_t *const *want = data;
    (void)error;
    EXPECT_INT(document->format, MN_DOCUMENT_YAML);
    EXPECT_TRUE(json_equal(document->root, *want));
    return true;
}

static void reads_back(const char *yaml, json_t *want)
{
    const mn_source source = {.name = "out.yaml", .bytes = yaml, .len = strlen(yaml)};
    g_autoptr(GError) error = NULL;
    bool fine = mn_document_each(&source, &mn_document_limits_default, compare, &want, &error);
    expect_true(fine, error == NULL ? "" : error->message, __FILE__, __LINE__);
}

static void the_yaml_report_is_the_tree_of_the_json_report(void)
{
    const mn_record *const records[] = {sample_record(), sample_record_where_all_run()};
    for (size_t i = 0; i < G_N_ELEMENTS(records); i++) {
        g_autoptr(GString) json = g_string_new(NULL), yaml = g_string_new(NULL);
        mn_report_json(records[i], &view, json);
        mn_report_yaml(records[i], &view, yaml);
        json_t *want = mn_document_load_json(json->str, json->len, 64, NULL);
        reads_back(yaml->str, want);
        EXPECT_TRUE(strstr(yaml->str, "\nkind: Run\n") != NULL);
        json_decref(want);
    }
}

static void what_is_too_large_for_a_tree_stays_json(void)
{
    static const char json[] = "{\"a\": {\"b\": [1]}}";
    g_autoptr(GString) out = g_string_new(NULL);
    mn_yaml_print_json(json, sizeof json - 1, 2, out);
    EXPECT_STR(out->str, json);
    g_string_truncate(out, 0);
    mn_yaml_print_json(json, sizeof json - 1, 3, out);
    EXPECT_STR(out->str, "a:\n  b:\n  - 1\n");
}

/* ---- CSV */

static void cells_are_quoted_where_they_must_be(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    static const char *const names[] = {"a", "b", NULL};
    mn_csv_head(out, names);
    mn_csv_cell(out, NULL);
    mn_csv_cell(out, "");
    mn_csv_end_row(out);
    mn_csv_cell(out, "x,y");
    mn_csv_cell(out, "say \"hi\"");
    mn_csv_cell(out, "two\nlines");
    mn_csv_cellf(out, "%d", 7);
    mn_csv_end_row(out);
    EXPECT_STR(out->str, "a,b\r\n,\r\n\"x,y\",\"say \"\"hi\"\"\",\"two\nlines\",7\r\n");
}

/* The row that begins at *text, which becomes what is behind it. */
static GPtrArray *take_row(const char **text)
{
    GPtrArray *cells = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GString) cell = g_string_new(NULL);
    bool quoted = false;
    const char *p = *text;
    for (; *p != '\0' && (quoted || *p != '\r'); p++) {
        if (*p == '"' && quoted && p[1] == '"') {
            g_string_append_c(cell, *p++);
        } else if (*p == '"') {
            quoted = !quoted;
        } else if (*p == ',' && !quoted) {
            g_ptr_array_add(cells, g_strdup(cell->str));
            g_string_truncate(cell, 0);
        } else {
            g_string_append_c(cell, *p);
        }
    }
    g_ptr_array_add(cells, g_strdup(cell->str));
    EXPECT_TRUE(p[0] == '\r' && p[1] == '\n');
    *text = p + 2;
    return cells;
}

static const char *cell_of(const GPtrArray *head, const GPtrArray *row, const char *name)
{
    for (guint i = 0; i < head->len && i < row->len; i++) {
        if (strcmp(head->pdata[i], name) == 0)
            return row->pdata[i];
    }
    return NULL;
}

static void csv_has_a_row_for_each_pod(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    const mn_record *record = sample_record();
    mn_report_csv(record, &view, out);
    const char *rest = out->str;
    g_autoptr(GPtrArray) head = take_row(&rest);
    for (size_t i = 0; i < record->pod_count; i++) {
        const mn_record_pod *pod = &record->pods[i];
        g_autoptr(GPtrArray) row = take_row(&rest);
        EXPECT_INT(row->len, head->len);
        EXPECT_STR(cell_of(head, row, "pod"), pod->name);
        EXPECT_STR(cell_of(head, row, "message"), pod->message);
        EXPECT_STR(cell_of(head, row, "node"), pod->node == NULL ? "" : pod->node);
        EXPECT_STR(cell_of(head, row, "outcome"), mn_fate_id(pod->fate));
    }
    EXPECT_STR(rest, "");
}

/* ---- JUnit, Markdown */

static void has(const GString *out, const char *part)
{
    g_autofree char *says = g_strdup_printf("has %s", part);
    expect_true(strstr(out->str, part) != NULL, says, __FILE__, __LINE__);
}

static void junit_fails_each_pod_that_does_not_run(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    mn_report_junit(sample_record(), &view, out);
    has(out, "<testsuites name=\"shop\" tests=\"5\" failures=\"4\"");
    has(out, "<testsuite name=\"StatefulSet shop/redis\" tests=\"2\" failures=\"1\"");
    has(out, "classname=\"shop.StatefulSet.redis\" file=\"shop.yaml\"");
    has(out,
        "<failure type=\"wrong-os\" message=\"wrong OS on win22-0: linux image on a Windows "
        "node\">Failed: no match for platform in manifest: not found\n"
        "needs linux: spec.containers[0].image \"redis:7-alpine\": tag says alpine</failure>");
    has(out, "<failure type=\"pending\" message=\"Pending\">FailedScheduling: 0/2 nodes");
    has(out, "<failure type=\"rejected\" message=\"rejected\">");
}

static void markdown_begins_with_the_verdict(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    mn_report_markdown(sample_record(), &view, out);
    EXPECT_TRUE(g_str_has_prefix(
        out->str, "### shop\n\n**1 of 5 Pods run; 1 wrong OS, 1 rejected, 2 Pending.** \xc2\xb7 "));
    has(out, "| shop      | StatefulSet/redis |");
    has(out, "`os=windows:PreferNoSchedule`");
    has(out, "shop/iis-x2k4q and 1 more: 0/2 nodes are available");
    has(out, "- Node win22-0: no label");
    g_autoptr(GString) fine = g_string_new(NULL);
    mn_report_markdown(sample_record_where_all_run(), &view, fine);
    EXPECT_TRUE(strstr(fine->str, "<details>") == NULL);
}

CU_TestInfo suite_simulator_report_formats[] = {
    {"the YAML report is the tree of the JSON report",
     the_yaml_report_is_the_tree_of_the_json_report},
    {"what is too large for a tree stays JSON", what_is_too_large_for_a_tree_stays_json},
    {"cells are quoted where they must be", cells_are_quoted_where_they_must_be},
    {"CSV has a row for each Pod", csv_has_a_row_for_each_pod},
    {"JUnit fails each Pod that does not run", junit_fails_each_pod_that_does_not_run},
    {"Markdown begins with the verdict", markdown_begins_with_the_verdict},
    CU_TEST_INFO_NULL,
};
