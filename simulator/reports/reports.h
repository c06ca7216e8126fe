/* SPDX-License-Identifier: Apache-2.0 */
/* The function behind each row of reports.def. */
#ifndef SIMULATOR_REPORTS_H
#define SIMULATOR_REPORTS_H

#include "simulator/reports/report.h"

#define REPORT(name, whom, what) \
    void mn_report_##name(const mn_record *record, const mn_view *view, GString *out);
#include "simulator/reports/reports.def"
#undef REPORT

#endif
