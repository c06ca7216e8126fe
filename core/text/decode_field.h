/* SPDX-License-Identifier: Apache-2.0 */
/* What the two ways into a struct share: decode.c reads trees, decode_text.c bytes. */
#ifndef MN_DECODE_FIELD_H
#define MN_DECODE_FIELD_H

#include "mullion/text/decode.h"

/* What every slice of the model looks like. Each is a struct of its own type to the compiler:
 * copy it there by memcpy(). */
typedef struct mn_slice {
    const void *items;
    size_t count;
} mn_slice;

/* The value at `at` into `out`, where the field stands in a zeroed struct. */
bool mn_decode_field(mn_arena *arena, const mn_field *field, const mn_at *at, void *out,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Always false. */
bool mn_decode_missing(const mn_field *field, const mn_at *at, GError **error);

void mn_labels_sort(mn_label *labels, size_t count);

#endif
