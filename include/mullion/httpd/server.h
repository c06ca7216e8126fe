/* SPDX-License-Identifier: Apache-2.0 */
/* An HTTP/1.1 server for few, long-lived, quick clients: kube-scheduler and probes.
 *
 * Every answer carries an exact Content-Length and nothing after it, so that Go's
 * client keeps its connection. What a client can hold on to is bounded: bytes of a
 * body, bytes of all bodies, connections, and the time a request may take to
 * arrive and its answer to leave. A connection that has been accepted owes its
 * first request within that same time.
 *
 * Statuses the server gives by itself, without a handler: 400, 404, 405 (with
 * Allow), 411, 413, 415, 503 (all bodies together over their limit).
 */
#ifndef MN_SERVER_H
#define MN_SERVER_H

#include "mullion/httpd/router.h"
#include "mullion/httpd/tls.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct mn_http_server mn_http_server;

/* A request that never reached a handler: `status` as above, or 0 for a connection
 * that was cut because its time was up. `method` and `path` may be NULL. Called once
 * for each, as soon as it is known, whether or not the client waits for the answer;
 * by several threads at once, sometimes with a lock of the server held: be brief. */
typedef void (*mn_http_refused)(void *data, unsigned status, const char *method, const char *path);

typedef struct mn_http_options {
    const char *address; /* numeric, IPv4 or IPv6 */
    uint16_t port;       /* 0: any that is free */
    unsigned threads;    /* that serve connections */
    unsigned connections_max;
    size_t body_max;            /* of one request */
    size_t bodies_max;          /* of all requests being received or answered */
    int64_t request_timeout_ms; /* from the first byte to the last; and again for the answer */
    int64_t idle_timeout_ms;    /* between requests; kube-scheduler keeps its own 90 s */
    mn_tls *tls;                /* NULL: plain HTTP. Borrowed until mn_http_server_free() */
    mn_http_refused refused;    /* may be NULL */
    void *refused_data;
} mn_http_options;

typedef struct mn_http_counts {
    uint64_t connections; /* now */
    uint64_t in_flight;   /* now: a request is arriving, decided or answered */
    uint64_t timed_out;   /* since the start: cut because a request or answer took too long */
    uint64_t evicted;     /* since the start: cut while nothing was under way, to make room */
} mn_http_counts;

/* Listens and serves until stopped. `router` is borrowed until mn_http_server_free();
 * of `options` only `refused_data` and `tls` are. Errors: IO (address in use, ...), SYNTAX
 * (not an address). */
mn_http_server *mn_http_server_start(const mn_http_router *router, const mn_http_options *options,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

uint16_t mn_http_server_port(const mn_http_server *server);
mn_http_counts mn_http_server_counts(mn_http_server *server);

/* Accepts no more, ends idle connections, lets requests that have begun finish
 * (their answers say "Connection: close") for at most `drain_ms`. True when none
 * was left. Once. */
bool mn_http_server_drain(mn_http_server *server, int64_t drain_ms);

/* Cuts what is left. NULL-safe. */
void mn_http_server_free(mn_http_server *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(mn_http_server, mn_http_server_free)

#endif
