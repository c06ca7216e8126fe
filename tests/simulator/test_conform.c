/* SPDX-License-Identifier: Apache-2.0 */
/* Every recorded decision of kube-scheduler, by each engine. */
#include "simulator/conform/file.h"
#include "tests/support/expect.h"

#include <string.h>

/* No hash order and no listing of a directory decides what is tested. */
static const char *const files[] = {
    "tests/vectors/adaptive.jsonl.gz",
    "tests/vectors/config-replay.jsonl.gz",
    "tests/vectors/config.jsonl.gz",
    "tests/vectors/replay-preemption.jsonl.gz",
    "tests/vectors/replay.jsonl.gz",
    "tests/vectors/verdicts.jsonl.gz",
};

static void agrees(const char *path, mn_engine engine)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(conform_result) result = conform_check(path, engine, &error);
    if (result == NULL) {
        CU_FAIL(error->message);
        return;
    }
    EXPECT_TRUE(result->cases > 0);
    EXPECT_INT((int64_t)result->agreeing, (int64_t)result->cases);
    EXPECT_STR(result->first_case, NULL);
    EXPECT_STR(result->first.path, NULL);
}

static void the_reference_engine_agrees_with_every_recording(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
        agrees(files[i], MN_ENGINE_REFERENCE);
}

static void the_fast_engine_agrees_with_every_recording(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
        agrees(files[i], MN_ENGINE_FAST);
}

static void files_of_cases_are_known_by_their_names(void)
{
    EXPECT_TRUE(conform_is_cases("a/X.jsonl"));
    EXPECT_TRUE(conform_is_cases("X.jsonl.gz"));
    EXPECT_TRUE(!conform_is_cases("X.expected.jsonl"));
    EXPECT_TRUE(!conform_is_cases("X.expected.jsonl.gz"));
    EXPECT_TRUE(!conform_is_cases("X.json"));
}

static void a_difference_names_its_place(void)
{
    static const struct row {
        const char *expected, *got, *path;
    } rows[] = {
        {"{\"a\":[1,{\"b\":2}]}", "{\"a\":[1,{\"b\":3}]}", "a[1].b"},
        {"{\"a\":1}", "{\"a\":1,\"b\":0}", "b"},
        {"{\"a\":1,\"b\":0}", "{\"a\":1}", "b"},
        {"[1,2]", "[1]", "[1]"},
        {"{\"a\":null}", "{}", NULL},
        {"{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", NULL},
        {"{\"a\":\"1\"}", "{\"a\":1}", "a"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        json_t *left = mn_document_load_json(rows[i].expected, strlen(rows[i].expected), 9, NULL);
        json_t *right = mn_document_load_json(rows[i].got, strlen(rows[i].got), 9, NULL);
        const mn_at expected = mn_at_tree(left), got = mn_at_tree(right);
        conform_difference difference = conform_compare(&expected, &got);
        EXPECT_STR(difference.path, rows[i].path);
        conform_difference_clear(&difference);
        json_decref(left);
        json_decref(right);
    }
}

static void a_malformed_case_is_an_error_with_its_place(void)
{
    static const char *const lines[] = {
        "{",
        "[]",
        "{\"nodes\":5}",
        "{\"pod\":{}}",
        "{\"nodes\":[{\"metadata\":{}}]}",
        "{\"config\":{\"kind\":\"x\"}}",
        "{\"percentageOfNodesToScore\":101}",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(conform_case) c = conform_case_new(mn_str_of(lines[i]), &error);
        EXPECT_TRUE(c == NULL);
        EXPECT_TRUE(error != NULL && *error->message != '\0');
    }
}

extern CU_TestInfo suite_simulator_conform[];
CU_TestInfo suite_simulator_conform[] = {
    {"the reference engine agrees with every recording",
     the_reference_engine_agrees_with_every_recording},
    {"the fast engine agrees with every recording", the_fast_engine_agrees_with_every_recording},
    {"files of cases are known by their names", files_of_cases_are_known_by_their_names},
    {"a difference names its place", a_difference_names_its_place},
    {"a malformed case is an error with its place", a_malformed_case_is_an_error_with_its_place},
    CU_TEST_INFO_NULL,
};
