/* SPDX-License-Identifier: Apache-2.0 */
/* mullion-extender and the policy built into the simulator are one: the same Pods and nodes
 * through the extender's handlers, asked as kube-scheduler asks them, and through the
 * simulator's own hooks come to the same end. In both forms of the protocol. */
#include "mullion/sched/cycle.h"
#include "mullion/wire/extender_client.h"
#include "simulator/engine/os_extender.h"
#include "tests/support/captures.h"
#include "tests/support/expect.h"
#include "tests/support/extender_service.h"

#include <string.h>

typedef struct twins {
    mn_scenario *scenario; /* the recorded cluster */
    extender_service *service;
    size_t compared;
} twins;

/* The handlers, without a server around them. */
static bool post(void *data, mn_arena *arena, const char *url, const mn_wire_body *body,
                 mn_post_reply *reply, GError **error)
{
    extender_service *service = data;
    (void)error;
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t i = 0; i < body->count; i++)
        g_string_append_len(text, body->spans[i].ptr, (gssize)body->spans[i].len);
    const mn_str copy = {.ptr = mn_arena_strndup(arena, text->str, text->len), .len = text->len};
    reply->status = 200;
    reply->body = extender_service_ask(service, arena, strrchr(url, '/') + 1, copy);
    return true;
}

/* "PLACED node: a 1, b 2", or the message. */
static char *outcome_of(const twins *both, const mn_extender *extender, const mn_pod *pod)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autoptr(mn_cache) cache = mn_cache_new();
    const GPtrArray *nodes = both->scenario->objects->nodes;
    const mn_scheduler_options options = {.tie_break_first = true, .list_totals = true};
    mn_profile *profile = mn_profile_default(arena);
    profile->extenders = &extender;
    profile->extender_count = 1;
    profile->quirks.fix_empty_node_infos = true; /* or whole nodes would score as empty */
    for (guint i = 0; i < nodes->len; i++)
        mn_cache_add_node(cache, nodes->pdata[i]);
    g_autoptr(mn_scheduler) scheduler = mn_scheduler_new(cache, profile, &options);
    const mn_outcome *outcome = mn_scheduler_place(scheduler, pod);
    if (outcome->kind != MN_OUTCOME_PLACED)
        return g_strdup(outcome->message);
    GString *text = g_string_new(outcome->node);
    for (size_t i = 0; outcome->scored && i < outcome->feasible; i++)
        g_string_append_printf(
            text, ", %s %" PRId64, outcome->totals[i].node, outcome->totals[i].total);
    return g_string_free(text, FALSE);
}

static void compare(const capture *call, void *data)
{
    twins *both = data;
    g_autoptr(mn_arena) arena = mn_arena_new();
    const mn_extender_config config = {
        .url_prefix = "http://127.0.0.1",
        .filter_verb = "filter",
        .prioritize_verb = "prioritize",
        .weight = {.set = true, .value = MN_OS_EXTENDER_WEIGHT},
        .node_cache_capable = call->node_cache_capable,
    };
    if (strcmp(call->verb, "filter") != 0)
        return;
    json_t *request = json_loadb(call->request.ptr, call->request.len, 0, NULL);
    const mn_at at = mn_at_tree(json_object_get(request, "Pod"));
    mn_pod *pod = MN_ARENA_NEW(arena, mn_pod, 1);
    EXPECT_TRUE(mn_decode(arena, &mn_pod_shape, &at, pod, NULL));
    pod->status.nominated_node_name = NULL;
    g_autofree char *built_in =
        outcome_of(both, mn_os_extender_new(arena, both->scenario, MN_EXTENDER_ENFORCE), pod);
    g_autofree char *called =
        outcome_of(both, mn_extender_client_new(arena, &config, post, both->service), pod);
    g_autofree char *got = g_strdup_printf("%s: %s", call->name, called);
    g_autofree char *want = g_strdup_printf("%s: %s", call->name, built_in);
    EXPECT_STR(got, want);
    both->compared++;
    json_decref(request);
}

/* The nodes and RuntimeClasses, as the extender reads them. */
static mn_scenario *scenario_of(const char *folder)
{
    const char *const paths[] = {folder};
    g_autoptr(GError) error = NULL;
    mn_scenario *scenario = mn_scenario_load(paths, 1, &error);
    if (scenario == NULL)
        g_error("%s", error->message);
    return scenario;
}

static void the_extender_decides_as_the_simulator_does(void)
{
    g_autofree char *folder = captured_cluster();
    g_autofree char *config = g_strdup_printf("nodes: {path: %s}\n", folder);
    g_autoptr(extender_service) service = extender_service_new(config);
    g_autoptr(mn_scenario) scenario = scenario_of(folder);
    twins both = {.scenario = scenario, .service = service};
    captures_each("extender-windows", compare, &both);
    EXPECT_INT((int64_t)both.compared, 60);
}

extern CU_TestInfo suite_extender_parity[];
CU_TestInfo suite_extender_parity[] = {
    {"the extender decides as the simulator does", the_extender_decides_as_the_simulator_does},
    CU_TEST_INFO_NULL,
};
