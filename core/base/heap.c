/* SPDX-License-Identifier: Apache-2.0 */
/* Invariant: no item comes before its parent, which stands at (index - 1) / 2. */
#include "mullion/base/heap.h"

struct mn_heap {
    GPtrArray *items;
    mn_heap_compare compare;
    const void *context;
};

mn_heap *mn_heap_new(mn_heap_compare compare, const void *context)
{
    mn_heap *heap = g_new0(mn_heap, 1);
    heap->items = g_ptr_array_new();
    heap->compare = compare;
    heap->context = context;
    return heap;
}

void mn_heap_free(mn_heap *heap)
{
    if (heap == NULL)
        return;
    g_ptr_array_unref(heap->items);
    g_free(heap);
}

size_t mn_heap_count(const mn_heap *heap)
{
    return heap->items->len;
}

static bool is_before(const mn_heap *heap, size_t a, size_t b)
{
    return heap->compare(heap->items->pdata[a], heap->items->pdata[b], heap->context) < 0;
}

static void swap(mn_heap *heap, size_t a, size_t b)
{
    gpointer kept = heap->items->pdata[a];
    heap->items->pdata[a] = heap->items->pdata[b];
    heap->items->pdata[b] = kept;
}

static void sift_up(mn_heap *heap, size_t i)
{
    while (i > 0 && is_before(heap, i, (i - 1) / 2)) {
        swap(heap, i, (i - 1) / 2);
        i = (i - 1) / 2;
    }
}

static void sift_down(mn_heap *heap, size_t i)
{
    const size_t count = heap->items->len;
    for (size_t child = 2 * i + 1; child < count; child = 2 * i + 1) {
        if (child + 1 < count && is_before(heap, child + 1, child))
            child++;
        if (!is_before(heap, child, i))
            return;
        swap(heap, i, child);
        i = child;
    }
}

void mn_heap_push(mn_heap *heap, void *item)
{
    g_ptr_array_add(heap->items, item);
    sift_up(heap, heap->items->len - 1);
}

void *mn_heap_peek(const mn_heap *heap)
{
    return heap->items->len == 0 ? NULL : heap->items->pdata[0];
}

static void *take(mn_heap *heap, size_t i)
{
    const size_t last = heap->items->len - 1;
    swap(heap, i, last);
    void *item = g_ptr_array_remove_index(heap->items, (guint)last);
    if (i < last) {
        sift_up(heap, i);
        sift_down(heap, i);
    }
    return item;
}

void *mn_heap_pop(mn_heap *heap)
{
    return heap->items->len == 0 ? NULL : take(heap, 0);
}

bool mn_heap_remove(mn_heap *heap, const void *item)
{
    for (size_t i = 0; i < heap->items->len; i++) {
        if (heap->items->pdata[i] != item)
            continue;
        take(heap, i);
        return true;
    }
    return false;
}

int mn_moment_compare(const mn_moment *a, const mn_moment *b)
{
    if (a->time_ms != b->time_ms)
        return a->time_ms < b->time_ms ? -1 : 1;
    if (a->phase != b->phase)
        return a->phase < b->phase ? -1 : 1;
    return (a->sequence > b->sequence) - (a->sequence < b->sequence);
}
