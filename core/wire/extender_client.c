/* SPDX-License-Identifier: Apache-2.0 */
/* Hooks of an extender that is somewhere else.
 *
 * Surprise: of an answer in whole nodes the cycle goes on with the nodes of the answer, not
 * with its own (see extender_call.h).
 */
#include "mullion/wire/extender_client.h"

#include "mullion/text/json_scan.h"
#include "mullion/wire/preempt_wire.h"

#include <string.h>

typedef struct url_verb {
    const char *name, *url; /* NULL: not configured */
} url_verb;

typedef struct client {
    mn_extender base;
    const mn_extender_config *config;
    mn_post_fn post;
    void *data;
    url_verb filter, prioritize, preempt;
} client;

/* ---- one exchange */

/* encoding/json tells an answer that ends too early from one that is wrong. */
static const char *go_text(mn_str body, const GError *error)
{
    size_t blanks = 0;
    mn_scan scan;
    while (blanks < body.len && g_ascii_isspace(body.ptr[blanks]))
        blanks++;
    if (blanks == body.len)
        return "EOF";
    mn_scan_init(&scan, body, mn_wire_limits_default.depth);
    mn_scan_take(&scan);
    return scan.fault == MN_SCAN_TRUNCATED ? "unexpected EOF" : error->message;
}

static bool bad_answer(mn_str body, GError *cause, GError **error)
{
    g_set_error(error, MN_ERROR, cause->code, "%s", go_text(body, cause));
    g_error_free(cause);
    return false;
}

static bool ask(const client *c, mn_arena *arena, const url_verb *verb, const mn_wire_body *body,
                mn_str *answer, GError **error)
{
    enum { OK = 200 };
    mn_post_reply reply = {.status = 0};
    if (!c->post(c->data, arena, verb->url, body, &reply, error))
        return false;
    if (reply.status != OK) {
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_IO,
                    "failed %s with extender at URL %s, code %ld",
                    verb->name,
                    verb->url,
                    reply.status);
        return false;
    }
    *answer = reply.body;
    return true;
}

static void encode_args(const client *c, mn_arena *arena, const mn_pod *pod,
                        const mn_node_info *const *nodes, size_t count, mn_wire_body *out)
{
    const mn_str object = mn_wire_pod_encode(arena, pod);
    mn_str *items = MN_ARENA_NEW(arena, mn_str, count);
    const mn_wire_strings list = {.items = items, .count = count};
    for (size_t i = 0; i < count; i++)
        items[i] = c->config->node_cache_capable ? mn_str_of(mn_node_info_name(nodes[i]))
                                                 : mn_wire_node_encode(arena, nodes[i]->node);
    if (c->config->node_cache_capable)
        mn_wire_args_encode(arena, object, &list, out);
    else
        mn_wire_args_encode_nodes(arena, object, &list, out);
}

static const char *keep(mn_arena *arena, mn_str text)
{
    return mn_arena_strndup(arena, text.ptr, text.len);
}

/* ---- filter */

static GHashTable *by_name(const mn_node_info *const *nodes, size_t count)
{
    GHashTable *table = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t i = 0; i < count; i++)
        g_hash_table_insert(
            table, (gpointer)(uintptr_t)mn_node_info_name(nodes[i]), (gpointer)(uintptr_t)nodes[i]);
    return table;
}

static bool take_names(const client *c, const mn_wire_strings *names, GHashTable *asked_about,
                       mn_extender_answer *answer, GError **error)
{
    for (size_t i = 0; i < names->count; i++) {
        const char *name = keep(answer->arena, names->items[i]);
        gpointer node = g_hash_table_lookup(asked_about, name);
        if (node == NULL) {
            g_set_error(error,
                        MN_ERROR,
                        MN_ERROR_SCHEMA,
                        "extender \"%s\" claims a filtered node \"%s\" which is not found in the "
                        "input node list",
                        c->base.name,
                        name);
            return false;
        }
        g_ptr_array_add(answer->kept, node);
    }
    return true;
}

/* Go takes keys in any case. Of a node that is written so only the name is read. */
static const mn_node *take_node(mn_arena *arena, mn_str bytes, mn_str name, GError **error)
{
    json_t *tree = mn_document_load_json(bytes.ptr, bytes.len, mn_wire_limits_default.depth, error);
    if (tree == NULL)
        return NULL;
    const mn_at at = mn_at_tree(tree), metadata = mn_at_member(&at, "metadata");
    const mn_at key = mn_at_member(&metadata, "name");
    mn_node *named = MN_ARENA_NEW(arena, mn_node, 1);
    named->meta.name = keep(arena, name);
    const mn_node *node = mn_at_is_there(&key) ? mn_node_decode(arena, &at, error) : named;
    json_decref(tree);
    return node;
}

static bool take_nodes(const mn_wire_filter_result *result, mn_extender_answer *answer,
                       GError **error)
{
    for (size_t i = 0; i < result->nodes.count; i++) {
        const mn_node *node =
            take_node(answer->arena, result->nodes.items[i], result->node_names.items[i], error);
        if (node == NULL) {
            g_prefix_error(error, "ExtenderFilterResult: Nodes.items[%zu]: ", i);
            return false;
        }
        g_ptr_array_add(answer->objects, (gpointer)(uintptr_t)node);
    }
    return true;
}

static void take_failures(const mn_wire_failures *failures, bool unresolvable,
                          mn_extender_answer *answer)
{
    for (size_t i = 0; i < failures->count; i++) {
        const mn_extender_failure failure = {
            .node = keep(answer->arena, failures->items[i].node),
            .reason = keep(answer->arena, failures->items[i].reason),
            .unresolvable = unresolvable,
        };
        g_array_append_val(answer->failures, failure);
    }
}

static bool filter(const mn_extender *extender, const mn_pod *pod, const mn_node_info *const *nodes,
                   size_t count, mn_extender_answer *answer, GError **error)
{
    client *c = extender->data;
    GError *cause = NULL;
    mn_wire_body body;
    mn_wire_filter_result result;
    mn_str text;
    encode_args(c, answer->arena, pod, nodes, count, &body);
    if (!ask(c, answer->arena, &c->filter, &body, &text, error))
        return false;
    if (!mn_wire_filter_result_decode(
            answer->arena, text, &mn_wire_limits_default, &result, &cause))
        return bad_answer(text, cause, error);
    if (result.error.len > 0) {
        g_set_error(error, MN_ERROR, MN_ERROR_IO, "%.*s", MN_STR_ARG(result.error));
        return false;
    }
    g_autoptr(GHashTable) asked_about = by_name(nodes, count);
    const bool by_names = c->config->node_cache_capable && result.has_names;
    if (by_names ? !take_names(c, &result.names, asked_about, answer, error)
                 : !take_nodes(&result, answer, error))
        return false;
    take_failures(&result.failed, false, answer);
    take_failures(&result.unresolvable, true, answer);
    return true;
}

/* ---- prioritize */

/* Entries for the same host add up. */
static void add_scores(mn_arena *arena, const mn_wire_scores *list,
                       const mn_node_info *const *nodes, size_t count, int64_t *scores)
{
    g_autoptr(GHashTable) sums = g_hash_table_new(g_str_hash, g_str_equal);
    int64_t *sum = MN_ARENA_NEW(arena, int64_t, list->count);
    for (size_t i = 0; i < list->count; i++) {
        const char *host = keep(arena, list->items[i].host);
        int64_t *known = g_hash_table_lookup(sums, host);
        if (known == NULL)
            g_hash_table_insert(sums, (gpointer)(uintptr_t)host, known = &sum[i]);
        *known = mn_wrap_add(*known, list->items[i].score);
    }
    for (size_t i = 0; i < count; i++) {
        const int64_t *known = g_hash_table_lookup(sums, mn_node_info_name(nodes[i]));
        scores[i] = known == NULL ? 0 : *known;
    }
}

static bool prioritize(const mn_extender *extender, const mn_pod *pod,
                       const mn_node_info *const *nodes, size_t count, int64_t *scores,
                       GError **error)
{
    client *c = extender->data;
    g_autoptr(mn_arena) arena = mn_arena_new();
    GError *cause = NULL;
    mn_wire_body body;
    mn_wire_scores list;
    mn_str text;
    encode_args(c, arena, pod, nodes, count, &body);
    if (!ask(c, arena, &c->prioritize, &body, &text, error))
        return false;
    if (!mn_wire_scores_decode(arena, text, &mn_wire_limits_default, &list, &cause))
        return bad_answer(text, cause, error);
    add_scores(arena, &list, nodes, count, scores);
    return true;
}

/* ---- preempt */

static mn_wire_victims victims_of(const client *c, mn_arena *arena,
                                  const mn_extender_victims *asked)
{
    const size_t count = asked->victim_count;
    mn_str *uids = MN_ARENA_NEW(arena, mn_str, count);
    mn_str *pods = c->config->node_cache_capable ? NULL : MN_ARENA_NEW(arena, mn_str, count);
    for (size_t i = 0; i < count; i++) {
        const mn_pod *pod = asked->victims[i];
        uids[i] = pod->meta.uid == NULL ? MN_STR_LIT("") : mn_str_of(pod->meta.uid);
        if (pods != NULL)
            pods[i] = mn_wire_pod_encode(arena, pod);
    }
    return (mn_wire_victims){
        .node = mn_str_of(mn_node_info_name(asked->node)),
        .uids = {.items = uids, .count = count},
        .pods = {.items = pods, .count = pods == NULL ? 0 : count},
        .violations = (int64_t)asked->violations,
    };
}

static const mn_pod *find_pod(const mn_node_info *node, mn_str uid)
{
    for (size_t i = 0; i < mn_node_info_pod_count(node); i++) {
        const mn_pod *pod = mn_node_info_pod(node, i)->pod;
        if (pod->meta.uid != NULL && mn_str_eq(mn_str_of(pod->meta.uid), uid))
            return pod;
    }
    return NULL;
}

/* UIDs to Pods, in the words of convertToVictims where that fails. */
static bool take_victims(const client *c, mn_arena *arena, const mn_wire_victims *from,
                         mn_extender_victims *into, GError **error)
{
    const mn_pod **pods = MN_ARENA_NEW(arena, const mn_pod *, from->uids.count);
    for (size_t i = 0; i < from->uids.count; i++) {
        const mn_str uid = from->uids.items[i];
        pods[i] = find_pod(into->node, uid);
        if (pods[i] != NULL)
            continue;
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_SCHEMA,
                    "extender: %s claims to preempt pod (UID: &{%.*s}) on node: %s, but the pod "
                    "is not found on that node",
                    c->base.name,
                    MN_STR_ARG(uid),
                    mn_node_info_name(into->node));
        return false;
    }
    into->victims = pods;
    into->victim_count = from->uids.count;
    into->violations = (size_t)MAX(from->violations, 0);
    into->kept = true;
    return true;
}

static bool take_candidates(const client *c, mn_arena *arena, const mn_wire_preempt_result *result,
                            mn_extender_victims *nodes, size_t count, GError **error)
{
    g_autoptr(GHashTable) asked_about = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t i = 0; i < count; i++)
        g_hash_table_insert(
            asked_about, (gpointer)(uintptr_t)mn_node_info_name(nodes[i].node), &nodes[i]);
    for (size_t i = 0; i < result->count; i++) {
        const char *name = keep(arena, result->items[i].node);
        mn_extender_victims *node = g_hash_table_lookup(asked_about, name);
        if (node == NULL) {
            g_set_error(
                error, MN_ERROR, MN_ERROR_SCHEMA, "nodeinfo not found for node name \"%s\"", name);
            return false;
        }
        if (!take_victims(c, arena, &result->items[i], node, error))
            return false;
    }
    return true;
}

static bool preempt(const mn_extender *extender, const mn_pod *pod, mn_extender_victims *nodes,
                    size_t count, mn_arena *arena, GError **error)
{
    const client *c = extender->data;
    GError *cause = NULL;
    mn_wire_body body;
    mn_wire_preempt_result result;
    mn_str text;
    mn_wire_victims *items = MN_ARENA_NEW(arena, mn_wire_victims, count);
    for (size_t i = 0; i < count; i++)
        items[i] = victims_of(c, arena, &nodes[i]);
    const mn_wire_preempt_args args = {
        .pod = mn_wire_pod_encode(arena, pod),
        .form = c->config->node_cache_capable ? MN_WIRE_NAMES : MN_WIRE_NODES,
        .items = items,
        .count = count,
    };
    mn_wire_preempt_args_encode(arena, &args, &body);
    if (!ask(c, arena, &c->preempt, &body, &text, error))
        return false;
    if (!mn_wire_preempt_result_decode(arena, text, &mn_wire_limits_default, &result, &cause))
        return bad_answer(text, cause, error);
    return take_candidates(c, arena, &result, nodes, count, error);
}

/* ---- configuration */

static url_verb verb_of(mn_arena *arena, const char *prefix, const char *name)
{
    size_t len = strlen(prefix);
    if (name == NULL || *name == '\0')
        return (url_verb){.name = NULL};
    while (len > 0 && prefix[len - 1] == '/')
        len--;
    return (url_verb){.name = name,
                      .url = mn_arena_printf(arena, "%.*s/%s", (int)len, prefix, name)};
}

static void set_resources(mn_arena *arena, const mn_managed_resources *managed, mn_extender *out)
{
    const char **names = MN_ARENA_NEW(arena, const char *, managed->count);
    const char **ignored = MN_ARENA_NEW(arena, const char *, managed->count);
    for (size_t i = 0; i < managed->count; i++) {
        names[i] = managed->items[i].name;
        if (managed->items[i].ignored_by_scheduler)
            ignored[out->ignored_count++] = managed->items[i].name;
    }
    out->managed_resources = names;
    out->managed_count = managed->count;
    out->ignored_resources = ignored;
}

const mn_extender *mn_extender_client_new(mn_arena *arena, const mn_extender_config *config,
                                          mn_post_fn post, void *data)
{
    client *c = MN_ARENA_NEW(arena, client, 1);
    *c = (client){
        .config = config,
        .post = post,
        .data = data,
        .filter = verb_of(arena, config->url_prefix, config->filter_verb),
        .prioritize = verb_of(arena, config->url_prefix, config->prioritize_verb),
        .preempt = verb_of(arena, config->url_prefix, config->preempt_verb),
    };
    c->base = (mn_extender){
        .name = config->url_prefix,
        .ignorable = config->ignorable,
        .node_cache_capable = config->node_cache_capable,
        .weight = config->weight.value,
        .data = c,
        .filter = c->filter.url == NULL ? NULL : filter,
        .prioritize = c->prioritize.url == NULL ? NULL : prioritize,
        .preempt = c->preempt.url == NULL ? NULL : preempt,
    };
    set_resources(arena, &config->managed_resources, &c->base);
    return &c->base;
}
