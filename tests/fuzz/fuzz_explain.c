/* SPDX-License-Identifier: Apache-2.0 */
/* What can be asked of the admin listener: the first byte chooses a path, the rest are arguments,
 * "name=value" with "&" between, decoded already. Every answer is of a known status and, where it
 * says so, JSON. */
#include "extender/service.h"
#include "mullion/text/document.h"

#include <fcntl.h>
#include <string.h>

enum { ARGUMENTS_MAX = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ARGS(namespace_, name)                                                  \
    "{\"Pod\":{\"metadata\":{\"name\":\"" name "\",\"namespace\":\"" namespace_ \
    "\"},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}},\"NodeNames\":[\"a\"]}"

static void ask(ext_service *service, const char *body)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    const mn_http_request request = {.arena = arena, .method = "POST", .body = mn_str_of(body)};
    mn_http_reply reply = {.status = 200};
    ext_handle_filter(&request, &reply, service);
    g_assert(reply.status == 200);
}

/* Without nodes; made once. */
static ext_service *the_service(void)
{
    static const ext_environment nowhere;
    static ext_service made;
    if (made.recent != NULL)
        return &made;
    made.settings = ext_settings_new(ext_config_new());
    made.log = ext_log_new(open("/dev/null", O_WRONLY | O_CLOEXEC), EXT_ERROR);
    made.nodes = ext_node_store_open(made.settings, &nowhere, made.log, NULL);
    made.recent = ext_recent_new(4);
    ask(&made, ARGS("n", "p"));
    ask(&made, ARGS("default", "q"));
    ask(&made, ARGS("n", "\\u0000\\ud83d\\ude00"));
    return &made;
}

static size_t split(mn_arena *arena, const char *text, mn_http_argument *out)
{
    g_auto(GStrv) parts = g_strsplit(text, "&", ARGUMENTS_MAX);
    size_t count = 0;
    for (; *text != '\0' && parts[count] != NULL; count++) {
        const size_t len = strcspn(parts[count], "=");
        const char *value = parts[count][len] == '=' ? parts[count] + len + 1 : "";
        out[count] = (mn_http_argument){.name = mn_arena_strndup(arena, parts[count], len),
                                        .value = mn_arena_strdup(arena, value)};
    }
    return count;
}

static void check_reply(mn_arena *arena, const mn_http_reply *reply)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t i = 0; i < reply->count; i++)
        g_string_append_len(text, reply->spans[i].ptr, (gssize)reply->spans[i].len);
    (void)arena;
    g_assert(reply->status == 200 || reply->status == 404 || reply->status == 503);
    if (reply->content_type != NULL && strcmp(reply->content_type, "application/json") != 0)
        return;
    json_t *tree = mn_document_load_json(text->str, text->len, 16, NULL);
    g_assert(tree != NULL);
    json_decref(tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mn_http_route routes[EXT_ROUTES_MAX];
    mn_http_argument arguments[ARGUMENTS_MAX];
    if (size == 0)
        return 0;
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autofree char *text = g_strndup((const char *)data + 1, size - 1);
    const size_t count = ext_routes_of(EXT_LISTENS_ADMIN, routes);
    const mn_http_route *route = &routes[data[0] % count];
    const mn_http_request request = {.arena = arena,
                                     .method = route->method,
                                     .path = route->path,
                                     .arguments = arguments,
                                     .argument_count = split(arena, text, arguments)};
    mn_http_reply reply = {.status = 200};
    route->handle(&request, &reply, the_service());
    check_reply(arena, &reply);
    return 0;
}
