/* SPDX-License-Identifier: Apache-2.0 */
/* The list is locked to link, unlink and pass by; never while a request is served.
 * The lock is also what makes shutdown() safe: a socket is closed only after its
 * connection has been unlinked, so no number in the list is somebody else's. */
#include "core/httpd/connection.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>

/* For a first request to arrive, when there is reason to hurry. */
enum { NEW_GRACE_MS = 500 };

int64_t mn_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* What the peer has sent so far, requests and parts of requests alike. 0 where the
 * kernel does not say; a request that has begun is then noticed at the end of its
 * first line. */
static uint64_t bytes_received(int fd)
{
    struct tcp_info info = {0};
    socklen_t len = sizeof info;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0)
        return 0;
    return info.tcpi_bytes_received;
}

mn_connection *mn_connection_open(mn_connections *all, int fd)
{
    mn_connection *connection = g_new0(mn_connection, 1);
    connection->fd = fd;
    atomic_init(&connection->phase, MN_PHASE_NEW);
    atomic_init(&connection->deadline_ms, mn_now_ms() + all->request_timeout_ms);
    atomic_init(&connection->requests, 0);

    pthread_mutex_lock(&all->lock);
    connection->next = all->head;
    if (all->head != NULL)
        all->head->prev = connection;
    all->head = connection;
    all->count++;
    atomic_fetch_add(&all->begun, 1);
    pthread_mutex_unlock(&all->lock);
    return connection;
}

void mn_connection_close(mn_connections *all, mn_connection *connection)
{
    pthread_mutex_lock(&all->lock);
    if (connection->prev != NULL)
        connection->prev->next = connection->next;
    else
        all->head = connection->next;
    if (connection->next != NULL)
        connection->next->prev = connection->prev;
    all->count--;
    pthread_mutex_unlock(&all->lock);
    g_free(connection);
}

static void enter(mn_connection *connection, mn_phase phase, int64_t deadline_ms)
{
    /* The deadline first: a pass between the two stores must not meet the new phase
     * with the old deadline. */
    atomic_store(&connection->deadline_ms, deadline_ms);
    atomic_store(&connection->phase, phase);
}

void mn_connection_receiving(mn_connections *all, mn_connection *connection)
{
    /* The first request has been due since the connection was accepted. */
    if (atomic_load(&connection->phase) == MN_PHASE_NEW)
        atomic_store(&connection->phase, MN_PHASE_BUSY);
    else
        enter(connection, MN_PHASE_BUSY, mn_now_ms() + all->request_timeout_ms);
}

void mn_connection_answering(mn_connections *all, mn_connection *connection)
{
    enter(connection, MN_PHASE_BUSY, mn_now_ms() + all->request_timeout_ms);
}

void mn_connection_idle(mn_connections *all, mn_connection *connection)
{
    atomic_fetch_add(&connection->requests, 1);
    enter(connection, MN_PHASE_IDLE, mn_now_ms() + all->idle_timeout_ms);
}

static void cut(mn_connection *connection)
{
    connection->cut = true;
    shutdown(connection->fd, SHUT_RDWR);
}

/* For one on which nothing is under way, as far as we know: a request that arrives in this very
 * moment is still read and answered. With both directions shut it would be read, decided and
 * logged as well, and its answer lost. */
static void end_idle(mn_connection *connection)
{
    connection->cut = true;
    shutdown(connection->fd, SHUT_RD);
}

/* True when nothing has come since the last pass. Bytes without a request line are
 * a request that is being dripped: from now on it has the time of a request. */
static bool has_been_quiet(const mn_connections *all, mn_connection *connection, int64_t now)
{
    int64_t deadline = atomic_load(&connection->deadline_ms);
    uint64_t requests = atomic_load(&connection->requests);
    uint64_t bytes = bytes_received(connection->fd);
    bool same_request = connection->seen && requests == connection->seen_requests;
    bool quiet = bytes == connection->seen_bytes;

    if (!same_request)
        connection->receiving = false;
    else if (!quiet && !connection->receiving)
        /* Fails when a whole request has come and gone meanwhile, as it should. */
        connection->receiving = atomic_compare_exchange_strong(
            &connection->deadline_ms, &deadline, now + all->request_timeout_ms);
    connection->seen = true;
    connection->seen_requests = requests;
    connection->seen_bytes = bytes;
    return same_request && quiet && !connection->receiving;
}

/* While draining: a connection on which nothing is under way. One that was accepted
 * a moment ago may have its first request on the way to us. */
static bool is_done(const mn_connections *all, mn_connection *connection, int64_t now)
{
    switch (atomic_load(&connection->phase)) {
    case MN_PHASE_NEW:
        return now - atomic_load(&all->draining_since_ms) >= NEW_GRACE_MS &&
               bytes_received(connection->fd) == 0;
    case MN_PHASE_IDLE:
        return has_been_quiet(all, connection, now);
    case MN_PHASE_BUSY:
        return false;
    }
    return false;
}

static void pass_one(mn_connections *all, mn_connection *connection, int64_t now)
{
    if (connection->cut)
        return;
    if (atomic_load(&all->draining_since_ms) != 0) {
        if (is_done(all, connection, now)) {
            end_idle(connection);
            return;
        }
    } else if (atomic_load(&connection->phase) == MN_PHASE_IDLE) {
        (void)has_been_quiet(all, connection, now);
    }
    bool idle = atomic_load(&connection->phase) == MN_PHASE_IDLE && !connection->receiving;
    if (atomic_load(&connection->deadline_ms) > now)
        return;
    if (idle) { /* its time is up as agreed: nothing to tell */
        end_idle(connection);
        return;
    }
    atomic_fetch_add(&all->timed_out, 1);
    if (all->refused != NULL)
        all->refused(all->refused_data, 0, NULL, NULL);
    cut(connection);
}

void mn_connections_pass(mn_connections *all)
{
    int64_t now = mn_now_ms();
    pthread_mutex_lock(&all->lock);
    for (mn_connection *each = all->head; each != NULL; each = each->next)
        pass_one(all, each, now);
    pthread_mutex_unlock(&all->lock);
}

/* Since when nothing is under way on it; INT64_MAX when something is. What arrived since the last
 * pass may be a request that its thread has not come to yet. */
static int64_t quiet_since(const mn_connections *all, const mn_connection *connection)
{
    const int64_t deadline = atomic_load(&connection->deadline_ms);
    switch (atomic_load(&connection->phase)) {
    case MN_PHASE_NEW:
        return deadline - all->request_timeout_ms;
    case MN_PHASE_IDLE:
        if (connection->receiving || !connection->seen ||
            bytes_received(connection->fd) != connection->seen_bytes)
            break;
        return deadline - all->idle_timeout_ms;
    case MN_PHASE_BUSY:
        break;
    }
    return INT64_MAX;
}

/* The one of that phase on which nothing has been under way for longest. */
static mn_connection *longest_quiet(const mn_connections *all, mn_phase phase, int64_t latest)
{
    mn_connection *found = NULL;
    int64_t found_since = latest;
    for (mn_connection *each = all->head; each != NULL; each = each->next) {
        const int64_t since = quiet_since(all, each);
        if (each->cut || atomic_load(&each->phase) != phase || since > found_since)
            continue;
        found = each;
        found_since = since;
    }
    return found;
}

static bool has_new(const mn_connections *all)
{
    for (const mn_connection *each = all->head; each != NULL; each = each->next)
        if (atomic_load(&each->phase) == MN_PHASE_NEW)
            return true;
    return false;
}

/* Newcomers who say nothing, however many, drive out nobody but each other. */
bool mn_connections_evict(mn_connections *all)
{
    const int64_t latest = mn_now_ms() - NEW_GRACE_MS;
    pthread_mutex_lock(&all->lock);
    mn_connection *chosen = longest_quiet(all, has_new(all) ? MN_PHASE_NEW : MN_PHASE_IDLE, latest);
    if (chosen != NULL) {
        atomic_fetch_add(&all->evicted, 1);
        cut(chosen);
    }
    pthread_mutex_unlock(&all->lock);
    return chosen != NULL;
}

size_t mn_connections_count(mn_connections *all, size_t *busy)
{
    size_t found = 0;
    pthread_mutex_lock(&all->lock);
    for (const mn_connection *each = all->head; each != NULL; each = each->next)
        found += atomic_load(&each->phase) == MN_PHASE_BUSY ? 1 : 0;
    size_t count = all->count + (atomic_load(&all->handed) - atomic_load(&all->begun));
    pthread_mutex_unlock(&all->lock);
    *busy = found;
    return count;
}
