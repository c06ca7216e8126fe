/* SPDX-License-Identifier: Apache-2.0 */
#include "core/text/json_block.h"
#include "mullion/text/json_scan.h"
#include "tests/support/expect.h"

#include <jansson.h>

enum { DEPTH = 64 };

/* One line for a scan of an object: keys and the spans of their values. */
static char *members_of(const char *text)
{
    GString *line = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    mn_scan_string key;
    mn_scan scan;
    mn_scan_init(&scan, mn_str_of(text), DEPTH);
    mn_scan_enter(&scan, MN_SCAN_OBJECT);
    while (mn_scan_next_member(&scan, &key)) {
        mn_str value = mn_scan_take(&scan);
        g_string_append_printf(line, "%.*s=%.*s;", MN_STR_ARG(key.raw), MN_STR_ARG(value));
    }
    if (!mn_scan_end(&scan, &error))
        g_string_append_printf(line, "!%s", error->message);
    return g_string_free(line, FALSE);
}

static void holds(const char *text, const char *want)
{
    g_autofree char *got = members_of(text);
    EXPECT_STR(got, want);
}

static void members_are_cut_out_as_they_stand(void)
{
    holds("{}", "");
    holds(" {\t} \r\n", "");
    holds("{\"a\":1}", "a=1;");
    holds("{\"a\" : \"x\\\"y\" , \"b\":[1, {}] ,\"c\":{\"d\":null}}",
          "a=\"x\\\"y\";b=[1, {}];c={\"d\":null};");
    holds("{\"\":true,\"b\":-0.5e+10}", "=true;b=-0.5e+10;");
}

static void faults_name_the_byte(void)
{
    holds("", "!byte 0: the text ends in the middle of a value");
    holds("[1]", "!byte 0: expected an object, found an array");
    holds("{\"a\":1} x", "a=1;!byte 8: expected nothing behind the value, found 'x'");
    holds("{\"a\":1 \"b\":2}", "a=1;!byte 7: unexpected '\"'");
    holds("{\"a\":1,}", "a=1;!byte 7: unexpected '}'");
    holds("{\"a\"}", "!byte 4: unexpected '}'");
    holds("{\"a\":}", "!byte 5: unexpected '}'");
    holds("{\"a\":01}", "a=;!byte 6: unexpected '1'");
    holds("{\"a\":[1}", "a=;!byte 7: unexpected '}'");
    holds("{\"a\":[1,\x01]}", "a=;!byte 8: unexpected byte 0x01");
    holds("{\"a\":\"\n\"}", "a=;!byte 6: a control byte in a string is not escaped");
    holds("{\"a\":[\"\n\"]}", "a=;!byte 7: a control byte in a string is not escaped");
    holds("{\"a\":\"\\x\"}", "a=;!byte 7: expected an escape (\\n, \\u00e9), found 'x'");
    holds("{\"a\":[\"\\u12g4\"]}", "a=;!byte 11: expected an escape (\\n, \\u00e9), found 'g'");
    holds("{\"a\":[\"abc", "a=;!byte 10: the text ends in the middle of a value");
}

/* Accepted by walking into nothing: the whole text is skipped. */
static bool skips(const char *text, size_t len)
{
    g_autoptr(GError) error = NULL;
    mn_scan scan;
    mn_scan_init(&scan, (mn_str){.ptr = text, .len = len}, DEPTH);
    return mn_scan_end(&scan, &error);
}

static bool walk_value(mn_scan *scan);

/* Accepted by walking into everything: the cursor sees every token. */
static bool walks(const char *text, size_t len)
{
    g_autoptr(GError) error = NULL;
    mn_scan scan;
    mn_scan_init(&scan, (mn_str){.ptr = text, .len = len}, DEPTH);
    walk_value(&scan);
    return mn_scan_end(&scan, &error);
}

static bool walk_value(mn_scan *scan) /* NOLINT(misc-no-recursion): depth is limited */
{
    mn_scan_string key;
    mn_scan_kind kind = mn_scan_peek(scan);
    if (kind == MN_SCAN_OBJECT && mn_scan_enter(scan, kind)) {
        while (mn_scan_next_member(scan, &key))
            walk_value(scan);
    } else if (kind == MN_SCAN_ARRAY && mn_scan_enter(scan, kind)) {
        while (mn_scan_next_element(scan))
            walk_value(scan);
    } else {
        mn_scan_take(scan);
    }
    return scan->fault == MN_SCAN_FINE;
}

static const struct {
    const char *text;
    bool json;
} grammar[] = {
    {"[]", true},
    {"[1]", true},
    {"[1,2]", true},
    {"[[],{}]", true},
    {"[ 1 , \"a\" , { \"b\" : [ ] } ]", true},
    {"[tru]", false},
    {"[truee]", false},
    {"[true false]", false},
    {"[1 2]", false},
    {"[,]", false},
    {"[1,]", false},
    {"[,1]", false},
    {"[1,,2]", false},
    {"[:1]", false},
    {"[\"a\":1]", false},
    {"[\"a\" \"b\"]", false},
    {"[\"a\"\"b\"]", false},
    {"[\"a\"1]", false},
    {"[1\"a\"]", false},
    {"[1[]]", false},
    {"[[]1]", false},
    {"[[][]]", false},
    {"[{}\"a\"]", false},
    {"{\"a\":1}", true},
    {"{\"a\":\"b\",\"c\":\"d\"}", true},
    {"{\"a\":{\"b\":[{\"c\":1},\"d\"],\"e\":2},\"f\":[]}", true},
    {"{\"a\",\"b\"}", false},
    {"{\"a\":1,\"b\"}", false},
    {"{\"a\":\"b\":\"c\"}", false},
    {"{\"a\":1,2}", false},
    {"{1:2}", false},
    {"{{}:1}", false},
    {"{\"a\":}", false},
    {"{\"a\"::1}", false},
    {"{\"a\":,\"b\":1}", false},
    {"{:1}", false},
    {"{,}", false},
    {"{\"a\" 1}", false},
    {"{\"a\":1 \"b\":1}", false},
    {"{\"a\":[1,\"b\":2]}", false},
    {"{\"a\":[1],\"b\"}", false},
    {"[{\"a\":1},\"b\":2]", false},
    {"[}", false},
    {"{]", false},
    {"[{]}", false},
    {"[1\\]", false},
    {"[\\\"]", false},
    {"[\"\\\"]", false},
    {"[\"\\\\\"]", true},
    {"[\"\\\\\\\"\"]", true},
    {"[\"\t\"]", false},
    {"[1\v]", false},
    {"[-]", false},
    {"[-1]", true},
    {"[+1]", false},
    {"[1.]", false},
    {"[.5]", false},
    {"[1e5,1E-5,1e+5,0.0]", true},
    {"[1e]", false},
    {"[00]", false},
    {"[0x1]", false},
    {"[nul]", false},
    {"[NaN]", false},
    {"[']']", false},
    {"[1]]", false},
    {"[1]1", false},
    {"[", false},
    {"[\"", false},
    {"[\"\\", false},
    {"[\"\\u00", false},
};

static void check_shifted(const char *value, size_t shift, bool json)
{
    bool digits = shift > 0 && shift % 2 == 0;
    g_autofree char *filling = g_strnfill(shift, digits ? '1' : ' ');
    g_autofree char *text = g_strconcat("[", filling, digits ? "," : "", value, "]", NULL);
    if (skips(text, strlen(text)) != json || walks(text, strlen(text)) != json)
        EXPECT_STR(text, json ? "accepted" : "refused");
}

static void skipping_is_as_strict_as_walking(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(grammar); i++) {
        EXPECT_INT(skips(grammar[i].text, strlen(grammar[i].text)), grammar[i].json);
        /* Blanks or an element in front put the text at every place of a block. */
        for (size_t shift = 0; shift < 140; shift++)
            check_shifted(grammar[i].text, shift, grammar[i].json);
    }
}

static const char node[] =
    "{\"metadata\":{\"name\":\"win-1\",\"labels\":{\"kubernetes.io/os\":\"windows\",\"n\":\"1\"},"
    "\"annotations\":{\"last\":\"{\\\"a\\\":[1,{\\\"b\\\":\\\"\\\\\\\\ \\u003c\\\"}]}\\n\"}},\n"
    "  \"spec\" : {\"taints\":[ {\"key\":\"os\",\"value\":\"windows\"}, {} ],\"unschedulable\":true},\n"
    "  \"status\":{\"images\":[{\"names\":[\"a\",\"b\"],\"sizeBytes\":1234}],\"x\":-1.5e-7}}";

static void every_prefix_of_a_text_is_refused(void)
{
    for (size_t len = 0; len < sizeof node - 1; len++) {
        /* In memory of its own, so that a sanitizer sees a step too far. */
        g_autofree char *copy = g_memdup2(node, MAX(len, 1));
        if (skips(copy, len) || walks(copy, len))
            EXPECT_INT((int64_t)len, -1);
    }
    EXPECT_TRUE(skips(node, sizeof node - 1));
    EXPECT_TRUE(walks(node, sizeof node - 1));
}

/* A small generator, so that the same texts come on every machine. */
static uint32_t draw(uint32_t *state)
{
    *state = *state * 1664525U + 1013904223U;
    return *state >> 8;
}

static void skip_cursor_and_jansson_agree_on_damaged_texts(void)
{
    static const char bytes[] = "\"\\{}[],: \n01ae-.tx";
    uint32_t state = 1;
    int accepted = 0;
    for (int round = 0; round < 60000; round++) {
        char text[sizeof node];
        memcpy(text, node, sizeof node);
        for (uint32_t edits = draw(&state) % 2 + 1; edits > 0; edits--)
            text[draw(&state) % (sizeof node - 1)] = bytes[draw(&state) % (sizeof bytes - 1)];
        json_error_t unused;
        json_t *tree = json_loadb(text, sizeof node - 1, 0, &unused);
        bool json = skips(text, sizeof node - 1);
        if (json != walks(text, sizeof node - 1) || json != (tree != NULL))
            EXPECT_STR(text, json ? "refused" : unused.text);
        accepted += json;
        json_decref(tree);
    }
    EXPECT_TRUE(accepted > 10000 && accepted < 50000);
}

static void both_classifiers_give_the_same_masks(void)
{
    uint32_t state = 7;
    char bytes[JSON_BLOCK];
    for (int round = 0; round < 4096; round++) {
        for (int i = 0; i < JSON_BLOCK; i++)
            bytes[i] = (char)(round < 256 ? round + i : (int)(draw(&state) & 0xff));
        json_block fast = json_block_classify(bytes), plain = json_block_classify_portable(bytes);
        EXPECT_INT(memcmp(&fast, &plain, sizeof fast), 0);
        EXPECT_INT(json_lane_specials(bytes), json_lane_specials_portable(bytes));
        EXPECT_INT(json_lane_highs(bytes), json_lane_highs_portable(bytes));
        EXPECT_INT(json_lane_ends(bytes), json_lane_ends_portable(bytes));
    }
    memset(bytes, '[', sizeof bytes);
    bytes[63] = '\n';
    json_block block = json_block_classify_portable(bytes);
    EXPECT_TRUE(block.open == UINT64_MAX >> 1);
    EXPECT_TRUE(block.blank == UINT64_C(1) << 63);
    EXPECT_TRUE(block.brace == 0);
}

static void nesting_is_limited_not_recursive(void)
{
    enum { LEVELS = 1000000 };
    g_autofree char *deep = g_strnfill(LEVELS, '[');
    g_autoptr(GError) error = NULL;
    mn_scan scan;
    mn_scan_init(&scan, (mn_str){.ptr = deep, .len = LEVELS}, DEPTH);
    EXPECT_TRUE(!mn_scan_end(&scan, &error));
    EXPECT_INT(error->code, MN_ERROR_LIMIT);
    EXPECT_STR(error->message, "byte 64: nested deeper than allowed");

    char fits[2 * MN_SCAN_DEPTH_MAX];
    memset(fits, '[', MN_SCAN_DEPTH_MAX);
    memset(fits + MN_SCAN_DEPTH_MAX, ']', MN_SCAN_DEPTH_MAX);
    mn_scan_init(&scan, (mn_str){.ptr = fits, .len = sizeof fits}, SIZE_MAX);
    EXPECT_TRUE(mn_scan_end(&scan, NULL));
    mn_scan_init(&scan, (mn_str){.ptr = fits, .len = sizeof fits}, MN_SCAN_DEPTH_MAX - 1);
    EXPECT_TRUE(!mn_scan_end(&scan, NULL));
}

static void what_follows_a_value_is_left_alone(void)
{
    mn_str text = MN_STR_LIT("{\"a\":[{\"b\":1}]}\"\\q\x01 {]");
    mn_scan scan;
    mn_scan_init(&scan, text, DEPTH);
    EXPECT_INT((int64_t)mn_scan_take(&scan).len, 15);
    EXPECT_TRUE(mn_scan_check(&scan, NULL));
}

static void keys_match_as_encoding_json_matches_them(void)
{
    static const struct {
        const char *key, *name;
        bool is, is_like;
    } facts[] = {
        {"NodeNames", "NodeNames", true, true},
        {"nodenames", "NodeNames", false, true},
        {"NODENAMES", "NodeNames", false, true},
        {"NodeName", "NodeNames", false, false},
        {"NodeNames2", "NodeNames", false, false},
        {"NodeName\\u0073", "NodeNames", true, true},
        {"NodeName\\u0053", "NodeNames", false, true},
        {"nodeName\xc5\xbf", "NodeNames", false, true},
        {"nodeName\\u017f", "NodeNames", false, true},
        {"\xe2\x84\xaaind", "kind", false, true},
        {"kind\xff", "kind", false, false},
        {"", "kind", false, false},
        {"\\\\u", "\\u", true, true}, /* a name may come from a document, and is no JSON */
        {"\\u005c\\\\a", "\\\\A", false, true},
        {"a\\\\", "a\\", true, true},
        {"a\\n", "a\\n", false, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(facts); i++) {
        mn_scan_string key = {.raw = mn_str_of(facts[i].key),
                              .escaped = strchr(facts[i].key, '\\') != NULL};
        EXPECT_INT(mn_scan_string_is(key, facts[i].name), facts[i].is);
        EXPECT_INT(mn_scan_string_is_like(key, facts[i].name), facts[i].is_like);
    }
}

static void check_keys(const char *text, const char *want)
{
    g_autoptr(GError) error = NULL;
    mn_scan_keys seen = {.count = 0};
    mn_scan_string key;
    mn_scan scan;
    mn_scan_init(&scan, mn_str_of(text), DEPTH);
    mn_scan_enter(&scan, MN_SCAN_OBJECT);
    while (mn_scan_next_member(&scan, &key))
        mn_scan_is_new_key(&scan, &seen, key);
    bool fine = mn_scan_end(&scan, &error);
    EXPECT_STR(fine ? NULL : error->message, want);
}

static void keys_that_differ_only_by_case_are_refused(void)
{
    check_keys("{\"a\":1,\"b\":2}", NULL);
    check_keys("{\"a\":1,\"a\":2}", "byte 8: this key stood there before (case ignored)");
    check_keys("{\"Nodes\":1,\"x\":{\"nodes\":1},\"NODE\\u017f\":2}",
               "byte 28: this key stood there before (case ignored)");
    GString *many = g_string_new("{\"k\":0");
    for (int i = 0; i < MN_SCAN_KEYS_MAX; i++)
        g_string_append_printf(many, ",\"k%d\":0", i);
    g_string_append_c(many, '}');
    check_keys(many->str, "byte 246: more keys than anybody sends here");
    g_string_free(many, TRUE);
}

static void means(const char *json, const char *want)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autoptr(GError) error = NULL;
    mn_str text = {.ptr = NULL};
    mn_scan scan;
    mn_scan_init(&scan, mn_str_of(json), DEPTH);
    mn_scan_string string = mn_scan_take_string(&scan);
    EXPECT_TRUE(mn_scan_end(&scan, NULL));
    bool fine = mn_scan_string_decode(arena, string, &text, &error);
    g_autofree char *got = fine ? g_strndup(text.ptr, text.len) : g_strdup(error->message);
    EXPECT_STR(got, want);
    EXPECT_INT(fine && text.ptr == string.raw.ptr, fine && !string.escaped);
}

static void escapes_are_undone(void)
{
    means("\"\"", "");
    means("\"win-1\"", "win-1");
    means("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t");
    means("\"\\u0041\\u00e9\\u20AC\"", "A\xc3\xa9\xe2\x82\xac");
    means("\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80");
    means("\"\xc3\xa9\"", "\xc3\xa9");
    means("\"\\u0000\"", "the string holds the escape \\u0000, which stands for no character");
    means("\"\\ud83d\"", "the string holds the escape \\ud83d, which stands for no character");
    means("\"\\ud83d\\u0041\"",
          "the string holds the escape \\ud83d, which stands for no character");
    means("\"\\ude00\\ud83d\"",
          "the string holds the escape \\ude00, which stands for no character");
    means("\"abc\xff\"", "the string is not UTF-8");
    means("\"\\n\xc3\"", "the string is not UTF-8");
}

/* The strings of a list, those known to be ASCII with a mark. */
static void lists(const char *text, const char *want)
{
    g_autoptr(GError) error = NULL;
    GString *line = g_string_new(NULL);
    mn_scan_string string;
    mn_scan scan;
    mn_scan_init(&scan, mn_str_of(text), DEPTH);
    mn_scan_enter(&scan, MN_SCAN_ARRAY);
    while (mn_scan_next_string(&scan, &string))
        g_string_append_printf(
            line, "%.*s%s;", MN_STR_ARG(string.raw), string.ascii ? "" : " (not ASCII)");
    if (!mn_scan_end(&scan, &error))
        g_string_append_printf(line, "!%s", error->message);
    EXPECT_STR(line->str, want);
    g_string_free(line, TRUE);
}

static void strings_of_a_list_come_one_by_one(void)
{
    lists("[]", "");
    lists("[\"a\" ,\n\"\",\"\\u00e9\"]", "a;;\\u00e9;");
    lists("[\"a\",\"\xc3\xa9\"]", "a;\xc3\xa9 (not ASCII);");
    lists(
        "[\"0123456789abcdef01\",\"\xc3\xa9\",\"0123456789abcdef01\xff\",\"a\",\"and so on\"]",
        "0123456789abcdef01;\xc3\xa9 (not ASCII);0123456789abcdef01\xff (not ASCII);a;and so on;");
    lists("[\"a\",1]", "a;!byte 5: expected a string, found a number");
    lists("[\"a\"", "a;!byte 4: the text ends in the middle of a value");
    lists("[\"a\",]", "a;!byte 5: unexpected ']'");
    lists("[\"a", "!byte 3: the text ends in the middle of a value");
}

static void utf8_is_checked_to_the_letter(void)
{
    static const struct {
        const char *text;
        bool valid;
    } facts[] = {
        {"", true},
        {"a plain text of some length", true},
        {"caf\xc3\xa9 and something behind it", true},
        {"0123456789abcdef\xf0\x9f\x98\x80", true},
        {"\xc0\x80", false},
        {"\xed\xa0\x80", false},
        {"\xf4\x90\x80\x80", false},
        {"0123456789abcde\x80", false},
        {"\xe2\x82", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(facts); i++)
        EXPECT_INT(mn_utf8_is_valid(mn_str_of(facts[i].text)), facts[i].valid);
}

/* The strings of an array, many at once or one by one, and what was wrong; the plain ones
 * are in brackets. Room for `room` at once. */
static char *strings_of(const char *text, size_t room, size_t max_bytes)
{
    GString *line = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *copy = g_memdup2(text, strlen(text)); /* its end is its end */
    mn_str plain[8];
    mn_scan_string one;
    mn_scan scan;
    mn_scan_init(&scan, (mn_str){.ptr = copy, .len = strlen(text)}, DEPTH);
    mn_scan_enter(&scan, MN_SCAN_ARRAY);
    do {
        size_t count = mn_scan_next_plain_strings(&scan, plain, room, max_bytes);
        for (size_t i = 0; i < count; i++)
            g_string_append_printf(line, "[%.*s]", MN_STR_ARG(plain[i]));
        if (!mn_scan_next_string(&scan, &one))
            break;
        g_string_append_printf(line, "%.*s;", MN_STR_ARG(one.raw));
    } while (true);
    if (!mn_scan_end(&scan, &error))
        g_string_append_printf(line, "!%s", error->message);
    return g_string_free(line, FALSE);
}

static void holds_strings(const char *text, const char *want)
{
    g_autofree char *got = strings_of(text, 8, 20);
    EXPECT_STR(got, want);
}

static void plain_strings_are_taken_together(void)
{
    holds_strings("[]", "");
    holds_strings("[ ]", "");
    holds_strings("[\"a\",\"b\",\"a-string-of-20-bytes\"]", "[a][b]a-string-of-20-bytes;");
    holds_strings("[\"a-string-of-16-b\",\"\",\"c\",\"the last is not looked at\"]",
                  "[a-string-of-16-b][][c]the last is not looked at;");
    holds_strings("[\"a\", \"b\",\"c\" ,\"d\",\"and something behind them all\"]",
                  "[a]b;[c]d;and something behind them all;");
    holds_strings("[\"a\",\"b\\\"\",\"c\",\"\xc3\xa9\",\"d\",\"and something behind them all\"]",
                  "[a]b\\\";[c]\xc3\xa9;[d]and something behind them all;");
    holds_strings("[\"a-string-of-21-bytes!\",\"b\",\"and something behind them\"]",
                  "a-string-of-21-bytes!;[b]and something behind them;");
}

static void plain_strings_stop_where_there_is_no_room(void)
{
    g_autofree char *two =
        strings_of("[\"a\",\"b\",\"c\",\"d\",\"and something behind them all\"]", 2, 20);
    EXPECT_STR(two, "[a][b]c;[d]and something behind them all;");
    g_autofree char *none = strings_of("[\"a\",\"b\",\"and something behind\"]", 0, 20);
    EXPECT_STR(none, "a;b;and something behind;");
}

static void what_is_wrong_in_a_list_is_left_to_the_cursor(void)
{
    holds_strings("[\"a\",,\"b\",\"and something behind\"]", "[a]!byte 5: unexpected ','");
    holds_strings("[\"a\",7,\"and something behind\"]",
                  "[a]!byte 5: expected a string, found a number");
    holds_strings("[\"a\"\"b\",\"and something behind\"]", "[a]!byte 4: unexpected '\"'");
    holds_strings("[\"a\x01\",\"and something behind\"]",
                  "!byte 3: a control byte in a string is not escaped");
    holds_strings("[\"a\",\"b", "a;!byte 7: the text ends in the middle of a value");
    holds_strings("[\"a\",\"and something behind\"",
                  "[a]and something behind;!byte 27: the text ends in the "
                  "middle of a value");
}

extern CU_TestInfo suite_core_json_scan[];
CU_TestInfo suite_core_json_scan[] = {
    {"members are cut out as they stand", members_are_cut_out_as_they_stand},
    {"faults name the byte", faults_name_the_byte},
    {"skipping is as strict as walking", skipping_is_as_strict_as_walking},
    {"every prefix of a text is refused", every_prefix_of_a_text_is_refused},
    {"skip, cursor and jansson agree on damaged texts",
     skip_cursor_and_jansson_agree_on_damaged_texts},
    {"both classifiers give the same masks", both_classifiers_give_the_same_masks},
    {"nesting is limited, not recursive", nesting_is_limited_not_recursive},
    {"what follows a value is left alone", what_follows_a_value_is_left_alone},
    {"keys match as encoding/json matches them", keys_match_as_encoding_json_matches_them},
    {"keys that differ only by case are refused", keys_that_differ_only_by_case_are_refused},
    {"escapes are undone", escapes_are_undone},
    {"strings of a list come one by one", strings_of_a_list_come_one_by_one},
    {"UTF-8 is checked to the letter", utf8_is_checked_to_the_letter},
    {"plain strings are taken together", plain_strings_are_taken_together},
    {"plain strings stop where there is no room", plain_strings_stop_where_there_is_no_room},
    {"what is wrong in a list is left to the cursor",
     what_is_wrong_in_a_list_is_left_to_the_cursor},
    CU_TEST_INFO_NULL,
};
