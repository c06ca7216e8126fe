/* SPDX-License-Identifier: Apache-2.0 */
/* CronJob: a Job whenever its time has come.
 *
 * The first run is at the beginning, whatever the schedule says: who looks at a release wants
 * to see where the Pods of its CronJobs go. Later runs are no reason to let time pass.
 */
#include "simulator/engine/controllers/controller.h"
#include "simulator/engine/controllers/schedule.h"

#include <inttypes.h>
#include <string.h>

enum { SUCCEEDED_KEPT = 3, FAILED_KEPT = 1 };

typedef struct timer {
    mn_schedule schedule;
    bool valid, began;
    int64_t next_ms;
} timer;

static void make(mn_world *world, mn_world_workload *cron)
{
    const mn_workload *object = cron->object;
    mn_workload *job = MN_ARENA_NEW(world->arena, mn_workload, 1);
    *job = *object;
    job->kind = MN_WORKLOAD_JOB;
    job->meta = object->job_meta;
    job->meta.namespace_ = cron->namespace_;
    job->meta.name =
        mn_arena_printf(world->arena, "%s-%" PRId64, cron->name, mn_schedule_minute(world->now_ms));
    job->meta.uid = NULL;
    job->meta.origin = object->meta.origin;
    job->meta.owners = mn_owned_by(world->arena, "batch/v1", "CronJob", cron->name);
    if (mn_world_find_workload(world, "Job", cron->namespace_, job->meta.name) != NULL)
        return;
    mn_world_workload *child = mn_workload_adopt(world, cron, job);
    if (cron->children->len == 1)
        child->rng = cron->rng;
}

static void forget_old(mn_world *world, mn_world_workload *cron, bool failed, guint kept)
{
    for (guint i = cron->children->len; i-- > 0;) {
        mn_world_workload *job = cron->children->pdata[i];
        if (!job->ended || job->failed != failed || job->pods != NULL)
            continue;
        if (kept > 0)
            kept--;
        else
            mn_workload_end(world, job);
    }
}

static bool is_running(const mn_world_workload *cron)
{
    for (guint i = 0; i < cron->children->len; i++) {
        if (!((const mn_world_workload *)cron->children->pdata[i])->ended)
            return true;
    }
    return false;
}

static void end_running(mn_world *world, mn_world_workload *cron)
{
    for (guint i = cron->children->len; i-- > 0;) {
        mn_world_workload *job = cron->children->pdata[i];
        if (!job->ended)
            mn_workload_end(world, job);
    }
}

static void set_next(mn_world *world, mn_world_workload *cron)
{
    timer *t = cron->state;
    t->next_ms = t->valid ? mn_schedule_next_ms(&t->schedule, world->now_ms) : MN_NEVER;
    mn_controller_wake(world, cron, t->next_ms, true);
}

static void run_one(mn_world *world, mn_world_workload *cron)
{
    const char *policy = cron->object->spec.concurrency_policy;
    if (g_strcmp0(policy, "Forbid") == 0 && is_running(cron))
        return;
    if (g_strcmp0(policy, "Replace") == 0)
        end_running(world, cron);
    make(world, cron);
}

static void sync(mn_world *world, mn_world_workload *cron)
{
    timer *t = cron->state;
    const bool suspended = cron->object->spec.suspend;
    cron->remark = suspended && cron->children->len == 0 ? "suspended"
                   : t->valid                            ? ""
                              : "its schedule cannot be read: it runs once";
    if (!t->began && !suspended) {
        t->began = true;
        make(world, cron);
        set_next(world, cron);
    } else if (t->began && world->now_ms >= t->next_ms) {
        if (!suspended)
            run_one(world, cron);
        set_next(world, cron);
    }
    forget_old(world, cron, false, SUCCEEDED_KEPT);
    forget_old(world, cron, true, FAILED_KEPT);
}

static void changed(mn_world *world, mn_world_workload *cron, const mn_workload *before)
{
    if (cron->state == NULL)
        cron->state = g_new0(timer, 1);
    timer *t = cron->state;
    t->valid = mn_schedule_parse(cron->object->spec.schedule, &t->schedule, NULL);
    if (before != NULL && t->began)
        set_next(world, cron);
}

static void forget(mn_world_workload *cron)
{
    g_free(cron->state);
}

const mn_controller mn_cron_job_controller = {.changed = changed, .sync = sync, .forget = forget};
