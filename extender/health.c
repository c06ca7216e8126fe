/* SPDX-License-Identifier: Apache-2.0 */
/* Probes and metrics. healthz: the process answers. readyz: it also has nodes to decide by and is
 * not on its way out; a Service then stops sending requests before the end. */
#include "generated/version.h"

#include "extender/decision.h"
#include "extender/service.h"

static void say(mn_http_reply *reply, unsigned status, const mn_str *text)
{
    reply->status = status;
    reply->content_type = "text/plain; charset=utf-8";
    reply->spans = text;
    reply->count = 1;
}

void ext_handle_healthz(const mn_http_request *request, mn_http_reply *reply, void *data)
{
    (void)request;
    (void)data;
    static const mn_str ok = {.ptr = "ok", .len = 2};
    say(reply, 200, &ok);
}

const char *ext_not_ready(ext_service *service)
{
    const ext_store_state state = ext_node_store_state(service->nodes);
    const ext_config *config = ext_settings_take(service->settings);
    bool stale =
        config->when_stale == EXT_STALE_FAIL && ext_trust_of(config, &state) == EXT_TRUST_STALE;
    ext_settings_release(config);
    if (atomic_load(&service->draining))
        return "shutting down";
    if (!state.synced)
        return "nodes have not been read yet";
    return stale ? "nodes are stale" : NULL;
}

void ext_handle_readyz(const mn_http_request *request, mn_http_reply *reply, void *data)
{
    const char *why = ext_not_ready(data);
    mn_str *text = MN_ARENA_NEW(request->arena, mn_str, 1);
    *text = mn_str_of(why == NULL ? "ok" : why);
    say(reply, why == NULL ? 200 : 503, text);
}

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
    }
    for (int i = 0; i < MN_MODES; i++)
        ext_set(&metrics->mode[i][0], config->mode == i ? 1 : 0);
    ext_set(&metrics->cache_stale[0][0], ext_trust_of(config, &state) == EXT_TRUST_STALE ? 1 : 0);
    ext_set(&metrics->ready[0][0], ext_not_ready(service) == NULL ? 1 : 0);
    ext_set(&metrics->cache_nodes[0][0], state.nodes);
    ext_set(&metrics->cache_synced[0][0], state.synced ? 1 : 0);
    ext_set(&metrics->cache_age[0][0], (double)state.age_ms / 1e3);
    ext_set(&metrics->log_dropped[0][0], (double)ext_log_dropped(service->log));
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
    mn_json_end_object(&json);
    mn_str written = mn_json_writer_text(&json);
    mn_str *text = MN_ARENA_NEW(request->arena, mn_str, 1);
    *text = (mn_str){.ptr = mn_arena_strndup(request->arena, written.ptr, written.len),
                     .len = written.len};
    reply->spans = text;
    reply->count = 1;
}
