/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/model/taint.h"
#include "tests/support/expect.h"

static const mn_taint windows = {"os", "windows", MN_EFFECT_NO_SCHEDULE};

static void tolerates(bool want, mn_toleration toleration)
{
    EXPECT_INT(mn_toleration_tolerates(&toleration, &windows), want);
}

static void key_value_and_effect_must_agree(void)
{
    tolerates(true,
              (mn_toleration){"os", "windows", MN_TOLERATION_EQUAL, MN_EFFECT_NO_SCHEDULE, {0}});
    tolerates(true, (mn_toleration){"os", "windows", MN_TOLERATION_UNSET, MN_EFFECT_ANY, {0}});
    tolerates(false, (mn_toleration){"os", "Windows", MN_TOLERATION_EQUAL, MN_EFFECT_ANY, {0}});
    tolerates(false, (mn_toleration){"OS", "windows", MN_TOLERATION_EQUAL, MN_EFFECT_ANY, {0}});
    tolerates(false, (mn_toleration){"os", "", MN_TOLERATION_EQUAL, MN_EFFECT_ANY, {0}});
    tolerates(false,
              (mn_toleration){"os", "windows", MN_TOLERATION_EQUAL, MN_EFFECT_NO_EXECUTE, {0}});
}

static void exists_does_not_ask_for_the_value(void)
{
    tolerates(true, (mn_toleration){"os", "", MN_TOLERATION_EXISTS, MN_EFFECT_ANY, {0}});
    tolerates(true, (mn_toleration){"", "", MN_TOLERATION_EXISTS, MN_EFFECT_ANY, {0}});
    tolerates(false, (mn_toleration){"", "", MN_TOLERATION_EXISTS, MN_EFFECT_NO_EXECUTE, {0}});
}

static void a_list_tolerates_when_one_of_it_does(void)
{
    const mn_toleration items[] = {
        {"spot", "", MN_TOLERATION_EXISTS, MN_EFFECT_ANY, {0}},
        {"os", "", MN_TOLERATION_EXISTS, MN_EFFECT_ANY, {0}},
    };
    EXPECT_TRUE(mn_tolerations_tolerate(&(mn_tolerations){items, 2}, &windows));
    EXPECT_TRUE(!mn_tolerations_tolerate(&(mn_tolerations){items, 1}, &windows));
    EXPECT_TRUE(!mn_tolerations_tolerate(&(mn_tolerations){NULL, 0}, &windows));
    EXPECT_STR(mn_taint_effect_name(MN_EFFECT_PREFER_NO_SCHEDULE), "PreferNoSchedule");
}

extern CU_TestInfo suite_core_taint[];
CU_TestInfo suite_core_taint[] = {
    {"key, value and effect must agree", key_value_and_effect_must_agree},
    {"Exists does not ask for the value", exists_does_not_ask_for_the_value},
    {"a list tolerates when one of it does", a_list_tolerates_when_one_of_it_does},
    CU_TEST_INFO_NULL,
};
