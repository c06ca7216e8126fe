/* SPDX-License-Identifier: Apache-2.0 */
/* The one door for documents.
 *
 * Whatever a source holds, the caller sees a run of objects. JSON is scanned first
 * and cut into those objects, so that a list never stands in memory as one tree;
 * YAML is a tree once its document was read.
 */
#include "core/text/json_load.h"
#include "core/text/json_ref.h"
#include "core/text/yaml.h"
#include "mullion/text/document.h"
#include "mullion/text/json_scan.h"
#include "mullion/text/locate.h"
#include "mullion/text/read.h"

#include <string.h>

enum {
    LISTS_MAX = 4,               /* lists inside lists */
    YAML_RETRY_MAX = 4 * 1048576 /* what begins like JSON is tried as YAML up to this size */
};

typedef struct walk {
    const mn_source *source;
    const mn_document_limits *limits;
    mn_document_fn each;
    mn_document_bad_fn bad; /* NULL: what is no object ends the walk */
    gpointer data;
    mn_document_format format;
    size_t ordinal;        /* of the document being walked */
    size_t handed;         /* objects given to `each` */
    size_t begin;          /* as in mn_document */
    mn_document_item item; /* of the list we are in */
} walk;

static mn_document document_at(const walk *walking, const char *prefix)
{
    return (mn_document){
        .source = walking->source,
        .format = walking->format,
        .ordinal = walking->ordinal,
        .prefix = prefix,
        .begin = walking->begin,
        .item = walking->item,
    };
}

/* About the object at `prefix` in the current document. */
static bool fail(const walk *walking, const char *prefix, mn_error code, GError **error,
                 const char *format, ...) G_GNUC_PRINTF(5, 6);

static bool fail(const walk *walking, const char *prefix, mn_error code, GError **error,
                 const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);

    const mn_document document = document_at(walking, prefix);
    mn_position at = mn_locate(&document, NULL, 0);
    g_set_error(error,
                MN_ERROR,
                (int)code,
                "%s:%zu:%zu: %s%s%s",
                walking->source->name,
                at.line,
                at.column,
                prefix,
                *prefix != '\0' ? ": " : "",
                message);
    return false;
}

/* A scan says "byte N: what". */
static void fault_of_scan(const mn_scan *scan, mn_json_fault *fault)
{
    g_autoptr(GError) error = NULL;
    char *what = NULL;

    bool fine = mn_scan_check(scan, &error);
    g_assert(!fine && g_str_has_prefix(error->message, "byte "));
    *fault = (mn_json_fault){.code = (mn_error)error->code};
    fault->offset = (size_t)g_ascii_strtoull(error->message + strlen("byte "), &what, 10);
    g_snprintf(fault->message,
               sizeof fault->message,
               "%s%s",
               fault->code == MN_ERROR_SYNTAX ? "not valid JSON: " : "",
               what + strlen(": "));
}

static bool fail_json(const walk *walking, const char *piece, const mn_json_fault *fault,
                      GError **error)
{
    const mn_source *source = walking->source;
    mn_position at = mn_source_position(source, (size_t)(piece - source->bytes) + fault->offset);

    g_set_error(error,
                MN_ERROR,
                (int)fault->code,
                "%s:%zu:%zu: %s",
                source->name,
                at.line,
                at.column,
                fault->message);
    return false;
}

static bool fail_type(const walk *walking, const char *prefix, const char *found, GError **error)
{
    g_autoptr(GError) fault = NULL;

    (void)fail(walking,
               prefix,
               MN_ERROR_SCHEMA,
               &fault,
               "expected an object with apiVersion and kind, found %s",
               found);
    if (walking->bad != NULL) {
        walking->bad(fault, walking->data);
        return true;
    }
    g_propagate_error(error, g_steal_pointer(&fault));
    return false;
}

static bool hand_over(walk *walking, const json_t *root, const char *prefix, GError **error)
{
    mn_document document = document_at(walking, prefix);
    g_autofree char *place = g_strdup_printf("%s:", walking->source->name);
    GError *cause = NULL;

    document.root = root;
    if (++walking->handed > walking->limits->documents)
        return fail(walking,
                    prefix,
                    MN_ERROR_LIMIT,
                    error,
                    "more than %zu objects in one file; split it",
                    walking->limits->documents);
    if (walking->each(&document, walking->data, &cause))
        return true;
    if (!g_str_has_prefix(cause->message, place)) {
        mn_position at = mn_locate(&document, NULL, 0);
        g_prefix_error(&cause, "%s%zu:%zu: ", place, at.line, at.column);
    }
    g_propagate_error(error, cause);
    return false;
}

static char *item_prefix(const char *prefix, size_t index)
{
    return g_strdup_printf("%s%sitems[%zu]", prefix, *prefix != '\0' ? "." : "", index);
}

static bool fail_lists(const walk *walking, const char *prefix, GError **error)
{
    return fail(
        walking, prefix, MN_ERROR_LIMIT, error, "lists inside lists more than %d deep", LISTS_MAX);
}

static const char *type_name(const json_t *value)
{
    switch (value != NULL ? json_typeof(value) : JSON_NULL) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "a list";
    case JSON_STRING:
        return "a string";
    case JSON_INTEGER:
    case JSON_REAL:
        return "a number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "a boolean";
    case JSON_NULL:
        return "null";
    }
    g_assert_not_reached();
}

/* Into a list of that type, which the caller leaves by putting back what it gives. The
 * API server's own lists say the type of their items once, in their own. */
static mn_document_item enter_list(walk *walking, mn_str api_version, mn_str kind)
{
    static const char suffix[] = "List";
    const mn_document_item outer = walking->item;
    mn_document_item *item = &walking->item;

    *item = (mn_document_item){.kind = ""};
    size_t len = kind.len - (sizeof suffix - 1);
    if (len == 0 || len >= sizeof item->kind || api_version.len >= sizeof item->api_version)
        return outer;
    memcpy(item->kind, kind.ptr, len);
    if (api_version.len > 0)
        memcpy(item->api_version, api_version.ptr, api_version.len);
    return outer;
}

/* ---- YAML: the document is a tree already */

static bool is_list_tree(const mn_at *root, mn_at *items)
{
    const mn_at kind = mn_at_member(root, "kind");
    const char *name = NULL;

    *items = mn_at_member(root, "items");
    return mn_read_string(&kind, &name, NULL) && name != NULL && g_str_has_suffix(name, "List") &&
           json_is_array(items->value);
}

/* Empty when it is no string. */
static mn_str text_member(const mn_at *object, const char *key)
{
    const mn_at member = mn_at_member(object, key);
    const char *text = NULL;

    return mn_read_string(&member, &text, NULL) && text != NULL ? mn_str_of(text) : (mn_str){0};
}

/* Recursion ends at LISTS_MAX, here and below. */
/* NOLINTBEGIN(misc-no-recursion) */
static bool walk_tree(walk *walking, const json_t *root, const char *prefix, size_t lists,
                      GError **error)
{
    const mn_at at = mn_at_tree(root);
    mn_at items;

    if (!json_is_object(root))
        return fail_type(walking, prefix, type_name(root), error);
    if (!is_list_tree(&at, &items))
        return hand_over(walking, root, prefix, error);
    if (lists == LISTS_MAX)
        return fail_lists(walking, prefix, error);
    const mn_document_item outer =
        enter_list(walking, text_member(&at, "apiVersion"), text_member(&at, "kind"));
    for (size_t i = 0, count = mn_at_count(&items); i < count; i++) {
        g_autofree char *inner = item_prefix(prefix, i);
        if (!walk_tree(walking, mn_at_element(&items, i).value, inner, lists + 1, error))
            return false;
    }
    walking->item = outer;
    return true;
}
/* NOLINTEND(misc-no-recursion) */

static bool walk_yaml(walk *walking, GError **error)
{
    g_autoptr(mn_yaml_reader) reader = mn_yaml_reader_new(walking->source, walking->limits);

    walking->format = MN_DOCUMENT_YAML;
    for (walking->ordinal = 0;; walking->ordinal++) {
        json_t *next = NULL;
        if (!mn_yaml_reader_next(reader, &next, error))
            return false;
        g_autoptr(json_t) root = next;
        if (root == NULL)
            return true;
        walking->begin = mn_yaml_reader_begin(reader);
        if (!walk_tree(walking, root, "", 0, error))
            return false;
    }
}

/* Whether all of it is YAML. */
static bool is_yaml(const walk *walking)
{
    g_autoptr(mn_yaml_reader) reader = NULL;
    json_t *root = NULL;

    if (walking->source->len > YAML_RETRY_MAX)
        return false;
    reader = mn_yaml_reader_new(walking->source, walking->limits);
    do {
        json_decref(root);
        if (!mn_yaml_reader_next(reader, &root, NULL))
            return false;
    } while (root != NULL);
    return true;
}

/* ---- JSON: cut into objects first */

typedef struct list_text {
    mn_str items; /* the bytes of the array; NULL when it is no list */
    mn_str api_version, kind;
} list_text;

static list_text find_list(mn_str text)
{
    mn_scan scan;
    mn_scan_string key;
    list_text list = {.items = {0}};

    mn_scan_init(&scan, text, MN_SCAN_DEPTH_MAX);
    mn_scan_enter(&scan, MN_SCAN_OBJECT);
    while (mn_scan_next_member(&scan, &key)) {
        if (mn_scan_string_is(key, "kind") && mn_scan_peek(&scan) == MN_SCAN_STRING)
            list.kind = mn_scan_take_string(&scan).raw;
        else if (mn_scan_string_is(key, "apiVersion") && mn_scan_peek(&scan) == MN_SCAN_STRING)
            list.api_version = mn_scan_take_string(&scan).raw;
        else if (mn_scan_string_is(key, "items") && mn_scan_peek(&scan) == MN_SCAN_ARRAY)
            list.items = mn_scan_take(&scan);
    }
    bool is_list = list.kind.len >= 4 && memcmp(list.kind.ptr + list.kind.len - 4, "List", 4) == 0;
    return is_list ? list : (list_text){.items = {0}};
}

/* jansson never sees the list itself, so its keys are compared here. */
static bool check_list_keys(const walk *walking, mn_str list, GError **error)
{
    mn_scan scan;
    mn_scan_keys seen = {.count = 0};
    mn_scan_string key;
    mn_json_fault fault;

    mn_scan_init(&scan, list, MN_SCAN_DEPTH_MAX);
    mn_scan_enter(&scan, MN_SCAN_OBJECT);
    while (mn_scan_next_member(&scan, &key))
        (void)mn_scan_is_new_key(&scan, &seen, key);
    if (scan.fault == MN_SCAN_FINE)
        return true;
    fault_of_scan(&scan, &fault);
    return fail_json(walking, list.ptr, &fault, error);
}

static bool walk_object(walk *walking, mn_str text, const char *prefix, GError **error)
{
    mn_json_fault fault;
    g_autoptr(json_t) root =
        mn_json_load(text, walking->limits->depth, walking->limits->values, &fault);

    if (root != NULL)
        return hand_over(walking, root, prefix, error);
    return fail_json(walking, text.ptr, &fault, error);
}

static const char *kind_name(mn_str text)
{
    static const char *const names[] = {
        [MN_SCAN_NOTHING] = "nothing",
        [MN_SCAN_OBJECT] = "an object",
        [MN_SCAN_ARRAY] = "a list",
        [MN_SCAN_STRING] = "a string",
        [MN_SCAN_NUMBER] = "a number",
        [MN_SCAN_TRUE] = "a boolean",
        [MN_SCAN_FALSE] = "a boolean",
        [MN_SCAN_NULL] = "null",
    };
    mn_scan scan;

    mn_scan_init(&scan, text, 1);
    return names[mn_scan_peek(&scan)];
}

/* NOLINTBEGIN(misc-no-recursion) */
static bool walk_value(walk *walking, mn_str text, const char *prefix, size_t lists, GError **error)
{
    mn_scan scan;

    walking->begin = (size_t)(text.ptr - walking->source->bytes);
    if (*text.ptr != '{')
        return fail_type(walking, prefix, kind_name(text), error);
    const list_text list = find_list(text);
    if (list.items.ptr == NULL)
        return walk_object(walking, text, prefix, error);
    if (!check_list_keys(walking, text, error))
        return false;
    if (lists == LISTS_MAX)
        return fail_lists(walking, prefix, error);
    const mn_document_item outer = enter_list(walking, list.api_version, list.kind);
    mn_scan_init(&scan, list.items, MN_SCAN_DEPTH_MAX);
    mn_scan_enter(&scan, MN_SCAN_ARRAY);
    for (size_t i = 0; mn_scan_next_element(&scan); i++) {
        g_autofree char *inner = item_prefix(prefix, i);
        if (!walk_value(walking, mn_scan_take(&scan), inner, lists + 1, error))
            return false;
    }
    walking->item = outer;
    return true;
}
/* NOLINTEND(misc-no-recursion) */

static mn_str pass_blanks(mn_str text)
{
    while (text.len > 0 && *text.ptr != '\0' && strchr(" \t\r\n", *text.ptr) != NULL)
        text = (mn_str){.ptr = text.ptr + 1, .len = text.len - 1};
    return text;
}

/* The first value of `rest`, which becomes what is behind it. */
static bool cut_value(const walk *walking, mn_str *rest, mn_str *value, mn_json_fault *fault)
{
    mn_scan scan;

    mn_scan_init(&scan, *rest, walking->limits->depth);
    *value = mn_scan_take(&scan);
    if (scan.fault != MN_SCAN_FINE) {
        fault_of_scan(&scan, fault);
        if (scan.fault == MN_SCAN_TOO_DEEP)
            mn_json_fault_of_depth(walking->limits->depth, fault);
        return false;
    }
    const char *end = value->ptr + value->len;
    rest->len -= (size_t)(end - rest->ptr);
    rest->ptr = end;
    *rest = pass_blanks(*rest);
    return true;
}

static bool is_json_stream(const walk *walking, mn_str rest)
{
    mn_str value;
    mn_json_fault fault;

    while (rest.len > 0) {
        if (!cut_value(walking, &rest, &value, &fault))
            return fault.code == MN_ERROR_LIMIT;
    }
    return true;
}

static bool walk_json(walk *walking, mn_str rest, GError **error)
{
    for (; rest.len > 0; walking->ordinal++) {
        const char *begin = rest.ptr;
        mn_str value;
        mn_json_fault fault;
        if (!cut_value(walking, &rest, &value, &fault))
            return fail_json(walking, begin, &fault, error);
        if (!walk_value(walking, value, "", 0, error))
            return false;
    }
    return true;
}

bool mn_document_each(const mn_source *source, const mn_document_limits *limits,
                      mn_document_fn each, gpointer data, GError **error)
{
    return mn_document_each_or(source, limits, each, NULL, data, error);
}

bool mn_document_each_or(const mn_source *source, const mn_document_limits *limits,
                         mn_document_fn each, mn_document_bad_fn bad, gpointer data, GError **error)
{
    walk walking = {.source = source, .limits = limits, .each = each, .bad = bad, .data = data};
    mn_str text = {.ptr = source->bytes, .len = source->len};

    if (source->len > limits->bytes) {
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_LIMIT,
                    "%s:1:1: larger than %zu bytes; split it",
                    source->name,
                    limits->bytes);
        return false;
    }
    if (text.len >= 3 && memcmp(text.ptr, "\xef\xbb\xbf", 3) == 0)
        text = (mn_str){.ptr = text.ptr + 3, .len = text.len - 3};
    text = pass_blanks(text);
    if (text.len == 0)
        return true;
    if (*text.ptr != '{' && *text.ptr != '[')
        return walk_yaml(&walking, error);
    /* `{{ .Values.x }}`: YAML's complaint is the better one.
     * `{a: 1}`, or JSON with a comment, or JSON values with `---` between them. When
     * it is not YAML either, the complaint is about JSON. */
    bool is_template = text.len >= 2 && text.ptr[1] == '{';
    if (is_template || (!is_json_stream(&walking, text) && is_yaml(&walking)))
        return walk_yaml(&walking, error);
    return walk_json(&walking, text, error);
}
