/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/reports/csv_print.h"

#include <string.h>

void mn_csv_cell(GString *out, const char *text)
{
    if (text == NULL)
        text = "";
    if (strpbrk(text, ",\"\r\n") == NULL) {
        g_string_append_printf(out, "%s,", text);
        return;
    }
    g_string_append_c(out, '"');
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '"')
            g_string_append_c(out, '"');
        g_string_append_c(out, *p);
    }
    g_string_append(out, "\",");
}

void mn_csv_cellf(GString *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    mn_csv_cell(out, text);
}

/* In place of the last comma. */
void mn_csv_end_row(GString *out)
{
    g_assert(out->len > 0 && out->str[out->len - 1] == ',');
    g_string_truncate(out, out->len - 1);
    g_string_append(out, "\r\n");
}

void mn_csv_head(GString *out, const char *const *names)
{
    for (size_t i = 0; names[i] != NULL; i++)
        mn_csv_cell(out, names[i]);
    mn_csv_end_row(out);
}
