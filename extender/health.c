/* SPDX-License-Identifier: Apache-2.0 */
/* Probes. healthz: the process answers. readyz: it also has nodes to decide by and is
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

void ext_handle_readyz(const mn_http_request *request, mn_http_reply *reply, void *data)
{
    ext_service *service = data;
    const ext_store_state state = ext_node_store_state(service->nodes);
    const ext_config *config = ext_settings_take(service->settings);
    const char *why = NULL;
    if (atomic_load(&service->draining))
        why = "shutting down";
    else if (!state.synced)
        why = "nodes have not been read yet";
    else if (config->when_stale == EXT_STALE_FAIL &&
             ext_trust_of(config, &state) == EXT_TRUST_STALE)
        why = "nodes are stale";
    ext_settings_release(config);
    mn_str *text = MN_ARENA_NEW(request->arena, mn_str, 1);
    *text = mn_str_of(why == NULL ? "ok" : why);
    say(reply, why == NULL ? 200 : 503, text);
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
