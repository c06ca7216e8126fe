/* SPDX-License-Identifier: Apache-2.0 */
/* Probes, metrics and version. livez (healthz): the process answers. readyz: it also has nodes to
 * decide by and is not on its way out; a Service then stops sending requests before the end. */
#include "generated/version.h"

#include "extender/decision.h"
#include "extender/service.h"

#ifdef __clang__
#define COMPILER "" /* its version begins with its name */
#else
#define COMPILER "gcc "
#endif

#if defined(__x86_64__)
#define PLATFORM "linux/amd64"
#elif defined(__aarch64__)
#define PLATFORM "linux/arm64"
#else
#define PLATFORM "linux"
#endif

static void say(mn_http_reply *reply, unsigned status, const mn_str *text)
{
    reply->status = status;
    reply->content_type = "text/plain; charset=utf-8";
    reply->spans = text;
    reply->count = 1;
}

/* ---- probes, as those of the API server */

/* What a check looks at. */
typedef struct health {
    const ext_service *service;
    const ext_config *config;
    ext_store_state nodes;
} health;

/* Each gives NULL, or what is wrong. */
static const char *check_ping(const health *now)
{
    (void)now;
    return NULL;
}

static const char *check_shutdown(const health *now)
{
    return atomic_load(&now->service->draining) ? "shutting down" : NULL;
}

/* The server may refuse one of the two that have to be listed: the log says why. */
static const char *check_nodes_read(const health *now)
{
    ext_store_stats stats;
    if (now->nodes.synced)
        return NULL;
    ext_node_store_stats(now->service->nodes, &stats);
    return stats.watching && stats.collections[0].watch.synced
               ? "RuntimeClasses have not been read yet"
               : "nodes have not been read yet";
}

/* Only where stale nodes mean failures: else it would take away an extender that answers. */
static const char *check_nodes_fresh(const health *now)
{
    bool fails = now->config->when_stale == EXT_STALE_FAIL && now->config->mode == MN_MODE_ENFORCE;
    bool stale = ext_trust_of(now->config, &now->nodes) == EXT_TRUST_STALE;
    return fails && stale ? "nodes are stale" : NULL;
}

typedef struct check {
    const char *name;
    const char *(*find)(const health *now);
} check;

static const check live[] = {{"ping", check_ping}};
static const check ready[] = {
    {"ping", check_ping},
    {"shutdown", check_shutdown},
    {"nodes-read", check_nodes_read},
    {"nodes-fresh", check_nodes_fresh},
};

static health look(const ext_service *service, const ext_config *config)
{
    return (health){
        .service = service, .config = config, .nodes = ext_node_store_state(service->nodes)};
}

const char *ext_not_ready(ext_service *service)
{
    const ext_config *config = ext_settings_take(service->settings);
    const health now = look(service, config);
    const char *why = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(ready) && why == NULL; i++)
        why = ready[i].find(&now);
    ext_settings_release(config);
    return why;
}

static char *probe_text(const char *probe, const check *checks, size_t count, const health *now,
                        const char **failed)
{
    g_autoptr(GString) text = g_string_new(NULL);
    *failed = NULL;
    for (size_t i = 0; i < count; i++) {
        const char *why = checks[i].find(now);
        if (why == NULL)
            g_string_append_printf(text, "[+]%s ok\n", checks[i].name);
        else
            g_string_append_printf(text, "[-]%s failed: %s\n", checks[i].name, why);
        *failed = *failed == NULL ? why : *failed;
    }
    g_string_append_printf(text, "%s check %s\n", probe, *failed == NULL ? "passed" : "failed");
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* ?verbose: every check in a line of its own. */
static void answer_probe(const mn_http_request *request, mn_http_reply *reply, ext_service *service,
                         const check *checks, size_t count)
{
    const ext_config *config = ext_settings_take(service->settings);
    const health now = look(service, config);
    const char *failed;
    g_autofree char *details = probe_text(request->path + 1, checks, count, &now, &failed);
    bool verbose = mn_http_request_find(request, "verbose") != NULL;
    const char *text = verbose ? details : failed == NULL ? "ok" : failed;
    mn_str *span = MN_ARENA_NEW(request->arena, mn_str, 1);
    *span = mn_str_of(mn_arena_strdup(request->arena, text));
    say(reply, failed == NULL ? 200 : 503, span);
    ext_settings_release(config);
}

void ext_handle_livez(const mn_http_request *request, mn_http_reply *reply, void *data)
{
    answer_probe(request, reply, data, live, G_N_ELEMENTS(live));
}

void ext_handle_readyz(const mn_http_request *request, mn_http_reply *reply, void *data)
{
    answer_probe(request, reply, data, ready, G_N_ELEMENTS(ready));
}

/* ---- metrics and version */

/* What is not counted but asked for. */
static void collect(ext_service *service)
{
    ext_metrics *metrics = &service->metrics;
    const ext_store_state state = ext_node_store_state(service->nodes);
    const ext_config *config = ext_settings_take(service->settings);
    mn_http_server *server = atomic_load(&service->server);
    if (server != NULL) {
        const mn_http_counts counts = mn_http_server_counts(server);
        ext_set(&metrics->in_flight[0][0], (double)counts.in_flight);
        ext_set(&metrics->connections[0][0], (double)counts.connections);
        ext_set(&metrics->evicted[0][0], (double)counts.evicted);
    }
    mn_tls *tls = atomic_load(&service->tls);
    if (tls != NULL) {
        const mn_tls_state found = mn_tls_state_of(tls);
        ext_set(&metrics->tls_expiry[0][0], (double)found.expires_s);
        ext_set(&metrics->tls_refused[0][0], (double)found.handshakes_refused);
        ext_set(&metrics->tls_reloads[0][0], (double)found.reloads);
        ext_set(&metrics->tls_reload_ok[0][0], found.reload_failed ? 0 : 1);
    }
    for (int i = 0; i < MN_MODES; i++)
        ext_set(&metrics->mode[i][0], config->mode == i ? 1 : 0);
    ext_set(&metrics->cache_stale[0][0], ext_trust_of(config, &state) == EXT_TRUST_STALE ? 1 : 0);
    ext_set(&metrics->ready[0][0], ext_not_ready(service) == NULL ? 1 : 0);
    ext_set(&metrics->cache_nodes[0][0], state.nodes);
    ext_set(&metrics->cache_synced[0][0], state.synced ? 1 : 0);
    ext_set(&metrics->cache_age[0][0], (double)state.age_ms / 1e3);
    ext_set(&metrics->log_dropped[0][0], (double)ext_log_dropped(service->log));
    ext_store_stats stats;
    ext_node_store_stats(service->nodes, &stats);
    ext_metrics_of_watch(metrics, &stats);
    ext_metrics_of_process(metrics);
    ext_settings_release(config);
}

void ext_handle_metrics(const mn_http_request *request, mn_http_reply *reply, void *data)
{
    ext_service *service = data;
    collect(service);
    g_autofree char *page = ext_metrics_print(&service->metrics);
    mn_str *text = MN_ARENA_NEW(request->arena, mn_str, 1);
    *text = mn_str_of(mn_arena_strdup(request->arena, page));
    say(reply, 200, text);
    reply->content_type = "text/plain; version=0.0.4; charset=utf-8";
}

void ext_handle_version(const mn_http_request *request, mn_http_reply *reply, void *data)
{
    (void)data;
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_json_begin_object(&json);
    mn_json_member_string(&json, "version", MN_VERSION);
    mn_json_member_string(&json, "commit", MN_COMMIT);
    mn_json_member_string(&json, "gitVersion", "v" MN_VERSION); /* as Kubernetes calls it */
    mn_json_member_string(&json, "gitCommit", MN_COMMIT);
    mn_json_member_string(&json, "compiler", COMPILER __VERSION__);
    mn_json_member_string(&json, "platform", PLATFORM);
    mn_json_end_object(&json);
    mn_str written = mn_json_writer_text(&json);
    mn_str *text = MN_ARENA_NEW(request->arena, mn_str, 1);
    *text = (mn_str){.ptr = mn_arena_strndup(request->arena, written.ptr, written.len),
                     .len = written.len};
    reply->spans = text;
    reply->count = 1;
}
