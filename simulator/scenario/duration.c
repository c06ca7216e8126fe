/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/scenario/duration.h"

#include <string.h>

const mn_duration_form mn_duration_virtual = {.days = true, .max_ms = MN_DURATION_MAX_MS};

bool mn_decode_duration(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    char buffer[MN_NUMBER_TEXT];
    const char *text = "";
    (void)arena;
    if (!mn_read_scalar_text(at, buffer, &text, error))
        return false;
    if (mn_duration_parse(text, &mn_duration_virtual, out))
        return true;
    bool bare = *text != '\0' && strspn(text, "0123456789.") == strlen(text);
    return mn_at_error(at,
                       MN_ERROR_SCHEMA,
                       error,
                       "expected a duration such as 90s, 10m, 1h30m or 2d, found \"%.60s\"%s",
                       text,
                       bare ? ": say the unit" : "");
}
