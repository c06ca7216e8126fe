/* SPDX-License-Identifier: Apache-2.0 */
/* Job: Pods that are to succeed, so many at once, until enough have.
 *
 * A failure costs a wait of 10 s, 20 s, ... 10 min before the next Pod, and the Job after
 * backoffLimit of them. Pods that can neither succeed nor fail, because their image does not
 * run where they are, keep a Job waiting until activeDeadlineSeconds.
 * Source: pkg/controller/job (job_controller.go, backoff_utils.go), v1.34.
 */
#include "simulator/engine/controllers/controller.h"
#include "simulator/engine/stamps.h"

#include <inttypes.h>
#include <string.h>

enum { BACKOFF_FIRST_MS = 10 * 1000, BACKOFF_LAST_MS = 10 * 60 * 1000, BACKOFF_LIMIT = 6 };

typedef struct progress {
    int64_t succeeded, failed;
    GArray *done; /* bool by index, of an Indexed Job */
    int64_t started_ms, not_before_ms;
    bool started;
} progress;

static bool is_indexed(const mn_world_workload *job)
{
    return g_strcmp0(job->object->spec.completion_mode, "Indexed") == 0;
}

mn_pod *mn_job_pod(mn_arena *arena, const mn_world_workload *job, const char *index)
{
    const mn_label labels[] = {
        {"batch.kubernetes.io/job-name", job->name},
        {"job-name", job->name},
        {"batch.kubernetes.io/job-completion-index", mn_arena_strdup(arena, index)},
    };
    mn_pod *pod = mn_stamp_pod(arena, job, labels, is_indexed(job) ? 3 : 2);
    pod->meta.owners = mn_owned_by(arena, "batch/v1", "Job", job->name);
    return pod;
}

/* ---- how many */

static int64_t parallelism_of(const mn_workload_spec *spec)
{
    return spec->parallelism.set ? spec->parallelism.value : 1;
}

/* -1: until one has succeeded (a work queue). */
static int64_t completions_of(const mn_workload_spec *spec)
{
    if (spec->completions.set)
        return spec->completions.value;
    return spec->parallelism.set ? -1 : 1;
}

static bool is_complete(const mn_world_workload *job)
{
    const progress *p = job->state;
    const int64_t wanted = completions_of(&job->object->spec);
    return wanted >= 0 ? p->succeeded >= wanted : p->succeeded > 0 && job->pod_count == 0;
}

static int64_t wanted_now(const mn_world_workload *job)
{
    const progress *p = job->state;
    const mn_workload_spec *spec = &job->object->spec;
    const int64_t wanted = completions_of(spec);
    if (wanted < 0)
        return p->succeeded > 0 ? (int64_t)job->pod_count : parallelism_of(spec);
    return MIN(parallelism_of(spec), wanted - p->succeeded);
}

/* Of a Job that waits for another one: none has begun yet. */
static int64_t wanted_at_once(const mn_world_workload *job)
{
    const mn_workload_spec *spec = &job->object->spec;
    const int64_t wanted = completions_of(spec);
    if (job->ended || spec->suspend || job->started)
        return 0;
    return wanted < 0 ? parallelism_of(spec) : MIN(parallelism_of(spec), wanted);
}

/* ---- indices */

static bool is_taken(const mn_world_workload *job, int64_t index)
{
    const progress *p = job->state;
    if (index < p->done->len && g_array_index(p->done, bool, index))
        return true;
    g_autofree char *key = g_strdup_printf("%" PRId64, index);
    for (const mn_world_pod *pod = job->pods; pod != NULL; pod = pod->of_workload.next) {
        if (!pod->leaving && g_strcmp0(pod->key, key) == 0)
            return true;
    }
    return false;
}

static const char *next_key(mn_world *world, const mn_world_workload *job)
{
    int64_t index = 0;
    if (!is_indexed(job))
        return "";
    while (is_taken(job, index))
        index++;
    return mn_arena_printf(world->scratch, "%" PRId64, index);
}

/* ---- */

static void end(mn_world *world, mn_world_workload *job, bool failed)
{
    job->ended = true;
    job->failed = failed;
    for (mn_world_pod *pod = job->pods, *next; pod != NULL; pod = next) {
        next = pod->of_workload.next;
        if (!pod->leaving)
            mn_world_delete_pod(world, pod, MN_DEPARTS_DELETED, -1);
    }
    if (job->owner != NULL)
        mn_workload_touch(world, job->owner);
}

static void shed(mn_world *world, mn_world_workload *job, int64_t count)
{
    for (mn_world_pod *pod = job->last_pod, *before; pod != NULL && count > 0; pod = before) {
        before = pod->of_workload.prev;
        if (pod->leaving)
            continue;
        mn_controller_delete(world, pod);
        count--;
    }
}

static void fill(mn_world *world, mn_world_workload *job, int64_t count)
{
    const progress *p = job->state;
    if (p->not_before_ms > world->now_ms || job->retry_ms > world->now_ms ||
        !mn_controller_check(world, job, count))
        return;
    bool refused = false;
    g_autoptr(GPtrArray) slots = mn_controller_take(world, job, (size_t)count);
    for (guint i = 0; i < slots->len; i++) {
        const char *key = next_key(world, job);
        refused = !mn_controller_create(world, job, slots->pdata[i], key, NULL) || refused;
    }
    if (refused)
        mn_controller_retry(world, job);
}

/* A Job of the input has made its Pods, and those that are not there have ended. */
static void take_over(mn_world_workload *job)
{
    progress *p = job->state;
    const int64_t wanted = completions_of(&job->object->spec);
    p->succeeded = wanted < 0 ? 1 : MAX(0, wanted - (int64_t)job->pod_count);
    if (job->pod_count == 0)
        job->remark = "its Pods have ended";
}

static bool is_overdue(mn_world *world, mn_world_workload *job)
{
    progress *p = job->state;
    const mn_opt_int *limit_s = &job->object->spec.active_deadline_s;
    if (!p->started && job->object->meta.uid != NULL)
        take_over(job);
    if (!p->started && limit_s->set)
        mn_controller_wake(world, job, world->now_ms + limit_s->value * 1000, false);
    if (!p->started)
        p->started_ms = world->now_ms;
    p->started = true;
    return limit_s->set && p->started_ms + limit_s->value * 1000 <= world->now_ms;
}

static void sync(mn_world *world, mn_world_workload *job)
{
    const progress *p = job->state;
    const mn_workload_spec *spec = &job->object->spec;
    const int64_t limit = spec->backoff_limit.set ? spec->backoff_limit.value : BACKOFF_LIMIT;
    if (job->ended)
        return;
    if (spec->suspend) {
        job->remark = job->pod_count == 0 ? "suspended" : "";
        shed(world, job, (int64_t)job->pod_count);
        return;
    }
    job->remark = "";
    if (*job->remark == '\0' && parallelism_of(spec) == 0)
        job->remark = "parallelism: 0";
    if (is_overdue(world, job) || p->failed > limit || is_complete(job)) {
        end(world, job, !is_complete(job));
        return;
    }
    const int64_t missing = wanted_now(job) - (int64_t)job->pod_count;
    if (missing < 0)
        shed(world, job, -missing);
    else if (missing > 0)
        fill(world, job, missing);
}

static void note_index(const mn_world_workload *job, const mn_world_pod *pod)
{
    const progress *p = job->state;
    const bool yes = true;
    if (!is_indexed(job) || pod->key == NULL)
        return;
    const guint index = (guint)g_ascii_strtoull(pod->key, NULL, 10);
    if (index >= p->done->len)
        g_array_set_size(p->done, index + 1);
    memcpy(p->done->data + index * sizeof yes, &yes, sizeof yes);
}

static void finished(mn_world *world, mn_world_workload *job, mn_world_pod *pod, mn_slot *slot,
                     bool succeeded)
{
    (void)slot;
    progress *p = job->state;
    if (succeeded) {
        p->succeeded++;
        note_index(job, pod);
        return;
    }
    const int64_t doublings = MIN(p->failed, 6);
    p->failed++;
    p->not_before_ms = world->now_ms + MIN((int64_t)BACKOFF_FIRST_MS << doublings, BACKOFF_LAST_MS);
    mn_controller_wake(world, job, p->not_before_ms, false);
}

static void changed(mn_world *world, mn_world_workload *job, const mn_workload *before)
{
    (void)world;
    (void)before;
    if (job->state != NULL)
        return;
    progress *p = g_new0(progress, 1);
    p->done = g_array_new(FALSE, TRUE, sizeof(bool));
    job->state = p;
}

static void forget(mn_world_workload *job)
{
    progress *p = job->state;
    g_array_unref(p->done);
    g_free(p);
}

const mn_controller mn_job_controller = {.changed = changed,
                                         .sync = sync,
                                         .finished = finished,
                                         .wanted = wanted_at_once,
                                         .forget = forget};
