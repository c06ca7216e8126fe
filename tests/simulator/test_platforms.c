/* SPDX-License-Identifier: Apache-2.0 */
/* Pools of a platform, and the table of docs/SCENARIO.md that the rows make. */
#include "simulator/scenario/platforms.h"
#include "tests/support/expect.h"

#include <string.h>

#define DOC  "docs/SCENARIO.md"
#define HEAD "apiVersion: mullion.dev/v1alpha1\nkind: Scenario\n"

static mn_scenario *of_pool(const char *pool)
{
    g_autofree char *text = g_strdup_printf(HEAD "spec:\n  nodePools:\n  - {%s}\n", pool);
    const mn_source source = {.name = "test.yaml", .bytes = text, .len = strlen(text)};
    g_autoptr(GError) error = NULL;
    mn_scenario *scenario = mn_scenario_load_source(&source, &error);
    expect_true(scenario != NULL, error == NULL ? "" : error->message, __FILE__, __LINE__);
    return scenario;
}

static const mn_node *node_of(const mn_scenario *scenario)
{
    return scenario->objects->nodes->pdata[0];
}

/* "a=b:NoSchedule,c:NoExecute" */
static char *taints_of(const mn_node *node)
{
    static const char *const effects[] = {"", "NoSchedule", "PreferNoSchedule", "NoExecute"};
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < node->spec.taints.count; i++) {
        const mn_taint *taint = &node->spec.taints.items[i];
        g_string_append_printf(text,
                               "%s%s=%s:%s",
                               i == 0 ? "" : ",",
                               taint->key,
                               taint->value,
                               effects[taint->effect]);
    }
    return g_string_free(text, FALSE);
}

static void has_taints(const char *pool, const char *taints)
{
    g_autoptr(mn_scenario) s = of_pool(pool);
    g_autofree char *got = taints_of(node_of(s));
    EXPECT_STR(got, taints);
}

static void each_platform_taints_as_it_does(void)
{
    has_taints("name: p, platform: gke, os: windows, build: ltsc2022",
               "node.kubernetes.io/os=windows:NoSchedule");
    has_taints("name: p, platform: openshift, os: windows, build: ltsc2022",
               "os=Windows:NoSchedule");
    has_taints("name: p, platform: vks, os: windows, build: ltsc2022", "os=windows:NoSchedule");
    has_taints("name: p, platform: rke1", "cattle.io/os=linux:NoSchedule");
    has_taints("name: p, platform: rke1, os: windows, build: ltsc2022", "");
    has_taints("name: p, platform: gke", "");
    has_taints("name: p, platform: aks, os: windows, build: ltsc2022", "");
    has_taints("name: p, platform: eks, os: windows, build: ltsc2022", "");
    has_taints("name: p, platform: rke2, os: windows, build: ltsc2022", "");
}

static void has_label(const char *pool, const char *key, const char *value)
{
    g_autoptr(mn_scenario) s = of_pool(pool);
    EXPECT_STR(mn_labels_find(&node_of(s)->meta.labels, key), value);
}

static void labels_carry_the_pools_name_and_build(void)
{
    has_label("name: win, platform: aks, os: windows, build: ltsc2025", "agentpool", "win");
    has_label("name: win, platform: aks, os: windows, build: ltsc2025",
              "kubernetes.azure.com/os-sku",
              "Windows2025");
    has_label("name: win, platform: aks, os: windows, build: ltsc2025",
              MN_LABEL_WINDOWS_BUILD,
              "10.0.26100");
    has_label(
        "name: win, platform: aks, os: windows, build: 25398", "kubernetes.azure.com/os-sku", NULL);
    has_label("name: lin, platform: gke", "cloud.google.com/gke-nodepool", "lin");
    has_label("name: lin, platform: openshift", "node-role.kubernetes.io/worker", "");
    has_label("name: lin", "agentpool", NULL);
}

static const char *allocatable(const mn_scenario *s, const char *name, char buffer[64])
{
    const mn_quantity *quantity = mn_resources_find(&node_of(s)->status.allocatable, name);
    if (quantity == NULL)
        return NULL;
    g_snprintf(buffer, 64, "%" G_GINT64_FORMAT, mn_quantity_value(*quantity));
    return buffer;
}

static void what_a_platform_reserves_is_not_allocatable(void)
{
    char text[64];
    g_autoptr(mn_scenario) s = of_pool("name: p, platform: openshift, os: windows, build: 20348");
    EXPECT_STR(allocatable(s, "memory", text), "14508097536");
    EXPECT_STR(allocatable(s, "pods", text), "110");
    g_autoptr(mn_scenario) eks = of_pool("name: p, platform: eks, os: windows, build: 20348");
    EXPECT_STR(allocatable(eks, "vpc.amazonaws.com/PrivateIPv4Address", text), "14");
    g_autoptr(mn_scenario) rke1 = of_pool("name: p, platform: rke1");
    EXPECT_STR(node_of(rke1)->status.info.container_runtime_version, "docker://20.10.24");
    g_autoptr(mn_scenario) aks = of_pool("name: p, platform: aks");
    EXPECT_STR(node_of(aks)->status.info.os_image, "Ubuntu 22.04.5 LTS");
}

static void what_the_pool_says_comes_after_and_its_template_last(void)
{
    char text[64];
    g_autoptr(mn_scenario) s =
        of_pool("name: p, platform: openshift, os: windows, build: 20348,"
                "labels: {node.openshift.io/os_id: x, node-role.kubernetes.io/worker: w},"
                "allocatable: {memory: 1Gi}, containerRuntime: 'containerd://2.2.0',"
                "osImage: mine, template: {metadata: {labels: {node.openshift.io/os_id: z}}}");
    const mn_node *node = node_of(s);
    EXPECT_STR(mn_labels_find(&node->meta.labels, "node.openshift.io/os_id"), "z");
    EXPECT_STR(mn_labels_find(&node->meta.labels, "node-role.kubernetes.io/worker"), "w");
    EXPECT_STR(allocatable(s, "memory", text), "1073741824");
    EXPECT_STR(node->status.info.container_runtime_version, "containerd://2.2.0");
    EXPECT_STR(node->status.info.os_image, "mine");
    has_taints(
        "name: p, platform: vks, os: windows, build: 20348, registerWithTaints: a=b:NoExecute",
        "os=windows:NoSchedule,a=b:NoExecute");
    has_taints("name: p, platform: vks, os: windows, build: 20348,"
               "taints: [{key: os, value: mine, effect: NoSchedule}]",
               "os=mine:NoSchedule");
    has_taints("name: p, platform: vks, os: windows, build: 20348, template: {spec: {taints: []}}",
               "");
}

static void a_platform_that_nobody_knows_is_refused(void)
{
    static const char text[] = HEAD "spec: {nodePools: [{name: p, platform: akz}]}";
    const mn_source source = {.name = "t.yaml", .bytes = text, .len = sizeof text - 1};
    g_autoptr(GError) error = NULL;
    g_autoptr(mn_scenario) s = mn_scenario_load_source(&source, &error);
    EXPECT_TRUE(s == NULL);
    EXPECT_STR(error == NULL ? NULL : error->message,
               "t.yaml:3:40: spec.nodePools[0].platform: expected one of aks, eks, gke, openshift, "
               "rke1, rke2, vks, found \"akz\" (did you mean \"aks\"?)");
}

/* ---- the table of the documents */

static void append_row(GString *out, const mn_preset_row *row)
{
    switch (row->kind) {
    case MN_PRESET_LABEL:
        g_string_append_printf(out, "`%s=%s`", row->key, row->value);
        return;
    case MN_PRESET_TAINT:
        g_string_append_printf(out, "taint `%s=%s`", row->key, row->value);
        return;
    case MN_PRESET_RESOURCE:
        g_string_append_printf(out, "allocatable `%s: %s`", row->key, row->value);
        return;
    case MN_PRESET_RUNTIME:
        g_string_append_printf(out, "`containerRuntime: %s`", row->value);
        return;
    case MN_PRESET_OS_IMAGE:
        g_string_append_printf(out, "`osImage: %s`", row->value);
        return;
    }
}

static void append_cell(GString *out, int platform, mn_os os)
{
    size_t count;
    const mn_preset_row *rows = mn_preset_rows(&count);
    const char *separator = "";
    for (size_t i = 0; i < count; i++) {
        if (rows[i].platform != platform || rows[i].os != os)
            continue;
        g_string_append(out, separator);
        append_row(out, &rows[i]);
        separator = ", ";
    }
    g_string_append(out, *separator == '\0' ? "- |" : " |");
}

static void the_documents_have_every_row(void)
{
    g_autofree char *doc = NULL;
    g_autoptr(GString) table = g_string_new(
        "<!-- platforms -->\n| `platform` | every node | Linux nodes | Windows nodes |\n"
        "|---|---|---|---|\n");
    for (int i = 0; mn_platform_names[i] != NULL; i++) {
        g_string_append_printf(table, "| `%s`: %s | ", mn_platform_names[i], mn_platform_titles[i]);
        append_cell(table, i, MN_OS_UNKNOWN);
        g_string_append_c(table, ' ');
        append_cell(table, i, MN_OS_LINUX);
        g_string_append_c(table, ' ');
        append_cell(table, i, MN_OS_WINDOWS);
        g_string_append_c(table, '\n');
    }
    g_string_append(table, "<!-- /platforms -->\n");
    EXPECT_TRUE(g_file_get_contents(DOC, &doc, NULL, NULL));
    g_autofree char *says = g_strdup_printf(DOC ": it should have\n%s", table->str);
    expect_true(strstr(doc, table->str) != NULL, says, __FILE__, __LINE__);
}

CU_TestInfo suite_simulator_platforms[] = {
    {"each platform taints as it does", each_platform_taints_as_it_does},
    {"labels carry the pool's name and build", labels_carry_the_pools_name_and_build},
    {"what a platform reserves is not allocatable", what_a_platform_reserves_is_not_allocatable},
    {"what the pool says comes after, and its template last",
     what_the_pool_says_comes_after_and_its_template_last},
    {"a platform that nobody knows is refused", a_platform_that_nobody_knows_is_refused},
    {"the documents have every row", the_documents_have_every_row},
    CU_TEST_INFO_NULL,
};
