/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/base/arena.h"
#include "tests/support/expect.h"

#include <stddef.h>
#include <stdint.h>

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

extern CU_TestInfo suite_core_arena[];
CU_TestInfo suite_core_arena[] = {
    {"allocations are zeroed and aligned", allocations_are_zeroed_and_aligned},
    {"a reset arena gives zeroed memory again", a_reset_arena_gives_zeroed_memory_again},
    CU_TEST_INFO_NULL,
};
