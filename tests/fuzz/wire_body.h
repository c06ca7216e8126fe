/* SPDX-License-Identifier: Apache-2.0 */
/* What the fuzz targets of the wire share: small limits, and a body in one piece. */
#ifndef MN_FUZZ_WIRE_BODY_H
#define MN_FUZZ_WIRE_BODY_H

#include "mullion/wire/extender_wire.h"

#include <stdlib.h>

static const mn_wire_limits limits = {.nodes = 8, .depth = 16, .name_bytes = 64};

static inline void require(bool condition)
{
    if (!condition)
        abort();
}

static inline mn_str flat(mn_arena *arena, const mn_wire_body *body)
{
    char *text = mn_arena_alloc(arena, body->len + 1, 1);
    size_t used = 0;
    for (size_t i = 0; i < body->count; i++) {
        memcpy(text + used, body->spans[i].ptr, body->spans[i].len);
        used += body->spans[i].len;
    }
    require(used == body->len);
    return (mn_str){.ptr = text, .len = used};
}

#endif
