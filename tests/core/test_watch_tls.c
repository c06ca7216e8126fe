/* SPDX-License-Identifier: Apache-2.0 */
/* A server that wants to be believed, and to know who asks. */
#include "mullion/httpd/server.h"
#include "mullion/kube/access.h"
#include "mullion/kube/watch.h"
#include "tests/support/certificates.h"
#include "tests/support/expect.h"
#include "tests/support/kube_listener.h"
#include "tests/support/scratch.h"

#include <poll.h>
#include <string.h>

enum { HOUR = 3600 };

/* ---- the server */

static void say_nodes(const mn_http_request *request, mn_http_reply *reply, void *data)
{
    (void)data;
    size_t len;
    g_autofree char *body = kube_recorded_body("list-nodes", &len);
    mn_str *span = MN_ARENA_NEW(request->arena, mn_str, 1);
    *span = (mn_str){.ptr = mn_arena_strndup(request->arena, body, len), .len = len};
    reply->spans = span;
    reply->count = 1;
}

static const mn_http_route routes[] = {
    {.method = "GET", .path = "/api/v1/nodes", .handle = say_nodes},
};
static const mn_http_router router = {
    .routes = routes, .count = G_N_ELEMENTS(routes), .prefix = ""};

typedef struct door {
    char *folder, *ca_path, *certificate_path, *key_path, *client_path, *client_key_path, *url;
    certificate *ca, *own, *client;
    mn_tls *tls;
    mn_http_server *server;
    mn_arena *arena;
} door;

static void make_files(door *d)
{
    d->folder = scratch_new();
    d->ca = certificate_new(
        &(certificate_request){.common_name = "cluster CA", .is_ca = true, .valid_s = HOUR});
    d->own = certificate_new(&(certificate_request){.common_name = "kube-apiserver",
                                                    .dns_name = "kubernetes.default.svc",
                                                    .by = d->ca,
                                                    .for_server = true,
                                                    .valid_s = HOUR});
    d->client = certificate_new(&(certificate_request){
        .common_name = "mullion", .by = d->ca, .for_client = true, .valid_s = HOUR});
    d->ca_path = certificate_write(d->ca, d->folder, "ca.crt");
    d->certificate_path = certificate_write(d->own, d->folder, "tls.crt");
    d->key_path = certificate_write_key(d->own, d->folder, "tls.key");
    d->client_path = certificate_write(d->client, d->folder, "client.crt");
    d->client_key_path = certificate_write_key(d->client, d->folder, "client.key");
}

static void open_door(door *d)
{
    make_files(d);
    const mn_tls_files files = {
        .certificate = d->certificate_path, .key = d->key_path, .client_ca = d->ca_path};
    d->tls = mn_tls_new(&files, NULL);
    const mn_http_options options = {.address = "127.0.0.1",
                                     .threads = 1,
                                     .connections_max = 8,
                                     .body_max = 65536,
                                     .bodies_max = 65536,
                                     .request_timeout_ms = 5000,
                                     .idle_timeout_ms = 5000,
                                     .tls = d->tls};
    d->server = mn_http_server_start(&router, &options, NULL);
    if (d->tls == NULL || d->server == NULL)
        g_error("no server");
    d->arena = mn_arena_new();
    d->url = g_strdup_printf("https://127.0.0.1:%u", mn_http_server_port(d->server));
}

static void close_door(door *d)
{
    mn_http_server_free(d->server);
    mn_tls_free(d->tls);
    certificate_free(d->ca);
    certificate_free(d->own);
    certificate_free(d->client);
    char *const texts[] = {
        d->ca_path, d->certificate_path, d->key_path, d->client_path, d->client_key_path, d->url};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    mn_arena_free(d->arena);
    scratch_remove(d->folder);
}

/* ---- who asks */

/* "listed", or the first error. */
static char *outcome_of(const mn_kube_access *access)
{
    kube_listener listener;
    kube_listener_init(&listener);
    mn_watch_options options = mn_watch_options_default;
    options.access = access;
    options.collections = kube_nodes;
    options.count = 1;
    options.user_agent = "test";
    options.each = kube_listener_hear;
    options.data = &listener;
    mn_watcher *watcher = mn_watcher_start(&options, NULL);
    for (int waited = 0; watcher != NULL && waited < KUBE_PATIENT_MS; waited++) {
        pthread_mutex_lock(&listener.lock);
        const bool over = listener.synced + listener.failures > 0;
        pthread_mutex_unlock(&listener.lock);
        if (over)
            break;
        poll(NULL, 0, 1);
    }
    mn_watcher_free(watcher);
    char *outcome = g_strdup(listener.synced > 0 ? "listed" : listener.errors->str);
    kube_listener_clear(&listener);
    return outcome;
}

static mn_kube_access known_to(const door *d)
{
    return (mn_kube_access){.server = d->url,
                            .server_name = "kubernetes.default.svc",
                            .ca_file = d->ca_path,
                            .cert_file = d->client_path,
                            .key_file = d->client_key_path};
}

static char *encoded(const char *path)
{
    char *text = NULL;
    gsize len = 0;
    if (!g_file_get_contents(path, &text, &len, NULL))
        g_error("%s", path);
    char *data = g_base64_encode((const guchar *)text, len);
    g_free(text);
    return data;
}

/* ---- tests */

static void client_certificates_may_be_files(void)
{
    door d = {.folder = NULL};
    open_door(&d);
    const mn_kube_access access = known_to(&d);
    g_autofree char *outcome = outcome_of(&access);
    EXPECT_STR(outcome, "listed");
    close_door(&d);
}

/* As `kubectl config view --flatten` has it. */
static void or_stand_in_the_kubeconfig(void)
{
    door d = {.folder = NULL};
    open_door(&d);
    g_autofree char *ca = encoded(d.ca_path);
    g_autofree char *cert = encoded(d.client_path);
    g_autofree char *key = encoded(d.client_key_path);
    g_autofree char *text = g_strdup_printf(
        "current-context: a\ncontexts: [{name: a, context: {cluster: a, user: a}}]\n"
        "clusters: [{name: a, cluster: {server: '%s', tls-server-name: kubernetes.default.svc, "
        "certificate-authority-data: %s}}]\n"
        "users: [{name: a, user: {client-certificate-data: %s, client-key-data: %s}}]\n",
        d.url,
        ca,
        cert,
        key);
    const mn_source source = {.name = "kc", .bytes = text, .len = strlen(text)};
    const mn_kube_access *access = mn_kubeconfig_load(d.arena, &source, NULL, NULL);
    EXPECT_TRUE(access != NULL);
    if (access != NULL) {
        g_autofree char *outcome = outcome_of(access);
        EXPECT_STR(outcome, "listed");
    }
    close_door(&d);
}

static void a_server_that_cannot_be_believed_is_not_asked(void)
{
    door d = {.folder = NULL};
    open_door(&d);
    certificate *other = certificate_new(
        &(certificate_request){.common_name = "another CA", .is_ca = true, .valid_s = HOUR});
    g_autofree char *other_path = certificate_write(other, d.folder, "other.crt");
    mn_kube_access foreign = known_to(&d), misnamed = known_to(&d);
    foreign.ca_file = other_path;
    misnamed.server_name = NULL; /* the certificate is not one of 127.0.0.1 */
    const mn_kube_access *const rows[] = {&foreign, &misnamed};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *outcome = outcome_of(rows[i]);
        EXPECT_TRUE(g_str_has_prefix(outcome, "list nodes: ") &&
                    strstr(outcome, "certificate") != NULL);
    }
    certificate_free(other);
    close_door(&d);
}

static void unless_the_kubeconfig_says_that_any_will_do(void)
{
    door d = {.folder = NULL};
    open_door(&d);
    mn_kube_access access = known_to(&d);
    access.ca_file = access.server_name = NULL;
    access.insecure = true;
    g_autofree char *outcome = outcome_of(&access);
    EXPECT_STR(outcome, "listed");
    close_door(&d);
}

static void without_a_certificate_the_server_does_not_answer(void)
{
    door d = {.folder = NULL};
    open_door(&d);
    mn_kube_access access = known_to(&d);
    access.cert_file = access.key_file = NULL;
    g_autofree char *outcome = outcome_of(&access);
    EXPECT_TRUE(g_str_has_prefix(outcome, "list nodes: "));
    close_door(&d);
}

extern CU_TestInfo suite_core_watch_tls[];
CU_TestInfo suite_core_watch_tls[] = {
    {"client certificates may be files", client_certificates_may_be_files},
    {"or stand in the kubeconfig", or_stand_in_the_kubeconfig},
    {"a server that cannot be believed is not asked",
     a_server_that_cannot_be_believed_is_not_asked},
    {"unless the kubeconfig says that any will do", unless_the_kubeconfig_says_that_any_will_do},
    {"without a certificate the server does not answer",
     without_a_certificate_the_server_does_not_answer},
    CU_TEST_INFO_NULL,
};
