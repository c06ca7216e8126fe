/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/expect.h"
#include "tests/support/load.h"

static void each_kind_goes_to_its_own_array(void)
{
    g_autoptr(mn_objects) objects = load_objects(
        "{apiVersion: v1, kind: Node, metadata: {name: win-0}}\n---\n"
        "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c}]}}\n---\n"
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n"
        "spec: {replicas: 3, template: {spec: {containers: [{name: c, image: x}]}}}\n---\n"
        "apiVersion: batch/v1beta1\nkind: CronJob\nmetadata: {name: c}\n"
        "spec: {schedule: '* * * * *', jobTemplate: {spec: {completions: 2, template: "
        "{spec: {containers: []}}}}}\n---\n"
        "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {selector: {a: b}}}\n---\n"
        "{apiVersion: v1, kind: Namespace, metadata: {name: ns}}\n---\n"
        "apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: rc}\nhandler: h\n"
        "scheduling: {nodeSelector: {kubernetes.io/os: windows}}\n---\n"
        "{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: pc}, value: 7}\n"
        "---\n{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: b}, "
        "spec: {minAvailable: 50%}}\n");
    EXPECT_INT(objects->nodes->len, 1);
    EXPECT_INT(objects->pods->len, 1);
    EXPECT_INT(objects->workloads->len, 2);
    const mn_workload *deployment = objects->workloads->pdata[0],
                      *cron = objects->workloads->pdata[1];
    EXPECT_STR(mn_workload_kind_name(deployment->kind), "Deployment");
    EXPECT_INT(deployment->spec.replicas.value, 3);
    EXPECT_STR(deployment->spec.template.spec.containers.items[0].image, "x");
    EXPECT_STR(deployment->meta.origin, "test.yaml");
    EXPECT_STR(cron->spec.schedule, "* * * * *");
    EXPECT_INT(cron->spec.completions.value, 2);
    const mn_service *service = objects->services->pdata[0];
    EXPECT_STR(mn_labels_find(&service->spec.selector, "a"), "b");
    EXPECT_INT(objects->namespaces->len, 1);
    const mn_runtime_class *rc = mn_objects_find_runtime_class(objects, "rc");
    EXPECT_STR(rc->handler, "h");
    EXPECT_STR(mn_labels_find(&rc->scheduling->node_selector, MN_LABEL_OS), "windows");
    EXPECT_INT(mn_objects_find_priority_class(objects, "pc")->value.value, 7);
    EXPECT_TRUE(mn_objects_find_priority_class(objects, "other") == NULL);
    const mn_disruption_budget *budget = objects->disruption_budgets->pdata[0];
    EXPECT_STR(budget->spec.min_available, "50%");
    EXPECT_INT(objects->ignored->len, 0);
}

static void kinds_of_no_use_are_counted_and_named(void)
{
    g_autoptr(mn_objects) objects =
        load_objects("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n---\n"
                     "{apiVersion: serving.knative.dev/v1, kind: Service, spec: nonsense}\n---\n"
                     "{apiVersion: v1, kind: ConfigMap, metadata: {name: b}}\n");
    EXPECT_INT(objects->ignored->len, 2);
    const mn_ignored_kind *first = &g_array_index(objects->ignored, mn_ignored_kind, 0);
    EXPECT_STR(first->kind, "ConfigMap");
    EXPECT_INT((int64_t)first->count, 2);
    EXPECT_STR(g_array_index(objects->ignored, mn_ignored_kind, 1).api_version,
               "serving.knative.dev/v1");
}

static void a_list_is_its_items(void)
{
    g_autoptr(mn_objects) objects =
        load_objects("{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":["
                     "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"a\"}},"
                     "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"b\"}}]}");
    EXPECT_INT(objects->nodes->len, 2);
    EXPECT_STR(((const mn_node *)objects->nodes->pdata[1])->meta.name, "b");
}

static void complains(const char *text, const char *want)
{
    g_autofree char *message = load_error(text);
    EXPECT_STR(message, want);
}

static void items_of_a_typed_list_need_not_say_what_they_are(void)
{
    g_autoptr(mn_objects) json =
        load_objects("{\"kind\":\"NodeList\",\"apiVersion\":\"v1\",\"metadata\":{},\"items\":["
                     "{\"metadata\":{\"name\":\"n1\"}},{\"metadata\":{\"name\":\"n2\"}}]}");
    EXPECT_INT(json->nodes->len, 2);
    g_autoptr(mn_objects) yaml =
        load_objects("apiVersion: node.k8s.io/v1\nkind: RuntimeClassList\nitems:\n"
                     "- {metadata: {name: r}, handler: runhcs-wcow-process}\n"
                     "---\napiVersion: v1\nkind: Node\nmetadata: {name: lin-1}\n");
    EXPECT_INT(yaml->runtime_classes->len, 1);
    EXPECT_INT(yaml->nodes->len, 1);
    complains("{\"kind\":\"List\",\"apiVersion\":\"v1\",\"items\":[{\"metadata\":{}}]}",
              "test.yaml:1:43: items[0]: required field \"apiVersion\" is missing: is this a "
              "Kubernetes object?");
}

static void an_error_names_file_line_column_path_found_and_expected(void)
{
    complains("apiVersion: v1\nkind: Node\nmetadata: {name: win-0}\nspec:\n  taints:\n"
              "  - {key: a, effect: NoSchedule}\n  - {key: b, effect: NoShedule}\n",
              "test.yaml:7:22: spec.taints[1].effect: expected one of NoSchedule, "
              "PreferNoSchedule, NoExecute, found \"NoShedule\" (did you mean \"NoSchedule\"?)");
    complains("kind: Node\nmetadata: {name: win-0}\n",
              "test.yaml:1:1: required field \"apiVersion\" is missing: is this a Kubernetes "
              "object?");
    complains("apiVersion: v1\nkind: Node\nmetadata: {}\n",
              "test.yaml:3:11: metadata: required field \"name\" is missing");
    complains("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: c\n"
              "    resources:\n      requests: {cpu: 1x}\n",
              "test.yaml:8:23: spec.containers[0].resources.requests.cpu: expected a quantity such "
              "as \"250m\", \"1.5Gi\" or \"2\", found \"1x\"");
    complains("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"
              "spec: {os: {name: Windows}, containers: []}\n",
              "test.yaml:4:19: spec.os.name: expected linux or windows, found \"Windows\" "
              "(did you mean \"windows\"?)");
}

/* YAML 1.1 has more booleans than one expects, and kubectl reads YAML 1.1. */
static void a_bare_n_is_a_boolean_as_it_is_to_kubectl(void)
{
    complains("{apiVersion: v1, kind: Node, metadata: {name: n}}",
              "test.yaml:1:47: metadata.name: expected a string, found the boolean false");
}

static void a_complaint_inside_a_list_counts_its_items(void)
{
    complains("apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap}\n"
              "- apiVersion: v1\n  kind: Node\n  metadata: {name: 5}\n",
              "test.yaml:7:20: items[1].metadata.name: expected a string, found the number 5");
}

extern CU_TestInfo suite_core_objects[];
CU_TestInfo suite_core_objects[] = {
    {"each kind goes to its own array", each_kind_goes_to_its_own_array},
    {"kinds of no use are counted and named", kinds_of_no_use_are_counted_and_named},
    {"a List is its items", a_list_is_its_items},
    {"items of a typed list need not say what they are",
     items_of_a_typed_list_need_not_say_what_they_are},
    {"an error names file, line, column, path, found and expected",
     an_error_names_file_line_column_path_found_and_expected},
    {"a bare n is a boolean, as it is to kubectl", a_bare_n_is_a_boolean_as_it_is_to_kubectl},
    {"a complaint inside a List counts its items", a_complaint_inside_a_list_counts_its_items},
    CU_TEST_INFO_NULL,
};
