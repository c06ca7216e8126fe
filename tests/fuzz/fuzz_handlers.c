/* SPDX-License-Identifier: Apache-2.0 */
/* A body that kube-scheduler might send, and the extender's answer to it: one that our own client
 * reads, in the form of the request, about the nodes that were asked about and no others. What is
 * logged and remembered of it is JSON.
 *
 * The first byte: the verb, the mode and what the nodes are worth. */
#include "extender/node_cache.h"
#include "extender/request_log.h"
#include "extender/service.h"
#include "mullion/text/document.h"
#include "tests/fuzz/wire_body.h"

#include <fcntl.h>
#include <string.h>

enum { CONFIGS = 3, STORES = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct world {
    ext_config *configs[CONFIGS];
    const ext_nodes *nodes;
    ext_service service;
} world;

static const ext_store_state stores[STORES] = {
    {.synced = true, .nodes = 4},
    {.synced = true, .age_ms = G_MAXINT64, .nodes = 4},
    {.synced = false},
};

/* ---- the world: made once */

static ext_config *config_of(const char *text)
{
    const mn_source source = {.name = "c", .bytes = text, .len = strlen(text)};
    ext_config *config = ext_config_load(&source, NULL);
    require(config != NULL);
    return config;
}

static void put(ext_node_cache *cache, ext_kind_of kind, const char *name, const char *json)
{
    const mn_kube_object object = {
        .bytes = mn_str_of(json), .name = mn_str_of(name), .resource_version = MN_STR_LIT("1")};
    require(ext_node_cache_put(cache, kind, &object, NULL));
}

#define NODE(name, labels) "{\"metadata\":{\"name\":\"" name "\",\"labels\":{" labels "}}}"

static const ext_nodes *make_nodes(void)
{
    static const char *const rows[][2] = {
        {"a", NODE("a", "\"kubernetes.io/os\":\"linux\"")},
        {"b",
         NODE("b",
              "\"kubernetes.io/os\":\"windows\",\"node.kubernetes.io/windows-build\":"
              "\"10.0.20348\"")},
        {"c",
         NODE("c",
              "\"kubernetes.io/os\":\"windows\",\"node.kubernetes.io/windows-build\":"
              "\"10.0.17763\"")},
        {"d", NODE("d", "")},
    };
    g_autoptr(ext_node_cache) cache = ext_node_cache_new(&mn_os_policy_default, false);
    g_autofree char *faults = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        put(cache, EXT_OF_NODES, rows[i][0], rows[i][1]);
    put(cache,
        EXT_OF_RUNTIME_CLASSES,
        "w",
        "{\"metadata\":{\"name\":\"w\"},\"handler\":\"h\",\"scheduling\":{\"nodeSelector\":{"
        "\"kubernetes.io/os\":\"windows\"}}}");
    return ext_node_cache_snapshot(cache, false, &faults);
}

static world *the_world(void)
{
    static world made;
    if (made.nodes != NULL)
        return &made;
    made.configs[0] = config_of("mode: enforce\nlog: {level: debug, every: 1}\n");
    made.configs[1] = config_of("mode: enforce\nunknownNodes: fail\ndaemonSets: pass\n"
                                "cache: {whenStale: fail, notSynced: fail, staleAfter: 1s}\n");
    made.configs[2] =
        config_of("mode: observe\nexempt: {namespaces: ['kube-*'], podLabels: [x]}\n");
    made.nodes = make_nodes();
    made.service.log = ext_log_new(open("/dev/null", O_WRONLY | O_CLOEXEC), EXT_DEBUG);
    made.service.recent = ext_recent_new(4);
    return &made;
}

/* ---- answers */

static size_t times(const mn_str *names, size_t count, mn_str name)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += mn_str_eq(names[i], name) ? 1 : 0;
    return found;
}

static bool has_failure(const mn_wire_failures *failures, mn_str name)
{
    for (size_t i = 0; i < failures->count; i++)
        if (mn_str_eq(failures->items[i].node, name))
            return failures->items[i].reason.len > 0;
    return false;
}

/* A node that was asked about twice passes twice, or fails once: failures are a map. */
static void check_filter(mn_arena *arena, const ext_decision *decision, mn_str answer, bool decided)
{
    const mn_wire_args *args = &decision->args;
    mn_wire_filter_result result;
    require(mn_wire_filter_result_decode(arena, answer, &mn_wire_limits_default, &result, NULL));
    require(decided == (result.error.len == 0));
    if (!decided)
        return;
    const bool names = args->form == MN_WIRE_NAMES;
    const mn_wire_strings *kept = names ? &result.names : &result.node_names;
    require(result.has_names == names && result.has_nodes != names && result.failed.count == 0);
    for (size_t i = 0; i < args->count; i++) {
        const mn_str name = args->names[i];
        const size_t asked = times(args->names, args->count, name);
        const size_t passes = times(kept->items, kept->count, name);
        const bool fails = has_failure(&result.unresolvable, name);
        require(fails ? passes < asked : passes == asked);
        require(!fails || !names || passes == 0);
    }
    require(kept->count <= args->count && result.unresolvable.count <= args->count - kept->count);
}

static void check_scores(mn_arena *arena, const ext_decision *decision, mn_str answer, bool decided)
{
    const mn_wire_args *args = &decision->args;
    mn_wire_scores scores;
    require(mn_wire_scores_decode(arena, answer, &mn_wire_limits_default, &scores, NULL));
    require(scores.count == (decided ? args->count : 0));
    for (size_t i = 0; i < scores.count; i++)
        require(mn_str_eq(scores.items[i].host, args->names[i]) && scores.items[i].score >= 0 &&
                scores.items[i].score <= MN_SCORE_EXACT);
}

/* Each node once at most, with the victims that came: at least one, or kube-scheduler gives up. */
static void check_victims(mn_arena *arena, const ext_decision *decision, mn_str answer,
                          bool decided)
{
    mn_wire_preempt_result result;
    if (!decided) {
        require(answer.len == 0);
        return;
    }
    require(mn_wire_preempt_result_decode(arena, answer, &mn_wire_limits_default, &result, NULL));
    for (size_t i = 0, j = 0; i < result.count; i++, j++) {
        while (j < decision->args.count &&
               !mn_str_eq(decision->args.names[j], result.items[i].node))
            j++;
        require(j < decision->args.count && result.items[i].uids.count > 0);
        require(result.items[i].uids.count == decision->victims[j].uids.count);
        require(result.items[i].violations == decision->victims[j].violations);
    }
}

static void check_status(ext_verb verb, unsigned status, bool decided)
{
    if (decided || verb != EXT_PREEMPT)
        require(status == 200);
    else
        require(status == 400 || status == 503);
}

/* ---- what is told of it */

static void check_explained(ext_service *service, mn_arena *arena)
{
    const mn_http_request request = {.arena = arena, .method = "GET", .path = "/explain"};
    mn_http_reply reply = {.status = 200};
    ext_handle_explain(&request, &reply, service);
    require(reply.status == 200 && reply.count == 1);
    json_t *tree = mn_document_load_json(reply.spans[0].ptr, reply.spans[0].len, 8, NULL);
    require(tree != NULL);
    json_decref(tree);
}

static void tell(world *all, const ext_config *config, mn_arena *arena,
                 const ext_decision *decision, const GError *error)
{
    const ext_tally tally = error == NULL ? ext_decision_tally(decision) : (ext_tally){0};
    const char *why = error == NULL ? ext_decision_why(decision, arena) : error->message;
    const ext_answered answered = {
        .decision = decision, .tally = &tally, .why = why, .failed = error != NULL};
    ext_metrics_count(&all->service.metrics, decision, &tally, error, 1);
    if (decision->pod != NULL)
        ext_recent_add(all->service.recent, &answered);
    ext_log_request(&all->service, config, &answered);
    check_explained(&all->service, arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const checks[EXT_VERBS])(mn_arena *, const ext_decision *, mn_str, bool) = {
        check_filter, check_scores, check_victims};
    if (size == 0)
        return 0;
    world *all = the_world();
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autoptr(GError) error = NULL;
    ext_decision decision;
    mn_wire_body body;
    const ext_question question = {.verb = (ext_verb)(data[0] % EXT_VERBS),
                                   .config = all->configs[data[0] / 4 % CONFIGS],
                                   .nodes = all->nodes,
                                   .store = stores[data[0] / 16 % STORES],
                                   .body = {.ptr = (const char *)data + 1, .len = size - 1}};
    const unsigned status = ext_answer(&question, arena, &decision, &body, &error);
    check_status(question.verb, status, error == NULL);
    checks[question.verb](arena, &decision, flat(arena, &body), error == NULL);
    tell(all, question.config, arena, &decision, error);
    return 0;
}
