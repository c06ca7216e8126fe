/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/reports/markdown.h"
#include "tests/support/expect.h"

static void text_is(const char *text, const char *want)
{
    g_autoptr(GString) out = g_string_new(NULL);
    mn_markdown_text(out, text);
    EXPECT_STR(out->str, want);
}

static void code_is(const char *text, const char *want)
{
    g_autoptr(GString) out = g_string_new(NULL);
    mn_markdown_code(out, text);
    EXPECT_STR(out->str, want);
}

static void block_is(const char *text, const char *want)
{
    g_autoptr(GString) out = g_string_new(NULL);
    mn_markdown_block(out, "yaml", text);
    EXPECT_STR(out->str, want);
}

static void foreign_text_is_no_markup(void)
{
    text_is("a name-of.it: 5", "a name-of.it: 5");
    text_is("<img src=x>&", "&lt;img src=x&gt;&amp;");
    text_is("*b* [l](u) `c` a|b \\", "\\*b\\* \\[l\\](u) \\`c\\` a\\|b \\\\");
    text_is("snake_case _em_", "snake_case \\_em\\_");
    text_is("nginx@sha256:1", "nginx@<!-- -->sha256:1");
    text_is("two\nlines", "two lines");
    text_is("\x1b[0m", "\\x1b\\[0m");
}

static void code_takes_as_many_backticks_as_it_needs(void)
{
    code_is("a|b <c>", "`a|b <c>`");
    code_is("a`b", "``a`b``");
    code_is("`a``b", "``` `a``b ```");
    code_is("one\ntwo", "`one two`");
    code_is("", "");
    block_is("a: 1\nb: 2\n", "```yaml\na: 1\nb: 2\n```\n");
    block_is("a: ```", "````yaml\na: ```\n````\n");
}

static void tables_read_well_in_the_source_too(void)
{
    g_autoptr(mn_markdown_table) table = mn_markdown_table_new();
    mn_markdown_head(table, "Name", false);
    mn_markdown_head(table, "Count", true);
    mn_markdown_cell_code(table, "a|b");
    mn_markdown_cellf(table, "%d", 5);
    mn_markdown_cell(table, "<longer> one");
    mn_markdown_cell_markup(table, "**17**");
    g_autoptr(GString) out = g_string_new(NULL);
    mn_markdown_table_print(table, out);
    EXPECT_STR(out->str,
               "| Name               |  Count |\n"
               "| ------------------ | -----: |\n"
               "| `a\\|b`             |      5 |\n"
               "| &lt;longer&gt; one | **17** |\n");
}

extern CU_TestInfo suite_simulator_markdown[];
CU_TestInfo suite_simulator_markdown[] = {
    {"foreign text is no markup", foreign_text_is_no_markup},
    {"code takes as many backticks as it needs", code_takes_as_many_backticks_as_it_needs},
    {"tables read well in the source too", tables_read_well_in_the_source_too},
    CU_TEST_INFO_NULL,
};
