/* SPDX-License-Identifier: Apache-2.0 */
/* Unpacking gzip under a cap. */
#ifndef MN_GZIP_H
#define MN_GZIP_H

#include "mullion/base/str.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

bool mn_gzip_is(mn_str bytes);

/* All members of the file, checksums and lengths verified. The caller owns the
 * result, a NUL is behind it. Never holds more than `max_bytes` and a growing
 * buffer's slack, however small the input. Errors: SYNTAX (damaged, cut off), LIMIT. */
char *mn_gzip_unpack(mn_str packed, size_t max_bytes, size_t *len,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
