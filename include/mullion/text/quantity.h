/* SPDX-License-Identifier: Apache-2.0 */
/* Kubernetes resource quantities: "250m", "1.5Gi", "1e3".
 *
 * Exact, with the semantics of apimachinery's resource.Quantity: sums are exact
 * and rounded once, when Value() or MilliValue() is taken. What happens beyond
 * int64 depends on how the quantity was written, so the form is kept: few digits
 * stay coefficient x 10^scale (overflow yields 0 or wraps), many digits are a
 * decimal in nano units (overflow wraps), binary suffixes are capped when parsed.
 */
#ifndef MN_QUANTITY_H
#define MN_QUANTITY_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

__extension__ typedef __int128 mn_int128;

typedef enum mn_quantity_form {
    MN_QUANTITY_SCALED,  /* number x 10^scale, number within int64 */
    MN_QUANTITY_DECIMAL, /* number is in nano units */
    MN_QUANTITY_HUGE,    /* beyond 2^126 nano: number modulo 2^64 x 10^9, size in `estimate` */
} mn_quantity_form;

/* Zeroed: 0. Pass it by value; touch it through the functions only. */
typedef struct mn_quantity {
    mn_int128 number;
    double estimate;
    int32_t scale;
    mn_quantity_form form;
} mn_quantity;

enum {
    MN_QUANTITY_MAX_TEXT = 256, /* longer ones are refused */
    MN_QUANTITY_BUFFER = 64,
};

/* Precision below 1n is rounded up (away from zero). Errors: SYNTAX, LIMIT. On
 * failure *out is untouched. */
bool mn_quantity_parse(const char *text, mn_quantity *out,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

mn_quantity mn_quantity_of(int64_t value);

mn_quantity mn_quantity_add(mn_quantity a, mn_quantity b);
int mn_quantity_cmp(mn_quantity a, mn_quantity b);
bool mn_quantity_is_zero(mn_quantity quantity);

/* -1, 0, 1. */
int mn_quantity_sign(mn_quantity quantity);

/* Rounded away from zero to whole units, or to thousandths. What does not fit
 * wraps, is 0, or was capped, as described above. */
int64_t mn_quantity_value(mn_quantity quantity);
int64_t mn_quantity_milli_value(mn_quantity quantity);

/* Plain decimal notation with the suffix that makes it whole: "1500m", "3", "250u",
 * "12E". For people; parses back to the same value unless it is HUGE. */
const char *mn_quantity_format(mn_quantity quantity, char buffer[MN_QUANTITY_BUFFER]);

#endif
