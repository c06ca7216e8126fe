/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding from bytes is held to decoding from a tree, which is what the rules are written
 * for: the same structs, and the same words when something is wrong. */
#include "mullion/model/node.h"
#include "mullion/model/pod.h"
#include "mullion/text/decode.h"
#include "mullion/wire/extender_wire.h"
#include "tests/support/captures.h"
#include "tests/support/expect.h"

enum { DEPTH = 64 };

typedef bool (*decode_fn)(mn_arena *arena, const mn_shape *shape, mn_str text, void *out,
                          GError **error);

static bool from_tree(mn_arena *arena, const mn_shape *shape, mn_str text, void *out,
                      GError **error)
{
    json_t *root = mn_document_load_json(text.ptr, text.len, DEPTH, error);
    const mn_at at = mn_at_tree(root);
    bool ok = root != NULL && mn_decode(arena, shape, &at, out, error);
    json_decref(root);
    return ok;
}

static bool from_text(mn_arena *arena, const mn_shape *shape, mn_str text, void *out,
                      GError **error)
{
    /* A copy that ends where the text does: what reads on is caught by AddressSanitizer. */
    g_autofree char *copy = g_memdup2(text.ptr, text.len);
    return mn_decode_text(arena, shape, (mn_str){.ptr = copy, .len = text.len}, DEPTH, out, error);
}

/* The struct as JSON, or what was wrong. */
static char *outcome(decode_fn decode, const mn_shape *shape, mn_str text)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autoptr(GError) error = NULL;
    g_auto(mn_json_writer) json;
    void *object = mn_arena_alloc(arena, 1, shape->size);
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    if (!decode(arena, shape, text, object, &error))
        return g_strdup(error->message);
    mn_encode(&json, shape, object);
    return mn_json_writer_steal(&json, NULL);
}

static void both_agree(const mn_shape *shape, mn_str text)
{
    g_autofree char *tree = outcome(from_tree, shape, text);
    g_autofree char *bytes = outcome(from_text, shape, text);
    EXPECT_STR(bytes, tree);
}

static void check_call(const capture *call, void *data)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    mn_wire_args args;
    size_t *seen = data;
    if (!mn_wire_args_decode(arena, call->request, &mn_wire_limits_default, &args, NULL))
        return;
    both_agree(&mn_pod_shape, args.pod);
    seen[0]++;
    for (size_t i = 0; args.form == MN_WIRE_NODES && i < args.count; i++, seen[1]++)
        both_agree(&mn_node_shape, args.nodes[i].bytes);
}

static void recorded_objects_come_out_as_from_a_tree(void)
{
    size_t seen[2] = {0, 0};
    captures_each("extender", check_call, seen);
    captures_each("extender-windows", check_call, seen);
    EXPECT_INT((int64_t)seen[0], 231);
    EXPECT_TRUE(seen[1] > 200);
}

#define POD(spec) "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"containers\":[]," spec "}}"

static void what_is_odd_comes_out_alike(void)
{
    static const char *const pods[] = {
        "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"containers\":[]}}",
        " {\t\"metadata\" : {\"name\" : \"a\"} ,\n\"spec\":{\"containers\" : [ ] } } ",
        "{\"metadata\":{\"name\":\"\\u0061\\n\"},\"spec\":{\"\\u0063ontainers\":[]}}",
        "{\"metadata\":{\"name\":\"a\",\"labels\":{\"z\":\"1\",\"b\":null,\"a\":\"2\"}},"
        "\"spec\":{\"containers\":[{\"name\":\"c\"},{\"name\":\"d\"},{\"name\":\"e\"},"
        "{\"name\":\"f\"},{\"name\":\"g\",\"image\":\"h\"}]}}",
        "{\"metadata\":{\"name\":\"a\",\"labels\":{},\"annotations\":null},"
        "\"spec\":{\"containers\":null}}",
        POD("\"os\":null,\"nodeSelector\":null,\"affinity\":{},\"tolerations\":[]"),
        POD("\"os\":{\"name\":\"windos\"}"),
        POD("\"os\":{}"),
        POD("\"nodeName\":7"),
        POD("\"nodeName\":[\"a\",{\"b\":1.5e3,\"c\":true}]"),
        POD("\"nodeSelector\":[]"),
        POD("\"nodeSelector\":{\"a\":false}"),
        POD("\"tolerations\":[{},null]"),
        POD("\"tolerations\":[{},[]]"),
        POD("\"tolerations\":{}"),
        POD("\"tolerations\":[{\"tolerationSeconds\":\"5\"}]"),
        POD("\"tolerations\":[{\"operator\":\"Exist\"}]"),
        POD("\"priority\":12345678901"),
        POD("\"priority\":-5,\"hostNetwork\":true,\"hostUsers\":false"),
        POD("\"hostNetwork\":\"true\""),
        POD("\"priority\":1e2,\"terminationGracePeriodSeconds\":0.5"),
        POD("\"overhead\":{\"cpu\":\"100m\",\"memory\":128},\"resourceClaims\":[{},{}]"),
        POD("\"overhead\":{\"cpu\":\"many\"}"),
        POD("\"volumes\":[{\"name\":\"v\",\"hostPath\":{\"path\":\"C:\\\\\"},"
            "\"ephemeral\":{\"a\":[1,2,{}]}},{\"name\":\"w\",\"emptyDir\":{}}]"),
        "{\"spec\":{\"containers\":[]}}",
        "{\"metadata\":{\"name\":\"a\"}}",
        "{\"metadata\":[],\"spec\":{\"containers\":[]}}",
        "{}",
        "[]",
        "7",
        "\"a\"",
        "true",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(pods); i++)
        both_agree(&mn_pod_shape, mn_str_of(pods[i]));
}

static void an_empty_list_is_not_an_absent_one(void)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    mn_pod pod;
    EXPECT_TRUE(from_text(
        arena, &mn_pod_shape, MN_STR_LIT(POD("\"nodeSelector\":{},\"volumes\":null")), &pod, NULL));
    EXPECT_TRUE(pod.spec.containers.items != NULL && pod.spec.containers.count == 0);
    EXPECT_TRUE(pod.spec.node_selector.items != NULL && pod.spec.node_selector.count == 0);
    EXPECT_TRUE(pod.spec.volumes.items == NULL);
}

static void says(const char *text, const char *want)
{
    g_autofree char *got = outcome(from_text, &mn_pod_shape, mn_str_of(text));
    EXPECT_STR(got, want);
}

static void what_is_no_json_is_named_by_its_byte(void)
{
    says("", "byte 0: the text ends in the middle of a value");
    says("{\"metadata\":{\"name\":\"a\"}", "byte 24: the text ends in the middle of a value");
    says("{\"metadata\":{\"name\":\"a}", "byte 23: the text ends in the middle of a value");
    says("{\"spec\":{\"containers\":[{},]}}", "byte 26: unexpected ']'");
    says(POD("\"priority\":1") "x", "byte 63: expected nothing behind the value, found 'x'");
    says(POD("\"nodeName\":\"\xff\""), "byte 61: the string is not UTF-8");
    says(POD("\"nodeSelector\":{\"a\":\"\\u0000\"}"),
         "byte 70: the string holds the escape \\u0000, which stands for no character");
    says(POD("\"overhead\":{\"cpu\":99999999999999999999}"), "byte 67: a number that is too big");
    says(POD("\"overhead\":{\"cpu\":-1e999}"), "byte 67: a number that is too big");
}

static void a_key_stands_once(void)
{
    says("{\"spec\":{\"containers\":[]},\"spec\":{}}",
         "byte 27: this key stood in the object before");
    says(POD("\"overhead\":{\"cpu\":1,\"c\\u0070u\":2}"),
         "byte 70: this key stood in the object before");
    says(POD("\"nodeSelector\":{\"a\":\"1\",\"b\":\"2\",\"a\":\"3\"}"),
         "spec.nodeSelector: the key \"a\" stands there twice");
}

/* An error that is set over another is a warning of GLib's, and a leak. */
static void of_two_faults_the_inner_one_is_told(void)
{
    GLogLevelFlags fatal = g_log_set_always_fatal(G_LOG_FATAL_MASK | G_LOG_LEVEL_WARNING);
    says(POD("\"overhead\":{\"a\":1,\"a\":{\"b\":1,\"b\":2}}"),
         "byte 79: this key stood in the object before");
    (void)g_log_set_always_fatal(fatal);
}

static void what_no_shape_lists_is_passed_over(void)
{
    static const char bare[] = POD("\"priority\":1"),
                      full[] = POD("\"odd\":{\"a\":[1,\"\xff\",99999999999999999999],\"a\":2},"
                                   "\"priority\":1");
    g_autofree char *want = outcome(from_text, &mn_pod_shape, mn_str_of(bare));
    says(full, want);
    says(POD("\"odd\":{\"a\":[1,}"), "byte 63: unexpected '}'");
}

static void no_object_grows_without_end(void)
{
    g_autoptr(GString) deep = g_string_new(NULL), many = g_string_new(NULL);
    for (int i = 0; i < DEPTH; i++)
        g_string_append_c(deep, '[');
    g_autofree char *nested = g_strdup_printf(POD("\"overhead\":%s"), deep->str);
    g_autofree char *said = outcome(from_text, &mn_pod_shape, mn_str_of(nested));
    EXPECT_TRUE(g_str_has_suffix(said, "nested deeper than allowed"));
    for (int i = 0; i < 200000; i++)
        g_string_append(many, "{},");
    g_autofree char *long_list = g_strdup_printf(POD("\"resourceClaims\":[%s{}]"), many->str);
    g_autofree char *counted = outcome(from_text, &mn_pod_shape, mn_str_of(long_list));
    EXPECT_STR(counted, "byte 600052: more values than any object has");
}

extern CU_TestInfo suite_core_decode_text[];
CU_TestInfo suite_core_decode_text[] = {
    {"recorded objects come out as from a tree", recorded_objects_come_out_as_from_a_tree},
    {"what is odd comes out alike", what_is_odd_comes_out_alike},
    {"an empty list is not an absent one", an_empty_list_is_not_an_absent_one},
    {"what is no JSON is named by its byte", what_is_no_json_is_named_by_its_byte},
    {"a key stands once", a_key_stands_once},
    {"of two faults the inner one is told", of_two_faults_the_inner_one_is_told},
    {"what no shape lists is passed over", what_no_shape_lists_is_passed_over},
    {"no object grows without end", no_object_grows_without_end},
    CU_TEST_INFO_NULL,
};
