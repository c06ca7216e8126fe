/* SPDX-License-Identifier: Apache-2.0 */
/* Pods whose owner was not given, as in a dump of Pods alone: somebody out there replaces
 * what goes, by the same Pod under another name.
 */
#include "simulator/engine/controllers/controller.h"
#include "simulator/engine/pod_names.h"

#include <string.h>

/* What the Pod looks like where it has no node yet. */
static const mn_pod *fresh_of(mn_world *world, const mn_pod *sample)
{
    if (sample->spec.node_name == NULL && sample->meta.uid == NULL)
        return sample;
    mn_pod *fresh = MN_ARENA_NEW(world->arena, mn_pod, 1);
    *fresh = *sample;
    fresh->spec.node_name = NULL;
    fresh->status = (mn_pod_status){0};
    fresh->meta.uid = NULL;
    fresh->meta.deleted_ms = (mn_opt_int){0};
    return fresh;
}

static const char *name_of(mn_world *world, mn_world_workload *workload, const mn_slot *slot)
{
    const mn_owner_reference *owner = mn_meta_controller(&slot->sample->meta);
    if (owner == NULL || g_strcmp0(owner->kind, "StatefulSet") == 0)
        return mn_arena_strdup(world->scratch, slot->name);
    const char *name;
    do {
        const char *prefix = mn_arena_printf(world->scratch, "%s-", owner->name);
        name = mn_generated_name(world->scratch, &workload->rng, prefix);
    } while (mn_world_find_pod(world, workload->namespace_, name) != NULL);
    return name;
}

static void sync(mn_world *world, mn_world_workload *workload)
{
    for (size_t left = workload->vacant_count; left > 0; left--) {
        mn_slot *slot = mn_slot_take(world, workload);
        const char *name = name_of(world, workload, slot);
        if (mn_world_find_pod(world, workload->namespace_, name) != NULL)
            mn_slot_vacate(slot);
        else
            mn_pod_store(world, slot, fresh_of(world, slot->sample), name, NULL, false);
    }
}

const mn_controller mn_orphan_controller = {.sync = sync, .finished = mn_replica_set_finished};
