/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/options.h"

#include "mullion/base/error.h"
#include "mullion/text/decode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const mn_option mn_option_help = {
    .name = "help",
    .letter = 'h',
    .help = "say what the command does and which options it has",
    .kind = MN_OPTION_FLAG,
};

char *mn_words_join(const char *const *words, const char *separator)
{
    GString *all = g_string_new(NULL);
    for (size_t i = 0; words[i] != NULL; i++)
        g_string_append_printf(all, "%s%s", i == 0 ? "" : separator, words[i]);
    return g_string_free(all, FALSE);
}

/* The words of a command line, read one by one. */
typedef struct reader {
    mn_call *call;
    char *args;
    char *const *words;
    size_t count, next;
    const char **operands;
    size_t operand_count;
    bool help;
} reader;

static const mn_option *find_long(const mn_command *command, const char *name, size_t len)
{
    if (strlen(mn_option_help.name) == len && strncmp(mn_option_help.name, name, len) == 0)
        return &mn_option_help;
    for (size_t i = 0; i < command->option_count; i++) {
        const mn_option *option = &command->options[i];
        if (strlen(option->name) == len && strncmp(option->name, name, len) == 0)
            return option;
    }
    return NULL;
}

static const mn_option *find_letter(const mn_command *command, char letter)
{
    if (letter == mn_option_help.letter)
        return &mn_option_help;
    for (size_t i = 0; i < command->option_count; i++) {
        if (command->options[i].letter == letter)
            return &command->options[i];
    }
    return NULL;
}

static bool unknown_option(const reader *in, const char *name, size_t len, GError **error)
{
    const mn_command *command = in->call->command;
    const char **names = MN_ARENA_NEW(in->call->arena, const char *, command->option_count + 2);
    for (size_t i = 0; i < command->option_count; i++)
        names[i] = command->options[i].name;
    names[command->option_count] = mn_option_help.name;
    const char *found = mn_arena_strndup(in->call->arena, name, len);
    const char *nearest = mn_nearest(found, names, command->option_count + 1);
    if (nearest == NULL)
        g_set_error(error, MN_ERROR, MN_ERROR_UNKNOWN, "unknown option \"--%s\"", found);
    else
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_UNKNOWN,
                    "unknown option \"--%s\" (did you mean \"--%s\"?)",
                    found,
                    nearest);
    return false;
}

static bool set_choice(const reader *in, const mn_option *option, const char *text, GError **error)
{
    for (int i = 0; option->choices[i] != NULL; i++) {
        if (strcmp(option->choices[i], text) == 0) {
            memcpy(in->args + option->offset, &i, sizeof i);
            return true;
        }
    }
    g_autofree char *all = mn_words_join(option->choices, ", ");
    g_set_error(error,
                MN_ERROR,
                MN_ERROR_UNKNOWN,
                "--%s: expected one of %s, found \"%s\"%s",
                option->name,
                all,
                text,
                mn_did_you_mean(in->call->arena, text, option->choices));
    return false;
}

static bool set_int(const reader *in, const mn_option *option, const char *text, GError **error)
{
    char *end = NULL;
    errno = 0;
    mn_opt_int value = {.set = true, .value = g_ascii_strtoll(text, &end, 10)};
    if (errno != 0 || !g_ascii_isdigit(*text) || *end != '\0') {
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_SYNTAX,
                    "--%s: expected a whole number, 0 or more, found \"%s\"",
                    option->name,
                    text);
        return false;
    }
    memcpy(in->args + option->offset, &value, sizeof value);
    return true;
}

/* The words of a command line outlive the call. */
static void set_text(const reader *in, const mn_option *option, const char *text)
{
    memcpy(in->args + option->offset, &text, sizeof text);
}

static void add_text(const reader *in, const mn_option *option, const char *text)
{
    mn_words words;
    memcpy(&words, in->args + option->offset, sizeof words);
    const char **items = MN_ARENA_NEW(in->call->arena, const char *, words.count + 1);
    for (size_t i = 0; i < words.count; i++)
        items[i] = words.items[i];
    items[words.count] = text;
    words = (mn_words){.items = items, .count = words.count + 1};
    memcpy(in->args + option->offset, &words, sizeof words);
}

static bool set_value(const reader *in, const mn_option *option, const char *text, GError **error)
{
    switch (option->kind) {
    case MN_OPTION_FLAG:
        memcpy(in->args + option->offset, &(bool){true}, sizeof(bool));
        return true;
    case MN_OPTION_CHOICE:
        return set_choice(in, option, text, error);
    case MN_OPTION_INT:
        return set_int(in, option, text, error);
    case MN_OPTION_TEXT:
        set_text(in, option, text);
        return true;
    case MN_OPTION_TEXTS:
        add_text(in, option, text);
        return true;
    }
    return false;
}

/* `attached` is what stands in the same word ("--seed=7", "-o json" without the blank),
 * or NULL. */
static bool take(reader *in, const mn_option *option, const char *attached, GError **error)
{
    if (option == &mn_option_help) {
        in->help = true;
        return true;
    }
    if (option->value == NULL && attached != NULL) {
        g_set_error(error, MN_ERROR, MN_ERROR_SYNTAX, "--%s takes no value", option->name);
        return false;
    }
    if (option->value != NULL && attached == NULL) {
        if (in->next == in->count) {
            g_set_error(error,
                        MN_ERROR,
                        MN_ERROR_SYNTAX,
                        "--%s needs a value: --%s=%s",
                        option->name,
                        option->name,
                        option->value);
            return false;
        }
        attached = in->words[in->next++];
    }
    return set_value(in, option, attached, error);
}

static bool take_long(reader *in, const char *name, GError **error)
{
    const char *equals = strchr(name, '=');
    size_t len = equals == NULL ? strlen(name) : (size_t)(equals - name);
    const mn_option *option = find_long(in->call->command, name, len);
    if (option == NULL)
        return unknown_option(in, name, len, error);
    return take(in, option, equals == NULL ? NULL : equals + 1, error);
}

static bool take_letters(reader *in, const char *letters, GError **error)
{
    while (*letters != '\0') {
        const mn_option *option = find_letter(in->call->command, *letters);
        if (option == NULL) {
            g_set_error(error, MN_ERROR, MN_ERROR_UNKNOWN, "unknown option \"-%s\"", letters);
            return false;
        }
        letters++;
        if (option->value != NULL)
            return take(in, option, *letters == '\0' ? NULL : letters, error);
        if (!take(in, option, NULL, error))
            return false;
    }
    return true;
}

static bool take_word(reader *in, bool *options_ended, GError **error)
{
    const char *word = in->words[in->next++];
    if (*options_ended || word[0] != '-' || word[1] == '\0') {
        in->operands[in->operand_count++] = word;
        return true;
    }
    if (strcmp(word, "--") == 0) {
        *options_ended = true;
        return true;
    }
    return word[1] == '-' ? take_long(in, word + 2, error) : take_letters(in, word + 1, error);
}

static bool count_operands(const reader *in, GError **error)
{
    const mn_command *command = in->call->command;
    if (in->operand_count < command->operands_min) {
        g_set_error(error, MN_ERROR, MN_ERROR_SYNTAX, "expected %s", command->operands);
        return false;
    }
    if (in->operand_count > command->operands_max) {
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_SYNTAX,
                    "\"%s\" is one argument too many",
                    in->operands[command->operands_max]);
        return false;
    }
    return true;
}

/* Where the operands are words of a list ("bash", "zsh", "fish"). */
static bool check_words(const reader *in, GError **error)
{
    const mn_command *command = in->call->command;
    if (command->operand_words == NULL)
        return true;
    const char *const *words = command->operand_words();
    for (size_t i = 0; i < in->operand_count; i++) {
        if (g_strv_contains(words, in->operands[i]))
            continue;
        g_autofree char *all = mn_words_join(words, ", ");
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_UNKNOWN,
                    "expected one of %s, found \"%s\"%s",
                    all,
                    in->operands[i],
                    mn_did_you_mean(in->call->arena, in->operands[i], words));
        return false;
    }
    return true;
}

bool mn_options_parse(mn_call *call, size_t count, char *const *words, bool *help, GError **error)
{
    reader in = {
        .call = call,
        .args = mn_arena_alloc(call->arena, 1, MAX(call->command->args_size, (size_t)1)),
        .words = words,
        .count = count,
        .operands = MN_ARENA_NEW(call->arena, const char *, count + 1),
    };
    bool options_ended = false;
    while (in.next < count && !in.help) {
        if (!take_word(&in, &options_ended, error))
            return false;
    }
    *help = in.help;
    if (!in.help && (!count_operands(&in, error) || !check_words(&in, error)))
        return false;
    call->args = in.args;
    call->operands = in.operands;
    call->operand_count = in.operand_count;
    return true;
}
