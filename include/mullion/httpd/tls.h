/* SPDX-License-Identifier: Apache-2.0 */
/* Who a server says it is, and whom it lets in: TLS 1.2 and 1.3 from PEM files.
 *
 *     g_autoptr(mn_tls) tls = mn_tls_new(&files, &error);
 *     mn_http_options options = {..., .tls = tls};
 *     ... mn_tls_reload(tls, &error) now and then ...
 *
 * The files are read together and swapped together: connections that are being made get
 * either all of the old ones or all of the new ones, those that stand keep what they were
 * made with. With a client CA, a client without a certificate that it signed, for client
 * authentication, does not get past the handshake.
 */
#ifndef MN_TLS_H
#define MN_TLS_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct mn_tls mn_tls;

typedef struct mn_tls_files {
    const char *certificate; /* PEM: the server's own first, then what signed it */
    const char *key;         /* PEM, not encrypted */
    const char *client_ca;   /* PEM, one or more; NULL: clients need no certificate */
    /* Of these, a client's certificate must have one as its common name or as a DNS or URI
     * name. None: whatever the CA signed will do. */
    const char *const *client_names;
    size_t client_name_count;
} mn_tls_files;

/* Reads the files; paths and names are copied. Errors name the file: IO (cannot be read),
 * SYNTAX (no PEM, the key of another certificate, an encrypted key), LIMIT (over 1 MiB),
 * SCHEMA (client names without a client CA; a certificate that has expired). */
mn_tls *mn_tls_new(const mn_tls_files *files, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* After the server that uses it. NULL-safe. */
void mn_tls_free(mn_tls *tls);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mn_tls, mn_tls_free)

/* Have the files changed since they were last read, or tried to be? Looks at their times
 * and sizes, through links: Kubernetes swaps a link when a Secret changes. */
bool mn_tls_has_changed(mn_tls *tls);

/* Reads them anew; on failure the old ones stay. From one thread. */
bool mn_tls_reload(mn_tls *tls, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct mn_tls_state {
    int64_t expires_s;            /* since 1970: end of the server's certificate */
    uint64_t handshakes_refused;  /* since the start: by what the client's certificate is */
    uint64_t handshakes_misnamed; /* of these: the CA signed it, and it has none of the names */
    uint64_t reloads;             /* that succeeded */
    bool reload_failed;           /* the last one: the files are not those in use */
} mn_tls_state;

mn_tls_state mn_tls_state_of(mn_tls *tls);

#endif
