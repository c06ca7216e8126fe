/* SPDX-License-Identifier: Apache-2.0 */
/* From a field path to a line and column.
 *
 * jansson forgets positions, so the source is scanned again, only when an error
 * is reported. A path is as kubectl prints it: "spec.containers[0].image",
 * "metadata.labels[kubernetes.io/os]" (brackets around keys that hold a dot).
 */
#ifndef MN_LOCATE_H
#define MN_LOCATE_H

#include "mullion/text/document.h"

/* One step of a path, outermost first: a member (key != NULL) or an element. */
typedef struct mn_step {
    const char *key;
    size_t index;
} mn_step;

/* The place of the value, or of the innermost parent that is there; {0, 0} when
 * not even the document is found. The document's own prefix is applied first. */
mn_position mn_locate(const mn_document *document, const mn_step *steps, size_t count);

#endif
