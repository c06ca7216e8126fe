/* SPDX-License-Identifier: Apache-2.0 */
/* For pull requests: a table of findings, and the patches folded away below it. */
#include "simulator/audit/patch.h"
#include "simulator/audit/print.h"
#include "simulator/reports/markdown.h"
#include "simulator/reports/phrase.h"

static void print_headline(const mn_audit *audit, GString *out)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_string_append(out, "### mullion audit: ");
    mn_audit_counts_text(audit, out);
    g_string_append(out, "\n\n");
    mn_phrase_count(out, audit->workloads->len, "workload");
    g_string_append_printf(out,
                           "%s, audited for %s %s.\n",
                           audit->ignored > 0 ? ", some findings ignored by annotation" : "",
                           audit->cluster.source == MN_CLUSTER_TYPICAL ? "an assumed cluster of"
                                                                       : "a cluster of",
                           mn_audit_cluster_text(arena, &audit->cluster));
}

static void add_row(mn_markdown_table *table, const mn_finding *finding)
{
    static const char *const marks[] = {"note", "warning", "**error**"};
    g_autoptr(GString) subject = g_string_new(NULL), place = g_string_new(NULL);
    g_autofree char *link = g_strdup_printf("`%s`", finding->rule->code);
    mn_finding_subject(finding, subject);
    mn_finding_place(finding, place);
    mn_markdown_cell_markup(table, link);
    mn_markdown_cell_markup(table, marks[finding->severity]);
    mn_markdown_cell(table, subject->str);
    mn_markdown_cell(table, finding->message);
    mn_markdown_cell(table, finding->fix);
    mn_markdown_cell_code(table, place->str);
}

static void print_table(const mn_audit *audit, GString *out)
{
    static const char *const heads[] = {"Code", "Severity", "Object", "Finding", "Fix", "Where"};
    g_autoptr(mn_markdown_table) table = mn_markdown_table_new();
    for (size_t i = 0; i < G_N_ELEMENTS(heads); i++)
        mn_markdown_head(table, heads[i], false);
    size_t rows = 0;
    for (size_t i = 0; i < audit->findings->len; i++) {
        const mn_finding *finding = mn_audit_finding(audit, i);
        if (finding->ignored != NULL)
            continue;
        add_row(table, finding);
        rows++;
    }
    if (rows == 0)
        return;
    g_string_append_c(out, '\n');
    mn_markdown_table_print(table, out);
}

static void print_patches(const mn_audit *audit, GString *out)
{
    g_autoptr(GString) patches = g_string_new(NULL);
    mn_patch_counts counts = mn_patch_print_all(audit, patches);
    if (counts.patches == 0)
        return;
    g_string_append(out, "\n<details><summary>");
    mn_phrase_count(out, counts.patches, "patch");
    g_string_append(out, "</summary>\n\n");
    mn_markdown_block(out, "yaml", patches->str);
    g_string_append(out, "\n</details>\n");
}

void mn_audit_print_markdown(mn_audit_input *input, const mn_audit *audit,
                             const mn_audit_view *view, GString *out)
{
    (void)input, (void)view;
    print_headline(audit, out);
    print_table(audit, out);
    print_patches(audit, out);
}
