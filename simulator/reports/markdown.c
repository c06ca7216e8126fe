/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/reports/markdown.h"

#include "simulator/reports/layout.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

/* ---- text */

/* What begins markup, HTML or the mention of a person. */
static const struct {
    char c;
    const char *instead;
} escapes[] = {
    {'\\', "\\\\"},
    {'`', "\\`"},
    {'*', "\\*"},
    {'[', "\\["},
    {']', "\\]"},
    {'|', "\\|"},
    {'<', "&lt;"},
    {'>', "&gt;"},
    {'&', "&amp;"},
    {'@', "@<!-- -->"},
    {'\n', " "},
};

static const char *escape_of(char c)
{
    for (size_t i = 0; i < G_N_ELEMENTS(escapes); i++) {
        if (escapes[i].c == c)
            return escapes[i].instead;
    }
    return NULL;
}

/* A '_' inside of a word is no markup on GitHub, and names are full of them. */
static bool is_emphasis(const char *text, size_t at)
{
    return text[at] == '_' &&
           (at == 0 || !g_ascii_isalnum(text[at - 1]) || !g_ascii_isalnum(text[at + 1]));
}

void mn_markdown_text(GString *out, const char *text)
{
    g_autoptr(GString) run = g_string_new(NULL);
    for (size_t i = 0; text[i] != '\0'; i++) {
        const char *instead = is_emphasis(text, i) ? "\\_" : escape_of(text[i]);
        if (instead == NULL) {
            g_string_append_c(run, text[i]);
            continue;
        }
        mn_append_plain(out, run->str);
        g_string_truncate(run, 0);
        g_string_append(out, instead);
    }
    mn_append_plain(out, run->str);
}

static size_t longest_run(const char *text, char c)
{
    size_t longest = 0, run = 0;
    for (; *text != '\0'; text++) {
        run = *text == c ? run + 1 : 0;
        longest = MAX(longest, run);
    }
    return longest;
}

static void append_times(GString *out, char c, size_t count)
{
    for (size_t i = 0; i < count; i++)
        g_string_append_c(out, c);
}

void mn_markdown_code(GString *out, const char *text)
{
    if (*text == '\0')
        return;
    g_autofree char *line = g_strdelimit(g_strdup(text), "\n", ' ');
    size_t ticks = longest_run(line, '`') + 1;
    const char *pad = line[0] == '`' || line[strlen(line) - 1] == '`' ? " " : "";
    append_times(out, '`', ticks);
    g_string_append(out, pad);
    mn_append_plain(out, line);
    g_string_append(out, pad);
    append_times(out, '`', ticks);
}

void mn_markdown_block(GString *out, const char *language, const char *text)
{
    size_t ticks = MAX(longest_run(text, '`') + 1, (size_t)3);
    append_times(out, '`', ticks);
    g_string_append_printf(out, "%s\n", language);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (size_t i = 0; lines[i] != NULL; i++) {
        if (lines[i + 1] == NULL && *lines[i] == '\0')
            break;
        mn_append_plain(out, lines[i]);
        g_string_append_c(out, '\n');
    }
    append_times(out, '`', ticks);
    g_string_append_c(out, '\n');
}

/* ---- tables */

struct mn_markdown_table {
    GPtrArray *heads; /* markup */
    GArray *numbers;  /* bool, one a column */
    GPtrArray *cells; /* markup, row by row */
};

mn_markdown_table *mn_markdown_table_new(void)
{
    mn_markdown_table *table = g_new0(mn_markdown_table, 1);
    table->heads = g_ptr_array_new_with_free_func(g_free);
    table->numbers = g_array_new(FALSE, FALSE, sizeof(bool));
    table->cells = g_ptr_array_new_with_free_func(g_free);
    return table;
}

void mn_markdown_table_free(mn_markdown_table *table)
{
    if (table == NULL)
        return;
    g_ptr_array_unref(table->heads);
    g_array_unref(table->numbers);
    g_ptr_array_unref(table->cells);
    g_free(table);
}

static char *as_text(const char *text)
{
    GString *markup = g_string_new(NULL);
    mn_markdown_text(markup, text);
    return g_string_free(markup, FALSE);
}

void mn_markdown_head(mn_markdown_table *table, const char *title, bool numbers)
{
    g_assert(table->cells->len == 0);
    g_ptr_array_add(table->heads, as_text(title));
    g_array_append_val(table->numbers, numbers);
}

void mn_markdown_cell_markup(mn_markdown_table *table, const char *markup)
{
    g_ptr_array_add(table->cells, g_strdup(markup));
}

void mn_markdown_cell(mn_markdown_table *table, const char *text)
{
    g_ptr_array_add(table->cells, as_text(text));
}

/* A '|' ends the cell even inside of code. */
void mn_markdown_cell_code(mn_markdown_table *table, const char *text)
{
    GString *markup = g_string_new(NULL);
    mn_markdown_code(markup, text);
    g_string_replace(markup, "|", "\\|", 0);
    g_ptr_array_add(table->cells, g_string_free(markup, FALSE));
}

void mn_markdown_cellf(mn_markdown_table *table, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    mn_markdown_cell(table, text);
}

static size_t column_width(const mn_markdown_table *table, guint column)
{
    size_t width = MAX(mn_display_width(table->heads->pdata[column]), (size_t)3);
    for (guint i = column; i < table->cells->len; i += table->heads->len)
        width = MAX(width, mn_display_width(table->cells->pdata[i]));
    return width;
}

static void append_row(GString *out, const mn_markdown_table *table, const size_t *widths,
                       char *const *cells)
{
    for (guint i = 0; i < table->heads->len; i++) {
        size_t blanks = widths[i] - mn_display_width(cells[i]);
        bool number = g_array_index(table->numbers, bool, i);
        g_string_append(out, i == 0 ? "| " : " | ");
        append_times(out, ' ', number ? blanks : 0);
        g_string_append(out, cells[i]);
        append_times(out, ' ', number ? 0 : blanks);
    }
    g_string_append(out, " |\n");
}

static void append_rule(GString *out, const mn_markdown_table *table, const size_t *widths)
{
    for (guint i = 0; i < table->heads->len; i++) {
        bool number = g_array_index(table->numbers, bool, i);
        g_string_append(out, i == 0 ? "| " : " | ");
        append_times(out, '-', widths[i] - (number ? 1 : 0));
        g_string_append(out, number ? ":" : "");
    }
    g_string_append(out, " |\n");
}

void mn_markdown_table_print(const mn_markdown_table *table, GString *out)
{
    guint columns = table->heads->len;
    g_assert(columns > 0 && table->cells->len % columns == 0);
    g_autofree size_t *widths = g_new(size_t, columns);
    for (guint i = 0; i < columns; i++)
        widths[i] = column_width(table, i);
    append_row(out, table, widths, (char *const *)table->heads->pdata);
    append_rule(out, table, widths);
    for (guint i = 0; i < table->cells->len; i += columns)
        append_row(out, table, widths, (char *const *)table->cells->pdata + i);
}
