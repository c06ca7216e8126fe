/* SPDX-License-Identifier: Apache-2.0 */
/* Quantities as apimachinery computes them, wraps and caps included.
 *
 * Invariant: a DECIMAL holds |number| < 2^126 nano units exactly; beyond that a HUGE
 * one holds the number modulo 2^64 x 10^9, which is all that the low 64 bits of
 * Value() and MilliValue() need, and its size as a double, for comparisons.
 *
 * Surprise: "10E" is worth 0 bytes, "12345678901234567890" is negative, "8Ei" is
 * 2^63-1. kube-scheduler has it so, therefore we have.
 */
#include "mullion/text/quantity.h"

#include "mullion/base/error.h"

#include <float.h>
#include <inttypes.h>
#include <string.h>

__extension__ typedef unsigned __int128 uint128;

enum {
    NANO_DIGITS = 9,
    INT64_DIGITS = 18,
    MAX_DOWN = 36,   /* dividing by more than this gives 1 */
    MAX_ZEROS = 600, /* the residue is 0 after 73, the estimate infinite after 310 */
};

static const struct suffix {
    const char *text;
    int base, exponent;
} suffixes[] = {
    {"n", 10, -9},
    {"u", 10, -6},
    {"m", 10, -3},
    {"", 10, 0},
    {"k", 10, 3},
    {"M", 10, 6},
    {"G", 10, 9},
    {"T", 10, 12},
    {"P", 10, 15},
    {"E", 10, 18},
    {"Ki", 2, 10},
    {"Mi", 2, 20},
    {"Gi", 2, 30},
    {"Ti", 2, 40},
    {"Pi", 2, 50},
    {"Ei", 2, 60},
};

/* The pieces of a text that has the right grammar. */
struct parts {
    bool negative;
    const char *digits; /* of the integer part, leading zeros stripped */
    size_t count;
    const char *fraction;
    size_t fraction_count;
    int base, exponent;
};

static mn_int128 limit_of_decimal(void)
{
    return (mn_int128)1 << 126;
}

/* 2^64 x 10^9 */
static uint128 modulus(void)
{
    return ((uint128)1 << 64) * 1000000000U;
}

static bool fits_int64(mn_int128 number)
{
    return number >= INT64_MIN && number <= INT64_MAX;
}

/* The low 64 bits, read as two's complement. */
static int64_t low_bits(mn_int128 number)
{
    return (int64_t)(uint64_t)(uint128)number;
}

static mn_quantity scaled(int64_t number, int32_t scale)
{
    return (mn_quantity){.number = number, .scale = scale, .form = MN_QUANTITY_SCALED};
}

static mn_quantity decimal(mn_int128 nano)
{
    return (mn_quantity){.number = nano, .form = MN_QUANTITY_DECIMAL};
}

static mn_quantity huge(mn_int128 residue, double estimate)
{
    return (mn_quantity){.number = residue, .estimate = estimate, .form = MN_QUANTITY_HUGE};
}

/* ------------------------------------------------------------------ grammar */

static bool is_suffix_char(char c)
{
    return c != '\0' && strchr("eEinumkKMGTP", c) != NULL;
}

static size_t span_digits(const char *text)
{
    return strspn(text, "0123456789");
}

/* e5, E+5, e-3. Go narrows the exponent to 32 bits. */
static bool parse_exponent(const char *text, int *out)
{
    const char *cursor = text + 1;
    const bool negative = *cursor == '-';
    if (*cursor == '-' || *cursor == '+')
        cursor++;
    if (*cursor == '\0')
        return false;
    int64_t value = 0;
    for (; *cursor != '\0'; cursor++) {
        if (!g_ascii_isdigit(*cursor) || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, *cursor - '0', &value))
            return false;
    }
    if (!negative && value == INT64_MIN)
        return false;
    *out = (int)(int32_t)(uint32_t)(uint64_t)(negative ? value : -value);
    return true;
}

static bool parse_suffix(const char *text, struct parts *out)
{
    for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        if (strcmp(suffixes[i].text, text) == 0) {
            out->base = suffixes[i].base;
            out->exponent = suffixes[i].exponent;
            return true;
        }
    }
    out->base = 10;
    return (*text == 'e' || *text == 'E') && parse_exponent(text, &out->exponent);
}

static bool split(const char *text, struct parts *out)
{
    *out = (struct parts){.negative = *text == '-'};
    const char *cursor = text;
    if (*cursor == '-' || *cursor == '+')
        cursor++;
    const size_t all = span_digits(cursor);
    const size_t zeros = strspn(cursor, "0");
    out->digits = cursor + zeros;
    out->count = all - zeros;
    cursor += all;
    if (all == 0 && *cursor != '.')
        return false;
    if (*cursor == '.') {
        out->fraction = ++cursor;
        out->fraction_count = span_digits(cursor);
        cursor += out->fraction_count;
    }
    const char *tail = cursor;
    while (is_suffix_char(*tail))
        tail++;
    if (*tail == '+' || *tail == '-')
        tail++;
    tail += span_digits(tail);
    return *tail == '\0' && parse_suffix(cursor, out);
}

/* ------------------------------------------------------------------ parsing */

/* As written, few digits stay an integer and a power of ten. */
static bool parse_scaled(const struct parts *parts, mn_quantity *out)
{
    const int digits = (int)(parts->count == 0 ? 1 : parts->count);
    const int fraction = (int)parts->fraction_count;
    int precision, scale = 0;
    int64_t factor = 1;
    if (parts->base == 10) {
        precision = INT64_DIGITS - digits - fraction;
        scale = parts->exponent;
    } else {
        precision = fraction == 0 ? 15 - digits - parts->exponent * 3 / 10 - 1 : -1;
        factor = (int64_t)1 << parts->exponent;
    }
    if (precision < 0 || __builtin_sub_overflow(scale, fraction, &scale) || scale < -NANO_DIGITS)
        return false;

    int64_t value = 0;
    for (size_t i = 0; i < parts->count; i++)
        value = value * 10 + (parts->digits[i] - '0');
    for (size_t i = 0; i < parts->fraction_count; i++)
        value = value * 10 + (parts->fraction[i] - '0');
    if (__builtin_mul_overflow(value, factor, &value))
        return false;
    *out = scaled(parts->negative ? -value : value, scale);
    return true;
}

/* All digits one after the other, with their number reduced to a residue when it
 * outgrows the exact range. */
struct accumulator {
    mn_int128 number;
    double estimate;
    bool is_huge;
};

static void times_plus(struct accumulator *sum, int64_t factor, int digit)
{
    sum->estimate = sum->estimate * (double)factor + digit;
    if (!sum->is_huge && sum->estimate < 8.0e37) {
        sum->number = sum->number * factor + digit;
        return;
    }
    /* factor is 10 or a power of two <= 2^10: the product stays below 2^128 */
    sum->is_huge = true;
    const uint128 reduced = (uint128)sum->number % modulus();
    sum->number =
        (mn_int128)((reduced * (uint128)(uint64_t)factor + (uint128)(unsigned)digit) % modulus());
}

static int digit_at(const struct parts *parts, size_t index)
{
    if (index < parts->count)
        return parts->digits[index] - '0';
    return parts->fraction[index - parts->count] - '0';
}

/* Decimal: take the digits down to 1n, note whether anything is left behind. */
static bool accumulate_decimal(const struct parts *parts, struct accumulator *sum)
{
    const int64_t wanted = (int64_t)parts->count + parts->exponent + NANO_DIGITS;
    const size_t written = parts->count + parts->fraction_count;
    bool rest = false;
    for (size_t i = 0; i < written; i++) {
        if ((int64_t)i < wanted)
            times_plus(sum, 10, digit_at(parts, i));
        else
            rest |= digit_at(parts, i) != 0;
    }
    /* Further zeros change nothing once the residue holds every factor of the modulus. */
    const int64_t zeros = sum->estimate > 0 ? wanted - (int64_t)written : 0;
    for (int64_t i = 0; i < MIN(zeros, (int64_t)MAX_ZEROS); i++)
        times_plus(sum, 10, 0);
    return rest;
}

/* Binary: nano units of the decimal digits, times 2^exponent. A fraction longer
 * than 9 digits is multiplied first and rounded afterwards, in wide arithmetic. */
static bool accumulate_binary(const struct parts *parts, struct accumulator *sum)
{
    for (size_t i = 0; i < parts->count; i++)
        times_plus(sum, 10, parts->digits[i] - '0');
    for (int shift = parts->exponent; shift > 0; shift -= 10)
        times_plus(sum, 1024, 0);
    for (int i = 0; i < NANO_DIGITS; i++)
        times_plus(sum, 10, 0);

    /* fraction x 2^exponent, nano digits by long multiplication from the left:
     * the digits (at most 250) are kept base 10 and multiplied in place. */
    unsigned char digits[MN_QUANTITY_MAX_TEXT + 32] = {0};
    const size_t whole = 19 + NANO_DIGITS; /* room for carries of 2^60 and for nano digits */
    const size_t total = whole + parts->fraction_count;
    for (size_t i = 0; i < parts->fraction_count; i++)
        digits[whole - NANO_DIGITS + i] = (unsigned char)(parts->fraction[i] - '0');
    unsigned carry = 0;
    for (int shift = parts->exponent; shift > 0; shift -= 10) {
        carry = 0;
        for (size_t i = total; i-- > 0;) {
            const unsigned product = digits[i] * 1024U + carry;
            digits[i] = (unsigned char)(product % 10);
            carry = product / 10;
        }
    }
    mn_int128 nano = 0;
    bool rest = false;
    for (size_t i = 0; i < total; i++) {
        if (i < whole)
            nano = nano * 10 + digits[i];
        else
            rest |= digits[i] != 0;
    }
    sum->estimate += (double)nano;
    sum->number += nano;
    return rest;
}

static mn_quantity parse_decimal(const struct parts *parts)
{
    struct accumulator sum = {0};
    const bool binary = parts->base == 2;
    const bool rest = binary ? accumulate_binary(parts, &sum) : accumulate_decimal(parts, &sum);
    if (rest) {
        sum.number += 1;
        sum.estimate += 1;
    }
    const mn_int128 cap = (mn_int128)INT64_MAX * 1000000000;
    if (binary && (sum.is_huge || sum.number > cap)) {
        sum.number = cap;
        sum.is_huge = false;
    }
    const mn_int128 number = parts->negative ? -sum.number : sum.number;
    return sum.is_huge ? huge(number, parts->negative ? -sum.estimate : sum.estimate)
                       : decimal(number);
}

bool mn_quantity_parse(const char *text, mn_quantity *out, GError **error)
{
    struct parts parts;
    if (strlen(text) > MN_QUANTITY_MAX_TEXT) {
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_LIMIT,
                    "a quantity has at most %d characters, found %zu",
                    MN_QUANTITY_MAX_TEXT,
                    strlen(text));
        return false;
    }
    if (!split(text, &parts)) {
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_SYNTAX,
                    "expected a quantity such as \"250m\", \"1.5Gi\" or \"2\", found \"%s\"",
                    text);
        return false;
    }
    if (!parse_scaled(&parts, out))
        *out = parse_decimal(&parts);
    return true;
}

mn_quantity mn_quantity_of(int64_t value)
{
    return scaled(value, 0);
}

/* ------------------------------------------------------------------ arithmetic */

/* number x 10^scale in nano units, for any scale. */
static mn_quantity to_decimal(mn_quantity quantity)
{
    if (quantity.form != MN_QUANTITY_SCALED)
        return quantity;
    const bool negative = quantity.number < 0;
    struct accumulator sum = {.number = negative ? -quantity.number : quantity.number};
    sum.estimate = (double)sum.number;
    const int64_t zeros = sum.number == 0 ? 0 : (int64_t)quantity.scale + NANO_DIGITS;
    for (int64_t i = 0; i < MIN(zeros, (int64_t)MAX_ZEROS); i++)
        times_plus(&sum, 10, 0);
    if (negative) {
        sum.number = -sum.number;
        sum.estimate = -sum.estimate;
    }
    return sum.is_huge ? huge(sum.number, sum.estimate) : decimal(sum.number);
}

/* number x 10^digits, false when it leaves int64. */
static bool scale_up(int64_t number, int64_t digits, int64_t *out)
{
    for (; digits > 0; digits--) {
        if (__builtin_mul_overflow(number, 10, &number))
            return false;
    }
    *out = number;
    return true;
}

static bool add_scaled(mn_quantity a, mn_quantity b, mn_quantity *out)
{
    const int32_t scale = MIN(a.scale, b.scale);
    int64_t left, right, sum;
    if (!scale_up((int64_t)a.number, (int64_t)a.scale - scale, &left) ||
        !scale_up((int64_t)b.number, (int64_t)b.scale - scale, &right) ||
        __builtin_add_overflow(left, right, &sum))
        return false;
    *out = scaled(sum, scale);
    return true;
}

static mn_quantity add_decimal(mn_quantity a, mn_quantity b)
{
    a = to_decimal(a);
    b = to_decimal(b);
    const mn_int128 exact = a.number + b.number; /* both below 2^126 */
    if (a.form == MN_QUANTITY_DECIMAL && b.form == MN_QUANTITY_DECIMAL &&
        exact < limit_of_decimal() && exact > -limit_of_decimal())
        return decimal(exact);
    const mn_int128 wrap = (mn_int128)modulus();
    const double left = a.form == MN_QUANTITY_HUGE ? a.estimate : (double)a.number;
    const double right = b.form == MN_QUANTITY_HUGE ? b.estimate : (double)b.number;
    return huge((a.number % wrap + b.number % wrap) % wrap, left + right);
}

mn_quantity mn_quantity_add(mn_quantity a, mn_quantity b)
{
    mn_quantity sum;
    if (a.form == MN_QUANTITY_SCALED && b.form == MN_QUANTITY_SCALED) {
        if (b.number == 0)
            return a;
        if (a.number == 0)
            return b;
        if (add_scaled(a, b, &sum))
            return sum;
    }
    return add_decimal(a, b);
}

int mn_quantity_sign(mn_quantity quantity)
{
    if (quantity.form == MN_QUANTITY_HUGE)
        return (quantity.estimate > 0) - (quantity.estimate < 0);
    return (quantity.number > 0) - (quantity.number < 0);
}

bool mn_quantity_is_zero(mn_quantity quantity)
{
    return mn_quantity_sign(quantity) == 0;
}

int mn_quantity_cmp(mn_quantity a, mn_quantity b)
{
    if (a.form == MN_QUANTITY_SCALED && b.form == MN_QUANTITY_SCALED && a.scale == b.scale)
        return (a.number > b.number) - (a.number < b.number);
    a = to_decimal(a);
    b = to_decimal(b);
    if (a.form == MN_QUANTITY_DECIMAL && b.form == MN_QUANTITY_DECIMAL)
        return (a.number > b.number) - (a.number < b.number);
    const double left = a.form == MN_QUANTITY_HUGE ? a.estimate : (double)a.number;
    const double right = b.form == MN_QUANTITY_HUGE ? b.estimate : (double)b.number;
    return (left > right) - (left < right);
}

/* ------------------------------------------------------------------ rounding */

/* Away from zero. */
static mn_int128 divide_up(mn_int128 number, mn_int128 divisor)
{
    const mn_int128 quotient = number / divisor, rest = number % divisor;
    return quotient + (rest > 0) - (rest < 0);
}

static mn_int128 power_of_ten(int64_t digits)
{
    mn_int128 power = 1;
    for (; digits > 0; digits--)
        power *= 10;
    return power;
}

/* The product by one of the five constants that apimachinery multiplies by wraps;
 * in its loop for other powers an overflow gives 0. */
static int64_t scaled_value(mn_int128 number, int64_t scale)
{
    if (number == 0)
        return 0;
    if (scale < -MAX_DOWN)
        scale = -MAX_DOWN;
    if (scale <= 0)
        return (int64_t)divide_up(number, power_of_ten(-scale));
    if (scale > 19)
        return 0;
    const mn_int128 product = number * power_of_ten(scale);
    const bool wraps = scale <= 3 || scale == 6 || scale == 9;
    return fits_int64(product) || wraps ? low_bits(product) : 0;
}

static int64_t rounded(mn_quantity quantity, int scale)
{
    if (quantity.form == MN_QUANTITY_SCALED)
        return scaled_value(quantity.number, (int64_t)quantity.scale + scale);
    return low_bits(divide_up(quantity.number, power_of_ten(NANO_DIGITS - scale)));
}

int64_t mn_quantity_value(mn_quantity quantity)
{
    return rounded(quantity, 0);
}

int64_t mn_quantity_milli_value(mn_quantity quantity)
{
    return rounded(quantity, 3);
}

/* ------------------------------------------------------------------ printing */

const char *mn_quantity_format(mn_quantity quantity, char buffer[MN_QUANTITY_BUFFER])
{
    static const char *const steps[] = {"n", "u", "m", "", "k", "M", "G", "T", "P", "E"};
    enum { UNIT = 3 };
    const mn_quantity written = quantity;
    quantity = to_decimal(quantity);
    if (quantity.form == MN_QUANTITY_HUGE) {
        const double units = CLAMP(quantity.estimate, -DBL_MAX, DBL_MAX) / 1e9;
        if (written.form == MN_QUANTITY_SCALED)
            g_snprintf(buffer,
                       MN_QUANTITY_BUFFER,
                       "%" PRId64 "e%" PRId32,
                       (int64_t)written.number,
                       written.scale);
        else
            g_snprintf(buffer, MN_QUANTITY_BUFFER, "%.3e", units);
        return buffer;
    }
    uint128 number = (uint128)(quantity.number < 0 ? -quantity.number : quantity.number);
    size_t step = number == 0 ? UNIT : 0;
    while (number != 0 && number % 1000 == 0 && step + 1 < G_N_ELEMENTS(steps)) {
        number /= 1000;
        step++;
    }
    char digits[48];
    size_t at = sizeof digits;
    digits[--at] = '\0';
    do {
        digits[--at] = (char)('0' + (int)(number % 10));
        number /= 10;
    } while (number != 0);
    const char *sign = quantity.number < 0 ? "-" : "";
    g_snprintf(buffer, MN_QUANTITY_BUFFER, "%s%s%s", sign, digits + at, steps[step]);
    return buffer;
}
