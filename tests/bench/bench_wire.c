/* SPDX-License-Identifier: Apache-2.0 */
/* What the extender protocol costs a request of 5,000 nodes, in either form, without HTTP
 * and without deciding; and the memory it takes beside the request. */
#include "mullion/wire/extender_wire.h"
#include "tests/bench/big_nodes.h"

#include <jansson.h>
#include <stdio.h>

enum { NODES = 5000, ROUNDS = 40, ROUNDS_OF_NODES = 5 };

static const mn_wire_limits *const limits = &mn_wire_limits_default;
static const char pod[] =
    "{\"metadata\":{\"name\":\"web-7d4b9c6f5-x2x7q\",\"namespace\":\"default\",\"labels\":{\"app\":"
    "\"web\"}},\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":\"nginx:1.25\"}]}}";

struct work {
    mn_arena *arena;
    mn_str body;
    mn_wire_args args;
    mn_wire_body out;
};

static void decode(struct work *work)
{
    g_autoptr(GError) error = NULL;
    if (!mn_wire_args_decode(work->arena, work->body, limits, &work->args, &error))
        g_error("%s", error->message);
}

static void decode_nodes(struct work *work)
{
    decode(work);
    for (size_t i = 0; i < work->args.count; i++)
        if (mn_wire_node_decode(work->arena, &work->args.nodes[i], NULL) == NULL)
            g_error("node %zu", i);
}

/* Every second node passes: the worst case for the list of spans. */
static void encode_half(struct work *work)
{
    const mn_str reasons[] = {{.ptr = NULL},
                              MN_STR_LIT("node(s) ran Windows, the Pod needs Linux")};
    uint16_t *class_of = MN_ARENA_NEW(work->arena, uint16_t, work->args.count);
    for (size_t i = 0; i < work->args.count; i++)
        class_of[i] = (uint16_t)(i % 2);
    const mn_wire_classes classes = {.args = &work->args, .class_of = class_of, .count = 2};
    mn_wire_filter_encode(work->arena, &classes, reasons, SIZE_MAX, &work->out);
}

static void encode_scores(struct work *work)
{
    static const int64_t scores[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    uint16_t *class_of = MN_ARENA_NEW(work->arena, uint16_t, work->args.count);
    for (size_t i = 0; i < work->args.count; i++)
        class_of[i] = (uint16_t)(i % G_N_ELEMENTS(scores));
    const mn_wire_classes classes = {
        .args = &work->args, .class_of = class_of, .count = G_N_ELEMENTS(scores)};
    mn_wire_scores_encode(work->arena, &classes, scores, &work->out);
}

static void parse(struct work *work)
{
    json_t *tree = json_loadb(work->body.ptr, work->body.len, 0, NULL);
    if (tree == NULL)
        g_error("jansson");
    json_decref(tree);
}

/* Best of several rounds; the arena of the last one stays for whoever looks at it. */
static void measure(const char *name, void (*run)(struct work *work), struct work *work, int rounds)
{
    double best = 1e9;
    size_t before = 0;
    mn_wire_args args = work->args;
    for (int i = 0; i < rounds; i++) {
        g_autoptr(mn_arena) arena = mn_arena_new();
        work->arena = arena;
        work->args = args;
        double start = seconds_now();
        run(work);
        best = MIN(best, seconds_now() - start);
        before = mn_arena_bytes(arena);
    }
    work->args = args;
    printf("wire  %-38s %9.1f us %8.0f KB of arena\n", name, best * 1e6, (double)before / 1e3);
}

static void bench(const char *form, mn_str body)
{
    bool whole = form[0] == 'w';
    int rounds = whole ? ROUNDS_OF_NODES : ROUNDS;
    g_autoptr(mn_arena) arena = mn_arena_new();
    struct work work = {.arena = arena, .body = body};
    printf("wire  %s: %d nodes, %.0f KB\n", form, NODES, (double)body.len / 1e3);
    measure("decode", decode, &work, rounds);
    if (whole)
        measure("decode, and labels and nodeInfo of each", decode_nodes, &work, rounds);
    work.arena = arena;
    decode(&work);
    measure("encode a filter result of every second", encode_half, &work, rounds);
    measure("encode scores", encode_scores, &work, rounds);
    measure("jansson, the same request", parse, &work, whole ? 1 : rounds / 4);
}

int main(void)
{
    GString *names = g_string_new(NULL), *nodes = g_string_new(NULL);
    g_string_append_printf(names, "{\"Pod\":%s,\"Nodes\":null,\"NodeNames\":[", pod);
    g_string_append_printf(nodes, "{\"Pod\":%s,\"Nodes\":{\"metadata\":{},\"items\":[", pod);
    for (int i = 0; i < NODES; i++) {
        g_string_append_printf(names, "%s\"node-%05d\"", i ? "," : "", i);
        g_string_append(nodes, i ? "," : "");
        big_node_append(nodes, i);
    }
    g_string_append(names, "]}");
    g_string_append(nodes, "]},\"NodeNames\":null}");
    bench("names", (mn_str){.ptr = names->str, .len = names->len});
    bench("whole nodes", (mn_str){.ptr = nodes->str, .len = nodes->len});
    g_string_free(names, TRUE);
    g_string_free(nodes, TRUE);
    return 0;
}
