/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/reports/phrase.h"

#include <inttypes.h>

/* The first ending that fits. Kinds are regular nouns but for those that are plurals already
 * ("Endpoints"). */
static const struct plural {
    const char *ending;
    size_t drop;
    const char *add;
} plurals[] = {
    {"ay", 0, "s"},
    {"ey", 0, "s"},
    {"oy", 0, "s"},
    {"y", 1, "ies"},
    {"x", 0, "es"},
    {"ch", 0, "es"},
    {"sh", 0, "es"},
    {"ss", 0, "es"},
    {"s", 0, ""},
    {"", 0, "s"},
};

void mn_phrase_count(GString *out, size_t count, const char *noun)
{
    g_string_append_printf(out, "%zu %s", count, noun);
    if (count == 1)
        return;
    const struct plural *row = plurals;
    while (!g_str_has_suffix(noun, row->ending))
        row++;
    g_string_truncate(out, out->len - row->drop);
    g_string_append(out, row->add);
}

static void drop_zeros(GString *out)
{
    while (out->str[out->len - 1] == '0')
        g_string_truncate(out, out->len - 1);
    if (out->str[out->len - 1] == '.')
        g_string_truncate(out, out->len - 1);
}

void mn_phrase_cpu(GString *out, int64_t milli_cpu)
{
    g_string_append_printf(out, "%" PRId64 ".%03d", milli_cpu / 1000, (int)(ABS(milli_cpu) % 1000));
    drop_zeros(out);
}

void mn_phrase_memory(GString *out, int64_t bytes)
{
    static const char *const units[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
    size_t unit = 0;
    /* In tenths, so that rounding stays in integers. */
    uint64_t whole = bytes > 0 ? (uint64_t)bytes : 0, tenths = 0;
    while (whole >= 1024 && unit + 1 < G_N_ELEMENTS(units)) {
        tenths = whole % 1024 * 10 / 1024;
        whole /= 1024;
        unit++;
    }
    g_string_append_printf(out, "%" PRIu64, whole);
    if (tenths > 0 && whole < 100)
        g_string_append_printf(out, ".%" PRIu64, tenths);
    g_string_append(out, units[unit]);
}
