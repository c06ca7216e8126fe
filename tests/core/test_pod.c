/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/expect.h"
#include "tests/support/load.h"

#define POD(spec)                                                                             \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, labels: {app: web}}\n" \
    "spec:\n" spec

static void what_scheduling_reads_is_read(void)
{
    g_autoptr(mn_objects) objects = load_objects(POD(
        "  os: {name: windows}\n"
        "  nodeName: win-1\n"
        "  priority: -5\n"
        "  preemptionPolicy: Never\n"
        "  runtimeClassName: windows-2019\n"
        "  nodeSelector: {kubernetes.io/os: windows}\n"
        "  tolerations: [{key: os, operator: Exists, effect: NoExecute, tolerationSeconds: 30}]\n"
        "  overhead: {cpu: 250m}\n"
        "  schedulingGates: [{name: wait}]\n"
        "  hostNetwork: yes\n"
        "  initContainers: [{name: side, restartPolicy: Always}, {name: init}]\n"
        "  containers:\n"
        "  - name: c\n"
        "  securityContext: {windowsOptions: {hostProcess: true}, sysctls: [{name: a}]}\n"
        "  volumes: [{name: v, persistentVolumeClaim: {claimName: data}}, {name: e, emptyDir: "
        "{medium: Memory}}]\n"));
    const mn_pod *pod = load_pod(objects);
    const mn_pod_spec *spec = &pod->spec;
    EXPECT_STR(mn_meta_namespace(&pod->meta), "shop");
    EXPECT_STR(spec->os.name, "windows");
    EXPECT_STR(spec->node_name, "win-1");
    EXPECT_INT(spec->priority.value, -5);
    EXPECT_INT(spec->preemption_policy, MN_PREEMPT_NEVER);
    EXPECT_STR(spec->runtime_class_name, "windows-2019");
    EXPECT_STR(mn_labels_find(&spec->node_selector, MN_LABEL_OS), "windows");
    EXPECT_INT(spec->tolerations.items[0].effect, MN_EFFECT_NO_EXECUTE);
    EXPECT_INT(spec->tolerations.items[0].seconds.value, 30);
    EXPECT_INT(mn_quantity_milli_value(*mn_resources_find(&spec->overhead, "cpu")), 250);
    EXPECT_STR(spec->scheduling_gates.items[0].name, "wait");
    EXPECT_TRUE(spec->host_network && !spec->host_pid);
    EXPECT_TRUE(mn_container_is_sidecar(&spec->init_containers.items[0]));
    EXPECT_TRUE(!mn_container_is_sidecar(&spec->init_containers.items[1]));
    EXPECT_STR(spec->volumes.items[0].claim->claim_name, "data");
    EXPECT_STR(spec->volumes.items[1].empty_dir->medium, "Memory");
    EXPECT_INT(spec->security_context->windows_options->host_process, MN_TRUE);
    EXPECT_INT((int64_t)spec->security_context->sysctls, 1);
}

static void what_a_container_says_is_read(void)
{
    g_autoptr(mn_objects) objects = load_objects(
        POD("  containers:\n"
            "  - name: c\n"
            "    image: iis\n"
            "    command: [powershell.exe]\n"
            "    resources: {requests: {memory: 1.5Gi, cpu: .1}}\n"
            "    ports: [{containerPort: 80, hostPort: 8080, hostIP: 10.0.0.1}]\n"
            "    readinessProbe: {exec: {command: [cmd, /c, exit]}}\n"
            "    lifecycle: {preStop: {exec: {command: [sh]}}}\n"
            "    volumeMounts: [{name: v, mountPath: 'C:\\data'}]\n"
            "    securityContext: {capabilities: {drop: [ALL]}, privileged: false}\n"));
    const mn_container *c = &load_pod(objects)->spec.containers.items[0];
    EXPECT_STR(c->image, "iis");
    EXPECT_STR(c->command.items[0], "powershell.exe");
    const mn_resources *requests = &c->resources.requests;
    EXPECT_INT(mn_quantity_milli_value(*mn_resources_find(requests, "cpu")), 100);
    EXPECT_INT(mn_quantity_value(*mn_resources_find(requests, "memory")), INT64_C(1610612736));
    EXPECT_TRUE(mn_resources_find(requests, "nvidia.com/gpu") == NULL);
    EXPECT_INT(c->ports.items[0].host_port.value, 8080);
    EXPECT_STR(c->ports.items[0].host_ip, "10.0.0.1");
    EXPECT_STR(c->readiness_probe.exec.command.items[1], "/c");
    EXPECT_STR(c->lifecycle.pre_stop.exec.command.items[0], "sh");
    EXPECT_STR(c->volume_mounts.items[0].mount_path, "C:\\data");
    EXPECT_STR(c->security_context->capabilities.drop.items[0], "ALL");
    EXPECT_INT(c->security_context->privileged, MN_FALSE);
    EXPECT_INT(c->security_context->allow_privilege_escalation, MN_UNSET);
}

static void affinity_is_read_with_its_absences(void)
{
    g_autoptr(mn_objects) objects = load_objects(
        POD("  containers: [{name: c}]\n"
            "  affinity:\n"
            "    nodeAffinity:\n"
            "      requiredDuringSchedulingIgnoredDuringExecution:\n"
            "        nodeSelectorTerms:\n"
            "        - matchExpressions: [{key: kubernetes.io/os, operator: NotIn, values: "
            "[windows]}]\n"
            "        - matchFields: [{key: metadata.name, operator: In, values: [a]}]\n"
            "    podAntiAffinity:\n"
            "      preferredDuringSchedulingIgnoredDuringExecution:\n"
            "      - weight: 7\n"
            "        podAffinityTerm: {topologyKey: zone, labelSelector: {matchLabels: {a: b}}}\n"
            "  topologySpreadConstraints:\n"
            "  - {maxSkew: 2, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway, "
            "nodeTaintsPolicy: Honor}\n"));
    const mn_affinity *affinity = load_pod(objects)->spec.affinity;
    const mn_node_selector_terms *terms = &affinity->node->required->terms;
    EXPECT_INT((int64_t)terms->count, 2);
    EXPECT_INT(terms->items[0].match_expressions.items[0].op, MN_OP_NOT_IN);
    EXPECT_STR(terms->items[1].match_fields.items[0].values.items[0], "a");
    EXPECT_TRUE(affinity->node->preferred.items == NULL);
    EXPECT_TRUE(affinity->pod == NULL);
    const mn_weighted_pod_affinity_term *term = &affinity->pod_anti->preferred.items[0];
    EXPECT_INT(term->weight.value, 7);
    EXPECT_STR(term->term.topology_key, "zone");
    EXPECT_STR(mn_labels_find(&term->term.label_selector->match_labels, "a"), "b");
    EXPECT_TRUE(term->term.namespace_selector == NULL);
    const mn_spread_constraint *spread =
        &load_pod(objects)->spec.topology_spread_constraints.items[0];
    EXPECT_INT(spread->max_skew.value, 2);
    EXPECT_INT(spread->when_unsatisfiable, MN_SCHEDULE_ANYWAY);
    EXPECT_INT(spread->node_taints_policy, MN_POLICY_HONOR);
    EXPECT_INT(spread->node_affinity_policy, MN_POLICY_UNSET);
    EXPECT_TRUE(!spread->min_domains.set);
}

static void complains(const char *text, const char *want)
{
    g_autofree char *message = load_error(text);
    EXPECT_STR(message, want);
}

static void what_the_api_server_would_refuse_is_refused(void)
{
    complains("{apiVersion: v1, kind: Pod, metadata: {name: web}}",
              "test.yaml:1:1: required field \"spec\" is missing");
    complains(POD("  restartPolicy: Never\n"),
              "test.yaml:5:3: spec: required field \"containers\" is missing");
    complains(POD("  containers: [{name: c}]\n  tolerations: [{operator: exists}]\n"),
              "test.yaml:6:28: spec.tolerations[0].operator: expected one of Exists, Equal, found "
              "\"exists\" (did you mean \"Exists\"?)");
    complains(POD("  containers: [{name: c}]\n  tolerations: [{value: windows}]\n"),
              "test.yaml:6:17: spec.tolerations[0]: a toleration without a key needs operator "
              "Exists, found none");
    complains(POD("  containers: [{name: c}]\n  nodeSelector: {a: true}\n"),
              "test.yaml:6:21: spec.nodeSelector.a: expected a string, found the boolean true");
}

static void a_node_is_read(void)
{
    g_autoptr(mn_objects) objects = load_objects(
        "apiVersion: v1\nkind: Node\nmetadata: {name: win-1, resourceVersion: '42'}\n"
        "spec: {unschedulable: true, taints: [{key: os, value: windows, effect: NoSchedule}]}\n"
        "status:\n"
        "  allocatable: {cpu: '4', pods: 30}\n"
        "  nodeInfo: {operatingSystem: windows, kernelVersion: 10.0.17763.1, "
        "containerRuntimeVersion: 'containerd://1.7.20'}\n"
        "  images: [{names: [a, b], sizeBytes: 5}]\n");
    const mn_node *node = load_node(objects);
    EXPECT_STR(node->meta.resource_version, "42");
    EXPECT_TRUE(node->spec.unschedulable);
    EXPECT_STR(node->spec.taints.items[0].value, "windows");
    EXPECT_INT(mn_quantity_value(*mn_resources_find(&node->status.allocatable, "pods")), 30);
    EXPECT_STR(node->status.info.container_runtime_version, "containerd://1.7.20");
    EXPECT_STR(node->status.images.items[0].names.items[1], "b");
    EXPECT_INT(node->status.images.items[0].size_bytes.value, 5);
    complains("{apiVersion: v1, kind: Node, metadata: {name: win-1}, spec: {taints: [{key: os}]}}",
              "test.yaml:1:71: spec.taints[0]: required field \"effect\" is missing: expected one "
              "of NoSchedule, PreferNoSchedule, NoExecute");
}

extern CU_TestInfo suite_core_pod[];
CU_TestInfo suite_core_pod[] = {
    {"what scheduling reads is read", what_scheduling_reads_is_read},
    {"what a container says is read", what_a_container_says_is_read},
    {"affinity is read with its absences", affinity_is_read_with_its_absences},
    {"what the API server would refuse is refused", what_the_api_server_would_refuse_is_refused},
    {"a node is read", a_node_is_read},
    CU_TEST_INFO_NULL,
};
