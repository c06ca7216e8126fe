/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP calls as kube-scheduler makes them to its extenders.
 *
 * One caller is one client: its connections stay open and are used again. What goes wrong is
 * said in the words of Go's net/http, since those are what kube-scheduler writes into events.
 * https://pkg.go.dev/net/http#Client
 */
#ifndef MN_CALL_H
#define MN_CALL_H

#include "mullion/base/arena.h"
#include "mullion/base/error.h"
#include "mullion/base/str.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As an extender's tlsConfig. Files are PEM, data is base64 of PEM; NULL: not given. */
typedef struct mn_call_tls {
    const char *ca_file, *cert_file, *key_file;
    const char *ca_data, *cert_data, *key_data;
    const char *server_name; /* asked for and verified in place of the URL's host */
    bool insecure;           /* believes any certificate */
} mn_call_tls;

typedef struct mn_call_options {
    int64_t timeout_ms; /* of a whole exchange, redirects and body included */
    size_t answer_max;  /* bytes of a body, unzipped */
    mn_call_tls tls;
} mn_call_options;

/* A body of JSON, made of spans one after the other. */
typedef struct mn_call {
    const char *url;
    const mn_str *spans;
    size_t count;
} mn_call;

typedef struct mn_call_answer {
    long status;
    mn_str body; /* in the arena; empty unless the status is 200 */
} mn_call_answer;

typedef struct mn_caller mn_caller;

/* Of `options` nothing is kept but copies. NULL with *error set: options that no client can
 * be made of. */
mn_caller *mn_caller_new(const mn_call_options *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mn_caller_free(mn_caller *caller);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mn_caller, mn_caller_free)

/* POSTs. Any status is an answer. False with IO: "Post "URL": EOF" and its like; LIMIT: the
 * body is longer than answer_max. One call at a time. A body that breaks off comes as far as
 * it came: what is missing is for its reader to say. */
bool mn_caller_post(mn_caller *caller, mn_arena *arena, const mn_call *call, mn_call_answer *answer,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
