/* SPDX-License-Identifier: Apache-2.0 */
/* One lifetime, one owner, one free.
 *
 * Every decoded object lives in exactly one arena, and every arena has exactly
 * one owner: a request, a scenario, a run, or a cached node. Nothing allocated
 * here is ever freed on its own.
 */
#ifndef MN_ARENA_H
#define MN_ARENA_H

#include <glib.h>
#include <stddef.h>

typedef struct mn_arena mn_arena;

mn_arena *mn_arena_new(void);
void mn_arena_free(mn_arena *arena);

/* Forgets every allocation and keeps one chunk, so that a loop which resets its
 * arena stops allocating after the first rounds. */
void mn_arena_reset(mn_arena *arena);

/* Zeroed, aligned for any type; lives as long as the arena. */
void *mn_arena_alloc(mn_arena *arena, size_t count, size_t size) G_GNUC_WARN_UNUSED_RESULT;
/* The same, but holding anything: for large arrays that the caller fills. */
void *mn_arena_alloc_raw(mn_arena *arena, size_t count, size_t size) G_GNUC_WARN_UNUSED_RESULT;

/* A list of `count` items, as this gave it (NULL for none), with room for one more, which is
 * zeroed: the list itself, or a copy with room for twice as many. */
void *mn_arena_grow(mn_arena *arena, void *items, size_t count,
                    size_t size) G_GNUC_WARN_UNUSED_RESULT;

/* Copies, with a NUL behind them. */
const char *mn_arena_strndup(mn_arena *arena, const char *text, size_t len);
const char *mn_arena_strdup(mn_arena *arena, const char *text);
const char *mn_arena_printf(mn_arena *arena, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Bytes taken from the system so far: what a memory limit counts. */
size_t mn_arena_bytes(const mn_arena *arena);

#define MN_ARENA_NEW(arena, type, count) ((type *)mn_arena_alloc((arena), (count), sizeof(type)))
#define MN_ARENA_RAW(arena, type, count) \
    ((type *)mn_arena_alloc_raw((arena), (count), sizeof(type)))
/* The place of one more item, which is counted. */
#define MN_ARENA_PUSH(arena, items, count) \
    ((items) = mn_arena_grow((arena), (items), (count), sizeof *(items)), &(items)[(count)++])

G_DEFINE_AUTOPTR_CLEANUP_FUNC(mn_arena, mn_arena_free)

#endif
