/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/text/document.h"
#include "simulator/reports/reports.h"
#include "tests/simulator/sample_record.h"
#include "tests/support/expect.h"

#include <jansson.h>
#include <string.h>

static json_t *reported(const mn_record *record)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    mn_report_json(record, &(mn_view){.again = "mullion run x.yaml"}, out);
    json_t *root = mn_document_load_json(out->str, out->len, 64, &error);
    if (root == NULL)
        CU_FAIL_FATAL("not JSON");
    return root;
}

static void is_text(json_t *object, const char *key, const char *want)
{
    EXPECT_STR(json_string_value(json_object_get(object, key)), want);
}

static void is_number(json_t *object, const char *key, int64_t want)
{
    EXPECT_TRUE(json_is_integer(json_object_get(object, key)));
    EXPECT_INT(json_integer_value(json_object_get(object, key)), want);
}

static void the_head_says_what_made_it(void)
{
    json_t *root = reported(sample_record());
    is_text(root, "apiVersion", "mullion.dev/v1alpha1");
    is_text(root, "kind", "Run");
    is_text(json_object_get(root, "metadata"), "name", "shop");
    is_text(root, "kubernetesVersion", "1.34");
    is_text(root, "extender", "off");
    is_number(root, "seed", 7);
    json_decref(root);
}

static void sums_and_counts_are_numbers(void)
{
    json_t *root = reported(sample_record());
    json_t *summary = json_object_get(root, "summary");
    json_t *counts = json_object_get(summary, "counts");
    is_number(summary, "pods", 5);
    is_number(counts, "runs", 1);
    is_number(counts, "wrongOS", 1);
    is_number(counts, "wrongBuild", 0);
    is_number(counts, "pending", 2);
    is_number(counts, "rejected", 1);
    is_number(json_object_get(summary, "heldByDeadPods"), "milliCPU", 250);
    is_number(json_object_get(summary, "heldByDeadPods"), "memoryBytes", 134217728);
    json_decref(root);
}

static void a_pod_has_a_node_name_only_when_it_is_bound(void)
{
    json_t *root = reported(sample_record());
    json_t *pods = json_object_get(root, "pods");
    json_t *bound = json_array_get(pods, 0), *pending = json_array_get(pods, 2);
    is_text(bound, "nodeName", "win22-0");
    is_text(bound, "outcome", "wrong-os");
    is_text(json_object_get(bound, "workload"), "name", "redis");
    EXPECT_TRUE(json_object_get(json_object_get(bound, "needs"), "windowsBuilds") == NULL);
    EXPECT_TRUE(json_object_get(pending, "nodeName") == NULL);
    is_text(pending, "outcome", "pending");
    json_t *builds = json_object_get(json_object_get(pending, "needs"), "windowsBuilds");
    EXPECT_STR(json_string_value(json_array_get(builds, 0)), "10.0.17763");
    json_decref(root);
}

static void lists_are_there_when_they_are_empty(void)
{
    static const char *const lists[] = {"pools", "nodes", "workloads", "pods", "notes"};
    const mn_record nothing = {
        .scenario = "nothing", .description = "", .kubernetes = "1.34", .extender = "off"};
    json_t *root = reported(&nothing);
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
        EXPECT_TRUE(json_is_array(json_object_get(root, lists[i])));
        EXPECT_INT((int64_t)json_array_size(json_object_get(root, lists[i])), 0);
    }
    json_decref(root);
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the report, which this test made */
static void check_documented(const char *reference, const json_t *value)
{
    size_t index;
    json_t *element;
    json_array_foreach(value, index, element)
        check_documented(reference, element);
    const char *key;
    json_object_foreach((json_t *)(uintptr_t)value, key, element) {
        g_autofree char *pattern = g_strdup_printf("[`.]%s[`.]", key);
        if (!g_regex_match_simple(pattern, reference, 0, 0))
            EXPECT_STR(key, "a field that docs/JSON.md names");
        check_documented(reference, element);
    }
}

static void the_reference_names_every_field(void)
{
    g_autofree char *reference = NULL;
    if (!g_file_get_contents("docs/JSON.md", &reference, NULL, NULL))
        CU_FAIL_FATAL("docs/JSON.md");
    json_t *root = reported(sample_record());
    check_documented(reference, root);
    json_decref(root);
    for (int fate = 0; fate < MN_FATE_COUNT; fate++) {
        g_autofree char *quoted = g_strdup_printf("`%s`", mn_fate_id((mn_fate)fate));
        EXPECT_TRUE(strstr(reference, quoted) != NULL);
    }
    for (int kind = 0; kind < MN_NOTE_KIND_COUNT; kind++) {
        g_autofree char *quoted = g_strdup_printf("`%s`", mn_note_kind_id((mn_note_kind)kind));
        EXPECT_TRUE(strstr(reference, quoted) != NULL);
    }
}

extern CU_TestInfo suite_simulator_report_json[];
CU_TestInfo suite_simulator_report_json[] = {
    {"the head says what made it", the_head_says_what_made_it},
    {"sums and counts are numbers", sums_and_counts_are_numbers},
    {"a Pod has a node name only when it is bound", a_pod_has_a_node_name_only_when_it_is_bound},
    {"lists are there when they are empty", lists_are_there_when_they_are_empty},
    {"the reference names every field", the_reference_names_every_field},
    CU_TEST_INFO_NULL,
};
