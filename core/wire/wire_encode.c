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
    SCORE_MAX = 10, /* of kube-scheduler's extender protocol; any other is written as well */
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

/* A name that is plain, quotes included: JSON where it came from, and so wherever it goes. */
static mn_str quoted(mn_str plain)
{
    return (mn_str){.ptr = plain.ptr - 1, .len = plain.len + 2};
}

/* Names that stood side by side in a request, as Go writes them, go out as one piece. */
static size_t run_of_names(const mn_wire_strings *names, size_t from)
{
    static const size_t apart = 3; /* a quote, a comma, a quote */
    size_t end = from + 1;
    while (end < names->count &&
           names->items[end].ptr == names->items[end - 1].ptr + names->items[end - 1].len + apart)
        end++;
    return end;
}

static void write_plain_names(mn_json_writer *json, const mn_wire_strings *names)
{
    for (size_t i = 0, end = 0; i < names->count; i = end) {
        end = run_of_names(names, i);
        const mn_str first = quoted(names->items[i]), last = quoted(names->items[end - 1]);
        mn_json_raw(json,
                    (mn_str){.ptr = first.ptr, .len = (size_t)(last.ptr - first.ptr) + last.len});
    }
}

static void write_names(mn_json_writer *json, const mn_wire_strings *names)
{
    mn_json_begin_array(json);
    if (names->plain)
        write_plain_names(json, names);
    else
        for (size_t i = 0; i < names->count; i++)
            mn_json_str(json, names->items[i]);
    mn_json_end_array(json);
}

/* Reasons are few: each is quoted once, however many nodes it stands at. */
static void write_failures(mn_json_writer *json, const char *key, const mn_wire_failures *failures)
{
    g_auto(mn_json_writer) text;
    mn_str reason = {.ptr = NULL};
    mn_json_writer_init(&text, MN_JSON_COMPACT);
    mn_json_key(json, key);
    mn_json_begin_object(json);
    for (size_t i = 0; i < failures->count; i++) {
        const mn_wire_failure *failure = &failures->items[i];
        if (i == 0 || failure->reason.ptr != reason.ptr || failure->reason.len != reason.len) {
            reason = failure->reason;
            mn_json_writer_reset(&text);
            mn_json_str(&text, reason);
        }
        if (failures->plain) {
            mn_json_raw_member(json, quoted(failure->node), mn_json_writer_text(&text));
            continue;
        }
        mn_json_key_str(json, failure->node);
        mn_json_raw(json, mn_json_writer_text(&text));
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

/* A score as it goes out, with a gap for the host. */
typedef struct score_text {
    mn_json_writer json;
    size_t gap; /* where the empty string stands */
} score_text;

static void write_score(mn_json_writer *json, mn_str host, int64_t score, size_t *gap)
{
    mn_json_begin_object(json);
    mn_json_key(json, "Host");
    *gap = mn_json_writer_len(json);
    mn_json_str(json, host);
    mn_json_member_int(json, "Score", score);
    mn_json_end_object(json);
}

static void write_around(mn_json_writer *json, mn_str host, const score_text *text)
{
    static const size_t quotes = 2;
    mn_str whole = mn_json_writer_text(&text->json);
    mn_json_raw_pieces(
        json,
        (mn_str){.ptr = whole.ptr, .len = text->gap},
        quoted(host),
        (mn_str){.ptr = whole.ptr + text->gap + quotes, .len = whole.len - text->gap - quotes});
}

void mn_wire_scores_encode(mn_arena *arena, const mn_wire_scores *scores, mn_wire_body *out)
{
    g_auto(mn_json_writer) json;
    score_text texts[SCORE_MAX + 1]; /* thousands of hosts share few scores */
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_json_writer_reserve(&json, scores->count * SCORE_ROOM);
    for (int64_t score = 0; score <= SCORE_MAX; score++) {
        mn_json_writer_init(&texts[score].json, MN_JSON_COMPACT);
        write_score(&texts[score].json, (mn_str){.ptr = ""}, score, &texts[score].gap);
    }
    mn_json_begin_array(&json);
    for (size_t i = 0; i < scores->count; i++) {
        const mn_wire_score *score = &scores->items[i];
        size_t gap;
        if (scores->plain && score->score >= 0 && score->score <= SCORE_MAX)
            write_around(&json, score->host, &texts[score->score]);
        else
            write_score(&json, score->host, score->score, &gap);
    }
    mn_json_end_array(&json);
    for (size_t score = 0; score <= SCORE_MAX; score++)
        mn_json_writer_clear(&texts[score].json);
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
