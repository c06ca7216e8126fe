/* SPDX-License-Identifier: Apache-2.0 */
/* What is printed about an audit: a file and a row of formats.def each. */
#ifndef SIMULATOR_AUDIT_PRINT_H
#define SIMULATOR_AUDIT_PRINT_H

#include "simulator/audit/audit.h"
#include "simulator/reports/layout.h"

typedef struct mn_audit_view {
    mn_page page;
    const char *again; /* the command line without options, for "what to do next" */
} mn_audit_view;

typedef struct mn_audit_format {
    const char *name;
    void (*print)(mn_audit_input *input, const mn_audit *audit, const mn_audit_view *view,
                  GString *out);
    bool for_people;
} mn_audit_format;

extern const mn_audit_format mn_audit_formats[];
extern const char *const mn_audit_format_names[], *const mn_audit_format_helps[];

#define FORMAT(name, whom, what) \
    void mn_audit_print_##name(  \
        mn_audit_input *input, const mn_audit *audit, const mn_audit_view *view, GString *out);
#include "simulator/audit/formats.def"
#undef FORMAT

/* The table, with workloads that have no finding or without. */
void mn_audit_print_for_people(const mn_audit *audit, const mn_audit_view *view, bool all,
                               GString *out);

/* "Deployment shop/web"; "the cluster". In a buffer of the caller. */
void mn_finding_subject(const mn_finding *finding, GString *out);

/* "web.yaml:12:7", "web.yaml", "" */
void mn_finding_place(const mn_finding *finding, GString *out);

/* Findings that are not ignored, as far as they go: a walk in order. */
static inline const mn_finding *mn_audit_finding(const mn_audit *audit, size_t i)
{
    return &g_array_index(audit->findings, mn_finding, i);
}

/* The rules themselves, for `--rules`. */
void mn_rules_print_table(const mn_audit_view *view, GString *out);
void mn_rules_print_json(GString *out);
/* docs/AUDIT.md */
void mn_rules_print_markdown(GString *out);

#endif
