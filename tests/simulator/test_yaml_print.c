/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/text/document.h"
#include "simulator/reports/yaml_print.h"
#include "tests/support/expect.h"

#include <string.h>

static void string_is(const char *text, const char *want)
{
    g_autoptr(GString) out = g_string_new(NULL);
    mn_yaml_string(out, text);
    EXPECT_STR(out->str, want);
}

static void text_is_quoted_where_yaml_would_read_something_else(void)
{
    string_is("kubernetes.io/os", "kubernetes.io/os");
    string_is("os=windows:NoSchedule", "os=windows:NoSchedule");
    string_is("a b", "\"a b\"");
    string_is("key: value", "\"key: value\"");
    string_is("key:", "\"key:\"");
    string_is("true", "\"true\"");
    string_is("No", "\"No\"");
    string_is("y", "\"y\"");
    string_is("null", "\"null\"");
    string_is("10.0.20348", "\"10.0.20348\"");
    string_is("-x", "\"-x\"");
    string_is("", "\"\"");
    string_is("*a", "\"*a\"");
    string_is("C:\\dir\n", "\"C:\\\\dir\\n\"");
}

static void prints(const char *json, size_t indent, const char *want)
{
    json_t *tree = mn_document_load_json(json, strlen(json), 16, NULL);
    const mn_at at = mn_at_tree(tree);
    g_autoptr(GString) out = g_string_new(NULL);
    mn_yaml_print(&at, indent, out);
    EXPECT_STR(out->str, want);
    json_decref(tree);
}

static void trees_are_laid_out_as_kubectl_does(void)
{
    prints("{\"kind\":\"Job\",\"spec\":{\"x\":{},\"q\":[],\"z\":null,\"i\":5,\"t\":true}}",
           0,
           "kind: Job\nspec:\n  x: {}\n  q: []\n  z: null\n  i: 5\n  t: true\n");
    prints("{\"list\":[{\"a\":\"b\",\"c\":[1,2]},\"d\",[\"e\",\"f\"]]}",
           2,
           "  list:\n  - a: b\n    c:\n    - 1\n    - 2\n  - d\n  - - e\n    - f\n");
    prints("[{\"a\":{\"b\":\"c\"}}]", 0, "- a:\n    b: c\n");
}

extern CU_TestInfo suite_simulator_yaml_print[];
CU_TestInfo suite_simulator_yaml_print[] = {
    {"text is quoted where YAML would read something else",
     text_is_quoted_where_yaml_would_read_something_else},
    {"trees are laid out as kubectl does", trees_are_laid_out_as_kubectl_does},
    CU_TEST_INFO_NULL,
};
