/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/model/node.h"
#include "mullion/model/pod.h"
#include "tests/support/expect.h"
#include "tests/support/load.h"

#include <string.h>

static char *encode(const mn_shape *shape, const void *object)
{
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_encode(&json, shape, object);
    return mn_json_writer_steal(&json, NULL);
}

/* The members of a Pod's spec beside its container, as they come back. */
static void spec_comes_back(const char *yaml, const char *want)
{
    g_autofree char *text = g_strdup_printf("{apiVersion: v1, kind: Pod, metadata: {name: p}, "
                                            "spec: {containers: [{name: c}]%s%s}}",
                                            *yaml == '\0' ? "" : ", ",
                                            yaml);
    g_autoptr(mn_objects) objects = load_objects(text);
    g_autofree char *got = encode(&mn_pod_shape, load_pod(objects));
    static const char *const containers = "\"containers\":[{\"name\":\"c\"}]";
    char *found = strstr(got, containers);
    EXPECT_TRUE(found != NULL);
    if (found == NULL)
        return;
    memmove(found, found + strlen(containers), strlen(found + strlen(containers)) + 1);
    g_autofree char *whole = g_strdup_printf("{\"metadata\":{\"name\":\"p\"},\"spec\":{%s}}", want);
    EXPECT_STR(got, whole);
}

static void what_a_pod_does_not_say_is_left_out(void)
{
    spec_comes_back("", "");
    spec_comes_back("hostNetwork: false, nodeName: '', nodeSelector: {}, tolerations: []", "");
    spec_comes_back("hostUsers: false", ",\"hostUsers\":false");
    spec_comes_back("priority: 0", "\"priority\":0,");
}

static void every_kind_of_field_finds_its_way_back(void)
{
    spec_comes_back("os: {name: windows}", "\"os\":{\"name\":\"windows\"},");
    spec_comes_back("nodeSelector: {b: '2', a: ''}", "\"nodeSelector\":{\"a\":\"\",\"b\":\"2\"},");
    spec_comes_back("preemptionPolicy: Never", "\"preemptionPolicy\":\"Never\",");
    spec_comes_back("tolerations: [{operator: Exists}]",
                    "\"tolerations\":[{\"operator\":\"Exists\"}],");
    spec_comes_back("overhead: {memory: 1Gi, cpu: 0.25}",
                    ",\"overhead\":{\"cpu\":\"250m\",\"memory\":\"1073741824\"}");
    spec_comes_back("affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
                    "[{topologyKey: zone, labelSelector: {}}]}}",
                    "\"affinity\":{\"podAffinity\":{"
                    "\"requiredDuringSchedulingIgnoredDuringExecution\":[{\"labelSelector\":{},"
                    "\"topologyKey\":\"zone\"}]}},");
}

/* They are evidence about the OS, so that they were there must not get lost. */
static void what_the_model_only_counts_is_stood_in_for(void)
{
    spec_comes_back("securityContext: {seLinuxOptions: {level: s0}, fsGroupChangePolicy: Always, "
                    "supplementalGroups: [1, 2], sysctls: [{name: a, value: b}]}",
                    ",\"securityContext\":{\"sysctls\":[{}],\"supplementalGroups\":[0,0],"
                    "\"seLinuxOptions\":{},\"fsGroupChangePolicy\":\"\"}");
}

static void times_are_whole_seconds_of_utc(void)
{
    g_autoptr(mn_objects) objects =
        load_objects("{apiVersion: v1, kind: Node, metadata: {name: lin, creationTimestamp: "
                     "'2026-01-31T09:30:00+01:00'}}");
    g_autofree char *got = encode(&mn_node_shape, load_node(objects));
    EXPECT_STR(got,
               "{\"metadata\":{\"name\":\"lin\",\"creationTimestamp\":\"2026-01-31T08:30:00Z\"}}");
    mn_node early = {.meta = {.name = "lin", .created_ms = {.set = true, .value = -1}}};
    g_autofree char *before = encode(&mn_node_shape, &early);
    EXPECT_STR(before,
               "{\"metadata\":{\"name\":\"lin\",\"creationTimestamp\":\"1969-12-31T23:59:59Z\"}}");
    early.meta.created_ms.value = INT64_MAX;
    g_autofree char *never = encode(&mn_node_shape, &early);
    EXPECT_STR(never, "{\"metadata\":{\"name\":\"lin\",\"creationTimestamp\":null}}");
}

extern CU_TestInfo suite_core_encode[];
CU_TestInfo suite_core_encode[] = {
    {"what a Pod does not say is left out", what_a_pod_does_not_say_is_left_out},
    {"every kind of field finds its way back", every_kind_of_field_finds_its_way_back},
    {"what the model only counts is stood in for", what_the_model_only_counts_is_stood_in_for},
    {"times are whole seconds of UTC", times_are_whole_seconds_of_utc},
    CU_TEST_INFO_NULL,
};
