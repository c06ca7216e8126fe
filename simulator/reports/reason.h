/* SPDX-License-Identifier: Apache-2.0 */
/* Why a workload is as it is, in a few words. */
#ifndef SIMULATOR_REASON_H
#define SIMULATOR_REASON_H

#include "simulator/engine/recorder.h"

#include <glib.h>

/* Of the first Pod that met the worst end, or why there are no Pods; nothing when all run. */
void mn_phrase_reason(GString *out, const mn_record *record, const mn_record_workload *workload);

#endif
