/* SPDX-License-Identifier: Apache-2.0 */
/* What a connection needs of mn_tls. */
#ifndef MN_TLS_SESSION_H
#define MN_TLS_SESSION_H

#include "mullion/httpd/tls.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

/* What is offered: TLS 1.2 and 1.3, forward secrecy, authenticated encryption. For
 * gnutls_priority_init(). */
extern const char mn_tls_priorities[];

/* The certificates of one moment. */
typedef struct mn_tls_material mn_tls_material;

/* Before the handshake: gives the session what it is to be made with, which must outlive
 * the session. The caller releases it. */
mn_tls_material *mn_tls_equip(mn_tls *tls, gnutls_session_t session);
void mn_tls_material_release(mn_tls_material *material);

/* For libmicrohttpd's daemon, which asks for a certificate before ours takes its place:
 * there is none, and no handshake without ours. */
int mn_tls_no_certificate(gnutls_session_t session, const gnutls_datum_t *authorities, int count,
                          const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
                          gnutls_pcert_st **certificates, unsigned *certificate_count,
                          gnutls_privkey_t *key);

#endif
