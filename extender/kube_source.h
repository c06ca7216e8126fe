/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes, RuntimeClasses and, when asked for, Pods from the API server, as they change. */
#ifndef EXT_KUBE_SOURCE_H
#define EXT_KUBE_SOURCE_H

#include "extender/log.h"
#include "extender/node_store.h"
#include "extender/settings.h"

typedef struct ext_kube_source ext_kube_source;

/* `nodes` is handed over with one reference. By the source's thread. */
typedef void (*ext_publish_fn)(const ext_nodes *nodes, void *data);

/* Does not wait for the server. Everything is borrowed. NULL: kube.* names no server that could
 * be asked: IO, SYNTAX, SCHEMA, UNKNOWN. */
ext_kube_source *ext_kube_source_open(ext_settings *settings, const ext_environment *environment,
                                      ext_log *log, ext_publish_fn publish, void *data,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ext_kube_source_free(ext_kube_source *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ext_kube_source, ext_kube_source_free)

/* By any thread. */
void ext_kube_source_reclassify(ext_kube_source *source);
/* All that requests depend on has been listed, and how long ago the server last said something
 * of the collection that it has been silent about longest. */
bool ext_kube_source_is_synced(const ext_kube_source *source);
int64_t ext_kube_source_age_ms(const ext_kube_source *source);
void ext_kube_source_stats(const ext_kube_source *source, ext_store_stats *out);

/* "nodes from context "prod" of kc.yaml"; nobody is asked. The caller frees. */
char *ext_kube_source_check(const ext_config *config, const ext_environment *environment,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
