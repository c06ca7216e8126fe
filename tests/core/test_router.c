/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/base/error.h"
#include "mullion/httpd/router.h"
#include "tests/support/expect.h"

static void handle(const mn_http_request *request, mn_http_reply *reply, void *data)
{
    (void)request;
    (void)data;
    reply->status = 200;
}

static const mn_http_route routes[] = {
    {.method = "POST", .path = "/filter", .handle = handle, .under_prefix = true},
    {.method = "GET", .path = "/healthz", .handle = handle},
    {.method = "POST", .path = "/healthz", .handle = handle},
};

static const mn_http_router under_ext = {
    .routes = routes, .count = G_N_ELEMENTS(routes), .prefix = "/a/ext"};
static const mn_http_router at_root = {
    .routes = routes, .count = G_N_ELEMENTS(routes), .prefix = ""};

/* Status 200, 404 or 405. */
static void answers(const mn_http_router *router, const char *method, const char *path, int status)
{
    bool known;
    const mn_http_route *route = mn_http_route_find(router, method, path, &known);
    EXPECT_INT(route != NULL ? 200 : known ? 405 : 404, status);
}

static void a_verb_is_found_under_its_prefix_only(void)
{
    answers(&under_ext, "POST", "/a/ext/filter", 200);
    answers(&under_ext, "POST", "/filter", 404);
    answers(&under_ext, "POST", "/a/ext//filter", 404);
    answers(&under_ext, "POST", "/a/ext/filter/", 404);
    answers(&under_ext, "POST", "/a/ext/bind", 404);
    answers(&under_ext, "POST", "/a/ex", 404);
    answers(&under_ext, "POST", "", 404);
    answers(&at_root, "POST", "/filter", 200);
}

static void probes_stand_outside_the_prefix(void)
{
    answers(&under_ext, "GET", "/healthz", 200);
    answers(&under_ext, "GET", "/a/ext/healthz", 404);
}

static void another_method_is_405_and_head_is_get(void)
{
    answers(&under_ext, "GET", "/a/ext/filter", 405);
    answers(&under_ext, "HEAD", "/a/ext/filter", 405);
    answers(&under_ext, "HEAD", "/healthz", 200);
    answers(&under_ext, "PUT", "/healthz", 405);
}

static void allow_lists_the_methods_of_a_path(void)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    EXPECT_STR(mn_http_route_allow(&under_ext, arena, "/a/ext/filter"), "POST");
    EXPECT_STR(mn_http_route_allow(&under_ext, arena, "/healthz"), "GET, HEAD, POST");
}

static void prefix(const char *text, const char *want)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *got = mn_http_prefix_parse(text, &error);
    EXPECT_STR(got, want);
    EXPECT_INT(error != NULL, want == NULL);
}

static void trailing_slashes_of_a_prefix_are_dropped(void)
{
    prefix("", "");
    prefix("/", "");
    prefix("/ext", "/ext");
    prefix("/a/b//", "/a/b");
    prefix("ext", NULL);
    prefix("/a b", NULL);
    prefix("/a%20b", NULL);
    prefix("http://host/ext", NULL);
}

static void json_is_recognised_with_and_without_parameters(void)
{
    EXPECT_TRUE(mn_http_is_json("application/json"));
    EXPECT_TRUE(mn_http_is_json("Application/JSON; charset=utf-8"));
    EXPECT_TRUE(!mn_http_is_json("application/jsonp"));
    EXPECT_TRUE(!mn_http_is_json("text/plain"));
    EXPECT_TRUE(!mn_http_is_json(""));
}

#define TEST(function)      \
    {                       \
#function, function \
    }
CU_TestInfo suite_core_router[] = {
    TEST(a_verb_is_found_under_its_prefix_only),
    TEST(probes_stand_outside_the_prefix),
    TEST(another_method_is_405_and_head_is_get),
    TEST(allow_lists_the_methods_of_a_path),
    TEST(trailing_slashes_of_a_prefix_are_dropped),
    TEST(json_is_recognised_with_and_without_parameters),
    CU_TEST_INFO_NULL,
};
