/* SPDX-License-Identifier: Apache-2.0 */
/* Declares every plugin listed in plugins.def, and its place in the table; nothing else
 * belongs here. */
#ifndef CORE_PLUGINS_PLUGINS_H
#define CORE_PLUGINS_PLUGINS_H

#include "mullion/sched/plugin.h"
#include "mullion/sched/profile.h"

enum mn_plugin_row {
#define PLUGIN(symbol) MN_INDEX_##symbol,
#include "core/plugins/plugins.def"
#undef PLUGIN
};

#define PLUGIN(symbol) extern const mn_plugin mn_plugin_##symbol;
#include "core/plugins/plugins.def"
#undef PLUGIN

#define AT(point) (1U << MN_POINT_##point)
#define ON(kind)  (1U << MN_EVENT_##kind)

/* Rows that the arguments of every plugin may have; the struct has a bool `header`. */
#define ARGS_HEADER(type)                                   \
    MN_FIELD(type, header, "apiVersion", MN_FIELD_PRESENT), \
        MN_FIELD(type, header, "kind", MN_FIELD_PRESENT)

#endif
