/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies out. Text is written once and kept in the arena; whole nodes are not written at all
 * but pointed at where they arrived. */
#include "core/wire/wire_list.h"
#include "mullion/text/json_write.h"
#include "mullion/wire/extender_wire.h"

enum {
    NAME_ROOM = 40,     /* bytes a name takes in an answer, quotes included: a guess */
    FAILURE_ROOM = 120, /* a name and a reason */
    SCORE_ROOM = 60,
};

static mn_str keep(mn_arena *arena, const mn_json_writer *json)
{
    mn_str text = mn_json_writer_text(json);
    return (mn_str){.ptr = mn_arena_strndup(arena, text.ptr, text.len), .len = text.len};
}

void wire_single_span(mn_arena *arena, const mn_json_writer *json, mn_wire_body *out)
{
    mn_str *span = MN_ARENA_NEW(arena, mn_str, 1);
    *span = keep(arena, json);
    *out = (mn_wire_body){.spans = span, .count = 1, .len = span->len};
}

static void write_names(mn_json_writer *json, const mn_wire_strings *names)
{
    mn_json_begin_array(json);
    for (size_t i = 0; i < names->count; i++)
        mn_json_str(json, names->items[i]);
    mn_json_end_array(json);
}

static void write_failures(mn_json_writer *json, const char *key, const mn_wire_failures *failures)
{
    mn_json_key(json, key);
    mn_json_begin_object(json);
    for (size_t i = 0; i < failures->count; i++) {
        mn_json_key_str(json, failures->items[i].node);
        mn_json_str(json, failures->items[i].reason);
    }
    mn_json_end_object(json);
}

/* The list of nodes stays empty; gives the place where they belong. */
static size_t write_nodes(mn_json_writer *json, bool has_nodes)
{
    if (!has_nodes) {
        mn_json_null(json);
        return 0;
    }
    mn_json_begin_object(json);
    mn_json_key(json, "metadata");
    mn_json_begin_object(json);
    mn_json_end_object(json);
    mn_json_key(json, "items");
    mn_json_begin_array(json);
    size_t place = mn_json_writer_len(json);
    mn_json_end_array(json);
    mn_json_end_object(json);
    return place;
}

static size_t write_result(mn_json_writer *json, const mn_wire_filter_result *result)
{
    size_t failures = result->failed.count + result->unresolvable.count;
    mn_json_writer_reserve(json, result->names.count * NAME_ROOM + failures * FAILURE_ROOM);
    mn_json_begin_object(json);
    mn_json_key(json, "Nodes");
    size_t place = write_nodes(json, result->has_nodes);
    mn_json_key(json, "NodeNames");
    if (result->has_names)
        write_names(json, &result->names);
    else
        mn_json_null(json);
    write_failures(json, "FailedNodes", &result->failed);
    write_failures(json, "FailedAndUnresolvableNodes", &result->unresolvable);
    mn_json_key(json, "Error");
    mn_json_str(json, result->error);
    mn_json_end_object(json);
    return place;
}

/* `next` comes right behind `last`, with one comma between them: Go writes no blanks. */
static bool is_next_door(const mn_str *last, mn_str next)
{
    const char *end = last->ptr + last->len;
    return next.ptr == end + 1 && *end == ',';
}

/* Room for 2 spans a node is enough. */
static size_t join_nodes(const mn_wire_strings *nodes, mn_str *spans)
{
    size_t count = 0;
    for (size_t i = 0; i < nodes->count; i++) {
        mn_str *last = count > 0 ? &spans[count - 1] : NULL;
        mn_str node = nodes->items[i];
        if (last != NULL && is_next_door(last, node)) {
            last->len += 1 + node.len;
            continue;
        }
        if (last != NULL)
            spans[count++] = MN_STR_LIT(",");
        spans[count++] = node;
    }
    return count;
}

/* What was written, with the nodes at their place in it. */
static void around(mn_arena *arena, const mn_json_writer *json, size_t place,
                   const mn_wire_strings *nodes, mn_wire_body *out)
{
    size_t size;
    if (nodes->count == 0) {
        wire_single_span(arena, json, out);
        return;
    }
    if (!g_size_checked_mul(&size, nodes->count, 2))
        g_error("more nodes than memory");
    mn_str text = keep(arena, json), *spans = MN_ARENA_NEW(arena, mn_str, size + 2);
    spans[0] = (mn_str){.ptr = text.ptr, .len = place};
    size_t count = 1 + join_nodes(nodes, spans + 1);
    spans[count++] = (mn_str){.ptr = text.ptr + place, .len = text.len - place};

    *out = (mn_wire_body){.spans = spans, .count = count};
    for (size_t i = 0; i < count; i++)
        out->len += spans[i].len;
}

void mn_wire_filter_result_encode(mn_arena *arena, const mn_wire_filter_result *result,
                                  mn_wire_body *out)
{
    g_assert(result->has_names || result->has_nodes || result->error.len > 0);
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    size_t place = write_result(&json, result);
    if (result->has_nodes)
        around(arena, &json, place, &result->nodes, out);
    else
        wire_single_span(arena, &json, out);
}

void mn_wire_error_encode(mn_arena *arena, const char *message, mn_wire_body *out)
{
    const mn_wire_filter_result result = {.error = mn_str_of(message)};
    mn_wire_filter_result_encode(arena, &result, out);
}

void mn_wire_scores_encode(mn_arena *arena, const mn_wire_scores *scores, mn_wire_body *out)
{
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_json_writer_reserve(&json, scores->count * SCORE_ROOM);
    mn_json_begin_array(&json);
    for (size_t i = 0; i < scores->count; i++) {
        mn_json_begin_object(&json);
        mn_json_key(&json, "Host");
        mn_json_str(&json, scores->items[i].host);
        mn_json_member_int(&json, "Score", scores->items[i].score);
        mn_json_end_object(&json);
    }
    mn_json_end_array(&json);
    wire_single_span(arena, &json, out);
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
    wire_single_span(arena, &json, out);
}

void mn_wire_args_encode_nodes(mn_arena *arena, mn_str pod, const mn_wire_strings *nodes,
                               mn_wire_body *out)
{
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_json_begin_object(&json);
    mn_json_key(&json, "Pod");
    mn_json_raw(&json, pod);
    mn_json_key(&json, "Nodes");
    const size_t place = write_nodes(&json, true);
    mn_json_key(&json, "NodeNames");
    mn_json_null(&json);
    mn_json_end_object(&json);
    around(arena, &json, place, nodes, out);
}

static mn_str encode(mn_arena *arena, const mn_shape *shape, const void *object)
{
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_encode(&json, shape, object);
    return keep(arena, &json);
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
