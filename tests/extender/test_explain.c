/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/expect.h"
#include "tests/support/extender_service.h"

#include <jansson.h>
#include <pthread.h>
#include <string.h>

static const char cluster[] =
    "{apiVersion: v1, kind: Node, metadata: {name: lin, labels: {kubernetes.io/os: linux}}}\n"
    "---\n"
    "{apiVersion: v1, kind: Node, metadata: {name: win, labels: {kubernetes.io/os: windows,"
    " node.kubernetes.io/windows-build: 10.0.20348}}}\n";

static extender_service *service_with(const char *config)
{
    g_autofree char *path = write_temporary("nodes.yaml", cluster);
    g_autofree char *text = g_strdup_printf("nodes: {path: %s, check: 1h}\n%s", path, config);
    return extender_service_new(text);
}

static void ask(extender_service *service, const char *verb, const char *pod)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    mn_str answer;
    g_autofree char *body = g_strdup_printf(
        "{\"Pod\":{\"metadata\":{\"name\":\"%s\",\"namespace\":\"shop\",\"uid\":"
        "\"u1\"},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"redis:7\"}]}},"
        "\"NodeNames\":[\"lin\",\"win\",\"new\"]}",
        pod);
    (void)extender_service_try(service, arena, verb, mn_str_of(body), &answer);
}

/* The caller frees. `pod` may be NULL. */
static char *explain(extender_service *service, const char *pod, unsigned status)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    const mn_http_argument argument = {.name = "pod", .value = pod};
    const mn_http_request request = {.arena = arena,
                                     .method = "GET",
                                     .path = "/explain",
                                     .arguments = &argument,
                                     .argument_count = pod != NULL ? 1 : 0};
    mn_http_reply reply = {.status = 200};
    ext_handle_explain(&request, &reply, &service->service);
    EXPECT_INT(reply.status, status);
    char *text = g_strndup(reply.spans[0].ptr, reply.spans[0].len);
    json_t *tree = json_loads(text, 0, NULL);
    EXPECT_TRUE(tree != NULL);
    json_decref(tree);
    return text;
}

static void has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        EXPECT_STR(text, part);
}

static void a_decision_is_told_group_by_group(void)
{
    g_autoptr(extender_service) service = service_with("");
    ask(service, "filter", "web");
    g_autofree char *text = explain(service, "shop/web", 200);
    has(text, "\"pod\": \"shop/web\"");
    has(text, "\"verb\": \"filter\",\n      \"uid\": \"u1\",\n      \"mode\": \"enforce\"");
    has(text, "\"nodesIn\": 3,\n      \"nodesOut\": 2,\n      \"needs\": \"linux\"");
    has(text, "(strong)");
    has(text, "\"nodes\": 1,\n          \"offer\": \"offers windows 10.0.20348");
    has(text,
        "\"passes\": false,\n          \"reason\": \"node(s) ran Windows, the Pod needs Linux\"");
}

static void the_newest_decision_comes_first(void)
{
    g_autoptr(extender_service) service = service_with("");
    ask(service, "filter", "web");
    ask(service, "filter", "other");
    ask(service, "prioritize", "web");
    g_autofree char *text = explain(service, "shop/web", 200);
    const char *first = strstr(text, "\"verb\": \"prioritize\"");
    const char *second = strstr(text, "\"verb\": \"filter\"");
    EXPECT_TRUE(first != NULL && second != NULL && first < second);
    g_autofree char *pods = explain(service, NULL, 200);
    has(pods, "\"shop/web\",\n    \"shop/other\"\n  ]");
}

static void what_would_be_is_told_where_it_differs(void)
{
    g_autoptr(extender_service) service = service_with("mode: observe");
    ask(service, "filter", "web");
    g_autofree char *text = explain(service, "shop/web", 200);
    has(text, "\"passes\": true,\n          \"wouldPass\": false");
    has(text, "\"mode\": \"observe\"");
}

static void failures_and_exemptions_are_told(void)
{
    g_autofree char *path = write_temporary(
        "nodes.yaml",
        "{apiVersion: node.k8s.io/v1, kind: RuntimeClass, metadata: {name: r}, handler: h}\n");
    g_autofree char *config = g_strdup_printf("nodes: {path: %s}\n", path);
    g_autoptr(extender_service) unread = extender_service_new(config);
    ask(unread, "filter", "web");
    g_autofree char *text = explain(unread, "shop/web", 200);
    has(text,
        "\"cache\": \"notSynced\",\n      \"error\": \"mullion-extender: nodes have not been");
    g_autoptr(extender_service) service = service_with("exempt: {namespaces: [shop]}");
    ask(service, "filter", "web");
    g_autofree char *exempt = explain(service, "shop/web", 200);
    has(exempt, "\"exempt\": \"namespace\"");
}

static void a_pod_nobody_asked_about_is_404(void)
{
    g_autoptr(extender_service) service = service_with("");
    g_autofree char *text = explain(service, "shop/web", 404);
    has(text, "\"decisions\": []");
    g_autofree char *none = explain(service, "web", 404);
    has(none, "\"pod\": \"default/web\"");
}

static void the_oldest_makes_room(void)
{
    g_autoptr(extender_service) service = service_with("explain: {decisions: 3}");
    static const char *const pods[] = {"a", "b", "c", "d"};
    for (size_t i = 0; i < G_N_ELEMENTS(pods); i++)
        ask(service, "filter", pods[i]);
    g_free(explain(service, "shop/a", 404));
    g_free(explain(service, "shop/b", 200));
    g_free(explain(service, "shop/d", 200));
    g_autoptr(extender_service) off = service_with("explain: {decisions: 0}");
    ask(off, "filter", "a");
    g_free(explain(off, "shop/a", 404));
}

static void long_names_are_cut_and_strange_ones_stay_text(void)
{
    g_autoptr(extender_service) service = service_with("");
    g_autofree char *name = g_strnfill(2000, 'n');
    ask(service, "filter", name);
    ask(service, "filter", "\\u0007\\\"\\u00e9");
    g_autofree char *pods = explain(service, NULL, 200);
    has(pods, "shop/nnnn");
    has(pods, "shop/\\u0007\\\"");
}

enum { THREADS = 4, ROUNDS = 400 };

static void *ask_many(void *data)
{
    for (int i = 0; i < ROUNDS; i++)
        ask(data, "filter", i % 2 == 0 ? "even" : "odd");
    return NULL;
}

static void it_can_be_asked_while_requests_come(void)
{
    g_autoptr(extender_service) service =
        service_with("explain: {decisions: 7}\nlog: {level: error}");
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        EXPECT_INT(pthread_create(&threads[i], NULL, ask_many, service), 0);
    for (int i = 0; i < 50; i++)
        g_free(explain(service, NULL, 200));
    for (size_t i = 0; i < THREADS; i++)
        EXPECT_INT(pthread_join(threads[i], NULL), 0);
    g_autofree char *text = explain(service, NULL, 200);
    has(text, "shop/odd");
}

#define TEST(function)      \
    {                       \
#function, function \
    }
CU_TestInfo suite_extender_explain[] = {
    TEST(a_decision_is_told_group_by_group),
    TEST(the_newest_decision_comes_first),
    TEST(what_would_be_is_told_where_it_differs),
    TEST(failures_and_exemptions_are_told),
    TEST(a_pod_nobody_asked_about_is_404),
    TEST(the_oldest_makes_room),
    TEST(long_names_are_cut_and_strange_ones_stay_text),
    TEST(it_can_be_asked_while_requests_come),
    CU_TEST_INFO_NULL,
};
