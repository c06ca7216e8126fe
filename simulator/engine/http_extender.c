/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/engine/http_extender.h"

#include "mullion/kube/call.h"
#include "mullion/wire/extender_client.h"

enum { ANSWER_MAX = 256 << 20 };

static bool post(void *data, mn_arena *arena, const char *url, const mn_wire_body *body,
                 mn_post_reply *reply, GError **error)
{
    mn_call_answer answer = {.status = 0};
    const mn_call call = {.url = url, .spans = body->spans, .count = body->count};
    if (!mn_caller_post(data, arena, &call, &answer, error))
        return false;
    *reply = (mn_post_reply){.status = answer.status, .body = answer.body};
    return true;
}

static bool is_set(const char *text)
{
    return text != NULL && *text != '\0';
}

static const char *unless_empty(const char *text)
{
    return is_set(text) ? text : NULL;
}

/* Surprise: enableHTTPS without a CA believes any certificate, as kube-scheduler does. */
static mn_call_options call_options(const mn_extender_config *config)
{
    static const mn_extender_tls nothing = {.insecure = false};
    const mn_extender_tls *tls = config->tls == NULL ? &nothing : config->tls;
    const bool has_ca = is_set(tls->ca_file) || is_set(tls->ca_data);
    return (mn_call_options){
        .timeout_ms = config->http_timeout_ms,
        .answer_max = ANSWER_MAX,
        .tls =
            {
                .ca_file = unless_empty(tls->ca_file),
                .cert_file = unless_empty(tls->cert_file),
                .key_file = unless_empty(tls->key_file),
                .ca_data = unless_empty(tls->ca_data),
                .cert_data = unless_empty(tls->cert_data),
                .key_data = unless_empty(tls->key_data),
                .server_name = unless_empty(tls->server_name),
                .insecure = tls->insecure || (config->enable_https && !has_ca),
            },
    };
}

static void caller_free(gpointer caller)
{
    mn_caller_free(caller);
}

static bool add(mn_http_extenders *extenders, mn_arena *arena, const mn_extender_config *config,
                const mn_extender **place, GError **error)
{
    const mn_call_options options = call_options(config);
    mn_caller *caller = mn_caller_new(&options, error);
    if (caller == NULL) {
        g_prefix_error(error, "extender \"%s\": ", config->url_prefix);
        return false;
    }
    g_ptr_array_add(extenders->callers, caller);
    *place = mn_extender_client_new(arena, config, post, caller);
    return true;
}

mn_http_extenders *mn_http_extenders_new(mn_arena *arena, const mn_extender_configs *configs,
                                         GError **error)
{
    g_autoptr(mn_http_extenders) extenders = g_new0(mn_http_extenders, 1);
    const mn_extender **items = MN_ARENA_NEW(arena, const mn_extender *, configs->count);
    extenders->items = items;
    extenders->callers = g_ptr_array_new_with_free_func(caller_free);
    for (int ignorable = 0; ignorable < 2; ignorable++) {
        for (size_t i = 0; i < configs->count; i++) {
            if (configs->items[i].ignorable != (ignorable == 1))
                continue;
            if (!add(extenders, arena, &configs->items[i], &items[extenders->count], error))
                return NULL;
            extenders->count++;
        }
    }
    return g_steal_pointer(&extenders);
}

void mn_http_extenders_free(mn_http_extenders *extenders)
{
    if (extenders == NULL)
        return;
    g_ptr_array_unref(extenders->callers);
    g_free(extenders);
}
