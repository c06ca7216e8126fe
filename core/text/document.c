/* SPDX-License-Identifier: Apache-2.0 */
/* The one door for documents, and the only json_loadb().
 *
 * Whatever a source holds, the caller sees a run of objects. jansson neither
 * limits the number of values nor the depth below 2,048, so both are measured on
 * the bytes before it is let at them.
 */
#include "mullion/text/document.h"

#include "core/text/json_ref.h"
#include "core/text/yaml.h"
#include "mullion/base/error.h"

#include <string.h>

enum {
    LISTS_MAX = 4,               /* lists inside lists */
    YAML_RETRY_MAX = 4 * 1048576 /* `{a: 1}` is tried as YAML only up to this size */
};

const mn_document_limits mn_document_limits_default = {
    .bytes = (size_t)256 * 1024 * 1024,
    .depth = 256,
    .values = 4000000,
    .documents = 1000000,
};

typedef struct walk {
    const mn_source *source;
    const mn_document_limits *limits;
    mn_document_fn each;
    gpointer data;
    mn_document_format format;
    size_t ordinal; /* of the document being walked */
    size_t handed;  /* objects given to `each` */
} walk;

/* Where a document begins, found only when it is asked for. */
typedef struct beginning {
    size_t offset;
    yaml_mark_t mark;
} beginning;

static mn_position position_of(const walk *walking, const beginning *begin)
{
    return walking->format == MN_DOCUMENT_YAML ? mn_yaml_position(walking->source, &begin->mark)
                                               : mn_source_position(walking->source, begin->offset);
}

static bool fail(const walk *walking, const beginning *begin, mn_error code, GError **error,
                 const char *format, ...) G_GNUC_PRINTF(5, 6);

static bool fail(const walk *walking, const beginning *begin, mn_error code, GError **error,
                 const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);

    const char *name = walking->source->name;
    mn_position at = position_of(walking, begin);
    g_set_error(error, MN_ERROR, (int)code, "%s:%zu:%zu: %s", name, at.line, at.column, message);
    return false;
}

/* Deepest nesting, and no fewer than the number of values. Does not care whether
 * it is JSON: jansson will. */
typedef struct extent {
    size_t depth, values;
} extent;

static const char *skip_string(const char *at, const char *end)
{
    while (at < end && *at != '"')
        at += *at == '\\' ? 2 : 1;
    return at < end ? at + 1 : end;
}

static extent measure(const char *bytes, size_t len)
{
    extent out = {.values = 1};
    size_t depth = 0;

    for (const char *at = bytes, *end = bytes + len; at < end;) {
        char byte = *at++;
        if (byte == '"') {
            at = skip_string(at, end);
        } else if (byte == '{' || byte == '[') {
            out.values++;
            depth++;
            out.depth = MAX(out.depth, depth);
        } else if (byte == '}' || byte == ']') {
            depth -= depth > 0;
        } else if (byte == ',') {
            out.values++;
        }
    }
    return out;
}

/* Where jansson gave up, and its words, put into ours. */
typedef struct json_fault {
    mn_error code;
    size_t offset;
    char message[JSON_ERROR_TEXT_LENGTH];
} json_fault;

static void fault_from_jansson(const char *bytes, const json_error_t *cause, json_fault *fault)
{
    *fault = (json_fault){.code = MN_ERROR_SYNTAX, .offset = (size_t)MAX(cause->position, 0)};
    switch (json_error_code(cause)) {
    case json_error_duplicate_key: {
        /* It stands behind the key; point to the key. */
        size_t end = fault->offset - 1, begin = end;
        while (begin > 0 && (bytes[begin - 1] != '"' || (begin > 1 && bytes[begin - 2] == '\\')))
            begin--;
        g_snprintf(fault->message,
                   sizeof fault->message,
                   "duplicate key \"%.*s\" in one object; remove one",
                   (int)MIN(end - begin, 64),
                   bytes + begin);
        fault->offset = begin > 0 ? begin - 1 : 0;
        return;
    }
    case json_error_invalid_utf8:
        g_strlcpy(fault->message, "not text: invalid UTF-8", sizeof fault->message);
        return;
    case json_error_premature_end_of_input:
        g_strlcpy(fault->message,
                  "not valid JSON: it ends too early (truncated?)",
                  sizeof fault->message);
        return;
    default:
        g_snprintf(fault->message, sizeof fault->message, "not valid JSON: %s", cause->text);
    }
}

static bool check_extent(const char *bytes, size_t len, size_t max_depth, size_t max_values,
                         json_fault *fault)
{
    extent found = measure(bytes, len);

    if (found.depth <= max_depth && found.values <= max_values)
        return true;
    *fault = (json_fault){.code = MN_ERROR_LIMIT};
    if (found.depth > max_depth)
        g_snprintf(
            fault->message, sizeof fault->message, "nested deeper than %zu levels", max_depth);
    else
        g_snprintf(fault->message,
                   sizeof fault->message,
                   "more than %zu values in one document",
                   max_values);
    return false;
}

/* One value at the start of the bytes; *used tells where it ended. */
static json_t *load(const char *bytes, size_t len, size_t *used, json_fault *fault)
{
    json_error_t cause;
    size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY;
    if (used != NULL)
        flags |= JSON_DISABLE_EOF_CHECK;
    json_t *root = json_loadb(bytes, len, flags, &cause);

    if (root == NULL)
        fault_from_jansson(bytes, &cause, fault);
    else if (used != NULL)
        *used = (size_t)cause.position;
    return root;
}

json_t *mn_document_load_json(const char *bytes, size_t len, size_t max_depth, GError **error)
{
    json_fault fault;
    json_t *root = NULL;

    if (check_extent(bytes, len, max_depth, mn_document_limits_default.values, &fault))
        root = load(bytes, len, NULL, &fault);
    if (root == NULL)
        g_set_error(error, MN_ERROR, (int)fault.code, "byte %zu: %s", fault.offset, fault.message);
    return root;
}

static const char *type_name(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
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

static bool hand_over(walk *walking, const json_t *root, const char *prefix, const beginning *begin,
                      GError **error)
{
    const mn_document document = {
        .source = walking->source,
        .format = walking->format,
        .ordinal = walking->ordinal,
        .prefix = prefix,
        .root = root,
    };
    g_autofree char *place = NULL;
    GError *cause = NULL;

    if (!json_is_object(root))
        return fail(walking,
                    begin,
                    MN_ERROR_SCHEMA,
                    error,
                    "%s%sexpected an object with apiVersion and kind, found %s",
                    prefix,
                    *prefix != '\0' ? ": " : "",
                    type_name(root));
    if (++walking->handed > walking->limits->documents)
        return fail(walking,
                    begin,
                    MN_ERROR_LIMIT,
                    error,
                    "more than %zu objects in one file; split it",
                    walking->limits->documents);
    if (walking->each(&document, walking->data, &cause))
        return true;
    place = g_strdup_printf("%s:", walking->source->name);
    if (!g_str_has_prefix(cause->message, place)) {
        mn_position at = position_of(walking, begin);
        g_prefix_error(&cause, "%s%zu:%zu: ", place, at.line, at.column);
    }
    g_propagate_error(error, cause);
    return false;
}

static const json_t *list_items(const json_t *root)
{
    const char *kind = json_string_value(json_object_get(root, "kind"));
    const json_t *items = json_object_get(root, "items");

    return kind != NULL && g_str_has_suffix(kind, "List") && json_is_array(items) ? items : NULL;
}

/* A tree that is whole already. Recursion ends at LISTS_MAX. */
/* NOLINTBEGIN(misc-no-recursion) */
static bool walk_tree(walk *walking, const json_t *root, const char *prefix, size_t lists,
                      const beginning *begin, GError **error)
{
    const json_t *items = list_items(root);

    if (items == NULL)
        return hand_over(walking, root, prefix, begin, error);
    if (lists == LISTS_MAX)
        return fail(walking,
                    begin,
                    MN_ERROR_LIMIT,
                    error,
                    "%s: lists inside lists more than %d deep",
                    prefix,
                    LISTS_MAX);
    for (size_t i = 0; i < json_array_size(items); i++) {
        g_autofree char *inner =
            g_strdup_printf("%s%sitems[%zu]", prefix, *prefix != '\0' ? "." : "", i);
        if (!walk_tree(walking, json_array_get(items, i), inner, lists + 1, begin, error))
            return false;
    }
    return true;
}

/* NOLINTEND(misc-no-recursion) */

static bool walk_yaml_from(walk *walking, mn_yaml_reader *reader, json_t *first, beginning *begin,
                           GError **error)
{
    g_autoptr(json_t) root = first;

    walking->format = MN_DOCUMENT_YAML;
    for (walking->ordinal = 0; root != NULL; walking->ordinal++) {
        if (!walk_tree(walking, root, "", 0, begin, error))
            return false;
        g_clear_pointer(&root, json_decref);
        if (!mn_yaml_reader_next(reader, &root, &begin->mark, error))
            return false;
    }
    return true;
}

static bool walk_yaml(walk *walking, GError **error)
{
    g_autoptr(mn_yaml_reader) reader = mn_yaml_reader_new(walking->source, walking->limits);
    beginning begin = {0};
    json_t *first = NULL;

    return mn_yaml_reader_next(reader, &first, &begin.mark, error) &&
           walk_yaml_from(walking, reader, first, &begin, error);
}

static size_t skip_blanks(const mn_source *source, size_t at)
{
    while (at < source->len && strchr(" \t\r\n", source->bytes[at]) != NULL &&
           source->bytes[at] != '\0')
        at++;
    return at;
}

static size_t skip_mark(const mn_source *source)
{
    return source->len >= 3 && memcmp(source->bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

/* YAML in braces, `{a: 1}`, begins like JSON. When it is not YAML either, what is
 * said is why it is not JSON. */
static bool retry_as_yaml(walk *walking, const json_fault *fault, GError **error)
{
    g_autoptr(mn_yaml_reader) reader = NULL;
    beginning begin = {.offset = fault->offset};
    json_t *first = NULL;

    if (fault->code == MN_ERROR_SYNTAX && walking->handed == 0 &&
        walking->source->len <= YAML_RETRY_MAX) {
        reader = mn_yaml_reader_new(walking->source, walking->limits);
        if (mn_yaml_reader_next(reader, &first, &begin.mark, NULL))
            return walk_yaml_from(walking, reader, first, &begin, error);
    }
    return fail(walking, &begin, fault->code, error, "%s", fault->message);
}

static bool walk_json(walk *walking, size_t at, GError **error)
{
    const mn_source *source = walking->source;

    for (; at < source->len; walking->ordinal++) {
        json_fault fault;
        size_t used = 0;
        g_autoptr(json_t) root = NULL;
        beginning begin = {.offset = at};
        if (check_extent(source->bytes + at,
                         source->len - at,
                         walking->limits->depth,
                         walking->limits->values,
                         &fault))
            root = load(source->bytes + at, source->len - at, &used, &fault);
        if (root == NULL) {
            fault.offset += at;
            return retry_as_yaml(walking, &fault, error);
        }
        if (!walk_tree(walking, root, "", 0, &begin, error))
            return false;
        at = skip_blanks(source, at + used);
    }
    return true;
}

bool mn_document_each(const mn_source *source, const mn_document_limits *limits,
                      mn_document_fn each, gpointer data, GError **error)
{
    walk walking = {.source = source, .limits = limits, .each = each, .data = data};
    size_t at = skip_blanks(source, skip_mark(source));

    if (source->len > limits->bytes) {
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_LIMIT,
                    "%s:1:1: larger than %zu bytes; split it",
                    source->name,
                    limits->bytes);
        return false;
    }
    if (at == source->len)
        return true;
    if (source->bytes[at] == '{' || source->bytes[at] == '[')
        return walk_json(&walking, at, error);
    return walk_yaml(&walking, error);
}
