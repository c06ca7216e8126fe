/* SPDX-License-Identifier: Apache-2.0 */
/* Which function answers which request: a table, a prefix and one look-up.
 *
 * A handler sees a whole request and fills in a reply; how bytes reach it and
 * leave again is the server's business (server.h). Nothing here knows sockets.
 */
#ifndef MN_ROUTER_H
#define MN_ROUTER_H

#include "mullion/base/arena.h"
#include "mullion/base/str.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/* "?pod=a%2Fb&verbose": decoded; the value is "" where there is none. */
typedef struct mn_http_argument {
    const char *name, *value;
} mn_http_argument;

/* Everything is borrowed and stays until the answer has left (or failed to). */
typedef struct mn_http_request {
    mn_arena *arena; /* of this request: what a reply is made of may come from here */
    const char *method;
    const char *path; /* decoded, without query */
    mn_str body;
    const mn_http_argument *arguments; /* of routes that take no body: the first 16 */
    size_t argument_count;
} mn_http_request;

/* NULL when there is no such argument. */
const char *mn_http_request_find(const mn_http_request *request, const char *name);

/* The spans are sent one after the other, Content-Length is their sum. They, and
 * what they point at, must live in the request's arena, in its body or for ever. */
typedef struct mn_http_reply {
    unsigned status;          /* 200 unless a handler says otherwise */
    const char *content_type; /* "application/json" unless a handler says otherwise */
    const mn_str *spans;
    size_t count;
} mn_http_reply;

/* Called by several threads at once. `data` is the router's. */
typedef void (*mn_http_handler)(const mn_http_request *request, mn_http_reply *reply, void *data);

typedef struct mn_http_route {
    const char *method; /* "GET" also answers HEAD */
    const char *path;   /* begins with a slash */
    mn_http_handler handle;
    bool under_prefix; /* the prefix stands before the path */
    bool takes_json;   /* has a body, whose content type says JSON */
} mn_http_route;

typedef struct mn_http_router {
    const mn_http_route *routes;
    size_t count;
    const char *prefix; /* "" or "/a/b" */
    void *data;
} mn_http_router;

/* NULL: no route has both; then *path_known says whether another method has the
 * path, which is 405 instead of 404. */
const mn_http_route *mn_http_route_find(const mn_http_router *router, const char *method,
                                        const char *path, bool *path_known);

/* "GET, HEAD" or "POST": the Allow header of a 405. In the arena. */
const char *mn_http_route_allow(const mn_http_router *router, mn_arena *arena, const char *path);

/* "/", "/ext/", "/ext" -> "", "/ext", "/ext". NULL with SYNTAX when it does not
 * begin with a slash or holds what a path cannot. The caller frees. */
char *mn_http_prefix_parse(const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "application/json", any case, with or without parameters. */
bool mn_http_is_json(const char *content_type);

#endif
