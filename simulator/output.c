/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/output.h"

#include <string.h>

const char *const mn_color_words[] = {"auto", "always", "never", NULL};

const char *const mn_color_helps[] = {
    "on a terminal, unless NO_COLOR is set",
    "even into a file",
    "plain text",
    NULL,
};

mn_page mn_page_of(const mn_call *call, int color)
{
    bool wanted = color == MN_COLOR_ALWAYS;
    if (color == MN_COLOR_AUTO)
        wanted = call->out_is_terminal && !call->no_color;
    return (mn_page){.color = wanted, .columns = call->columns};
}

static bool needs_quotes(const char *word)
{
    static const char safe[] = "-_./:@%+=,";
    for (const char *p = word; *p != '\0'; p++) {
        if (!g_ascii_isalnum(*p) && strchr(safe, *p) == NULL)
            return true;
    }
    return *word == '\0';
}

void mn_append_word(GString *line, const char *word)
{
    g_autofree char *quoted = needs_quotes(word) ? g_shell_quote(word) : g_strdup(word);
    g_string_append_printf(line, " %s", quoted);
}

char *mn_command_line(const mn_call *call, const char *command)
{
    GString *line = g_string_new(NULL);
    g_string_printf(line, "%s %s", call->program, command);
    for (size_t i = 0; i < call->operand_count; i++)
        mn_append_word(line, call->operands[i]);
    return g_string_free(line, FALSE);
}

char *mn_command_line_of(const mn_call *call, const char *command, const char *operand)
{
    GString *line = g_string_new(NULL);
    g_string_printf(line, "%s %s", call->program, command);
    mn_append_word(line, operand);
    return g_string_free(line, FALSE);
}
