/* SPDX-License-Identifier: Apache-2.0 */
/* A list of geometrically growing chunks; allocation bumps a cursor.
 *
 * Chunks never move, so pointers into an arena stay valid until it is freed or
 * reset. A build with MN_ARENA_DEBUG gives every allocation a chunk of its own,
 * so that AddressSanitizer sees the bounds of each object.
 */
#include "mullion/base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <string.h>

enum { FIRST_CHUNK = 4096, MAX_CHUNK = 1 << 20, FIRST_ITEMS = 4 /* a power of two */ };

struct chunk {
    struct chunk *next;
    size_t used, capacity;
    size_t dirty; /* bytes that were handed out before a reset: no longer zero */
    alignas(max_align_t) unsigned char bytes[];
};

struct mn_arena {
    struct chunk *head;
    size_t next_capacity;
    size_t bytes;
};

mn_arena *mn_arena_new(void)
{
    mn_arena *arena = g_new0(mn_arena, 1);
    arena->next_capacity = FIRST_CHUNK;
    return arena;
}

static void free_chunks(struct chunk *chunk)
{
    while (chunk != NULL) {
        struct chunk *next = chunk->next;
        g_free(chunk);
        chunk = next;
    }
}

void mn_arena_free(mn_arena *arena)
{
    if (arena == NULL)
        return;
    free_chunks(arena->head);
    g_free(arena);
}

void mn_arena_reset(mn_arena *arena)
{
    struct chunk *kept = arena->head;
    if (kept == NULL)
        return;
#ifdef MN_ARENA_DEBUG
    free_chunks(kept); /* a kept chunk would hide stale pointers */
    arena->head = NULL;
    arena->bytes = 0;
#else
    free_chunks(kept->next); /* the head is the largest: chunks only grow */
    kept->next = NULL;
    kept->dirty = MAX(kept->dirty, kept->used);
    kept->used = 0;
    arena->bytes = sizeof *kept + kept->capacity;
#endif
}

static struct chunk *push_chunk(mn_arena *arena, size_t need)
{
#ifdef MN_ARENA_DEBUG
    size_t capacity = need;
#else
    size_t capacity = MAX(need, arena->next_capacity);
    arena->next_capacity = MIN(arena->next_capacity * 2, (size_t)MAX_CHUNK);
#endif
    struct chunk *chunk = g_malloc0(sizeof *chunk + capacity);
    chunk->capacity = capacity;
    chunk->next = arena->head;
    arena->head = chunk;
    arena->bytes += sizeof *chunk + capacity;
    return chunk;
}

/* The chunk whose next `*need` bytes, which are rounded up, are free. */
static struct chunk *chunk_for(mn_arena *arena, size_t count, size_t size, size_t *need)
{
    if (!g_size_checked_mul(need, count, size) ||
        !g_size_checked_add(need, *need, alignof(max_align_t) - 1))
        g_error("arena: %zu x %zu overflows size_t", count, size);
    *need &= ~(alignof(max_align_t) - 1);
    struct chunk *chunk = arena->head;
    return chunk == NULL || chunk->capacity - chunk->used < *need ? push_chunk(arena, *need)
                                                                  : chunk;
}

void *mn_arena_alloc(mn_arena *arena, size_t count, size_t size)
{
    size_t need;
    struct chunk *chunk = chunk_for(arena, count, size, &need);
    void *memory = chunk->bytes + chunk->used;
    if (chunk->used < chunk->dirty)
        memset(memory, 0, MIN(need, chunk->dirty - chunk->used));
    chunk->used += need;
    return memory;
}

void *mn_arena_alloc_raw(mn_arena *arena, size_t count, size_t size)
{
    size_t need;
    struct chunk *chunk = chunk_for(arena, count, size, &need);
    void *memory = chunk->bytes + chunk->used;
#ifdef MN_ARENA_DEBUG
    memset(memory, 0xa5, need); /* so that nobody gets used to zeros */
#endif
    chunk->used += need;
    return memory;
}

/* Whether a list is full shows in its count alone: it is when that is a power of two. */
void *mn_arena_grow(mn_arena *arena, void *items, size_t count, size_t size)
{
    if (count != 0 && (count < FIRST_ITEMS || (count & (count - 1)) != 0))
        return items;
    void *grown = mn_arena_alloc(arena, MAX(count * 2, (size_t)FIRST_ITEMS), size);
    if (count > 0)
        memcpy(grown, items, count * size);
    return grown;
}

const char *mn_arena_strndup(mn_arena *arena, const char *text, size_t len)
{
    char *copy = mn_arena_alloc_raw(arena, len + 1, 1);
    memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

const char *mn_arena_strdup(mn_arena *arena, const char *text)
{
    return mn_arena_strndup(arena, text, strlen(text));
}

const char *mn_arena_printf(mn_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    return mn_arena_strdup(arena, text);
}

size_t mn_arena_bytes(const mn_arena *arena)
{
    return arena->bytes;
}
