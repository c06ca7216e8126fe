/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/kube/call.h"
#include "tests/support/expect.h"
#include "tests/support/replay_server.h"

#include <string.h>
#include <unistd.h>

enum { QUICK_MS = 150, PATIENT_MS = 9000, ANSWER_MAX = 1000 };

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Length: 0"

static mn_caller *caller_new(int64_t timeout_ms)
{
    const mn_call_options options = {.timeout_ms = timeout_ms, .answer_max = ANSWER_MAX};
    g_autoptr(GError) error = NULL;
    mn_caller *caller = mn_caller_new(&options, &error);
    EXPECT_TRUE(caller != NULL);
    return caller;
}

/* "200 body", or the message; PORT stands for the port. */
static char *outcome_of(mn_caller *caller, const char *url, uint16_t port)
{
    static const char body[] = "{}";
    const mn_str spans[] = {{.ptr = body, .len = 1}, {.len = 0}, {.ptr = body + 1, .len = 1}};
    const mn_call call = {.url = url, .spans = spans, .count = G_N_ELEMENTS(spans)};
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autoptr(GError) error = NULL;
    mn_call_answer answer;
    if (mn_caller_post(caller, arena, &call, &answer, &error))
        return g_strdup_printf("%ld %.*s", answer.status, MN_STR_ARG(answer.body));
    g_autofree char *number = g_strdup_printf("%u", port);
    g_auto(GStrv) parts = g_strsplit(error->message, number, -1);
    return g_strjoinv("PORT", parts);
}

static char *post_to(replay_server *server, mn_caller *caller)
{
    const uint16_t port = replay_server_port(server);
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/ext/filter", port);
    return outcome_of(caller, url, port);
}

static replay_answer answer_of(const char *head, const char *body)
{
    return (replay_answer){.head = head, .body = body, .len = strlen(body)};
}

/* One call to a server that gives these answers. */
static void gives(const replay_answer *answers, size_t count, int64_t timeout_ms, const char *want)
{
    g_autoptr(replay_server) server = replay_server_start(answers, count);
    g_autoptr(mn_caller) caller = caller_new(timeout_ms);
    g_autofree char *got = post_to(server, caller);
    EXPECT_STR(got, want);
}

static void one_gives(replay_answer answer, const char *want)
{
    gives(&answer, 1, PATIENT_MS, want);
}

static void the_request_is_what_go_sends(void)
{
    const replay_answer answer = answer_of(OK_HEAD, "");
    g_autoptr(replay_server) server = replay_server_start(&answer, 1);
    g_autoptr(mn_caller) caller = caller_new(PATIENT_MS);
    g_autofree char *got = post_to(server, caller);
    const replay_request *request = g_ptr_array_index(replay_server_stop(server), 0);
    g_autofree char *host = g_strdup_printf("Host: 127.0.0.1:%u\r\n", replay_server_port(server));
    EXPECT_STR(got, "200 ");
    EXPECT_STR(request->path, "/ext/filter");
    EXPECT_STR(request->body, "{}");
    EXPECT_TRUE(strstr(request->headers, host) != NULL);
    EXPECT_TRUE(strstr(request->headers, "User-Agent: Go-http-client/1.1\r\n") != NULL);
    EXPECT_TRUE(strstr(request->headers, "Content-Length: 2\r\n") != NULL);
    EXPECT_TRUE(strstr(request->headers, "Content-Type: application/json\r\n") != NULL);
    EXPECT_TRUE(strstr(request->headers, "Accept-Encoding: gzip\r\n") != NULL);
    EXPECT_TRUE(strstr(request->headers, "Accept:") == NULL);
    EXPECT_TRUE(strstr(request->headers, "Expect:") == NULL);
    EXPECT_TRUE(strstr(request->headers, "Transfer-Encoding:") == NULL);
}

static void any_status_is_an_answer_and_only_of_200_the_body_is_read(void)
{
    one_gives(answer_of(OK_HEAD, "[]"), "200 []");
    one_gives(answer_of("HTTP/1.1 200 OK", "until the end"), "200 until the end");
    one_gives(answer_of("HTTP/1.1 201 Created\r\nContent-Length: 0", "{}"), "201 ");
    one_gives(answer_of("HTTP/1.1 500 No\r\nContent-Length: 0", "{}"), "500 ");
    one_gives(answer_of("HTTP/1.1 404 No\r\nContent-Length: 0", ""), "404 ");
}

static void gzip_is_undone(void)
{
    size_t len;
    g_autofree char *zipped = replay_gzip("[1,2,3]", 7, &len);
    one_gives(
        (replay_answer){.head = OK_HEAD "\r\nContent-Encoding: gzip", .body = zipped, .len = len},
        "200 [1,2,3]");
    one_gives(answer_of(OK_HEAD "\r\nContent-Encoding: gzip", "not zipped at all"),
              "gzip: invalid header");
}

static void redirects_are_followed_with_the_body(void)
{
    replay_answer answers[12];
    for (size_t i = 0; i < G_N_ELEMENTS(answers); i++)
        answers[i] =
            answer_of("HTTP/1.1 307 Moved\r\nLocation: /ext/filter2\r\nContent-Length: 0", "");
    gives(answers,
          G_N_ELEMENTS(answers),
          PATIENT_MS,
          "Post \"http://127.0.0.1:PORT/ext/filter\": stopped after 10 redirects");
    answers[1] = answer_of(OK_HEAD, "there");
    g_autoptr(replay_server) server = replay_server_start(answers, 2);
    g_autoptr(mn_caller) caller = caller_new(PATIENT_MS);
    g_autofree char *got = post_to(server, caller);
    const GPtrArray *requests = replay_server_stop(server);
    EXPECT_STR(got, "200 there");
    EXPECT_INT(requests->len, 2);
    EXPECT_STR(((const replay_request *)g_ptr_array_index(requests, 1))->path, "/ext/filter2");
    EXPECT_STR(((const replay_request *)g_ptr_array_index(requests, 1))->body, "{}");
}

static void faults_are_told_in_the_words_of_go(void)
{
    const replay_answer hang = {.manner = REPLAY_HANG}, closed = {.manner = REPLAY_CLOSE};
    gives(&hang,
          1,
          QUICK_MS,
          "Post \"http://127.0.0.1:PORT/ext/filter\": context deadline exceeded (Client.Timeout "
          "exceeded while awaiting headers)");
    one_gives(closed, "Post \"http://127.0.0.1:PORT/ext/filter\": EOF");
    one_gives(answer_of("SSH-2.0-OpenSSH_9.2", ""),
              "Post \"http://127.0.0.1:PORT/ext/filter\": malformed HTTP response");
    g_autoptr(mn_caller) caller = caller_new(PATIENT_MS);
    g_autofree char *refused = outcome_of(caller, "http://127.0.0.1:1/x", 1);
    EXPECT_STR(refused,
               "Post \"http://PORT27.0.0.PORT:PORT/x\": dial tcp PORT27.0.0.PORT:PORT: connect: "
               "connection refused");
    g_autofree char *unknown = outcome_of(caller, "ftp://127.0.0.1/x", 21);
    EXPECT_STR(unknown, "Post \"ftp://127.0.0.1/x\": unsupported protocol scheme \"ftp\"");
}

/* What came is handed over; its reader says that it ends too early. */
static void a_body_that_breaks_off_comes_as_far_as_it_came(void)
{
    replay_answer broken = answer_of(OK_HEAD, "[1,2,3]");
    broken.sent = 3;
    one_gives(broken, "200 [1,");
}

static void too_long_a_body_is_refused(void)
{
    g_autofree char *text = g_strnfill(ANSWER_MAX + 1, ' ');
    one_gives(answer_of(OK_HEAD, text),
              "the answer of \"http://127.0.0.1:PORT/ext/filter\" is longer than 1000 bytes");
}

/* libcurl by itself would send the second POST again, over a third connection. */
static void a_post_is_never_sent_twice(void)
{
    const replay_answer answers[] = {
        answer_of(OK_HEAD, "1"),
        {.manner = REPLAY_CLOSE},
        answer_of(OK_HEAD, "3"),
    };
    static const char *const want[] = {
        "200 1", "Post \"http://127.0.0.1:PORT/ext/filter\": EOF", "200 3"};
    g_autoptr(replay_server) server = replay_server_start(answers, G_N_ELEMENTS(answers));
    g_autoptr(mn_caller) caller = caller_new(PATIENT_MS);
    for (size_t i = 0; i < G_N_ELEMENTS(want); i++) {
        g_autofree char *got = post_to(server, caller);
        EXPECT_STR(got, want[i]);
    }
    const GPtrArray *requests = replay_server_stop(server);
    EXPECT_INT(requests->len, 3);
    EXPECT_INT(((const replay_request *)g_ptr_array_index(requests, 1))->connection, 0);
    EXPECT_TRUE(((const replay_request *)g_ptr_array_index(requests, 2))->connection > 0);
}

static void refuses(mn_call_tls tls, const char *message)
{
    const mn_call_options options = {.timeout_ms = PATIENT_MS, .tls = tls};
    g_autoptr(GError) error = NULL;
    g_autoptr(mn_caller) caller = mn_caller_new(&options, &error);
    EXPECT_TRUE(caller == NULL);
    EXPECT_STR(error == NULL ? "" : error->message, message);
}

static void tls_options_that_make_no_client_are_refused(void)
{
    refuses((mn_call_tls){.ca_file = "/ca.crt", .insecure = true},
            "specifying a root certificates file with the insecure flag is not allowed");
    refuses((mn_call_tls){.ca_file = "/no/such/ca.crt"},
            "open /no/such/ca.crt: no such file or directory (caFile)");
    refuses((mn_call_tls){.cert_file = "/no/such/c.crt"},
            "open /no/such/c.crt: no such file or directory (certFile)");
}

/* libcurl wants files, which do not stay. */
static void certificates_may_come_as_data(void)
{
    g_autofree char *folder = g_dir_make_tmp("mullion-test-XXXXXX", NULL);
    const mn_call_options options = {
        .timeout_ms = PATIENT_MS,
        .tls = {.ca_data = "Y2E=", .cert_data = "Y2VydA==", .key_data = "a2V5"},
    };
    g_setenv("TMPDIR", folder, TRUE);
    mn_caller *caller = mn_caller_new(&options, NULL);
    g_unsetenv("TMPDIR");
    EXPECT_TRUE(caller != NULL);
    mn_caller_free(caller);
    EXPECT_INT(rmdir(folder), 0);
}

extern CU_TestInfo suite_core_call[];
CU_TestInfo suite_core_call[] = {
    {"the request is what Go sends", the_request_is_what_go_sends},
    {"any status is an answer, and only of 200 the body is read",
     any_status_is_an_answer_and_only_of_200_the_body_is_read},
    {"gzip is undone", gzip_is_undone},
    {"redirects are followed with the body", redirects_are_followed_with_the_body},
    {"faults are told in the words of Go", faults_are_told_in_the_words_of_go},
    {"a body that breaks off comes as far as it came",
     a_body_that_breaks_off_comes_as_far_as_it_came},
    {"too long a body is refused", too_long_a_body_is_refused},
    {"a POST is never sent twice", a_post_is_never_sent_twice},
    {"certificates may come as data", certificates_may_come_as_data},
    {"TLS options that make no client are refused", tls_options_that_make_no_client_are_refused},
    CU_TEST_INFO_NULL,
};
