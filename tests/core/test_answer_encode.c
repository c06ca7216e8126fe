/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/base/rng.h"
#include "mullion/wire/extender_wire.h"
#include "tests/support/captures.h"
#include "tests/support/expect.h"
#include "tests/support/wire_body.h"

#include <jansson.h>

static const mn_wire_limits *const limits = &mn_wire_limits_default;

#define FAILURES "\"FailedNodes\":{},\"FailedAndUnresolvableNodes\":"

static mn_wire_args ask(mn_arena *arena, const char *body)
{
    mn_wire_args args = {.count = 0};
    EXPECT_TRUE(mn_wire_args_decode(arena, mn_str_of(body), limits, &args, NULL));
    return args;
}

/* A digit for each node: its class. */
static mn_wire_classes classes_of(mn_arena *arena, const mn_wire_args *args, const char *digits,
                                  size_t count)
{
    uint16_t *class_of = MN_ARENA_NEW(arena, uint16_t, args->count);
    EXPECT_INT((int64_t)strlen(digits), (int64_t)args->count);
    for (size_t i = 0; i < args->count; i++)
        class_of[i] = (uint16_t)(digits[i] - '0');
    return (mn_wire_classes){.args = args, .class_of = class_of, .count = count};
}

/* Of two classes the second fails. */
static void filters(const char *names, const char *digits, size_t failures_max, const char *want)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autofree char *request = g_strdup_printf("{\"Pod\":{},\"NodeNames\":%s}", names);
    const mn_wire_args args = ask(arena, request);
    const mn_wire_classes classes = classes_of(arena, &args, digits, 2);
    const mn_str reasons[] = {{.ptr = NULL}, MN_STR_LIT("had \"another\" OS")};
    mn_wire_body body;
    mn_wire_filter_encode(arena, &classes, reasons, failures_max, &body);
    g_autofree char *got = wire_body_flat(&body);
    g_autofree char *whole = g_strdup_printf("{\"Nodes\":null,%s,\"Error\":\"\"}", want);
    EXPECT_STR(got, whole);
}

static void answers_use_the_names_of_go(void)
{
    filters("[]", "", 9, "\"NodeNames\":[]," FAILURES "{}");
    filters("[\"a\",\"b\"]", "00", 9, "\"NodeNames\":[\"a\",\"b\"]," FAILURES "{}");
    filters("[\"a\",\"w\",\"b\"]",
            "010",
            9,
            "\"NodeNames\":[\"a\",\"b\"]," FAILURES "{\"w\":\"had \\\"another\\\" OS\"}");
    filters("[\"a\",\"w\"]",
            "11",
            9,
            "\"NodeNames\":[]," FAILURES
            "{\"a\":\"had \\\"another\\\" OS\",\"w\":\"had \\\"another\\\" OS\"}");
    filters("[\"a\",\"w\",\"b\",\"c\"]",
            "1101",
            1,
            "\"NodeNames\":[\"b\"]," FAILURES "{\"a\":\"had \\\"another\\\" OS\"}");
    filters("[\"a\",\"w\"]", "11", 0, "\"NodeNames\":[]," FAILURES "{}");
}

static void runs_of_names_go_back_as_they_stood(void)
{
    static const char none[] = "," FAILURES "{}";
    static const struct {
        const char *names, *digits, *back;
    } facts[] = {
        {"[\"a\",\"b\",\"c\",\"d\"]", "0000", "[\"a\",\"b\",\"c\",\"d\"]"},
        {"[\"a\",\"b\",\"c\",\"d\"]", "0010", "[\"a\",\"b\",\"d\"]"},
        {"[\"a\",\"b\",\"c\",\"d\"]", "1001", "[\"b\",\"c\"]"},
        {"[\"a\", \"b\",\"c\"]", "000", "[\"a\",\"b\",\"c\"]"},
        {"[\"a\\\"\",\"b\",\"c\"]", "000", "[\"a\\\"\",\"b\",\"c\"]"},
        {"[\"a\",\"\\u0062\",\"c\",\"d\"]", "0000", "[\"a\",\"b\",\"c\",\"d\"]"},
        {"[\"\",\"\",\"\xc3\xa9\"]", "000", "[\"\",\"\",\"\xc3\xa9\"]"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(facts); i++) {
        g_autofree char *want = g_strconcat("\"NodeNames\":", facts[i].back, none, NULL);
        filters(facts[i].names, facts[i].digits, 0, want);
    }
}

static void scores(const char *names, const char *digits, const char *want)
{
    static const int64_t of_class[] = {10, -1, 0, INT64_MIN};
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autofree char *request = g_strdup_printf("{\"Pod\":{},\"NodeNames\":%s}", names);
    const mn_wire_args args = ask(arena, request);
    const mn_wire_classes classes = classes_of(arena, &args, digits, G_N_ELEMENTS(of_class));
    mn_wire_body body;
    mn_wire_scores_encode(arena, &classes, of_class, &body);
    g_autofree char *got = wire_body_flat(&body);
    EXPECT_STR(got, want);
}

static void a_score_stands_beside_each_host(void)
{
    scores("[]", "", "[]");
    scores("[\"a\"]", "0", "[{\"Host\":\"a\",\"Score\":10}]");
    scores("[\"a\",\"b\",\"\\u0022\"]",
           "012",
           "[{\"Host\":\"a\",\"Score\":10},{\"Host\":\"b\",\"Score\":-1},"
           "{\"Host\":\"\\\"\",\"Score\":0}]");
    scores("[\"a-long-name.of-a-node.in-some-zone.of-some-cloud.internal\"]",
           "3",
           "[{\"Host\":\"a-long-name.of-a-node.in-some-zone.of-some-cloud.internal\","
           "\"Score\":-9223372036854775808}]");
}

static void an_error_says_no_more_than_that(void)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    mn_wire_body body;
    mn_wire_error_encode(arena, "not\nwell", &body);
    g_autofree char *error = wire_body_flat(&body);
    EXPECT_STR(error,
               "{\"Nodes\":null,\"NodeNames\":null,\"FailedNodes\":{},"
               "\"FailedAndUnresolvableNodes\":{},\"Error\":\"not\\nwell\"}");
}

/* ---- whole nodes */

#define NODE_A "{\"metadata\":{\"name\":\"a\"},\"x\" :1}"
#define NODE_B "{\"metadata\":{\"name\":\"b\"}}"
#define NODE_C "{\"metadata\":{\"name\":\"c\"}}"

static void whole_nodes_go_back_as_the_bytes_that_came(void)
{
    static const char request[] =
        "{\"Pod\":{},\"Nodes\":{\"items\":[" NODE_A "," NODE_B " ," NODE_C "]}}";
    static const struct {
        const char *digits, *items, *failures;
        size_t spans;
    } facts[] = {
        {"111", "", "{\"a\":\"no\",\"b\":\"no\",\"c\":\"no\"}", 1},
        {"011", NODE_A, "{\"b\":\"no\",\"c\":\"no\"}", 3},
        {"001", NODE_A "," NODE_B, "{\"c\":\"no\"}", 3},
        {"010", NODE_A "," NODE_C, "{\"b\":\"no\"}", 5},
        {"100", NODE_B "," NODE_C, "{\"a\":\"no\"}", 5},
        {"000", NODE_A "," NODE_B "," NODE_C, "{}", 5},
    };
    const mn_str reasons[] = {{.ptr = NULL}, MN_STR_LIT("no")};
    g_autoptr(mn_arena) arena = mn_arena_new();
    const mn_wire_args args = ask(arena, request);
    for (size_t i = 0; i < G_N_ELEMENTS(facts); i++) {
        const mn_wire_classes classes = classes_of(arena, &args, facts[i].digits, 2);
        mn_wire_body body;
        mn_wire_filter_encode(arena, &classes, reasons, 9, &body);
        g_autofree char *got = wire_body_flat(&body);
        g_autofree char *want = g_strconcat("{\"Nodes\":{\"metadata\":{},\"items\":[",
                                            facts[i].items,
                                            "]},\"NodeNames\":null," FAILURES,
                                            facts[i].failures,
                                            ",\"Error\":\"\"}",
                                            NULL);
        EXPECT_STR(got, want);
        EXPECT_INT((int64_t)body.count, (int64_t)facts[i].spans);
    }
}

static void check_echo(const capture *call, void *data)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    mn_wire_args args;
    mn_wire_filter_result back;
    size_t *echoed = data;
    if (strcmp(call->verb, "preempt") == 0 || call->node_cache_capable ||
        !mn_wire_args_decode(arena, call->request, limits, &args, NULL))
        return;
    const mn_str passes[] = {{.ptr = NULL}};
    const mn_wire_classes classes = {
        .args = &args, .class_of = MN_ARENA_NEW(arena, uint16_t, args.count), .count = 1};
    mn_wire_body body;
    mn_wire_filter_encode(arena, &classes, passes, 9, &body);
    EXPECT_INT((int64_t)body.count, 3); /* all of them are one span of the request */
    g_autofree char *text = wire_body_flat(&body);
    EXPECT_TRUE(mn_wire_filter_result_decode(arena, mn_str_of(text), limits, &back, NULL));
    EXPECT_INT((int64_t)back.node_names.count, (int64_t)args.count);
    for (size_t i = 0; i < back.node_names.count; i++) {
        EXPECT_TRUE(mn_str_eq(back.node_names.items[i], args.names[i]));
        EXPECT_TRUE(mn_str_eq(back.nodes.items[i], args.nodes[i].bytes));
    }
    (*echoed)++;
}

static void recorded_nodes_survive_the_way_there_and_back(void)
{
    size_t echoed = 0;
    captures_each("extender-windows", check_echo, &echoed);
    EXPECT_TRUE(echoed > 50);
}

/* ---- any names, reasons and classes, beside what jansson makes of them */

enum { CLASSES = 5, NAME_BYTES = 70, REASON_BYTES = 90 };

/* Letters, or bytes that JSON escapes. */
static json_t *some_text(mn_rng *rng, size_t max)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz", odd[] = "\"\\\n/";
    const char *from = mn_rng_below(rng, 8) == 0 ? odd : letters;
    const size_t kinds = strlen(from), len = mn_rng_below(rng, (uint64_t)max);
    char text[REASON_BYTES];
    for (size_t i = 0; i < len; i++)
        text[i] = from[mn_rng_below(rng, kinds)];
    return json_stringn(text, len);
}

static mn_str text_in(const json_t *string)
{
    return (mn_str){.ptr = json_string_value(string), .len = json_string_length(string)};
}

static char *dump(json_t *names)
{
    json_t *args = json_pack("{s{},sO}", "Pod", "NodeNames", names);
    char *text = json_dumps(args, JSON_COMPACT);
    json_decref(args);
    return text;
}

/* What the answer should say, node by node. */
static json_t *filter_result(const json_t *names, const uint16_t *class_of, json_t *const *reasons,
                             size_t failures_max)
{
    json_t *kept = json_array(), *failed = json_object();
    size_t listed = 0;
    for (size_t i = 0; i < json_array_size(names); i++) {
        json_t *name = json_array_get(names, i), *reason = reasons[class_of[i]];
        if (reason == NULL)
            json_array_append(kept, name);
        else if (listed++ < failures_max)
            json_object_setn(failed, json_string_value(name), json_string_length(name), reason);
    }
    return json_pack("{snsos{}soss}",
                     "Nodes",
                     "NodeNames",
                     kept,
                     "FailedNodes",
                     "FailedAndUnresolvableNodes",
                     failed,
                     "Error",
                     "");
}

static json_t *score_list(const json_t *names, const uint16_t *class_of, const int64_t *of_class)
{
    json_t *list = json_array();
    for (size_t i = 0; i < json_array_size(names); i++)
        json_array_append_new(list,
                              json_pack("{sOsI}",
                                        "Host",
                                        json_array_get(names, i),
                                        "Score",
                                        (json_int_t)of_class[class_of[i]]));
    return list;
}

static void is_the_same(const mn_wire_body *body, json_t *want)
{
    g_autofree char *text = wire_body_flat(body);
    json_t *got = json_loads(text, 0, NULL);
    EXPECT_TRUE(got != NULL && json_equal(got, want));
    json_decref(got);
    json_decref(want);
}

static void answers_agree_with_a_naive_twin(void)
{
    mn_rng rng = mn_rng_new(26, "answers");
    for (int round = 0; round < 400; round++) {
        g_autoptr(mn_arena) arena = mn_arena_new();
        json_t *names = json_array(), *reasons[CLASSES];
        uint16_t class_of[64];
        mn_str texts[CLASSES];
        int64_t of_class[CLASSES];
        const size_t count = mn_rng_below(&rng, G_N_ELEMENTS(class_of));
        const size_t failures_max = mn_rng_below(&rng, 2) == 0 ? SIZE_MAX : 7;
        for (size_t i = 0; i < CLASSES; i++) {
            reasons[i] = mn_rng_below(&rng, 2) == 0 ? NULL : some_text(&rng, REASON_BYTES);
            texts[i] = reasons[i] == NULL ? (mn_str){.ptr = NULL} : text_in(reasons[i]);
            of_class[i] = (int64_t)mn_rng_next(&rng) >> mn_rng_below(&rng, 64);
        }
        for (size_t i = 0; i < count; i++) {
            json_array_append_new(names, some_text(&rng, NAME_BYTES));
            class_of[i] = (uint16_t)mn_rng_below(&rng, CLASSES);
        }
        g_autofree char *request = dump(names);
        const mn_wire_args args = ask(arena, request);
        const mn_wire_classes classes = {.args = &args, .class_of = class_of, .count = CLASSES};
        mn_wire_body body;
        mn_wire_filter_encode(arena, &classes, texts, failures_max, &body);
        is_the_same(&body, filter_result(names, class_of, reasons, failures_max));
        mn_wire_scores_encode(arena, &classes, of_class, &body);
        is_the_same(&body, score_list(names, class_of, of_class));
        for (size_t i = 0; i < CLASSES; i++)
            json_decref(reasons[i]);
        json_decref(names);
    }
}

extern CU_TestInfo suite_core_answer_encode[];
CU_TestInfo suite_core_answer_encode[] = {
    {"answers use the names of Go", answers_use_the_names_of_go},
    {"runs of names go back as they stood", runs_of_names_go_back_as_they_stood},
    {"a score stands beside each host", a_score_stands_beside_each_host},
    {"an error says no more than that", an_error_says_no_more_than_that},
    {"whole nodes go back as the bytes that came", whole_nodes_go_back_as_the_bytes_that_came},
    {"recorded nodes survive the way there and back",
     recorded_nodes_survive_the_way_there_and_back},
    {"answers agree with a naive twin", answers_agree_with_a_naive_twin},
    CU_TEST_INFO_NULL,
};
