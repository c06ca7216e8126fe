/* SPDX-License-Identifier: Apache-2.0 */
/* Keys are on a curve: quick to make. */
#include "tests/support/certificates.h"

#include "tests/support/http_client.h"
#include "tests/support/scratch.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { HOUR = 3600, TIMEOUT_MS = 5000, SERIAL_BYTES = 8 };

struct certificate {
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t crt;
};

static void must(int code)
{
    if (code < 0)
        g_error("gnutls: %s", gnutls_strerror(code));
}

static void set_names(gnutls_x509_crt_t crt, const certificate_request *request)
{
    must(gnutls_x509_crt_set_dn_by_oid(crt,
                                       GNUTLS_OID_X520_COMMON_NAME,
                                       0,
                                       request->common_name,
                                       (unsigned)strlen(request->common_name)));
    if (request->dns_name != NULL)
        must(gnutls_x509_crt_set_subject_alt_name(crt,
                                                  GNUTLS_SAN_DNSNAME,
                                                  request->dns_name,
                                                  (unsigned)strlen(request->dns_name),
                                                  GNUTLS_FSAN_APPEND));
    if (request->uri != NULL)
        must(gnutls_x509_crt_set_subject_alt_name(
            crt, GNUTLS_SAN_URI, request->uri, (unsigned)strlen(request->uri), GNUTLS_FSAN_APPEND));
}

static void set_purpose(gnutls_x509_crt_t crt, const certificate_request *request)
{
    must(gnutls_x509_crt_set_ca_status(crt, request->is_ca));
    must(gnutls_x509_crt_set_key_usage(
        crt, request->is_ca ? GNUTLS_KEY_KEY_CERT_SIGN : GNUTLS_KEY_DIGITAL_SIGNATURE));
    if (request->for_server)
        must(gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_SERVER, 0));
    if (request->for_client)
        must(gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_CLIENT, 0));
}

certificate *certificate_new(const certificate_request *request)
{
    certificate *made = g_new0(certificate, 1);
    unsigned char serial[SERIAL_BYTES];
    must(gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof serial));
    serial[0] &= 0x7f; /* positive */
    must(gnutls_x509_privkey_init(&made->key));
    must(gnutls_x509_privkey_generate(
        made->key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
    must(gnutls_x509_crt_init(&made->crt));
    must(gnutls_x509_crt_set_version(made->crt, 3));
    must(gnutls_x509_crt_set_serial(made->crt, serial, sizeof serial));
    must(gnutls_x509_crt_set_activation_time(made->crt, time(NULL) - 2L * HOUR));
    must(gnutls_x509_crt_set_expiration_time(made->crt, time(NULL) + request->valid_s));
    must(gnutls_x509_crt_set_key(made->crt, made->key));
    set_names(made->crt, request);
    set_purpose(made->crt, request);
    const certificate *by = request->by == NULL ? made : request->by;
    must(gnutls_x509_crt_sign2(made->crt, by->crt, by->key, GNUTLS_DIG_SHA256, 0));
    return made;
}

void certificate_free(certificate *self)
{
    if (self == NULL)
        return;
    gnutls_x509_crt_deinit(self->crt);
    gnutls_x509_privkey_deinit(self->key);
    g_free(self);
}

static char *write_datum(gnutls_datum_t text, const char *folder, const char *name)
{
    char *path =
        scratch_write(folder, name, (mn_str){.ptr = (const char *)text.data, .len = text.size});
    gnutls_free(text.data);
    return path;
}

char *certificate_write(const certificate *self, const char *folder, const char *name)
{
    gnutls_datum_t text;
    must(gnutls_x509_crt_export2(self->crt, GNUTLS_X509_FMT_PEM, &text));
    return write_datum(text, folder, name);
}

char *certificate_write_key(const certificate *self, const char *folder, const char *name)
{
    gnutls_datum_t text;
    must(gnutls_x509_privkey_export2(self->key, GNUTLS_X509_FMT_PEM, &text));
    return write_datum(text, folder, name);
}

/* ---- a client */

/* Left to itself, the library shows no certificate that the server's CAs have not signed. */
static int show(gnutls_session_t session, const gnutls_datum_t *authorities, int count,
                const gnutls_pk_algorithm_t *algorithms, int algorithm_count, gnutls_retr2_st *out)
{
    (void)authorities;
    (void)count;
    (void)algorithms;
    (void)algorithm_count;
    const tls_visit *visit = gnutls_session_get_ptr(session);
    static _Thread_local gnutls_x509_crt_t own;
    *out = (gnutls_retr2_st){.cert_type = GNUTLS_CRT_X509, .key_type = GNUTLS_PRIVKEY_X509};
    if (visit->as == NULL)
        return 0;
    own = visit->as->crt;
    out->cert.x509 = &own;
    out->ncerts = 1;
    out->key.x509 = visit->as->key;
    return 0;
}

static gnutls_certificate_credentials_t credentials_of(const tls_visit *visit)
{
    gnutls_certificate_credentials_t credentials;
    must(gnutls_certificate_allocate_credentials(&credentials));
    if (visit->server_ca != NULL) {
        gnutls_x509_crt_t ca = visit->server_ca->crt;
        must(gnutls_certificate_set_x509_trust(credentials, &ca, 1));
    }
    gnutls_certificate_set_retrieve_function(credentials, show);
    return credentials;
}

static void note_server(gnutls_session_t session, tls_answer *answer)
{
    unsigned count;
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &count);
    gnutls_x509_crt_t crt;
    unsigned char serial[32];
    char text[2 * sizeof serial + 1];
    size_t len = sizeof serial, text_len = sizeof text;
    if (chain == NULL)
        return;
    must(gnutls_x509_crt_init(&crt));
    must(gnutls_x509_crt_import(crt, chain, GNUTLS_X509_FMT_DER));
    must(gnutls_x509_crt_get_serial(crt, serial, &len));
    must(gnutls_hex_encode(
        &(gnutls_datum_t){.data = serial, .size = (unsigned)len}, text, &text_len));
    gnutls_x509_crt_deinit(crt);
    answer->serial = g_strdup(text);
    answer->protocol = g_strdup(gnutls_protocol_get_name(gnutls_protocol_get_version(session)));
}

static GString *request_text(const tls_visit *visit)
{
    GString *text = g_string_new(NULL);
    if (visit->post == NULL)
        g_string_printf(
            text, "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", visit->path);
    else
        g_string_printf(text,
                        "POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                        "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                        visit->path,
                        strlen(visit->post),
                        visit->post);
    return text;
}

static bool send_all(gnutls_session_t session, const GString *text)
{
    for (size_t sent = 0; sent < text->len;) {
        ssize_t n = gnutls_record_send(session, text->str + sent, text->len - sent);
        if (n < 0 && gnutls_error_is_fatal((int)n) != 0)
            return false;
        sent += n > 0 ? (size_t)n : 0;
    }
    return true;
}

static void receive_all(gnutls_session_t session, tls_answer *answer)
{
    GString *text = g_string_new(NULL);
    char part[4096];
    for (;;) {
        ssize_t n = gnutls_record_recv(session, part, sizeof part);
        if (n > 0)
            g_string_append_len(text, part, n);
        else if (n == 0 || gnutls_error_is_fatal((int)n) != 0)
            break;
    }
    if (g_str_has_prefix(text->str, "HTTP/1.1 "))
        answer->status = (int)g_ascii_strtoll(text->str + strlen("HTTP/1.1 "), NULL, 10);
    answer->text_len = text->len;
    answer->text = g_string_free(text, FALSE);
}

tls_answer tls_once(uint16_t port, const tls_visit *visit)
{
    tls_answer answer = {.status = 0};
    gnutls_session_t session;
    gnutls_certificate_credentials_t credentials = credentials_of(visit);
    g_autoptr(GString) request = request_text(visit);
    int fd = http_connect(port);
    const struct timeval patience = {.tv_sec = TIMEOUT_MS / 1000};
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    must(gnutls_init(&session, GNUTLS_CLIENT));
    must(gnutls_priority_set_direct(
        session, visit->priorities == NULL ? "NORMAL" : visit->priorities, NULL));
    must(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials));
    if (visit->server_ca != NULL)
        gnutls_session_set_verify_cert(session, "localhost", 0);
    gnutls_session_set_ptr(session, (void *)(uintptr_t)visit);
    gnutls_transport_set_int(session, fd);
    int code;
    do {
        code = gnutls_handshake(session);
    } while (code < 0 && gnutls_error_is_fatal(code) == 0);
    if (code == 0) {
        note_server(session, &answer);
        if (send_all(session, request))
            receive_all(session, &answer);
    }
    gnutls_deinit(session);
    gnutls_certificate_free_credentials(credentials);
    close(fd);
    return answer;
}

void tls_answer_clear(tls_answer *answer)
{
    g_free(answer->text);
    g_free(answer->serial);
    g_free(answer->protocol);
    *answer = (tls_answer){.status = 0};
}
