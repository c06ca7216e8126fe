/* SPDX-License-Identifier: Apache-2.0 */
/* A line of a file of `mullion conform`: an error, or a case that both engines answer alike. */
#include "simulator/conform/case.h"

#include <stdlib.h>
#include <string.h>

enum { BYTES_MAX = 16384 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *answer(mn_str line, mn_engine engine)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(conform_case) one = conform_case_new(line, &error);
    g_assert((one == NULL) == (error != NULL));
    return one == NULL ? NULL : conform_answer(one, engine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const mn_str line = {.ptr = (const char *)data, .len = size};
    if (size > BYTES_MAX)
        return 0;
    g_autofree char *fast = answer(line, MN_ENGINE_FAST);
    g_autofree char *reference = answer(line, MN_ENGINE_REFERENCE);
    if (g_strcmp0(fast, reference) != 0) {
        g_printerr("fast: %s\nreference: %s\n", fast, reference);
        abort();
    }
    return 0;
}
