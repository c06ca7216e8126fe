/* SPDX-License-Identifier: Apache-2.0 */
/* What a watch has told of nodes, RuntimeClasses and Pods, one object at a time, and snapshots of
 * it. Of one thread.
 *
 * Of a node its name, version and offer are kept, a few hundred bytes; of a RuntimeClass its JSON;
 * of a Pod where it runs, if it is Ready. Images are kept as references to one pool. An object
 * whose version is known is not parsed again. */
#ifndef EXT_NODE_CACHE_H
#define EXT_NODE_CACHE_H

#include "extender/node_store.h"
#include "mullion/kube/watch.h"

/* Also the order of the collections that are watched. */
typedef enum ext_kind_of {
    EXT_OF_NODES,
    EXT_OF_RUNTIME_CLASSES,
    EXT_OF_PODS,
    EXT_KINDS
} ext_kind_of;

typedef struct ext_node_cache ext_node_cache;

/* `keeps_images`: node.status.images count. */
ext_node_cache *ext_node_cache_new(const mn_os_policy *policy, bool keeps_images);
void ext_node_cache_free(ext_node_cache *cache);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ext_node_cache, ext_node_cache_free)

/* A list begins; after it what was not put is gone. */
void ext_node_cache_begin(ext_node_cache *cache, ext_kind_of kind);
void ext_node_cache_sweep(ext_node_cache *cache, ext_kind_of kind);

/* False with *error set when the object cannot be read; it is then not there any more. */
bool ext_node_cache_put(ext_node_cache *cache, ext_kind_of kind, const mn_kube_object *object,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ext_node_cache_remove(ext_node_cache *cache, ext_kind_of kind, const mn_kube_object *object);

/* Sorts all nodes anew. */
void ext_node_cache_set_policy(ext_node_cache *cache, const mn_os_policy *policy);

/* Something that a decision depends on has changed since the last snapshot. Images change all the
 * time: they are a matter of their own. */
bool ext_node_cache_has_changed(const ext_node_cache *cache);
bool ext_node_cache_has_new_images(const ext_node_cache *cache);

/* `with_images`: counts them anew, else they stay as they were. One reference. What of the
 * RuntimeClasses cannot be read is left out; *faults tells, the caller frees it (NULL: none). */
const ext_nodes *ext_node_cache_snapshot(ext_node_cache *cache, bool with_images, char **faults);

uint32_t ext_node_cache_count(const ext_node_cache *cache, ext_kind_of kind);
/* Objects that had to be parsed. */
uint64_t ext_node_cache_parsed(const ext_node_cache *cache);

#endif
