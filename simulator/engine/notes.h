/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MN_NOTES_H
#define MN_NOTES_H

#include "simulator/engine/world.h"

/* What is worth a remark, in order: mn_record_note. Texts are in the arena. */
GArray *mn_notes_make(mn_world *world, mn_arena *arena);

#endif
