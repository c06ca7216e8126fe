/* SPDX-License-Identifier: Apache-2.0 */
/* A timeline as written, before its files are read and its pools are known. */
#ifndef MN_TIMELINE_PARTS_H
#define MN_TIMELINE_PARTS_H

#include "simulator/scenario/kubectl.h"
#include "simulator/scenario/scenario.h"

enum { MN_TIMELINE_MAX = 1000 };

typedef struct mn_timeline_spec {
    mn_kubectl *items;
    size_t count;
} mn_timeline_spec;

extern const mn_shape mn_timeline_entry_shape;

/* A row of the Scenario's shape; `out` is an mn_timeline_spec. */
bool mn_decode_timeline(mn_arena *arena, const mn_at *at, void *out, GError **error);

/* Reads the files that the commands name, relative to `folder` (NULL: there is none to read
 * from), finds their pools and puts them in order: scenario->timeline. */
bool mn_timeline_settle(mn_scenario *scenario, const mn_timeline_spec *commands, const char *folder,
                        GError **error);

/* "a/../b" is inside, "../b" and "/b" are not. */
bool mn_path_stays_inside(const char *path);

#endif
