/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* NOLINT(*): memmem() */

#include "tests/support/http_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { GIVE_UP_MS = 10000 };

void http_answer_clear(http_answer *answer)
{
    g_free(answer->headers);
    g_free(answer->body);
    *answer = (http_answer){0};
}

int http_connect(uint16_t port)
{
    const struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1; /* as Go does; a request in two pieces would wait for a delayed ACK */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&to, sizeof to) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

bool http_send(int fd, const void *bytes, size_t len)
{
    const char *at = bytes;
    while (len > 0) {
        ssize_t sent = send(fd, at, len, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        at += sent;
        len -= (size_t)sent;
    }
    return true;
}

bool http_send_text(int fd, const char *text)
{
    return http_send(fd, text, strlen(text));
}

/* Appends what comes next; false at the end of the stream. */
static bool receive_more(int fd, GString *into)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    static _Thread_local char block[256 << 10];
    if (poll(&wait, 1, GIVE_UP_MS) != 1)
        return false;
    ssize_t got = recv(fd, block, sizeof block, 0);
    if (got <= 0)
        return false;
    g_string_append_len(into, block, got);
    return true;
}

char *http_header(const http_answer *answer, const char *name)
{
    if (answer->headers == NULL)
        return NULL;
    g_auto(GStrv) lines = g_strsplit(answer->headers, "\r\n", -1);
    size_t len = strlen(name);
    for (char **line = lines; *line != NULL; line++)
        if (g_ascii_strncasecmp(*line, name, len) == 0 && (*line)[len] == ':')
            return g_strstrip(g_strdup(*line + len + 1));
    return NULL;
}

http_answer http_receive(int fd)
{
    http_answer answer = {0};
    g_autoptr(GString) all = g_string_new(NULL);
    const char *end;
    while ((end = memmem(all->str, all->len, "\r\n\r\n", 4)) == NULL)
        if (!receive_more(fd, all))
            return answer;
    size_t head = (size_t)(end - all->str) + 4;
    answer.headers = g_strndup(all->str, head);

    g_autofree char *length = http_header(&answer, "Content-Length");
    g_autofree char *connection = http_header(&answer, "Connection");
    answer.closes = connection != NULL && g_ascii_strcasecmp(connection, "close") == 0;
    size_t body = length == NULL ? 0 : (size_t)g_ascii_strtoull(length, NULL, 10);
    while (all->len - head < body)
        if (!receive_more(fd, all))
            return answer;
    answer.body = g_malloc(body + 1);
    memcpy(answer.body, all->str + head, body);
    answer.body[body] = '\0';
    answer.len = body;
    answer.status = (int)g_ascii_strtoll(all->str + strlen("HTTP/1.1 "), NULL, 10);
    return answer;
}

bool http_is_closed(int fd, int wait_ms)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    char byte;
    return poll(&wait, 1, wait_ms) == 1 && recv(fd, &byte, 1, 0) <= 0;
}

http_answer http_post(int fd, const char *path, const char *body, size_t len)
{
    g_autofree char *head = g_strdup_printf("POST %s HTTP/1.1\r\nHost: localhost\r\n"
                                            "User-Agent: Go-http-client/1.1\r\n"
                                            "Content-Length: %zu\r\n"
                                            "Content-Type: application/json\r\n"
                                            "Accept-Encoding: gzip\r\n\r\n",
                                            path,
                                            len);
    if (!http_send_text(fd, head) || !http_send(fd, body, len))
        return (http_answer){0};
    return http_receive(fd);
}

http_answer http_get(int fd, const char *path)
{
    g_autofree char *head = g_strdup_printf("GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path);
    return http_send_text(fd, head) ? http_receive(fd) : (http_answer){0};
}

http_answer http_once(uint16_t port, const char *method, const char *path, const char *headers,
                      const char *body)
{
    int fd = http_connect(port);
    if (fd < 0)
        return (http_answer){0};
    g_autofree char *text = g_strdup_printf(
        "%s %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n%s", method, path, headers, body);
    http_answer answer = http_send_text(fd, text) ? http_receive(fd) : (http_answer){0};
    close(fd);
    return answer;
}
