/* SPDX-License-Identifier: Apache-2.0 */
/* XML, and the JUnit report that CI systems read.
 *
 * XML 1.0 has no way to say most control characters: they come out as "\x1b", as they do
 * everywhere else in these programs.
 */
#ifndef SIMULATOR_XML_H
#define SIMULATOR_XML_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/* Between tags: line breaks and tabs stay. */
void mn_xml_text(GString *out, const char *text);

/* ` name="value"`, line breaks and tabs as references; nothing when `value` is NULL. */
void mn_xml_attribute(GString *out, const char *name, const char *value);

typedef enum mn_junit_result {
    MN_JUNIT_PASSED,
    MN_JUNIT_FAILED,
    MN_JUNIT_SKIPPED,
} mn_junit_result;

/* What is NULL or 0 is left out. */
typedef struct mn_junit_case {
    const char *name;       /* what was asked: "MU101 Linux workload may land on Windows" */
    const char *class_name; /* of what: CI systems group by it, at each dot */
    const char *file;
    size_t line;
    int64_t time_ms;
    mn_junit_result result;
    const char *type;    /* of a failure: "error", "MU101" */
    const char *message; /* of a failure or a skip, one line */
    const char *details; /* of a failure: any number of lines */
} mn_junit_case;

typedef struct mn_junit_suite {
    const char *name;
    const mn_junit_case *cases;
    size_t count;
} mn_junit_suite;

/* The whole document; the counts in it are counted here. */
void mn_junit_print(const char *name, const mn_junit_suite *suites, size_t count, GString *out);

#endif
