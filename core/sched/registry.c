/* SPDX-License-Identifier: Apache-2.0 */
/* The table of plugins, built from plugins.def. */
#include "core/plugins/plugins.h"

#include <string.h>

static const mn_plugin *const table[] = {
#define PLUGIN(symbol) &mn_plugin_##symbol,
#include "core/plugins/plugins.def"
#undef PLUGIN
};

_Static_assert(G_N_ELEMENTS(table) < MN_PLUGINS_MAX, "a bit per plugin, and one for extenders");

const mn_plugin *const *mn_plugins(size_t *count)
{
    *count = G_N_ELEMENTS(table);
    return table;
}

const mn_plugin *mn_plugin_find(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        if (strcmp(table[i]->name, name) == 0)
            return table[i];
    }
    return NULL;
}

const void *mn_cycle_args(const mn_cycle *cycle, const mn_plugin *plugin)
{
    return cycle->profile->args[plugin->index];
}

void mn_normalize_default(int64_t *scores, size_t count, bool reverse)
{
    int64_t most = 0;
    for (size_t i = 0; i < count; i++)
        most = MAX(most, scores[i]);
    for (size_t i = 0; i < count; i++) {
        const int64_t share = most == 0 ? 0 : MN_SCORE_MAX * scores[i] / most;
        scores[i] = most == 0 && !reverse ? scores[i] : reverse ? MN_SCORE_MAX - share : share;
    }
}
