/* SPDX-License-Identifier: Apache-2.0 */
/* Making what ext_node_store_take() gives.
 *
 * Snapshots are immutable and counted; what has not changed from one to the next is shared, and
 * goes with the last that has it. */
#ifndef EXT_NODE_SNAPSHOT_H
#define EXT_NODE_SNAPSHOT_H

#include "extender/node_store.h"

/* A thing that is only read from now on. */
typedef struct ext_shared ext_shared;

/* Takes the thing over; one reference. */
ext_shared *ext_shared_new(void *thing, void (*free_thing)(void *thing));
ext_shared *ext_shared_ref(ext_shared *shared);
void ext_shared_unref(ext_shared *shared); /* NULL-safe */
const void *ext_shared_get(const ext_shared *shared);

/* Made with the functions below, one a type. */
typedef struct ext_snapshot_parts {
    uint32_t count;
    ext_shared *names;            /* ext_name_table; those three get a reference more */
    ext_shared *objects;          /* mn_objects */
    ext_shared *sightings;        /* ext_sightings, or NULL */
    uint16_t *class_of;           /* taken over */
    const mn_os_classes *classes; /* copied */
} ext_snapshot_parts;

ext_shared *ext_shared_names(ext_name_table *names);
ext_shared *ext_shared_objects(mn_objects *objects);
ext_shared *ext_shared_sightings(ext_sightings *sightings);

/* One reference, for ext_nodes_release(). */
const ext_nodes *ext_nodes_new(const ext_snapshot_parts *parts);
void ext_nodes_ref(const ext_nodes *nodes);

#endif
