/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP over a TLS connection that is kept, as kube-scheduler keeps its own. It tells apart how
 * a question may come to nothing: whoever asks must know whether it may ask again. */
#ifndef TESTS_SOAK_TLS_CLIENT_H
#define TESTS_SOAK_TLS_CLIENT_H

#include <glib.h>
#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct tls_client tls_client;

typedef enum tls_outcome {
    TLS_ANSWERED,
    TLS_CLOSED, /* the connection ended before a byte of an answer */
    TLS_CUT,    /* and within it */
    TLS_SILENT, /* nothing came for PATIENCE_S, and nothing ended */
} tls_outcome;

enum { TLS_PATIENCE_S = 60 };

/* NULL: refused, by TCP (*refused is true then) or in the handshake. */
tls_client *tls_client_open(uint16_t port, gnutls_certificate_credentials_t credentials,
                            bool *refused);
void tls_client_free(tls_client *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(tls_client, tls_client_free)

typedef struct tls_reply {
    int status;
    GString *text; /* head and body; the caller's, filled anew */
    size_t head;   /* where the body begins */
    bool closes;
} tls_reply;

bool tls_client_send(tls_client *self, const char *bytes, size_t len);
tls_outcome tls_client_receive(tls_client *self, tls_reply *reply);
/* Both. */
tls_outcome tls_client_ask(tls_client *self, const GString *request, tls_reply *reply);
/* So many bytes of an answer at most; false when there was none. */
bool tls_client_sip(tls_client *self, size_t bytes);
/* Ends it so that the other side gets a reset. */
void tls_client_reset(tls_client *self);
int tls_client_fd(const tls_client *self);

/* "POST path HTTP/1.1" and what goes with it. */
GString *tls_post(const char *path, const GString *body);

#endif
