/* SPDX-License-Identifier: Apache-2.0 */
/* An HTTP extender as the scheduling cycle asks one, made from its entry in
 * KubeSchedulerConfiguration.
 *
 * What is asked, and what is made of the answer, is kube-scheduler v1.34's
 * (pkg/scheduler/extender.go). How the bytes travel is for `post` to know.
 *
 * bindVerb is not called: a binding is for the owner of the cluster to make.
 */
#ifndef MN_EXTENDER_CLIENT_H
#define MN_EXTENDER_CLIENT_H

#include "mullion/sched/config.h"
#include "mullion/wire/extender_wire.h"

typedef struct mn_post_reply {
    long status;
    mn_str body; /* as far as it came; borrowed or in the arena */
} mn_post_reply;

/* POSTs a body. False with *error set when there was no answer: the text is what the cycle
 * fails with. */
typedef bool (*mn_post_fn)(void *data, mn_arena *arena, const char *url, const mn_wire_body *body,
                           mn_post_reply *reply, GError **error);

/* Lives in the arena; `config` and `data` are borrowed. One call at a time. */
const mn_extender *mn_extender_client_new(mn_arena *arena, const mn_extender_config *config,
                                          mn_post_fn post, void *data);

#endif
