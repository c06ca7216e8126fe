/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/base/error.h"
#include "mullion/text/quantity.h"
#include "tests/support/expect.h"

#include <string.h>

static mn_quantity parsed(const char *text)
{
    mn_quantity quantity = mn_quantity_of(-77);
    g_autoptr(GError) error = NULL;
    if (!mn_quantity_parse(text, &quantity, &error))
        CU_FAIL(text);
    return quantity;
}

static void is_worth(const char *text, int64_t milli, int64_t value)
{
    EXPECT_INT(mn_quantity_milli_value(parsed(text)), milli);
    EXPECT_INT(mn_quantity_value(parsed(text)), value);
}

static void suffixes_and_exponents_scale(void)
{
    is_worth("0", 0, 0);
    is_worth("250m", 250, 1);
    is_worth("2", 2000, 2);
    is_worth("+5", 5000, 5);
    is_worth(".5", 500, 1);
    is_worth("5.", 5000, 5);
    is_worth("1k", 1000000, 1000);
    is_worth("1M", 1000000000, 1000000);
    is_worth("3G", 3000000000000, 3000000000);
    is_worth("1Ki", 1024000, 1024);
    is_worth("1.5Gi", 1610612736000, 1610612736);
    is_worth("1e3", 1000000, 1000);
    is_worth("1E3", 1000000, 1000);
    is_worth("1e+2", 100000, 100);
    is_worth("12e-1", 1200, 2);
    is_worth("0008", 8000, 8);
}

static void what_does_not_divide_is_rounded_away_from_zero(void)
{
    is_worth("0.0001", 1, 1);
    is_worth("1u", 1, 1);
    is_worth("1n", 1, 1);
    is_worth("0.1n", 1, 1);
    is_worth("3.2Mi", 3355443200, 3355444);
    is_worth("1.0000000001", 1001, 2);
    is_worth("-0.5", -500, -1);
    is_worth("-1.5", -1500, -2);
    is_worth("0.00000000000000000000000000000001Ki", 1, 1);
}

static void other_texts_are_refused(void)
{
    static const char *const texts[] = {
        "",
        "1K",
        "1mi",
        "1e",
        " 1",
        "1 ",
        "abc",
        "1.2.3",
        "--1",
        "1Kii",
        "1m5",
        "1Ee",
        "+",
        "-",
        "0x10",
        "1e-",
        "1e1.5",
        "Ki",
        "1e99999999999999999999",
        "1Zi",
        "1,5",
        "1_000",
        "\xc3\xa9",
        "1E+",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        mn_quantity quantity = mn_quantity_of(7);
        g_autoptr(GError) error = NULL;
        if (mn_quantity_parse(texts[i], &quantity, &error))
            CU_FAIL(texts[i]);
        EXPECT_TRUE(g_error_matches(error, MN_ERROR, MN_ERROR_SYNTAX));
        EXPECT_INT(mn_quantity_value(quantity), 7);
    }
}

static void a_text_of_endless_digits_is_refused(void)
{
    char text[MN_QUANTITY_MAX_TEXT + 2];
    memset(text, '9', sizeof text);
    text[MN_QUANTITY_MAX_TEXT + 1] = '\0';
    mn_quantity quantity;
    g_autoptr(GError) error = NULL;
    EXPECT_TRUE(!mn_quantity_parse(text, &quantity, &error));
    EXPECT_TRUE(g_error_matches(error, MN_ERROR, MN_ERROR_LIMIT));
    text[MN_QUANTITY_MAX_TEXT] = '\0';
    EXPECT_INT(mn_quantity_sign(parsed(text)), 1);
}

static void fractions_are_summed_before_they_are_rounded(void)
{
    EXPECT_INT(mn_quantity_milli_value(mn_quantity_add(parsed("0.0004"), parsed("0.0004"))), 1);
    EXPECT_INT(mn_quantity_milli_value(mn_quantity_add(parsed("1m"), parsed("0.0001"))), 2);
    EXPECT_INT(mn_quantity_value(mn_quantity_add(parsed("100m"), parsed("900m"))), 1);
    EXPECT_INT(mn_quantity_value(mn_quantity_add(parsed("0.5Ki"), parsed("512"))), 1024);
    EXPECT_INT(mn_quantity_value(mn_quantity_add(parsed("3.2Mi"), parsed("0.8Mi"))), 4194304);
    EXPECT_INT(mn_quantity_milli_value(mn_quantity_add(parsed("2"), parsed("-500m"))), 1500);
}

/* Few digits stay number x 10^scale: products by the scales that apimachinery spells
 * out wrap, all others become 0. */
static void overflow_depends_on_how_the_quantity_was_written(void)
{
    EXPECT_INT(mn_quantity_milli_value(parsed("90P")), 0);
    EXPECT_INT(mn_quantity_milli_value(parsed("1E")), 0);
    EXPECT_INT(mn_quantity_milli_value(parsed("1e19")), 0);
    EXPECT_INT(mn_quantity_value(parsed("1E")), 1000000000000000000);
    EXPECT_INT(mn_quantity_value(parsed("10E")), 0);
    EXPECT_INT(mn_quantity_value(parsed("9.3E")), 0);
    EXPECT_INT(mn_quantity_value(parsed("1e30")), 0);
    EXPECT_INT(mn_quantity_value(parsed("1e2147483647")), 0);
    EXPECT_INT(mn_quantity_value(parsed("0e2147483647")), 0);
    EXPECT_INT(mn_quantity_value(parsed("1e-2147483648")), 1);
    /* 99999999999999999 x 1000: 2^64 wraps */
    EXPECT_INT(mn_quantity_milli_value(parsed("99999999999999999")), 7766279631452240920);
    EXPECT_INT(mn_quantity_value(parsed("12345678901234567890")), -6101065172474983726);
    EXPECT_INT(mn_quantity_value(parsed("8Ei")), INT64_MAX);
    EXPECT_INT(mn_quantity_value(parsed("100000Pi")), INT64_MAX);
    EXPECT_INT(mn_quantity_milli_value(parsed("8Ei")), -1000);
    EXPECT_INT(mn_quantity_value(parsed("7Ei")), 8070450532247928832);
}

static void sums_beyond_int64_wrap(void)
{
    const mn_quantity nine = parsed("9223372036854775807");
    EXPECT_INT(mn_quantity_value(mn_quantity_add(nine, parsed("1"))), INT64_MIN);
    EXPECT_INT(mn_quantity_value(mn_quantity_add(parsed("10E"), parsed("1"))),
               -8446744073709551615);
    /* a zero keeps the form of the other */
    EXPECT_INT(mn_quantity_value(mn_quantity_add(mn_quantity_of(0), parsed("10E"))), 0);
    EXPECT_INT(mn_quantity_value(mn_quantity_add(parsed("10E"), parsed("0"))), 0);
    /* far beyond 128 bits: still the low 64 bits of the exact sum */
    EXPECT_INT(mn_quantity_value(mn_quantity_add(parsed("1e100"), parsed("7"))), 7);
    EXPECT_INT(mn_quantity_value(mn_quantity_add(parsed("1e40"), parsed("1"))),
               -5047021154770878463);
}

static void comparison_is_exact_across_forms(void)
{
    static const char *const ascending[] = {
        "-1e200",
        "-12345678901234567890",
        "-1",
        "-1n",
        "0",
        "1n",
        "1u",
        "0.5",
        "999m",
        "1",
        "1001m",
        "1k",
        "1Ki",
        "1Gi",
        "1.0000000001Gi",
        "7Ei",
        "8Ei",
        "10E",
        "12345678901234567890",
        "1e30",
        "1e31",
        "1e200",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(ascending); i++) {
        for (size_t j = 0; j < G_N_ELEMENTS(ascending); j++) {
            const int want = (i > j) - (i < j);
            EXPECT_INT(mn_quantity_cmp(parsed(ascending[i]), parsed(ascending[j])), want);
        }
    }
    EXPECT_INT(mn_quantity_cmp(parsed("1000m"), parsed("1")), 0);
    EXPECT_INT(mn_quantity_cmp(parsed("1Ki"), parsed("1024")), 0);
    EXPECT_TRUE(mn_quantity_is_zero(parsed("0Ki")));
    EXPECT_TRUE(!mn_quantity_is_zero(parsed("1n")));
}

static void a_quantity_prints_with_the_suffix_that_makes_it_whole(void)
{
    static const struct row {
        const char *text, *printed;
    } rows[] = {
        {"1500m", "1500m"},
        {"3", "3"},
        {"0.25m", "250u"},
        {"2000", "2k"},
        {"-1.5", "-1500m"},
        {"0", "0"},
        {"1Ki", "1024"},
        {"12e18", "12E"},
        {"8Ei", "9223372036854775807"},
    };
    char buffer[MN_QUANTITY_BUFFER];
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        EXPECT_STR(mn_quantity_format(parsed(rows[i].text), buffer), rows[i].printed);
}

extern CU_TestInfo suite_core_quantity[];
CU_TestInfo suite_core_quantity[] = {
    {"suffixes and exponents scale", suffixes_and_exponents_scale},
    {"what does not divide is rounded away from zero",
     what_does_not_divide_is_rounded_away_from_zero},
    {"other texts are refused", other_texts_are_refused},
    {"a text of endless digits is refused", a_text_of_endless_digits_is_refused},
    {"fractions are summed before they are rounded", fractions_are_summed_before_they_are_rounded},
    {"overflow depends on how the quantity was written",
     overflow_depends_on_how_the_quantity_was_written},
    {"sums beyond int64 wrap", sums_beyond_int64_wrap},
    {"comparison is exact across forms", comparison_is_exact_across_forms},
    {"a quantity prints with the suffix that makes it whole",
     a_quantity_prints_with_the_suffix_that_makes_it_whole},
    CU_TEST_INFO_NULL,
};
