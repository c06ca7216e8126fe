/* SPDX-License-Identifier: Apache-2.0 */
/* Open addressing with linear probing, at most half full. A slot keeps 32 bits of
 * the hash, so that a name's bytes are compared only when they are all but surely
 * equal; the bytes of all names stand together, in the order of their numbers, which
 * is also about the order in which they are asked for. */
#include "extender/name_table.h"

#include <stdbool.h>

enum {
    TAIL = 16,
    AHEAD = 16, /* names whose slots are fetched at once */
};

struct slot {
    uint32_t tag; /* of the hash; 0: free */
    uint32_t number;
};

struct ext_name_table {
    struct slot *slots;
    size_t mask;
    char *bytes;       /* of all names */
    uint32_t *offsets; /* of each name in there, and of the end */
};

__extension__ typedef unsigned __int128 wide;

static uint64_t mix(uint64_t a, uint64_t b)
{
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t load(const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

/* Fewer than eight bytes, each at a place that their number tells. */
static inline uint64_t load_short(const char *at, size_t len)
{
    uint64_t word = 0;
    for (size_t i = 0; i < len; i++)
        word = word << 8 | (unsigned char)at[i];
    return word;
}

/* The last sixteen bytes, or those that there are, once more where they overlap: a whole word is
 * quicker to load than a part of one. */
typedef struct tail {
    uint64_t first, last;
} tail;

static inline tail tail_of(const char *at, size_t len)
{
    if (len >= TAIL)
        return (tail){load(at + len - TAIL), load(at + len - TAIL / 2)};
    if (len >= TAIL / 2)
        return (tail){load(at), load(at + len - TAIL / 2)};
    return (tail){load_short(at, len), 0};
}

static inline uint64_t hash(mn_str name, tail end)
{
    const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15), other = UINT64_C(0xd6e8feb8e6d9fd93);
    uint64_t state = odd * name.len;
    for (size_t at = 0; at + TAIL < name.len; at += TAIL)
        state = mix(load(name.ptr + at) ^ state, load(name.ptr + at + TAIL / 2) ^ odd);
    return mix(end.first ^ state, end.last ^ other);
}

static uint32_t tag_of(uint64_t hashed)
{
    return (uint32_t)(hashed >> 32) | 1;
}

/* As hash() goes through a name: to call memcmp() costs more than so few bytes. */
static inline bool is_same(const char *bytes, mn_str name, tail end)
{
    for (size_t at = 0; at + TAIL < name.len; at += TAIL)
        if (((load(bytes + at) ^ load(name.ptr + at)) |
             (load(bytes + at + TAIL / 2) ^ load(name.ptr + at + TAIL / 2))) != 0)
            return false;
    const tail mine = tail_of(bytes, name.len);
    return ((mine.first ^ end.first) | (mine.last ^ end.last)) == 0;
}

static inline bool is_name(const ext_name_table *table, uint32_t number, mn_str name, tail end)
{
    const uint32_t *offset = &table->offsets[number];
    return offset[1] - offset[0] == name.len && is_same(table->bytes + offset[0], name, end);
}

static inline uint64_t hash_of(mn_str name)
{
    return hash(name, tail_of(name.ptr, name.len));
}

/* The slot of the name, or the free one where it would be. */
static inline struct slot *slot_of(const ext_name_table *table, mn_str name, uint64_t hashed)
{
    const tail end = tail_of(name.ptr, name.len);
    for (size_t at = hashed & table->mask;; at = (at + 1) & table->mask) {
        struct slot *slot = &table->slots[at];
        if (slot->tag == 0 ||
            (slot->tag == tag_of(hashed) && is_name(table, slot->number, name, end)))
            return slot;
    }
}

static void insert(ext_name_table *table, mn_str name, uint32_t number)
{
    const uint64_t hashed = hash_of(name);
    struct slot *slot = slot_of(table, name, hashed);
    slot->tag = tag_of(hashed);
    slot->number = number;
}

ext_name_table *ext_name_table_new(const mn_str *names, uint32_t count)
{
    ext_name_table *table = g_new0(ext_name_table, 1);
    size_t capacity = 16;
    while (capacity < (size_t)count * 2)
        capacity *= 2;
    table->mask = capacity - 1;
    table->slots = g_new0(struct slot, capacity);
    table->offsets = g_new(uint32_t, (size_t)count + 1);
    uint32_t total = 0;
    for (uint32_t i = 0; i < count; i++) {
        table->offsets[i] = total;
        total += (uint32_t)names[i].len;
    }
    table->offsets[count] = total;
    table->bytes = g_malloc((size_t)total + 1);
    for (uint32_t i = 0; i < count; i++) {
        if (names[i].len > 0)
            memcpy(table->bytes + table->offsets[i], names[i].ptr, names[i].len);
        insert(table, names[i], i);
    }
    return table;
}

void ext_name_table_free(ext_name_table *table)
{
    if (table == NULL)
        return;
    g_free(table->slots);
    g_free(table->bytes);
    g_free(table->offsets);
    g_free(table);
}

uint32_t ext_name_table_find(const ext_name_table *table, mn_str name)
{
    const struct slot *slot = slot_of(table, name, hash_of(name));
    return slot->tag == 0 ? EXT_NAME_UNKNOWN : slot->number;
}

/* The slots of the next names are on their way from memory while one name is compared. */
void ext_name_table_map(const ext_name_table *table, const mn_str *names, size_t count,
                        const uint16_t *values, uint16_t unknown, uint16_t *out)
{
    uint64_t hashes[AHEAD];
    for (size_t from = 0; from < count; from += AHEAD) {
        const size_t some = MIN(count - from, (size_t)AHEAD);
        for (size_t i = 0; i < some; i++) {
            hashes[i] = hash_of(names[from + i]);
            __builtin_prefetch(&table->slots[hashes[i] & table->mask]);
        }
        for (size_t i = 0; i < some; i++) {
            const struct slot *slot = slot_of(table, names[from + i], hashes[i]);
            out[from + i] = slot->tag == 0 ? unknown : values[slot->number];
        }
    }
}
