/* SPDX-License-Identifier: Apache-2.0 */
#include "extender/config.h"
#include "mullion/base/error.h"
#include "tests/support/expect.h"

#include <string.h>

static ext_config *load(const char *text, GError **error)
{
    const mn_source source = {.name = "c.yaml", .bytes = text, .len = strlen(text)};
    return ext_config_load(&source, error);
}

static void refuses(const char *text, const char *message)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ext_config) config = load(text, &error);
    EXPECT_TRUE(config == NULL);
    EXPECT_STR(error == NULL ? NULL : error->message, message);
}

static void an_empty_file_means_the_defaults(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ext_config) config = load("# nothing\n", &error);
    EXPECT_TRUE(config != NULL);
    if (config == NULL)
        return;
    EXPECT_STR(config->listen_address, "127.0.0.1");
    EXPECT_STR(config->url_prefix, "");
    EXPECT_INT(config->default_os, MN_OS_LINUX);
    EXPECT_INT(config->build_rule, MN_BUILD_RULE_AUTO);
    EXPECT_INT(config->body_bytes, 128 << 20);
    EXPECT_INT(config->idle_ms, 120000);
    EXPECT_INT((int64_t)config->images.count, 0);
}

static void every_key_is_read(void)
{
    static const char text[] = "listen: {address: '::1', port: 9000}\n"
                               "urlPrefix: /a/b/\n"
                               "mode: observe\n"
                               "defaultOS: unknown\n"
                               "buildRule: abi-2\n"
                               "buildRuleOfUnknownRuntimes: abi-1\n"
                               "onConflict: refuse\n"
                               "daemonSets: pass\n"
                               "unknownNodes: fail\n"
                               "exempt: {namespaces: [kube-*], podLabels: [a/b, c=d],"
                               " podAnnotations: [e=], ownNamespace: mullion, ownLabels: [f=g]}\n"
                               "cache: {notSynced: pass, staleAfter: 2m, whenStale: fail}\n"
                               "hypervisorHandlers: [kata-windows]\n"
                               "images:\n"
                               "- {match: 'reg.corp/win/*', os: windows, builds: [10.0.17763, "
                               "10.0.20348.825]}\n"
                               "- {match: '*', os: linux}\n"
                               "nodes: {path: /n, check: 250ms}\n"
                               "limits: {bodyBytes: 1Mi, bodiesBytes: 2M, depth: 64, nodes: 7,"
                               " reasons: 0, connections: 9}\n"
                               "timeouts: {request: 1.5s, idle: 1h30m, drain: 0}\n"
                               "threads: 3\n"
                               "log: {level: warning, every: 100}\n";
    g_autoptr(GError) error = NULL;
    g_autoptr(ext_config) config = load(text, &error);
    EXPECT_STR(error == NULL ? NULL : error->message, NULL);
    if (config == NULL)
        return;
    EXPECT_STR(config->listen_address, "::1");
    EXPECT_INT(config->listen_port, 9000);
    EXPECT_STR(config->url_prefix, "/a/b");
    EXPECT_STR(ext_level_names[config->log_level], "warning");
    EXPECT_INT(config->default_os, MN_OS_UNKNOWN);
    EXPECT_INT(config->build_rule, MN_BUILD_RULE_ABI_2);
    EXPECT_INT((int64_t)config->images.count, 2);
    EXPECT_INT(config->images.items[0].os, MN_OS_WINDOWS);
    EXPECT_TRUE(mn_build_set_has(&config->images.items[0].builds, 20348));
    EXPECT_TRUE(!config->images.items[1].builds.bounded);
    EXPECT_INT((int64_t)config->hypervisor_handlers.count, 1);
    EXPECT_INT(config->unknown_nodes, EXT_OPEN_FAIL);
    EXPECT_STR(config->exempt_namespaces.items[0], "kube-*");
    EXPECT_STR(config->exempt_labels.items[1], "c=d");
    EXPECT_STR(config->exempt_annotations.items[0], "e=");
    EXPECT_STR(config->own_namespace, "mullion");
    EXPECT_STR(config->own_labels.items[0], "f=g");
    EXPECT_INT(config->not_synced, EXT_OPEN_PASS);
    EXPECT_INT(config->stale_after_ms, 120000);
    EXPECT_INT(config->when_stale, EXT_STALE_FAIL);
    const mn_os_policy policy = ext_config_policy(config);
    EXPECT_INT(policy.fallback_rule, MN_BUILD_RULE_ABI_1);
    EXPECT_INT(policy.on_conflict, MN_ON_CONFLICT_REFUSE);
    EXPECT_INT(policy.daemon_sets, MN_DAEMON_SETS_PASS);
    EXPECT_STR(policy.image_map.items[0].glob, "reg.corp/win/*");
    EXPECT_INT(config->nodes_check_ms, 250);
    EXPECT_INT(config->bodies_bytes, 2000000);
    EXPECT_INT(config->request_ms, 1500);
    EXPECT_INT(config->idle_ms, 5400000);
    EXPECT_INT(config->drain_ms, 0);
    EXPECT_INT(config->log_every, 100);
}

static void bad_input_is_named_with_its_place(void)
{
    refuses("mode: enforced\n",
            "c.yaml:1:7: mode: expected one of enforce, prefer, observe, found \"enforced\"");
    refuses("mode: 5\n", "c.yaml:1:7: mode: expected a string, found the number 5");
    refuses("listen:\n  prot: 1\n",
            "c.yaml:2:9: listen.prot: unknown key, did you mean \"listen.port\"?");
    refuses("defaultOs: linux\n",
            "c.yaml:1:12: defaultOs: unknown key, did you mean \"defaultOS\"?");
    refuses("colour: red\n", "c.yaml:1:9: colour: unknown key; --print-defaults lists all");
    refuses("listen: {port: 65536}\n",
            "c.yaml:1:16: listen.port: expected an integer from 0 to 65535, found \"65536\"");
    refuses("listen: {port: 1.5}\n",
            "c.yaml:1:16: listen.port: expected an integer from 0 to 65535, found \"1.5\"");
    refuses("listen: {address: localhost}\n",
            "c.yaml:1:19: listen.address: expected a numeric IPv4 or IPv6 address, found "
            "\"localhost\"");
    refuses("admin: {address: '[12s: 1Mi} ]'}\n",
            "c.yaml:1:18: admin.address: expected a numeric IPv4 or IPv6 address, found "
            "\"[12s: 1Mi} ]\"");
    refuses("timeouts: {request: 10}\n",
            "c.yaml:1:21: timeouts.request: expected a duration from 100ms to 1h, found \"10\"");
    refuses("limits: {bodyBytes: 1}\n",
            "c.yaml:1:21: limits.bodyBytes: expected a size from 64Ki to 4Gi, found \"1\"");
    refuses("limits: {bodyBytes: '18446744073717940224'}\n", /* 2^64 + 8Mi */
            "c.yaml:1:21: limits.bodyBytes: expected a size from 64Ki to 4Gi, found "
            "\"18446744073717940224\"");
    refuses("limits: {bodyBytes: '-18446744073701163008'}\n",
            "c.yaml:1:21: limits.bodyBytes: expected a size from 64Ki to 4Gi, found "
            "\"-18446744073701163008\"");
    refuses("limits: 5\n", "c.yaml:1:9: limits: expected an object, found the number 5");
    refuses("images: [{match: a, os: beos}]\n",
            "c.yaml:1:25: images[0].os: expected linux, windows or unknown, found beos");
    refuses("images: [{match: a, os: linux, builds: [10.0.17763]}]\n",
            "c.yaml:1:40: images[0].builds: only images with os: windows have builds");
    refuses("images: [{match: a, os: windows, builds: [ltsc2019]}]\n",
            "c.yaml:1:43: images[0].builds[0]: expected a Windows build such as \"10.0.20348\","
            " found \"ltsc2019\"");
    refuses("exempt: {podLabels: [a, '=b']}\n",
            "c.yaml:1:25: exempt.podLabels[1]: expected key or key=value, found \"=b\"");
    refuses("images: [{match: a, os: linux, x: 1}]\n",
            "c.yaml:1:35: images[0].x: unknown key, expected match, os or builds");
}

static void broken_or_hostile_text_is_an_error(void)
{
    static const char *const rows[] = {"mode: [", "- 1", "a: &x [*x]", "mode: a\nmode: b", "\xff"};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(ext_config) config = load(rows[i], &error);
        EXPECT_TRUE(config == NULL && error != NULL);
    }
}

static void the_printed_defaults_load_back_as_the_defaults(void)
{
    g_autofree char *printed = ext_config_print_defaults();
    g_autoptr(GError) error = NULL;
    g_autoptr(ext_config) config = load(printed, &error);
    g_autoptr(ext_config) defaults = ext_config_new();
    EXPECT_STR(error == NULL ? NULL : error->message, NULL);
    if (config == NULL)
        return;
    for (size_t i = 0; i < ext_key_count; i++) {
        const ext_key *key = &ext_keys[i];
        const char *a = (const char *)config + key->offset, *b = (char *)defaults + key->offset;
        switch (key->kind) {
        case EXT_KIND_STRING:
        case EXT_KIND_ADDRESS:
        case EXT_KIND_PREFIX:
            EXPECT_STR(*(const char *const *)(const void *)a,
                       *(const char *const *)(const void *)b);
            break;
        case EXT_KIND_INT:
        case EXT_KIND_SIZE:
        case EXT_KIND_DURATION:
            EXPECT_TRUE(memcmp(a, b, sizeof(int64_t)) == 0);
            break;
        case EXT_KIND_CHOICE:
            EXPECT_TRUE(memcmp(a, b, sizeof(int)) == 0);
            break;
        case EXT_KIND_IMAGES:
            EXPECT_INT((int64_t)config->images.count, 0);
            break;
        case EXT_KIND_STRINGS:
        case EXT_KIND_PAIRS:
            EXPECT_INT((int64_t)config->hypervisor_handlers.count, 0);
            break;
        }
        EXPECT_TRUE(strstr(printed, key->default_text) != NULL);
    }
}

static void the_table_is_complete_and_unique(void)
{
    for (size_t i = 0; i < ext_key_count; i++) {
        EXPECT_TRUE(strlen(ext_keys[i].help) > 20 && g_str_has_suffix(ext_keys[i].help, "."));
        for (size_t j = 0; j < i; j++)
            EXPECT_TRUE(strcmp(ext_keys[i].name, ext_keys[j].name) != 0);
    }
}

static void the_reference_is_up_to_date(void)
{
    g_autofree char *docs = ext_config_print_docs();
    g_autofree char *file = NULL;
    EXPECT_TRUE(g_file_get_contents("docs/CONFIG.md", &file, NULL, NULL));
    EXPECT_TRUE(g_strcmp0(docs, file) == 0); /* mullion-extender --print-docs > docs/CONFIG.md */
}

static void the_command_line_overrides_with_the_same_words(void)
{
    g_autoptr(ext_config) config = ext_config_new();
    g_autoptr(GError) error = NULL;
    EXPECT_TRUE(ext_config_set(config, "listen.port", "0", "--listen", &error));
    EXPECT_TRUE(!ext_config_set(config, "listen.port", "http", "--listen", &error));
    EXPECT_STR(error->message, "--listen: expected an integer from 0 to 65535, found \"http\"");
}

#define TEST(function)      \
    {                       \
#function, function \
    }
CU_TestInfo suite_extender_config[] = {
    TEST(an_empty_file_means_the_defaults),
    TEST(every_key_is_read),
    TEST(bad_input_is_named_with_its_place),
    TEST(broken_or_hostile_text_is_an_error),
    TEST(the_printed_defaults_load_back_as_the_defaults),
    TEST(the_table_is_complete_and_unique),
    TEST(the_reference_is_up_to_date),
    TEST(the_command_line_overrides_with_the_same_words),
    CU_TEST_INFO_NULL,
};
