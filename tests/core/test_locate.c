/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/text/locate.h"
#include "tests/support/expect.h"

#include <string.h>

/* Takes the "b" of ".b[2]" or the 2 of "[2]" off the path. */
static mn_step next_step(char **path)
{
    if (**path == '[') {
        mn_step step = {.index = (size_t)g_ascii_strtoull(*path + 1, path, 10)};
        *path += 1;
        return step;
    }
    *path += **path == '.';
    size_t len = strcspn(*path, ".[");
    mn_step step = {.key = g_strndup(*path, len)};
    *path += len;
    return step;
}

/* "a.b[2]" as steps; keys hold no dots here. */
static size_t steps_of(char *path, mn_step steps[8])
{
    size_t count = 0;

    while (*path != '\0')
        steps[count++] = next_step(&path);
    return count;
}

typedef struct target {
    const char *path;
    size_t ordinal;
    bool every;
    GString *found;
} target;

static bool locate_in(const mn_document *document, gpointer data, GError **error)
{
    const target *wanted = data;
    g_autofree char *path = g_strdup(wanted->path);
    mn_step steps[8];

    (void)error;
    if (document->ordinal != wanted->ordinal && !wanted->every)
        return true;
    size_t count = steps_of(path, steps);
    mn_position at = mn_locate(document, steps, count);
    g_string_append_printf(
        wanted->found, "%s%zu:%zu", wanted->found->len > 0 ? " " : "", at.line, at.column);
    for (size_t i = 0; i < count; i++) {
        char *key = (char *)(uintptr_t)steps[i].key;
        g_free(key);
    }
    return true;
}

static void stands(const char *text, size_t ordinal, const char *path, const char *want)
{
    const mn_source source = {.name = "x", .bytes = text, .len = strlen(text)};
    target wanted = {.path = path, .ordinal = ordinal, .found = g_string_new(NULL)};
    g_autoptr(GError) error = NULL;

    EXPECT_TRUE(mn_document_each(&source, &mn_document_limits_default, locate_in, &wanted, &error));
    EXPECT_STR(wanted.found->str, want);
    g_string_free(wanted.found, TRUE);
}

static void a_value_in_json_has_a_line_and_a_column(void)
{
    static const char *const text = "{\n"
                                    "  \"spec\": {\"taints\": [\n"
                                    "    {\"key\": \"a\"},\n"
                                    "    {\"key\":   5}\n"
                                    "  ]}\n"
                                    "}\n";
    stands(text, 0, "", "1:1");
    stands(text, 0, "spec", "2:11");
    stands(text, 0, "spec.taints[0]", "3:5");
    stands(text, 0, "spec.taints[1].key", "4:15");
}

static void a_value_in_yaml_has_a_line_and_a_column(void)
{
    static const char *const text = "spec:\n"
                                    "  taints:\n"
                                    "  - key: a\n"
                                    "  - {key:   5}\n"
                                    "  1: |\n"
                                    "    x\n"
                                    "\u00e9: {\u00e9: 1}\n";
    stands(text, 0, "", "1:1");
    stands(text, 0, "spec", "2:3");
    stands(text, 0, "spec.taints[0]", "3:5");
    stands(text, 0, "spec.taints[1].key", "4:13");
    stands(text, 0, "spec.1", "5:6");
    stands(text, 0, "\u00e9.\u00e9", "7:10");
}

static void the_innermost_parent_stands_for_what_is_missing(void)
{
    stands("{\"a\": {\"b\": 1}}", 0, "a.c.d", "1:7");
    stands("{\"a\": [1]}", 0, "a[1]", "1:7");
    stands("{\"a\": 5}", 0, "a.b", "1:7");
    stands("a:\n  b: 1\n", 0, "a.c.d", "2:3");
    stands("a: [1]\n", 0, "a[1]", "1:4");
    stands("a: 5\n", 0, "a.b", "1:4");
    stands("a: 5\n", 0, "b", "1:1");
}

static void documents_are_counted_without_the_empty_ones(void)
{
    stands("# c\n---\n---\na: 1\n---\nnull\n---\nb: 2\n", 1, "b", "8:4");
    stands("{\"a\": 1}\n {\"b\": 2}", 1, "b", "2:8");
}

static void a_document_that_is_indented_or_behind_a_mark_is_found(void)
{
    stands("  a: 1\n  b: 2\n", 0, "b", "2:6");
    stands("\xef\xbb\xbf"
           "a: 1\n---\n  b:\n    c: 2\n",
           1,
           "b.c",
           "4:8");
    stands("a: \u00e9\n---\nb: 2\n", 1, "b", "3:4");
    stands("a: 1\n...\n%YAML 1.1\n--- {b: 2}\n", 1, "b", "4:9");
    stands("\xef\xbb\xbf"
           "{\"a\": 1}\n{\"b\": 2}",
           1,
           "b",
           "2:7");
}

static void many_errors_in_one_file_stay_cheap(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    target wanted = {.path = "a.b", .ordinal = 0, .found = g_string_new(NULL)};
    g_autoptr(GError) error = NULL;

    g_string_append(text, "kind: List\nitems: []\n");
    for (int i = 0; i < 5000; i++)
        g_string_append(text, "---\na: {b: 1}\n");
    const mn_source source = {.name = "x", .bytes = text->str, .len = text->len};
    gint64 begin = g_get_monotonic_time();
    wanted.every = true;
    EXPECT_TRUE(mn_document_each(&source, &mn_document_limits_default, locate_in, &wanted, &error));
    EXPECT_TRUE(g_str_has_suffix(wanted.found->str, " 10002:8"));
    EXPECT_TRUE(g_get_monotonic_time() - begin < 20 * G_USEC_PER_SEC);
    g_string_free(wanted.found, TRUE);
}

static void a_place_inside_a_list_counts_from_the_file(void)
{
    stands("{\"kind\":\"List\",\"items\":[\n{\"a\":1},\n{\"a\":2}]}", 0, "a", "2:6 3:6");
    stands("kind: List\nitems:\n- a: 1\n- a: 2\n", 0, "a", "3:6 4:6");
    stands("kind: List\nitems:\n- kind: List\n  items:\n  - a: 1\n", 0, "a", "5:8");
}

static void aliases_and_merges_lead_to_where_the_value_is_written(void)
{
    static const char *const text = "x: &x\n"
                                    "  a: 1\n"
                                    "  b: 2\n"
                                    "z: *x\n"
                                    "m:\n"
                                    "  <<: *x\n"
                                    "  b: 3\n"
                                    "w:\n"
                                    "  b: 4\n"
                                    "  <<: [{c: 1}, *x]\n"
                                    "&k key: 5\n"
                                    "o: {*k : 6}\n";
    stands(text, 0, "z.b", "3:6");
    stands(text, 0, "m.a", "2:6");
    stands(text, 0, "m.b", "7:6");
    stands(text, 0, "w.b", "3:6");
    stands(text, 0, "w.c", "10:12");
    stands(text, 0, "key", "11:9");
    stands(text, 0, "o.key", "12:10");
}

extern CU_TestInfo suite_core_locate[];
CU_TestInfo suite_core_locate[] = {
    {"a value in JSON has a line and a column", a_value_in_json_has_a_line_and_a_column},
    {"a value in YAML has a line and a column", a_value_in_yaml_has_a_line_and_a_column},
    {"the innermost parent stands for what is missing",
     the_innermost_parent_stands_for_what_is_missing},
    {"documents are counted without the empty ones", documents_are_counted_without_the_empty_ones},
    {"a document that is indented or behind a mark is found",
     a_document_that_is_indented_or_behind_a_mark_is_found},
    {"many errors in one file stay cheap", many_errors_in_one_file_stay_cheap},
    {"a place inside a list counts from the file", a_place_inside_a_list_counts_from_the_file},
    {"aliases and merges lead to where the value is written",
     aliases_and_merges_lead_to_where_the_value_is_written},
    CU_TEST_INFO_NULL,
};
