/* SPDX-License-Identifier: Apache-2.0 */
/* The few members of a node that the OS policy reads, from their cut-out bytes.
 *
 * A tree for each of 5,000 nodes would take twenty times as long as scanning the
 * whole request. A test holds this together with mn_node_decode().
 */
#include "core/wire/wire_list.h"
#include "mullion/wire/extender_wire.h"

#include <stdlib.h>

static const struct info_field {
    const char *key;
    size_t offset; /* in mn_node_system_info */
} info_fields[] = {
    {"operatingSystem", offsetof(mn_node_system_info, operating_system)},
    {"architecture", offsetof(mn_node_system_info, architecture)},
    {"kernelVersion", offsetof(mn_node_system_info, kernel_version)},
    {"osImage", offsetof(mn_node_system_info, os_image)},
    {"containerRuntimeVersion", offsetof(mn_node_system_info, container_runtime_version)},
    {"kubeletVersion", offsetof(mn_node_system_info, kubelet_version)},
};

/* Starts on a span; false when the node has none. */
static bool begin(wire_decode *decode, mn_str span)
{
    if (span.ptr == NULL)
        return false;
    mn_scan_init(&decode->scan, span, decode->limits->depth);
    return true;
}

static const char *keep(wire_decode *decode, mn_str text)
{
    bool fine = decode->scan.fault == MN_SCAN_FINE;
    return fine ? mn_arena_strndup(decode->arena, text.ptr, text.len) : NULL;
}

/* `absent` for null. */
static const char *take_string(wire_decode *decode, const char *absent)
{
    if (mn_scan_peek(&decode->scan) == MN_SCAN_NULL)
        return absent;
    mn_str text = wire_take_text(decode, SIZE_MAX);
    return keep(decode, text);
}

static int by_key(const void *a, const void *b)
{
    const mn_label *left = a, *right = b;
    return strcmp(left->key, right->key);
}

static void read_labels(wire_decode *decode, mn_labels *out)
{
    mn_label *labels = NULL;
    size_t count = 0;
    mn_scan_string key;
    mn_scan_enter(&decode->scan, MN_SCAN_OBJECT);
    while (mn_scan_next_member(&decode->scan, &key)) {
        const char *name = keep(decode, wire_text_of(decode, key, SIZE_MAX));
        const char *value = take_string(decode, "");
        *MN_ARENA_PUSH(decode->arena, labels, count) = (mn_label){.key = name, .value = value};
    }
    if (decode->scan.fault != MN_SCAN_FINE)
        return;
    if (count == 0)
        labels = MN_ARENA_NEW(decode->arena, mn_label, 1); /* there, but empty */
    else
        qsort(labels, count, sizeof *labels, by_key);
    for (size_t i = 1; i < count; i++)
        if (strcmp(labels[i - 1].key, labels[i].key) == 0)
            wire_fail(decode, MN_ERROR_SYNTAX, "the key '%s' stands there twice", labels[i].key);
    *out = (mn_labels){.items = labels, .count = count};
}

static void read_info(wire_decode *decode, mn_node_system_info *info)
{
    mn_scan_string key;
    mn_scan_enter(&decode->scan, MN_SCAN_OBJECT);
    while (mn_scan_next_member(&decode->scan, &key)) {
        for (size_t i = 0; i < G_N_ELEMENTS(info_fields); i++) {
            if (!mn_scan_string_is(key, info_fields[i].key))
                continue;
            const char **out = (const char **)(void *)((char *)info + info_fields[i].offset);
            if (*out != NULL)
                mn_scan_reject(&decode->scan, MN_SCAN_DUPLICATE_KEY, key.raw.ptr);
            *out = take_string(decode, NULL);
            break;
        }
    }
}

static void read_handlers(wire_decode *decode, mn_runtime_handlers *out)
{
    mn_runtime_handler *handlers = NULL;
    size_t count = 0;
    mn_scan_string key;
    mn_scan_enter(&decode->scan, MN_SCAN_ARRAY);
    while (mn_scan_next_element(&decode->scan)) {
        mn_runtime_handler *handler = MN_ARENA_PUSH(decode->arena, handlers, count);
        mn_scan_enter(&decode->scan, MN_SCAN_OBJECT);
        while (mn_scan_next_member(&decode->scan, &key))
            if (mn_scan_string_is(key, "name"))
                handler->name = take_string(decode, NULL);
    }
    *out = (mn_runtime_handlers){.items = handlers, .count = count};
}

const mn_node *mn_wire_node_decode(mn_arena *arena, const mn_wire_node *node, GError **error)
{
    wire_decode decode = {.arena = arena, .limits = &mn_wire_limits_default, .error = error};
    mn_node *out = MN_ARENA_NEW(arena, mn_node, 1);
    out->meta.name = mn_arena_strndup(arena, node->name.ptr, node->name.len);
    if (node->resource_version.ptr != NULL)
        out->meta.resource_version =
            mn_arena_strndup(arena, node->resource_version.ptr, node->resource_version.len);
    if (begin(&decode, node->labels)) {
        read_labels(&decode, &out->meta.labels);
        if (!wire_finish(&decode, "metadata.labels"))
            return NULL;
    }
    if (begin(&decode, node->node_info)) {
        read_info(&decode, &out->status.info);
        if (!wire_finish(&decode, "status.nodeInfo"))
            return NULL;
    }
    if (begin(&decode, node->runtime_handlers)) {
        read_handlers(&decode, &out->status.runtime_handlers);
        if (!wire_finish(&decode, "status.runtimeHandlers"))
            return NULL;
    }
    return out;
}
