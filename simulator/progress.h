/* SPDX-License-Identifier: Apache-2.0 */
/* A line on standard error while work goes on for longer than a second, for people alone:
 * without a terminal there is none. It is erased before anything else is said.
 *
 *     mn_progress_begin(call, "running shop.yaml");
 *     ...
 *     mn_progress_end(call);
 */
#ifndef SIMULATOR_PROGRESS_H
#define SIMULATOR_PROGRESS_H

#include "simulator/command.h"

enum { MN_PROGRESS_AFTER_MS = 1000 };

typedef struct mn_progress mn_progress;

/* "running shop.yaml: 3s". One at a time; nothing where nobody would see it. */
void mn_progress_begin(mn_call *call, const char *what);
void mn_progress_begin_after(mn_call *call, const char *what, int64_t after_ms);

/* "running shop.yaml: 2 of 14, 3s" from then on. From any thread. */
void mn_progress_set(mn_progress *progress, size_t done, size_t total);
/* One more is done. From any thread. */
void mn_progress_add(mn_progress *progress, size_t done);

/* Takes the line away; it comes back by itself, when there is still nothing to show. */
void mn_progress_erase(mn_progress *progress);

/* Also where none was begun. */
void mn_progress_end(mn_call *call);

#endif
