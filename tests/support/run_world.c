/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/run_world.h"

#include <string.h>

run_world run_world_new(const char *pools, const char *more)
{
    g_autofree char *text = g_strdup_printf(
        "apiVersion: mullion.dev/v1alpha1\nkind: Scenario\nspec: {nodePools: [%s]}\n---\n%s",
        pools,
        more);
    const mn_source source = {.name = "test.yaml", .bytes = text, .len = strlen(text)};
    const mn_run_options options = {0};
    g_autoptr(GError) error = NULL;
    run_world w = {.scenario = mn_scenario_load_source(&source, &error)};
    if (w.scenario != NULL)
        w.world = mn_world_new(w.scenario, &options, &error);
    if (w.world == NULL)
        g_error("the test's own scenario: %s", error->message);
    return w;
}

void run_world_clear(run_world *w)
{
    mn_world_free(w->world);
    mn_scenario_free(w->scenario);
}

static void run(run_world *w, int64_t ms, bool rest)
{
    g_autoptr(GError) error = NULL;
    if (!mn_world_run(w->world, ms, rest, &error))
        g_error("the test's own world: %s", error->message);
}

void run_world_until(run_world *w, int64_t ms)
{
    run(w, ms, false);
}

void run_world_rest(run_world *w)
{
    enum { DAY_MS = 24 * 3600 * 1000 };
    run(w, w->world->now_ms + DAY_MS, true);
}

mn_world_workload *run_world_find(const run_world *w, const char *kind, const char *name)
{
    mn_world_workload *workload = mn_world_find_workload(w->world, kind, "default", name);
    if (workload == NULL)
        g_error("the test's own world has no %s %s", kind, name);
    return workload;
}

mn_workload *run_world_copy(run_world *w, const char *kind, const char *name)
{
    mn_workload *copy = MN_ARENA_NEW(w->world->arena, mn_workload, 1);
    *copy = *run_world_find(w, kind, name)->object;
    return copy;
}

mn_node *run_world_copy_node(run_world *w, const char *name)
{
    mn_node *copy = MN_ARENA_NEW(w->world->arena, mn_node, 1);
    *copy = *mn_world_find_node(w->world, name)->node;
    return copy;
}

void run_world_put(run_world *w, const mn_workload *object)
{
    g_autoptr(GError) error = NULL;
    if (!mn_world_put_workload(w->world, object, &error))
        g_error("the test's own workload: %s", error->message);
}

void run_world_restart(run_world *w, const char *kind, const char *name, const char *when)
{
    mn_workload *copy = run_world_copy(w, kind, name);
    mn_label *label = MN_ARENA_NEW(w->world->arena, mn_label, 1);
    *label = (mn_label){"kubectl.kubernetes.io/restartedAt", when};
    copy->spec.template.meta.annotations = (mn_labels){.items = label, .count = 1};
    run_world_put(w, copy);
}

void run_world_scale(run_world *w, const char *kind, const char *name, int64_t replicas)
{
    mn_workload *copy = run_world_copy(w, kind, name);
    copy->spec.replicas = (mn_opt_int){.set = true, .value = replicas};
    run_world_put(w, copy);
}

/* NOLINTNEXTLINE(misc-no-recursion): a Deployment, its ReplicaSets, and no deeper */
static size_t sum(const mn_world_workload *workload, bool ready)
{
    size_t count = ready ? workload->ready_count : workload->pod_count;
    for (guint i = 0; i < workload->children->len; i++)
        count += sum(workload->children->pdata[i], ready);
    return count;
}

size_t run_world_pods(const run_world *w, const char *kind, const char *name)
{
    return sum(run_world_find(w, kind, name), false);
}

size_t run_world_ready(const run_world *w, const char *kind, const char *name)
{
    return sum(run_world_find(w, kind, name), true);
}

char *run_world_list(const run_world *w, const char *kind, const char *name)
{
    GString *out = g_string_new(NULL);
    const mn_world_pod *pod = run_world_find(w, kind, name)->pods;
    for (; pod != NULL; pod = pod->of_workload.next)
        g_string_append_printf(out,
                               "%s%s@%s%s",
                               out->len == 0 ? "" : " ",
                               pod->name,
                               pod->node == NULL ? "-" : pod->node->node->meta.name,
                               pod->leaving ? "!" : "");
    return g_string_free(out, FALSE);
}
