/* SPDX-License-Identifier: Apache-2.0 */
/* Answers to filter and prioritize, made for thousands of nodes of a few classes. What is said
 * of a class is made JSON once, names go out with the quotes that they came in, and the rest is
 * copying, into memory that was reckoned beforehand. Whole nodes are not even copied: an answer
 * points at them where they arrived. */
#include "core/wire/wire_list.h"
#include "mullion/text/json_write.h"
#include "mullion/wire/extender_wire.h"

enum {
    STEP = 16,  /* bytes that are copied at once */
    QUOTES = 2, /* of a name */
    COMMA = 1,
};

/* ---- text in memory that is large enough */

/* A name is a few dozen bytes, and to call memcpy() for each costs more than to move it. Two steps
 * that overlap, wherever the compiler knows their size. */
static inline char *put(char *out, mn_str text)
{
    enum { HALF = STEP / 2 };
    if (text.len > (size_t)2 * STEP) {
        memcpy(out, text.ptr, text.len);
    } else if (text.len >= STEP) {
        memcpy(out, text.ptr, STEP);
        memcpy(out + text.len - STEP, text.ptr + text.len - STEP, STEP);
    } else if (text.len >= HALF) {
        memcpy(out, text.ptr, HALF);
        memcpy(out + text.len - HALF, text.ptr + text.len - HALF, HALF);
    } else {
        for (size_t i = 0; i < text.len; i++)
            out[i] = text.ptr[i];
    }
    return out + text.len;
}

/* Made by tail_of(), so there are whole steps of it, and so it is written: up to STEP bytes too
 * many, over which goes what comes next. */
static inline char *put_tail(char *out, mn_str tail)
{
    for (size_t at = 0; at < tail.len; at += STEP)
        memcpy(out + at, tail.ptr + at, STEP);
    return out + tail.len;
}

/* What stands behind a name: `before`, the rest of a JSON value, a comma. */
static mn_str tail_of(mn_arena *arena, char before, mn_str json)
{
    const size_t len = json.len + 1 + COMMA;
    char *copy = mn_arena_alloc(arena, len / STEP + 1, STEP);
    copy[0] = before;
    memcpy(copy + 1, json.ptr, json.len);
    copy[len - COMMA] = ',';
    return (mn_str){.ptr = copy, .len = len};
}

static size_t longest(const mn_str *tails, size_t count)
{
    size_t len = 0;
    for (size_t i = 0; i < count; i++)
        len = MAX(len, tails[i].len);
    return len;
}

/* ---- names */

/* From one quote to the next. */
static inline mn_str quoted(mn_str name)
{
    return (mn_str){.ptr = name.ptr - 1, .len = name.len + QUOTES};
}

/* The names as JSON has them between quotes, which stand around each. */
static const mn_str *json_names(mn_arena *arena, const mn_wire_args *args)
{
    if (args->plain || args->count == 0)
        return args->names;
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    size_t *ends = MN_ARENA_RAW(arena, size_t, args->count);
    mn_str *names = MN_ARENA_RAW(arena, mn_str, args->count);
    mn_json_begin_array(&json);
    for (size_t i = 0; i < args->count; i++) {
        mn_json_str(&json, args->names[i]);
        ends[i] = mn_json_writer_len(&json) - 1;
    }
    mn_json_end_array(&json);
    mn_str text = wire_keep(arena, &json);
    for (size_t i = 0; i < args->count; i++) {
        size_t begin = i == 0 ? 2 : ends[i - 1] + 3; /* a bracket or a quote, a comma; a quote */
        names[i] = (mn_str){.ptr = text.ptr + begin, .len = ends[i] - begin};
    }
    return names;
}

/* The places of the nodes in the request: first those that pass, in their order; behind them,
 * from the end on, those that fail. */
typedef struct parted {
    uint32_t *places;
    size_t count, passing, failing;
    size_t name_bytes; /* of them all, with quotes and commas */
} parted;

/* Which way a node goes is as good as random: without a branch. */
static parted part(mn_arena *arena, const mn_wire_classes *classes, const mn_str *names,
                   const mn_str *tails)
{
    const mn_wire_args *args = classes->args;
    uint8_t *fails = MN_ARENA_NEW(arena, uint8_t, classes->count);
    uint32_t *places = MN_ARENA_RAW(arena, uint32_t, args->count);
    size_t passing = 0, failing = 0, bytes = args->count * (QUOTES + COMMA);
    for (size_t i = 0; i < classes->count; i++)
        fails[i] = tails[i].ptr != NULL;
    for (size_t i = 0; i < args->count; i++) {
        const uint8_t failed = fails[classes->class_of[i]];
        places[passing] = places[args->count - 1 - failing] = (uint32_t)i;
        failing += failed;
        passing += 1U - failed;
        bytes += names[i].len;
    }
    return (parted){.places = places,
                    .count = args->count,
                    .passing = passing,
                    .failing = failing,
                    .name_bytes = bytes};
}

/* `next` comes right behind `last` in the request, as Go writes them: a quote, a comma, a quote. */
static inline bool is_next(mn_str last, mn_str next)
{
    return next.ptr == last.ptr + last.len + QUOTES + COMMA;
}

/* Those that stood side by side go out together. */
static char *put_names(char *out, const parted *nodes, const mn_str *names)
{
    for (size_t i = 0, end = 0; i < nodes->passing; i = end) {
        const mn_str first = quoted(names[nodes->places[i]]);
        mn_str last = names[nodes->places[i]];
        for (end = i + 1; end < nodes->passing && is_next(last, names[nodes->places[end]]); end++)
            last = names[nodes->places[end]];
        out = put(out,
                  (mn_str){.ptr = first.ptr, .len = (size_t)(last.ptr + last.len + 1 - first.ptr)});
        *out++ = ',';
    }
    return nodes->passing > 0 ? out - COMMA : out;
}

/* ---- filter */

/* The reasons, by class; {NULL, 0} where nodes pass. */
static mn_str *failure_tails(mn_arena *arena, const mn_str *reasons, size_t count)
{
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_str *tails = MN_ARENA_NEW(arena, mn_str, count);
    mn_str reason = {.ptr = NULL}, tail = {.ptr = NULL};
    for (size_t i = 0; i < count; i++) {
        if (reasons[i].ptr == NULL)
            continue;
        if (reasons[i].ptr != reason.ptr || reasons[i].len != reason.len) {
            reason = reasons[i];
            mn_json_writer_reset(&json);
            mn_json_str(&json, reason);
            tail = tail_of(arena, ':', mn_json_writer_text(&json));
        }
        tails[i] = tail;
    }
    return tails;
}

static char *put_failures(char *out, const mn_wire_classes *classes, const parted *nodes,
                          size_t count, const mn_str *names, const mn_str *tails)
{
    for (size_t i = 0; i < count; i++) {
        const uint32_t place = nodes->places[nodes->count - 1 - i];
        out = put(out, quoted(names[place]));
        out = put_tail(out, tails[classes->class_of[place]]);
    }
    return count > 0 ? out - COMMA : out;
}

/* `next` comes right behind `last`, with one comma between them: Go writes no blanks. */
static bool is_next_door(const mn_str *last, mn_str next)
{
    const char *end = last->ptr + last->len;
    return next.ptr == end + COMMA && *end == ',';
}

/* Room for 2 spans a node is enough. */
static size_t join_nodes(const mn_wire_node *all, const parted *nodes, mn_str *spans)
{
    size_t count = 0;
    for (size_t i = 0; i < nodes->passing; i++) {
        mn_str *last = count > 0 ? &spans[count - 1] : NULL;
        mn_str node = all[nodes->places[i]].bytes;
        if (last != NULL && is_next_door(last, node)) {
            last->len += COMMA + node.len;
            continue;
        }
        if (last != NULL)
            spans[count++] = MN_STR_LIT(",");
        spans[count++] = node;
    }
    return count;
}

/* The text, with the nodes that pass at `place` in it. */
static void put_nodes_in(mn_arena *arena, mn_str text, size_t place, const mn_wire_node *all,
                         const parted *nodes, mn_wire_body *out)
{
    size_t size;
    if (nodes->passing == 0) {
        wire_single_span(arena, text, out);
        return;
    }
    if (!g_size_checked_mul(&size, nodes->passing, 2))
        g_error("more nodes than memory");
    mn_str *spans = MN_ARENA_RAW(arena, mn_str, size + 2);
    spans[0] = (mn_str){.ptr = text.ptr, .len = place};
    size_t count = 1 + join_nodes(all, nodes, spans + 1);
    spans[count++] = (mn_str){.ptr = text.ptr + place, .len = text.len - place};

    *out = (mn_wire_body){.spans = spans, .count = count};
    for (size_t i = 0; i < count; i++)
        out->len += spans[i].len;
}

/* A result in which nothing is listed yet, and the places where lists belong. */
typedef struct skeleton {
    mn_json_writer json;
    size_t list, failures;
} skeleton;

static void write_failures(skeleton *out, const char *error)
{
    mn_json_key(&out->json, "FailedNodes");
    mn_json_begin_object(&out->json);
    mn_json_end_object(&out->json);
    mn_json_key(&out->json, "FailedAndUnresolvableNodes");
    mn_json_begin_object(&out->json);
    out->failures = mn_json_writer_len(&out->json);
    mn_json_end_object(&out->json);
    mn_json_member_string(&out->json, "Error", error);
    mn_json_end_object(&out->json);
}

/* `args` NULL: of an error, which lists neither nodes nor names. */
static void write_skeleton(skeleton *out, const mn_wire_args *args, const char *error)
{
    out->list = 0;
    mn_json_writer_init(&out->json, MN_JSON_COMPACT);
    mn_json_begin_object(&out->json);
    mn_json_key(&out->json, "Nodes");
    if (args != NULL && args->form == MN_WIRE_NODES)
        out->list = wire_write_node_list(&out->json);
    else
        mn_json_null(&out->json);
    mn_json_key(&out->json, "NodeNames");
    if (args != NULL && args->form == MN_WIRE_NAMES)
        out->list = wire_write_list(&out->json);
    else
        mn_json_null(&out->json);
    write_failures(out, error);
}

static mn_str cut(mn_str text, size_t from, size_t to)
{
    return (mn_str){.ptr = text.ptr + from, .len = to - from};
}

void mn_wire_filter_encode(mn_arena *arena, const mn_wire_classes *classes, const mn_str *reasons,
                           size_t failures_max, mn_wire_body *out)
{
    const mn_wire_args *args = classes->args;
    const mn_str *names = json_names(arena, args);
    const mn_str *tails = failure_tails(arena, reasons, classes->count);
    const parted nodes = part(arena, classes, names, tails);
    const size_t failures = MIN(nodes.failing, failures_max);
    skeleton bare;
    write_skeleton(&bare, args, "");
    const mn_str around = mn_json_writer_text(&bare.json);
    char *text = mn_arena_alloc_raw(
        arena, around.len + nodes.name_bytes + failures * longest(tails, classes->count) + STEP, 1);
    char *at = put(text, cut(around, 0, bare.list));
    if (args->form == MN_WIRE_NAMES)
        at = put_names(at, &nodes, names);
    at = put(at, cut(around, bare.list, bare.failures));
    at = put_failures(at, classes, &nodes, failures, names, tails);
    at = put(at, cut(around, bare.failures, around.len));
    mn_json_writer_clear(&bare.json);

    const mn_str whole = {.ptr = text, .len = (size_t)(at - text)};
    if (args->form == MN_WIRE_NODES)
        put_nodes_in(arena, whole, bare.list, args->nodes, &nodes, out);
    else
        wire_single_span(arena, whole, out);
}

void mn_wire_error_encode(mn_arena *arena, const char *message, mn_wire_body *out)
{
    skeleton bare;
    write_skeleton(&bare, NULL, message);
    wire_single_span(arena, wire_keep(arena, &bare.json), out);
    mn_json_writer_clear(&bare.json);
}

/* ---- prioritize */

static mn_str *score_tails(mn_arena *arena, const int64_t *scores, size_t count)
{
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_str *tails = MN_ARENA_NEW(arena, mn_str, count);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && scores[i] == scores[i - 1]) {
            tails[i] = tails[i - 1];
            continue;
        }
        mn_json_writer_reset(&json);
        mn_json_begin_object(&json);
        mn_json_member_int(&json, "Score", scores[i]);
        mn_json_end_object(&json);
        const mn_str object = mn_json_writer_text(&json);
        tails[i] = tail_of(arena, ',', (mn_str){.ptr = object.ptr + 1, .len = object.len - 1});
    }
    return tails;
}

/* What stands before the name of a host, written as a tail is. */
static mn_str score_head(mn_arena *arena)
{
    static const size_t bracket = 1;
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_json_begin_object(&json);
    mn_json_member_string(&json, "Host", "");
    mn_json_end_object(&json);
    const mn_str object = mn_json_writer_text(&json);
    mn_str head = tail_of(arena, object.ptr[0], cut(object, bracket, object.len));
    head.len = object.len - QUOTES - bracket;
    return head;
}

void mn_wire_scores_encode(mn_arena *arena, const mn_wire_classes *classes, const int64_t *scores,
                           mn_wire_body *out)
{
    const mn_wire_args *args = classes->args;
    const mn_str *names = json_names(arena, args);
    const mn_str *tails = score_tails(arena, scores, classes->count);
    const mn_str head = score_head(arena);
    size_t room = args->count * (head.len + QUOTES + longest(tails, classes->count)) + STEP;
    for (size_t i = 0; i < args->count; i++)
        room += names[i].len;
    char *text = mn_arena_alloc_raw(arena, room, 1), *at = text;
    *at++ = '[';
    for (size_t i = 0; i < args->count; i++) {
        at = put_tail(at, head);
        at = put(at, quoted(names[i]));
        at = put_tail(at, tails[classes->class_of[i]]);
    }
    at -= args->count > 0 ? COMMA : 0;
    *at++ = ']';
    wire_single_span(arena, (mn_str){.ptr = text, .len = (size_t)(at - text)}, out);
}
