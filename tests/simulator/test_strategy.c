/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/engine/engine.h"
#include "simulator/strategy/strategy.h"
#include "tests/support/expect.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define SCENARIO "apiVersion: mullion.dev/v1alpha1\nkind: Scenario\nmetadata: {name: t}\n"
#define STRATEGY "apiVersion: mullion.dev/v1alpha1\nkind: Strategy\nmetadata: {name: mine}\n"

/* Two Linux and two Windows nodes of different builds; what runs where is plain from the images. */
static const char cluster[] = SCENARIO
    "spec:\n"
    "  tieBreak: first\n"
    "  nodePools:\n"
    "    - {name: linux, count: 2}\n"
    "    - {name: win19, os: windows, build: 10.0.17763}\n"
    "    - {name: win22, os: windows, build: 10.0.20348, registerWithTaints: 'gpu:NoSchedule'}\n"
    "---\n"
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cache, namespace: shop}\n"
    "spec: {replicas: 2, selector: {matchLabels: {app: cache}}, template: {metadata: {labels: "
    "{app: cache}}, spec: {containers: [{name: c, image: 'redis:7-alpine'}]}}}\n"
    "---\n"
    "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: report, namespace: office}\n"
    "spec: {schedule: '0 3 * * *', jobTemplate: {spec: {template: {spec: {restartPolicy: Never, "
    "tolerations: [{key: gpu, operator: Exists}], containers: [{name: c, image: "
    "'mcr.microsoft.com/windows/servercore:ltsc2022'}]}}}}}\n"
    "---\n"
    "apiVersion: v1\nkind: Pod\nmetadata: {name: plain, namespace: office}\n"
    "spec: {containers: [{name: c, image: 'registry.example/plain:1'}]}\n";

static mn_scenario *scenario_of(const char *text)
{
    const mn_source source = {.name = "test.yaml", .bytes = text, .len = strlen(text)};
    g_autoptr(GError) error = NULL;
    mn_scenario *scenario = mn_scenario_load_source(&source, &error);
    expect_true(scenario != NULL, error == NULL ? "" : error->message, __FILE__, __LINE__);
    return scenario;
}

static mn_strategy *strategy_of(const char *text)
{
    const mn_source source = {.name = "mine.yaml", .bytes = text, .len = strlen(text)};
    g_autoptr(GError) error = NULL;
    mn_strategy *strategy = mn_strategy_load_source(&source, &error);
    expect_true(strategy != NULL, error == NULL ? "" : error->message, __FILE__, __LINE__);
    return strategy;
}

static mn_scenario *under(const mn_scenario *base, const mn_strategy *strategy)
{
    g_autoptr(GError) error = NULL;
    mn_scenario *scenario = mn_scenario_under(base, strategy, &error);
    expect_true(scenario != NULL, error == NULL ? "" : error->message, __FILE__, __LINE__);
    return scenario;
}

static void is_refused(const char *spec, const char *message)
{
    g_autofree char *text = g_strconcat(STRATEGY, spec, NULL);
    const mn_source source = {.name = "mine.yaml", .bytes = text, .len = strlen(text)};
    g_autoptr(GError) error = NULL;
    g_autoptr(mn_strategy) strategy = mn_strategy_load_source(&source, &error);
    EXPECT_TRUE(strategy == NULL);
    EXPECT_STR(error == NULL ? NULL : error->message, message);
}

static const mn_node *node_at(const mn_scenario *scenario, guint index)
{
    return scenario->objects->nodes->pdata[index];
}

static const mn_workload *workload_at(const mn_scenario *scenario, guint index)
{
    return scenario->objects->workloads->pdata[index];
}

static const mn_pod_spec *template_at(const mn_scenario *scenario, guint index)
{
    return &workload_at(scenario, index)->spec.template.spec;
}

/* ---------------------------------------------------------------- what is shipped */

static void every_shipped_strategy_is_whole_and_goes_by_its_name(void)
{
    size_t count;
    const mn_shipped_strategy *shipped = mn_shipped_strategies(&count);
    EXPECT_TRUE(count >= 14);
    g_autoptr(mn_scenario) base = scenario_of(cluster);
    for (size_t i = 0; i < count; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(mn_strategy) strategy = mn_strategy_find(NULL, shipped[i].name, &error);
        expect_true(strategy != NULL, shipped[i].name, __FILE__, __LINE__);
        if (strategy == NULL)
            continue;
        EXPECT_STR(strategy->name, shipped[i].name);
        EXPECT_TRUE(strategy->shipped);
        EXPECT_TRUE(strstr(strategy->description, "Asks: ") != NULL);
        EXPECT_TRUE(strstr(strategy->description, "Leaks: ") != NULL);
        g_autoptr(mn_scenario) one = under(base, strategy);
        EXPECT_INT((int64_t)one->strategy_notes.count, 0);
    }
}

static void every_file_of_strategies_is_built_in(void)
{
    g_autoptr(GDir) folder = g_dir_open("scenarios/strategies", 0, NULL);
    EXPECT_TRUE(folder != NULL);
    const char *file;
    while (folder != NULL && (file = g_dir_read_name(folder)) != NULL) {
        g_autofree char *path = g_build_filename("scenarios/strategies", file, NULL);
        g_autofree char *bytes = NULL;
        gsize len = 0;
        size_t count, found = 0;
        const mn_shipped_strategy *shipped = mn_shipped_strategies(&count);
        EXPECT_TRUE(g_file_get_contents(path, &bytes, &len, NULL));
        for (size_t i = 0; i < count; i++)
            found += strcmp(shipped[i].source.name, file) == 0 && shipped[i].source.len == len &&
                     memcmp(shipped[i].source.bytes, bytes, len) == 0;
        expect_int((int64_t)found, 1, file, __FILE__, __LINE__);
    }
}

/* What each asks of people, in this cluster. */
static void what_a_strategy_touches_is_counted(void)
{
    static const struct {
        const char *name;
        mn_touched touched;
    } rows[] = {
        {"none", {0}},
        {"selector-own-windows", {.manifests = 1}},
        {"selector-everywhere", {.manifests = 3}},
        {"taint", {.nodes = 2}},
        {"taint-and-selector", {.nodes = 2, .manifests = 1}},
        {"taint-linux-too", {.nodes = 4, .manifests = 3}},
        {"runtimeclass", {.nodes = 2, .manifests = 1, .objects = 2}},
        {"runtimeclass-no-taint", {.manifests = 1, .objects = 2}},
        {"spec-os", {.manifests = 3}},
        {"namespace-default", {.namespaces = 2, .apiserver_files = 1}},
        {"extender-observe", {.scheduler_files = 1}},
        {"extender-enforce", {.scheduler_files = 1}},
        {"extender-and-taint", {.nodes = 2, .manifests = 1, .scheduler_files = 1}},
    };
    g_autoptr(mn_scenario) base = scenario_of(cluster);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(mn_strategy) strategy = mn_strategy_find(NULL, rows[i].name, NULL);
        g_autoptr(mn_scenario) one = under(base, strategy);
        const mn_touched *got = &one->touched, *want = &rows[i].touched;
        expect_int((int64_t)got->nodes, (int64_t)want->nodes, rows[i].name, __FILE__, __LINE__);
        expect_int(
            (int64_t)got->manifests, (int64_t)want->manifests, rows[i].name, __FILE__, __LINE__);
        expect_int((int64_t)got->objects, (int64_t)want->objects, rows[i].name, __FILE__, __LINE__);
        EXPECT_INT((int64_t)got->namespaces, (int64_t)want->namespaces);
        EXPECT_INT((int64_t)got->scheduler_files, (int64_t)want->scheduler_files);
        EXPECT_INT((int64_t)got->apiserver_files, (int64_t)want->apiserver_files);
    }
}

/* ---------------------------------------------------------------- patches */

static void lists_of_taints_and_tolerations_grow(void)
{
    g_autoptr(mn_scenario) base = scenario_of(cluster);
    g_autoptr(mn_strategy) strategy = mn_strategy_find(NULL, "taint-and-selector", NULL);
    g_autoptr(mn_scenario) one = under(base, strategy);
    EXPECT_INT((int64_t)node_at(one, 0)->spec.taints.count, 0);
    EXPECT_INT((int64_t)node_at(one, 2)->spec.taints.count, 1);
    EXPECT_INT((int64_t)node_at(one, 3)->spec.taints.count, 2);
    EXPECT_STR(node_at(one, 3)->spec.taints.items[0].key, "gpu");
    EXPECT_STR(node_at(one, 3)->spec.taints.items[1].value, "windows");
    const mn_pod_spec *report = template_at(one, 1);
    EXPECT_INT((int64_t)report->tolerations.count, 2);
    EXPECT_STR(report->tolerations.items[0].key, "gpu");
    EXPECT_STR(mn_labels_find(&report->node_selector, MN_LABEL_OS), "windows");
    /* Nothing is added twice, and null takes away. */
    g_autoptr(mn_scenario) twice = under(one, strategy);
    EXPECT_INT((int64_t)node_at(twice, 3)->spec.taints.count, 2);
    EXPECT_INT((int64_t)twice->touched.nodes + (int64_t)twice->touched.manifests, 0);
    g_autoptr(mn_strategy) bare =
        strategy_of(STRATEGY "spec: {nodes: [{patch: {spec: {taints: null}}}]}\n");
    g_autoptr(mn_scenario) untainted = under(one, bare);
    EXPECT_INT((int64_t)node_at(untainted, 3)->spec.taints.count, 0);
    EXPECT_INT((int64_t)untainted->touched.nodes, 2);
}

static void a_scenario_is_left_as_it_is(void)
{
    g_autoptr(mn_scenario) base = scenario_of(cluster);
    g_autoptr(mn_strategy) strategy = mn_strategy_find(NULL, "taint-linux-too", NULL);
    g_autoptr(mn_scenario) one = under(base, strategy);
    EXPECT_TRUE(base->strategy == NULL && one->strategy == strategy);
    EXPECT_INT((int64_t)node_at(base, 0)->spec.taints.count, 0);
    EXPECT_INT((int64_t)template_at(base, 0)->tolerations.count, 0);
    /* What no patch changes is the same object. */
    g_autoptr(mn_strategy) taint = mn_strategy_find(NULL, "taint", NULL);
    g_autoptr(mn_scenario) other = under(base, taint);
    EXPECT_TRUE(workload_at(other, 0) == workload_at(base, 0));
    EXPECT_TRUE(node_at(other, 0) == node_at(base, 0));
    EXPECT_TRUE(node_at(other, 2) != node_at(base, 2));
}

static void patched_workloads(const char *match, const char *want)
{
    g_autofree char *text = g_strdup_printf(
        STRATEGY "spec: {workloads: [{match: {%s}, patch: {spec: {schedulerName: seen}}}]}\n",
        match);
    g_autoptr(mn_scenario) base = scenario_of(cluster);
    g_autoptr(mn_strategy) strategy = strategy_of(text);
    g_autoptr(mn_scenario) one = under(base, strategy);
    g_autoptr(GString) got = g_string_new(NULL);
    for (guint i = 0; i < one->objects->workloads->len; i++) {
        if (g_strcmp0(template_at(one, i)->scheduler_name, "seen") == 0)
            g_string_append_printf(got, "%s ", workload_at(one, i)->meta.name);
    }
    const mn_pod *pod = one->objects->pods->pdata[0];
    if (g_strcmp0(pod->spec.scheduler_name, "seen") == 0)
        g_string_append_printf(got, "%s ", pod->meta.name);
    expect_str(g_strchomp(got->str), want, match, __FILE__, __LINE__);
}

static void a_match_asks_for_what_it_names(void)
{
    patched_workloads("", "cache report plain");
    patched_workloads("needs: linux", "cache plain");
    patched_workloads("needs: windows", "report");
    patched_workloads("needs: unknown", "plain");
    patched_workloads("namespace: office", "report plain");
    patched_workloads("namespace: [sh*, none]", "cache");
    patched_workloads("kind: Pod", "plain");
    patched_workloads("kind: [CronJob, Deployment]", "cache report");
    patched_workloads("name: '*p*'", "report plain");
    patched_workloads("labels: {app: cache}", "cache");
    patched_workloads("labels: {app: other}", "");
    patched_workloads("image: 'docker.io/library/redis:*'", "cache");
    patched_workloads("build: ltsc2022", "report");
    patched_workloads("build: [10.0.17763, 26100]", "");
    patched_workloads("needs: linux, namespace: office", "plain");
}

static void tainted_nodes(const char *match, const char *want)
{
    g_autofree char *text = g_strdup_printf(
        STRATEGY "spec: {nodes: [{match: {%s}, patch: {metadata: {labels: {seen: 'yes'}}}}]}\n",
        match);
    g_autoptr(mn_scenario) base = scenario_of(cluster);
    g_autoptr(mn_strategy) strategy = strategy_of(text);
    g_autoptr(mn_scenario) one = under(base, strategy);
    g_autoptr(GString) got = g_string_new(NULL);
    for (guint i = 0; i < one->objects->nodes->len; i++) {
        if (mn_labels_find(&node_at(one, i)->meta.labels, "seen") != NULL)
            g_string_append_printf(got, "%s ", node_at(one, i)->meta.name);
    }
    expect_str(g_strchomp(got->str), want, match, __FILE__, __LINE__);
}

static void a_match_of_nodes_asks_for_what_they_are(void)
{
    tainted_nodes("os: windows", "win19-0 win22-0");
    tainted_nodes("os: linux", "linux-0 linux-1");
    tainted_nodes("pool: 'win*'", "win19-0 win22-0");
    tainted_nodes("build: 20348", "win22-0");
    tainted_nodes("name: linux-1", "linux-1");
    tainted_nodes("labels: {kubernetes.io/os: windows}", "win19-0 win22-0");
}

static void a_patch_that_finds_nothing_is_told(void)
{
    g_autoptr(mn_scenario) base = scenario_of(cluster);
    g_autoptr(mn_strategy) strategy =
        strategy_of(STRATEGY "spec:\n  nodes: [{match: {pool: gone}, patch: {}}]\n"
                             "  runtimeClasses: [{patch: {handler: x}}]\n");
    g_autoptr(mn_scenario) one = under(base, strategy);
    EXPECT_INT((int64_t)one->strategy_notes.count, 2);
    EXPECT_STR(one->strategy_notes.items[0], "spec.nodes[0] matches no node");
    EXPECT_STR(one->strategy_notes.items[1], "spec.runtimeClasses[0] matches no RuntimeClass");
}

static void what_the_control_plane_is_told_arrives(void)
{
    g_autoptr(mn_scenario) base = scenario_of(cluster);
    g_autoptr(mn_strategy) strategy =
        strategy_of(STRATEGY "spec:\n  scheduler: {profiles: [{schedulerName: other}]}\n"
                             "  extender: {mode: prefer, defaultOS: windows}\n");
    g_autoptr(mn_scenario) one = under(base, strategy);
    EXPECT_STR(one->scheduler->profiles.items[0].scheduler_name, "other");
    EXPECT_INT(one->extender_mode, MN_EXTENDER_PREFER);
    EXPECT_INT(one->extender_default_os, MN_OS_WINDOWS);
    EXPECT_INT(one->default_os, MN_OS_LINUX); /* what images are does not change */
    EXPECT_INT((int64_t)one->touched.scheduler_files, 1);
}

static void an_object_takes_the_place_of_one_with_its_name(void)
{
    static const char with_class[] =
        SCENARIO "spec: {nodePools: [{name: linux}]}\n---\n"
                 "{apiVersion: node.k8s.io/v1, kind: RuntimeClass, metadata: {name: windows}, "
                 "handler: old, overhead: {podFixed: {cpu: 100m}}}\n";
    g_autoptr(mn_scenario) base = scenario_of(with_class);
    g_autoptr(mn_strategy) strategy = strategy_of(
        STRATEGY "spec:\n  runtimeClasses: [{patch: {scheduling: {nodeSelector: {a: b}}}}]\n"
                 "  objects:\n"
                 "  - object: {apiVersion: node.k8s.io/v1, kind: RuntimeClass, metadata: {name: "
                 "second}, handler: new}\n"
                 "  - match: {os: windows}\n"
                 "    object: {apiVersion: node.k8s.io/v1, kind: RuntimeClass, metadata: {name: "
                 "third}, handler: new}\n");
    g_autoptr(mn_scenario) one = under(base, strategy);
    const GPtrArray *classes = one->objects->runtime_classes;
    EXPECT_INT(classes->len, 2);
    const mn_runtime_class *first = classes->pdata[0];
    EXPECT_STR(first->handler, "old");
    EXPECT_STR(mn_labels_find(&first->scheduling->node_selector, "a"), "b");
    EXPECT_INT((int64_t)first->overhead->pod_fixed.count, 1);
    EXPECT_INT((int64_t)one->touched.objects, 2);
}

static void a_patch_may_not_make_an_object_invalid(void)
{
    g_autoptr(mn_scenario) base = scenario_of(cluster);
    g_autoptr(mn_strategy) strategy = strategy_of(
        STRATEGY "spec: {nodes: [{match: {os: linux}, patch: {metadata: {name: ''}}}]}\n");
    g_autoptr(GError) error = NULL;
    g_autoptr(mn_scenario) one = mn_scenario_under(base, strategy, &error);
    EXPECT_TRUE(one == NULL);
    EXPECT_STR(error == NULL ? NULL : error->message,
               "mine.yaml: spec.nodes[0].patch: Node linux-0: metadata: required field \"name\" "
               "is missing");
}

/* ---------------------------------------------------------------- admission */

static const mn_record_pod *pod_of(const mn_record *record, const char *workload)
{
    for (size_t i = 0; i < record->pod_count; i++) {
        if (strcmp(record->workloads[record->pods[i].workload].name, workload) == 0)
            return &record->pods[i];
    }
    return NULL;
}

static const char windows_first[] = SCENARIO
    "spec: {tieBreak: first, nodePools: [{name: a-win, os: windows, build: 20348}, {name: "
    "linux}]}\n---\n"
    "{apiVersion: v1, kind: Pod, metadata: {name: silent}, spec: {containers: [{name: c, image: "
    "'redis:alpine'}]}}\n---\n"
    "{apiVersion: v1, kind: Pod, metadata: {name: asks}, spec: {nodeSelector: {kubernetes.io/os: "
    "windows}, containers: [{name: c, image: 'mcr.microsoft.com/windows/nanoserver:ltsc2022'}]}}\n";

static void namespaces_have_a_default_and_forbid_what_contradicts_it(void)
{
    g_autoptr(mn_scenario) base = scenario_of(windows_first);
    g_autoptr(mn_strategy) strategy = mn_strategy_find(NULL, "namespace-default", NULL);
    g_autoptr(mn_scenario) one = under(base, strategy);
    g_autoptr(mn_record) record = mn_engine_run(one, &(mn_run_options){0}, NULL);
    EXPECT_STR(record->strategy, "namespace-default");
    EXPECT_STR(pod_of(record, "silent")->node, "linux-0");
    EXPECT_INT(pod_of(record, "asks")->fate, MN_FATE_REJECTED);
    EXPECT_STR(pod_of(record, "asks")->message,
               "pods \"asks\" is forbidden: pod node label selector conflicts with its namespace "
               "node label selector");
}

static void mutations_fill_in_what_a_pod_does_not_say(void)
{
    g_autoptr(mn_scenario) base = scenario_of(windows_first);
    g_autoptr(mn_strategy) strategy = strategy_of(
        STRATEGY "spec: {admission: {mutate: [{patch: {spec: {nodeSelector: {kubernetes.io/os: "
                 "linux}}}}]}}\n");
    g_autoptr(mn_scenario) one = under(base, strategy);
    g_autoptr(mn_record) record = mn_engine_run(one, &(mn_run_options){0}, NULL);
    EXPECT_STR(pod_of(record, "silent")->node, "linux-0");
    EXPECT_STR(pod_of(record, "asks")->node, "a-win-0");
    EXPECT_INT((int64_t)one->touched.objects, 2);
}

/* ---------------------------------------------------------------- files */

static void a_mistake_is_named_with_its_place(void)
{
    is_refused("spec: {nodez: []}",
               "mine.yaml:4:15: spec.nodez: unknown field (did you mean \"nodes\"?)");
    is_refused("spec: {nodes: [{match: {oss: linux}, patch: {}}]}",
               "mine.yaml:4:30: spec.nodes[0].match.oss: unknown field (did you mean \"os\"?)");
    is_refused(
        "spec: {nodes: [{match: {needs: linux}, patch: {}}]}",
        "mine.yaml:4:32: spec.nodes[0].match.needs: a node has none: it matches by os, pool, "
        "name, labels, build");
    is_refused("spec: {nodes: [{match: {os: linux}}]}",
               "mine.yaml:4:16: spec.nodes[0]: required field \"patch\" is missing");
    is_refused("spec: {nodes: [{patch: {spec: {taint: []}}}]}",
               "mine.yaml:4:39: spec.nodes[0].patch.spec.taint: unknown field (did you mean "
               "\"taints\"?)");
    is_refused("spec: {nodes: [{patch: {spec: {taints: [{key: os, effect: Never}]}}}]}",
               "mine.yaml:4:59: spec.nodes[0].patch.spec.taints[0].effect: expected one of "
               "NoSchedule, PreferNoSchedule, NoExecute, found \"Never\"");
    is_refused("spec: {workloads: [{patch: {spec: {template: {}}}}]}",
               "mine.yaml:4:46: spec.workloads[0].patch.spec.template: unknown field, or one that "
               "has no say in what becomes of Pods");
    is_refused("spec: {workloads: [{match: {needs: linus}, patch: {}}]}",
               "mine.yaml:4:36: spec.workloads[0].match.needs: expected one of linux, windows, "
               "unknown, found \"linus\" (did you mean \"linux\"?)");
    is_refused("spec: {extender: {mode: force}}",
               "mine.yaml:4:25: spec.extender.mode: expected one of off, observe, prefer, enforce, "
               "found \"force\"");
    is_refused(
        "spec: {objects: [{object: {apiVersion: v1, kind: Node, metadata: {name: n1}}}]}",
        "mine.yaml:4:27: spec.objects[0].object: a strategy creates no nodes: they come from "
        "the scenario");
    is_refused(
        "spec: {objects: [{object: {apiVersion: v1, kind: Pod, metadata: {}, spec: {containers: []}}}]}",
        "mine.yaml:4:65: spec.objects[0].object.metadata: required field \"name\" is "
        "missing");
    is_refused("---\n" STRATEGY, "mine.yaml:5:1: a second document: a file holds one Strategy");
}

static void what_is_no_strategy_is_refused(void)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {SCENARIO, "mine.yaml:2:7: kind: expected kind Strategy, found \"Scenario\""},
        {"kind: Strategy\napiVersion: mullion.dev/v2\n",
         "mine.yaml:2:13: apiVersion: expected mullion.dev/v1alpha1, found \"mullion.dev/v2\""},
        {"", "mine.yaml: expected a Strategy, found nothing"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const mn_source source = {
            .name = "mine.yaml", .bytes = rows[i].text, .len = strlen(rows[i].text)};
        g_autoptr(GError) error = NULL;
        g_autoptr(mn_strategy) strategy = mn_strategy_load_source(&source, &error);
        EXPECT_TRUE(strategy == NULL);
        EXPECT_STR(error == NULL ? NULL : error->message, rows[i].message);
    }
}

static void a_strategy_beside_the_scenario_comes_before_a_built_in_one(void)
{
    g_autofree char *folder = g_dir_make_tmp("mullion-XXXXXX", NULL);
    g_autofree char *sub = g_build_filename(folder, "strategies", NULL);
    g_autofree char *file = g_build_filename(sub, "taint.yaml", NULL);
    g_autofree char *other = g_build_filename(folder, "other.yaml", NULL);
    EXPECT_INT(g_mkdir(sub, 0700), 0);
    static const char text[] =
        "apiVersion: mullion.dev/v1alpha1\nkind: Strategy\nspec: {description: my own}\n";
    EXPECT_TRUE(g_file_set_contents(file, text, -1, NULL));
    EXPECT_TRUE(g_file_set_contents(other, text, -1, NULL));
    g_autoptr(mn_strategy) found = mn_strategy_find(folder, "taint", NULL);
    EXPECT_STR(found->description, "my own");
    EXPECT_STR(found->name, "taint");
    EXPECT_TRUE(!found->shipped);
    g_autoptr(mn_strategy) beside = mn_strategy_find(folder, "other", NULL);
    EXPECT_STR(beside->name, "other");
    g_autoptr(mn_strategy) named = mn_strategy_find(NULL, other, NULL);
    EXPECT_STR(named->file, other);
    g_autoptr(GError) error = NULL;
    g_autoptr(mn_strategy) none = mn_strategy_find(folder, "extender-enfroce", &error);
    EXPECT_TRUE(none == NULL);
    EXPECT_STR(error->message,
               "no strategy \"extender-enfroce\" (did you mean \"extender-enforce\"?)");
    g_unlink(file);
    g_unlink(other);
    g_rmdir(sub);
    g_rmdir(folder);
}

static void what_comes_later_stands_under_it_too(void)
{
    static const char text[] =
        "apiVersion: mullion.dev/v1alpha1\nkind: Scenario\nspec:\n"
        "  nodePools: [{name: win, count: 0, os: windows, build: ltsc2022}, {name: linux}]\n"
        "  timeline:\n"
        "    - {at: 1m, pool: {name: win, resize: 1}}\n"
        "    - {at: 2m, run: kubectl create deployment iis --image=mcr.microsoft.com/windows/"
        "servercore/iis:windowsservercore-ltsc2022}\n";
    const mn_source source = {.name = "t.yaml", .bytes = text, .len = strlen(text)};
    g_autoptr(mn_scenario) base = mn_scenario_load_source(&source, NULL);
    g_autoptr(mn_strategy) strategy = mn_strategy_find(NULL, "taint-and-selector", NULL);
    g_autoptr(mn_scenario) scenario = under(base, strategy);
    const mn_workload *before = base->timeline.items[1].objects->workloads->pdata[0];
    const mn_workload *after = scenario->timeline.items[1].objects->workloads->pdata[0];
    EXPECT_INT((int64_t)base->pools[0].sample->spec.taints.count, 0);
    EXPECT_INT((int64_t)scenario->pools[0].sample->spec.taints.count, 1);
    EXPECT_INT((int64_t)scenario->pools[1].sample->spec.taints.count, 0);
    EXPECT_INT((int64_t)before->spec.template.spec.tolerations.count, 0);
    EXPECT_INT((int64_t)after->spec.template.spec.tolerations.count, 1);
}

extern CU_TestInfo suite_simulator_strategy[];
CU_TestInfo suite_simulator_strategy[] = {
    {"every shipped strategy is whole and goes by its name",
     every_shipped_strategy_is_whole_and_goes_by_its_name},
    {"every file of strategies is built in", every_file_of_strategies_is_built_in},
    {"what a strategy touches is counted", what_a_strategy_touches_is_counted},
    {"lists of taints and tolerations grow", lists_of_taints_and_tolerations_grow},
    {"a scenario is left as it is", a_scenario_is_left_as_it_is},
    {"what comes later stands under it, too", what_comes_later_stands_under_it_too},
    {"a match asks for what it names", a_match_asks_for_what_it_names},
    {"a match of nodes asks for what they are", a_match_of_nodes_asks_for_what_they_are},
    {"a patch that finds nothing is told", a_patch_that_finds_nothing_is_told},
    {"what the control plane is told arrives", what_the_control_plane_is_told_arrives},
    {"an object takes the place of one with its name",
     an_object_takes_the_place_of_one_with_its_name},
    {"a patch may not make an object invalid", a_patch_may_not_make_an_object_invalid},
    {"namespaces have a default and forbid what contradicts it",
     namespaces_have_a_default_and_forbid_what_contradicts_it},
    {"mutations fill in what a Pod does not say", mutations_fill_in_what_a_pod_does_not_say},
    {"a mistake is named with its place", a_mistake_is_named_with_its_place},
    {"what is no strategy is refused", what_is_no_strategy_is_refused},
    {"a strategy beside the scenario comes before a built-in one",
     a_strategy_beside_the_scenario_comes_before_a_built_in_one},
    CU_TEST_INFO_NULL,
};
