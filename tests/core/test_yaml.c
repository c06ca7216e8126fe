/* SPDX-License-Identifier: Apache-2.0 */
/* What Kubernetes makes of YAML, as JSON; the expected values are what go-yaml v2
 * and sigs.k8s.io/yaml give. */
#include "mullion/base/error.h"
#include "mullion/text/document.h"
#include "tests/support/expect.h"

#include <string.h>

static bool append_dump(const mn_document *document, gpointer data, GError **error)
{
    GString *out = data;
    char *dumped = json_dumps(document->root, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);

    (void)error;
    if (out->len > 0)
        g_string_append_c(out, ' ');
    g_string_append(out, dumped);
    free(dumped);
    return true;
}

static char *read_all(const char *yaml, size_t len, GError **error)
{
    const mn_source source = {.name = "x.yaml", .bytes = yaml, .len = len};
    GString *out = g_string_new(NULL);

    if (mn_document_each(&source, &mn_document_limits_default, append_dump, out, error))
        return g_string_free(out, FALSE);
    return g_string_free(out, TRUE);
}

static void reads(const char *yaml, const char *json)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *got = read_all(yaml, strlen(yaml), &error);
    EXPECT_STR(error != NULL ? error->message : got, json);
}

/* `a: SCALAR` -> {"a":JSON} */
static void is(const char *scalar, const char *json)
{
    g_autofree char *yaml = g_strdup_printf("a: %s\n", scalar);
    g_autofree char *want = g_strdup_printf("{\"a\":%s}", json);
    reads(yaml, want);
}

static void key_is(const char *scalar, const char *key)
{
    g_autofree char *yaml = g_strdup_printf("%s: 0\n", scalar);
    g_autofree char *want = g_strdup_printf("{\"%s\":0}", key);
    reads(yaml, want);
}

static void is_refused_n(const char *yaml, size_t len, const char *message)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *got = read_all(yaml, len, &error);
    EXPECT_STR(got, NULL);
    EXPECT_STR(error != NULL ? error->message : NULL, message);
}

static void is_refused(const char *yaml, const char *message)
{
    is_refused_n(yaml, strlen(yaml), message);
}

static void yaml_1_1_words_are_booleans_and_nulls(void)
{
    static const char *const yes[] = {
        "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"};
    static const char *const no[] = {
        "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"};

    for (size_t i = 0; i < G_N_ELEMENTS(yes); i++)
        is(yes[i], "true");
    for (size_t i = 0; i < G_N_ELEMENTS(no); i++)
        is(no[i], "false");
    is("", "null");
    is("~", "null");
    is("null", "null");
    is("Null", "null");
    is("NULL", "null");
    is("yEs", "\"yEs\"");
    is("nULL", "\"nULL\"");
    is("nope", "\"nope\"");
}

static void quoted_and_block_scalars_are_strings(void)
{
    is("\"yes\"", "\"yes\"");
    is("'123'", "\"123\"");
    is("\"\"", "\"\"");
    is("\"\\u00e9\\n\"", "\"\u00e9\\n\"");
    reads("a: |\n  10\n  x\n", "{\"a\":\"10\\nx\\n\"}");
    reads("a: |-\n  true\n", "{\"a\":\"true\"}");
    reads("a: >\n  one\n  two\n\n  three\n", "{\"a\":\"one two\\nthree\\n\"}");
    reads("a: one\n  two\n", "{\"a\":\"one two\"}");
}

static void integers_in_every_base(void)
{
    is("0", "0");
    is("-0", "0");
    is("+12", "12");
    is("1_000", "1000");
    is("0x1F", "31");
    is("-0x1f", "-31");
    is("0b101", "5");
    is("0o17", "15");
    is("010", "8");
    is("08", "8");
    is("0x", "\"0x\"");
    is("0b12", "\"0b12\"");
    is("_1", "\"_1\"");
    is("9223372036854775807", "9223372036854775807");
    is("-9223372036854775808", "-9223372036854775808");
    is("12:30:45", "\"12:30:45\"");
    is("1.2.3.4", "\"1.2.3.4\"");
    is("10.0.17763", "\"10.0.17763\"");
    is("250m", "\"250m\"");
}

static void integers_beyond_int64_become_reals(void)
{
    is("9223372036854775808", "9.2233720368547758e18");
    is("18446744073709551616", "1.8446744073709552e19");
    is("-9223372036854775809", "-9223372036854775808");
    is("0xFFFFFFFFFFFFFFFFFF", "4.7223664828696452e21");
}

static void floats_and_what_is_none(void)
{
    is("1.5", "1.5");
    is("-.5", "-0.5");
    is(".25", "0.25");
    is("1.", "1");
    is("3.0", "3");
    is("1e3", "1000");
    is("1.5e-3", "0.0015");
    is("1e400", "\"1e400\"");
    is("1e", "\"1e\"");
    is(".", "\".\"");
    is("+", "\"+\"");
    is("1e3x", "\"1e3x\"");
    is_refused("a: .inf\n",
               "x.yaml:1:4: \".inf\" is no number that JSON has; quote it if it is a string");
    is_refused("a: [1, -.INF]\n",
               "x.yaml:1:8: \"-.INF\" is no number that JSON has; quote it if it is a string");
}

static void timestamps_stay_strings(void)
{
    is("2024-01-31", "\"2024-01-31\"");
    is("2024-01-31T10:00:00Z", "\"2024-01-31T10:00:00Z\"");
    is("!!timestamp 2024-01-31", "\"2024-01-31\"");
}

static void tags_are_obeyed_or_refused(void)
{
    is("!!str 12", "\"12\"");
    is("!!str yes", "\"yes\"");
    is("!!int \"12\"", "12");
    is("!!float 2", "2");
    is("!!bool 'yes'", "true");
    is("!!null ''", "null");
    is("!!binary aGVsbG8=", "\"hello\"");
    is("!Ref thing", "\"thing\"");
    is("! 12", "\"12\"");
    is("!!map {b: 1}", "{\"b\":1}");
    is_refused("a: !!int x\n", "x.yaml:1:4: \"x\" is tagged !!int and is none");
    is_refused("a: !!binary /w==\n",
               "x.yaml:1:4: !!binary holds no text; leave the tag out, Kubernetes takes base64 as "
               "it is");
}

static void keys_become_strings(void)
{
    key_is("1", "1");
    key_is("0x10", "16");
    key_is("yes", "true");
    key_is("'yes'", "yes");
    key_is("1.50", "1.5");
    key_is("1e3", "1000");
    key_is("1e6", "1e+06");
    key_is("0.1", "0.1");
    key_is(".inf", ".inf");
    key_is("2024-01-31", "2024-01-31");
    is_refused("~: 1\n", "x.yaml:1:1: null cannot be a key; quote it");
    is_refused("? [a]\n: 1\n",
               "x.yaml:1:3: a key must be a string, a number or a boolean; quote text that begins "
               "with `{` or `[` (or render the template first)");
}

static void aliases_stand_for_what_was_anchored(void)
{
    reads("a: &x {b: 1}\nc: *x\n", "{\"a\":{\"b\":1},\"c\":{\"b\":1}}");
    reads("a: &x 12\nc: *x\n", "{\"a\":12,\"c\":12}");
    reads("a: &k name\n*k : 1\n", "{\"a\":\"name\",\"name\":1}");
    reads("a: &x 1\nb: &x 2\nc: *x\n", "{\"a\":1,\"b\":2,\"c\":2}");
    reads("a: &x [&x 1]\nc: *x\n", "{\"a\":[1],\"c\":1}");
    is_refused("a: *x\n", "x.yaml:1:4: alias *x names no anchor before it");
    is_refused("a: &x [*x]\n", "x.yaml:1:8: the value of anchor &x contains itself");
    is_refused("a: &x {}\n---\nb: *x\n", "x.yaml:3:4: alias *x names no anchor before it");
}

static void merge_keys_go_in_the_order_of_the_text(void)
{
    reads("x: &x {a: 1, b: 2}\nz: {<<: *x, b: 3}\n",
          "{\"x\":{\"a\":1,\"b\":2},\"z\":{\"a\":1,\"b\":3}}");
    reads("x: &x {a: 1}\nz: {a: 3, <<: *x}\n", "{\"x\":{\"a\":1},\"z\":{\"a\":1}}");
    reads("z: {<<: [{a: 1, b: 1}, {b: 2, c: 2}], d: 4}\n",
          "{\"z\":{\"a\":1,\"b\":1,\"c\":2,\"d\":4}}");
    reads("z: {<<: {a: 1}, <<: {a: 2}}\n", "{\"z\":{\"a\":2}}");
    reads("z: {\"<<\": 1}\n", "{\"z\":{\"<<\":1}}");
    is_refused("z: {<<: 1}\n", "x.yaml:1:9: `<<` expects a mapping or a sequence of mappings");
    is_refused("z: {<<: [[]]}\n", "x.yaml:1:11: `<<` expects a mapping or a sequence of mappings");
    is_refused("z: {a: 1, <<: {a: 2}, a: 3}\n",
               "x.yaml:1:23: duplicate key \"a\" in one mapping; remove one");
}

static void duplicate_keys_are_refused(void)
{
    is_refused("a: 1\nb: 2\na: 3\n", "x.yaml:3:1: duplicate key \"a\" in one mapping; remove one");
    is_refused("a:\n  1: x\n  '1': y\n",
               "x.yaml:3:3: duplicate key \"1\" in one mapping; remove one");
    reads("a: {b: 1}\nc: {b: 1}\n", "{\"a\":{\"b\":1},\"c\":{\"b\":1}}");
}

static void many_documents_and_empty_ones(void)
{
    reads("", "");
    reads("# nothing\n", "");
    reads("---\n---\na: 1\n---\n# none\n---\nnull\n---\nb: 2\n...\n", "{\"a\":1} {\"b\":2}");
    reads("%YAML 1.1\n---\na: 1\n", "{\"a\":1}");
    reads("\xef\xbb\xbf"
          "a: 1\n",
          "{\"a\":1}");
}

static void utf_16_is_read_and_broken_utf_8_is_not(void)
{
    static const char utf16[] = "\xff\xfe"
                                "a\0:\0 \0\xe9\0\n";
    g_autoptr(GError) error = NULL;
    g_autofree char *got = read_all(utf16, sizeof utf16, &error);

    EXPECT_STR(got, "{\"a\":\"\u00e9\"}");
    is_refused("a: 1\nb: x\xff\n",
               "x.yaml:2:5: not text: invalid UTF-8 (another encoding? save the file as UTF-8)");
    is_refused_n("a: \0\n", 5, "x.yaml:1:4: not text: control character 0x00");
    is_refused("a: \"\\0\"\n", "x.yaml:1:4: a string holds a NUL character");
}

static void a_column_is_a_byte(void)
{
    is_refused("\u00e9\u00e9: *x\n", "x.yaml:1:7: alias *x names no anchor before it");
}

static void syntax_errors_say_where(void)
{
    is_refused("a: [1\nb: 2\n",
               "x.yaml:2:2: not valid YAML: while parsing a flow sequence: did not find expected "
               "',' or ']'");
    is_refused("a:\n\tb: 1\n",
               "x.yaml:2:1: not valid YAML: while scanning for the next token: found character "
               "that cannot start any token (a tab, `@` or a backquote? indent with spaces, quote "
               "the value)");
    is_refused("hello\n",
               "x.yaml:1:1: expected an object with apiVersion and kind, found a string");
    is_refused("---\n- a\n",
               "x.yaml:2:1: expected an object with apiVersion and kind, found a list");
}

static void templates_are_known_for_what_they_are(void)
{
    static const char *const no_key =
        "a key must be a string, a number or a boolean; quote text that begins with `{` or `[` (or "
        "render the template first)";
    g_autofree char *inside = g_strdup_printf("x.yaml:1:5: %s", no_key);
    g_autofree char *ahead = g_strdup_printf("x.yaml:1:2: %s", no_key);

    is_refused("a: {{ .Values.a }}\n", inside);
    is_refused("{{ .Values.a }}\n", ahead);
    is_refused(
        "a: 1\n{{- if .Values.b }}\nb: 2\n{{- end }}\n",
        "x.yaml:3:1: not valid YAML: while scanning a simple key: could not find expected ':' (a "
        "template? render it first, with `helm template` for instance)");
}

static void fails_quickly(GString *yaml, const char *message)
{
    gint64 begin = g_get_monotonic_time();
    is_refused_n(yaml->str, yaml->len, message);
    EXPECT_TRUE(g_get_monotonic_time() - begin < 10 * G_USEC_PER_SEC);
    g_string_free(yaml, TRUE);
}

static GString *repeated(const char *first, const char *text, size_t count)
{
    GString *out = g_string_new(first);
    for (size_t i = 0; i < count; i++)
        g_string_append(out, text);
    return out;
}

static void hostile_nesting_is_refused_at_once(void)
{
    fails_quickly(repeated("a: ", "[", 80 * 1024), "x.yaml:1:259: nested deeper than 256 levels");
    fails_quickly(repeated("a: ", "{a: ", 20 * 1024),
                  "x.yaml:1:1024: nested deeper than 256 levels");
    fails_quickly(repeated("", "- ", 80 * 1024), "x.yaml:1:513: nested deeper than 256 levels");
    g_autofree char *brackets = g_strnfill(200, '[');
    g_autofree char *deep = g_strconcat("a: ", brackets, NULL);
    fails_quickly(repeated(deep, "a, ", 1000000),
                  "x.yaml:1:162972: too many values inside more than 16 brackets");
    fails_quickly(repeated("", "%TAG !a! tag:x\n", 65),
                  "x.yaml: more than 64 lines begin with % (YAML directives); Kubernetes manifests "
                  "need none");
}

static void billion_laughs_are_counted_as_if_written_out(void)
{
    GString *yaml = g_string_new("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for (int i = 1; i < 30; i++)
        g_string_append_printf(yaml,
                               "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n",
                               i,
                               i,
                               i - 1,
                               i - 1,
                               i - 1,
                               i - 1,
                               i - 1,
                               i - 1,
                               i - 1,
                               i - 1,
                               i - 1);
    fails_quickly(yaml,
                  "x.yaml:6:30: aliases stand for more than 400000 values; write less with them");

    GString *deep = g_string_new("a0: &a0 []\n");
    for (int i = 1; i < 1000; i++)
        g_string_append_printf(deep, "a%d: &a%d [*a%d]\n", i, i, i - 1);
    fails_quickly(deep, "x.yaml:256:14: nested deeper than 256 levels");

    GString *wide = repeated("a: &a ", "0123456789abcdef", 65536);
    g_string_append(wide, "\nb: [*a");
    for (int i = 1; i < 1000; i++)
        g_string_append(wide, ", *a");
    g_string_append(wide, "]\n");
    fails_quickly(wide,
                  "x.yaml:2:1021: more than 268435456 bytes of text in one document, aliases "
                  "written out");
}

extern CU_TestInfo suite_core_yaml[];
CU_TestInfo suite_core_yaml[] = {
    {"YAML 1.1 words are booleans and nulls", yaml_1_1_words_are_booleans_and_nulls},
    {"quoted and block scalars are strings", quoted_and_block_scalars_are_strings},
    {"integers in every base", integers_in_every_base},
    {"integers beyond int64 become reals", integers_beyond_int64_become_reals},
    {"floats and what is none", floats_and_what_is_none},
    {"timestamps stay strings", timestamps_stay_strings},
    {"tags are obeyed or refused", tags_are_obeyed_or_refused},
    {"keys become strings", keys_become_strings},
    {"aliases stand for what was anchored", aliases_stand_for_what_was_anchored},
    {"merge keys go in the order of the text", merge_keys_go_in_the_order_of_the_text},
    {"duplicate keys are refused", duplicate_keys_are_refused},
    {"many documents and empty ones", many_documents_and_empty_ones},
    {"UTF-16 is read and broken UTF-8 is not", utf_16_is_read_and_broken_utf_8_is_not},
    {"a column is a byte", a_column_is_a_byte},
    {"syntax errors say where", syntax_errors_say_where},
    {"templates are known for what they are", templates_are_known_for_what_they_are},
    {"hostile nesting is refused at once", hostile_nesting_is_refused_at_once},
    {"billion laughs are counted as if written out", billion_laughs_are_counted_as_if_written_out},
    CU_TEST_INFO_NULL,
};
