/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/text/document.h"
#include "mullion/text/json_write.h"
#include "tests/support/expect.h"

#include <float.h>
#include <math.h>
#include <string.h>

static void write_sample(mn_json_writer *json)
{
    mn_json_begin_object(json);
    mn_json_member_string(json, "name", "n1");
    mn_json_member_string(json, "error", NULL);
    mn_json_member_int(json, "score", -10);
    mn_json_member_bool(json, "ok", true);
    mn_json_key(json, "empty");
    mn_json_begin_array(json);
    mn_json_end_array(json);
    mn_json_key(json, "list");
    mn_json_begin_array(json);
    mn_json_begin_object(json);
    mn_json_end_object(json);
    mn_json_double(json, 0.5);
    mn_json_raw(json, MN_STR_LIT("{\"x\": 1}"));
    mn_json_bool(json, false);
    mn_json_null(json);
    mn_json_end_array(json);
    mn_json_end_object(json);
}

static void containers_nest_and_commas_stand_where_they_belong(void)
{
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    write_sample(&json);
    g_autofree char *text = mn_json_writer_steal(&json, NULL);
    EXPECT_STR(text,
               "{\"name\":\"n1\",\"error\":null,\"score\":-10,\"ok\":true,\"empty\":[],"
               "\"list\":[{},0.5,{\"x\": 1},false,null]}");
}

static void pretty_text_is_indented_by_two(void)
{
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_PRETTY);
    write_sample(&json);
    g_autofree char *text = mn_json_writer_steal(&json, NULL);
    EXPECT_STR(text,
               "{\n"
               "  \"name\": \"n1\",\n"
               "  \"error\": null,\n"
               "  \"score\": -10,\n"
               "  \"ok\": true,\n"
               "  \"empty\": [],\n"
               "  \"list\": [\n"
               "    {},\n"
               "    0.5,\n"
               "    {\"x\": 1},\n"
               "    false,\n"
               "    null\n"
               "  ]\n"
               "}\n");
}

static void quotes_as(const char *text, const char *want)
{
    g_autofree char *got = mn_json_quote(text);
    EXPECT_STR(got, want);
}

static void strings_are_escaped_where_json_demands_it(void)
{
    quotes_as("", "\"\"");
    quotes_as("plain", "\"plain\"");
    quotes_as("a\"b\\c/d", "\"a\\\"b\\\\c/d\"");
    quotes_as("\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"");
    quotes_as("\x01\x1f\x7f", "\"\\u0001\\u001f\x7f\"");
    quotes_as("é€😀 <&>", "\"é€😀 <&>\"");
}

/* As encoding/json: byte by byte. The errors that name a text cut it after so many bytes. */
static void bytes_that_are_no_characters_are_replaced(void)
{
    quotes_as("caf\xc3", "\"caf�\"");
    quotes_as("\xe2\x82", "\"��\"");
    quotes_as("\xf0\x9f\x98x", "\"���x\"");
    quotes_as("\xff\xfe\"\n", "\"��\\\"\\n\"");
    quotes_as("\xc0\x80 \xed\xa0\x80 é", "\"�� ��� é\"");
    quotes_as("\xf4\x90\x80\x80", "\"����\"");
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_json_begin_object(&json);
    mn_json_key(&json, "k\xc3");
    mn_json_str(&json, MN_STR_LIT("\xc3\0\xc3"));
    mn_json_end_object(&json);
    g_autofree char *text = mn_json_writer_steal(&json, NULL);
    EXPECT_STR(text, "{\"k�\":\"�\\u0000�\"}");
}

/* What is cut anywhere reads as UTF-8, whatever the length that is looked at in one go. */
static void a_text_may_be_cut_anywhere(void)
{
    static const char whole[] = "0123é€😀456789é€😀-----abé€😀";
    for (size_t from = 0; from < sizeof whole; from++)
        for (size_t len = 0; from + len < sizeof whole; len++) {
            g_auto(mn_json_writer) json;
            mn_json_writer_init(&json, MN_JSON_COMPACT);
            mn_json_str(&json, (mn_str){.ptr = whole + from, .len = len});
            const mn_str out = mn_json_writer_text(&json);
            g_autofree char *cut = g_strndup(whole + from, len);
            g_autofree char *valid = g_utf8_make_valid(cut, -1);
            g_autofree char *want = g_strconcat("\"", valid, "\"", NULL);
            EXPECT_TRUE(mn_str_eq(out, mn_str_of(want)));
        }
}

/* Each special byte at each place of a string longer than two words. */
static void a_special_byte_is_found_wherever_it_stands(void)
{
    for (int byte = 1; byte < 0x80; byte++) {
        for (size_t at = 0; at < 19; at++) {
            char text[20] = "\xc3\xa9-!abcdefghijklmno";
            text[at] = (char)byte;
            if (at == 0 || at == 1)
                text[1 - at] = 'x';
            g_autofree char *quoted = mn_json_quote(text);
            json_t *back = mn_document_load_json(quoted, strlen(quoted), 1, NULL);
            EXPECT_STR(back != NULL ? json_string_value(back) : NULL, text);
            json_decref(back);
        }
    }
}

static void embedded_nul_is_escaped(void)
{
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_json_str(&json, MN_STR_LIT("a\0b"));
    g_autofree char *text = mn_json_writer_steal(&json, NULL);
    EXPECT_STR(text, "\"a\\u0000b\"");
}

static void int_is(int64_t value, const char *want)
{
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_json_int(&json, value);
    g_autofree char *text = mn_json_writer_steal(&json, NULL);
    EXPECT_STR(text, want);
}

static void double_is(double value, const char *want)
{
    char buffer[MN_JSON_NUMBER_TEXT];
    EXPECT_STR(mn_json_format_double(value, buffer), want);
}

static void numbers_are_the_shortest_text_that_reads_back(void)
{
    int_is(0, "0");
    int_is(-1, "-1");
    int_is(INT64_MAX, "9223372036854775807");
    int_is(INT64_MIN, "-9223372036854775808");

    double_is(0.0, "0");
    double_is(-0.0, "-0");
    double_is(0.1, "0.1");
    double_is(-2.5, "-2.5");
    double_is(100, "100");
    double_is(1.0 / 3, "0.3333333333333333");
    double_is(0.1 + 0.2, "0.30000000000000004");
    double_is(123456789012345678.0, "123456789012345680");
    double_is(1e17, "100000000000000000");
    double_is(1e18, "1e+18");
    double_is(0.000001, "0.000001");
    double_is(0.00000123, "0.00000123");
    double_is(1e-7, "1e-7");
    double_is(-1.25e-9, "-1.25e-9");
    double_is(DBL_MAX, "1.7976931348623157e+308");
    double_is(DBL_TRUE_MIN, "5e-324");
}

static void doubles_survive_the_way_there_and_back(void)
{
    uint64_t bits = 0x9e3779b97f4a7c15;
    for (int i = 0; i < 20000; i++) {
        double value;
        char buffer[MN_JSON_NUMBER_TEXT];
        bits = bits * 6364136223846793005U + 1442695040888963407U;
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value))
            EXPECT_TRUE(g_ascii_strtod(mn_json_format_double(value, buffer), NULL) == value);
    }
}

static void a_tree_is_written_as_it_was_read(void)
{
    static const char *const text = "{\"a\":[1,-2.5,\"x\\n\",null,true,false,{}],\"b\":{\"c\":[]}}";
    g_auto(mn_json_writer) json;
    json_t *root = mn_document_load_json(text, strlen(text), 8, NULL);

    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_json_tree(&json, root);
    json_decref(root);
    g_autofree char *got = mn_json_writer_steal(&json, NULL);
    EXPECT_STR(got, text);
}

static void a_writer_is_used_again_after_reset(void)
{
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    for (int round = 0; round < 3; round++) {
        mn_json_writer_reset(&json);
        mn_json_begin_array(&json);
        for (int i = 0; i < 1000; i++)
            mn_json_string(&json, "node-with-a-name");
        mn_json_end_array(&json);
        EXPECT_INT((int64_t)mn_json_writer_text(&json).len, 1000 * 19 + 1);
    }
}

static void a_text_of_any_length_is_copied_whole(void)
{
    char text[100];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)('0' + i % 75);
    for (size_t len = 1; len <= sizeof text; len++) {
        g_auto(mn_json_writer) json;
        mn_json_writer_init(&json, MN_JSON_COMPACT);
        const mn_str value = {.ptr = text, .len = len};
        mn_json_raw(&json, value);
        EXPECT_TRUE(mn_str_eq(mn_json_writer_text(&json), value));
    }
}

/* A byte of every kind at every place of texts that take another way each. */
static void nothing_that_needs_an_escape_gets_past(void)
{
    static const char bytes[] = {'"', '\\', '\0', '\n', '\x1f', ' ', '\x7f', '/'};
    for (size_t len = 1; len <= 25; len++)
        for (size_t i = 0; i < len * sizeof bytes; i++) {
            char text[25];
            memset(text, 'x', sizeof text);
            text[i / sizeof bytes] = bytes[i % sizeof bytes];
            g_auto(mn_json_writer) json;
            mn_json_writer_init(&json, MN_JSON_COMPACT);
            mn_json_str(&json, (mn_str){.ptr = text, .len = len});
            mn_str out = mn_json_writer_text(&json);
            json_t *back = json_loadb(out.ptr, out.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
            EXPECT_TRUE(json_string_length(back) == len &&
                        memcmp(json_string_value(back), text, len) == 0);
            json_decref(back);
        }
}

extern CU_TestInfo suite_core_json_write[];
CU_TestInfo suite_core_json_write[] = {
    {"containers nest and commas stand where they belong",
     containers_nest_and_commas_stand_where_they_belong},
    {"pretty text is indented by two", pretty_text_is_indented_by_two},
    {"strings are escaped where JSON demands it", strings_are_escaped_where_json_demands_it},
    {"a special byte is found wherever it stands", a_special_byte_is_found_wherever_it_stands},
    {"bytes that are no characters are replaced", bytes_that_are_no_characters_are_replaced},
    {"a text may be cut anywhere", a_text_may_be_cut_anywhere},
    {"an embedded NUL is escaped", embedded_nul_is_escaped},
    {"numbers are the shortest text that reads back",
     numbers_are_the_shortest_text_that_reads_back},
    {"doubles survive the way there and back", doubles_survive_the_way_there_and_back},
    {"a tree is written as it was read", a_tree_is_written_as_it_was_read},
    {"a text of any length is copied whole", a_text_of_any_length_is_copied_whole},
    {"nothing that needs an escape gets past", nothing_that_needs_an_escape_gets_past},
    {"a writer is used again after reset", a_writer_is_used_again_after_reset},
    CU_TEST_INFO_NULL,
};
