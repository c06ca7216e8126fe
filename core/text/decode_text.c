/* SPDX-License-Identifier: Apache-2.0 */
/* Straight from bytes. The scan finds the members that a shape lists and passes over the rest,
 * which in a Pod is most of it: nobody here looks at probes, environment variables, mounts or
 * managedFields.
 *
 * What is written as it should be, text by text, goes into the struct at once. What takes more
 * than that, or is of the wrong type, becomes a tree and is decoded as one: so the rules, and
 * the words of an error, are in decode.c alone.
 */
#include "core/text/decode_field.h"
#include "core/text/json_ref.h"
#include "mullion/text/json_scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* etcd takes objects of 1.5 MB at most. */
enum { VALUES_MAX = 200000 };

static const char twice[] = "this key stood in the object before";

typedef struct reading {
    mn_scan scan;
    mn_arena *arena;
    size_t values;
    GError **error;
    bool failed; /* *error is set */
} reading;

/* Stops the scan. Always false. */
static bool stop(reading *self)
{
    self->failed = true;
    mn_scan_reject(&self->scan, MN_SCAN_UNEXPECTED, self->scan.at);
    return false;
}

/* Tells the first fault alone: what holds the faulty value may well be wrong, too. */
static bool fail(reading *self, mn_error code, const char *at, const char *what)
{
    if (!self->failed)
        g_set_error(self->error,
                    MN_ERROR,
                    (int)code,
                    "byte %zu: %s",
                    (size_t)(at - self->scan.start),
                    what);
    return stop(self);
}

static bool is_fine(const reading *self)
{
    return self->scan.fault == MN_SCAN_FINE;
}

static bool count_value(reading *self)
{
    return ++self->values <= VALUES_MAX ||
           fail(self, MN_ERROR_LIMIT, self->scan.at, "more values than any object has");
}

static bool text_of(reading *self, mn_scan_string string, mn_str *out)
{
    g_autoptr(GError) cause = NULL;
    if (!is_fine(self))
        return false;
    return mn_scan_string_decode(self->arena, string, out, &cause) ||
           fail(self, MN_ERROR_SYNTAX, string.raw.ptr, cause->message);
}

static bool take_text(reading *self, mn_str *out)
{
    mn_scan_string string = mn_scan_take_string(&self->scan);
    return text_of(self, string, out);
}

static const char *keep(reading *self, mn_str text)
{
    return mn_arena_strndup(self->arena, text.ptr, text.len);
}

/* ---- trees, whole; after a fault whatever there was, or NULL */

/* As deep as the scan lets it. */
/* NOLINTBEGIN(misc-no-recursion) */
static json_t *plant(reading *self);

static json_t *plant_string(reading *self)
{
    mn_str text;
    return take_text(self, &text) ? json_stringn_nocheck(text.ptr, text.len) : NULL;
}

/* A whole number unless it is written otherwise, as jansson has it. */
static json_t *plant_number(reading *self)
{
    const char *at = self->scan.at;
    mn_str text = mn_scan_take(&self->scan);
    if (!is_fine(self))
        return NULL;
    const char *digits = keep(self, text);
    bool whole = strpbrk(digits, ".eE") == NULL;
    errno = 0;
    long long integer = whole ? strtoll(digits, NULL, 10) : 0;
    double real = whole ? 0 : g_ascii_strtod(digits, NULL);
    bool too_big = errno == ERANGE && (whole || real > 1 || real < -1); /* 1e-999 is 0 */
    if (too_big) {
        fail(self, MN_ERROR_SYNTAX, at, "a number that is too big");
        return NULL;
    }
    return whole ? json_integer(integer) : json_real(real);
}

static json_t *plant_object(reading *self)
{
    json_t *object = json_object();
    mn_scan_string key;
    mn_str name;
    mn_scan_enter(&self->scan, MN_SCAN_OBJECT);
    while (mn_scan_next_member(&self->scan, &key) && text_of(self, key, &name)) {
        size_t before = json_object_size(object);
        json_t *value = plant(self);
        if (value == NULL)
            break;
        (void)json_object_setn_new_nocheck(object, name.ptr, name.len, value);
        if (json_object_size(object) == before)
            fail(self, MN_ERROR_SYNTAX, key.raw.ptr, twice);
    }
    return object;
}

static json_t *plant_array(reading *self)
{
    json_t *array = json_array();
    mn_scan_enter(&self->scan, MN_SCAN_ARRAY);
    while (mn_scan_next_element(&self->scan)) {
        json_t *value = plant(self);
        if (value == NULL)
            break;
        (void)json_array_append_new(array, value);
    }
    return array;
}

static json_t *plant(reading *self)
{
    if (!count_value(self))
        return NULL;
    switch (mn_scan_peek(&self->scan)) {
    case MN_SCAN_OBJECT:
        return plant_object(self);
    case MN_SCAN_ARRAY:
        return plant_array(self);
    case MN_SCAN_STRING:
        return plant_string(self);
    case MN_SCAN_NUMBER:
        return plant_number(self);
    case MN_SCAN_TRUE:
    case MN_SCAN_FALSE:
        return json_boolean(mn_scan_take(&self->scan).len == strlen("true"));
    case MN_SCAN_NULL:
        mn_scan_take(&self->scan);
        return json_null();
    case MN_SCAN_NOTHING:
        break;
    }
    return NULL;
}

/* ---- structs */

static bool read_members(reading *self, const mn_shape *shape, const mn_at *at, void *out);

/* `at` says where the value stands, and has none itself: it is at the cursor. */
static bool read_by_tree(reading *self, const mn_field *field, const mn_at *at, void *out)
{
    g_autoptr(json_t) tree = plant(self);
    if (!is_fine(self))
        return false;
    mn_at planted = *at;
    planted.value = tree;
    return mn_decode_field(self->arena, field, &planted, out, self->error) || stop(self);
}

static bool read_string(reading *self, const mn_field *field, const mn_at *at, void *out)
{
    (void)field, (void)at;
    mn_str text;
    if (!take_text(self, &text))
        return false;
    *(const char **)out = keep(self, text);
    return true;
}

static bool read_object(reading *self, const mn_field *field, const mn_at *at, void *out)
{
    return read_members(self, field->shape, at, out);
}

static bool read_object_ptr(reading *self, const mn_field *field, const mn_at *at, void *out)
{
    void *object = mn_arena_alloc(self->arena, 1, field->shape->size);
    memcpy(out, &object, sizeof object); /* the member has a type of its own */
    return read_members(self, field->shape, at, object);
}

typedef struct growing {
    char *items;
    size_t count;
} growing;

/* A place for one more, zeroed. */
static void *add(reading *self, growing *list, size_t size)
{
    list->items = mn_arena_grow(self->arena, list->items, list->count, size);
    return list->items + list->count++ * size;
}

/* A list that is there and empty is not one that is absent. */
static void store(reading *self, growing *list, size_t size, void *out)
{
    if (list->items == NULL)
        list->items = mn_arena_alloc(self->arena, 1, size);
    const mn_slice slice = {.items = list->items, .count = list->count};
    memcpy(out, &slice, sizeof slice);
}

static bool expected(reading *self, const mn_at *at, const char *what)
{
    g_autoptr(json_t) tree = plant(self);
    if (!is_fine(self))
        return false;
    mn_at planted = *at;
    planted.value = json_is_null(tree) ? NULL : tree;
    return mn_at_expected(&planted, what, self->error) || stop(self);
}

static bool read_list(reading *self, const mn_field *field, const mn_at *at, void *out)
{
    growing list = {.items = NULL};
    mn_at element = {.parent = at};
    mn_scan_enter(&self->scan, MN_SCAN_ARRAY);
    for (; mn_scan_next_element(&self->scan); element.index++) {
        void *place = add(self, &list, field->shape->size);
        bool fits = mn_scan_peek(&self->scan) == MN_SCAN_OBJECT;
        if (!count_value(self) || (!fits && !expected(self, &element, "an object")) ||
            !read_members(self, field->shape, &element, place))
            return false;
    }
    store(self, &list, field->shape->size, out);
    return is_fine(self);
}

static bool read_label(reading *self, mn_scan_string key, const mn_at *at, mn_label *out)
{
    mn_str name, value = MN_STR_LIT("");
    if (!text_of(self, key, &name) || !count_value(self))
        return false;
    out->key = keep(self, name);
    const mn_at member = {.parent = at, .key = out->key};
    const mn_scan_kind kind = mn_scan_peek(&self->scan);
    if (kind != MN_SCAN_STRING && kind != MN_SCAN_NULL)
        return expected(self, &member, "a string");
    if (kind == MN_SCAN_STRING && !take_text(self, &value))
        return false;
    out->value = keep(self, value);
    return true;
}

static bool read_string_map(reading *self, const mn_field *field, const mn_at *at, void *out)
{
    (void)field;
    growing list = {.items = NULL};
    mn_scan_string key;
    mn_scan_enter(&self->scan, MN_SCAN_OBJECT);
    while (mn_scan_next_member(&self->scan, &key))
        if (!read_label(self, key, at, add(self, &list, sizeof(mn_label))))
            return false;
    mn_label *labels = (mn_label *)(void *)list.items;
    mn_labels_sort(labels, list.count);
    for (size_t i = 1; i < list.count; i++)
        if (strcmp(labels[i - 1].key, labels[i].key) == 0)
            return mn_at_error(at,
                               MN_ERROR_SYNTAX,
                               self->error,
                               "the key \"%.60s\" stands there twice",
                               labels[i].key) ||
                   stop(self);
    store(self, &list, sizeof *labels, out);
    return is_fine(self);
}

/* What is read without a tree, if it is what it should be. */
static const struct {
    mn_scan_kind from;
    bool (*read)(reading *self, const mn_field *field, const mn_at *at, void *out);
} readers[] = {
    [MN_FIELD_STRING] = {MN_SCAN_STRING, read_string},
    [MN_FIELD_OBJECT] = {MN_SCAN_OBJECT, read_object},
    [MN_FIELD_OBJECT_PTR] = {MN_SCAN_OBJECT, read_object_ptr},
    [MN_FIELD_LIST] = {MN_SCAN_ARRAY, read_list},
    [MN_FIELD_STRING_MAP] = {MN_SCAN_OBJECT, read_string_map},
    [MN_FIELD_CUSTOM] = {MN_SCAN_NOTHING, NULL},
};

static bool read_field(reading *self, const mn_field *field, const mn_at *at, void *out)
{
    const mn_scan_kind kind = mn_scan_peek(&self->scan);
    if (kind == MN_SCAN_NULL) /* absent, as in a tree */
        return true;
    if (field->kind == MN_FIELD_PRESENT) {
        *(bool *)out = true; /* the scan passes over it */
        return true;
    }
    return readers[field->kind].from != kind || kind == MN_SCAN_NOTHING
               ? read_by_tree(self, field, at, out)
               : count_value(self) && readers[field->kind].read(self, field, at, out);
}

/* The place among the shape's fields; SIZE_MAX: it lists no such member. */
static size_t find_field(const mn_shape *shape, mn_scan_string key)
{
    for (size_t i = 0; i < shape->count; i++)
        if (mn_scan_string_is(key, shape->fields[i].name))
            return i;
    return SIZE_MAX;
}

static bool check_members(reading *self, const mn_shape *shape, const mn_at *at, uint64_t seen,
                          void *out)
{
    for (size_t i = 0; i < shape->count; i++)
        if (shape->fields[i].required && (seen >> i & 1) == 0)
            return mn_decode_missing(&shape->fields[i], at, self->error) || stop(self);
    return shape->check == NULL || shape->check(self->arena, at, out, self->error) || stop(self);
}

/* The object at the cursor, into a zeroed struct. */
static bool read_members(reading *self, const mn_shape *shape, const mn_at *at, void *out)
{
    uint64_t seen = 0, there = 0;
    mn_scan_string key;
    mn_scan_enter(&self->scan, MN_SCAN_OBJECT);
    while (mn_scan_next_member(&self->scan, &key)) {
        size_t i = find_field(shape, key);
        if (i == SIZE_MAX)
            continue;
        const uint64_t bit = UINT64_C(1) << i;
        if ((seen & bit) != 0)
            return fail(self, MN_ERROR_SYNTAX, key.raw.ptr, twice);
        seen |= bit;
        there |= mn_scan_peek(&self->scan) == MN_SCAN_NULL ? 0 : bit;
        const mn_field *field = &shape->fields[i];
        const mn_at member = {.parent = at, .key = field->name};
        if (!read_field(self, field, &member, (char *)out + field->offset))
            return false;
    }
    return is_fine(self) && check_members(self, shape, at, there, out);
}
/* NOLINTEND(misc-no-recursion) */

bool mn_decode_text(mn_arena *arena, const mn_shape *shape, mn_str text, size_t max_depth,
                    void *out, GError **error)
{
    g_assert(!shape->strict && shape->count <= 64);
    reading self = {.arena = arena, .error = error};
    const mn_at root = {.value = NULL};
    memset(out, 0, shape->size);
    mn_scan_init(&self.scan, text, max_depth);
    if (mn_scan_peek(&self.scan) == MN_SCAN_OBJECT || expected(&self, &root, "an object"))
        (void)read_members(&self, shape, &root, out);
    return !self.failed && mn_scan_end(&self.scan, error);
}
