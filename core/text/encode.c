/* SPDX-License-Identifier: Apache-2.0 */
/* Shapes the other way round: structs to JSON, one function a kind, found by table.
 *
 * Two tables instead of one: whether a field is there has to be known before its key is
 * written.
 */
#include "mullion/text/decode.h"

#include <string.h>

/* What every slice of the model looks like. */
typedef struct slice {
    const void *items;
    size_t count;
} slice;

static slice slice_at(const void *in)
{
    slice s;
    memcpy(&s, in, sizeof s); /* every slice is a struct of its own type to the compiler */
    return s;
}

static const void *pointer_at(const void *in)
{
    const void *pointer;
    memcpy(&pointer, in, sizeof pointer);
    return pointer;
}

/* ---- is it there? */

static bool has_text(const mn_field *field, const void *in)
{
    (void)field;
    const char *text = pointer_at(in);
    return text != NULL && *text != '\0';
}

static bool has_enum(const mn_field *field, const void *in)
{
    (void)field;
    return *(const int *)in != 0;
}

static bool has_bool(const mn_field *field, const void *in)
{
    (void)field;
    return *(const bool *)in;
}

static bool has_tristate(const mn_field *field, const void *in)
{
    (void)field;
    return *(const mn_tristate *)in != MN_UNSET;
}

static bool has_number(const mn_field *field, const void *in)
{
    (void)field;
    return ((const mn_opt_int *)in)->set;
}

static bool has_pointer(const mn_field *field, const void *in)
{
    (void)field;
    return pointer_at(in) != NULL;
}

static bool has_elements(const mn_field *field, const void *in)
{
    (void)field;
    return slice_at(in).count > 0;
}

static bool has_count(const mn_field *field, const void *in)
{
    (void)field;
    return *(const size_t *)in > 0;
}

static bool is_there(const mn_field *field, const void *in);

static bool has_members(const mn_field *field, const void *in)
{
    const mn_shape *shape = field->shape;
    for (size_t i = 0; i < shape->count; i++) {
        const mn_field *member = &shape->fields[i];
        if (is_there(member, (const unsigned char *)in + member->offset))
            return true;
    }
    return false;
}

static bool (*const presence[])(const mn_field *field, const void *in) = {
    [MN_FIELD_STRING] = has_text,
    [MN_FIELD_ENUM] = has_enum,
    [MN_FIELD_BOOL] = has_bool,
    [MN_FIELD_TRISTATE] = has_tristate,
    [MN_FIELD_INT32] = has_number,
    [MN_FIELD_INT64] = has_number,
    [MN_FIELD_SCALAR] = has_text,
    [MN_FIELD_TIME] = has_number,
    [MN_FIELD_OBJECT] = has_members,
    [MN_FIELD_OBJECT_PTR] = has_pointer,
    [MN_FIELD_LIST] = has_elements,
    [MN_FIELD_STRING_LIST] = has_elements,
    [MN_FIELD_STRING_MAP] = has_elements,
    [MN_FIELD_PRESENT] = has_bool,
    [MN_FIELD_COUNT] = has_count,
    [MN_FIELD_CUSTOM] = has_pointer,
};

static bool is_there(const mn_field *field, const void *in)
{
    return presence[field->kind](field, in);
}

/* ---- its value */

static void write_text(mn_json_writer *json, const mn_field *field, const void *in)
{
    (void)field;
    const char *text = pointer_at(in);
    mn_json_string(json, text == NULL ? "" : text);
}

static void write_enum(mn_json_writer *json, const mn_field *field, const void *in)
{
    const int value = *(const int *)in;
    mn_json_string(json, value == 0 ? "" : field->names[value - 1]);
}

static void write_bool(mn_json_writer *json, const mn_field *field, const void *in)
{
    (void)field;
    mn_json_bool(json, *(const bool *)in);
}

static void write_tristate(mn_json_writer *json, const mn_field *field, const void *in)
{
    (void)field;
    mn_json_bool(json, *(const mn_tristate *)in == MN_TRUE);
}

static void write_number(mn_json_writer *json, const mn_field *field, const void *in)
{
    (void)field;
    mn_json_int(json, ((const mn_opt_int *)in)->value);
}

/* Whole seconds, as metav1.Time has them. */
static void write_time(mn_json_writer *json, const mn_field *field, const void *in)
{
    (void)field;
    const int64_t ms = ((const mn_opt_int *)in)->value;
    g_autoptr(GDateTime) when = g_date_time_new_from_unix_utc(ms / 1000 - (ms % 1000 < 0));
    if (when == NULL) { /* beyond the year 9999 */
        mn_json_null(json);
        return;
    }
    g_autofree char *text = g_strdup_printf("%04d-%02d-%02dT%02d:%02d:%02dZ",
                                            g_date_time_get_year(when),
                                            g_date_time_get_month(when),
                                            g_date_time_get_day_of_month(when),
                                            g_date_time_get_hour(when),
                                            g_date_time_get_minute(when),
                                            g_date_time_get_second(when));
    mn_json_string(json, text);
}

static void write_object(mn_json_writer *json, const mn_field *field, const void *in)
{
    mn_encode(json, field->shape, in);
}

static void write_object_ptr(mn_json_writer *json, const mn_field *field, const void *in)
{
    const void *object = pointer_at(in);
    if (object == NULL)
        mn_json_null(json);
    else
        mn_encode(json, field->shape, object);
}

static void write_list(mn_json_writer *json, const mn_field *field, const void *in)
{
    const slice list = slice_at(in);
    mn_json_begin_array(json);
    for (size_t i = 0; i < list.count; i++)
        mn_encode(json, field->shape, (const unsigned char *)list.items + i * field->shape->size);
    mn_json_end_array(json);
}

static void write_string_list(mn_json_writer *json, const mn_field *field, const void *in)
{
    (void)field;
    const slice list = slice_at(in);
    const char *const *items = list.items;
    mn_json_begin_array(json);
    for (size_t i = 0; i < list.count; i++)
        mn_json_string(json, items[i]);
    mn_json_end_array(json);
}

static void write_string_map(mn_json_writer *json, const mn_field *field, const void *in)
{
    (void)field;
    const slice map = slice_at(in);
    const mn_label *entries = map.items;
    mn_json_begin_object(json);
    for (size_t i = 0; i < map.count; i++)
        mn_json_member_string(json, entries[i].key, entries[i].value);
    mn_json_end_object(json);
}

static void write_stand_in(mn_json_writer *json, const mn_field *field, const void *in)
{
    (void)in;
    mn_json_raw(json, mn_str_of(field->stand_in == NULL ? "{}" : field->stand_in));
}

static void write_count(mn_json_writer *json, const mn_field *field, const void *in)
{
    const size_t count = *(const size_t *)in;
    mn_json_begin_array(json);
    for (size_t i = 0; i < count; i++)
        write_stand_in(json, field, in);
    mn_json_end_array(json);
}

static void write_custom(mn_json_writer *json, const mn_field *field, const void *in)
{
    g_assert(field->encode != NULL);
    field->encode(json, in);
}

static void (*const writers[])(mn_json_writer *json, const mn_field *field, const void *in) = {
    [MN_FIELD_STRING] = write_text,
    [MN_FIELD_ENUM] = write_enum,
    [MN_FIELD_BOOL] = write_bool,
    [MN_FIELD_TRISTATE] = write_tristate,
    [MN_FIELD_INT32] = write_number,
    [MN_FIELD_INT64] = write_number,
    [MN_FIELD_SCALAR] = write_text,
    [MN_FIELD_TIME] = write_time,
    [MN_FIELD_OBJECT] = write_object,
    [MN_FIELD_OBJECT_PTR] = write_object_ptr,
    [MN_FIELD_LIST] = write_list,
    [MN_FIELD_STRING_LIST] = write_string_list,
    [MN_FIELD_STRING_MAP] = write_string_map,
    [MN_FIELD_PRESENT] = write_stand_in,
    [MN_FIELD_COUNT] = write_count,
    [MN_FIELD_CUSTOM] = write_custom,
};

void mn_encode(mn_json_writer *json, const mn_shape *shape, const void *in)
{
    mn_json_begin_object(json);
    for (size_t i = 0; i < shape->count; i++) {
        const mn_field *field = &shape->fields[i];
        const void *value = (const unsigned char *)in + field->offset;
        if (!is_there(field, value) && !(field->required && field->kind != MN_FIELD_CUSTOM))
            continue;
        mn_json_key(json, field->name);
        writers[field->kind](json, field, value);
    }
    mn_json_end_object(json);
}
