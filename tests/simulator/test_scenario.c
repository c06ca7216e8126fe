/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/scenario/scenario.h"
#include "tests/support/expect.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define HEAD "apiVersion: mullion.dev/v1alpha1\nkind: Scenario\n"

static mn_scenario *loaded(const char *text, GError **error)
{
    const mn_source source = {.name = "test.yaml", .bytes = text, .len = strlen(text)};
    return mn_scenario_load_source(&source, error);
}

static mn_scenario *accepted(const char *text)
{
    g_autoptr(GError) error = NULL;
    mn_scenario *scenario = loaded(text, &error);
    expect_true(scenario != NULL, error == NULL ? "" : error->message, __FILE__, __LINE__);
    return scenario;
}

static void is_refused(const char *text, const char *message)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(mn_scenario) scenario = loaded(text, &error);
    EXPECT_TRUE(scenario == NULL);
    EXPECT_STR(error == NULL ? NULL : error->message, message);
}

static const mn_node *node_at(const mn_scenario *scenario, guint index)
{
    return scenario->objects->nodes->pdata[index];
}

static const char *label(const mn_node *node, const char *key)
{
    return mn_labels_find(&node->meta.labels, key);
}

static void everything_may_be_left_out(void)
{
    g_autoptr(mn_scenario) empty = accepted(HEAD);
    EXPECT_STR(empty->name, "test");
    EXPECT_INT((int64_t)empty->seed, 1);
    EXPECT_INT(empty->extender_mode, MN_EXTENDER_OFF);
    EXPECT_INT(empty->default_os, MN_OS_LINUX);
    EXPECT_INT(empty->fallback_rule, MN_BUILD_RULE_ABI_1);
    EXPECT_INT(empty->kubelet.bandwidth, 100 << 20);
    g_autoptr(mn_scenario) dump = accepted("{apiVersion: v1, kind: Node, metadata: {name: n1}}");
    EXPECT_INT(dump->objects->nodes->len, 1);
    EXPECT_STR(dump->kubernetes, "1.34");
    EXPECT_INT(dump->kubelet.windows_unpack_rate, 50 << 20);
    EXPECT_TRUE(dump->kubelet.serialize_pulls);
    g_autoptr(mn_scenario) slow =
        accepted(HEAD "spec:\n  kubelet: {bandwidth: 10M, serializeImagePulls: no}\n");
    EXPECT_INT(slow->kubelet.bandwidth, 10000000);
    EXPECT_INT(slow->kubelet.linux_unpack_rate, 100 << 20);
    EXPECT_TRUE(!slow->kubelet.serialize_pulls);
}

static void what_is_said_is_taken(void)
{
    g_autoptr(mn_scenario) s = accepted(
        HEAD "metadata: {name: demo}\nspec:\n  description: hello\n  kubernetes: \"1.34\"\n"
             "  seed: 7\n  tieBreak: first\n  percentageOfNodesToScore: 50\n"
             "  extender: {mode: prefer, defaultOS: unknown, buildRule: exact, "
             "fallbackRule: abi-2}\n"
             "  images:\n  - {match: '*/shop/*', os: [linux, windows], builds: "
             "[ltsc2022, 26100], size: 1Gi, manifest: single}\n");
    EXPECT_STR(s->name, "demo");
    EXPECT_STR(s->description, "hello");
    EXPECT_INT((int64_t)s->seed, 7);
    EXPECT_TRUE(s->tie_break_first);
    EXPECT_INT(s->percentage_of_nodes_to_score, 50);
    EXPECT_INT(s->extender_mode, MN_EXTENDER_PREFER);
    EXPECT_INT(s->default_os, MN_OS_UNKNOWN);
    EXPECT_INT(s->build_rule, MN_BUILD_RULE_EXACT);
    EXPECT_INT(s->fallback_rule, MN_BUILD_RULE_ABI_2);
    EXPECT_INT((int64_t)s->image_count, 1);
    EXPECT_TRUE(s->images[0].platforms.linux && s->images[0].platforms.windows);
    EXPECT_INT(s->images[0].builds.count, 2);
    EXPECT_TRUE(mn_build_set_has(&s->images[0].builds, 20348));
    EXPECT_INT(s->images[0].single, MN_TRUE);
    EXPECT_INT(s->images[0].size_bytes, INT64_C(1) << 30);
    g_autoptr(mn_scenario) enforcing = accepted(HEAD "spec: {extender: {}}");
    EXPECT_INT(enforcing->extender_mode, MN_EXTENDER_ENFORCE);
    EXPECT_INT(enforcing->default_os, MN_OS_LINUX);
}

static void a_pools_nodes_carry_what_their_kubelet_sets(void)
{
    g_autoptr(mn_scenario) s = accepted(
        HEAD
        "spec:\n  nodePools:\n  - {name: lin, count: 2, arch: arm64}\n"
        "  - name: win\n    os: windows\n    build: 10.0.20348.825\n"
        "    containerRuntime: containerd://2.2.0\n    labels: {pool: w, kubernetes.io/arch: x}\n"
        "    registerWithTaints: os=windows:NoSchedule,gpu:NoExecute\n"
        "    allocatable: {cpu: 2}\n");
    EXPECT_INT(s->objects->nodes->len, 3);
    EXPECT_STR(node_at(s, 1)->meta.name, "lin-1");
    EXPECT_STR(label(node_at(s, 1), MN_LABEL_OS), "linux");
    EXPECT_STR(label(node_at(s, 1), MN_LABEL_ARCH), "arm64");
    EXPECT_STR(label(node_at(s, 1), MN_LABEL_HOSTNAME), "lin-1");
    EXPECT_STR(label(node_at(s, 1), MN_LABEL_WINDOWS_BUILD), NULL);
    const mn_node *win = node_at(s, 2);
    EXPECT_STR(win->meta.name, "win-0");
    EXPECT_STR(label(win, MN_LABEL_WINDOWS_BUILD), "10.0.20348");
    EXPECT_STR(label(win, MN_LABEL_OS_BETA), "windows");
    EXPECT_STR(label(win, MN_LABEL_ARCH), "x");
    EXPECT_STR(label(win, "pool"), "w");
    EXPECT_STR(win->status.info.kernel_version, "10.0.20348.825");
    EXPECT_STR(win->status.info.os_image, "Windows Server 2022 Datacenter");
    EXPECT_STR(win->status.info.container_runtime_version, "containerd://2.2.0");
    EXPECT_INT((int64_t)win->spec.taints.count, 2);
    EXPECT_STR(win->spec.taints.items[0].value, "windows");
    EXPECT_STR(win->spec.taints.items[1].key, "gpu");
    EXPECT_INT(win->spec.taints.items[1].effect, MN_EFFECT_NO_EXECUTE);
    EXPECT_INT(mn_quantity_value(*mn_resources_find(&win->status.allocatable, "cpu")), 2);
    EXPECT_INT(mn_quantity_value(*mn_resources_find(&win->status.allocatable, "pods")), 110);
    EXPECT_INT((int64_t)s->pools[1].first, 2);
}

static void an_old_kubelet_sets_fewer_labels(void)
{
    g_autoptr(mn_scenario) s =
        accepted(HEAD "spec: {nodePools: [{name: a, os: windows, build: 17763, kubelet: v1.16.15},"
                      "{name: b, os: windows, build: 17763, kubelet: v1.13.9}]}");
    EXPECT_STR(label(node_at(s, 0), MN_LABEL_OS), "windows");
    EXPECT_STR(label(node_at(s, 0), MN_LABEL_WINDOWS_BUILD), NULL);
    EXPECT_STR(label(node_at(s, 1), MN_LABEL_OS), NULL);
    EXPECT_STR(label(node_at(s, 1), MN_LABEL_OS_BETA), "windows");
    EXPECT_STR(node_at(s, 0)->status.info.kernel_version, "10.0.17763");
}

static void the_template_is_merged_last(void)
{
    g_autoptr(mn_scenario) s =
        accepted(HEAD "spec:\n  nodePools:\n  - name: a\n    labels: {x: pool, z: pool}\n"
                      "    taints: [{key: k, effect: NoSchedule}]\n    template:\n"
                      "      metadata: {labels: {x: template}}\n"
                      "      spec: {unschedulable: true, taints: [], providerID: any}\n"
                      "      status: {nodeInfo: {kernelVersion: '5.4'}, allocatable: {cpu: 9}}\n");
    const mn_node *node = node_at(s, 0);
    EXPECT_STR(label(node, "x"), "template");
    EXPECT_STR(label(node, "z"), "pool");
    EXPECT_TRUE(node->spec.unschedulable);
    EXPECT_INT((int64_t)node->spec.taints.count, 0);
    EXPECT_STR(node->status.info.kernel_version, "5.4");
    EXPECT_STR(node->status.info.operating_system, "linux");
    EXPECT_INT(mn_quantity_value(*mn_resources_find(&node->status.allocatable, "cpu")), 9);
}

static void mistakes_are_named_with_their_place(void)
{
    is_refused(HEAD "spec: {nodepools: []}",
               "test.yaml:3:19: spec.nodepools: unknown field (did you mean \"nodePools\"?)");
    is_refused(HEAD "spec:\n  timetable: []\n",
               "test.yaml:4:14: spec.timetable: unknown field of a scenario's spec");
    is_refused(HEAD "spec:\n  nodePools:\n  - {name: w, os: windows}\n",
               "test.yaml:5:5: spec.nodePools[0]: required field \"build\" is missing: a Windows "
               "pool says which build, such as 10.0.20348");
    is_refused(
        HEAD "spec:\n  nodePools:\n  - {name: w, build: 10.0.20348}\n",
        "test.yaml:5:22: spec.nodePools[0].build: only a Windows pool has a build: add \"os: "
        "windows\" or remove it");
    is_refused(HEAD "spec:\n  nodePools:\n  - {name: w, os: windws, build: 20348}\n",
               "test.yaml:5:19: spec.nodePools[0].os: expected one of linux, windows, found "
               "\"windws\" (did you mean \"windows\"?)");
    is_refused(HEAD "spec:\n  nodePools:\n  - {name: w, os: windows, build: 2022}\n",
               "test.yaml:5:35: spec.nodePools[0].build: expected a Windows build such as "
               "10.0.20348, 20348 or ltsc2022, found \"2022\"");
    is_refused(HEAD "spec:\n  nodePools:\n  - {name: w, registerWithTaints: os=windows}\n",
               "test.yaml:5:35: spec.nodePools[0].registerWithTaints: expected key=value:Effect or "
               "key:Effect with NoSchedule, PreferNoSchedule or NoExecute, such as "
               "os=windows:NoSchedule, found \"os=windows\"");
    is_refused(HEAD "spec: {kubernetes: 1.3}",
               "test.yaml:3:20: spec.kubernetes: expected \"1.34\", the version whose "
               "kube-scheduler is modelled, found \"1.3\"");
    is_refused(HEAD "spec: {images: [{match: x, os: linux, builds: [17763]}]}",
               "test.yaml:3:47: spec.images[0].builds: only a Windows image has builds: os is "
               "linux");
    is_refused(
        "apiVersion: mullion.dev/v2\nkind: Scenario\n",
        "test.yaml:1:13: apiVersion: expected mullion.dev/v1alpha1, found \"mullion.dev/v2\"");
    is_refused("apiVersion: mullion.dev/v1alpha1\nkind: Scenarios\n",
               "test.yaml:2:7: kind: expected Scenario, found \"Scenarios\"");
    is_refused(HEAD "---\n" HEAD, "test.yaml:4:1: a second Scenario: the first is in test.yaml");
    is_refused(HEAD "spec: {kubelet: {bandwith: 1M}}",
               "test.yaml:3:28: spec.kubelet.bandwith: unknown field (did you mean "
               "\"bandwidth\"?)");
    is_refused(HEAD "spec: {images: [{match: x, os: linux, size: '18446744073717940224'}]}",
               "test.yaml:3:45: spec.images[0].size: expected a size such as 280Mi, found "
               "\"18446744073717940224\"");
    is_refused(HEAD "spec: {kubelet: {bandwidth: 100}}",
               "test.yaml:3:29: spec.kubelet.bandwidth: expected at least 1Ki a second, such as "
               "100Mi: bytes, not bits");
    is_refused(HEAD "spec: {include: [x.yaml]}",
               "test.yaml:3:18: spec.include[0]: nothing to include from here");
}

static void nodes_are_limited_and_have_names_of_their_own(void)
{
    is_refused(
        HEAD "spec: {nodePools: [{name: a, count: 15001}]}",
        "test.yaml:3:37: spec.nodePools[0].count: expected a number of nodes from 0 to 15000");
    is_refused(HEAD "spec: {nodePools: [{name: a, count: 15000}, {name: b}]}",
               "test.yaml:3:45: spec.nodePools[1]: more than 15000 nodes in all");
    is_refused(HEAD "spec: {nodePools: [{name: a, count: 2}, {name: a}]}",
               "test.yaml:3:41: spec.nodePools[1]: there is a node a-0 already: give the pool "
               "another name than \"a\"");
}

static void the_last_of_equal_objects_counts(void)
{
    g_autoptr(mn_scenario) s =
        accepted("{apiVersion: v1, kind: Node, metadata: {name: a, labels: {v: '1'}}}\n---\n"
                 "{apiVersion: v1, kind: Node, metadata: {name: b}}\n---\n"
                 "{apiVersion: v1, kind: Node, metadata: {name: a, labels: {v: '2'}}}\n");
    EXPECT_INT(s->objects->nodes->len, 2);
    EXPECT_STR(label(node_at(s, 0), "v"), "2");
    EXPECT_INT((int64_t)s->replaced_count, 1);
    EXPECT_STR(s->replaced[0], "Node a");
}

/* ---- files */

typedef struct folder {
    char *path;
} folder;

static void put(const folder *f, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(f->path, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);
    EXPECT_INT(g_mkdir_with_parents(parent, 0700), 0);
    EXPECT_TRUE(g_file_set_contents(path, text, -1, NULL));
}

static folder new_folder(void)
{
    const folder f = {.path = g_dir_make_tmp("mullion-XXXXXX", NULL)};
    EXPECT_TRUE(f.path != NULL);
    return f;
}

static void remove_folder(folder *f)
{
    static const char *const names[] = {
        "s.yaml", "nodes/a.yaml", "nodes/b.json", "nodes", "other.yaml", "main.yaml"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(f->path, names[i], NULL);
        (void)g_remove(path);
    }
    (void)g_rmdir(f->path);
    g_free(f->path);
}

static mn_scenario *load_in(const folder *f, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(f->path, name, NULL);
    const char *const paths[] = {path};
    return mn_scenario_load(paths, 1, error);
}

static void includes_are_relative_to_the_file_and_read_once(void)
{
    folder f = new_folder();
    put(&f, "s.yaml", HEAD "spec:\n  include: [nodes, nodes/a.yaml, .]\n");
    put(&f, "nodes/a.yaml", "{apiVersion: v1, kind: Node, metadata: {name: a}}");
    put(&f,
        "nodes/b.json",
        "{\"apiVersion\": \"v1\", \"kind\": \"Node\", \"metadata\": {\"name\": \"b\"}}");
    g_autoptr(GError) error = NULL;
    g_autoptr(mn_scenario) s = load_in(&f, "s.yaml", &error);
    expect_true(s != NULL, error == NULL ? "" : error->message, __FILE__, __LINE__);
    EXPECT_INT(s == NULL ? 0 : s->objects->nodes->len, 2);
    EXPECT_INT(s == NULL ? 0 : (int64_t)s->file_count, 3);
    EXPECT_INT(s == NULL ? -1 : (int64_t)s->replaced_count, 0);
    EXPECT_STR(s == NULL ? "" : s->name, "s");
    remove_folder(&f);
}

static void an_include_stays_in_its_folder(void)
{
    static const char *const outside[] = {"/etc/passwd", "../x.yaml", "nodes/../../x.yaml"};
    folder f = new_folder();
    for (size_t i = 0; i < G_N_ELEMENTS(outside); i++) {
        g_autofree char *text = g_strdup_printf(HEAD "spec: {include: ['%s']}", outside[i]);
        g_autoptr(GError) error = NULL;
        put(&f, "s.yaml", text);
        g_autoptr(mn_scenario) s = load_in(&f, "s.yaml", &error);
        EXPECT_TRUE(s == NULL);
        EXPECT_TRUE(error != NULL && strstr(error->message, "outside of the scenario's folder"));
    }
    remove_folder(&f);
}

static void a_missing_include_is_named_with_who_asked_for_it(void)
{
    folder f = new_folder();
    g_autoptr(GError) error = NULL;
    put(&f, "s.yaml", HEAD "spec: {include: [other.yaml]}");
    g_autoptr(mn_scenario) s = load_in(&f, "s.yaml", &error);
    EXPECT_TRUE(s == NULL);
    EXPECT_TRUE(error != NULL && strstr(error->message, "s.yaml:3:18: spec.include[0]: ") != NULL);
    EXPECT_TRUE(error != NULL && strstr(error->message, "other.yaml") != NULL);
    remove_folder(&f);
}

static void an_included_scenario_is_one_too_many(void)
{
    folder f = new_folder();
    g_autoptr(GError) error = NULL;
    put(&f, "s.yaml", HEAD "spec: {include: [other.yaml]}");
    put(&f, "other.yaml", HEAD "spec: {include: [s.yaml]}");
    g_autoptr(mn_scenario) s = load_in(&f, "s.yaml", &error);
    EXPECT_TRUE(s == NULL);
    EXPECT_TRUE(error != NULL && strstr(error->message, "a second Scenario") != NULL);
    remove_folder(&f);
}

CU_TestInfo suite_simulator_scenario[] = {
    {"everything may be left out", everything_may_be_left_out},
    {"what is said is taken", what_is_said_is_taken},
    {"a pool's nodes carry what their kubelet sets", a_pools_nodes_carry_what_their_kubelet_sets},
    {"an old kubelet sets fewer labels", an_old_kubelet_sets_fewer_labels},
    {"the template is merged last", the_template_is_merged_last},
    {"mistakes are named with their place", mistakes_are_named_with_their_place},
    {"nodes are limited and have names of their own",
     nodes_are_limited_and_have_names_of_their_own},
    {"the last of equal objects counts", the_last_of_equal_objects_counts},
    {"includes are relative to the file and read once",
     includes_are_relative_to_the_file_and_read_once},
    {"an include stays in its folder", an_include_stays_in_its_folder},
    {"a missing include is named with who asked for it",
     a_missing_include_is_named_with_who_asked_for_it},
    {"an included Scenario is one too many", an_included_scenario_is_one_too_many},
    CU_TEST_INFO_NULL,
};
