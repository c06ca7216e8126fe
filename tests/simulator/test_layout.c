/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/reports/layout.h"
#include "simulator/reports/phrase.h"
#include "tests/support/expect.h"

static const mn_page plain = {0};

static void comes_out_as(const char *text, const char *want)
{
    g_autoptr(GString) out = g_string_new(NULL);
    mn_append_plain(out, text);
    EXPECT_STR(out->str, want);
}

static void foreign_text_cannot_steer_the_terminal(void)
{
    comes_out_as("a b", "a b");
    comes_out_as("h\xc3\xa9llo \xe2\x9c\x93", "h\xc3\xa9llo \xe2\x9c\x93");
    comes_out_as("\x1b[31m", "\\x1b[31m");
    comes_out_as("a\r\nb\t", "a\\x0d\\x0ab\\x09");
    comes_out_as("\xc2\x9b", "\\x9b");
    comes_out_as("\xe2\x80\xae", "\\u202e");
    comes_out_as("caf\xe9", "caf\\xe9");
    comes_out_as("\xff\xc3", "\\xff\\xc3");
}

static void is_wide(const char *text, int64_t columns)
{
    EXPECT_INT((int64_t)mn_display_width(text), columns);
}

static void wide_characters_take_two_columns_and_accents_none(void)
{
    is_wide("abc", 3);
    is_wide("\xc3\xa9", 1);
    is_wide("e\xcc\x81", 1);
    is_wide("\xe7\xaa\x93", 2);
    is_wide("", 0);
}

static void wraps_to(size_t columns, size_t indent, const char *text, const char *want)
{
    g_autoptr(GString) out = g_string_new(NULL);
    const mn_page page = {.columns = columns};
    mn_append_wrapped(out, &page, MN_INK_PLAIN, indent, text);
    EXPECT_STR(out->str, want);
}

static void lines_break_at_blanks(void)
{
    wraps_to(0, 2, "as long as it takes", "as long as it takes");
    wraps_to(10, 0, "one two three", "one two\nthree");
    wraps_to(10, 0, "exactly 10", "exactly 10");
    wraps_to(10, 0, "exactly 10s", "exactly\n10s");
    wraps_to(10, 4, "one two three", "one\n    two\n    three");
    wraps_to(5, 0, "incomprehensible word", "incomprehensible\nword");
    wraps_to(5, 0, "a incomprehensible", "a\nincomprehensible");
    wraps_to(3, 9, "a b c", "a\n         b\n         c");
    wraps_to(20, 2, "one\n\ntwo", "one\n\n  two");
    wraps_to(
        6, 0, "\xe7\xaa\x93\xe7\xaa\x93 \xe7\xaa\x93", "\xe7\xaa\x93\xe7\xaa\x93\n\xe7\xaa\x93");
}

static mn_grid *sample(void)
{
    mn_grid *grid = mn_grid_new();
    mn_grid_head(grid, "NAME", false);
    mn_grid_head(grid, "PODS", true);
    mn_grid_head(grid, "WHY", false);
    mn_grid_end_row(grid);
    mn_grid_cell(grid, MN_INK_PLAIN, "\xe7\xaa\x93");
    mn_grid_cell(grid, MN_INK_GOOD, "1");
    mn_grid_cell(grid, MN_INK_PLAIN, "");
    mn_grid_end_row(grid);
    mn_grid_cell(grid, MN_INK_PLAIN, "longer");
    mn_grid_cellf(grid, MN_INK_PLAIN, "%d", 23456);
    mn_grid_cell(grid, MN_INK_BAD, "every node has something against it");
    mn_grid_remark(grid, MN_INK_DIM, 2, "below");
    mn_grid_end_row(grid);
    return grid;
}

static void prints_as(const mn_page *page, const char *want)
{
    g_autoptr(mn_grid) grid = sample();
    g_autoptr(GString) out = g_string_new(NULL);
    mn_grid_print(grid, page, out);
    EXPECT_STR(out->str, want);
}

static void columns_are_aligned_by_display_width(void)
{
    prints_as(&plain,
              "NAME     PODS  WHY\n"
              "\xe7\xaa\x93          1\n"
              "longer  23456  every node has something against it\n"
              "  below\n");
}

static void the_last_column_wraps_on_a_narrow_page(void)
{
    prints_as(&(mn_page){.columns = 40},
              "NAME     PODS  WHY\n"
              "\xe7\xaa\x93          1\n"
              "longer  23456  every node has something\n"
              "               against it\n"
              "  below\n");
    /* no room for a column: the terminal wraps as it likes */
    prints_as(&(mn_page){.columns = 20},
              "NAME     PODS  WHY\n"
              "\xe7\xaa\x93          1\n"
              "longer  23456  every node has something against it\n"
              "  below\n");
}

static void colours_change_no_column(void)
{
    prints_as(&(mn_page){.color = true, .columns = 80},
              "\x1b[2mNAME\x1b[0m     \x1b[2mPODS\x1b[0m  \x1b[2mWHY\x1b[0m\n"
              "\xe7\xaa\x93          \x1b[32m1\x1b[0m\n"
              "longer  23456  \x1b[1;31mevery node has something against it\x1b[0m\n"
              "  \x1b[2mbelow\x1b[0m\n");
}

static void counts_as(size_t count, const char *noun, const char *want)
{
    g_autoptr(GString) out = g_string_new(NULL);
    mn_phrase_count(out, count, noun);
    EXPECT_STR(out->str, want);
}

static void nouns_get_their_plural(void)
{
    counts_as(1, "Pod", "1 Pod");
    counts_as(0, "Pod", "0 Pods");
    counts_as(2, "RuntimeClass", "2 RuntimeClasses");
    counts_as(2, "NetworkPolicy", "2 NetworkPolicies");
    counts_as(2, "Gateway", "2 Gateways");
    counts_as(2, "Ingress", "2 Ingresses");
    counts_as(2, "Endpoints", "2 Endpoints");
    counts_as(2, "Box", "2 Boxes");
    counts_as(2, "", "2 s");
}

static void amounts_to(int64_t milli_cpu, const char *cpu, int64_t bytes, const char *memory)
{
    g_autoptr(GString) out = g_string_new(NULL);
    mn_phrase_cpu(out, milli_cpu);
    EXPECT_STR(out->str, cpu);
    g_string_truncate(out, 0);
    mn_phrase_memory(out, bytes);
    EXPECT_STR(out->str, memory);
}

static void amounts_are_short(void)
{
    const int64_t ki = 1024, mi = ki * 1024, gi = mi * 1024;
    amounts_to(0, "0", 0, "0");
    amounts_to(100, "0.1", 1023, "1023");
    amounts_to(1000, "1", ki, "1Ki");
    amounts_to(2250, "2.25", 300 * mi, "300Mi");
    amounts_to(1, "0.001", gi + gi / 2, "1.5Gi");
    amounts_to(10000, "10", 101 * gi + gi / 2, "101Gi");
    amounts_to(123456, "123.456", 5200 * mi, "5Gi");
    amounts_to(INT64_MAX, "9223372036854775.807", INT64_MAX, "7.9Ei");
}

extern CU_TestInfo suite_simulator_layout[];
CU_TestInfo suite_simulator_layout[] = {
    {"foreign text cannot steer the terminal", foreign_text_cannot_steer_the_terminal},
    {"wide characters take two columns and accents none",
     wide_characters_take_two_columns_and_accents_none},
    {"lines break at blanks", lines_break_at_blanks},
    {"columns are aligned by display width", columns_are_aligned_by_display_width},
    {"the last column wraps on a narrow page", the_last_column_wraps_on_a_narrow_page},
    {"colours change no column", colours_change_no_column},
    {"nouns get their plural", nouns_get_their_plural},
    {"amounts are short", amounts_are_short},
    CU_TEST_INFO_NULL,
};
