/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of names, several thousand to a request: the one kind of text that is worth a loop of
 * its own. It takes what Go writes; whatever looks otherwise is left to the cursor, which
 * knows all of the grammar, and its faults. */
#include "core/text/json_block.h"
#include "mullion/text/json_scan.h"

enum { NO_PLAIN = -1 };

/* Bytes from behind an opening quote to the closing one; NO_PLAIN: somebody must look closer. A
 * lane at a time, so the last string of a text is never plain. */
static inline ptrdiff_t plain_length(const char *at, const char *end, size_t max)
{
    for (size_t len = 0; len <= max && (size_t)(end - at) >= len + JSON_LANE; len += JSON_LANE) {
        uint32_t ends = json_lane_ends(at + len);
        if (ends == 0)
            continue;
        len += (size_t)__builtin_ctz(ends);
        return at[len] == '"' && len <= max ? (ptrdiff_t)len : NO_PLAIN;
    }
    return NO_PLAIN;
}

/* From one string to the next: behind the quote that opens it; NULL: there is none. */
static inline const char *pass_comma(const char *at, const char *end)
{
    return end - at > 2 && memcmp(at, ",\"", 2) == 0 ? at + 2 : NULL;
}

size_t mn_scan_next_plain_strings(mn_scan *scan, mn_str *out, size_t room, size_t max_bytes)
{
    const char *at = scan->at, *taken = at, *end = scan->end;
    size_t count = 0;
    if (scan->fault != MN_SCAN_FINE || scan->waiting || at == end)
        return 0;
    if (scan->fresh)
        at = *at == '"' ? at + 1 : NULL;
    else
        at = pass_comma(at, end);
    for (; at != NULL && count < room; at = pass_comma(taken, end)) {
        ptrdiff_t len = plain_length(at, end, max_bytes);
        if (len == NO_PLAIN)
            break;
        out[count++] = (mn_str){.ptr = at, .len = (size_t)len};
        taken = at + len + 1;
    }
    scan->at = taken;
    scan->fresh = scan->fresh && count == 0;
    return count;
}
