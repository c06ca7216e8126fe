/* SPDX-License-Identifier: Apache-2.0 */
/* A run of bytes that somebody else owns; not NUL-terminated.
 *
 * For scanners and wire code. At every other interface strings are plain
 * `const char *`.
 */
#ifndef MN_STR_H
#define MN_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef struct mn_str {
    const char *ptr;
    size_t len;
} mn_str;

#define MN_STR_LIT(text) ((mn_str){.ptr = (text), .len = sizeof(text) - 1})

/* For "%.*s". */
#define MN_STR_ARG(str) (int)(str).len, (str).ptr

static inline mn_str mn_str_of(const char *text)
{
    return (mn_str){.ptr = text, .len = strlen(text)};
}

static inline bool mn_str_eq(mn_str a, mn_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Nearly always no, and nearly always for the first byte: made to be asked of each key of an
 * object and each name that is looked for. */
static inline bool mn_str_is(mn_str a, const char *text)
{
    if (a.len == 0 || *a.ptr != *text)
        return a.len == 0 && *text == '\0';
    return strncmp(text, a.ptr, a.len) == 0 && text[a.len] == '\0';
}

#endif
