/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/conform/difference.h"

#include "mullion/text/json_write.h"

#include <string.h>

enum { MAX_SHOWN = 300 };

/* `null` is as good as absent. */
static bool is_nothing(const mn_at *at)
{
    return !mn_at_is_there(at) || json_is_null(at->value);
}

static char *show(const mn_at *at)
{
    if (!mn_at_is_there(at))
        return g_strdup("nothing");
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_json_tree(&json, at->value);
    const mn_str text = mn_json_writer_text(&json);
    if (text.len <= MAX_SHOWN)
        return g_strndup(text.ptr, text.len);
    g_autofree char *start = g_strndup(text.ptr, MAX_SHOWN);
    g_autofree char *valid = g_utf8_make_valid(start, -1);
    return g_strconcat(valid, "...", NULL);
}

static conform_difference differ(const mn_at *expected, const mn_at *got)
{
    return (conform_difference){
        .path = mn_at_path(mn_at_is_there(expected) ? expected : got),
        .expected = show(expected),
        .got = show(got),
    };
}

/* Documents are no deeper than the reader allows. */
/* NOLINTNEXTLINE(misc-no-recursion) */
static conform_difference compare_objects(const mn_at *expected, const mn_at *got)
{
    mn_members members = mn_members_of(expected);
    mn_at member;
    while (mn_members_next(&members, &member)) {
        const mn_at other = mn_at_member(got, member.key);
        const conform_difference found = conform_compare(&member, &other);
        if (found.path != NULL)
            return found;
    }
    members = mn_members_of(got);
    while (mn_members_next(&members, &member)) {
        const mn_at other = mn_at_member(expected, member.key);
        if (is_nothing(&other) && !is_nothing(&member))
            return differ(&other, &member);
    }
    return (conform_difference){0};
}

/* NOLINTNEXTLINE(misc-no-recursion) */
static conform_difference compare_arrays(const mn_at *expected, const mn_at *got)
{
    const size_t count = MAX(mn_at_count(expected), mn_at_count(got));
    for (size_t i = 0; i < count; i++) {
        const mn_at left = mn_at_element(expected, i), right = mn_at_element(got, i);
        const conform_difference found = conform_compare(&left, &right);
        if (found.path != NULL)
            return found;
    }
    return (conform_difference){0};
}

/* NOLINTNEXTLINE(misc-no-recursion) */
conform_difference conform_compare(const mn_at *expected, const mn_at *got)
{
    if (is_nothing(expected) && is_nothing(got))
        return (conform_difference){0};
    if (is_nothing(expected) || is_nothing(got) ||
        json_typeof(expected->value) != json_typeof(got->value))
        return differ(expected, got);
    if (json_is_object(expected->value))
        return compare_objects(expected, got);
    if (json_is_array(expected->value))
        return compare_arrays(expected, got);
    return json_equal(expected->value, got->value) ? (conform_difference){0}
                                                   : differ(expected, got);
}

void conform_difference_clear(conform_difference *difference)
{
    g_clear_pointer(&difference->path, g_free);
    g_clear_pointer(&difference->expected, g_free);
    g_clear_pointer(&difference->got, g_free);
}
