/* SPDX-License-Identifier: Apache-2.0 */
/* Open addressing, at most two thirds full. The table is never walked where order would
 * matter. */
#include "core/plugins/pair_counts.h"

#include <string.h>

enum { FIRST_CAPACITY = 16 };

static uint64_t hash_text(uint64_t hash, const char *text)
{
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3U;
    return (hash ^ 0xffU) * 0x100000001b3U;
}

/* The slot of the pair, or the free one where it would go. */
static mn_pair_count *find_slot(const mn_pair_counts *counts, const char *key, const char *value)
{
    const uint64_t hash = hash_text(hash_text(0xcbf29ce484222325U, key), value);
    for (size_t i = (size_t)(hash >> 17);; i++) {
        mn_pair_count *slot = &counts->slots[i & (counts->capacity - 1)];
        if (slot->key == NULL || (strcmp(slot->value, value) == 0 && strcmp(slot->key, key) == 0))
            return slot;
    }
}

static void grow(mn_pair_counts *counts)
{
    const mn_pair_counts old = *counts;
    counts->capacity = old.capacity == 0 ? FIRST_CAPACITY : old.capacity * 2;
    counts->slots = MN_ARENA_NEW(counts->arena, mn_pair_count, counts->capacity);
    for (size_t i = 0; i < old.capacity; i++) {
        if (old.slots[i].key != NULL)
            *find_slot(counts, old.slots[i].key, old.slots[i].value) = old.slots[i];
    }
}

void mn_pair_counts_add(mn_pair_counts *counts, const char *key, const char *value, int64_t more)
{
    if (counts->entries * 3 >= counts->capacity * 2)
        grow(counts);
    mn_pair_count *slot = find_slot(counts, key, value);
    if (slot->key == NULL) {
        *slot = (mn_pair_count){.key = key, .value = value};
        counts->entries++;
    }
    counts->nonzero -= slot->count != 0;
    slot->count += more;
    counts->nonzero += slot->count != 0;
}

const int64_t *mn_pair_counts_find(const mn_pair_counts *counts, const char *key, const char *value)
{
    if (counts->entries == 0)
        return NULL;
    const mn_pair_count *slot = find_slot(counts, key, value);
    return slot->key == NULL ? NULL : &slot->count;
}

mn_pair_counts mn_pair_counts_clone(mn_arena *arena, const mn_pair_counts *counts)
{
    mn_pair_counts copy = *counts;
    copy.arena = arena;
    copy.slots = MN_ARENA_NEW(arena, mn_pair_count, counts->capacity);
    for (size_t i = 0; i < counts->capacity; i++)
        copy.slots[i] = counts->slots[i];
    return copy;
}
