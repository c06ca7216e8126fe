/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/model/selector.h"
#include "tests/support/expect.h"

static void matches(bool want, int op, const char *wanted, const char *value)
{
    const char *const values[] = {wanted};
    const mn_requirement requirement = {"k", op, {values, wanted == NULL ? 0 : 1}};
    EXPECT_INT(mn_requirement_matches(&requirement, value), want);
}

static void an_absent_label_is_not_in_and_does_not_exist(void)
{
    matches(true, MN_OP_IN, "a", "a");
    matches(false, MN_OP_IN, "a", "b");
    matches(false, MN_OP_IN, "a", NULL);
    matches(false, MN_OP_NOT_IN, "a", "a");
    matches(true, MN_OP_NOT_IN, "a", NULL);
    matches(true, MN_OP_EXISTS, NULL, "");
    matches(false, MN_OP_EXISTS, NULL, NULL);
    matches(true, MN_OP_DOES_NOT_EXIST, NULL, NULL);
    matches(false, MN_OP_DOES_NOT_EXIST, NULL, "");
}

static void gt_and_lt_compare_integers_only(void)
{
    matches(true, MN_OP_GT, "4", "5");
    matches(false, MN_OP_GT, "5", "5");
    matches(true, MN_OP_LT, "+5", "-3");
    matches(true, MN_OP_GT, "007", "8");
    matches(false, MN_OP_GT, "10.0.17763", "10.0.20348");
    matches(false, MN_OP_GT, "4", "1.5");
    matches(false, MN_OP_GT, "4", "");
    matches(false, MN_OP_GT, "4", " 5");
    matches(false, MN_OP_GT, "4", "99999999999999999999");
    matches(false, MN_OP_GT, "4", NULL);
}

static void nil_selects_nothing_and_empty_everything(void)
{
    const mn_label entries[] = {{"app", "web"}, {"tier", "front"}};
    const mn_labels labels = {entries, 2}, one = {entries, 1};
    const mn_label_selector empty = {0}, web = {.match_labels = one};
    EXPECT_TRUE(!mn_label_selector_matches(NULL, &labels));
    EXPECT_TRUE(mn_label_selector_matches(&empty, &labels));
    EXPECT_TRUE(mn_label_selector_matches(&web, &labels));
    EXPECT_TRUE(!mn_label_selector_matches(&web, &(mn_labels){entries + 1, 1}));
    EXPECT_STR(mn_labels_find(&labels, "tier"), "front");
    EXPECT_STR(mn_labels_find(&labels, "zone"), NULL);
}

extern CU_TestInfo suite_core_selector[];
CU_TestInfo suite_core_selector[] = {
    {"an absent label is NotIn and DoesNotExist", an_absent_label_is_not_in_and_does_not_exist},
    {"Gt and Lt compare integers only", gt_and_lt_compare_integers_only},
    {"nil selects nothing and empty everything", nil_selects_nothing_and_empty_everything},
    CU_TEST_INFO_NULL,
};
