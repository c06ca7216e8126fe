/* SPDX-License-Identifier: Apache-2.0 */
#include "extender/node_snapshot.h"

#include <stdatomic.h>

struct ext_shared {
    _Atomic uint32_t references;
    void *thing;
    void (*free_thing)(void *thing);
};

typedef struct snapshot {
    ext_nodes nodes; /* first: what is handed out is cast back */
    _Atomic uint32_t references;
    ext_shared *names, *objects, *sightings;
    uint16_t *class_of;
    mn_os_classes classes;
} snapshot;

ext_shared *ext_shared_new(void *thing, void (*free_thing)(void *thing))
{
    ext_shared *shared = g_new0(ext_shared, 1);
    atomic_init(&shared->references, 1);
    shared->thing = thing;
    shared->free_thing = free_thing;
    return shared;
}

ext_shared *ext_shared_ref(ext_shared *shared)
{
    if (shared != NULL)
        atomic_fetch_add(&shared->references, 1);
    return shared;
}

void ext_shared_unref(ext_shared *shared)
{
    if (shared == NULL || atomic_fetch_sub(&shared->references, 1) > 1)
        return;
    shared->free_thing(shared->thing);
    g_free(shared);
}

const void *ext_shared_get(const ext_shared *shared)
{
    return shared == NULL ? NULL : shared->thing;
}

static void free_names(void *thing)
{
    ext_name_table_free(thing);
}

static void free_objects(void *thing)
{
    mn_objects_free(thing);
}

static void free_sightings(void *thing)
{
    ext_sightings_free(thing);
}

ext_shared *ext_shared_names(ext_name_table *names)
{
    return ext_shared_new(names, free_names);
}

ext_shared *ext_shared_objects(mn_objects *objects)
{
    return ext_shared_new(objects, free_objects);
}

ext_shared *ext_shared_sightings(ext_sightings *sightings)
{
    return ext_shared_new(sightings, free_sightings);
}

const ext_nodes *ext_nodes_new(const ext_snapshot_parts *parts)
{
    snapshot *self = g_new0(snapshot, 1);
    atomic_init(&self->references, 1);
    self->names = ext_shared_ref(parts->names);
    self->objects = ext_shared_ref(parts->objects);
    self->sightings = ext_shared_ref(parts->sightings);
    self->class_of = parts->class_of;
    self->classes = *parts->classes;
    self->nodes = (ext_nodes){.count = parts->count,
                              .names = ext_shared_get(self->names),
                              .class_of = self->class_of,
                              .classes = &self->classes,
                              .objects = ext_shared_get(self->objects),
                              .sightings = ext_shared_get(self->sightings)};
    return &self->nodes;
}

static snapshot *snapshot_of(const ext_nodes *nodes)
{
    return (snapshot *)(uintptr_t)nodes;
}

void ext_nodes_ref(const ext_nodes *nodes)
{
    atomic_fetch_add(&snapshot_of(nodes)->references, 1);
}

void ext_nodes_release(const ext_nodes *nodes)
{
    snapshot *self = snapshot_of(nodes);
    if (self == NULL || atomic_fetch_sub(&self->references, 1) > 1)
        return;
    ext_shared_unref(self->names);
    ext_shared_unref(self->objects);
    ext_shared_unref(self->sightings);
    g_free(self->class_of);
    g_free(self);
}
