/* SPDX-License-Identifier: Apache-2.0 */
/* A server on loopback that answers as it is told, one answer a request in the order they
 * come, and remembers the requests. One connection at a time. */
#ifndef TESTS_SUPPORT_REPLAY_SERVER_H
#define TESTS_SUPPORT_REPLAY_SERVER_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

typedef enum replay_manner {
    REPLAY_ANSWER,
    REPLAY_CLOSE, /* reads the request and closes */
    REPLAY_HANG,  /* until the client gives up, three seconds at most */
} replay_manner;

typedef struct replay_answer {
    replay_manner manner;
    const char *head; /* status line and headers, without the blank line; a Content-Length is
                         set right, without one the end of the connection is that of the body */
    const char *body;
    size_t len;
    size_t sent; /* so much of it only, and the connection is closed; 0: all */
} replay_answer;

typedef struct replay_request {
    char *path, *headers, *body; /* headers: lines, each with CR LF */
    unsigned connection;         /* counted from 0 */
} replay_request;

typedef struct replay_server replay_server;

/* `answers` are borrowed until the server is freed; requests beyond them are closed upon. */
replay_server *replay_server_start(const replay_answer *answers, size_t count);
uint16_t replay_server_port(const replay_server *server);

/* Ends serving; the requests, owned by the server. */
const GPtrArray *replay_server_stop(replay_server *server);
void replay_server_free(replay_server *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(replay_server, replay_server_free)

/* gzip'd; the caller frees. */
char *replay_gzip(const char *text, size_t len, size_t *out_len);

#endif
