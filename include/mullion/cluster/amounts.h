/* SPDX-License-Identifier: Apache-2.0 */
/* What a Pod asks for and what a node has, as kube-scheduler counts it.
 *
 * cpu in milli-units, all else in whole units, int64 each, wrapping where
 * kube-scheduler wraps. "Scalar" resources are extended resources, hugepages and the
 * like; other unknown names are ignored.
 */
#ifndef MN_AMOUNTS_H
#define MN_AMOUNTS_H

#include "mullion/base/arena.h"
#include "mullion/base/intern.h"
#include "mullion/model/pod.h"

#include <stdbool.h>
#include <stdint.h>

/* The name is interned: equal names are equal pointers. */
typedef struct mn_scalar {
    const char *name;
    int64_t value;
} mn_scalar;

/* Scalars are sorted by name; an entry of 0 is an entry. */
typedef struct mn_amounts {
    int64_t milli_cpu, memory, ephemeral_storage;
    mn_scalar *scalars;
    size_t scalar_count;
} mn_amounts;

/* Which of the rules for summing up a Pod apply. */
typedef struct mn_request_options {
    bool use_status;       /* in-place resize: look at status.containerStatuses[].resources */
    bool ignore_pod_level; /* spec.resources is not looked at */
    bool default_cpu;      /* a container without an entry counts 100m */
    bool default_memory;   /* a container without an entry counts 200Mi */
} mn_request_options;

/* What the whole Pod requests (containers, sidecars, init containers, pod level,
 * overhead): exact sums, rounded once. Names come from `names`, the list from the
 * arena.
 * Source: component-helpers resource.PodRequests, v1.34. */
mn_amounts mn_amounts_of_pod(mn_arena *arena, mn_intern *names, const mn_pod *pod,
                             mn_request_options options);

/* The NonZeroRequested part of a Pod that sits on a node. */
void mn_amounts_nonzero(mn_arena *arena, mn_intern *names, const mn_pod *pod, int64_t *milli_cpu,
                        int64_t *memory);

/* A ResourceList such as status.allocatable; `pods` receives its "pods" entry. */
mn_amounts mn_amounts_of_list(mn_arena *arena, mn_intern *names, const mn_resources *list,
                              int64_t *pods);

/* "nvidia.com/gpu", "hugepages-2Mi", ... */
bool mn_resource_is_scalar(const char *name);

/* In a domain of its own and not of Kubernetes: what `ignoredResources` may name. */
bool mn_resource_is_extended(const char *name);

/* By name: "cpu" in milli-units, "memory", "ephemeral-storage" or a scalar; 0 when
 * there is no such entry. */
int64_t mn_amounts_get(const mn_amounts *amounts, const char *name);

/* int64 arithmetic that wraps, as Go's does. */
static inline int64_t mn_wrap_add(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

static inline int64_t mn_wrap_sub(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

static inline int64_t mn_wrap_mul(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a * (uint64_t)b);
}

#endif
