/* SPDX-License-Identifier: Apache-2.0 */
/* Each function adds members to an object that is begun: put_... */
#include "simulator/schema/notation.h"

#include "mullion/os/winbuild.h"

#include <string.h>

/* Patterns are not anchored in JSON Schema. */
#define TAINT    "[^=:,]+(=[^=:,]*)?:(NoSchedule|PreferNoSchedule|NoExecute)"
#define QUANTITY "^[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+|[KMGTPE]i|[numkMGTPE])?$"

#define DURATION "^(0|(([0-9]+\\.?[0-9]*|\\.[0-9]+)(ms|s|m|h|d))+)$"

typedef void (*put_fn)(mn_json_writer *json, const char *const *words);

static void put_words(mn_json_writer *json, const char *const *words)
{
    mn_json_key(json, "enum");
    mn_json_begin_array(json);
    for (size_t i = 0; words[i] != NULL; i++)
        mn_json_string(json, words[i]);
    mn_json_end_array(json);
}

static void put_pattern(mn_json_writer *json, const char *pattern)
{
    mn_json_member_string(json, "type", "string");
    mn_json_member_string(json, "pattern", pattern);
}

static void put_five_digits(mn_json_writer *json, const char *const *words)
{
    (void)words;
    mn_json_member_string(json, "type", "integer");
    mn_json_member_int(json, "minimum", 10000);
    mn_json_member_int(json, "maximum", 99999);
}

static void put_build_text(mn_json_writer *json, const char *const *words)
{
    (void)words;
    put_pattern(json, "^(10\\.0\\.)?[0-9]{5}(\\.[0-9]+)?$");
}

/* "ltsc2022" */
static void put_build_words(mn_json_writer *json, const char *const *none)
{
    (void)none;
    mn_json_key(json, "enum");
    mn_json_begin_array(json);
    for (size_t i = 0; i < mn_winbuild_count; i++) {
        g_auto(GStrv) words = g_strsplit(mn_winbuilds[i].sure, " ", -1);
        for (size_t j = 0; words[j] != NULL; j++) {
            if (*words[j] != '\0')
                mn_json_string(json, words[j]);
        }
    }
    mn_json_end_array(json);
}

static void put_quantity_text(mn_json_writer *json, const char *const *words)
{
    (void)words;
    put_pattern(json, QUANTITY);
}

static void put_number(mn_json_writer *json, const char *const *words)
{
    (void)words;
    mn_json_member_string(json, "type", "number");
}

static void put_string(mn_json_writer *json, const char *const *words)
{
    (void)words;
    mn_json_member_string(json, "type", "string");
}

static void put_taints(mn_json_writer *json, const char *const *words)
{
    (void)words;
    put_pattern(json, "^ *" TAINT "( *, *" TAINT ")* *$");
}

/* Any of `each`, which ends with NULL. */
static void put_any(mn_json_writer *json, const put_fn *each, const char *const *words)
{
    mn_json_key(json, "anyOf");
    mn_json_begin_array(json);
    for (; *each != NULL; each++) {
        mn_json_begin_object(json);
        (*each)(json, words);
        mn_json_end_object(json);
    }
    mn_json_end_array(json);
}

static void put_build(mn_json_writer *json, const char *const *words)
{
    static const put_fn each[] = {put_five_digits, put_build_text, put_build_words, NULL};
    put_any(json, each, words);
}

static void put_quantity(mn_json_writer *json, const char *const *words)
{
    static const put_fn each[] = {put_quantity_text, put_number, NULL};
    put_any(json, each, words);
}

static void put_one_or_many(mn_json_writer *json, put_fn one, const char *const *words)
{
    mn_json_key(json, "anyOf");
    mn_json_begin_array(json);
    mn_json_begin_object(json);
    one(json, words);
    mn_json_end_object(json);
    mn_json_begin_object(json);
    mn_json_member_string(json, "type", "array");
    mn_json_member_int(json, "minItems", 1);
    mn_json_key(json, "items");
    mn_json_begin_object(json);
    one(json, words);
    mn_json_end_object(json);
    mn_json_end_object(json);
    mn_json_end_array(json);
}

static void put_version(mn_json_writer *json)
{
    static const double number = 1.34;
    mn_json_key(json, "enum");
    mn_json_begin_array(json);
    mn_json_string(json, "1.34");
    mn_json_double(json, number);
    mn_json_end_array(json);
}

static void put_resources(mn_json_writer *json)
{
    mn_json_member_string(json, "type", "object");
    mn_json_key(json, "additionalProperties");
    mn_json_begin_object(json);
    put_quantity(json, NULL);
    mn_json_end_object(json);
}

void mn_notation_put(mn_json_writer *json, mn_notation notation, const char *const *words)
{
    switch (notation) {
    case MN_NOTATION_WORD:
        put_words(json, words);
        return;
    case MN_NOTATION_WORDS:
        put_one_or_many(json, put_words, words);
        return;
    case MN_NOTATION_TEXTS:
        put_one_or_many(json, put_string, words);
        return;
    case MN_NOTATION_BUILDS:
        put_one_or_many(json, put_build, words);
        return;
    case MN_NOTATION_TAINTS:
        put_one_or_many(json, put_taints, words);
        return;
    case MN_NOTATION_ANY_OBJECT:
        mn_json_member_string(json, "type", "object");
        return;
    case MN_NOTATION_BUILD:
        put_build(json, words);
        return;
    case MN_NOTATION_RESOURCES:
        put_resources(json);
        return;
    case MN_NOTATION_QUANTITY:
        put_quantity(json, words);
        return;
    case MN_NOTATION_DURATION:
        put_pattern(json, DURATION);
        return;
    case MN_NOTATION_VERSION:
        put_version(json);
        return;
    case MN_NOTATION_BOOLEAN:
        mn_json_member_string(json, "type", "boolean");
        return;
    case MN_NOTATION_AS_SHAPE:
    case MN_NOTATION_OBJECT:
    case MN_NOTATION_OBJECTS:
        return;
    }
}
