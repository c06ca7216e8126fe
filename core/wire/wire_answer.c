/* SPDX-License-Identifier: Apache-2.0 */
/* Answers as kube-scheduler reads them: encoding/json's manners, byte by byte from a peer
 * that may not be ours. */
#include "core/wire/wire_list.h"
#include "mullion/wire/extender_wire.h"

#include <errno.h>
#include <stdlib.h>

/* Go's null: whatever was there stays. */
static bool is_null(const wire_decode *decode)
{
    return mn_scan_peek(&decode->scan) == MN_SCAN_NULL;
}

static mn_str take_text_or_null(wire_decode *decode, mn_str was)
{
    return is_null(decode) ? was : wire_take_text(decode, decode->limits->name_bytes);
}

/* Only names are held to the length of a name; reasons are free text. */
static mn_str take_reason(wire_decode *decode)
{
    return is_null(decode) ? MN_STR_LIT("") : wire_take_text(decode, SIZE_MAX);
}

static void read_names(wire_decode *decode, mn_wire_filter_result *out)
{
    mn_str *names = NULL;
    size_t count = 0;
    out->has_names = !is_null(decode);
    out->names = (mn_wire_strings){.count = 0};
    if (!out->has_names || !mn_scan_enter(&decode->scan, MN_SCAN_ARRAY))
        return;
    while (mn_scan_next_element(&decode->scan) && wire_has_room(decode, count))
        *MN_ARENA_PUSH(decode->arena, names, count) = take_text_or_null(decode, MN_STR_LIT(""));
    out->names = (mn_wire_strings){.items = names, .count = count};
}

/* metadata.name of the node at the cursor. */
static mn_str read_node_name(wire_decode *decode)
{
    mn_str name = MN_STR_LIT("");
    mn_scan_string key;
    if (is_null(decode))
        return name;
    mn_scan_enter(&decode->scan, MN_SCAN_OBJECT);
    while (mn_scan_next_member(&decode->scan, &key)) {
        if (!mn_scan_string_is_like(key, "metadata") || is_null(decode))
            continue;
        mn_scan_enter(&decode->scan, MN_SCAN_OBJECT);
        while (mn_scan_next_member(&decode->scan, &key))
            if (mn_scan_string_is_like(key, "name"))
                name = take_text_or_null(decode, name);
    }
    return name;
}

static void read_items(wire_decode *decode, mn_wire_filter_result *out)
{
    mn_str *nodes = NULL, *names = NULL;
    size_t count = 0, name_count = 0;
    mn_scan_enter(&decode->scan, MN_SCAN_ARRAY);
    while (mn_scan_next_element(&decode->scan) && wire_has_room(decode, count)) {
        const char *start = decode->scan.at;
        *MN_ARENA_PUSH(decode->arena, names, name_count) = read_node_name(decode);
        if (is_null(decode))
            mn_scan_take(&decode->scan);
        *MN_ARENA_PUSH(decode->arena, nodes, count) =
            (mn_str){.ptr = start, .len = (size_t)(decode->scan.at - start)};
    }
    out->nodes = (mn_wire_strings){.items = nodes, .count = count};
    out->node_names = (mn_wire_strings){.items = names, .count = count};
}

static void read_nodes(wire_decode *decode, mn_wire_filter_result *out)
{
    mn_scan_string key;
    out->has_nodes = !is_null(decode);
    if (!out->has_nodes || !mn_scan_enter(&decode->scan, MN_SCAN_OBJECT))
        return;
    while (mn_scan_next_member(&decode->scan, &key)) {
        if (!mn_scan_string_is_like(key, "items"))
            continue;
        if (is_null(decode))
            out->nodes.count = out->node_names.count = 0;
        else
            read_items(decode, out);
    }
}

static void read_failures(wire_decode *decode, mn_wire_failures *out)
{
    /* A map that comes again is merged: its entries follow, and the later one counts. */
    mn_wire_failure *items = NULL;
    size_t count = 0;
    mn_scan_string key;
    if (is_null(decode)) {
        *out = (mn_wire_failures){.count = 0};
        return;
    }
    for (size_t i = 0; i < out->count; i++)
        *MN_ARENA_PUSH(decode->arena, items, count) = out->items[i];
    mn_scan_enter(&decode->scan, MN_SCAN_OBJECT);
    while (mn_scan_next_member(&decode->scan, &key) && wire_has_room(decode, count)) {
        mn_wire_failure *failure = MN_ARENA_PUSH(decode->arena, items, count);
        failure->node = wire_text_of(decode, key, decode->limits->name_bytes);
        failure->reason = take_reason(decode);
    }
    *out = (mn_wire_failures){.items = items, .count = count};
}

static unsigned read_member(wire_decode *decode, mn_scan_string key, void *into)
{
    mn_wire_filter_result *out = into;
    if (mn_scan_string_is_like(key, "NodeNames"))
        read_names(decode, out);
    else if (mn_scan_string_is_like(key, "Nodes"))
        read_nodes(decode, out);
    else if (mn_scan_string_is_like(key, "FailedNodes"))
        read_failures(decode, &out->failed);
    else if (mn_scan_string_is_like(key, "FailedAndUnresolvableNodes"))
        read_failures(decode, &out->unresolvable);
    else if (mn_scan_string_is_like(key, "Error") && !is_null(decode))
        out->error = wire_take_text(decode, SIZE_MAX);
    return 0;
}

bool mn_wire_filter_result_decode(mn_arena *arena, mn_str body, const mn_wire_limits *limits,
                                  mn_wire_filter_result *out, GError **error)
{
    wire_decode decode = {.arena = arena, .limits = limits, .error = error};
    mn_wire_filter_result result = {.has_names = false};
    wire_read_answer(&decode, body, read_member, &result);
    if (!wire_check(&decode, "ExtenderFilterResult"))
        return false;
    *out = result;
    return true;
}

/* strconv.ParseInt of the number's text: no fraction, no exponent, within int64. */
int64_t wire_take_integer(wire_decode *decode)
{
    size_t at = (size_t)(decode->scan.at - decode->scan.start);
    bool number = mn_scan_peek(&decode->scan) == MN_SCAN_NUMBER;
    mn_str text = mn_scan_take(&decode->scan);
    char digits[24]; /* "-9223372036854775808" and its NUL */
    int64_t value = 0;
    if (decode->scan.fault != MN_SCAN_FINE)
        return 0;
    if (number && text.len < sizeof digits) {
        memcpy(digits, text.ptr, text.len);
        digits[text.len] = '\0';
        if (g_ascii_string_to_signed(digits, 10, INT64_MIN, INT64_MAX, &value, NULL))
            return value;
    }
    wire_fail(decode,
              MN_ERROR_SCHEMA,
              "byte %zu: expected a 64-bit integer, found %.*s",
              at,
              (int)MIN(text.len, sizeof digits),
              text.ptr);
    return 0;
}

static void read_score(wire_decode *decode, mn_wire_score *out)
{
    mn_scan_string key;
    out->host = MN_STR_LIT("");
    if (is_null(decode))
        return;
    mn_scan_enter(&decode->scan, MN_SCAN_OBJECT);
    while (mn_scan_next_member(&decode->scan, &key)) {
        if (mn_scan_string_is_like(key, "Host"))
            out->host = take_text_or_null(decode, out->host);
        else if (mn_scan_string_is_like(key, "Score") && !is_null(decode))
            out->score = wire_take_integer(decode);
    }
}

bool mn_wire_scores_decode(mn_arena *arena, mn_str body, const mn_wire_limits *limits,
                           mn_wire_scores *out, GError **error)
{
    wire_decode decode = {.arena = arena, .limits = limits, .error = error};
    mn_wire_score *items = NULL;
    size_t count = 0;
    mn_scan_init(&decode.scan, body, limits->depth);
    if (is_null(&decode))
        mn_scan_take(&decode.scan);
    else
        mn_scan_enter(&decode.scan, MN_SCAN_ARRAY);
    while (decode.scan.depth > 0 && mn_scan_next_element(&decode.scan) &&
           wire_has_room(&decode, count))
        read_score(&decode, MN_ARENA_PUSH(arena, items, count));
    if (!wire_check(&decode, "HostPriorityList"))
        return false;
    *out = (mn_wire_scores){.items = items, .count = count};
    return true;
}
