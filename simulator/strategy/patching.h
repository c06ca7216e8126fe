/* SPDX-License-Identifier: Apache-2.0 */
/* A decoded object under a strategic merge patch: struct to tree, patch, tree to struct.
 *
 * Lists of taints and tolerations grow by what a patch brings, which is what somebody does who
 * edits them; `null` empties them. (The API server replaces them whole.)
 */
#ifndef MN_PATCHING_H
#define MN_PATCHING_H

#include "mullion/text/decode.h"

typedef struct mn_patching {
    mn_arena *arena; /* of the result */
    const mn_shape *shape;
    const char *kind;     /* whose lists have which merge key: "Node", "PodTemplateSpec" */
    const char *strategy; /* its file; for errors, as are the next two */
    const char *field;    /* "spec.nodes[0].patch" */
    const char *subject;  /* "Node win-0" */
} mn_patching;

/* The object itself when the patch changes nothing; NULL with *error set when it makes the object
 * invalid. `below`: the patch only fills in what the object does not say. */
const void *mn_patching_apply(const mn_patching *how, const void *object, const char *patch,
                              bool below, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for a tree that has no struct of its own; the caller owns the text, which is JSON. */
char *mn_patching_text(const mn_patching *how, const char *object, const char *patch,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
