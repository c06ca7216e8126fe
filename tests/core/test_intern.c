/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/base/intern.h"
#include "tests/support/expect.h"

static void equal_texts_share_an_id(void)
{
    g_autoptr(mn_intern) intern = mn_intern_new();
    EXPECT_INT(mn_intern_add(intern, "a"), 0);
    EXPECT_INT(mn_intern_add(intern, ""), 1);
    EXPECT_INT(mn_intern_add(intern, "a"), 0);
    EXPECT_INT((int64_t)mn_intern_count(intern), 2);
    EXPECT_STR(mn_intern_text(intern, 0), "a");
    EXPECT_STR(mn_intern_text(intern, 1), "");
}

static void looking_up_does_not_add(void)
{
    g_autoptr(mn_intern) intern = mn_intern_new();
    EXPECT_TRUE(mn_intern_find(intern, "x") == MN_INTERN_NONE);
    EXPECT_INT((int64_t)mn_intern_count(intern), 0);
}

static void texts_stay_where_they_are(void)
{
    g_autoptr(mn_intern) intern = mn_intern_new();
    mn_intern_add(intern, "first");
    const char *first = mn_intern_text(intern, 0);
    for (int i = 0; i < 5000; i++) {
        g_autofree char *text = g_strdup_printf("text %d", i);
        EXPECT_INT(mn_intern_add(intern, text), i + 1);
    }
    EXPECT_TRUE(first == mn_intern_text(intern, 0));
    EXPECT_INT(mn_intern_find(intern, "text 4999"), 5000);
}

extern CU_TestInfo suite_core_intern[];
CU_TestInfo suite_core_intern[] = {
    {"equal texts share an id", equal_texts_share_an_id},
    {"looking up does not add", looking_up_does_not_add},
    {"texts stay where they are", texts_stay_where_they_are},
    CU_TEST_INFO_NULL,
};
