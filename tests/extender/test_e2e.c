/* SPDX-License-Identifier: Apache-2.0 */
/* The program itself: started, asked over real sockets, told to stop. */
#include "tests/support/expect.h"
#include "tests/support/extender_service.h"
#include "tests/support/http_client.h"
#include "tests/support/kube_story.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { START_MS = 20000, STOP_MS = 20000 };

typedef struct process {
    GPid pid;
    int err; /* its stderr */
    uint16_t port;
    char config[128]; /* the path of its file */
} process;

static void replace(const char *path, const char *text)
{
    if (!g_file_set_contents(path, text, -1, NULL)) /* writes beside, renames */
        g_error("cannot write %s", path);
}

/* Beside the tests in the folder of the build, wherever that is. */
static char *program_path(void)
{
    const char *build = g_getenv("MULLION_BUILD");
    if (build != NULL)
        return g_build_filename(build, "mullion-extender", NULL);
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *tests = g_path_get_dirname(self);
    g_autofree char *folder = g_path_get_dirname(tests);
    return g_build_filename(folder, "mullion-extender", NULL);
}

/* Reads until `text` has come, or the end. */
static char *read_until(int fd, const char *text)
{
    GString *got = g_string_new(NULL);
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    char block[4096];
    while ((text == NULL || strstr(got->str, text) == NULL) && poll(&wait, 1, START_MS) == 1) {
        ssize_t n = read(fd, block, sizeof block);
        if (n <= 0)
            break;
        g_string_append_len(got, block, n);
    }
    return g_string_free(got, FALSE);
}

static process start(const char *config)
{
    g_autofree char *program = program_path();
    g_autofree char *file = write_temporary("config.yaml", config);
    char listen[] = "--listen", address[] = "127.0.0.1:0", option[] = "--config";
    char *argv[] = {program, listen, address, option, file, NULL};
    process started = {.pid = 0};
    (void)g_strlcpy(started.config, file, sizeof started.config);
    g_autoptr(GError) error = NULL;
    if (!g_spawn_async_with_pipes(NULL,
                                  argv,
                                  NULL,
                                  G_SPAWN_DO_NOT_REAP_CHILD,
                                  NULL,
                                  NULL,
                                  &started.pid,
                                  NULL,
                                  NULL,
                                  &started.err,
                                  &error))
        g_error("%s", error->message);
    g_autofree char *log = read_until(started.err, ", prefix");
    const char *port = strstr(log, "listening on 127.0.0.1 port ");
    if (port == NULL)
        g_error("did not start: %s", log);
    started.port =
        (uint16_t)g_ascii_strtoull(port + strlen("listening on 127.0.0.1 port "), NULL, 10);
    return started;
}

/* Exit status, or -1 when it had to be killed. */
static int wait_for_end(process *started)
{
    int status = -1;
    for (int waited = 0; waited < STOP_MS; waited += 10) {
        if (waitpid(started->pid, &status, WNOHANG) == started->pid) {
            close(started->err);
            return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        }
        poll(NULL, 0, 10);
    }
    kill(started->pid, SIGKILL);
    (void)waitpid(started->pid, &status, 0);
    close(started->err);
    return -1;
}

static int stop(process *started)
{
    kill(started->pid, SIGTERM);
    return wait_for_end(started);
}

static const char args[] =
    "{\"Pod\":{\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[{\"name\":\"c\","
    "\"image\":\"redis:7\"}]}},\"Nodes\":null,\"NodeNames\":[\"lin-1\",\"w22-1\"]}";

/* With the recorded cluster and, besides, `config`. */
static process start_captured(const char *config)
{
    g_autofree char *nodes = captured_cluster();
    g_autofree char *whole = g_strdup_printf("nodes: {path: %s}\n%s", nodes, config);
    return start(whole);
}

static void kept(uint16_t port, const char *path, const char *want)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    int fd = http_connect(port);
    g_auto(http_answer) answer = http_post(fd, path, args, sizeof args - 1);
    EXPECT_INT(answer.status, 200);
    EXPECT_STR(kept_nodes(arena, (mn_str){.ptr = answer.body, .len = answer.len}), want);
    close(fd);
}

static void status_of(uint16_t port, const char *method, const char *path, const char *headers,
                      const char *body, int want)
{
    g_auto(http_answer) answer = http_once(port, method, path, headers, body);
    EXPECT_INT(answer.status, want);
}

static void it_answers_kube_scheduler_and_probes(void)
{
    process extender = start_captured("urlPrefix: /ext\n");
    kept(extender.port, "/ext/filter", "lin-1");
    int fd = http_connect(extender.port);
    for (int i = 0; i < 20; i++) {
        g_auto(http_answer) scores = http_post(fd, "/ext/prioritize", args, sizeof args - 1);
        EXPECT_STR(scores.body,
                   "[{\"Host\":\"lin-1\",\"Score\":10},{\"Host\":\"w22-1\",\"Score\":0}]");
        EXPECT_TRUE(!scores.closes);
    }
    close(fd);
    status_of(extender.port, "GET", "/healthz", "", "", 200);
    status_of(extender.port, "GET", "/readyz", "", "", 200);
    status_of(extender.port, "GET", "/version", "", "", 200);
    EXPECT_INT(stop(&extender), 0);
}

static void body_has(uint16_t port, const char *path, int status, const char *part)
{
    g_auto(http_answer) answer = http_once(port, "GET", path, "", "");
    EXPECT_INT(answer.status, status);
    if (answer.body == NULL || strstr(answer.body, part) == NULL)
        EXPECT_STR(answer.body, part);
}

static void probes_and_explanations_are_those_of_kubernetes(void)
{
    process extender = start_captured("");
    uint16_t port = extender.port;
    kept(port, "/filter", "lin-1");
    body_has(port, "/livez", 200, "ok");
    body_has(port, "/healthz?verbose", 200, "[+]ping ok\nhealthz check passed\n");
    body_has(port, "/readyz?verbose", 200, "[+]nodes-read ok\n");
    body_has(port, "/version", 200, "\"gitVersion\":\"v");
    body_has(port, "/metrics", 200, "\nmullion_requests_in_flight ");
    body_has(port, "/metrics", 200, "\nmullion_connections_evicted_total 0\n");
    body_has(port, "/explain", 200, "\"default/p\"");
    body_has(port, "/explain?pod=default%2Fp", 200, "\"nodesOut\": 1");
    body_has(port, "/explain?pod=p&pretty", 200, "\"nodesOut\": 1");
    body_has(port, "/explain?pod=x/y", 404, "\"decisions\": []");
    body_has(port, "/explain?a&b&c&d&e&f&g&h&i&j&k&l&m&n&o&p&q&pod=x/y", 200, "\"pods\"");
    status_of(port, "POST", "/explain", "Content-Length: 2\r\n", "{}", 405);
    EXPECT_INT(stop(&extender), 0);
}

static void what_is_no_request_of_ours_is_refused(void)
{
    process extender = start("limits: {bodyBytes: 64Ki}\n");
    uint16_t port = extender.port;
    status_of(port, "POST", "/bind", "Content-Length: 2\r\n", "{}", 404);
    status_of(port, "POST", "/preempt", AS_JSON "Content-Length: 2\r\n", "{}", 400);
    status_of(port, "GET", "/filter", "", "", 405);
    status_of(
        port, "POST", "/filter", "Content-Length: 2\r\nContent-Type: text/xml\r\n", "{}", 415);
    status_of(port, "POST", "/filter", "Content-Length: 2\r\n", "{}", 415);
    status_of(port, "POST", "/filter", AS_JSON "Content-Length: 9999999\r\n", "", 413);
    status_of(port, "POST", "/filter", AS_JSON "Content-Length: 2\r\n", "{}", 200);
    status_of(port, "POST", "/filter", AS_JSON "Content-Length: 1\r\n", "{", 200);
    EXPECT_INT(stop(&extender), 0);
}

static void a_slow_request_is_dropped_and_others_go_on(void)
{
    process extender = start_captured("timeouts: {request: 400ms}\n");
    int slow[20];
    for (size_t i = 0; i < G_N_ELEMENTS(slow); i++) {
        slow[i] = http_connect(extender.port);
        http_send_text(slow[i], POST_JSON("/filter") "Content-Length: 99\r\n\r\n{");
    }
    kept(extender.port, "/filter", "lin-1");
    for (size_t i = 0; i < G_N_ELEMENTS(slow); i++) {
        EXPECT_TRUE(http_is_closed(slow[i], 5000));
        close(slow[i]);
    }
    kept(extender.port, "/filter", "lin-1");
    EXPECT_INT(stop(&extender), 0);
}

static void sigterm_lets_a_request_in_flight_finish(void)
{
    process extender = start_captured("");
    int fd = http_connect(extender.port);
    g_autofree char *head =
        g_strdup_printf(POST_JSON("/filter") "Content-Length: %zu\r\n\r\n", sizeof args - 1);
    http_send_text(fd, head);
    http_send(fd, args, 10);
    poll(NULL, 0, 100);
    kill(extender.pid, SIGTERM);
    poll(NULL, 0, 300);
    http_send(fd, args + 10, sizeof args - 1 - 10);
    g_auto(http_answer) answer = http_receive(fd);
    EXPECT_INT(answer.status, 200);
    EXPECT_TRUE(answer.closes);
    close(fd);
    EXPECT_INT(wait_for_end(&extender), 0);
}

static void nodes_that_change_change_the_answers(void)
{
    g_autofree char *path = write_temporary(
        "nodes.yaml",
        "{apiVersion: v1, kind: Node, metadata: {name: lin-1, labels: {kubernetes.io/os: linux}}}\n");
    g_autofree char *config = g_strdup_printf("nodes: {path: %s, check: 100ms}\n", path);
    process extender = start(config);
    kept(extender.port, "/filter", "lin-1 w22-1"); /* w22-1 is not known yet */
    EXPECT_TRUE(g_file_set_contents(
        path,
        "{apiVersion: v1, kind: Node, metadata: {name: lin-1, labels: {kubernetes.io/os: linux}}}\n"
        "---\n"
        "{apiVersion: v1, kind: Node, metadata: {name: w22-1, labels: {kubernetes.io/os: windows}}}\n",
        -1,
        NULL));
    g_autofree char *log = read_until(extender.err, "nodes changed: 2 nodes");
    EXPECT_TRUE(strstr(log, "nodes changed: 2 nodes") != NULL);
    kept(extender.port, "/filter", "lin-1");
    EXPECT_INT(stop(&extender), 0);
}

/* Ready once everything has been listed; the first watch breaks in the middle of an event. */
static void it_follows_an_api_server(void)
{
    g_autoptr(kube_story) story = kube_story_new();
    story->fault = (kube_fault){.watch = true, .times = 1, .at = 1000, .manner = KUBE_RESET};
    g_autoptr(kube_server) server = kube_server_start(kube_story_tell, story);
    g_autofree char *url = kube_server_url(server);
    g_autofree char *config =
        g_strdup_printf("kube: {source: url, url: '%s'}\nunknownNodes: fail\n", url);
    process extender = start(config);
    int status = 0;
    for (int waited = 0; waited < START_MS && status != 200; waited += 10) {
        g_auto(http_answer) answer = http_once(extender.port, "GET", "/readyz", "", "");
        status = answer.status;
        poll(NULL, 0, status == 200 ? 0 : 10);
    }
    EXPECT_INT(status, 200);
    static const char question[] =
        "{\"Pod\":{\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[{\"name\":\"c\","
        "\"image\":\"mcr.microsoft.com/windows/servercore:ltsc2022\"}]}},\"Nodes\":null,"
        "\"NodeNames\":[\"lin-1\",\"nb-new\",\"w-new\",\"win-1\"]}";
    const char *got = NULL;
    for (int waited = 0; waited < START_MS && g_strcmp0(got, "nb-new win-1") != 0; waited += 10) {
        g_autoptr(mn_arena) arena = mn_arena_new();
        const int fd = http_connect(extender.port);
        g_auto(http_answer) answer = http_post(fd, "/filter", question, sizeof question - 1);
        close(fd);
        got = g_intern_string(kept_nodes(arena, (mn_str){.ptr = answer.body, .len = answer.len}));
        poll(NULL, 0, 10);
    }
    EXPECT_STR(got, "nb-new win-1");
    EXPECT_INT(stop(&extender), 0);
}

static void sighup_and_a_changed_file_reload_the_configuration(void)
{
    g_autofree char *nodes = captured_cluster();
    g_autofree char *observe = g_strdup_printf("nodes: {path: %s}\nmode: observe\n", nodes);
    g_autofree char *enforce =
        g_strdup_printf("nodes: {path: %s}\nmode: enforce\nreload: {check: 50ms}\n", nodes);
    g_autofree char *bad = g_strdup_printf("nodes: {path: %s}\nmode: strict\n", nodes);
    process extender = start(observe);
    kept(extender.port, "/filter", "lin-1 w22-1");
    replace(extender.config, enforce);
    kill(extender.pid, SIGHUP);
    g_autofree char *log = read_until(extender.err, "read again, mode enforce");
    EXPECT_TRUE(strstr(log, "read again, mode enforce") != NULL);
    kept(extender.port, "/filter", "lin-1");
    replace(extender.config, bad);
    g_autofree char *refused = read_until(extender.err, "stays as it was");
    EXPECT_TRUE(strstr(refused, "mode: expected one of") != NULL);
    kept(extender.port, "/filter", "lin-1");
    replace(extender.config, observe);
    g_autofree char *again = read_until(extender.err, "read again, mode observe");
    EXPECT_TRUE(strstr(again, "read again, mode observe") != NULL);
    kept(extender.port, "/filter", "lin-1 w22-1");
    EXPECT_INT(stop(&extender), 0);
}

/* Exit status of a run that ends by itself; *out gets what it wrote to `stream` (1 or 2). */
static int run(const char *const *words, int stream, char **out)
{
    g_autofree char *program = program_path();
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autofree char *output = NULL, *errors = NULL;
    int status = -1;
    g_ptr_array_add(argv, program);
    for (; *words != NULL; words++)
        g_ptr_array_add(argv, (gpointer)(uintptr_t)*words);
    g_ptr_array_add(argv, NULL);
    if (!g_spawn_sync(
            NULL, (char **)argv->pdata, NULL, 0, NULL, NULL, &output, &errors, &status, NULL))
        g_error("cannot start %s", program);
    *out = stream == 1 ? g_steal_pointer(&output) : g_steal_pointer(&errors);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define RUN(stream, out, ...) run((const char *const[]){__VA_ARGS__, NULL}, stream, out)

static void exit_codes_tell_usage_from_input(void)
{
    g_autofree char *bad = write_temporary("bad.yaml", "mode: strict\n");
    g_autofree char *usage = NULL, *input = NULL, *missing = NULL, *good = NULL, *taken = NULL;
    EXPECT_INT(RUN(2, &usage, "--nonsense"), 2);
    EXPECT_TRUE(g_str_has_prefix(usage, "mullion-extender: unexpected \"--nonsense\""));
    EXPECT_INT(RUN(2, &input, "--config", bad), 3);
    EXPECT_TRUE(strstr(input, "bad.yaml:1:7: mode: expected one of") != NULL);
    EXPECT_INT(RUN(2, &missing, "--check", "--nodes", "/nowhere"), 3);
    g_autofree char *nodes = captured_cluster();
    EXPECT_INT(RUN(1, &good, "--check", "--nodes", nodes), 0);
    EXPECT_STR(good, "configuration ok, 10 nodes, 2 RuntimeClasses\n");
    EXPECT_INT(RUN(2, &taken, "--listen", "203.0.113.7:1"), 3);
}

static void the_printed_defaults_are_a_configuration(void)
{
    g_autofree char *defaults = NULL, *checked = NULL;
    EXPECT_INT(RUN(1, &defaults, "--print-defaults"), 0);
    g_autofree char *path = write_temporary("defaults.yaml", defaults);
    EXPECT_INT(RUN(1, &checked, "--check", "--config", path), 0);
    EXPECT_STR(checked, "configuration ok, no nodes configured\n");
}

#define TEST(function)      \
    {                       \
#function, function \
    }
CU_TestInfo suite_extender_e2e[] = {
    TEST(it_answers_kube_scheduler_and_probes),
    TEST(probes_and_explanations_are_those_of_kubernetes),
    TEST(what_is_no_request_of_ours_is_refused),
    TEST(a_slow_request_is_dropped_and_others_go_on),
    TEST(sigterm_lets_a_request_in_flight_finish),
    TEST(nodes_that_change_change_the_answers),
    TEST(it_follows_an_api_server),
    TEST(sighup_and_a_changed_file_reload_the_configuration),
    TEST(exit_codes_tell_usage_from_input),
    TEST(the_printed_defaults_are_a_configuration),
    CU_TEST_INFO_NULL,
};
