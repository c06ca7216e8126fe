/* SPDX-License-Identifier: Apache-2.0 */
#include "core/httpd/body.h"
#include "tests/support/expect.h"

#include <string.h>

static void a_known_length_is_allocated_once(void)
{
    mn_body body = {0};
    EXPECT_INT(mn_body_begin(&body, 100000, 100000), MN_BODY_OK);
    const char *first = body.bytes;
    for (int i = 0; i < 1000; i++)
        EXPECT_INT(
            mn_body_append(
                &body,
                "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789",
                100),
            MN_BODY_OK);
    EXPECT_TRUE(body.bytes == first);
    mn_str text = mn_body_text(&body);
    EXPECT_INT((int64_t)text.len, 100000);
    EXPECT_TRUE(text.ptr[99999] == '9');
    for (size_t i = 0; i < MN_BODY_PADDING; i++)
        EXPECT_TRUE(text.ptr[text.len + i] == '\0');
    mn_body_clear(&body);
}

static void an_unknown_length_grows_up_to_the_cap(void)
{
    mn_body body = {0};
    char piece[1000];
    memset(piece, 'x', sizeof piece);
    EXPECT_INT(mn_body_begin(&body, MN_BODY_LENGTH_UNKNOWN, 50500), MN_BODY_OK);
    for (int i = 0; i < 50; i++)
        EXPECT_INT(mn_body_append(&body, piece, sizeof piece), MN_BODY_OK);
    EXPECT_INT(mn_body_append(&body, piece, sizeof piece), MN_BODY_TOO_LARGE);
    EXPECT_INT(mn_body_append(&body, piece, 500), MN_BODY_OK);
    EXPECT_INT((int64_t)mn_body_text(&body).len, 50500);
    EXPECT_TRUE(body.capacity <= 50500 + 2 * MN_BODY_PADDING);
    mn_body_clear(&body);
}

static void more_than_the_cap_is_refused_before_anything_is_allocated(void)
{
    mn_body body = {0};
    EXPECT_INT(mn_body_begin(&body, 1001, 1000), MN_BODY_TOO_LARGE);
    EXPECT_INT(mn_body_begin(&body, UINT64_MAX - 1, 1000), MN_BODY_TOO_LARGE);
    EXPECT_TRUE(body.bytes == NULL);
    EXPECT_INT(mn_body_begin(&body, SIZE_MAX - 200, SIZE_MAX), MN_BODY_NO_MEMORY);
    EXPECT_INT(mn_body_begin(&body, SIZE_MAX - 1, SIZE_MAX), MN_BODY_NO_MEMORY);
    mn_body_clear(&body);
}

static void small_buffers_are_kept_and_large_ones_given_back(void)
{
    mn_body body = {0};
    EXPECT_INT(mn_body_begin(&body, 65000, 100 << 20), MN_BODY_OK);
    mn_body_trim(&body);
    EXPECT_TRUE(body.bytes != NULL);
    EXPECT_INT(mn_body_begin(&body, 60 << 20, 100 << 20), MN_BODY_OK);
    mn_body_trim(&body);
    EXPECT_TRUE(body.bytes == NULL);
    EXPECT_INT((int64_t)mn_body_text(&body).len, 0);
}

#define TEST(function)      \
    {                       \
#function, function \
    }
CU_TestInfo suite_core_body[] = {
    TEST(a_known_length_is_allocated_once),
    TEST(an_unknown_length_grows_up_to_the_cap),
    TEST(more_than_the_cap_is_refused_before_anything_is_allocated),
    TEST(small_buffers_are_kept_and_large_ones_given_back),
    CU_TEST_INFO_NULL,
};
