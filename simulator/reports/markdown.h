/* SPDX-License-Identifier: Apache-2.0 */
/* Markdown as GitHub and GitLab render it.
 *
 * Text that came from files is made harmless: no markup, no HTML, no "@somebody" that
 * would notify a person, one line.
 */
#ifndef SIMULATOR_MARKDOWN_H
#define SIMULATOR_MARKDOWN_H

#include <glib.h>
#include <stdbool.h>

/* Running text. Line breaks become blanks. */
void mn_markdown_text(GString *out, const char *text);

/* `text` in a code span, with as many backticks as that takes. */
void mn_markdown_code(GString *out, const char *text);

/* A fenced block; `language` may be "". Line breaks stay. */
void mn_markdown_block(GString *out, const char *language, const char *text);

/* A table, cell by cell; columns are padded, so that the source reads well too. */
typedef struct mn_markdown_table mn_markdown_table;

mn_markdown_table *mn_markdown_table_new(void);
void mn_markdown_table_free(mn_markdown_table *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mn_markdown_table, mn_markdown_table_free)

/* The columns first. */
void mn_markdown_head(mn_markdown_table *table, const char *title, bool numbers);
/* Rows end by themselves when they have a cell for each column. */
void mn_markdown_cell(mn_markdown_table *table, const char *text);
void mn_markdown_cell_code(mn_markdown_table *table, const char *text);
void mn_markdown_cellf(mn_markdown_table *table, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Markup that was made with the functions above. */
void mn_markdown_cell_markup(mn_markdown_table *table, const char *markup);

void mn_markdown_table_print(const mn_markdown_table *table, GString *out);

#endif
