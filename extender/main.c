/* SPDX-License-Identifier: Apache-2.0 */
/* mullion-extender: reads its configuration and nodes, serves until it is told to stop.
 *
 * Signals are blocked before the first thread starts, so that all of them inherit that,
 * and are waited for here: no handler, nothing asynchronous. */
#include "generated/version.h"

#include "extender/listeners.h"
#include "extender/options.h"
#include "extender/reload.h"
#include "extender/replay.h"
#include "extender/scheduler_config.h"
#include "extender/service.h"
#include "mullion/base/error.h"
#include "mullion/httpd/server.h"
#include "mullion/io/file.h"

#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

enum { EXIT_FOUND = 1, EXIT_USAGE = 2, EXIT_INPUT = 3, EXIT_INTERNAL = 4 };

/* Bodies from here on are mapped, and given back to the system when a request ends.
 * The library's own threshold creeps up with use until 32 MiB stay with the process. */
enum { MAPPED_FROM_BYTES = 4 << 20 };

static int complain(int status, const GError *error)
{
    (void)fprintf(stderr, "mullion-extender: %s\n", error->message);
    return status;
}

static int print(char *text)
{
    bool written = fputs(text, stdout) >= 0 && fflush(stdout) == 0;
    g_free(text);
    return written ? 0 : EXIT_INTERNAL;
}

/* 0 is never. */
static int64_t sooner(int64_t a_ms, int64_t b_ms)
{
    return a_ms == 0 || (b_ms != 0 && b_ms < a_ms) ? b_ms : a_ms;
}

/* SIGHUP, or files that have changed, are seen to meanwhile. */
static int wait_for_end(ext_reloader *reloader, ext_listeners *listeners, const sigset_t *signals)
{
    for (;;) {
        const int64_t check_ms = sooner(ext_reload_look(reloader), ext_listeners_look(listeners));
        const struct timespec until = {.tv_sec = check_ms / 1000,
                                       .tv_nsec = check_ms % 1000 * 1000000};
        int got = check_ms > 0 ? sigtimedwait(signals, NULL, &until) : sigwaitinfo(signals, NULL);
        if (got == SIGHUP)
            (void)ext_reload(reloader);
        else if (got > 0)
            return got;
    }
}

static void serve_until_told(ext_service *service, ext_listeners *listeners, ext_reloader *reloader,
                             const sigset_t *signals)
{
    int signal_number = wait_for_end(reloader, listeners, signals);
    ext_log_say(service->log, EXT_INFO, "signal %d: draining", signal_number);
    atomic_store(&service->draining, true);
    const ext_config *config = ext_settings_take(service->settings);
    bool drained = ext_listeners_drain(listeners, config->drain_ms);
    ext_settings_release(config);
    ext_log_say(service->log,
                drained ? EXT_INFO : EXT_WARNING,
                drained ? "stopped" : "stopped with requests in flight");
}

static void block_signals(sigset_t *signals)
{
    sigemptyset(signals);
    sigaddset(signals, SIGTERM);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, signals, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

static ext_environment read_environment(void)
{
    return (ext_environment){.service_host = g_getenv("KUBERNETES_SERVICE_HOST"),
                             .service_port = g_getenv("KUBERNETES_SERVICE_PORT"),
                             .kubeconfig = g_getenv("KUBECONFIG"),
                             .home = g_getenv("HOME")};
}

/* `first` is the configuration at the start: what of it is used here does not change by a
 * reload. */
static int serve_first(const ext_options *given, ext_settings *settings, const ext_config *first,
                       const sigset_t *signals)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ext_log) log = ext_log_new(STDERR_FILENO, (ext_level)first->log_level);
    const ext_environment environment = read_environment();
    g_autoptr(ext_node_store) nodes = ext_node_store_open(settings, &environment, log, &error);
    if (nodes == NULL)
        return complain(EXIT_INPUT, error);

    g_autoptr(ext_recent) recent = ext_recent_new((size_t)first->explain_decisions);
    ext_service service = {.settings = settings, .log = log, .nodes = nodes, .recent = recent};
    ext_reloader reloader = {.options = given,
                             .environment = &environment,
                             .settings = settings,
                             .nodes = nodes,
                             .log = log,
                             .metrics = &service.metrics};
    ext_metrics_started(&service.metrics);
    g_autoptr(ext_listeners) listeners = ext_listeners_open(&service, first, &error);
    if (listeners == NULL)
        return complain(EXIT_INPUT, error);
    ext_reloader_init(&reloader);
    serve_until_told(&service, listeners, &reloader, signals);
    return 0;
}

/* `config` is taken over. */
static int serve(const ext_options *given, ext_config *config)
{
    sigset_t signals;
    block_signals(&signals);
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread yet */
    (void)mallopt(M_MMAP_THRESHOLD, MAPPED_FROM_BYTES);
    g_autoptr(ext_settings) settings = ext_settings_new(config);
    const ext_config *first = ext_settings_take(settings);
    int status = serve_first(given, settings, first, &signals);
    ext_settings_release(first);
    return status;
}

static int check(const ext_config *config)
{
    g_autoptr(GError) error = NULL;
    const ext_environment environment = read_environment();
    g_autofree char *summary = ext_listeners_check(config, &error)
                                   ? ext_node_store_check(config, &environment, &error)
                                   : NULL;
    if (summary == NULL)
        return complain(EXIT_INPUT, error);
    return print(g_strdup_printf("configuration ok, %s\n", summary));
}

/* `config` is taken over. */
static int replay(const ext_options *options, ext_config *config)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(ext_log) log = ext_log_new(STDERR_FILENO, EXT_ERROR);
    bool understood = false;
    if (!ext_replay(options, config, log, out, &understood, &error))
        return complain(EXIT_INPUT, error);
    int status = print(g_strdup(out->str));
    return status == 0 && !understood ? EXIT_INPUT : status;
}

static int check_scheduler(const ext_options *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    size_t found = 0;
    g_autoptr(mn_file) file = mn_file_read(options->operand, EXT_SCHEDULER_BYTES_MAX, &error);
    if (file == NULL || !ext_scheduler_check(&file->source, out, &found, &error))
        return complain(EXIT_INPUT, error);
    g_string_append_printf(out, "%zu found\n", found);
    int status = print(g_strdup(out->str));
    return status == 0 && found > 0 ? EXIT_FOUND : status;
}

/* What needs a configuration; it is taken over. */
static int run(const ext_options *options, ext_config *config)
{
    if (options->action == EXT_SERVE)
        return serve(options, config);
    if (options->action == EXT_REPLAY)
        return replay(options, config);
    int status = options->action == EXT_CHECK
                     ? check(config)
                     : print(ext_scheduler_print(config, options->fail_closed));
    ext_config_free(config);
    return status;
}

int main(int argc, char **argv)
{
    (void)argc;
    g_autoptr(GError) error = NULL;
    g_auto(ext_options) options;
    if (!ext_options_parse(argv, &options, &error))
        return complain(EXIT_USAGE, error);
    switch (options.action) {
    case EXT_PRINT_HELP:
        return print(ext_options_print_help());
    case EXT_PRINT_VERSION:
        return print(g_strdup("mullion-extender " MN_VERSION " " MN_COMMIT "\n"));
    case EXT_PRINT_DEFAULTS:
        return print(ext_config_print_defaults());
    case EXT_PRINT_DOCS:
        return print(ext_config_print_docs());
    case EXT_PRINT_METRICS:
        return print(ext_metrics_print_docs());
    case EXT_PRINT_MAN:
        return print(ext_options_print_man());
    case EXT_CHECK_SCHEDULER:
        return check_scheduler(&options);
    case EXT_SERVE:
    case EXT_REPLAY:
    case EXT_PRINT_SCHEDULER:
    case EXT_CHECK:
        break;
    }
    g_autoptr(ext_config) config = ext_reload_first(&options, &error);
    if (config == NULL)
        return complain(EXIT_INPUT, error);
    return run(&options, g_steal_pointer(&config));
}
