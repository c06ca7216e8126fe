/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs, CronJobs and their schedules, Helm hooks. */
#include "simulator/engine/controllers/schedule.h"
#include "tests/support/expect.h"
#include "tests/support/run_world.h"

#include <string.h>

#define LINUX "{name: lin, count: 2}"
#define MIXED LINUX ", {name: win, count: 2, os: windows, build: 20348}"
#define TEMPLATE(spec) \
    "template: {spec: {restartPolicy: Never, containers: [{name: c, image: 'busybox:1'}]" spec "}}"
#define JOB(spec)  "{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {" spec "}}\n---\n"
#define ON_WINDOWS ", os: {name: linux}, nodeSelector: {kubernetes.io/os: windows}"

enum { S = 1000, MIN_MS = 60 * S };

static void a_job_ends_when_enough_have_succeeded(void)
{
    run_world w = run_world_new(LINUX, JOB("completions: 5, parallelism: 2, " TEMPLATE("")));
    run_world_rest(&w);
    const mn_world_workload *job = run_world_find(&w, "Job", "j");
    EXPECT_TRUE(job->ended && !job->failed);
    EXPECT_INT((int64_t)job->created, 5);
    EXPECT_INT((int64_t)job->slot_count, 2);
    EXPECT_INT((int64_t)w.world->pod_count, 0);
    EXPECT_TRUE(w.world->now_ms >= 30 * S && w.world->now_ms < 60 * S);
    g_autoptr(mn_record) record = mn_record_make(w.world);
    EXPECT_STR(record->pods[0].status, "Completed");
    EXPECT_INT((int64_t)record->totals.requested.milli_cpu, 0);
    EXPECT_INT((int64_t)record->totals.recreations, 0);
    run_world_clear(&w);
}

static void pods_run_as_long_as_they_say(void)
{
    run_world w = run_world_new(
        LINUX,
        JOB("template: {metadata: {annotations: {mullion.dev/run-duration: 1h30m}}, spec: "
            "{restartPolicy: Never, containers: [{name: c, image: 'busybox:1'}]}}"));
    run_world_rest(&w);
    EXPECT_TRUE(w.world->now_ms >= 90 * MIN_MS && w.world->now_ms < 91 * MIN_MS);
    run_world_clear(&w);
}

/* 10 s, 20 s, ... between failures, 7 Pods in all; kubelet refuses after 100 ms. */
static void a_job_that_fails_backs_off_and_gives_up(void)
{
    run_world w = run_world_new(MIXED, JOB(TEMPLATE(ON_WINDOWS)));
    run_world_until(&w, 10 * S);
    EXPECT_INT((int64_t)run_world_find(&w, "Job", "j")->created, 1);
    run_world_until(&w, 10 * S + 100);
    EXPECT_INT((int64_t)run_world_find(&w, "Job", "j")->created, 2);
    run_world_rest(&w);
    const mn_world_workload *job = run_world_find(&w, "Job", "j");
    EXPECT_TRUE(job->ended && job->failed);
    EXPECT_INT((int64_t)job->created, 7);
    EXPECT_INT((int64_t)job->failed_left, 7);
    EXPECT_TRUE(w.world->now_ms >= (10 + 20 + 40 + 80 + 160 + 320) * S);
    run_world_clear(&w);
}

static void a_deadline_ends_a_job_that_hangs(void)
{
    run_world w = run_world_new(
        MIXED,
        JOB("activeDeadlineSeconds: 300, template: {spec: {restartPolicy: Never, nodeSelector: "
            "{kubernetes.io/os: windows}, containers: [{name: c, image: 'busybox:1'}]}}"));
    run_world_until(&w, 299 * S);
    EXPECT_INT((int64_t)w.world->pod_count, 1);
    run_world_rest(&w);
    EXPECT_INT((int64_t)w.world->pod_count, 0);
    EXPECT_TRUE(run_world_find(&w, "Job", "j")->failed);
    run_world_clear(&w);
}

/* ---- schedules: a run begins on Wednesday 2025-02-19 at 21:20 UTC */

static void schedules_are_read_as_cron_reads_them(void)
{
    static const struct {
        const char *text;
        int64_t minutes; /* until the next time, after the beginning */
    } rows[] = {
        {"* * * * *", 1},
        {"*/5 * * * *", 5},
        {"20 21 * * *", 24 * 60},
        {"21 21 * * *", 1},
        {"@hourly", 40},
        {"@daily", 160},
        {"0 3 * * *", 340},
        {"0 0 * * mon", 160 + 4 * 24 * 60},
        {"0 0 * * 7", 160 + 3 * 24 * 60},
        {"0 0 1 * *", 160 + 9 * 24 * 60},
        {"0 0 1 * fri", 160 + 24 * 60},
        {"0 0 29 2 *", 160 + (365 + 365 + 365 + 9) * 24 * 60},
        {"30-40/5 21 * * *", 10},
        {"0,30 22 * feb wed", 40},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        mn_schedule schedule;
        g_autoptr(GError) error = NULL;
        EXPECT_TRUE(mn_schedule_parse(rows[i].text, &schedule, &error));
        EXPECT_INT(mn_schedule_next_ms(&schedule, 0) / MIN_MS, rows[i].minutes);
    }
}

static void a_schedule_that_makes_no_sense_is_refused(void)
{
    static const char *const rows[] = {
        "",
        "* * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * * 13 *",
        "* * * * 8",
        "a * * * *",
        "5-1 * * * *",
        "*/0 * * * *",
        "1, * * * *",
        "@reboot",
        "* * * * * *",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        mn_schedule schedule;
        g_autoptr(GError) error = NULL;
        if (mn_schedule_parse(rows[i], &schedule, &error))
            EXPECT_STR(rows[i], "an error");
        else
            EXPECT_TRUE(g_str_has_prefix(error->message, "schedule: "));
    }
    mn_schedule never;
    EXPECT_TRUE(mn_schedule_parse("0 0 30 2 *", &never, NULL));
    EXPECT_INT(mn_schedule_next_ms(&never, 0), INT64_MAX);
}

#define CRON(more)                                                                         \
    "{apiVersion: batch/v1, kind: CronJob, metadata: {name: c}, spec: {schedule: '*/10 * " \
    "* * *', " more "jobTemplate: {spec: {" TEMPLATE("") "}}}}\n---\n"

static void a_cron_job_runs_at_first_and_by_its_schedule(void)
{
    run_world w = run_world_new(LINUX, CRON(""));
    run_world_rest(&w);
    EXPECT_TRUE(w.world->now_ms < MIN_MS);
    EXPECT_INT((int64_t)run_world_find(&w, "CronJob", "c")->created, 1);
    run_world_until(&w, 60 * MIN_MS + 30 * S);
    const mn_world_workload *cron = run_world_find(&w, "CronJob", "c");
    EXPECT_INT((int64_t)cron->created, 7);
    EXPECT_INT(cron->children->len, 3);
    const mn_world_workload *last = cron->children->pdata[2];
    EXPECT_STR(last->name, "c-29000060");
    run_world_clear(&w);
}

/* Its Pods find no node. */
static void runs_do_not_overlap_where_that_is_forbidden(void)
{
    static const struct {
        const char *policy;
        guint jobs;
    } rows[] = {{"Allow", 4}, {"Forbid", 1}, {"Replace", 1}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strdup_printf(
            "{apiVersion: batch/v1, kind: CronJob, metadata: {name: c}, spec: {schedule: '*/10 * "
            "* * *', concurrencyPolicy: %s, jobTemplate: {spec: {" TEMPLATE(
                ", nodeSelector: {a: b}") "}}}}",
            rows[i].policy);
        run_world w = run_world_new(LINUX, text);
        run_world_until(&w, 35 * MIN_MS);
        EXPECT_INT(run_world_find(&w, "CronJob", "c")->children->len, rows[i].jobs);
        run_world_clear(&w);
    }
}

/* ---- Helm hooks */

#define RELEASE "labels: {app.kubernetes.io/instance: shop}"
#define HOOK(name, events, weight, spec)                                                \
    "{apiVersion: batch/v1, kind: Job, metadata: {name: " name ", " RELEASE             \
    ", annotations: {helm.sh/hook: '" events "', helm.sh/hook-weight: '" weight "'}}, " \
    "spec: {" TEMPLATE(spec) "}}\n---\n"
#define WEB                                                                                \
    "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, " RELEASE "}, spec: {"  \
    "replicas: 2, selector: {matchLabels: {app: x}}, template: {metadata: {labels: {app: " \
    "x}}, spec: {nodeSelector: {kubernetes.io/os: linux}, containers: [{name: c, image: "  \
    "'nginx:1.27-alpine'}]}}}}\n---\n"

static void a_release_waits_for_its_hooks_by_weight(void)
{
    run_world w = run_world_new(
        LINUX,
        WEB HOOK("late", "pre-install", "5", "") HOOK("early", "pre-install,pre-upgrade", "-5", "")
            HOOK("after", "post-install", "0", "") HOOK("test", "test", "0", ""));
    run_world_until(&w, 5 * S);
    EXPECT_INT((int64_t)run_world_pods(&w, "Job", "early"), 1);
    EXPECT_INT((int64_t)run_world_pods(&w, "Job", "late"), 0);
    EXPECT_INT((int64_t)run_world_pods(&w, "Deployment", "web"), 0);
    EXPECT_STR(run_world_find(&w, "Deployment", "web")->remark,
               "its release waits for the hook Job late");
    while (!run_world_find(&w, "Job", "early")->ended)
        run_world_until(&w, w.world->now_ms + 1 * S);
    EXPECT_INT((int64_t)run_world_pods(&w, "Job", "late"), 1);
    EXPECT_INT((int64_t)run_world_pods(&w, "Deployment", "web"), 0);
    run_world_rest(&w);
    EXPECT_INT((int64_t)run_world_ready(&w, "Deployment", "web"), 2);
    EXPECT_STR(run_world_find(&w, "Deployment", "web")->remark, "");
    EXPECT_TRUE(run_world_find(&w, "Job", "after")->ended);
    EXPECT_INT((int64_t)run_world_find(&w, "Job", "test")->created, 0);
    run_world_clear(&w);
}

static void a_hook_on_the_wrong_node_holds_its_release_up(void)
{
    run_world w = run_world_new(
        MIXED,
        WEB HOOK("migrate", "pre-install", "0", ", nodeSelector: {kubernetes.io/os: windows}"));
    run_world_rest(&w);
    EXPECT_INT((int64_t)run_world_pods(&w, "Deployment", "web"), 0);
    g_autoptr(mn_record) record = mn_record_make(w.world);
    EXPECT_INT((int64_t)record->totals.counts[MN_FATE_WRONG_OS], 1);
    EXPECT_INT((int64_t)record->totals.counts[MN_FATE_ABSENT], 2);
    EXPECT_TRUE(mn_world_delete_workload(w.world, "Job", "default", "migrate"));
    run_world_rest(&w);
    EXPECT_INT((int64_t)run_world_ready(&w, "Deployment", "web"), 2);
    run_world_clear(&w);
}

extern CU_TestInfo suite_simulator_jobs[];
CU_TestInfo suite_simulator_jobs[] = {
    {"a Job ends when enough have succeeded", a_job_ends_when_enough_have_succeeded},
    {"Pods run as long as they say", pods_run_as_long_as_they_say},
    {"a Job that fails backs off and gives up", a_job_that_fails_backs_off_and_gives_up},
    {"a deadline ends a Job that hangs", a_deadline_ends_a_job_that_hangs},
    {"schedules are read as cron reads them", schedules_are_read_as_cron_reads_them},
    {"a schedule that makes no sense is refused", a_schedule_that_makes_no_sense_is_refused},
    {"a CronJob runs at first and by its schedule", a_cron_job_runs_at_first_and_by_its_schedule},
    {"runs do not overlap where that is forbidden", runs_do_not_overlap_where_that_is_forbidden},
    {"a release waits for its hooks by weight", a_release_waits_for_its_hooks_by_weight},
    {"a hook on the wrong node holds its release up",
     a_hook_on_the_wrong_node_holds_its_release_up},
    CU_TEST_INFO_NULL,
};
