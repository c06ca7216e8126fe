/* SPDX-License-Identifier: Apache-2.0 */
/* The connections that are open, what each is doing and until when it may.
 *
 * libmicrohttpd's own timeout counts inactivity only: a byte now and then holds a
 * connection for ever. So each connection has a deadline here, and a thread that
 * passes by a few times a second shuts the socket of those that overran; the
 * library then sees the end of the stream and cleans up by itself.
 */
#ifndef MN_CONNECTION_H
#define MN_CONNECTION_H

#include "mullion/httpd/server.h"

#include <pthread.h>
#include <stdatomic.h>

/*      accepted                 request line          whole answer
 *         |                         |                     |
 *      NEW ----------------------> BUSY ----------------> IDLE --> NEW request: BUSY ...
 */
typedef enum mn_phase { MN_PHASE_NEW, MN_PHASE_IDLE, MN_PHASE_BUSY } mn_phase;

typedef struct mn_connection {
    struct mn_connection *prev, *next; /* under the list's lock */
    int fd;
    void *tls_material; /* that its handshake is made with; NULL without TLS */

    /* Written by the thread that serves the connection, read by the one that passes by. */
    _Atomic mn_phase phase;
    _Atomic int64_t deadline_ms;
    _Atomic uint64_t requests;

    /* Of the thread that passes by: how it finds that a request has begun to arrive
     * before its first line is complete. */
    uint64_t seen_requests, seen_bytes;
    bool seen, receiving, cut;
} mn_connection;

typedef struct mn_connections {
    pthread_mutex_t lock;
    mn_connection *head;
    size_t count;
    /* Passed on to the library's threads, and taken up by them. Those between are in no list yet,
     * for as long as the thread is busy with an answer, and count all the same. */
    _Atomic size_t handed, begun;
    int64_t request_timeout_ms, idle_timeout_ms;
    mn_http_refused refused;
    void *refused_data;
    _Atomic int64_t draining_since_ms; /* 0: not draining */
    _Atomic uint64_t timed_out, evicted;
} mn_connections;

int64_t mn_now_ms(void); /* monotonic */

mn_connection *mn_connection_open(mn_connections *all, int fd);
void mn_connection_close(mn_connections *all, mn_connection *connection);

/* Where a connection stands; each sets the deadline that goes with it. */
void mn_connection_receiving(mn_connections *all, mn_connection *connection);
void mn_connection_answering(mn_connections *all, mn_connection *connection);
void mn_connection_idle(mn_connections *all, mn_connection *connection);

/* One pass over all connections. */
void mn_connections_pass(mn_connections *all);

/* Makes room when all places are taken: cuts the connection that has been there for longest
 * without asking for anything, or, when there is none that has yet to ask, the one that has been
 * idle for longest. False when there is none such for half a second. */
bool mn_connections_evict(mn_connections *all);

/* All that are open or handed to the library; *busy: of which a request is under way. */
size_t mn_connections_count(mn_connections *all, size_t *busy);

#endif
