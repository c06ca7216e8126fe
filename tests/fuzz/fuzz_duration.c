/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a span of time: none, or one within the limit, that is written such that it is read
 * as the same. Whatever has no days means the same with them. */
#include "mullion/text/duration.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const mn_duration_form with_days = {.days = true, .max_ms = INT64_MAX / 1000000};
    g_autofree char *text = g_strndup((const char *)data, size);
    int64_t ms, again;
    if (mn_duration_parse(text, &mn_duration_go, &ms))
        g_assert(mn_duration_parse(text, &with_days, &again) && again == ms);
    if (!mn_duration_parse(text, &with_days, &ms))
        return 0;
    g_autofree char *written = mn_duration_format(ms);
    g_assert(ms >= 0 && ms <= with_days.max_ms);
    g_assert(mn_duration_parse(written, &with_days, &again) && again == ms);
    return 0;
}
