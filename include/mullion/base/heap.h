/* SPDX-License-Identifier: Apache-2.0 */
/* A priority queue of pointers: a binary heap. Items are borrowed.
 *
 * Who wants the same order on every run gives a total one: a heap does not keep equals
 * in order of arrival.
 */
#ifndef MN_HEAP_H
#define MN_HEAP_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct mn_heap mn_heap;

/* Negative: a comes out before b. */
typedef int (*mn_heap_compare)(const void *a, const void *b, const void *context);

mn_heap *mn_heap_new(mn_heap_compare compare, const void *context);
void mn_heap_free(mn_heap *heap);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mn_heap, mn_heap_free)

size_t mn_heap_count(const mn_heap *heap);
void mn_heap_push(mn_heap *heap, void *item);

/* The first of the order; NULL when empty. */
void *mn_heap_peek(const mn_heap *heap);
void *mn_heap_pop(mn_heap *heap);

/* By address, looking at each item. False when it is not there. */
bool mn_heap_remove(mn_heap *heap, const void *item);

/* When something happens in virtual time. The sequence number makes the order total. */
typedef struct mn_moment {
    int64_t time_ms;
    int phase; /* what comes first among things of the same time */
    uint64_t sequence;
} mn_moment;

int mn_moment_compare(const mn_moment *a, const mn_moment *b);

#endif
