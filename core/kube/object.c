/* SPDX-License-Identifier: Apache-2.0 */
#include "core/kube/object.h"

#include "mullion/text/json_scan.h"

/* A member that is wanted as text. */
typedef struct wanted {
    const char *key;
    size_t offset; /* of an mn_str */
} wanted;

static const wanted meta_texts[] = {
    {"name", offsetof(mn_kube_object, name)},
    {"namespace", offsetof(mn_kube_object, namespace_)},
    {"uid", offsetof(mn_kube_object, uid)},
    {"resourceVersion", offsetof(mn_kube_object, resource_version)},
};
static const wanted status_texts[] = {
    {"reason", offsetof(kube_status, reason)},
    {"message", offsetof(kube_status, message)},
};
static const wanted list_texts[] = {
    {"resourceVersion", offsetof(kube_list_meta, resource_version)},
    {"continue", offsetof(kube_list_meta, continue_)},
};

/* The string at the cursor, if it is one of those; null is absent. */
static void take_wanted(mn_scan *scan, mn_arena *arena, const wanted *texts, size_t count,
                        mn_scan_string key, void *out)
{
    for (size_t i = 0; i < count; i++) {
        if (!mn_scan_string_is(key, texts[i].key) || mn_scan_peek(scan) == MN_SCAN_NULL)
            continue;
        const mn_scan_string string = mn_scan_take_string(scan);
        mn_str *text = (mn_str *)(void *)((char *)out + texts[i].offset);
        if (scan->fault == MN_SCAN_FINE && !mn_scan_string_decode(arena, string, text, NULL))
            mn_scan_reject(scan, MN_SCAN_BAD_ESCAPE, string.raw.ptr);
        return;
    }
}

static void read_texts(mn_scan *scan, mn_arena *arena, const wanted *texts, size_t count, void *out)
{
    mn_scan_string key;
    if (mn_scan_peek(scan) == MN_SCAN_NULL || !mn_scan_enter(scan, MN_SCAN_OBJECT))
        return;
    while (mn_scan_next_member(scan, &key))
        take_wanted(scan, arena, texts, count, key, out);
}

static void read_object(mn_scan *scan, mn_arena *arena, mn_kube_object *out)
{
    mn_scan_string key;
    mn_scan_enter(scan, MN_SCAN_OBJECT);
    while (mn_scan_next_member(scan, &key))
        if (mn_scan_string_is(key, "metadata"))
            read_texts(scan, arena, meta_texts, G_N_ELEMENTS(meta_texts), out);
}

bool kube_object_read(mn_arena *arena, mn_str bytes, mn_kube_object *out, GError **error)
{
    mn_scan scan;
    *out = (mn_kube_object){.bytes = bytes};
    mn_scan_init(&scan, bytes, KUBE_DEPTH_MAX);
    read_object(&scan, arena, out);
    return mn_scan_end(&scan, error);
}

bool kube_object_peek(mn_arena *arena, mn_str bytes, const char *within, mn_kube_object *out)
{
    mn_scan scan;
    mn_scan_string key;
    *out = (mn_kube_object){.bytes = {.ptr = NULL}};
    mn_scan_init(&scan, bytes, KUBE_DEPTH_MAX);
    if (within == NULL) {
        read_object(&scan, arena, out);
        return out->name.len > 0;
    }
    mn_scan_enter(&scan, MN_SCAN_OBJECT);
    while (mn_scan_next_member(&scan, &key))
        if (mn_scan_string_is(key, within))
            read_object(&scan, arena, out);
    return out->name.len > 0;
}

static int64_t take_small_number(mn_scan *scan)
{
    enum { DIGITS_MAX = 9 };
    const mn_str text =
        mn_scan_peek(scan) == MN_SCAN_NUMBER ? mn_scan_take(scan) : (mn_str){.ptr = NULL};
    int64_t number = 0;
    if (text.len > DIGITS_MAX)
        return 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!g_ascii_isdigit(text.ptr[i]))
            return 0;
        number = number * 10 + (text.ptr[i] - '0');
    }
    return number;
}

static void read_details(mn_scan *scan, kube_status *out)
{
    mn_scan_string key;
    if (mn_scan_peek(scan) != MN_SCAN_OBJECT || !mn_scan_enter(scan, MN_SCAN_OBJECT))
        return;
    while (mn_scan_next_member(scan, &key))
        if (mn_scan_string_is(key, "retryAfterSeconds"))
            out->retry_after_s = take_small_number(scan);
}

void kube_status_read(mn_arena *arena, mn_str bytes, kube_status *out)
{
    mn_scan scan;
    mn_scan_string key;
    *out = (kube_status){.code = 0};
    mn_scan_init(&scan, bytes, KUBE_DEPTH_MAX);
    if (mn_scan_peek(&scan) != MN_SCAN_OBJECT)
        return;
    mn_scan_enter(&scan, MN_SCAN_OBJECT);
    while (mn_scan_next_member(&scan, &key)) {
        if (mn_scan_string_is(key, "code"))
            out->code = take_small_number(&scan);
        else if (mn_scan_string_is(key, "details"))
            read_details(&scan, out);
        else
            take_wanted(&scan, arena, status_texts, G_N_ELEMENTS(status_texts), key, out);
    }
}

static kube_event_type type_of(mn_scan_string text)
{
    static const char *const types[] = {
        [KUBE_EVENT_ADDED] = "ADDED",
        [KUBE_EVENT_MODIFIED] = "MODIFIED",
        [KUBE_EVENT_DELETED] = "DELETED",
        [KUBE_EVENT_BOOKMARK] = "BOOKMARK",
        [KUBE_EVENT_ERROR] = "ERROR",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
        if (mn_scan_string_is(text, types[i]))
            return (kube_event_type)i;
    return KUBE_EVENT_OTHER;
}

bool kube_event_read(mn_arena *arena, mn_str bytes, kube_event *out, GError **error)
{
    mn_scan scan;
    mn_scan_string key;
    *out = (kube_event){.type = KUBE_EVENT_OTHER};
    mn_scan_init(&scan, bytes, KUBE_DEPTH_MAX);
    mn_scan_enter(&scan, MN_SCAN_OBJECT);
    while (mn_scan_next_member(&scan, &key)) {
        if (mn_scan_string_is(key, "type")) {
            out->type = type_of(mn_scan_take_string(&scan));
        } else if (mn_scan_string_is(key, "object")) {
            out->object.bytes.ptr = scan.at;
            read_object(&scan, arena, &out->object);
            out->object.bytes.len = (size_t)(scan.at - out->object.bytes.ptr);
        }
    }
    if (!mn_scan_end(&scan, error))
        return false;
    if (out->object.bytes.ptr != NULL)
        return true;
    g_set_error(error, MN_ERROR, MN_ERROR_SCHEMA, "an event without an object");
    return false;
}

bool kube_list_meta_read(mn_arena *arena, mn_str bytes, kube_list_meta *out, GError **error)
{
    mn_scan scan;
    *out = (kube_list_meta){.continue_ = {.ptr = NULL}};
    mn_scan_init(&scan, bytes, KUBE_DEPTH_MAX);
    read_texts(&scan, arena, list_texts, G_N_ELEMENTS(list_texts), out);
    return mn_scan_end(&scan, error);
}
