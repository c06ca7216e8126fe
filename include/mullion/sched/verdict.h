/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin's answer: data, not an error.
 *
 * The codes are kube-scheduler's. Several reasons are common: NodeResourcesFit
 * reports every resource that is short.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/scheduling-framework/
 */
#ifndef MN_VERDICT_H
#define MN_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

typedef enum mn_code {
    MN_CODE_SUCCESS,
    MN_CODE_ERROR,
    MN_CODE_UNSCHEDULABLE, /* evicting somebody could help */
    MN_CODE_UNRESOLVABLE,  /* UnschedulableAndUnresolvable: nothing on this node could help */
    MN_CODE_WAIT,
    MN_CODE_SKIP, /* nothing to say about this Pod */
    MN_CODE_PENDING,
} mn_code;

/* Zeroed: success. Reasons are static or live in the arena of the cycle. */
typedef struct mn_verdict {
    mn_code code;
    const char *const *reasons;
    size_t count;
} mn_verdict;

/* "Success", "UnschedulableAndUnresolvable", ... */
const char *mn_code_name(mn_code code);

static inline mn_verdict mn_fits(void)
{
    return (mn_verdict){.code = MN_CODE_SUCCESS};
}

static inline mn_verdict mn_skips(void)
{
    return (mn_verdict){.code = MN_CODE_SKIP};
}

static inline bool mn_verdict_fits(mn_verdict verdict)
{
    return verdict.code == MN_CODE_SUCCESS;
}

/* Unschedulable, UnschedulableAndUnresolvable or Pending. */
static inline bool mn_verdict_rejects(mn_verdict verdict)
{
    return verdict.code == MN_CODE_UNSCHEDULABLE || verdict.code == MN_CODE_UNRESOLVABLE ||
           verdict.code == MN_CODE_PENDING;
}

/* A verdict with one reason that never changes:
 *     MN_VERDICT_CONST(no_ports, MN_CODE_UNSCHEDULABLE, "node(s) didn't have ...");
 *     return no_ports; */
#define MN_VERDICT_CONST(name, verdict_code, text)        \
    static const char *const name##_reasons[] = {(text)}; \
    static const mn_verdict name = {.code = (verdict_code), .reasons = name##_reasons, .count = 1}

#endif
