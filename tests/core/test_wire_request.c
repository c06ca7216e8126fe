/* SPDX-License-Identifier: Apache-2.0 */
/* Requests as Mullion writes them, held to those that kube-scheduler wrote. */
#include "mullion/text/read.h"
#include "mullion/wire/preempt_wire.h"
#include "tests/support/captures.h"
#include "tests/support/expect.h"
#include "tests/support/wire_body.h"

#include <string.h>

static const mn_wire_limits *const limits = &mn_wire_limits_default;

static json_t *tree_of(mn_str text)
{
    json_t *tree = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);
    EXPECT_TRUE(tree != NULL);
    return tree;
}

/* ---- objects: everything that is written was in the recording */

static bool same_amount(const char *a, const char *b)
{
    mn_quantity left, right;
    return mn_quantity_parse(a, &left, NULL) && mn_quantity_parse(b, &right, NULL) &&
           mn_quantity_cmp(left, right) == 0;
}

/* An empty text stands in for one that was not kept. */
static bool same_value(const json_t *got, const json_t *want)
{
    if (json_is_string(got) && json_is_string(want)) {
        const char *a = json_string_value(got), *b = json_string_value(want);
        return *a == '\0' || strcmp(a, b) == 0 || same_amount(a, b);
    }
    return json_equal(got, want) != 0 || (json_is_integer(got) && json_integer_value(got) == 0);
}

static bool is_within(const json_t *got, const json_t *want) /* NOLINT(misc-no-recursion) */
{
    const char *key;
    json_t *value;
    if (json_is_array(got)) {
        bool within = json_array_size(got) == json_array_size(want);
        for (size_t i = 0; within && i < json_array_size(got); i++)
            within = is_within(json_array_get(got, i), json_array_get(want, i));
        return within;
    }
    if (!json_is_object(got))
        return same_value(got, want);
    void *iter = json_object_iter((json_t *)(uintptr_t)got);
    for (; iter != NULL; iter = json_object_iter_next((json_t *)(uintptr_t)got, iter)) {
        key = json_object_iter_key(iter);
        value = json_object_iter_value(iter);
        if (!is_within(value, json_object_get(want, key)))
            return false;
    }
    return true;
}

static size_t leaves_of(const json_t *tree) /* NOLINT(misc-no-recursion) */
{
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(tree); i++)
        count += leaves_of(json_array_get(tree, i));
    void *iter = json_object_iter((json_t *)(uintptr_t)tree);
    for (; iter != NULL; iter = json_object_iter_next((json_t *)(uintptr_t)tree, iter))
        count += leaves_of(json_object_iter_value(iter));
    return count + (size_t)(!json_is_array(tree) && !json_is_object(tree));
}

typedef struct tally {
    size_t objects, leaves;
    const char *name;
} tally;

static void check_encoded(tally *sum, mn_str first, mn_str second, const json_t *recorded)
{
    json_t *got = tree_of(first);
    if (!is_within(got, recorded))
        EXPECT_STR(sum->name, first.ptr);
    if (!mn_str_eq(first, second))
        EXPECT_STR(second.ptr, first.ptr);
    sum->objects++;
    sum->leaves += leaves_of(got);
    json_decref(got);
}

/* Decoded, written, decoded again, written again. */
static void pod_comes_back(tally *sum, const json_t *recorded)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    const mn_at at = mn_at_tree(recorded);
    const mn_pod *pod = mn_pod_decode(arena, &at, NULL);
    EXPECT_TRUE(pod != NULL);
    const mn_str first = mn_wire_pod_encode(arena, pod);
    json_t *tree = tree_of(first);
    const mn_at again = mn_at_tree(tree);
    const mn_pod *twin = mn_pod_decode(arena, &again, NULL);
    EXPECT_TRUE(twin != NULL);
    check_encoded(sum, first, mn_wire_pod_encode(arena, twin), recorded);
    json_decref(tree);
}

static void node_comes_back(tally *sum, const json_t *recorded)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    const mn_at at = mn_at_tree(recorded);
    const mn_node *node = mn_node_decode(arena, &at, NULL);
    EXPECT_TRUE(node != NULL);
    const mn_str first = mn_wire_node_encode(arena, node);
    json_t *tree = tree_of(first);
    const mn_at again = mn_at_tree(tree);
    const mn_node *twin = mn_node_decode(arena, &again, NULL);
    EXPECT_TRUE(twin != NULL);
    check_encoded(sum, first, mn_wire_node_encode(arena, twin), recorded);
    json_decref(tree);
}

static void check_objects(const capture *call, void *data)
{
    tally *sums = data; /* Pods, nodes */
    sums[0].name = sums[1].name = call->name;
    json_t *request = json_loadb(call->request.ptr, call->request.len, 0, NULL);
    const json_t *pod = json_object_get(request, "Pod");
    const json_t *nodes = json_object_get(json_object_get(request, "Nodes"), "items");
    if (pod != NULL)
        pod_comes_back(&sums[0], pod);
    for (size_t i = 0; i < json_array_size(nodes); i++)
        node_comes_back(&sums[1], json_array_get(nodes, i));
    json_decref(request);
}

static void recorded_objects_come_back_as_far_as_they_are_kept(void)
{
    tally sums[2] = {{.objects = 0}, {.objects = 0}};
    captures_each("extender", check_objects, sums);
    captures_each("extender-windows", check_objects, sums);
    EXPECT_INT((int64_t)sums[0].objects, 250);
    EXPECT_INT((int64_t)sums[1].objects, 485);
    EXPECT_TRUE(sums[0].leaves > 250 * 20);
    EXPECT_TRUE(sums[1].leaves > 485 * 20);
}

/* ---- bodies */

static void same_body(const capture *call, const mn_wire_body *body)
{
    g_autofree char *text = wire_body_flat(body);
    json_t *got = tree_of(mn_str_of(text));
    json_t *want = json_loadb(call->request.ptr, call->request.len, 0, NULL);
    if (!json_equal(got, want))
        EXPECT_STR(call->name, text);
    json_decref(got);
    json_decref(want);
}

static void check_args(const capture *call, void *data)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    mn_wire_args args;
    mn_wire_body body;
    size_t *seen = data;
    if (!g_str_has_prefix(call->verb, "filter") && strcmp(call->verb, "prioritize") != 0)
        return;
    EXPECT_TRUE(mn_wire_args_decode(arena, call->request, limits, &args, NULL));
    mn_str *nodes = MN_ARENA_NEW(arena, mn_str, args.count);
    for (size_t i = 0; args.form == MN_WIRE_NODES && i < args.count; i++)
        nodes[i] = args.nodes[i].bytes;
    const mn_wire_strings names = {.items = args.names, .count = args.count};
    const mn_wire_strings whole = {.items = nodes, .count = args.count};
    if (args.form == MN_WIRE_NAMES)
        mn_wire_args_encode(arena, args.pod, &names, &body);
    else
        mn_wire_args_encode_nodes(arena, args.pod, &whole, &body);
    same_body(call, &body);
    seen[args.form]++;
}

static void requests_are_written_as_recorded(void)
{
    size_t seen[2] = {0, 0};
    captures_each("extender", check_args, seen);
    captures_each("extender-windows", check_args, seen);
    EXPECT_INT((int64_t)seen[MN_WIRE_NAMES], 123);
    EXPECT_INT((int64_t)seen[MN_WIRE_NODES], 108);
}

static void no_nodes_are_an_empty_list(void)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    mn_wire_body body;
    mn_wire_args_encode_nodes(arena, MN_STR_LIT("{}"), &(mn_wire_strings){.count = 0}, &body);
    g_autofree char *text = wire_body_flat(&body);
    EXPECT_STR(text, "{\"Pod\":{},\"Nodes\":{\"metadata\":{},\"items\":[]},\"NodeNames\":null}");
}

/* ---- preempt */

static void check_victims(const json_t *request, const mn_wire_preempt_args *args)
{
    const char *key = args->form == MN_WIRE_NODES ? "NodeNameToVictims" : "NodeNameToMetaVictims";
    const json_t *map = json_object_get(request, key);
    EXPECT_INT((int64_t)args->count, (int64_t)json_object_size(map));
    for (size_t i = 0; i < args->count; i++) {
        const mn_wire_victims *victims = &args->items[i];
        g_autofree char *node = g_strndup(victims->node.ptr, victims->node.len);
        const json_t *entry = json_object_get(map, node);
        const json_t *pods = json_object_get(entry, "Pods");
        EXPECT_INT((int64_t)victims->uids.count, (int64_t)json_array_size(pods));
        EXPECT_INT(victims->violations,
                   json_integer_value(json_object_get(entry, "NumPDBViolations")));
    }
}

static void check_preempt(const capture *call, void *data)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autoptr(GError) error = NULL;
    mn_wire_preempt_args args;
    mn_wire_body body;
    size_t *seen = data;
    if (strcmp(call->verb, "preempt") != 0)
        return;
    if (!mn_wire_preempt_args_decode(arena, call->request, limits, &args, &error)) {
        EXPECT_STR(call->name, error->message);
        return;
    }
    json_t *request = json_loadb(call->request.ptr, call->request.len, 0, NULL);
    check_victims(request, &args);
    json_decref(request);
    EXPECT_INT(args.form, call->node_cache_capable ? MN_WIRE_NAMES : MN_WIRE_NODES);
    mn_wire_preempt_args_encode(arena, &args, &body);
    same_body(call, &body);
    seen[args.form]++;
}

static void preempt_requests_are_read_and_written_as_recorded(void)
{
    size_t seen[2] = {0, 0};
    captures_each("extender", check_preempt, seen);
    captures_each("extender-windows", check_preempt, seen);
    EXPECT_INT((int64_t)seen[MN_WIRE_NAMES], 15);
    EXPECT_INT((int64_t)seen[MN_WIRE_NODES], 4);
}

static void refused(const char *body, const char *message)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autoptr(GError) error = NULL;
    mn_wire_preempt_args args;
    EXPECT_TRUE(!mn_wire_preempt_args_decode(arena, mn_str_of(body), limits, &args, &error));
    EXPECT_TRUE(error != NULL);
    if (error != NULL && strstr(error->message, message) == NULL)
        EXPECT_STR(error->message, message);
}

static void preempt_requests_must_be_whole(void)
{
    refused("", "ends");
    refused("{}", "expected Pod");
    refused("{'Pod':{}}", "byte 1");
    refused("{\"Pod\":{},\"NodeNameToVictims\":{},\"NodeNameToMetaVictims\":{}}", "one of");
    refused("{\"Pod\":{},\"NodeNameToMetaVictims\":{\"n\":null}}", "node \"n\" is null");
    refused("{\"Pod\":[],\"NodeNameToMetaVictims\":{}}", "object");
}

/* "n: u1 u2 (violations)" a node. */
static char *result_of(const char *body)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autoptr(GError) error = NULL;
    mn_wire_preempt_result result;
    if (!mn_wire_preempt_result_decode(arena, mn_str_of(body), limits, &result, &error))
        return g_strdup(error->message);
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < result.count; i++) {
        const mn_wire_victims *victims = &result.items[i];
        g_string_append_printf(text, "%s%.*s:", i == 0 ? "" : "; ", MN_STR_ARG(victims->node));
        for (size_t j = 0; j < victims->uids.count; j++)
            g_string_append_printf(text, " %.*s", MN_STR_ARG(victims->uids.items[j]));
        g_string_append_printf(text, " (%" PRId64 ")", victims->violations);
    }
    return g_string_free(text, FALSE);
}

static void reads(const char *body, const char *want)
{
    g_autofree char *got = result_of(body);
    EXPECT_STR(got, want);
}

static void preempt_answers_are_read_as_go_reads_them(void)
{
    reads("null", "");
    reads("{}", "");
    reads("{\"nodeNameToMetaVictims\":null}", "");
    reads("{\"NODENAMETOMETAVICTIMS\":{\"n\":{\"PODS\":[{\"uid\":\"u\"},{\"UID\":\"v\"}],"
          "\"numpdbviolations\":2,\"x\":1}}} and more",
          "n: u v (2)");
    reads("{\"NodeNameToMetaVictims\":{\"n\":{\"Pods\":null},\"m\":{}}}", "n: (0); m: (0)");
    reads("{\"NodeNameToMetaVictims\":{\"n\":{\"Pods\":[{}]},\"m\":{},\"n\":{}}}",
          "n: (0); m: (0)");
    reads("{\"NodeNameToMetaVictims\":{\"n\":null}}",
          "ExtenderPreemptionResult: node \"n\" is null, where kube-scheduler v1.34 crashes: "
          "leave it out");
    reads("{\"NodeNameToMetaVictims\":{\"n\":{\"Pods\":[null]}}}",
          "ExtenderPreemptionResult: a Pod of node \"n\" is null, where kube-scheduler v1.34 "
          "crashes");
}

static void preempt_answers_are_written_by_uid(void)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    const mn_str uids[] = {MN_STR_LIT("u"), MN_STR_LIT("v")};
    const mn_wire_victims items[] = {
        {.node = MN_STR_LIT("n"), .uids = {.items = uids, .count = 2}, .violations = 1},
    };
    mn_wire_body body;
    mn_wire_preempt_result_encode(
        arena, &(mn_wire_preempt_result){.items = items, .count = 1}, &body);
    g_autofree char *text = wire_body_flat(&body);
    EXPECT_STR(text,
               "{\"NodeNameToMetaVictims\":{\"n\":{\"Pods\":[{\"UID\":\"u\"},{\"UID\":\"v\"}],"
               "\"NumPDBViolations\":1}}}");
    reads(text, "n: u v (1)");
}

extern CU_TestInfo suite_core_wire_request[];
CU_TestInfo suite_core_wire_request[] = {
    {"recorded objects come back as far as they are kept",
     recorded_objects_come_back_as_far_as_they_are_kept},
    {"requests are written as recorded", requests_are_written_as_recorded},
    {"no nodes are an empty list", no_nodes_are_an_empty_list},
    {"preempt requests are read and written as recorded",
     preempt_requests_are_read_and_written_as_recorded},
    {"preempt requests must be whole", preempt_requests_must_be_whole},
    {"preempt answers are read as Go reads them", preempt_answers_are_read_as_go_reads_them},
    {"preempt answers are written by UID", preempt_answers_are_written_by_uid},
    CU_TEST_INFO_NULL,
};
