/* SPDX-License-Identifier: Apache-2.0 */
/* A handful of routes: a linear search over the table is the whole router. */
#include "mullion/httpd/router.h"

#include "mullion/base/error.h"

#include <string.h>

/* kube-scheduler joins prefix and verb by exactly one slash (protocol fact 1), so
 * nothing is normalised here: another spelling is another path. */
static bool path_is(const mn_http_router *router, const mn_http_route *route, const char *path)
{
    if (!route->under_prefix)
        return strcmp(route->path, path) == 0;
    size_t prefix = strlen(router->prefix);
    return strncmp(router->prefix, path, prefix) == 0 && strcmp(route->path, path + prefix) == 0;
}

static bool method_is(const mn_http_route *route, const char *method)
{
    const char *asked = strcmp(method, "HEAD") == 0 ? "GET" : method;
    return strcmp(route->method, asked) == 0;
}

const mn_http_route *mn_http_route_find(const mn_http_router *router, const char *method,
                                        const char *path, bool *path_known)
{
    *path_known = false;
    for (size_t i = 0; i < router->count; i++) {
        const mn_http_route *route = &router->routes[i];
        if (!path_is(router, route, path))
            continue;
        *path_known = true;
        if (method_is(route, method))
            return route;
    }
    return NULL;
}

const char *mn_http_route_allow(const mn_http_router *router, mn_arena *arena, const char *path)
{
    const char *allow = "";
    for (size_t i = 0; i < router->count; i++) {
        const mn_http_route *route = &router->routes[i];
        if (!path_is(router, route, path))
            continue;
        const char *more = strcmp(route->method, "GET") == 0 ? "GET, HEAD" : route->method;
        allow = mn_arena_printf(arena, "%s%s%s", allow, *allow == '\0' ? "" : ", ", more);
    }
    return allow;
}

char *mn_http_prefix_parse(const char *text, GError **error)
{
    if (*text != '\0' && *text != '/') {
        g_set_error(error, MN_ERROR, MN_ERROR_SYNTAX, "'%s' does not begin with '/'", text);
        return NULL;
    }
    for (const char *at = text; *at != '\0'; at++) {
        if (g_ascii_isalnum(*at) || strchr("/-._~", *at) != NULL)
            continue;
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_SYNTAX,
                    "'%s' has a character that is no letter, digit or one of / - . _ ~",
                    text);
        return NULL;
    }
    size_t len = strlen(text);
    while (len > 0 && text[len - 1] == '/')
        len--;
    return g_strndup(text, len);
}

bool mn_http_is_json(const char *content_type)
{
    static const char json[] = "application/json";
    if (g_ascii_strncasecmp(content_type, json, sizeof json - 1) != 0)
        return false;
    const char *rest = content_type + sizeof json - 1;
    return *rest == '\0' || strchr("; \t", *rest) != NULL;
}

const char *mn_http_request_find(const mn_http_request *request, const char *name)
{
    for (size_t i = 0; i < request->argument_count; i++)
        if (strcmp(request->arguments[i].name, name) == 0)
            return request->arguments[i].value;
    return NULL;
}
