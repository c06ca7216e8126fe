/* SPDX-License-Identifier: Apache-2.0 */
/* Writing CSV (RFC 4180): rows end with CR LF; a cell with a comma, a quote or a line break
 * stands in quotes.
 */
#ifndef SIMULATOR_CSV_PRINT_H
#define SIMULATOR_CSV_PRINT_H

#include <glib.h>

/* NULL is an empty cell. */
void mn_csv_cell(GString *out, const char *text);
void mn_csv_cellf(GString *out, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* After at least one cell. */
void mn_csv_end_row(GString *out);

/* A row of names; `names` ends with NULL. */
void mn_csv_head(GString *out, const char *const *names);

#endif
