/* SPDX-License-Identifier: Apache-2.0 */
/* Skipping and walking must agree on every text, and neither may read past its end. */
#include "mullion/text/json_scan.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DEPTH = 32 };

static void visit(mn_arena *arena, mn_scan *scan);

static void visit_object(mn_arena *arena, mn_scan *scan) /* NOLINT(misc-no-recursion) */
{
    mn_scan_keys seen = {.count = 0};
    mn_scan_string key;
    mn_str text;
    while (mn_scan_next_member(scan, &key)) {
        if (seen.count < MN_SCAN_KEYS_MAX && scan->depth == 2)
            mn_scan_is_new_key(scan, &seen, key);
        if (mn_scan_string_is(key, "metadata") && !mn_scan_string_is_like(key, "METADATA"))
            abort();
        g_autoptr(GError) error = NULL;
        if (!mn_scan_string_decode(arena, key, &text, &error) && error == NULL)
            abort();
        visit(arena, scan);
    }
}

static void visit(mn_arena *arena, mn_scan *scan) /* NOLINT(misc-no-recursion) */
{
    mn_scan_kind kind = mn_scan_peek(scan);
    if (kind == MN_SCAN_OBJECT && mn_scan_enter(scan, kind)) {
        visit_object(arena, scan);
    } else if (kind == MN_SCAN_ARRAY && mn_scan_enter(scan, kind)) {
        while (mn_scan_next_element(scan))
            visit(arena, scan);
    } else if (kind == MN_SCAN_STRING) {
        mn_scan_take_string(scan);
    }
}

/* What stands between the quotes of each string, many at once or one by one; how many. */
static size_t list_strings(mn_arena *arena, mn_str text, size_t room, mn_str **out)
{
    size_t count = 0;
    mn_scan_string one;
    mn_scan scan;
    *out = MN_ARENA_NEW(arena, mn_str, text.len + 1);
    mn_scan_init(&scan, text, DEPTH);
    if (mn_scan_peek(&scan) != MN_SCAN_ARRAY)
        return 0;
    mn_scan_enter(&scan, MN_SCAN_ARRAY);
    do
        count += mn_scan_next_plain_strings(&scan, *out + count, room, 40);
    while (mn_scan_next_string(&scan, &one) && ((*out)[count++] = one.raw).ptr != NULL);
    return count;
}

static void require_same_strings(mn_arena *arena, mn_str text)
{
    mn_str *several, *single;
    size_t count = list_strings(arena, text, text.len / 3, &several);
    if (count != list_strings(arena, text, 0, &single))
        abort();
    for (size_t i = 0; i < count; i++)
        if (several[i].ptr != single[i].ptr || several[i].len != single[i].len)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autoptr(GError) skip_error = NULL;
    g_autoptr(GError) walk_error = NULL;
    mn_str text = {.ptr = (const char *)data, .len = size};
    mn_scan scan;

    mn_scan_init(&scan, text, DEPTH);
    bool skipped = mn_scan_end(&scan, &skip_error);
    mn_scan_init(&scan, text, DEPTH);
    visit(arena, &scan);
    bool walked = mn_scan_end(&scan, &walk_error);

    /* Only the walk looks at keys, and the keys of a nested object only there. */
    bool about_keys = scan.fault == MN_SCAN_DUPLICATE_KEY || scan.fault == MN_SCAN_TOO_MANY_KEYS;
    if (skipped != walked && !about_keys)
        abort();
    if (skipped == (skip_error != NULL) || walked == (walk_error != NULL))
        abort();
    require_same_strings(arena, text);
    return 0;
}
