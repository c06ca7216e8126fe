/* SPDX-License-Identifier: Apache-2.0 */
/* kube-scheduler's message in a few words. */
#ifndef SIMULATOR_PENDING_H
#define SIMULATOR_PENDING_H

#include <glib.h>

/* "0/4 nodes are available: 1 Insufficient cpu, 3 node(s) had untolerated taint {os: windows}.
 * preemption: ..." -> "nodes: 1 short of cpu, 3 tainted {os: windows}". Reasons that have no
 * shorter form stay as they are. Appends nothing when the message has another form. */
void mn_phrase_pending(GString *out, const char *message);

#endif
