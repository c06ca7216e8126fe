/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests for every rule of an audit: one in which it finds something, one in which it
 * does not. */
#ifndef TESTS_SIMULATOR_AUDIT_CASES_H
#define TESTS_SIMULATOR_AUDIT_CASES_H

#include "simulator/audit/audit.h"

typedef struct audit_case {
    const char *code, *found, *clean;
    const char *all; /* every code that `found` gives; NULL: that one alone */
} audit_case;

extern const audit_case audit_cases[];
extern const size_t audit_case_count;

/* An input with its audit, which borrows the text. */
typedef struct audited {
    mn_audit_input *input, *cluster;
    mn_audit *audit;
} audited;

/* Ends the program when the text is malformed. `cluster` may be NULL. */
audited audited_text(const char *text, const char *cluster, const mn_audit_options *options);
void audited_clear(audited *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(audited, audited_clear)

/* "MU101 MU310", each once, in the order of the table; the caller frees. */
char *audited_codes(const audited *self);

#endif
