/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files, from bytes to decoded objects: YAML or JSON, locations, shapes. */
#include "mullion/model/objects.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const mn_document_limits limits = {
        .bytes = 1 << 20, .depth = 64, .values = 10000, .documents = 100};
    const mn_source source = {.name = "fuzz", .bytes = (const char *)data, .len = size};
    g_autoptr(mn_objects) objects = mn_objects_new();
    g_autoptr(GError) error = NULL;
    if (!mn_objects_load(objects, &source, &limits, &error))
        g_assert(error != NULL && error->domain == MN_ERROR);
    return 0;
}
