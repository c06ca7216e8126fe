/* SPDX-License-Identifier: Apache-2.0 */
/* The door to the three kinds of patches, and the plainest of them.
 *
 * Results are built anew along the path of a change. That costs a copy of each list and map on
 * the way, and buys trees that nobody ever sees half changed.
 */
#include "mullion/text/patch.h"

#include "core/text/patch_parts.h"

const char *const mn_patch_type_names[] = {"strategic", "merge", "json", NULL};

/* jansson counts references in the value itself. */
json_t *mn_patch_share(const json_t *value)
{
    union {
        const json_t *read_only;
        json_t *open;
    } view = {.read_only = value};
    return value == NULL ? json_null() : json_incref(view.open);
}

/* RFC 7386, section 2. Members keep the order of the target, new ones come behind.
 * NOLINTNEXTLINE(misc-no-recursion): as deep as a document may be */
json_t *mn_patch_merge(const mn_at *target, const mn_at *patch)
{
    if (!json_is_object(patch->value))
        return mn_patch_share(patch->value);
    json_t *out = json_object();
    mn_at member;
    if (json_is_object(target->value)) {
        for (mn_members m = mn_members_of(target); mn_members_next(&m, &member);)
            json_object_set_new_nocheck(out, member.key, mn_patch_share(member.value));
    }
    for (mn_members m = mn_members_of(patch); mn_members_next(&m, &member);) {
        mn_at old = mn_at_member(target, member.key);
        if (!mn_at_is_there(&member))
            json_object_del(out, member.key);
        else
            json_object_set_new_nocheck(out, member.key, mn_patch_merge(&old, &member));
    }
    return out;
}

json_t *mn_patch_apply(mn_patch_type type, const char *kind, const json_t *target,
                       const mn_at *patch, GError **error)
{
    mn_at at = mn_at_tree(target);
    if (type != MN_PATCH_JSON && !json_is_object(patch->value)) {
        mn_at_expected(patch, "an object", error);
        return NULL;
    }
    switch (type) {
    case MN_PATCH_STRATEGIC:
        return mn_patch_strategic(kind, &at, patch, error);
    case MN_PATCH_MERGE:
        return mn_patch_merge(&at, patch);
    case MN_PATCH_JSON:
        break;
    }
    return mn_patch_json(target, patch, error);
}
