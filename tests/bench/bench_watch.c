/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes from an API server: how long until 5,000 are known, and how many updates a second are
 * taken in while requests with 5,000 names are decided. The server is a process of its own, so
 * that the memory told is that of the extender's side alone.
 *
 * An update is a whole node of 13 KB, as after a kubelet's report; one in fifty changes the build,
 * so that a new snapshot is needed.
 *
 * bench_watch [SECONDS]   how long each row runs (3)
 */
#include "extender/decision.h"
#include "extender/node_store.h"
#include "tests/bench/big_nodes.h"
#include "tests/support/kube_server.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NODES = 5000, PAGE = 500, ROUNDS = 2, CHUNK = 8192, GIVE_UP_S = 60 };

/* ---- the server's side */

static void append_node(GString *out, int number, int version, const char *build)
{
    const size_t begin = out->len;
    big_node_append(out, number);
    g_autofree char *from = g_strdup_printf("\"resourceVersion\":\"%d\"", number);
    g_autofree char *to = g_strdup_printf("\"resourceVersion\":\"%d\"", version);
    g_autofree char *text = g_strdup(out->str + begin);
    g_string_truncate(out, begin);
    g_autoptr(GString) node = g_string_new(text);
    g_string_replace(node, from, to, 1);
    g_string_replace(node, "10.0.20348", build, 0);
    g_string_append_len(out, node->str, (gssize)node->len);
}

typedef struct scene {
    int64_t updates_per_s; /* 0: none; negative: as fast as it goes */
    GPtrArray *pages;      /* raw answers */
    GString *updates;      /* raw answer */
} scene;

static GString *make_page(int first)
{
    GString *body = g_string_new("{\"kind\":\"NodeList\",\"apiVersion\":\"v1\",\"metadata\":{");
    g_string_append(body, "\"resourceVersion\":\"100000\"");
    if (first + PAGE < NODES)
        g_string_append_printf(body, ",\"continue\":\"%d\"", first + PAGE);
    g_string_append(body, "},\"items\":[");
    for (int i = first; i < first + PAGE; i++) {
        g_string_append(body, i == first ? "" : ",");
        append_node(body, i, 100000, "10.0.20348");
    }
    g_string_append(body, "]}");
    return body;
}

/* Every node once a round; one in fifty has another build in every other round. */
static GString *make_updates(void)
{
    GString *body = g_string_new(NULL);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < NODES; i++) {
            const bool other = round % 2 == 0 && i % 50 == 0;
            g_string_append(body, "{\"type\":\"MODIFIED\",\"object\":");
            append_node(body, i, 100001 + round, other ? "10.0.26100" : "10.0.20348");
            g_string_append(body, "}\n");
        }
    }
    return body;
}

static kube_answer answer_list(const char *kind)
{
    g_autofree char *body =
        g_strdup_printf("{\"kind\":\"%s\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":"
                        "\"1\"},\"items\":[]}",
                        kind);
    return kube_answer_chunked(mn_str_of(body), CHUNK, true);
}

static kube_answer tell(const kube_request *request, void *data)
{
    const scene *self = data;
    if (strstr(request->path, "runtimeclasses") != NULL)
        return request->watch ? kube_answer_chunked((mn_str){.ptr = ""}, CHUNK, false)
                              : answer_list("RuntimeClassList");
    if (!request->watch) {
        const char *token = strstr(request->path, "continue=");
        const guint page = token == NULL ? 0 : (guint)strtoul(token + 9, NULL, 10) / PAGE;
        const GString *body = self->pages->pdata[page];
        return kube_answer_chunked((mn_str){.ptr = body->str, .len = body->len}, CHUNK, true);
    }
    if (self->updates_per_s == 0)
        return kube_answer_chunked((mn_str){.ptr = ""}, CHUNK, false);
    kube_answer answer = kube_answer_chunked(
        (mn_str){.ptr = self->updates->str, .len = self->updates->len}, CHUNK, true);
    if (self->updates_per_s > 0)
        answer.bytes_per_s =
            (int64_t)answer.len / (ROUNDS * NODES) * self->updates_per_s * 101 / 100;
    return answer;
}

/* Never returns; the ports go through the pipe. */
static void serve(int out, scene *scenes, size_t count)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    for (size_t i = 0; i < count; i++) {
        const uint16_t port = kube_server_port(kube_server_start(tell, &scenes[i]));
        if (write(out, &port, sizeof port) != sizeof port)
            _exit(1);
    }
    for (;;)
        pause();
}

/* ---- the extender's side */

typedef struct asker {
    ext_settings *settings;
    ext_node_store *store;
    mn_str body;
    atomic_bool ends;
    _Atomic uint64_t asked;
    double cpu_s; /* of the thread, at its end */
} asker;

static double cpu_now(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static char *make_request(void)
{
    g_autoptr(GString) text = g_string_new(
        "{\"Pod\":{\"metadata\":{\"name\":\"web\",\"namespace\":\"shop\"},\"spec\":{\"nodeSelector\":"
        "{\"kubernetes.io/os\":\"windows\"},\"containers\":[{\"name\":\"web\",\"image\":"
        "\"mcr.microsoft.com/windows/servercore:ltsc2022\"}]}},\"Nodes\":null,\"NodeNames\":[");
    for (int i = 0; i < NODES; i++)
        g_string_append_printf(text, "%s\"node-%05d.example.internal\"", i ? "," : "", i);
    g_string_append(text, "]}");
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void *ask(void *data)
{
    asker *self = data;
    const ext_config *config = ext_settings_take(self->settings);
    g_autoptr(mn_arena) arena = mn_arena_new();
    while (!atomic_load(&self->ends)) {
        ext_decision decision;
        const ext_nodes *nodes = ext_node_store_take(self->store);
        const ext_question question = {.config = config,
                                       .nodes = nodes,
                                       .store = ext_node_store_state(self->store),
                                       .verb = EXT_FILTER,
                                       .body = self->body};
        if (!ext_decide(&question, arena, &decision, NULL) || decision.args.count != NODES)
            g_error("a request failed");
        for (size_t i = 0; i < NODES; i++)
            if (decision.class_of[i] >= decision.classes->count || decision.class_of[i] == 0)
                g_error("torn: node %zu has the class %u", i, decision.class_of[i]);
        ext_nodes_release(nodes);
        mn_arena_reset(arena);
        atomic_fetch_add(&self->asked, 1);
    }
    ext_settings_release(config);
    self->cpu_s = cpu_now(CLOCK_THREAD_CPUTIME_ID);
    return NULL;
}

static double resident_mb(void)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents("/proc/self/status", &text, NULL, NULL))
        return 0;
    const char *found = strstr(text, "VmRSS:");
    return found == NULL ? 0 : g_ascii_strtod(found + 6, NULL) / 1024;
}

static ext_settings *settings_for(uint16_t port)
{
    g_autofree char *text =
        g_strdup_printf("kube: {source: url, url: 'http://127.0.0.1:%u'}\n", port);
    const mn_source source = {.name = "bench", .bytes = text, .len = strlen(text)};
    ext_config *config = ext_config_load(&source, NULL);
    if (config == NULL)
        g_error("configuration");
    return ext_settings_new(config);
}

static double wait_until_ready(ext_node_store *store, double began)
{
    while (!ext_node_store_state(store).synced) {
        if (seconds_now() - began > GIVE_UP_S)
            g_error("not ready after %d s", (int)GIVE_UP_S);
        poll(NULL, 0, 1);
    }
    if (ext_node_store_state(store).nodes != NODES)
        g_error("not all nodes");
    return seconds_now() - began;
}

static void measure(const char *title, uint16_t port, double seconds)
{
    static const ext_environment nowhere;
    g_autoptr(ext_settings) settings = settings_for(port);
    const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    ext_log *log = ext_log_new(null, EXT_ERROR);
    const double began = seconds_now();
    ext_node_store *store = ext_node_store_open(settings, &nowhere, log, NULL);
    const double ready = wait_until_ready(store, began);
    g_autofree char *body = make_request();
    asker self = {.settings = settings, .store = store, .body = mn_str_of(body)};
    ext_store_stats before, after;
    pthread_t thread;
    ext_node_store_stats(store, &before);
    const double start = seconds_now(), cpu = cpu_now(CLOCK_PROCESS_CPUTIME_ID);
    if (pthread_create(&thread, NULL, ask, &self) != 0)
        g_error("no thread");
    poll(NULL, 0, (int)(seconds * 1000));
    atomic_store(&self.ends, true);
    pthread_join(thread, NULL);
    ext_node_store_stats(store, &after);
    const double passed = seconds_now() - start;
    const double used = cpu_now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    const double updates =
        (double)(after.collections[0].watch.events - before.collections[0].watch.events);
    const double asked = (double)atomic_load(&self.asked);
    printf("%-24s %5.2f  %9.0f  %11.0f  %9.0f  %8.0f  %9.0f  %6.0f\n",
           title,
           ready,
           updates / passed,
           (double)(after.snapshots - before.snapshots) / passed,
           asked / passed,
           1e6 * self.cpu_s / asked,
           updates > 0 ? 1e6 * (used - self.cpu_s) / updates : 0,
           resident_mb());
    (void)fflush(stdout);
    ext_node_store_free(store);
    ext_log_free(log);
    close(null);
}

int main(int argc, char **argv)
{
    static const char *const titles[] = {
        "a quiet watch", "5,000 updates a second", "as fast as it goes"};
    static const int64_t paces[] = {0, 5000, -1};
    const double seconds = argc > 1 ? g_ascii_strtod(argv[1], NULL) : 3;
    uint16_t ports[G_N_ELEMENTS(paces)];
    int ends[2];
    if (pipe(ends) != 0) /* NOLINT(android-cloexec-pipe) */
        return 1;
    const pid_t server = fork();
    if (server == 0) {
        scene scenes[G_N_ELEMENTS(paces)];
        g_autoptr(GPtrArray) pages = g_ptr_array_new();
        for (int first = 0; first < NODES; first += PAGE)
            g_ptr_array_add(pages, make_page(first));
        GString *updates = make_updates();
        for (size_t i = 0; i < G_N_ELEMENTS(paces); i++)
            scenes[i] = (scene){.updates_per_s = paces[i], .pages = pages, .updates = updates};
        serve(ends[1], scenes, G_N_ELEMENTS(paces));
    }
    for (size_t i = 0; i < G_N_ELEMENTS(paces); i++)
        if (read(ends[0], &ports[i], sizeof ports[i]) != sizeof ports[i])
            return 1;
    printf("%d nodes of 13 KB, %g s a row, one thread that filters %d names\n"
           "%-24s %5s  %9s  %11s  %9s  %8s  %9s  %6s\n",
           (int)NODES,
           seconds,
           (int)NODES,
           "",
           "ready",
           "updates/s",
           "snapshots/s",
           "filters/s",
           "us CPU",
           "us/update",
           "MB RSS");
    (void)fflush(stdout);
    for (size_t i = 0; i < G_N_ELEMENTS(paces); i++)
        measure(titles[i], ports[i], seconds);
    (void)kill(server, SIGTERM);
    (void)waitpid(server, NULL, 0);
    return 0;
}
