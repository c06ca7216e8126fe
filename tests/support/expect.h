/* SPDX-License-Identifier: Apache-2.0 */
/* CUnit's own assertions do not print values; these do. */
#ifndef TESTS_SUPPORT_EXPECT_H
#define TESTS_SUPPORT_EXPECT_H

#include <CUnit/CUnit.h>
#include <glib.h>
#include <inttypes.h>
#include <stdbool.h>

#define EXPECT_INT(got, want)                                                            \
    do {                                                                                 \
        const int64_t got_ = (got), want_ = (want);                                      \
        g_autofree char *text_ =                                                         \
            g_strdup_printf("%s: got %" PRId64 ", want %" PRId64, #got, got_, want_);    \
        CU_assertImplementation(got_ == want_, __LINE__, text_, __FILE__, "", CU_FALSE); \
    } while (0)

#define EXPECT_TRUE(condition) CU_ASSERT(condition)

#define EXPECT_STR(got, want)                                                      \
    do {                                                                           \
        const char *got_ = (got), *want_ = (want);                                 \
        g_autofree char *text_ = g_strdup_printf("%s: got \"%s\", want \"%s\"",    \
                                                 #got,                             \
                                                 got_ ? got_ : "(null)",           \
                                                 want_ ? want_ : "(null)");        \
        CU_assertImplementation(                                                   \
            g_strcmp0(got_, want_) == 0, __LINE__, text_, __FILE__, "", CU_FALSE); \
    } while (0)

#endif
