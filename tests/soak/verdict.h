/* SPDX-License-Identifier: Apache-2.0 */
/* What has to hold (claims.def), how often it did, and what did not. By any thread. */
#ifndef TESTS_SOAK_VERDICT_H
#define TESTS_SOAK_VERDICT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum claim {
#define CLAIM(id, text) CLAIM_##id,
#include "tests/soak/claims.def"
#undef CLAIM
    CLAIMS,
} claim;

void claim_held(claim which);
/* The first ones of each claim are printed as they come. */
void claim_broken(claim which, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Gives `holds`; what it says is for when it does not. */
bool claim_check(claim which, bool holds, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* How often it did not hold so far. */
uint64_t claim_faults(claim which);

/* A line of the running log. */
void verdict_say(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* A further row of the table: so many times, so many of them not as it should be. */
void verdict_row(const char *group, const char *what, uint64_t times, uint64_t faults);
/* The table and "soak: N passed, M failed"; true when none failed. A row that never came true is
 * a failure, too. */
bool verdict_print(void);

#endif
