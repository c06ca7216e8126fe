/* SPDX-License-Identifier: Apache-2.0 */
/* Findings as patches.
 *
 * A patch is a strategic merge patch that names its object: what `kubectl patch --patch-file`
 * and kustomize take. Lists without a merge key (tolerations) are written whole.
 */
#ifndef SIMULATOR_AUDIT_PATCH_H
#define SIMULATOR_AUDIT_PATCH_H

#include "mullion/text/json_write.h"
#include "simulator/audit/audit.h"

/* Would there be anything in the patch for these findings of one object? Those that are
 * ignored or take a person add nothing. */
bool mn_patch_is_there(const mn_finding *findings, size_t count);

/* That patch, as one value. */
void mn_patch_write(mn_json_writer *json, const mn_finding *findings, size_t count);

/* The same as YAML. */
void mn_patch_print(const mn_finding *findings, size_t count, GString *out);

typedef struct mn_patch_counts {
    size_t patches, mended, by_hand; /* documents; findings with and without a patch */
} mn_patch_counts;

/* All patches of the audit as a YAML stream, each with the findings that it mends in front. */
mn_patch_counts mn_patch_print_all(const mn_audit *audit, GString *out);

/* How many findings from `first` on are about one object. */
size_t mn_finding_run(const mn_audit *audit, size_t first);

#endif
