/* SPDX-License-Identifier: Apache-2.0 */
#include "extender/metrics.h"
#include "tests/support/expect.h"
#include "tests/support/extender_service.h"

#include <poll.h>
#include <string.h>

static const char cluster[] =
    "{apiVersion: v1, kind: Node, metadata: {name: lin, labels: {kubernetes.io/os: linux}}}\n"
    "---\n"
    "{apiVersion: v1, kind: Node, metadata: {name: win, labels: {kubernetes.io/os: windows}}}\n";

#define POD(spec, names)                                                          \
    "{\"Pod\":{\"metadata\":{\"name\":\"p\",\"namespace\":\"n\"},\"spec\":{" spec \
    "\"containers\":[{\"name\":\"c\",\"image\":\"redis\"}]}},\"NodeNames\":[" names "]}"
#define ALL POD("", "\"lin\",\"win\",\"new\"")

static extender_service *service_with(const char *config)
{
    g_autofree char *path = write_temporary("nodes.yaml", cluster);
    g_autofree char *text = g_strdup_printf("nodes: {path: %s, check: 1h}\n%s", path, config);
    return extender_service_new(text);
}

static void ask(extender_service *service, const char *verb, const char *body)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    mn_str answer;
    (void)extender_service_try(service, arena, verb, mn_str_of(body), &answer);
}

static char *page_of(extender_service *service)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    const mn_http_request request = {.arena = arena, .method = "GET", .path = "/metrics"};
    mn_http_reply reply = {.status = 200};
    ext_handle_metrics(&request, &reply, &service->service);
    EXPECT_STR(reply.content_type, "text/plain; version=0.0.4; charset=utf-8");
    EXPECT_INT((int64_t)reply.count, 1);
    return g_strndup(reply.spans[0].ptr, reply.spans[0].len);
}

static void says(const char *page, const char *line)
{
    g_autofree char *whole = g_strdup_printf("\n%s\n", line);
    g_autofree char *text = g_strdup_printf("no line \"%s\"", line);
    expect_true(strstr(page, whole) != NULL, text, __FILE__, __LINE__);
}

static void a_request_is_counted_in_every_way(void)
{
    g_autoptr(extender_service) service = service_with("");
    ask(service, "filter", ALL);
    ask(service, "filter", ALL);
    ask(service, "prioritize", ALL);
    ask(service, "filter", "{");
    ask(service, "filter", POD("", "\"win\""));
    ask(service,
        "preempt",
        "{\"Pod\":{\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[]}},"
        "\"NodeNameToMetaVictims\":{\"win\":{\"Pods\":[{\"UID\":\"u\"}]}}}");
    g_autofree char *page = page_of(service);
    says(page, "mullion_request_duration_seconds_count{verb=\"filter\",outcome=\"ok\"} 3");
    says(page, "mullion_request_duration_seconds_count{verb=\"filter\",outcome=\"refused\"} 1");
    says(page, "mullion_request_duration_seconds_count{verb=\"preempt\",outcome=\"ok\"} 1");
    says(page, "mullion_nodes_in_total{verb=\"filter\"} 7");
    says(page, "mullion_nodes_out_total{verb=\"filter\"} 4");
    says(page, "mullion_nodes_rejected_total{verb=\"filter\",reason=\"needs_linux\"} 3");
    says(page, "mullion_nodes_rejected_total{verb=\"preempt\",reason=\"needs_linux\"} 1");
    says(page, "mullion_nodes_would_reject_total{verb=\"filter\",reason=\"needs_linux\"} 0");
    says(page, "mullion_nodes_unknown_total{verb=\"filter\"} 2");
    says(page, "mullion_requests_none_left_total{verb=\"filter\"} 1");
    says(page, "mullion_cache_nodes 2");
    says(page, "mullion_cache_synced 1");
    says(page, "mullion_ready 1");
    says(page, "mullion_mode{mode=\"enforce\"} 1");
    says(page, "mullion_mode{mode=\"observe\"} 0");
}

static void observing_counts_what_would_have_been(void)
{
    g_autoptr(extender_service) service = service_with("mode: observe");
    ask(service, "filter", ALL);
    g_autofree char *page = page_of(service);
    says(page, "mullion_nodes_out_total{verb=\"filter\"} 3");
    says(page, "mullion_nodes_rejected_total{verb=\"filter\",reason=\"needs_linux\"} 0");
    says(page, "mullion_nodes_would_reject_total{verb=\"filter\",reason=\"needs_linux\"} 1");
}

static void pods_out_of_the_ordinary_are_counted(void)
{
    g_autoptr(extender_service) service = service_with("exempt: {namespaces: ['n']}");
    ask(service, "filter", ALL);
    ask(service, "filter", POD("\"os\":{\"name\":\"linux\"},\"hostNetwork\":true,", "\"lin\""));
    g_autofree char *page = page_of(service);
    says(page, "mullion_pods_exempt_total{verb=\"filter\",by=\"namespace\"} 2");
    says(page, "mullion_pods_exempt_total{verb=\"filter\",by=\"own\"} 0");
    says(page, "mullion_nodes_would_reject_total{verb=\"filter\",reason=\"needs_linux\"} 1");
    g_autoptr(extender_service) torn = service_with("");
    ask(torn,
        "filter",
        "{\"Pod\":{\"metadata\":{\"name\":\"p\"},\"spec\":{\"os\":{\"name\":\"linux\"},\"containers\":[{"
        "\"name\":\"c\",\"image\":\"mcr.microsoft.com/windows/nanoserver:ltsc2022\"}]}},"
        "\"NodeNames\":[\"lin\"]}");
    g_autofree char *other = page_of(torn);
    says(other, "mullion_pods_conflicting_total{verb=\"filter\"} 1");
}

static void stale_nodes_are_counted_whether_used_or_not(void)
{
    static const struct {
        const char *then, *outcome;
    } rows[] = {{"use", "ok"}, {"pass", "ok"}, {"fail", "untrusted"}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *config =
            g_strdup_printf("cache: {staleAfter: 1ms, whenStale: %s}", rows[i].then);
        g_autofree char *line = g_strdup_printf(
            "mullion_request_duration_seconds_count{verb=\"filter\",outcome=\"%s\"} 1",
            rows[i].outcome);
        g_autoptr(extender_service) service = service_with(config);
        poll(NULL, 0, 5);
        ask(service, "filter", ALL);
        g_autofree char *page = page_of(service);
        says(page, "mullion_requests_untrusted_total{verb=\"filter\",cache=\"stale\"} 1");
        says(page, "mullion_cache_stale 1");
        says(page, line);
    }
}

static void what_the_server_refuses_is_counted_by_cause(void)
{
    ext_metrics metrics = {0};
    static const unsigned statuses[] = {413, 503, 503, 0, 404, 405, 415, 400, 411, 418};
    for (size_t i = 0; i < G_N_ELEMENTS(statuses); i++)
        ext_metrics_refused(&metrics, statuses[i]);
    g_autofree char *page = ext_metrics_print(&metrics);
    says(page, "mullion_requests_shed_total{limit=\"body\"} 1");
    says(page, "mullion_requests_shed_total{limit=\"bodies\"} 2");
    says(page, "mullion_requests_shed_total{limit=\"time\"} 1");
    says(page, "mullion_requests_invalid_total{code=\"404\"} 1");
    says(page, "mullion_requests_invalid_total{code=\"other\"} 1");
}

static void what_is_asked_of_an_api_server_is_counted_by_resource(void)
{
    ext_metrics metrics = {0};
    const ext_store_stats stats = {
        .watching = true,
        .count = 2,
        .collections = {{.name = "runtimeclasses", .objects = 2},
                        {.name = "nodes",
                         .objects = 5000,
                         .watch = {.synced = true, .lists = 2, .watches = 7, .expired = 1}}},
        .snapshots = 9};
    ext_metrics_of_watch(&metrics, &stats);
    g_autofree char *page = ext_metrics_print(&metrics);
    says(page, "mullion_watch_objects{resource=\"nodes\"} 5000");
    says(page, "mullion_watch_objects{resource=\"runtimeclasses\"} 2");
    says(page, "mullion_watch_synced{resource=\"nodes\"} 1");
    says(page, "mullion_watch_synced{resource=\"pods\"} 0");
    says(page, "mullion_watch_lists_total{resource=\"nodes\"} 2");
    says(page, "mullion_watch_starts_total{resource=\"nodes\"} 7");
    says(page, "mullion_watch_expired_total{resource=\"nodes\"} 1");
    says(page, "mullion_cache_snapshots_total 9");
}

static void reloads_are_counted(void)
{
    ext_metrics metrics = {0};
    ext_metrics_started(&metrics);
    ext_metrics_reloaded(&metrics, true, 2);
    ext_metrics_reloaded(&metrics, false, 0);
    g_autofree char *page = ext_metrics_print(&metrics);
    says(page, "mullion_config_reloads_total{result=\"success\"} 1");
    says(page, "mullion_config_reloads_total{result=\"failure\"} 1");
    says(page, "mullion_config_last_reload_successful 0");
    says(page, "mullion_config_restart_required_keys 2");
    EXPECT_TRUE(strstr(page, "mullion_config_last_reload_success_timestamp_seconds 1") != NULL);
}

static void the_process_is_described(void)
{
    g_autoptr(extender_service) service = service_with("");
    g_autofree char *page = page_of(service);
    static const char *const names[] = {"process_resident_memory_bytes",
                                        "process_virtual_memory_bytes",
                                        "process_open_fds",
                                        "process_max_fds",
                                        "process_cpu_seconds_total"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *line = g_strdup_printf("\n%s ", names[i]);
        const char *at = strstr(page, line);
        EXPECT_TRUE(at != NULL && g_ascii_strtod(at + strlen(line), NULL) > 0);
    }
}

/* ---- the format, as strict as Prometheus and its linter are */

typedef struct family {
    char *name, *type;
    GHashTable *samples;      /* names with labels */
    double bucket, bucket_le; /* the last one */
    char *series;             /* its labels but for le */
} family;

static void faulty(bool holds, const char *line)
{
    expect_true(holds, line, __FILE__, __LINE__);
}

/* Behind the word; NULL when it is none. */
static const char *skip_name(const char *at)
{
    size_t len = strspn(at, "abcdefghijklmnopqrstuvwxyz_");
    return len > 0 && *at != '_' ? at + len : NULL;
}

/* `a="x",b="y"}`: behind the brace, *le gets the bound. */
static const char *skip_labels(const char *at, char **le)
{
    for (;;) {
        const char *name = at;
        at = skip_name(at);
        if (at == NULL || strncmp(at, "=\"", 2) != 0)
            return NULL;
        const char *value = at + 2;
        at = value + strcspn(value, "\"\\\n");
        if (*at != '"')
            return NULL;
        if (strncmp(name, "le=", 3) == 0)
            *le = g_strndup(value, (gsize)(at - value));
        at++;
        if (*at == '}')
            return at + 1;
        if (*at++ != ',')
            return NULL;
    }
}

static void check_bucket(family *in, const char *line, const char *le, double value)
{
    g_autofree char *series = g_strndup(line, strcspn(line, "}"));
    char *bound_at = strstr(series, "le=\"");
    faulty(bound_at != NULL, line);
    if (bound_at == NULL)
        return;
    *bound_at = '\0';
    bool first = g_strcmp0(in->series, series) != 0;
    double bound =
        g_strcmp0(le, "+Inf") == 0 ? HUGE_VAL : g_ascii_strtod(le != NULL ? le : "", NULL);
    faulty(first || (bound > in->bucket_le && value >= in->bucket), line);
    g_free(in->series);
    in->series = g_steal_pointer(&series);
    in->bucket_le = bound;
    in->bucket = value;
}

static void check_sample(family *in, const char *line)
{
    g_autofree char *le = NULL;
    const char *at = skip_name(line);
    size_t name_len = strlen(in->name);
    faulty(at != NULL && strncmp(line, in->name, name_len) == 0, line);
    g_autofree char *suffix = g_strndup(line + name_len, (gsize)(at - line) - name_len);
    if (*at == '{')
        at = skip_labels(at + 1, &le);
    faulty(at != NULL && *at == ' ', line);
    char *end = NULL;
    double value = g_ascii_strtod(at + 1, &end);
    faulty(end > at + 1 && *end == '\0', line);
    faulty(g_hash_table_add(in->samples, g_strndup(line, (gsize)(at - line))), line);
    bool histogram = g_str_equal(in->type, "histogram");
    faulty(histogram ? strstr("_bucket_sum_count", suffix) != NULL && *suffix != '\0'
                     : *suffix == '\0' && le == NULL,
           line);
    if (g_str_equal(suffix, "_bucket"))
        check_bucket(in, line, le, value);
    if (g_str_equal(suffix, "_count"))
        faulty(in->bucket_le == HUGE_VAL && in->bucket == value, line);
}

static void begin_family(family *in, GHashTable *seen, const char *help)
{
    g_autofree char *name = g_strndup(help, strcspn(help, " "));
    faulty(strlen(help) > strlen(name) + 10, help);
    faulty(g_hash_table_add(seen, g_strdup(name)), help);
    g_free(in->name);
    in->name = g_steal_pointer(&name);
    g_hash_table_remove_all(in->samples);
}

static void check_type(family *in, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    faulty(g_strv_length(words) == 2 && g_str_equal(words[0], in->name), text);
    g_free(in->type);
    in->type = g_strdup(words[1]);
    bool total = g_str_has_suffix(in->name, "_total");
    faulty(total == g_str_equal(in->type, "counter"), text);
}

static void every_line_of_the_page_is_well_formed(void)
{
    g_autoptr(extender_service) service = service_with("");
    for (int i = 0; i < 20; i++)
        ask(service, i % 2 == 0 ? "filter" : "prioritize", ALL);
    g_autofree char *page = page_of(service);
    EXPECT_TRUE(g_str_has_suffix(page, "\n"));
    g_auto(GStrv) lines = g_strsplit(g_strchomp(page), "\n", -1);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    family in = {.samples = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
    for (size_t i = 0; lines[i] != NULL; i++) {
        if (g_str_has_prefix(lines[i], "# HELP "))
            begin_family(&in, seen, lines[i] + 7);
        else if (g_str_has_prefix(lines[i], "# TYPE "))
            check_type(&in, lines[i] + 7);
        else
            check_sample(&in, lines[i]);
    }
    EXPECT_TRUE(g_hash_table_size(seen) > 25);
    g_hash_table_destroy(in.samples);
    g_free(in.name);
    g_free(in.type);
    g_free(in.series);
}

static void the_reference_is_up_to_date(void)
{
    g_autofree char *docs = ext_metrics_print_docs();
    g_autofree char *file = NULL;
    EXPECT_TRUE(g_file_get_contents("docs/METRICS.md", &file, NULL, NULL));
    EXPECT_TRUE(g_strcmp0(docs, file) == 0); /* mullion-extender --print-metrics > ... */
}

/* Every word in the file that begins like a metric of ours is one. */
static void names_only_metrics_that_exist(const char *path)
{
    g_autofree char *text = NULL, *docs = ext_metrics_print_docs();
    EXPECT_TRUE(g_file_get_contents(path, &text, NULL, NULL));
    size_t found = 0;
    for (const char *at = text; text != NULL && (at = strstr(at, "mullion_")) != NULL; found++) {
        size_t len = strspn(at, "abcdefghijklmnopqrstuvwxyz_");
        g_autofree char *name = g_strndup(at, len);
        static const char *const suffixes[] = {"_bucket", "_sum", "_count"};
        for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++)
            if (g_str_has_suffix(name, suffixes[i]) && strstr(name, "duration_seconds_") != NULL)
                name[strlen(name) - strlen(suffixes[i])] = '\0';
        g_autofree char *cell = g_strdup_printf("| `%s` |", name);
        g_autofree char *complaint = g_strdup_printf("%s: there is no metric %s", path, name);
        expect_true(strstr(docs, cell) != NULL, complaint, __FILE__, __LINE__);
        at += len;
    }
    EXPECT_TRUE(found > 3);
}

static void dashboard_rules_and_runbook_use_what_there_is(void)
{
    names_only_metrics_that_exist("deploy/monitoring/dashboard.json");
    names_only_metrics_that_exist("deploy/monitoring/alerts.yaml");
}

/* Each alert has a heading of its name in the runbook, and links to it. */
static void every_alert_has_its_place_in_the_runbook(void)
{
    g_autofree char *rules = NULL, *runbook = NULL;
    EXPECT_TRUE(g_file_get_contents("deploy/monitoring/alerts.yaml", &rules, NULL, NULL));
    EXPECT_TRUE(g_file_get_contents("docs/RUNBOOK.md", &runbook, NULL, NULL));
    size_t count = 0;
    for (const char *at = rules; (at = strstr(at, "- alert: ")) != NULL; count++) {
        at += strlen("- alert: ");
        g_autofree char *name = g_strndup(at, strcspn(at, "\n"));
        g_autofree char *heading = g_strdup_printf("\n## %s\n", name);
        g_autofree char *lower = g_ascii_strdown(name, -1);
        g_autofree char *link = g_strdup_printf("RUNBOOK.md#%s", lower);
        expect_true(strstr(runbook, heading) != NULL, name, __FILE__, __LINE__);
        expect_true(strstr(rules, link) != NULL, link, __FILE__, __LINE__);
    }
    EXPECT_TRUE(count > 5);
}

#define TEST(function)      \
    {                       \
#function, function \
    }
CU_TestInfo suite_extender_metrics[] = {
    TEST(a_request_is_counted_in_every_way),
    TEST(observing_counts_what_would_have_been),
    TEST(pods_out_of_the_ordinary_are_counted),
    TEST(stale_nodes_are_counted_whether_used_or_not),
    TEST(what_the_server_refuses_is_counted_by_cause),
    TEST(what_is_asked_of_an_api_server_is_counted_by_resource),
    TEST(reloads_are_counted),
    TEST(the_process_is_described),
    TEST(every_line_of_the_page_is_well_formed),
    TEST(the_reference_is_up_to_date),
    TEST(dashboard_rules_and_runbook_use_what_there_is),
    TEST(every_alert_has_its_place_in_the_runbook),
    CU_TEST_INFO_NULL,
};
