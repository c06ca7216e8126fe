/* SPDX-License-Identifier: Apache-2.0 */
/* A Pod made ready for scheduling.
 *
 * What follows from the scheduling-relevant part of its spec stands in a class that
 * Pods with the same part share; what is its own (name, times) stays in the Pod.
 */
#ifndef MN_POD_INFO_H
#define MN_POD_INFO_H

#include "mullion/cluster/amounts.h"
#include "mullion/model/pod.h"

#include <stdbool.h>
#include <stdint.h>

/* ip "" is "0.0.0.0" and protocol "" is "TCP" already. */
typedef struct mn_host_port {
    const char *ip, *protocol;
    int64_t port;
} mn_host_port;

/* Immutable and owned by the cache. Strings and sub-structs are those of the first
 * Pod of the class. */
typedef struct mn_pod_class {
    uint32_t id; /* dense, from 0 */
    int32_t priority;
    const mn_pod *pod; /* the first of its kind: labels, tolerations, selectors, terms */
    const char *namespace_;

    mn_amounts fit;             /* NodeResourcesFit's filter: spec alone */
    mn_amounts requested;       /* what it adds to its node; in-place resize counts */
    mn_amounts score_pod_level; /* the same with pod level: not what v1.34 does */
    mn_amounts score;           /* NodeResourcesFit's score: defaults filled in, no pod level */
    int64_t nonzero_milli_cpu, nonzero_memory; /* what it adds to NonZeroRequested */
    mn_host_port *ports;                       /* of containers and sidecars */
    size_t port_count;

    bool has_pod_affinity; /* an affinity.podAffinity or podAntiAffinity object is there */
    bool has_required_anti_affinity;
} mn_pod_class;

/* A Pod and its class. On a node it is an element of that node's list. */
typedef struct mn_pod_info {
    const mn_pod *pod;
    const mn_pod_class *class_;
} mn_pod_info;

/* By UID where there is one, else by namespace and name. */
bool mn_pod_is_same(const mn_pod *a, const mn_pod *b);

#endif
