/* SPDX-License-Identifier: Apache-2.0 */
/* The only json_loadb().
 *
 * jansson neither limits the number of values nor the depth below 2,048, so both are
 * measured on the bytes before it is let at them.
 */
#include "mullion/text/document.h"

#include "core/text/json_load.h"

#include <string.h>

const mn_document_limits mn_document_limits_default = {
    .bytes = (size_t)256 * 1024 * 1024,
    .depth = 256,
    .values = 4000000,
    .documents = 1000000,
};

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

/* jansson stands behind the key; point to it. */
static void fault_of_duplicate(const char *bytes, mn_json_fault *fault)
{
    size_t end = fault->offset > 0 ? fault->offset - 1 : 0;
    size_t begin = end;

    while (begin > 0 && (bytes[begin - 1] != '"' || (begin > 1 && bytes[begin - 2] == '\\')))
        begin--;
    g_snprintf(fault->message,
               sizeof fault->message,
               "duplicate key \"%.*s\" in one object; remove one",
               (int)MIN(end - begin, 64),
               bytes + begin);
    fault->offset = begin > 0 ? begin - 1 : 0;
}

static void fault_of_jansson(const char *bytes, const json_error_t *cause, mn_json_fault *fault)
{
    enum json_error_code code = json_error_code(cause);

    *fault = (mn_json_fault){.code = MN_ERROR_SYNTAX, .offset = (size_t)MAX(cause->position, 0)};
    if (code == json_error_duplicate_key)
        fault_of_duplicate(bytes, fault);
    else if (code == json_error_invalid_utf8)
        g_strlcpy(fault->message, "not text: invalid UTF-8", sizeof fault->message);
    else if (code == json_error_premature_end_of_input)
        g_strlcpy(fault->message,
                  "not valid JSON: it ends too early (truncated?)",
                  sizeof fault->message);
    else
        g_snprintf(fault->message, sizeof fault->message, "not valid JSON: %s", cause->text);
}

void mn_json_fault_of_depth(size_t max_depth, mn_json_fault *fault)
{
    g_snprintf(fault->message, sizeof fault->message, "nested deeper than %zu levels", max_depth);
}

json_t *mn_json_load(mn_str text, size_t max_depth, size_t max_values, mn_json_fault *fault)
{
    extent found = measure(text.ptr, text.len);
    json_error_t cause;

    *fault = (mn_json_fault){.code = MN_ERROR_LIMIT};
    if (found.depth > max_depth) {
        mn_json_fault_of_depth(max_depth, fault);
        return NULL;
    }
    if (found.values > max_values) {
        g_snprintf(fault->message,
                   sizeof fault->message,
                   "more than %zu values in one document; split it",
                   max_values);
        return NULL;
    }
    json_t *root = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &cause);
    if (root == NULL)
        fault_of_jansson(text.ptr, &cause, fault);
    return root;
}

json_t *mn_document_load_json(const char *bytes, size_t len, size_t max_depth, GError **error)
{
    const mn_str text = {.ptr = bytes, .len = len};
    mn_json_fault fault;
    json_t *root = mn_json_load(text, max_depth, mn_document_limits_default.values, &fault);

    if (root == NULL)
        g_set_error(error, MN_ERROR, (int)fault.code, "byte %zu: %s", fault.offset, fault.message);
    return root;
}
