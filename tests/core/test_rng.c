/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/base/rng.h"
#include "tests/support/expect.h"

static void a_generator_depends_on_seed_and_purpose_alone(void)
{
    mn_rng a = mn_rng_new(7, "ties"), b = mn_rng_new(7, "ties");
    mn_rng other_seed = mn_rng_new(8, "ties"), other_purpose = mn_rng_new(7, "arrivals");
    int equal_seed = 0, equal_purpose = 0;
    for (int i = 0; i < 100; i++) {
        const uint64_t drawn = mn_rng_next(&a);
        EXPECT_TRUE(drawn == mn_rng_next(&b));
        equal_seed += drawn == mn_rng_next(&other_seed);
        equal_purpose += drawn == mn_rng_next(&other_purpose);
    }
    EXPECT_INT(equal_seed, 0);
    EXPECT_INT(equal_purpose, 0);
}

static void numbers_below_a_bound_are_spread_evenly(void)
{
    enum { BOUND = 7, DRAWS = 70000 };
    mn_rng rng = mn_rng_new(1, "test");
    int seen[BOUND] = {0};
    for (int i = 0; i < DRAWS; i++) {
        const uint64_t drawn = mn_rng_below(&rng, BOUND);
        EXPECT_TRUE(drawn < BOUND);
        seen[drawn]++;
    }
    for (int i = 0; i < BOUND; i++)
        EXPECT_TRUE(seen[i] > DRAWS / BOUND * 9 / 10 && seen[i] < DRAWS / BOUND * 11 / 10);
}

static void no_numbers_and_all_numbers_are_bounds_too(void)
{
    mn_rng rng = mn_rng_new(1, "test");
    EXPECT_INT((int64_t)mn_rng_below(&rng, 0), 0);
    EXPECT_INT((int64_t)mn_rng_below(&rng, 1), 0);
    EXPECT_TRUE(mn_rng_below(&rng, UINT64_MAX) < UINT64_MAX);
}

extern CU_TestInfo suite_core_rng[];
CU_TestInfo suite_core_rng[] = {
    {"a generator depends on seed and purpose alone",
     a_generator_depends_on_seed_and_purpose_alone},
    {"numbers below a bound are spread evenly", numbers_below_a_bound_are_spread_evenly},
    {"no numbers and all numbers are bounds too", no_numbers_and_all_numbers_are_bounds_too},
    CU_TEST_INFO_NULL,
};
