/* SPDX-License-Identifier: Apache-2.0 */
#include "core/kube/cutter.h"
#include "tests/support/expect.h"
#include "tests/support/kube_server.h"

#include <string.h>

enum { ROOMY = 1 << 20 };

static bool note(const kube_cut *cut, void *data, GError **error)
{
    (void)error;
    GString *text = data;
    static const char *const kinds[] = {"event", "item", "member"};
    g_string_append_printf(text, "%s", kinds[cut->kind]);
    if (cut->kind == KUBE_CUT_MEMBER)
        g_string_append_printf(text, " %s", cut->key);
    g_string_append_printf(text, "%s %.*s\n", cut->whole ? "" : " cut", MN_STR_ARG(cut->bytes));
    return true;
}

/* What is cut out of `text` in pieces of `piece` bytes; then "whole" or "broken off", or the
 * message of the error. */
static char *cut_up(kube_cut_form form, mn_str text, size_t piece, size_t max_bytes)
{
    g_autoptr(kube_cutter) cutter = kube_cutter_new(form, max_bytes);
    g_autoptr(GError) error = NULL;
    GString *out = g_string_new(NULL);
    for (size_t at = 0; at < text.len && error == NULL; at += piece) {
        /* of its own, exactly as long: a sanitizer sees a read behind its end */
        const size_t len = MIN(piece, text.len - at);
        g_autofree char *copy = g_memdup2(text.ptr + at, len);
        if (!kube_cutter_feed(cutter, (mn_str){.ptr = copy, .len = len}, note, out, &error))
            g_assert(error != NULL);
    }
    g_string_append(out,
                    error != NULL                     ? error->message
                    : kube_cutter_is_complete(cutter) ? "whole"
                                                      : "broken off");
    return g_string_free(out, FALSE);
}

static void gives(kube_cut_form form, const char *text, const char *want)
{
    for (size_t piece = 1; piece <= strlen(text); piece++) {
        g_autofree char *got = cut_up(form, mn_str_of(text), piece, ROOMY);
        EXPECT_STR(got, want);
    }
}

static void a_watch_is_cut_into_its_events(void)
{
    gives(KUBE_CUT_WATCH,
          "{\"type\":\"ADDED\",\"object\":{}}\n{\"a\":[1,{}]}{}",
          "event {\"type\":\"ADDED\",\"object\":{}}\nevent {\"a\":[1,{}]}\nevent {}\nwhole");
    gives(KUBE_CUT_WATCH, " \n", "whole");
}

static void brackets_and_quotes_in_strings_mean_nothing(void)
{
    gives(KUBE_CUT_WATCH,
          "{\"a\":\"}\\\"]{\\\\\",\"\\\\\":\"\\\\\\\"\"} {}",
          "event {\"a\":\"}\\\"]{\\\\\",\"\\\\\":\"\\\\\\\"\"}\nevent {}\nwhole");
}

static void a_list_is_cut_into_items_and_members(void)
{
    gives(KUBE_CUT_LIST,
          "{\"kind\":\"NodeList\",\"metadata\":{\"resourceVersion\":\"7\"},"
          "\"items\":[{\"a\":1}, {\"b\":[2]}],\"n\":-1.5e3 ,\"t\":true}\n",
          "member kind \"NodeList\"\nmember metadata {\"resourceVersion\":\"7\"}\n"
          "item {\"a\":1}\nitem {\"b\":[2]}\nmember n -1.5e3\nmember t true\nwhole");
    gives(KUBE_CUT_LIST, "{\"items\":[]}", "whole");
    gives(KUBE_CUT_LIST, "{\"items\":null}", "member items null\nwhole");
    gives(KUBE_CUT_LIST, "{}", "whole");
    gives(KUBE_CUT_LIST,
          "{\"metadata\":{\"items\":[1]},\"spec\":[{\"items\":[2]}]}",
          "member metadata {\"items\":[1]}\nmember spec [{\"items\":[2]}]\nwhole");
}

static void what_breaks_off_is_known_to(void)
{
    static const char *const watches[] = {"{", "{\"a", "{\"a\\", "{}{", "{\"a\":[1"};
    static const char *const lists[] = {
        "", "{", "{\"ite", "{\"items\":", "{\"items\":[", "{\"items\":[]", "{\"a\":1"};
    for (size_t i = 0; i < G_N_ELEMENTS(watches); i++) {
        g_autofree char *got = cut_up(KUBE_CUT_WATCH, mn_str_of(watches[i]), 1, ROOMY);
        EXPECT_TRUE(g_str_has_suffix(got, "broken off"));
    }
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
        g_autofree char *got = cut_up(KUBE_CUT_LIST, mn_str_of(lists[i]), 1, ROOMY);
        EXPECT_TRUE(g_str_has_suffix(got, "broken off"));
    }
}

static void what_does_not_belong_there_is_refused_with_its_place(void)
{
    static const struct {
        kube_cut_form form;
        const char *text, *want;
    } rows[] = {
        {KUBE_CUT_WATCH, "null", "byte 0: expected an event, an object, found 'n'"},
        {KUBE_CUT_WATCH, "[]", "byte 0: expected an event, an object, found '['"},
        {KUBE_CUT_WATCH, "\"{\"", "byte 0: expected an event, an object, found '\"'"},
        {KUBE_CUT_WATCH, "\x01", "byte 0: expected an event, an object, found byte 0x01"},
        {KUBE_CUT_LIST, "[]", "byte 0: expected a list, an object, found '['"},
        {KUBE_CUT_LIST, "<html>", "byte 0: expected a list, an object, found '<'"},
        {KUBE_CUT_LIST, "{,", "byte 1: expected a member or '}', found ','"},
        {KUBE_CUT_LIST, "{\"a\",", "byte 4: expected ':', found ','"},
        {KUBE_CUT_LIST, "{\"a\":,", "byte 5: expected a value, found ','"},
        {KUBE_CUT_LIST, "{\"items\":[7", "byte 10: expected an object or ']', found '7'"},
        {KUBE_CUT_LIST, "{\"items\":[,", "byte 10: expected an object or ']', found ','"},
        {KUBE_CUT_LIST, "{\"items\":[]]", "byte 11: expected ',' or '}', found ']'"},
        {KUBE_CUT_LIST, "{}{", "byte 2: expected nothing behind the list, found '{'"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        gives(rows[i].form, rows[i].text, rows[i].want);
    gives(KUBE_CUT_LIST, "{\"items\":[{},]", "item {}\nbyte 13: expected an object, found ']'");
    gives(KUBE_CUT_LIST, "{\"a\":1,}", "member a 1\nbyte 7: expected a member, found '}'");
    gives(KUBE_CUT_LIST, "{\"items\":[{}],\"items\":[{}]}", "item {}\nmember items [{}]\nwhole");
}

static void a_name_without_an_end_is_not_held(void)
{
    g_autofree char *long_key = g_strnfill(100, 'k');
    g_autofree char *text = g_strdup_printf("{\"%s\":1}", long_key);
    gives(KUBE_CUT_LIST, text, "a member's name is longer than 64 bytes");
}

static void an_object_that_is_too_large_comes_with_its_beginning_only(void)
{
    static const char text[] =
        "{\"items\":[{\"a\":\"0123456789\"},{\"b\":1}],\"c\":\"0123456789\"}";
    for (size_t piece = 1; piece < sizeof text; piece++) {
        g_autofree char *got = cut_up(KUBE_CUT_LIST, mn_str_of(text), piece, 10);
        EXPECT_STR(got, "item cut {\"a\":\"0123\nitem {\"b\":1}\nmember c cut \"012345678\nwhole");
    }
}

static bool refuse(const kube_cut *cut, void *data, GError **error)
{
    (void)cut;
    (void)data;
    g_set_error(error, MN_ERROR, MN_ERROR_LIMIT, "enough");
    return false;
}

static void who_is_called_may_end_the_stream(void)
{
    g_autoptr(kube_cutter) cutter = kube_cutter_new(KUBE_CUT_WATCH, ROOMY);
    g_autoptr(GError) error = NULL;
    EXPECT_TRUE(!kube_cutter_feed(cutter, MN_STR_LIT("{}{}"), refuse, NULL, &error));
    EXPECT_STR(error == NULL ? NULL : error->message, "enough");
}

/* However the network cuts it. */
static void recorded_streams_are_cut_alike_in_pieces_of_any_size(void)
{
    static const struct {
        const char *name;
        kube_cut_form form;
        size_t lines; /* jsonl of events; members and items of a list */
    } rows[] = {
        {"watch-nodes", KUBE_CUT_WATCH, 6},
        {"watch-nodes-rv0", KUBE_CUT_WATCH, 6},
        {"watch-runtimeclasses", KUBE_CUT_WATCH, 4},
        {"list-nodes", KUBE_CUT_LIST, 8},
        {"list-nodes-page1", KUBE_CUT_LIST, 5},
    };
    static const size_t pieces[] = {1, 2, 3, 7, 64, 1000};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        size_t len;
        g_autofree char *body = kube_recorded_body(rows[i].name, &len);
        const mn_str text = {.ptr = body, .len = len};
        g_autofree char *whole = cut_up(rows[i].form, text, len, ROOMY);
        size_t lines = 0;
        for (const char *at = whole; (at = strchr(at, '\n')) != NULL; at++)
            lines++;
        EXPECT_TRUE(g_str_has_suffix(whole, "\nwhole"));
        EXPECT_INT((int64_t)lines, (int64_t)rows[i].lines);
        for (size_t j = 0; j < G_N_ELEMENTS(pieces); j++) {
            g_autofree char *cut = cut_up(rows[i].form, text, pieces[j], ROOMY);
            EXPECT_STR(cut, whole);
        }
    }
}

extern CU_TestInfo suite_core_cutter[];
CU_TestInfo suite_core_cutter[] = {
    {"a watch is cut into its events", a_watch_is_cut_into_its_events},
    {"brackets and quotes in strings mean nothing", brackets_and_quotes_in_strings_mean_nothing},
    {"a list is cut into items and members", a_list_is_cut_into_items_and_members},
    {"what breaks off is known to", what_breaks_off_is_known_to},
    {"what does not belong there is refused with its place",
     what_does_not_belong_there_is_refused_with_its_place},
    {"a name without an end is not held", a_name_without_an_end_is_not_held},
    {"an object that is too large comes with its beginning only",
     an_object_that_is_too_large_comes_with_its_beginning_only},
    {"who is called may end the stream", who_is_called_may_end_the_stream},
    {"recorded streams are cut alike in pieces of any size",
     recorded_streams_are_cut_alike_in_pieces_of_any_size},
    CU_TEST_INFO_NULL,
};
