/* SPDX-License-Identifier: Apache-2.0 */
/* The extender as kube-scheduler meets it: the real program on loopback, a cluster of 5,000
 * nodes, keep-alive connections, fixed work. Beside it, in the same run and behind the same
 * HTTP server, a naive twin: jansson parses the body, GHashTable looks names up, jansson
 * writes the answer; and an echo, which is what HTTP alone costs.
 *
 * bench_extender [SECONDS]   how long each row of names runs (3)
 */
#include "mullion/httpd/server.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <jansson.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NODES = 5000, CONNECTIONS_MAX = 8, ANSWER_MAX = 100 << 20 };

/* ---- the cluster: two thirds Linux, the rest Windows of three builds */

static void append_node(GString *out, int number, bool whole)
{
    static const char *const builds[] = {"17763", "20348", "26100"};
    bool windows = number % 3 == 2;
    const char *os = windows ? "windows" : "linux", *build = builds[number / 3 % 3];
    g_string_append_printf(
        out,
        "{\"metadata\":{\"name\":\"node-%05d\",\"uid\":\"7d2b%08d\",\"resourceVersion\":\"%d\","
        "\"labels\":{\"kubernetes.io/os\":\"%s\",\"kubernetes.io/arch\":\"amd64\","
        "\"kubernetes.io/hostname\":\"node-%05d\"",
        number,
        number,
        1000 + number,
        os,
        number);
    if (windows)
        g_string_append_printf(out, ",\"node.kubernetes.io/windows-build\":\"10.0.%s\"", build);
    g_string_append(out, "}");
    if (whole) { /* managedFields are about a third of a node */
        g_string_append(out, ",\"managedFields\":[{\"manager\":\"kubelet\",\"fieldsV1\":{");
        for (int i = 0; i < 150; i++)
            g_string_append_printf(out, "%s\"f:field-number-%d\":{\".\":{}}", i ? "," : "", i);
        g_string_append(out, "}}]");
    }
    g_string_append(out, "},\"spec\":{\"podCIDR\":\"10.1.2.0/24\"},\"status\":{");
    if (whole) {
        g_string_append(out, "\"images\":[");
        for (int i = 0; i < 50; i++)
            g_string_append_printf(
                out,
                "%s{\"names\":[\"registry.example.com/team/application-%d@sha256:"
                "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
                "\"],\"sizeBytes\":%d}",
                i ? "," : "",
                i,
                1000000 + i);
        g_string_append(out, "],");
    }
    g_string_append_printf(
        out,
        "\"capacity\":{\"cpu\":\"8\",\"memory\":\"32Gi\",\"pods\":\"110\"},"
        "\"nodeInfo\":{\"kernelVersion\":\"%s%s\",\"osImage\":\"%s\",\"containerRuntimeVersion\":"
        "\"containerd://1.7.20\",\"kubeletVersion\":\"v1.34.1\",\"operatingSystem\":\"%s\","
        "\"architecture\":\"amd64\"}}}",
        windows ? "10.0." : "5.15.0-",
        windows ? build : "1064",
        windows ? "Windows Server Datacenter" : "Ubuntu 22.04.4 LTS",
        os);
}

static char *write_cluster(void)
{
    g_autoptr(GString) text = g_string_new("{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[");
    for (int i = 0; i < NODES; i++) {
        g_string_append(text, i ? "," : "");
        size_t at = text->len;
        append_node(text, i, false);
        g_string_insert(text, (gssize)at + 1, "\"apiVersion\":\"v1\",\"kind\":\"Node\",");
    }
    g_string_append(text, "]}");
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("mullion-bench-XXXXXX.json", &path, NULL);
    if (fd < 0 || !g_file_set_contents(path, text->str, (gssize)text->len, NULL))
        g_error("cannot write %s", path);
    close(fd);
    return g_steal_pointer(&path);
}

/* ---- requests */

static const char pod[] =
    "{\"Pod\":{\"metadata\":{\"name\":\"web-5d8\",\"namespace\":\"shop\",\"uid\":\"d1\"},\"spec\":{"
    "\"containers\":[{\"name\":\"c\",\"image\":\"redis:7.2-alpine\",\"resources\":{\"requests\":{"
    "\"cpu\":\"100m\"}}}],\"restartPolicy\":\"Always\",\"tolerations\":[{\"operator\":\"Exists\"}]"
    "},\"status\":{\"phase\":\"Pending\"}},";

static GString *names_body(int count)
{
    GString *body = g_string_new(pod);
    g_string_append(body, "\"Nodes\":null,\"NodeNames\":[");
    for (int i = 0; i < count; i++)
        g_string_append_printf(body, "%s\"node-%05d\"", i ? "," : "", i);
    g_string_append(body, "]}");
    return body;
}

static GString *nodes_body(int count)
{
    GString *body = g_string_new(pod);
    g_string_append(body, "\"Nodes\":{\"metadata\":{},\"items\":[");
    for (int i = 0; i < count; i++) {
        g_string_append(body, i ? "," : "");
        append_node(body, i, true);
    }
    g_string_append(body, "]},\"NodeNames\":null}");
    return body;
}

static GString *request_of(const char *path, const GString *body)
{
    GString *request = g_string_sized_new(body->len + 256);
    g_string_printf(request,
                    "POST %s HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Go-http-client/1.1\r\n"
                    "Content-Length: %zu\r\nContent-Type: application/json\r\n\r\n",
                    path,
                    body->len);
    g_string_append_len(request, body->str, (gssize)body->len);
    return request;
}

/* ---- the naive twin, in a process of its own */

/* A child ends with the bench, however that ends. */
static void end_with(pid_t bench)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != bench)
        _exit(1);
}

static GHashTable *windows_nodes(void)
{
    GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (int i = 2; i < NODES; i += 3)
        g_hash_table_add(table, g_strdup_printf("node-%05d", i));
    return table;
}

static void naive_filter(const mn_http_request *request, mn_http_reply *reply, void *data)
{
    GHashTable *windows = data;
    json_t *args = json_loadb(request->body.ptr, request->body.len, 0, NULL);
    json_t *names = json_object_get(args, "NodeNames");
    json_t *nodes = json_object_get(json_object_get(args, "Nodes"), "items");
    bool whole = json_is_array(nodes);
    json_t *kept = json_array(), *failed = json_object(), *each;
    size_t i;
    json_array_foreach(whole ? nodes : names, i, each) {
        const char *name = json_string_value(
            whole ? json_object_get(json_object_get(each, "metadata"), "name") : each);
        if (!g_hash_table_contains(windows, name))
            json_array_append(kept, each);
        else
            json_object_set_new(failed, name, json_string("node(s) run another operating system"));
    }
    json_t *answer = whole ? json_pack("{s:{s:o},s:n,s:o,s:s}",
                                       "Nodes",
                                       "items",
                                       kept,
                                       "NodeNames",
                                       "FailedAndUnresolvableNodes",
                                       failed,
                                       "Error",
                                       "")
                           : json_pack("{s:n,s:o,s:o,s:s}",
                                       "Nodes",
                                       "NodeNames",
                                       kept,
                                       "FailedAndUnresolvableNodes",
                                       failed,
                                       "Error",
                                       "");
    char *text = json_dumps(answer, JSON_COMPACT);
    json_decref(answer);
    json_decref(args);
    mn_str *span = MN_ARENA_NEW(request->arena, mn_str, 1);
    *span = (mn_str){.ptr = mn_arena_strdup(request->arena, text), .len = strlen(text)};
    free(text);
    reply->spans = span;
    reply->count = 1;
}

static void echo(const mn_http_request *request, mn_http_reply *reply, void *data)
{
    (void)data;
    reply->spans = &request->body;
    reply->count = 1;
}

static int be_the_twin(int tell)
{
    static const mn_http_route routes[] = {
        {"POST", "/filter", naive_filter, .under_prefix = false, .takes_json = true},
        {"POST", "/echo", echo, .under_prefix = false, .takes_json = true},
    };
    const mn_http_router router = {
        .routes = routes, .count = 2, .prefix = "", .data = windows_nodes()};
    const mn_http_options options = {.address = "127.0.0.1",
                                     .threads = 2,
                                     .connections_max = 64,
                                     .body_max = 128 << 20,
                                     .bodies_max = 256 << 20,
                                     .request_timeout_ms = 60000,
                                     .idle_timeout_ms = 60000};
    GError *error = NULL;
    mn_http_server *server = mn_http_server_start(&router, &options, &error);
    if (server == NULL)
        g_error("twin: %s", error->message);
    uint16_t port = mn_http_server_port(server);
    if (write(tell, &port, sizeof port) != sizeof port)
        return 1;
    for (;;)
        pause();
}

/* ---- servers under measurement */

typedef struct target {
    const char *name;
    pid_t pid;
    uint16_t port;
} target;

static target start_twin(void)
{
    int ends[2];
    target twin = {.name = "naive twin"};
    pid_t bench = getpid();
    if (!g_unix_open_pipe(ends, FD_CLOEXEC, NULL) || (twin.pid = fork()) < 0)
        g_error("cannot start the twin");
    if (twin.pid == 0) {
        end_with(bench);
        _exit(be_the_twin(ends[1]));
    }
    if (read(ends[0], &twin.port, sizeof twin.port) != sizeof twin.port)
        g_error("the twin did not start");
    close(ends[0]);
    close(ends[1]);
    return twin;
}

/* The port is in the line that says "listening". */
static uint16_t read_port(int fd)
{
    g_autoptr(GString) text = g_string_new(NULL);
    char byte;
    const char *found = NULL;
    while ((found == NULL || strchr(found, ',') == NULL) && read(fd, &byte, 1) == 1) {
        g_string_append_c(text, byte);
        found = strstr(text->str, "listening on 127.0.0.1 port ");
    }
    if (found == NULL)
        g_error("the extender did not start: %s", text->str);
    return (uint16_t)strtoul(found + strlen("listening on 127.0.0.1 port "), NULL, 10);
}

static target start_extender(const char *nodes, const char *config)
{
    const char *build = g_getenv("MULLION_BUILD");
    g_autofree char *program = g_strdup_printf("%s/mullion-extender", build ? build : "build/bin");
    int ends[2];
    target extender = {.name = "extender"};
    pid_t bench = getpid();
    if (!g_unix_open_pipe(ends, FD_CLOEXEC, NULL) || (extender.pid = fork()) < 0)
        g_error("cannot start the extender");
    if (extender.pid == 0) {
        end_with(bench);
        dup2(ends[1], STDERR_FILENO);
        execl(program,
              program,
              "--listen",
              "127.0.0.1:0",
              "--nodes",
              nodes,
              "--config",
              config,
              (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    extender.port = read_port(ends[0]);
    /* What it logs from here on is read by nobody, as if thrown away: it must not matter. */
    return extender;
}

static double cpu_seconds(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)pid);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return 0;
    /* The 14th and 15th field; the second, in brackets, may hold blanks. */
    g_auto(GStrv) fields = g_strsplit(strrchr(text, ')'), " ", 16);
    g_assert(g_strv_length(fields) == 16);
    return (double)(strtoul(fields[12], NULL, 10) + strtoul(fields[13], NULL, 10)) /
           (double)sysconf(_SC_CLK_TCK);
}

static long status_kb(pid_t pid, const char *field)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/status", (int)pid);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return 0;
    const char *found = strstr(text, field);
    return found == NULL ? 0 : strtol(found + strlen(field) + 1, NULL, 10);
}

/* ---- load */

typedef struct client {
    pthread_t thread;
    uint16_t port;
    const GString *request;
    double until_s;
    size_t done, answer_bytes;
} client;

static double now_s(void)
{
    return (double)g_get_monotonic_time() / G_USEC_PER_SEC;
}

static int dial(uint16_t port)
{
    const struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    if (fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof to) != 0)
        g_error("cannot connect");
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

/* Sends what fits; true when there is something to receive. */
static bool send_some(int fd, const GString *request, size_t *sent)
{
    ssize_t n = send(fd, request->str + *sent, request->len - *sent, MSG_DONTWAIT);
    if (n < 0 && errno != EAGAIN)
        g_error("send: %s", g_strerror(errno));
    *sent += n > 0 ? (size_t)n : 0;
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    if (*sent < request->len)
        wait.events = POLLIN | POLLOUT;
    return poll(&wait, 1, -1) == 1 && (wait.revents & POLLIN) != 0;
}

/* Bytes that the answer will have, head included, once the head is there; else SIZE_MAX. */
static size_t expect_bytes(const char *buffer)
{
    const char *end = strstr(buffer, "\r\n\r\n"), *length = strstr(buffer, "Content-Length: ");
    if (end == NULL)
        return SIZE_MAX;
    if (strncmp(buffer, "HTTP/1.1 200", 12) != 0 || length == NULL)
        g_error("answer: %.200s", buffer);
    return (size_t)(end + 4 - buffer) + strtoul(length + strlen("Content-Length: "), NULL, 10);
}

/* Bytes of one answer, head included. Sends and receives in turns, as a real client does:
 * a large answer may begin before the request has gone. */
static size_t exchange(int fd, const GString *request, char *buffer)
{
    size_t sent = 0, got = 0, want = SIZE_MAX;
    while (got < want) {
        if (sent < request->len && !send_some(fd, request, &sent))
            continue;
        ssize_t n = recv(fd, buffer + got, ANSWER_MAX - got, 0);
        if (n <= 0)
            g_error("recv: connection lost");
        got += (size_t)n;
        buffer[got] = '\0';
        want = want == SIZE_MAX ? expect_bytes(buffer) : want;
    }
    return got;
}

static void *run_client(void *data)
{
    client *self = data;
    char *buffer = malloc(ANSWER_MAX + 1);
    int fd = dial(self->port);
    do {
        self->answer_bytes = exchange(fd, self->request, buffer);
        self->done++;
    } while (now_s() < self->until_s);
    close(fd);
    free(buffer);
    return NULL;
}

typedef struct measure {
    double per_second, cpu_us, wall_ms;
} measure;

static measure load(const target *at, const GString *request, int connections, double seconds)
{
    client clients[CONNECTIONS_MAX];
    double began = now_s(), cpu = cpu_seconds(at->pid);
    for (int i = 0; i < connections; i++) {
        clients[i] = (client){.port = at->port, .request = request, .until_s = began + seconds};
        pthread_create(&clients[i].thread, NULL, run_client, &clients[i]);
    }
    size_t done = 0;
    for (int i = 0; i < connections; i++) {
        pthread_join(clients[i].thread, NULL);
        done += clients[i].done;
    }
    double took = now_s() - began;
    return (measure){.per_second = (double)done / took,
                     .cpu_us = (cpu_seconds(at->pid) - cpu) / (double)done * 1e6,
                     .wall_ms = took / (double)done * 1e3 * connections};
}

static int by_cpu(const void *a, const void *b)
{
    const measure *x = a, *y = b;
    return (x->cpu_us > y->cpu_us) - (x->cpu_us < y->cpu_us);
}

enum { GUSTS = 5, ONE_GO = 1 };

/* The middle one of so many measures: what a neighbour on the machine takes comes in gusts. Each
 * has connections of its own, which a request of 58 MB would notice. */
static measure row(const target *at, const char *what, const GString *request, int connections,
                   double seconds, size_t measures)
{
    measure got[GUSTS];
    (void)load(at, request, connections, 0.2); /* warm */
    for (size_t i = 0; i < measures; i++)
        got[i] = load(at, request, connections, seconds / (double)measures);
    qsort(got, measures, sizeof *got, by_cpu);
    const measure *middle = &got[measures / 2];
    printf("%-12s %-28s %9.0f req/s %9.0f us CPU/req %9.2f ms/req\n",
           at->name,
           what,
           middle->per_second,
           middle->cpu_us,
           middle->wall_ms);
    (void)fflush(stdout);
    return *middle;
}

static void names_rows(const target *extender, const target *twin, double seconds)
{
    static const int counts[] = {500, NODES};
    for (size_t i = 0; i < G_N_ELEMENTS(counts); i++) {
        g_autofree char *what = g_strdup_printf("filter, %d names, 4 conn", counts[i]);
        g_autofree char *echo_what = g_strdup_printf("echo, %d names, 4 conn", counts[i]);
        g_autofree char *prio = g_strdup_printf("prioritize, %d names, 4 conn", counts[i]);
        g_autoptr(GString) body = names_body(counts[i]);
        g_autoptr(GString) filter = request_of("/filter", body);
        g_autoptr(GString) prioritize = request_of("/prioritize", body);
        g_autoptr(GString) back = request_of("/echo", body);
        measure ours = row(extender, what, filter, 4, seconds, GUSTS);
        (void)row(extender, prio, prioritize, 4, seconds, GUSTS);
        measure naive = row(twin, what, filter, 4, seconds, GUSTS);
        (void)row(twin, echo_what, back, 4, seconds, GUSTS);
        printf("%-12s %-28s %9.1f x the twin's, %.1f x less CPU\n",
               "ratio",
               what,
               ours.per_second / naive.per_second,
               naive.cpu_us / ours.cpu_us);
        (void)fflush(stdout);
    }
}

static void nodes_rows(const target *extender, const target *twin)
{
    g_autoptr(GString) body = nodes_body(NODES);
    g_autoptr(GString) filter = request_of("/filter", body);
    g_autoptr(GString) prioritize = request_of("/prioritize", body);
    g_autoptr(GString) back = request_of("/echo", body);
    g_autofree char *what = g_strdup_printf("filter, %d nodes, %zu MB", NODES, body->len >> 20);
    measure ours = row(extender, what, filter, 1, 2, ONE_GO);
    printf("%-12s %-28s %9.1f MB at the peak, %.2f x the request; %.1f MB now\n",
           "memory",
           what,
           (double)status_kb(extender->pid, "VmHWM:") / 1024,
           (double)status_kb(extender->pid, "VmHWM:") * 1024 / (double)body->len,
           (double)status_kb(extender->pid, "VmRSS:") / 1024);
    (void)row(extender, "prioritize, whole nodes", prioritize, 1, 2, ONE_GO);
    (void)row(twin, "echo, whole nodes", back, 1, 2, ONE_GO);
    measure naive = row(twin, what, filter, 1, 2, ONE_GO);
    printf(
        "%-12s %-28s %9.1f x faster than the twin\n", "ratio", what, naive.wall_ms / ours.wall_ms);
}

int main(int argc, char **argv)
{
    double seconds = argc > 1 ? strtod(argv[1], NULL) : 3;
    (void)signal(SIGPIPE, SIG_IGN);
    g_autofree char *nodes = write_cluster();
    g_autofree char *config = g_strconcat(nodes, ".yaml", NULL);
    if (!g_file_set_contents(config, "log: {every: 0}\nlimits: {reasons: 100000}\n", -1, NULL))
        g_error("cannot write %s", config);
    target twin = start_twin(); /* forks: before any thread */
    target extender = start_extender(nodes, config);
    names_rows(&extender, &twin, seconds);
    nodes_rows(&extender, &twin);
    kill(extender.pid, SIGTERM);
    kill(twin.pid, SIGKILL);
    (void)waitpid(extender.pid, NULL, 0);
    (void)waitpid(twin.pid, NULL, 0);
    (void)unlink(nodes);
    (void)unlink(config);
    return 0;
}
