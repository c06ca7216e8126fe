/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/base/arena.h"
#include "tests/support/expect.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static void allocations_are_zeroed_and_aligned(void)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    for (size_t n = 1; n < 9000; n += 777) {
        unsigned char *bytes = MN_ARENA_NEW(arena, unsigned char, n);
        EXPECT_INT((int64_t)((uintptr_t)bytes % _Alignof(max_align_t)), 0);
        EXPECT_INT(bytes[n - 1], 0);
        bytes[n - 1] = 1;
    }
    EXPECT_STR(mn_arena_strndup(arena, "hello, world", 5), "hello");
    EXPECT_STR(mn_arena_printf(arena, "%d-%s", 7, "x"), "7-x");
}

static void a_reset_arena_gives_zeroed_memory_again(void)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 50; i++) {
            unsigned char *bytes = MN_ARENA_NEW(arena, unsigned char, 1000);
            EXPECT_INT(bytes[999], 0);
            bytes[999] = 1;
        }
        mn_arena_reset(arena);
    }
}

static void raw_memory_leaves_the_rest_zeroed(void)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    for (size_t round = 1; round < 6; round++) {
        for (size_t i = 0; i < 40; i++) {
            const size_t size = 100 + i * round * 7 % 400;
            unsigned char *raw = MN_ARENA_RAW(arena, unsigned char, size);
            unsigned char *zeroed = MN_ARENA_NEW(arena, unsigned char, size);
            size_t others = 0;
            memset(raw, 1, size);
            for (size_t k = 0; k < size; k++)
                others += zeroed[k] != 0 ? 1 : 0;
            EXPECT_INT((int64_t)others, 0);
            memset(zeroed, 1, size);
        }
        mn_arena_reset(arena);
    }
}

static void a_list_grows_and_keeps_what_it_has(void)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    int *numbers = NULL;
    size_t count = 0;
    while (count < 1000) {
        int *place = MN_ARENA_PUSH(arena, numbers, count);
        EXPECT_INT(*place, 0);
        *place = (int)count;
    }
    for (size_t i = 0; i < count; i++)
        EXPECT_INT(numbers[i], (int)i + 1);
    EXPECT_TRUE(mn_arena_bytes(arena) < 16 * count * sizeof *numbers);
}

extern CU_TestInfo suite_core_arena[];
CU_TestInfo suite_core_arena[] = {
    {"allocations are zeroed and aligned", allocations_are_zeroed_and_aligned},
    {"a reset arena gives zeroed memory again", a_reset_arena_gives_zeroed_memory_again},
    {"raw memory leaves the rest zeroed", raw_memory_leaves_the_rest_zeroed},
    {"a list grows and keeps what it has", a_list_grows_and_keeps_what_it_has},
    CU_TEST_INFO_NULL,
};
