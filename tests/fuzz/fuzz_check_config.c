/* SPDX-License-Identifier: Apache-2.0 */
/* Somebody's KubeSchedulerConfiguration: an error, or a line for each trap in it. */
#include "extender/scheduler_config.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const mn_source source = {.name = "k", .bytes = (const char *)data, .len = size};
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) said = g_string_new(NULL);
    size_t found = 0, lines = 0;
    const bool checked = ext_scheduler_check(&source, said, &found, &error);
    g_assert(checked == (error == NULL));
    for (const char *at = said->str; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    g_assert(!checked || found <= lines);
    return 0;
}
