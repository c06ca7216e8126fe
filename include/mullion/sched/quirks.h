/* SPDX-License-Identifier: Apache-2.0 */
/* Upstream bugs of v1.34 that Mullion reproduces unless told otherwise.
 *
 * Zeroed: as v1.34 behaves. Rows and their meaning: core/sched/quirks.def.
 */
#ifndef MN_QUIRKS_H
#define MN_QUIRKS_H

#include <stdbool.h>

typedef struct mn_quirks {
#define FIX(member, name, what) bool member;
#include "core/sched/quirks.def"
#undef FIX
} mn_quirks;

/* The names that `upstreamFixes` takes, ended by NULL, and what each mends. */
extern const char *const mn_quirk_names[], *const mn_quirk_helps[];

/* Mends the bug at that place of mn_quirk_names. */
void mn_quirks_fix(mn_quirks *quirks, int index);

#endif
