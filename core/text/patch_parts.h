/* SPDX-License-Identifier: Apache-2.0 */
/* What the kinds of patches share. */
#ifndef MN_PATCH_PARTS_H
#define MN_PATCH_PARTS_H

#include "core/text/json_ref.h"
#include "mullion/text/patch.h"

enum {
    MN_PATCH_MAX_LIST = 4096, /* elements of a list that is merged by key */
    MN_PATCH_MAX_OPERATIONS = 1000,
    MN_PATCH_MAX_DEPTH = 256,
    MN_PATCH_MAX_COPIED = 100000, /* values that the copies of one patch bring */
};

/* One more reference: trees are shared, never changed once they are built. NULL is null. */
json_t *mn_patch_share(const json_t *value);

json_t *mn_patch_merge(const mn_at *target, const mn_at *patch);
json_t *mn_patch_strategic(const char *kind, const mn_at *target, const mn_at *patch,
                           GError **error);
json_t *mn_patch_json(const json_t *target, const mn_at *patch, GError **error);

#endif
