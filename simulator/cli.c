/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/cli.h"

#include "mullion/text/read.h"
#include "simulator/options.h"
#include "simulator/progress.h"
#include "simulator/reports/layout.h"

#include <stdarg.h>
#include <string.h>

void mn_complain(const mn_call *call, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_autoptr(GString) line = g_string_new("mullion: ");
    mn_append_plain(line, text);
    g_string_append_c(line, '\n');
    mn_progress_erase(call->progress);
    /* Nobody is left to tell when standard error is gone. */
    (void)fwrite(line->str, 1, line->len, call->err);
}

const char *mn_did_you_mean(mn_arena *arena, const char *found, const char *const *names)
{
    size_t count = 0;
    while (names[count] != NULL)
        count++;
    const char *nearest = mn_nearest(found, names, count);
    return nearest == NULL ? "" : mn_arena_printf(arena, " (did you mean \"%s\"?)", nearest);
}

static mn_exit usage_error(const mn_call *call, const char *message)
{
    mn_complain(call, "%s", message);
    if (call->command == NULL)
        (void)fprintf(call->err, "Try: %s --help\n", call->program);
    else
        (void)fprintf(call->err, "Try: %s %s --help\n", call->program, call->command->name);
    return MN_EXIT_USAGE;
}

/* kubectl runs a plugin by the name of its file. */
static const char *program_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    return g_str_has_prefix(name, "kubectl-") ? "kubectl mullion" : "mullion";
}

static mn_exit run_command(mn_call *call, size_t count, char *const *words)
{
    bool help = false;
    g_autoptr(GError) error = NULL;
    if (!mn_options_parse(call, count, words, &help, &error)) {
        g_autofree char *message = g_strdup_printf("%s: %s", call->command->name, error->message);
        return usage_error(call, message);
    }
    if (help) {
        mn_help_command(call->program, call->command, call->out);
        return MN_EXIT_DONE;
    }
    mn_exit status = call->command->run(call);
    mn_progress_end(call);
    return status;
}

static mn_exit unknown_command(const mn_call *call, const char *word)
{
    static const char *const options[] = {"--help", "--version", NULL};
    const char *const *names = *word == '-' ? options : mn_command_names();
    const char *hint = mn_did_you_mean(call->arena, word, names);
    const char *file_hint = "";
    if (*hint == '\0' && strpbrk(word, "./") != NULL)
        file_hint = mn_arena_printf(call->arena, " (did you mean \"run %s\"?)", word);
    g_autofree char *message = g_strdup_printf(
        "unknown %s \"%s\"%s%s", *word == '-' ? "option" : "command", word, hint, file_hint);
    return usage_error(call, message);
}

/* What is spelled as an option in front of any command, and the command it stands for. */
static const struct {
    const char *word, *command;
} aliases[] = {
    {"--help", "help"},
    {"-h", "help"},
    {"--version", "version"},
    {"-V", "version"},
};

static const mn_command *find_command(const char *word)
{
    for (size_t i = 0; i < G_N_ELEMENTS(aliases); i++) {
        if (strcmp(aliases[i].word, word) == 0)
            return mn_command_find(aliases[i].command);
    }
    return mn_command_find(word);
}

mn_exit mn_cli_run(const mn_terminal *terminal, size_t count, char *const *words)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    mn_call call = {
        .program = program_of(count > 0 ? words[0] : ""),
        .arena = arena,
        .out = terminal->out,
        .err = terminal->err,
        .out_is_terminal = terminal->out_is_terminal,
        .no_color = terminal->no_color,
        .columns = terminal->columns,
        .err_is_terminal = terminal->err_is_terminal,
        .err_columns = terminal->err_columns,
    };
    if (count < 2) {
        g_autoptr(GString) help = g_string_new(NULL);
        mn_help_program(call.program, help);
        (void)fwrite(help->str, 1, help->len, call.err);
        return MN_EXIT_USAGE;
    }
    call.command = find_command(words[1]);
    if (call.command == NULL)
        return unknown_command(&call, words[1]);
    return run_command(&call, count - 2, words + 2);
}
