/* SPDX-License-Identifier: Apache-2.0 */
/* Patches: what `kubectl patch` sends and what a strategy file holds, applied to a tree.
 *
 *     g_autoptr(json_t) patched = mn_patch_apply(MN_PATCH_STRATEGIC, "Deployment", old, &patch,
 * error);
 *
 * Trees are never changed: the result is a new one, which shares what the patch leaves alone
 * with the old one and what it brings with the patch. Its depth and size are limited.
 */
#ifndef MN_PATCH_H
#define MN_PATCH_H

#include "mullion/text/read.h"

typedef enum mn_patch_type {
    MN_PATCH_STRATEGIC, /* as the API server merges its own kinds: lists by their merge key */
    MN_PATCH_MERGE,     /* RFC 7386: maps member by member, lists whole, null removes */
    MN_PATCH_JSON,      /* RFC 6902: a list of operations */
} mn_patch_type;

/* "strategic", "merge", "json", NULL: the words of kubectl's --type. */
extern const char *const mn_patch_type_names[];

/* The caller owns the reference. `kind` ("Deployment", "Node", ...) says which lists have a merge
 * key; of another kind only the metadata is known. `target` may be NULL: nothing is there yet.
 * NULL with *error (SCHEMA or LIMIT) at the place of the patch. */
json_t *mn_patch_apply(mn_patch_type type, const char *kind, const json_t *target,
                       const mn_at *patch, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
