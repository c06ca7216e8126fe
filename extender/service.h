/* SPDX-License-Identifier: Apache-2.0 */
/* What every handler has at hand. Made by main(), outlives the server. */
#ifndef EXT_SERVICE_H
#define EXT_SERVICE_H

#include "extender/log.h"
#include "extender/metrics.h"
#include "extender/node_store.h"
#include "extender/settings.h"
#include "mullion/httpd/server.h"

#include <stdatomic.h>

typedef struct ext_service {
    ext_settings *settings;
    ext_log *log;
    ext_node_store *nodes;
    _Atomic(mn_http_server *) server; /* NULL until it listens */
    ext_metrics metrics;
    atomic_bool draining;
    _Atomic uint64_t passed; /* requests that let every node pass: for log.every */
} ext_service;

/* routes.c; `data` of the handlers is the service. */
extern const mn_http_route ext_routes[];
extern const size_t ext_route_count;

/* handlers.c */
void ext_handle_filter(const mn_http_request *request, mn_http_reply *reply, void *data);
void ext_handle_prioritize(const mn_http_request *request, mn_http_reply *reply, void *data);
void ext_handle_preempt(const mn_http_request *request, mn_http_reply *reply, void *data);

/* health.c. NULL when it is ready, else why not. */
const char *ext_not_ready(ext_service *service);
void ext_handle_healthz(const mn_http_request *request, mn_http_reply *reply, void *data);
void ext_handle_readyz(const mn_http_request *request, mn_http_reply *reply, void *data);
void ext_handle_metrics(const mn_http_request *request, mn_http_reply *reply, void *data);
void ext_handle_version(const mn_http_request *request, mn_http_reply *reply, void *data);

#endif
