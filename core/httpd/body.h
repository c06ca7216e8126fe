/* SPDX-License-Identifier: Apache-2.0 */
/* The body of a request while it arrives: one buffer, never more than its cap. */
#ifndef MN_BODY_H
#define MN_BODY_H

#include "mullion/base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MN_BODY_PADDING = 64 }; /* zero bytes behind the last one */

typedef struct mn_body {
    char *bytes;
    size_t len, capacity, max;
} mn_body;

typedef enum mn_body_status { MN_BODY_OK, MN_BODY_TOO_LARGE, MN_BODY_NO_MEMORY } mn_body_status;

#define MN_BODY_LENGTH_UNKNOWN UINT64_MAX

/* Empties it and, when the length is known, makes room for all of it at once. */
mn_body_status mn_body_begin(mn_body *body, uint64_t content_length, size_t max);

mn_body_status mn_body_append(mn_body *body, const char *bytes, size_t len);

/* What came, with MN_BODY_PADDING zero bytes behind it. */
mn_str mn_body_text(mn_body *body);

/* Gives memory back, but keeps a small buffer for the next request. */
void mn_body_trim(mn_body *body);
void mn_body_clear(mn_body *body);

#endif
