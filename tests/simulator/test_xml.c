/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/reports/xml.h"
#include "tests/support/expect.h"

static void text_is(const char *text, const char *want)
{
    g_autoptr(GString) out = g_string_new(NULL);
    mn_xml_text(out, text);
    EXPECT_STR(out->str, want);
}

static void attribute_is(const char *value, const char *want)
{
    g_autoptr(GString) out = g_string_new(NULL);
    mn_xml_attribute(out, "a", value);
    EXPECT_STR(out->str, want);
}

static void text_is_escaped(void)
{
    text_is("plain \"text\" it's", "plain \"text\" it's");
    text_is("a<b>&amp;", "a&lt;b&gt;&amp;amp;");
    text_is("one\n\ttwo", "one\n\ttwo");
    text_is("]]>", "]]&gt;");
    text_is("h\xc3\xa9llo", "h\xc3\xa9llo");
}

static void attributes_are_escaped(void)
{
    attribute_is("a\"b", " a=\"a&quot;b\"");
    attribute_is("one\ntwo\t", " a=\"one&#10;two&#9;\"");
    attribute_is("", " a=\"\"");
    attribute_is(NULL, "");
}

static void what_xml_cannot_say_is_shown(void)
{
    text_is("\x1b[31m\r", "\\x1b[31m\\x0d");
    text_is("caf\xe9 <\xff", "caf\\xe9 &lt;\\xff");
    text_is("a\xef\xbf\xbe\xef\xbf\xbf", "a\\ufffe\\uffff");
}

static void junit_counts_and_orders_as_it_is_told(void)
{
    static const mn_junit_case cases[] = {
        {.name = "fits", .class_name = "a.b"},
        {.name = "<fails>",
         .class_name = "a.b",
         .file = "x.yaml",
         .line = 7,
         .time_ms = 1250,
         .result = MN_JUNIT_FAILED,
         .type = "error",
         .message = "a & b",
         .details = "one\ntwo"},
        {.name = "later", .result = MN_JUNIT_SKIPPED, .message = "ignored"},
    };
    const mn_junit_suite suites[] = {
        {.name = "first", .cases = cases, .count = G_N_ELEMENTS(cases)},
        {.name = "second"},
    };
    g_autoptr(GString) out = g_string_new(NULL);
    mn_junit_print("mullion", suites, G_N_ELEMENTS(suites), out);
    EXPECT_STR(out->str,
               "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
               "<testsuites name=\"mullion\" tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\" "
               "time=\"1.250\">\n"
               "  <testsuite name=\"first\" tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\" "
               "time=\"1.250\">\n"
               "    <testcase name=\"fits\" classname=\"a.b\" time=\"0.000\"/>\n"
               "    <testcase name=\"&lt;fails&gt;\" classname=\"a.b\" file=\"x.yaml\" line=\"7\" "
               "time=\"1.250\">\n"
               "      <failure type=\"error\" message=\"a &amp; b\">one\ntwo</failure>\n"
               "    </testcase>\n"
               "    <testcase name=\"later\" time=\"0.000\">\n"
               "      <skipped message=\"ignored\"/>\n"
               "    </testcase>\n"
               "  </testsuite>\n"
               "  <testsuite name=\"second\" tests=\"0\" failures=\"0\" errors=\"0\" "
               "skipped=\"0\" time=\"0.000\">\n"
               "  </testsuite>\n"
               "</testsuites>\n");
}

extern CU_TestInfo suite_simulator_xml[];
CU_TestInfo suite_simulator_xml[] = {
    {"text is escaped", text_is_escaped},
    {"attributes are escaped", attributes_are_escaped},
    {"what XML cannot say is shown", what_xml_cannot_say_is_shown},
    {"JUnit counts and orders as it is told", junit_counts_and_orders_as_it_is_told},
    CU_TEST_INFO_NULL,
};
