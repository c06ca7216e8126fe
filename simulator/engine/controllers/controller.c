/* SPDX-License-Identifier: Apache-2.0 */
/* What all controllers need. */
#include "simulator/engine/controllers/controller.h"

#include "simulator/engine/engine.h"
#include "simulator/engine/pod_names.h"
#include "simulator/engine/stamps.h"

#include <inttypes.h>
#include <string.h>

const mn_controller *mn_controller_of(mn_workload_kind kind)
{
    static const mn_controller *const controllers[] = {
        [MN_WORKLOAD_DEPLOYMENT] = &mn_deployment_controller,
        [MN_WORKLOAD_REPLICA_SET] = &mn_replica_set_controller,
        [MN_WORKLOAD_STATEFUL_SET] = &mn_stateful_set_controller,
        [MN_WORKLOAD_DAEMON_SET] = &mn_daemon_set_controller,
        [MN_WORKLOAD_JOB] = &mn_job_controller,
        [MN_WORKLOAD_CRON_JOB] = &mn_cron_job_controller,
        [MN_WORKLOAD_REPLICATION_CONTROLLER] = &mn_replica_set_controller,
    };
    return controllers[kind];
}

int64_t mn_controller_replicas(const mn_workload *object)
{
    return object->spec.replicas.set ? object->spec.replicas.value : 1;
}

int64_t mn_controller_wanted(const mn_world_workload *workload)
{
    const mn_controller *controller = workload->controller;
    return controller == NULL || controller->wanted == NULL ? 0 : controller->wanted(workload);
}

bool mn_controller_deletes_failed(const mn_world_workload *workload)
{
    return workload->controller == &mn_stateful_set_controller ||
           workload->controller == &mn_daemon_set_controller;
}

int64_t mn_controller_by_replicas(const mn_world_workload *workload)
{
    return MAX(0, workload->replicas);
}

bool mn_controller_check(mn_world *world, const mn_world_workload *workload, int64_t more)
{
    if (more <= MN_RUN_MAX_PODS - (int64_t)world->pod_count)
        return true;
    const mn_world_workload *top = workload->owner == NULL ? workload : workload->owner;
    if (world->error == NULL)
        g_set_error(&world->error,
                    MN_ERROR,
                    MN_ERROR_LIMIT,
                    "%s %s/%s asks for %" PRId64 " Pods: more than %d in all",
                    top->kind,
                    top->namespace_,
                    top->name,
                    more,
                    MN_RUN_MAX_PODS);
    return false;
}

/* ---- creation */

/* The API server tries again when a name is taken. */
static const char *generate(mn_world *world, mn_world_workload *workload, const char *prefix)
{
    const char *name;
    do {
        name = mn_generated_name(world->scratch, &workload->rng, prefix);
    } while (mn_world_find_pod(world, workload->namespace_, name) != NULL);
    return name;
}

static mn_stamp_fn maker_of(const mn_world_workload *workload)
{
    switch (workload->object->kind) {
    case MN_WORKLOAD_STATEFUL_SET:
        return mn_stateful_set_pod;
    case MN_WORKLOAD_DAEMON_SET:
        return mn_daemon_set_pod;
    case MN_WORKLOAD_JOB:
        return mn_job_pod;
    case MN_WORKLOAD_DEPLOYMENT:
    case MN_WORKLOAD_CRON_JOB:
    case MN_WORKLOAD_REPLICA_SET:
    case MN_WORKLOAD_REPLICATION_CONTROLLER:
        break;
    }
    return mn_replica_set_pod;
}

static void refuse(mn_world *world, mn_slot *slot, const mn_stamp_request *request,
                   const char *rejection)
{
    const mn_pod_state refused = {
        .fate = MN_FATE_REJECTED,
        .status = "-",
        .reason = "FailedCreate",
        .message = mn_arena_printf(world->scratch, "Error creating: %s", rejection),
        .remark = "",
    };
    mn_workload_top(slot->workload)->refused++;
    if (slot->name == NULL)
        mn_slot_fill(world, slot, mn_stamp_refused(world, slot->workload, request), request->name);
    mn_slot_set_state(world, slot, &refused);
    mn_slot_meet_scheduler(world, slot);
    mn_slot_vacate(slot);
}

bool mn_controller_create(mn_world *world, mn_world_workload *workload, mn_slot *slot,
                          const char *key, const char *name)
{
    const char *prefix = NULL, *rejection = NULL;
    if (name == NULL) {
        prefix = mn_arena_printf(
            world->scratch,
            workload->object->kind == MN_WORKLOAD_JOB && *key != '\0' ? "%s-%s-" : "%s-",
            workload->name,
            key);
        name = generate(world, workload, prefix);
    }
    const mn_stamp_request request = {
        .make = maker_of(workload), .key = key, .name = name, .generate_name = prefix};
    const mn_pod *stamp = mn_stamp_get(world, workload, &request, &rejection);
    if (stamp == NULL) {
        refuse(world, slot, &request, rejection);
        return false;
    }
    workload->refusals = 0;
    mn_pod_store(world, slot, stamp, name, key, false);
    return true;
}

GPtrArray *mn_controller_take(mn_world *world, mn_world_workload *workload, size_t count)
{
    GPtrArray *slots = g_ptr_array_new();
    for (size_t i = 0; i < count; i++)
        g_ptr_array_add(slots, mn_slot_take(world, workload));
    return slots;
}

void mn_controller_delete(mn_world *world, mn_world_pod *pod)
{
    if (pod->slot != NULL)
        mn_slot_close(world, pod->slot);
    mn_world_delete_pod(world, pod, MN_DEPARTS_DELETED, -1);
}

/* ---- time */

typedef struct call {
    mn_world *world;
    mn_world_workload *workload;
} call;

static void wake(void *context, void *data)
{
    mn_workload_touch(context, ((const call *)data)->workload);
}

void mn_controller_wake(mn_world *world, mn_world_workload *workload, int64_t time_ms,
                        bool background)
{
    call *c = g_new(call, 1);
    *c = (call){.world = world, .workload = workload};
    const mn_alarm alarm = {
        .time_ms = time_ms,
        .phase = MN_PHASE_CONTROLLER,
        .background = background,
        .ring = wake,
        .data = c,
        .forget = g_free,
    };
    mn_clock_set(world->clock, &alarm);
}

void mn_controller_retry(mn_world *world, mn_world_workload *workload)
{
    enum { FIRST_MS = 5, LAST_MS = 1000000, DOUBLINGS = 17 };
    if (workload->retry_ms > world->now_ms)
        return;
    const unsigned doublings = MIN(workload->refusals, DOUBLINGS);
    workload->refusals++;
    workload->retry_ms = world->now_ms + MIN((int64_t)FIRST_MS << doublings, LAST_MS);
    mn_controller_wake(world, workload, workload->retry_ms, true);
}

size_t mn_controller_available(mn_world *world, mn_world_workload *workload)
{
    const mn_opt_int *least_s = &workload->object->spec.min_ready_s;
    if (!least_s->set || least_s->value <= 0)
        return workload->ready_count;
    size_t available = 0;
    int64_t next_ms = MN_NEVER;
    for (const mn_world_pod *pod = workload->pods; pod != NULL; pod = pod->of_workload.next) {
        if (!pod->ready || pod->leaving || pod->finished)
            continue;
        const int64_t when = pod->ready_ms + least_s->value * 1000;
        if (when <= world->now_ms)
            available++;
        else
            next_ms = MIN(next_ms, when);
    }
    if (next_ms != MN_NEVER && next_ms != workload->wake_ms)
        mn_controller_wake(world, workload, next_ms, false);
    workload->wake_ms = next_ms;
    return available;
}

int64_t mn_int_or_percent(const char *text, int64_t total, bool round_up, const char *otherwise)
{
    if (text == NULL || *text == '\0')
        text = otherwise;
    char *end = NULL;
    const int64_t number = g_ascii_strtoll(text, &end, 10);
    const int64_t bounded = CLAMP(number, 0, INT32_MAX);
    if (*end != '%')
        return bounded;
    return (bounded * total + (round_up ? 99 : 0)) / 100;
}
