/* SPDX-License-Identifier: Apache-2.0 */
/* Two servers at most. kube-scheduler's asks for client certificates when there is a CA for
 * them; kubelet and Prometheus have none to show, so they get a door of their own, behind
 * which everything can only be read.
 */
#include "extender/listeners.h"

#include "mullion/base/error.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ADMIN_THREADS = 1, ADMIN_CONNECTIONS = 32, ADMIN_BODY_BYTES = 64 << 10 };

struct ext_listeners {
    ext_service *service;
    int64_t check_ms;
    mn_http_route routes[EXT_ROUTES_MAX], admin_routes[EXT_ROUTES_MAX];
    mn_http_router router, admin_router;
    mn_tls *tls, *admin_tls; /* NULL: plain HTTP */
    mn_http_server *server, *admin;
    mn_tls_state told; /* when the log last spoke of refused clients */
};

/* ---- what the configuration allows */

static bool refuse(GError **error, const char *message)
{
    g_set_error(error, MN_ERROR, MN_ERROR_SCHEMA, "%s", message);
    return false;
}

static bool is_said(const char *text)
{
    return *text != '\0';
}

/* A numeric address; the bytes of an IPv4 one, or of an IPv6 one, and how many. */
typedef struct numeric {
    uint8_t bytes[sizeof(struct in6_addr)];
    size_t len; /* 0: neither */
} numeric;

static numeric numeric_of(const char *address)
{
    numeric found = {.len = 0};
    if (inet_pton(AF_INET, address, found.bytes) == 1)
        found.len = sizeof(struct in_addr);
    else if (inet_pton(AF_INET6, address, found.bytes) == 1)
        found.len = sizeof(struct in6_addr);
    return found;
}

bool ext_is_loopback(const char *address)
{
    const numeric found = numeric_of(address);
    if (found.len == sizeof(struct in_addr))
        return found.bytes[0] == IN_LOOPBACKNET;
    return found.len > 0 && memcmp(found.bytes, &in6addr_loopback, found.len) == 0;
}

/* 0.0.0.0 and :: */
static bool is_any(const numeric *address)
{
    static const numeric zero;
    return memcmp(address->bytes, zero.bytes, address->len) == 0;
}

/* Could one socket get what is meant for the other? Between families that is for the system to
 * say, when they are opened. */
static bool addresses_meet(const char *one, const char *other)
{
    const numeric a = numeric_of(one), b = numeric_of(other);
    if (a.len == 0 || a.len != b.len)
        return strcmp(one, other) == 0;
    return is_any(&a) || is_any(&b) || memcmp(a.bytes, b.bytes, a.len) == 0;
}

static bool has_two_ports(const ext_config *config, GError **error)
{
    if (config->admin_port <= 0 || config->admin_port != config->listen_port ||
        !addresses_meet(config->listen_address, config->admin_address))
        return true;
    g_set_error(error,
                MN_ERROR,
                MN_ERROR_SCHEMA,
                "listen.port and admin.port are both %" PRId64
                ", on addresses that meet (listen.address "
                "%s, admin.address %s): expected two ports",
                config->admin_port,
                config->listen_address,
                config->admin_address);
    return false;
}

static bool has_room_for_one(const ext_config *config, GError **error)
{
    if (config->bodies_bytes >= config->body_bytes)
        return true;
    g_set_error(error,
                MN_ERROR,
                MN_ERROR_SCHEMA,
                "limits.bodiesBytes (%" PRId64 ") is less than limits.bodyBytes (%" PRId64
                "): expected room for one body at least",
                config->bodies_bytes,
                config->body_bytes);
    return false;
}

static bool is_consistent(const ext_config *config, GError **error)
{
    const bool tls = is_said(config->tls_certificate);
    if (tls != is_said(config->tls_key))
        return refuse(error, "tls.certificate and tls.key go together: one of them is missing");
    if (!tls && is_said(config->tls_client_ca))
        return refuse(error, "tls.clientCA needs tls.certificate and tls.key");
    if (!is_said(config->tls_client_ca) && config->tls_client_names.count > 0)
        return refuse(error, "tls.clientNames needs tls.clientCA, which vouches for the names");
    if (config->admin_tls && !tls)
        return refuse(error, "admin.scheme: https needs tls.certificate and tls.key");
    return has_two_ports(config, error) && has_room_for_one(config, error);
}

static bool is_allowed(const ext_config *config, GError **error)
{
    if (!is_consistent(config, error))
        return false;
    if (is_said(config->tls_certificate) || config->plain_http_anywhere ||
        ext_is_loopback(config->listen_address))
        return true;
    g_set_error(error,
                MN_ERROR,
                MN_ERROR_SCHEMA,
                "listen.address %s is not loopback, and there is no tls.certificate: whoever can "
                "reach it could read Pods and steer them. Set tls.certificate, tls.key and "
                "tls.clientCA, or listen.plainHTTP: anywhere if something else guards the port",
                config->listen_address);
    return false;
}

/* ---- opening */

static mn_tls *load(const ext_config *config, bool ask_clients, GError **error)
{
    const mn_strings *names = &config->tls_client_names;
    const bool asks = ask_clients && is_said(config->tls_client_ca);
    const mn_tls_files files = {
        .certificate = config->tls_certificate,
        .key = config->tls_key,
        .client_ca = asks ? config->tls_client_ca : NULL,
        .client_names = asks ? names->items : NULL,
        .client_name_count = asks ? names->count : 0,
    };
    return mn_tls_new(&files, error);
}

static bool load_certificates(ext_listeners *self, const ext_config *config, GError **error)
{
    if (!is_said(config->tls_certificate))
        return true;
    self->tls = load(config, true, error);
    if (self->tls == NULL)
        return false;
    if (config->admin_port >= 0 && config->admin_tls)
        self->admin_tls = load(config, false, error);
    return self->admin_tls != NULL || config->admin_port < 0 || !config->admin_tls;
}

static void log_refused(void *data, unsigned status, const char *method, const char *path)
{
    ext_service *service = data;
    ext_metrics_refused(&service->metrics, status);
    if (!ext_log_wants(service->log, EXT_WARNING))
        return;
    g_auto(mn_json_writer) line;
    ext_log_begin(&line, EXT_WARNING, status == 0 ? "connection timed out" : "request refused");
    if (status != 0) {
        mn_json_member_int(&line, "status", status);
        mn_json_member_string(&line, "method", method);
        mn_json_key(&line, "path");
        ext_log_foreign(&line, path);
    }
    ext_log_end(service->log, &line);
}

static unsigned thread_count(const ext_config *config)
{
    if (config->threads > 0)
        return (unsigned)config->threads;
    return (unsigned)MAX(sysconf(_SC_NPROCESSORS_ONLN), 2);
}

static bool open_main(ext_listeners *self, const ext_config *config, GError **error)
{
    const unsigned answers = EXT_LISTENS_VERBS | (config->admin_port < 0 ? EXT_LISTENS_ADMIN : 0U);
    self->router = (mn_http_router){.routes = self->routes,
                                    .count = ext_routes_of(answers, self->routes),
                                    .prefix = config->url_prefix,
                                    .data = self->service};
    const mn_http_options options = {.address = config->listen_address,
                                     .port = (uint16_t)config->listen_port,
                                     .threads = thread_count(config),
                                     .connections_max = (unsigned)config->connections_max,
                                     .body_max = (size_t)config->body_bytes,
                                     .bodies_max = (size_t)config->bodies_bytes,
                                     .request_timeout_ms = config->request_ms,
                                     .idle_timeout_ms = config->idle_ms,
                                     .tls = self->tls,
                                     .refused = log_refused,
                                     .refused_data = self->service};
    self->server = mn_http_server_start(&self->router, &options, error);
    return self->server != NULL;
}

static bool open_admin(ext_listeners *self, const ext_config *config, GError **error)
{
    if (config->admin_port < 0)
        return true;
    self->admin_router =
        (mn_http_router){.routes = self->admin_routes,
                         .count = ext_routes_of(EXT_LISTENS_ADMIN, self->admin_routes),
                         .prefix = "",
                         .data = self->service};
    const mn_http_options options = {.address = config->admin_address,
                                     .port = (uint16_t)config->admin_port,
                                     .threads = ADMIN_THREADS,
                                     .connections_max = ADMIN_CONNECTIONS,
                                     .body_max = ADMIN_BODY_BYTES,
                                     .bodies_max = ADMIN_BODY_BYTES,
                                     .request_timeout_ms = config->request_ms,
                                     .idle_timeout_ms = config->idle_ms,
                                     .tls = self->admin_tls,
                                     .refused = log_refused,
                                     .refused_data = self->service};
    self->admin = mn_http_server_start(&self->admin_router, &options, error);
    return self->admin != NULL;
}

static void tell(const ext_listeners *self, const ext_config *config)
{
    const char *how = self->tls == NULL                ? ""
                      : is_said(config->tls_client_ca) ? ", TLS with client certificates"
                                                       : ", TLS";
    if (self->admin != NULL)
        ext_log_say(self->service->log,
                    EXT_INFO,
                    "probes and metrics on %s port %u%s",
                    config->admin_address,
                    mn_http_server_port(self->admin),
                    self->admin_tls == NULL ? "" : ", TLS");
    ext_log_say(self->service->log,
                EXT_INFO,
                "listening on %s port %u, prefix \"%s\", mode %s%s",
                config->listen_address,
                mn_http_server_port(self->server),
                config->url_prefix,
                ext_config_mode_name(config),
                how);
    if (self->tls != NULL && !is_said(config->tls_client_ca))
        ext_log_say(
            self->service->log, EXT_WARNING, "no tls.clientCA: whoever reaches the port may ask");
}

ext_listeners *ext_listeners_open(ext_service *service, const ext_config *config, GError **error)
{
    if (!is_allowed(config, error))
        return NULL;
    g_autoptr(ext_listeners) self = g_new0(ext_listeners, 1);
    self->service = service;
    self->check_ms = config->tls_check_ms;
    if (!load_certificates(self, config, error) || !open_admin(self, config, error) ||
        !open_main(self, config, error))
        return NULL;
    atomic_store(&service->server, self->server);
    atomic_store(&service->tls, self->tls);
    tell(self, config);
    return g_steal_pointer(&self);
}

void ext_listeners_free(ext_listeners *self)
{
    if (self == NULL)
        return;
    mn_http_server_free(self->server);
    mn_http_server_free(self->admin);
    mn_tls_free(self->tls);
    mn_tls_free(self->admin_tls);
    g_free(self);
}

uint16_t ext_listeners_port(const ext_listeners *self)
{
    return mn_http_server_port(self->server);
}

uint16_t ext_listeners_admin_port(const ext_listeners *self)
{
    return self->admin == NULL ? 0 : mn_http_server_port(self->admin);
}

bool ext_listeners_check(const ext_config *config, GError **error)
{
    if (!is_allowed(config, error))
        return false;
    if (!is_said(config->tls_certificate))
        return true;
    g_autoptr(mn_tls) tls = load(config, true, error);
    return tls != NULL;
}

/* ---- while it runs */

static void look_at(ext_listeners *self, mn_tls *tls, const char *whose)
{
    g_autoptr(GError) error = NULL;
    if (tls == NULL || !mn_tls_has_changed(tls))
        return;
    if (mn_tls_reload(tls, &error))
        ext_log_say(self->service->log, EXT_INFO, "read the %s certificates anew", whose);
    else
        ext_log_say(self->service->log,
                    EXT_ERROR,
                    "%s certificates: %s; those in use stay",
                    whose,
                    error->message);
}

/* A client whose certificate is refused sees no more than a connection that is cut. One line for
 * all since the last look: whoever reaches the port can have as many as he likes. */
static void tell_refused(ext_listeners *self)
{
    if (self->tls == NULL)
        return;
    const mn_tls_state now = mn_tls_state_of(self->tls);
    const uint64_t refused = now.handshakes_refused - self->told.handshakes_refused;
    const uint64_t misnamed = now.handshakes_misnamed - self->told.handshakes_misnamed;
    if (refused > 0)
        ext_log_say(self->service->log,
                    EXT_WARNING,
                    "client certificates refused: %" PRIu64
                    " not signed by tls.clientCA for clients, "
                    "or not valid now; %" PRIu64 " with none of tls.clientNames",
                    refused - misnamed,
                    misnamed);
    self->told = now;
}

int64_t ext_listeners_look(ext_listeners *self)
{
    tell_refused(self);
    look_at(self, self->tls, "server's");
    look_at(self, self->admin_tls, "admin server's");
    return self->tls == NULL ? 0 : self->check_ms;
}

/* Probes are answered to the end: kubelet is to see that it is not ready any more. */
bool ext_listeners_drain(ext_listeners *self, int64_t drain_ms)
{
    bool drained = mn_http_server_drain(self->server, drain_ms);
    if (self->admin != NULL)
        (void)mn_http_server_drain(self->admin, MIN(drain_ms, 1000));
    return drained;
}
