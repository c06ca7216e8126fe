/* SPDX-License-Identifier: Apache-2.0 */
#include "extender/stamp.h"

#include <glib.h>
#include <string.h>

static void put_digits(char *end, unsigned value, int count)
{
    for (int i = 0; i < count; i++, value /= 10)
        *--end = (char)('0' + value % 10);
}

const char *ext_stamp(int64_t at_ms, char text[EXT_STAMP_TEXT])
{
    enum { DAY_OF_1970 = 719163, DAY_S = 24 * 60 * 60 };
    const int64_t seconds = at_ms / 1000;
    const unsigned of_day = (unsigned)(seconds % DAY_S);
    GDate date;
    g_date_clear(&date, 1);
    g_date_set_julian(&date, (guint32)(seconds / DAY_S + DAY_OF_1970));

    memcpy(text, "0000-00-00T00:00:00.000Z", EXT_STAMP_TEXT);
    put_digits(text + 4, g_date_get_year(&date), 4);
    put_digits(text + 7, (unsigned)g_date_get_month(&date), 2);
    put_digits(text + 10, g_date_get_day(&date), 2);
    put_digits(text + 13, of_day / 3600, 2);
    put_digits(text + 16, of_day / 60 % 60, 2);
    put_digits(text + 19, of_day % 60, 2);
    put_digits(text + 23, (unsigned)(at_ms % 1000), 3);
    return text;
}
