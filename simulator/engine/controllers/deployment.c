/* SPDX-License-Identifier: Apache-2.0 */
/* Deployment: a ReplicaSet for each template, and Pods moved from one to the next.
 *
 * A step at a time, as the controller takes them: what one step changed (replicas of a
 * ReplicaSet, Pods becoming available) brings the next one about.
 * Source: pkg/controller/deployment (rolling.go, recreate.go, sync.go), v1.34.
 */
#include "simulator/engine/controllers/controller.h"
#include "simulator/engine/pod_names.h"
#include "simulator/engine/stamps.h"

#include <string.h>

enum { REVISION_HISTORY = 10 };

typedef struct rollout {
    mn_world *world;
    mn_world_workload *deployment, *current; /* current: of the template as it is, or NULL */
    int64_t surge, unavailable;              /* whole Pods */
    bool recreate;
} rollout;

/* What the last pass was for: another number of replicas is a scaling event. */
typedef struct memory {
    bool has_scaled;
    int64_t scaled_for, scaled_max;
} memory;

/* ---- ReplicaSets */

static mn_workload *replica_set_of(rollout *r, const char *name, const char *hash)
{
    mn_arena *arena = r->world->arena;
    const mn_workload *object = r->deployment->object;
    const mn_label label = {.key = "pod-template-hash", .value = hash};
    mn_workload *set = MN_ARENA_NEW(arena, mn_workload, 1);
    *set = *object;
    set->kind = MN_WORKLOAD_REPLICA_SET;
    set->meta.name = name;
    set->meta.uid = NULL;
    set->meta.owners = mn_owned_by(arena, "apps/v1", "Deployment", object->meta.name);
    set->spec.template.meta.labels =
        mn_labels_with(arena, &object->spec.template.meta.labels, &label, 1);
    if (set->spec.selector != NULL) {
        mn_label_selector *selector = MN_ARENA_NEW(arena, mn_label_selector, 1);
        *selector = *set->spec.selector;
        selector->match_labels = mn_labels_with(arena, &selector->match_labels, &label, 1);
        set->spec.selector = selector;
    }
    return set;
}

mn_world_workload *mn_deployment_make_set(mn_world *world, mn_world_workload *deployment,
                                          const char *name, const char *hash)
{
    rollout r = {.world = world, .deployment = deployment};
    mn_world_workload *set = mn_workload_adopt(world, deployment, replica_set_of(&r, name, hash));
    set->rng = deployment->rng;
    set->fingerprint = deployment->fingerprint;
    set->replicas = 0;
    return set;
}

/* The first template's hash depends on the Deployment alone. */
static void make_current(rollout *r)
{
    mn_world_workload *d = r->deployment;
    g_autofree char *key = g_strdup_printf("Deployment %s/%s%s%s",
                                           d->namespace_,
                                           d->name,
                                           d->children->len == 0 ? "" : " ",
                                           d->children->len == 0 ? "" : d->fingerprint);
    const char *hash = mn_template_hash(r->world->arena, r->world->seed, key);
    const char *name = mn_arena_printf(r->world->arena, "%s-%s", d->name, hash);
    mn_world_workload *known = mn_world_find_workload(r->world, "ReplicaSet", d->namespace_, name);
    if (known != NULL) /* of the template that it began with */
        name = mn_arena_printf(r->world->arena, "%s%s", name, "x");
    r->current = mn_deployment_make_set(r->world, d, name, hash);
}

static mn_world_workload *find_current(const mn_world_workload *deployment)
{
    for (guint i = 0; i < deployment->children->len; i++) {
        mn_world_workload *set = deployment->children->pdata[i];
        if (set->fingerprint == deployment->fingerprint)
            return set;
    }
    return NULL;
}

static void scale(const rollout *r, mn_world_workload *set, int64_t replicas)
{
    if (set->replicas == replicas)
        return;
    set->replicas = replicas;
    mn_workload_touch(r->world, set);
}

static int64_t total_replicas(const rollout *r)
{
    int64_t total = 0;
    for (guint i = 0; i < r->deployment->children->len; i++)
        total += ((const mn_world_workload *)r->deployment->children->pdata[i])->replicas;
    return total;
}

static int64_t available(const rollout *r, mn_world_workload *set)
{
    return (int64_t)mn_controller_available(r->world, set);
}

static int64_t total_available(const rollout *r)
{
    int64_t total = 0;
    for (guint i = 0; i < r->deployment->children->len; i++)
        total += available(r, r->deployment->children->pdata[i]);
    return total;
}

/* ---- another number of replicas */

static mn_world_workload *only_active(const rollout *r)
{
    mn_world_workload *found = NULL;
    for (guint i = 0; i < r->deployment->children->len; i++) {
        mn_world_workload *set = r->deployment->children->pdata[i];
        if (set->replicas <= 0)
            continue;
        if (found != NULL)
            return NULL;
        found = set;
    }
    return found == NULL ? r->current : found;
}

static int by_size(const void *a, const void *b, void *shrinking)
{
    const mn_world_workload *x = *(mn_world_workload *const *)a,
                            *y = *(mn_world_workload *const *)b;
    if (x->replicas != y->replicas)
        return x->replicas > y->replicas ? -1 : 1;
    const bool older = x->number < y->number;
    return older == *(const bool *)shrinking ? -1 : 1;
}

static int64_t share_of(const rollout *r, const mn_world_workload *set, int64_t to_add,
                        int64_t added, int64_t old_max)
{
    const int64_t wanted = r->deployment->replicas;
    if (set->replicas == 0 || to_add == 0 || to_add == added)
        return 0;
    int64_t fraction = -set->replicas;
    if (wanted > 0 && old_max > 0) {
        const int64_t new_max = wanted + r->surge;
        fraction = (2 * set->replicas * new_max + old_max) / (2 * old_max) - set->replicas;
    }
    return to_add > 0 ? MIN(fraction, to_add - added) : MAX(fraction, to_add - added);
}

/* In proportion, in the middle of a rollout. */
static void scale_all(const rollout *r, int64_t old_max)
{
    const int64_t wanted = r->deployment->replicas;
    const int64_t allowed = wanted > 0 ? wanted + r->surge : 0;
    const int64_t to_add = allowed - total_replicas(r);
    bool shrinking = to_add < 0;
    g_autoptr(GPtrArray) active = g_ptr_array_new();
    for (guint i = 0; i < r->deployment->children->len; i++) {
        mn_world_workload *set = r->deployment->children->pdata[i];
        if (set->replicas > 0)
            g_ptr_array_add(active, set);
    }
    g_ptr_array_sort_with_data(active, by_size, &shrinking);
    g_autofree int64_t *sizes = g_new0(int64_t, active->len + 1);
    int64_t added = 0;
    for (guint i = 0; i < active->len; i++) {
        const mn_world_workload *set = active->pdata[i];
        const int64_t share = share_of(r, set, to_add, added, old_max);
        sizes[i] = set->replicas + share;
        added += share;
    }
    sizes[0] += to_add - added;
    for (guint i = 0; i < active->len; i++)
        scale(r, active->pdata[i], MAX(0, sizes[i]));
}

static void scale_to(const rollout *r, int64_t old_max)
{
    const int64_t wanted = r->deployment->replicas;
    mn_world_workload *only = only_active(r);
    if (only != NULL) {
        scale(r, only, wanted);
        return;
    }
    if (r->current != NULL && r->current->replicas == wanted &&
        available(r, r->current) == wanted) {
        for (guint i = 0; i < r->deployment->children->len; i++) {
            mn_world_workload *set = r->deployment->children->pdata[i];
            if (set != r->current)
                scale(r, set, 0);
        }
        return;
    }
    if (!r->recreate)
        scale_all(r, old_max);
}

/* ---- rolling update */

static bool grow_current(const rollout *r)
{
    const int64_t wanted = r->deployment->replicas;
    mn_world_workload *set = r->current;
    if (set->replicas == wanted)
        return false;
    if (set->replicas > wanted) {
        scale(r, set, wanted);
        return true;
    }
    const int64_t room = wanted + r->surge - total_replicas(r);
    if (room <= 0)
        return false;
    scale(r, set, set->replicas + MIN(room, wanted - set->replicas));
    return true;
}

/* Pods that are not available go first: nobody misses them. */
static int64_t shed_unhealthy(const rollout *r, int64_t most)
{
    int64_t shed = 0;
    for (guint i = 0; i < r->deployment->children->len && shed < most; i++) {
        mn_world_workload *set = r->deployment->children->pdata[i];
        const int64_t unhealthy = set->replicas - available(r, set);
        if (set == r->current || set->replicas == 0 || unhealthy <= 0)
            continue;
        const int64_t count = MIN(most - shed, unhealthy);
        scale(r, set, set->replicas - count);
        shed += count;
    }
    return shed;
}

static void shrink_others(const rollout *r)
{
    const int64_t wanted = r->deployment->replicas, least = wanted - r->unavailable;
    const int64_t unavailable_new = r->current->replicas - available(r, r->current);
    int64_t others = 0;
    for (guint i = 0; i < r->deployment->children->len; i++) {
        const mn_world_workload *set = r->deployment->children->pdata[i];
        others += set == r->current ? 0 : set->replicas;
    }
    const int64_t most = total_replicas(r) - least - unavailable_new;
    if (others == 0 || most <= 0)
        return;
    /* What was shed is gone from replicas, and was not available. */
    shed_unhealthy(r, most);
    int64_t spare = total_available(r) - least;
    for (guint i = 0; i < r->deployment->children->len && spare > 0; i++) {
        mn_world_workload *set = r->deployment->children->pdata[i];
        if (set == r->current || set->replicas == 0)
            continue;
        const int64_t count = MIN(spare, set->replicas);
        scale(r, set, set->replicas - count);
        spare -= count;
    }
}

static void roll(const rollout *r)
{
    if (!grow_current(r))
        shrink_others(r);
    else
        mn_workload_touch(r->world, r->deployment);
}

/* ---- recreate */

static void recreate(rollout *r)
{
    bool still_there = false;
    for (guint i = 0; i < r->deployment->children->len; i++) {
        mn_world_workload *set = r->deployment->children->pdata[i];
        if (set == r->current)
            continue;
        still_there = still_there || set->pods != NULL || set->replicas > 0;
        scale(r, set, 0);
    }
    if (still_there)
        return;
    if (r->current == NULL)
        make_current(r);
    scale(r, r->current, r->deployment->replicas);
}

/* ---- the whole */

static void forget_old(const rollout *r)
{
    guint idle = 0;
    for (guint i = r->deployment->children->len; i-- > 0;) {
        mn_world_workload *set = r->deployment->children->pdata[i];
        if (set == r->current || set->replicas > 0 || set->pods != NULL)
            continue;
        if (++idle > REVISION_HISTORY)
            mn_workload_end(r->world, set);
    }
}

static rollout rollout_of(mn_world *world, mn_world_workload *deployment)
{
    const mn_update_strategy *strategy = &deployment->object->spec.strategy;
    const mn_rolling_update *rolling = &strategy->rolling_update;
    const int64_t wanted = deployment->replicas;
    rollout r = {
        .world = world,
        .deployment = deployment,
        .current = find_current(deployment),
        .surge = mn_int_or_percent(rolling->max_surge, wanted, true, "25%"),
        .unavailable = mn_int_or_percent(rolling->max_unavailable, wanted, false, "25%"),
        .recreate = g_strcmp0(strategy->type, "Recreate") == 0,
    };
    if (r.recreate)
        r.surge = 0;
    else if (r.surge == 0 && r.unavailable == 0)
        r.unavailable = 1;
    r.unavailable = MIN(r.unavailable, wanted);
    return r;
}

static void sync(mn_world *world, mn_world_workload *deployment)
{
    memory *m = deployment->state;
    rollout r = rollout_of(world, deployment);
    if (!mn_controller_check(world, deployment, deployment->replicas - total_replicas(&r)))
        return;
    const bool scaled = m->has_scaled && m->scaled_for != deployment->replicas;
    const int64_t old_max = m->scaled_max;
    *m = (memory){true, deployment->replicas, deployment->replicas + r.surge};
    if (scaled)
        scale_to(&r, old_max);
    if (r.recreate) {
        recreate(&r);
    } else {
        if (r.current == NULL)
            make_current(&r);
        roll(&r);
    }
    forget_old(&r);
    deployment->remark = deployment->replicas == 0 && total_replicas(&r) == 0 ? "replicas: 0" : "";
}

static void changed(mn_world *world, mn_world_workload *deployment, const mn_workload *before)
{
    (void)before;
    if (deployment->state == NULL)
        deployment->state = g_new0(memory, 1);
    deployment->fingerprint = mn_template_fingerprint(world, deployment->templ);
}

static void forget(mn_world_workload *deployment)
{
    g_free(deployment->state);
}

const mn_controller mn_deployment_controller = {
    .changed = changed, .sync = sync, .wanted = mn_controller_by_replicas, .forget = forget};
