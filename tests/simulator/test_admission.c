/* SPDX-License-Identifier: Apache-2.0 */
/* Pods as kube-apiserver v1.34 was given them, and what it made of them or answered. */
#include "mullion/text/document.h"
#include "simulator/engine/admission.h"
#include "simulator/engine/admission_steps.h"
#include "tests/support/expect.h"

#include <string.h>

#define RECORDINGS "tests/captures/admission.json"

/* The class that was there when the Pods of runtimeclass-admission were created. */
static const char classes[] =
    "{\"apiVersion\":\"node.k8s.io/v1\",\"kind\":\"RuntimeClass\",\"metadata\":{\"name\":"
    "\"windows-2022\"},\"handler\":\"runhcs-wcow-process\",\"overhead\":{\"podFixed\":{\"cpu\":"
    "\"250m\",\"memory\":\"120Mi\"}},\"scheduling\":{\"nodeSelector\":{\"kubernetes.io/os\":"
    "\"windows\",\"node.kubernetes.io/windows-build\":\"10.0.20348\"},\"tolerations\":[{\"key\":"
    "\"os\",\"operator\":\"Equal\",\"value\":\"windows\",\"effect\":\"NoSchedule\"}]}}\n";

/* CU_FAIL prints the name of its argument. */
static void fails(const char *what)
{
    expect_true(false, what, __FILE__, __LINE__);
}

static mn_objects *objects_of(const char *text)
{
    const mn_source source = {.name = "test", .bytes = text, .len = strlen(text)};
    mn_objects *objects = mn_objects_new();
    g_autoptr(GError) error = NULL;
    if (!mn_objects_load(objects, &source, &mn_document_limits_default, &error))
        fails(error->message);
    return objects;
}

/* ---- a Pod as text: what admission can change of it */

static void print_resources(GString *out, const char *what, const mn_resources *resources)
{
    for (size_t i = 0; i < resources->count; i++) {
        char buffer[MN_QUANTITY_BUFFER];
        g_string_append_printf(out,
                               "%s %s=%s\n",
                               what,
                               resources->items[i].name,
                               mn_quantity_format(resources->items[i].quantity, buffer));
    }
}

static void print_tolerations(GString *out, const mn_tolerations *tolerations)
{
    for (size_t i = 0; i < tolerations->count; i++) {
        const mn_toleration *t = &tolerations->items[i];
        g_string_append_printf(out,
                               "toleration %s %d %s %d %d\n",
                               t->key,
                               t->op,
                               t->value,
                               t->effect,
                               (int)t->seconds.value);
    }
}

static void print_selector(GString *out, const mn_label_selector *selector)
{
    for (size_t i = 0; i < selector->match_expressions.count; i++) {
        const mn_requirement *r = &selector->match_expressions.items[i];
        g_string_append_printf(out, "requires %s %d %s\n", r->key, r->op, r->values.items[0]);
    }
}

static char *text_of(const mn_pod_spec *spec)
{
    GString *out = g_string_new(NULL);
    g_string_append_printf(out, "%s %d\n", spec->scheduler_name, (int)spec->priority.value);
    for (size_t i = 0; i < spec->node_selector.count; i++)
        g_string_append_printf(out,
                               "select %s=%s\n",
                               spec->node_selector.items[i].key,
                               spec->node_selector.items[i].value);
    print_tolerations(out, &spec->tolerations);
    print_resources(out, "overhead", &spec->overhead);
    if (spec->resources != NULL)
        print_resources(out, "pod", &spec->resources->requests);
    for (size_t i = 0; i < spec->containers.count; i++) {
        const mn_container *c = &spec->containers.items[i];
        print_resources(out, c->name, &c->resources.requests);
        for (size_t p = 0; p < c->ports.count; p++)
            g_string_append_printf(out, "port %d\n", (int)c->ports.items[p].host_port.value);
    }
    for (size_t i = 0; i < spec->topology_spread_constraints.count; i++)
        print_selector(out, spec->topology_spread_constraints.items[i].label_selector);
    if (spec->affinity != NULL && spec->affinity->pod_anti != NULL)
        print_selector(out, spec->affinity->pod_anti->required.items[0].label_selector);
    return g_string_free(out, FALSE);
}

/* ---- the recordings */

static void compare_accepted(const char *name, const mn_at *recorded, const mn_pod *admitted,
                             mn_arena *arena)
{
    g_autoptr(GError) error = NULL;
    const mn_pod *after = mn_pod_decode(arena, recorded, &error);
    if (after == NULL || admitted == NULL) {
        fails(name);
        return;
    }
    g_autofree char *got = text_of(&admitted->spec);
    g_autofree char *want = text_of(&after->spec);
    EXPECT_STR(got, want);
}

/* What the decoder refuses already never reaches admission. */
static void replay(const mn_at *recording, const mn_objects *objects)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autoptr(GError) error = NULL;
    mn_at before = mn_at_member(recording, "before"), after = mn_at_member(recording, "after");
    mn_at message_at = mn_at_member(recording, "message"),
          name_at = mn_at_member(recording, "case");
    const char *name = "", *message = NULL, *rejection = NULL;
    EXPECT_TRUE(mn_read_string(&name_at, &name, NULL));
    EXPECT_TRUE(mn_read_string(&message_at, &message, NULL));
    const mn_pod *pod = mn_pod_decode(arena, &before, &error);
    if (pod == NULL) {
        EXPECT_STR(name, "api-validation/toleration-badop");
        EXPECT_TRUE(message != NULL);
        return;
    }
    const mn_pod *admitted = mn_admit(arena, objects, pod, &rejection);
    if (message != NULL)
        EXPECT_STR(rejection, message);
    else
        compare_accepted(name, &after, admitted, arena);
}

static void it_answers_what_kube_apiserver_answered(void)
{
    g_autofree char *bytes = NULL;
    gsize len = 0;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(RECORDINGS, &bytes, &len, &error)) {
        fails(error->message);
        return;
    }
    g_autoptr(mn_objects) objects = objects_of(classes);
    json_t *tree = mn_document_load_json(bytes, len, 64, &error);
    mn_at root = mn_at_tree(tree);
    EXPECT_INT((int64_t)mn_at_count(&root), 24);
    for (size_t i = 0; i < mn_at_count(&root); i++) {
        mn_at recording = mn_at_element(&root, i);
        replay(&recording, objects);
    }
    json_decref(tree);
}

/* ---- what was not recorded */

/* The outcome of creating the first Pod of `text`: NULL when it is taken. */
static char *rejection_of(const char *text)
{
    g_autoptr(mn_objects) objects = objects_of(text);
    g_autoptr(mn_arena) arena = mn_arena_new();
    const char *rejection = NULL;
    const mn_pod *pod = mn_admit(arena, objects, objects->pods->pdata[0], &rejection);
    EXPECT_TRUE((pod == NULL) == (rejection != NULL));
    return g_strdup(rejection);
}

static void is_rejected(const char *spec, const char *want)
{
    g_autofree char *text = g_strdup_printf(
        "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: "
        "x}], %s}}",
        spec);
    g_autofree char *got = rejection_of(text);
    EXPECT_STR(got, want);
}

static void a_windows_pod_must_not_carry_linux_fields(void)
{
    is_rejected("os: {name: windows}", NULL);
    is_rejected("os: {name: windows}, securityContext: {runAsNonRoot: true}", NULL);
    is_rejected(
        "os: {name: windows}, securityContext: {fsGroup: 1}",
        "Pod \"p\" is invalid: spec.securityContext.fsGroup: Forbidden: cannot be set for a "
        "windows pod");
    is_rejected("os: {name: windows}, hostPID: true, shareProcessNamespace: false",
                "Pod \"p\" is invalid: [spec.hostPID: Forbidden: cannot be set for a windows pod, "
                "spec.shareProcessNamespace: Forbidden: cannot be set for a windows pod]");
    is_rejected("os: {name: windows}, initContainers: [{name: i, image: x, securityContext: "
                "{privileged: true}}]",
                "Pod \"p\" is invalid: spec.initContainers[0].securityContext.privileged: "
                "Forbidden: cannot be set for a windows pod");
}

static void a_linux_pod_must_not_carry_windows_options(void)
{
    is_rejected("os: {name: linux}, securityContext: {windowsOptions: {runAsUserName: x}}",
                "Pod \"p\" is invalid: spec.securityContext.windowsOptions: Forbidden: windows "
                "options cannot be set for a linux pod");
    is_rejected("securityContext: {windowsOptions: {runAsUserName: x}, runAsUser: 1}", NULL);
}

static void spec_os_is_not_held_against_the_selector(void)
{
    is_rejected("os: {name: linux}, nodeSelector: {kubernetes.io/os: windows}", NULL);
}

static void host_process_pods_are_in_the_hosts_network(void)
{
    is_rejected("securityContext: {windowsOptions: {hostProcess: true}}",
                "Pod \"p\" is invalid: spec.hostNetwork: Invalid value: false: hostNetwork must be "
                "true if pod contains any hostProcess containers");
    is_rejected("hostNetwork: true, securityContext: {windowsOptions: {hostProcess: true}}", NULL);
}

static void a_limit_is_at_least_the_request(void)
{
    g_autofree char *got = rejection_of(
        "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: x, "
        "resources: {requests: {memory: 2Gi}, limits: {memory: 500Mi}}}]}}");
    EXPECT_TRUE(
        g_str_has_prefix(got, "Pod \"p\" is invalid: spec.containers[0].resources.requests:"));
    EXPECT_TRUE(g_str_has_suffix(got, "less than or equal to memory limit of 524288k") ||
                strstr(got, "memory limit of") != NULL);
}

#define PRIORITIES                                                                            \
    "{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: high}, value: " \
    "1000}\n---\n{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: "   \
    "usual}, value: 5, globalDefault: true, preemptionPolicy: Never}\n---\n"                  \
    "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: x}]"

static void has_priority(const char *rest, int64_t want, int policy)
{
    g_autofree char *text = g_strdup_printf(PRIORITIES "%s}}", rest);
    g_autoptr(mn_objects) objects = objects_of(text);
    g_autoptr(mn_arena) arena = mn_arena_new();
    const char *rejection = NULL;
    const mn_pod *pod = mn_admit(arena, objects, objects->pods->pdata[0], &rejection);
    EXPECT_STR(rejection, NULL);
    EXPECT_INT(pod == NULL ? -1 : pod->spec.priority.value, want);
    EXPECT_INT(pod == NULL ? -1 : pod->spec.preemption_policy, policy);
}

static void priority_comes_from_the_class_or_the_global_default(void)
{
    has_priority("", 5, MN_PREEMPT_NEVER);
    has_priority(", priorityClassName: high", 1000, MN_PREEMPTION_UNSET);
    has_priority(", priorityClassName: system-node-critical", 2000001000, MN_PREEMPTION_UNSET);
    is_rejected("priorityClassName: nope",
                "pods \"p\" is forbidden: no PriorityClass with name nope was found");
    is_rejected(
        "priority: 7",
        "pods \"p\" is forbidden: the integer value of priority (7) must not be provided in "
        "pod spec; priority admission controller computed 0 from the given PriorityClass "
        "name");
}

static void the_pod_that_came_in_stays_as_it_was(void)
{
    g_autoptr(mn_objects) objects = objects_of(
        "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {hostNetwork: true, containers: "
        "[{name: c, image: x, ports: [{containerPort: 80}], resources: {limits: {cpu: 1}}}]}}");
    g_autoptr(mn_arena) arena = mn_arena_new();
    const char *rejection = NULL;
    const mn_pod *before = objects->pods->pdata[0];
    const mn_pod *after = mn_admit(arena, objects, before, &rejection);
    EXPECT_TRUE(after != before);
    EXPECT_INT((int64_t)after->spec.tolerations.count, 2);
    EXPECT_INT((int64_t)after->spec.containers.items[0].resources.requests.count, 1);
    EXPECT_INT(after->spec.containers.items[0].ports.items[0].host_port.value, 80);
    EXPECT_INT((int64_t)before->spec.tolerations.count, 0);
    EXPECT_INT((int64_t)before->spec.containers.items[0].resources.requests.count, 0);
    EXPECT_TRUE(!before->spec.containers.items[0].ports.items[0].host_port.set);
}

static void an_operator_left_out_is_equal_for_the_wide_one_only(void)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    const mn_toleration unset = {.key = "os", .value = "windows", .effect = MN_EFFECT_NO_SCHEDULE};
    mn_toleration equal = unset, any = unset;
    equal.op = MN_TOLERATION_EQUAL;
    any.effect = MN_EFFECT_ANY;
    mn_tolerations first = {.items = &equal, .count = 1}, second = {.items = &any, .count = 1};
    EXPECT_INT((int64_t)mn_tolerations_merge(arena, first, second).count, 1);
    first.items = &unset;
    EXPECT_INT((int64_t)mn_tolerations_merge(arena, first, second).count, 2);
}

CU_TestInfo suite_simulator_admission[] = {
    {"it answers what kube-apiserver answered", it_answers_what_kube_apiserver_answered},
    {"a Windows Pod must not carry Linux fields", a_windows_pod_must_not_carry_linux_fields},
    {"a Linux Pod must not carry windowsOptions", a_linux_pod_must_not_carry_windows_options},
    {"spec.os is not held against the selector", spec_os_is_not_held_against_the_selector},
    {"HostProcess Pods are in the host's network", host_process_pods_are_in_the_hosts_network},
    {"a limit is at least the request", a_limit_is_at_least_the_request},
    {"priority comes from the class or the global default",
     priority_comes_from_the_class_or_the_global_default},
    {"the Pod that came in stays as it was", the_pod_that_came_in_stays_as_it_was},
    {"an operator left out is Equal for the wide one only",
     an_operator_left_out_is_equal_for_the_wide_one_only},
    CU_TEST_INFO_NULL,
};
