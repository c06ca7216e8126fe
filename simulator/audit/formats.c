/* SPDX-License-Identifier: Apache-2.0 */
/* The table of formats, and what several of them say alike. */
#include "simulator/audit/print.h"

#include <string.h>

enum { FOR_PROGRAMS, FOR_PEOPLE };

#define FORMAT(word, whom, what) {#word, mn_audit_print_##word, FOR_##whom},
const mn_audit_format mn_audit_formats[] = {
#include "simulator/audit/formats.def"
};
#undef FORMAT

const char *const mn_audit_format_names[] = {
#define FORMAT(word, whom, what) #word,
#include "simulator/audit/formats.def"
#undef FORMAT
    NULL,
};

const char *const mn_audit_format_helps[] = {
#define FORMAT(word, whom, what) what,
#include "simulator/audit/formats.def"
#undef FORMAT
    NULL,
};

void mn_finding_subject(const mn_finding *finding, GString *out)
{
    if (finding->object == NULL)
        g_string_append(out, "Cluster");
    else if (*finding->namespace_ == '\0')
        g_string_append_printf(out, "%s %s", finding->kind, finding->name);
    else
        g_string_append_printf(out, "%s %s/%s", finding->kind, finding->namespace_, finding->name);
}

void mn_finding_place(const mn_finding *finding, GString *out)
{
    g_string_append(out, strcmp(finding->file, "-") == 0 ? "stdin" : finding->file);
    if (finding->place.line > 0)
        g_string_append_printf(out, ":%zu:%zu", finding->place.line, finding->place.column);
}
