/* SPDX-License-Identifier: Apache-2.0 */
/* The last lines of a table: how many run, how many by luck, what the others cost, and the
 * command to try next. */
#ifndef SIMULATOR_SUMMARY_H
#define SIMULATOR_SUMMARY_H

#include "simulator/reports/report.h"

/* The first of them, as text: "19 of 31 Pods run; 11 wrong OS, 1 Pending." */
void mn_phrase_verdict(GString *out, const mn_record *record);

void mn_summary_print(const mn_record *record, const mn_view *view, GString *out);

#endif
