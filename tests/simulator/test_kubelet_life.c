/* SPDX-License-Identifier: Apache-2.0 */
/* Small clusters in virtual time: when Pods are Ready, and what takes them off their nodes. */
#include "simulator/engine/actions/actions.h"
#include "simulator/engine/world.h"
#include "tests/support/expect.h"

#include <string.h>

#define HEAD                                                                                     \
    "apiVersion: mullion.dev/v1alpha1\nkind: Scenario\nspec:\n"                                  \
    "  kubelet: {bandwidth: 100M, linuxUnpackRate: 100M, windowsUnpackRate: 50M}\n"              \
    "  images:\n"                                                                                \
    "  - {match: 'lin:*', os: linux, size: 100M}\n"                                              \
    "  - {match: 'win22:*', os: windows, builds: [10.0.20348], manifest: single, size: 1000M}\n" \
    "  nodePools:\n"                                                                             \
    "  - {name: linux, count: 1}\n"                                                              \
    "  - {name: win, count: 1, os: windows, build: 10.0.20348}\n---\n"
#define POD(name, node, rest)                                                         \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: " name "}\nspec:\n  nodeSelector: {" \
    "kubernetes.io/hostname: " node "}\n  " rest "\n---\n"
#define RUNS(image) "containers: [{name: c, image: '" image "'}]"

/* 100 MB at 100 MB/s, 250 MB to unpack at 100 MB/s, and a second to ask for it. */
enum { NOTICE = 100, SANDBOX = 500, LINUX_PULL = 1000 + 1000 + 2500, START = 1000 };
enum { WINDOWS_SANDBOX = 2000, WINDOWS_PULL = 1000 + 10000 + 50000, WINDOWS_START = 4000 };
enum { MINUTE = 60000 };

typedef struct cluster {
    mn_scenario *scenario;
    mn_world *world;
} cluster;

static cluster made(const char *text)
{
    g_autoptr(GError) error = NULL;
    const mn_source source = {.name = "test.yaml", .bytes = text, .len = strlen(text)};
    cluster c = {.scenario = mn_scenario_load_source(&source, &error)};
    if (c.scenario == NULL)
        g_error("%s", error->message);
    const mn_run_options options = {.has_seed = false};
    c.world = mn_world_new(c.scenario, &options, &error);
    if (c.world == NULL)
        g_error("%s", error->message);
    return c;
}

static void end(cluster *c)
{
    mn_world_free(c->world);
    mn_scenario_free(c->scenario);
}

static void run_until(const cluster *c, int64_t time_ms)
{
    g_autoptr(GError) error = NULL;
    EXPECT_TRUE(mn_world_run(c->world, time_ms, false, &error));
}

static mn_world_pod *pod(const cluster *c, const char *name)
{
    return mn_world_find_pod(c->world, "default", name);
}

static const char *status(const cluster *c, const char *name)
{
    const mn_world_pod *found = pod(c, name);
    return found == NULL ? "gone" : found->slot == NULL ? "leaves" : found->slot->state.status;
}

static const mn_node *node_of(const cluster *c, const char *name)
{
    return mn_world_find_node(c->world, name)->node;
}

/* ---- starting */

static void a_pod_is_ready_when_its_image_is_there_and_started(void)
{
    cluster c = made(HEAD POD("a", "linux-0", RUNS("lin:1")) POD("w", "win-0", RUNS("win22:1")));
    run_until(&c, 10 * MINUTE);
    EXPECT_INT(pod(&c, "a")->scheduled_ms, 0);
    EXPECT_INT(pod(&c, "a")->ready_ms, NOTICE + SANDBOX + LINUX_PULL + START);
    EXPECT_INT(pod(&c, "w")->ready_ms, NOTICE + WINDOWS_SANDBOX + WINDOWS_PULL + WINDOWS_START);
    end(&c);
}

static void what_a_pod_shows_follows_its_containers(void)
{
    cluster c = made(HEAD POD("a",
                              "linux-0",
                              "initContainers: [{name: i, image: 'lin:1'}, {name: j, image: "
                              "'lin:1'}]\n  " RUNS("lin:1")));
    run_until(&c, NOTICE);
    EXPECT_STR(status(&c, "a"), "ContainerCreating");
    run_until(&c, NOTICE + SANDBOX + 1);
    EXPECT_STR(status(&c, "a"), "Init:0/2");
    run_until(&c, NOTICE + SANDBOX + LINUX_PULL + START);
    EXPECT_STR(status(&c, "a"), "Init:1/2");
    run_until(&c, NOTICE + SANDBOX + LINUX_PULL + 2 * START);
    EXPECT_STR(status(&c, "a"), "ContainerCreating");
    EXPECT_TRUE(!pod(&c, "a")->ready);
    run_until(&c, NOTICE + SANDBOX + LINUX_PULL + 3 * START);
    EXPECT_STR(status(&c, "a"), "Running");
    EXPECT_TRUE(pod(&c, "a")->ready);
    end(&c);
}

static void pods_on_a_node_wait_for_each_others_pulls(void)
{
    cluster c = made(HEAD POD("a", "linux-0", RUNS("lin:1")) POD("b", "linux-0", RUNS("lin:2"))
                         POD("same", "linux-0", RUNS("lin:1")));
    run_until(&c, 10 * MINUTE);
    EXPECT_INT(pod(&c, "a")->ready_ms, NOTICE + SANDBOX + LINUX_PULL + START);
    EXPECT_INT(pod(&c, "b")->ready_ms, NOTICE + SANDBOX + 2 * LINUX_PULL + START);
    EXPECT_INT(pod(&c, "same")->ready_ms, NOTICE + SANDBOX + LINUX_PULL + START);
    end(&c);
}

static void the_wrong_os_shows_when_it_is_pulled_and_for_good(void)
{
    cluster c = made(HEAD POD("l", "win-0", RUNS("lin:1")) POD("w", "linux-0", RUNS("win22:1")));
    run_until(&c, NOTICE + WINDOWS_SANDBOX + 1000 - 1);
    EXPECT_STR(status(&c, "l"), "ContainerCreating");
    run_until(&c, NOTICE + WINDOWS_SANDBOX + 1000);
    EXPECT_STR(status(&c, "l"), "ImagePullBackOff");
    EXPECT_STR(status(&c, "w"), "ImagePullBackOff");
    EXPECT_TRUE(mn_world_is_at_rest(c.world));
    end(&c);
}

static void the_wrong_build_of_a_single_image_is_pulled_first(void)
{
    cluster c = made("apiVersion: mullion.dev/v1alpha1\nkind: Scenario\nspec:\n"
                     "  kubelet: {bandwidth: 100M, windowsUnpackRate: 50M}\n"
                     "  images: [{match: 'win19:*', os: windows, builds: [10.0.17763], manifest: "
                     "single, size: 1000M}]\n"
                     "  nodePools: [{name: win, os: windows, build: 10.0.20348}]\n---\n" POD(
                         "w", "win-0", RUNS("win19:1")));
    run_until(&c, NOTICE + WINDOWS_SANDBOX + WINDOWS_PULL - 1);
    EXPECT_STR(status(&c, "w"), "ContainerCreating");
    run_until(&c, NOTICE + WINDOWS_SANDBOX + WINDOWS_PULL);
    EXPECT_STR(status(&c, "w"), "CrashLoopBackOff");
    end(&c);
}

static void never_pulling_what_is_not_there_is_an_end(void)
{
    cluster c = made(HEAD POD(
        "a", "linux-0", "containers: [{name: c, image: 'lin:1', imagePullPolicy: Never}]"));
    run_until(&c, MINUTE);
    EXPECT_STR(status(&c, "a"), "ErrImageNeverPull");
    EXPECT_INT(pod(&c, "a")->slot->state.fate, MN_FATE_FAILED);
    end(&c);
}

/* ---- NoExecute */

static void taint(const cluster *c, const char *name, const mn_taint *taint)
{
    mn_node *node = MN_ARENA_NEW(c->world->arena, mn_node, 1);
    *node = *node_of(c, name);
    node->spec.taints = (mn_taints){.items = taint, .count = taint == NULL ? 0 : 1};
    mn_world_put_node(c->world, node);
}

static const mn_taint os_taint = {.key = "os", .value = "linux", .effect = MN_EFFECT_NO_EXECUTE};

#define TOLERATES(seconds)                                                         \
    "tolerations: [{key: os, operator: Exists, effect: NoExecute" seconds "}]\n  " \
    "containers: [{name: c, image: 'lin:1'}]"

static void no_execute_ends_who_does_not_tolerate_it(void)
{
    cluster c = made(HEAD POD("not", "linux-0", RUNS("lin:1")) POD("ever", "linux-0", TOLERATES(""))
                         POD("a-minute", "linux-0", TOLERATES(", tolerationSeconds: 60")));
    run_until(&c, 5 * MINUTE);
    taint(&c, "linux-0", &os_taint);
    run_until(&c, 5 * MINUTE + 2000);
    EXPECT_STR(status(&c, "not"), "gone");
    EXPECT_STR(status(&c, "ever"), "Running");
    run_until(&c, 6 * MINUTE - 1);
    EXPECT_STR(status(&c, "a-minute"), "Running");
    run_until(&c, 6 * MINUTE + 2000);
    EXPECT_STR(status(&c, "a-minute"), "gone");
    EXPECT_STR(status(&c, "ever"), "Running");
    end(&c);
}

static void a_taint_that_goes_in_time_ends_nobody(void)
{
    cluster c = made(HEAD POD("a-minute", "linux-0", TOLERATES(", tolerationSeconds: 60")));
    run_until(&c, 5 * MINUTE);
    taint(&c, "linux-0", &os_taint);
    run_until(&c, 5 * MINUTE + 30000);
    taint(&c, "linux-0", NULL);
    run_until(&c, 10 * MINUTE);
    EXPECT_STR(status(&c, "a-minute"), "Running");
    taint(&c, "linux-0", &os_taint);
    run_until(&c, 11 * MINUTE + 2000);
    EXPECT_STR(status(&c, "a-minute"), "gone");
    end(&c);
}

/* ---- nodes */

static void set_ready(const cluster *c, const char *name, const char *value)
{
    mn_node *node = MN_ARENA_NEW(c->world->arena, mn_node, 1);
    mn_node_condition *condition = MN_ARENA_NEW(c->world->arena, mn_node_condition, 1);
    *node = *node_of(c, name);
    *condition = (mn_node_condition){.type = "Ready", .status = value};
    node->status.conditions = (mn_node_conditions){.items = condition, .count = 1};
    mn_world_put_node(c->world, node);
}

static void pods_of_a_lost_node_are_not_ready_until_it_is_back(void)
{
    cluster c = made(HEAD POD("a", "linux-0", RUNS("lin:1")));
    run_until(&c, MINUTE);
    EXPECT_TRUE(pod(&c, "a")->ready);
    set_ready(&c, "linux-0", "Unknown");
    EXPECT_TRUE(!pod(&c, "a")->ready);
    run_until(&c, 2 * MINUTE);
    set_ready(&c, "linux-0", "True");
    EXPECT_TRUE(pod(&c, "a")->ready);
    end(&c);
}

static void what_starts_on_a_lost_node_goes_on_when_it_is_back(void)
{
    cluster c = made(HEAD POD("a", "linux-0", RUNS("lin:1")));
    run_until(&c, NOTICE + SANDBOX + 10);
    set_ready(&c, "linux-0", "Unknown");
    run_until(&c, 3 * MINUTE);
    EXPECT_STR(status(&c, "a"), "ContainerCreating");
    set_ready(&c, "linux-0", "True");
    run_until(&c, 3 * MINUTE + START);
    EXPECT_STR(status(&c, "a"), "Running");
    end(&c);
}

static void a_deleted_pod_stays_until_its_lost_node_is_back(void)
{
    cluster c = made(HEAD POD("a", "linux-0", RUNS("lin:1")));
    run_until(&c, MINUTE);
    set_ready(&c, "linux-0", "Unknown");
    mn_world_delete_pod(c.world, pod(&c, "a"), MN_DEPARTS_DELETED, -1);
    run_until(&c, 60 * MINUTE);
    EXPECT_TRUE(pod(&c, "a") != NULL);
    set_ready(&c, "linux-0", "True");
    run_until(&c, 61 * MINUTE);
    EXPECT_STR(status(&c, "a"), "gone");
    end(&c);
}

static void a_forced_deletion_asks_no_kubelet(void)
{
    cluster c = made(HEAD POD("a", "linux-0", RUNS("lin:1")));
    run_until(&c, MINUTE);
    set_ready(&c, "linux-0", "Unknown");
    mn_world_delete_pod(c.world, pod(&c, "a"), MN_DEPARTS_DELETED, -1);
    run_until(&c, 2 * MINUTE);
    mn_world_delete_pod(c.world, pod(&c, "a"), MN_DEPARTS_DELETED, 0);
    run_until(&c, 2 * MINUTE + 1);
    EXPECT_STR(status(&c, "a"), "gone");
    end(&c);
}

static void another_system_on_a_node_starts_its_pods_anew(void)
{
    cluster c = made(HEAD POD("w", "win-0", RUNS("win22:1")));
    run_until(&c, 5 * MINUTE);
    EXPECT_STR(status(&c, "w"), "Running");
    mn_node *node = MN_ARENA_NEW(c.world->arena, mn_node, 1);
    *node = *node_of(&c, "win-0");
    node->status.info.kernel_version = "10.0.17763.5576";
    mn_world_put_node(c.world, node);
    EXPECT_STR(status(&c, "w"), "ContainerCreating");
    run_until(&c, 5 * MINUTE + NOTICE + WINDOWS_SANDBOX + WINDOWS_PULL);
    EXPECT_STR(status(&c, "w"), "CrashLoopBackOff");
    end(&c);
}

static void another_system_is_asked_for_a_runtime_again(void)
{
    static const mn_runtime_handler runc = {.name = "runc"}, crun = {.name = "crun"};
    cluster c = made(HEAD "apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: fast}\n"
                          "handler: crun\n---\n" POD(
                              "a", "linux-0", "runtimeClassName: fast\n  " RUNS("lin:1")));
    mn_node *node = MN_ARENA_NEW(c.world->arena, mn_node, 2);
    node[0] = node[1] = *node_of(&c, "linux-0");
    node[0].status.runtime_handlers = (mn_runtime_handlers){.items = &runc, .count = 1};
    node[1].status.runtime_handlers = (mn_runtime_handlers){.items = &crun, .count = 1};
    node[1].status.info.kernel_version = "6.8.0";
    mn_world_put_node(c.world, &node[0]);
    run_until(&c, MINUTE);
    EXPECT_STR(status(&c, "a"), "ContainerCreating");
    mn_world_put_node(c.world, &node[1]);
    run_until(&c, 2 * MINUTE);
    EXPECT_STR(status(&c, "a"), "Running");
    end(&c);
}

static void a_kubelet_that_died_starts_nothing_before_anybody_notices(void)
{
    static const mn_label failed = {.key = MN_NODE_FAILED_ANNOTATION, .value = "0"};
    cluster c = made(HEAD POD("a", "linux-0", RUNS("lin:1")));
    const mn_node *before = node_of(&c, "linux-0");
    mn_node *dead = MN_ARENA_NEW(c.world->arena, mn_node, 1);
    *dead = *before;
    dead->meta.annotations = (mn_labels){.items = &failed, .count = 1};
    mn_world_put_node(c.world, dead);
    run_until(&c, 5 * MINUTE);
    EXPECT_STR(status(&c, "a"), "ContainerCreating");
    mn_world_put_node(c.world, before);
    run_until(&c, 6 * MINUTE);
    EXPECT_STR(status(&c, "a"), "Running");
    end(&c);
}

#define TEST(function)      \
    {                       \
#function, function \
    }
CU_TestInfo suite_simulator_kubelet_life[] = {
    TEST(a_pod_is_ready_when_its_image_is_there_and_started),
    TEST(what_a_pod_shows_follows_its_containers),
    TEST(pods_on_a_node_wait_for_each_others_pulls),
    TEST(the_wrong_os_shows_when_it_is_pulled_and_for_good),
    TEST(the_wrong_build_of_a_single_image_is_pulled_first),
    TEST(never_pulling_what_is_not_there_is_an_end),
    TEST(no_execute_ends_who_does_not_tolerate_it),
    TEST(a_taint_that_goes_in_time_ends_nobody),
    TEST(pods_of_a_lost_node_are_not_ready_until_it_is_back),
    TEST(what_starts_on_a_lost_node_goes_on_when_it_is_back),
    TEST(a_deleted_pod_stays_until_its_lost_node_is_back),
    TEST(a_forced_deletion_asks_no_kubelet),
    TEST(another_system_on_a_node_starts_its_pods_anew),
    TEST(another_system_is_asked_for_a_runtime_again),
    TEST(a_kubelet_that_died_starts_nothing_before_anybody_notices),
    CU_TEST_INFO_NULL,
};
