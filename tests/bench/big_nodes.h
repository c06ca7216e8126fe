/* SPDX-License-Identifier: Apache-2.0 */
/* Time, and nodes as large as real ones. */
#ifndef TESTS_BENCH_BIG_NODES_H
#define TESTS_BENCH_BIG_NODES_H

#include <glib.h>
#include <time.h>

enum { BIG_NODE_IMAGES = 50 }; /* what a kubelet reports at most by default */

static inline double seconds_now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* About 12 KB, in the proportions of a real one: managedFields, labels, images. */
static inline void big_node_append(GString *text, int n)
{
    g_string_append_printf(
        text,
        "{\"metadata\":{\"name\":\"node-%05d.example.internal\",\"uid\":\"55a622e6-4b4b-44d3-8480-"
        "d076bb8%05d\",\"resourceVersion\":\"%d\",\"labels\":{\"kubernetes.io/arch\":\"amd64\","
        "\"kubernetes.io/os\":\"windows\",\"node.kubernetes.io/windows-build\":\"10.0.20348\"},"
        "\"managedFields\":[",
        n,
        n,
        n);
    for (int i = 0; i < 4; i++)
        g_string_append_printf(
            text,
            "%s{\"manager\":\"kubelet\",\"operation\":\"Update\",\"apiVersion\":\"v1\",\"fieldsV1\":"
            "{\"f:status\":{\"f:conditions\":{\"k:{\\\"type\\\":\\\"DiskPressure\\\"}\":{\".\":{},"
            "\"f:lastHeartbeatTime\":{},\"f:lastTransitionTime\":{},\"f:message\":{},\"f:reason\":{},"
            "\"f:status\":{},\"f:type\":{}}},\"f:images\":{},\"f:nodeInfo\":{\"f:bootID\":{}}}}}",
            i ? "," : "");
    g_string_append(
        text,
        "]},\"spec\":{\"podCIDR\":\"10.244.1.0/24\",\"taints\":[{\"key\":\"os\",\"value\":"
        "\"windows\",\"effect\":\"NoSchedule\"}]},\"status\":{\"capacity\":{\"cpu\":"
        "\"8\",\"memory\":\"33554432Ki\",\"pods\":\"110\"},\"images\":[");
    for (int i = 0; i < BIG_NODE_IMAGES; i++)
        g_string_append_printf(
            text,
            "%s{\"names\":[\"registry.example.com/team/service-%d@sha256:0123456789abcdef0123456789"
            "abcdef0123456789abcdef0123456789abcdef\",\"registry.example.com/team/service-%d:1.%d\"],"
            "\"sizeBytes\":%d}",
            i ? "," : "",
            i,
            i,
            i,
            123456789 + i);
    g_string_append(text,
                    "],\"nodeInfo\":{\"kernelVersion\":\"10.0.20348.2113\",\"operatingSystem\":"
                    "\"windows\",\"containerRuntimeVersion\":\"containerd://1.7.13\"}}}");
}

#endif
