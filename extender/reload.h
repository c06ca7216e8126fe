/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration file, read at the start and again when it has changed. */
#ifndef EXT_RELOAD_H
#define EXT_RELOAD_H

#include "extender/log.h"
#include "extender/metrics.h"
#include "extender/node_store.h"
#include "extender/options.h"
#include "extender/settings.h"

/* The file that the options name, or the defaults; and the options over it. */
ext_config *ext_reload_first(const ext_options *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Everything is borrowed. Of one thread. */
typedef struct ext_reloader {
    const ext_options *options;
    const ext_environment *environment;
    ext_settings *settings;
    ext_node_store *nodes;
    ext_log *log;
    ext_metrics *metrics;
    uint64_t seen;  /* what the file looked like when it was read last */
    uint64_t found; /* and when it was looked at last */
} ext_reloader;

void ext_reloader_init(ext_reloader *reloader);

/* Reads the file anew. What is wrong with it is logged, and everything stays as it is: a mistake,
 * nothing at all in the file (somebody is just writing it, or could not), or a change for the
 * next start with which the program would not start. True when it is in force now. */
bool ext_reload(ext_reloader *reloader);

/* The same when it has changed, and was found twice like that: it may still be written to.
 * Milliseconds until it should be called again; 0: never. */
int64_t ext_reload_look(ext_reloader *reloader);

#endif
