/* SPDX-License-Identifier: Apache-2.0 */
/* For people: workload by workload, what it needs and why, and what is wrong with it. */
#include "mullion/text/json_write.h"
#include "simulator/audit/patch.h"
#include "simulator/audit/print.h"
#include "simulator/reports/phrase.h"

#include <string.h>

enum { EVIDENCE_INDENT = 2, MESSAGE_INDENT = 17 };

static mn_ink ink_of(mn_severity severity)
{
    static const mn_ink inks[] = {MN_INK_DIM, MN_INK_WARN, MN_INK_BAD};
    return inks[severity];
}

static void print_place(const mn_finding *finding, const mn_page *page, GString *out)
{
    g_autoptr(GString) place = g_string_new(NULL);
    mn_finding_place(finding, place);
    if (place->len == 0)
        return;
    g_string_append_printf(out, "%*s", MESSAGE_INDENT, "");
    mn_append_ink(out, page, MN_INK_DIM, place->str);
    g_string_append_c(out, '\n');
}

/* "  error   MU101  message", then fix and place below the message. */
static void print_finding(const mn_finding *finding, const mn_page *page, GString *out)
{
    const char *severity = mn_severity_name(finding->severity);
    g_string_append(out, "  ");
    mn_append_ink(out, page, ink_of(finding->severity), severity);
    g_string_append_printf(out, "%*s", (int)(8 - strlen(severity)), "");
    mn_append_ink(out, page, MN_INK_BOLD, finding->rule->code);
    g_string_append(out, "  ");
    mn_append_wrapped(out, page, MN_INK_PLAIN, MESSAGE_INDENT, finding->message);
    g_string_append_c(out, '\n');
    if (*finding->fix != '\0') {
        g_autofree char *fix = g_strdup_printf("fix: %s", finding->fix);
        g_string_append_printf(out, "%*s", MESSAGE_INDENT, "");
        mn_append_wrapped(out, page, MN_INK_GOOD, MESSAGE_INDENT, fix);
        g_string_append_c(out, '\n');
    }
    print_place(finding, page, out);
}

static size_t print_findings(const mn_audit *audit, size_t first, size_t count, const mn_page *page,
                             GString *out)
{
    size_t shown = 0;
    for (size_t i = first; i < first + count; i++) {
        const mn_finding *finding = mn_audit_finding(audit, i);
        if (finding->ignored != NULL)
            continue;
        print_finding(finding, page, out);
        shown++;
    }
    return shown;
}

static bool has_shown(const mn_audit *audit, size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++) {
        if (mn_audit_finding(audit, i)->ignored == NULL)
            return true;
    }
    return false;
}

static void print_workload(const mn_audit *audit, const mn_audited *workload,
                           const mn_audit_view *view, GString *out)
{
    g_autofree char *title =
        g_strdup_printf("%s %s/%s", workload->kind, workload->namespace_, workload->name);
    mn_append_ink(out, &view->page, MN_INK_BOLD, title);
    g_string_append_printf(out, "\n%*s", EVIDENCE_INDENT, "");
    mn_append_wrapped(out, &view->page, MN_INK_DIM, EVIDENCE_INDENT, workload->evidence);
    g_string_append_c(out, '\n');
    print_findings(audit, workload->first, workload->count, &view->page, out);
    g_string_append_c(out, '\n');
}

/* Behind those of the workloads: RuntimeClasses, nodes, the cluster. */
static void print_others(const mn_audit *audit, size_t first, const mn_audit_view *view,
                         GString *out)
{
    size_t run = 0;
    for (size_t i = first; i < audit->findings->len; i += run) {
        run = mn_finding_run(audit, i);
        if (!has_shown(audit, i, run))
            continue;
        g_autoptr(GString) title = g_string_new(NULL);
        mn_finding_subject(mn_audit_finding(audit, i), title);
        mn_append_ink(out, &view->page, MN_INK_BOLD, title->str);
        g_string_append_c(out, '\n');
        print_findings(audit, i, run, &view->page, out);
        g_string_append_c(out, '\n');
    }
}

/* ---- closing */

static mn_ink ink_of_audit(const mn_audit *audit)
{
    if (audit->counts[MN_SEVERITY_ERROR] > 0)
        return MN_INK_BAD;
    return audit->counts[MN_SEVERITY_WARNING] > 0 ? MN_INK_WARN : MN_INK_GOOD;
}

static void append_assumption(const mn_audit *audit, GString *out)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    const char *nodes = mn_audit_cluster_text(arena, &audit->cluster);
    switch (audit->cluster.source) {
    case MN_CLUSTER_TYPICAL:
        g_string_append_printf(out,
                               "No cluster given: assumed %s, untainted; --cluster FILE to use "
                               "yours.",
                               nodes);
        break;
    case MN_CLUSTER_INPUT:
    case MN_CLUSTER_FILE:
        g_string_append_printf(out, "Cluster: %s.", nodes);
        if (audit->cluster.on_windows == 0 || audit->cluster.on_linux == 0)
            g_string_append(out,
                            " With one OS nothing lands wrongly: --cluster typical asks what "
                            "would, in a mixed one.");
        break;
    }
}

static bool has_patch(const mn_audit *audit)
{
    for (size_t i = 0; i < audit->findings->len; i++) {
        const mn_finding *finding = mn_audit_finding(audit, i);
        if (finding->ignored == NULL && finding->edit_count > 0)
            return true;
    }
    return false;
}

static void print_next(const mn_audit *audit, const mn_audit_view *view, GString *out)
{
    if (view->again == NULL)
        return;
    if (has_patch(audit)) {
        g_autofree char *fix = g_strdup_printf("%s --fix", view->again);
        g_string_append(out, "As patches:  ");
        mn_append_ink(out, &view->page, MN_INK_BOLD, fix);
        g_string_append_c(out, '\n');
    } else if (audit->findings->len == 0 && audit->workloads->len > 0) {
        g_string_append(out, "What each workload needs, and why:  ");
        g_autofree char *wide = g_strdup_printf("%s -o wide", view->again);
        mn_append_ink(out, &view->page, MN_INK_BOLD, wide);
        g_string_append_c(out, '\n');
    }
}

static void print_closing(const mn_audit *audit, const mn_audit_view *view, GString *out)
{
    g_autoptr(GString) counts = g_string_new(NULL), rest = g_string_new(NULL);
    mn_phrase_count(counts, audit->workloads->len, "workload");
    g_string_append(counts, ": ");
    mn_audit_counts_text(audit, counts);
    if (audit->ignored > 0)
        g_string_append_printf(counts, ", %zu ignored", audit->ignored);
    g_string_append_c(counts, '.');
    mn_append_ink(out, &view->page, ink_of_audit(audit), counts->str);
    g_string_append_c(out, '\n');
    append_assumption(audit, rest);
    mn_append_wrapped(out, &view->page, MN_INK_PLAIN, 0, rest->str);
    g_string_append_c(out, '\n');
    print_next(audit, view, out);
}

void mn_audit_print_for_people(const mn_audit *audit, const mn_audit_view *view, bool all,
                               GString *out)
{
    size_t behind = 0;
    for (guint i = 0; i < audit->workloads->len; i++) {
        const mn_audited *workload = &g_array_index(audit->workloads, mn_audited, i);
        behind = workload->first + workload->count;
        if (all || has_shown(audit, workload->first, workload->count))
            print_workload(audit, workload, view, out);
    }
    print_others(audit, behind, view, out);
    print_closing(audit, view, out);
}

void mn_audit_print_table(mn_audit_input *input, const mn_audit *audit, const mn_audit_view *view,
                          GString *out)
{
    (void)input;
    mn_audit_print_for_people(audit, view, false, out);
}

void mn_audit_print_wide(mn_audit_input *input, const mn_audit *audit, const mn_audit_view *view,
                         GString *out)
{
    (void)input;
    mn_audit_print_for_people(audit, view, true, out);
}
