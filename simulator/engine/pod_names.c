/* SPDX-License-Identifier: Apache-2.0 */
/* Source: k8s.io/apimachinery util/rand and k8s.io/apiserver storage/names. */
#include "simulator/engine/pod_names.h"

#include <inttypes.h>

/* No vowels and no digits that look like them, so that no words come out. */
static const char letters[] = "bcdfghjklmnpqrstvwxz2456789";

enum { LETTERS = sizeof letters - 1, SUFFIX = 5, PREFIX_MAX = 63 - SUFFIX };

const char *mn_template_hash(mn_arena *arena, uint64_t seed, const char *workload)
{
    g_autofree char *purpose = g_strdup_printf("template hash of %s", workload);
    mn_rng rng = mn_rng_new(seed, purpose);
    char text[16];
    g_snprintf(text, sizeof text, "%" PRIu32, (uint32_t)mn_rng_next(&rng));
    for (char *p = text; *p != '\0'; p++)
        *p = letters[(unsigned char)*p % LETTERS];
    return mn_arena_strdup(arena, text);
}

const char *mn_generated_name(mn_arena *arena, mn_rng *rng, const char *prefix)
{
    char suffix[SUFFIX + 1] = {0};
    for (int i = 0; i < SUFFIX; i++)
        suffix[i] = letters[mn_rng_below(rng, LETTERS)];
    return mn_arena_printf(arena, "%.*s%s", PREFIX_MAX, prefix, suffix);
}
