/* SPDX-License-Identifier: Apache-2.0 */
/* Real sockets on loopback, a server of our own in each test. */
#include "mullion/base/error.h"
#include "mullion/httpd/server.h"
#include "tests/support/expect.h"
#include "tests/support/http_client.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

static void say_ok(const mn_http_request *request, mn_http_reply *reply, void *data)
{
    (void)request;
    (void)data;
    static const mn_str ok = {.ptr = "ok", .len = 2};
    reply->spans = &ok;
    reply->count = 1;
}

static void echo(const mn_http_request *request, mn_http_reply *reply, void *data)
{
    (void)data;
    reply->spans = &request->body;
    reply->count = 1;
}

/* The body, a byte a span. */
static void echo_in_spans(const mn_http_request *request, mn_http_reply *reply, void *data)
{
    (void)data;
    mn_str *spans = MN_ARENA_NEW(request->arena, mn_str, request->body.len);
    for (size_t i = 0; i < request->body.len; i++)
        spans[i] = (mn_str){.ptr = request->body.ptr + i, .len = 1};
    reply->spans = spans;
    reply->count = request->body.len;
}

static void be_slow(const mn_http_request *request, mn_http_reply *reply, void *data)
{
    poll(NULL, 0, 300);
    say_ok(request, reply, data);
}

static const mn_http_route routes[] = {
    {.method = "POST", .path = "/echo", .handle = echo, .takes_json = true},
    {.method = "POST", .path = "/spans", .handle = echo_in_spans, .takes_json = true},
    {.method = "POST", .path = "/slow", .handle = be_slow, .takes_json = true},
    {.method = "GET", .path = "/healthz", .handle = say_ok},
};
static const mn_http_router router = {
    .routes = routes, .count = G_N_ELEMENTS(routes), .prefix = ""};

static atomic_int refusals, cuts, last_refusal;

static void count_refusal(void *data, unsigned status, const char *method, const char *path)
{
    (void)data;
    (void)method;
    (void)path;
    if (status != 0)
        atomic_store(&last_refusal, (int)status);
    atomic_fetch_add(status == 0 ? &cuts : &refusals, 1);
}

static mn_http_options options(void)
{
    atomic_store(&refusals, 0);
    atomic_store(&cuts, 0);
    return (mn_http_options){.address = "127.0.0.1",
                             .threads = 2,
                             .connections_max = 64,
                             .body_max = 4 << 20,
                             .bodies_max = 16 << 20,
                             .request_timeout_ms = 20000,
                             .idle_timeout_ms = 120000,
                             .refused = count_refusal};
}

static mn_http_server *serve(const mn_http_options *with)
{
    g_autoptr(GError) error = NULL;
    mn_http_server *server = mn_http_server_start(&router, with, &error);
    if (server == NULL)
        g_error("server: %s", error->message);
    return server;
}

static void status_of(uint16_t port, const char *method, const char *path, const char *headers,
                      const char *body, int want)
{
    g_auto(http_answer) answer = http_once(port, method, path, headers, body);
    EXPECT_INT(answer.status, want);
}

static void one_connection_carries_many_requests(void)
{
    const mn_http_options with = options();
    g_autoptr(mn_http_server) server = serve(&with);
    const uint16_t port = mn_http_server_port(server);
    int fd = http_connect(port);
    for (int i = 0; i < 100; i++) {
        g_auto(http_answer) answer = http_post(fd, "/echo", "{\"a\":1}", 7);
        EXPECT_INT(answer.status, 200);
        EXPECT_STR(answer.body, "{\"a\":1}");
        EXPECT_TRUE(!answer.closes);
        g_autofree char *type = http_header(&answer, "Content-Type");
        EXPECT_STR(type, "application/json");
    }
    g_auto(http_answer) health = http_get(fd, "/healthz");
    EXPECT_STR(health.body, "ok");
    EXPECT_INT((int64_t)mn_http_server_counts(server).connections, 1);
    close(fd);
}

static void refusals_have_their_status_and_keep_the_connection(void)
{
    static const struct {
        const char *request;
        int status;
    } rows[] = {
        {"GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n", 404},
        {"POST /bind HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}", 404},
        {"GET /echo HTTP/1.1\r\nHost: h\r\n\r\n", 405},
        {"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}",
         415},
        {"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}", 415},
        {POST_JSON("/echo") "\r\n", 411},
    };
    const mn_http_options with = options();
    g_autoptr(mn_http_server) server = serve(&with);
    const uint16_t port = mn_http_server_port(server);
    int fd = http_connect(port);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        EXPECT_TRUE(http_send_text(fd, rows[i].request));
        g_auto(http_answer) answer = http_receive(fd);
        EXPECT_INT(answer.status, rows[i].status);
        EXPECT_INT((int64_t)answer.len, 0);
    }
    g_auto(http_answer) still = http_get(fd, "/healthz");
    EXPECT_INT(still.status, 200);
    EXPECT_INT(atomic_load(&refusals), (int64_t)G_N_ELEMENTS(rows));
    close(fd);
}

static void a_wrong_method_is_told_the_right_one(void)
{
    const mn_http_options with = options();
    g_autoptr(mn_http_server) server = serve(&with);
    const uint16_t port = mn_http_server_port(server);
    g_auto(http_answer) answer = http_once(port, "DELETE", "/echo", "", "");
    g_autofree char *allow = http_header(&answer, "Allow");
    EXPECT_INT(answer.status, 405);
    EXPECT_STR(allow, "POST");
}

static void contradicting_lengths_are_refused(void)
{
    const mn_http_options with = options();
    g_autoptr(mn_http_server) server = serve(&with);
    const uint16_t port = mn_http_server_port(server);
    status_of(port, "POST", "/echo", "Content-Length: 2\r\nContent-Length: 2\r\n", "{}", 400);
    status_of(port,
              "POST",
              "/echo",
              "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
              "2\r\n{}\r\n0\r\n\r\n",
              400);
    status_of(port, "POST", "/echo", "Content-Length: -2\r\n", "{}", 400);
    status_of(port, "POST", "/echo", "Content-Length: two\r\n", "{}", 400);
}

static void chunks_are_put_together_up_to_the_cap(void)
{
    mn_http_options with = options();
    with.body_max = 8;
    g_autoptr(mn_http_server) server = serve(&with);
    const uint16_t port = mn_http_server_port(server);
    const char *chunked = AS_JSON "Transfer-Encoding: chunked\r\n";
    g_auto(http_answer) answer =
        http_once(port, "POST", "/echo", chunked, "3\r\nabc\r\n5\r\ndefgh\r\n0\r\n\r\n");
    EXPECT_STR(answer.body, "abcdefgh");
    status_of(port, "POST", "/echo", chunked, "3\r\nabc\r\n6\r\ndefghi\r\n0\r\n\r\n", 413);
}

static void a_large_body_comes_back_as_it_went(void)
{
    mn_http_options with = options();
    with.body_max = with.bodies_max = 32 << 20;
    g_autoptr(mn_http_server) server = serve(&with);
    const uint16_t port = mn_http_server_port(server);
    size_t len = 20 << 20;
    g_autofree char *body = g_malloc(len);
    for (size_t i = 0; i < len; i++)
        body[i] = (char)('a' + i * 7 % 26);
    int fd = http_connect(port);
    g_auto(http_answer) answer = http_post(fd, "/echo", body, len);
    EXPECT_INT((int64_t)answer.len, (int64_t)len);
    EXPECT_TRUE(answer.len == len && memcmp(answer.body, body, len) == 0);
    close(fd);
}

static void spans_are_joined_however_many(void)
{
    const mn_http_options with = options();
    g_autoptr(mn_http_server) server = serve(&with);
    const uint16_t port = mn_http_server_port(server);
    int fd = http_connect(port);
    /* 1,025 to 4,096 once stopped half-way: longer than what one sendmsg() takes. */
    static const size_t lengths[] = {1, 10, 1000, 1024, 1025, 2000, 4096, 4097, 50000};
    for (size_t n = 0; n < G_N_ELEMENTS(lengths); n++) {
        size_t len = lengths[n];
        g_autofree char *body = g_malloc(len);
        for (size_t i = 0; i < len; i++)
            body[i] = (char)('a' + i % 26);
        g_auto(http_answer) answer = http_post(fd, "/spans", body, len);
        EXPECT_INT((int64_t)answer.len, (int64_t)len);
        EXPECT_TRUE(answer.len == len && memcmp(answer.body, body, len) == 0);
    }
    close(fd);
}

static void an_oversized_body_is_413_before_it_is_sent(void)
{
    const mn_http_options with = options();
    g_autoptr(mn_http_server) server = serve(&with);
    const uint16_t port = mn_http_server_port(server);
    int fd = http_connect(port);
    EXPECT_TRUE(http_send_text(fd, POST_JSON("/echo") "Content-Length: 99999999999\r\n\r\n{"));
    g_auto(http_answer) answer = http_receive(fd);
    EXPECT_INT(answer.status, 413);
    EXPECT_TRUE(http_is_closed(fd, 5000));
    close(fd);
}

static void all_bodies_together_have_a_limit(void)
{
    mn_http_options with = options();
    with.bodies_max = 100 << 10;
    g_autoptr(mn_http_server) server = serve(&with);
    const uint16_t port = mn_http_server_port(server);
    g_autofree char *half = g_strnfill(60 << 10, ' ');
    int first = http_connect(port);
    http_send_text(first, POST_JSON("/echo") "Content-Length: 81920\r\n\r\n");
    http_send_text(first, half);
    poll(NULL, 0, 100);

    int second = http_connect(port);
    g_auto(http_answer) refused = http_post(second, "/echo", half, strlen(half));
    EXPECT_INT(refused.status, 503);
    close(first);
    poll(NULL, 0, 100);
    g_auto(http_answer) accepted = http_post(second, "/echo", half, strlen(half));
    EXPECT_INT(accepted.status, 200);
    close(second);
}

static void has_refused(int times, int status)
{
    for (int waited = 0; waited < 5000 && atomic_load(&refusals) < times; waited += 10)
        poll(NULL, 0, 10);
    EXPECT_INT(atomic_load(&refusals), times);
    EXPECT_INT(atomic_load(&last_refusal), status);
}

/* For a MiB to have come, on a machine that has much else to do. */
enum { ARRIVAL_MS = 400 };

static int announce(uint16_t port, const char *headers, size_t length)
{
    int fd = http_connect(port);
    g_autofree char *head =
        g_strdup_printf(POST_JSON("/echo") "Content-Length: %zu\r\n%s\r\n", length, headers);
    http_send_text(fd, head);
    return fd;
}

static void a_body_for_which_there_is_no_room_is_503_before_it_is_sent(void)
{
    static const char *const headers[] = {"", "Expect: 100-continue\r\n"};
    mn_http_options with = options();
    with.bodies_max = 2 << 20;
    g_autoptr(mn_http_server) server = serve(&with);
    const uint16_t port = mn_http_server_port(server);
    for (size_t i = 0; i < G_N_ELEMENTS(headers); i++) {
        int fd = announce(port, headers[i], 3 << 20);
        g_auto(http_answer) answer = http_receive(fd);
        EXPECT_INT(answer.status, 503);
        EXPECT_TRUE(answer.closes);
        EXPECT_TRUE(http_is_closed(fd, 5000));
        has_refused((int)i + 1, 503);
        close(fd);
    }
}

enum { HALF = 1 << 20 };

/* So much of all bodies together. */
static mn_http_server *serve_four_halves(void)
{
    mn_http_options with = options();
    with.bodies_max = 4 * HALF;
    return serve(&with);
}

static void a_body_that_finds_no_room_any_more_is_counted_and_cut(void)
{
    g_autoptr(mn_http_server) server = serve_four_halves();
    const uint16_t port = mn_http_server_port(server);
    g_autofree char *half = g_strnfill(HALF, ' ');
    int first = announce(port, "", 4 * HALF), second = announce(port, "", 4 * HALF);
    poll(NULL, 0, ARRIVAL_MS); /* there is room for either */
    for (int i = 0; i < 2; i++)
        EXPECT_TRUE(http_send(first, half, HALF));
    poll(NULL, 0, ARRIVAL_MS);
    for (int i = 0; i < 4; i++)
        (void)http_send(second, half, HALF);
    EXPECT_TRUE(http_is_closed(second, 5000));
    has_refused(1, 503);
    for (int i = 0; i < 2; i++)
        EXPECT_TRUE(http_send(first, half, HALF));
    g_auto(http_answer) answer = http_receive(first);
    EXPECT_INT(answer.status, 200);
    has_refused(1, 503);
    close(first);
    close(second);
}

/* Refused in the middle of a body, and answered once the rest of it has come. */
static void a_refused_body_leaves_its_place_to_others(void)
{
    g_autoptr(mn_http_server) server = serve_four_halves();
    const uint16_t port = mn_http_server_port(server);
    g_autofree char *half = g_strnfill(HALF, ' ');
    int first = announce(port, "", 4 * HALF), second = announce(port, "", 2 * HALF + HALF / 2);
    poll(NULL, 0, ARRIVAL_MS);
    EXPECT_TRUE(http_send(first, half, HALF) && http_send(first, half, HALF));
    poll(NULL, 0, ARRIVAL_MS);
    EXPECT_TRUE(http_send(second, half, HALF) && http_send(second, half, HALF));
    EXPECT_TRUE(http_send(second, half, HALF / 4));
    has_refused(1, 503);
    EXPECT_TRUE(http_send(first, half, HALF) && http_send(first, half, HALF));
    g_auto(http_answer) answer = http_receive(first);
    EXPECT_INT(answer.status, 200);
    EXPECT_TRUE(http_send(second, half, HALF / 4));
    g_auto(http_answer) refused = http_receive(second);
    EXPECT_INT(refused.status, 503);
    EXPECT_TRUE(!refused.closes);
    has_refused(1, 503);
    close(first);
    close(second);
}

/* More than is read of a refused request. */
static void what_is_cut_is_counted(void)
{
    static const struct {
        const char *head;
        int status;
    } rows[] = {
        {POST_JSON("/echo") "Transfer-Encoding: chunked\r\n\r\n", 413},
        {"POST /nothing HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", 404},
        {"GET /healthz HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", 413},
    };
    mn_http_options with = options();
    with.body_max = 64 << 10;
    g_autoptr(mn_http_server) server = serve(&with);
    const uint16_t port = mn_http_server_port(server);
    g_autofree char *blanks = g_strnfill(0x10000, ' ');
    g_autofree char *chunk = g_strdup_printf("10000\r\n%s\r\n", blanks);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        int fd = http_connect(port), sent = 0;
        EXPECT_TRUE(http_send_text(fd, rows[i].head));
        while (sent < 4096 && http_send_text(fd, chunk))
            sent++;
        EXPECT_TRUE(sent < 4096);
        has_refused((int)i + 1, rows[i].status);
        close(fd);
    }
}

static int64_t resident_bytes(void)
{
    g_autofree char *text = NULL;
    char *rest = NULL;
    if (!g_file_get_contents("/proc/self/statm", &text, NULL, NULL))
        g_error("no /proc");
    (void)g_ascii_strtoull(text, &rest, 10);
    return (int64_t)g_ascii_strtoull(rest, NULL, 10) * sysconf(_SC_PAGESIZE);
}

/* A huge page each would be 100 MiB. */
static void many_who_announce_much_and_send_little_hold_little(void)
{
    mn_http_options with = options();
    with.body_max = with.bodies_max = 128 << 20;
    g_autoptr(mn_http_server) server = serve(&with);
    const uint16_t port = mn_http_server_port(server);
    const int64_t before = resident_bytes();
    int fds[50];
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
        fds[i] = announce(port, "", 100 << 20);
        EXPECT_TRUE(http_send_text(fds[i], "0123456789"));
    }
    g_auto(http_answer) other = http_once(port, "GET", "/healthz", "", "");
    EXPECT_INT(other.status, 200);
    for (int waited = 0; waited < 5000; waited += 10) {
        if (mn_http_server_counts(server).in_flight == G_N_ELEMENTS(fds))
            break;
        poll(NULL, 0, 10);
    }
    EXPECT_INT((int64_t)mn_http_server_counts(server).in_flight, (int64_t)G_N_ELEMENTS(fds));
    poll(NULL, 0, ARRIVAL_MS); /* for the last byte to have come */
    EXPECT_TRUE(resident_bytes() - before < 50 << 20);
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++)
        close(fds[i]);
}

/* Sends a piece every 50 ms until the server hangs up; how long that took. */
static int64_t drip(int fd, const char *piece)
{
    int64_t began = g_get_monotonic_time();
    for (int i = 0; i < 200 && http_send_text(fd, piece); i++)
        if (http_is_closed(fd, 50))
            break;
    return (g_get_monotonic_time() - began) / 1000;
}

static void whoever_drips_is_cut(void)
{
    static const struct {
        const char *start, *piece;
    } rows[] = {
        {"", "G"},                                               /* request line */
        {"GET /healthz HTTP/1.1\r\n", "X: y\r\n"},               /* headers */
        {POST_JSON("/echo") "Content-Length: 999\r\n\r\n", " "}, /* body */
    };
    mn_http_options with = options();
    with.request_timeout_ms = 500;
    g_autoptr(mn_http_server) server = serve(&with);
    const uint16_t port = mn_http_server_port(server);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        int fd = http_connect(port);
        http_send_text(fd, rows[i].start);
        int64_t took = drip(fd, rows[i].piece);
        EXPECT_TRUE(took >= 300 && took < 5000);
        close(fd);
    }
    EXPECT_INT(atomic_load(&cuts), (int64_t)G_N_ELEMENTS(rows));
    EXPECT_INT((int64_t)mn_http_server_counts(server).timed_out, (int64_t)G_N_ELEMENTS(rows));
}

static void whoever_drips_after_a_good_request_is_cut_too(void)
{
    mn_http_options with = options();
    with.request_timeout_ms = 500;
    g_autoptr(mn_http_server) server = serve(&with);
    const uint16_t port = mn_http_server_port(server);
    int fd = http_connect(port);
    g_auto(http_answer) good = http_get(fd, "/healthz");
    EXPECT_INT(good.status, 200);
    poll(NULL, 0, 700); /* idle for longer than a request may take */
    EXPECT_TRUE(!http_is_closed(fd, 0));
    int64_t took = drip(fd, "G");
    EXPECT_TRUE(took < 5000);
    close(fd);
}

static void an_idle_connection_ends_after_the_idle_time(void)
{
    mn_http_options with = options();
    with.idle_timeout_ms = 400;
    g_autoptr(mn_http_server) server = serve(&with);
    const uint16_t port = mn_http_server_port(server);
    int fd = http_connect(port);
    g_auto(http_answer) good = http_get(fd, "/healthz");
    EXPECT_INT(good.status, 200);
    EXPECT_TRUE(!http_is_closed(fd, 200));
    EXPECT_TRUE(http_is_closed(fd, 5000));
    EXPECT_INT(atomic_load(&cuts), 0);
    close(fd);
}

static void a_newcomer_takes_the_place_of_the_longest_idle(void)
{
    mn_http_options with = options();
    with.connections_max = 2;
    g_autoptr(mn_http_server) server = serve(&with);
    const uint16_t port = mn_http_server_port(server);
    int fds[3];
    for (size_t i = 0; i < 3; i++) {
        fds[i] = http_connect(port);
        g_auto(http_answer) answer = http_get(fds[i], "/healthz");
        EXPECT_INT(answer.status, 200);
        poll(NULL, 0, 20);
    }
    EXPECT_TRUE(http_is_closed(fds[0], 2000));
    EXPECT_INT((int64_t)mn_http_server_counts(server).evicted, 1);
    EXPECT_INT((int64_t)mn_http_server_counts(server).timed_out, 0);
    EXPECT_TRUE(!http_is_closed(fds[1], 0));
    for (size_t i = 0; i < 3; i++)
        close(fds[i]);
}

static void silent_newcomers_make_room_before_clients_that_ask(void)
{
    mn_http_options with = options();
    with.connections_max = 8;
    g_autoptr(mn_http_server) server = serve(&with);
    const uint16_t port = mn_http_server_port(server);
    int client = http_connect(port), silent[16];
    g_auto(http_answer) first = http_get(client, "/healthz");
    EXPECT_INT(first.status, 200);
    for (size_t i = 0; i < G_N_ELEMENTS(silent); i++)
        silent[i] = http_connect(port);
    g_auto(http_answer) newcomer = http_once(port, "GET", "/healthz", "", "");
    EXPECT_INT(newcomer.status, 200);
    g_auto(http_answer) again = http_get(client, "/healthz");
    EXPECT_INT(again.status, 200);
    EXPECT_TRUE(http_is_closed(silent[0], 0));
    EXPECT_INT(atomic_load(&cuts), 0); /* not before its time */
    for (size_t i = 0; i < G_N_ELEMENTS(silent); i++)
        close(silent[i]);
    close(client);
}

/* All threads are busy while they come; each finds several times its share waiting. */
static void more_connections_than_the_limit_at_once_hold_up_nobody(void)
{
    mn_http_options with = options();
    with.connections_max = 4;
    with.request_timeout_ms = 1000;
    g_autoptr(mn_http_server) server = serve(&with);
    const uint16_t port = mn_http_server_port(server);
    int busy[2], silent[60];
    for (size_t i = 0; i < G_N_ELEMENTS(busy); i++) {
        busy[i] = http_connect(port);
        http_send_text(busy[i], POST_JSON("/slow") "Content-Length: 0\r\n\r\n");
    }
    poll(NULL, 0, 50);
    for (size_t i = 0; i < G_N_ELEMENTS(silent); i++)
        silent[i] = http_connect(port);
    poll(NULL, 0, 200);
    EXPECT_TRUE(mn_http_server_counts(server).connections <= 4);
    for (size_t i = 0; i < G_N_ELEMENTS(busy); i++) {
        g_auto(http_answer) answer = http_receive(busy[i]);
        EXPECT_INT(answer.status, 200);
        close(busy[i]);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(silent); i++)
        close(silent[i]);
    for (size_t i = 0; i < 2; i++) {
        g_auto(http_answer) answer = http_once(port, "GET", "/healthz", "", "");
        EXPECT_INT(answer.status, 200);
    }
}

static void *drain_server(void *data)
{
    mn_http_server *server = data;
    return mn_http_server_drain(server, 5000) ? server : NULL;
}

static void draining_answers_what_has_begun_and_ends_what_is_idle(void)
{
    const mn_http_options with = options();
    g_autoptr(mn_http_server) server = serve(&with);
    const uint16_t port = mn_http_server_port(server);
    int idle = http_connect(port), busy = http_connect(port);
    g_auto(http_answer) first = http_get(idle, "/healthz");
    EXPECT_INT(first.status, 200);
    http_send_text(busy, POST_JSON("/slow") "Content-Length: 2\r\n\r\n{");
    poll(NULL, 0, 50);

    pthread_t drainer;
    pthread_create(&drainer, NULL, drain_server, server);
    poll(NULL, 0, 100);
    http_send_text(busy, "}");
    g_auto(http_answer) last = http_receive(busy);
    EXPECT_INT(last.status, 200);
    EXPECT_TRUE(last.closes);
    EXPECT_TRUE(http_is_closed(idle, 2000));
    EXPECT_TRUE(http_is_closed(busy, 2000));
    EXPECT_INT(http_connect(port), -1);
    void *drained;
    pthread_join(drainer, &drained);
    EXPECT_TRUE(drained != NULL);
    close(idle);
    close(busy);
}

static void draining_gives_up_in_time(void)
{
    const mn_http_options with = options();
    g_autoptr(mn_http_server) server = serve(&with);
    const uint16_t port = mn_http_server_port(server);
    int fd = http_connect(port);
    http_send_text(fd, POST_JSON("/echo") "Content-Length: 2\r\n\r\n{");
    poll(NULL, 0, 50);
    int64_t began = g_get_monotonic_time();
    EXPECT_TRUE(!mn_http_server_drain(server, 200));
    EXPECT_TRUE(g_get_monotonic_time() - began < (int64_t)3 * G_USEC_PER_SEC);
    close(fd);
}

static void start_fails(const char *address, uint16_t port, int code)
{
    mn_http_options with = options();
    with.address = address;
    with.port = port;
    g_autoptr(GError) error = NULL;
    g_autoptr(mn_http_server) server = mn_http_server_start(&router, &with, &error);
    EXPECT_TRUE(server == NULL);
    EXPECT_TRUE(g_error_matches(error, MN_ERROR, code));
}

static void an_address_that_cannot_be_had_is_an_error(void)
{
    const mn_http_options with = options();
    g_autoptr(mn_http_server) server = serve(&with);
    const uint16_t port = mn_http_server_port(server);
    start_fails("127.0.0.1", port, MN_ERROR_IO);
    start_fails("localhost", 0, MN_ERROR_SYNTAX);
    start_fails("203.0.113.7", 0, MN_ERROR_IO);
}

static void *post_many(void *data)
{
    const uint16_t *port = data;
    int fd = http_connect(*port);
    intptr_t good = 0;
    for (int i = 0; i < 200; i++) {
        g_autofree char *body = g_strdup_printf("{\"n\":%d}", i);
        g_auto(http_answer) answer = http_post(fd, "/echo", body, strlen(body));
        good += answer.status == 200 && strcmp(answer.body, body) == 0 ? 1 : 0;
    }
    close(fd);
    return g_memdup2(&good, sizeof good);
}

static void many_clients_at_once_get_their_own_answers(void)
{
    const mn_http_options with = options();
    g_autoptr(mn_http_server) server = serve(&with);
    const uint16_t port = mn_http_server_port(server);
    pthread_t threads[8];
    uint16_t same = port;
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
        pthread_create(&threads[i], NULL, post_many, &same);
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++) {
        void *good;
        pthread_join(threads[i], &good);
        EXPECT_INT(*(intptr_t *)good, 200);
        g_free(good);
    }
}

#define TEST(function)      \
    {                       \
#function, function \
    }
CU_TestInfo suite_core_server[] = {
    TEST(one_connection_carries_many_requests),
    TEST(refusals_have_their_status_and_keep_the_connection),
    TEST(a_wrong_method_is_told_the_right_one),
    TEST(contradicting_lengths_are_refused),
    TEST(chunks_are_put_together_up_to_the_cap),
    TEST(a_large_body_comes_back_as_it_went),
    TEST(spans_are_joined_however_many),
    TEST(an_oversized_body_is_413_before_it_is_sent),
    TEST(all_bodies_together_have_a_limit),
    TEST(a_body_for_which_there_is_no_room_is_503_before_it_is_sent),
    TEST(a_body_that_finds_no_room_any_more_is_counted_and_cut),
    TEST(a_refused_body_leaves_its_place_to_others),
    TEST(what_is_cut_is_counted),
    TEST(many_who_announce_much_and_send_little_hold_little),
    TEST(whoever_drips_is_cut),
    TEST(whoever_drips_after_a_good_request_is_cut_too),
    TEST(an_idle_connection_ends_after_the_idle_time),
    TEST(a_newcomer_takes_the_place_of_the_longest_idle),
    TEST(silent_newcomers_make_room_before_clients_that_ask),
    TEST(more_connections_than_the_limit_at_once_hold_up_nobody),
    TEST(draining_answers_what_has_begun_and_ends_what_is_idle),
    TEST(draining_gives_up_in_time),
    TEST(an_address_that_cannot_be_had_is_an_error),
    TEST(many_clients_at_once_get_their_own_answers),
    CU_TEST_INFO_NULL,
};
