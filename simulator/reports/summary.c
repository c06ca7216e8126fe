/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/reports/summary.h"

#include "simulator/explain/pick.h"
#include "simulator/reports/outcome.h"
#include "simulator/reports/phrase.h"

#include <inttypes.h>
#include <string.h>

void mn_phrase_verdict(GString *out, const mn_record *record)
{
    const mn_record_totals *totals = &record->totals;
    mn_fate worst = mn_worst_fate(totals->counts);
    if (totals->pods == 0)
        g_string_append(out, "No Pods.");
    else if (worst == MN_FATE_RUNS)
        g_string_append_printf(
            out, totals->pods == 1 ? "The Pod runs." : "All %zu Pods run.", totals->pods);
    else
        g_string_append_printf(
            out, "%zu of %zu Pods run", totals->counts[MN_FATE_RUNS], totals->pods);
    if (worst != MN_FATE_RUNS) {
        g_string_append(out, "; ");
        mn_phrase_hindrances(out, totals->counts);
        g_string_append_c(out, '.');
    }
}

static void print_verdict(const mn_record *record, const mn_view *view, GString *out)
{
    g_autoptr(GString) line = g_string_new(NULL);
    mn_phrase_verdict(line, record);
    mn_append_ink(out, &view->page, mn_fate_ink(mn_worst_fate(record->totals.counts)), line->str);
    g_string_append_c(out, '\n');
}

/* It runs, and fitted on more nodes than there are of the OS that it needs. */
static bool is_lucky(const mn_record *record, const mn_record_pod *pod)
{
    size_t right =
        pod->need.os == MN_OS_WINDOWS ? record->totals.windows_nodes : record->totals.linux_nodes;
    return pod->fate == MN_FATE_RUNS && pod->need.os != MN_OS_UNKNOWN &&
           pod->feasible > right + record->totals.other_nodes;
}

/* Luck is where kube-scheduler decides alone. */
static size_t count_lucky(const mn_record *record)
{
    size_t count = 0;
    if (strcmp(record->extender, "off") != 0 && strcmp(record->extender, "observe") != 0)
        return 0;
    for (size_t i = 0; i < record->pod_count; i++)
        count += is_lucky(record, &record->pods[i]);
    return count;
}

static void print_luck(const mn_record *record, const mn_view *view, GString *out)
{
    size_t lucky = count_lucky(record);
    if (lucky == 0)
        return;
    g_autoptr(GString) line = g_string_new(NULL);
    if (record->totals.counts[MN_FATE_RUNS] == 1)
        g_string_append(line, "By luck: it fitted on nodes of the wrong OS, too.");
    else if (lucky == 1)
        g_string_append(line, "1 of them by luck: it fitted on nodes of the wrong OS, too.");
    else
        g_string_append_printf(
            line, "%zu of them by luck: they fitted on nodes of the wrong OS, too.", lucky);
    mn_append_ink(out, &view->page, MN_INK_WARN, line->str);
    g_string_append_c(out, '\n');
}

static void print_held(const mn_record *record, const mn_view *view, GString *out)
{
    const mn_record_amount *held = &record->totals.held;
    if (held->milli_cpu == 0 && held->memory_bytes == 0)
        return;
    g_autoptr(GString) line = g_string_new("Pods that can never run hold ");
    if (held->milli_cpu > 0) {
        mn_phrase_cpu(line, held->milli_cpu);
        g_string_append(line, held->memory_bytes > 0 ? " cpu and " : " cpu.");
    }
    if (held->memory_bytes > 0) {
        mn_phrase_memory(line, held->memory_bytes);
        g_string_append(line, " of memory.");
    }
    mn_append_wrapped(out, &view->page, MN_INK_PLAIN, 0, line->str);
    g_string_append_c(out, '\n');
}

typedef struct next_step {
    const char *question, *option;
} next_step;

/* What somebody who sees this would want to know next, and the option that answers it. */
static next_step next_of(const mn_record *record)
{
    const size_t *counts = record->totals.counts;
    bool enforced = strcmp(record->extender, "enforce") == 0;
    if (record->totals.pods == 0)
        return (next_step){"What would land on these nodes?", "manifests/"};
    if (counts[MN_FATE_WRONG_OS] + counts[MN_FATE_WRONG_BUILD] > 0 && !enforced)
        return (next_step){"What would mullion-extender change?", "--extender enforce"};
    if (mn_worst_fate(counts) != MN_FATE_RUNS)
        return (next_step){"Which Pods, on which nodes?", "-o wide"};
    if (enforced)
        return (next_step){"And without the extender?", "--extender off"};
    if (count_lucky(record) > 0)
        return (next_step){"What if luck turns?", "--seed"};
    return (next_step){"Which Pods, on which nodes?", "-o wide"};
}

static void print_next(const mn_record *record, const mn_view *view, GString *out)
{
    if (view->again == NULL)
        return;
    const next_step next = next_of(record);
    g_string_append_printf(out, "%s  ", next.question);
    g_autoptr(GString) command = g_string_new(view->again);
    g_string_append_printf(command, " %s", next.option);
    if (strcmp(next.option, "--seed") == 0)
        g_string_append_printf(command, " %" PRIu64, record->seed + 1);
    mn_append_ink(out, &view->page, MN_INK_BOLD, command->str);
    g_string_append_c(out, '\n');
}

/* Why the first that does not run does not. */
static void print_explain(const mn_record *record, const mn_view *view, GString *out)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    const char *pod = view->explain == NULL ? NULL : mn_pick_telling(arena, record);
    if (pod == NULL)
        return;
    g_autofree char *command =
        g_strdup_printf("%s %s%s", view->explain, pod, view->explain_options);
    g_string_append(out, "Why, and what would help?  ");
    mn_append_ink(out, &view->page, MN_INK_BOLD, command);
    g_string_append_c(out, '\n');
}

void mn_summary_print(const mn_record *record, const mn_view *view, GString *out)
{
    print_verdict(record, view, out);
    print_luck(record, view, out);
    print_held(record, view, out);
    print_explain(record, view, out);
    print_next(record, view, out);
}
