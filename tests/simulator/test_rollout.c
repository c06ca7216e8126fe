/* SPDX-License-Identifier: Apache-2.0 */
/* Deployments and StatefulSets move their Pods from one template to the next, and back. */
#include "simulator/engine/controllers/controller.h"
#include "tests/support/expect.h"
#include "tests/support/run_world.h"

#include <string.h>

#define LINUX "{name: lin, count: 4, allocatable: {cpu: 8}}"
#define TEMPLATE                                                                         \
    "selector: {matchLabels: {app: x}}, template: {metadata: {labels: {app: x}}, spec: " \
    "{containers: [{name: c, image: 'nginx:1.27-alpine'}]}}"
/* Of the wrong OS: it never becomes Ready. */
#define BROKEN                                                                           \
    "selector: {matchLabels: {app: x}}, template: {metadata: {labels: {app: x}}, spec: " \
    "{containers: [{name: c, image: 'mcr.microsoft.com/windows/nanoserver:ltsc2022'}]}}"
#define DEPLOYMENT(spec) \
    "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {" spec "}}\n---\n"
#define STATEFUL_SET(spec) \
    "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {" spec "}}\n---\n"

/* The most and the fewest Pods of "web" while its rollout goes on. */
typedef struct extremes {
    size_t most, fewest_ready;
} extremes;

static extremes watch_rollout(run_world *w)
{
    extremes e = {0, SIZE_MAX};
    for (int i = 0; i < 600 && !mn_world_is_at_rest(w->world); i++) {
        run_world_until(w, w->world->now_ms + 50);
        e.most = MAX(e.most, run_world_pods(w, "Deployment", "web"));
        e.fewest_ready = MIN(e.fewest_ready, run_world_ready(w, "Deployment", "web"));
    }
    return e;
}

static void rolls_within(const char *spec, size_t most, size_t fewest_ready)
{
    g_autofree char *text = g_strdup_printf(DEPLOYMENT("%s, " TEMPLATE), spec);
    run_world w = run_world_new(LINUX, text);
    run_world_rest(&w);
    const size_t before = run_world_ready(&w, "Deployment", "web");
    run_world_restart(&w, "Deployment", "web", "1");
    const extremes e = watch_rollout(&w);
    EXPECT_INT((int64_t)e.most, (int64_t)most);
    EXPECT_INT((int64_t)e.fewest_ready, (int64_t)fewest_ready);
    EXPECT_INT((int64_t)run_world_ready(&w, "Deployment", "web"), (int64_t)before);
    const mn_world_workload *d = run_world_find(&w, "Deployment", "web");
    EXPECT_INT(d->children->len, 2);
    EXPECT_INT(((const mn_world_workload *)d->children->pdata[0])->replicas, 0);
    EXPECT_INT((int64_t)d->deleted, (int64_t)before);
    run_world_clear(&w);
}

/* Surge is rounded up, unavailable down. */
static void a_rolling_update_stays_within_its_bounds(void)
{
    rolls_within("replicas: 4", 5, 3);
    rolls_within("replicas: 10", 13, 8);
    rolls_within("replicas: 3", 4, 3);
    rolls_within("replicas: 1", 2, 1);
    rolls_within("replicas: 5, strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 2}}", 5, 3);
    rolls_within("replicas: 5, strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0}}", 5, 4);
    rolls_within(
        "replicas: 5, strategy: {rollingUpdate: {maxSurge: 100%, maxUnavailable: 0}}", 10, 5);
}

static void recreate_waits_for_the_last_pod_to_be_gone(void)
{
    rolls_within("replicas: 3, strategy: {type: Recreate}", 3, 0);
}

static void the_old_template_has_its_replica_set_again(void)
{
    run_world w = run_world_new(LINUX, DEPLOYMENT("replicas: 2, " TEMPLATE));
    run_world_rest(&w);
    const mn_workload *first = run_world_copy(&w, "Deployment", "web");
    run_world_restart(&w, "Deployment", "web", "1");
    run_world_rest(&w);
    run_world_put(&w, first);
    run_world_rest(&w);
    const mn_world_workload *d = run_world_find(&w, "Deployment", "web");
    EXPECT_INT(d->children->len, 2);
    EXPECT_INT(((const mn_world_workload *)d->children->pdata[0])->replicas, 2);
    EXPECT_INT(((const mn_world_workload *)d->children->pdata[1])->replicas, 0);
    run_world_clear(&w);
}

/* Nothing of the old is given up but what maxUnavailable allows: 4 replicas, 25 %. */
static void a_rollout_to_what_never_runs_gets_stuck(void)
{
    run_world w = run_world_new(LINUX, DEPLOYMENT("replicas: 4, " TEMPLATE));
    run_world_rest(&w);
    run_world broken = run_world_new(LINUX, DEPLOYMENT("replicas: 4, " BROKEN));
    run_world_put(&w, run_world_find(&broken, "Deployment", "web")->object);
    run_world_rest(&w);
    EXPECT_INT((int64_t)run_world_pods(&w, "Deployment", "web"), 5);
    EXPECT_INT((int64_t)run_world_ready(&w, "Deployment", "web"), 3);
    run_world_clear(&w);
    run_world_clear(&broken);
}

static void a_stuck_rollout_can_be_scaled(void)
{
    run_world w = run_world_new(LINUX, DEPLOYMENT("replicas: 4, " TEMPLATE));
    run_world_rest(&w);
    run_world broken = run_world_new(LINUX, DEPLOYMENT("replicas: 4, " BROKEN));
    run_world_put(&w, run_world_find(&broken, "Deployment", "web")->object);
    run_world_rest(&w);
    run_world_scale(&w, "Deployment", "web", 8);
    run_world_rest(&w);
    EXPECT_INT((int64_t)run_world_pods(&w, "Deployment", "web"), 10);
    EXPECT_TRUE(run_world_ready(&w, "Deployment", "web") >= 6);
    run_world_clear(&w);
    run_world_clear(&broken);
}

static void ready_for_a_while_comes_before_available(void)
{
    run_world w = run_world_new(LINUX, DEPLOYMENT("replicas: 2, minReadySeconds: 60, " TEMPLATE));
    run_world_rest(&w);
    run_world_restart(&w, "Deployment", "web", "1");
    const int64_t from = w.world->now_ms;
    run_world_rest(&w);
    EXPECT_TRUE(w.world->now_ms - from >= 120 * 1000);
    EXPECT_INT((int64_t)run_world_ready(&w, "Deployment", "web"), 2);
    run_world_clear(&w);
}

static void a_deployment_is_scaled_without_a_rollout(void)
{
    run_world w = run_world_new(LINUX, DEPLOYMENT("replicas: 2, " TEMPLATE));
    run_world_rest(&w);
    run_world_scale(&w, "Deployment", "web", 6);
    run_world_rest(&w);
    EXPECT_INT((int64_t)run_world_ready(&w, "Deployment", "web"), 6);
    run_world_scale(&w, "Deployment", "web", 1);
    run_world_rest(&w);
    EXPECT_INT((int64_t)run_world_ready(&w, "Deployment", "web"), 1);
    EXPECT_INT(run_world_find(&w, "Deployment", "web")->children->len, 1);
    EXPECT_INT((int64_t)run_world_find(&w, "Deployment", "web")->deleted, 5);
    run_world_clear(&w);
}

static void int_or_percent_is_rounded_as_asked(void)
{
    static const struct {
        const char *text;
        int64_t total, up, down;
    } rows[] = {
        {"25%", 4, 1, 1},
        {"25%", 10, 3, 2},
        {"30%", 1, 1, 0},
        {"3", 1, 3, 3},
        {NULL, 10, 3, 2},
        {"100%", 7, 7, 7},
        {"0", 7, 0, 0},
        {"-5", 7, 0, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        EXPECT_INT(mn_int_or_percent(rows[i].text, rows[i].total, true, "25%"), rows[i].up);
        EXPECT_INT(mn_int_or_percent(rows[i].text, rows[i].total, false, "25%"), rows[i].down);
    }
}

/* ---- StatefulSet */

static void db_is(run_world *w, int64_t ms, const char *want)
{
    run_world_until(w, ms);
    g_autofree char *got = run_world_list(w, "StatefulSet", "db");
    for (char *at = got; *at != '\0'; at++) {
        if (g_str_has_prefix(at, "@lin-"))
            memmove(at, at + 6, strlen(at + 6) + 1);
    }
    EXPECT_STR(got, want);
}

static void a_stateful_set_waits_for_each_pod(void)
{
    run_world w = run_world_new(LINUX, STATEFUL_SET("replicas: 3, " TEMPLATE));
    db_is(&w, 0, "db-0");
    static const char *const members[] = {"db-0", "db-0 db-1", "db-0 db-1 db-2"};
    for (size_t ready = 0; ready < G_N_ELEMENTS(members); ready++) {
        while (run_world_ready(&w, "StatefulSet", "db") == ready) {
            db_is(&w, w.world->now_ms, members[ready]);
            run_world_until(&w, w.world->now_ms + 100);
        }
    }
    run_world_rest(&w);
    run_world_scale(&w, "StatefulSet", "db", 1);
    db_is(&w, w.world->now_ms, "db-0 db-1 db-2!");
    run_world_rest(&w);
    db_is(&w, w.world->now_ms, "db-0");
    run_world_clear(&w);
}

static void a_parallel_one_does_not_wait(void)
{
    run_world w =
        run_world_new(LINUX, STATEFUL_SET("replicas: 3, podManagementPolicy: Parallel, " TEMPLATE));
    db_is(&w, 0, "db-0 db-1 db-2");
    run_world_rest(&w);
    run_world_scale(&w, "StatefulSet", "db", 1);
    db_is(&w, w.world->now_ms, "db-0 db-1! db-2!");
    run_world_clear(&w);
}

static void it_is_updated_from_the_top_down_to_its_partition(void)
{
    run_world w = run_world_new(
        LINUX,
        STATEFUL_SET("replicas: 3, updateStrategy: {rollingUpdate: {partition: 1}}, " TEMPLATE));
    run_world_rest(&w);
    run_world_restart(&w, "StatefulSet", "db", "1");
    db_is(&w, w.world->now_ms, "db-0 db-1 db-2!");
    run_world_rest(&w);
    const mn_world_workload *set = run_world_find(&w, "StatefulSet", "db");
    EXPECT_INT((int64_t)set->ready_count, 3);
    EXPECT_INT((int64_t)set->deleted, 2);
    EXPECT_TRUE(set->pods->revision != set->fingerprint);
    EXPECT_TRUE(set->last_pod->revision == set->fingerprint);
    run_world_clear(&w);
}

static void a_pod_that_goes_comes_back_under_its_name(void)
{
    run_world w = run_world_new(LINUX, STATEFUL_SET("replicas: 2, " TEMPLATE));
    run_world_rest(&w);
    mn_world_delete_pod(
        w.world, mn_world_find_pod(w.world, "default", "db-0"), MN_DEPARTS_DELETED, -1);
    db_is(&w, w.world->now_ms, "db-0! db-1");
    run_world_rest(&w);
    db_is(&w, w.world->now_ms, "db-1 db-0");
    EXPECT_INT((int64_t)run_world_find(&w, "StatefulSet", "db")->recreated, 1);
    run_world_clear(&w);
}

extern CU_TestInfo suite_simulator_rollout[];
CU_TestInfo suite_simulator_rollout[] = {
    {"a rolling update stays within its bounds", a_rolling_update_stays_within_its_bounds},
    {"Recreate waits for the last Pod to be gone", recreate_waits_for_the_last_pod_to_be_gone},
    {"the old template has its ReplicaSet again", the_old_template_has_its_replica_set_again},
    {"a rollout to what never runs gets stuck", a_rollout_to_what_never_runs_gets_stuck},
    {"a stuck rollout can be scaled", a_stuck_rollout_can_be_scaled},
    {"Ready for a while comes before available", ready_for_a_while_comes_before_available},
    {"a Deployment is scaled without a rollout", a_deployment_is_scaled_without_a_rollout},
    {"IntOrString is rounded as asked", int_or_percent_is_rounded_as_asked},
    {"a StatefulSet waits for each Pod", a_stateful_set_waits_for_each_pod},
    {"a Parallel one does not wait", a_parallel_one_does_not_wait},
    {"it is updated from the top down to its partition",
     it_is_updated_from_the_top_down_to_its_partition},
    {"a Pod that goes comes back under its name", a_pod_that_goes_comes_back_under_its_name},
    CU_TEST_INFO_NULL,
};
