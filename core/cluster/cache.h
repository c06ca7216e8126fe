/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a cache. Between the files of core/cluster. */
#ifndef CORE_CLUSTER_CACHE_H
#define CORE_CLUSTER_CACHE_H

#include "core/cluster/node_info.h"
#include "core/cluster/pod_class.h"
#include "mullion/cluster/cache.h"

/* Nodes grouped by zone, and the round robin over them. */
typedef struct mn_zones {
    GPtrArray *zones; /* struct zone, in order of first appearance */
    GPtrArray *order; /* mn_node_info */
    bool stale;
} mn_zones;

void mn_zones_init(mn_zones *zones);
void mn_zones_clear(mn_zones *zones);

/* `before` is the node as it was, NULL when it is new. Stays where it is unless its
 * zone changed. */
void mn_zones_place(mn_zones *zones, const mn_node *before, mn_node_info *info);
void mn_zones_remove(mn_zones *zones, mn_node_info *info);
const GPtrArray *mn_zones_order(mn_zones *zones);

/* One record an image name, for the whole cluster. */
typedef struct mn_images {
    GHashTable *states; /* name -> mn_image_state */
} mn_images;

void mn_images_init(mn_images *images);
void mn_images_clear(mn_images *images);
void mn_images_learn(mn_images *images, mn_node_info *info);
void mn_images_forget(mn_images *images, mn_node_info *info);

/* Objects that plugins look up, each list sorted by (kind,) namespace and name. */
typedef struct mn_objects_index {
    GPtrArray *namespaces, *services, *workloads, *disruption_budgets;
    uint64_t version;
} mn_objects_index;

void mn_objects_index_init(mn_objects_index *index);
void mn_objects_index_clear(mn_objects_index *index);

struct mn_cache {
    mn_arena *arena;
    mn_intern *names; /* resources, nodes */
    mn_pod_classes *classes;
    GHashTable *by_name; /* name -> mn_node_info, owned */
    GPtrArray *by_number;
    GArray *free_numbers;  /* uint32_t */
    GHashTable *places;    /* mn_pod -> node name */
    GHashTable *orphans;   /* node name -> GArray of mn_pod_info */
    GHashTable *nominated; /* node name -> GArray of mn_pod_info */
    GArray *journal;       /* uint32_t */
    uint64_t journal_base;
    uint64_t version, node_version;
    size_t with_affinity;
    int32_t lowest_priority; /* that was ever placed: only falls */
    mn_zones zones;
    mn_images images;
    mn_objects_index objects;
    mn_snapshot snapshot;
};

#endif
