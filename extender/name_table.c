/* SPDX-License-Identifier: Apache-2.0 */
/* Open addressing with linear probing, at most half full. A slot keeps 32 bits of
 * the hash, so that a name's bytes are compared only when they are all but surely
 * equal; the bytes of all names stand together, in the order of their numbers, which
 * is also about the order in which they are asked for. */
#include "extender/name_table.h"

#include <stdbool.h>

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

/* The last eight bytes, once more where they overlap: a whole word is quicker to load than a
 * part of one. */
static inline uint64_t last_word(mn_str name)
{
    return name.len >= 8 ? load(name.ptr + name.len - 8) : load_short(name.ptr, name.len);
}

static inline uint64_t hash(mn_str name)
{
    const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t state = odd ^ name.len;
    for (size_t at = 0; at + 8 < name.len; at += 8)
        state = mix(state ^ load(name.ptr + at), odd);
    return mix(state ^ last_word(name), UINT64_C(0xd6e8feb86659fd93));
}

static uint32_t tag_of(uint64_t hashed)
{
    return (uint32_t)(hashed >> 32) | 1;
}

/* As hash() goes through a name: to call memcmp() costs more than so few bytes. */
static inline bool is_same(const char *bytes, mn_str name)
{
    for (size_t at = 0; at + 8 < name.len; at += 8)
        if (load(bytes + at) != load(name.ptr + at))
            return false;
    return last_word((mn_str){.ptr = bytes, .len = name.len}) == last_word(name);
}

static inline bool is_name(const ext_name_table *table, uint32_t number, mn_str name)
{
    const uint32_t *offset = &table->offsets[number];
    return offset[1] - offset[0] == name.len && is_same(table->bytes + offset[0], name);
}

static void insert(ext_name_table *table, mn_str name, uint32_t number)
{
    uint64_t hashed = hash(name);
    size_t at = hashed & table->mask;
    while (table->slots[at].tag != 0 && !(table->slots[at].tag == tag_of(hashed) &&
                                          is_name(table, table->slots[at].number, name)))
        at = (at + 1) & table->mask;
    table->slots[at] = (struct slot){.tag = tag_of(hashed), .number = number};
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
    uint64_t hashed = hash(name);
    for (size_t at = hashed & table->mask;; at = (at + 1) & table->mask) {
        const struct slot *slot = &table->slots[at];
        if (slot->tag == 0)
            return EXT_NAME_UNKNOWN;
        if (slot->tag == tag_of(hashed) && is_name(table, slot->number, name))
            return slot->number;
    }
}
