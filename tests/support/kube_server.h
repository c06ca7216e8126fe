/* SPDX-License-Identifier: Apache-2.0 */
/* An API server on loopback that says what it is told, byte for byte, and breaks off where it is
 * told. A thread for each connection, 16 at most. */
#ifndef TESTS_SUPPORT_KUBE_SERVER_H
#define TESTS_SUPPORT_KUBE_SERVER_H

#include "mullion/base/str.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct kube_request {
    const char *path;    /* with its query */
    const char *headers; /* lines, each with CR LF */
    bool watch;
    int64_t version; /* resourceVersion of the query; -1: none */
    size_t number;   /* of this server's requests, from 0 */
} kube_request;

typedef enum kube_manner {
    KUBE_KEEP, /* the connection is for the next request */
    KUBE_CLOSE,
    KUBE_RESET, /* closed in a way that the other side gets ECONNRESET */
    KUBE_STALL, /* silent and open, until the client or the test gives up */
} kube_manner;

typedef struct kube_answer {
    char *bytes; /* status line, headers and body as they go over the wire; freed by the server */
    size_t len;
    kube_manner then;
    int64_t bytes_per_s; /* 0: as fast as it goes */
    /* Behind the bytes, where it goes on: asked every few milliseconds for what comes next, by the
     * connection's own thread. False: that was all, and `then` what becomes of the connection. */
    bool (*more)(void *tale, GString *out, kube_manner *then);
    void *tale; /* freed by the server, with g_free */
} kube_answer;

/* By the server's threads, one at a time. */
typedef kube_answer (*kube_answer_fn)(const kube_request *request, void *data);

typedef struct kube_server kube_server;

kube_server *kube_server_start(kube_answer_fn answer, void *data);
/* Ends all connections. */
void kube_server_free(kube_server *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(kube_server, kube_server_free)

uint16_t kube_server_port(const kube_server *server);
size_t kube_server_connections(const kube_server *server); /* open now */
/* "http://127.0.0.1:PORT"; the caller frees. */
char *kube_server_url(const kube_server *server);
/* "GET /api/v1/nodes?limit=2" and so on, as they came; the caller frees it with g_ptr_array_unref.
 */
GPtrArray *kube_server_log(kube_server *server);

/* ---- answers */

/* 200, application/json and the body in chunks of `chunk` bytes. Without `ends` the zero chunk is
 * not there yet, as in a watch that goes on. */
kube_answer kube_answer_chunked(mn_str body, size_t chunk, bool ends);
/* Any status, with a Content-Length. `headers`: lines with CR LF, or "". */
kube_answer kube_answer_plain(const char *status, const char *headers, mn_str body);

/* tests/captures/watch: what a real server said to it, head and all. The caller frees. */
char *kube_recorded(const char *name, size_t *len);
/* Its body, out of its chunks. The caller frees. */
char *kube_recorded_body(const char *name, size_t *len);

#endif
