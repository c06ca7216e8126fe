/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and answers of the preempt verb. What a decoder accepts can be encoded, and is
 * read back as the same. */
#include "mullion/wire/preempt_wire.h"
#include "tests/fuzz/wire_body.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same(const mn_wire_victims *a, const mn_wire_victims *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        require(mn_str_eq(a[i].node, b[i].node) && a[i].violations == b[i].violations);
        require(a[i].uids.count == b[i].uids.count && a[i].pods.count == b[i].pods.count);
        for (size_t j = 0; j < a[i].uids.count; j++)
            require(mn_str_eq(a[i].uids.items[j], b[i].uids.items[j]));
    }
}

static void try_args(mn_arena *arena, mn_str body)
{
    g_autoptr(GError) error = NULL;
    mn_wire_preempt_args args, again;
    mn_wire_body out;
    if (!mn_wire_preempt_args_decode(arena, body, &limits, &args, &error)) {
        require(error != NULL);
        return;
    }
    mn_wire_preempt_args_encode(arena, &args, &out);
    require(mn_wire_preempt_args_decode(arena, flat(arena, &out), &limits, &again, NULL));
    require(again.count == args.count && again.form == args.form);
    same(again.items, args.items, args.count);
}

static void try_result(mn_arena *arena, mn_str body)
{
    g_autoptr(GError) error = NULL;
    mn_wire_preempt_result result, again;
    mn_wire_body out;
    if (!mn_wire_preempt_result_decode(arena, body, &limits, &result, &error)) {
        require(error != NULL);
        return;
    }
    mn_wire_preempt_result_encode(arena, &result, &out);
    require(mn_wire_preempt_result_decode(arena, flat(arena, &out), &limits, &again, NULL));
    require(again.count == result.count);
    same(again.items, result.items, result.count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    mn_str body = {.ptr = (const char *)data, .len = size};
    try_args(arena, body);
    try_result(arena, body);
    return 0;
}
