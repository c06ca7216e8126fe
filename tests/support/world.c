/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/world.h"

#include "tests/support/expect.h"
#include "tests/support/load.h"

#include <string.h>

static void fill(world *w)
{
    for (guint i = 0; i < w->objects->nodes->len; i++)
        mn_cache_add_node(w->cache, w->objects->nodes->pdata[i]);
    for (guint i = 0; i < w->objects->namespaces->len; i++)
        mn_cache_add_namespace(w->cache, w->objects->namespaces->pdata[i]);
    for (guint i = 0; i < w->objects->services->len; i++)
        mn_cache_add_service(w->cache, w->objects->services->pdata[i]);
    for (guint i = 0; i < w->objects->workloads->len; i++)
        mn_cache_add_workload(w->cache, w->objects->workloads->pdata[i]);
    for (guint i = 0; i < w->objects->disruption_budgets->len; i++)
        mn_cache_add_disruption_budget(w->cache, w->objects->disruption_budgets->pdata[i]);
    for (guint i = 0; i < w->objects->pods->len; i++) {
        const mn_pod *pod = w->objects->pods->pdata[i];
        if (pod->spec.node_name != NULL)
            mn_cache_add_pod(w->cache, pod, pod->spec.node_name);
        else if (pod->status.nominated_node_name != NULL)
            mn_cache_nominate(w->cache, pod, pod->status.nominated_node_name);
    }
}

world *world_new(const char *text)
{
    const mn_scheduler_options options = {
        .tie_break_first = true,
        .list_ties = true,
        .engine = MN_ENGINE_REFERENCE,
    };
    world *w = g_new0(world, 1);
    w->objects = load_objects(text);
    w->arena = mn_arena_new();
    w->cache = mn_cache_new();
    w->profile = mn_profile_default(w->arena);
    w->scheduler = mn_scheduler_new(w->cache, w->profile, &options);
    fill(w);
    return w;
}

void world_free(world *w)
{
    if (w == NULL)
        return;
    mn_scheduler_free(w->scheduler);
    mn_cache_free(w->cache);
    mn_arena_free(w->arena);
    mn_objects_free(w->objects);
    g_free(w);
}

const mn_pod *world_pod(const world *w, const char *name)
{
    for (guint i = 0; i < w->objects->pods->len; i++) {
        const mn_pod *pod = w->objects->pods->pdata[i];
        if (strcmp(pod->meta.name, name) == 0)
            return pod;
    }
    g_error("the test has no Pod \"%s\"", name);
}

const mn_outcome *world_place(world *w, const char *pod)
{
    return mn_scheduler_place(w->scheduler, world_pod(w, pod));
}

const mn_explanation *world_explain(world *w, const char *pod)
{
    return mn_scheduler_explain(w->scheduler, world_pod(w, pod));
}

static const mn_node_explanation *explained_node(world *w, const char *pod, const char *node)
{
    const mn_explanation *explanation = world_explain(w, pod);
    for (size_t i = 0; i < explanation->count; i++) {
        if (strcmp(mn_node_info_name(explanation->nodes[i].node), node) == 0)
            return &explanation->nodes[i];
    }
    g_error("the test has no node \"%s\"", node);
}

static char *verdict_text(mn_verdict verdict)
{
    if (mn_verdict_fits(verdict))
        return g_strdup("fits");
    g_autoptr(GString) text = g_string_new(mn_code_name(verdict.code));
    for (size_t i = 0; i < verdict.count; i++)
        g_string_append_printf(text, "%s%s", i == 0 ? ": " : ", ", verdict.reasons[i]);
    return g_strdup(text->str);
}

void expect_filter(world *w, const char *plugin, const char *pod, const char *node,
                   const char *want)
{
    const mn_node_explanation *explained = explained_node(w, pod, node);
    g_autofree char *got = verdict_text(explained->filters[mn_plugin_find(plugin)->index]);
    EXPECT_STR(got, want);
}

void expect_scores(world *w, const char *plugin, const char *pod, const char *node,
                   const char *want)
{
    const uint8_t index = mn_plugin_find(plugin)->index;
    const bool skipped = (world_explain(w, pod)->skip_score & (1U << index)) != 0;
    const mn_score *score = &explained_node(w, pod, node)->scores[index];
    g_autofree char *got =
        skipped ? g_strdup("skipped")
                : g_strdup_printf("%" PRId64 " %" PRId64, score->raw, score->normalized);
    EXPECT_STR(got, want);
}

void expect_place(world *w, const char *pod, const char *want)
{
    const mn_outcome *outcome = world_place(w, pod);
    EXPECT_STR(outcome->kind == MN_OUTCOME_PLACED ? outcome->node : outcome->message, want);
}
