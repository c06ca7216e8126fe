/* SPDX-License-Identifier: Apache-2.0 */
/* Words as a shell splits them, without the shell: nothing is expanded, piped or redirected.
 * What would mean one of those to a shell is an error, so that no line means something else
 * here than in a terminal. */
#include "simulator/scenario/kubectl.h"

#include <string.h>

/* A character that a shell acts on, and what to do instead. */
static const struct {
    char byte;
    const char *says;
} shell[] = {
    {'|', "no pipes: there is no shell here"},
    {';', "one command a line: there is no shell here"},
    {'&', "one command a line: there is no shell here"},
    {'<', "no redirection: there is no shell here"},
    {'>', "no redirection: there is no shell here"},
    {'(', "quote it: to a shell, ( begins a group"},
    {')', "quote it: to a shell, ) ends a group"},
    {'$', "nothing is expanded here: write what it stands for, or put it in single quotes"},
    {'`', "nothing is expanded here: write what it stands for"},
};

typedef struct splitter {
    const char *text;
    size_t at;
    GString *word;
    size_t *fault;
    GError **error;
} splitter;

static bool fail(const splitter *s, size_t offset, const char *says)
{
    *s->fault = offset;
    g_set_error_literal(s->error, MN_ERROR, MN_ERROR_SYNTAX, says);
    return false;
}

static const char *shell_says(char byte)
{
    for (size_t i = 0; i < G_N_ELEMENTS(shell); i++) {
        if (shell[i].byte == byte)
            return shell[i].says;
    }
    return NULL;
}

static bool take_single(splitter *s)
{
    size_t open = s->at++;
    const char *close = strchr(s->text + s->at, '\'');
    if (close == NULL)
        return fail(s, open, "a quote that is not closed");
    g_string_append_len(s->word, s->text + s->at, close - (s->text + s->at));
    s->at = (size_t)(close - s->text) + 1;
    return true;
}

/* Inside double quotes a backslash keeps itself before all but these. */
static bool take_double(splitter *s)
{
    size_t open = s->at++;
    for (; s->text[s->at] != '"'; s->at++) {
        char byte = s->text[s->at];
        if (byte == '\0')
            return fail(s, open, "a quote that is not closed");
        if (byte == '$' || byte == '`')
            return fail(s, s->at, shell_says(byte));
        if (byte == '\\' && s->text[s->at + 1] != '\0' &&
            strchr("\"\\$`\n", s->text[s->at + 1]) != NULL)
            byte = s->text[++s->at];
        g_string_append_c(s->word, byte);
    }
    s->at++;
    return true;
}

static bool take_bare(splitter *s)
{
    char byte = s->text[s->at];
    const char *says = shell_says(byte);
    if (says != NULL)
        return fail(s, s->at, says);
    if (byte == '\\') {
        s->at++;
        byte = s->text[s->at];
        if (byte == '\0')
            return fail(s, s->at - 1, "a backslash with nothing behind it");
    }
    g_string_append_c(s->word, byte);
    s->at++;
    return true;
}

/* A word is what touches: ab'c d'"e" is one. */
static bool take_word(splitter *s)
{
    while (s->text[s->at] != '\0' && strchr(" \t\r\n", s->text[s->at]) == NULL) {
        char byte = s->text[s->at];
        if (byte == '\\' && s->text[s->at + 1] == '\n') {
            s->at += 2;
            continue;
        }
        bool taken = byte == '\'' ? take_single(s) : byte == '"' ? take_double(s) : take_bare(s);
        if (!taken)
            return false;
    }
    return true;
}

/* To the next word of the command. */
static void skip_blanks(splitter *s)
{
    for (;;) {
        s->at += strspn(s->text + s->at, " \t\r");
        if (strncmp(s->text + s->at, "\\\n", 2) != 0)
            break;
        s->at += 2;
    }
    if (s->text[s->at] == '#')
        s->at += strcspn(s->text + s->at, "\n");
}

bool mn_line_split(mn_arena *arena, const char *text, size_t *at, mn_line_words *out, size_t *fault,
                   GError **error)
{
    g_autoptr(GString) word = g_string_new(NULL);
    g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(mn_line_word));
    splitter s = {.text = text, .at = *at, .word = word, .fault = fault, .error = error};
    for (skip_blanks(&s); text[s.at] != '\0' && text[s.at] != '\n'; skip_blanks(&s)) {
        mn_line_word next = {.offset = s.at};
        if (words->len == MN_COMMAND_MAX_WORDS || s.at - *at > MN_COMMAND_MAX_BYTES) {
            *fault = s.at;
            g_set_error(error,
                        MN_ERROR,
                        MN_ERROR_LIMIT,
                        "more than %d words or %d bytes in one command",
                        MN_COMMAND_MAX_WORDS,
                        MN_COMMAND_MAX_BYTES);
            return false;
        }
        if (!take_word(&s))
            return false;
        next.text = mn_arena_strndup(arena, word->str, word->len);
        g_array_append_val(words, next);
        g_string_truncate(word, 0);
    }
    *at = s.at + (text[s.at] == '\n');
    mn_line_word *items = MN_ARENA_NEW(arena, mn_line_word, words->len);
    if (words->len > 0)
        memcpy(items, words->data, words->len * sizeof *items);
    *out = (mn_line_words){.items = items, .count = words->len};
    return true;
}
