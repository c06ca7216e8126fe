/* SPDX-License-Identifier: Apache-2.0 */
/* Connections as whoever passes by meets them: real sockets, no library behind them. */
#include "core/httpd/connection.h"
#include "tests/support/expect.h"
#include "tests/support/http_client.h"

#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REQUEST_MS = 60000, IDLE_MS = 120000, ARRIVAL_MS = 5000 };

typedef struct pair {
    mn_connections all;
    mn_connection *connection;
    int ours, theirs;
} pair;

static void open_pair(pair *made)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    const int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listening, (struct sockaddr *)&address, len) != 0 || listen(listening, 1) != 0 ||
        getsockname(listening, (struct sockaddr *)&address, &len) != 0)
        g_error("no socket on loopback");
    *made = (pair){.all = {.request_timeout_ms = REQUEST_MS, .idle_timeout_ms = IDLE_MS}};
    pthread_mutex_init(&made->all.lock, NULL);
    made->theirs = http_connect(ntohs(address.sin_port));
    made->ours = accept(listening, NULL, NULL); /* NOLINT(android-cloexec-accept) */
    made->connection = mn_connection_open(&made->all, made->ours);
    close(listening);
}

static void close_pair(pair *made)
{
    mn_connection_close(&made->all, made->connection);
    pthread_mutex_destroy(&made->all.lock);
    close(made->ours);
    close(made->theirs);
}

/* After a request of four bytes and its answer. */
static void become_idle(pair *made)
{
    char request[4];
    http_send_text(made->theirs, "ping");
    EXPECT_INT(recv(made->ours, request, sizeof request, MSG_WAITALL), 4);
    mn_connection_receiving(&made->all, made->connection);
    mn_connection_answering(&made->all, made->connection);
    mn_connection_idle(&made->all, made->connection);
}

static void wait_for_bytes(int fd)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    EXPECT_INT(poll(&wait, 1, ARRIVAL_MS), 1);
}

/* What it would read is there, and an answer arrives. */
static void still_answers(pair *made)
{
    char bytes[4] = "";
    EXPECT_INT(recv(made->ours, bytes, sizeof bytes, MSG_WAITALL), 4);
    EXPECT_TRUE(memcmp(bytes, "more", 4) == 0);
    EXPECT_TRUE(http_send_text(made->ours, "yes!"));
    EXPECT_INT(recv(made->theirs, bytes, sizeof bytes, MSG_WAITALL), 4);
    EXPECT_TRUE(memcmp(bytes, "yes!", 4) == 0);
}

static void a_request_that_meets_the_end_of_an_idle_connection_is_answered(void)
{
    pair made;
    open_pair(&made);
    become_idle(&made);
    mn_connections_pass(&made.all);
    atomic_store(&made.all.draining_since_ms, mn_now_ms());
    mn_connections_pass(&made.all);
    EXPECT_TRUE(made.connection->cut);
    EXPECT_INT(recv(made.ours, &(char){0}, 1, MSG_DONTWAIT), 0); /* the end of the stream */
    http_send_text(made.theirs, "more");
    poll(NULL, 0, 20);
    still_answers(&made);
    close_pair(&made);
}

static void a_request_that_waits_for_its_thread_keeps_its_connection(void)
{
    pair made;
    open_pair(&made);
    become_idle(&made);
    mn_connections_pass(&made.all);
    http_send_text(made.theirs, "more");
    wait_for_bytes(made.ours);
    atomic_store(&made.all.draining_since_ms, mn_now_ms());
    for (int i = 0; i < 3; i++)
        mn_connections_pass(&made.all);
    EXPECT_TRUE(!made.connection->cut);
    EXPECT_TRUE(!mn_connections_evict(&made.all));
    still_answers(&made);
    close_pair(&made);
}

static void one_whose_request_takes_too_long_is_cut_both_ways(void)
{
    pair made;
    open_pair(&made);
    mn_connection_receiving(&made.all, made.connection);
    atomic_store(&made.connection->deadline_ms, mn_now_ms() - 1);
    mn_connections_pass(&made.all);
    EXPECT_TRUE(made.connection->cut);
    EXPECT_TRUE(http_is_closed(made.theirs, ARRIVAL_MS));
    EXPECT_INT((int64_t)atomic_load(&made.all.timed_out), 1);
    close_pair(&made);
}

#define TEST(function)      \
    {                       \
#function, function \
    }
CU_TestInfo suite_core_connection[] = {
    TEST(a_request_that_meets_the_end_of_an_idle_connection_is_answered),
    TEST(a_request_that_waits_for_its_thread_keeps_its_connection),
    TEST(one_whose_request_takes_too_long_is_cut_both_ways),
    CU_TEST_INFO_NULL,
};
