/* SPDX-License-Identifier: Apache-2.0 */
/* Victims in and out. Requests are read strictly, since kube-scheduler wrote them; answers
 * as encoding/json reads them, since anybody may have. */
#include "mullion/wire/preempt_wire.h"

#include "core/wire/wire_list.h"
#include "mullion/text/json_write.h"

/* What differs between the two maps. */
typedef struct victim_form {
    const char *key;
    mn_wire_form form;
} victim_form;

static const victim_form forms[] = {
    {.key = "NodeNameToVictims", .form = MN_WIRE_NODES},
    {.key = "NodeNameToMetaVictims", .form = MN_WIRE_NAMES},
};

static bool is_null(const wire_decode *decode)
{
    return mn_scan_peek(&decode->scan) == MN_SCAN_NULL;
}

/* ---- one victim */

/* The member `name` of the object at the cursor, a text; "" when it is not there. */
static mn_str read_text_member(wire_decode *decode, const char *name)
{
    mn_str text = MN_STR_LIT("");
    mn_scan_string key;
    mn_scan_enter(&decode->scan, MN_SCAN_OBJECT);
    while (mn_scan_next_member(&decode->scan, &key))
        if (mn_scan_string_is_like(key, name) && !is_null(decode))
            text = wire_take_text(decode, decode->limits->name_bytes);
    return text;
}

/* metadata.uid of the Pod at the cursor. */
static mn_str read_pod_uid(wire_decode *decode)
{
    mn_str uid = MN_STR_LIT("");
    mn_scan_string key;
    mn_scan_enter(&decode->scan, MN_SCAN_OBJECT);
    while (mn_scan_next_member(&decode->scan, &key))
        if (mn_scan_string_is(key, "metadata") && !is_null(decode))
            uid = read_text_member(decode, "uid");
    return uid;
}

static void read_pods(wire_decode *decode, mn_wire_form form, mn_wire_victims *out)
{
    mn_str *uids = NULL, *pods = NULL;
    size_t count = 0, pod_count = 0;
    mn_scan_enter(&decode->scan, MN_SCAN_ARRAY);
    while (mn_scan_next_element(&decode->scan)) {
        const char *start = decode->scan.at;
        if (is_null(decode)) {
            wire_fail(decode,
                      MN_ERROR_SCHEMA,
                      "a Pod of node \"%.*s\" is null, where kube-scheduler v1.34 crashes",
                      MN_STR_ARG(out->node));
            return;
        }
        *MN_ARENA_PUSH(decode->arena, uids, count) =
            form == MN_WIRE_NODES ? read_pod_uid(decode) : read_text_member(decode, "UID");
        if (form == MN_WIRE_NODES)
            *MN_ARENA_PUSH(decode->arena, pods, pod_count) =
                (mn_str){.ptr = start, .len = (size_t)(decode->scan.at - start)};
    }
    out->uids = (mn_wire_strings){.items = uids, .count = count};
    out->pods = (mn_wire_strings){.items = pods, .count = pod_count};
}

/* ---- one node */

static void read_victims(wire_decode *decode, mn_wire_form form, mn_wire_victims *out)
{
    mn_scan_string key;
    mn_scan_enter(&decode->scan, MN_SCAN_OBJECT);
    while (mn_scan_next_member(&decode->scan, &key)) {
        if (is_null(decode))
            continue;
        if (mn_scan_string_is_like(key, "Pods"))
            read_pods(decode, form, out);
        else if (mn_scan_string_is_like(key, "NumPDBViolations"))
            out->violations = wire_take_integer(decode);
    }
}

/* The place of a node in the list, which is its own when it is new: of entries that come
 * twice the last one counts. Answers are short, or were written by us. */
static mn_wire_victims *place_of(wire_decode *decode, mn_wire_victims **items, size_t *count,
                                 GHashTable *known, mn_str node)
{
    const char *name = mn_arena_strndup(decode->arena, node.ptr, node.len);
    const guint seen = GPOINTER_TO_UINT(g_hash_table_lookup(known, name));
    if (seen > 0) {
        (*items)[seen - 1] = (mn_wire_victims){.node = node};
        return &(*items)[seen - 1];
    }
    mn_wire_victims *place = MN_ARENA_PUSH(decode->arena, *items, *count);
    place->node = node;
    g_hash_table_insert(known, (gpointer)(uintptr_t)name, GUINT_TO_POINTER((guint)*count));
    return place;
}

static void read_nodes(wire_decode *decode, mn_wire_form form, const mn_wire_victims **items,
                       size_t *count)
{
    g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
    mn_wire_victims *list = NULL;
    mn_scan_string key;
    *count = 0;
    mn_scan_enter(&decode->scan, MN_SCAN_OBJECT);
    while (mn_scan_next_member(&decode->scan, &key) && wire_has_room(decode, *count)) {
        const mn_str node = wire_text_of(decode, key, decode->limits->name_bytes);
        if (decode->scan.fault != MN_SCAN_FINE)
            break;
        if (is_null(decode)) {
            wire_fail(decode,
                      MN_ERROR_SCHEMA,
                      "node \"%.*s\" is null, where kube-scheduler v1.34 crashes: leave it out",
                      MN_STR_ARG(node));
            break;
        }
        read_victims(decode, form, place_of(decode, &list, count, known, node));
    }
    *items = list;
}

/* ---- bodies in */

enum { HAS_POD = 1, HAS_VICTIMS = 2, HAS_META_VICTIMS = 4 };

static unsigned read_member(wire_decode *decode, mn_scan_string key, void *into)
{
    mn_wire_preempt_args *args = into;
    if (is_null(decode))
        return 0;
    if (mn_scan_string_is_like(key, "Pod")) {
        if (mn_scan_peek(&decode->scan) != MN_SCAN_OBJECT)
            mn_scan_reject(&decode->scan, MN_SCAN_NOT_AN_OBJECT, decode->scan.at);
        args->pod = mn_scan_take(&decode->scan);
        return HAS_POD;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        if (!mn_scan_string_is_like(key, forms[i].key))
            continue;
        args->form = forms[i].form;
        read_nodes(decode, args->form, &args->items, &args->count);
        return args->form == MN_WIRE_NODES ? HAS_VICTIMS : HAS_META_VICTIMS;
    }
    return 0;
}

bool mn_wire_preempt_args_decode(mn_arena *arena, mn_str body, const mn_wire_limits *limits,
                                 mn_wire_preempt_args *out, GError **error)
{
    wire_decode decode = {.arena = arena, .limits = limits, .error = error};
    mn_wire_preempt_args args = {.count = 0};
    unsigned has = wire_read_body(&decode, body, read_member, &args);
    if (!wire_finish(&decode, "ExtenderPreemptionArgs"))
        return false;
    if (has != (HAS_POD | HAS_VICTIMS) && has != (HAS_POD | HAS_META_VICTIMS)) {
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_SCHEMA,
                    "ExtenderPreemptionArgs: expected Pod and one of NodeNameToVictims and "
                    "NodeNameToMetaVictims, the other one null");
        return false;
    }
    *out = args;
    return true;
}

static unsigned read_victims_of(wire_decode *decode, mn_scan_string key, void *into)
{
    mn_wire_preempt_result *result = into;
    if (!mn_scan_string_is_like(key, "NodeNameToMetaVictims"))
        return 0;
    *result = (mn_wire_preempt_result){.count = 0};
    if (!is_null(decode))
        read_nodes(decode, MN_WIRE_NAMES, &result->items, &result->count);
    return 0;
}

bool mn_wire_preempt_result_decode(mn_arena *arena, mn_str body, const mn_wire_limits *limits,
                                   mn_wire_preempt_result *out, GError **error)
{
    wire_decode decode = {.arena = arena, .limits = limits, .error = error};
    mn_wire_preempt_result result = {.count = 0};
    wire_read_answer(&decode, body, read_victims_of, &result);
    if (!wire_check(&decode, "ExtenderPreemptionResult"))
        return false;
    *out = result;
    return true;
}

/* ---- bodies out */

static void write_meta_pods(mn_json_writer *json, const mn_wire_strings *uids)
{
    for (size_t i = 0; i < uids->count; i++) {
        mn_json_begin_object(json);
        mn_json_key(json, "UID");
        mn_json_str(json, uids->items[i]);
        mn_json_end_object(json);
    }
}

static void write_whole_pods(mn_json_writer *json, const mn_wire_strings *pods)
{
    for (size_t i = 0; i < pods->count; i++)
        mn_json_raw(json, pods->items[i]);
}

static void write_victims(mn_json_writer *json, const victim_form *form,
                          const mn_wire_victims *items, size_t count)
{
    mn_json_key(json, form->key);
    mn_json_begin_object(json);
    for (size_t i = 0; i < count; i++) {
        mn_json_key_str(json, items[i].node);
        mn_json_begin_object(json);
        mn_json_key(json, "Pods");
        mn_json_begin_array(json);
        if (form->form == MN_WIRE_NODES)
            write_whole_pods(json, &items[i].pods);
        else
            write_meta_pods(json, &items[i].uids);
        mn_json_end_array(json);
        mn_json_member_int(json, "NumPDBViolations", items[i].violations);
        mn_json_end_object(json);
    }
    mn_json_end_object(json);
}

void mn_wire_preempt_args_encode(mn_arena *arena, const mn_wire_preempt_args *args,
                                 mn_wire_body *out)
{
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_json_begin_object(&json);
    mn_json_key(&json, "Pod");
    mn_json_raw(&json, args->pod);
    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        if (forms[i].form == args->form) {
            write_victims(&json, &forms[i], args->items, args->count);
            continue;
        }
        mn_json_key(&json, forms[i].key);
        mn_json_null(&json);
    }
    mn_json_end_object(&json);
    wire_single_span(arena, wire_keep(arena, &json), out);
}

void mn_wire_preempt_result_encode(mn_arena *arena, const mn_wire_preempt_result *result,
                                   mn_wire_body *out)
{
    const victim_form *form = &forms[1];
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_json_begin_object(&json);
    write_victims(&json, form, result->items, result->count);
    mn_json_end_object(&json);
    wire_single_span(arena, wire_keep(arena, &json), out);
}
