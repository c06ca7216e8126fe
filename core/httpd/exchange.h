/* SPDX-License-Identifier: Apache-2.0 */
/* One request and its answer, between libmicrohttpd's callbacks and a handler. */
#ifndef MN_EXCHANGE_H
#define MN_EXCHANGE_H

#include "core/httpd/body.h"
#include "core/httpd/connection.h"
#include "mullion/httpd/server.h"

#include <microhttpd.h>

typedef struct mn_exchange mn_exchange;

/* Arenas and body buffers wait here between requests, so that an idle connection
 * holds none and a busy one allocates little. */
typedef struct mn_exchanges {
    const mn_http_router *router;
    mn_connections *connections;
    mn_tls *tls; /* NULL: plain HTTP */
    size_t body_max, bodies_max;
    _Atomic size_t bodies_bytes; /* of all bodies held now */
    mn_http_refused refused;
    void *refused_data;

    pthread_mutex_t lock;
    mn_exchange *spare;
    size_t spare_count;
} mn_exchanges;

/* The callbacks for MHD_start_daemon(); `cls` is the mn_exchanges. */
void *mn_exchange_on_line(void *cls, const char *uri, struct MHD_Connection *mhd);
/* NOLINTNEXTLINE(readability-function-size): the library's signature */
enum MHD_Result mn_exchange_on_request(void *cls, struct MHD_Connection *mhd, const char *url,
                                       const char *method, const char *version, const char *data,
                                       size_t *size, void **state);
void mn_exchange_on_completed(void *cls, struct MHD_Connection *mhd, void **state,
                              enum MHD_RequestTerminationCode how);
void mn_exchange_on_connection(void *cls, struct MHD_Connection *mhd, void **context,
                               enum MHD_ConnectionNotificationCode what);

void mn_exchanges_clear(mn_exchanges *all);

#endif
