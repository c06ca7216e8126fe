/* SPDX-License-Identifier: Apache-2.0 */
/* The failure matrix of docs/EXTENDER.md: what becomes of a Pod when the extender, or what it
 * knows, is no good. Nothing there is written by hand: each cell is asked of the extender's
 * handlers and of the simulated kube-scheduler, which takes answers as the real one does. */
#include "mullion/sched/cycle.h"
#include "mullion/wire/extender_client.h"
#include "tests/support/expect.h"
#include "tests/support/extender_service.h"
#include "tests/support/load.h"

#include <poll.h>
#include <string.h>

#define DOC "docs/EXTENDER.md"

/* The Windows node comes first, so it is taken when nobody objects. */
static const char cluster[] =
    "{apiVersion: v1, kind: Node, metadata: {name: a-win, labels: {kubernetes.io/os: windows}},"
    " status: {allocatable: {cpu: 4, memory: 8Gi, pods: 110}}}\n"
    "---\n"
    "{apiVersion: v1, kind: Node, metadata: {name: b-lin, labels: {kubernetes.io/os: linux}},"
    " status: {allocatable: {cpu: 4, memory: 8Gi, pods: 110}}}\n";
static const char linux_pod[] =
    "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers:"
    " [{name: c, image: redis}]}}\n";
static const char no_node[] = "{apiVersion: node.k8s.io/v1, kind: RuntimeClass,"
                              " metadata: {name: r}, handler: h}\n";

#define STALE(then) "cache: {staleAfter: 1ms, whenStale: " then "}"

typedef struct failure {
    const char *what;
    const char *fault;          /* of the connection; NULL: there is an answer */
    const char *nodes, *config; /* of the extender */
    long status;                /* given by the server itself; 0: by the handlers */
} failure;

static const failure failures[] = {
    {"none", .nodes = cluster, .config = ""},
    {"it is down", .fault = "dial tcp 127.0.0.1:8888: connect: connection refused"},
    {"it is slow: no answer within `httpTimeout`",
     .fault = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"},
    {"no nodes read yet, `cache.notSynced: fail` (default)", .nodes = no_node, .config = ""},
    {"no nodes read yet, `cache.notSynced: pass`",
     .nodes = no_node,
     .config = "cache: {notSynced: pass}"},
    {"nodes stale, `cache.whenStale: use` (default)", .nodes = cluster, .config = STALE("use")},
    {"nodes stale, `cache.whenStale: pass`", .nodes = cluster, .config = STALE("pass")},
    {"nodes stale, `cache.whenStale: fail`", .nodes = cluster, .config = STALE("fail")},
    {"all nodes new to it, `unknownNodes: pass` (default)",
     .nodes = "{apiVersion: v1, kind: Node, metadata: {name: c}}\n",
     .config = ""},
    {"all nodes new to it, `unknownNodes: fail`",
     .nodes = "{apiVersion: v1, kind: Node, metadata: {name: c}}\n",
     .config = "unknownNodes: fail"},
    {"a request over `limits.nodes`", .nodes = cluster, .config = "limits: {nodes: 1}"},
    {"a request over `limits.bodyBytes`", .nodes = cluster, .config = "", .status = 413},
};

typedef struct peer {
    const failure *row;
    extender_service *service;
} peer;

static bool post(void *data, mn_arena *arena, const char *url, const mn_wire_body *body,
                 mn_post_reply *reply, GError **error)
{
    const peer *to = data;
    if (to->row->fault != NULL) {
        g_set_error(error, MN_ERROR, MN_ERROR_IO, "Post \"%s\": %s", url, to->row->fault);
        return false;
    }
    reply->status = to->row->status;
    if (reply->status != 0)
        return true;
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t i = 0; i < body->count; i++)
        g_string_append_len(text, body->spans[i].ptr, (gssize)body->spans[i].len);
    const mn_str copy = {.ptr = mn_arena_strndup(arena, text->str, text->len), .len = text->len};
    reply->status =
        extender_service_try(to->service, arena, strrchr(url, '/') + 1, copy, &reply->body);
    return true;
}

/* Its length: addresses have full stops, too. */
static int first_sentence(const char *text)
{
    const char *end = strstr(text, ". ");
    return (int)(end == NULL ? strlen(text) : (size_t)(end - text));
}

static void place(const peer *to, bool ignorable, GString *out)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    const mn_extender_config config = {
        .url_prefix = "http://127.0.0.1:8888",
        .filter_verb = "filter",
        .prioritize_verb = "prioritize",
        .weight = {.set = true, .value = 13},
        .node_cache_capable = true,
        .ignorable = ignorable,
    };
    const mn_extender *extender =
        mn_extender_client_new(arena, &config, post, (void *)(uintptr_t)to);
    g_autoptr(mn_objects) objects = load_objects(cluster);
    g_autoptr(mn_objects) pods = load_objects(linux_pod);
    g_autoptr(mn_cache) cache = mn_cache_new();
    for (guint i = 0; i < objects->nodes->len; i++)
        mn_cache_add_node(cache, objects->nodes->pdata[i]);
    mn_profile *profile = mn_profile_default(arena);
    profile->extenders = &extender;
    profile->extender_count = 1;
    const mn_scheduler_options options = {.tie_break_first = true};
    g_autoptr(mn_scheduler) scheduler = mn_scheduler_new(cache, profile, &options);
    const mn_outcome *outcome = mn_scheduler_place(scheduler, load_pod(pods));
    if (outcome->kind != MN_OUTCOME_PLACED)
        g_string_append_printf(
            out, " | waits: `%.*s`", first_sentence(outcome->message), outcome->message);
    else if (strcmp(outcome->node, "b-lin") == 0)
        g_string_append(out, " | right OS");
    else
        g_string_append(out, " | any node");
}

static void append_row(const failure *row, GString *out)
{
    peer to = {.row = row};
    g_autoptr(extender_service) service = NULL;
    if (row->nodes != NULL) {
        g_autofree char *path = write_temporary("nodes.yaml", row->nodes);
        g_autofree char *config =
            g_strdup_printf("nodes: {path: %s, check: 1h}\n%s", path, row->config);
        service = extender_service_new(config);
        to.service = service;
        poll(NULL, 0, 5); /* older than 1 ms */
    }
    g_string_append_printf(out, "| %s", row->what);
    place(&to, false, out);
    place(&to, true, out);
    g_string_append(out, " |\n");
}

static void the_failure_matrix_is_what_happens(void)
{
    g_autofree char *doc = NULL;
    g_autoptr(GString) table =
        g_string_new("| what is wrong | `ignorable: false` | `ignorable: true` |\n|---|---|---|\n");
    for (size_t i = 0; i < G_N_ELEMENTS(failures); i++)
        append_row(&failures[i], table);
    EXPECT_TRUE(g_file_get_contents(DOC, &doc, NULL, NULL));
    g_string_prepend(table, "<!-- failures -->\n");
    g_string_append(table, "<!-- /failures -->\n");
    if (strstr(doc, table->str) == NULL)
        EXPECT_STR("the section of " DOC, table->str);
}

#define TEST(function)      \
    {                       \
#function, function \
    }
CU_TestInfo suite_extender_failures[] = {
    TEST(the_failure_matrix_is_what_happens),
    CU_TEST_INFO_NULL,
};
