/* SPDX-License-Identifier: Apache-2.0 */
/* A record made by hand, with something of everything that a report can meet. */
#ifndef TESTS_SAMPLE_RECORD_H
#define TESTS_SAMPLE_RECORD_H

#include "simulator/engine/recorder.h"

/* Static; not to be freed. */
const mn_record *sample_record(void);

/* Two Pods that run, in namespace "default", without notes. */
const mn_record *sample_record_where_all_run(void);

#endif
