/* SPDX-License-Identifier: Apache-2.0 */
/* For CI systems: a suite a workload, a case a finding; a workload without findings is a case
 * that passed. Notes pass as well: what fails here should be worth a red build.
 */
#include "simulator/audit/print.h"
#include "simulator/reports/xml.h"

typedef struct book {
    GPtrArray *strings; /* that the cases borrow */
    GArray *cases;      /* mn_junit_case */
    GArray *suites;     /* mn_junit_suite, whose cases are set at the end */
} book;

static const char *keep(const book *b, char *text)
{
    g_ptr_array_add(b->strings, text);
    return text;
}

static const char *details_of(const book *b, const mn_finding *finding)
{
    g_autoptr(GString) place = g_string_new(NULL);
    mn_finding_place(finding, place);
    return keep(b,
                g_strdup_printf("%s: %s\n%s%s%s\nfix: %s\n",
                                place->str,
                                finding->path,
                                finding->message,
                                *finding->evidence == '\0' ? "" : "\n",
                                finding->evidence,
                                *finding->fix == '\0' ? finding->rule->mend : finding->fix));
}

static void add_finding(const book *b, const char *class_name, const mn_finding *finding)
{
    mn_junit_case one = {
        .name = keep(b, g_strdup_printf("%s %s", finding->rule->code, finding->rule->title)),
        .class_name = class_name,
        .file = *finding->file == '\0' ? NULL : finding->file,
        .line = finding->place.line,
        .result = finding->severity == MN_SEVERITY_NOTE ? MN_JUNIT_PASSED : MN_JUNIT_FAILED,
        .type = mn_severity_name(finding->severity),
        .message = finding->message,
    };
    if (finding->ignored != NULL) {
        one.result = MN_JUNIT_SKIPPED;
        one.message = keep(b, g_strdup_printf("ignored by %s", finding->ignored));
    } else {
        one.details = details_of(b, finding);
    }
    g_array_append_val(b->cases, one);
}

static void add_suite(const book *b, const mn_audit *audit, const char *name, size_t first,
                      size_t count)
{
    for (size_t i = first; i < first + count; i++)
        add_finding(b, name, mn_audit_finding(audit, i));
    const mn_junit_case clean = {.name = "no findings", .class_name = name};
    if (count == 0)
        g_array_append_val(b->cases, clean);
    const mn_junit_suite suite = {.name = name, .count = MAX(count, (size_t)1)};
    g_array_append_val(b->suites, suite);
}

static void add_all(const book *b, const mn_audit *audit)
{
    size_t behind = 0;
    for (guint i = 0; i < audit->workloads->len; i++) {
        const mn_audited *workload = &g_array_index(audit->workloads, mn_audited, i);
        const char *name = keep(
            b, g_strdup_printf("%s.%s/%s", workload->kind, workload->namespace_, workload->name));
        add_suite(b, audit, name, workload->first, workload->count);
        behind = workload->first + workload->count;
    }
    if (behind < audit->findings->len)
        add_suite(b, audit, "cluster", behind, audit->findings->len - behind);
}

void mn_audit_print_junit(mn_audit_input *input, const mn_audit *audit, const mn_audit_view *view,
                          GString *out)
{
    (void)input, (void)view;
    g_autoptr(GPtrArray) strings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GArray) cases = g_array_new(FALSE, FALSE, sizeof(mn_junit_case));
    g_autoptr(GArray) suites = g_array_new(FALSE, FALSE, sizeof(mn_junit_suite));
    const book b = {.strings = strings, .cases = cases, .suites = suites};
    add_all(&b, audit);
    size_t first = 0;
    for (guint i = 0; i < suites->len; i++) {
        mn_junit_suite *suite = &g_array_index(suites, mn_junit_suite, i);
        suite->cases = &g_array_index(cases, mn_junit_case, first);
        first += suite->count;
    }
    mn_junit_print(
        "mullion audit", (const mn_junit_suite *)(const void *)suites->data, suites->len, out);
}
