/* SPDX-License-Identifier: Apache-2.0 */
/* The interpreter of shapes: one function a kind, found by table. */
#include "core/text/decode_field.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* MAX_FIELDS keeps a strict shape's names on the stack. */
enum { MAX_FIELDS = 64, MAX_LIST = 1000000 };

typedef struct task {
    mn_arena *arena;
    const mn_field *field;
} task;

typedef bool (*kind_fn)(const task *t, const mn_at *at, void *out, GError **error);

static bool copy_string(mn_arena *arena, const mn_at *at, const char **out, GError **error)
{
    const char *text = "";
    if (!mn_read_string(at, &text, error))
        return false;
    *out = mn_arena_strdup(arena, text);
    return true;
}

static bool decode_string(const task *t, const mn_at *at, void *out, GError **error)
{
    return copy_string(t->arena, at, out, error);
}

static bool decode_scalar(const task *t, const mn_at *at, void *out, GError **error)
{
    char buffer[MN_NUMBER_TEXT];
    const char *text = "";
    if (!mn_read_scalar_text(at, buffer, &text, error))
        return false;
    *(const char **)out = mn_arena_strdup(t->arena, text);
    return true;
}

static bool decode_enum(const task *t, const mn_at *at, void *out, GError **error)
{
    const char *text = "";
    int word;
    if (!mn_read_string(at, &text, error))
        return false;
    if (*text == '\0') /* which the API server takes for "not said" */
        return true;
    if (!mn_read_word(at, t->field->names, &word, error))
        return false;
    *(int *)out = word + 1;
    return true;
}

static bool decode_bool(const task *t, const mn_at *at, void *out, GError **error)
{
    (void)t;
    return mn_read_bool(at, out, error);
}

static bool decode_tristate(const task *t, const mn_at *at, void *out, GError **error)
{
    (void)t;
    bool value = false;
    if (!mn_read_bool(at, &value, error))
        return false;
    *(mn_tristate *)out = value ? MN_TRUE : MN_FALSE;
    return true;
}

static bool decode_int(const task *t, const mn_at *at, void *out, GError **error)
{
    mn_opt_int *number = out;
    bool narrow = t->field->kind == MN_FIELD_INT32;
    number->set = true;
    return mn_read_int(
        at, narrow ? INT32_MIN : INT64_MIN, narrow ? INT32_MAX : INT64_MAX, &number->value, error);
}

static bool decode_time(const task *t, const mn_at *at, void *out, GError **error)
{
    (void)t;
    const char *text = "";
    if (!mn_read_string(at, &text, error))
        return false;
    g_autoptr(GDateTime) when = g_date_time_new_from_iso8601(text, NULL);
    if (when == NULL)
        return mn_at_expected(at, "a time like 2026-01-31T09:30:00Z", error);
    int64_t ms = g_date_time_to_unix(when) * 1000 + g_date_time_get_microsecond(when) / 1000;
    *(mn_opt_int *)out = (mn_opt_int){.set = true, .value = ms};
    return true;
}

static bool decode_object(const task *t, const mn_at *at, void *out, GError **error)
{
    return mn_decode(t->arena, t->field->shape, at, out, error);
}

static bool decode_object_ptr(const task *t, const mn_at *at, void *out, GError **error)
{
    void *object = mn_arena_alloc(t->arena, 1, t->field->shape->size);
    memcpy(out, &object, sizeof object); /* the member has a type of its own */
    return mn_decode(t->arena, t->field->shape, at, object, error);
}

static bool store_slice(void *out, const void *items, size_t count)
{
    const mn_slice s = {.items = items, .count = count};
    memcpy(out, &s, sizeof s);
    return true;
}

static bool list_size(const mn_at *at, size_t *count, GError **error)
{
    if (!mn_read_is_array(at, error))
        return false;
    *count = mn_at_count(at);
    return *count <= MAX_LIST ||
           mn_at_error(at, MN_ERROR_LIMIT, error, "more than %d elements", MAX_LIST);
}

static bool decode_list(const task *t, const mn_at *at, void *out, GError **error)
{
    const mn_shape *shape = t->field->shape;
    size_t count;
    if (!list_size(at, &count, error))
        return false;
    unsigned char *items = mn_arena_alloc(t->arena, count, shape->size);
    for (size_t i = 0; i < count; i++) {
        mn_at element = mn_at_element(at, i);
        if (!mn_at_is_there(&element))
            return mn_at_expected(&element, "an object", error);
        if (!mn_decode(t->arena, shape, &element, items + i * shape->size, error))
            return false;
    }
    return store_slice(out, items, count);
}

static bool decode_string_list(const task *t, const mn_at *at, void *out, GError **error)
{
    size_t count;
    if (!list_size(at, &count, error))
        return false;
    const char **items = MN_ARENA_NEW(t->arena, const char *, count);
    for (size_t i = 0; i < count; i++) {
        mn_at element = mn_at_element(at, i);
        if (!copy_string(t->arena, &element, &items[i], error))
            return false;
    }
    return store_slice(out, items, count);
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const mn_label *)a)->key, ((const mn_label *)b)->key);
}

void mn_labels_sort(mn_label *labels, size_t count)
{
    if (count > 1)
        qsort(labels, count, sizeof *labels, by_key);
}

static bool decode_string_map(const task *t, const mn_at *at, void *out, GError **error)
{
    if (!mn_read_is_object(at, error))
        return false;
    mn_label *labels = MN_ARENA_NEW(t->arena, mn_label, mn_at_count(at));
    size_t count = 0;
    mn_members members = mn_members_of(at);
    for (mn_at member; mn_members_next(&members, &member); count++) {
        labels[count].key = mn_arena_strdup(t->arena, member.key);
        if (!copy_string(t->arena, &member, &labels[count].value, error))
            return false;
    }
    mn_labels_sort(labels, count);
    return store_slice(out, labels, count);
}

static bool decode_present(const task *t, const mn_at *at, void *out, GError **error)
{
    (void)t, (void)at, (void)error;
    *(bool *)out = true;
    return true;
}

static bool decode_count(const task *t, const mn_at *at, void *out, GError **error)
{
    (void)t, (void)error;
    *(size_t *)out = mn_at_count(at);
    return true;
}

static bool decode_custom(const task *t, const mn_at *at, void *out, GError **error)
{
    return t->field->decode(t->arena, at, out, error);
}

static const kind_fn kinds[] = {
    [MN_FIELD_STRING] = decode_string,
    [MN_FIELD_ENUM] = decode_enum,
    [MN_FIELD_BOOL] = decode_bool,
    [MN_FIELD_TRISTATE] = decode_tristate,
    [MN_FIELD_INT32] = decode_int,
    [MN_FIELD_INT64] = decode_int,
    [MN_FIELD_SCALAR] = decode_scalar,
    [MN_FIELD_TIME] = decode_time,
    [MN_FIELD_OBJECT] = decode_object,
    [MN_FIELD_OBJECT_PTR] = decode_object_ptr,
    [MN_FIELD_LIST] = decode_list,
    [MN_FIELD_STRING_LIST] = decode_string_list,
    [MN_FIELD_STRING_MAP] = decode_string_map,
    [MN_FIELD_PRESENT] = decode_present,
    [MN_FIELD_COUNT] = decode_count,
    [MN_FIELD_CUSTOM] = decode_custom,
};

static bool is_known(const mn_shape *shape, const char *name)
{
    for (size_t i = 0; i < shape->count; i++) {
        if (strcmp(shape->fields[i].name, name) == 0)
            return true;
    }
    return false;
}

static bool unknown_field(const mn_shape *shape, const mn_at *member, GError **error)
{
    const char *names[MAX_FIELDS];
    for (size_t i = 0; i < shape->count; i++)
        names[i] = shape->fields[i].name;
    const char *near = mn_nearest(member->key, names, shape->count);
    if (near != NULL)
        return mn_at_error(
            member, MN_ERROR_SCHEMA, error, "unknown field (did you mean \"%s\"?)", near);
    return mn_at_error(member, MN_ERROR_SCHEMA, error, "unknown field of a %s", shape->name);
}

static bool refuse_unknown_fields(const mn_shape *shape, const mn_at *at, GError **error)
{
    mn_members members = mn_members_of(at);
    for (mn_at member; mn_members_next(&members, &member);) {
        if (!is_known(shape, member.key))
            return unknown_field(shape, &member, error);
    }
    return true;
}

bool mn_decode_field(mn_arena *arena, const mn_field *field, const mn_at *at, void *out,
                     GError **error)
{
    const task t = {.arena = arena, .field = field};
    return kinds[field->kind](&t, at, out, error);
}

bool mn_decode_missing(const mn_field *field, const mn_at *at, GError **error)
{
    return mn_at_error(at, MN_ERROR_SCHEMA, error, "required field \"%s\" is missing", field->name);
}

bool mn_decode(mn_arena *arena, const mn_shape *shape, const mn_at *at, void *out, GError **error)
{
    g_assert(shape->count <= MAX_FIELDS);
    memset(out, 0, shape->size);
    if (!mn_read_is_object(at, error))
        return false;
    /* First: a name that is wrong explains why another is missing. */
    if (shape->strict && !refuse_unknown_fields(shape, at, error))
        return false;
    for (size_t i = 0; i < shape->count; i++) {
        const mn_field *field = &shape->fields[i];
        mn_at member = mn_at_member(at, field->name);
        if (!mn_at_is_there(&member)) {
            if (field->required)
                return mn_decode_missing(field, at, error);
            continue;
        }
        if (!mn_decode_field(arena, field, &member, (unsigned char *)out + field->offset, error))
            return false;
    }
    return shape->check == NULL || shape->check(arena, at, out, error);
}
