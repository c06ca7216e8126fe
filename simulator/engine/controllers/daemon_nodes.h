/* SPDX-License-Identifier: Apache-2.0 */
/* On which nodes a DaemonSet wants a Pod.
 *
 * The template comes with the tolerations that the controller adds. Looked at are nodeName,
 * nodeSelector, required affinity and tolerations; not the RuntimeClass, which is merged in
 * when the Pod is created.
 */
#ifndef MN_DAEMON_NODES_H
#define MN_DAEMON_NODES_H

#include "mullion/model/node.h"
#include "mullion/model/pod.h"

typedef struct mn_daemon_verdict {
    bool runs;      /* a Pod is made */
    bool continues; /* a Pod that is there may stay */
} mn_daemon_verdict;

mn_daemon_verdict mn_daemon_on_node(const mn_pod_spec *spec, const mn_node *node);

/* Do nodeSelector and required node affinity allow the node? */
bool mn_node_is_selected(const mn_pod_spec *spec, const mn_node *node);

#endif
