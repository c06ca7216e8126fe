/* SPDX-License-Identifier: Apache-2.0 */
/* Text on a page: widths as a terminal counts them, wrapping, colours, columns.
 *
 * Everything here is a function of its arguments: no locale, no environment. Text that
 * came from files is made harmless on the way (control characters are shown as \x1b).
 */
#ifndef SIMULATOR_LAYOUT_H
#define SIMULATOR_LAYOUT_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum mn_ink {
    MN_INK_PLAIN,
    MN_INK_BOLD,
    MN_INK_DIM,
    MN_INK_GOOD,
    MN_INK_WARN,
    MN_INK_BAD,
} mn_ink;

/* Running text wider than this is hard to read. */
enum { MN_READABLE_COLUMNS = 88 };

typedef struct mn_page {
    bool color;
    size_t columns; /* 0: as wide as need be */
} mn_page;

/* Columns that the text takes; wide East Asian characters take two. */
size_t mn_display_width(const char *text);

/* Control characters and what is not UTF-8 come out as "\x1b". */
void mn_append_plain(GString *out, const char *text);

/* In that colour, when the page has any. `text` is made plain. */
void mn_append_ink(GString *out, const mn_page *page, mn_ink ink, const char *text);

/* Breaks at blanks so that lines end before page->columns. The first line is begun at
 * column `indent` already; the others are indented by that much. Long words stay whole.
 * Line breaks in the text stay; no line break is added at the end. */
void mn_append_wrapped(GString *out, const mn_page *page, mn_ink ink, size_t indent,
                       const char *text);

/* A table: cells row by row. The last column is wrapped on a page that is too narrow. */
typedef struct mn_grid mn_grid;

mn_grid *mn_grid_new(void);
void mn_grid_free(mn_grid *grid);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mn_grid, mn_grid_free)

/* The first row names the columns. */
void mn_grid_head(mn_grid *grid, const char *title, bool numbers);
void mn_grid_cell(mn_grid *grid, mn_ink ink, const char *text);
void mn_grid_cellf(mn_grid *grid, mn_ink ink, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* A remark below the row, across all columns, indented by that much. */
void mn_grid_remark(mn_grid *grid, mn_ink ink, size_t indent, const char *text);
void mn_grid_end_row(mn_grid *grid);

/* Without remarks, and with the last column unwrapped. */
size_t mn_grid_width(const mn_grid *grid);
/* A line of its own between rows, such as a group's name. */
void mn_grid_section(mn_grid *grid, mn_ink ink, const char *text);
void mn_grid_print(const mn_grid *grid, const mn_page *page, GString *out);

#endif
