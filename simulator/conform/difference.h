/* SPDX-License-Identifier: Apache-2.0 */
/* Where two JSON values differ. */
#ifndef SIMULATOR_CONFORM_DIFFERENCE_H
#define SIMULATOR_CONFORM_DIFFERENCE_H

#include "mullion/text/read.h"

typedef struct conform_difference {
    char *path;           /* "results[12].node"; NULL: they are equal */
    char *expected, *got; /* as JSON, cut; "nothing" where there is none */
} conform_difference;

conform_difference conform_compare(const mn_at *expected, const mn_at *got);
void conform_difference_clear(conform_difference *difference);

#endif
