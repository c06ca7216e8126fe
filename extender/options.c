/* SPDX-License-Identifier: Apache-2.0 */
/* A dozen long options and no more: a loop over the tables does what a parser library
 * would, and help and manual page come from the same rows. */
#include "extender/options.h"

#include "generated/version.h"

#include "mullion/base/error.h"
#include "mullion/text/read.h"

#include <stddef.h>
#include <string.h>

typedef struct option {
    const char *name; /* as a C word: print_defaults */
    const char *argument;
    ext_action action;
    const char *help;
} option;

static const option options_table[] = {
#define OPTION(name_, argument_, action_, help_) {#name_, (argument_), (action_), (help_)},
#include "extender/options.def"
#undef OPTION
};

typedef struct command {
    const char *name, *operand, *options;
    ext_action action;
    const char *help;
} command;

static const command commands_table[] = {
#define COMMAND(name_, operand_, options_, action_, help_) \
    {#name_, (operand_), (options_), (action_), (help_)},
#include "extender/commands.def"
#undef COMMAND
};

/* "print-scheduler-config" */
static char *command_spelling(const command *row)
{
    return g_strdelimit(g_strdup(row->name), "_", '-');
}

static const command *command_of(ext_action action)
{
    for (size_t i = 0; i < G_N_ELEMENTS(commands_table); i++)
        if (commands_table[i].action == action)
            return &commands_table[i];
    return NULL;
}

/* "--print-defaults" */
static char *spelling(const option *row)
{
    return g_strdelimit(g_strconcat("--", row->name, NULL), "_", '-');
}

static char **member_of(ext_options *options, const char *name)
{
    const struct {
        const char *name;
        char **member;
    } members[] = {{"config", &options->config},
                   {"nodes", &options->nodes},
                   {"listen", &options->listen},
                   {"mode", &options->mode},
                   {"verb", &options->verb},
                   {"output", &options->output}};
    for (size_t i = 0; i < G_N_ELEMENTS(members); i++)
        if (strcmp(members[i].name, name) == 0)
            return members[i].member;
    g_assert_not_reached();
}

static bool unknown_option(const char *word, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < G_N_ELEMENTS(options_table); i++)
        g_ptr_array_add(names, spelling(&options_table[i]));
    const char *nearest = mn_nearest(word, (const char *const *)names->pdata, names->len);
    if (nearest == NULL)
        g_set_error(error, MN_ERROR, MN_ERROR_UNKNOWN, "unexpected \"%s\", see --help", word);
    else
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_UNKNOWN,
                    "unknown option \"%s\", did you mean \"%s\"?",
                    word,
                    nearest);
    return false;
}

/* The last one would win silently, and somebody would miss half of the nodes. */
static bool set_once(char **member, const char *name, const char *value, GError **error)
{
    if (*member != NULL) {
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_SYNTAX,
                    "option \"%s\" is given twice: \"%s\" and \"%s\"",
                    name,
                    *member,
                    value);
        return false;
    }
    *member = g_strdup(value);
    return true;
}

/* "--name" or "--name=value"; NULL when there is no such option. */
static const option *find_option(const char *word)
{
    if (strcmp(word, "-o") == 0)
        word = "--output";
    size_t len = strcspn(word, "=");
    for (size_t i = 0; i < G_N_ELEMENTS(options_table); i++) {
        g_autofree char *name = spelling(&options_table[i]);
        if (strlen(name) == len && strncmp(name, word, len) == 0)
            return &options_table[i];
    }
    return NULL;
}

/* Takes the words of one option; NULL on an error. */
static char **take(char **words, ext_options *out, GError **error)
{
    const option *row = find_option(*words);
    if (row == NULL) {
        (void)unknown_option(*words, error);
        return NULL;
    }
    g_autofree char *name = spelling(row);
    const char *joined = strchr(*words, '=');
    bool wants = *row->argument != '\0';
    const char *value = joined != NULL ? joined + 1 : wants ? words[1] : NULL;
    if (wants != (value != NULL)) {
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_SYNTAX,
                    wants ? "option \"%s\" wants an argument: %s %s"
                          : "option \"%s\" takes no argument",
                    name,
                    name,
                    row->argument);
        return NULL;
    }
    if (!wants) {
        if (command_of(row->action) != NULL)
            out->fail_closed = true;
        else
            out->action = row->action;
        return words + 1;
    }
    if (!set_once(member_of(out, row->name), name, value, error))
        return NULL;
    return words + (joined != NULL ? 1 : 2);
}

static bool unknown_command(const char *word, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < G_N_ELEMENTS(commands_table); i++)
        g_ptr_array_add(names, command_spelling(&commands_table[i]));
    const char *nearest = mn_nearest(word, (const char *const *)names->pdata, names->len);
    g_set_error(error,
                MN_ERROR,
                MN_ERROR_UNKNOWN,
                nearest != NULL ? "unknown command \"%s\", did you mean \"%s\"?"
                                : "unexpected \"%s\", see --help",
                word,
                nearest);
    return false;
}

/* The command, or what it is about. */
static bool take_word(const char *word, const command **chosen, ext_options *out, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(commands_table) && *chosen == NULL; i++) {
        g_autofree char *name = command_spelling(&commands_table[i]);
        if (strcmp(name, word) != 0)
            continue;
        *chosen = &commands_table[i];
        out->action = (*chosen)->action;
        return true;
    }
    if (*chosen == NULL)
        return unknown_command(word, error);
    if (*(*chosen)->operand != '\0' && out->operand == NULL) {
        out->operand = g_strdup(word);
        return true;
    }
    g_set_error(error, MN_ERROR, MN_ERROR_SYNTAX, "unexpected \"%s\", see --help", word);
    return false;
}

static bool is_given(ext_options *options, const option *row)
{
    return *row->argument != '\0' ? *member_of(options, row->name) != NULL
                                  : options->fail_closed && command_of(row->action) != NULL;
}

static bool takes_what_is_given(ext_options *options, const command *row, const char *name,
                                GError **error)
{
    g_auto(GStrv) taken = g_strsplit(row->options, " ", -1);
    for (size_t i = 0; i < G_N_ELEMENTS(options_table); i++) {
        const option *given = &options_table[i];
        if (!is_given(options, given) || g_strv_contains((const char *const *)taken, given->name))
            continue;
        g_autofree char *alien = spelling(given);
        g_set_error(error, MN_ERROR, MN_ERROR_SYNTAX, "%s takes no %s, see --help", name, alien);
        return false;
    }
    return true;
}

/* Options of another command, or an operand that is missing. */
static bool is_whole(ext_options *options, GError **error)
{
    const command *row = command_of(options->action);
    if (row == NULL)
        return true;
    g_autofree char *name = command_spelling(row);
    if (*row->operand != '\0' && options->operand == NULL) {
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_SYNTAX,
                    "%s wants an operand: %s %s",
                    name,
                    name,
                    row->operand);
        return false;
    }
    return takes_what_is_given(options, row, name, error);
}

bool ext_options_parse(char **argv, ext_options *out, GError **error)
{
    *out = (ext_options){.action = EXT_SERVE};
    const command *chosen = NULL;
    char **words = argv[0] == NULL ? argv : argv + 1;
    while (words != NULL && *words != NULL) {
        bool is_option = **words == '-' && (*words)[1] != '\0';
        if (is_option)
            words = take(words, out, error);
        else
            words = take_word(*words, &chosen, out, error) ? words + 1 : NULL;
    }
    if (words != NULL && is_whole(out, error))
        return true;
    ext_options_clear(out);
    return false;
}

void ext_options_clear(ext_options *options)
{
    g_free(options->config);
    g_free(options->nodes);
    g_free(options->listen);
    g_free(options->mode);
    g_free(options->verb);
    g_free(options->output);
    g_free(options->operand);
    *options = (ext_options){0};
}

/* "[::1]:80", "127.0.0.1:80", ":80", "::1" */
static bool apply_listen(const char *text, ext_config *config, GError **error)
{
    const char *colon = strrchr(text, ':');
    bool bracketed = *text == '[';
    bool has_port = colon != NULL && (bracketed ? colon[-1] == ']' : strchr(text, ':') == colon);
    size_t len = has_port ? (size_t)(colon - text) : strlen(text);
    if (bracketed && (len < 2 || text[len - 1] != ']')) {
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_SYNTAX,
                    "--listen: expected [ADDRESS]:PORT, found \"%s\"",
                    text);
        return false;
    }
    g_autofree char *address = bracketed ? g_strndup(text + 1, len - 2) : g_strndup(text, len);
    if (*address != '\0' && !ext_config_set(config, "listen.address", address, "--listen", error))
        return false;
    return !has_port || ext_config_set(config, "listen.port", colon + 1, "--listen", error);
}

bool ext_options_apply(const ext_options *options, ext_config *config, GError **error)
{
    if (options->listen != NULL && !apply_listen(options->listen, config, error))
        return false;
    if (options->nodes != NULL &&
        !ext_config_set(config, "nodes.path", options->nodes, "--nodes", error))
        return false;
    return options->mode == NULL || ext_config_set(config, "mode", options->mode, "--mode", error);
}

char *ext_options_print_help(void)
{
    g_autoptr(GString) out = g_string_new(
        "Usage: mullion-extender [COMMAND] [OPTION...]\n\n"
        "Answers kube-scheduler's extender calls so that Pods land on nodes of their OS and\n"
        "Windows build. docs/EXTENDER.md shows how to plug it in.\n\n");
    for (size_t i = 0; i < G_N_ELEMENTS(commands_table); i++) {
        g_autofree char *name = command_spelling(&commands_table[i]);
        g_autofree char *both = g_strconcat(name, " ", commands_table[i].operand, NULL);
        g_string_append_printf(out, "  %-22s %s\n", g_strchomp(both), commands_table[i].help);
    }
    g_string_append_c(out, '\n');
    for (size_t i = 0; i < G_N_ELEMENTS(options_table); i++) {
        g_autofree char *name = spelling(&options_table[i]);
        g_autofree char *both = g_strconcat(name, " ", options_table[i].argument, NULL);
        g_string_append_printf(out, "  %-22s %s\n", g_strchomp(both), options_table[i].help);
    }
    g_string_append(
        out, "\nExit status: 0 done, 1 traps found, 2 usage, 3 input invalid, 4 internal.\n");
    return g_string_free(g_steal_pointer(&out), FALSE);
}

/* A dash would become a hyphen, a dot at the start of a line a request. */
static void append_roff(GString *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '-' || *text == '\\')
            g_string_append_c(out, '\\');
        g_string_append_c(out, *text);
    }
}

char *ext_options_print_man(void)
{
    g_autoptr(GString) out = g_string_new(
        ".\\\" Made by `mullion-extender --print-man`; do not edit.\n"
        ".TH MULLION\\-EXTENDER 1 \"\" \"Mullion " MN_VERSION "\" \"User Commands\"\n"
        ".SH NAME\n"
        "mullion\\-extender \\- kube\\-scheduler extender for mixed Linux and Windows clusters\n"
        ".SH SYNOPSIS\n"
        ".B mullion\\-extender\n"
        ".RI [ COMMAND ] \" \" [ OPTION ...]\n"
        ".SH DESCRIPTION\n"
        "Answers the filter and prioritize calls of kube\\-scheduler over HTTP, so that Pods land\n"
        "on nodes of their operating system and Windows build.\n"
        ".SH COMMANDS\n");
    for (size_t i = 0; i < G_N_ELEMENTS(commands_table); i++) {
        g_autofree char *name = command_spelling(&commands_table[i]);
        g_string_append(out, ".TP\n.B ");
        append_roff(out, name);
        if (*commands_table[i].operand != '\0')
            g_string_append_printf(out, " \\fI%s\\fR", commands_table[i].operand);
        g_string_append_c(out, '\n');
        append_roff(out, commands_table[i].help);
        g_string_append_c(out, '\n');
    }
    g_string_append(out, ".SH OPTIONS\n");
    for (size_t i = 0; i < G_N_ELEMENTS(options_table); i++) {
        g_autofree char *name = spelling(&options_table[i]);
        g_string_append(out, ".TP\n.B ");
        append_roff(out, name);
        if (*options_table[i].argument != '\0')
            g_string_append_printf(out, " \\fI%s\\fR", options_table[i].argument);
        g_string_append_c(out, '\n');
        append_roff(out, options_table[i].help);
        g_string_append_c(out, '\n');
    }
    g_string_append(out, ".SH CONFIGURATION\nKeys of the file that \\fB\\-\\-config\\fR names.\n");
    for (size_t i = 0; i < ext_key_count; i++) {
        g_string_append(out, ".TP\n.B ");
        append_roff(out, ext_keys[i].name);
        g_string_append(out, "\n");
        append_roff(out, ext_keys[i].help);
        g_string_append(out, " Default: \\fB");
        append_roff(out, *ext_keys[i].default_text == '\0' ? "\"\"" : ext_keys[i].default_text);
        g_string_append(out, "\\fR.\n");
    }
    g_string_append(
        out,
        ".SH SIGNALS\nSIGTERM and SIGINT: accept no more, answer what has begun, end.\n"
        "SIGHUP: read the configuration file again, whole or not at all.\n"
        ".SH EXIT STATUS\n0 done, 1 traps found, 2 usage, 3 input invalid, 4 internal.\n"
        ".SH SEE ALSO\n.BR mullion (1)\n");
    return g_string_free(g_steal_pointer(&out), FALSE);
}
