/* SPDX-License-Identifier: Apache-2.0 */
/* A server with certificates made for the test, and clients of every kind at its door. */
#include "mullion/base/error.h"
#include "mullion/httpd/server.h"
#include "mullion/kube/call.h"
#include "tests/support/certificates.h"
#include "tests/support/expect.h"
#include "tests/support/http_client.h"
#include "tests/support/scratch.h"

#include <glib/gstdio.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum { HOUR = 3600, LARGE = 3000000, RELOADS = 20, VISITORS = 3 };

/* ---- what is served */

static void say_ok(const mn_http_request *request, mn_http_reply *reply, void *data)
{
    (void)request;
    (void)data;
    static const mn_str ok = {.ptr = "ok", .len = 2};
    reply->spans = &ok;
    reply->count = 1;
}

/* The body in spans of 1,000 bytes. */
static void echo_in_spans(const mn_http_request *request, mn_http_reply *reply, void *data)
{
    (void)data;
    size_t count = (request->body.len + 999) / 1000;
    mn_str *spans = MN_ARENA_NEW(request->arena, mn_str, count);
    for (size_t i = 0; i < count; i++)
        spans[i] = (mn_str){.ptr = request->body.ptr + i * 1000,
                            .len = MIN(1000, request->body.len - i * 1000)};
    reply->spans = spans;
    reply->count = count;
}

static const mn_http_route routes[] = {
    {.method = "POST", .path = "/spans", .handle = echo_in_spans, .takes_json = true},
    {.method = "GET", .path = "/healthz", .handle = say_ok},
};
static const mn_http_router router = {
    .routes = routes, .count = G_N_ELEMENTS(routes), .prefix = ""};

/* ---- a server and its certificates */

typedef struct door {
    char *folder, *certificate_path, *key_path, *ca_path;
    certificate *ca, *own;
    mn_tls *tls;
    mn_http_server *server;
    uint16_t port;
} door;

static certificate *ca_named(const char *name)
{
    return certificate_new(
        &(certificate_request){.common_name = name, .is_ca = true, .valid_s = HOUR});
}

static certificate *server_of(const certificate *ca)
{
    return certificate_new(&(certificate_request){.common_name = "mullion-extender",
                                                  .dns_name = "localhost",
                                                  .by = ca,
                                                  .for_server = true,
                                                  .valid_s = HOUR});
}

static certificate *client_of(const certificate *ca, const char *name)
{
    return certificate_new(
        &(certificate_request){.common_name = name, .by = ca, .for_client = true, .valid_s = HOUR});
}

static void write_own(door *d)
{
    g_free(d->certificate_path);
    g_free(d->key_path);
    d->certificate_path = certificate_write(d->own, d->folder, "tls.crt");
    d->key_path = certificate_write_key(d->own, d->folder, "tls.key");
}

static mn_tls_files files_of(const door *d, bool clients_needed)
{
    return (mn_tls_files){.certificate = d->certificate_path,
                          .key = d->key_path,
                          .client_ca = clients_needed ? d->ca_path : NULL};
}

static void make_files(door *d)
{
    d->folder = scratch_new();
    d->ca = ca_named("cluster CA");
    d->own = server_of(d->ca);
    d->ca_path = certificate_write(d->ca, d->folder, "ca.crt");
    write_own(d);
}

static void open_door(door *d, const mn_tls_files *files)
{
    g_autoptr(GError) error = NULL;
    d->tls = mn_tls_new(files, &error);
    if (d->tls == NULL)
        g_error("%s", error->message);
    const mn_http_options options = {.address = "127.0.0.1",
                                     .threads = 2,
                                     .connections_max = 64,
                                     .body_max = 8 << 20,
                                     .bodies_max = 32 << 20,
                                     .request_timeout_ms = 20000,
                                     .idle_timeout_ms = 20000,
                                     .tls = d->tls};
    d->server = mn_http_server_start(&router, &options, &error);
    if (d->server == NULL)
        g_error("%s", error->message);
    d->port = mn_http_server_port(d->server);
}

static void close_door(door *d)
{
    mn_http_server_free(d->server);
    mn_tls_free(d->tls);
    certificate_free(d->ca);
    certificate_free(d->own);
    g_free(d->certificate_path);
    g_free(d->key_path);
    g_free(d->ca_path);
    scratch_remove(d->folder);
}

static int status_for(const door *d, const certificate *as)
{
    tls_answer answer =
        tls_once(d->port, &(tls_visit){.as = as, .server_ca = d->ca, .path = "/healthz"});
    int status = answer.status;
    tls_answer_clear(&answer);
    return status;
}

/* ---- tests */

static void a_client_without_a_certificate_is_let_in_where_none_is_asked_for(void)
{
    door d = {.port = 0};
    make_files(&d);
    const mn_tls_files files = files_of(&d, false);
    open_door(&d, &files);
    EXPECT_INT(status_for(&d, NULL), 200);
    close_door(&d);
}

static void only_clients_of_the_ca_get_past_the_handshake(void)
{
    door d = {.port = 0};
    make_files(&d);
    const mn_tls_files files = files_of(&d, true);
    open_door(&d, &files);
    certificate *other_ca = ca_named("another CA"), *same_name = ca_named("cluster CA");
    certificate *known = client_of(d.ca, "system:kube-scheduler");
    certificate *foreign = client_of(other_ca, "system:kube-scheduler");
    certificate *forged = client_of(same_name, "system:kube-scheduler");
    certificate *self = certificate_new(&(certificate_request){
        .common_name = "system:kube-scheduler", .for_client = true, .valid_s = HOUR});
    certificate *old = certificate_new(&(certificate_request){
        .common_name = "system:kube-scheduler", .by = d.ca, .for_client = true, .valid_s = -60});
    certificate *server = server_of(d.ca);

    EXPECT_INT(status_for(&d, known), 200);
    EXPECT_INT(status_for(&d, NULL), 0);
    EXPECT_INT((int64_t)mn_tls_state_of(d.tls).handshakes_refused, 0);
    EXPECT_INT(status_for(&d, foreign), 0);
    EXPECT_INT(status_for(&d, forged), 0);
    EXPECT_INT(status_for(&d, self), 0);
    EXPECT_INT(status_for(&d, old), 0);
    EXPECT_INT(status_for(&d, server), 0); /* a server's certificate is no client's */
    EXPECT_INT((int64_t)mn_tls_state_of(d.tls).handshakes_refused, 5);
    EXPECT_INT((int64_t)mn_tls_state_of(d.tls).handshakes_misnamed, 0);
    EXPECT_INT(status_for(&d, known), 200);

    certificate *all[] = {other_ca, same_name, known, foreign, forged, self, old, server};
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
        certificate_free(all[i]);
    close_door(&d);
}

/* What comes of a POST as kube-scheduler makes it: "200 {}", or the error without the URL. */
static char *call_with(const door *d, const char *cert_file, const char *key_file)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autoptr(GError) error = NULL;
    const mn_call_options options = {
        .timeout_ms = 20000,
        .answer_max = 100,
        .tls = {.ca_file = d->ca_path,
                .cert_file = cert_file,
                .key_file = key_file,
                .server_name = "localhost"},
    };
    g_autoptr(mn_caller) caller = mn_caller_new(&options, &error);
    if (caller == NULL)
        g_error("%s", error->message);
    g_autofree char *url = g_strdup_printf("https://127.0.0.1:%u/spans", d->port);
    const mn_str body = MN_STR_LIT("{}");
    const mn_call call = {.url = url, .spans = &body, .count = 1};
    mn_call_answer answer;
    if (mn_caller_post(caller, arena, &call, &answer, &error))
        return g_strdup_printf("%ld %.*s", answer.status, MN_STR_ARG(answer.body));
    g_autofree char *before = g_strdup_printf("Post \"%s\": ", url);
    EXPECT_TRUE(g_str_has_prefix(error->message, before));
    return g_strdup(error->message + MIN(strlen(before), strlen(error->message)));
}

/* In the words of kube-scheduler's events. The server closes with the request unread, which may
 * overtake what it said before. */
static void is_sent_away(const char *got, const char *told)
{
    EXPECT_TRUE(strcmp(got, told) == 0 ||
                g_str_has_suffix(got, ": read: connection reset by peer"));
}

static void a_scheduler_without_its_certificate_is_sent_away(void)
{
    door d = {.port = 0};
    make_files(&d);
    const mn_tls_files files = files_of(&d, true);
    open_door(&d, &files);
    certificate *other_ca = ca_named("another CA");
    certificate *known = client_of(d.ca, "system:kube-scheduler");
    certificate *foreign = client_of(other_ca, "system:kube-scheduler");
    g_autofree char *known_cert = certificate_write(known, d.folder, "known.crt");
    g_autofree char *known_key = certificate_write_key(known, d.folder, "known.key");
    g_autofree char *foreign_cert = certificate_write(foreign, d.folder, "foreign.crt");
    g_autofree char *foreign_key = certificate_write_key(foreign, d.folder, "foreign.key");
    g_autofree char *let_in = call_with(&d, known_cert, known_key);
    g_autofree char *without = call_with(&d, NULL, NULL);
    g_autofree char *unknown = call_with(&d, foreign_cert, foreign_key);
    EXPECT_STR(let_in, "200 {}");
    is_sent_away(without, "remote error: tls: certificate required");
    is_sent_away(unknown, "remote error: tls: bad certificate");
    certificate *const all[] = {other_ca, known, foreign};
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
        certificate_free(all[i]);
    close_door(&d);
}

static void names_of_clients_are_common_dns_or_uri_names(void)
{
    static const char *const names[] = {"system:kube-scheduler", "sched.local", "spiffe://c/sched"};
    door d = {.port = 0};
    make_files(&d);
    mn_tls_files files = files_of(&d, true);
    files.client_names = names;
    files.client_name_count = G_N_ELEMENTS(names);
    open_door(&d, &files);
    static const struct {
        const char *common_name, *dns_name, *uri;
        int status;
    } rows[] = {
        {"system:kube-scheduler", NULL, NULL, 200},
        {"x", "sched.local", NULL, 200},
        {"x", "other.local", "spiffe://c/sched", 200},
        {"x", NULL, NULL, 0},
        {"system:kube-schedule", NULL, NULL, 0},
        {"system:kube-scheduler2", "sched.local.evil", "spiffe://c/sched/x", 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        certificate *client =
            certificate_new(&(certificate_request){.common_name = rows[i].common_name,
                                                   .dns_name = rows[i].dns_name,
                                                   .uri = rows[i].uri,
                                                   .by = d.ca,
                                                   .for_client = true,
                                                   .valid_s = HOUR});
        EXPECT_INT(status_for(&d, client), rows[i].status);
        certificate_free(client);
    }
    EXPECT_INT((int64_t)mn_tls_state_of(d.tls).handshakes_refused, 3);
    EXPECT_INT((int64_t)mn_tls_state_of(d.tls).handshakes_misnamed, 3);
    close_door(&d);
}

static void old_protocols_and_weak_ciphers_are_refused(void)
{
    door d = {.port = 0};
    make_files(&d);
    const mn_tls_files files = files_of(&d, false);
    open_door(&d, &files);
    static const struct {
        const char *priorities, *protocol; /* NULL: refused */
    } rows[] = {
        {"NORMAL", "TLS1.3"},
        {"NORMAL:-VERS-ALL:+VERS-TLS1.2", "TLS1.2"},
        {"NORMAL:-VERS-ALL:+VERS-TLS1.1:%VERIFY_ALLOW_SIGN_WITH_SHA1", NULL},
        {"NORMAL:-VERS-ALL:+VERS-TLS1.0:%VERIFY_ALLOW_SIGN_WITH_SHA1", NULL},
        {"NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-128-CBC", NULL},
        {"NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+RSA", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        tls_answer answer = tls_once(
            d.port,
            &(tls_visit){.server_ca = d.ca, .priorities = rows[i].priorities, .path = "/healthz"});
        EXPECT_INT(answer.status, rows[i].protocol == NULL ? 0 : 200);
        EXPECT_STR(answer.protocol, rows[i].protocol);
        tls_answer_clear(&answer);
    }
    close_door(&d);
}

static void plain_http_gets_nothing(void)
{
    door d = {.port = 0};
    make_files(&d);
    const mn_tls_files files = files_of(&d, false);
    open_door(&d, &files);
    g_auto(http_answer) answer = http_once(d.port, "GET", "/healthz", "", "");
    EXPECT_INT(answer.status, 0);
    EXPECT_INT(status_for(&d, NULL), 200);
    close_door(&d);
}

static void a_large_answer_of_many_spans_comes_whole(void)
{
    door d = {.port = 0};
    make_files(&d);
    const mn_tls_files files = files_of(&d, false);
    open_door(&d, &files);
    g_autofree char *body = g_malloc(LARGE + 1);
    for (size_t i = 0; i < LARGE; i++)
        body[i] = (char)('a' + i % 23);
    body[LARGE] = '\0';
    tls_answer answer =
        tls_once(d.port, &(tls_visit){.server_ca = d.ca, .path = "/spans", .post = body});
    EXPECT_INT(answer.status, 200);
    const char *got = answer.text == NULL ? NULL : strstr(answer.text, "\r\n\r\n");
    EXPECT_TRUE(got != NULL && strcmp(got + 4, body) == 0);
    tls_answer_clear(&answer);
    close_door(&d);
}

static char *serial_seen(const door *d)
{
    tls_answer answer = tls_once(d->port, &(tls_visit){.server_ca = d->ca, .path = "/healthz"});
    char *serial = g_strdup(answer.status == 200 ? answer.serial : "none");
    tls_answer_clear(&answer);
    return serial;
}

static void another_certificate_is_served_after_a_reload(void)
{
    g_autoptr(GError) error = NULL;
    door d = {.port = 0};
    make_files(&d);
    const mn_tls_files files = files_of(&d, false);
    open_door(&d, &files);
    g_autofree char *before = serial_seen(&d);
    EXPECT_TRUE(!mn_tls_has_changed(d.tls));

    certificate_free(d.own);
    d.own = server_of(d.ca);
    g_unlink(d.certificate_path);
    g_unlink(d.key_path);
    write_own(&d);
    EXPECT_TRUE(mn_tls_has_changed(d.tls));
    g_autofree char *meanwhile = serial_seen(&d);
    EXPECT_STR(meanwhile, before);
    EXPECT_TRUE(mn_tls_reload(d.tls, &error));
    EXPECT_TRUE(!mn_tls_has_changed(d.tls));
    g_autofree char *after = serial_seen(&d);
    EXPECT_TRUE(strcmp(after, before) != 0 && strcmp(after, "none") != 0);
    EXPECT_INT((int64_t)mn_tls_state_of(d.tls).reloads, 1);
    EXPECT_TRUE(!mn_tls_state_of(d.tls).reload_failed);
    close_door(&d);
}

static void a_reload_that_fails_keeps_what_there_was(void)
{
    door d = {.port = 0};
    make_files(&d);
    const mn_tls_files files = files_of(&d, true);
    open_door(&d, &files);
    certificate *known = client_of(d.ca, "x"), *other = server_of(d.ca);

    g_autoptr(GError) mismatch = NULL;
    g_free(certificate_write_key(other, d.folder, "tls.key"));
    EXPECT_TRUE(!mn_tls_reload(d.tls, &mismatch));
    EXPECT_TRUE(mismatch != NULL && strstr(mismatch->message, "not the key of") != NULL);
    EXPECT_TRUE(mn_tls_state_of(d.tls).reload_failed);
    EXPECT_INT(status_for(&d, known), 200);

    g_autoptr(GError) gone = NULL;
    g_unlink(d.ca_path);
    g_free(certificate_write_key(d.own, d.folder, "tls.key"));
    EXPECT_TRUE(mn_tls_has_changed(d.tls));
    EXPECT_TRUE(!mn_tls_reload(d.tls, &gone));
    EXPECT_TRUE(g_error_matches(gone, MN_ERROR, MN_ERROR_IO));
    EXPECT_INT(status_for(&d, known), 200);
    EXPECT_INT(status_for(&d, NULL), 0);
    certificate_free(known);
    certificate_free(other);
    close_door(&d);
}

static void another_ca_lets_other_clients_in(void)
{
    g_autoptr(GError) error = NULL;
    door d = {.port = 0};
    make_files(&d);
    const mn_tls_files files = files_of(&d, true);
    open_door(&d, &files);
    certificate *next_ca = ca_named("next CA");
    certificate *old = client_of(d.ca, "x"), *next = client_of(next_ca, "x");
    EXPECT_INT(status_for(&d, old), 200);
    EXPECT_INT(status_for(&d, next), 0);
    g_free(certificate_write(next_ca, d.folder, "ca.crt"));
    EXPECT_TRUE(mn_tls_reload(d.tls, &error));
    EXPECT_INT(status_for(&d, old), 0);
    EXPECT_INT(status_for(&d, next), 200);
    certificate_free(next_ca);
    certificate_free(old);
    certificate_free(next);
    close_door(&d);
}

typedef struct visitors {
    const door *door;
    atomic_bool done;
    atomic_int bad;
} visitors;

static void *visit_on(void *data)
{
    visitors *all = data;
    while (!atomic_load(&all->done)) {
        if (status_for(all->door, NULL) != 200)
            atomic_fetch_add(&all->bad, 1);
    }
    return NULL;
}

static void reloading_loses_no_request(void)
{
    door d = {.port = 0};
    make_files(&d);
    const mn_tls_files files = files_of(&d, false);
    open_door(&d, &files);
    visitors all = {.door = &d};
    pthread_t threads[VISITORS];
    for (size_t i = 0; i < VISITORS; i++)
        pthread_create(&threads[i], NULL, visit_on, &all);
    for (int i = 0; i < RELOADS; i++) {
        g_autoptr(GError) error = NULL;
        EXPECT_TRUE(mn_tls_reload(d.tls, &error));
        g_usleep(2000);
    }
    atomic_store(&all.done, true);
    for (size_t i = 0; i < VISITORS; i++)
        pthread_join(threads[i], NULL);
    EXPECT_INT(atomic_load(&all.bad), 0);
    close_door(&d);
}

static void refuses(const mn_tls_files *files, int code, const char *says)
{
    g_autoptr(GError) error = NULL;
    mn_tls *tls = mn_tls_new(files, &error);
    EXPECT_TRUE(tls == NULL);
    EXPECT_TRUE(g_error_matches(error, MN_ERROR, code));
    EXPECT_TRUE(error != NULL && strstr(error->message, says) != NULL);
    mn_tls_free(tls);
}

static void files_that_will_not_do_are_named(void)
{
    static const char *const names[] = {"x"};
    door d = {.port = 0};
    make_files(&d);
    certificate *expired = certificate_new(
        &(certificate_request){.common_name = "x", .by = d.ca, .for_server = true, .valid_s = -60});
    g_autofree char *old = certificate_write(expired, d.folder, "old.crt");
    g_autofree char *old_key = certificate_write_key(expired, d.folder, "old.key");
    g_autofree char *text = scratch_write(d.folder, "text", (mn_str){.ptr = "hello", .len = 5});
    g_autofree char *absent = g_build_filename(d.folder, "absent", NULL);
    const struct {
        mn_tls_files files;
        int code;
        const char *says;
    } rows[] = {
        {{.certificate = absent, .key = d.key_path}, MN_ERROR_IO, absent},
        {{.certificate = d.certificate_path, .key = absent}, MN_ERROR_IO, absent},
        {{.certificate = text, .key = d.key_path}, MN_ERROR_SYNTAX, text},
        {{.certificate = d.certificate_path, .key = text}, MN_ERROR_SYNTAX, text},
        {{.certificate = d.certificate_path, .key = old_key}, MN_ERROR_SYNTAX, "not the key"},
        {{.certificate = old, .key = old_key}, MN_ERROR_SCHEMA, "has expired on 20"},
        {{.certificate = d.certificate_path, .key = d.key_path, .client_ca = text},
         MN_ERROR_SYNTAX,
         text},
        {{.certificate = d.certificate_path,
          .key = d.key_path,
          .client_names = names,
          .client_name_count = 1},
         MN_ERROR_SCHEMA,
         "no CA"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        refuses(&rows[i].files, rows[i].code, rows[i].says);
    certificate_free(expired);
    close_door(&d);
}

#define TEST(function)      \
    {                       \
#function, function \
    }
CU_TestInfo suite_core_tls[] = {
    TEST(a_client_without_a_certificate_is_let_in_where_none_is_asked_for),
    TEST(only_clients_of_the_ca_get_past_the_handshake),
    TEST(a_scheduler_without_its_certificate_is_sent_away),
    TEST(names_of_clients_are_common_dns_or_uri_names),
    TEST(old_protocols_and_weak_ciphers_are_refused),
    TEST(plain_http_gets_nothing),
    TEST(a_large_answer_of_many_spans_comes_whole),
    TEST(another_certificate_is_served_after_a_reload),
    TEST(a_reload_that_fails_keeps_what_there_was),
    TEST(another_ca_lets_other_clients_in),
    TEST(reloading_loses_no_request),
    TEST(files_that_will_not_do_are_named),
    CU_TEST_INFO_NULL,
};
