/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/reports/xml.h"

#include "simulator/reports/layout.h"

#include <inttypes.h>
#include <string.h>

/* What has a meaning in XML, and what takes its place. */
static const struct {
    char c;
    const char *text, *attribute;
} escapes[] = {
    {'&', "&amp;", "&amp;"},
    {'<', "&lt;", "&lt;"},
    {'>', "&gt;", "&gt;"},
    {'"', "\"", "&quot;"},
    {'\n', "\n", "&#10;"},
    {'\t', "\t", "&#9;"},
};

static const char *escape_of(char c, bool in_attribute)
{
    for (size_t i = 0; i < G_N_ELEMENTS(escapes); i++) {
        if (escapes[i].c == c)
            return in_attribute ? escapes[i].attribute : escapes[i].text;
    }
    return NULL;
}

/* Noncharacters are UTF-8, but not XML. */
static bool is_noncharacter(const char *text)
{
    return g_str_has_prefix(text, "\xef\xbf\xbe") || g_str_has_prefix(text, "\xef\xbf\xbf");
}

static void append_escaped(GString *out, const char *text, bool in_attribute)
{
    g_autoptr(GString) run = g_string_new(NULL);
    while (*text != '\0') {
        const char *escape = escape_of(*text, in_attribute);
        size_t len = 0;
        while (text[len] != '\0' && escape_of(text[len], in_attribute) == NULL &&
               !is_noncharacter(text + len))
            len++;
        if (len > 0) {
            g_string_truncate(run, 0);
            g_string_append_len(run, text, (gssize)len);
            mn_append_plain(out, run->str);
            text += len;
        } else if (escape != NULL) {
            g_string_append(out, escape);
            text++;
        } else {
            g_string_append_printf(out, "\\u%s", text[2] == '\xbe' ? "fffe" : "ffff");
            text += 3;
        }
    }
}

void mn_xml_text(GString *out, const char *text)
{
    append_escaped(out, text, false);
}

void mn_xml_attribute(GString *out, const char *name, const char *value)
{
    if (value == NULL)
        return;
    g_string_append_printf(out, " %s=\"", name);
    append_escaped(out, value, true);
    g_string_append_c(out, '"');
}

/* ---- JUnit */

typedef struct tally {
    size_t tests, failures, skipped;
    int64_t time_ms;
} tally;

static void count_suite(const mn_junit_suite *suite, tally *sum)
{
    for (size_t i = 0; i < suite->count; i++) {
        sum->tests++;
        sum->failures += suite->cases[i].result == MN_JUNIT_FAILED;
        sum->skipped += suite->cases[i].result == MN_JUNIT_SKIPPED;
        sum->time_ms += suite->cases[i].time_ms;
    }
}

static void append_seconds(GString *out, int64_t ms)
{
    g_string_append_printf(out, " time=\"%" PRId64 ".%03d\"", ms / 1000, (int)(ms % 1000));
}

static void append_tally(GString *out, const tally *sum)
{
    g_string_append_printf(out,
                           " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\"",
                           sum->tests,
                           sum->failures,
                           sum->skipped);
    append_seconds(out, sum->time_ms);
    g_string_append(out, ">\n");
}

static void append_failure(GString *out, const mn_junit_case *one)
{
    g_string_append(out, "      <failure");
    mn_xml_attribute(out, "type", one->type);
    mn_xml_attribute(out, "message", one->message);
    g_string_append_c(out, '>');
    mn_xml_text(out, one->details == NULL ? "" : one->details);
    g_string_append(out, "</failure>\n");
}

static void append_skip(GString *out, const mn_junit_case *one)
{
    g_string_append(out, "      <skipped");
    mn_xml_attribute(out, "message", one->message);
    g_string_append(out, "/>\n");
}

static void append_case(GString *out, const mn_junit_case *one)
{
    g_string_append(out, "    <testcase");
    mn_xml_attribute(out, "name", one->name);
    mn_xml_attribute(out, "classname", one->class_name);
    mn_xml_attribute(out, "file", one->file);
    if (one->line > 0)
        g_string_append_printf(out, " line=\"%zu\"", one->line);
    append_seconds(out, one->time_ms);
    switch (one->result) {
    case MN_JUNIT_PASSED:
        g_string_append(out, "/>\n");
        return;
    case MN_JUNIT_FAILED:
        g_string_append(out, ">\n");
        append_failure(out, one);
        break;
    case MN_JUNIT_SKIPPED:
        g_string_append(out, ">\n");
        append_skip(out, one);
        break;
    }
    g_string_append(out, "    </testcase>\n");
}

static void append_suite(GString *out, const mn_junit_suite *suite)
{
    tally sum = {0};
    count_suite(suite, &sum);
    g_string_append(out, "  <testsuite");
    mn_xml_attribute(out, "name", suite->name);
    append_tally(out, &sum);
    for (size_t i = 0; i < suite->count; i++)
        append_case(out, &suite->cases[i]);
    g_string_append(out, "  </testsuite>\n");
}

void mn_junit_print(const char *name, const mn_junit_suite *suites, size_t count, GString *out)
{
    tally sum = {0};
    for (size_t i = 0; i < count; i++)
        count_suite(&suites[i], &sum);
    g_string_append(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
    mn_xml_attribute(out, "name", name);
    append_tally(out, &sum);
    for (size_t i = 0; i < count; i++)
        append_suite(out, &suites[i]);
    g_string_append(out, "</testsuites>\n");
}
