/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/text/read.h"
#include "tests/support/expect.h"

#include <string.h>

static json_t *tree(const char *text)
{
    json_t *root = mn_document_load_json(text, strlen(text), 16, NULL);
    EXPECT_TRUE(root != NULL);
    return root;
}

/* The text of the number or string under "x". */
static void scalar_is(const char *json, const char *want)
{
    json_t *root = tree(json);
    mn_at at = mn_at_tree(root), x = mn_at_member(&at, "x");
    char buffer[MN_NUMBER_TEXT];
    const char *text = NULL;
    EXPECT_TRUE(mn_read_scalar_text(&x, buffer, &text, NULL));
    EXPECT_STR(text, want);
    json_decref(root);
}

static void a_number_reads_as_the_shortest_text_that_is_the_same_number(void)
{
    scalar_is("{\"x\":0.1}", "0.1");
    scalar_is("{\"x\":1.5}", "1.5");
    scalar_is("{\"x\":0.30000000000000004}", "0.30000000000000004");
    scalar_is("{\"x\":100}", "100");
    scalar_is("{\"x\":\"250m\"}", "250m");
    scalar_is("{\"x\":null}", NULL);
}

static void path_is(const char *want, const mn_at *at)
{
    g_autofree char *path = mn_at_path(at);
    EXPECT_STR(path, want);
}

static void paths_are_written_as_kubectl_writes_them(void)
{
    json_t *root = tree("{\"spec\":{\"containers\":[{},{\"image\":1}]},\"labels\":{\"a.b/c\":1}}");
    mn_at at = mn_at_tree(root), spec = mn_at_member(&at, "spec");
    mn_at containers = mn_at_member(&spec, "containers"), second = mn_at_element(&containers, 1);
    mn_at image = mn_at_member(&second, "image");
    path_is("spec.containers[1].image", &image);
    mn_at labels = mn_at_member(&at, "labels"), dotted = mn_at_member(&labels, "a.b/c");
    path_is("labels[a.b/c]", &dotted);
    path_is("", &at);
    json_decref(root);
}

static void null_is_absent(void)
{
    json_t *root = tree("{\"x\":null}");
    mn_at at = mn_at_tree(root), x = mn_at_member(&at, "x"), deep = mn_at_member(&x, "y");
    EXPECT_TRUE(!mn_at_is_there(&x));
    EXPECT_TRUE(!mn_at_is_there(&deep));
    const char *text = "untouched";
    EXPECT_TRUE(mn_read_string(&x, &text, NULL));
    EXPECT_STR(text, "untouched");
    json_decref(root);
}

static void int_complains(const char *json, const char *want)
{
    json_t *root = tree(json);
    mn_at at = mn_at_tree(root), x = mn_at_member(&at, "x");
    int64_t value = -7;
    g_autoptr(GError) error = NULL;
    EXPECT_TRUE(!mn_read_int(&x, 0, 10, &value, &error));
    EXPECT_STR(error->message, want);
    EXPECT_INT(value, -7);
    json_decref(root);
}

static void a_complaint_says_what_was_found_and_what_was_expected(void)
{
    int_complains("{\"x\":11}", "x: expected a number from 0 to 10, found 11");
    int_complains("{\"x\":1.5}", "x: expected a whole number, found the number 1.5");
    int_complains("{\"x\":\"1\"}", "x: expected a whole number, found the string \"1\"");
    int_complains("{\"x\":[]}", "x: expected a whole number, found a list");
    int_complains("{\"x\":{}}", "x: expected a whole number, found an object");
    int_complains("{\"x\":true}", "x: expected a whole number, found the boolean true");
}

static void the_nearest_name_is_found_only_when_it_is_near(void)
{
    static const char *const names[] = {"tolerations", "containers", "os"};
    EXPECT_STR(mn_nearest("tolerationz", names, 3), "tolerations");
    EXPECT_STR(mn_nearest("toleratoins", names, 3), "tolerations");
    EXPECT_STR(mn_nearest("Containers", names, 3), "containers");
    EXPECT_STR(mn_nearest("volumes", names, 3), NULL);
    EXPECT_STR(mn_nearest("", names, 3), NULL);
}

extern CU_TestInfo suite_core_read[];
CU_TestInfo suite_core_read[] = {
    {"a number reads as the shortest text that is the same number",
     a_number_reads_as_the_shortest_text_that_is_the_same_number},
    {"paths are written as kubectl writes them", paths_are_written_as_kubectl_writes_them},
    {"null is absent", null_is_absent},
    {"a complaint says what was found and what was expected",
     a_complaint_says_what_was_found_and_what_was_expected},
    {"the nearest name is found only when it is near",
     the_nearest_name_is_found_only_when_it_is_near},
    CU_TEST_INFO_NULL,
};
