/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as the schedule of a CronJob: an error, or times that go up. */
#include "simulator/engine/controllers/schedule.h"

#include <stddef.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    mn_schedule schedule;
    g_autoptr(GError) error = NULL;
    if (!mn_schedule_parse(text, &schedule, &error)) {
        g_assert(error != NULL);
        return 0;
    }
    int64_t at = 0;
    for (int i = 0; i < 3 && at != INT64_MAX; i++) {
        const int64_t next = mn_schedule_next_ms(&schedule, at);
        g_assert(next > at && (next == INT64_MAX || next % 60000 == 0));
        at = next;
    }
    return 0;
}
