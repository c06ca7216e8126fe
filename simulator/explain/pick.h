/* SPDX-License-Identifier: Apache-2.0 */
/* Which Pod somebody means. */
#ifndef MN_PICK_H
#define MN_PICK_H

#include "simulator/engine/recorder.h"

#include <glib.h>

/* `text` is a Pod's name, "namespace/name", the beginning of one that fits a single Pod or the
 * Pods of a single workload, or "kind/name" ("namespace/kind/name") of a workload; kinds as kubectl
 * takes them. Of several Pods of a workload the most telling one is taken: the first that is
 * misplaced, else the first that does not run, else the first; *picked says so, and is "" where
 * there was no choice.
 *
 * NULL with UNKNOWN: nobody has that name, or several have; the error names them. */
const mn_record_pod *mn_pick_pod(mn_arena *arena, const mn_record *record, const char *text,
                                 const char **picked, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What to give mn_pick_pod() for the most telling Pod of all: the first that is misplaced, else
 * the first that is Pending. NULL: all run. Lives in the arena. */
const char *mn_pick_telling(mn_arena *arena, const mn_record *record);

#endif
