/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/json_schema.h"

#include <stdint.h>
#include <string.h>

typedef struct place {
    const json_t *root; /* of the schema, for $ref */
    GString *path, *why;
} place;

/* As deep as our own schemas and documents are. */
/* NOLINTBEGIN(misc-no-recursion) */
static bool check(const place *at, const json_t *schema, const json_t *value);

static bool refuse(const place *at, const char *what)
{
    g_string_printf(at->why, "%s: %s", at->path->str, what);
    return false;
}

/* Below `key` for the length of a check. */
static bool check_in(const place *at, const char *key, const json_t *schema, const json_t *value)
{
    gsize len = at->path->len;
    g_string_append_printf(at->path, "%s%s", len > 0 ? "." : "", key);
    bool fine = check(at, schema, value);
    g_string_truncate(at->path, len);
    return fine;
}

static bool is_type(const json_t *value, const char *type)
{
    static const struct {
        const char *name;
        json_type type;
    } types[] = {
        {"object", JSON_OBJECT},
        {"array", JSON_ARRAY},
        {"string", JSON_STRING},
        {"integer", JSON_INTEGER},
        {"number", JSON_INTEGER},
        {"number", JSON_REAL},
        {"boolean", JSON_TRUE},
        {"boolean", JSON_FALSE},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        if (strcmp(types[i].name, type) == 0 && json_typeof(value) == types[i].type)
            return true;
    }
    return false;
}

static bool check_type(const place *at, const json_t *type, const json_t *value)
{
    return is_type(value, json_string_value(type)) || refuse(at, json_string_value(type));
}

static bool check_enum(const place *at, const json_t *words, const json_t *value)
{
    for (size_t i = 0; i < json_array_size(words); i++) {
        if (json_equal(json_array_get(words, i), value))
            return true;
    }
    return refuse(at, "not one of the words");
}

static bool check_const(const place *at, const json_t *want, const json_t *value)
{
    return json_equal(want, value) || refuse(at, json_string_value(want));
}

static bool check_pattern(const place *at, const json_t *pattern, const json_t *value)
{
    return !json_is_string(value) ||
           g_regex_match_simple(json_string_value(pattern), json_string_value(value), 0, 0) ||
           refuse(at, "does not match the pattern");
}

static bool check_minimum(const place *at, const json_t *limit, const json_t *value)
{
    return !json_is_number(value) || json_number_value(value) >= json_number_value(limit) ||
           refuse(at, "too small");
}

static bool check_maximum(const place *at, const json_t *limit, const json_t *value)
{
    return !json_is_number(value) || json_number_value(value) <= json_number_value(limit) ||
           refuse(at, "too large");
}

static bool check_min_items(const place *at, const json_t *limit, const json_t *value)
{
    return !json_is_array(value) || json_array_size(value) >= (size_t)json_integer_value(limit) ||
           refuse(at, "too few");
}

static bool check_items(const place *at, const json_t *schema, const json_t *value)
{
    for (size_t i = 0; json_is_array(value) && i < json_array_size(value); i++) {
        g_autofree char *key = g_strdup_printf("%zu", i);
        if (!check_in(at, key, schema, json_array_get(value, i)))
            return false;
    }
    return true;
}

static bool check_required(const place *at, const json_t *keys, const json_t *value)
{
    for (size_t i = 0; json_is_object(value) && i < json_array_size(keys); i++) {
        if (json_object_get(value, json_string_value(json_array_get(keys, i))) == NULL)
            return refuse(at, json_string_value(json_array_get(keys, i)));
    }
    return true;
}

static bool check_all_of(const place *at, const json_t *schemas, const json_t *value)
{
    for (size_t i = 0; i < json_array_size(schemas); i++) {
        if (!check(at, json_array_get(schemas, i), value))
            return false;
    }
    return true;
}

static bool check_any_of(const place *at, const json_t *schemas, const json_t *value)
{
    for (size_t i = 0; i < json_array_size(schemas); i++) {
        if (check(at, json_array_get(schemas, i), value))
            return true;
    }
    return refuse(at, "none of the forms");
}

static bool check_reference(const place *at, const json_t *reference, const json_t *value)
{
    static const char prefix[] = "#/definitions/";
    const char *text = json_string_value(reference);
    if (!g_str_has_prefix(text, prefix))
        return refuse(at, text);
    const json_t *definitions = json_object_get(at->root, "definitions");
    const json_t *schema = json_object_get(definitions, text + sizeof prefix - 1);
    return schema == NULL ? refuse(at, text) : check(at, schema, value);
}

static bool check_members(const place *at, const json_t *schema, const json_t *value)
{
    const json_t *properties = json_object_get(schema, "properties");
    const json_t *others = json_object_get(schema, "additionalProperties");
    const char *key;
    json_t *member;
    if (!json_is_object(value))
        return true;
    json_object_foreach((json_t *)(uintptr_t)value, key, member) {
        const json_t *of_member = json_object_get(properties, key);
        if (of_member == NULL)
            of_member = others;
        if (json_is_false(of_member))
            return refuse(at, key);
        if (json_is_object(of_member) && !check_in(at, key, of_member, member))
            return false;
    }
    return true;
}

static const struct {
    const char *keyword;
    bool (*check)(const place *at, const json_t *keyword, const json_t *value); /* NULL: none */
} keywords[] = {
    {"$ref", check_reference},
    {"$schema", NULL},
    {"additionalProperties", NULL}, /* by check_members */
    {"allOf", check_all_of},
    {"anyOf", check_any_of},
    {"const", check_const},
    {"definitions", NULL},
    {"description", NULL},
    {"enum", check_enum},
    {"items", check_items},
    {"maximum", check_maximum},
    {"minItems", check_min_items},
    {"minimum", check_minimum},
    {"pattern", check_pattern},
    {"properties", NULL}, /* by check_members */
    {"required", check_required},
    {"title", NULL},
    {"type", check_type},
};

static bool check_keyword(const place *at, const char *keyword, const json_t *of_schema,
                          const json_t *value)
{
    for (size_t i = 0; i < G_N_ELEMENTS(keywords); i++) {
        if (strcmp(keywords[i].keyword, keyword) == 0)
            return keywords[i].check == NULL || keywords[i].check(at, of_schema, value);
    }
    return refuse(at, keyword);
}

static bool check(const place *at, const json_t *schema, const json_t *value)
{
    const char *keyword;
    json_t *of_schema;
    json_object_foreach((json_t *)(uintptr_t)schema, keyword, of_schema) {
        if (!check_keyword(at, keyword, of_schema, value))
            return false;
    }
    return check_members(at, schema, value);
}

/* NOLINTEND(misc-no-recursion) */

bool json_schema_accepts(const json_t *schema, const json_t *value, GString *why)
{
    g_autoptr(GString) path = g_string_new(NULL);
    const place at = {.root = schema, .path = path, .why = why};
    return check(&at, schema, value);
}
