/* SPDX-License-Identifier: Apache-2.0 */
/* What breaks, and what is refused: in the end the truth is known all the same. */
#include "mullion/kube/watch.h"
#include "tests/support/expect.h"
#include "tests/support/kube_listener.h"
#include "tests/support/kube_story.h"

#include <poll.h>
#include <string.h>
#include <time.h>

enum { QUICK_MS = 25 };

/* ---- what breaks */

/* Wherever the answer breaks, what is known in the end is the truth. True: it took more than the
 * LIST and the WATCH that would have done otherwise. */
static bool survives(kube_fault fault)
{
    g_autoptr(kube_story) story = kube_story_new();
    g_autofree char *end = kube_story_end(story);
    kube_fixture made;
    kube_fixture_prepare(&made, kube_story_tell, story);
    story->fault = fault;
    if (fault.manner == KUBE_STALL)
        made.options.stall_ms = made.options.answer_ms = QUICK_MS;
    kube_fixture_follow(&made);
    if (!kube_fixture_comes_to(&made, end)) {
        g_autofree char *error = kube_fixture_first_error(&made);
        g_printerr("broken at %zu, manner %d: %s\n", fault.at, (int)fault.manner, error);
    }
    kube_fixture_finish(&made);
    return story->lists + story->watches > 2;
}

static void breaks_everywhere(bool watch, kube_manner manner)
{
    g_autoptr(kube_story) story = kube_story_new();
    size_t len;
    g_autofree char *raw =
        watch ? kube_story_watch(story, 1063, &len) : g_memdup2(story->list, story->list_len + 1);
    g_autoptr(GArray) points = kube_breaking_points(raw, watch ? len : story->list_len);
    const size_t times = manner == KUBE_STALL ? 1 : 2;
    guint mended = 0;
    EXPECT_TRUE(points->len > 50);
    for (guint i = 0; i < points->len; i++)
        mended += survives((kube_fault){.watch = watch,
                                        .times = times,
                                        .at = g_array_index(points, size_t, i),
                                        .manner = manner});
    EXPECT_TRUE(mended >= points->len - 6); /* behind the last event nothing is missed */
}

static void a_watch_may_be_closed_anywhere(void)
{
    breaks_everywhere(true, KUBE_CLOSE);
}

static void a_watch_may_be_reset_anywhere(void)
{
    breaks_everywhere(true, KUBE_RESET);
}

static void a_watch_may_fall_silent_anywhere(void)
{
    breaks_everywhere(true, KUBE_STALL);
}

static void a_list_may_be_closed_anywhere(void)
{
    breaks_everywhere(false, KUBE_CLOSE);
}

static void a_list_may_be_reset_anywhere(void)
{
    breaks_everywhere(false, KUBE_RESET);
}

static void a_list_may_fall_silent_anywhere(void)
{
    breaks_everywhere(false, KUBE_STALL);
}

/* ---- what is refused */

typedef struct refusal {
    bool watch;
    const char *recorded; /* or */
    const char *raw;
    const char *error; /* how the first one begins */
} refusal;

static void is_survived(const refusal *row)
{
    g_autoptr(kube_story) story = kube_story_new();
    g_autofree char *end = kube_story_end(story);
    size_t len = 0;
    g_autofree char *recorded = row->recorded == NULL ? NULL : kube_recorded(row->recorded, &len);
    kube_fixture made;
    kube_fixture_prepare(&made, kube_story_tell, story);
    story->fault = (kube_fault){.watch = row->watch,
                                .times = 2,
                                .manner = KUBE_KEEP,
                                .instead = recorded != NULL ? recorded : row->raw,
                                .instead_len = len};
    kube_fixture_follow(&made);
    EXPECT_TRUE(kube_fixture_comes_to(&made, end));
    g_autofree char *error = kube_fixture_first_error(&made);
    if (!g_str_has_prefix(error, row->error))
        EXPECT_STR(error, row->error);
    kube_fixture_finish(&made);
}

static void what_the_server_refuses_is_told_and_tried_again(void)
{
    static const refusal rows[] = {
        {false, "list-forbidden-403", NULL, "list nodes: 403 Forbidden: nodes is forbidden: User"},
        {true, "watch-forbidden-403", NULL, "watch nodes: 403 Forbidden: nodes is forbidden: User"},
        {false, "list-bad-token-401", NULL, "list nodes: 401 Unauthorized: Unauthorized"},
        {false,
         "list-unknown-resource-404",
         NULL,
         "list nodes: 404 NotFound: the server could not"},
        {true, "watch-bad-rv", NULL, "watch nodes: 500: resourceVersion: Invalid value: \"abc\""},
        {false,
         NULL,
         "HTTP/1.1 500 No\r\nContent-Length: 3\r\n\r\nno\n",
         "list nodes: 500 without a word"},
        {true,
         NULL,
         "HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n",
         "watch nodes: 502 without a word"},
        {false,
         NULL,
         "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
         "list nodes: expected Content-Type application/json, found text/html: is this a "
         "Kubernetes API server?"},
        {true,
         NULL,
         "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.kubernetes.protobuf\r\n"
         "Content-Length: 2\r\n\r\n{}",
         "watch nodes: expected Content-Type application/json, found application/vnd"},
        {false,
         NULL,
         "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
         "list nodes: a list without metadata.resourceVersion"},
        {false,
         NULL,
         "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 22\r\n\r\n"
         "{\"items\":[{\"spec\":{}}]",
         "list nodes: an object without metadata.name"},
        {true,
         NULL,
         "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n"
         "{\"type\":\"ADDED\"",
         "watch nodes: the answer ends in the middle of an event"},
        {true,
         NULL,
         "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n"
         "{\"type\":\"ADDED\"}",
         "watch nodes: an object without a name: an event without an object"},
        {true,
         NULL,
         "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\nnull",
         "watch nodes: byte 0: expected an event, an object, found 'n'"},
        {false, NULL, "SSH-2.0-OpenSSH_9.2\r\n", "list nodes: "},
        {false,
         NULL,
         "HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
         "list nodes: 301 without a word"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        is_survived(&rows[i]);
}

static void an_event_that_is_no_longer_known_makes_a_new_list(void)
{
    g_autoptr(kube_story) story = kube_story_new();
    g_autofree char *end = kube_story_end(story);
    size_t len;
    g_autofree char *recorded = kube_recorded("watch-expired-410-after-restart", &len);
    kube_fixture made;
    kube_fixture_prepare(&made, kube_story_tell, story);
    story->fault =
        (kube_fault){.watch = true, .times = 1, .instead = recorded, .manner = KUBE_KEEP};
    kube_fixture_follow(&made);
    EXPECT_TRUE(kube_fixture_comes_to(&made, end));
    g_autofree char *error = kube_fixture_first_error(&made);
    EXPECT_STR(error, "watch nodes: 410 Expired: too old resource version: 1063 (1117)");
    EXPECT_TRUE(g_str_has_prefix(made.listener.news->str, "list synced list synced added"));
    EXPECT_INT((int64_t)mn_watcher_stats(made.watcher, 0).expired, 1);
    EXPECT_INT((int64_t)mn_watcher_stats(made.watcher, 0).failures, 0);
    kube_fixture_finish(&made);
}

static void gone_as_a_status_of_a_watch_is_the_same(void)
{
    static const refusal row = {true,
                                NULL,
                                "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n",
                                "watch nodes: 410 without a word"};
    is_survived(&row);
}

/* The second page has expired; then all at once. */
static kube_answer tell_expired_page(const kube_request *request, void *data)
{
    static const char *const answers[] = {"list-nodes-page1", "list-expired-continue-410"};
    kube_answer answer = {.then = KUBE_KEEP};
    if (request->number >= G_N_ELEMENTS(answers))
        return kube_story_tell(request, data);
    answer.bytes = kube_recorded(answers[request->number], &answer.len);
    return answer;
}

static void a_page_that_has_expired_makes_a_new_list_without_pages(void)
{
    g_autoptr(kube_story) story = kube_story_new();
    g_autofree char *end = kube_story_end(story);
    kube_fixture made;
    kube_fixture_prepare(&made, tell_expired_page, story);
    made.options.page_size = 2;
    kube_fixture_follow(&made);
    EXPECT_TRUE(kube_fixture_comes_to(&made, end));
    g_autoptr(GPtrArray) log = kube_server_log(made.server);
    EXPECT_STR(log->pdata[2], "/api/v1/nodes");
    EXPECT_TRUE(g_str_has_prefix(made.listener.news->str, "list list synced added"));
    kube_fixture_finish(&made);
}

/* One that fails is asked for again; the LIST does not begin anew. */
static kube_answer tell_failing_page(const kube_request *request, void *data)
{
    static const char *const answers[] = {
        "list-nodes-page1", "list-future-rv", "list-nodes-page2", "list-nodes-page3"};
    kube_answer answer = {.then = KUBE_KEEP};
    (void)data;
    if (request->number >= G_N_ELEMENTS(answers))
        return kube_answer_chunked((mn_str){.ptr = ""}, 1, false);
    answer.bytes = kube_recorded(answers[request->number], &answer.len);
    return answer;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* That answer says Retry-After: 1. */
static void a_page_that_fails_is_asked_for_again_when_the_server_says(void)
{
    kube_fixture made;
    kube_fixture_prepare(&made, tell_failing_page, NULL);
    made.options.page_size = 2;
    const int64_t began = now_ms();
    kube_fixture_follow(&made);
    EXPECT_TRUE(kube_fixture_comes_to(&made, "lin-1@210 lin-2@211 lin-3@320 win-1@212 win-2@213"));
    EXPECT_TRUE(now_ms() - began >= 1000);
    EXPECT_TRUE(g_str_has_prefix(made.listener.news->str, "list synced "));
    g_autofree char *error = kube_fixture_first_error(&made);
    EXPECT_STR(error,
               "list nodes: 504 Timeout: Timeout: Too large resource version: 99999999, current: "
               "1088");
    kube_fixture_finish(&made);
}

/* The refusal comes without an end: 429s that ask for no pause are given one all the same. */
static kube_answer refuse(const kube_request *request, void *data)
{
    (void)request;
    (void)data;
    return kube_answer_plain("429 Too Many Requests", "", (mn_str){.ptr = ""});
}

static void a_server_that_refuses_is_not_hammered(void)
{
    kube_fixture made;
    kube_fixture_prepare(&made, refuse, NULL);
    made.options.backoff_min_ms = 20;
    made.options.backoff_max_ms = 80;
    kube_fixture_follow(&made);
    poll(NULL, 0, 600);
    g_autoptr(GPtrArray) log = kube_server_log(made.server);
    EXPECT_TRUE(log->len >= 4 && log->len <= 16);
    kube_fixture_finish(&made);
}

static kube_answer list_and_refuse(const kube_request *request, void *data)
{
    size_t len;
    static const char gone[] = "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n";
    (void)data;
    if (request->watch)
        return (kube_answer){.bytes = g_strdup(gone), .len = sizeof gone - 1, .then = KUBE_KEEP};
    char *raw = kube_recorded("list-nodes", &len);
    return (kube_answer){.bytes = raw, .len = len, .then = KUBE_KEEP};
}

static void neither_is_one_that_lists_but_never_watches(void)
{
    kube_fixture made;
    kube_fixture_prepare(&made, list_and_refuse, NULL);
    made.options.backoff_min_ms = 20;
    made.options.backoff_max_ms = 80;
    kube_fixture_follow(&made);
    poll(NULL, 0, 600);
    g_autoptr(GPtrArray) log = kube_server_log(made.server);
    EXPECT_TRUE(log->len >= 8 && log->len <= 36);
    kube_fixture_finish(&made);
}

/* Something in between that says 200 to everything, as portals do: whoever asks how old what is
 * known is must not be told that it is fresh. */
typedef struct portal {
    const char *answer; /* raw, from the third request on */
    size_t asked;
} portal;

static kube_answer answer_as_a_portal(const kube_request *request, void *data)
{
    portal *self = data;
    size_t len;
    self->asked++;
    if (request->number >= 2)
        return (kube_answer){
            .bytes = g_strdup(self->answer), .len = strlen(self->answer), .then = KUBE_CLOSE};
    char *raw = kube_recorded(request->number == 0 ? "list-nodes" : "watch-nodes-idle-90s", &len);
    return (kube_answer){
        .bytes = raw, .len = len, .then = request->number == 0 ? KUBE_KEEP : KUBE_CLOSE};
}

static void is_no_contact(const char *answer)
{
    portal story = {.answer = answer};
    kube_fixture made;
    kube_fixture_prepare(&made, answer_as_a_portal, &story);
    made.options.backoff_min_ms = made.options.backoff_max_ms = 5;
    kube_fixture_follow(&made);
    EXPECT_TRUE(kube_fixture_fails(&made, 3));
    const int64_t before_ms = mn_watcher_stats(made.watcher, 0).contact_ms;
    EXPECT_TRUE(kube_fixture_fails(&made, 20));
    EXPECT_TRUE(before_ms > 0);
    EXPECT_INT(mn_watcher_stats(made.watcher, 0).contact_ms, before_ms);
    kube_fixture_finish(&made);
    EXPECT_TRUE(story.asked > 20);
}

#define SAYS_OK "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: "

static void what_makes_no_sense_is_no_contact(void)
{
    is_no_contact(SAYS_OK "text/html\r\n\r\n<html>sign in</html>");
    is_no_contact(SAYS_OK "application/json\r\n\r\n{\"error\":\"sign in\"}");
    is_no_contact(SAYS_OK "application/json\r\n\r\n{\"items\":[],\"metadata\":{}}");
    is_no_contact(SAYS_OK "application/json\r\n\r\n[");
}

/* A server that was away: it answers with 503, then it no longer knows the place of the WATCH. */
typedef struct comeback {
    int64_t gone_ms, listed_ms;
} comeback;

static kube_answer come_back(const kube_request *request, void *data)
{
    static const char gone[] = "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n";
    comeback *story = data;
    if (request->number == 1)
        return kube_answer_plain("503 Service Unavailable", "", (mn_str){.ptr = ""});
    if (request->watch) {
        story->gone_ms = story->gone_ms != 0 ? story->gone_ms : now_ms();
        return (kube_answer){.bytes = g_strdup(gone), .len = sizeof gone - 1, .then = KUBE_KEEP};
    }
    kube_answer answer = {.then = KUBE_KEEP};
    answer.bytes = kube_recorded("list-nodes", &answer.len);
    if (story->gone_ms != 0 && story->listed_ms == 0)
        story->listed_ms = now_ms();
    return answer;
}

static void a_place_that_is_lost_is_no_reason_to_wait_even_after_failures(void)
{
    comeback story = {.gone_ms = 0};
    kube_fixture made;
    kube_fixture_prepare(&made, come_back, &story);
    made.options.backoff_min_ms = made.options.backoff_max_ms = 1000;
    kube_fixture_follow(&made);
    EXPECT_TRUE(kube_fixture_fails(&made, 3)); /* the second 410 waits */
    kube_fixture_finish(&made);
    EXPECT_TRUE(story.gone_ms != 0 && story.listed_ms != 0);
    EXPECT_TRUE(story.listed_ms - story.gone_ms < 400);
}

extern CU_TestInfo suite_core_watch_faults[];
CU_TestInfo suite_core_watch_faults[] = {
    {"a watch may be closed anywhere", a_watch_may_be_closed_anywhere},
    {"a watch may be reset anywhere", a_watch_may_be_reset_anywhere},
    {"a watch may fall silent anywhere", a_watch_may_fall_silent_anywhere},
    {"a list may be closed anywhere", a_list_may_be_closed_anywhere},
    {"a list may be reset anywhere", a_list_may_be_reset_anywhere},
    {"a list may fall silent anywhere", a_list_may_fall_silent_anywhere},
    {"what the server refuses is told and tried again",
     what_the_server_refuses_is_told_and_tried_again},
    {"an event that is no longer known makes a new list",
     an_event_that_is_no_longer_known_makes_a_new_list},
    {"a place that is lost is no reason to wait even after failures",
     a_place_that_is_lost_is_no_reason_to_wait_even_after_failures},
    {"gone as a status of a watch is the same", gone_as_a_status_of_a_watch_is_the_same},
    {"a page that has expired makes a new list without pages",
     a_page_that_has_expired_makes_a_new_list_without_pages},
    {"a page that fails is asked for again when the server says",
     a_page_that_fails_is_asked_for_again_when_the_server_says},
    {"a server that refuses is not hammered", a_server_that_refuses_is_not_hammered},
    {"neither is one that lists but never watches", neither_is_one_that_lists_but_never_watches},
    {"what makes no sense is no contact", what_makes_no_sense_is_no_contact},
    CU_TEST_INFO_NULL,
};
