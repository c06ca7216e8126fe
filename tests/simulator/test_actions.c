/* SPDX-License-Identifier: Apache-2.0 */
/* What the timeline does to a cluster, as kubectl would print it. */
#include "simulator/engine/engine.h"
#include "simulator/scenario/duration.h"
#include "tests/support/expect.h"

#include <string.h>

#define CLUSTER                                                                               \
    "apiVersion: mullion.dev/v1alpha1\nkind: Scenario\nspec:\n"                               \
    "  tieBreak: first\n"                                                                     \
    "  nodePools:\n"                                                                          \
    "    - {name: linux, count: 2, taints: [{key: a, value: b, effect: PreferNoSchedule}]}\n" \
    "    - {name: win, count: 1, os: windows, build: ltsc2022}\n"                             \
    "  timeline:\n"

#define WEB                                                                                 \
    "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n"            \
    "  replicas: 2\n  selector: {matchLabels: {app: web}}\n"                                \
    "  template: {metadata: {labels: {app: web}}, spec: {nodeSelector: {kubernetes.io/os: " \
    "linux}, containers: [{name: web, image: nginx}]}}\n"

#define DAEMON                                                                              \
    "---\napiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: log}\nspec:\n"             \
    "  selector: {matchLabels: {app: log}}\n"                                               \
    "  template: {metadata: {labels: {app: log}}, spec: {nodeSelector: {kubernetes.io/os: " \
    "linux}, containers: [{name: log, image: busybox}]}}\n"

#define LONELY                                                                                 \
    "---\napiVersion: v1\nkind: Pod\nmetadata: {name: lonely, labels: {app: lonely}}\nspec: "  \
    "{nodeName: linux-0, volumes: [{name: tmp, emptyDir: {}}], containers: [{name: a, image: " \
    "busybox}]}\n"

/* The scenario outlives the record. */
static mn_record *run(const char *text, mn_scenario **scenario, GError **error)
{
    const mn_source source = {.name = "t.yaml", .bytes = text, .len = strlen(text)};
    *scenario = mn_scenario_load_source(&source, error);
    return *scenario == NULL ? NULL : mn_engine_run(*scenario, &(mn_run_options){0}, error);
}

/* "10m node/linux-0 cordoned", a line each; with names that chance made as "*". */
static char *said(const char *timeline, const char *objects)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = g_strconcat(CLUSTER, timeline, objects, NULL);
    g_autoptr(mn_scenario) scenario = NULL;
    g_autoptr(mn_record) record = run(text, &scenario, &error);
    g_autoptr(GString) out = g_string_new(error == NULL ? "" : error->message);
    for (size_t i = 0; record != NULL && i < record->action_count; i++) {
        g_autofree char *time = mn_duration_format(record->actions[i].time_ms);
        g_string_append_printf(out, "%s %s\n", time, record->actions[i].text);
    }
    g_autoptr(GRegex) generated =
        g_regex_new("(web|log)(-[a-z0-9]{8,10})?-[a-z0-9]{5}\\b", 0, 0, NULL);
    return g_regex_replace(generated, out->str, -1, 0, "\\1-*", 0, NULL);
}

static void says(const char *timeline, const char *objects, const char *want)
{
    g_autofree char *got = said(timeline, objects);
    EXPECT_STR(got, want);
}

static void taints_are_set_and_removed_as_kubectl_does_it(void)
{
    says("    - at: 1m\n      run: |\n"
         "        kubectl taint nodes win-0 os=windows:NoSchedule\n"
         "        kubectl taint nodes win-0 os=Windows:NoSchedule --overwrite\n"
         "        kubectl taint nodes win-0 os:NoSchedule-\n"
         "        kubectl taint nodes -l kubernetes.io/os=linux a- b=c:NoExecute\n"
         "        kubectl taint nodes --all d:NoSchedule\n",
         "",
         "1m node/win-0 tainted\n1m node/win-0 modified\n1m node/win-0 untainted\n"
         "1m node/linux-0 modified\n1m node/linux-1 modified\n"
         "1m node/linux-0 tainted\n1m node/linux-1 tainted\n1m node/win-0 tainted\n");
}

static void what_cannot_be_done_ends_the_run_in_kubectls_words(void)
{
    static const struct {
        const char *command, *want;
    } rows[] = {
        {"kubectl taint nodes linux-0 a=c:PreferNoSchedule",
         "error: node linux-0 already has a taint(s) with same effect(s) and --overwrite is false"},
        {"kubectl taint nodes linux-0 z-", "error: taint \"z\" not found"},
        {"kubectl cordon linux-7",
         "Error from server (NotFound): nodes \"linux-7\" not found (did you mean \"linux-0\"?)"},
        {"kubectl drain -l os=beos", "No resources found"},
        {"kubectl label node linux-0 kubernetes.io/os=beos",
         "error: 'kubernetes.io/os' already has a value (linux), and --overwrite is false"},
        {"kubectl scale deploy/wep --replicas=1",
         "Error from server (NotFound): deployments.apps \"wep\" not found (did you mean \"web\"?)"},
        {"kubectl scale deploy/web --replicas=1 --current-replicas=7",
         "error: Expected replicas to be 7, was 2"},
        {"kubectl set image deploy/web nginx=nginx:2",
         "error: unable to find container named \"nginx\""},
        {"kubectl create deployment web --image=nginx",
         "Error from server (AlreadyExists): deployments.apps \"web\" already exists"},
        {"kubectl delete pod nobody", "Error from server (NotFound): pods \"nobody\" not found"},
        {"kubectl patch deploy web -p 'spec: {template: {spec: {tolerations: [{effect: Never}]}}}'",
         "The Deployment \"web\" is invalid: spec.template.spec.tolerations[0].effect: expected one "
         "of NoSchedule, PreferNoSchedule, NoExecute, found \"Never\""},
        {"kubectl drain linux-0",
         "error: unable to drain node \"linux-0\" due to error: [cannot delete Pods "
         "with local storage (use --delete-emptydir-data to override): default/lonely, cannot delete "
         "DaemonSet-managed Pods (use --ignore-daemonsets to ignore): default/log-*]"},
        {"kubectl drain linux-0 --ignore-daemonsets --delete-emptydir-data",
         "error: unable to drain node \"linux-0\" due to error: cannot delete Pods that declare no "
         "controller (use --force to override): default/lonely"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *timeline =
            g_strdup_printf("    - {at: 90s, run: \"%s\"}\n", rows[i].command);
        g_autofree char *want =
            g_strdup_printf("t.yaml:9:23: at 1m30s: %s: %s", rows[i].command, rows[i].want);
        says(timeline, WEB DAEMON LONELY, want);
    }
}

static void a_drain_evicts_what_it_may_and_waits_until_it_is_gone(void)
{
    says("    - {at: 1m, run: kubectl drain linux-0 --ignore-daemonsets --delete-emptydir-data "
         "--force}\n",
         WEB DAEMON LONELY,
         "1m node/linux-0 cordoned\n"
         "1m Warning: deleting Pods that declare no controller: default/lonely; ignoring "
         "DaemonSet-managed Pods: default/log-*\n"
         "1m evicting pod default/lonely\n"
         "1m evicting pod default/web-*\n"
         "1m2s pod/lonely evicted\n"
         "1m2s pod/web-* evicted\n"
         "1m2s node/linux-0 drained\n");
}

#define BUDGET                                                                              \
    "---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: keep}\nspec: " \
    "{minAvailable: 2, selector: {matchLabels: {app: web}}}\n"

static void a_budget_holds_a_drain_up_until_it_gives_up(void)
{
    says(
        "    - {at: 1m, run: kubectl drain linux-0 --timeout=12s}\n"
        "    - {at: 2m, run: kubectl uncordon linux-0}\n",
        WEB BUDGET,
        "1m node/linux-0 cordoned\n"
        "1m evicting pod default/web-*\n"
        "1m error when evicting pods/\"web-*\" -n \"default\" (will retry after 5s): Cannot evict pod "
        "as it would violate the pod's disruption budget: keep\n"
        "1m12s error when evicting pods/\"web-*\" -n \"default\": global timeout reached: 12s\n"
        "1m12s error: unable to drain node \"linux-0\"\n"
        "2m node/linux-0 uncordoned\n");
}

/* After another replica the budget lets one go: at the next try. */
static void a_drain_tries_again_every_five_seconds(void)
{
    says(
        "    - {at: 60s, run: kubectl drain linux-0}\n"
        "    - {at: 61s, run: kubectl scale deploy web --replicas=3}\n",
        WEB BUDGET,
        "1m node/linux-0 cordoned\n"
        "1m evicting pod default/web-*\n"
        "1m error when evicting pods/\"web-*\" -n \"default\" (will retry after 5s): Cannot evict pod "
        "as it would violate the pod's disruption budget: keep\n"
        "1m1s deployment.apps/web scaled\n"
        "1m7s pod/web-* evicted\n"
        "1m7s node/linux-0 drained\n");
}

static void workloads_are_changed(void)
{
    says("    - at: 1m\n      run: |\n"
         "        kubectl set image deploy/web web=nginx:1.28\n"
         "        kubectl set image deploy/web web=nginx:1.28\n"
         "        kubectl rollout restart deploy/web\n"
         "        kubectl label deploy web a=b\n"
         "        kubectl label deploy web a- c-\n"
         "        kubectl annotate deploy -l a!=b note=x\n"
         "        kubectl patch deploy web -p '{\"spec\":{\"replicas\":2}}'\n"
         "        kubectl patch deploy web --type=json -p "
         "'[{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":1}]'\n"
         "        kubectl create deployment api --image=nginx\n"
         "        kubectl delete deploy,ns -l app=api\n"
         "        kubectl delete deploy nobody --ignore-not-found\n",
         WEB,
         "1m deployment.apps/web image updated\n"
         "1m deployment.apps/web restarted\n"
         "1m deployment.apps/web labeled\n"
         "1m label \"c\" not found.\n"
         "1m deployment.apps/web unlabeled\n"
         "1m deployment.apps/web annotated\n"
         "1m deployment.apps/web patched (no change)\n"
         "1m deployment.apps/web patched\n"
         "1m deployment.apps/api created\n"
         "1m deployment.apps \"api\" deleted from default namespace\n"
         "1m No resources found\n");
}

static size_t created(const char *command)
{
    g_autofree char *text =
        g_strconcat(CLUSTER, "    - {at: 1m, run: \"", command, "\"}\n", WEB, NULL);
    g_autoptr(mn_scenario) scenario = NULL;
    g_autoptr(mn_record) record = run(text, &scenario, NULL);
    return record == NULL ? 0 : record->totals.created;
}

/* Also where the change is one that scheduling does not look at. */
static void a_change_of_the_template_rolls_out(void)
{
    EXPECT_INT((int64_t)created("kubectl label deploy web x=y"), 2);
    EXPECT_INT((int64_t)created("kubectl rollout restart deploy web"), 4);
    EXPECT_INT((int64_t)created("kubectl set image deploy web web=nginx:2"), 4);
    EXPECT_INT((int64_t)created("kubectl patch deploy web -p 'spec: {template: {spec: {containers: "
                                "[{name: web, env: [{name: A, value: b}]}]}}}'"),
               4);
}

static void nodes_fail_and_return_and_pools_change(void)
{
    says("    - {at: 1m, node: {fail: linux-1}}\n"
         "    - {at: 3m, node: {return: linux-1}}\n"
         "    - {at: 4m, node: {fail: linux-1}}\n"
         "    - {at: 270s, node: {return: linux-1}}\n"
         "    - {at: 10m, pool: {name: win, resize: 3}}\n"
         "    - {at: 11m, pool: {name: linux, resize: 1}}\n"
         "    - {at: 20m, pool: {name: win, build: ltsc2025, takes: 30s, maxUnavailable: 2}}\n",
         "",
         "1m node/linux-1 cut off\n1m50s node/linux-1: NodeNotReady\n3m node/linux-1 is back\n"
         "4m node/linux-1 cut off\n4m30s node/linux-1 is back\n"
         "10m node/win-1 created\n10m node/win-2 created\n11m node/linux-1 deleted\n"
         "20m node/win-0 reimaging\n20m node/win-1 reimaging\n"
         "20m30s node/win-0 is back: Windows Server 2025 Datacenter, 10.0.26100\n"
         "20m30s node/win-2 reimaging\n"
         "20m30s node/win-1 is back: Windows Server 2025 Datacenter, 10.0.26100\n"
         "21m node/win-2 is back: Windows Server 2025 Datacenter, 10.0.26100\n");
    says("    - {at: 1m, node: {return: linux-1}}\n",
         "",
         "t.yaml:9:22: at 1m: node return linux-1: node \"linux-1\" has not failed");
}

static void one_command_does_not_fill_the_record(void)
{
    g_autoptr(mn_scenario) scenario = NULL;
    g_autoptr(mn_record) record =
        run("apiVersion: mullion.dev/v1alpha1\nkind: Scenario\nspec:\n"
            "  nodePools: [{name: linux, count: 500}]\n"
            "  timeline: [{at: 1m, run: kubectl taint nodes --all a=b:NoSchedule}]\n",
            &scenario,
            NULL);
    EXPECT_TRUE(record != NULL);
    if (record != NULL) {
        EXPECT_INT((int64_t)record->action_count, 100);
        EXPECT_STR(record->actions[99].text, "... and more");
    }
}

extern CU_TestInfo suite_simulator_actions[];
CU_TestInfo suite_simulator_actions[] = {
    {"taints are set and removed as kubectl does it",
     taints_are_set_and_removed_as_kubectl_does_it},
    {"what cannot be done ends the run in kubectl's words",
     what_cannot_be_done_ends_the_run_in_kubectls_words},
    {"a drain evicts what it may and waits until it is gone",
     a_drain_evicts_what_it_may_and_waits_until_it_is_gone},
    {"a budget holds a drain up until it gives up", a_budget_holds_a_drain_up_until_it_gives_up},
    {"a drain tries again every five seconds", a_drain_tries_again_every_five_seconds},
    {"workloads are changed", workloads_are_changed},
    {"a change of the template rolls out", a_change_of_the_template_rolls_out},
    {"nodes fail and return, and pools change", nodes_fail_and_return_and_pools_change},
    {"one command does not fill the record", one_command_does_not_fill_the_record},
    CU_TEST_INFO_NULL,
};
