/* SPDX-License-Identifier: Apache-2.0 */
/* The nodes that the names form of a request is looked up in.
 *
 * A snapshot is made aside, immutable, and swapped whole; a request takes one
 * reference, works with it and drops it. Decisions read it without a lock: the only one
 * is held for the few instructions of taking the reference.
 */
#ifndef EXT_NODE_STORE_H
#define EXT_NODE_STORE_H

#include "extender/config.h"
#include "extender/log.h"
#include "extender/name_table.h"
#include "extender/settings.h"
#include "extender/sightings.h"
#include "mullion/kube/watch.h"
#include "mullion/model/objects.h"
#include "mullion/os/decide.h"

#include <glib.h>
#include <stdbool.h>

typedef struct ext_nodes {
    uint32_t count;
    const ext_name_table *names;
    const uint16_t *class_of; /* by the number that `names` finds */
    const mn_os_classes *classes;
    const mn_objects *objects;      /* the RuntimeClasses */
    const ext_sightings *sightings; /* NULL: nobody looks */
} ext_nodes;

/* What main() found in the environment; NULL: not set. */
typedef struct ext_environment {
    const char *service_host, *service_port; /* KUBERNETES_SERVICE_HOST, _PORT */
    const char *kubeconfig, *home;
} ext_environment;

typedef struct ext_node_store ext_node_store;

/* Reads nodes.path, and again whenever it has changed, or follows the API server of kube.source;
 * without either there are no nodes. NULL when the first reading fails, with an error that names
 * file and place, or when there is no way to ask a server. A later reading that fails, and a
 * server that does not answer, leave the nodes as they are and are logged. Everything is
 * borrowed. */
ext_node_store *ext_node_store_open(ext_settings *settings, const ext_environment *environment,
                                    ext_log *log, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ext_node_store_free(ext_node_store *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ext_node_store, ext_node_store_free)

/* The policy has changed: nodes are to be sorted into classes anew, soon. */
void ext_node_store_reclassify(ext_node_store *store);

/* What the nodes are worth now. */
typedef struct ext_store_state {
    bool synced;    /* nodes to decide by are there, or none are configured */
    int64_t age_ms; /* since they were last known to be up to date */
    uint32_t nodes;
} ext_store_state;

/* Takes no lock; by any thread. */
ext_store_state ext_node_store_state(const ext_node_store *store);

/* For metrics. */
typedef struct ext_collection_stats {
    const char *name; /* "nodes" */
    uint32_t objects;
    mn_watch_stats watch;
} ext_collection_stats;

typedef struct ext_store_stats {
    bool watching; /* an API server; else all of this is 0 */
    size_t count;
    ext_collection_stats collections[MN_WATCH_COLLECTIONS_MAX];
    uint32_t images;    /* that were seen on nodes of one OS alone */
    uint64_t snapshots; /* made */
    uint64_t parsed;    /* objects that had a new version */
} ext_store_stats;

/* By any thread. */
void ext_node_store_stats(const ext_node_store *store, ext_store_stats *out);

/* Never NULL; give it back. By any thread. */
const ext_nodes *ext_node_store_take(ext_node_store *store);
void ext_nodes_release(const ext_nodes *nodes);

/* Reads once and says what was found: "5 nodes, 2 RuntimeClasses"; of a server where it is, which
 * is not asked. The caller frees. */
char *ext_node_store_check(const ext_config *config, const ext_environment *environment,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
