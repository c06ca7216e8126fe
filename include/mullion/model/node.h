/* SPDX-License-Identifier: Apache-2.0 */
/* Node: what kube-scheduler and the OS policy read of it. */
#ifndef MN_NODE_H
#define MN_NODE_H

#include "mullion/model/meta.h"
#include "mullion/model/resources.h"
#include "mullion/model/taint.h"

typedef struct mn_node_image {
    mn_strings names;
    mn_opt_int size_bytes;
} mn_node_image;

typedef struct mn_node_images {
    const mn_node_image *items;
    size_t count;
} mn_node_images;

/* status.nodeInfo; NULL where a field is absent. */
typedef struct mn_node_system_info {
    const char *operating_system, *architecture, *kernel_version, *os_image;
    const char *container_runtime_version, *kubelet_version;
} mn_node_system_info;

typedef struct mn_runtime_handler {
    const char *name;
} mn_runtime_handler;

typedef struct mn_runtime_handlers {
    const mn_runtime_handler *items;
    size_t count;
} mn_runtime_handlers;

typedef struct mn_node_condition {
    const char *type, *status, *reason;
} mn_node_condition;

typedef struct mn_node_conditions {
    const mn_node_condition *items;
    size_t count;
} mn_node_conditions;

typedef struct mn_node_spec {
    bool unschedulable;
    mn_taints taints;
} mn_node_spec;

typedef struct mn_node_status {
    mn_resources capacity, allocatable;
    mn_node_images images;
    mn_node_system_info info;
    mn_runtime_handlers runtime_handlers;
    mn_node_conditions conditions;
} mn_node_status;

typedef struct mn_node {
    mn_meta meta;
    mn_node_spec spec;
    mn_node_status status;
} mn_node;

extern const mn_shape mn_node_shape;

/* Owned by the arena; NULL with *error set when the value is not a Node. */
const mn_node *mn_node_decode(mn_arena *arena, const mn_at *at,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
