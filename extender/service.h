/* SPDX-License-Identifier: Apache-2.0 */
/* What every handler has at hand. Made by main(), outlives the server. */
#ifndef EXT_SERVICE_H
#define EXT_SERVICE_H

#include "extender/log.h"
#include "extender/metrics.h"
#include "extender/node_store.h"
#include "extender/recent.h"
#include "extender/settings.h"
#include "mullion/httpd/server.h"

#include <stdatomic.h>

typedef struct ext_service {
    ext_settings *settings;
    ext_log *log;
    ext_node_store *nodes;
    _Atomic(mn_http_server *) server; /* for kube-scheduler; NULL until it listens */
    _Atomic(mn_tls *) tls;            /* its certificates; NULL: plain HTTP */
    ext_metrics metrics;
    ext_recent *recent; /* decisions for /explain */
    atomic_bool draining;
    _Atomic uint64_t passed; /* requests that let every node pass: for log.every */
} ext_service;

/* routes.c: what a listener answers; `data` of the handlers is the service. The verbs of
 * kube-scheduler stand under the prefix, all else outside. */
enum { EXT_LISTENS_VERBS = 1, EXT_LISTENS_ADMIN = 2, EXT_ROUTES_MAX = 16 };

size_t ext_routes_of(unsigned listeners, mn_http_route out[EXT_ROUTES_MAX]);

/* handlers.c. What is answered to a question: status and body. With `error` set it was not
 * decided; the answer says so. */
unsigned ext_answer(const ext_question *question, mn_arena *arena, ext_decision *decision,
                    mn_wire_body *out, GError **error);
void ext_handle_filter(const mn_http_request *request, mn_http_reply *reply, void *data);
void ext_handle_prioritize(const mn_http_request *request, mn_http_reply *reply, void *data);
void ext_handle_preempt(const mn_http_request *request, mn_http_reply *reply, void *data);

/* health.c. NULL when it is ready, else why not. */
const char *ext_not_ready(ext_service *service);
void ext_handle_livez(const mn_http_request *request, mn_http_reply *reply, void *data);
void ext_handle_readyz(const mn_http_request *request, mn_http_reply *reply, void *data);
void ext_handle_metrics(const mn_http_request *request, mn_http_reply *reply, void *data);
void ext_handle_version(const mn_http_request *request, mn_http_reply *reply, void *data);

/* explain.c */
void ext_handle_explain(const mn_http_request *request, mn_http_reply *reply, void *data);

#endif
