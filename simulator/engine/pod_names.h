/* SPDX-License-Identifier: Apache-2.0 */
/* Names as the API server and the controllers make them, from a seed. */
#ifndef MN_POD_NAMES_H
#define MN_POD_NAMES_H

#include "mullion/base/arena.h"
#include "mullion/base/rng.h"

/* A pod-template-hash: up to ten of the letters that a decimal number is spelled with. */
const char *mn_template_hash(mn_arena *arena, uint64_t seed, const char *workload);

/* `prefix` and five letters, as generateName has it; no longer than 63. */
const char *mn_generated_name(mn_arena *arena, mn_rng *rng, const char *prefix);

#endif
