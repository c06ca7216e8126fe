/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/wire/extender_wire.h"
#include "tests/support/captures.h"
#include "tests/support/expect.h"
#include "tests/support/wire_body.h"

static const mn_wire_limits *const limits = &mn_wire_limits_default;

static bool same_text(mn_str text, const char *want)
{
    return mn_str_eq(text, mn_str_of(want));
}

/* ---- recorded answers */

/* What kube-scheduler takes from a filter result. */
static mn_wire_strings survivors(const capture *call, const mn_wire_filter_result *result)
{
    if (call->node_cache_capable && result->has_names)
        return result->names;
    return result->node_names;
}

static bool holds(mn_wire_strings names, const char *name)
{
    for (size_t i = 0; i < names.count; i++)
        if (same_text(names.items[i], name))
            return true;
    return false;
}

static void check_outcome(const capture *call, const mn_wire_filter_result *result)
{
    mn_wire_strings names = survivors(call, result);
    const char *node = json_string_value(json_object_get(call->line, "nodeName"));
    const char *message = call->message != NULL ? call->message : "";
    bool ignorable = json_is_true(json_object_get(call->line, "ignorable"));
    if (result->error.len > 0 && !ignorable)
        EXPECT_TRUE(same_text(result->error, message));
    else if (!ignorable && node != NULL && strcmp(call->verb, "filter") == 0 &&
             !g_str_has_prefix(call->name, "preempt-"))
        EXPECT_TRUE(holds(names, node));
    else if (!ignorable && strstr(message, "nodes are available") != NULL)
        EXPECT_INT((int64_t)names.count, 0);
    for (size_t i = 0; i < result->unresolvable.count; i++) {
        g_autofree char *reason = g_strndup(result->unresolvable.items[i].reason.ptr,
                                            result->unresolvable.items[i].reason.len);
        EXPECT_TRUE(strstr(message, reason) != NULL);
    }
}

static void check_filter_answer(const capture *call, void *data)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autoptr(GError) error = NULL;
    mn_wire_filter_result result;
    GString *failed = data;
    if (!g_str_has_prefix(call->verb, "filter") || call->status != 200)
        return;
    if (mn_wire_filter_result_decode(arena, call->response, limits, &result, &error))
        check_outcome(call, &result);
    else
        g_string_append_printf(failed, "%s ", call->name);
}

static void recorded_filter_results_are_read_as_kube_scheduler_read_them(void)
{
    GString *failed = g_string_new(NULL);
    captures_each("extender", check_filter_answer, failed);
    captures_each("extender-windows", check_filter_answer, failed);
    EXPECT_STR(failed->str, "nocache-bad-json/01-filter nocache-empty-body/01-filter ");
    g_string_free(failed, TRUE);
}

static void check_scores(const capture *call, void *data)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    mn_wire_scores scores;
    GString *failed = data;
    if (strcmp(call->verb, "prioritize") != 0 || call->status != 200)
        return;
    if (!mn_wire_scores_decode(arena, call->response, limits, &scores, NULL)) {
        g_string_append_printf(failed, "%s ", call->name);
        EXPECT_INT((int64_t)json_object_size(call->scores), 0);
        return;
    }
    json_t *got = json_object();
    for (size_t i = 0; i < scores.count; i++) {
        g_autofree char *host = g_strndup(scores.items[i].host.ptr, scores.items[i].host.len);
        json_object_set_new(got, host, json_integer(scores.items[i].score));
    }
    if (!json_equal(got, call->scores))
        EXPECT_STR(call->name, "the scores of the log");
    json_decref(got);
}

static void recorded_scores_are_read_as_kube_scheduler_read_them(void)
{
    GString *failed = g_string_new(NULL);
    captures_each("extender", check_scores, failed);
    captures_each("extender-windows", check_scores, failed);
    EXPECT_STR(failed->str,
               "prio-float/02-prioritize prio-object/02-prioritize "
               "prio-string-score/02-prioritize ");
    g_string_free(failed, TRUE);
}

/* "names|node names|failed|unresolvable|error" */
static void reads(const char *body, const char *want)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autoptr(GError) error = NULL;
    mn_wire_filter_result result;
    GString *got = g_string_new(NULL);
    if (!mn_wire_filter_result_decode(arena, mn_str_of(body), limits, &result, &error)) {
        g_string_append(got, error->message);
    } else {
        g_string_append(got, result.has_names ? "" : "null");
        for (size_t i = 0; i < result.names.count; i++)
            g_string_append_printf(got, "%.*s,", MN_STR_ARG(result.names.items[i]));
        g_string_append(got, result.has_nodes ? "|" : "|null");
        for (size_t i = 0; i < result.node_names.count; i++)
            g_string_append_printf(got, "%.*s,", MN_STR_ARG(result.node_names.items[i]));
        g_string_append_c(got, '|');
        for (size_t i = 0; i < result.failed.count; i++)
            g_string_append_printf(got,
                                   "%.*s=%.*s,",
                                   MN_STR_ARG(result.failed.items[i].node),
                                   MN_STR_ARG(result.failed.items[i].reason));
        g_string_append_printf(
            got, "|%zu|%.*s", result.unresolvable.count, MN_STR_ARG(result.error));
    }
    EXPECT_STR(got->str, want);
    g_string_free(got, TRUE);
}

static void answers_are_read_with_the_manners_of_encoding_json(void)
{
    reads("{}", "null|null||0|");
    reads("null", "null|null||0|");
    reads("{}trailing", "null|null||0|");
    reads("{\"NodeNames\":[\"a\",null]} {", "a,,|null||0|");
    reads("{\"nodenames\":[\"a\"],\"NodeNames\":[\"b\"]}", "b,|null||0|");
    reads("{\"nodenames\":[\"a\"],\"NodeNames\":null}", "null|null||0|");
    reads("{\"Error\":\"x\",\"error\":null}", "null|null||0|x");
    reads("{\"failednodes\":{\"a\":\"1\"},\"FAILEDNODES\":{\"b\":null}}", "null|null|a=1,b=,|0|");
    reads("{\"Nodes\":{\"ITEMS\":[{\"Metadata\":{\"NAME\":\"a\"}},null,{\"metadata\":null}]}}",
          "null|a,,,||0|");
    reads("{\"Nodes\":{},\"x\":{\"NodeNames\":1}}", "null|||0|");
    reads("", "ExtenderFilterResult: byte 0: the text ends in the middle of a value");
    reads("{\"NodeNames\":\"a\"}",
          "ExtenderFilterResult: byte 13: expected an array, found a string");
    reads("{\"FailedNodes\":{\"a\":1}}",
          "ExtenderFilterResult: byte 20: expected a string, found a number");
    reads("[]", "ExtenderFilterResult: byte 0: expected an object, found an array");
}

static void scored(const char *body, const char *want)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autoptr(GError) error = NULL;
    mn_wire_scores scores;
    GString *got = g_string_new(NULL);
    if (!mn_wire_scores_decode(arena, mn_str_of(body), limits, &scores, &error))
        g_string_append(got, error->message);
    for (size_t i = 0; error == NULL && i < scores.count; i++)
        g_string_append_printf(
            got, "%.*s=%" PRId64 ",", MN_STR_ARG(scores.items[i].host), scores.items[i].score);
    EXPECT_STR(got->str, want);
    g_string_free(got, TRUE);
}

static void a_score_is_a_64_bit_integer(void)
{
    scored("[{\"Host\":\"a\",\"Score\":7},{\"score\":-9223372036854775808}]",
           "a=7,=-9223372036854775808,");
    scored("[null,{\"host\":null,\"SCORE\":null}]x", "=0,=0,");
    scored("[{\"Score\":-0}]", "=0,");
    scored("[{\"Score\":9223372036854775808}]",
           "HostPriorityList: byte 10: expected a 64-bit integer, found 9223372036854775808");
    scored("[{\"Score\":7.5}]", "HostPriorityList: byte 10: expected a 64-bit integer, found 7.5");
    scored("[{\"Score\":1e1}]", "HostPriorityList: byte 10: expected a 64-bit integer, found 1e1");
    scored("[{\"Score\":\"7\"}]",
           "HostPriorityList: byte 10: expected a 64-bit integer, found \"7\"");
    scored("[{\"Score\":123456789012345678901234567890}]",
           "HostPriorityList: byte 10: expected a 64-bit integer, found 123456789012345678901234");
}

/* ---- requests out */

static void requests_are_encoded_as_kube_scheduler_encodes_them(void)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    const mn_str names[] = {MN_STR_LIT("a"), MN_STR_LIT("b")};
    mn_wire_body body;
    mn_wire_args args;
    mn_wire_args_encode(arena,
                        MN_STR_LIT("{\"metadata\":{}}"),
                        &(mn_wire_strings){.items = names, .count = 2},
                        &body);
    g_autofree char *text = wire_body_flat(&body);
    EXPECT_STR(text, "{\"Pod\":{\"metadata\":{}},\"Nodes\":null,\"NodeNames\":[\"a\",\"b\"]}");
    EXPECT_TRUE(mn_wire_args_decode(arena, mn_str_of(text), limits, &args, NULL));
    EXPECT_INT((int64_t)args.count, 2);
}

extern CU_TestInfo suite_core_wire_answer[];
CU_TestInfo suite_core_wire_answer[] = {
    {"recorded filter results are read as kube-scheduler read them",
     recorded_filter_results_are_read_as_kube_scheduler_read_them},
    {"recorded scores are read as kube-scheduler read them",
     recorded_scores_are_read_as_kube_scheduler_read_them},
    {"answers are read with the manners of encoding/json",
     answers_are_read_with_the_manners_of_encoding_json},
    {"a score is a 64-bit integer", a_score_is_a_64_bit_integer},
    {"requests are encoded as kube-scheduler encodes them",
     requests_are_encoded_as_kube_scheduler_encodes_them},
    CU_TEST_INFO_NULL,
};
