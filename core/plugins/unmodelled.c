/* SPDX-License-Identifier: Apache-2.0 */
/* Plugins of the default profile that Mullion knows by name and does not model: volumes
 * (a claim counts as bindable everywhere), resource claims, and binding, which is the
 * caller's. They skip every Pod. DynamicResources still leaves its words in messages.
 */
#include "core/plugins/plugins.h"

#define UNMODELLED(symbol, plugin_name, text, at, default_weight) \
    const mn_plugin mn_plugin_##symbol = {                        \
        .name = (plugin_name),                                    \
        .summary = (text),                                        \
        .index = MN_INDEX_##symbol,                               \
        .points = (at),                                           \
        .weight = (default_weight),                               \
        .unmodelled = true,                                       \
    }

UNMODELLED(default_binder, "DefaultBinder", "binds the Pod to its node", 0, 0);
UNMODELLED(dynamic_resources, "DynamicResources", "resource claims (DRA)",
           AT(PRE_ENQUEUE) | AT(PRE_FILTER) | AT(FILTER) | AT(POST_FILTER), 0);
UNMODELLED(node_volume_limits, "NodeVolumeLimits", "volumes that a node can attach",
           AT(PRE_FILTER) | AT(FILTER), 0);
UNMODELLED(volume_binding, "VolumeBinding", "persistent volume claims and their volumes",
           AT(PRE_FILTER) | AT(FILTER) | AT(PRE_SCORE) | AT(SCORE), 1);
UNMODELLED(volume_restrictions, "VolumeRestrictions", "volumes that exclude one another",
           AT(PRE_FILTER) | AT(FILTER), 0);
UNMODELLED(volume_zone, "VolumeZone", "zones of bound volumes", AT(PRE_FILTER) | AT(FILTER), 0);
