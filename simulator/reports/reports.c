/* SPDX-License-Identifier: Apache-2.0 */
/* The table of reports. */
#include "simulator/reports/reports.h"

enum { FOR_PROGRAMS, FOR_PEOPLE, FOR_IN_TIME };

#define REPORT(name, whom, what) \
    {#name, mn_report_##name, FOR_##whom != FOR_PROGRAMS, FOR_##whom == FOR_IN_TIME},
static const mn_report reports[] = {
#include "simulator/reports/reports.def"
};
#undef REPORT

const char *const mn_report_names[] = {
#define REPORT(name, whom, what) #name,
#include "simulator/reports/reports.def"
#undef REPORT
    NULL,
};

const char *const mn_report_helps[] = {
#define REPORT(name, whom, what) what,
#include "simulator/reports/reports.def"
#undef REPORT
    NULL,
};

const mn_report *mn_reports(size_t *count)
{
    *count = G_N_ELEMENTS(reports);
    return reports;
}
