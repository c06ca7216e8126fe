/* SPDX-License-Identifier: Apache-2.0 */
/* xoshiro256** (Blackman and Vigna, public domain), filled by splitmix64 from the
 * seed and an FNV-1a hash of the purpose. GRand would not do: an environment
 * variable changes what a seeded GRand yields.
 */
#include "mullion/base/rng.h"

__extension__ typedef unsigned __int128 uint128;

static uint64_t rotate_left(uint64_t value, int count)
{
    return (value << count) | (value >> (64 - count));
}

static uint64_t fnv1a(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325U;
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3U;
    return hash;
}

static uint64_t splitmix64(uint64_t *state)
{
    uint64_t mixed = (*state += 0x9e3779b97f4a7c15U);
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31);
}

mn_rng mn_rng_new(uint64_t seed, const char *purpose)
{
    mn_rng rng;
    uint64_t state = seed;
    state = splitmix64(&state) ^ fnv1a(purpose);
    for (int i = 0; i < 4; i++)
        rng.state[i] = splitmix64(&state);
    return rng;
}

uint64_t mn_rng_next(mn_rng *rng)
{
    uint64_t *s = rng->state;
    const uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    const uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate_left(s[3], 45);
    return result;
}

/* The high half of a product with a 64-bit draw; the few draws that would make some
 * results likelier are drawn again. */
uint64_t mn_rng_below(mn_rng *rng, uint64_t bound)
{
    if (bound == 0)
        return 0;
    const uint64_t unfair = (0 - bound) % bound;
    uint128 product;
    do {
        product = (uint128)mn_rng_next(rng) * bound;
    } while ((uint64_t)product < unfair);
    return (uint64_t)(product >> 64);
}
