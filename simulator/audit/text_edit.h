/* SPDX-License-Identifier: Apache-2.0 */
/* A finding's fix as a change of the text that it was found in.
 *
 * Only where that is certain to be right: a nodeSelector that is added, to YAML in block or
 * flow style or to JSON. Everything else is left to the patch.
 */
#ifndef SIMULATOR_AUDIT_TEXT_EDIT_H
#define SIMULATOR_AUDIT_TEXT_EDIT_H

#include "simulator/audit/audit.h"

/* Text to insert in front of the byte at `at`. */
typedef struct mn_text_edit {
    mn_position at;
    char *text; /* the caller frees */
} mn_text_edit;

bool mn_text_edit_of(mn_audit_input *input, const mn_finding *finding, mn_text_edit *out);

#endif
