/* SPDX-License-Identifier: Apache-2.0 */
/* What /readyz says, and the metrics beside it, when the nodes are not there yet, cannot be had or
 * have grown old: as docs/EXTENDER.md, "Probes", has it. */
#include "extender/decision.h"
#include "tests/support/expect.h"
#include "tests/support/extender_service.h"
#include "tests/support/kube_story.h"

#include <poll.h>
#include <string.h>

enum { PATIENT_MS = 5000 };

/* "200 ok", "503 nodes are stale"; with `verbose` the checks that fail, a line each. */
static char *readyz(extender_service *service, bool verbose)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    const mn_http_argument all = {.name = "verbose", .value = ""};
    const mn_http_request request = {.arena = arena,
                                     .method = "GET",
                                     .path = "/readyz",
                                     .arguments = &all,
                                     .argument_count = verbose ? 1 : 0};
    mn_http_reply reply = {.status = 0};
    ext_handle_readyz(&request, &reply, &service->service);
    return g_strdup_printf("%u %.*s", reply.status, MN_STR_ARG(reply.spans[0]));
}

static bool metric_is(extender_service *service, const char *line)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    const mn_http_request request = {.arena = arena, .method = "GET", .path = "/metrics"};
    mn_http_reply reply = {.status = 0};
    ext_handle_metrics(&request, &reply, &service->service);
    g_autofree char *page = g_strndup(reply.spans[0].ptr, reply.spans[0].len);
    g_autofree char *whole = g_strdup_printf("\n%s\n", line);
    return strstr(page, whole) != NULL;
}

static void comes_to_say(extender_service *service, const char *want)
{
    g_autofree char *got = readyz(service, false);
    for (int waited = 0; waited < PATIENT_MS && strcmp(got, want) != 0; waited++) {
        poll(NULL, 0, 1);
        g_free(got);
        got = readyz(service, false);
    }
    EXPECT_STR(got, want);
    EXPECT_TRUE(metric_is(service, *want == '2' ? "mullion_ready 1" : "mullion_ready 0"));
}

/* ---- nodes of a file */

static const char two_nodes[] =
    "{apiVersion: v1, kind: Node, metadata: {name: a, labels: {kubernetes.io/os: linux}}}\n";
static const char none[] =
    "{apiVersion: node.k8s.io/v1, kind: RuntimeClass, metadata: {name: r}, handler: h}\n";

#define STALE(then) "cache: {staleAfter: 1ms, whenStale: " then "}\n"

static void it_is_ready_unless_what_it_knows_makes_requests_fail(void)
{
    static const struct {
        const char *nodes, *config, *says;
        bool stale;
    } rows[] = {
        {two_nodes, "", "200 ok", false},
        {two_nodes, STALE("use"), "200 ok", true},
        {two_nodes, STALE("pass"), "200 ok", true},
        {two_nodes, STALE("fail"), "503 nodes are stale", true},
        {two_nodes, STALE("fail") "mode: prefer\n", "200 ok", true},
        {two_nodes, STALE("fail") "mode: observe\n", "200 ok", true},
        {two_nodes, "cache: {staleAfter: 0s, whenStale: fail}\n", "200 ok", false},
        {none, "", "503 nodes have not been read yet", false},
        {none, "cache: {notSynced: pass}\n", "503 nodes have not been read yet", false},
        {none, "mode: observe\n", "503 nodes have not been read yet", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = write_temporary("nodes.yaml", rows[i].nodes);
        g_autofree char *config =
            g_strdup_printf("nodes: {path: %s, check: 1h}\n%s", path, rows[i].config);
        g_autoptr(extender_service) service = extender_service_new(config);
        poll(NULL, 0, 5); /* older than 1 ms */
        g_autofree char *got = readyz(service, false);
        EXPECT_STR(got, rows[i].says);
        EXPECT_TRUE(
            metric_is(service, rows[i].stale ? "mullion_cache_stale 1" : "mullion_cache_stale 0"));
        EXPECT_TRUE(metric_is(
            service, rows[i].nodes == none ? "mullion_cache_synced 0" : "mullion_cache_synced 1"));
    }
}

static void one_that_drains_is_not_ready(void)
{
    g_autoptr(extender_service) service = extender_service_new("");
    atomic_store(&service->service.draining, true);
    comes_to_say(service, "503 shutting down");
    g_autofree char *all = readyz(service, true);
    EXPECT_STR(all,
               "503 [+]ping ok\n[-]shutdown failed: shutting down\n[+]nodes-read ok\n"
               "[+]nodes-fresh ok\nreadyz check failed\n");
}

/* ---- nodes of an API server */

/* What the server does, told by the test's thread. */
typedef struct apiserver {
    kube_story *story;
    atomic_bool silent, forbids_classes, expires;
} apiserver;

static kube_answer tell(const kube_request *request, void *data)
{
    const apiserver *self = data;
    const bool classes = strstr(request->path, "/runtimeclasses") != NULL;
    kube_answer answer = {.then = KUBE_KEEP};
    if (atomic_load(&self->silent))
        return (kube_answer){.bytes = g_strdup(""), .then = KUBE_STALL};
    if (classes && atomic_load(&self->forbids_classes)) {
        answer.bytes = kube_recorded("list-forbidden-403", &answer.len);
        return answer;
    }
    if (request->watch && !classes && atomic_load(&self->expires)) {
        answer.bytes = kube_recorded("watch-expired-410-after-restart", &answer.len);
        return answer;
    }
    return kube_story_tell(request, self->story);
}

/* `more` are further lines of configuration. */
static extender_service *follow(kube_server *server, const char *more)
{
    g_autofree char *url = kube_server_url(server);
    g_autofree char *config = g_strdup_printf("kube: {source: url, url: '%s'}\n%s", url, more);
    return extender_service_new(config);
}

static void before_the_first_list_it_is_not_ready(void)
{
    g_autoptr(kube_story) story = kube_story_new();
    apiserver self = {.story = story, .silent = true};
    g_autoptr(kube_server) server = kube_server_start(tell, &self);
    g_autoptr(extender_service) service = follow(server, "mode: observe\n");
    poll(NULL, 0, 50);
    comes_to_say(service, "503 nodes have not been read yet");
    EXPECT_TRUE(metric_is(service, "mullion_cache_synced 0"));
    EXPECT_TRUE(metric_is(service, "mullion_watch_synced{resource=\"nodes\"} 0"));
}

/* The role lacks runtimeclasses: the nodes are there, but a Pod's RuntimeClass decides, too. */
static void without_runtime_classes_it_is_not_ready_and_says_so(void)
{
    g_autoptr(kube_story) story = kube_story_new();
    apiserver self = {.story = story, .forbids_classes = true};
    g_autoptr(kube_server) server = kube_server_start(tell, &self);
    g_autoptr(extender_service) service = follow(server, "");
    comes_to_say(service, "503 RuntimeClasses have not been read yet");
    EXPECT_TRUE(metric_is(service, "mullion_watch_synced{resource=\"nodes\"} 1"));
    EXPECT_TRUE(metric_is(service, "mullion_watch_synced{resource=\"runtimeclasses\"} 0"));
    EXPECT_TRUE(metric_is(service, "mullion_cache_synced 0"));
    atomic_store(&self.forbids_classes, false);
    comes_to_say(service, "200 ok");
}

/* 410 Gone over and over: each list is the truth. */
static void a_watch_that_expires_leaves_it_ready(void)
{
    g_autoptr(kube_story) story = kube_story_new();
    apiserver self = {.story = story, .expires = true};
    g_autoptr(kube_server) server = kube_server_start(tell, &self);
    g_autoptr(extender_service) service =
        follow(server, "cache: {staleAfter: 1m, whenStale: fail}\n");
    comes_to_say(service, "200 ok");
    ext_store_stats stats = {.count = 0};
    for (int waited = 0; waited < PATIENT_MS && stats.collections[0].watch.expired < 2; waited++) {
        poll(NULL, 0, 1);
        ext_node_store_stats(service->service.nodes, &stats);
    }
    EXPECT_TRUE(stats.collections[0].watch.lists >= 2);
    comes_to_say(service, "200 ok");
    EXPECT_TRUE(metric_is(service, "mullion_cache_stale 0"));
}

/* It lists, and goes: what is known grows old. */
static void a_server_that_is_gone_makes_the_nodes_stale(void)
{
    static const char *const rows[][2] = {
        {"cache: {staleAfter: 30ms, whenStale: use}\n", "200 ok"},
        {"cache: {staleAfter: 30ms, whenStale: pass}\n", "200 ok"},
        {"cache: {staleAfter: 30ms, whenStale: fail}\n", "503 nodes are stale"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(kube_story) story = kube_story_new();
        apiserver self = {.story = story};
        kube_server *server = kube_server_start(tell, &self);
        g_autoptr(extender_service) service = follow(server, rows[i][0]);
        for (int waited = 0; waited < PATIENT_MS && !metric_is(service, "mullion_cache_synced 1");
             waited++)
            poll(NULL, 0, 1);
        kube_server_free(server);
        for (int waited = 0; waited < PATIENT_MS && !metric_is(service, "mullion_cache_stale 1");
             waited++)
            poll(NULL, 0, 1);
        EXPECT_TRUE(metric_is(service, "mullion_cache_stale 1"));
        EXPECT_TRUE(metric_is(service, "mullion_cache_synced 1"));
        comes_to_say(service, rows[i][1]);
    }
}

/* ---- who is told */

/* Stale nodes that decide all the same leave it ready: then a metric and an alert tell. */
static void an_alert_tells_of_stale_nodes_that_leave_it_ready(void)
{
    g_autofree char *alerts = NULL, *runbook = NULL;
    EXPECT_TRUE(g_file_get_contents("deploy/monitoring/alerts.yaml", &alerts, NULL, NULL));
    EXPECT_TRUE(g_file_get_contents("docs/RUNBOOK.md", &runbook, NULL, NULL));
    EXPECT_TRUE(strstr(alerts, "expr: mullion_cache_stale == 1 or mullion_cache_synced == 0\n"));
    EXPECT_TRUE(strstr(alerts, "expr: mullion_ready == 0\n"));
    EXPECT_TRUE(strstr(runbook, "\n## MullionExtenderNodesStale\n"));
}

extern CU_TestInfo suite_extender_health[];
CU_TestInfo suite_extender_health[] = {
    {"it is ready unless what it knows makes requests fail",
     it_is_ready_unless_what_it_knows_makes_requests_fail},
    {"one that drains is not ready", one_that_drains_is_not_ready},
    {"before the first list it is not ready", before_the_first_list_it_is_not_ready},
    {"without RuntimeClasses it is not ready, and says so",
     without_runtime_classes_it_is_not_ready_and_says_so},
    {"a watch that expires leaves it ready", a_watch_that_expires_leaves_it_ready},
    {"a server that is gone makes the nodes stale", a_server_that_is_gone_makes_the_nodes_stale},
    {"an alert tells of stale nodes that leave it ready",
     an_alert_tells_of_stale_nodes_that_leave_it_ready},
    CU_TEST_INFO_NULL,
};
