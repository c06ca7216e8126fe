/* SPDX-License-Identifier: Apache-2.0 */
#include "extender/scheduler_config.h"
#include "tests/support/expect.h"

#include <string.h>

#define HEAD "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n"
#define GOOD                                                                              \
    "urlPrefix: 'http://127.0.0.1:8888', filterVerb: filter, prioritizeVerb: prioritize," \
    " preemptVerb: preempt, weight: 13, nodeCacheCapable: true, httpTimeout: 500ms"
#define ALL_NODES "percentageOfNodesToScore: 100\n"

/* The codes of what is found, with blanks, notes left out. */
static char *codes_of(const char *text, size_t *found)
{
    const mn_source source = {.name = "s.yaml", .bytes = text, .len = strlen(text)};
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    GString *codes = g_string_new(NULL);
    *found = 0;
    if (!ext_scheduler_check(&source, out, found, &error)) {
        g_string_assign(codes, error->message);
        return g_string_free(codes, FALSE);
    }
    g_auto(GStrv) lines = g_strsplit(g_strchomp(out->str), "\n", -1);
    for (size_t i = 0; lines[i] != NULL; i++) {
        const char *code = strstr(lines[i], ": M");
        EXPECT_TRUE(g_str_has_prefix(lines[i], "s.yaml: ") && code != NULL);
        if (code != NULL && strstr(lines[i], " note: ") == NULL)
            g_string_append_printf(codes, "%s%.3s", codes->len > 0 ? " " : "", code + 2);
    }
    return g_string_free(codes, FALSE);
}

static void finds(const char *text, const char *want)
{
    size_t found, words = *want == '\0' ? 0 : 1;
    g_autofree char *got = codes_of(text, &found);
    EXPECT_STR(got, want);
    for (const char *at = want; *at != '\0'; at++)
        words += *at == ' ' ? 1 : 0;
    EXPECT_INT((int64_t)found, (int64_t)words);
}

static void of_extender(const char *entry, const char *want)
{
    g_autofree char *text = g_strdup_printf(HEAD ALL_NODES "extenders: [{%s}]\n", entry);
    finds(text, want);
}

static void each_trap_is_found(void)
{
    of_extender(GOOD, "");
    of_extender(GOOD ", ignorable: true", "");
    of_extender("urlPrefix: 'http://127.0.0.1:8888', filterVerb: filter, preemptVerb: preempt,"
                " httpTimeout: 1s",
                "M01");
    of_extender("urlPrefix: 'http://[::1]:8888', preemptVerb: preempt, httpTimeout: 1s,"
                " nodeCacheCapable: true",
                "M02");
    of_extender("urlPrefix: 'http://127.0.0.1:8888', filterVerb: predicates, preemptVerb: preempt,"
                " httpTimeout: 1s, nodeCacheCapable: true",
                "M03");
    of_extender(GOOD ", bindVerb: bind", "M04");
    of_extender("urlPrefix: 'https://x:1', filterVerb: filter, preemptVerb: preempt,"
                " httpTimeout: 1s, nodeCacheCapable: true, enableHTTPS: true",
                "M05 M08");
    of_extender("urlPrefix: 'https://x:1', filterVerb: filter, preemptVerb: preempt,"
                " httpTimeout: 1s, nodeCacheCapable: true, enableHTTPS: true,"
                " tlsConfig: {caFile: a, certFile: b, keyFile: c}",
                "");
    of_extender("urlPrefix: 'http://x:1', filterVerb: filter, preemptVerb: preempt,"
                " httpTimeout: 1s, nodeCacheCapable: true",
                "M06");
    of_extender("urlPrefix: 'http://127.0.0.1:1', filterVerb: filter, preemptVerb: preempt,"
                " httpTimeout: 1s, nodeCacheCapable: true, enableHTTPS: true,"
                " tlsConfig: {caFile: a, certFile: b, keyFile: c}",
                "M07");
    of_extender("urlPrefix: 'http://127.0.0.1:1', filterVerb: filter, prioritizeVerb: prioritize,"
                " weight: 12, nodeCacheCapable: true",
                "M09 M10 M11");
    of_extender("urlPrefix: 'https://x:1', filterVerb: filter, preemptVerb: preempt,"
                " httpTimeout: 1s, nodeCacheCapable: true, enableHTTPS: true,"
                " tlsConfig: {caFile: a, certFile: b}",
                "M08");
    of_extender("urlPrefix: '127.0.0.1:8888', filterVerb: filter, preemptVerb: preempt,"
                " httpTimeout: 1s, nodeCacheCapable: true",
                "M18");
    of_extender("urlPrefix: 'http://127.0.0.1:8888', filterVerb: filter, preemptVerb: preempt,"
                " httpTimeout: 49ms, nodeCacheCapable: true",
                "M22");
    of_extender("urlPrefix: 'http://127.0.0.1:8888', filterVerb: filter, preemptVerb: preempt,"
                " httpTimeout: 50ms, nodeCacheCapable: true",
                "");
    of_extender("urlPrefix: 'http://127.0.0.1:8888', filterVerb: filter, preemptVerb: preempt,"
                " httpTimeout: 0s, nodeCacheCapable: true",
                "M11");
    of_extender(GOOD ", managedResources: [{name: example.com/gpu}]", "M12");
    finds(HEAD, "M13 M14");
    finds(HEAD "extenders: [{" GOOD "}]\n", "M14");
}

/* An entry without fault but for its urlPrefix. */
static void of_url(const char *url, const char *want)
{
    g_autofree char *entry = g_strdup_printf(
        "urlPrefix: '%s', filterVerb: filter, preemptVerb: preempt, httpTimeout: 1s,"
        " nodeCacheCapable: true, tlsConfig: {caFile: a, certFile: b, keyFile: c}",
        url);
    of_extender(entry, want);
}

/* Without enableHTTPS, Go asks the CAs of the machine. */
static void whom_kube_scheduler_believes_is_up_to_the_ca(void)
{
#define HTTPS                                                                              \
    "urlPrefix: 'https://x:1', filterVerb: filter, preemptVerb: preempt, httpTimeout: 1s," \
    " nodeCacheCapable: true, tlsConfig: {certFile: b, keyFile: c"
    of_extender(HTTPS ", caFile: a}, enableHTTPS: true", "");
    of_extender(HTTPS ", caData: YQ==}, enableHTTPS: true", "");
    of_extender(HTTPS ", caFile: a}", "");
    of_extender(HTTPS "}, enableHTTPS: true", "M05");
    of_extender(HTTPS ", caFile: ''}, enableHTTPS: true", "M05");
    of_extender(HTTPS ", insecure: true}", "M05");
    of_extender(HTTPS ", insecure: true, caFile: a}, enableHTTPS: true", "M05");
    of_extender(HTTPS "}", "M19");
    of_extender(HTTPS "}, enableHTTPS: false", "M19");
    of_extender("urlPrefix: 'https://x:1', filterVerb: filter, preemptVerb: preempt,"
                " httpTimeout: 1s, nodeCacheCapable: true",
                "M08 M19");
    of_extender("urlPrefix: 'http://127.0.0.1:1', filterVerb: filter, preemptVerb: preempt,"
                " httpTimeout: 1s, nodeCacheCapable: true, enableHTTPS: true,"
                " tlsConfig: {insecure: true}",
                "M07");
#undef HTTPS
}

static void it_is_the_host_that_says_how_far_plain_http_goes(void)
{
    of_url("http://127.0.0.1:8888", "");
    of_url("http://127.1.2.3:8888/mullion", "");
    of_url("http://localhost:8888", "");
    of_url("HTTP://LocalHost", "");
    of_url("http://[::1]:8888/", "");
    of_url("http://[0:0:0:0:0:0:0:1]", "");
    of_url("http://127.evil.com", "M06");
    of_url("http://127.0.0.1.evil.com:8888", "M06");
    of_url("http://localhost.evil.com", "M06");
    of_url("http://127.0.0.1@evil.com", "M06");
    of_url("http://[::2]:8888", "M06");
    of_url("http://10.0.0.1/127.0.0.1", "M06");
    of_url("HTTP://10.0.0.1", "M06");
    of_url("https://10.0.0.1", "");
    of_url("HTTPS://10.0.0.1", "");
}

static void what_is_no_url_cannot_be_called(void)
{
    of_url("", "M18");
    of_url("127.0.0.1:8888", "M18");
    of_url("ftp://127.0.0.1", "M18");
    of_url("http:127.0.0.1", "M18");
    of_url("http:///mullion", "M18");
    of_url("http://[::1", "M18");
    of_url("http://127.0.0.1:port", "M18");
    of_url("http://127.0.0.1/%ff\303\244", "");
}

static void kube_scheduler_puts_the_verb_behind_the_prefix(void)
{
    of_url("http://127.0.0.1:8888/filter", "M23");
    of_url("http://127.0.0.1:8888/mullion/prioritize//", "M23");
    of_url("https://x/preempt", "M23");
    of_url("http://127.0.0.1:8888/?a=b", "M23");
    of_url("http://127.0.0.1:8888?", "M23");
    of_url("http://127.0.0.1:8888/mullion#a", "M23");
    of_url("http://127.0.0.1:8888/myfilter", "");
    of_url("http://127.0.0.1:8888/filter/mullion/", "");
    of_url("https://filter", "");
    of_url("https://x/bind", "");
}

/* How often a code is there, notes as well. */
static void tells(const char *text, const char *code, int64_t want)
{
    const mn_source source = {.name = "s.yaml", .bytes = text, .len = strlen(text)};
    g_autoptr(GString) out = g_string_new(NULL);
    size_t found = 0;
    EXPECT_TRUE(ext_scheduler_check(&source, out, &found, NULL));
    int64_t count = 0;
    for (const char *at = out->str; (at = strstr(at, code)) != NULL; at++)
        count++;
    EXPECT_INT(count, want);
}

static void entries(const char *text, const char *want, int64_t not_judged)
{
    g_autofree char *file = g_strdup_printf(HEAD ALL_NODES "extenders: [%s]\n", text);
    finds(file, want);
    tells(file, " M20 note: ", not_judged);
}

static void other_peoples_extenders_are_not_judged(void)
{
#define OURS   "{" GOOD "}"
#define BINDER "{urlPrefix: 'http://10.0.0.1', filterVerb: sift, bindVerb: bind, ignorable: true}"
#define GPUS   "{urlPrefix: 'http://10.0.0.2', managedResources: [{name: example.com/gpu}]}"
#define OTHER  "{urlPrefix: 'http://10.0.0.3', filterVerb: filter}"
    entries(OURS, "", 0);
    entries(OURS ", " BINDER, "", 1);
    entries(GPUS ", " OURS ", " BINDER, "", 2);
    entries(OURS ", " OTHER, "M01 M06 M09 M11", 0);
    /* One of them has to be ours. */
    entries(BINDER, "M01 M03 M04 M06 M09 M11", 0);
    entries(BINDER ", " GPUS, "M01 M03 M04 M06 M09 M11 M01 M02 M06 M09 M11 M12", 0);
    /* Nobody else's is at our place. */
    entries(OURS ", {" GOOD ", bindVerb: bind}", "M04 M24", 0);
}

static void the_same_extender_is_asked_once(void)
{
    entries(OURS ", " OURS, "M24", 0);
    entries(OURS ", " OURS ", " OURS, "M24 M24", 0);
    entries(OURS ", {urlPrefix: 'http://127.0.0.1:8888//', filterVerb: filter, httpTimeout: 1s,"
                 " preemptVerb: preempt, nodeCacheCapable: true}",
            "M24",
            0);
    entries(OURS ", {urlPrefix: 'http://127.0.0.1:8888/b', filterVerb: filter, httpTimeout: 1s,"
                 " preemptVerb: preempt, nodeCacheCapable: true}",
            "",
            0);
    entries(OURS ", " GPUS ", " GPUS, "", 2);
}

static void of_weight(const char *profiles, int weight, const char *want, const char *line)
{
    g_autofree char *file = g_strdup_printf(
        HEAD ALL_NODES "extenders: [{urlPrefix: 'http://[::1]', filterVerb: filter,"
                       " prioritizeVerb: prioritize, preemptVerb: preempt,"
                       " weight: %d, nodeCacheCapable: true, httpTimeout: 500ms}]\n%s",
        weight,
        profiles);
    const mn_source source = {.name = "s.yaml", .bytes = file, .len = strlen(file)};
    g_autoptr(GString) out = g_string_new(NULL);
    size_t found = 0;
    finds(file, want);
    EXPECT_TRUE(ext_scheduler_check(&source, out, &found, NULL));
    EXPECT_TRUE(line == NULL || strstr(out->str, line) != NULL);
}

/* More than the score plugins of the profile together, whatever it is. */
static void a_weight_decides_or_not_in_a_profile(void)
{
#define SCORE(text) "profiles: [{schedulerName: a, plugins: {score: {" text "}}}]\n"
    of_weight(
        "",
        12,
        "M10",
        "s.yaml: extenders[0] (http://[::1]), profile \"default-scheduler\", wants 13 or more:"
        " M10 warning: ");
    of_weight("", 13, "", NULL);
    of_weight(
        SCORE("enabled: [{name: TaintToleration, weight: 100}]"), 13, "M10", "wants 110 or more");
    of_weight(
        SCORE("enabled: [{name: TaintToleration, weight: 100}]"), 109, "M10", "profile \"a\"");
    of_weight(SCORE("enabled: [{name: TaintToleration, weight: 100}]"), 110, "", NULL);
    of_weight(SCORE("enabled: [{name: TaintToleration, weight: 2147483647},"
                    " {name: NodeAffinity, weight: 2147483647}]"),
              13,
              "M10",
              "wants 4294967302 or more");
    of_weight(SCORE("disabled: [{name: '*'}]"), 1, "", NULL);
    of_weight(SCORE("disabled: [{name: TaintToleration}]"), 10, "", NULL);
    of_weight(SCORE("disabled: [{name: TaintToleration}]"), 9, "M10", "wants 10 or more");
    of_weight("profiles: [{schedulerName: a}, {schedulerName: b, plugins: {multiPoint:"
              " {enabled: [{name: ImageLocality, weight: 3}]}}}]\n",
              13,
              "M10",
              "profile \"b\", wants 15 or more");
    of_weight(
        "profiles: [{schedulerName: a}, {schedulerName: b}]\n", 1, "M10 M10", "profile \"b\"");
#undef SCORE
}

/* A Pod of a Deployment needs none: a note. */
static void a_file_without_a_kubeconfig_is_noted(void)
{
    tells(HEAD, " M21 note: ", 1);
    tells(HEAD "clientConnection: {qps: 50}\n", " M21 note: ", 1);
    tells(HEAD "clientConnection: {kubeconfig: ''}\n", " M21 note: ", 1);
    tells(HEAD "clientConnection: {kubeconfig: /k, qps: 50}\n", " M21 note: ", 0);
}

static void refuses(const char *text, const char *error)
{
    size_t found;
    g_autofree char *got = codes_of(text, &found);
    EXPECT_STR(got, error);
}

static void what_kube_scheduler_would_refuse_is_an_error_with_its_place(void)
{
    refuses(HEAD "extenders: [{urlPrefix: 'http://x', fitlerVerb: filter}]\n",
            "s.yaml:3:49: extenders[0].fitlerVerb: unknown field (did you mean \"filterVerb\"?)");
    refuses(HEAD "parallelism: 0\n", "s.yaml:3:14: parallelism: expected 1 or more, found 0");
    refuses(HEAD "healthzBindAddress: ''\n",
            "s.yaml:3:21: healthzBindAddress: unknown field of a KubeSchedulerConfiguration");
    refuses(HEAD "profiles: [{schedulerName: a}, {}]\n",
            "s.yaml:3:32: profiles[1]: required field \"schedulerName\" is missing: only a profile "
            "that is the only one has a default");
    refuses(HEAD "extenders: [{urlPrefix: 'http://x', managedResources: [{name: cpu}]}]\n",
            "s.yaml:3:56: extenders[0].managedResources[0]: expected an extended resource such as "
            "example.com/gpu, found \"cpu\"");
    /* Unknown fields are not the news about these. */
    refuses(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: b}\n",
        "s.yaml:2:7: kind: expected \"KubeSchedulerConfiguration\", found the string \"ConfigMap\"");
    refuses("apiVersion: kubescheduler.config.k8s.io/v1beta3\nkind: KubeSchedulerConfiguration\n"
            "healthzBindAddress: ''\n",
            "s.yaml:1:13: apiVersion: expected \"kubescheduler.config.k8s.io/v1\", found "
            "the string \"kubescheduler.config.k8s.io/v1beta3\"");
    refuses("kind: KubeSchedulerConfiguration\n",
            "s.yaml:1:1: required field \"apiVersion\" is missing");
    refuses("apiVersion: kubescheduler.config.k8s.io/v1\nkind: 5\n",
            "s.yaml:2:7: kind: expected a string, found the number 5");
    refuses("- a\n", "s.yaml:1:1: expected an object with apiVersion and kind, found a list");
    refuses("a: b\n", "s.yaml:1:4: a: unknown field of a KubeSchedulerConfiguration");
    refuses("", "s.yaml: expected a KubeSchedulerConfiguration, found nothing");
}

/* What kube-scheduler is to call is what the extender listens to: HTTPS as soon as it has a
 * certificate, wherever. */
static void what_is_printed_has_no_trap(void)
{
    static const struct row {
        const char *listens, *certificate, *url, *traps;
    } rows[] = {
        {"127.0.0.1", "", "http://127.0.0.1:8888/mullion\n", ""},
        {"::1", "", "http://[::1]:8888/mullion\n", ""},
        {"10.0.0.1", "tls.crt", "https://10.0.0.1:8888/mullion\n", ""},
        {"fd00::1", "tls.crt", "https://[fd00::1]:8888/mullion\n", ""},
        {"127.0.0.1", "tls.crt", "https://127.0.0.1:8888/mullion\n", ""},
        {"0.0.0.0", "tls.crt", "https://127.0.0.1:8888/mullion\n", ""},
        {"::", "tls.crt", "https://[::1]:8888/mullion\n", ""},
        {"10.0.0.1", "", "http://10.0.0.1:8888/mullion\n", "M06"}, /* plainHTTP: anywhere */
    };
    for (size_t i = 0; i < 2 * G_N_ELEMENTS(rows); i++) {
        const struct row *row = &rows[i / 2];
        g_autoptr(ext_config) config = ext_config_new();
        bool closed = i % 2 == 1;
        EXPECT_TRUE(ext_config_set(config, "listen.address", row->listens, "test", NULL));
        EXPECT_TRUE(ext_config_set(config, "tls.certificate", row->certificate, "test", NULL));
        EXPECT_TRUE(ext_config_set(config, "urlPrefix", "/mullion", "test", NULL));
        g_autofree char *text = ext_scheduler_print(config, closed);
        finds(text, row->traps);
        EXPECT_TRUE(strstr(text, closed ? "\n  ignorable: false\n" : "\n  ignorable: true\n") !=
                    NULL);
        EXPECT_TRUE(strstr(text, row->url) != NULL);
        EXPECT_TRUE(strstr(text, "\n# clientConnection:\n#   kubeconfig: /") != NULL);
        EXPECT_TRUE((strstr(text, "caFile") != NULL) == (*row->certificate != '\0'));
    }
}

static void what_has_to_be_put_in_is_said(void)
{
    static const struct row {
        const char *address, *port;
        bool says_address, says_port;
    } rows[] = {
        {"127.0.0.1", "8888", false, false},
        {"127.0.0.1", "0", false, true},
        {"0.0.0.0", "8888", true, false},
        {"::", "0", true, true},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(ext_config) config = ext_config_new();
        EXPECT_TRUE(ext_config_set(config, "listen.address", rows[i].address, "test", NULL));
        EXPECT_TRUE(ext_config_set(config, "listen.port", rows[i].port, "test", NULL));
        g_autofree char *text = ext_scheduler_print(config, false);
        EXPECT_INT(strstr(text, "\n# The extender listens on all addresses: ") != NULL,
                   rows[i].says_address);
        EXPECT_INT(strstr(text, "\n# The port is 0, ") != NULL, rows[i].says_port);
        finds(text, "");
    }
}

static void the_documentation_lists_the_traps(void)
{
    g_autofree char *table = ext_scheduler_print_docs(), *doc = NULL;
    EXPECT_TRUE(g_file_get_contents("docs/EXTENDER.md", &doc, NULL, NULL));
    if (strstr(doc, table) == NULL)
        EXPECT_STR("the table of docs/EXTENDER.md", table);
}

#define TEST(function)      \
    {                       \
#function, function \
    }
CU_TestInfo suite_extender_scheduler_config[] = {
    TEST(each_trap_is_found),
    TEST(whom_kube_scheduler_believes_is_up_to_the_ca),
    TEST(it_is_the_host_that_says_how_far_plain_http_goes),
    TEST(what_is_no_url_cannot_be_called),
    TEST(kube_scheduler_puts_the_verb_behind_the_prefix),
    TEST(other_peoples_extenders_are_not_judged),
    TEST(the_same_extender_is_asked_once),
    TEST(a_weight_decides_or_not_in_a_profile),
    TEST(a_file_without_a_kubeconfig_is_noted),
    TEST(what_kube_scheduler_would_refuse_is_an_error_with_its_place),
    TEST(what_is_printed_has_no_trap),
    TEST(what_has_to_be_put_in_is_said),
    TEST(the_documentation_lists_the_traps),
    CU_TEST_INFO_NULL,
};
