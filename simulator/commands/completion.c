/* SPDX-License-Identifier: Apache-2.0 */
/* Completion scripts, from the table of commands. Each is one script for both names of the
 * program, and asks nothing of it when a key is pressed. */
#include "simulator/command.h"
#include "simulator/options.h"

#include <string.h>

/* A description inside single quotes of a shell. */
static void append_quoted(GString *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            g_string_append(out, "'\\''");
        else
            g_string_append_c(out, *text);
    }
}

static void append_words(GString *out, const char *const *words)
{
    g_autofree char *all = mn_words_join(words, " ");
    g_string_append(out, all);
}

/* ---------------------------------------------------------------- bash */

static void bash_values(GString *out, const mn_command *command)
{
    for (size_t i = 0; i < command->option_count; i++) {
        const mn_option *option = &command->options[i];
        if (option->value == NULL)
            continue;
        g_string_append_printf(out, "    %s\\ --%s", command->name, option->name);
        if (option->letter != 0)
            g_string_append_printf(out, " | %s\\ -%c", command->name, option->letter);
        g_string_append(out, ") words='");
        if (option->kind == MN_OPTION_CHOICE)
            append_words(out, option->choices);
        g_string_append(out, "' value=yes ;;\n");
    }
}

static void bash_command(GString *out, const mn_command *command)
{
    g_string_append_printf(out, "    %s)\n        options='--help", command->name);
    for (size_t i = 0; i < command->option_count; i++)
        g_string_append_printf(out, " --%s", command->options[i].name);
    g_string_append(out, "' words='");
    if (command->operand_words != NULL)
        append_words(out, command->operand_words());
    g_string_append_printf(out,
                           "' files=%s ;;\n",
                           command->operand_words == NULL && command->operands_max > 0 ? "yes"
                                                                                       : "");
}

static void bash(GString *out)
{
    size_t count;
    const mn_command *const *commands = mn_commands(&count);
    g_string_append(out,
                    "# bash completion for mullion: source it, or put it where bash looks\n"
                    "_mullion() {\n"
                    "    local cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
                    "    local command=${COMP_WORDS[1]} options= words= files= value=\n"
                    "    [ \"$cur\" != = ] || cur=\n"
                    "    [ \"$before\" != = ] || before=${COMP_WORDS[COMP_CWORD-2]}\n"
                    "    COMPREPLY=()\n"
                    "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                    "        COMPREPLY=($(compgen -W '");
    append_words(out, mn_command_names());
    g_string_append(out,
                    " --help --version' -- \"$cur\"))\n"
                    "        return\n"
                    "    fi\n"
                    "    case \"$command $before\" in\n");
    for (size_t i = 0; i < count; i++)
        bash_values(out, commands[i]);
    g_string_append(out,
                    "    esac\n"
                    "    if [ -n \"$value\" ]; then\n"
                    "        COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
                    "        return\n"
                    "    fi\n"
                    "    case \"$command\" in\n");
    for (size_t i = 0; i < count; i++)
        bash_command(out, commands[i]);
    g_string_append(out,
                    "    esac\n"
                    "    case \"$cur\" in\n"
                    "    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$cur\")) ;;\n"
                    "    *) COMPREPLY=($(compgen -W \"$words\" ${files:+-f} -- \"$cur\")) ;;\n"
                    "    esac\n"
                    "}\n"
                    "complete -o filenames -F _mullion mullion kubectl-mullion\n");
}

/* ---------------------------------------------------------------- zsh */

/* In a spec of _arguments, brackets and colons have a meaning. */
static void zsh_text(GString *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("[]:\\", *text) != NULL)
            g_string_append_c(out, '\\');
        g_string_append_len(out, text, *text == '\'' ? 0 : 1);
        if (*text == '\'')
            g_string_append(out, "'\\''");
    }
}

static void zsh_spec(GString *out, const char *dashes, const char *name, const mn_option *option)
{
    g_string_append_printf(out, " \\\n            '%s%s", dashes, name);
    g_string_append(out, option->value != NULL && dashes[1] == '-' ? "=[" : "[");
    zsh_text(out, option->help);
    g_string_append_c(out, ']');
    if (option->value != NULL) {
        g_string_append_printf(out, ":%s:", option->value);
        if (option->kind == MN_OPTION_CHOICE) {
            g_string_append_c(out, '(');
            append_words(out, option->choices);
            g_string_append_c(out, ')');
        }
    }
    g_string_append_c(out, '\'');
}

static void zsh_option(GString *out, const mn_option *option)
{
    if (option->letter != 0)
        zsh_spec(out, "-", (const char[]){option->letter, '\0'}, option);
    zsh_spec(out, "--", option->name, option);
}

static void zsh_command(GString *out, const mn_command *command)
{
    g_string_append_printf(out, "        %s)\n        _arguments -s", command->name);
    zsh_option(out, &mn_option_help);
    for (size_t i = 0; i < command->option_count; i++)
        zsh_option(out, &command->options[i]);
    if (command->operand_words != NULL) {
        g_string_append(out, " \\\n            '1::word:(");
        append_words(out, command->operand_words());
        g_string_append(out, ")'");
    } else if (command->operands_max > 0) {
        g_string_append(out, " \\\n            '*:file:_files'");
    }
    g_string_append(out, "\n        ;;\n");
}

static void zsh(GString *out)
{
    size_t count;
    const mn_command *const *commands = mn_commands(&count);
    g_string_append(out,
                    "#compdef mullion kubectl-mullion\n"
                    "_mullion() {\n"
                    "    local context state state_descr line\n"
                    "    typeset -A opt_args\n"
                    "    _arguments -C '1:command:->command' '*::argument:->argument'\n"
                    "    case $state in\n"
                    "    command)\n"
                    "        local -a commands=(\n");
    for (size_t i = 0; i < count; i++) {
        g_string_append_printf(out, "            '%s:", commands[i]->name);
        append_quoted(out, commands[i]->summary);
        g_string_append(out, "'\n");
    }
    g_string_append(out,
                    "        )\n"
                    "        _describe command commands\n"
                    "        ;;\n"
                    "    argument)\n"
                    "        case $line[1] in\n");
    for (size_t i = 0; i < count; i++)
        zsh_command(out, commands[i]);
    g_string_append(out,
                    "        esac\n"
                    "        ;;\n"
                    "    esac\n"
                    "}\n"
                    "# Loaded by compinit the file is the function; sourced, it registers it.\n"
                    "if [ \"$funcstack[1]\" = _mullion ]; then\n"
                    "    _mullion \"$@\"\n"
                    "else\n"
                    "    compdef _mullion mullion kubectl-mullion\n"
                    "fi\n");
}

/* ---------------------------------------------------------------- fish */

static void fish_option(GString *out, const char *program, const char *command,
                        const mn_option *option)
{
    g_string_append_printf(
        out, "complete -c %s -n '__fish_seen_subcommand_from %s'", program, command);
    if (option->letter != 0)
        g_string_append_printf(out, " -s %c", option->letter);
    g_string_append_printf(out, " -l %s", option->name);
    if (option->value != NULL)
        g_string_append(out, " -x");
    if (option->kind == MN_OPTION_CHOICE) {
        g_string_append(out, " -a '");
        append_words(out, option->choices);
        g_string_append_c(out, '\'');
    }
    g_string_append(out, " -d '");
    append_quoted(out, option->help);
    g_string_append(out, "'\n");
}

static void fish_command(GString *out, const char *program, const mn_command *command)
{
    g_string_append_printf(
        out, "complete -c %s -f -n __fish_use_subcommand -a %s -d '", program, command->name);
    append_quoted(out, command->summary);
    g_string_append(out, "'\n");
    if (command->operand_words != NULL || command->operands_max == 0)
        g_string_append_printf(
            out, "complete -c %s -f -n '__fish_seen_subcommand_from %s'\n", program, command->name);
    if (command->operand_words != NULL) {
        g_string_append_printf(
            out, "complete -c %s -n '__fish_seen_subcommand_from %s' -a '", program, command->name);
        append_words(out, command->operand_words());
        g_string_append(out, "'\n");
    }
    fish_option(out, program, command->name, &mn_option_help);
    for (size_t i = 0; i < command->option_count; i++)
        fish_option(out, program, command->name, &command->options[i]);
}

static void fish(GString *out)
{
    static const char *const programs[] = {"mullion", "kubectl-mullion"};
    size_t count;
    const mn_command *const *commands = mn_commands(&count);
    g_string_append(out, "# fish completion for mullion\n");
    for (size_t p = 0; p < G_N_ELEMENTS(programs); p++) {
        for (size_t i = 0; i < count; i++)
            fish_command(out, programs[p], commands[i]);
    }
}

/* ---------------------------------------------------------------- command */

static const char *const shells[] = {"bash", "zsh", "fish", NULL};
static void (*const printers[])(GString *out) = {bash, zsh, fish};

static const char *const *shell_names(void)
{
    return shells;
}

static mn_exit run(mn_call *call)
{
    for (size_t i = 0; i < G_N_ELEMENTS(printers); i++) {
        if (strcmp(shells[i], call->operands[0]) == 0)
            printers[i](call->out);
    }
    return MN_EXIT_DONE;
}

static const mn_example examples[] = {
    {"source <(mullion completion bash)", "for the shell you are in"},
    {"mullion completion fish > ~/.config/fish/completions/mullion.fish", "for every fish"},
};

extern const mn_command mn_command_completion;
const mn_command mn_command_completion = {
    .name = "completion",
    .summary = "print a completion script for bash, zsh or fish",
    .operands = "bash|zsh|fish",
    .description = "Prints a script that teaches a shell to complete the commands, options and "
                   "words of mullion.",
    .examples = examples,
    .example_count = G_N_ELEMENTS(examples),
    .operands_min = 1,
    .operands_max = 1,
    .operand_words = shell_names,
    .run = run,
};
