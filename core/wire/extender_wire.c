/* SPDX-License-Identifier: Apache-2.0 */
/* ExtenderArgs: found by the scanner in one pass, wanted members cut out.
 *
 * With whole nodes this is the hot path of the extender: 60 MB for 5,000 nodes, of
 * which a thousandth is looked at.
 */
#include "mullion/wire/extender_wire.h"

#include "core/wire/wire_list.h"
#include "mullion/text/json_scan.h"

/* 5,000 nodes is what Kubernetes is tested with; the largest clusters known have 130,000. */
const mn_wire_limits mn_wire_limits_default = {
    .nodes = 200000,
    .depth = 128,
    .name_bytes = 253, /* RFC 1123 subdomain, the API server's rule */
};

/* ---- nodes */

enum node_section { NODE_METADATA, NODE_SPEC, NODE_STATUS, NODE_SECTIONS };
static const char *const sections[NODE_SECTIONS] = {"metadata", "spec", "status"};

static const struct node_part {
    const char *key;
    size_t offset; /* in mn_wire_node */
    enum node_section section;
    bool is_text;
} node_parts[] = {
    {"name", offsetof(mn_wire_node, name), NODE_METADATA, true},
    {"resourceVersion", offsetof(mn_wire_node, resource_version), NODE_METADATA, true},
    {"labels", offsetof(mn_wire_node, labels), NODE_METADATA, false},
    {"taints", offsetof(mn_wire_node, taints), NODE_SPEC, false},
    {"unschedulable", offsetof(mn_wire_node, unschedulable), NODE_SPEC, false},
    {"nodeInfo", offsetof(mn_wire_node, node_info), NODE_STATUS, false},
    {"runtimeHandlers", offsetof(mn_wire_node, runtime_handlers), NODE_STATUS, false},
    {"images", offsetof(mn_wire_node, images), NODE_STATUS, false},
};

static void read_part(wire_decode *decode, enum node_section section, mn_scan_string key,
                      mn_wire_node *node)
{
    for (size_t i = 0; i < G_N_ELEMENTS(node_parts); i++) {
        const struct node_part *part = &node_parts[i];
        if (part->section != section || !mn_scan_string_is(key, part->key))
            continue;
        mn_str *out = (mn_str *)(void *)((char *)node + part->offset);
        if (out->ptr != NULL)
            mn_scan_reject(&decode->scan, MN_SCAN_DUPLICATE_KEY, key.raw.ptr);
        if (mn_scan_peek(&decode->scan) != MN_SCAN_NULL)
            *out = part->is_text ? wire_take_text(decode, decode->limits->name_bytes)
                                 : mn_scan_take(&decode->scan);
        return;
    }
}

static void read_section(wire_decode *decode, enum node_section section, mn_wire_node *node)
{
    mn_scan_string key;
    if (mn_scan_peek(&decode->scan) == MN_SCAN_NULL)
        return;
    mn_scan_enter(&decode->scan, MN_SCAN_OBJECT);
    while (mn_scan_next_member(&decode->scan, &key))
        read_part(decode, section, key, node);
}

static void read_node(wire_decode *decode, mn_wire_node *node)
{
    mn_scan *scan = &decode->scan;
    unsigned seen = 0;
    mn_scan_string key;
    node->bytes.ptr = scan->at;
    mn_scan_enter(scan, MN_SCAN_OBJECT);
    while (mn_scan_next_member(scan, &key)) {
        for (unsigned i = 0; i < NODE_SECTIONS; i++) {
            if (!mn_scan_string_is(key, sections[i]))
                continue;
            if (seen & 1U << i)
                mn_scan_reject(scan, MN_SCAN_DUPLICATE_KEY, key.raw.ptr);
            seen |= 1U << i;
            read_section(decode, (enum node_section)i, node);
            break;
        }
    }
    node->bytes.len = (size_t)(scan->at - node->bytes.ptr);
}

bool mn_wire_node_cut(mn_arena *arena, mn_str bytes, mn_wire_node *out, GError **error)
{
    wire_decode decode = {.arena = arena, .limits = &mn_wire_limits_default, .error = error};
    *out = (mn_wire_node){.bytes = {.ptr = NULL}};
    mn_scan_init(&decode.scan, bytes, decode.limits->depth);
    read_node(&decode, out);
    if (out->name.len == 0)
        wire_fail(&decode, MN_ERROR_SCHEMA, "metadata.name is missing");
    return wire_finish(&decode, "Node");
}

static void read_items(wire_decode *decode, mn_wire_args *args)
{
    mn_wire_node *nodes = NULL;
    size_t count = 0;
    mn_scan_enter(&decode->scan, MN_SCAN_ARRAY);
    while (mn_scan_next_element(&decode->scan) && wire_has_room(decode, count)) {
        mn_wire_node *node = MN_ARENA_PUSH(decode->arena, nodes, count);
        read_node(decode, node);
        if (node->name.len == 0)
            wire_fail(
                decode, MN_ERROR_SCHEMA, "Nodes.items[%zu].metadata.name is missing", count - 1);
    }
    mn_str *names = MN_ARENA_RAW(decode->arena, mn_str, count);
    for (size_t i = 0; i < count; i++)
        names[i] = nodes[i].name;
    args->nodes = nodes;
    args->names = names;
    args->count = count;
}

static void read_nodes(wire_decode *decode, mn_wire_args *args)
{
    mn_scan_string key;
    bool seen = false;
    mn_scan_enter(&decode->scan, MN_SCAN_OBJECT);
    while (mn_scan_next_member(&decode->scan, &key)) {
        if (!mn_scan_string_is_like(key, "items"))
            continue;
        if (seen)
            mn_scan_reject(&decode->scan, MN_SCAN_DUPLICATE_KEY, key.raw.ptr);
        seen = true;
        if (mn_scan_peek(&decode->scan) != MN_SCAN_NULL) /* Go's empty slice */
            read_items(decode, args);
    }
}

/* Names of clouds take 16 bytes and more, so this is seldom too little, and never more
 * memory than the body. */
static size_t guess_names(const wire_decode *decode)
{
    size_t bytes = (size_t)(decode->scan.end - decode->scan.at), first = 16;
    while (first * 2 * sizeof(mn_str) <= bytes && first < decode->limits->nodes)
        first *= 2;
    return first;
}

typedef struct name_list {
    mn_str *items;
    size_t count, room;
    bool plain; /* all of them */
} name_list;

static void make_room(wire_decode *decode, name_list *list)
{
    if (list->count < list->room)
        return;
    list->room = list->room == 0 ? guess_names(decode) : list->room * 2;
    mn_str *grown = MN_ARENA_RAW(decode->arena, mn_str, list->room);
    if (list->count > 0)
        memcpy(grown, list->items, list->count * sizeof *grown);
    list->items = grown;
}

static bool take_plain_names(wire_decode *decode, name_list *list)
{
    make_room(decode, list);
    size_t room = MIN(list->room, decode->limits->nodes) - list->count;
    size_t taken = mn_scan_next_plain_strings(
        &decode->scan, list->items + list->count, room, decode->limits->name_bytes);
    list->count += taken;
    return taken > 0;
}

static bool take_any_name(wire_decode *decode, name_list *list)
{
    mn_scan_string name;
    if (!mn_scan_next_string(&decode->scan, &name) || !wire_has_room(decode, list->count))
        return false;
    make_room(decode, list);
    list->items[list->count++] = wire_text_of(decode, name, decode->limits->name_bytes);
    list->plain &= name.ascii && !name.escaped;
    return true;
}

static void read_names(wire_decode *decode, mn_wire_args *args)
{
    name_list list = {.plain = true};
    mn_scan_enter(&decode->scan, MN_SCAN_ARRAY);
    while (take_plain_names(decode, &list) || take_any_name(decode, &list))
        continue;
    args->names = list.items;
    args->count = list.count;
    args->plain = list.plain;
}

/* ---- ExtenderArgs */

enum { HAS_POD = 1, HAS_NODES = 2, HAS_NAMES = 4 };

static unsigned read_member(wire_decode *decode, mn_scan_string key, void *into)
{
    mn_wire_args *args = into;
    if (mn_scan_peek(&decode->scan) == MN_SCAN_NULL)
        return 0;
    if (mn_scan_string_is_like(key, "Pod")) {
        if (mn_scan_peek(&decode->scan) != MN_SCAN_OBJECT)
            mn_scan_reject(&decode->scan, MN_SCAN_NOT_AN_OBJECT, decode->scan.at);
        args->pod = mn_scan_take(&decode->scan);
        return HAS_POD;
    }
    if (mn_scan_string_is_like(key, "Nodes")) {
        args->form = MN_WIRE_NODES;
        read_nodes(decode, args);
        return HAS_NODES;
    }
    if (mn_scan_string_is_like(key, "NodeNames")) {
        args->form = MN_WIRE_NAMES;
        read_names(decode, args);
        return HAS_NAMES;
    }
    return 0;
}

static bool is_whole(unsigned has, GError **error)
{
    static const char *const wrong[] = {
        [HAS_POD] = "both Nodes and NodeNames are missing or null: one of them must list the nodes",
        [HAS_NODES] = "Pod is missing or null",
        [HAS_NAMES] = "Pod is missing or null",
        [HAS_POD | HAS_NODES] = NULL,
        [HAS_POD | HAS_NAMES] = NULL,
        [HAS_NODES | HAS_NAMES] = "Pod is missing or null",
        [HAS_POD | HAS_NODES | HAS_NAMES] =
            "both Nodes and NodeNames are set: kube-scheduler sends one of them (nodeCacheCapable)",
    };
    const char *what = has == 0 ? "neither Pod nor nodes: not ExtenderArgs" : wrong[has];
    if (what != NULL)
        g_set_error(error, MN_ERROR, MN_ERROR_SCHEMA, "ExtenderArgs: %s", what);
    return what == NULL;
}

bool mn_wire_args_decode(mn_arena *arena, mn_str body, const mn_wire_limits *limits,
                         mn_wire_args *out, GError **error)
{
    wire_decode decode = {.arena = arena, .limits = limits, .error = error};
    mn_wire_args args = {.count = 0};
    unsigned has = wire_read_body(&decode, body, read_member, &args);
    if (!wire_finish(&decode, "ExtenderArgs") || !is_whole(has, error))
        return false;
    *out = args;
    return true;
}
