/* SPDX-License-Identifier: Apache-2.0 */
/* Between loading the pointer and taking a reference a reader is "entering". Whoever swaps
 * waits until nobody is, a few instructions, before it drops the old reference: a reader that
 * came later has seen the new pointer. So readers never wait. */
#include "extender/settings.h"

#include <sched.h>

struct ext_settings {
    _Atomic(ext_config *) current;
    _Atomic uint32_t entering;
};

ext_settings *ext_settings_new(ext_config *first)
{
    ext_settings *settings = g_new0(ext_settings, 1);
    atomic_init(&settings->current, first);
    atomic_init(&settings->entering, 0);
    return settings;
}

void ext_settings_free(ext_settings *settings)
{
    if (settings == NULL)
        return;
    ext_config_free(atomic_load(&settings->current));
    g_free(settings);
}

const ext_config *ext_settings_take(ext_settings *settings)
{
    atomic_fetch_add(&settings->entering, 1);
    ext_config *config = atomic_load(&settings->current);
    atomic_fetch_add(&config->references, 1);
    atomic_fetch_sub(&settings->entering, 1);
    return config;
}

void ext_settings_release(const ext_config *config)
{
    ext_config_free((ext_config *)(uintptr_t)config);
}

void ext_settings_replace(ext_settings *settings, ext_config *fresh)
{
    ext_config *old = atomic_exchange(&settings->current, fresh);
    while (atomic_load(&settings->entering) > 0)
        (void)sched_yield();
    ext_config_free(old);
}
