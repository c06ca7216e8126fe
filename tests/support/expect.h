/* SPDX-License-Identifier: Apache-2.0 */
/* CUnit's own assertions do not print values; these do. Functions behind one call each, so
 * that an assertion does not count as a nested block.
 */
#ifndef TESTS_SUPPORT_EXPECT_H
#define TESTS_SUPPORT_EXPECT_H

#include <CUnit/CUnit.h>
#include <glib.h>
#include <inttypes.h>
#include <stdbool.h>

#define EXPECT_INT(got, want)  expect_int((got), (want), #got, __FILE__, __LINE__)
#define EXPECT_TRUE(condition) expect_true((condition), #condition, __FILE__, __LINE__)
#define EXPECT_STR(got, want)  expect_str((got), (want), #got, __FILE__, __LINE__)

static inline void expect_true(bool holds, const char *what, const char *file, int line)
{
    CU_assertImplementation(holds, (unsigned)line, what, file, "", CU_FALSE);
}

static inline void expect_int(int64_t got, int64_t want, const char *what, const char *file,
                              int line)
{
    g_autofree char *text = g_strdup_printf("%s: got %" PRId64 ", want %" PRId64, what, got, want);
    expect_true(got == want, text, file, line);
}

static inline void expect_str(const char *got, const char *want, const char *what, const char *file,
                              int line)
{
    g_autofree char *text = g_strdup_printf("%s: got \"%s\", want \"%s\"",
                                            what,
                                            got != NULL ? got : "(null)",
                                            want != NULL ? want : "(null)");
    expect_true(g_strcmp0(got, want) == 0, text, file, line);
}

#endif
