/* SPDX-License-Identifier: Apache-2.0 */
#include "extender/options.h"
#include "tests/support/expect.h"

#include <string.h>

enum { WORDS_MAX = 12 };

/* The words of `line` after the program's name; empty: none. */
static bool parse(const char *line, ext_options *out, GError **error)
{
    g_autofree char *whole = g_strconcat("mullion-extender ", line, NULL);
    g_auto(GStrv) words = g_strsplit(g_strchomp(whole), " ", WORDS_MAX);
    return ext_options_parse(words, out, error);
}

static void refuses(const char *line, const char *message)
{
    g_auto(ext_options) options = {0};
    g_autoptr(GError) error = NULL;
    EXPECT_TRUE(!parse(line, &options, &error));
    EXPECT_STR(error == NULL ? NULL : error->message, message);
}

static void options_are_read(void)
{
    g_auto(ext_options) options = {0};
    EXPECT_TRUE(parse("--config c.yaml --nodes=n --listen :1 --mode observe", &options, NULL));
    EXPECT_INT(options.action, EXT_SERVE);
    EXPECT_STR(options.config, "c.yaml");
    EXPECT_STR(options.nodes, "n");
    EXPECT_STR(options.listen, ":1");
    EXPECT_STR(options.mode, "observe");
}

static void commands_take_their_options_and_operands(void)
{
    g_auto(ext_options) replay = {0};
    EXPECT_TRUE(
        parse("replay - --verb=preempt -o json --mode prefer --nodes=n --config c", &replay, NULL));
    EXPECT_INT(replay.action, EXT_REPLAY);
    EXPECT_STR(replay.operand, "-");
    EXPECT_STR(replay.verb, "preempt");
    EXPECT_STR(replay.output, "json");
    g_auto(ext_options) closed = {0};
    EXPECT_TRUE(
        parse("print-scheduler-config --fail-closed --config c --listen :1", &closed, NULL));
    EXPECT_INT(closed.action, EXT_PRINT_SCHEDULER);
    EXPECT_TRUE(closed.fail_closed);
    g_auto(ext_options) check = {0};
    EXPECT_TRUE(parse("check-config x.yaml", &check, NULL));
    EXPECT_INT(check.action, EXT_CHECK_SCHEDULER);
    g_auto(ext_options) serve = {0};
    EXPECT_TRUE(parse("serve --nodes n", &serve, NULL));
    EXPECT_INT(serve.action, EXT_SERVE);
}

static void wrong_usage_is_said_with_a_remedy(void)
{
    refuses("--nods x", "unknown option \"--nods\", did you mean \"--nodes\"?");
    refuses("sevre", "unknown command \"sevre\", did you mean \"serve\"?");
    refuses("nonsense", "unexpected \"nonsense\", see --help");
    refuses("serve again", "unexpected \"again\", see --help");
    refuses("replay", "replay wants an operand: replay REQUEST");
    refuses("replay a b", "unexpected \"b\", see --help");
    refuses("serve --verb filter", "serve takes no --verb, see --help");
    refuses("check-config f -o json", "check-config takes no --output, see --help");
    refuses("replay f --fail-closed", "replay takes no --fail-closed, see --help");
    refuses("serve --fail-closed", "serve takes no --fail-closed, see --help");
    refuses("--verb filter", "serve takes no --verb, see --help");
    refuses("check-config f --config c.yaml", "check-config takes no --config, see --help");
    refuses("check-config --nodes=n f", "check-config takes no --nodes, see --help");
    refuses("--listen :1 check-config f", "check-config takes no --listen, see --help");
    refuses("check-config f --mode observe", "check-config takes no --mode, see --help");
    refuses("check-config f --fail-closed", "check-config takes no --fail-closed, see --help");
    refuses("replay f --listen :1", "replay takes no --listen, see --help");
    refuses("print-scheduler-config --nodes n",
            "print-scheduler-config takes no --nodes, see --help");
    refuses("print-scheduler-config --mode observe",
            "print-scheduler-config takes no --mode, see --help");
    refuses("--nodes", "option \"--nodes\" wants an argument: --nodes PATH");
    refuses("--nodes a --nodes=b", "option \"--nodes\" is given twice: \"a\" and \"b\"");
    refuses("--version=1", "option \"--version\" takes no argument");
}

static void listens(const char *text, const char *address, int64_t port)
{
    g_autoptr(ext_config) config = ext_config_new();
    ext_options options = {.listen = g_strdup(text)};
    g_autoptr(GError) error = NULL;
    EXPECT_INT(ext_options_apply(&options, config, &error), address != NULL);
    ext_options_clear(&options);
    if (address == NULL)
        return;
    EXPECT_STR(config->listen_address, address);
    EXPECT_INT(config->listen_port, port);
}

static void an_address_may_be_of_either_kind_with_or_without_a_port(void)
{
    listens("10.0.0.1:80", "10.0.0.1", 80);
    listens("10.0.0.1", "10.0.0.1", 8888);
    listens(":0", "127.0.0.1", 0);
    listens("[::1]:80", "::1", 80);
    listens("[::1]", "::1", 8888);
    listens("::1", "::1", 8888);
    listens("10.0.0.1:http", NULL, 0);
    listens("10.0.0.1:", NULL, 0);
    listens("10.0.0.1:70000", NULL, 0);
    listens("[::1", NULL, 0);
}

static void a_wrong_mode_is_an_error(void)
{
    g_autoptr(ext_config) config = ext_config_new();
    ext_options options = {.mode = g_strdup("strict")};
    g_autoptr(GError) error = NULL;
    EXPECT_TRUE(!ext_options_apply(&options, config, &error));
    EXPECT_STR(error->message,
               "--mode: expected one of enforce, prefer, observe, found \"strict\"");
    ext_options_clear(&options);
}

static void the_manual_page_is_up_to_date(void)
{
    g_autofree char *page = ext_options_print_man();
    g_autofree char *file = NULL;
    EXPECT_TRUE(g_file_get_contents("docs/man/mullion-extender.1", &file, NULL, NULL));
    EXPECT_TRUE(g_strcmp0(page, file) == 0); /* mullion-extender --print-man > ... */
}

static void help_names_every_option(void)
{
    g_autofree char *help = ext_options_print_help();
    EXPECT_TRUE(strstr(help, "--print-defaults") != NULL);
    EXPECT_TRUE(strstr(help, "--listen ADDRESS") != NULL);
}

#define TEST(function)      \
    {                       \
#function, function \
    }
CU_TestInfo suite_extender_options[] = {
    TEST(options_are_read),
    TEST(commands_take_their_options_and_operands),
    TEST(wrong_usage_is_said_with_a_remedy),
    TEST(an_address_may_be_of_either_kind_with_or_without_a_port),
    TEST(a_wrong_mode_is_an_error),
    TEST(the_manual_page_is_up_to_date),
    TEST(help_names_every_option),
    CU_TEST_INFO_NULL,
};
