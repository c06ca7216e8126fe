/* SPDX-License-Identifier: Apache-2.0 */
/* What `compare --fail-on` is asked for: an error, or a condition that is written down for people:
 * rounded where it is a time, with its unit spelt out where it is CPU or memory, else as it was. */
#include "simulator/compare/compare.h"

#include <stdlib.h>
#include <string.h>

enum { PODS = 1000000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(GError) error = NULL;
    mn_condition condition, again;
    if (!mn_condition_parse(text, &condition, &error)) {
        g_assert(error != NULL);
        return 0;
    }
    mn_metrics metrics = {.values = {0}};
    for (size_t i = 0; i < MN_METRIC_COUNT; i++)
        metrics.values[i] = PODS;
    (void)mn_condition_holds(&condition, &metrics);
    g_autoptr(GString) written = g_string_new(NULL);
    mn_condition_format(written, &condition);
    const mn_metric_unit unit = mn_metric_get(condition.metric)->unit;
    g_assert(written->len > 0);
    if (unit == MN_UNIT_CPU || unit == MN_UNIT_MEMORY)
        return 0;
    if (!mn_condition_parse(written->str, &again, &error)) {
        g_printerr("%s: %s\n", written->str, error->message);
        abort();
    }
    g_assert(again.value == condition.value || unit == MN_UNIT_TIME);
    g_assert(again.metric == condition.metric && again.relation == condition.relation);
    g_assert(again.percent == condition.percent);
    return 0;
}
