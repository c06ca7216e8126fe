/* SPDX-License-Identifier: Apache-2.0 */
/* Every body that the extender or the simulator may be sent. What a decoder accepts can be
 * encoded, and is read back as the same. */
#include "tests/fuzz/wire_body.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_args(mn_arena *arena, mn_str body)
{
    g_autoptr(GError) error = NULL;
    mn_wire_args args, again;
    mn_wire_body out;
    if (!mn_wire_args_decode(arena, body, &limits, &args, &error)) {
        require(error != NULL);
        return;
    }
    for (size_t i = 0; args.nodes != NULL && i < args.count; i++) {
        g_autoptr(GError) node_error = NULL;
        const mn_node *node = mn_wire_node_decode(arena, &args.nodes[i], &node_error);
        require((node == NULL) == (node_error != NULL));
    }
    const mn_wire_strings names = {.items = args.names, .count = args.count, .plain = args.plain};
    mn_wire_args_encode(arena, args.pod, &names, &out);
    require(mn_wire_args_decode(arena, flat(arena, &out), &limits, &again, NULL));
    require(again.count == args.count && mn_str_eq(again.pod, args.pod));
    for (size_t i = 0; i < args.count; i++)
        require(mn_str_eq(again.names[i], args.names[i]));
}

static void try_result(mn_arena *arena, mn_str body)
{
    g_autoptr(GError) error = NULL;
    mn_wire_filter_result result, again;
    mn_wire_body out;
    if (!mn_wire_filter_result_decode(arena, body, &limits, &result, &error)) {
        require(error != NULL);
        return;
    }
    if (!result.has_names && !result.has_nodes && result.error.len == 0)
        return;
    mn_wire_filter_result_encode(arena, &result, &out);
    require(mn_wire_filter_result_decode(arena, flat(arena, &out), &limits, &again, NULL));
    require(again.has_names == result.has_names && again.has_nodes == result.has_nodes);
    require(again.names.count == result.names.count && again.nodes.count == result.nodes.count);
    require(again.failed.count == result.failed.count && mn_str_eq(again.error, result.error));
}

static void try_scores(mn_arena *arena, mn_str body)
{
    g_autoptr(GError) error = NULL;
    mn_wire_scores scores, again;
    mn_wire_body out;
    if (!mn_wire_scores_decode(arena, body, &limits, &scores, &error)) {
        require(error != NULL);
        return;
    }
    mn_wire_scores_encode(arena, &scores, &out);
    require(mn_wire_scores_decode(arena, flat(arena, &out), &limits, &again, NULL));
    require(again.count == scores.count);
    for (size_t i = 0; i < scores.count; i++)
        require(again.items[i].score == scores.items[i].score);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    mn_str body = {.ptr = (const char *)data, .len = size};
    try_args(arena, body);
    try_result(arena, body);
    try_scores(arena, body);
    return 0;
}
