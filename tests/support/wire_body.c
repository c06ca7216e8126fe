/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/wire_body.h"

#include "tests/support/expect.h"

char *wire_body_flat(const mn_wire_body *body)
{
    GString *text = g_string_sized_new(body->len);
    for (size_t i = 0; i < body->count; i++)
        g_string_append_len(text, body->spans[i].ptr, (gssize)body->spans[i].len);
    EXPECT_INT((int64_t)text->len, (int64_t)body->len);
    return g_string_free(text, FALSE);
}
