/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever parses prints, and what is printed parses back to the same value. */
#include "mullion/text/quantity.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    mn_quantity quantity, again;
    if (!mn_quantity_parse(text, &quantity, NULL))
        return 0;
    char buffer[MN_QUANTITY_BUFFER];
    const mn_quantity twice = mn_quantity_add(quantity, quantity);
    if (mn_quantity_sign(twice) != mn_quantity_sign(quantity))
        abort();
    (void)mn_quantity_milli_value(twice);
    mn_quantity_format(quantity, buffer);
    const bool exact = quantity.form != MN_QUANTITY_HUGE;
    if (!mn_quantity_parse(buffer, &again, NULL) ||
        (exact && mn_quantity_cmp(again, quantity) != 0))
        abort();
    return 0;
}
