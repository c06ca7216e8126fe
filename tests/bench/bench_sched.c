/* SPDX-License-Identifier: Apache-2.0 */
/* Placing the Pods of 20 Deployments on mixed clusters, with owners and default spreading
 * active as in real clusters; one thread, processor time. The reference engine in the same run is
 * the naive twin. */
#include "mullion/model/objects.h"
#include "mullion/sched/cycle.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DEPLOYMENTS = 20, ZONES = 3 };

struct cluster {
    mn_objects *objects;
    mn_arena *arena;
    mn_cache *cache;
    const mn_pod *templates[DEPLOYMENTS];
    size_t nodes;
};

static double now_s(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Two of five nodes run Windows, half of these with the older build, tainted. */
static void write_node(GString *text, size_t i)
{
    const bool windows = i % 5 >= 3;
    g_string_append_printf(
        text,
        "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"%s-%zu\",\"labels\":{"
        "\"kubernetes.io/os\":\"%s\",\"kubernetes.io/arch\":\"amd64\","
        "\"kubernetes.io/hostname\":\"%s-%zu\",\"topology.kubernetes.io/region\":\"r\","
        "\"topology.kubernetes.io/zone\":\"z%zu\"%s}},\"spec\":{%s},\"status\":{\"allocatable\":{"
        "\"cpu\":\"%d\",\"memory\":\"%dGi\",\"pods\":\"110\"},\"images\":[{\"names\":["
        "\"registry.example/app-%zu:1\"],\"sizeBytes\":%d}]}},\n",
        windows ? "win" : "lin",
        i,
        windows ? "windows" : "linux",
        windows ? "win" : "lin",
        i,
        i % ZONES,
        !windows     ? ""
        : i % 5 == 3 ? ",\"node.kubernetes.io/windows-build\":\"10.0.17763\""
                     : ",\"node.kubernetes.io/windows-build\":\"10.0.20348\"",
        windows ? "\"taints\":[{\"key\":\"os\",\"value\":\"windows\",\"effect\":\"NoSchedule\"}]"
                : "",
        8 << (i % 3),
        32 << (i % 2),
        i % DEPLOYMENTS,
        400000000);
}

static void write_deployment(GString *text, size_t i)
{
    const bool windows = i % 5 >= 3;
    g_string_append_printf(
        text,
        "{\"apiVersion\":\"apps/v1\",\"kind\":\"ReplicaSet\",\"metadata\":{\"name\":\"app-%zu\","
        "\"namespace\":\"default\"},\"spec\":{\"selector\":{\"matchLabels\":{\"app\":\"app-%zu\"}},"
        "\"template\":{\"metadata\":{\"labels\":{\"app\":\"app-%zu\"}},\"spec\":{\"containers\":[{"
        "\"name\":\"c\",\"image\":\"i\"}]}}}},\n"
        "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"app-%zu\"},\"spec\":{"
        "\"selector\":{\"app\":\"app-%zu\"}}},\n"
        "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"app-%zu\",\"labels\":{"
        "\"app\":\"app-%zu\"},\"ownerReferences\":[{\"apiVersion\":\"apps/v1\",\"kind\":"
        "\"ReplicaSet\",\"name\":\"app-%zu\",\"uid\":\"u\",\"controller\":true}]},\"spec\":{"
        "\"nodeSelector\":{\"kubernetes.io/os\":\"%s\"},\"tolerations\":[{\"key\":"
        "\"node.kubernetes.io/not-ready\",\"operator\":\"Exists\",\"effect\":\"NoExecute\"}%s],"
        "\"containers\":[{\"name\":\"c\",\"image\":\"registry.example/app-%zu:1\",\"resources\":{"
        "\"requests\":{\"cpu\":\"%zum\",\"memory\":\"%zuMi\"}}}]}},\n",
        i,
        i,
        i,
        i,
        i,
        i,
        i,
        i,
        windows ? "windows" : "linux",
        windows ? ",{\"key\":\"os\",\"value\":\"windows\",\"effect\":\"NoSchedule\"}" : "",
        i,
        100 + 50 * (i % 7),
        128 + 64 * (i % 5));
}

static struct cluster cluster_new(size_t nodes)
{
    struct cluster cluster = {
        .objects = mn_objects_new(),
        .arena = mn_arena_new(),
        .cache = mn_cache_new(),
        .nodes = nodes,
    };
    g_autoptr(GString) text =
        g_string_new("{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[\n");
    for (size_t i = 0; i < nodes; i++)
        write_node(text, i);
    for (size_t i = 0; i < DEPLOYMENTS; i++)
        write_deployment(text, i);
    g_string_truncate(text, text->len - 2);
    g_string_append(text, "]}");
    const mn_source source = {.name = "bench", .bytes = text->str, .len = text->len};
    mn_document_limits limits = mn_document_limits_default;
    limits.bytes = SIZE_MAX;
    limits.values = SIZE_MAX;
    GError *error = NULL;
    if (!mn_objects_load(cluster.objects, &source, &limits, &error)) {
        g_error("bench_sched: %s", error->message);
    }
    for (guint i = 0; i < cluster.objects->nodes->len; i++)
        mn_cache_add_node(cluster.cache, cluster.objects->nodes->pdata[i]);
    for (guint i = 0; i < cluster.objects->workloads->len; i++)
        mn_cache_add_workload(cluster.cache, cluster.objects->workloads->pdata[i]);
    for (guint i = 0; i < cluster.objects->services->len; i++)
        mn_cache_add_service(cluster.cache, cluster.objects->services->pdata[i]);
    for (guint i = 0; i < DEPLOYMENTS; i++)
        cluster.templates[i] = cluster.objects->pods->pdata[i];
    return cluster;
}

static void cluster_free(struct cluster *cluster)
{
    mn_cache_free(cluster->cache);
    mn_arena_free(cluster->arena);
    mn_objects_free(cluster->objects);
}

static double place_all(struct cluster *cluster, mn_engine engine, int32_t percentage, size_t pods)
{
    mn_profile *profile = mn_profile_default(cluster->arena);
    const mn_scheduler_options options = {.seed = 1, .engine = engine};
    profile->percentage_of_nodes_to_score = percentage;
    mn_scheduler *scheduler = mn_scheduler_new(cluster->cache, profile, &options);
    size_t placed = 0;
    const double start = now_s();
    for (size_t i = 0; i < pods; i++) {
        mn_pod *pod = MN_ARENA_NEW(cluster->arena, mn_pod, 1);
        *pod = *cluster->templates[i % DEPLOYMENTS];
        pod->meta.name =
            mn_arena_printf(cluster->arena, "app-%zu-%zu", i % DEPLOYMENTS, i / DEPLOYMENTS);
        const mn_outcome *outcome = mn_scheduler_place(scheduler, pod);
        if (outcome->kind != MN_OUTCOME_PLACED)
            continue;
        mn_cache_add_pod(cluster->cache, pod, outcome->node);
        placed++;
    }
    const double seconds = now_s() - start;
    mn_scheduler_free(scheduler);
    if (placed != pods)
        printf("  (only %zu of %zu Pods fit)\n", placed, pods);
    return seconds;
}

static void measure(size_t nodes, mn_engine engine, int32_t percentage, size_t pods)
{
    struct cluster cluster = cluster_new(nodes);
    const double seconds = place_all(&cluster, engine, percentage, pods);
    const double looked_at = (double)pods * (double)nodes;
    printf("%-10s %6zu nodes, %-16s %6zu Pods: %9.0f Pods/s, %8.2f us a Pod, %6.2f ns a "
           "(Pod, node)\n",
           engine == MN_ENGINE_FAST ? "fast" : "reference",
           nodes,
           percentage == 0 ? "default sampling" : "all nodes scored",
           pods,
           (double)pods / seconds,
           seconds / (double)pods * 1e6,
           seconds / looked_at * 1e9);
    cluster_free(&cluster);
}

int main(int argc, char **argv)
{
    puts("bench_sched: 20 Deployments with owners and Services, 3 Linux nodes to 2 Windows "
         "nodes, 3 zones");
    if (argc == 4) { /* one measurement: NODES PERCENTAGE PODS */
        measure(strtoul(argv[1], NULL, 10),
                MN_ENGINE_FAST,
                (int32_t)strtol(argv[2], NULL, 10),
                strtoul(argv[3], NULL, 10));
        return 0;
    }
    measure(5000, MN_ENGINE_FAST, 0, 10000);
    measure(5000, MN_ENGINE_FAST, 100, 10000);
    measure(500, MN_ENGINE_FAST, 0, 5000);
    measure(500, MN_ENGINE_FAST, 100, 5000);
    measure(50000, MN_ENGINE_FAST, 0, 10000);
    measure(50000, MN_ENGINE_FAST, 100, 2000);
    measure(5000, MN_ENGINE_REFERENCE, 0, 200);
    measure(5000, MN_ENGINE_REFERENCE, 100, 50);
    return 0;
}
