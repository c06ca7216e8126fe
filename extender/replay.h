/* SPDX-License-Identifier: Apache-2.0 */
/* mullion-extender replay: a recorded request, answered without a server. */
#ifndef EXT_REPLAY_H
#define EXT_REPLAY_H

#include "extender/log.h"
#include "extender/options.h"

/* Appends what is to be printed. Takes over `config`. *understood: the request was one. Errors:
 * IO, LIMIT of the files; SYNTAX, SCHEMA of the nodes; UNKNOWN verb or format. */
bool ext_replay(const ext_options *options, ext_config *config, ext_log *log, GString *out,
                bool *understood, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
