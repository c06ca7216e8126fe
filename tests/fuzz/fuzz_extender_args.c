/* SPDX-License-Identifier: Apache-2.0 */
/* Every body that the extender or the simulator may be sent. What a decoder accepts can be
 * encoded, and is read back as the same. */
#include "tests/fuzz/wire_body.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each name is of the class that its length tells; the odd ones fail. */
static void try_answers(mn_arena *arena, const mn_wire_args *args)
{
    const mn_str reasons[] = {{.ptr = NULL}, MN_STR_LIT("a \"reason\""), MN_STR_LIT("")};
    const int64_t of_class[] = {10, 0, INT64_MIN};
    uint16_t *class_of = MN_ARENA_NEW(arena, uint16_t, args->count);
    const mn_wire_classes classes = {.args = args, .class_of = class_of, .count = 3};
    size_t passing = 0;
    for (size_t i = 0; i < args->count; i++) {
        class_of[i] = (uint16_t)(args->names[i].len % classes.count);
        passing += class_of[i] == 0 ? 1 : 0;
    }
    mn_wire_body out;
    mn_wire_filter_result result;
    mn_wire_scores scores;
    mn_wire_filter_encode(arena, &classes, reasons, limits.nodes, &out);
    require(mn_wire_filter_result_decode(arena, flat(arena, &out), &limits, &result, NULL));
    require((args->form == MN_WIRE_NAMES ? result.names : result.node_names).count == passing);
    require(result.unresolvable.count <= args->count - passing);
    mn_wire_scores_encode(arena, &classes, of_class, &out);
    require(mn_wire_scores_decode(arena, flat(arena, &out), &limits, &scores, NULL));
    require(scores.count == args->count);
    for (size_t i = 0; i < scores.count; i++)
        require(mn_str_eq(scores.items[i].host, args->names[i]) &&
                scores.items[i].score == of_class[class_of[i]]);
}

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
    const mn_wire_strings names = {.items = args.names, .count = args.count};
    mn_wire_args_encode(arena, args.pod, &names, &out);
    require(mn_wire_args_decode(arena, flat(arena, &out), &limits, &again, NULL));
    require(again.count == args.count && mn_str_eq(again.pod, args.pod));
    for (size_t i = 0; i < args.count; i++)
        require(mn_str_eq(again.names[i], args.names[i]));
    try_answers(arena, &args);
}

static void try_result(mn_arena *arena, mn_str body)
{
    g_autoptr(GError) error = NULL;
    mn_wire_filter_result result;
    if (!mn_wire_filter_result_decode(arena, body, &limits, &result, &error)) {
        require(error != NULL);
        return;
    }
}

static void try_scores(mn_arena *arena, mn_str body)
{
    g_autoptr(GError) error = NULL;
    mn_wire_scores scores;
    if (!mn_wire_scores_decode(arena, body, &limits, &scores, &error)) {
        require(error != NULL);
        return;
    }
    for (size_t i = 0; i < scores.count; i++)
        require(scores.items[i].host.len <= limits.name_bytes);
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
