/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/model/node.h"

#include "core/model/shapes.h"

static const mn_field image_fields[] = {
    MN_FIELD(mn_node_image, names, "names", MN_FIELD_STRING_LIST),
    MN_FIELD(mn_node_image, size_bytes, "sizeBytes", MN_FIELD_INT64),
};
static const mn_shape image_shape = MN_SHAPE(mn_node_image, "ContainerImage", image_fields);

#define INFO(member, name) MN_FIELD(mn_node_system_info, member, name, MN_FIELD_STRING)
static const mn_field info_fields[] = {
    INFO(operating_system, "operatingSystem"),
    INFO(architecture, "architecture"),
    INFO(kernel_version, "kernelVersion"),
    INFO(os_image, "osImage"),
    INFO(container_runtime_version, "containerRuntimeVersion"),
    INFO(kubelet_version, "kubeletVersion"),
};
static const mn_shape info_shape = MN_SHAPE(mn_node_system_info, "NodeSystemInfo", info_fields);

static const mn_field handler_fields[] = {
    MN_FIELD(mn_runtime_handler, name, "name", MN_FIELD_STRING),
};
static const mn_shape handler_shape =
    MN_SHAPE(mn_runtime_handler, "NodeRuntimeHandler", handler_fields);

static const mn_field condition_fields[] = {
    MN_FIELD(mn_node_condition, type, "type", MN_FIELD_STRING),
    MN_FIELD(mn_node_condition, status, "status", MN_FIELD_STRING),
    MN_FIELD(mn_node_condition, reason, "reason", MN_FIELD_STRING),
};
static const mn_shape condition_shape =
    MN_SHAPE(mn_node_condition, "NodeCondition", condition_fields);

static const mn_field spec_fields[] = {
    MN_FIELD(mn_node_spec, unschedulable, "unschedulable", MN_FIELD_BOOL),
    MN_FIELD_OF(mn_node_spec, taints, "taints", MN_FIELD_LIST, mn_taint_shape),
};
static const mn_shape spec_shape = MN_SHAPE(mn_node_spec, "NodeSpec", spec_fields);

#define STATUS_OF(member, name, kind, shape) MN_FIELD_OF(mn_node_status, member, name, kind, shape)
static const mn_field status_fields[] = {
    MN_FIELD_CODED(mn_node_status, capacity, "capacity", mn_resources_decode, mn_resources_encode),
    MN_FIELD_CODED(mn_node_status, allocatable, "allocatable", mn_resources_decode,
                   mn_resources_encode),
    STATUS_OF(images, "images", MN_FIELD_LIST, image_shape),
    STATUS_OF(info, "nodeInfo", MN_FIELD_OBJECT, info_shape),
    STATUS_OF(runtime_handlers, "runtimeHandlers", MN_FIELD_LIST, handler_shape),
    STATUS_OF(conditions, "conditions", MN_FIELD_LIST, condition_shape),
};
static const mn_shape status_shape = MN_SHAPE(mn_node_status, "NodeStatus", status_fields);

static bool check_node(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    (void)arena;
    const mn_node *node = out;
    return mn_meta_check_name(at, &node->meta, false, error);
}

static const mn_field node_fields[] = {
    MN_FIELD_OF(mn_node, meta, "metadata", MN_FIELD_OBJECT, mn_meta_shape),
    MN_FIELD_OF(mn_node, spec, "spec", MN_FIELD_OBJECT, spec_shape),
    MN_FIELD_OF(mn_node, status, "status", MN_FIELD_OBJECT, status_shape),
};
const mn_shape mn_node_shape = {
    .name = "Node",
    .size = sizeof(mn_node),
    .fields = node_fields,
    .count = G_N_ELEMENTS(node_fields),
    .check = check_node,
};

const mn_node *mn_node_decode(mn_arena *arena, const mn_at *at, GError **error)
{
    mn_node *node = MN_ARENA_NEW(arena, mn_node, 1);
    return mn_decode(arena, &mn_node_shape, at, node, error) ? node : NULL;
}
