/* SPDX-License-Identifier: Apache-2.0 */
/* The fast engine against the plain one, placement by placement, on clusters that no
 * recording holds: nodes come, go and change, Pods are removed, Services appear. */
#include "core/sched/fast.h"
#include "mullion/base/rng.h"
#include "mullion/sched/cycle.h"
#include "tests/support/expect.h"
#include "tests/support/load.h"

#include <string.h>

enum { NODES = 130, KINDS = 14, STEPS = 400, SCENARIOS = 4 };

struct twin {
    mn_objects *objects;
    mn_arena *arena;
    mn_cache *cache;
    mn_profile *profile;
    mn_scheduler *fast, *plain;
    mn_rng rng;
    GPtrArray *bound; /* const mn_pod * */
};

static uint64_t draw(struct twin *twin, uint64_t below)
{
    return mn_rng_below(&twin->rng, below);
}

static void write_node(struct twin *twin, GString *text, int i)
{
    static const char *const taints[] = {
        "",
        "",
        "",
        "{key: a, value: b, effect: NoSchedule}",
        "{key: c, effect: PreferNoSchedule}",
    };
    g_string_append_printf(text,
                           "---\n{apiVersion: v1, kind: Node, metadata: {name: n%d, labels: "
                           "{kubernetes.io/hostname: n%d, kubernetes.io/os: %s%s%d}}, spec: "
                           "{unschedulable: %s, taints: [%s]}, status: {allocatable: {cpu: '%d', "
                           "memory: %dGi, pods: '%d'}, images: [{names: ['i:%d'], sizeBytes: "
                           "500000000}]}}\n",
                           i,
                           i,
                           draw(twin, 3) == 0 ? "windows" : "linux",
                           draw(twin, 9) == 0 ? ", x: y" : ", topology.kubernetes.io/zone: z",
                           (int)draw(twin, 4),
                           draw(twin, 20) == 0 ? "true" : "false",
                           taints[draw(twin, G_N_ELEMENTS(taints))],
                           1 + (int)draw(twin, 3),
                           2 + (int)draw(twin, 6),
                           3 + (int)draw(twin, 5),
                           (int)draw(twin, KINDS));
}

static const char *const specials[] = {
    "",
    "",
    ", nodeSelector: {kubernetes.io/os: linux}",
    ", nodeSelector: {kubernetes.io/os: windows}, tolerations: [{operator: Exists}]",
    ", topologySpreadConstraints: [{maxSkew: 1, topologyKey: topology.kubernetes.io/zone, "
    "whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: a4}}}]",
    ", topologySpreadConstraints: [{maxSkew: 2, topologyKey: kubernetes.io/hostname, "
    "whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: a5}}}, {maxSkew: 1, "
    "topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule, minDomains: 5, "
    "nodeTaintsPolicy: Honor, labelSelector: {}}]",
    ", affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
    "[{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: a6}}}]}}",
    ", affinity: {podAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 7, "
    "podAffinityTerm: {topologyKey: topology.kubernetes.io/zone, labelSelector: {matchLabels: "
    "{app: a1}}}}]}}",
    ", affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 3, "
    "preference: {matchExpressions: [{key: kubernetes.io/os, operator: In, values: [linux]}]}}]}}",
    ", affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
    "{nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values: [n3]}]}, "
    "{matchFields: [{key: metadata.name, operator: In, values: [n5]}]}]}}}",
    ", priority: 10, tolerations: [{key: a, operator: Exists}]",
    ", priority: -5",
    ", priority: 20",
    ", preemptionPolicy: Never",
};

static void write_kind(GString *text, int i)
{
    g_string_append_printf(
        text,
        "---\n{apiVersion: v1, kind: Pod, metadata: {name: p%d, labels: {app: a%d}, "
        "ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: r%d, uid: u, "
        "controller: true}]}, spec: {containers: [{name: c, image: 'i:%d', ports: [%s], "
        "resources: {requests: {cpu: %dm, memory: %dMi}}}]%s}}\n"
        "---\n{apiVersion: v1, kind: Service, metadata: {name: s%d}, spec: {selector: {app: a%d}}}\n",
        i,
        i,
        i,
        i,
        i % 5 == 0 ? "{containerPort: 80, hostPort: 80}" : "",
        50 + 100 * (i % 6),
        64 << (i % 4),
        specials[i],
        i,
        i);
}

static struct twin twin_new(uint64_t seed)
{
    struct twin twin = {
        .rng = mn_rng_new(seed, "test"),
        .arena = mn_arena_new(),
        .cache = mn_cache_new(),
        .bound = g_ptr_array_new(),
    };
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < NODES; i++)
        write_node(&twin, text, i);
    for (int i = 0; i < KINDS; i++)
        write_kind(text, i);
    twin.objects = load_objects(text->str);
    for (guint i = 0; i < NODES; i++)
        mn_cache_add_node(twin.cache, twin.objects->nodes->pdata[i]);
    mn_scheduler_options options = {.seed = seed, .list_ties = true, .list_totals = true};
    twin.profile = mn_profile_default(twin.arena);
    twin.profile->percentage_of_nodes_to_score = seed % 2 == 0 ? 0 : 100;
    twin.fast = mn_scheduler_new(twin.cache, twin.profile, &options);
    options.engine = MN_ENGINE_REFERENCE;
    twin.plain = mn_scheduler_new(twin.cache, twin.profile, &options);
    return twin;
}

static void twin_clear(struct twin *twin)
{
    mn_scheduler_free(twin->fast);
    mn_scheduler_free(twin->plain);
    mn_cache_free(twin->cache);
    mn_arena_free(twin->arena);
    mn_objects_free(twin->objects);
    g_ptr_array_unref(twin->bound);
}

static void expect_same(const mn_outcome *fast, const mn_outcome *plain)
{
    EXPECT_INT(fast->kind, plain->kind);
    EXPECT_STR(fast->node, plain->node);
    EXPECT_STR(fast->message, plain->message);
    EXPECT_INT((int64_t)fast->feasible, (int64_t)plain->feasible);
    EXPECT_INT((int64_t)fast->evaluated, (int64_t)plain->evaluated);
    EXPECT_INT((int64_t)fast->tie_count, (int64_t)plain->tie_count);
    EXPECT_INT(fast->best, plain->best);
    EXPECT_INT(fast->rejectors, plain->rejectors);
    EXPECT_STR(fast->nominated_node, plain->nominated_node);
    EXPECT_INT((int64_t)fast->victim_count, (int64_t)plain->victim_count);
    EXPECT_INT((int64_t)fast->reason_count, (int64_t)plain->reason_count);
    int64_t differing = 0;
    for (size_t i = 0; fast->scored && plain->scored && i < fast->feasible; i++)
        differing += strcmp(fast->totals[i].node, plain->totals[i].node) != 0 ||
                     fast->totals[i].total != plain->totals[i].total;
    EXPECT_INT(differing, 0);
}

static void bind(struct twin *twin, const mn_pod *pod, const char *node)
{
    mn_pod *bound = MN_ARENA_NEW(twin->arena, mn_pod, 1);
    *bound = *pod;
    bound->spec.node_name = mn_arena_strdup(twin->arena, node);
    mn_cache_add_pod(twin->cache, bound, node);
    g_ptr_array_add(twin->bound, bound);
}

static void remove_some(struct twin *twin)
{
    if (twin->bound->len == 0)
        return;
    const guint index = (guint)draw(twin, twin->bound->len);
    mn_cache_remove_pod(twin->cache, g_ptr_array_index(twin->bound, index));
    g_ptr_array_remove_index_fast(twin->bound, index);
}

static void lose_node(struct twin *twin)
{
    const mn_node *node = twin->objects->nodes->pdata[draw(twin, NODES)];
    mn_cache_remove_node(twin->cache, node->meta.name);
}

static void gain_node(struct twin *twin)
{
    mn_cache_add_node(twin->cache, twin->objects->nodes->pdata[draw(twin, NODES)]);
}

static void gain_service(struct twin *twin)
{
    mn_cache_add_service(twin->cache, twin->objects->services->pdata[draw(twin, KINDS)]);
}

static void lose_service(struct twin *twin)
{
    mn_cache_remove_service(twin->cache, twin->objects->services->pdata[draw(twin, KINDS)]);
}

/* What else happens to a cluster between two Pods; often nothing. */
static void disturb(struct twin *twin)
{
    static void (*const events[])(struct twin *) = {
        lose_node,
        gain_node,
        gain_service,
        lose_service,
        remove_some,
        remove_some,
        remove_some,
    };
    const uint64_t event = draw(twin, 12);
    if (event < G_N_ELEMENTS(events))
        events[event](twin);
}

static void step(struct twin *twin, int number)
{
    mn_pod *pod = MN_ARENA_NEW(twin->arena, mn_pod, 1);
    *pod = *(const mn_pod *)twin->objects->pods->pdata[draw(twin, KINDS)];
    pod->meta.name = mn_arena_printf(twin->arena, "%s-%d", pod->meta.name, number);
    const mn_outcome *fast = mn_scheduler_place(twin->fast, pod);
    const mn_outcome *plain = mn_scheduler_place(twin->plain, pod);
    expect_same(fast, plain);
    if (fast->kind == MN_OUTCOME_PLACED)
        bind(twin, pod, fast->node);
    else if (fast->nominated_node != NULL && draw(twin, 3) == 0)
        mn_cache_nominate(twin->cache, pod, fast->nominated_node);
    disturb(twin);
}

static void tables_that_do_not_fit_are_made_again(void)
{
    struct twin twin = twin_new(SCENARIOS);
    twin.fast->fast->max_bytes = 1; /* room for the newest class alone */
    for (int i = 0; i < STEPS / 2; i++)
        step(&twin, i);
    size_t tables = 0;
    for (guint i = 0; i < twin.fast->fast->classes->len; i++)
        tables += g_ptr_array_index(twin.fast->fast->classes, i) != NULL;
    EXPECT_INT((int64_t)tables, 1);
    twin_clear(&twin);
}

static void both_engines_decide_the_same_whatever_happens(void)
{
    for (uint64_t seed = 0; seed < SCENARIOS; seed++) {
        struct twin twin = twin_new(seed);
        for (int i = 0; i < STEPS; i++)
            step(&twin, i);
        twin_clear(&twin);
    }
}

extern CU_TestInfo suite_core_engines[];
CU_TestInfo suite_core_engines[] = {
    {"both engines decide the same whatever happens",
     both_engines_decide_the_same_whatever_happens},
    {"tables that do not fit are made again", tables_that_do_not_fit_are_made_again},
    CU_TEST_INFO_NULL,
};
