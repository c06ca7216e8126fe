/* SPDX-License-Identifier: Apache-2.0 */
/* What the Pods of a workload are copies of. */
#ifndef MN_STAMPS_H
#define MN_STAMPS_H

#include "simulator/engine/controllers/controller.h"

/* What stamp, and for which name a refusal is told. */
typedef struct mn_stamp_request {
    mn_stamp_fn make;
    const char *key; /* tells the stamps of a workload apart: "", an ordinal, a node */
    const char *name, *generate_name;
} mn_stamp_request;

/* A Pod as stored, without a name; lives as long as the world. NULL with *rejection set, in
 * the scratch arena: the API server refuses it. */
const mn_pod *mn_stamp_get(mn_world *world, mn_world_workload *workload,
                           const mn_stamp_request *request, const char **rejection);

/* What was asked for in vain, for the record. */
const mn_pod *mn_stamp_refused(mn_world *world, mn_world_workload *workload,
                               const mn_stamp_request *request);

void mn_stamps_forget(mn_world_workload *workload);

/* A Pod of the workload's template with these labels on top. */
mn_pod *mn_stamp_pod(mn_arena *arena, const mn_world_workload *workload, const mn_label *labels,
                     size_t count);

#endif
