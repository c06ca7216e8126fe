/* SPDX-License-Identifier: Apache-2.0 */
#include "extender/replay.h"
#include "tests/support/captures.h"
#include "tests/support/expect.h"
#include "tests/support/extender_service.h"

#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

static const char cluster[] =
    "{apiVersion: v1, kind: Node, metadata: {name: lin, labels: {kubernetes.io/os: linux}}}\n"
    "---\n"
    "{apiVersion: v1, kind: Node, metadata: {name: win, labels: {kubernetes.io/os: windows}}}\n";

#define POD                                                                                       \
    "\"Pod\":{\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":" \
    "\"redis\"}]}},"
#define FILTER  "{" POD "\"NodeNames\":[\"lin\",\"win\",\"new\"]}"
#define PREEMPT "{" POD "\"NodeNameToMetaVictims\":{\"win\":{\"Pods\":[{\"UID\":\"u\"}]}}}"

#define NODE_OF_LATIN_1                                                                   \
    "{" POD "\"Nodes\":{\"items\":[{\"metadata\":{\"name\":\"n\",\"annotations\":{\"a\":" \
    "\"caf\xe9\"}}}]}}"

/* What it prints, or its error; *understood may be NULL. The caller frees. */
static char *run(const char *config, const char *request, const char *verb, const char *output,
                 bool *understood)
{
    g_autofree char *nodes = write_temporary("nodes.yaml", cluster);
    g_autofree char *text = g_strdup_printf("nodes: {path: %s}\n%s", nodes, config);
    const mn_source source = {.name = "c.yaml", .bytes = text, .len = strlen(text)};
    ext_options options = {.operand = write_temporary("request.json", request),
                           .verb = g_strdup(verb),
                           .output = g_strdup(output)};
    g_autoptr(GError) error = NULL;
    ext_config *loaded = ext_config_load(&source, &error);
    if (loaded == NULL)
        g_error("%s", error->message);
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    ext_log *log = ext_log_new(null, EXT_ERROR);
    GString *out = g_string_new(NULL);
    bool known = false;
    if (!ext_replay(&options, loaded, log, out, &known, &error))
        g_string_assign(out, error->message);
    if (understood != NULL)
        *understood = known;
    ext_log_free(log);
    close(null);
    ext_options_clear(&options);
    return g_string_free(out, FALSE);
}

static void prints(const char *config, const char *request, const char *verb, const char *want)
{
    g_autofree char *got = run(config, request, verb, NULL, NULL);
    EXPECT_STR(got, want);
}

static void verdicts_reasons_and_the_very_answer_are_printed(void)
{
    prints("",
           FILTER,
           NULL,
           "filter default/p, mode enforce\n"
           "needs linux: spec.containers[0].image \"redis\" (strong)\n"
           "\n"
           "NODE  VERDICT            SCORE  WHY\n"
           "lin   pass                  10  fits: linux, and no build is asked for\n"
           "win   fail                   0  wrong OS: the Pod needs linux, the node runs windows\n"
           "new   pass                   5  not among the nodes that are known, or no sign of an OS"
           " on it\n"
           "\n"
           "Answer, status 200:\n"
           "{\"Nodes\":null,\"NodeNames\":[\"lin\",\"new\"],\"FailedNodes\":{},"
           "\"FailedAndUnresolvableNodes\":{\"win\":\"node(s) ran Windows, the Pod needs Linux\"},"
           "\"Error\":\"\"}\n");
}

static void has(const char *config, const char *request, const char *verb, const char *part)
{
    g_autofree char *got = run(config, request, verb, NULL, NULL);
    if (strstr(got, part) == NULL)
        EXPECT_STR(got, part);
}

static void the_verb_is_told_or_seen(void)
{
    has("", PREEMPT, NULL, "preempt default/p, mode enforce\n");
    has("", PREEMPT, NULL, "Answer, status 200:\n{\"NodeNameToMetaVictims\":{}}\n");
    has("",
        FILTER,
        "prioritize",
        "\n[{\"Host\":\"lin\",\"Score\":10},{\"Host\":\"win\",\"Score\":0}");
    has("", FILTER, "preempt", "Answer, status 400:\n(no body)\n");
    has("",
        FILTER,
        "filtre",
        "--verb: expected one of filter, prioritize, preempt, found \"filtre\"");
}

static void the_configuration_is_obeyed(void)
{
    has("mode: observe", FILTER, NULL, "\nwin   pass (would fail)      5  ");
    has("exempt: {namespaces: [default]}", FILTER, NULL, ", exempt by namespace\n");
    has("unknownNodes: fail", FILTER, NULL, "\nnew   fail                   0  ");
    has("kube: {source: in-cluster}", FILTER, NULL, "\nlin   pass "); /* asks nobody */
}

static void what_is_not_understood_is_said_and_answered(void)
{
    bool understood = true;
    g_autofree char *got = run("", "{\"Pod\":", NULL, NULL, &understood);
    EXPECT_TRUE(!understood);
    EXPECT_TRUE(g_str_has_prefix(got, "filter, mode enforce\nnot decided: ExtenderArgs: byte "));
    EXPECT_TRUE(strstr(got, "\"Error\":\"ExtenderArgs: byte ") != NULL);
}

static void it_can_be_read_by_programs(void)
{
    static const char *const requests[] = {FILTER, PREEMPT, "{", NODE_OF_LATIN_1};
    for (size_t i = 0; i < G_N_ELEMENTS(requests); i++) {
        g_autofree char *got = run("", requests[i], NULL, "json", NULL);
        json_t *tree = json_loads(got, 0, NULL);
        EXPECT_TRUE(tree != NULL);
        json_decref(tree);
    }
    g_autofree char *got = run("", FILTER, NULL, "json", NULL);
    json_t *tree = json_loads(got, 0, NULL);
    const json_t *second = json_array_get(json_object_get(tree, "nodes"), 1);
    EXPECT_STR(json_string_value(json_object_get(second, "name")), "win");
    EXPECT_TRUE(json_is_false(json_object_get(second, "passes")));
    EXPECT_TRUE(json_is_object(json_object_get(tree, "answer")));
    json_decref(tree);
    g_autofree char *wrong = run("", FILTER, NULL, "yaml", NULL);
    EXPECT_STR(wrong, "--output: expected text or json, found \"yaml\"");
}

#define TEST(function)      \
    {                       \
#function, function \
    }
CU_TestInfo suite_extender_replay[] = {
    TEST(verdicts_reasons_and_the_very_answer_are_printed),
    TEST(the_verb_is_told_or_seen),
    TEST(the_configuration_is_obeyed),
    TEST(what_is_not_understood_is_said_and_answered),
    TEST(it_can_be_read_by_programs),
    CU_TEST_INFO_NULL,
};
