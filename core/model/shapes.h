/* SPDX-License-Identifier: Apache-2.0 */
/* Shapes that the files of the model share among themselves. */
#ifndef CORE_MODEL_SHAPES_H
#define CORE_MODEL_SHAPES_H

#include "mullion/model/pod.h"
#include "mullion/model/workload.h"

extern const mn_shape mn_container_shape, mn_pod_security_context_shape;

/* Values of preemptionPolicy, in the order of mn_preemption_policy. */
extern const char *const mn_preemption_policy_names[];

/* metadata.name (or generateName where `may_generate`) is there and not empty. */
bool mn_meta_check_name(const mn_at *at, const mn_meta *meta, bool may_generate, GError **error);

/* mn_workload_decode into memory of the caller's. */
bool mn_workload_fill(mn_arena *arena, mn_workload_kind kind, const mn_at *at, mn_workload *out,
                      GError **error);

#endif
