/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of JSON, cut into values as it comes. Private.
 *
 * What stays of the stream is at most one value, and of that at most `max_bytes`: a list of
 * 5,000 nodes never stands in memory. Pieces may end anywhere. The cutter only looks for where
 * values end; that brackets match inside of one is for mn_scan to say.
 */
#ifndef MN_KUBE_CUTTER_H
#define MN_KUBE_CUTTER_H

#include "mullion/base/error.h"
#include "mullion/base/str.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum kube_cut_form {
    KUBE_CUT_WATCH, /* objects, one behind the other */
    KUBE_CUT_LIST,  /* one object; the elements of its "items" come one by one */
} kube_cut_form;

typedef enum kube_cut_kind {
    KUBE_CUT_EVENT,  /* of a watch */
    KUBE_CUT_ITEM,   /* of a list */
    KUBE_CUT_MEMBER, /* of a list, any other than its items */
} kube_cut_kind;

/* Borrowed for the call. */
typedef struct kube_cut {
    kube_cut_kind kind;
    const char *key; /* of a member */
    mn_str bytes;
    bool whole; /* false: longer than max_bytes, this is how it begins */
} kube_cut;

/* False with *error set ends the stream. */
typedef bool (*kube_cut_fn)(const kube_cut *cut, void *data, GError **error);

typedef struct kube_cutter kube_cutter;

kube_cutter *kube_cutter_new(kube_cut_form form, size_t max_bytes);
void kube_cutter_free(kube_cutter *cutter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(kube_cutter, kube_cutter_free)

/* Hands over what is complete with this piece. Not to be called again after a failure: SYNTAX
 * ("byte N: expected ..."), LIMIT (a member's name), or what `each` said. */
bool kube_cutter_feed(kube_cutter *cutter, mn_str piece, kube_cut_fn each, void *data,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The stream may end here: between two events, behind a list. */
bool kube_cutter_is_complete(const kube_cutter *cutter);

#endif
