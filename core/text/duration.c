/* SPDX-License-Identifier: Apache-2.0 */
/* Integers throughout, so that 1.1s is 1100 ms everywhere. */
#include "mullion/text/duration.h"

#include <inttypes.h>
#include <string.h>

/* Go's longest: 2^63 - 1 nanoseconds, 292 years. */
const mn_duration_form mn_duration_go = {.max_ms = INT64_MAX / 1000000};

enum { SCALE_MAX = 1000000000, NS_PER_MS = 1000000 };

/* Each is a power of ten or a multiple of SCALE_MAX, so that a fraction of it comes out even. A
 * name that begins like another stands before it. */
static const struct unit {
    const char *name;
    int64_t ns;
} units[] = {
    {"d", INT64_C(86400) * SCALE_MAX},
    {"h", INT64_C(3600) * SCALE_MAX},
    {"ms", NS_PER_MS},
    {"m", INT64_C(60) * SCALE_MAX},
    {"s", SCALE_MAX},
    {"us", 1000},
    {"\302\265s", 1000}, /* micro sign */
    {"\316\274s", 1000}, /* Greek mu */
    {"ns", 1},
};

static const struct unit *find_unit(const char *text, const mn_duration_form *form)
{
    for (size_t i = form->days ? 0 : 1; i < G_N_ELEMENTS(units); i++)
        if (g_str_has_prefix(text, units[i].name))
            return &units[i];
    return NULL;
}

/* Digits, perhaps a point and more digits: whole + fraction / scale. `end` is what follows. */
typedef struct number {
    int64_t whole, fraction, scale;
    const char *end;
} number;

static bool read_number(const char *text, number *out)
{
    *out = (number){.scale = 1, .end = text};
    size_t digits = 0;
    for (; g_ascii_isdigit(*out->end); out->end++, digits++) {
        if (out->whole > INT64_MAX / 10 - 1)
            return false;
        out->whole = out->whole * 10 + (*out->end - '0');
    }
    if (*out->end != '.')
        return digits > 0;
    for (out->end++; g_ascii_isdigit(*out->end); out->end++, digits++) {
        if (out->scale < SCALE_MAX) {
            out->fraction = out->fraction * 10 + (*out->end - '0');
            out->scale *= 10;
        }
    }
    return digits > 0;
}

static int64_t fraction_ns(const number *n, const struct unit *unit)
{
    return unit->ns >= n->scale ? n->fraction * (unit->ns / n->scale)
                                : n->fraction / (n->scale / unit->ns);
}

bool mn_duration_parse(const char *text, const mn_duration_form *form, int64_t *out_ms)
{
    const int64_t max_ns = form->max_ms * NS_PER_MS;
    int64_t sum_ns = 0;
    if (strcmp(text, "0") == 0) {
        *out_ms = 0;
        return true;
    }
    if (*text == '\0')
        return false;
    while (*text != '\0') {
        number n;
        const struct unit *unit = read_number(text, &n) ? find_unit(n.end, form) : NULL;
        if (unit == NULL || n.whole > (max_ns - sum_ns) / unit->ns)
            return false;
        sum_ns += n.whole * unit->ns;
        if (fraction_ns(&n, unit) > max_ns - sum_ns)
            return false;
        sum_ns += fraction_ns(&n, unit);
        text = n.end + strlen(unit->name);
    }
    *out_ms = sum_ns / NS_PER_MS;
    return true;
}

char *mn_duration_format(int64_t ms)
{
    static const struct {
        const char *name;
        int64_t ms;
    } printed[] = {
        {"d", INT64_C(24) * 3600 * 1000},
        {"h", INT64_C(3600) * 1000},
        {"m", INT64_C(60) * 1000},
        {"s", 1000},
        {"ms", 1},
    };
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(printed); i++) {
        if (ms >= printed[i].ms)
            g_string_append_printf(text, "%" PRId64 "%s", ms / printed[i].ms, printed[i].name);
        ms %= printed[i].ms;
    }
    return g_string_free(text->len == 0 ? g_string_append(text, "0s") : text, FALSE);
}
