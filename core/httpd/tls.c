/* SPDX-License-Identifier: Apache-2.0 */
/* libmicrohttpd can be given a certificate and a CA, once, and a CA alone does not make it
 * ask for a client's certificate, nor refuse a foreign one. So every session gets credentials
 * of ours instead, before its handshake.
 */
#include "core/httpd/tls_session.h"
#include "mullion/base/error.h"

#include <errno.h>
#include <gnutls/x509.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { FILE_MAX = 1 << 20, NAME_MAX_BYTES = 512, FILES = 3 };

const char mn_tls_priorities[] =
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA:"
    "-CIPHER-ALL:+AES-256-GCM:+AES-128-GCM:+CHACHA20-POLY1305:-MAC-ALL:+AEAD:"
    "-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1:%SERVER_PRECEDENCE";

/* When and how large a file was: another one when a link leads elsewhere. */
typedef struct mark {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec changed;
} mark;

struct mn_tls_material {
    _Atomic size_t references;
    gnutls_certificate_credentials_t credentials;
    mn_tls *owner; /* outlives every server, and so every session */
    int64_t expires_s;
};

struct mn_tls {
    char *paths[FILES]; /* certificate, key, client CA or NULL */
    GStrv names;
    pthread_mutex_t lock;
    mn_tls_material *current; /* under the lock */
    mark marks[FILES];        /* of who reloads */
    _Atomic uint64_t refused, misnamed, reloads;
    _Atomic bool reload_failed;
};

enum { CERTIFICATE, KEY, CLIENT_CA };

/* ---- files */

static bool io_error(const char *path, int code, GError **error)
{
    g_set_error(error, MN_ERROR, MN_ERROR_IO, "%s: %s", path, g_strerror(code));
    return false;
}

static mark mark_of(const char *path)
{
    struct stat found;
    if (path == NULL || stat(path, &found) != 0)
        return (mark){.size = -1};
    return (mark){.device = found.st_dev,
                  .inode = found.st_ino,
                  .size = found.st_size,
                  .changed = found.st_mtim};
}

static bool mark_eq(const mark *a, const mark *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

/* The caller frees out->data, after wiping it. */
static bool read_file(const char *path, gnutls_datum_t *out, GError **error)
{
    struct stat found;
    g_autoptr(GError) why = NULL;
    char *text;
    gsize len;
    if (stat(path, &found) != 0)
        return io_error(path, errno, error);
    if (found.st_size > FILE_MAX) {
        g_set_error(error, MN_ERROR, MN_ERROR_LIMIT, "%s: over 1 MiB: not a PEM file?", path);
        return false;
    }
    if (!g_file_get_contents(path, &text, &len, &why)) {
        g_set_error(error, MN_ERROR, MN_ERROR_IO, "%s", why->message);
        return false;
    }
    *out = (gnutls_datum_t){.data = (unsigned char *)text, .size = (unsigned)len};
    return true;
}

static void wipe(gnutls_datum_t *text)
{
    if (text->data != NULL)
        gnutls_memset(text->data, 0, text->size);
    g_free(text->data);
    text->data = NULL;
}

/* ---- who may come in */

static bool name_is_allowed(mn_tls *tls, const char *name, size_t len)
{
    for (size_t i = 0; tls->names[i] != NULL; i++) {
        if (strlen(tls->names[i]) == len && g_ascii_strncasecmp(tls->names[i], name, len) == 0)
            return true;
    }
    return false;
}

static bool has_allowed_name(mn_tls *tls, gnutls_x509_crt_t certificate)
{
    char name[NAME_MAX_BYTES];
    size_t len = sizeof name;
    if (gnutls_x509_crt_get_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &len) ==
            0 &&
        name_is_allowed(tls, name, len))
        return true;
    for (unsigned i = 0;; i++) {
        len = sizeof name;
        int kind = gnutls_x509_crt_get_subject_alt_name(certificate, i, name, &len, NULL);
        if (kind == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
            return false;
        if ((kind == GNUTLS_SAN_DNSNAME || kind == GNUTLS_SAN_URI) &&
            name_is_allowed(tls, name, strnlen(name, len)))
            return true;
    }
}

static bool peer_is_named(mn_tls *tls, gnutls_session_t session)
{
    if (tls->names[0] == NULL)
        return true;
    unsigned count;
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &count);
    gnutls_x509_crt_t certificate;
    if (chain == NULL || count == 0 || gnutls_x509_crt_init(&certificate) != 0)
        return false;
    bool named = gnutls_x509_crt_import(certificate, chain, GNUTLS_X509_FMT_DER) == 0 &&
                 has_allowed_name(tls, certificate);
    gnutls_x509_crt_deinit(certificate);
    return named;
}

static bool peer_is_trusted(gnutls_session_t session)
{
    static char purpose[] = GNUTLS_KP_TLS_WWW_CLIENT;
    gnutls_typed_vdata_st as_client = {.type = GNUTLS_DT_KEY_PURPOSE_OID,
                                       .data = (unsigned char *)purpose};
    unsigned status = 0;
    return gnutls_certificate_verify_peers(session, &as_client, 1, &status) == 0 && status == 0;
}

/* Ends the handshake when not 0. */
static int judge_peer(gnutls_session_t session)
{
    const mn_tls_material *material = gnutls_session_get_ptr(session);
    mn_tls *tls = material->owner;
    const bool trusted = peer_is_trusted(session);
    if (trusted && peer_is_named(tls, session))
        return 0;
    atomic_fetch_add(&tls->refused, 1);
    if (trusted)
        atomic_fetch_add(&tls->misnamed, 1);
    return GNUTLS_E_CERTIFICATE_ERROR;
}

/* ---- certificates of one moment */

void mn_tls_material_release(mn_tls_material *material)
{
    if (material == NULL || atomic_fetch_sub(&material->references, 1) > 1)
        return;
    gnutls_certificate_free_credentials(material->credentials);
    g_free(material);
}

static bool syntax_error(const char *path, int code, const char *remedy, GError **error)
{
    g_set_error(error, MN_ERROR, MN_ERROR_SYNTAX, "%s: %s%s", path, gnutls_strerror(code), remedy);
    return false;
}

static bool load_identity(mn_tls *tls, mn_tls_material *material, GError **error)
{
    const char *certificate_path = tls->paths[CERTIFICATE], *key_path = tls->paths[KEY];
    gnutls_datum_t certificate = {.data = NULL}, key = {.data = NULL};
    if (!read_file(certificate_path, &certificate, error))
        return false;
    if (!read_file(key_path, &key, error)) {
        wipe(&certificate);
        return false;
    }
    int code = gnutls_certificate_set_x509_key_mem(
        material->credentials, &certificate, &key, GNUTLS_X509_FMT_PEM);
    wipe(&certificate);
    wipe(&key);
    if (code == GNUTLS_E_CERTIFICATE_KEY_MISMATCH) {
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_SYNTAX,
                    "%s: not the key of the first certificate in %s",
                    key_path,
                    certificate_path);
        return false;
    }
    if (code < 0) {
        g_autofree char *both = g_strdup_printf("%s, %s", certificate_path, key_path);
        return syntax_error(
            both, code, " (expected a PEM certificate and its PEM key, not encrypted)", error);
    }
    return true;
}

/* Of the server's own certificate. */
static bool check_validity(const char *path, mn_tls_material *material, GError **error)
{
    gnutls_x509_crt_t *list = NULL;
    unsigned count = 0;
    int code = gnutls_certificate_get_x509_crt(material->credentials, 0, &list, &count);
    if (code < 0 || count == 0)
        return syntax_error(path, code, "", error);
    material->expires_s = (int64_t)gnutls_x509_crt_get_expiration_time(list[0]);
    for (unsigned i = 0; i < count; i++)
        gnutls_x509_crt_deinit(list[i]);
    gnutls_free(list);
    if (material->expires_s > (int64_t)time(NULL))
        return true;
    g_autoptr(GDateTime) end = g_date_time_new_from_unix_utc(material->expires_s);
    g_autofree char *when = end == NULL ? g_strdup("before") : g_date_time_format(end, "on %F");
    g_set_error(error, MN_ERROR, MN_ERROR_SCHEMA, "%s: the certificate has expired %s", path, when);
    return false;
}

static bool load_client_ca(mn_tls *tls, mn_tls_material *material, GError **error)
{
    const char *path = tls->paths[CLIENT_CA];
    gnutls_datum_t text = {.data = NULL};
    if (path == NULL)
        return true;
    if (!read_file(path, &text, error))
        return false;
    int count =
        gnutls_certificate_set_x509_trust_mem(material->credentials, &text, GNUTLS_X509_FMT_PEM);
    wipe(&text);
    if (count <= 0)
        return syntax_error(path,
                            count == 0 ? GNUTLS_E_NO_CERTIFICATE_FOUND : count,
                            " (expected the PEM certificate of a CA)",
                            error);
    gnutls_certificate_set_verify_function(material->credentials, judge_peer);
    return true;
}

static mn_tls_material *load(mn_tls *tls, GError **error)
{
    mn_tls_material *material = g_new0(mn_tls_material, 1);
    atomic_init(&material->references, 1);
    material->owner = tls;
    if (gnutls_certificate_allocate_credentials(&material->credentials) < 0)
        g_error("no memory for certificates");
    if (load_identity(tls, material, error) &&
        check_validity(tls->paths[CERTIFICATE], material, error) &&
        load_client_ca(tls, material, error))
        return material;
    mn_tls_material_release(material);
    return NULL;
}

/* ---- sessions */

mn_tls_material *mn_tls_equip(mn_tls *tls, gnutls_session_t session)
{
    pthread_mutex_lock(&tls->lock);
    mn_tls_material *material = tls->current;
    atomic_fetch_add(&material->references, 1);
    pthread_mutex_unlock(&tls->lock);

    /* The library keeps a pointer of its own there only for pre-shared keys. */
    gnutls_session_set_ptr(session, material);
    (void)gnutls_credentials_clear(session);
    (void)gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, material->credentials);
    gnutls_certificate_server_set_request(
        session, tls->paths[CLIENT_CA] == NULL ? GNUTLS_CERT_IGNORE : GNUTLS_CERT_REQUIRE);
    return material;
}

/* NOLINTBEGIN(readability-function-size,readability-non-const-parameter): their signature */
int mn_tls_no_certificate(gnutls_session_t session, const gnutls_datum_t *authorities, int count,
                          const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
                          gnutls_pcert_st **certificates, unsigned *certificate_count,
                          gnutls_privkey_t *key)
{
    (void)session;
    (void)authorities;
    (void)count;
    (void)algorithms;
    (void)algorithm_count;
    (void)certificates;
    (void)certificate_count;
    (void)key;
    return -1;
}
/* NOLINTEND(readability-function-size,readability-non-const-parameter) */

/* ---- from the outside */

mn_tls *mn_tls_new(const mn_tls_files *files, GError **error)
{
    if (files->client_name_count > 0 && files->client_ca == NULL) {
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_SCHEMA,
                    "names of clients are given, but no CA that vouches for them");
        return NULL;
    }
    g_autoptr(mn_tls) tls = g_new0(mn_tls, 1);
    pthread_mutex_init(&tls->lock, NULL);
    tls->paths[CERTIFICATE] = g_strdup(files->certificate);
    tls->paths[KEY] = g_strdup(files->key);
    tls->paths[CLIENT_CA] = g_strdup(files->client_ca);
    tls->names = g_new0(char *, files->client_name_count + 1);
    for (size_t i = 0; i < files->client_name_count; i++)
        tls->names[i] = g_strdup(files->client_names[i]);
    if (!mn_tls_reload(tls, error))
        return NULL;
    atomic_store(&tls->reloads, 0);
    return g_steal_pointer(&tls);
}

void mn_tls_free(mn_tls *tls)
{
    if (tls == NULL)
        return;
    mn_tls_material_release(tls->current);
    for (size_t i = 0; i < FILES; i++)
        g_free(tls->paths[i]);
    g_strfreev(tls->names);
    pthread_mutex_destroy(&tls->lock);
    g_free(tls);
}

bool mn_tls_has_changed(mn_tls *tls)
{
    for (size_t i = 0; i < FILES; i++) {
        const mark now = mark_of(tls->paths[i]);
        if (!mark_eq(&now, &tls->marks[i]))
            return true;
    }
    return false;
}

bool mn_tls_reload(mn_tls *tls, GError **error)
{
    /* Before reading: what changes meanwhile is read next time. */
    for (size_t i = 0; i < FILES; i++)
        tls->marks[i] = mark_of(tls->paths[i]);
    mn_tls_material *fresh = load(tls, error);
    atomic_store(&tls->reload_failed, fresh == NULL);
    if (fresh == NULL)
        return false;
    pthread_mutex_lock(&tls->lock);
    mn_tls_material *old = tls->current;
    tls->current = fresh;
    pthread_mutex_unlock(&tls->lock);
    mn_tls_material_release(old);
    atomic_fetch_add(&tls->reloads, 1);
    return true;
}

mn_tls_state mn_tls_state_of(mn_tls *tls)
{
    pthread_mutex_lock(&tls->lock);
    int64_t expires_s = tls->current->expires_s;
    pthread_mutex_unlock(&tls->lock);
    return (mn_tls_state){.expires_s = expires_s,
                          .handshakes_refused = atomic_load(&tls->refused),
                          .handshakes_misnamed = atomic_load(&tls->misnamed),
                          .reloads = atomic_load(&tls->reloads),
                          .reload_failed = atomic_load(&tls->reload_failed)};
}
