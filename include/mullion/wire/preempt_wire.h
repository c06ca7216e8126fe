/* SPDX-License-Identifier: Apache-2.0 */
/* The preempt verb of kube-scheduler's extender protocol: bodies <-> structs.
 *
 * ExtenderPreemptionArgs come in two forms, victims as whole Pods or as UIDs; the answer
 * is NodeNameToMetaVictims (UIDs) in either case.
 */
#ifndef MN_PREEMPT_WIRE_H
#define MN_PREEMPT_WIRE_H

#include "mullion/wire/extender_wire.h"

/* Who would have to leave a node. */
typedef struct mn_wire_victims {
    mn_str node;
    mn_wire_strings uids;
    mn_wire_strings pods; /* of whole Pods: JSON, element by element those of `uids` */
    int64_t violations;   /* of disruption budgets */
} mn_wire_victims;

typedef struct mn_wire_preempt_args {
    mn_str pod;        /* JSON, as in mn_wire_args */
    mn_wire_form form; /* MN_WIRE_NAMES: NodeNameToMetaVictims, MN_WIRE_NODES: NodeNameToVictims */
    const mn_wire_victims *items;
    size_t count;
} mn_wire_preempt_args;

typedef struct mn_wire_preempt_result {
    const mn_wire_victims *items; /* `pods` is empty */
    size_t count;
} mn_wire_preempt_result;

/* Strict as mn_wire_args_decode(). Errors: SYNTAX, LIMIT, SCHEMA. */
bool mn_wire_preempt_args_decode(mn_arena *arena, mn_str body, const mn_wire_limits *limits,
                                 mn_wire_preempt_args *out,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mn_wire_preempt_args_encode(mn_arena *arena, const mn_wire_preempt_args *args,
                                 mn_wire_body *out);

/* As kube-scheduler reads it, see mn_wire_scores_decode(). A node or a Pod that is null is
 * SCHEMA: kube-scheduler v1.34 ends with a nil dereference there. */
bool mn_wire_preempt_result_decode(mn_arena *arena, mn_str body, const mn_wire_limits *limits,
                                   mn_wire_preempt_result *out,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mn_wire_preempt_result_encode(mn_arena *arena, const mn_wire_preempt_result *result,
                                   mn_wire_body *out);

#endif
