/* SPDX-License-Identifier: Apache-2.0 */
#include "extender/reload.h"
#include "tests/support/expect.h"
#include "tests/support/extender_service.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

/* What main() has, without a server. */
typedef struct fixture {
    char *path, *log_path;
    int log_fd;
    ext_options options;
    ext_service service;
    ext_reloader reloader;
} fixture;

static const ext_environment nowhere;

static void replace(const char *path, const char *text)
{
    if (!g_file_set_contents(path, text, -1, NULL)) /* writes beside, renames */
        g_error("cannot write %s", path);
}

static fixture *start(const char *config)
{
    fixture *made = g_new0(fixture, 1);
    g_autoptr(GError) error = NULL;
    made->path = write_temporary("config.yaml", config);
    made->options.config = made->path;
    made->log_path = write_temporary("log", "");
    made->log_fd = open(made->log_path, O_WRONLY | O_APPEND | O_CLOEXEC);
    ext_config *first = ext_reload_first(&made->options, &error);
    if (first == NULL)
        g_error("%s", error->message);
    made->service.settings = ext_settings_new(first);
    made->service.log = ext_log_new(made->log_fd, (ext_level)first->log_level);
    made->service.nodes =
        ext_node_store_open(made->service.settings, &nowhere, made->service.log, &error);
    made->service.recent = ext_recent_new(10);
    made->reloader = (ext_reloader){.options = &made->options,
                                    .environment = &nowhere,
                                    .settings = made->service.settings,
                                    .nodes = made->service.nodes,
                                    .log = made->service.log,
                                    .metrics = &made->service.metrics};
    ext_reloader_init(&made->reloader);
    return made;
}

/* Gives what was logged; the caller frees. */
static char *end(fixture *made)
{
    char *log = NULL;
    ext_recent_free(made->service.recent);
    ext_node_store_free(made->service.nodes);
    ext_log_free(made->service.log);
    ext_settings_free(made->service.settings);
    EXPECT_TRUE(g_file_get_contents(made->log_path, &log, NULL, NULL));
    close(made->log_fd);
    g_free(made->log_path);
    g_free(made->path);
    g_free(made);
    return log;
}

static void logs(fixture *made, const char *says)
{
    g_autofree char *log = end(made);
    if (log == NULL || strstr(log, says) == NULL)
        EXPECT_STR(log, says);
}

/* "mode port defaultOS" */
static void in_force(const fixture *made, const char *want)
{
    const ext_config *config = ext_settings_take(made->service.settings);
    g_autofree char *got = g_strdup_printf(
        "%s %d %d", ext_config_mode_name(config), (int)config->listen_port, config->default_os);
    ext_settings_release(config);
    EXPECT_STR(got, want);
}

static void a_file_that_has_changed_is_read_again(void)
{
    fixture *made = start("mode: observe\n");
    EXPECT_INT(ext_reload_look(&made->reloader), 1000);
    in_force(made, "observe 8888 1");
    replace(made->path, "mode: enforce\ndefaultOS: windows\nreload: {check: 50ms}\n");
    EXPECT_INT(ext_reload_look(&made->reloader), 250); /* has it settled? */
    in_force(made, "observe 8888 1");
    EXPECT_INT(ext_reload_look(&made->reloader), 1000); /* the old one said so */
    EXPECT_INT(ext_reload_look(&made->reloader), 50);
    in_force(made, "enforce 8888 2");
    logs(made,
         "\"level\":\"warning\",\"msg\":\"configuration read again, mode enforce, was observe\"");
}

/* An editor that writes in place: the file is there, and not whole yet. */
static void a_file_that_is_being_written_is_waited_for(void)
{
    static const char *const growing[] = {"", "m", "mode: obs", "mode: observe\n# half"};
    fixture *made = start("mode: observe\n");
    for (size_t i = 0; i < G_N_ELEMENTS(growing); i++) {
        replace(made->path, growing[i]);
        EXPECT_INT(ext_reload_look(&made->reloader), 250);
    }
    replace(made->path, "mode: observe\ndefaultOS: windows\n");
    EXPECT_INT(ext_reload_look(&made->reloader), 250);
    EXPECT_INT(ext_reload_look(&made->reloader), 1000);
    in_force(made, "observe 8888 2");
    g_autofree char *log = end(made);
    EXPECT_TRUE(strstr(log, "stays as it was") == NULL);
    EXPECT_TRUE(
        strstr(log, "\"level\":\"info\",\"msg\":\"configuration read again, mode observe\"") !=
        NULL);
}

static void a_signal_is_enough_where_the_file_is_not_looked_at(void)
{
    fixture *made = start("reload: {check: 0s}\n");
    replace(made->path, "mode: prefer\n");
    EXPECT_INT(ext_reload_look(&made->reloader), 0);
    in_force(made, "enforce 8888 1");
    EXPECT_TRUE(ext_reload(&made->reloader));
    in_force(made, "prefer 8888 1");
    logs(made, "read again");
}

static void a_file_with_a_mistake_changes_nothing(void)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"defaultOS: windows\nmode: strict\n", "config.yaml:2:7: mode: expected one of"},
        {"mode: [\n", "not valid YAML"},
        {"mode: observe\nnonsense: 1\n", "unknown key"},
        /* emptied by a full disk, or a template: not the defaults, which enforce */
        {"", "config.yaml: there is nothing in it"},
        {"# all gone\n", "there is nothing in it"},
        {"---\n", "there is nothing in it"},
        {"log: {}\n", "there is nothing in it"},
        /* would not start */
        {"mode: observe\nlisten: {address: 0.0.0.0}\n",
         "it could not be started with: listen.address 0.0.0.0 is not loopback"},
        {"tls: {clientNames: [x]}\n", "started with: tls.clientNames needs tls.clientCA"},
        {"tls: {certificate: /nonexistent, key: /nonexistent}\n", "/nonexistent"},
        {"nodes: {path: /nonexistent}\n", "started with: /nonexistent"},
        {"kube: {source: in-cluster}\n", "started with: "},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        fixture *made = start("mode: prefer\n");
        replace(made->path, rows[i].text);
        EXPECT_TRUE(!ext_reload(&made->reloader));
        in_force(made, "prefer 8888 1");
        g_autofree char *log = end(made);
        EXPECT_TRUE(strstr(log, "configuration stays as it was: ") != NULL);
        EXPECT_TRUE(strstr(log, rows[i].says) != NULL);
    }
}

static void a_file_that_is_gone_changes_nothing_and_is_told_once(void)
{
    fixture *made = start("mode: prefer\n");
    (void)unlink(made->path);
    for (int i = 0; i < 5; i++)
        (void)ext_reload_look(&made->reloader);
    in_force(made, "prefer 8888 1");
    g_autofree char *log = end(made);
    const char *told = strstr(log, "stays as it was");
    EXPECT_TRUE(told != NULL && strstr(told + 1, "stays as it was") == NULL);
}

static void keys_that_need_a_restart_keep_their_value_and_are_named(void)
{
    fixture *made = start("listen: {port: 1234}\nthreads: 3\n");
    replace(made->path, "mode: observe\nlisten: {port: 4321}\nurlPrefix: /x\n");
    EXPECT_TRUE(ext_reload(&made->reloader));
    in_force(made, "observe 1234 1");
    logs(made, "changed, but needs a restart: listen.port, urlPrefix, threads");
}

static void the_command_line_stays_in_force(void)
{
    char mode[] = "prefer";
    fixture *made = start("mode: observe\n");
    made->options.mode = mode;
    replace(made->path, "mode: enforce\n");
    EXPECT_TRUE(ext_reload(&made->reloader));
    in_force(made, "prefer 8888 1");
    logs(made, "mode prefer");
}

static void the_log_level_changes_at_once(void)
{
    fixture *made = start("log: {level: error}\n");
    ext_log_say(made->service.log, EXT_INFO, "before");
    replace(made->path, "log: {level: info}\n");
    EXPECT_TRUE(ext_reload(&made->reloader));
    ext_log_say(made->service.log, EXT_INFO, "after");
    g_autofree char *log = end(made);
    EXPECT_TRUE(strstr(log, "before") == NULL && strstr(log, "after") != NULL);
}

/* ---- while requests are answered */

enum { ASKERS = 3, RELOADS = 300 };

typedef struct asking {
    fixture *made;
    atomic_bool *stop;
    size_t answers, wrong;
} asking;

static const char body[] =
    "{\"Pod\":{\"metadata\":{\"name\":\"p\"},\"spec\":{\"nodeSelector\":{\"kubernetes.io/os\":"
    "\"linux\"},\"os\":{\"name\":\"windows\"},\"containers\":[{\"name\":\"c\"}]}},"
    "\"NodeNames\":[\"a\"]}";

static bool is_whole(mn_arena *arena, const mn_http_reply *reply)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t i = 0; i < reply->count; i++)
        g_string_append_len(text, reply->spans[i].ptr, (gssize)reply->spans[i].len);
    const char *kept = kept_nodes(arena, (mn_str){.ptr = text->str, .len = text->len});
    return reply->status == 200 && (strcmp(kept, "") == 0 || strcmp(kept, "a") == 0);
}

/* The Pod contradicts itself: no node under enforce, "a" under observe, nothing else ever. */
static void *ask(void *data)
{
    asking *self = data;
    g_autoptr(mn_arena) arena = mn_arena_new();
    while (!atomic_load(self->stop)) {
        const mn_http_request request = {.arena = arena, .body = MN_STR_LIT(body)};
        mn_http_reply reply = {.status = 200};
        ext_handle_filter(&request, &reply, &self->made->service);
        self->wrong += is_whole(arena, &reply) ? 0 : 1;
        self->answers++;
        mn_arena_reset(arena);
    }
    return NULL;
}

static void requests_go_on_while_the_configuration_changes(void)
{
    fixture *made = start("log: {level: error}\n");
    atomic_bool stop = false;
    pthread_t threads[ASKERS];
    asking askers[ASKERS];
    for (size_t i = 0; i < ASKERS; i++) {
        askers[i] = (asking){.made = made, .stop = &stop};
        EXPECT_INT(pthread_create(&threads[i], NULL, ask, &askers[i]), 0);
    }
    for (int i = 0; i < RELOADS; i++) {
        replace(made->path,
                i % 2 == 0 ? "mode: observe\nlog: {level: error}\n"
                             "exempt: {namespaces: [a, b, c*]}\n"
                           : "mode: enforce\nlog: {level: error}\n"
                             "exempt: {podLabels: [x=y]}\n");
        EXPECT_TRUE(ext_reload(&made->reloader));
    }
    atomic_store(&stop, true);
    for (size_t i = 0; i < ASKERS; i++) {
        EXPECT_INT(pthread_join(threads[i], NULL), 0);
        EXPECT_TRUE(askers[i].answers > 0);
        EXPECT_INT((int64_t)askers[i].wrong, 0);
    }
    g_free(end(made));
}

#define TEST(function)      \
    {                       \
#function, function \
    }
CU_TestInfo suite_extender_reload[] = {
    TEST(a_file_that_has_changed_is_read_again),
    TEST(a_file_that_is_being_written_is_waited_for),
    TEST(a_signal_is_enough_where_the_file_is_not_looked_at),
    TEST(a_file_with_a_mistake_changes_nothing),
    TEST(a_file_that_is_gone_changes_nothing_and_is_told_once),
    TEST(keys_that_need_a_restart_keep_their_value_and_are_named),
    TEST(the_command_line_stays_in_force),
    TEST(the_log_level_changes_at_once),
    TEST(requests_go_on_while_the_configuration_changes),
    CU_TEST_INFO_NULL,
};
