/* SPDX-License-Identifier: Apache-2.0 */
/* Counts by topology key and value, in an arena. */
#ifndef CORE_PLUGINS_PAIR_COUNTS_H
#define CORE_PLUGINS_PAIR_COUNTS_H

#include "mullion/base/arena.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct mn_pair_count {
    const char *key, *value; /* key NULL: a free slot */
    int64_t count;
} mn_pair_count;

/* An entry stays once it is there, also at 0. Zeroed but for the arena: empty. */
typedef struct mn_pair_counts {
    mn_arena *arena;
    mn_pair_count *slots;
    size_t capacity; /* a power of two, or 0 */
    size_t entries;
    size_t nonzero; /* entries that are not 0 */
} mn_pair_counts;

/* Makes the entry where there is none. Texts are borrowed. */
void mn_pair_counts_add(mn_pair_counts *counts, const char *key, const char *value, int64_t more);

/* NULL when there is no entry. */
const int64_t *mn_pair_counts_find(const mn_pair_counts *counts, const char *key,
                                   const char *value);

static inline int64_t mn_pair_counts_get(const mn_pair_counts *counts, const char *key,
                                         const char *value)
{
    const int64_t *count = mn_pair_counts_find(counts, key, value);
    return count == NULL ? 0 : *count;
}

mn_pair_counts mn_pair_counts_clone(mn_arena *arena, const mn_pair_counts *counts);

#endif
