/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/text/read.h"
#include "mullion/wire/extender_wire.h"
#include "tests/support/captures.h"
#include "tests/support/expect.h"

static const mn_wire_limits *const limits = &mn_wire_limits_default;

static bool is_about_nodes(const capture *call)
{
    return g_str_has_prefix(call->verb, "filter") || strcmp(call->verb, "prioritize") == 0;
}

static bool same_text(mn_str text, const char *want)
{
    return mn_str_eq(text, mn_str_of(want));
}

/* ---- recorded requests */

static void check_names(const capture *call, const mn_wire_args *args)
{
    EXPECT_INT((int64_t)args->count, (int64_t)json_array_size(call->offered));
    for (size_t i = 0; i < args->count; i++) {
        const char *offered = json_string_value(json_array_get(call->offered, i));
        if (!same_text(args->names[i], offered))
            EXPECT_STR(call->name, offered);
    }
}

static void check_pod(const capture *call, mn_str pod)
{
    json_t *args = json_loadb(call->request.ptr, call->request.len, 0, NULL);
    json_t *got = json_loadb(pod.ptr, pod.len, JSON_REJECT_DUPLICATES, NULL);
    if (!json_equal(got, json_object_get(args, "Pod")))
        EXPECT_STR(call->name, "the Pod");
    json_decref(got);
    json_decref(args);
}

static void check_nodes(const capture *call, const mn_wire_args *args)
{
    json_t *whole = json_loadb(call->request.ptr, call->request.len, 0, NULL);
    json_t *items = json_object_get(json_object_get(whole, "Nodes"), "items");
    for (size_t i = 0; i < args->count; i++) {
        mn_str bytes = args->nodes[i].bytes;
        json_t *node = json_loadb(bytes.ptr, bytes.len, 0, NULL);
        if (!json_equal(node, json_array_get(items, i)))
            EXPECT_STR(call->name, "the bytes of each node");
        json_decref(node);
    }
    json_decref(whole);
}

static void check_request(const capture *call, void *data)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autoptr(GError) error = NULL;
    mn_wire_args args;
    size_t *seen = data;
    if (!is_about_nodes(call))
        return;
    if (!mn_wire_args_decode(arena, call->request, limits, &args, &error)) {
        EXPECT_STR(call->name, error->message);
        return;
    }
    seen[args.form]++;
    EXPECT_INT(args.form, call->node_cache_capable ? MN_WIRE_NAMES : MN_WIRE_NODES);
    check_names(call, &args);
    check_pod(call, args.pod);
    if (args.form == MN_WIRE_NODES)
        check_nodes(call, &args);
}

static void recorded_requests_are_understood(void)
{
    size_t seen[2] = {0, 0};
    EXPECT_INT((int64_t)captures_each("extender", check_request, seen), 143);
    EXPECT_INT((int64_t)captures_each("extender-windows", check_request, seen), 112);
    EXPECT_INT((int64_t)seen[MN_WIRE_NAMES], 123);
    EXPECT_INT((int64_t)seen[MN_WIRE_NODES], 108);
}

/* ---- nodes */

static void check_decoded(mn_arena *arena, const mn_wire_node *from)
{
    g_autoptr(GError) error = NULL;
    json_t *tree = json_loadb(from->bytes.ptr, from->bytes.len, 0, NULL);
    const mn_at at = mn_at_tree(tree);
    const mn_node *want = mn_node_decode(arena, &at, &error);
    const mn_node *got = mn_wire_node_decode(arena, from, &error);
    json_decref(tree);
    if (want == NULL || got == NULL) {
        EXPECT_STR(error->message, NULL);
        return;
    }
    const mn_labels *labels = &got->meta.labels;
    EXPECT_STR(got->meta.name, want->meta.name);
    EXPECT_STR(got->meta.resource_version, want->meta.resource_version);
    EXPECT_INT((int64_t)labels->count, (int64_t)want->meta.labels.count);
    EXPECT_INT(labels->items == NULL, want->meta.labels.items == NULL);
    for (size_t i = 0; i < MIN(labels->count, want->meta.labels.count); i++) {
        EXPECT_STR(labels->items[i].key, want->meta.labels.items[i].key);
        EXPECT_STR(labels->items[i].value, want->meta.labels.items[i].value);
    }
    const mn_node_system_info *info = &got->status.info, *want_info = &want->status.info;
    EXPECT_STR(info->operating_system, want_info->operating_system);
    EXPECT_STR(info->architecture, want_info->architecture);
    EXPECT_STR(info->kernel_version, want_info->kernel_version);
    EXPECT_STR(info->os_image, want_info->os_image);
    EXPECT_STR(info->container_runtime_version, want_info->container_runtime_version);
    EXPECT_STR(info->kubelet_version, want_info->kubelet_version);
    const mn_runtime_handlers *handlers = &got->status.runtime_handlers;
    EXPECT_INT((int64_t)handlers->count, (int64_t)want->status.runtime_handlers.count);
    for (size_t i = 0; i < MIN(handlers->count, want->status.runtime_handlers.count); i++)
        EXPECT_STR(handlers->items[i].name, want->status.runtime_handlers.items[i].name);
}

static void check_decoded_nodes(const capture *call, void *data)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    mn_wire_args args;
    size_t *nodes = data;
    if (!is_about_nodes(call) || call->node_cache_capable ||
        !mn_wire_args_decode(arena, call->request, limits, &args, NULL))
        return;
    for (size_t i = 0; i < args.count; i++, (*nodes)++)
        check_decoded(arena, &args.nodes[i]);
}

#define ARGS_OF(node) "{\"Pod\":{},\"Nodes\":{\"items\":[" node "]}}"

static void nodes_are_decoded_as_the_model_decodes_them(void)
{
    static const char *const odd[] = {
        ARGS_OF("{\"metadata\":{\"name\":\"a\"}}"),
        ARGS_OF("{\"metadata\":{\"name\":\"a\",\"labels\":null},\"spec\":null,\"status\":{}}"),
        ARGS_OF("{\"metadata\":{\"name\":\"a\",\"labels\":{}},\"status\":{\"nodeInfo\":{}}}"),
        ARGS_OF("{\"metadata\":{\"labels\":{\"b\":\"2\",\"a\":null,\"\\u0061\\n\":\"\\\"\"},"
                "\"resourceVersion\":null,\"name\":\"\\u0061\"},\"status\":{\"nodeInfo\":{"
                "\"osImage\":\"W\\u00efn\",\"kernelVersion\":null,\"x\":[1]},\"runtimeHandlers\":["
                "{\"name\":\"\"},{\"features\":{\"name\":1},\"name\":\"runhcs\"},{}]}}"),
    };
    size_t nodes = 0;
    captures_each("extender-windows", check_decoded_nodes, &nodes);
    EXPECT_TRUE(nodes > 300);
    for (size_t i = 0; i < G_N_ELEMENTS(odd); i++) {
        g_autoptr(mn_arena) arena = mn_arena_new();
        mn_wire_args args = {.count = 0};
        EXPECT_TRUE(mn_wire_args_decode(arena, mn_str_of(odd[i]), limits, &args, NULL));
        EXPECT_INT((int64_t)args.count, 1);
        if (args.count == 1)
            check_decoded(arena, &args.nodes[0]);
    }
}

static void members_of_nodes_are_cut_out(void)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    mn_wire_args args;
    static const char body[] =
        ARGS_OF("{\"spec\":{\"taints\":[{\"key\":\"os\"}],\"unschedulable\":true,\"taint\":1},"
                "\"metadata\":{\"name\":\"n\"}}");
    EXPECT_TRUE(mn_wire_args_decode(arena, mn_str_of(body), limits, &args, NULL));
    EXPECT_TRUE(same_text(args.nodes[0].taints, "[{\"key\":\"os\"}]"));
    EXPECT_TRUE(same_text(args.nodes[0].unschedulable, "true"));
    EXPECT_TRUE(args.nodes[0].node_info.ptr == NULL);
}

static void a_label_that_is_no_string_is_an_error(void)
{
    static const struct {
        const char *body, *message;
    } facts[] = {
        {ARGS_OF("{\"metadata\":{\"name\":\"n\",\"labels\":{\"a\":1}}}"),
         "metadata.labels: byte 5: expected a string, found a number"},
        {ARGS_OF("{\"metadata\":{\"name\":\"n\",\"labels\":[]}}"),
         "metadata.labels: byte 0: expected an object, found an array"},
        {ARGS_OF("{\"metadata\":{\"name\":\"n\",\"labels\":{\"a\":\"\",\"\\u0061\":\"\"}}}"),
         "metadata.labels: the key 'a' stands there twice"},
        {ARGS_OF(
             "{\"metadata\":{\"name\":\"n\"},\"status\":{\"nodeInfo\":{\"osImage\":\"\xff\"}}}"),
         "status.nodeInfo: byte 12: the string is not UTF-8"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(facts); i++) {
        g_autoptr(mn_arena) arena = mn_arena_new();
        g_autoptr(GError) error = NULL;
        mn_wire_args args;
        EXPECT_TRUE(mn_wire_args_decode(arena, mn_str_of(facts[i].body), limits, &args, NULL));
        EXPECT_TRUE(mn_wire_node_decode(arena, &args.nodes[0], &error) == NULL);
        EXPECT_STR(error == NULL ? NULL : error->message, facts[i].message);
    }
}

/* ---- what is no request */

static void refused(const char *body, size_t len, mn_error code, const char *message)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autoptr(GError) error = NULL;
    mn_wire_args args;
    const mn_wire_limits few = {.nodes = 3, .depth = 16, .name_bytes = 8};
    mn_str bytes = {.ptr = body, .len = len};
    EXPECT_TRUE(!mn_wire_args_decode(arena, bytes, &few, &args, &error));
    EXPECT_STR(error == NULL ? NULL : error->message, message);
    if (error != NULL)
        EXPECT_INT(error->code, (int)code);
}

#define REFUSED(body, code, message) \
    refused((body), sizeof(body) - 1, MN_ERROR_##code, "ExtenderArgs: " message)

static void bodies_that_are_no_request_are_refused(void)
{
    REFUSED("", SYNTAX, "byte 0: the text ends in the middle of a value");
    REFUSED("null", SCHEMA, "byte 0: expected an object, found null");
    REFUSED("[]", SCHEMA, "byte 0: expected an object, found an array");
    REFUSED("{}", SCHEMA, "neither Pod nor nodes: not ExtenderArgs");
    REFUSED("{\"Pod\":null,\"NodeNames\":[]}", SCHEMA, "Pod is missing or null");
    REFUSED("{\"Pod\":[],\"NodeNames\":[]}", SCHEMA, "byte 7: expected an object, found an array");
    REFUSED("{\"Pod\":{},\"Nodes\":null,\"NodeNames\":null}",
            SCHEMA,
            "both Nodes and NodeNames are missing or null: one of them must list the nodes");
    REFUSED("{\"Pod\":{},\"Nodes\":{\"items\":[]},\"NodeNames\":[]}",
            SCHEMA,
            "both Nodes and NodeNames are set: kube-scheduler sends one of them "
            "(nodeCacheCapable)");
    REFUSED("{\"Pod\":{},\"NodeNames\":[],\"pod\":{}}",
            SYNTAX,
            "byte 26: this key stood there before (case ignored)");
    REFUSED("{\"Pod\":{},\"NodeNames\":[1]}", SCHEMA, "byte 23: expected a string, found a number");
    REFUSED("{\"Pod\":{},\"NodeNames\":[null]}", SCHEMA, "byte 23: expected a string, found null");
    REFUSED("{\"Pod\":{},\"NodeNames\":{}}", SCHEMA, "byte 22: expected an array, found an object");
    REFUSED("{\"Pod\":{},\"NodeNames\":[\"a\",\"b\",\"c\",\"d\"]}",
            LIMIT,
            "byte 38: more than 3 nodes");
    REFUSED("{\"Pod\":{},\"NodeNames\":[\"123456789\"]}",
            LIMIT,
            "byte 24: a string of 9 bytes, at most 8 are taken here");
    REFUSED("{\"Pod\":{},\"NodeNames\":[\"a\xff\"]}", SYNTAX, "byte 24: the string is not UTF-8");
    REFUSED("{\"Pod\":{},\"NodeNames\":[\"a\0\"]}",
            SYNTAX,
            "byte 25: a control byte in a string is not escaped");
    REFUSED("{\"Pod\":{},\"NodeNames\":[\"\\u0000\"]}",
            SYNTAX,
            "byte 24: the string holds the escape \\u0000, which stands for no character");
    REFUSED("{\"Pod\":{},\"NodeNames\":[]}\0",
            SYNTAX,
            "byte 25: expected nothing behind the value, found byte 0x00");
    REFUSED("{\"Pod\":{},\"NodeNames\":[]}{}",
            SYNTAX,
            "byte 25: expected nothing behind the value, found '{'");
    REFUSED("{\"Pod\":{},\"Nodes\":{\"items\":[{\"metadata\":{}}]}}",
            SCHEMA,
            "Nodes.items[0].metadata.name is missing");
    REFUSED("{\"Pod\":{},\"Nodes\":{\"items\":[null]}}",
            SCHEMA,
            "byte 28: expected an object, found null");
    REFUSED("{\"Pod\":{},\"Nodes\":{\"items\":[{\"metadata\":{\"name\":\"a\",\"name\":\"b\"}}]}}",
            SYNTAX,
            "byte 53: this key stood there before (case ignored)");
    REFUSED("{\"Pod\":{},\"Nodes\":{\"items\":[{\"metadata\":{\"name\":\"a\"},\"metadata\":{}}]}}",
            SYNTAX,
            "byte 54: this key stood there before (case ignored)");
    REFUSED("{\"Pod\":{},\"Nodes\":{\"items\":[],\"items\":[]}}",
            SYNTAX,
            "byte 31: this key stood there before (case ignored)");
    REFUSED("{\"Pod\":{\"a\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]},\"NodeNames\":[]}",
            LIMIT,
            "byte 26: nested deeper than allowed");
}

static void keys_come_in_any_case_and_order(void)
{
    static const char *const bodies[] = {
        "{\"pod\":{},\"nodenames\":[\"a\"]}",
        "{\"NODENAMES\":[\"a\"],\"POD\":{},\"nodes\":null,\"unknown\":[1e999]}",
        " {\"nodeName\xc5\xbf\":[\"\\u0061\"] ,\n\"nodes\":null, \"pod\":{}} ",
        "{\"pod\":{},\"nodes\":{\"Items\":[{\"metadata\":{\"name\":\"a\"}}]},\"nodeNames\":null}",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_autoptr(mn_arena) arena = mn_arena_new();
        mn_wire_args args = {.count = 0};
        EXPECT_TRUE(mn_wire_args_decode(arena, mn_str_of(bodies[i]), limits, &args, NULL));
        EXPECT_INT((int64_t)args.count, 1);
        EXPECT_TRUE(args.count == 1 && same_text(args.names[0], "a"));
    }
}

static void check_prefixes(const capture *call, void *data)
{
    bool *done = data;
    mn_wire_args args;
    if (!is_about_nodes(call) || done[call->node_cache_capable])
        return;
    done[call->node_cache_capable] = true;
    for (size_t len = 0; len < call->request.len; len++) {
        g_autoptr(mn_arena) arena = mn_arena_new();
        g_autoptr(GError) error = NULL;
        g_autofree char *copy = g_memdup2(call->request.ptr, MAX(len, 1));
        mn_str body = {.ptr = copy, .len = len};
        if (mn_wire_args_decode(arena, body, limits, &args, &error) || error == NULL)
            EXPECT_INT((int64_t)len, -1);
    }
}

static void a_request_cut_off_anywhere_is_refused(void)
{
    bool done[2] = {false, false};
    captures_each("extender", check_prefixes, done);
    EXPECT_TRUE(done[0] && done[1]);
}

static void a_million_names_are_refused_in_bounded_memory(void)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autoptr(GError) error = NULL;
    mn_wire_args args;
    GString *body = g_string_new("{\"Pod\":{},\"NodeNames\":[\"\"");
    for (int i = 0; i < 1000000; i++)
        g_string_append(body, ",\"\"");
    g_string_append(body, "]}");
    mn_str bytes = {.ptr = body->str, .len = body->len};
    EXPECT_TRUE(!mn_wire_args_decode(arena, bytes, limits, &args, &error));
    EXPECT_INT(error->code, MN_ERROR_LIMIT);
    EXPECT_TRUE(mn_arena_bytes(arena) < 4 * limits->nodes * sizeof(mn_str));
    g_string_free(body, TRUE);
}

extern CU_TestInfo suite_core_extender_wire[];
CU_TestInfo suite_core_extender_wire[] = {
    {"recorded requests are understood", recorded_requests_are_understood},
    {"nodes are decoded as the model decodes them", nodes_are_decoded_as_the_model_decodes_them},
    {"members of nodes are cut out", members_of_nodes_are_cut_out},
    {"a label that is no string is an error", a_label_that_is_no_string_is_an_error},
    {"bodies that are no request are refused", bodies_that_are_no_request_are_refused},
    {"keys come in any case and order", keys_come_in_any_case_and_order},
    {"a request cut off anywhere is refused", a_request_cut_off_anywhere_is_refused},
    {"a million names are refused in bounded memory",
     a_million_names_are_refused_in_bounded_memory},
    CU_TEST_INFO_NULL,
};
