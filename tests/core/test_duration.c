/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/text/duration.h"
#include "tests/support/expect.h"

#include <string.h>

static const mn_duration_form ten_years = {.days = true,
                                           .max_ms = INT64_C(3650) * 24 * 3600 * 1000};

static void durations_are_as_go_and_kubectl_write_them(void)
{
    static const struct {
        const char *text;
        int64_t ms;
        const char *again;
    } rows[] = {
        {"0", 0, "0s"},
        {"0s", 0, "0s"},
        {"90s", 90000, "1m30s"},
        {"10m", 600000, "10m"},
        {"1h30m", 5400000, "1h30m"},
        {"1.5h", 5400000, "1h30m"},
        {"2d", 172800000, "2d"},
        {"500ms", 500, "500ms"},
        {"1.1s", 1100, "1s100ms"},
        {".5m", 30000, "30s"},
        {"25h", 90000000, "1d1h"},
        {"0.000000001d", 0, "0s"},
        {"1.9999us", 0, "0s"},
        {"1us\316s", -1, NULL},
        {"1500us500\302\265s", 2, "2ms"},
        {"2000\316\274s1000000ns", 3, "3ms"},
        {"3650d", INT64_C(315360000000), "3650d"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        int64_t ms = -1;
        EXPECT_INT(mn_duration_parse(rows[i].text, &ten_years, &ms), rows[i].ms >= 0);
        EXPECT_INT(ms, rows[i].ms);
        g_autofree char *again = ms < 0 ? NULL : mn_duration_format(ms);
        EXPECT_STR(again, rows[i].again);
    }
}

static void is_refused(const char *text, const mn_duration_form *form)
{
    int64_t ms = 7;
    expect_true(!mn_duration_parse(text, form, &ms), text, __FILE__, __LINE__);
    EXPECT_INT(ms, 7);
}

static void what_is_no_duration_is_refused(void)
{
    static const char *const rows[] = {"",
                                       "5",
                                       "m",
                                       "s",
                                       "-5m",
                                       "-1s",
                                       "5 m",
                                       "5x",
                                       "1h30",
                                       "1e3s",
                                       "1e9s",
                                       "0x10s",
                                       "5m-1s",
                                       ".",
                                       "..5s",
                                       "1.2.3s",
                                       "1s ",
                                       "\302s",
                                       "99999999999999999999h",
                                       "9223372036854775807ns1h"};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        is_refused(rows[i], &ten_years);
        if (i + 1 < G_N_ELEMENTS(rows))
            is_refused(rows[i], &mn_duration_go);
    }
}

static void only_some_have_days_and_each_has_a_limit(void)
{
    int64_t ms = 0;
    is_refused("1d", &mn_duration_go);
    is_refused("4000d", &ten_years);
    is_refused("3650d1ms", &ten_years);
    is_refused("87600h0.001s", &ten_years);
    EXPECT_TRUE(mn_duration_parse("100000h", &mn_duration_go, &ms));
    EXPECT_INT(ms, INT64_C(360000000000));
    EXPECT_TRUE(mn_duration_parse("2562047h47m16.854s", &mn_duration_go, &ms));
    is_refused("2562047h47m16.855s", &mn_duration_go);
    is_refused("9223372036855ms", &mn_duration_go);
}

extern CU_TestInfo suite_core_duration[];
CU_TestInfo suite_core_duration[] = {
    {"durations are as Go and kubectl write them", durations_are_as_go_and_kubectl_write_them},
    {"what is no duration is refused", what_is_no_duration_is_refused},
    {"only some have days, and each has a limit", only_some_have_days_and_each_has_a_limit},
    CU_TEST_INFO_NULL,
};
