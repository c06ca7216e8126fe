/* SPDX-License-Identifier: Apache-2.0 */
/* Extenders that are really called, over HTTP: what they answer is no longer a function of
 * scenario and seed. */
#ifndef MN_HTTP_EXTENDER_H
#define MN_HTTP_EXTENDER_H

#include "mullion/sched/config.h"

typedef struct mn_http_extenders {
    const mn_extender *const *items; /* kube-scheduler's order: ignorable ones last */
    size_t count;
    GPtrArray *callers; /* private */
} mn_http_extenders;

/* `configs` outlives the result, whose extenders live in the arena. NULL with *error set: a
 * tlsConfig that no client can be made of. */
mn_http_extenders *mn_http_extenders_new(mn_arena *arena, const mn_extender_configs *configs,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mn_http_extenders_free(mn_http_extenders *extenders);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mn_http_extenders, mn_http_extenders_free)

#endif
