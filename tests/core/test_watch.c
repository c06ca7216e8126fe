/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/kube/watch.h"
#include "tests/support/expect.h"
#include "tests/support/kube_listener.h"
#include "tests/support/kube_story.h"
#include "tests/support/replay_server.h"
#include "tests/support/scratch.h"

#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

/* ---- as it should be */

static void a_list_is_followed_by_a_watch_from_its_version(void)
{
    g_autoptr(kube_story) story = kube_story_new();
    g_autofree char *end = kube_story_end(story);
    kube_fixture made;
    kube_fixture_prepare(&made, kube_story_tell, story);
    made.options.watch_min_ms = made.options.watch_max_ms = 300000;
    kube_fixture_follow(&made);
    EXPECT_TRUE(kube_fixture_comes_to(&made, end));
    const mn_watch_stats stats = mn_watcher_stats(made.watcher, 0);
    g_autoptr(GPtrArray) log = kube_server_log(made.server);
    EXPECT_INT(log->len, 2);
    EXPECT_STR(log->pdata[0], "/api/v1/nodes?limit=500");
    EXPECT_STR(log->len < 2 ? NULL : log->pdata[1],
               "/api/v1/nodes?watch=true&allowWatchBookmarks=true&timeoutSeconds=300"
               "&resourceVersion=1063");
    EXPECT_TRUE(stats.synced && stats.contact_ms > 0 && stats.bytes > 10000);
    EXPECT_INT((int64_t)stats.lists, 1);
    EXPECT_INT((int64_t)stats.watches, 1);
    EXPECT_INT((int64_t)stats.events, 7);
    EXPECT_INT((int64_t)stats.bookmarks, 2);
    EXPECT_INT((int64_t)stats.failures, 0);
    kube_fixture_finish(&made);
}

/* Recorded, page by page. */
static kube_answer tell_pages(const kube_request *request, void *data)
{
    static const char *const pages[] = {"list-nodes-page1", "list-nodes-page2", "list-nodes-page3"};
    kube_answer answer = {.then = KUBE_STALL};
    const char *name = request->number < 3 ? pages[request->number] : "watch-nodes-idle-90s";
    (void)data;
    answer.bytes = kube_recorded(name, &answer.len);
    answer.then = request->number < 3 ? KUBE_KEEP : KUBE_STALL;
    return answer;
}

static void a_list_is_read_page_by_page(void)
{
    kube_fixture made;
    kube_fixture_prepare(&made, tell_pages, NULL);
    made.options.page_size = 2;
    kube_fixture_follow(&made);
    EXPECT_TRUE(kube_fixture_comes_to(&made, "lin-1@210 lin-2@211 lin-3@320 win-1@212 win-2@213"));
    g_autoptr(GPtrArray) log = kube_server_log(made.server);
    EXPECT_STR(log->pdata[0], "/api/v1/nodes?limit=2");
    EXPECT_STR(log->pdata[1],
               "/api/v1/nodes?limit=2&continue="
               "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MTA2Mywic3RhcnQiOiIvbGluLTJcdTAwMDAifQ");
    kube_fixture_finish(&made);
}

/* The list over and over, a WATCH that ends as it should: with its time, or the server's. */
static void a_watch_that_ends_is_followed_by_one_from_where_it_was(void)
{
    g_autoptr(kube_story) story = kube_story_new();
    g_autofree char *end = kube_story_end(story);
    size_t len;
    g_autofree char *recorded = kube_recorded("watch-nodes", &len);
    kube_fixture made;
    kube_fixture_prepare(&made, kube_story_tell, story);
    story->fault =
        (kube_fault){.watch = true, .times = 1, .instead = recorded, .manner = KUBE_KEEP};
    kube_fixture_follow(&made);
    EXPECT_TRUE(kube_fixture_comes_to(&made, end));
    g_autoptr(GPtrArray) log = kube_server_log(made.server);
    EXPECT_INT(log->len, 3);
    EXPECT_TRUE(g_str_has_suffix(log->pdata[log->len - 1], "&resourceVersion=1067"));
    EXPECT_INT((int64_t)made.listener.failures, 0);
    kube_fixture_finish(&made);
}

static void bookmarks_alone_move_the_place_to_go_on_from(void)
{
    g_autoptr(kube_story) story = kube_story_new();
    size_t len;
    g_autofree char *recorded = kube_recorded("watch-nodes-idle-90s", &len);
    kube_fixture made;
    kube_fixture_prepare(&made, kube_story_tell, story);
    story->fault =
        (kube_fault){.watch = true, .times = 1, .instead = recorded, .manner = KUBE_CLOSE};
    g_ptr_array_set_size(story->events, 0);
    kube_fixture_follow(&made);
    EXPECT_TRUE(kube_fixture_fails(&made, 1));
    for (int i = 0; i < KUBE_PATIENT_MS && mn_watcher_stats(made.watcher, 0).watches < 2; i++)
        poll(NULL, 0, 1);
    poll(NULL, 0, 10);
    g_autoptr(GPtrArray) log = kube_server_log(made.server);
    EXPECT_TRUE(g_str_has_suffix(log->pdata[log->len - 1], "&resourceVersion=1131"));
    EXPECT_INT((int64_t)made.listener.bookmarks, 1);
    kube_fixture_finish(&made);
}

static kube_answer tell_zipped(const kube_request *request, void *data)
{
    size_t len, zipped_len;
    if (request->watch)
        return kube_story_tell(request, data);
    g_autofree char *body = kube_recorded_body("list-nodes", &len);
    g_autofree char *zipped = replay_gzip(body, len, &zipped_len);
    EXPECT_TRUE(strstr(request->headers, "Accept-Encoding: gzip\r\n") != NULL);
    EXPECT_TRUE(strstr(request->headers, "Accept: application/json\r\n") != NULL);
    EXPECT_TRUE(strstr(request->headers, "User-Agent: test\r\n") != NULL);
    return kube_answer_plain("200 OK",
                             "Content-Type: application/json\r\nContent-Encoding: gzip\r\n",
                             (mn_str){.ptr = zipped, .len = zipped_len});
}

static void gzip_is_undone(void)
{
    g_autoptr(kube_story) story = kube_story_new();
    g_autofree char *end = kube_story_end(story);
    kube_fixture made;
    kube_fixture_prepare(&made, tell_zipped, story);
    kube_fixture_follow(&made);
    EXPECT_TRUE(kube_fixture_comes_to(&made, end));
    kube_fixture_finish(&made);
}

/* ---- what cannot be held */

static void an_object_that_is_too_large_is_named_and_left_out(void)
{
    g_autoptr(kube_story) story = kube_story_new();
    kube_fixture made;
    kube_fixture_prepare(&made, kube_story_tell, story);
    made.options.object_max = 900; /* of the list none, of the events the smaller ones */
    kube_fixture_follow(&made);
    for (int i = 0; i < KUBE_PATIENT_MS && mn_watcher_stats(made.watcher, 0).events < 2; i++)
        poll(NULL, 0, 1);
    g_autofree char *state = kube_listener_state(&made.listener);
    EXPECT_TRUE(g_str_has_prefix(
        made.listener.news->str,
        "list unreadable:lin-1(larger than 900 bytes) unreadable:lin-2(larger than 900 bytes) "));
    EXPECT_TRUE(strstr(made.listener.news->str, "added unreadable:w-new(larger than 900 bytes)") !=
                NULL);
    EXPECT_TRUE(strstr(state, "lin-1") == NULL);
    EXPECT_INT((int64_t)made.listener.failures, 0);
    kube_fixture_finish(&made);
}

static void more_objects_than_may_be_held_fail_the_list(void)
{
    g_autoptr(kube_story) story = kube_story_new();
    kube_fixture made;
    kube_fixture_prepare(&made, kube_story_tell, story);
    made.options.objects_max = 4;
    kube_fixture_follow(&made);
    EXPECT_TRUE(kube_fixture_fails(&made, 1));
    g_autofree char *error = kube_fixture_first_error(&made);
    EXPECT_STR(error, "list nodes: more than 4 objects");
    EXPECT_INT((int64_t)made.listener.synced, 0);
    kube_fixture_finish(&made);
}

/* ---- who asks */

typedef struct keeper {
    kube_story *story;
    char *path;
    bool seen[2];
} keeper;

/* The token is changed while the first answer is on its way, and that WATCH breaks. */
static kube_answer rotate(const kube_request *request, void *data)
{
    keeper *self = data;
    self->seen[0] |= strstr(request->headers, "Authorization: Bearer first\r\n") != NULL;
    self->seen[1] |= strstr(request->headers, "Authorization: Bearer second\r\n") != NULL;
    if (!g_file_set_contents(self->path, "second\n", -1, NULL))
        g_error("%s", self->path);
    return kube_story_tell(request, self->story);
}

static void a_token_that_has_been_renewed_is_read_again(void)
{
    char *folder = scratch_new();
    g_autoptr(kube_story) story = kube_story_new();
    g_autofree char *end = kube_story_end(story);
    keeper self = {.story = story, .path = scratch_write(folder, "token", MN_STR_LIT("first\n"))};
    kube_fixture made;
    kube_fixture_prepare(&made, rotate, &self);
    mn_kube_access access = *made.options.access;
    access.token_file = self.path;
    made.options.access = &access;
    kube_fixture_follow(&made);
    EXPECT_TRUE(kube_fixture_comes_to(&made, end));
    kube_fixture_finish(&made);
    EXPECT_TRUE(self.seen[0] && self.seen[1]);
    g_free(self.path);
    scratch_remove(folder);
}

static void a_file_that_is_missing_is_told_at_the_start(void)
{
    const mn_kube_access access = {.server = "https://127.0.0.1:1", .ca_file = "/no/such/ca.crt"};
    kube_listener nobody;
    kube_listener_init(&nobody);
    mn_watch_options options = mn_watch_options_default;
    options.access = &access;
    options.collections = kube_nodes;
    options.count = 1;
    options.each = kube_listener_hear;
    options.data = &nobody;
    g_autoptr(GError) error = NULL;
    EXPECT_TRUE(mn_watcher_start(&options, &error) == NULL);
    EXPECT_STR(error == NULL ? NULL : error->message, "/no/such/ca.crt: No such file or directory");
    kube_listener_clear(&nobody);
}

static void nobody_there_is_told_without_the_token(void)
{
    kube_fixture made;
    g_autoptr(kube_story) story = kube_story_new();
    kube_fixture_prepare(&made, kube_story_tell, story);
    const mn_kube_access access = {.server = "http://127.0.0.1:1", .token = "5EC2E7"};
    made.options.access = &access;
    kube_fixture_follow(&made);
    EXPECT_TRUE(kube_fixture_fails(&made, 3));
    g_autofree char *error = kube_fixture_first_error(&made);
    EXPECT_TRUE(g_str_has_prefix(error, "list nodes: ") && strstr(error, "127.0.0.1") != NULL);
    EXPECT_TRUE(strstr(made.listener.errors->str, "5EC2E7") == NULL);
    kube_fixture_finish(&made);
}

/* ---- the end */

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void ends_at_once(kube_fault fault, int after_ms)
{
    g_autoptr(kube_story) story = kube_story_new();
    kube_fixture made;
    kube_fixture_prepare(&made, kube_story_tell, story);
    story->fault = fault;
    made.options.backoff_min_ms = made.options.backoff_max_ms = KUBE_PATIENT_MS;
    kube_fixture_follow(&made);
    poll(NULL, 0, after_ms);
    const int64_t began = now_ms();
    g_clear_pointer(&made.watcher, mn_watcher_free);
    EXPECT_TRUE(now_ms() - began < 100);
    kube_fixture_finish(&made);
}

static void it_ends_at_once_whatever_is_under_way(void)
{
    ends_at_once((kube_fault){.times = 0}, 50);                                     /* a watch */
    ends_at_once((kube_fault){.times = 9, .manner = KUBE_STALL}, 20);               /* a head */
    ends_at_once((kube_fault){.times = 9, .at = 3000, .manner = KUBE_STALL}, 20);   /* a list */
    ends_at_once((kube_fault){.times = 9, .at = 3000, .manner = KUBE_CLOSE}, 20);   /* a pause */
    ends_at_once((kube_fault){.watch = true, .times = 9, .manner = KUBE_STALL}, 0); /* anything */
}

extern CU_TestInfo suite_core_watch[];
CU_TestInfo suite_core_watch[] = {
    {"a list is followed by a watch from its version",
     a_list_is_followed_by_a_watch_from_its_version},
    {"a list is read page by page", a_list_is_read_page_by_page},
    {"a watch that ends is followed by one from where it was",
     a_watch_that_ends_is_followed_by_one_from_where_it_was},
    {"bookmarks alone move the place to go on from", bookmarks_alone_move_the_place_to_go_on_from},
    {"gzip is undone", gzip_is_undone},
    {"an object that is too large is named and left out",
     an_object_that_is_too_large_is_named_and_left_out},
    {"more objects than may be held fail the list", more_objects_than_may_be_held_fail_the_list},
    {"a token that has been renewed is read again", a_token_that_has_been_renewed_is_read_again},
    {"a file that is missing is told at the start", a_file_that_is_missing_is_told_at_the_start},
    {"nobody there is told without the token", nobody_there_is_told_without_the_token},
    {"it ends at once whatever is under way", it_ends_at_once_whatever_is_under_way},
    CU_TEST_INFO_NULL,
};
