/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/schema/schema.h"

#include "simulator/scenario/parts.h"
#include "simulator/schema/notation.h"
#include "simulator/strategy/parts.h"

#include <string.h>

static const mn_schema_root roots[] = {
    {"scenario", "Scenario", "A scenario of mullion", &mn_scenario_document_shape},
    {"strategy", "Strategy", "A strategy of mullion", &mn_strategy_document_shape},
};

static const char *const names[] = {"scenario", "strategy", NULL};

static const mn_schema_field fields[] = {
#define FIELD(shape, field, notation, help) {shape, field, MN_NOTATION_##notation, help},
#include "simulator/schema/fields.def"
#undef FIELD
};

const mn_schema_root *mn_schema_roots(size_t *count)
{
    *count = G_N_ELEMENTS(roots);
    return roots;
}

const char *const *mn_schema_names(void)
{
    return names;
}

const mn_schema_field *mn_schema_fields(size_t *count)
{
    *count = G_N_ELEMENTS(fields);
    return fields;
}

const mn_schema_field *mn_schema_find_field(const char *shape, const char *field)
{
    const mn_schema_field *found = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        if (strcmp(fields[i].field, field) != 0)
            continue;
        if (strcmp(fields[i].shape, shape) == 0)
            return &fields[i];
        if (strcmp(fields[i].shape, "*") == 0)
            found = &fields[i];
    }
    return found;
}

/* ---- shapes that lead to shapes */

static void add_shape(GPtrArray *shapes, const mn_shape *shape)
{
    for (guint i = 0; i < shapes->len; i++) {
        if (shapes->pdata[i] == shape)
            return;
    }
    g_ptr_array_add(shapes, (gpointer)(uintptr_t)shape);
}

GPtrArray *mn_schema_shapes(const mn_schema_root *root)
{
    GPtrArray *shapes = g_ptr_array_new();
    add_shape(shapes, root->shape);
    for (guint i = 0; i < shapes->len; i++) {
        const mn_shape *shape = shapes->pdata[i];
        for (size_t j = 0; j < shape->count; j++) {
            if (shape->fields[j].shape != NULL)
                add_shape(shapes, shape->fields[j].shape);
        }
    }
    return shapes;
}

/* "node pool" -> "node-pool" */
static char *definition_name(const mn_shape *shape)
{
    static const char allowed[] = G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS;
    return g_strcanon(g_strdup(shape->name), allowed, '-');
}

static void put_reference(mn_json_writer *json, const mn_shape *shape)
{
    g_autofree char *name = definition_name(shape);
    g_autofree char *reference = g_strdup_printf("#/definitions/%s", name);
    mn_json_member_string(json, "$ref", reference);
}

/* ---- values: members of an object that is begun */

static void put_type(mn_json_writer *json, const char *type)
{
    mn_json_member_string(json, "type", type);
}

static void put_list_of(mn_json_writer *json, const mn_shape *shape)
{
    put_type(json, "array");
    mn_json_key(json, "items");
    mn_json_begin_object(json);
    if (shape == NULL)
        put_type(json, "string");
    else
        put_reference(json, shape);
    mn_json_end_object(json);
}

static void put_string_map(mn_json_writer *json)
{
    put_type(json, "object");
    mn_json_key(json, "additionalProperties");
    mn_json_begin_object(json);
    put_type(json, "string");
    mn_json_end_object(json);
}

/* Draft 7 looks at nothing beside a $ref: what has a description refers by allOf. */
static void put_object(mn_json_writer *json, const mn_shape *shape)
{
    mn_json_key(json, "allOf");
    mn_json_begin_array(json);
    mn_json_begin_object(json);
    put_reference(json, shape);
    mn_json_end_object(json);
    mn_json_end_array(json);
}

static void put_custom(mn_json_writer *json, const mn_field *field, const mn_schema_field *row)
{
    mn_notation notation = row == NULL ? MN_NOTATION_AS_SHAPE : row->notation;
    if (notation == MN_NOTATION_OBJECT)
        put_object(json, field->shape);
    else if (notation == MN_NOTATION_OBJECTS)
        put_list_of(json, field->shape);
    else
        mn_notation_put(json, notation, field->names);
}

static void put_value(mn_json_writer *json, const mn_field *field, const mn_schema_field *row)
{
    switch (field->kind) {
    case MN_FIELD_STRING:
        put_type(json, "string");
        return;
    case MN_FIELD_ENUM:
        mn_notation_put(json, MN_NOTATION_WORD, field->names);
        return;
    case MN_FIELD_BOOL:
    case MN_FIELD_TRISTATE:
        put_type(json, "boolean");
        return;
    case MN_FIELD_INT32:
    case MN_FIELD_INT64:
        put_type(json, "integer");
        return;
    case MN_FIELD_SCALAR:
    case MN_FIELD_TIME:
    case MN_FIELD_PRESENT:
    case MN_FIELD_COUNT:
        return;
    case MN_FIELD_OBJECT:
    case MN_FIELD_OBJECT_PTR:
        put_object(json, field->shape);
        return;
    case MN_FIELD_LIST:
    case MN_FIELD_STRING_LIST:
        put_list_of(json, field->shape);
        return;
    case MN_FIELD_STRING_MAP:
        put_string_map(json);
        return;
    case MN_FIELD_CUSTOM:
        put_custom(json, field, row);
        return;
    }
}

/* ---- objects */

static void write_property(mn_json_writer *json, const mn_shape *shape, const mn_field *field)
{
    const mn_schema_field *row = mn_schema_find_field(shape->name, field->name);
    mn_json_key(json, field->name);
    mn_json_begin_object(json);
    if (row != NULL)
        mn_json_member_string(json, "description", row->help);
    put_value(json, field, row);
    mn_json_end_object(json);
}

static void write_constant(mn_json_writer *json, const char *key, const char *value)
{
    mn_json_key(json, key);
    mn_json_begin_object(json);
    mn_json_member_string(json, "const", value);
    mn_json_end_object(json);
}

/* A value of null counts as absent when documents are read; editors may as well complain. */
static void write_members(mn_json_writer *json, const mn_shape *shape, const mn_schema_root *root)
{
    mn_json_member_string(json, "type", "object");
    mn_json_key(json, "properties");
    mn_json_begin_object(json);
    for (size_t i = 0; i < shape->count; i++) {
        const mn_field *field = &shape->fields[i];
        if (root != NULL && strcmp(field->name, "apiVersion") == 0)
            write_constant(json, field->name, "mullion.dev/v1alpha1");
        else if (root != NULL && strcmp(field->name, "kind") == 0)
            write_constant(json, field->name, root->kind);
        else
            write_property(json, shape, field);
    }
    mn_json_end_object(json);
    mn_json_key(json, "required");
    mn_json_begin_array(json);
    if (root != NULL) {
        mn_json_string(json, "apiVersion");
        mn_json_string(json, "kind");
    }
    for (size_t i = 0; i < shape->count; i++) {
        if (shape->fields[i].required)
            mn_json_string(json, shape->fields[i].name);
    }
    mn_json_end_array(json);
    mn_json_member_bool(json, "additionalProperties", false);
}

static void write_definitions(mn_json_writer *json, const GPtrArray *shapes)
{
    mn_json_key(json, "definitions");
    mn_json_begin_object(json);
    for (guint i = 1; i < shapes->len; i++) {
        g_autofree char *name = definition_name(shapes->pdata[i]);
        mn_json_key(json, name);
        mn_json_begin_object(json);
        write_members(json, shapes->pdata[i], NULL);
        mn_json_end_object(json);
    }
    mn_json_end_object(json);
}

void mn_schema_print(const mn_schema_root *root, GString *out)
{
    g_autoptr(GPtrArray) shapes = mn_schema_shapes(root);
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_PRETTY);
    mn_json_begin_object(&json);
    mn_json_member_string(&json, "$schema", "http://json-schema.org/draft-07/schema#");
    mn_json_member_string(&json, "title", root->title);
    write_members(&json, root->shape, root);
    write_definitions(&json, shapes);
    mn_json_end_object(&json);
    mn_str text = mn_json_writer_text(&json);
    g_string_append_len(out, text.ptr, (gssize)text.len);
}
