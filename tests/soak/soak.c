/* SPDX-License-Identifier: Apache-2.0 */
/* mullion-extender as it would live for months, in a minute: behind TLS, fed by an API server
 * that fails, asked by clients that look at every answer and by others that mean no good, its
 * certificates and its configuration changing meanwhile; in the end it is told to stop, under
 * load. Everything is on loopback, and bounded in number.
 *
 * soak [SECONDS]   how long (60); never less than two rounds
 *
 * What has to hold stands in claims.def, and is never a matter of speed: a slow machine makes it
 * longer, not fail. Rounds: certificates, configuration, a flood, quiet. The first one warms up.
 */
#include "tests/soak/churn.h"
#include "tests/soak/hostile.h"
#include "tests/soak/verdict.h"
#include "tests/support/scratch.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    SECONDS = 60,
    CLIENTS = 4,
    CROWD = 12,
    LIMIT = 48, /* limits.connections */
    FLOOD = LIMIT + 16,
    PATIENCE_MS = 60000, /* for what is known to come; only a fault takes so long */
    DRAIN_MS = 10000,    /* timeouts.drain */
    SLICE_MS = 20,
    TELL_MS = 1000,
    ROUNDS_MIN = 2,
    WARM_DECISIONS = 2000, /* more than /explain keeps */
    SOME_ANSWERS = 20,
    EXIT_FOUND = 1,
    EXIT_USAGE = 2,
};

/* What memory may have grown by since the warm-up. An arena and a buffer are kept for each of as
 * many requests as were ever under way at once, and the log's buffers become resident as far as
 * they were ever filled: a step now and then, with an end. What leaks less is found in FLAVOR=asan,
 * at the exit. The sanitizers keep what was freed, to find who uses it still. */
#if defined __has_feature
#define BUILT_WITH(feature) __has_feature(feature)
#else
#define BUILT_WITH(feature) 0
#endif
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__ || \
    BUILT_WITH(address_sanitizer) || BUILT_WITH(thread_sanitizer)
static const double growth_mb = 96;
#else
static const double growth_mb = 8;
#endif

typedef struct soak {
    soak_scene scene;
    char *folder, *config_path;
    cluster *cluster;
    api_server *api;
    churn *churn;
    load *load;
    hostile *hostile;
    extender_usage at_start, warm;
    size_t around_start; /* descriptors at the start, but for those that lead to the API server */
    const char *doing;
    int64_t began_ms, told_ms;
    size_t rounds;
    sigset_t signals;
    bool interrupted; /* somebody wants us to stop */
    bool alone;       /* the extender has ended by itself */
} soak;

/* What is waited for does not come any more, and says nothing. */
static bool is_over(const soak *self)
{
    return self->interrupted || self->alone;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- passing time */

static void tell_progress(soak *self)
{
    const load_counts counts = self->load == NULL ? (load_counts){0} : load_count(self->load);
    const extender_usage usage = extender_child_usage(self->scene.extender);
    verdict_say("round %zu  %-14s answered %" PRIu64 " of %" PRIu64 ", %" PRIu64
                " unread; hostile %" PRIu64 "; changes %zu, faults %" PRIu64 "; %.1f MB, %zu fds",
                self->rounds,
                self->doing,
                counts.answered,
                counts.asked,
                counts.unread,
                self->hostile == NULL ? 0 : hostile_total(self->hostile),
                cluster_version(self->cluster),
                api_server_total(self->api),
                usage.resident_mb,
                usage.descriptors);
}

static bool pass(soak *self, int64_t wait_ms)
{
    const struct timespec wait = {.tv_sec = wait_ms / 1000, .tv_nsec = wait_ms % 1000 * 1000000};
    if (!self->interrupted)
        self->interrupted = sigtimedwait(&self->signals, NULL, &wait) > 0;
    if (now_ms() - self->told_ms >= TELL_MS) {
        tell_progress(self);
        self->told_ms = now_ms();
    }
    return !self->interrupted;
}

typedef bool (*condition)(soak *self, const void *data);

static bool wait_until(soak *self, condition holds, const void *data)
{
    const int64_t until_ms = now_ms() + PATIENCE_MS;
    while (!holds(self, data)) {
        if (now_ms() > until_ms || !pass(self, SLICE_MS) || self->alone)
            return false;
        if (extender_child_wait(self->scene.extender, 0) != -2) {
            claim_broken(CLAIM_ENDED, "it ended by itself");
            self->alone = true;
        }
    }
    return true;
}

/* ---- the configuration */

static void write_config(soak *self, const char *mode, const char *check)
{
    g_autofree char *url = api_server_url(self->api);
    g_autofree char *tls = identities_config(self->scene.identities);
    g_autofree char *text = g_strdup_printf("mode: %s\n"
                                            "reload: {check: %s}\n"
                                            "unknownNodes: fail\n"
                                            "kube: {source: url, url: '%s', listPageSize: 200, "
                                            "stallAfter: 1s}\n"
                                            "limits: {connections: %d, bodyBytes: 1Mi}\n"
                                            "timeouts: {request: 5s, drain: %dms}\n"
                                            "admin: {address: 127.0.0.1, port: 0}\n"
                                            "log: {every: 1}\n"
                                            "%s",
                                            mode,
                                            check,
                                            url,
                                            (int)LIMIT,
                                            (int)DRAIN_MS,
                                            tls);
    if (!g_file_set_contents(self->config_path, text, -1, NULL)) /* writes beside, renames */
        g_error("cannot write %s", self->config_path);
}

static bool is_mode(soak *self, const void *data)
{
    g_autofree char *name = g_strdup_printf("mullion_mode{mode=\"%s\"}", (const char *)data);
    return extender_child_metric(self->scene.extender, name) > 0;
}

typedef struct logged_more {
    log_line line;
    uint64_t than;
} logged_more;

static bool has_logged(soak *self, const void *data)
{
    const logged_more *more = data;
    return extender_child_logged(self->scene.extender, more->line) > more->than;
}

static logged_more mark(const soak *self, log_line line)
{
    return (logged_more){.line = line, .than = extender_child_logged(self->scene.extender, line)};
}

/* The file is not looked at (check: 0s), the signal is what counts. */
static void change_by_signal(soak *self)
{
    atomic_store(&self->scene.modes, MODE_ENFORCE | MODE_OBSERVE);
    write_config(self, "observe", "100ms");
    extender_child_signal(self->scene.extender, SIGHUP);
    const bool changed = wait_until(self, is_mode, "observe");
    (void)claim_check(CLAIM_SIGHUP, changed || is_over(self), "the mode is not observe");
    atomic_store(&self->scene.modes, MODE_OBSERVE);
}

static void make_a_mistake(soak *self)
{
    static const char failures[] = "mullion_config_reloads_total{result=\"failure\"}";
    const double before = extender_child_metric(self->scene.extender, failures);
    const logged_more by_file = mark(self, LOG_MISTAKE);
    write_config(self, "strict", "100ms");
    const bool told = wait_until(self, has_logged, &by_file);
    const logged_more by_signal = mark(self, LOG_MISTAKE);
    extender_child_signal(self->scene.extender, SIGHUP);
    const bool again = wait_until(self, has_logged, &by_signal);
    const double after = extender_child_metric(self->scene.extender, failures);
    (void)claim_check(CLAIM_BROKEN_CONFIGURATION,
                      (told && again && after >= before + 2 && is_mode(self, "observe")) ||
                          is_over(self),
                      "told %d and %d, failures %g and then %g",
                      told,
                      again,
                      before,
                      after);
}

static void change_by_file(soak *self)
{
    atomic_store(&self->scene.modes, MODE_ENFORCE | MODE_OBSERVE);
    write_config(self, "enforce", "0s");
    const bool changed = wait_until(self, is_mode, "enforce");
    (void)claim_check(CLAIM_CHANGED_FILE, changed || is_over(self), "the mode is not enforce");
    atomic_store(&self->scene.modes, MODE_ENFORCE);
}

static void change_configuration(soak *self)
{
    self->doing = "configuration";
    change_by_signal(self);
    make_a_mistake(self);
    change_by_file(self);
}

/* ---- certificates */

/* The serial number that the server shows, "" when the visitor was not let in. */
static char *serial_seen_by(soak *self, const certificate *visitor)
{
    const tls_visit visit = {.as = visitor,
                             .server_ca = identities_server_ca(self->scene.identities),
                             .path = "/filter",
                             .post = "{}"};
    tls_answer answer = tls_once(extender_child_port(self->scene.extender), &visit);
    char *serial = g_strdup(answer.status != 0 ? answer.serial : "");
    tls_answer_clear(&answer);
    return serial;
}

static bool is_let_in(soak *self, const certificate *visitor)
{
    g_autofree char *serial = serial_seen_by(self, visitor);
    return *serial != '\0';
}

static bool shows_another(soak *self, const void *data)
{
    g_autofree char *serial = serial_seen_by(self, identities_client(self->scene.identities));
    return *serial != '\0' && strcmp(serial, data) != 0;
}

static bool has_answered_more(soak *self, const void *data)
{
    return load_count(self->load).answered >= *(const uint64_t *)data;
}

static bool have_stayed(soak *self, const void *data)
{
    return load_count(self->load).stayed >= *(const uint64_t *)data;
}

static void renew(soak *self)
{
    identities *ids = self->scene.identities;
    g_autofree char *before = serial_seen_by(self, identities_client(ids));
    const int64_t began_ms = now_ms();
    identities_renew(ids);
    const bool renewed = wait_until(self, shows_another, before);
    if (claim_check(CLAIM_NEW_CERTIFICATE,
                    renewed || is_over(self),
                    "it still shows %s after %d s",
                    before,
                    PATIENCE_MS / 1000))
        verdict_say("the new certificate is shown after %.1f s",
                    (double)(now_ms() - began_ms) / 1000);
    (void)claim_check(
        CLAIM_BOTH_CAS,
        (is_let_in(self, identities_client(ids)) && is_let_in(self, identities_next_client(ids))) ||
            is_over(self),
        "one of them was not");
}

static void retire(soak *self)
{
    identities *ids = self->scene.identities;
    const logged_more more = mark(self, LOG_CERTIFICATES);
    identities_switch(ids);
    const uint64_t stayed = load_count(self->load).stayed + SOME_ANSWERS;
    identities_retire(ids);
    const bool read = wait_until(self, has_logged, &more);
    const bool last = is_let_in(self, identities_last_client(ids));
    const bool now = is_let_in(self, identities_client(ids));
    (void)claim_check(CLAIM_OLD_CA_OUT,
                      (read && !last && now) || is_over(self),
                      "read %d, the old one let in %d, the new one %d",
                      read,
                      last,
                      now);
    (void)claim_check(CLAIM_CONNECTIONS_STAY,
                      wait_until(self, have_stayed, &stayed) || is_over(self),
                      "no answers over them");
}

static void spoil(soak *self)
{
    identities *ids = self->scene.identities;
    g_autofree char *before = serial_seen_by(self, identities_client(ids));
    const logged_more refused = mark(self, LOG_BROKEN_CERTIFICATES);
    const logged_more taken = mark(self, LOG_CERTIFICATES);
    identities_spoil(ids);
    const bool told = wait_until(self, has_logged, &refused);
    g_autofree char *after = serial_seen_by(self, identities_client(ids));
    identities_mend(ids);
    const bool mended = wait_until(self, has_logged, &taken);
    (void)claim_check(CLAIM_BROKEN_CERTIFICATE,
                      (told && mended && strcmp(before, after) == 0) || is_over(self),
                      "told %d, mended %d, serial %s and then %s",
                      told,
                      mended,
                      before,
                      after);
}

static void change_certificates(soak *self)
{
    self->doing = "certificates";
    renew(self);
    retire(self);
    spoil(self);
}

/* ---- a flood */

static void be_flooded(soak *self)
{
    self->doing = "flood";
    flood *waves = flood_begin(extender_child_port(self->scene.extender), FLOOD);
    const int64_t began_ms = now_ms();
    const uint64_t more = load_count(self->load).answered + SOME_ANSWERS * CLIENTS;
    const bool answered = wait_until(self, has_answered_more, &more);
    if (claim_check(
            CLAIM_FLOOD, answered || is_over(self), "no answers for %d s", PATIENCE_MS / 1000))
        verdict_say("%d answers within %.1f s of %d silent connections",
                    (int)SOME_ANSWERS * CLIENTS,
                    (double)(now_ms() - began_ms) / 1000,
                    (int)FLOOD);
    flood_end(waves);
}

/* ---- quiet */

static bool has_no_connections(soak *self, const void *data)
{
    (void)data;
    return extender_child_metric(self->scene.extender, "mullion_connections") == 0;
}

static size_t descriptors_around(const soak *self)
{
    return extender_child_usage(self->scene.extender).descriptors -
           api_server_connections(self->api);
}

static bool has_few_descriptors(soak *self, const void *data)
{
    (void)data;
    return descriptors_around(self) <= self->around_start;
}

static bool has_counted(soak *self, const void *data)
{
    (void)data;
    return extender_child_metric(self->scene.extender, "mullion_request_duration_seconds_count") ==
           (double)extender_child_decisions(self->scene.extender);
}

static void look_at_rest(soak *self)
{
    (void)wait_until(self, has_no_connections, NULL);
    const bool few = wait_until(self, has_few_descriptors, NULL);
    const extender_usage usage = extender_child_usage(self->scene.extender);
    (void)claim_check(CLAIM_DESCRIPTORS,
                      few || is_over(self),
                      "%zu, at the start %zu, but for those to the API server",
                      descriptors_around(self),
                      self->around_start);
    (void)claim_check(CLAIM_THREADS,
                      usage.threads == self->at_start.threads,
                      "%zu, at the start %zu",
                      usage.threads,
                      self->at_start.threads);
    (void)claim_check(CLAIM_COUNTED,
                      wait_until(self, has_counted, NULL) || is_over(self),
                      "the metrics say other than %" PRIu64,
                      extender_child_decisions(self->scene.extender));
    verdict_say("at rest: %.1f MB (peak %.1f), %zu descriptors, %zu threads",
                usage.resident_mb,
                usage.peak_mb,
                usage.descriptors,
                usage.threads);
}

static void be_quiet(soak *self)
{
    self->doing = "quiet";
    churn_pause(self->churn);
    api_server_quiet(self->api, true);
    (void)claim_check(CLAIM_CAUGHT_UP,
                      load_ask_until_true(&self->scene, PATIENCE_MS),
                      "not within %d s, at version %zu",
                      PATIENCE_MS / 1000,
                      cluster_version(self->cluster));
    load_pause(self->load);
    hostile_pause(self->hostile);
    look_at_rest(self);
}

static void go_on(soak *self)
{
    api_server_quiet(self->api, false);
    churn_resume(self->churn);
    hostile_resume(self->hostile);
    load_resume(self->load);
}

/* ---- rounds */

static bool is_warm(soak *self, const void *data)
{
    (void)data;
    return extender_child_decisions(self->scene.extender) >= WARM_DECISIONS &&
           hostile_tried_all(self->hostile);
}

static bool has_failed_in_every_way(soak *self, const void *data)
{
    (void)data;
    return api_server_kinds(self->api) == FAULTS;
}

static void play_round(soak *self)
{
    change_certificates(self);
    change_configuration(self);
    be_flooded(self);
    if (self->rounds == 0) {
        self->doing = "warming up";
        (void)wait_until(self, is_warm, NULL);
    }
    be_quiet(self);
    if (self->rounds == 0)
        self->warm = extender_child_usage(self->scene.extender);
    self->rounds++;
}

static bool is_time_left(const soak *self, int64_t seconds)
{
    return self->rounds < ROUNDS_MIN || now_ms() - self->began_ms < seconds * 1000;
}

static void play_rounds(soak *self, int64_t seconds)
{
    for (bool more = true; more && !is_over(self);) {
        play_round(self);
        more = is_time_left(self, seconds);
        if (more)
            go_on(self);
    }
    const extender_usage usage = extender_child_usage(self->scene.extender);
    (void)claim_check(CLAIM_MEMORY,
                      usage.resident_mb <= self->warm.resident_mb + growth_mb || is_over(self),
                      "%.1f MB, after the warm-up %.1f, %g more allowed",
                      usage.resident_mb,
                      self->warm.resident_mb,
                      growth_mb);
    verdict_say("memory: %.1f MB after the warm-up, %.1f at the end, %g more allowed",
                self->warm.resident_mb,
                usage.resident_mb,
                growth_mb);
    go_on(self);
}

/* ---- the end */

static void check_log(soak *self)
{
    const double dropped =
        extender_child_metric(self->scene.extender, "mullion_log_lines_dropped_total");
    const uint64_t foreign = extender_child_foreign(self->scene.extender);
    (void)claim_check(CLAIM_LOG_WHOLE,
                      dropped == 0 && foreign == 0,
                      "%g dropped, %" PRIu64 " that are no JSON",
                      dropped,
                      foreign);
}

/* Answers that were lost: cut short, never given, or given to nobody. */
static uint64_t lost_answers(void)
{
    return claim_faults(CLAIM_ANSWERED) + claim_faults(CLAIM_UNREAD) +
           claim_faults(CLAIM_DECIDED_ONCE);
}

static void stop_under_load(soak *self)
{
    const uint64_t lost = lost_answers();
    const uint64_t more = load_count(self->load).answered + SOME_ANSWERS * CLIENTS;
    self->doing = "the end";
    load *crowd = load_start(&self->scene, CROWD, true);
    (void)wait_until(self, has_answered_more, &more);
    check_log(self);
    const int64_t began_ms = now_ms();
    atomic_store(&self->scene.ending, true);
    extender_child_signal(self->scene.extender, SIGTERM);
    const int status = extender_child_wait(self->scene.extender, DRAIN_MS + PATIENCE_MS);
    const int64_t took_ms = now_ms() - began_ms;
    load_stop(self->load);
    load_stop(crowd);
    hostile_stop(self->hostile);
    extender_child_finish_log(self->scene.extender);
    load_settle(self->load);
    load_settle(crowd);
    verdict_say("%" PRIu64 " answers to a crowd of %d, %" PRIu64 " unread",
                load_count(crowd).answered,
                (int)CROWD,
                load_count(crowd).unread);
    load_free(crowd);
    (void)claim_check(CLAIM_DRAINED,
                      lost_answers() == lost &&
                          extender_child_logged(self->scene.extender, LOG_STOPPED) == 1,
                      "%" PRIu64 " answers lost, or requests left in flight",
                      lost_answers() - lost);
    (void)claim_check(CLAIM_ENDED, status == 0, "status %d", status);
    verdict_say("ended %.1f s after SIGTERM with status %d", (double)took_ms / 1000, status);
}

static void report(soak *self)
{
    const load_counts counts = load_count(self->load);
    hostile_report(self->hostile);
    for (size_t i = 0; i < FAULTS; i++)
        verdict_row("API server",
                    api_fault_name((api_fault)i),
                    api_server_faults(self->api, (api_fault)i),
                    0);
    verdict_say("%" PRIu64 " questions, %" PRIu64 " answers, %" PRIu64
                " asked again (connection ended, unread), %" PRIu64 " shed (503), %" PRIu64
                " connections, %" PRIu64 " handshakes tried again",
                counts.asked,
                counts.answered,
                counts.unread,
                counts.shed,
                counts.connections,
                counts.refused);
}

/* ---- the beginning */

static bool is_ready(soak *self, const void *data)
{
    (void)data;
    return extender_child_probe(self->scene.extender, "/readyz") == 200;
}

/* False when there is nothing to put under load. */
static bool begin(soak *self)
{
    self->folder = scratch_new();
    self->config_path = g_build_filename(self->folder, "config.yaml", NULL);
    self->cluster = cluster_new();
    self->api = api_server_start(self->cluster);
    api_server_quiet(self->api, true);
    self->scene.cluster = self->cluster;
    self->scene.api = self->api;
    self->scene.identities = identities_new(self->folder);
    atomic_store(&self->scene.modes, MODE_ENFORCE);
    write_config(self, "enforce", "0s");
    self->doing = "start";
    self->scene.extender = extender_child_start(self->config_path);
    if (self->scene.extender == NULL || !wait_until(self, is_ready, NULL) ||
        !wait_until(self, has_no_connections, NULL))
        return false;
    self->at_start = extender_child_usage(self->scene.extender);
    self->around_start = descriptors_around(self);
    verdict_say("mullion-extender is ready: %.1f MB, %zu descriptors, %zu threads",
                self->at_start.resident_mb,
                self->at_start.descriptors,
                self->at_start.threads);
    self->churn = churn_start(self->cluster);
    self->load = load_start(&self->scene, CLIENTS, false);
    self->hostile = hostile_start(&self->scene);
    api_server_quiet(self->api, false);
    return true;
}

static void end(soak *self)
{
    churn_free(self->churn);
    hostile_free(self->hostile);
    load_free(self->load);
    extender_child_free(self->scene.extender);
    api_server_free(self->api);
    identities_free(self->scene.identities);
    cluster_free(self->cluster);
    g_free(self->config_path);
    scratch_remove(self->folder);
}

/* Waited for by pass(): no handler, and no thread but this one is interrupted. */
static void block_signals(soak *self)
{
    sigemptyset(&self->signals);
    sigaddset(&self->signals, SIGINT);
    sigaddset(&self->signals, SIGTERM);
    sigaddset(&self->signals, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, &self->signals, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

static bool play(soak *self, int64_t seconds)
{
    play_rounds(self, seconds);
    self->doing = "last faults";
    (void)wait_until(self, has_failed_in_every_way, NULL);
    stop_under_load(self);
    if (self->interrupted)
        return false;
    report(self);
    if (verdict_print())
        return true;
    g_autofree char *lines = extender_child_last_lines(self->scene.extender);
    printf("the extender's last lines:\n%s", lines);
    return false;
}

int main(int argc, char **argv)
{
    static soak self;
    const int64_t seconds = argc > 1 ? g_ascii_strtoll(argv[1], NULL, 10) : SECONDS;
    if (argc > 2 || seconds <= 0) {
        (void)fprintf(stderr, "usage: soak [SECONDS]\n");
        return EXIT_USAGE;
    }
    block_signals(&self);
    self.began_ms = self.told_ms = now_ms();
    const bool good = begin(&self) && play(&self, seconds);
    end(&self);
    if (self.interrupted)
        printf("interrupted\n");
    return good ? 0 : EXIT_FOUND;
}
