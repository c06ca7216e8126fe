/* SPDX-License-Identifier: Apache-2.0 */
/* The only file that looks into a JSON tree.
 *
 * Everything above it asks an mn_at, so every complaint carries a path and a
 * place, and `null` is absent in one spot only.
 */
#include "mullion/text/read.h"

#include "mullion/text/json_write.h"
#include "mullion/text/locate.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

enum { MAX_STEPS = 256, MAX_SHOWN = 60, MAX_NAME = 64 };

static const json_t *absent_if_null(const json_t *value)
{
    return json_is_null(value) ? NULL : value;
}

mn_at mn_at_root(const mn_document *document)
{
    return (mn_at){.value = absent_if_null(document->root), .document = document};
}

mn_at mn_at_tree(const json_t *root)
{
    return (mn_at){.value = absent_if_null(root)};
}

mn_at mn_at_member(const mn_at *parent, const char *key)
{
    return (mn_at){
        .value = absent_if_null(json_object_get(parent->value, key)),
        .parent = parent,
        .key = key,
        .document = parent->document,
    };
}

mn_at mn_at_element(const mn_at *parent, size_t index)
{
    return (mn_at){
        .value = absent_if_null(json_array_get(parent->value, index)),
        .parent = parent,
        .index = index,
        .document = parent->document,
    };
}

size_t mn_at_count(const mn_at *at)
{
    return json_is_array(at->value) ? json_array_size(at->value) : json_object_size(at->value);
}

/* Outermost first; an absurdly deep path keeps its outer part. */
static size_t steps_of(const mn_at *at, mn_step steps[MAX_STEPS])
{
    size_t depth = 0;
    for (const mn_at *a = at; a->parent != NULL; a = a->parent)
        depth++;
    size_t i = depth;
    for (const mn_at *a = at; a->parent != NULL; a = a->parent) {
        i--;
        if (i < MAX_STEPS)
            steps[i] = (mn_step){.key = a->key, .index = a->index};
    }
    return MIN(depth, (size_t)MAX_STEPS);
}

static void append_step(GString *path, const mn_step *step)
{
    if (step->key == NULL)
        g_string_append_printf(path, "[%zu]", step->index);
    else if (*step->key == '\0' || strpbrk(step->key, ".[]/ ") != NULL)
        g_string_append_printf(path, "[%s]", step->key);
    else
        g_string_append_printf(path, "%s%s", path->len == 0 ? "" : ".", step->key);
}

char *mn_at_path(const mn_at *at)
{
    mn_step steps[MAX_STEPS];
    size_t count = steps_of(at, steps);
    GString *path = g_string_new(at->document == NULL ? "" : at->document->prefix);
    for (size_t i = 0; i < count; i++)
        append_step(path, &steps[i]);
    return g_string_free(path, FALSE);
}

mn_position mn_at_position(const mn_at *at)
{
    mn_step steps[MAX_STEPS];
    return at->document == NULL ? (mn_position){0}
                                : mn_locate(at->document, steps, steps_of(at, steps));
}

static void append_place(GString *text, const mn_at *at)
{
    if (at->document == NULL)
        return;
    mn_position position = mn_at_position(at);
    g_string_append(text, at->document->source->name);
    if (position.line != 0)
        g_string_append_printf(text, ":%zu:%zu", position.line, position.column);
    g_string_append(text, ": ");
}

bool mn_at_error(const mn_at *at, mn_error code, GError **error, const char *format, ...)
{
    g_autoptr(GString) text = g_string_new(NULL);
    append_place(text, at);
    g_autofree char *path = mn_at_path(at);
    if (*path != '\0')
        g_string_append_printf(text, "%s: ", path);
    va_list args;
    va_start(args, format);
    g_string_append_vprintf(text, format, args);
    va_end(args);
    g_set_error_literal(error, MN_ERROR, (gint)code, text->str);
    return false;
}

/* As a user would name it: the string "x", a list. */
static char *describe(const json_t *value)
{
    if (value == NULL)
        return g_strdup("nothing");
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return g_strdup("an object");
    case JSON_ARRAY:
        return g_strdup("a list");
    case JSON_STRING:
        return g_strdup_printf("the string \"%.*s\"%s",
                               MAX_SHOWN,
                               json_string_value(value),
                               json_string_length(value) > MAX_SHOWN ? "..." : "");
    case JSON_INTEGER:
        return g_strdup_printf("the number %" JSON_INTEGER_FORMAT, json_integer_value(value));
    case JSON_REAL:
        return g_strdup_printf("the number %g", json_real_value(value));
    case JSON_TRUE:
        return g_strdup("the boolean true");
    case JSON_FALSE:
        return g_strdup("the boolean false");
    case JSON_NULL:
        break;
    }
    return g_strdup("null");
}

bool mn_at_expected(const mn_at *at, const char *expected, GError **error)
{
    g_autofree char *found = describe(at->value);
    return mn_at_error(at, MN_ERROR_SCHEMA, error, "expected %s, found %s", expected, found);
}

bool mn_read_string(const mn_at *at, const char **out, GError **error)
{
    if (at->value == NULL)
        return true;
    if (!json_is_string(at->value))
        return mn_at_expected(at, "a string", error);
    *out = json_string_value(at->value);
    return true;
}

bool mn_read_bool(const mn_at *at, bool *out, GError **error)
{
    if (at->value == NULL)
        return true;
    if (!json_is_boolean(at->value))
        return mn_at_expected(at, "true or false", error);
    *out = json_is_true(at->value);
    return true;
}

/* A real that is whole counts ("replicas: 1e1"), as the API server accepts it. */
static bool whole_number(const json_t *value, int64_t *out)
{
    if (json_is_integer(value)) {
        *out = json_integer_value(value);
        return true;
    }
    double real = json_real_value(value);
    if (!json_is_real(value) || trunc(real) != real || fabs(real) > 9007199254740992.0)
        return false;
    *out = (int64_t)real;
    return true;
}

bool mn_read_int(const mn_at *at, int64_t min, int64_t max, int64_t *out, GError **error)
{
    if (at->value == NULL)
        return true;
    int64_t value;
    if (!whole_number(at->value, &value))
        return mn_at_expected(at, "a whole number", error);
    if (value < min || value > max)
        return mn_at_error(at,
                           MN_ERROR_SCHEMA,
                           error,
                           "expected a number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
                           ", found %" G_GINT64_FORMAT,
                           min,
                           max,
                           value);
    *out = value;
    return true;
}

bool mn_read_is_object(const mn_at *at, GError **error)
{
    return at->value == NULL || json_is_object(at->value) || mn_at_expected(at, "an object", error);
}

bool mn_read_is_array(const mn_at *at, GError **error)
{
    return at->value == NULL || json_is_array(at->value) || mn_at_expected(at, "a list", error);
}

bool mn_read_scalar_text(const mn_at *at, char buffer[MN_NUMBER_TEXT], const char **out,
                         GError **error)
{
    if (at->value == NULL)
        return true;
    if (json_is_string(at->value)) {
        *out = json_string_value(at->value);
        return true;
    }
    if (json_is_integer(at->value))
        g_snprintf(buffer, MN_NUMBER_TEXT, "%" JSON_INTEGER_FORMAT, json_integer_value(at->value));
    else if (json_is_real(at->value))
        (void)mn_json_format_double(json_real_value(at->value), buffer);
    else
        return mn_at_expected(at, "a number or a string", error);
    *out = buffer;
    return true;
}

/* jansson's iterators are not const-correct; reading through them is. */
static json_t *mutable_view(const json_t *value)
{
    union {
        const json_t *read_only;
        json_t *open;
    } view = {.read_only = value};
    return view.open;
}

mn_members mn_members_of(const mn_at *object)
{
    return (mn_members){.object = object, .iter = json_object_iter(mutable_view(object->value))};
}

bool mn_members_next(mn_members *members, mn_at *out)
{
    if (members->iter == NULL)
        return false;
    *out = (mn_at){
        .value = absent_if_null(json_object_iter_value(members->iter)),
        .parent = members->object,
        .key = json_object_iter_key(members->iter),
        .document = members->object->document,
    };
    members->iter = json_object_iter_next(mutable_view(members->object->value), members->iter);
    return true;
}

/* Edit distance with adjacent swaps on lower-cased bytes; limit + 1 when further. */
static size_t distance(const char *a, const char *b, size_t limit)
{
    size_t rows[3][MAX_NAME + 1];
    size_t a_len = strlen(a), b_len = strlen(b);
    if (a_len > MAX_NAME || b_len > MAX_NAME || MAX(a_len, b_len) - MIN(a_len, b_len) > limit)
        return limit + 1;
    for (size_t j = 0; j <= b_len; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t *now = rows[i % 3], *before = rows[(i + 2) % 3], *earlier = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            char x = g_ascii_tolower(a[i - 1]), y = g_ascii_tolower(b[j - 1]);
            now[j] = MIN(MIN(before[j] + 1, now[j - 1] + 1), before[j - 1] + (x != y));
            bool swapped =
                i > 1 && j > 1 && x == g_ascii_tolower(b[j - 2]) && y == g_ascii_tolower(a[i - 2]);
            if (swapped)
                now[j] = MIN(now[j], earlier[j - 2] + 1);
        }
    }
    return rows[a_len % 3][b_len];
}

const char *mn_nearest(const char *found, const char *const *names, size_t count)
{
    size_t limit = MAX(strlen(found) / 3, (size_t)1), best = limit + 1;
    const char *nearest = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t d = distance(found, names[i], limit);
        if (d < best) {
            best = d;
            nearest = names[i];
        }
    }
    return nearest;
}

bool mn_read_word(const mn_at *at, const char *const *words, int *out, GError **error)
{
    const char *text = "";
    if (!mn_read_string(at, &text, error))
        return false;
    size_t count = 0;
    g_autoptr(GString) expected = g_string_new(NULL);
    for (; words[count] != NULL; count++) {
        if (strcmp(words[count], text) == 0) {
            *out = (int)count;
            return true;
        }
        g_string_append_printf(expected, "%s%s", count == 0 ? "" : ", ", words[count]);
    }
    const char *near = mn_nearest(text, words, count);
    g_autofree char *hint =
        near == NULL ? g_strdup("") : g_strdup_printf(" (did you mean \"%s\"?)", near);
    return mn_at_error(at,
                       MN_ERROR_SCHEMA,
                       error,
                       "expected one of %s, found \"%.60s\"%s",
                       expected->str,
                       text,
                       hint);
}
