/* SPDX-License-Identifier: Apache-2.0 */
/* Listening, starting and stopping.
 *
 * A thread of our own accepts, and hands connections to the library's workers in
 * turn: left to itself the first worker to wake takes them all, and a few
 * keep-alive connections then share one core. The same thread passes by the open
 * connections for their deadlines (connection.h).
 */
#define _GNU_SOURCE /* NOLINT(*): accept4(), pipe2() */

#include "mullion/httpd/server.h"

#include "core/httpd/connection.h"
#include "core/httpd/exchange.h"
#include "core/httpd/tls_session.h"
#include "mullion/base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    MEMORY_PER_CONNECTION = 64 << 10, /* all of it is cleared for each request: 256 KiB take 8 us */
    BACKLOG = 128,
    TICK_MS = 250,
    DRAIN_TICK_MS = 50,
    BACK_OFF_MS = 100, /* after accept() said that there are no descriptors left */
    EVICT_MS = 20,     /* for an evicted connection to be gone */
    MORE_OPTIONS = 4,
    SPARE_PLACES = 16, /* see connection_limit() */
};

struct mn_http_server {
    struct MHD_Daemon *daemon;
    mn_connections connections;
    mn_exchanges exchanges;
    size_t connections_max;
    uint16_t port;

    int listen_fd; /* of the accepting thread once that runs; -1: closed */
    int wake[2];   /* pipe: ends the accepting thread's sleep */
    pthread_t acceptor;
    bool acceptor_runs;
    atomic_bool finished;
};

static bool io_error(GError **error, const char *what, const mn_http_options *options, int code)
{
    g_set_error(error,
                MN_ERROR,
                MN_ERROR_IO,
                "cannot %s %s port %u: %s",
                what,
                options->address,
                options->port,
                g_strerror(code));
    return false;
}

static bool listen_on(mn_http_server *server, const mn_http_options *options,
                      const struct addrinfo *where, GError **error)
{
    int fd = socket(where->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return io_error(error, "open a socket for", options, errno);
    server->listen_fd = fd;

    int on = 1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, where->ai_addr, where->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0)
        return io_error(error, "listen on", options, errno);

    struct sockaddr_storage bound;
    socklen_t len = sizeof bound;
    char port[16];
    if (getsockname(fd, (struct sockaddr *)&bound, &len) != 0 ||
        getnameinfo((struct sockaddr *)&bound, len, NULL, 0, port, sizeof port, NI_NUMERICSERV) !=
            0)
        return io_error(error, "ask for the port of", options, errno);
    server->port = (uint16_t)g_ascii_strtoull(port, NULL, 10);
    return true;
}

static bool open_listener(mn_http_server *server, const mn_http_options *options, GError **error)
{
    char port[16];
    (void)g_snprintf(port, sizeof port, "%u", options->port);
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
                                   .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    int status = getaddrinfo(options->address, port, &hints, &found);
    if (status != 0) {
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_SYNTAX,
                    "'%s' is not an IPv4 or IPv6 address: %s",
                    options->address,
                    gai_strerror(status));
        return false;
    }
    bool opened = listen_on(server, options, found, error);
    freeaddrinfo(found);
    return opened;
}

/* Options that not every server has. */
static void list_options(const mn_http_options *options, struct MHD_OptionItem out[MORE_OPTIONS])
{
    /* The library takes either as a pointer to data, and not to const. */
    union {
        const char *in;
        void *out;
    } priorities = {.in = mn_tls_priorities};
    union {
        gnutls_certificate_retrieve_function2 *in;
        void *out;
    } certificate = {.in = mn_tls_no_certificate};
    size_t count = 0;
    if (options->threads > 1)
        out[count++] =
            (struct MHD_OptionItem){MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)options->threads, NULL};
    if (options->tls != NULL) {
        out[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0, priorities.out};
        out[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_CERT_CALLBACK, 0, certificate.out};
    }
    out[count] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
}

/* The library's own limit must never be met: it is shared out among its threads, to which
 * connections go by the number of their socket, and a thread of 0.9.75 that is handed one too
 * many waits for ever for a lock that it holds (new_connection_process_() of its daemon.c). So
 * each thread may have all that ours allows, and those that it is about to clean up. */
static unsigned connection_limit(const mn_http_options *options)
{
    return (options->connections_max + SPARE_PLACES) * MAX(options->threads, 1);
}

static bool start_daemon(mn_http_server *server, const mn_http_options *options, GError **error)
{
    const unsigned flags = MHD_USE_AUTO_INTERNAL_THREAD | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ITC |
                           MHD_USE_TURBO | (options->tls == NULL ? 0U : MHD_USE_TLS);
    const unsigned limit = connection_limit(options);
    struct MHD_OptionItem more[MORE_OPTIONS];
    list_options(options, more);
    server->daemon = MHD_start_daemon(flags,
                                      0,
                                      NULL,
                                      NULL,
                                      mn_exchange_on_request,
                                      &server->exchanges,
                                      MHD_OPTION_ARRAY,
                                      more,
                                      MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                                      (size_t)MEMORY_PER_CONNECTION,
                                      MHD_OPTION_CONNECTION_LIMIT,
                                      limit,
                                      MHD_OPTION_CONNECTION_TIMEOUT,
                                      0U,
                                      MHD_OPTION_STRICT_FOR_CLIENT,
                                      1,
                                      MHD_OPTION_URI_LOG_CALLBACK,
                                      mn_exchange_on_line,
                                      &server->exchanges,
                                      MHD_OPTION_NOTIFY_COMPLETED,
                                      mn_exchange_on_completed,
                                      &server->exchanges,
                                      MHD_OPTION_NOTIFY_CONNECTION,
                                      mn_exchange_on_connection,
                                      &server->exchanges,
                                      MHD_OPTION_END);
    return server->daemon != NULL || io_error(error, "start threads for", options, errno);
}

/* False when there was nothing to accept, or nothing to hold it. */
static bool accept_one(mn_http_server *server)
{
    struct sockaddr_storage peer;
    socklen_t len = sizeof peer;
    int fd =
        accept4(server->listen_fd, (struct sockaddr *)&peer, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) {
        atomic_fetch_add(&server->connections.handed, 1);
        if (MHD_add_connection(server->daemon, fd, (struct sockaddr *)&peer, len) != MHD_YES)
            atomic_fetch_sub(&server->connections.handed, 1);
        return true;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        (void)mn_connections_evict(&server->connections);
        (void)poll(NULL, 0, BACK_OFF_MS); /* else the listener, still readable, makes us spin */
    }
    return errno == ECONNABORTED || errno == EINTR;
}

/* Connections beyond the limit wait in the kernel's queue. */
static void accept_some(mn_http_server *server)
{
    size_t busy;
    size_t open = mn_connections_count(&server->connections, &busy);
    if (open >= server->connections_max) {
        (void)mn_connections_evict(&server->connections);
        (void)poll(NULL, 0, EVICT_MS);
        return;
    }
    for (size_t room = server->connections_max - open; room > 0 && accept_one(server); room--)
        continue;
}

static void *accept_and_pass(void *data)
{
    mn_http_server *server = data;
    int64_t pass_at_ms = mn_now_ms();
    while (!atomic_load(&server->finished)) {
        bool draining = atomic_load(&server->connections.draining_since_ms) != 0;
        int tick = draining ? DRAIN_TICK_MS : TICK_MS;
        struct pollfd wait[] = {{.fd = server->wake[0], .events = POLLIN},
                                {.fd = server->listen_fd, .events = POLLIN}};
        (void)poll(wait, 2, tick);
        char drop[16];
        while (read(server->wake[0], drop, sizeof drop) > 0)
            continue;
        if (wait[1].revents != 0 || (draining && server->listen_fd >= 0))
            accept_some(server); /* once more before closing: who is in the queue is let in */
        if (draining && server->listen_fd >= 0) {
            close(server->listen_fd);
            server->listen_fd = -1;
        }
        if (mn_now_ms() >= pass_at_ms || draining) {
            mn_connections_pass(&server->connections);
            pass_at_ms = mn_now_ms() + tick;
        }
    }
    return NULL;
}

static void wake(mn_http_server *server)
{
    ssize_t written = write(server->wake[1], "w", 1);
    (void)written; /* a full pipe wakes as well */
}

mn_http_server *mn_http_server_start(const mn_http_router *router, const mn_http_options *options,
                                     GError **error)
{
    g_autoptr(mn_http_server) server = g_new0(mn_http_server, 1);
    server->listen_fd = server->wake[0] = server->wake[1] = -1;
    server->connections_max = options->connections_max;
    server->connections.request_timeout_ms = options->request_timeout_ms;
    server->connections.idle_timeout_ms = options->idle_timeout_ms;
    server->connections.refused = server->exchanges.refused = options->refused;
    server->connections.refused_data = server->exchanges.refused_data = options->refused_data;
    server->exchanges.router = router;
    server->exchanges.connections = &server->connections;
    server->exchanges.tls = options->tls;
    server->exchanges.body_max = options->body_max;
    server->exchanges.bodies_max = options->bodies_max;
    pthread_mutex_init(&server->connections.lock, NULL);
    pthread_mutex_init(&server->exchanges.lock, NULL);

    if (pipe2(server->wake, O_CLOEXEC | O_NONBLOCK) != 0) {
        io_error(error, "make a pipe for", options, errno);
        return NULL;
    }
    if (!open_listener(server, options, error) || !start_daemon(server, options, error))
        return NULL;
    int failed = pthread_create(&server->acceptor, NULL, accept_and_pass, server);
    if (failed != 0) {
        io_error(error, "start a thread for", options, failed);
        return NULL;
    }
    server->acceptor_runs = true;
    return g_steal_pointer(&server);
}

uint16_t mn_http_server_port(const mn_http_server *server)
{
    return server->port;
}

mn_http_counts mn_http_server_counts(mn_http_server *server)
{
    size_t busy;
    size_t open = mn_connections_count(&server->connections, &busy);
    return (mn_http_counts){.connections = open,
                            .in_flight = busy,
                            .timed_out = atomic_load(&server->connections.timed_out),
                            .evicted = atomic_load(&server->connections.evicted)};
}

bool mn_http_server_drain(mn_http_server *server, int64_t drain_ms)
{
    int64_t until = mn_now_ms() + drain_ms;
    atomic_store(&server->connections.draining_since_ms, mn_now_ms());
    wake(server);

    /* Twice none, some time apart: one that was just accepted is not in the list yet. */
    for (int empty = 0; empty < 2;) {
        size_t busy;
        empty = mn_connections_count(&server->connections, &busy) == 0 ? empty + 1 : 0;
        if (mn_now_ms() >= until)
            return busy == 0;
        (void)poll(NULL, 0, DRAIN_TICK_MS / 2);
    }
    return true;
}

void mn_http_server_free(mn_http_server *server)
{
    if (server == NULL)
        return;
    if (server->acceptor_runs) {
        atomic_store(&server->finished, true);
        wake(server);
        pthread_join(server->acceptor, NULL);
    }
    if (server->daemon != NULL)
        MHD_stop_daemon(server->daemon);
    if (server->listen_fd >= 0)
        close(server->listen_fd);
    if (server->wake[0] >= 0) {
        close(server->wake[0]);
        close(server->wake[1]);
    }
    mn_exchanges_clear(&server->exchanges);
    pthread_mutex_destroy(&server->connections.lock);
    pthread_mutex_destroy(&server->exchanges.lock);
    g_free(server);
}
