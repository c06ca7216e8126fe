/* SPDX-License-Identifier: Apache-2.0 */
/* Integers throughout, so that 1.1s is 1100 ms everywhere. */
#include "simulator/scenario/duration.h"

#include <inttypes.h>
#include <string.h>

/* Largest first, as they are printed; a name that begins like another stands before it. */
static const struct unit {
    const char *name;
    int64_t ms;
} units[] = {
    {"d", INT64_C(24) * 3600 * 1000},
    {"h", INT64_C(3600) * 1000},
    {"ms", 1},
    {"m", INT64_C(60) * 1000},
    {"s", 1000},
};

static const struct unit *find_unit(const char *text)
{
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        if (g_str_has_prefix(text, units[i].name))
            return &units[i];
    }
    return NULL;
}

/* A decimal number as thousandths of `unit`'s milliseconds: digits, perhaps a point and more
 * digits. *end is what follows. */
typedef struct number {
    int64_t whole, fraction, scale; /* whole + fraction / scale */
    const char *end;
} number;

static bool read_number(const char *text, number *out)
{
    *out = (number){.scale = 1, .end = text};
    size_t digits = 0;
    for (; g_ascii_isdigit(*out->end); out->end++, digits++) {
        if (out->whole > MN_DURATION_MAX_MS)
            return false;
        out->whole = out->whole * 10 + (*out->end - '0');
    }
    if (*out->end != '.')
        return digits > 0;
    for (out->end++; g_ascii_isdigit(*out->end); out->end++, digits++) {
        if (out->scale < 1000000000) {
            out->fraction = out->fraction * 10 + (*out->end - '0');
            out->scale *= 10;
        }
    }
    return digits > 0;
}

bool mn_duration_parse(const char *text, int64_t *out_ms)
{
    int64_t sum = 0;
    if (strcmp(text, "0") == 0) {
        *out_ms = 0;
        return true;
    }
    if (*text == '\0')
        return false;
    while (*text != '\0') {
        number n;
        const struct unit *unit = read_number(text, &n) ? find_unit(n.end) : NULL;
        if (unit == NULL || n.whole > MN_DURATION_MAX_MS / unit->ms)
            return false;
        sum += n.whole * unit->ms + n.fraction * unit->ms / n.scale;
        if (sum > MN_DURATION_MAX_MS)
            return false;
        text = n.end + strlen(unit->name);
    }
    *out_ms = sum;
    return true;
}

char *mn_duration_format(int64_t ms)
{
    static const struct unit printed[] = {
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

bool mn_decode_duration(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    char buffer[MN_NUMBER_TEXT];
    const char *text = "";
    (void)arena;
    if (!mn_read_scalar_text(at, buffer, &text, error))
        return false;
    if (mn_duration_parse(text, out))
        return true;
    bool bare = *text != '\0' && strspn(text, "0123456789.") == strlen(text);
    return mn_at_error(at,
                       MN_ERROR_SCHEMA,
                       error,
                       "expected a duration such as 90s, 10m, 1h30m or 2d, found \"%.60s\"%s",
                       text,
                       bare ? ": say the unit" : "");
}
