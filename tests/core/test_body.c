/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE /* NOLINT(*): mincore() */

#include "core/httpd/body.h"
#include "tests/support/expect.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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

enum { MIB = 1 << 20 };

/* Of a buffer that is mapped. */
static size_t resident_bytes(const mn_body *body)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t pages = (body->capacity + page - 1) / page;
    g_autofree unsigned char *in_core = g_malloc0(pages);
    size_t found = 0;
    if (mincore(body->bytes, body->capacity, in_core) != 0)
        g_error("cannot ask for the pages of a body");
    for (size_t i = 0; i < pages; i++)
        found += in_core[i] & 1;
    return found * page;
}

/* Whatever was announced, and whether the system has huge pages: at most a quarter more than
 * came, and the pages on which it begins and ends. */
static void a_body_holds_little_more_than_has_come(void)
{
    static const size_t announced[] = {600 << 10, 3 * MIB, 8 * MIB, 60 * MIB, 128 * MIB};
    g_autofree char *piece = g_strnfill(MIB, 'x');
    for (size_t i = 0; i < G_N_ELEMENTS(announced); i++) {
        mn_body body = {0};
        EXPECT_INT(mn_body_begin(&body, announced[i], SIZE_MAX), MN_BODY_OK);
        EXPECT_INT(mn_body_append(&body, "0123456789", 10), MN_BODY_OK);
        EXPECT_TRUE(resident_bytes(&body) <= 128 << 10);
        while (body.len + MIB <= MIN(announced[i], (size_t)20 * MIB)) {
            EXPECT_INT(mn_body_append(&body, piece, MIB), MN_BODY_OK);
            EXPECT_TRUE(resident_bytes(&body) >= body.len);
            EXPECT_TRUE(resident_bytes(&body) <= body.len + body.len / 4 + (128 << 10));
        }
        mn_body_clear(&body);
    }
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
    TEST(a_body_holds_little_more_than_has_come),
    CU_TEST_INFO_NULL,
};
