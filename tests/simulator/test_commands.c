/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/text/decode.h"
#include "simulator/cli.h"
#include "simulator/manual.h"
#include "simulator/options.h"
#include "tests/support/expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- the table */

static bool is_sentence_free(const char *text)
{
    return text != NULL && *text != '\0' && text[strlen(text) - 1] != '.';
}

static void check_option(const mn_command *command, const mn_option *option)
{
    EXPECT_TRUE(is_sentence_free(option->help));
    EXPECT_TRUE(option->offset < command->args_size);
    EXPECT_INT(option->kind == MN_OPTION_CHOICE, option->choices != NULL);
    EXPECT_INT(option->kind == MN_OPTION_FLAG, option->value == NULL);
    for (size_t i = 0;
         option->told != NULL && option->choices != NULL && option->choices[i] != NULL;
         i++)
        EXPECT_TRUE(is_sentence_free(option->told[i]));
    EXPECT_TRUE(strcmp(option->name, "help") != 0 && option->letter != 'h');
    for (const mn_option *other = command->options; other < option; other++) {
        EXPECT_TRUE(strcmp(other->name, option->name) != 0);
        EXPECT_TRUE(other->letter == 0 || other->letter != option->letter);
    }
}

static void every_command_is_complete(void)
{
    size_t count;
    const mn_command *const *commands = mn_commands(&count);
    EXPECT_TRUE(count >= 4);
    for (size_t i = 0; i < count; i++) {
        const mn_command *command = commands[i];
        EXPECT_TRUE(mn_command_find(command->name) == command);
        EXPECT_STR(mn_command_names()[i], command->name);
        EXPECT_TRUE(is_sentence_free(command->summary));
        EXPECT_TRUE(strlen(command->description) > strlen(command->summary));
        EXPECT_TRUE(command->run != NULL);
        EXPECT_TRUE(command->operands_min <= command->operands_max);
        EXPECT_INT(*command->operands != '\0', command->operands_max > 0);
        for (size_t j = 0; j < command->option_count; j++)
            check_option(command, &command->options[j]);
    }
}

static void mentions(const char *text, const char *wanted)
{
    if (strstr(text, wanted) == NULL)
        CU_FAIL(wanted);
}

static void everything_printed_from_the_table_names_every_command_and_option(void)
{
    g_autoptr(GString) roff = g_string_new(NULL), markdown = g_string_new(NULL);
    mn_manual_roff(roff);
    mn_manual_markdown(markdown);
    size_t count;
    const mn_command *const *commands = mn_commands(&count);
    for (size_t i = 0; i < count; i++) {
        g_autofree char *section = g_strdup_printf("\n## %s\n", commands[i]->name);
        g_autofree char *heading = g_strdup_printf("\n.SS \"%s", commands[i]->name);
        mentions(markdown->str, section);
        mentions(roff->str, heading);
        g_autoptr(GString) help = g_string_new(NULL);
        mn_help_command("mullion", commands[i], help);
        for (size_t j = 0; j < commands[i]->option_count; j++) {
            g_autofree char *name = g_strdup_printf("--%s", commands[i]->options[j].name);
            mentions(help->str, name);
            mentions(markdown->str, name);
        }
    }
}

/* ---------------------------------------------------------------- parsing */

typedef struct probe_args {
    bool loud;
    int format;
    mn_opt_int seed;
    const char *at;
    mn_words only;
} probe_args;

static const char *const formats[] = {"table", "json", NULL};

static const mn_option probe_options[] = {
    MN_FLAG(probe_args, loud, "loud", 'l', "make noise"),
    MN_CHOICE(probe_args, format, "output", 'o', "FORMAT", formats, "format"),
    MN_INT(probe_args, seed, "seed", 's', "N", "seed"),
    MN_TEXT(probe_args, at, "at", 0, "TIME", "time"),
    MN_TEXTS(probe_args, only, "only", 0, "NAME", "names"),
};

static const mn_command probe = {
    .name = "probe",
    .operands = "FILE...",
    .options = probe_options,
    .option_count = G_N_ELEMENTS(probe_options),
    .args_size = sizeof(probe_args),
    .operands_min = 1,
    .operands_max = 3,
};

/* "loud=1 format=1 seed=7 a b", "help", or the error. `line` is split at blanks. */
static char *parsed(const char *line)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    mn_call call = {.command = &probe, .arena = arena};
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    g_autoptr(GError) error = NULL;
    bool help = false;
    if (!mn_options_parse(&call, g_strv_length(words), words, &help, &error))
        return g_strdup(error->message);
    if (help)
        return g_strdup("help");
    const probe_args *args = call.args;
    GString *text = g_string_new(NULL);
    g_string_printf(text, "loud=%d format=%d seed=", args->loud, args->format);
    if (args->seed.set)
        g_string_append_printf(text, "%" PRId64, args->seed.value);
    if (args->at != NULL)
        g_string_append_printf(text, " at=%s", args->at);
    for (size_t i = 0; i < args->only.count; i++)
        g_string_append_printf(text, " only=%s", args->only.items[i]);
    for (size_t i = 0; i < call.operand_count; i++)
        g_string_append_printf(text, " %s", call.operands[i]);
    return g_string_free(text, FALSE);
}

static void parses_to(const char *line, const char *want)
{
    g_autofree char *got = parsed(line);
    EXPECT_STR(got, want);
}

static void options_are_spelled_as_with_other_tools(void)
{
    parses_to("a", "loud=0 format=0 seed= a");
    parses_to("--output json a", "loud=0 format=1 seed= a");
    parses_to("--output=json a", "loud=0 format=1 seed= a");
    parses_to("-o json a", "loud=0 format=1 seed= a");
    parses_to("-ojson a", "loud=0 format=1 seed= a");
    parses_to("-ls7", "expected FILE...");
    parses_to("-lojson a", "loud=1 format=1 seed= a");
    parses_to("a --loud b", "loud=1 format=0 seed= a b");
    parses_to("-", "loud=0 format=0 seed= -");
    parses_to("-- -l --loud", "loud=0 format=0 seed= -l --loud");
    parses_to("--seed 1 --seed 2 a", "loud=0 format=0 seed=2 a");
    parses_to("--seed 0 a", "loud=0 format=0 seed=0 a");
    parses_to("--seed 9223372036854775807 a", "loud=0 format=0 seed=9223372036854775807 a");
    parses_to("--at 5m --at=7m a", "loud=0 format=0 seed= at=7m a");
    parses_to("--at= a", "loud=0 format=0 seed= at= a");
    parses_to("--only x a --only=y", "loud=0 format=0 seed= only=x only=y a");
    parses_to("--help", "help");
    parses_to("-l -h --nonsense", "help");
}

static void a_wrong_option_is_answered_with_what_was_expected(void)
{
    parses_to("--sede 1 a", "unknown option \"--sede\" (did you mean \"--seed\"?)");
    parses_to("--zzz a", "unknown option \"--zzz\"");
    parses_to("--see 1 a", "unknown option \"--see\" (did you mean \"--seed\"?)");
    parses_to("-lx a", "unknown option \"-x\"");
    parses_to("a --seed", "--seed needs a value: --seed=N");
    parses_to("--loud=yes a", "--loud takes no value");
    parses_to("-o jsn a",
              "--output: expected one of table, json, found \"jsn\" (did you mean \"json\"?)");
    parses_to("--output= a", "--output: expected one of table, json, found \"\"");
    parses_to("--seed 1x a", "--seed: expected a whole number, 0 or more, found \"1x\"");
    parses_to("--seed -1 a", "--seed: expected a whole number, 0 or more, found \"-1\"");
    parses_to("--seed 99999999999999999999 a",
              "--seed: expected a whole number, 0 or more, found \"99999999999999999999\"");
    parses_to("--loud", "expected FILE...");
    parses_to("a b c d", "\"d\" is one argument too many");
}

/* ---------------------------------------------------------------- the program */

/* Standard output, or standard error when there was none; words split at blanks. */
static char *printed(const char *line, mn_exit want)
{
    g_autoptr(GString) out = g_string_new(NULL);
    char *bytes = NULL;
    size_t len = 0;
    FILE *err = open_memstream(&bytes, &len);
    if (err == NULL)
        return g_strdup("no memory stream");
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    const mn_terminal terminal = {.out = out, .err = err};
    EXPECT_INT(mn_cli_run(&terminal, g_strv_length(words), words), want);
    EXPECT_INT(fclose(err), 0);
    char *text = g_strdup(out->len > 0 ? out->str : bytes);
    free(bytes);
    return text;
}

static void begins_with(const char *line, mn_exit status, const char *want)
{
    g_autofree char *text = printed(line, status);
    g_autofree char *start = g_strndup(text, strlen(want));
    EXPECT_STR(start, want);
}

static void help_names_the_program_as_the_user_called_it(void)
{
    begins_with("mullion help version", MN_EXIT_DONE, "Usage: mullion version");
    begins_with("/usr/bin/mullion version --help", MN_EXIT_DONE, "Usage: mullion version");
    begins_with("/opt/kubectl-mullion version -h", MN_EXIT_DONE, "Usage: kubectl mullion version");
    begins_with("kubectl-mullion --help", MN_EXIT_DONE, "Usage: kubectl mullion COMMAND");
}

static void what_nobody_knows_is_a_usage_error(void)
{
    begins_with("mullion", MN_EXIT_USAGE, "Usage: mullion");
    begins_with("mullion vresion",
                MN_EXIT_USAGE,
                "mullion: unknown command \"vresion\" (did you mean \"version\"?)\n"
                "Try: mullion --help\n");
    begins_with("mullion --verison",
                MN_EXIT_USAGE,
                "mullion: unknown option \"--verison\" (did you mean \"--version\"?)\n");
    begins_with("mullion a/b.yaml",
                MN_EXIT_USAGE,
                "mullion: unknown command \"a/b.yaml\" (did you mean \"run a/b.yaml\"?)\n");
    begins_with("kubectl-mullion version x",
                MN_EXIT_USAGE,
                "mullion: version: \"x\" is one argument too many\n"
                "Try: kubectl mullion version --help\n");
    begins_with(
        "mullion ba\x1b[31md", MN_EXIT_USAGE, "mullion: unknown command \"ba\\x1b[31md\"\n");
}

static void knows_options(const char *script, const char *dashes, const mn_command *command)
{
    mentions(script, command->name);
    for (size_t i = 0; i < command->option_count; i++) {
        g_autofree char *option = g_strconcat(dashes, command->options[i].name, NULL);
        mentions(script, option);
    }
}

static void completion_knows_every_option_in_every_shell(void)
{
    static const char *const shells[] = {"bash", "zsh", "fish"};
    static const char *const dashes[] = {"--", "--", "-l "};
    size_t count;
    const mn_command *const *commands = mn_commands(&count);
    for (size_t s = 0; s < G_N_ELEMENTS(shells); s++) {
        g_autofree char *line = g_strdup_printf("mullion completion %s", shells[s]);
        g_autofree char *script = printed(line, MN_EXIT_DONE);
        for (size_t i = 0; i < count; i++)
            knows_options(script, dashes[s], commands[i]);
    }
}

extern CU_TestInfo suite_simulator_commands[];
CU_TestInfo suite_simulator_commands[] = {
    {"every command is complete", every_command_is_complete},
    {"everything printed from the table names every command and option",
     everything_printed_from_the_table_names_every_command_and_option},
    {"options are spelled as with other tools", options_are_spelled_as_with_other_tools},
    {"a wrong option is answered with what was expected",
     a_wrong_option_is_answered_with_what_was_expected},
    {"help names the program as the user called it", help_names_the_program_as_the_user_called_it},
    {"what nobody knows is a usage error", what_nobody_knows_is_a_usage_error},
    {"completion knows every option in every shell", completion_knows_every_option_in_every_shell},
    CU_TEST_INFO_NULL,
};
