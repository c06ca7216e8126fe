/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/base/error.h"
#include "mullion/text/document.h"
#include "tests/support/expect.h"

#include <string.h>

/* Each object as "ordinal prefix json". */
static bool append_object(const mn_document *document, gpointer data, GError **error)
{
    GString *out = data;
    char *dumped = json_dumps(document->root, JSON_COMPACT | JSON_SORT_KEYS);

    if (strstr(dumped, "\"placed\"") != NULL) {
        g_set_error(error, MN_ERROR, MN_ERROR_SCHEMA, "%s:7:7: unwanted", document->source->name);
        free(dumped);
        return false;
    }
    if (strstr(dumped, "\"bad\"") != NULL) {
        g_set_error_literal(error, MN_ERROR, MN_ERROR_SCHEMA, "unwanted");
        free(dumped);
        return false;
    }
    g_string_append_printf(out,
                           "%s%zu %s%s%s",
                           out->len > 0 ? "; " : "",
                           document->ordinal,
                           document->prefix,
                           *document->prefix != '\0' ? " " : "",
                           dumped);
    free(dumped);
    return true;
}

static char *walk(const char *text, const mn_document_limits *limits, GError **error)
{
    const mn_source source = {.name = "x", .bytes = text, .len = strlen(text)};
    GString *out = g_string_new(NULL);
    bool ok = mn_document_each(&source, limits, append_object, out, error);
    return g_string_free(out, !ok);
}

static void gives(const char *text, const char *want)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *got = walk(text, &mn_document_limits_default, &error);
    EXPECT_STR(error != NULL ? error->message : got, want);
}

static void fails_within(const mn_document_limits *limits, mn_error code, const char *text,
                         const char *message)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *got = walk(text, limits, &error);
    EXPECT_STR(got, NULL);
    EXPECT_STR(error != NULL ? error->message : NULL, message);
    EXPECT_INT(error != NULL ? error->code : -1, code);
}

static void fails(mn_error code, const char *text, const char *message)
{
    fails_within(&mn_document_limits_default, code, text, message);
}

static void json_and_yaml_become_the_same_objects(void)
{
    gives("{\"a\": [1, true, null, \"x\"]}", "0 {\"a\":[1,true,null,\"x\"]}");
    gives("a: [1, yes, ~, x]", "0 {\"a\":[1,true,null,\"x\"]}");
    gives("\xef\xbb\xbf \n{\"a\": 1}\n", "0 {\"a\":1}");
    gives("", "");
    gives(" \n\t\n", "");
}

static void json_values_may_follow_each_other(void)
{
    gives("{\"a\":1}{\"b\":2}\n{\"c\":3}\n", "0 {\"a\":1}; 1 {\"b\":2}; 2 {\"c\":3}");
    gives("{\"a\":1}\n---\n{\"b\":2}\n---\nc: 3\n", "0 {\"a\":1}; 1 {\"b\":2}; 2 {\"c\":3}");
}

static void yaml_in_braces_is_yaml(void)
{
    gives("{a: 1}\n", "0 {\"a\":1}");
    gives("{\"a\": 1,}\n", "0 {\"a\":1}");
    gives("{\"a\": 1}\n# a comment\n", "0 {\"a\":1}");
}

static void lists_are_unpacked(void)
{
    gives("{\"kind\":\"List\",\"items\":[{\"a\":1},{\"b\":2}]}",
          "0 items[0] {\"a\":1}; 0 items[1] {\"b\":2}");
    gives("{\"items\":[{\"a\":1}],\"kind\":\"PodList\"}{\"c\":3}",
          "0 items[0] {\"a\":1}; 1 {\"c\":3}");
    gives("apiVersion: v1\nitems:\n- a: 1\n- b: 2\nkind: List\n---\nc: 3\n",
          "0 items[0] {\"a\":1}; 0 items[1] {\"b\":2}; 1 {\"c\":3}");
    gives("{\"kind\":\"List\",\"items\":[{\"kind\":\"PodList\",\"items\":[{\"a\":1}]},{\"b\":1}]}",
          "0 items[0].items[0] {\"a\":1}; 0 items[1] {\"b\":1}");
    gives("kind: List\nitems: [{kind: PodList, items: [{a: 1}]}]\n",
          "0 items[0].items[0] {\"a\":1}");
    gives("{\"kind\":\"List\",\"items\":[]}", "");
    gives("{\"kind\":\"AllowList\",\"spec\":1}", "0 {\"kind\":\"AllowList\",\"spec\":1}");
    gives("{\"kind\":\"Box\",\"items\":[]}", "0 {\"items\":[],\"kind\":\"Box\"}");
}

static void lists_inside_lists_are_bounded(void)
{
    static const char *const json =
        "{\"kind\":\"List\",\"items\":[{\"kind\":\"List\",\"items\":[{\"kind\":\"List\",\"items\":"
        "[{\"kind\":\"List\",\"items\":[{\"kind\":\"List\",\"items\":[]}]}]}]}]}";
    fails(MN_ERROR_LIMIT,
          json,
          "x:1:97: items[0].items[0].items[0].items[0]: lists inside lists more than 4 deep");
}

static void json_faults_have_a_place(void)
{
    fails(MN_ERROR_SYNTAX,
          "{\"a\": 1,\n \"a\": 2}",
          "x:2:2: duplicate key \"a\" in one object; remove one");
    fails(MN_ERROR_SYNTAX,
          "{\"a\": {\"b\": 1",
          "x:1:14: not valid JSON: the text ends in the middle of a value");
    fails(MN_ERROR_SYNTAX, "{\"a\":\n \"\xff\"}", "x:2:3: not text: invalid UTF-8");
    fails(MN_ERROR_SYNTAX,
          "{\"kind\":\"List\",\"items\":[\n{\"a\":1},\n{\"b\" 2}]}",
          "x:3:6: not valid JSON: unexpected '2'");
}

static void a_broken_document_behind_good_ones_is_named(void)
{
    fails(MN_ERROR_SYNTAX, "{\"a\":1}\n{\"b\":2 \"c\"}", "x:2:8: not valid JSON: unexpected '\"'");
    fails(MN_ERROR_SYNTAX,
          "{\"a\": 18446744073709551616}",
          "x:1:27: not valid JSON: too big integer near '18446744073709551616'");
    fails(MN_ERROR_SYNTAX,
          "{\"kind\":\"List\",\"items\":[],\n\"items\":[]}",
          "x:2:2: not valid JSON: this key stood there before (case ignored)");
}

static void only_objects_are_documents(void)
{
    fails(MN_ERROR_SCHEMA,
          "[1, 2]",
          "x:1:1: expected an object with apiVersion and kind, found a list");
    fails(MN_ERROR_SCHEMA,
          "just some words\n",
          "x:1:1: expected an object with apiVersion and kind, found a string");
    fails(MN_ERROR_SCHEMA,
          "{\"a\":1}\n5\n",
          "x:2:1: expected an object with apiVersion and kind, found a number");
    fails(MN_ERROR_SCHEMA,
          "{\"kind\":\"List\",\"items\":[\n{\"a\":1}, \"b\"]}",
          "x:2:10: items[1]: expected an object with apiVersion and kind, found a string");
}

static void an_error_of_the_caller_gets_a_place_once(void)
{
    fails(MN_ERROR_SCHEMA, "a: 1\n---\n# c\nbad: 1\n", "x:4:1: unwanted");
    fails(MN_ERROR_SCHEMA, "{\"a\":1}\n {\"bad\":1}", "x:2:2: unwanted");
    fails(MN_ERROR_SCHEMA, "placed: 1", "x:7:7: unwanted");
}

static void limits_hold_for_both(void)
{
    const mn_document_limits tight = {.bytes = 100, .depth = 3, .values = 6, .documents = 2};

    fails_within(&tight, MN_ERROR_LIMIT, "{\"a\":[[[1]]]}", "x:1:8: nested deeper than 3 levels");
    fails_within(&tight, MN_ERROR_LIMIT, "a: [[[1]]]", "x:1:6: nested deeper than 3 levels");
    fails_within(&tight,
                 MN_ERROR_LIMIT,
                 "{\"a\":[1,2,3,4,5,6]}",
                 "x:1:1: more than 6 values in one document; split it");
    fails_within(&tight,
                 MN_ERROR_LIMIT,
                 "a: [1,2,3,4,5,6]",
                 "x:1:11: more than 6 values in one document; split it");
    fails_within(&tight,
                 MN_ERROR_LIMIT,
                 "{\"a\":1} {\"a\":1} {\"a\":1}",
                 "x:1:17: more than 2 objects in one file; split it");
    g_autofree char *large = g_strnfill(101, ' ');
    fails_within(&tight, MN_ERROR_LIMIT, large, "x:1:1: larger than 100 bytes; split it");
}

static void a_cut_out_value_is_loaded_strictly(void)
{
    static const struct {
        const char *json, *message;
    } rows[] = {
        {"{\"a\":[1]}", NULL},
        {"5", NULL},
        {"{\"a\":1,\"a\":2}", "byte 7: duplicate key \"a\" in one object; remove one"},
        {"[[[[1]]]]", "byte 0: nested deeper than 3 levels"},
        {"{\"a\":1} x", "byte 9: not valid JSON: end of file expected near 'x'"},
        {"\"\xc3(\"", "byte 1: not text: invalid UTF-8"},
        {"", "byte 0: not valid JSON: it ends too early (truncated?)"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        json_t *root = mn_document_load_json(rows[i].json, strlen(rows[i].json), 3, &error);
        EXPECT_INT(root != NULL, rows[i].message == NULL);
        EXPECT_STR(error != NULL ? error->message : NULL, rows[i].message);
        json_decref(root);
    }
}

extern CU_TestInfo suite_core_document[];
CU_TestInfo suite_core_document[] = {
    {"JSON and YAML become the same objects", json_and_yaml_become_the_same_objects},
    {"JSON values may follow each other", json_values_may_follow_each_other},
    {"YAML in braces is YAML", yaml_in_braces_is_yaml},
    {"lists are unpacked", lists_are_unpacked},
    {"lists inside lists are bounded", lists_inside_lists_are_bounded},
    {"JSON faults have a place", json_faults_have_a_place},
    {"a broken document behind good ones is named", a_broken_document_behind_good_ones_is_named},
    {"only objects are documents", only_objects_are_documents},
    {"an error of the caller gets a place, once", an_error_of_the_caller_gets_a_place_once},
    {"limits hold for both", limits_hold_for_both},
    {"a cut-out value is loaded strictly", a_cut_out_value_is_loaded_strictly},
    CU_TEST_INFO_NULL,
};
