/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/text/json_write.h"
#include "mullion/text/patch.h"
#include "tests/support/expect.h"

#include <string.h>

static json_t *load(const char *json)
{
    /* Facts are easier to read with single quotes. */
    g_autofree char *text = g_strdup(json);
    g_strdelimit(text, "'", '"');
    json_t *tree = mn_document_load_json(text, strlen(text), 300, NULL);
    g_assert(tree != NULL);
    return tree;
}

static char *write(const json_t *tree)
{
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_json_tree(&json, tree);
    return g_strdelimit(mn_json_writer_steal(&json, NULL), "\"", '\'');
}

/* The result, or what is wrong with the patch. The target stays as it was. */
static char *patched(mn_patch_type type, const char *kind, const char *target, const char *patch)
{
    g_autoptr(GError) error = NULL;
    json_t *before = load(target), *tree = load(patch);
    mn_at at = mn_at_tree(tree);
    json_t *after = mn_patch_apply(type, kind, before, &at, &error);
    g_autofree char *again = write(before), *as_given = g_strdelimit(g_strdup(target), "\"", '\'');
    EXPECT_STR(again, as_given);
    EXPECT_TRUE((after == NULL) == (error != NULL));
    char *out = after == NULL && error != NULL ? g_strdup(error->message) : write(after);
    json_decref(before);
    json_decref(tree);
    json_decref(after);
    return out;
}

static void merges(const char *target, const char *patch, const char *want)
{
    g_autofree char *got = patched(MN_PATCH_MERGE, "Pod", target, patch);
    EXPECT_STR(got, want);
}

static void strategic(const char *kind, const char *target, const char *patch, const char *want)
{
    g_autofree char *got = patched(MN_PATCH_STRATEGIC, kind, target, patch);
    EXPECT_STR(got, want);
}

static void operates(const char *target, const char *patch, const char *want)
{
    g_autofree char *got = patched(MN_PATCH_JSON, "Pod", target, patch);
    EXPECT_STR(got, want);
}

/* The examples of RFC 7386, appendix A, as far as objects are patched with objects. */
static void a_merge_patch_merges_maps_and_replaces_the_rest(void)
{
    merges("{'a':'b'}", "{'a':'c'}", "{'a':'c'}");
    merges("{'a':'b'}", "{'b':'c'}", "{'a':'b','b':'c'}");
    merges("{'a':'b'}", "{'a':null}", "{}");
    merges("{'a':'b','b':'c'}", "{'a':null}", "{'b':'c'}");
    merges("{'a':['b']}", "{'a':'c'}", "{'a':'c'}");
    merges("{'a':'c'}", "{'a':['b']}", "{'a':['b']}");
    merges("{'a':{'b':'c'}}", "{'a':{'b':'d','c':null}}", "{'a':{'b':'d'}}");
    merges("{'a':[{'b':'c'}]}", "{'a':[1]}", "{'a':[1]}");
    merges("{}", "{'a':{'bb':{'ccc':null}}}", "{'a':{'bb':{}}}");
    merges("[1,2]", "{'a':'b','c':null}", "{'a':'b'}");
    merges("{'a':1,'b':2,'c':3}", "{'b':4}", "{'a':1,'b':4,'c':3}");
    merges("{'a':1}", "[1]", "expected an object, found a list");
}

static void lists_with_a_merge_key_are_merged_element_by_element(void)
{
    strategic("Pod",
              "{'spec':{'containers':[{'name':'a','image':'x:1'},{'name':'b','image':'y:1'}]}}",
              "{'spec':{'containers':[{'name':'b','image':'y:2'}]}}",
              "{'spec':{'containers':[{'name':'a','image':'x:1'},{'name':'b','image':'y:2'}]}}");
    strategic(
        "Deployment",
        "{'spec':{'template':{'spec':{'containers':[{'name':'a','env':[{'name':'X','value':'1'}],"
        "'ports':[{'containerPort':80}]}]}}}}",
        "{'spec':{'template':{'spec':{'containers':[{'name':'a','env':[{'name':'X','value':'2'}],"
        "'ports':[{'containerPort':80,'hostPort':8080}]}]}}}}",
        "{'spec':{'template':{'spec':{'containers':[{'name':'a','env':[{'name':'X','value':'2'}],"
        "'ports':[{'containerPort':80,'hostPort':8080}]}]}}}}");
    strategic(
        "CronJob",
        "{'spec':{'jobTemplate':{'spec':{'template':{'spec':{'volumes':[{'name':'v'}]}}}}}}",
        "{'spec':{'jobTemplate':{'spec':{'template':{'spec':{'volumes':[{'name':'v','emptyDir':{}}]"
        "}}}}}}",
        "{'spec':{'jobTemplate':{'spec':{'template':{'spec':{'volumes':[{'name':'v','emptyDir':{}}]"
        "}}}}}}");
    strategic("Service",
              "{'spec':{'ports':[{'port':80,'targetPort':1},{'port':443}]}}",
              "{'spec':{'ports':[{'port':80,'targetPort':2}]}}",
              "{'spec':{'ports':[{'port':80,'targetPort':2},{'port':443}]}}");
}

/* k8s.io/api has no patchStrategy for them: somebody who patches one taint in loses the others. */
static void taints_and_tolerations_are_replaced_as_a_whole(void)
{
    strategic("Node",
              "{'spec':{'taints':[{'key':'a','effect':'NoSchedule'}]}}",
              "{'spec':{'taints':[{'key':'b','effect':'NoSchedule'}]}}",
              "{'spec':{'taints':[{'key':'b','effect':'NoSchedule'}]}}");
    strategic("Pod",
              "{'spec':{'tolerations':[{'key':'a'},{'key':'b'}],'nodeSelector':{'x':'1'}}}",
              "{'spec':{'tolerations':[{'key':'c'}],'nodeSelector':{'y':'2'}}}",
              "{'spec':{'tolerations':[{'key':'c'}],'nodeSelector':{'x':'1','y':'2'}}}");
    strategic("PodDisruptionBudget",
              "{'spec':{'selector':{'matchLabels':{'a':'1'}}}}",
              "{'spec':{'selector':{'matchLabels':{'b':'2'}}}}",
              "{'spec':{'selector':{'matchLabels':{'b':'2'}}}}");
}

/* strategicpatch's normalizeElementOrder. */
static void new_elements_come_first_unless_the_patch_names_old_ones(void)
{
    strategic("Pod",
              "{'spec':{'containers':[{'name':'a'},{'name':'b'}]}}",
              "{'spec':{'containers':[{'name':'c'}]}}",
              "{'spec':{'containers':[{'name':'c'},{'name':'a'},{'name':'b'}]}}");
    strategic("Pod",
              "{'spec':{'containers':[{'name':'a'},{'name':'b'}]}}",
              "{'spec':{'containers':[{'name':'b'},{'name':'c'}]}}",
              "{'spec':{'containers':[{'name':'a'},{'name':'b'},{'name':'c'}]}}");
    strategic("Node",
              "{'metadata':{'finalizers':['a','b']}}",
              "{'metadata':{'finalizers':['b','c']}}",
              "{'metadata':{'finalizers':['a','b','c']}}");
}

static void directives_delete_replace_and_retain(void)
{
    strategic("Pod",
              "{'spec':{'containers':[{'name':'a'},{'name':'b'}]}}",
              "{'spec':{'containers':[{'name':'a','$patch':'delete'}]}}",
              "{'spec':{'containers':[{'name':'b'}]}}");
    strategic("Pod",
              "{'spec':{'containers':[{'name':'a'},{'name':'b'}]}}",
              "{'spec':{'containers':[{'name':'c'},{'$patch':'replace'}]}}",
              "{'spec':{'containers':[{'name':'c'}]}}");
    strategic("Pod",
              "{'spec':{'nodeSelector':{'a':'1'},'hostNetwork':true}}",
              "{'spec':{'nodeSelector':{'$patch':'replace','b':'2'}}}",
              "{'spec':{'nodeSelector':{'b':'2'},'hostNetwork':true}}");
    strategic("Pod",
              "{'spec':{'nodeSelector':{'a':'1'}}}",
              "{'spec':{'nodeSelector':{'$patch':'delete'}}}",
              "{'spec':{'nodeSelector':{}}}");
    strategic("Deployment",
              "{'spec':{'strategy':{'type':'RollingUpdate','rollingUpdate':{'maxSurge':1}}}}",
              "{'spec':{'strategy':{'$retainKeys':['type'],'type':'Recreate'}}}",
              "{'spec':{'strategy':{'type':'Recreate'}}}");
    strategic("Node",
              "{'metadata':{'finalizers':['a','b']}}",
              "{'metadata':{'$deleteFromPrimitiveList/finalizers':['a']}}",
              "{'metadata':{'finalizers':['b']}}");
    strategic("Pod",
              "{'spec':{}}",
              "{'spec':{'$setElementOrder/containers':[{'name':'a'}],"
              "'containers':[{'name':'a','image':null},{'name':'b','$patch':'delete'}]}}",
              "{'spec':{'containers':[{'name':'a'}]}}");
}

static void nulls_remove_and_are_never_kept(void)
{
    strategic("Deployment",
              "{'spec':{'paused':true,'x':1}}",
              "{'spec':{'paused':null}}",
              "{'spec':{'x':1}}");
    strategic(
        "Deployment", "{}", "{'spec':{'a':null,'b':{'c':null,'d':1}}}", "{'spec':{'b':{'d':1}}}");
    strategic("Unheard", "{'spec':{'list':[1]}}", "{'spec':{'list':[2]}}", "{'spec':{'list':[2]}}");
}

static void a_strategic_patch_that_is_wrong_says_where(void)
{
    strategic("Pod",
              "{'spec':{'containers':[{'name':'a'}]}}",
              "{'spec':{'containers':[{'image':'x'}]}}",
              "spec.containers[0]: required field \"name\" is missing: it tells which element of "
              "the list is meant");
    strategic("Pod",
              "{'spec':{'containers':[{'name':'a'}]}}",
              "{'spec':{'containers':[{'$patch':'delete'}]}}",
              "spec.containers[0]: which element to delete? \"name\" is missing");
    strategic("Pod",
              "{'spec':{}}",
              "{'spec':{'$patch':'remove'}}",
              "spec.$patch: expected \"delete\" or \"replace\", found \"remove\"");
    strategic("Deployment",
              "{'spec':{'a':1}}",
              "{'spec':{'$retainKeys':['b'],'a':2}}",
              "spec.a: is in the patch, but not in its $retainKeys");
}

/* The examples of RFC 6902, appendix A. */
static void a_json_patch_is_a_list_of_operations(void)
{
    operates(
        "{'foo':'bar'}", "[{'op':'add','path':'/baz','value':'qux'}]", "{'foo':'bar','baz':'qux'}");
    operates("{'foo':['bar','baz']}",
             "[{'op':'add','path':'/foo/1','value':'qux'}]",
             "{'foo':['bar','qux','baz']}");
    operates("{'baz':'qux','foo':'bar'}", "[{'op':'remove','path':'/baz'}]", "{'foo':'bar'}");
    operates("{'foo':['bar','qux','baz']}",
             "[{'op':'remove','path':'/foo/1'}]",
             "{'foo':['bar','baz']}");
    operates("{'baz':'qux','foo':'bar'}",
             "[{'op':'replace','path':'/baz','value':'boo'}]",
             "{'baz':'boo','foo':'bar'}");
    operates("{'foo':{'bar':'baz','waldo':'fred'},'qux':{'corge':'grault'}}",
             "[{'op':'move','from':'/foo/waldo','path':'/qux/thud'}]",
             "{'foo':{'bar':'baz'},'qux':{'corge':'grault','thud':'fred'}}");
    operates("{'foo':['all','grass','cows','eat']}",
             "[{'op':'move','from':'/foo/1','path':'/foo/3'}]",
             "{'foo':['all','cows','eat','grass']}");
    operates("{'baz':'qux','foo':['a',2,'c']}",
             "[{'op':'test','path':'/baz','value':'qux'},{'op':'test','path':'/foo/1','value':2}]",
             "{'baz':'qux','foo':['a',2,'c']}");
    operates("{'foo':'bar'}",
             "[{'op':'add','path':'/child','value':{'grandchild':{}}}]",
             "{'foo':'bar','child':{'grandchild':{}}}");
    operates("{'/':9,'~1':10}", "[{'op':'test','path':'/~01','value':10}]", "{'/':9,'~1':10}");
    operates("{'foo':['bar']}",
             "[{'op':'add','path':'/foo/-','value':['abc','def']}]",
             "{'foo':['bar',['abc','def']]}");
    operates(
        "{'a':{'b':1}}", "[{'op':'copy','from':'/a','path':'/c'}]", "{'a':{'b':1},'c':{'b':1}}");
    operates("{'a':1}", "[{'op':'replace','path':'','value':{'b':2}}]", "{'b':2}");
    operates("{'metadata':{'labels':{'kubernetes.io/os':'linux'}}}",
             "[{'op':'remove','path':'/metadata/labels/kubernetes.io~1os'}]",
             "{'metadata':{'labels':{}}}");
}

static void a_json_patch_that_cannot_act_says_which_operation(void)
{
    static const struct {
        const char *patch, *want;
    } rows[] = {
        {"[{'op':'remove','path':'/x'}]", "[0].path: there is no such member"},
        {"[{'op':'replace','path':'/x','value':1}]", "[0].path: there is no such member"},
        {"[{'op':'add','path':'/x/y','value':1}]",
         "[0].path: there is nothing of that name on its way"},
        {"[{'op':'add','path':'/l/9','value':1}]", "[0].path: the list has no such element"},
        {"[{'op':'add','path':'/l/01','value':1}]", "[0].path: the list has no such element"},
        {"[{'op':'remove','path':'/l/-'}]", "[0].path: the list has no such element"},
        {"[{'op':'add','path':'x','value':1}]",
         "[0].path: expected a path such as /spec/replicas, found \"x\""},
        {"[{'op':'add','path':'/~2','value':1}]",
         "[0].path: only ~0 (a tilde) and ~1 (a slash) follow a tilde"},
        {"[{'op':'add','path':'/x'}]", "[0]: required field \"value\" is missing"},
        {"[{'op':'remove'}]", "[0]: required field \"path\" is missing"},
        {"[{'op':'move','path':'/x'}]", "[0]: required field \"from\" is missing"},
        {"[{'op':'move','from':'/m','path':'/m/n'}]", "[0]: nothing moves into itself"},
        {"[{'op':'move','from':'/n','path':'/o'}]", "[0].from: there is nothing of that name"},
        {"[{'op':'test','path':'/m','value':1}]",
         "[0].path: the test failed: it has another value"},
        {"[{'op':'test','path':'/l','value':[1]},{'op':'test','path':'/q','value':1}]",
         "[1].path: the test failed: there is nothing of that name"},
        {"[{'op':'replcae','path':'/x','value':1}]",
         "[0].op: expected \"op\" to be add, remove, replace, move, copy or test, found \"replcae\" (did "
         "you mean \"replace\"?)"},
        {"[1]",
         "[0]: expected an operation such as {op: replace, path: /spec/replicas, value: 3}, found the "
         "number 1"},
        {"{}", "expected a list of operations, found an object"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        operates("{'l':[1],'m':{}}", rows[i].patch, rows[i].want);
}

/* Doubling what is there, twenty times over. */
static void copies_are_limited(void)
{
    g_autoptr(GString) patch = g_string_new("[");
    for (int i = 0; i < 30; i++)
        g_string_append_printf(
            patch, "%s{'op':'copy','from':'/a','path':'/a/%d'}", i == 0 ? "" : ",", i);
    g_string_append(patch, "]");
    g_autofree char *got = patched(MN_PATCH_JSON, "Pod", "{'a':{}}", patch->str);
    EXPECT_TRUE(g_str_has_suffix(got, "copies more than 100000 values"));
}

extern CU_TestInfo suite_core_patch[];
CU_TestInfo suite_core_patch[] = {
    {"a merge patch merges maps and replaces the rest",
     a_merge_patch_merges_maps_and_replaces_the_rest},
    {"lists with a merge key are merged element by element",
     lists_with_a_merge_key_are_merged_element_by_element},
    {"taints and tolerations are replaced as a whole",
     taints_and_tolerations_are_replaced_as_a_whole},
    {"new elements come first unless the patch names old ones",
     new_elements_come_first_unless_the_patch_names_old_ones},
    {"directives delete, replace and retain", directives_delete_replace_and_retain},
    {"nulls remove and are never kept", nulls_remove_and_are_never_kept},
    {"a strategic patch that is wrong says where", a_strategic_patch_that_is_wrong_says_where},
    {"a JSON patch is a list of operations", a_json_patch_is_a_list_of_operations},
    {"a JSON patch that cannot act says which operation",
     a_json_patch_that_cannot_act_says_which_operation},
    {"copies are limited", copies_are_limited},
    CU_TEST_INFO_NULL,
};
