/* SPDX-License-Identifier: Apache-2.0 */
/* A blocking HTTP/1.1 client on loopback that can also misbehave: it sends what it
 * is told, in the pieces it is told, and reads one answer at a time. */
#ifndef TESTS_SUPPORT_HTTP_CLIENT_H
#define TESTS_SUPPORT_HTTP_CLIENT_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The beginning of a request by hand: JSON, and no length yet. */
#define AS_JSON         "Content-Type: application/json\r\n"
#define POST_JSON(path) "POST " path " HTTP/1.1\r\nHost: h\r\n" AS_JSON

typedef struct http_answer {
    int status;    /* 0: the connection ended without an answer */
    char *headers; /* status line included, each line ends in CR LF */
    char *body;    /* NUL behind it */
    size_t len;
    bool closes; /* said "Connection: close" */
} http_answer;

void http_answer_clear(http_answer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(http_answer, http_answer_clear)

/* -1 when refused. Reads give up after ten seconds. */
int http_connect(uint16_t port);
bool http_send(int fd, const void *bytes, size_t len);
bool http_send_text(int fd, const char *text);

/* One answer, by its Content-Length. */
http_answer http_receive(int fd);

/* Waits until the server has closed; false when it sends something or stays. */
bool http_is_closed(int fd, int wait_ms);

/* On a connection that stays open. */
http_answer http_post(int fd, const char *path, const char *body, size_t len);
http_answer http_get(int fd, const char *path);

/* On a connection of its own. */
http_answer http_once(uint16_t port, const char *method, const char *path, const char *headers,
                      const char *body);

/* NULL when there is no such header. The caller frees. */
char *http_header(const http_answer *answer, const char *name);

#endif
