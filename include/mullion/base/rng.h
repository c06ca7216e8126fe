/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers that depend on a seed and a purpose, and on nothing else.
 *
 * One generator per purpose ("tie break", "arrivals"), so that drawing more numbers
 * for one thing does not change what another draws. Not for secrets.
 */
#ifndef MN_RNG_H
#define MN_RNG_H

#include <stdint.h>

typedef struct mn_rng {
    uint64_t state[4];
} mn_rng;

mn_rng mn_rng_new(uint64_t seed, const char *purpose);

uint64_t mn_rng_next(mn_rng *rng);

/* Uniform in [0, bound), without the bias of a remainder; 0 when bound is 0. */
uint64_t mn_rng_below(mn_rng *rng, uint64_t bound);

#endif
