/* SPDX-License-Identifier: Apache-2.0 */
/* What is printed about a run: one file and one row of reports.def a format.
 *
 * A report reads the record and nothing else, and has the same bytes for the same
 * record and view.
 */
#ifndef SIMULATOR_REPORT_H
#define SIMULATOR_REPORT_H

#include "simulator/engine/recorder.h"
#include "simulator/reports/layout.h"

/* Something that the scenario's timeline does. */
typedef struct mn_view_mark {
    int64_t time_ms;
    const char *text; /* "kubectl drain linux-0" */
} mn_view_mark;

/* How it is looked at. */
typedef struct mn_view {
    mn_page page;
    const char *again; /* the command line without options, for "what to do next"; NULL: say
                          nothing of that */
    /* "mullion explain FILES", before and after which Pod, or NULL. */
    const char *explain, *explain_options;
    const mn_view_mark *marks; /* in the order of their times */
    size_t mark_count;
} mn_view;

typedef struct mn_report {
    const char *name;
    void (*print)(const mn_record *record, const mn_view *view, GString *out);
    bool for_people; /* takes words before and after it */
    bool in_time;    /* wants the record's checkpoints: mn_timeline_moments() */
} mn_report;

/* All reports; the first is the default. */
const mn_report *mn_reports(size_t *count);

/* Their names, NULL-terminated, and what they are for, in the same order. */
extern const char *const mn_report_names[];
extern const char *const mn_report_helps[];

#endif
