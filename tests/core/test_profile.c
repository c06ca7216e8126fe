/* SPDX-License-Identifier: Apache-2.0 */
/* The table of plugins, the default profile, and KubeSchedulerConfiguration. */
#include "mullion/sched/config.h"
#include "tests/support/expect.h"

#include <string.h>

static void the_table_is_sorted_and_complete(void)
{
    size_t count;
    const mn_plugin *const *plugins = mn_plugins(&count);
    for (size_t i = 0; i < count; i++) {
        const mn_plugin *plugin = plugins[i];
        EXPECT_INT(plugin->index, (int64_t)i);
        EXPECT_TRUE(mn_plugin_find(plugin->name) == plugin);
        EXPECT_TRUE(plugin->summary != NULL && *plugin->summary != '\0');
        EXPECT_TRUE(i == 0 || strcmp(plugins[i - 1]->name, plugin->name) < 0);
        EXPECT_INT((plugin->update == NULL), (plugin->clone == NULL));
        EXPECT_TRUE(plugin->score == NULL || plugin->weight > 0);
        EXPECT_TRUE(!plugin->unmodelled || (plugin->filter == NULL && plugin->score == NULL));
    }
    EXPECT_TRUE(mn_plugin_find("Ghost") == NULL);
}

static void expect_list(const mn_profile *profile, mn_point point, const char *want)
{
    g_autoptr(GString) got = g_string_new(NULL);
    for (size_t i = 0; i < profile->points[point].count; i++)
        g_string_append_printf(
            got, "%s%s", i == 0 ? "" : " ", profile->points[point].items[i]->name);
    EXPECT_STR(got->str, want);
}

static const char default_filters[] =
    "NodeUnschedulable NodeName TaintToleration NodeAffinity NodePorts NodeResourcesFit "
    "VolumeRestrictions NodeVolumeLimits VolumeBinding VolumeZone PodTopologySpread "
    "InterPodAffinity DynamicResources";
static const char default_scores[] =
    "TaintToleration NodeAffinity NodeResourcesFit VolumeBinding PodTopologySpread "
    "InterPodAffinity NodeResourcesBalancedAllocation ImageLocality";

static void plugins_run_in_kube_schedulers_order(void)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    const mn_profile *profile = mn_profile_default(arena);
    expect_list(
        profile, MN_POINT_PRE_ENQUEUE, "SchedulingGates DynamicResources DefaultPreemption");
    expect_list(profile, MN_POINT_QUEUE_SORT, "PrioritySort");
    expect_list(profile,
                MN_POINT_PRE_FILTER,
                "NodeAffinity NodePorts NodeResourcesFit VolumeRestrictions NodeVolumeLimits "
                "VolumeBinding VolumeZone PodTopologySpread InterPodAffinity DynamicResources");
    expect_list(profile, MN_POINT_FILTER, default_filters);
    expect_list(profile, MN_POINT_POST_FILTER, "DynamicResources DefaultPreemption");
    expect_list(profile,
                MN_POINT_PRE_SCORE,
                "TaintToleration NodeAffinity NodeResourcesFit VolumeBinding PodTopologySpread "
                "InterPodAffinity NodeResourcesBalancedAllocation");
    expect_list(profile, MN_POINT_SCORE, default_scores);
    EXPECT_INT(profile->weights[mn_plugin_find("TaintToleration")->index], 3);
    EXPECT_INT(profile->weights[mn_plugin_find("PodTopologySpread")->index], 2);
}

/* ------------------------------------------------------------------ the file */

struct reading {
    mn_arena *arena;
    const mn_scheduler_config *config;
    bool absent;
};

static bool read_document(const mn_document *document, gpointer data, GError **error)
{
    struct reading *reading = data;
    const mn_at root = mn_at_root(document);
    reading->config = mn_scheduler_config_decode(reading->arena, &root, error);
    return reading->config != NULL;
}

static const mn_scheduler_config *read_config(mn_arena *arena, const char *body, GError **error)
{
    g_autofree char *text = g_strconcat("apiVersion: kubescheduler.config.k8s.io/v1\n"
                                        "kind: KubeSchedulerConfiguration\n",
                                        body,
                                        NULL);
    const mn_source source = {.name = "k.yaml", .bytes = text, .len = strlen(text)};
    struct reading reading = {.arena = arena};
    if (!mn_document_each(&source, &mn_document_limits_default, read_document, &reading, error))
        return NULL;
    return reading.config;
}

static const mn_profile *read_profile(mn_arena *arena, const char *body)
{
    g_autoptr(GError) error = NULL;
    const mn_scheduler_config *config = read_config(arena, body, &error);
    if (config == NULL)
        g_error("the test's own configuration: %s", error->message);
    return &config->profiles.items[0];
}

static void an_empty_file_is_the_default_profile(void)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    const mn_profile *profile = read_profile(arena, "percentageOfNodesToScore: 30\n");
    expect_list(profile, MN_POINT_FILTER, default_filters);
    EXPECT_STR(profile->scheduler_name, "default-scheduler");
    EXPECT_INT(profile->percentage_of_nodes_to_score, 30);
}

static void the_profiles_percentage_wins(void)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    const mn_profile *profile = read_profile(
        arena,
        "percentageOfNodesToScore: 30\nprofiles: [{schedulerName: s, percentageOfNodesToScore: 0}]\n");
    EXPECT_STR(profile->scheduler_name, "s");
    EXPECT_INT(profile->percentage_of_nodes_to_score, 0);
    EXPECT_TRUE(profile->percentage_is_set);
}

#define PLUGINS(text) "profiles: [{plugins: {" text "}}]\n"

static void disabling_and_enabling_move_plugins_as_kube_scheduler_does(void)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    const mn_profile *only = read_profile(
        arena,
        PLUGINS("score: {disabled: [{name: '*'}], enabled: [{name: ImageLocality, weight: 7}]}"));
    expect_list(only, MN_POINT_SCORE, "ImageLocality");
    expect_list(only, MN_POINT_FILTER, default_filters);
    EXPECT_INT(only->weights[mn_plugin_find("ImageLocality")->index], 7);

    const mn_profile *first =
        read_profile(arena, PLUGINS("score: {enabled: [{name: ImageLocality, weight: 5}]}"));
    expect_list(first,
                MN_POINT_SCORE,
                "ImageLocality TaintToleration NodeAffinity NodeResourcesFit VolumeBinding "
                "PodTopologySpread InterPodAffinity NodeResourcesBalancedAllocation");

    const mn_profile *gone = read_profile(
        arena,
        PLUGINS("multiPoint: {disabled: [{name: NodeAffinity}, {name: PodTopologySpread}]}"));
    expect_list(gone,
                MN_POINT_SCORE,
                "TaintToleration NodeResourcesFit VolumeBinding InterPodAffinity "
                "NodeResourcesBalancedAllocation ImageLocality");

    const mn_profile *again =
        read_profile(arena,
                     PLUGINS("multiPoint: {disabled: [{name: TaintToleration}], enabled: [{name: "
                             "TaintToleration, weight: 9}, {name: NodeAffinity, weight: 4}]}"));
    expect_list(again,
                MN_POINT_SCORE,
                "NodeAffinity NodeResourcesFit VolumeBinding PodTopologySpread InterPodAffinity "
                "NodeResourcesBalancedAllocation ImageLocality TaintToleration");
    EXPECT_INT(again->weights[mn_plugin_find("TaintToleration")->index], 9);
    EXPECT_INT(again->weights[mn_plugin_find("NodeAffinity")->index], 4);
}

static void extenders_are_read_with_their_defaults(void)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    const mn_scheduler_config *config = read_config(
        arena,
        "extenders: [{urlPrefix: 'http://x', filterVerb: filter, prioritizeVerb: prioritize, "
        "weight: 2, nodeCacheCapable: true, managedResources: [{name: a/b, ignoredByScheduler: "
        "true}]}, {urlPrefix: 'https://y', filterVerb: f, httpTimeout: 1m1.5s, ignorable: true}]\n",
        NULL);
    EXPECT_INT((int64_t)config->extenders.count, 2);
    EXPECT_INT(config->extenders.items[0].http_timeout_ms, 5000);
    EXPECT_INT(config->extenders.items[1].http_timeout_ms, 61500);
    EXPECT_TRUE(config->extenders.items[0].managed_resources.items[0].ignored_by_scheduler);
    EXPECT_STR(config->extenders.items[1].prioritize_verb, NULL);
}

static void a_client_connection_is_read_for_its_kubeconfig(void)
{
    static const struct row {
        const char *body, *kubeconfig;
    } rows[] = {
        {"clientConnection: {kubeconfig: /k, qps: 50, burst: 100, of_later: [1]}\n", "/k"},
        {"clientConnection: {kubeconfig: '', acceptContentTypes: '', contentType: x}\n", ""},
        {"clientConnection: {}\n", NULL},
        {"clientConnection:\n", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(mn_arena) arena = mn_arena_new();
        const mn_scheduler_config *config = read_config(arena, rows[i].body, NULL);
        EXPECT_TRUE(config != NULL);
        if (config != NULL)
            EXPECT_STR(config->kubeconfig, rows[i].kubeconfig);
    }
}

/* As `kube-scheduler --write-config-to` of 1.36 writes it. */
static void what_later_versions_have_for_groups_of_pods_is_passed_over(void)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autoptr(GError) error = NULL;
    const mn_scheduler_config *config = read_config(
        arena,
        "parallelism: 16\n"
        "extenders: [{urlPrefix: 'http://x', filterVerb: filter, httpTimeout: 1500\xc2\xb5s}]\n"
        "profiles: [{schedulerName: default-scheduler, plugins: {multiPoint: {enabled: [\n"
        "  {name: NodeDeclaredFeatures, weight: 0}, {name: GangScheduling}],\n"
        "  disabled: [{name: TopologyPlacementGenerator}]}, placementGenerate: {},\n"
        "  placementScore: {enabled: [{name: PodGroupPodsCount}]}},\n"
        "  pluginConfig: [{name: GangScheduling, args: {}}]}]\n",
        &error);
    EXPECT_STR(error == NULL ? NULL : error->message, NULL);
    if (config == NULL)
        return;
    EXPECT_INT(config->extenders.items[0].http_timeout_ms, 1);
    expect_list(&config->profiles.items[0], MN_POINT_FILTER, default_filters);
}

#define ARGS(name, text) "profiles: [{pluginConfig: [{name: " name ", args: {" text "}}]}]\n"

static void mistakes_are_named_with_their_place(void)
{
    static const struct row {
        const char *body, *message;
    } rows[] = {
        {"profilez: []\n", "profilez"},
        {PLUGINS("filter: {disabled: [{name: TaintTolerations}]}"),
         "did you mean \"TaintToleration\"?"},
        {PLUGINS("filterr: {}"), "plugins.filterr: unknown field, did you mean \"filter\"?"},
        {PLUGINS("score: {enabled: [{name: NodeName}]}"), "does not extend score"},
        {PLUGINS("score: {enabled: [{name: ImageLocality}, {name: ImageLocality}]}"),
         "enabled twice"},
        {PLUGINS("preFilter: {disabled: [{name: InterPodAffinity}]}"), "but not at preFilter"},
        {PLUGINS("queueSort: {disabled: [{name: '*'}]}"), "one queueSort plugin"},
        {"percentageOfNodesToScore: 101\n",
         "percentageOfNodesToScore: expected 0 to 100, found 101"},
        {"profiles: [{schedulerName: a}, {schedulerName: a}]\n", "a second profile \"a\""},
        {"profiles: [{schedulerName: a}, {}]\n", "required field \"schedulerName\" is missing"},
        {"parallelism: 0\n", "parallelism: expected 1 or more, found 0"},
        {"clientConnection: {kubeconfig: [a]}\n", "clientConnection.kubeconfig: expected a string"},
        {"metricsBindAddress: ':1'\n", "unknown field"},
        {"extenders: [{urlPrefix: x, managedResources: [{name: requests.a/b}]}]\n",
         "expected an extended resource"},
        {"extenders: [{urlPrefix: x, managedResources: [{name: a/b}, {name: a/b}]}]\n",
         "\"a/b\" is listed twice"},
        {"extenders: [{urlPrefix: x, prioritizeVerb: p}]\n", "weight: expected 1 or more"},
        {"extenders: [{urlPrefix: x, httpTimeout: 5}]\n", "httpTimeout"},
        {"extenders: [{urlPrefix: x, httpTimeout: 5 s}]\n", "httpTimeout"},
        {ARGS("InterPodAffinity", "hardPodAffinityWeight: 101"), "expected 0 to 100, found 101"},
        {ARGS("InterPodAffinity", "hardPodAffinityWeigh: 1"), "hardPodAffinityWeight"},
        {ARGS(
             "PodTopologySpread",
             "defaultConstraints: [{maxSkew: 1, topologyKey: z, whenUnsatisfiable: ScheduleAnyway}]"),
         "defaultConstraints need \"defaultingType: List\""},
        {ARGS("PodTopologySpread",
              "defaultingType: List, defaultConstraints: [{maxSkew: 0, topologyKey: z, "
              "whenUnsatisfiable: ScheduleAnyway}]"),
         "defaultConstraints[0].maxSkew: expected 1 or more, found 0"},
        {ARGS("NodeResourcesFit",
              "scoringStrategy: {type: LeastAllocated, resources: [{name: cpu, weight: 101}]}"),
         "resources[0].weight: expected 1 to 100, found 101"},
        {ARGS("NodeResourcesBalancedAllocation", "resources: [{name: cpu, weight: 2}]"),
         "expected 1"},
        {ARGS("NodeResourcesFit", "scoringStrategy: {type: RequestedToCapacityRatio}"),
         "at least one point"},
        {ARGS("NodeResourcesFit", "scoringStrategy: {type: Least}"), "LeastAllocated"},
        {ARGS("DefaultPreemption", "minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 0"),
         "not both 0"},
        {ARGS("Ghost", ""), "unknown plugin \"Ghost\""},
        {"profiles: [{pluginConfig: [{name: InterPodAffinity}, {name: InterPodAffinity}]}]\n",
         "configured twice"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(mn_arena) arena = mn_arena_new();
        g_autoptr(GError) error = NULL;
        EXPECT_TRUE(read_config(arena, rows[i].body, &error) == NULL);
        if (error == NULL || strstr(error->message, rows[i].message) == NULL)
            EXPECT_STR(error == NULL ? "no error" : error->message, rows[i].message);
        EXPECT_TRUE(error != NULL && g_str_has_prefix(error->message, "k.yaml:"));
    }
}

extern CU_TestInfo suite_core_profile[];
CU_TestInfo suite_core_profile[] = {
    {"the table is sorted and complete", the_table_is_sorted_and_complete},
    {"plugins run in kube schedulers order", plugins_run_in_kube_schedulers_order},
    {"an empty file is the default profile", an_empty_file_is_the_default_profile},
    {"the profiles percentage wins", the_profiles_percentage_wins},
    {"disabling and enabling move plugins as kube scheduler does",
     disabling_and_enabling_move_plugins_as_kube_scheduler_does},
    {"extenders are read with their defaults", extenders_are_read_with_their_defaults},
    {"a client connection is read for its kubeconfig",
     a_client_connection_is_read_for_its_kubeconfig},
    {"what later versions have for groups of pods is passed over",
     what_later_versions_have_for_groups_of_pods_is_passed_over},
    {"mistakes are named with their place", mistakes_are_named_with_their_place},
    CU_TEST_INFO_NULL,
};
