/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration that is in force, swapped whole while others read it. */
#ifndef EXT_SETTINGS_H
#define EXT_SETTINGS_H

#include "extender/config.h"

typedef struct ext_settings ext_settings;

/* Takes over the reference. */
ext_settings *ext_settings_new(ext_config *first);

/* After everybody has given back what they took. NULL-safe. */
void ext_settings_free(ext_settings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ext_settings, ext_settings_free)

/* Never NULL, and does not change; give it back. Takes no lock; by any thread. */
const ext_config *ext_settings_take(ext_settings *settings);
void ext_settings_release(const ext_config *config);

/* From now on this one; takes over the reference. By one thread. */
void ext_settings_replace(ext_settings *settings, ext_config *fresh);

#endif
