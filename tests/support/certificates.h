/* SPDX-License-Identifier: Apache-2.0 */
/* CAs, certificates and keys for a test, made on the spot; and a client that shows them. */
#ifndef TESTS_SUPPORT_CERTIFICATES_H
#define TESTS_SUPPORT_CERTIFICATES_H

#include <stdbool.h>
#include <stdint.h>

typedef struct certificate certificate;

typedef struct certificate_request {
    const char *common_name;
    const char *dns_name;  /* NULL: none */
    const char *uri;       /* NULL: none */
    const certificate *by; /* who signs it; NULL: itself */
    bool is_ca, for_server, for_client;
    int valid_s; /* from now; may be negative, and has ended then */
} certificate_request;

certificate *certificate_new(const certificate_request *request);
void certificate_free(certificate *self);

/* Write folder/name; the path is the caller's. */
char *certificate_write(const certificate *self, const char *folder, const char *name);
char *certificate_write_key(const certificate *self, const char *folder, const char *name);

typedef struct tls_visit {
    const certificate *as; /* NULL: shows none */
    const certificate *server_ca;
    const char *priorities; /* NULL: whatever the library likes best */
    const char *path;       /* GET */
    const char *post;       /* or POST of this JSON */
} tls_visit;

typedef struct tls_answer {
    int status; /* of the answer; 0: none, the handshake failed or the server went away */
    char *text; /* head and body; the caller frees */
    unsigned long text_len;
    char *serial;   /* of the server's certificate, hexadecimal; NULL: none was seen */
    char *protocol; /* "TLS1.3" */
} tls_answer;

/* One request on a connection of its own. */
tls_answer tls_once(uint16_t port, const tls_visit *visit);
void tls_answer_clear(tls_answer *answer);

#endif
