/* SPDX-License-Identifier: Apache-2.0 */
/* Pods, nodes and what the OS policy makes of them, from a few words of YAML. */
#ifndef TESTS_SUPPORT_NEEDS_H
#define TESTS_SUPPORT_NEEDS_H

#include "mullion/os/policy.h"
#include "tests/support/load.h"

/* A Pod and what it needs; everything lives until needs_free(). */
typedef struct need_case {
    mn_objects *objects;
    mn_os_findings findings;
    mn_os_need need;
} need_case;

/* `spec` is the inside of a flow mapping: "os: {name: linux}, containers: [...]". With
 * "---" in it, RuntimeClasses may follow. A NULL policy is the default one. */
need_case *needs_of(const mn_os_policy *policy, const char *metadata, const char *spec);
void needs_free(need_case *one);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(need_case, needs_free)

/* "windows: spec.os.name "windows" (decisive)", one a line. */
char *needs_evidence_text(const need_case *one);
char *needs_why(const mn_os_need *need);

/* A Windows node: label may be NULL. */
mn_os_offer offer_windows(const char *label, const char *kernel, const char *runtime);

#endif
