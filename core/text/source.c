/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/text/source.h"

#include <string.h>

mn_position mn_source_position(const mn_source *source, size_t offset)
{
    const char *line = source->bytes;
    mn_position out = {.line = 1};

    if (offset > source->len)
        offset = source->len;
    const char *end = source->bytes + offset;
    if (source->len >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0)
        line += 3; /* no editor counts a byte order mark */
    while (line < end) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        if (newline == NULL)
            break;
        line = newline + 1;
        out.line++;
    }
    out.column = line < end ? (size_t)(end - line) + 1 : 1;
    return out;
}
