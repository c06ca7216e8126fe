/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/scenario/duration.h"
#include "simulator/scenario/kubectl.h"
#include "simulator/scenario/scenario.h"
#include "tests/support/expect.h"
#include "tests/support/scratch.h"

#include <string.h>

#define HEAD                                                    \
    "apiVersion: mullion.dev/v1alpha1\nkind: Scenario\nspec:\n" \
    "  nodePools: [{name: linux}, {name: win, os: windows, build: ltsc2022}]\n"

/* ---- words */

/* The words of the first command, a bar behind each, or what is wrong and where. */
static char *split(const char *text)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autoptr(GError) error = NULL;
    mn_line_words words = {.count = 0};
    size_t at = 0, fault = 0;
    if (!mn_line_split(arena, text, &at, &words, &fault, &error))
        return g_strdup_printf("%zu: %s", fault, error == NULL ? "" : error->message);
    GString *out = g_string_new(NULL);
    for (size_t i = 0; i < words.count; i++)
        g_string_append_printf(out, "%s|", words.items[i].text);
    return g_string_free(out, FALSE);
}

static void words_are_split_as_a_shell_splits_them(void)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"a b  c", "a|b|c|"},
        {"a 'b c' \"d \\\"e\\\"\" f\\ g", "a|b c|d \"e\"|f g|"},
        {"a'b'\"c\"d", "abcd|"},
        {"a ''", "a||"},
        {"a \\\n  b", "a|b|"},
        {"a\nb", "a|"},
        {"a # b", "a|"},
        {"a#b", "a#b|"},
        {"# a\nb", ""},
        {"*=x", "*=x|"},
        {"a '{\"b\":\"$c\"}'", "a|{\"b\":\"$c\"}|"},
        {"a 'b", "2: a quote that is not closed"},
        {"a \"b", "2: a quote that is not closed"},
        {"a | b", "2: no pipes: there is no shell here"},
        {"a; b", "1: one command a line: there is no shell here"},
        {"a $b",
         "2: nothing is expanded here: write what it stands for, or put it in single quotes"},
        {"a \\", "2: a backslash with nothing behind it"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *got = split(rows[i].text);
        EXPECT_STR(got, rows[i].want);
    }
}

/* ---- commands */

typedef bool (*check_fn)(const mn_action *action);

static void reads(const char *text, check_fn check)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autoptr(GError) error = NULL;
    mn_line_words words = {.count = 0};
    mn_kubectl command = {.files = {.count = 0}};
    size_t at = 0, fault = 0;
    bool ok = mn_line_split(arena, text, &at, &words, &fault, &error) &&
              mn_kubectl_read(arena, &words, &command, &fault, &error);
    expect_true(ok, error == NULL ? text : error->message, __FILE__, __LINE__);
    expect_true(ok && check(&command.action), text, __FILE__, __LINE__);
}

static bool taints_windows(const mn_action *a)
{
    const mn_labels windows = {.items = (const mn_label[]){{MN_LABEL_OS, "windows"}}, .count = 1};
    return a->verb == MN_VERB_TAINT && a->targets.count == 1 &&
           a->targets.items[0].kind == MN_KIND_NODE && a->targets.items[0].name == NULL &&
           mn_label_selector_matches(a->targets.selector, &windows) && a->edits == 3 &&
           strcmp(a->taints[0].taint.key, "os") == 0 &&
           strcmp(a->taints[0].taint.value, "windows") == 0 &&
           a->taints[0].taint.effect == MN_EFFECT_NO_SCHEDULE && !a->taints[0].remove &&
           a->taints[1].remove && a->taints[1].taint.effect == MN_EFFECT_NO_EXECUTE &&
           a->taints[2].remove && a->taints[2].taint.effect == MN_EFFECT_ANY && a->overwrite;
}

static bool drains(const mn_action *a)
{
    return a->verb == MN_VERB_DRAIN && a->targets.count == 2 &&
           strcmp(a->targets.items[1].name, "linux-1") == 0 && a->drain.ignore_daemon_sets &&
           a->drain.delete_empty_dir_data && !a->drain.force && a->drain.timeout_ms == 90000 &&
           a->grace_period_s == 5 && a->drain.pod_selector != NULL;
}

static bool scales(const mn_action *a)
{
    return a->verb == MN_VERB_SCALE && a->targets.count == 2 && a->replicas == 0 &&
           a->targets.items[0].kind == MN_KIND_DEPLOYMENT &&
           a->targets.items[1].kind == MN_KIND_STATEFUL_SET &&
           strcmp(a->targets.namespace_, "shop") == 0;
}

static bool deletes_everywhere(const mn_action *a)
{
    return a->verb == MN_VERB_DELETE && a->targets.count == 2 && a->targets.all_namespaces &&
           a->targets.items[0].kind == MN_KIND_POD && a->targets.items[1].kind == MN_KIND_JOB &&
           a->grace_period_s == 0 && a->force;
}

static bool sets_images(const mn_action *a)
{
    return a->verb == MN_VERB_SET_IMAGE && a->edits == 2 &&
           strcmp(a->images[0].container, "*") == 0 &&
           strcmp(a->images[1].image, "proxy:2@sha256:0") == 0;
}

static bool annotates(const mn_action *a)
{
    return a->verb == MN_VERB_ANNOTATE && a->edits == 2 &&
           strcmp(a->pairs[0].value, "a=b c") == 0 && a->pairs[1].value == NULL &&
           strcmp(a->pairs[1].key, "old") == 0;
}

static bool patches(const mn_action *a)
{
    return a->verb == MN_VERB_PATCH && a->patch_type == MN_PATCH_MERGE &&
           strcmp(a->patch, "spec: {}") == 0;
}

static bool restarts(const mn_action *a)
{
    return a->verb == MN_VERB_ROLLOUT_RESTART && a->targets.items[0].kind == MN_KIND_DAEMON_SET;
}

static void commands_are_read_as_kubectl_reads_them(void)
{
    reads("kubectl taint nodes -l kubernetes.io/os=windows os=windows:NoSchedule a:NoExecute- b- "
          "--overwrite",
          taints_windows);
    reads("kubectl taint no --selector=kubernetes.io/os=windows --overwrite=true "
          "os=windows:NoSchedule a:NoExecute- b-",
          taints_windows);
    reads("kubectl drain linux-0 node/linux-1 --ignore-daemonsets --delete-emptydir-data "
          "--timeout=1m30s --grace-period 5 --pod-selector 'app in (a,b)' --force=false",
          drains);
    reads("kubectl -n shop scale deploy/web sts/db --replicas=0", scales);
    reads("kubectl scale --namespace=shop --replicas 0 deployments.apps/web StatefulSet/db",
          scales);
    reads("kubectl delete po,jobs --all -A --force", deletes_everywhere);
    reads("kubectl set image deployment/web '*=nginx:1' side=proxy:2@sha256:0", sets_images);
    reads("kubectl annotate ns default note='a=b c' old-", annotates);
    reads("kubectl patch no n1 --type merge -p 'spec: {}'", patches);
    reads("kubectl rollout restart ds web", restarts);
}

static void says(const char *text, const char *want)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autoptr(GError) error = NULL;
    mn_line_words words = {.count = 0};
    mn_kubectl command;
    size_t at = 0, fault = 0;
    bool ok = mn_line_split(arena, text, &at, &words, &fault, &error) &&
              mn_kubectl_read(arena, &words, &command, &fault, &error);
    g_autofree char *got =
        ok ? g_strdup("read")
           : g_strdup_printf("%zu: %s", fault, error == NULL ? "" : error->message);
    EXPECT_STR(got, want);
}

static void a_slip_gets_its_place_and_the_nearest_word(void)
{
    says("kubectl tiant nodes a b=c:NoSchedule",
         "8: kubectl tiant is not known here (did you mean \"taint\"?): a timeline has annotate, "
         "apply, cordon, create, delete, drain, label, patch, rollout restart, scale, set image, "
         "taint, uncordon");
    says("kubectl drain a --ignore-daemonset",
         "16: kubectl drain has no flag --ignore-daemonset here (did you mean "
         "--ignore-daemonsets?): it has --delete-emptydir-data, --disable-eviction, --force, "
         "--grace-period, --ignore-daemonsets, --namespace, --pod-selector, --selector, --timeout");
    says("kubectl cordon a --force",
         "17: kubectl cordon has no flag --force here: it has --namespace, --selector");
    says(
        "kubectl scale deploymnt/web --replicas=2",
        "14: the server doesn't have a resource type \"deploymnt\" (did you mean \"Deployment\"?): a "
        "timeline has cronjobs, daemonsets, deployments, jobs, namespaces, nodes, pods, "
        "poddisruptionbudgets, priorityclasses, replicationcontrollers, replicasets, "
        "runtimeclasses, services, statefulsets");
    says("kubectl taint nodes a b=c:NoSchedul",
         "22: invalid taint effect: NoSchedul, unsupported taint effect (did you mean "
         "\"NoSchedule\"?)");
    says("kubectl taint pods a b=c:NoSchedule",
         "14: invalid resource type pods, only node types are supported");
    says("kubectl taint nodes a b=c:NoSchedule b:NoSchedule-",
         "37: can not both modify and remove the following taint(s) in the same command: b");
    says("kubectl taint nodes a b=c:NoSchedule d",
         "37: all resources must be specified before taint changes: d");
    says("kubectl label node a", "20: at least one label update is required");
    says(
        "kubectl label node a b='c d'",
        "21: invalid label value: \"b=c d\": up to 63 letters, digits, '-', '_' or '.', that begin "
        "and end with a letter or digit");
    says("kubectl drain a -l b=c", "14: cannot specify both a node name and a --selector option");
    says("kubectl drain -l 'b in (c'",
         "14: expected a comma or ) at \"\" of the selector \"b in (c\"");
    says("kubectl scale ds/a --replicas=1", "14: kubectl scale has no meaning for a DaemonSet");
    says("kubectl scale deploy/a --replicas=-1",
         "23: expected a whole number from 0 to 1000000, found \"-1\"");
    says("kubectl delete pod a --force --grace-period=5",
         "29: --force and --grace-period greater than 0 cannot be specified together");
    says("kubectl create cj a",
         "15: a timeline creates deployments, jobs and namespaces by name; put the CronJob into a "
         "file: kubectl create -f FILE");
    says("kubectl rollout undo deploy/a",
         "16: of kubectl rollout a timeline knows kubectl rollout restart");
    says("kubectl drain a --timeout", "16: --timeout needs a value: --timeout=DURATION");
    says("helm upgrade", "0: expected a kubectl command, found \"helm\"");
    says("kubectl", "7: kubectl what? Such as: kubectl drain linux-0");
}

/* ---- selectors */

static bool selects(const char *query, const char *key, const char *value)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    const mn_label label = {.key = key, .value = value};
    const mn_labels labels = {.items = &label, .count = 1};
    const mn_label_selector *selector = mn_label_query_parse(arena, query, NULL);
    return selector != NULL && mn_label_selector_matches(selector, &labels);
}

static void selectors_are_as_kubectl_has_them(void)
{
    EXPECT_TRUE(selects("a=b", "a", "b") && selects("a==b", "a", "b") &&
                selects(" a = b ", "a", "b"));
    EXPECT_TRUE(!selects("a=b", "a", "c") && !selects("a=b", "x", "b"));
    EXPECT_TRUE(selects("a!=b", "a", "c") && selects("a!=b", "x", "y") &&
                !selects("a!=b", "a", "b"));
    EXPECT_TRUE(selects("a in (b, c)", "a", "c") && !selects("a in (b,c)", "a", "d"));
    EXPECT_TRUE(selects("a notin (b)", "a", "d") && !selects("a notin (b)", "a", "b"));
    EXPECT_TRUE(selects("a", "a", "") && selects("!a", "x", "") && !selects("!a", "a", ""));
    EXPECT_TRUE(selects("a=b,!c,d!=e", "a", "b") && selects("a=", "a", ""));
    EXPECT_TRUE(selects("kubernetes.io/os=windows", "kubernetes.io/os", "windows"));
    g_autoptr(mn_arena) arena = mn_arena_new();
    static const char *const wrong[] = {"", ",", "a=b,", "a in b", "a in (b", "a b", "=b", "a=b c"};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        expect_true(
            mn_label_query_parse(arena, wrong[i], NULL) == NULL, wrong[i], __FILE__, __LINE__);
}

/* ---- the timeline of a scenario */

static mn_scenario *loaded(const char *text, GError **error)
{
    const mn_source source = {.name = "t.yaml", .bytes = text, .len = strlen(text)};
    return mn_scenario_load_source(&source, error);
}

/* One action a line: time, place, text. */
static char *actions_of(const char *timeline)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = g_strconcat(HEAD "  timeline:\n", timeline, NULL);
    g_autoptr(mn_scenario) scenario = loaded(text, &error);
    if (scenario == NULL)
        return g_strdup(error == NULL ? "" : error->message);
    GString *out = g_string_new(NULL);
    for (size_t i = 0; i < scenario->timeline.count; i++) {
        const mn_action *a = &scenario->timeline.items[i];
        g_autofree char *at = mn_duration_format(a->at_ms);
        g_string_append_printf(out, "%s %s:%zu:%zu %s\n", at, a->file, a->line, a->column, a->text);
    }
    return g_string_free(out, FALSE);
}

static void means(const char *timeline, const char *want)
{
    g_autofree char *got = actions_of(timeline);
    EXPECT_STR(got, want);
}

static void actions_come_by_time_and_then_as_written(void)
{
    means("    - {at: 2h, run: kubectl drain linux-0}\n"
          "    - at: 5m\n"
          "      run: |\n"
          "        # first one, then the other\n"
          "        kubectl cordon linux-0\n"
          "        kubectl uncordon \\\n"
          "          linux-0\n"
          "    - {at: 5m, node: {fail: [linux-0, win-0]}}\n"
          "    - {at: 1d, node: {return: win-0}}\n"
          "    - {at: 1h, pool: {name: win, resize: 3}}\n"
          "    - at: 1h\n"
          "      pool: {name: win, build: ltsc2025}\n"
          "    - at: 3h\n"
          "      run: \"kubectl label node linux-0 a=b\"\n"
          "    - at: 4h\n"
          "      run: >-\n"
          "        kubectl annotate\n"
          "        node linux-0 a=b\n",
          "5m t.yaml:10:9 kubectl cordon linux-0\n"
          "5m t.yaml:11:9 kubectl uncordon linux-0\n"
          "5m t.yaml:13:22 node fail linux-0\n"
          "5m t.yaml:13:22 node fail win-0\n"
          "1h t.yaml:15:22 pool resize win 3\n"
          "1h t.yaml:17:13 pool build win 10.0.26100\n"
          "2h t.yaml:6:21 kubectl drain linux-0\n"
          "3h t.yaml:19:13 kubectl label node linux-0 a=b\n"
          "4h t.yaml:21:12 kubectl annotate node linux-0 a=b\n"
          "1d t.yaml:14:22 node return win-0\n");
}

static void a_timeline_that_is_wrong_says_where(void)
{
    means("    - {at: 5, run: kubectl drain linux-0}\n",
          "t.yaml:6:12: spec.timeline[0].at: expected a duration such as 90s, 10m, 1h30m or 2d, "
          "found \"5\": say the unit");
    means("    - {run: kubectl drain linux-0}\n",
          "t.yaml:6:7: spec.timeline[0]: required field \"at\" is missing");
    means("    - {at: 5m}\n",
          "t.yaml:6:7: spec.timeline[0]: expected one of \"run\", \"node\", \"pool\", \"apply\", "
          "found none");
    means("    - {at: 5m, rum: kubectl drain linux-0}\n",
          "t.yaml:6:21: spec.timeline[0].rum: unknown field (did you mean \"run\"?)");
    means("    - at: 5m\n      run: |\n        kubectl cordon a\n        kubectl codon a\n",
          "t.yaml:9:17: spec.timeline[0].run: kubectl codon is not known here (did you mean "
          "\"cordon\"?): a timeline has annotate, apply, cordon, create, delete, drain, label, "
          "patch, rollout restart, scale, set image, taint, uncordon");
    means(
        "    - {at: 5m, node: {}}\n",
        "t.yaml:6:22: spec.timeline[0].node: expected either \"fail\" or \"return\", with a node's "
        "name");
    means("    - {at: 5m, pool: {name: wim, resize: 1}}\n",
          "t.yaml:6:22: pool resize wim 1: there is no node pool \"wim\" (did you mean \"win\"?)");
    means("    - {at: 5m, pool: {name: linux, build: ltsc2025}}\n",
          "t.yaml:6:22: pool build linux 10.0.26100: only a Windows pool has a build");
    means(
        "    - {at: 5m, pool: {name: win}}\n",
        "t.yaml:6:22: spec.timeline[0].pool: expected either \"resize\" or what its nodes come back "
        "with: \"build\", \"containerRuntime\", \"kubelet\", \"osImage\", \"labels\"");
    means("    - {at: 5m, run: kubectl apply -f a.yaml}\n",
          "t.yaml:6:21: kubectl apply -f a.yaml: there is no folder to read \"a.yaml\" from");
    means("    - at: 5m\n      run: kubectl patch deploy web -p '[]'\n",
          "t.yaml:7:12: kubectl patch deploy web -p '[]': a list of operations is a patch of "
          "--type=json");
    means("    - at: 5m\n      run: kubectl patch deploy web -p '{\"a\":'\n",
          "t.yaml:7:12: kubectl patch deploy web -p '{\"a\":': the patch: 1:6: not valid JSON: the "
          "text ends in the middle of a value");
}

/* ---- files */

static mn_scenario *in_folder(const char *folder, const char *timeline, GError **error)
{
    g_autofree char *text = g_strconcat(HEAD "  timeline:\n", timeline, NULL);
    g_autofree char *path = scratch_write(folder, "s.yaml", mn_str_of(text));
    const char *const paths[] = {path};
    return mn_scenario_load(paths, 1, error);
}

static void files_are_read_when_the_scenario_is(void)
{
    char *folder = scratch_new();
    g_free(scratch_write(
        folder,
        "later/web.yaml",
        MN_STR_LIT("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n"
                   "spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, "
                   "spec: {containers: [{name: a, image: b}]}}}\n")));
    g_free(scratch_write(folder, "patch.yaml", MN_STR_LIT("spec:\n  replicas: 3\n")));
    g_autoptr(mn_scenario) s = in_folder(
        folder,
        "    - {at: 1m, run: kubectl apply -f later/ -n shop}\n"
        "    - {at: 2m, apply: later/web.yaml}\n"
        "    - {at: 3m, run: kubectl patch deploy web --patch-file patch.yaml}\n"
        "    - {at: 4m, run: kubectl create deployment api --image=r/api:1 --replicas=2}\n",
        NULL);
    EXPECT_TRUE(s != NULL && s->timeline.count == 4);
    for (size_t i = 0; s != NULL && i < 2; i++)
        EXPECT_INT(s->timeline.items[i].objects->workloads->len, 1);
    if (s != NULL) {
        const mn_workload *api = s->timeline.items[3].objects->workloads->pdata[0];
        EXPECT_STR(s->timeline.items[2].patch, "{\"spec\":{\"replicas\":3}}");
        EXPECT_INT(api->spec.replicas.value, 2);
        EXPECT_STR(api->spec.template.spec.containers.items[0].name, "api");
        EXPECT_INT(s->objects->workloads->len, 0);
    }
    scratch_remove(folder);
}

static void what_is_wrong_in_a_file_is_said_with_its_place(void)
{
    char *folder = scratch_new();
    g_free(scratch_write(
        folder, "bad.yaml", MN_STR_LIT("apiVersion: v1\nkind: Pod\nmetadata: {name: 7}\n")));
    g_free(scratch_write(
        folder, "own.yaml", MN_STR_LIT("apiVersion: mullion.dev/v1alpha1\nkind: Scenario\n")));
    static const struct {
        const char *name, *wants;
    } rows[] = {
        {"bad.yaml", "/bad.yaml:3:18: metadata.name: expected a string, found the number 7"},
        {"own.yaml", "/own.yaml:1:13: apiVersion: this is for mullion: no cluster takes it"},
        {"../x.yaml", ": \"../x.yaml\" is outside of the scenario's folder: put it inside"},
        {"none.yaml", "/none.yaml: No such file or directory; check the path"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *timeline =
            g_strdup_printf("    - {at: 1m, run: kubectl apply -f %s}\n", rows[i].name);
        g_autoptr(mn_scenario) s = in_folder(folder, timeline, &error);
        const char *message = error == NULL ? "" : error->message;
        expect_true(
            s == NULL && g_str_has_suffix(message, rows[i].wants), message, __FILE__, __LINE__);
    }
    scratch_remove(folder);
}

extern CU_TestInfo suite_simulator_timeline[];
CU_TestInfo suite_simulator_timeline[] = {
    {"words are split as a shell splits them", words_are_split_as_a_shell_splits_them},
    {"commands are read as kubectl reads them", commands_are_read_as_kubectl_reads_them},
    {"a slip gets its place and the nearest word", a_slip_gets_its_place_and_the_nearest_word},
    {"selectors are as kubectl has them", selectors_are_as_kubectl_has_them},
    {"actions come by time and then as written", actions_come_by_time_and_then_as_written},
    {"a timeline that is wrong says where", a_timeline_that_is_wrong_says_where},
    {"files are read when the scenario is", files_are_read_when_the_scenario_is},
    {"what is wrong in a file is said with its place",
     what_is_wrong_in_a_file_is_said_with_its_place},
    CU_TEST_INFO_NULL,
};
