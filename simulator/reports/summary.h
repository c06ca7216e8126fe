/* SPDX-License-Identifier: Apache-2.0 */
/* The last lines of a table: how many run, how many by luck, what the others cost, and the
 * command to try next. */
#ifndef SIMULATOR_SUMMARY_H
#define SIMULATOR_SUMMARY_H

#include "simulator/reports/report.h"

void mn_summary_print(const mn_record *record, const mn_view *view, GString *out);

#endif
