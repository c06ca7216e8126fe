/* SPDX-License-Identifier: Apache-2.0 */
/* Damaged and malicious gzip: never more than the cap. */
#include "mullion/io/gzip.h"

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { CAP = 100000 };
    const mn_str packed = {.ptr = (const char *)data, .len = size};
    g_autoptr(GError) error = NULL;
    size_t len = 0;
    g_autofree char *bytes = mn_gzip_unpack(packed, CAP, &len, &error);

    g_assert((bytes != NULL) == (error == NULL));
    g_assert(len <= CAP && (bytes == NULL || bytes[len] == '\0'));
    return 0;
}
