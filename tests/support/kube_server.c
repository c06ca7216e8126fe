/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/kube_server.h"

#include "tests/support/captures.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 16, SLICE_MS = 10 };

typedef struct connection {
    kube_server *server;
    pthread_t thread;
    int fd;
    bool started; /* of the thread that accepts */
    atomic_bool ended, open;
} connection;

struct kube_server {
    kube_answer_fn answer;
    void *data;
    pthread_mutex_t lock; /* of answering, and of the log */
    GPtrArray *log;
    pthread_t thread;
    int listening, stop[2]; /* a pipe: closed to end */
    uint16_t port;
    connection connections[CONNECTIONS_MAX];
};

/* ---- a request */

static bool is_stopped(kube_server *server, int wait_ms)
{
    struct pollfd waiting = {.fd = server->stop[0], .events = POLLIN};
    return poll(&waiting, 1, wait_ms) != 0;
}

static bool read_more(kube_server *server, int fd, GString *text)
{
    char buffer[16384];
    struct pollfd waiting[] = {{.fd = fd, .events = POLLIN},
                               {.fd = server->stop[0], .events = POLLIN}};
    (void)poll(waiting, G_N_ELEMENTS(waiting), -1);
    if (waiting[1].revents != 0)
        return false;
    const ssize_t got = read(fd, buffer, sizeof buffer);
    if (got <= 0)
        return false;
    g_string_append_len(text, buffer, got);
    return true;
}

static bool receive(kube_server *server, int fd, GString *text)
{
    g_string_truncate(text, 0);
    while (strstr(text->str, "\r\n\r\n") == NULL)
        if (!read_more(server, fd, text))
            return false;
    return true;
}

static int64_t version_of(const char *path)
{
    static const char key[] = "resourceVersion=";
    const char *found = strstr(path, key);
    return found == NULL ? -1 : (int64_t)g_ascii_strtoull(found + sizeof key - 1, NULL, 10);
}

static kube_answer ask(kube_server *server, const char *text)
{
    const char *path_at = strchr(text, ' ') + 1;
    g_autofree char *path = g_strndup(path_at, strcspn(path_at, " "));
    kube_request request = {.path = path,
                            .headers = strstr(text, "\r\n") + 2,
                            .watch = strstr(path, "watch=true") != NULL,
                            .version = version_of(path)};
    pthread_mutex_lock(&server->lock);
    request.number = server->log->len;
    g_ptr_array_add(server->log, g_strdup(path));
    const kube_answer answer = server->answer(&request, server->data);
    pthread_mutex_unlock(&server->lock);
    return answer;
}

/* ---- an answer */

static bool send_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        const ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes += sent;
        len -= (size_t)sent;
    }
    return true;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* In slices, so that what has been sent keeps to the pace. */
static bool send_paced(kube_server *server, int fd, const kube_answer *answer)
{
    const int64_t began = now_ms();
    size_t sent = 0;
    while (sent < answer->len) {
        const int64_t allowed = (now_ms() - began + SLICE_MS) * answer->bytes_per_s / 1000;
        const size_t upto = MIN(answer->len, (size_t)allowed);
        if (upto > sent && !send_all(fd, answer->bytes + sent, upto - sent))
            return false;
        sent = MAX(sent, upto);
        if (sent < answer->len && is_stopped(server, SLICE_MS))
            return false;
    }
    return true;
}

/* Until the client speaks or goes away, or the test ends. False: the time was up before. */
static bool stall(kube_server *server, int fd, int wait_ms)
{
    struct pollfd waiting[] = {{.fd = fd, .events = POLLIN},
                               {.fd = server->stop[0], .events = POLLIN}};
    return poll(waiting, G_N_ELEMENTS(waiting), wait_ms) != 0;
}

static bool send_more(kube_server *server, int fd, kube_answer *answer)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (bool goes_on = answer->more != NULL; goes_on;) {
        g_string_truncate(out, 0);
        goes_on = answer->more(answer->tale, out, &answer->then);
        if (!send_all(fd, out->str, out->len) || (goes_on && stall(server, fd, SLICE_MS)))
            return false;
    }
    return true;
}

static void reset(int fd)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

/* True: the connection stays. */
static bool serve_one(kube_server *server, int fd, const char *text)
{
    kube_answer answer = ask(server, text);
    const bool sent = (answer.bytes_per_s > 0 ? send_paced(server, fd, &answer)
                                              : send_all(fd, answer.bytes, answer.len)) &&
                      send_more(server, fd, &answer);
    g_free(answer.bytes);
    g_free(answer.tale);
    if (!sent)
        return false;
    switch (answer.then) {
    case KUBE_KEEP:
        return true;
    case KUBE_CLOSE:
        break;
    case KUBE_RESET: /* lets what was sent arrive first */
        (void)is_stopped(server, 2);
        reset(fd);
        break;
    case KUBE_STALL:
        (void)stall(server, fd, -1);
        break;
    }
    return false;
}

static void *serve_connection(void *data)
{
    connection *self = data;
    g_autoptr(GString) text = g_string_new(NULL);
    while (receive(self->server, self->fd, text) && serve_one(self->server, self->fd, text->str))
        continue;
    close(self->fd);
    atomic_store(&self->open, false);
    atomic_store(&self->ended, true);
    return NULL;
}

/* ---- serving */

static connection *free_connection(kube_server *server)
{
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        connection *self = &server->connections[i];
        if (self->started && atomic_load(&self->ended)) {
            pthread_join(self->thread, NULL);
            self->started = false;
        }
        if (!self->started)
            return self;
    }
    return NULL;
}

static void *serve(void *data)
{
    kube_server *server = data;
    struct pollfd waiting[] = {{.fd = server->listening, .events = POLLIN},
                               {.fd = server->stop[0], .events = POLLIN}};
    for (;;) {
        (void)poll(waiting, G_N_ELEMENTS(waiting), -1);
        if (waiting[1].revents != 0)
            return NULL;
        const int fd = accept(server->listening, NULL, NULL); /* NOLINT(android-cloexec-accept) */
        connection *self = fd < 0 ? NULL : free_connection(server);
        if (self == NULL) {
            close(fd);
            continue;
        }
        self->server = server;
        self->fd = fd;
        atomic_store(&self->ended, false);
        atomic_store(&self->open, true);
        self->started = pthread_create(&self->thread, NULL, serve_connection, self) == 0;
    }
}

static void listen_on_loopback(kube_server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server->listening < 0 ||
        bind(server->listening, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(server->listening, CONNECTIONS_MAX) != 0 ||
        getsockname(server->listening, (struct sockaddr *)&address, &len) != 0)
        g_error("no socket on loopback");
    server->port = ntohs(address.sin_port);
}

kube_server *kube_server_start(kube_answer_fn answer, void *data)
{
    kube_server *server = g_new0(kube_server, 1);
    server->answer = answer;
    server->data = data;
    server->log = g_ptr_array_new_with_free_func(g_free);
    pthread_mutex_init(&server->lock, NULL);
    listen_on_loopback(server);
    if (pipe(server->stop) != 0 || /* NOLINT(android-cloexec-pipe) */
        pthread_create(&server->thread, NULL, serve, server) != 0)
        g_error("no thread to serve with");
    return server;
}

void kube_server_free(kube_server *server)
{
    if (server == NULL)
        return;
    close(server->stop[1]);
    pthread_join(server->thread, NULL);
    for (size_t i = 0; i < CONNECTIONS_MAX; i++)
        if (server->connections[i].started)
            pthread_join(server->connections[i].thread, NULL);
    close(server->stop[0]);
    close(server->listening);
    pthread_mutex_destroy(&server->lock);
    g_ptr_array_unref(server->log);
    g_free(server);
}

uint16_t kube_server_port(const kube_server *server)
{
    return server->port;
}

size_t kube_server_connections(const kube_server *server)
{
    size_t open = 0;
    for (size_t i = 0; i < CONNECTIONS_MAX; i++)
        open += atomic_load(&server->connections[i].open) ? 1 : 0;
    return open;
}

char *kube_server_url(const kube_server *server)
{
    return g_strdup_printf("http://127.0.0.1:%u", server->port);
}

GPtrArray *kube_server_log(kube_server *server)
{
    GPtrArray *copy = g_ptr_array_new_with_free_func(g_free);
    pthread_mutex_lock(&server->lock);
    for (guint i = 0; i < server->log->len; i++)
        g_ptr_array_add(copy, g_strdup(server->log->pdata[i]));
    pthread_mutex_unlock(&server->lock);
    return copy;
}

/* ---- answers */

kube_answer kube_answer_chunked(mn_str body, size_t chunk, bool ends)
{
    GString *text = g_string_new("HTTP/1.1 200 OK\r\nCache-Control: no-cache, private\r\n"
                                 "Content-Type: application/json\r\n"
                                 "Transfer-Encoding: chunked\r\n\r\n");
    for (size_t at = 0; at < body.len; at += chunk) {
        const size_t len = MIN(chunk, body.len - at);
        g_string_append_printf(text, "%zx\r\n", len);
        g_string_append_len(text, body.ptr + at, (gssize)len);
        g_string_append(text, "\r\n");
    }
    if (ends)
        g_string_append(text, "0\r\n\r\n");
    const size_t len = text->len;
    return (kube_answer){
        .bytes = g_string_free(text, FALSE), .len = len, .then = ends ? KUBE_KEEP : KUBE_STALL};
}

kube_answer kube_answer_plain(const char *status, const char *headers, mn_str body)
{
    GString *text = g_string_new(NULL);
    g_string_append_printf(
        text, "HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n", status, headers, body.len);
    g_string_append_len(text, body.ptr, (gssize)body.len);
    const size_t len = text->len;
    return (kube_answer){.bytes = g_string_free(text, FALSE), .len = len, .then = KUBE_KEEP};
}

char *kube_recorded(const char *name, size_t *len)
{
    g_autofree char *path = g_strconcat("watch/", name, ".http", NULL);
    return captures_read(path, len);
}

char *kube_recorded_body(const char *name, size_t *len)
{
    size_t raw_len;
    g_autofree char *raw = kube_recorded(name, &raw_len);
    const char *at = strstr(raw, "\r\n\r\n") + 4, *end = raw + raw_len;
    GString *body = g_string_new(NULL);
    const bool chunked = strstr(raw, "Transfer-Encoding: chunked") != NULL;
    while (chunked && at < end) {
        char *data;
        const size_t size = (size_t)g_ascii_strtoull(at, &data, 16);
        if (size == 0)
            break;
        g_string_append_len(body, data + 2, (gssize)size);
        at = data + 2 + size + 2;
    }
    if (!chunked)
        g_string_append_len(body, at, end - at);
    *len = body->len;
    return g_string_free(body, FALSE);
}
