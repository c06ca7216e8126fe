/* SPDX-License-Identifier: Apache-2.0 */
/* The report for CI systems: a suite a workload, a case a Pod; a Pod that does not run fails. */
#include "simulator/reports/reports.h"
#include "simulator/reports/xml.h"

#include <string.h>

/* Texts that the cases point to. */
typedef struct texts {
    GPtrArray *strings;
} texts;

static const char *keep(const texts *t, char *text)
{
    g_ptr_array_add(t->strings, text);
    return text;
}

static char *failure_of(const mn_record_pod *pod)
{
    GString *text = g_string_new(mn_fate_title(pod->fate));
    if (pod->node != NULL)
        g_string_append_printf(text, " on %s", pod->node);
    if (*pod->remark != '\0')
        g_string_append_printf(text, ": %s", pod->remark);
    else if (*pod->status != '\0' && strcmp(pod->status, mn_fate_title(pod->fate)) != 0)
        g_string_append_printf(text, ": %s", pod->status);
    return g_string_free(text, FALSE);
}

static char *details_of(const mn_record_pod *pod)
{
    return g_strdup_printf("%s%s%s\nneeds %s%s%s",
                           pod->reason,
                           *pod->reason == '\0' ? "" : ": ",
                           pod->message,
                           pod->need.text,
                           *pod->need.why == '\0' ? "" : ": ",
                           pod->need.why);
}

/* CI systems make a tree of it, a level a dot: a dot in a name makes none. */
static char *class_of(const mn_record_workload *workload)
{
    g_autofree char *name = g_strdup(workload->name);
    return g_strdup_printf(
        "%s.%s.%s", workload->namespace_, workload->kind, g_strdelimit(name, ".", '-'));
}

static void fill_case(const mn_record_workload *workload, const mn_record_pod *pod, const texts *t,
                      mn_junit_case *one)
{
    *one = (mn_junit_case){
        .name = pod->name,
        .class_name = keep(t, class_of(workload)),
        .file = *workload->origin == '\0' ? NULL : workload->origin,
        .result = MN_JUNIT_PASSED,
    };
    if (pod->fate == MN_FATE_RUNS) {
        one->time_ms = MAX(pod->ready_ms - pod->created_ms, 0);
        return;
    }
    one->result = MN_JUNIT_FAILED;
    one->type = mn_fate_id(pod->fate);
    one->message = keep(t, failure_of(pod));
    one->details = keep(t, details_of(pod));
}

/* Pods that nobody asked for yet, all in one. */
static void fill_absent(const mn_record_workload *workload, const texts *t, mn_junit_case *one)
{
    size_t count = workload->counts[MN_FATE_ABSENT];
    *one = (mn_junit_case){
        .name = keep(t, g_strdup_printf("%zu more", count)),
        .class_name = keep(t, class_of(workload)),
        .result = MN_JUNIT_SKIPPED,
        .message = mn_fate_title(MN_FATE_ABSENT),
    };
}

/* The number of cases that were filled. */
static size_t fill_cases(const mn_record *record, const mn_record_workload *workload,
                         const texts *t, mn_junit_case *cases)
{
    size_t count = 0;
    for (; count < workload->pod_count; count++)
        fill_case(workload, &record->pods[workload->first_pod + count], t, &cases[count]);
    if (workload->counts[MN_FATE_ABSENT] > 0)
        fill_absent(workload, t, &cases[count++]);
    return count;
}

void mn_report_junit(const mn_record *record, const mn_view *view, GString *out)
{
    (void)view;
    g_autoptr(GPtrArray) strings = g_ptr_array_new_with_free_func(g_free);
    g_autofree mn_junit_suite *suites = g_new0(mn_junit_suite, record->workload_count + 1);
    g_autofree mn_junit_case *cases =
        g_new0(mn_junit_case, record->pod_count + record->workload_count + 1);
    const texts t = {.strings = strings};
    mn_junit_case *next = cases;
    for (size_t i = 0; i < record->workload_count; i++) {
        const mn_record_workload *workload = &record->workloads[i];
        size_t count = fill_cases(record, workload, &t, next);
        char *name =
            g_strdup_printf("%s %s/%s", workload->kind, workload->namespace_, workload->name);
        suites[i] = (mn_junit_suite){.name = keep(&t, name), .cases = next, .count = count};
        next += count;
    }
    mn_junit_print(record->scenario, suites, record->workload_count, out);
}
