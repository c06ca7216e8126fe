/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/base/heap.h"
#include "mullion/base/rng.h"
#include "tests/support/expect.h"

static int by_value(const void *a, const void *b, const void *context)
{
    const int x = *(const int *)a, y = *(const int *)b;
    (void)context;
    return (x > y) - (x < y);
}

static void items_come_out_in_order(void)
{
    enum { COUNT = 1000 };
    g_autoptr(mn_heap) heap = mn_heap_new(by_value, NULL);
    mn_rng rng = mn_rng_new(1, "heap");
    int values[COUNT];
    for (int i = 0; i < COUNT; i++) {
        values[i] = (int)mn_rng_below(&rng, 100);
        mn_heap_push(heap, &values[i]);
    }
    int last = -1;
    for (int i = 0; i < COUNT; i++) {
        EXPECT_INT((int64_t)mn_heap_count(heap), COUNT - i);
        const int *first = mn_heap_peek(heap), *item = mn_heap_pop(heap);
        EXPECT_TRUE(first == item && *item >= last);
        last = *item;
    }
    EXPECT_TRUE(mn_heap_peek(heap) == NULL);
    EXPECT_TRUE(mn_heap_pop(heap) == NULL);
}

static void an_item_can_be_taken_out_of_the_middle(void)
{
    int values[] = {5, 3, 8, 1, 9, 2, 7};
    const int left[] = {2, 3, 5, 7, 8, 9};
    g_autoptr(mn_heap) heap = mn_heap_new(by_value, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
        mn_heap_push(heap, &values[i]);
    EXPECT_TRUE(mn_heap_remove(heap, &values[3]));
    EXPECT_TRUE(!mn_heap_remove(heap, &values[3]));
    for (size_t i = 0; i < G_N_ELEMENTS(left); i++)
        EXPECT_INT(*(const int *)mn_heap_pop(heap), left[i]);
}

/* The rows stand in their order. */
static void moments_go_by_time_then_phase_then_sequence(void)
{
    static const mn_moment rows[] = {
        {0, 0, 7},
        {0, 1, 2},
        {0, 1, 3},
        {5, -1, 9},
        {5, 0, 1},
    };
    for (size_t a = 0; a < G_N_ELEMENTS(rows); a++) {
        for (size_t b = 0; b < G_N_ELEMENTS(rows); b++)
            EXPECT_INT(mn_moment_compare(&rows[a], &rows[b]), (a > b) - (a < b));
    }
}

extern CU_TestInfo suite_core_heap[];
CU_TestInfo suite_core_heap[] = {
    {"items come out in order", items_come_out_in_order},
    {"an item can be taken out of the middle", an_item_can_be_taken_out_of_the_middle},
    {"moments go by time, then phase, then sequence", moments_go_by_time_then_phase_then_sequence},
    CU_TEST_INFO_NULL,
};
