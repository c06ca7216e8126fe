/* SPDX-License-Identifier: Apache-2.0 */
/* Requests out, and the objects in them, as the simulator sends them. Text is kept in the arena;
 * whole nodes are not written but pointed at. */
#include "core/wire/wire_list.h"
#include "mullion/text/json_write.h"
#include "mullion/wire/extender_wire.h"

enum { NAME_ROOM = 40 }; /* bytes that a name takes, quotes included: a guess */

mn_str wire_keep(mn_arena *arena, const mn_json_writer *json)
{
    mn_str text = mn_json_writer_text(json);
    return (mn_str){.ptr = mn_arena_strndup(arena, text.ptr, text.len), .len = text.len};
}

size_t wire_write_list(mn_json_writer *json)
{
    mn_json_begin_array(json);
    const size_t place = mn_json_writer_len(json);
    mn_json_end_array(json);
    return place;
}

size_t wire_write_node_list(mn_json_writer *json)
{
    mn_json_begin_object(json);
    mn_json_key(json, "metadata");
    mn_json_begin_object(json);
    mn_json_end_object(json);
    mn_json_key(json, "items");
    const size_t place = wire_write_list(json);
    mn_json_end_object(json);
    return place;
}

void wire_single_span(mn_arena *arena, mn_str text, mn_wire_body *out)
{
    mn_str *span = MN_ARENA_NEW(arena, mn_str, 1);
    *span = text;
    *out = (mn_wire_body){.spans = span, .count = 1, .len = text.len};
}

static void write_names(mn_json_writer *json, const mn_wire_strings *names)
{
    mn_json_begin_array(json);
    for (size_t i = 0; i < names->count; i++)
        mn_json_str(json, names->items[i]);
    mn_json_end_array(json);
}

void mn_wire_args_encode(mn_arena *arena, mn_str pod, const mn_wire_strings *names,
                         mn_wire_body *out)
{
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_json_writer_reserve(&json, pod.len + names->count * NAME_ROOM);
    mn_json_begin_object(&json);
    mn_json_key(&json, "Pod");
    mn_json_raw(&json, pod);
    mn_json_key(&json, "Nodes");
    mn_json_null(&json);
    mn_json_key(&json, "NodeNames");
    write_names(&json, names);
    mn_json_end_object(&json);
    wire_single_span(arena, wire_keep(arena, &json), out);
}

/* Gives the place where the nodes belong. */
static size_t write_around_nodes(mn_json_writer *json, mn_str pod)
{
    mn_json_begin_object(json);
    mn_json_key(json, "Pod");
    mn_json_raw(json, pod);
    mn_json_key(json, "Nodes");
    const size_t place = wire_write_node_list(json);
    mn_json_key(json, "NodeNames");
    mn_json_null(json);
    mn_json_end_object(json);
    return place;
}

void mn_wire_args_encode_nodes(mn_arena *arena, mn_str pod, const mn_wire_strings *nodes,
                               mn_wire_body *out)
{
    g_auto(mn_json_writer) json;
    size_t size, count = 0;
    if (!g_size_checked_mul(&size, nodes->count, 2))
        g_error("more nodes than memory");
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    const size_t place = write_around_nodes(&json, pod);
    const mn_str text = wire_keep(arena, &json);
    mn_str *spans = MN_ARENA_RAW(arena, mn_str, size + 2);
    spans[count++] = (mn_str){.ptr = text.ptr, .len = place};
    for (size_t i = 0; i < nodes->count; i++) {
        if (i > 0)
            spans[count++] = MN_STR_LIT(",");
        spans[count++] = nodes->items[i];
    }
    spans[count++] = (mn_str){.ptr = text.ptr + place, .len = text.len - place};
    *out = (mn_wire_body){.spans = spans, .count = count};
    for (size_t i = 0; i < count; i++)
        out->len += spans[i].len;
}

static mn_str encode(mn_arena *arena, const mn_shape *shape, const void *object)
{
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_encode(&json, shape, object);
    return wire_keep(arena, &json);
}

mn_str mn_wire_pod_encode(mn_arena *arena, const mn_pod *pod)
{
    mn_pod copy = *pod;
    copy.meta.namespace_ = mn_meta_namespace(&pod->meta);
    return encode(arena, &mn_pod_shape, &copy);
}

mn_str mn_wire_node_encode(mn_arena *arena, const mn_node *node)
{
    return encode(arena, &mn_node_shape, node);
}
