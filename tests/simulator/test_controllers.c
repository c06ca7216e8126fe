/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/engine/engine.h"
#include "simulator/engine/world_parts.h"
#include "tests/support/expect.h"

#include <string.h>

#define POOLS                                                                                   \
    "apiVersion: mullion.dev/v1alpha1\nkind: Scenario\nspec:\n  nodePools:\n"                   \
    "  - {name: lin, count: 2}\n"                                                               \
    "  - {name: win, os: windows, build: 20348, registerWithTaints: 'os=windows:NoSchedule'}\n" \
    "---\n"
#define TEMPLATE \
    "template: {metadata: {labels: {app: x}}, spec: {containers: [{name: c, image: x}]}}"

/* A world at the very beginning: the controllers have had their turn. */
typedef struct made {
    mn_scenario *scenario;
    mn_world *world;
    GPtrArray *pods; /* mn_world_pod, in order of creation */
    GError *error;
} made;

static int by_number(const void *a, const void *b)
{
    const mn_world_pod *x = *(mn_world_pod *const *)a, *y = *(mn_world_pod *const *)b;
    return (x->number > y->number) - (x->number < y->number);
}

static made plan_of(const char *text, uint64_t seed)
{
    const mn_source source = {.name = "test.yaml", .bytes = text, .len = strlen(text)};
    const mn_run_options options = {.has_seed = true, .seed = seed};
    made m = {.pods = g_ptr_array_new()};
    m.scenario = mn_scenario_load_source(&source, &m.error);
    expect_true(m.scenario != NULL, m.error == NULL ? "" : m.error->message, __FILE__, __LINE__);
    if (m.scenario != NULL)
        m.world = mn_world_new(m.scenario, &options, &m.error);
    if (m.world == NULL || !mn_world_run(m.world, 0, false, &m.error))
        return m;
    GHashTableIter iter;
    gpointer pod;
    g_hash_table_iter_init(&iter, m.world->pod_index);
    while (g_hash_table_iter_next(&iter, NULL, &pod))
        g_ptr_array_add(m.pods, pod);
    g_ptr_array_sort(m.pods, by_number);
    return m;
}

static void clear(made *m)
{
    g_ptr_array_unref(m->pods);
    mn_world_free(m->world);
    mn_scenario_free(m->scenario);
    g_clear_error(&m->error);
}

static const mn_pod *pod_at(const made *m, guint i)
{
    return ((const mn_world_pod *)m->pods->pdata[i])->pod;
}

static const mn_world_workload *workload_at(const made *m, guint i)
{
    return m->world->workloads->pdata[i];
}

static void matches(const char *name, const char *pattern)
{
    if (!g_regex_match_simple(pattern, name, 0, 0))
        EXPECT_STR(name, pattern);
}

#define SAFE "[bcdfghjklmnpqrstvwxz2456789]"

static void a_deployment_makes_a_replica_set_and_its_pods(void)
{
    made m = plan_of(POOLS
                     "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: "
                     "shop}, spec: {replicas: 2, selector: {matchLabels: {app: x}}, " TEMPLATE "}}",
                     1);
    EXPECT_INT(m.pods->len, 2);
    const mn_pod *pod = pod_at(&m, 0);
    const char *hash = mn_labels_find(&pod->meta.labels, "pod-template-hash");
    matches(hash, "^[456789bcdf]{1,10}$");
    matches(pod->meta.name, "^web-[456789bcdf]{1,10}-" SAFE "{5}$");
    EXPECT_TRUE(strcmp(pod->meta.name, pod_at(&m, 1)->meta.name) != 0);
    EXPECT_STR(pod->meta.namespace_, "shop");
    EXPECT_STR(mn_labels_find(&pod->meta.labels, "app"), "x");
    const mn_owner_reference *owner = mn_meta_controller(&pod->meta);
    EXPECT_STR(owner->kind, "ReplicaSet");
    const mn_world_workload *child = workload_at(&m, 0)->children->pdata[0];
    const mn_workload *set = child->object;
    EXPECT_STR(owner->name, set->meta.name);
    EXPECT_TRUE(mn_label_selector_matches(set->spec.selector, &pod->meta.labels));
    EXPECT_STR(workload_at(&m, 0)->kind, "Deployment");
    clear(&m);
}

static void names_repeat_with_the_seed_and_do_not_depend_on_others(void)
{
    static const char web[] =
        "{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: web}, spec: "
        "{" TEMPLATE "}}";
    g_autofree char *alone = g_strdup_printf(POOLS "%s", web);
    g_autofree char *second =
        g_strdup_printf(POOLS "{apiVersion: v1, kind: ReplicationController, "
                              "metadata: {name: a}, spec: {" TEMPLATE "}}\n---\n%s",
                        web);
    made one = plan_of(alone, 1), two = plan_of(second, 1), other = plan_of(alone, 2);
    EXPECT_STR(pod_at(&two, 1)->meta.name, pod_at(&one, 0)->meta.name);
    EXPECT_TRUE(strcmp(pod_at(&other, 0)->meta.name, pod_at(&one, 0)->meta.name) != 0);
    clear(&one);
    clear(&two);
    clear(&other);
}

static void a_stateful_set_counts_its_pods(void)
{
    made m = plan_of(POOLS "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: "
                           "{replicas: 3, podManagementPolicy: Parallel, " TEMPLATE "}}",
                     1);
    EXPECT_INT(m.pods->len, 3);
    EXPECT_STR(pod_at(&m, 2)->meta.name, "db-2");
    EXPECT_STR(mn_labels_find(&pod_at(&m, 2)->meta.labels, "apps.kubernetes.io/pod-index"), "2");
    clear(&m);
}

static void daemon_pods_are(const char *spec, const char *nodes)
{
    g_autofree char *text = g_strdup_printf(
        POOLS "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: d}, spec: {template: {spec: "
              "{containers: [{name: c, image: x}]%s}}}}",
        spec);
    made m = plan_of(text, 1);
    g_autoptr(GString) got = g_string_new(NULL);
    for (guint i = 0; m.world != NULL && i < m.pods->len; i++) {
        const mn_node_selector *required = pod_at(&m, i)->spec.affinity->node->required;
        const mn_requirement *pin = &required->terms.items[0].match_fields.items[0];
        EXPECT_STR(pin->key, "metadata.name");
        EXPECT_INT((int64_t)required->terms.count, 1);
        g_string_append_printf(got, "%s ", pin->values.items[0]);
    }
    EXPECT_STR(got->str, nodes);
    clear(&m);
}

static void a_daemon_set_makes_a_pod_for_each_node_that_takes_it(void)
{
    daemon_pods_are("", "lin-0 lin-1 ");
    daemon_pods_are(", tolerations: [{operator: Exists}]", "lin-0 lin-1 win-0 ");
    daemon_pods_are(", tolerations: [{key: os, value: windows}]", "lin-0 lin-1 win-0 ");
    daemon_pods_are(", tolerations: [{key: os, value: Windows}]", "lin-0 lin-1 ");
    daemon_pods_are(", nodeSelector: {kubernetes.io/os: windows}", "");
    daemon_pods_are(", nodeSelector: {kubernetes.io/hostname: lin-1}", "lin-1 ");
    daemon_pods_are(", affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
                    "{nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/os, operator: "
                    "NotIn, values: [windows]}]}]}}}",
                    "lin-0 lin-1 ");
    daemon_pods_are(", affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
                    "{nodeSelectorTerms: [{}]}}}",
                    "");
}

static void daemon_pods_tolerate_what_the_controller_adds(void)
{
    made m = plan_of(POOLS "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: d}, spec: "
                           "{" TEMPLATE "}}",
                     1);
    const mn_tolerations *tolerations = &pod_at(&m, 0)->spec.tolerations;
    const mn_taint cordon = {"node.kubernetes.io/unschedulable", "", MN_EFFECT_NO_SCHEDULE};
    const mn_taint network = {"node.kubernetes.io/network-unavailable", "", MN_EFFECT_NO_SCHEDULE};
    EXPECT_TRUE(mn_tolerations_tolerate(tolerations, &cordon));
    EXPECT_TRUE(!mn_tolerations_tolerate(tolerations, &network));
    clear(&m);
}

static void makes(const char *kind, const char *spec, int64_t pods, const char *remark)
{
    g_autofree char *text = g_strdup_printf(
        POOLS "{apiVersion: batch/v1, kind: %s, metadata: {name: j}, spec: {%s}}", kind, spec);
    made m = plan_of(text, 1);
    EXPECT_INT(m.world == NULL ? -1 : (int64_t)m.pods->len, pods);
    EXPECT_STR(m.world == NULL ? "" : workload_at(&m, 0)->remark, remark);
    clear(&m);
}

static void a_job_runs_as_many_pods_at_once_as_it_may(void)
{
    makes("Job", TEMPLATE, 1, "");
    makes("Job", "completions: 5, parallelism: 2, " TEMPLATE, 2, "");
    makes("Job", "completions: 2, parallelism: 5, " TEMPLATE, 2, "");
    makes("Job", "parallelism: 3, " TEMPLATE, 3, "");
    makes("Job", "parallelism: 0, " TEMPLATE, 0, "parallelism: 0");
    makes("Job", "suspend: true, " TEMPLATE, 0, "suspended");
    makes("CronJob",
          "schedule: '* * * * *', jobTemplate: {spec: {parallelism: 2, " TEMPLATE "}}",
          2,
          "");
    makes("CronJob", "suspend: true, jobTemplate: {spec: {" TEMPLATE "}}", 0, "suspended");
}

static void an_indexed_job_numbers_its_pods(void)
{
    made m =
        plan_of(POOLS "{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: "
                      "{completionMode: Indexed, completions: 2, parallelism: 2, " TEMPLATE "}}",
                1);
    matches(pod_at(&m, 1)->meta.name, "^j-1-" SAFE "{5}$");
    EXPECT_STR(mn_labels_find(&pod_at(&m, 1)->meta.labels, "job-name"), "j");
    clear(&m);
}

static void a_job_of_a_hook_may_have_its_name_made(void)
{
    made m =
        plan_of(POOLS "{apiVersion: batch/v1, kind: Job, metadata: {generateName: hook-}, spec: "
                      "{" TEMPLATE "}}",
                1);
    EXPECT_INT(m.pods->len, 1);
    matches(pod_at(&m, 0)->meta.name, "^hook-.*-" SAFE "{5}$");
    clear(&m);
}

#define OWNED(kind, name) \
    "ownerReferences: [{apiVersion: x, kind: " kind ", name: " name ", uid: u, controller: true}]"
#define CONTAINERS "containers: [{name: c, image: x}]"

static void pods_of_a_dump_count_for_the_workload_that_made_them(void)
{
    made m = plan_of(
        POOLS
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, uid: d}, spec: {replicas: 3, " TEMPLATE
        "}}\n---\n"
        "{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: web-5d8, uid: r, " OWNED(
            "Deployment",
            "web") "}, spec: {replicas: 3, template: {metadata: {labels: "
                   "{pod-template-hash: 5d8}}, spec: {" CONTAINERS "}}}}\n---\n"
                   "{apiVersion: v1, kind: Pod, metadata: {name: web-5d8-aaaaa, uid: p, " OWNED(
                       "ReplicaSet",
                       "web-5d8") "}, spec: {nodeName: lin-0, " CONTAINERS "}}\n---\n"
                                  "{apiVersion: v1, kind: Pod, metadata: {name: web-5d8-old, uid: q, " OWNED(
                                      "ReplicaSet",
                                      "web-5d8") "}, spec: {nodeName: lin-0, " CONTAINERS
                                                 "}, status: {phase: Succeeded}}\n",
        1);
    EXPECT_INT(m.world->workloads->len, 1);
    EXPECT_INT(m.pods->len, 3);
    EXPECT_INT((int64_t)m.world->finished_pods, 1);
    EXPECT_STR(pod_at(&m, 0)->meta.name, "web-5d8-aaaaa");
    matches(pod_at(&m, 1)->meta.name, "^web-5d8-" SAFE "{5}$");
    EXPECT_INT(workload_at(&m, 0)->children->len, 1);
    clear(&m);
}

static void a_dump_of_pods_alone_still_names_the_deployment(void)
{
    made m = plan_of(
        POOLS
        "{apiVersion: v1, kind: Pod, metadata: {name: web-5d8-aaaaa, uid: p, "
        "labels: {pod-template-hash: 5d8}, " OWNED(
            "ReplicaSet",
            "web-5d8") "}, "
                       "spec: {nodeName: lin-0, " CONTAINERS "}}\n---\n"
                       "{apiVersion: v1, kind: Pod, metadata: {name: static-lin-0, uid: q, " OWNED(
                           "Node", "lin-0") "}, spec: {nodeName: lin-0, " CONTAINERS "}}\n",
        1);
    EXPECT_INT(m.world->workloads->len, 2);
    EXPECT_STR(workload_at(&m, 0)->kind, "Deployment");
    EXPECT_STR(workload_at(&m, 0)->name, "web");
    EXPECT_STR(workload_at(&m, 1)->kind, "Pod");
    clear(&m);
}

static void more_pods_than_a_run_can_hold_are_refused_before_they_are_made(void)
{
    made m = plan_of(POOLS "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: "
                           "{replicas: 2000000000, " TEMPLATE "}}",
                     1);
    EXPECT_TRUE(m.world == NULL);
    EXPECT_STR(m.error == NULL ? NULL : m.error->message,
               "Deployment default/web asks for 2000000000 Pods: more than 150000 in all");
    clear(&m);
}

CU_TestInfo suite_simulator_controllers[] = {
    {"a Deployment makes a ReplicaSet and its Pods", a_deployment_makes_a_replica_set_and_its_pods},
    {"names repeat with the seed and do not depend on others",
     names_repeat_with_the_seed_and_do_not_depend_on_others},
    {"a StatefulSet counts its Pods", a_stateful_set_counts_its_pods},
    {"a DaemonSet makes a Pod for each node that takes it",
     a_daemon_set_makes_a_pod_for_each_node_that_takes_it},
    {"daemon Pods tolerate what the controller adds",
     daemon_pods_tolerate_what_the_controller_adds},
    {"a Job runs as many Pods at once as it may", a_job_runs_as_many_pods_at_once_as_it_may},
    {"an indexed Job numbers its Pods", an_indexed_job_numbers_its_pods},
    {"a Job of a hook may have its name made", a_job_of_a_hook_may_have_its_name_made},
    {"Pods of a dump count for the workload that made them",
     pods_of_a_dump_count_for_the_workload_that_made_them},
    {"a dump of Pods alone still names the Deployment",
     a_dump_of_pods_alone_still_names_the_deployment},
    {"more Pods than a run can hold are refused before they are made",
     more_pods_than_a_run_can_hold_are_refused_before_they_are_made},
    CU_TEST_INFO_NULL,
};
