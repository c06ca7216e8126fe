/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/replay_server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

struct replay_server {
    const replay_answer *answers;
    size_t count;
    GPtrArray *requests; /* the thread's until it has ended */
    pthread_t thread;
    int listening, stop[2]; /* a pipe: closed to end */
    uint16_t port;
    unsigned connections;
    bool stopped;
};

static void request_free(gpointer data)
{
    replay_request *request = data;
    g_free(request->path);
    g_free(request->headers);
    g_free(request->body);
    g_free(request);
}

/* ---- one request */

static bool read_more(int fd, GString *text)
{
    char buffer[16384];
    const ssize_t got = read(fd, buffer, sizeof buffer);
    if (got <= 0)
        return false;
    g_string_append_len(text, buffer, got);
    return true;
}

static size_t content_length(const char *headers)
{
    static const char key[] = "\r\nContent-Length: ";
    const char *found = strstr(headers, key);
    return found == NULL ? 0 : (size_t)g_ascii_strtoull(found + sizeof key - 1, NULL, 10);
}

/* NULL: the connection ended. */
static replay_request *receive(int fd)
{
    g_autoptr(GString) text = g_string_new(NULL);
    const char *end;
    while ((end = strstr(text->str, "\r\n\r\n")) == NULL)
        if (!read_more(fd, text))
            return NULL;
    const size_t head = (size_t)(end - text->str) + 4;
    const size_t len = content_length(text->str);
    while (text->len < head + len)
        if (!read_more(fd, text))
            return NULL;
    replay_request *request = g_new0(replay_request, 1);
    const char *path = strchr(text->str, ' ') + 1, *line = strstr(text->str, "\r\n") + 2;
    request->path = g_strndup(path, strcspn(path, " "));
    request->headers = g_strndup(line, (size_t)(text->str + head - 2 - line));
    request->body = g_strndup(text->str + head, len);
    return request;
}

/* ---- one answer */

static void send_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        const ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bytes += sent;
        len -= (size_t)sent;
    }
}

/* The head as recorded, but for the length. True: the connection stays. */
static bool send_answer(int fd, const replay_answer *answer)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(answer->head, "\r\n", -1);
    bool stays = false;
    for (size_t i = 0; lines[i] != NULL; i++) {
        const bool is_length = g_ascii_strncasecmp(lines[i], "Content-Length:", 15) == 0;
        stays |= is_length;
        if (is_length)
            g_string_append_printf(text, "Content-Length: %zu\r\n", answer->len);
        else
            g_string_append_printf(text, "%s\r\n", lines[i]);
    }
    g_string_append(text, "\r\n");
    g_string_append_len(text, answer->body, (gssize)answer->len);
    if (answer->sent > 0)
        g_string_truncate(text, text->len - answer->len + answer->sent);
    send_all(fd, text->str, text->len);
    return stays && answer->sent == 0;
}

static void hang(int fd)
{
    enum { MOST_MS = 3000 };
    struct pollfd waiting = {.fd = fd, .events = POLLIN};
    (void)poll(&waiting, 1, MOST_MS);
}

/* True: the connection stays. */
static bool serve_one(replay_server *server, int fd, unsigned connection)
{
    replay_request *request = receive(fd);
    if (request == NULL)
        return false;
    const size_t place = server->requests->len;
    request->connection = connection;
    g_ptr_array_add(server->requests, request);
    if (place >= server->count)
        return false;
    switch (server->answers[place].manner) {
    case REPLAY_ANSWER:
        return send_answer(fd, &server->answers[place]);
    case REPLAY_HANG:
        hang(fd);
        return false;
    case REPLAY_CLOSE:
        break;
    }
    return false;
}

/* ---- serving */

/* A kept connection gives way to a new one. */
static void serve_connection(replay_server *server, int fd)
{
    const unsigned connection = server->connections++;
    struct pollfd waiting[] = {
        {.fd = fd, .events = POLLIN},
        {.fd = server->listening, .events = POLLIN},
        {.fd = server->stop[0], .events = POLLIN},
    };
    do {
        (void)poll(waiting, G_N_ELEMENTS(waiting), -1);
    } while ((waiting[0].revents & POLLIN) != 0 && serve_one(server, fd, connection));
    close(fd);
}

static void *serve(void *data)
{
    replay_server *server = data;
    struct pollfd waiting[] = {
        {.fd = server->listening, .events = POLLIN},
        {.fd = server->stop[0], .events = POLLIN},
    };
    for (;;) {
        (void)poll(waiting, G_N_ELEMENTS(waiting), -1);
        if (waiting[1].revents != 0)
            return NULL;
        const int fd = accept(server->listening, NULL, NULL); /* NOLINT(android-cloexec-accept) */
        if (fd >= 0)
            serve_connection(server, fd);
    }
}

static void listen_on_loopback(replay_server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server->listening < 0 ||
        bind(server->listening, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(server->listening, 8) != 0 ||
        getsockname(server->listening, (struct sockaddr *)&address, &len) != 0)
        g_error("no socket on loopback");
    server->port = ntohs(address.sin_port);
}

replay_server *replay_server_start(const replay_answer *answers, size_t count)
{
    replay_server *server = g_new0(replay_server, 1);
    server->answers = answers;
    server->count = count;
    server->requests = g_ptr_array_new_with_free_func(request_free);
    listen_on_loopback(server);
    if (pipe(server->stop) != 0 || /* NOLINT(android-cloexec-pipe) */
        pthread_create(&server->thread, NULL, serve, server) != 0)
        g_error("no thread to serve with");
    return server;
}

uint16_t replay_server_port(const replay_server *server)
{
    return server->port;
}

const GPtrArray *replay_server_stop(replay_server *server)
{
    if (!server->stopped) {
        close(server->stop[1]);
        pthread_join(server->thread, NULL);
        close(server->stop[0]);
        close(server->listening);
        server->stopped = true;
    }
    return server->requests;
}

void replay_server_free(replay_server *server)
{
    if (server == NULL)
        return;
    replay_server_stop(server);
    g_ptr_array_unref(server->requests);
    g_free(server);
}

char *replay_gzip(const char *text, size_t len, size_t *out_len)
{
    enum { GZIP_WINDOW = 15 + 16, MEMORY = 8, ROOM = 256 };
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)text, .avail_in = (uInt)len};
    if (deflateInit2(&stream, 9, Z_DEFLATED, GZIP_WINDOW, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        g_error("no gzip");
    char *out = g_malloc(len + ROOM);
    stream.next_out = (Bytef *)out;
    stream.avail_out = (uInt)(len + ROOM);
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
        g_error("gzip grew the text");
    *out_len = stream.total_out;
    deflateEnd(&stream);
    return out;
}
