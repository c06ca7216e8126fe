/* SPDX-License-Identifier: Apache-2.0 */
/* A command line of the extender, an argument a line: an error, or options that can be laid over a
 * configuration. */
#include "extender/options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autofree char *line = g_strconcat("mullion-extender\n", text, NULL);
    g_auto(GStrv) arguments = g_strsplit(line, "\n", 64);
    g_auto(ext_options) options = {.action = EXT_SERVE};
    g_autoptr(GError) error = NULL;
    if (!ext_options_parse(arguments, &options, &error)) {
        g_assert(error != NULL);
        return 0;
    }
    g_autoptr(ext_config) config = ext_config_new();
    g_assert(ext_options_apply(&options, config, &error) == (error == NULL));
    return 0;
}
