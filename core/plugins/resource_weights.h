/* SPDX-License-Identifier: Apache-2.0 */
/* `resources: [{name, weight}]` of the two plugins that score by resources. */
#ifndef CORE_PLUGINS_RESOURCE_WEIGHTS_H
#define CORE_PLUGINS_RESOURCE_WEIGHTS_H

#include "mullion/cluster/node_info.h"
#include "mullion/text/decode.h"

typedef struct mn_resource_weight {
    const char *name;
    mn_opt_int weight;
} mn_resource_weight;

typedef struct mn_resource_weights {
    const mn_resource_weight *items;
    size_t count;
} mn_resource_weights;

extern const mn_shape mn_resource_weight_shape;
extern const mn_resource_weights mn_resource_weights_default; /* cpu 1, memory 1 */

/* Missing and zero weights are 1. */
int64_t mn_resource_weight_value(const mn_resource_weight *weight);

/* What the node has, and what would be in use with the Pod on it. False: the resource is
 * left out (the node has none, or it is a scalar that the Pod does not ask for). */
bool mn_resource_use(const mn_node_info *node, const char *name, int64_t pod_request, bool nonzero,
                     int64_t *allocatable, int64_t *requested);

#endif
