/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/soak/tls_client.h"

#include "tests/support/http_client.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { PIECE = 16384 };

struct tls_client {
    gnutls_session_t session;
    int fd;
};

static bool shake_hands(tls_client *self)
{
    int code;
    do {
        code = gnutls_handshake(self->session);
    } while (code < 0 && code != GNUTLS_E_AGAIN && gnutls_error_is_fatal(code) == 0);
    return code == 0;
}

tls_client *tls_client_open(uint16_t port, gnutls_certificate_credentials_t credentials,
                            bool *refused)
{
    const struct timeval patience = {.tv_sec = TLS_PATIENCE_S};
    g_autoptr(tls_client) self = g_new0(tls_client, 1);
    self->fd = http_connect(port);
    *refused = self->fd < 0;
    if (self->fd < 0)
        return NULL;
    (void)setsockopt(self->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (gnutls_init(&self->session, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL) < 0)
        g_error("no memory for a session");
    (void)gnutls_set_default_priority(self->session);
    (void)gnutls_credentials_set(self->session, GNUTLS_CRD_CERTIFICATE, credentials);
    gnutls_session_set_verify_cert(self->session, "localhost", 0);
    gnutls_transport_set_int(self->session, self->fd);
    return shake_hands(self) ? g_steal_pointer(&self) : NULL;
}

void tls_client_free(tls_client *self)
{
    if (self == NULL)
        return;
    if (self->session != NULL)
        gnutls_deinit(self->session);
    if (self->fd >= 0)
        close(self->fd);
    g_free(self);
}

int tls_client_fd(const tls_client *self)
{
    return self->fd;
}

void tls_client_reset(tls_client *self)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(self->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    tls_client_free(self);
}

bool tls_client_send(tls_client *self, const char *bytes, size_t len)
{
    while (len > 0) {
        const ssize_t sent = gnutls_record_send(self->session, bytes, len);
        if (sent == GNUTLS_E_INTERRUPTED)
            continue;
        if (sent <= 0)
            return false;
        bytes += sent;
        len -= (size_t)sent;
    }
    return true;
}

/* TLS_ANSWERED: some bytes. */
static tls_outcome receive_some(tls_client *self, GString *text)
{
    static _Thread_local char piece[PIECE];
    ssize_t got;
    do {
        got = gnutls_record_recv(self->session, piece, sizeof piece);
    } while (got == GNUTLS_E_INTERRUPTED ||
             (got < 0 && got != GNUTLS_E_AGAIN && gnutls_error_is_fatal((int)got) == 0));
    if (got == GNUTLS_E_AGAIN)
        return TLS_SILENT;
    if (got <= 0)
        return text->len > 0 ? TLS_CUT : TLS_CLOSED;
    g_string_append_len(text, piece, got);
    return TLS_ANSWERED;
}

static bool has_head(tls_reply *reply)
{
    static const char length[] = "\r\nContent-Length: ", closing[] = "\r\nConnection: close";
    const char *end = strstr(reply->text->str, "\r\n\r\n");
    if (end == NULL)
        return false;
    reply->head = (size_t)(end + 4 - reply->text->str);
    reply->status = (int)g_ascii_strtoll(reply->text->str + strlen("HTTP/1.1 "), NULL, 10);
    const char *found = g_strstr_len(reply->text->str, (gssize)reply->head, closing);
    reply->closes = found != NULL;
    return g_strstr_len(reply->text->str, (gssize)reply->head, length) != NULL;
}

static size_t body_bytes(const tls_reply *reply)
{
    static const char length[] = "\r\nContent-Length: ";
    const char *found = g_strstr_len(reply->text->str, (gssize)reply->head, length);
    return (size_t)g_ascii_strtoull(found + sizeof length - 1, NULL, 10);
}

tls_outcome tls_client_receive(tls_client *self, tls_reply *reply)
{
    g_string_truncate(reply->text, 0);
    reply->head = 0;
    for (;;) {
        const tls_outcome outcome = receive_some(self, reply->text);
        if (outcome != TLS_ANSWERED)
            return outcome;
        if ((reply->head > 0 || has_head(reply)) &&
            reply->text->len >= reply->head + body_bytes(reply))
            return TLS_ANSWERED;
    }
}

tls_outcome tls_client_ask(tls_client *self, const GString *request, tls_reply *reply)
{
    /* What the server said before it closed may still be there. */
    (void)tls_client_send(self, request->str, request->len);
    return tls_client_receive(self, reply);
}

bool tls_client_sip(tls_client *self, size_t bytes)
{
    char piece[256];
    return gnutls_record_recv(self->session, piece, MIN(bytes, sizeof piece)) > 0;
}

GString *tls_post(const char *path, const GString *body)
{
    GString *request = g_string_sized_new(body->len + 256);
    g_string_printf(request,
                    "POST %s HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Go-http-client/1.1\r\n"
                    "Content-Length: %zu\r\nContent-Type: application/json\r\n\r\n",
                    path,
                    body->len);
    g_string_append_len(request, body->str, (gssize)body->len);
    return request;
}
