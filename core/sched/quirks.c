/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/sched/quirks.h"

#include <glib.h>
#include <stddef.h>

const char *const mn_quirk_names[] = {
#define FIX(member, name, what) name,
#include "core/sched/quirks.def"
#undef FIX
    NULL,
};

const char *const mn_quirk_helps[] = {
#define FIX(member, name, what) what,
#include "core/sched/quirks.def"
#undef FIX
    NULL,
};

static const size_t members[] = {
#define FIX(member, name, what) offsetof(mn_quirks, member),
#include "core/sched/quirks.def"
#undef FIX
};

void mn_quirks_fix(mn_quirks *quirks, int index)
{
    g_assert(index >= 0 && (size_t)index < G_N_ELEMENTS(members));
    ((bool *)quirks)[members[index] / sizeof(bool)] = true;
}
