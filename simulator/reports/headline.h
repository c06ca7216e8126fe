/* SPDX-License-Identifier: Apache-2.0 */
/* What was played, in one line. */
#ifndef SIMULATOR_HEADLINE_H
#define SIMULATOR_HEADLINE_H

#include "simulator/engine/recorder.h"

#include <glib.h>

/* What stands behind the scenario's name: " · 3 linux + 2 windows nodes · 4 workloads, 9 Pods
 * · seed 1 · as kube-scheduler 1.34". */
void mn_phrase_headline(GString *out, const mn_record *record);

#endif
