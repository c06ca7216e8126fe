/* SPDX-License-Identifier: Apache-2.0 */
/* What `-o wide` prints beyond the table. */
#ifndef SIMULATOR_WIDE_H
#define SIMULATOR_WIDE_H

#include "simulator/reports/report.h"

void mn_wide_nodes(const mn_record *record, const mn_view *view, GString *out);
void mn_wide_pods(const mn_record *record, const mn_view *view, GString *out);

#endif
