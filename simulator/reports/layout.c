/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/reports/layout.h"

#include <string.h>

enum { GAP = 2, LAST_COLUMN_MIN = 12 };

static const char *const ink_on[] = {
    [MN_INK_PLAIN] = "",
    [MN_INK_BOLD] = "\x1b[1m",
    [MN_INK_DIM] = "\x1b[2m",
    [MN_INK_GOOD] = "\x1b[32m",
    [MN_INK_WARN] = "\x1b[33m",
    [MN_INK_BAD] = "\x1b[1;31m",
};

/* g_utf8_next_char() drops the const. */
static const char *next_char(const char *text)
{
    return text + g_utf8_skip[(unsigned char)*text];
}

static size_t width_of(gunichar c)
{
    if (g_unichar_iszerowidth(c))
        return 0;
    return g_unichar_iswide(c) ? 2 : 1;
}

size_t mn_display_width(const char *text)
{
    size_t width = 0;
    for (const char *p = text; *p != '\0'; p = next_char(p))
        width += width_of(g_utf8_get_char(p));
    return width;
}

/* What turns the direction of writing is as good as a control character: it can make a
 * terminal show another name than the one that is there. */
static bool is_harmless(gunichar c)
{
    return g_unichar_type(c) != G_UNICODE_CONTROL && g_unichar_type(c) != G_UNICODE_FORMAT &&
           g_unichar_type(c) != G_UNICODE_LINE_SEPARATOR;
}

void mn_append_plain(GString *out, const char *text)
{
    while (*text != '\0') {
        gunichar c = g_utf8_get_char_validated(text, -1);
        bool valid = c != (gunichar)-1 && c != (gunichar)-2;
        size_t len = valid ? (size_t)(next_char(text) - text) : 1;
        if (valid && is_harmless(c))
            g_string_append_len(out, text, (gssize)len);
        else if (valid && c > 0xff)
            g_string_append_printf(out, "\\u%04x", c);
        else
            g_string_append_printf(out, "\\x%02x", valid ? c : (unsigned char)*text);
        text += len;
    }
}

static void append_raw(GString *out, const mn_page *page, mn_ink ink, const char *text, size_t len)
{
    bool colored = page->color && ink != MN_INK_PLAIN && len > 0;
    if (colored)
        g_string_append(out, ink_on[ink]);
    g_string_append_len(out, text, (gssize)len);
    if (colored)
        g_string_append(out, "\x1b[0m");
}

void mn_append_ink(GString *out, const mn_page *page, mn_ink ink, const char *text)
{
    g_autoptr(GString) plain = g_string_new(NULL);
    mn_append_plain(plain, text);
    append_raw(out, page, ink, plain->str, plain->len);
}

static void append_blanks(GString *out, size_t count)
{
    g_string_append_printf(out, "%*s", (int)count, "");
}

/* How much of the text fits into `room` columns: up to the last blank that does, or to
 * the first blank of all where not even one word fits. */
static size_t line_bytes(const char *text, size_t room)
{
    size_t width = 0;
    const char *blank = NULL;
    for (const char *p = text; *p != '\0'; p = next_char(p)) {
        if (*p == ' ') {
            if (width > room)
                return (size_t)((blank == NULL ? p : blank) - text);
            blank = p;
        }
        width += width_of(g_utf8_get_char(p));
    }
    if (width > room && blank != NULL)
        return (size_t)(blank - text);
    return strlen(text);
}

static void append_paragraph(GString *out, const mn_page *page, mn_ink ink, size_t indent,
                             const char *text)
{
    size_t room = page->columns > indent ? page->columns - indent : 0;
    if (page->columns == 0)
        room = G_MAXSIZE;
    for (;;) {
        size_t len = line_bytes(text, room);
        append_raw(out, page, ink, text, len);
        text += len;
        while (*text == ' ')
            text++;
        if (*text == '\0')
            return;
        g_string_append_c(out, '\n');
        append_blanks(out, indent);
    }
}

void mn_append_wrapped(GString *out, const mn_page *page, mn_ink ink, size_t indent,
                       const char *text)
{
    for (const char *line = text; line != NULL;) {
        const char *end = strchr(line, '\n');
        g_autofree char *one = end == NULL ? g_strdup(line) : g_strndup(line, (gsize)(end - line));
        g_autoptr(GString) plain = g_string_new(NULL);
        mn_append_plain(plain, one);
        append_paragraph(out, page, ink, indent, plain->str);
        line = end == NULL ? NULL : end + 1;
        if (line == NULL)
            return;
        g_string_append_c(out, '\n');
        if (*line != '\n' && *line != '\0')
            append_blanks(out, indent);
    }
}

typedef struct cell {
    char *text; /* plain */
    size_t width;
    mn_ink ink;
} cell;

typedef struct row {
    GArray *cells; /* cell; none: only the remark */
    char *remark;  /* NULL: none */
    size_t remark_indent;
    mn_ink remark_ink;
} row;

struct mn_grid {
    GArray *rows;    /* row */
    GArray *numbers; /* bool per column: aligned to the right */
};

static void clear_cell(gpointer data)
{
    cell *one = data;
    g_free(one->text);
}

static void clear_row(gpointer data)
{
    row *one = data;
    g_array_unref(one->cells);
    g_free(one->remark);
}

static void begin_row(mn_grid *grid)
{
    row fresh = {.cells = g_array_new(FALSE, TRUE, sizeof(cell))};
    g_array_set_clear_func(fresh.cells, clear_cell);
    g_array_append_val(grid->rows, fresh);
}

mn_grid *mn_grid_new(void)
{
    mn_grid *grid = g_new0(mn_grid, 1);
    grid->rows = g_array_new(FALSE, TRUE, sizeof(row));
    g_array_set_clear_func(grid->rows, clear_row);
    grid->numbers = g_array_new(FALSE, TRUE, sizeof(bool));
    begin_row(grid);
    return grid;
}

void mn_grid_free(mn_grid *grid)
{
    if (grid == NULL)
        return;
    g_array_unref(grid->rows);
    g_array_unref(grid->numbers);
    g_free(grid);
}

static row *last_row(const mn_grid *grid)
{
    return &g_array_index(grid->rows, row, grid->rows->len - 1);
}

void mn_grid_cell(mn_grid *grid, mn_ink ink, const char *text)
{
    GString *plain = g_string_new(NULL);
    mn_append_plain(plain, text);
    cell fresh = {.ink = ink, .text = g_string_free(plain, FALSE)};
    fresh.width = mn_display_width(fresh.text);
    g_array_append_val(last_row(grid)->cells, fresh);
}

void mn_grid_cellf(mn_grid *grid, mn_ink ink, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    mn_grid_cell(grid, ink, text);
}

void mn_grid_head(mn_grid *grid, const char *title, bool numbers)
{
    g_array_append_val(grid->numbers, numbers);
    mn_grid_cell(grid, MN_INK_DIM, title);
}

void mn_grid_remark(mn_grid *grid, mn_ink ink, size_t indent, const char *text)
{
    row *one = last_row(grid);
    one->remark = g_strdup(text);
    one->remark_indent = indent;
    one->remark_ink = ink;
}

void mn_grid_end_row(mn_grid *grid)
{
    g_assert(last_row(grid)->cells->len == grid->numbers->len);
    begin_row(grid);
}

void mn_grid_section(mn_grid *grid, mn_ink ink, const char *text)
{
    g_assert(last_row(grid)->cells->len == 0);
    mn_grid_remark(grid, ink, 0, text);
    begin_row(grid);
}

static size_t column_width(const mn_grid *grid, guint column)
{
    size_t width = 0;
    for (guint i = 0; i + 1 < grid->rows->len; i++) {
        const row *one = &g_array_index(grid->rows, row, i);
        if (one->cells->len > 0)
            width = MAX(width, g_array_index(one->cells, cell, column).width);
    }
    return width;
}

size_t mn_grid_width(const mn_grid *grid)
{
    size_t width = 0;
    for (guint i = 0; i < grid->numbers->len; i++)
        width += column_width(grid, i) + (i > 0 ? GAP : 0);
    return width;
}

static void print_cell(const cell *one, size_t pad, bool numbers, const mn_page *page, GString *out)
{
    if (numbers)
        append_blanks(out, pad);
    append_raw(out, page, one->ink, one->text, strlen(one->text));
    if (!numbers)
        append_blanks(out, pad);
    append_blanks(out, GAP);
}

static void trim_blanks(GString *out)
{
    while (out->len > 0 && out->str[out->len - 1] == ' ')
        g_string_truncate(out, out->len - 1);
}

static void print_cells(const mn_grid *grid, const row *one, const size_t *widths,
                        const mn_page *page, GString *out)
{
    size_t column = 0;
    guint last = grid->numbers->len - 1;
    for (guint i = 0; i < last; i++) {
        const cell *c = &g_array_index(one->cells, cell, i);
        print_cell(c, widths[i] - c->width, g_array_index(grid->numbers, bool, i), page, out);
        column += widths[i] + GAP;
    }
    const cell *tail = &g_array_index(one->cells, cell, last);
    if (g_array_index(grid->numbers, bool, last))
        append_blanks(out, widths[last] - tail->width);
    /* A page with no room for the last column is left to the terminal's own wrapping. */
    const mn_page wide = {.color = page->color};
    bool roomy = page->columns >= column + LAST_COLUMN_MIN;
    append_paragraph(out, roomy ? page : &wide, tail->ink, column, tail->text);
    trim_blanks(out);
    g_string_append_c(out, '\n');
}

static void print_row(const mn_grid *grid, const row *one, const size_t *widths,
                      const mn_page *page, GString *out)
{
    if (one->cells->len > 0)
        print_cells(grid, one, widths, page, out);
    if (one->remark == NULL)
        return;
    append_blanks(out, one->remark_indent);
    mn_append_wrapped(out, page, one->remark_ink, one->remark_indent, one->remark);
    g_string_append_c(out, '\n');
}

void mn_grid_print(const mn_grid *grid, const mn_page *page, GString *out)
{
    guint columns = grid->numbers->len;
    g_autofree size_t *widths = g_new0(size_t, columns);
    for (guint i = 0; i < columns; i++)
        widths[i] = column_width(grid, i);
    for (guint i = 0; i + 1 < grid->rows->len; i++)
        print_row(grid, &g_array_index(grid->rows, row, i), widths, page, out);
}
