/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/base/error.h"
#include "mullion/io/gzip.h"
#include "tests/support/expect.h"

#include <string.h>
#include <zlib.h>

static GByteArray *packed(const char *text, size_t len)
{
    GByteArray *out = g_byte_array_new();
    z_stream stream = {0};

    g_assert(deflateInit2(&stream, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    g_byte_array_set_size(out, (guint)deflateBound(&stream, len));
    g_autofree Bytef *input = g_memdup2(text, len);
    stream.next_in = input;
    stream.avail_in = (uInt)len;
    stream.next_out = out->data;
    stream.avail_out = out->len;
    g_assert(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    g_byte_array_set_size(out, (guint)stream.total_out);
    deflateEnd(&stream);
    return out;
}

static mn_str bytes_of(const GByteArray *array)
{
    return (mn_str){.ptr = (const char *)array->data, .len = array->len};
}

static void unpacks_to(mn_str bytes, size_t max, const char *want)
{
    g_autoptr(GError) error = NULL;
    size_t len = 0;
    g_autofree char *got = mn_gzip_unpack(bytes, max, &len, &error);
    EXPECT_STR(error != NULL ? error->message : got, want);
    EXPECT_INT((int64_t)len, (int64_t)strlen(want));
}

static void is_refused(mn_str bytes, size_t max, mn_error code, const char *message)
{
    g_autoptr(GError) error = NULL;
    size_t len = 0;
    g_autofree char *got = mn_gzip_unpack(bytes, max, &len, &error);
    EXPECT_STR(got, NULL);
    EXPECT_STR(error != NULL ? error->message : NULL, message);
    EXPECT_INT(error != NULL ? error->code : -1, code);
}

static void what_was_packed_comes_back(void)
{
    g_autoptr(GByteArray) hello = packed("hello", 5);
    g_autoptr(GByteArray) nothing = packed("", 0);
    g_autofree char *zeros = g_strnfill(1000000, '0');
    g_autoptr(GByteArray) many = packed(zeros, 1000000);

    EXPECT_TRUE(mn_gzip_is(bytes_of(hello)));
    EXPECT_TRUE(!mn_gzip_is(MN_STR_LIT("{}")));
    EXPECT_TRUE(!mn_gzip_is(MN_STR_LIT("\x1f")));
    unpacks_to(bytes_of(hello), 5, "hello");
    unpacks_to(bytes_of(nothing), 0, "");
    unpacks_to(bytes_of(many), 1000000, zeros);
}

static void members_follow_each_other(void)
{
    g_autoptr(GByteArray) both = packed("one ", 4);
    g_autoptr(GByteArray) second = packed("two", 3);

    g_byte_array_append(both, second->data, second->len);
    unpacks_to(bytes_of(both), 100, "one two");
    g_byte_array_append(both, (const guint8 *)"\0\0\0", 3);
    unpacks_to(bytes_of(both), 100, "one two");
    g_byte_array_append(both, (const guint8 *)"junk", 4);
    is_refused(bytes_of(both),
               100,
               MN_ERROR_SYNTAX,
               "damaged gzip: incorrect header check; pack it again or give the plain file");
}

static void the_cap_holds_however_small_the_input(void)
{
    g_autofree char *zeros = g_strnfill(8000000, '0');
    g_autoptr(GByteArray) bomb = packed(zeros, 8000000);

    EXPECT_TRUE(bomb->len < 10000);
    is_refused(
        bytes_of(bomb), 7999999, MN_ERROR_LIMIT, "unpacks to more than 7999999 bytes; split it");
    is_refused(bytes_of(bomb), 0, MN_ERROR_LIMIT, "unpacks to more than 0 bytes; split it");
}

static void damage_is_seen_wherever_it_is(void)
{
    g_autoptr(GByteArray) whole = packed("hello, hello, hello", 19);

    for (size_t len = 2; len < whole->len; len++)
        is_refused((mn_str){.ptr = (const char *)whole->data, .len = len},
                   100,
                   MN_ERROR_SYNTAX,
                   "damaged gzip: it is cut off; pack it again or give the plain file");
    whole->data[whole->len - 8] ^= 1;
    is_refused(bytes_of(whole),
               100,
               MN_ERROR_SYNTAX,
               "damaged gzip: incorrect data check; pack it again or give the plain file");
}

extern CU_TestInfo suite_core_gzip[];
CU_TestInfo suite_core_gzip[] = {
    {"what was packed comes back", what_was_packed_comes_back},
    {"members follow each other", members_follow_each_other},
    {"the cap holds however small the input", the_cap_holds_however_small_the_input},
    {"damage is seen wherever it is", damage_is_seen_wherever_it_is},
    CU_TEST_INFO_NULL,
};
