/* SPDX-License-Identifier: Apache-2.0 */
/* PodDisruptionBudgets, and the eviction API that heeds them.
 *
 * How many Pods may go is counted when somebody asks, from the Pods as they are.
 * Source: pkg/registry/core/pod/storage/eviction.go, pkg/controller/disruption, v1.34.
 */
#include "simulator/engine/controllers/controller.h"

#include <string.h>

typedef struct health {
    int64_t expected, healthy;
} health;

static bool covers(const mn_disruption_budget *budget, const mn_pod *pod)
{
    return strcmp(mn_meta_namespace(&budget->meta), mn_meta_namespace(&pod->meta)) == 0 &&
           mn_label_selector_matches(budget->spec.selector, &pod->meta.labels);
}

/* Pods that leave are healthy no longer. */
/* NOLINTNEXTLINE(misc-no-recursion): a Deployment, its ReplicaSets, and no deeper */
static void count_pods(const mn_disruption_budget *budget, const mn_world_workload *workload,
                       health *h)
{
    bool any = false;
    int64_t pods = 0;
    for (const mn_world_pod *pod = workload->pods; pod != NULL; pod = pod->of_workload.next) {
        if (pod->finished || !covers(budget, pod->pod))
            continue;
        any = true;
        pods++;
        h->healthy += pod->ready && !pod->leaving;
    }
    const bool scales = workload->object != NULL && workload->object->kind != MN_WORKLOAD_JOB &&
                        workload->object->kind != MN_WORKLOAD_DAEMON_SET;
    if (any)
        h->expected += scales ? workload->replicas : pods;
    for (guint i = 0; i < workload->children->len; i++)
        count_pods(budget, workload->children->pdata[i], h);
}

/* How many are to stay. */
static int64_t desired_of(const mn_disruption_budget_spec *spec, const health *h)
{
    if (spec->max_unavailable != NULL)
        return h->expected - mn_int_or_percent(spec->max_unavailable, h->expected, true, "0");
    if (spec->min_available != NULL)
        return mn_int_or_percent(spec->min_available, h->expected, true, "0");
    return 0;
}

static health health_of(const mn_world *world, const mn_disruption_budget *budget)
{
    health h = {0};
    for (guint i = 0; i < world->workloads->len; i++) {
        const mn_world_workload *workload = world->workloads->pdata[i];
        if (strcmp(workload->namespace_, mn_meta_namespace(&budget->meta)) == 0)
            count_pods(budget, workload, &h);
    }
    return h;
}

/* What the status would say; a budget that asks for nothing keeps the status it came with. */
int64_t mn_budget_allowed(const mn_world *world, const mn_disruption_budget *budget)
{
    const mn_opt_int *told = &budget->status.disruptions_allowed;
    if (budget->spec.max_unavailable == NULL && budget->spec.min_available == NULL)
        return told->set ? told->value : 0;
    const health h = health_of(world, budget);
    return MAX(0, h.healthy - desired_of(&budget->spec, &h));
}

/* Written into the status, where the scheduler looks when it chooses whom to preempt. */
static void refresh(mn_world *world, guint place)
{
    const mn_disruption_budget *budget = world->objects->disruption_budgets->pdata[place];
    const int64_t allowed = mn_budget_allowed(world, budget);
    const mn_opt_int *told = &budget->status.disruptions_allowed;
    if (told->set && told->value == allowed)
        return;
    mn_disruption_budget *copy = MN_ARENA_NEW(world->arena, mn_disruption_budget, 1);
    *copy = *budget;
    copy->status.disruptions_allowed = (mn_opt_int){.set = true, .value = allowed};
    mn_world_put_disruption_budget(world, copy);
}

void mn_budgets_refresh(mn_world *world)
{
    if (!world->budgets_stale)
        return;
    world->budgets_stale = false;
    for (guint i = 0; i < world->objects->disruption_budgets->len; i++)
        refresh(world, i);
}

static const mn_disruption_budget *only_budget(const mn_world *world, const mn_pod *pod,
                                               size_t *count)
{
    const mn_disruption_budget *found = NULL;
    *count = 0;
    for (guint i = 0; i < world->objects->disruption_budgets->len; i++) {
        const mn_disruption_budget *budget = world->objects->disruption_budgets->pdata[i];
        if (!covers(budget, pod))
            continue;
        found = budget;
        ++*count;
    }
    return found;
}

/* Not Ready, and enough others are: its going disrupts nobody (IfHealthyBudget). */
static bool is_missed(const mn_world *world, const mn_world_pod *pod,
                      const mn_disruption_budget *budget)
{
    if (pod->ready)
        return true;
    const health h = health_of(world, budget);
    const int64_t desired = desired_of(&budget->spec, &h);
    return !(desired > 0 && h.healthy >= desired);
}

bool mn_world_evict(mn_world *world, mn_world_pod *pod, int64_t grace_s, const char **refusal)
{
    size_t count;
    const mn_disruption_budget *budget = only_budget(world, pod->pod, &count);
    const bool never_ran = pod->slot == NULL || pod->slot->state.fate == MN_FATE_PENDING ||
                           pod->slot->state.fate == MN_FATE_STARTING;
    if (!never_ran && !pod->leaving && !pod->finished && count > 1) {
        *refusal = "This pod has more than one PodDisruptionBudget, which the eviction "
                   "subresource does not support.";
        return false;
    }
    if (!never_ran && !pod->leaving && !pod->finished && count == 1 &&
        is_missed(world, pod, budget) && mn_budget_allowed(world, budget) <= 0) {
        *refusal = mn_arena_printf(world->arena,
                                   "Cannot evict pod as it would violate the pod's disruption "
                                   "budget: %s",
                                   budget->meta.name);
        return false;
    }
    mn_world_delete_pod(world, pod, MN_DEPARTS_EVICTED, grace_s);
    return true;
}
