/* SPDX-License-Identifier: Apache-2.0 */
/* A week in a mixed cluster: 1,000 nodes, 20,000 Pods, 200 things that happen.
 *
 * Every event is one of: a Deployment rolls over, is scaled, a node is cordoned and drained,
 * comes back, goes and comes again. What is measured is time and memory, against the limits
 * that the simulator promises.
 */
#include "simulator/engine/world.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

enum { NODES = 1000, DEPLOYMENTS = 190, REPLICAS = 100, EVENTS = 200 };

#define WEEK_MS (INT64_C(7) * 24 * 3600 * 1000)

static char *scenario_text(void)
{
    GString *text = g_string_new(
        "apiVersion: mullion.dev/v1alpha1\nkind: Scenario\nmetadata: {name: week}\nspec:\n"
        "  nodePools:\n"
        "    - {name: linux, count: 700, allocatable: {cpu: 16, memory: 64Gi, pods: 110}}\n"
        "    - {name: win, count: 300, os: windows, build: 20348, allocatable: {cpu: 16, memory: "
        "64Gi, pods: 30}}\n");
    for (int i = 0; i < DEPLOYMENTS; i++) {
        const bool windows = i % 10 == 0;
        g_string_append_printf(
            text,
            "---\n{apiVersion: apps/v1, kind: Deployment, metadata: {name: app%d}, spec: {replicas: "
            "%d, selector: {matchLabels: {app: app%d}}, template: {metadata: {labels: {app: "
            "app%d}}, spec: {nodeSelector: {kubernetes.io/os: %s}, containers: [{name: c, image: "
            "'%s', resources: {requests: {cpu: 100m, memory: 100Mi}}}]}}}}\n",
            i,
            REPLICAS,
            i,
            i,
            windows ? "windows" : "linux",
            windows ? "mcr.microsoft.com/windows/nanoserver:ltsc2022" : "nginx:1.27-alpine");
    }
    g_string_append(
        text,
        "---\n{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: agent}, spec: {selector: "
        "{matchLabels: {app: agent}}, template: {metadata: {labels: {app: agent}}, spec: "
        "{nodeSelector: {kubernetes.io/os: linux}, containers: [{name: c, image: "
        "'fluent/fluent-bit:3.0'}]}}}}\n"
        "---\n{apiVersion: batch/v1, kind: CronJob, metadata: {name: often}, spec: {schedule: "
        "'*/5 * * * *', jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: "
        "[{name: c, image: 'redis:7-alpine'}]}}}}}}\n"
        "---\n{apiVersion: apps/v1, kind: Deployment, metadata: {name: wrong}, spec: {replicas: 10, "
        "selector: {matchLabels: {app: wrong}}, template: {metadata: {labels: {app: wrong}}, spec: "
        "{os: {name: linux}, nodeSelector: {kubernetes.io/os: windows}, containers: [{name: c, "
        "image: 'redis:7-alpine'}]}}}}\n");
    return g_string_free(text, FALSE);
}

static void cordon(mn_world *world, const char *name, bool on)
{
    mn_world_node *node = mn_world_find_node(world, name);
    mn_node *copy = MN_ARENA_NEW(world->arena, mn_node, 1);
    *copy = *node->node;
    copy->spec.unschedulable = on;
    mn_world_put_node(world, copy);
}

static void drain(mn_world *world, const char *name)
{
    mn_world_node *node = mn_world_find_node(world, name);
    cordon(world, name, true);
    for (mn_world_pod *pod = node->pods, *next; pod != NULL; pod = next) {
        const char *refusal;
        next = pod->on_node.next;
        (void)mn_world_evict(world, pod, -1, &refusal);
    }
}

static void change(mn_world *world, int i, bool restart)
{
    g_autofree char *name = g_strdup_printf("app%d", i);
    mn_world_workload *deployment = mn_world_find_workload(world, "Deployment", "default", name);
    mn_workload *copy = MN_ARENA_NEW(world->arena, mn_workload, 1);
    *copy = *deployment->object;
    if (restart) {
        mn_label *label = MN_ARENA_NEW(world->arena, mn_label, 1);
        *label = (mn_label){"kubectl.kubernetes.io/restartedAt",
                            mn_arena_printf(world->arena, "%d", (int)(world->now_ms / 1000))};
        copy->spec.template.meta.annotations = (mn_labels){.items = label, .count = 1};
    } else {
        copy->spec.replicas.value = copy->spec.replicas.value == REPLICAS ? 60 : REPLICAS;
    }
    if (!mn_world_put_workload(world, copy, NULL))
        g_error("bench: put");
}

static void happen(mn_world *world, int event)
{
    g_autofree char *node = g_strdup_printf("linux-%d", event / 4 % 700);
    if (event % 2 == 1)
        change(world, event % DEPLOYMENTS, event % 4 == 1);
    else if (event % 4 == 0)
        drain(world, node);
    else
        cordon(world, node, false);
}

int main(void)
{
    g_autofree char *text = scenario_text();
    const mn_source source = {.name = "week.yaml", .bytes = text, .len = strlen(text)};
    g_autoptr(GError) error = NULL;
    const int64_t start = g_get_monotonic_time();
    g_autoptr(mn_scenario) scenario = mn_scenario_load_source(&source, &error);
    const mn_run_options options = {0};
    g_autoptr(mn_world) world = scenario == NULL ? NULL : mn_world_new(scenario, &options, &error);
    if (world == NULL)
        g_error("bench: %s", error->message);
    for (int event = 0; event < EVENTS; event++) {
        if (!mn_world_run(world, (event + 1) * (WEEK_MS / (EVENTS + 1)), false, &error))
            g_error("bench: %s", error->message);
        happen(world, event);
        if (event == 0)
            printf("first event after %.2f s\n", (double)(g_get_monotonic_time() - start) / 1e6);
    }
    if (!mn_world_run(world, WEEK_MS, false, &error))
        g_error("bench: %s", error->message);
    g_autoptr(mn_record) record = mn_record_make(world);
    for (int fate = 0; fate < MN_FATE_COUNT; fate++)
        printf("%s %zu, ", mn_fate_id((mn_fate)fate), record->totals.counts[fate]);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("a week: %d nodes, %zu Pods (%zu run), %d events: %zu Pods made, %zu evicted, "
           "%zu made again; %.2f s, %ld MB\n",
           NODES,
           record->totals.pods,
           record->totals.counts[MN_FATE_RUNS],
           EVENTS,
           record->totals.created,
           record->totals.evictions,
           record->totals.recreations,
           (double)(g_get_monotonic_time() - start) / 1e6,
           usage.ru_maxrss / 1024);
    return 0;
}
