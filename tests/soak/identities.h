/* SPDX-License-Identifier: Apache-2.0 */
/* Who the extender is and whom it lets in: its certificates, as kubelet lays a Secret out. The
 * files are links through one link, which leads elsewhere from one moment to the next. */
#ifndef TESTS_SOAK_IDENTITIES_H
#define TESTS_SOAK_IDENTITIES_H

#include "tests/support/certificates.h"

#include <glib.h>
#include <gnutls/gnutls.h>
#include <stdint.h>

/* The one name that the configuration lets in. */
#define SOAK_CLIENT_NAME "soak-scheduler"

typedef struct identities identities;

/* In `folder`, which the caller has and removes. */
identities *identities_new(const char *folder);
void identities_free(identities *self);

/* Lines of YAML. */
char *identities_config(const identities *self);

/* A new certificate for the server; a new CA for clients besides the old one. */
void identities_renew(identities *self);
/* Clients show what the new CA has signed from now on. */
void identities_switch(identities *self);
/* The old CA is taken out. */
void identities_retire(identities *self);
/* A key that is none; and the good one again. */
void identities_spoil(identities *self);
void identities_mend(identities *self);

/* What a client is to show, and which one in turn it is: the number changes with it. Stays until
 * identities_free(). By any thread. */
gnutls_certificate_credentials_t identities_credentials(identities *self, uint64_t *number);

/* Clients' certificates that are not to be let in. */
typedef enum wrong_identity {
    WRONG_CA,      /* by a CA that never was in the bundle */
    WRONG_TIME,    /* expired */
    WRONG_NAME,    /* not the one that the configuration names */
    WRONG_PURPOSE, /* for servers */
    WRONG_IDENTITIES,
} wrong_identity;

/* By the CA in use. By any thread. */
const certificate *identities_wrong(identities *self, wrong_identity kind);

/* For visits by tls_once(). Of the thread that changes them, but for the first. */
const certificate *identities_server_ca(const identities *self);
const certificate *identities_client(const identities *self);
const certificate *identities_next_client(const identities *self); /* between renew and switch */
const certificate *identities_last_client(const identities *self); /* after switch */

#endif
