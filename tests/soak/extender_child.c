/* SPDX-License-Identifier: Apache-2.0 */
/* A thread reads the log to its end, so that the child never finds nobody listening. Of requests
 * it keeps how often each Pod was decided about, of other lines the text. */
#include "tests/soak/extender_child.h"

#include "tests/soak/verdict.h"
#include "tests/support/http_client.h"

#include <dirent.h>
#include <fcntl.h>
#include <glib-unix.h>
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

enum { START_MS = 60000, SLICE_MS = 20, LINES_KEPT = 100, LINES_TOLD = 25, CANNOT_RUN = 127 };

struct extender_child {
    pid_t pid;
    bool ended;
    int status;
    int log_fd;
    pthread_t reader;
    bool reads;
    _Atomic uint16_t port, admin_port;
    _Atomic uint64_t foreign, decisions, logged[LOG_LINES];
    pthread_mutex_t lock;
    GPtrArray *lines;
    _Atomic uint8_t decided[SOAK_QUESTIONS_MAX];
};

/* ---- the log */

static uint16_t port_in(const char *line, const char *before)
{
    const char *found = strstr(line, before);
    return found == NULL ? 0 : (uint16_t)g_ascii_strtoull(found + strlen(before), NULL, 10);
}

static void note_ports(extender_child *self, const char *line)
{
    const uint16_t admin = port_in(line, "probes and metrics on 127.0.0.1 port ");
    const uint16_t port = port_in(line, "listening on 127.0.0.1 port ");
    if (admin != 0)
        atomic_store(&self->admin_port, admin);
    if (port != 0)
        atomic_store(&self->port, port);
}

static const char *const awaited[LOG_LINES] = {
    [LOG_RELOADED] = "\"configuration read again",
    [LOG_MISTAKE] = "\"configuration stays as it was",
    [LOG_CERTIFICATES] = "\"read the server's certificates anew",
    [LOG_BROKEN_CERTIFICATES] = "those in use stay",
    [LOG_STOPPED] = "\"stopped\"",
};

/* There are too many of these to keep. */
static const char *const usual[] = {
    "\"msg\":\"filter\"",
    "\"msg\":\"prioritize\"",
    "\"msg\":\"preempt\"",
    "\"msg\":\"request refused\"",
    "\"msg\":\"connection timed out\"",
};
enum { VERBS = 3 };

static void note_decision(extender_child *self, const char *line)
{
    static const char pod[] = "\"pod\":\"soak/soak-";
    const char *found = strstr(line, pod);
    atomic_fetch_add(&self->decisions, 1);
    if (found == NULL)
        return;
    const guint64 number = g_ascii_strtoull(found + sizeof pod - 1, NULL, 10);
    if (number < SOAK_QUESTIONS_MAX)
        atomic_fetch_add(&self->decided[number], 1);
}

static void keep_line(extender_child *self, const char *line)
{
    note_ports(self, line);
    for (size_t i = 0; i < LOG_LINES; i++)
        if (strstr(line, awaited[i]) != NULL)
            atomic_fetch_add(&self->logged[i], 1);
    pthread_mutex_lock(&self->lock);
    if (self->lines->len == LINES_KEPT)
        g_ptr_array_remove_range(self->lines, 0, LINES_KEPT / 4);
    g_ptr_array_add(self->lines, g_strdup(line));
    pthread_mutex_unlock(&self->lock);
}

static void take_line(extender_child *self, const char *line)
{
    if (*line != '{' || line[strlen(line) - 1] != '}') {
        atomic_fetch_add(&self->foreign, 1);
        verdict_say("extender: %s", line);
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(usual); i++) {
        if (strstr(line, usual[i]) == NULL)
            continue;
        if (i < VERBS)
            note_decision(self, line);
        return;
    }
    keep_line(self, line);
}

static void *read_log(void *data)
{
    extender_child *self = data;
    FILE *file = fdopen(self->log_fd, "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t len;
    if (file == NULL)
        return NULL;
    while ((len = getline(&line, &room, file)) > 0) {
        line[len - 1] = '\0';
        if (len > 1)
            take_line(self, line);
    }
    free(line);
    (void)fclose(file);
    return NULL;
}

uint64_t extender_child_logged(const extender_child *self, log_line which)
{
    return atomic_load(&self->logged[which]);
}

unsigned extender_child_decided(extender_child *self, uint64_t question)
{
    return atomic_load(&self->decided[question]);
}

uint64_t extender_child_decisions(extender_child *self)
{
    return atomic_load(&self->decisions);
}

uint64_t extender_child_foreign(extender_child *self)
{
    return atomic_load(&self->foreign);
}

void extender_child_finish_log(extender_child *self)
{
    if (self->reads)
        pthread_join(self->reader, NULL);
    self->reads = false;
}

char *extender_child_last_lines(extender_child *self)
{
    GString *text = g_string_new(NULL);
    pthread_mutex_lock(&self->lock);
    const guint len = self->lines->len;
    for (guint i = len > LINES_TOLD ? len - LINES_TOLD : 0; i < len; i++)
        g_string_append_printf(text, "  %s\n", (const char *)self->lines->pdata[i]);
    pthread_mutex_unlock(&self->lock);
    return g_string_free(text, FALSE);
}

/* ---- the process */

/* Beside us in the folder of the build. */
static char *program_path(void)
{
    const char *build = g_getenv("MULLION_BUILD");
    if (build != NULL)
        return g_build_filename(build, "mullion-extender", NULL);
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *soak = g_path_get_dirname(self);
    g_autofree char *tests = g_path_get_dirname(soak);
    g_autofree char *folder = g_path_get_dirname(tests);
    return g_build_filename(folder, "mullion-extender", NULL);
}

/* In a group of its own: the terminal's Ctrl-C is for us alone. */
static void become(const char *program, const char *config_path, pid_t parent, int log)
{
    sigset_t none;
    sigemptyset(&none);
    (void)pthread_sigmask(SIG_SETMASK, &none, NULL);
    (void)setpgid(0, 0);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
        _exit(CANNOT_RUN);
    (void)dup2(log, STDERR_FILENO);
    execl(program, program, "--listen", "127.0.0.1:0", "--config", config_path, (char *)NULL);
    _exit(CANNOT_RUN);
}

static bool has_started(extender_child *self)
{
    for (int waited = 0; waited < START_MS && atomic_load(&self->port) == 0; waited += SLICE_MS)
        if (extender_child_wait(self, SLICE_MS) != -2)
            break;
    if (atomic_load(&self->port) != 0)
        return true;
    g_autofree char *lines = extender_child_last_lines(self);
    verdict_say("the extender did not start:\n%s", lines);
    return false;
}

static bool spawn(extender_child *self, const char *config_path)
{
    g_autofree char *program = program_path();
    const pid_t parent = getpid();
    int ends[2];
    if (!g_unix_open_pipe(ends, FD_CLOEXEC, NULL))
        return false;
    self->pid = fork();
    if (self->pid == 0)
        become(program, config_path, parent, ends[1]);
    close(ends[1]);
    self->log_fd = ends[0];
    self->ended = self->pid < 0;
    self->reads = pthread_create(&self->reader, NULL, read_log, self) == 0;
    return !self->ended && self->reads;
}

extender_child *extender_child_start(const char *config_path)
{
    extender_child *self = g_new0(extender_child, 1);
    self->lines = g_ptr_array_new_with_free_func(g_free);
    pthread_mutex_init(&self->lock, NULL);
    if (spawn(self, config_path) && has_started(self))
        return self;
    extender_child_free(self);
    return NULL;
}

void extender_child_signal(extender_child *self, int number)
{
    if (!self->ended)
        (void)kill(self->pid, number);
}

int extender_child_wait(extender_child *self, int64_t patience_ms)
{
    for (int64_t waited = 0; !self->ended; waited += SLICE_MS) {
        self->ended = waitpid(self->pid, &self->status, WNOHANG) == self->pid;
        if (self->ended)
            break;
        if (waited >= patience_ms)
            return -2;
        (void)poll(NULL, 0, SLICE_MS);
    }
    return WIFEXITED(self->status) ? WEXITSTATUS(self->status) : -1;
}

void extender_child_free(extender_child *self)
{
    if (self == NULL)
        return;
    extender_child_signal(self, SIGKILL);
    (void)extender_child_wait(self, START_MS);
    extender_child_finish_log(self);
    pthread_mutex_destroy(&self->lock);
    g_ptr_array_unref(self->lines);
    g_free(self);
}

uint16_t extender_child_port(const extender_child *self)
{
    return atomic_load(&self->port);
}

uint16_t extender_child_admin_port(const extender_child *self)
{
    return atomic_load(&self->admin_port);
}

/* ---- numbers */

char *extender_child_metrics(const extender_child *self)
{
    g_auto(http_answer) answer =
        http_once(extender_child_admin_port(self), "GET", "/metrics", "", "");
    return answer.status == 200 ? g_steal_pointer(&answer.body) : NULL;
}

int extender_child_probe(const extender_child *self, const char *path)
{
    g_auto(http_answer) answer = http_once(extender_child_admin_port(self), "GET", path, "", "");
    return answer.status;
}

double metric_value(const char *metrics, const char *name)
{
    const size_t len = strlen(name);
    double sum = 0;
    bool found = false;
    for (const char *line = metrics; line != NULL && *line != '\0';) {
        const char *end = strchr(line, '\n');
        const char *value = memchr(line, ' ', end == NULL ? strlen(line) : (size_t)(end - line));
        if (strncmp(line, name, len) == 0 && (line[len] == ' ' || line[len] == '{') &&
            value != NULL) {
            found = true;
            sum += g_ascii_strtod(value, NULL);
        }
        line = end == NULL ? NULL : end + 1;
    }
    return found ? sum : -1;
}

double extender_child_metric(const extender_child *self, const char *name)
{
    g_autofree char *metrics = extender_child_metrics(self);
    return metrics == NULL ? -1 : metric_value(metrics, name);
}

static char *read_proc(const extender_child *self, const char *file)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/%s", (int)self->pid, file);
    char *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) ? text : NULL;
}

static double status_field(const char *status, const char *field)
{
    const char *found = status == NULL ? NULL : strstr(status, field);
    return found == NULL ? 0 : g_ascii_strtod(found + strlen(field), NULL);
}

static size_t count_descriptors(const extender_child *self)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/fd", (int)self->pid);
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    size_t count = 0;
    while (folder != NULL && g_dir_read_name(folder) != NULL)
        count++;
    return count;
}

extender_usage extender_child_usage(const extender_child *self)
{
    g_autofree char *status = read_proc(self, "status");
    return (extender_usage){.resident_mb = status_field(status, "\nVmRSS:") / 1024,
                            .peak_mb = status_field(status, "\nVmHWM:") / 1024,
                            .descriptors = count_descriptors(self),
                            .threads = (size_t)status_field(status, "\nThreads:")};
}
