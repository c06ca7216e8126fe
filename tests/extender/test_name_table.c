/* SPDX-License-Identifier: Apache-2.0 */
#include "extender/name_table.h"
#include "tests/support/expect.h"

enum { MANY = 20000 };

static void every_name_is_found_and_no_other(void)
{
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    g_autofree mn_str *names = g_new(mn_str, MANY);
    char prefix[45];
    memset(prefix, 'a', sizeof prefix);
    for (int i = 0; i < MANY; i++) {
        char *text = g_strdup_printf("%.*snode-%d", i % 45, prefix, i);
        g_ptr_array_add(texts, text);
        names[i] = mn_str_of(text);
    }
    g_autoptr(ext_name_table) table = ext_name_table_new(names, MANY);
    size_t wrong = 0;
    for (uint32_t i = 0; i < MANY; i++) {
        g_autofree char *other = g_strdup_printf("node-%ux", i);
        wrong += ext_name_table_find(table, names[i]) == i ? 0 : 1;
        wrong += ext_name_table_find(table, mn_str_of(other)) == EXT_NAME_UNKNOWN ? 0 : 1;
        mn_str shorter = {.ptr = names[i].ptr, .len = names[i].len - 1};
        uint32_t found = ext_name_table_find(table, shorter);
        wrong += found == EXT_NAME_UNKNOWN || mn_str_eq(names[found], shorter) ? 0 : 1;
    }
    EXPECT_INT((int64_t)wrong, 0);
}

static void odd_names_are_names_too(void)
{
    const mn_str names[] = {MN_STR_LIT(""),
                            MN_STR_LIT("a"),
                            MN_STR_LIT("a\0b"),
                            MN_STR_LIT("12345678"),
                            MN_STR_LIT("123456789"),
                            MN_STR_LIT("\xc3\xa9")};
    g_autoptr(ext_name_table) table = ext_name_table_new(names, G_N_ELEMENTS(names));
    for (uint32_t i = 0; i < G_N_ELEMENTS(names); i++)
        EXPECT_INT(ext_name_table_find(table, names[i]), i);
    EXPECT_INT(ext_name_table_find(table, MN_STR_LIT("a\0c")), EXT_NAME_UNKNOWN);
}

static void an_empty_table_knows_nothing(void)
{
    g_autoptr(ext_name_table) table = ext_name_table_new(NULL, 0);
    EXPECT_INT(ext_name_table_find(table, MN_STR_LIT("a")), EXT_NAME_UNKNOWN);
    EXPECT_INT(ext_name_table_find(table, MN_STR_LIT("")), EXT_NAME_UNKNOWN);
}

static void of_equal_names_the_last_counts(void)
{
    const mn_str names[] = {MN_STR_LIT("a"), MN_STR_LIT("b"), MN_STR_LIT("a")};
    g_autoptr(ext_name_table) table = ext_name_table_new(names, 3);
    EXPECT_INT(ext_name_table_find(table, MN_STR_LIT("a")), 2);
}

static void each_name_gets_its_value(void)
{
    const mn_str names[] = {MN_STR_LIT("a"), MN_STR_LIT("b"), MN_STR_LIT("c")};
    const mn_str asked[] = {MN_STR_LIT("c"), MN_STR_LIT("x"), MN_STR_LIT("a"), MN_STR_LIT("c")};
    const uint16_t values[] = {7, 8, 9};
    uint16_t got[G_N_ELEMENTS(asked)];
    g_autoptr(ext_name_table) table = ext_name_table_new(names, G_N_ELEMENTS(names));
    ext_name_table_map(table, asked, G_N_ELEMENTS(asked), values, 99, got);
    EXPECT_INT(got[0], 9);
    EXPECT_INT(got[1], 99);
    EXPECT_INT(got[2], 7);
    EXPECT_INT(got[3], 9);
}

#define TEST(function)      \
    {                       \
#function, function \
    }
CU_TestInfo suite_extender_name_table[] = {
    TEST(every_name_is_found_and_no_other),
    TEST(odd_names_are_names_too),
    TEST(an_empty_table_knows_nothing),
    TEST(of_equal_names_the_last_counts),
    TEST(each_name_gets_its_value),
    CU_TEST_INFO_NULL,
};
