/* SPDX-License-Identifier: Apache-2.0 */
/* What a Pod says about the OS and the Windows build it needs.
 *
 * One row of signals.def and one function per signal. Nothing is decided here:
 * policy.h weighs the findings. The result borrows every string from the Pod, the
 * RuntimeClass and the input, and allocates nothing.
 */
#ifndef MN_EVIDENCE_H
#define MN_EVIDENCE_H

#include "mullion/model/cluster_objects.h"
#include "mullion/model/pod.h"
#include "mullion/os/image.h"

/* A row of signals.def; rank 1 is trusted most. */
typedef struct mn_os_signal {
    int rank;
    const char *id;     /* "spec.os" */
    const char *reads;  /* the fields, in words */
    const char *trust;  /* "decisive", "strong or weak": what it can say */
    const char *caveat; /* when it says less */
} mn_os_signal;

extern const mn_os_signal mn_os_signals[];
extern const size_t mn_os_signal_count;

typedef enum mn_os_scope {
    MN_OS_SCOPE_POD,
    MN_OS_SCOPE_INIT_CONTAINER,
    MN_OS_SCOPE_CONTAINER,
} mn_os_scope;

typedef struct mn_os_evidence {
    const mn_os_signal *signal; /* NULL: no evidence */
    mn_os os;
    mn_strength strength;
    mn_os_scope scope;
    size_t container;  /* index, outside MN_OS_SCOPE_POD */
    const char *field; /* below the scope; "[]" stands for `item`: "volumes[].hostPath.path" */
    size_t item;
    const char *key;     /* of a label or a resource; NULL when there is none */
    const char *op;      /* "In", "NotIn"; NULL: equals */
    mn_str said;         /* the value */
    mn_str because;      /* the part of it that speaks; empty: all of it */
    mn_build_set builds; /* zero: any */
} mn_os_evidence;

/* A user's word on images: the first row whose glob matches wins over every rule. */
typedef struct mn_os_image_row {
    const char *glob;    /* see mn_image_matches */
    mn_os os;            /* UNKNOWN: made for both, or nobody knows */
    mn_build_set builds; /* Windows only */
} mn_os_image_row;

typedef struct mn_os_image_map {
    const mn_os_image_row *items;
    size_t count;
} mn_os_image_map;

/* What the cluster shows: an image that is present, or runs, on nodes of one OS only. */
typedef struct mn_os_sighting {
    const char *image; /* as a container spells it */
    mn_os os;
    mn_build_set builds;
    const char *where; /* "node.status.images of w19-1" */
} mn_os_sighting;

typedef struct mn_os_sightings {
    const mn_os_sighting *items;
    size_t count;
} mn_os_sightings;

typedef struct mn_os_input {
    const mn_meta *meta;
    const mn_pod_spec *spec;
    const mn_runtime_class *runtime_class; /* the Pod's; NULL: not known or none */
    const mn_strings *hypervisor_handlers; /* further handlers that isolate by Hyper-V; or NULL */
    const mn_os_image_map *image_map;      /* or NULL */
    const mn_os_sightings *sightings;      /* or NULL */
} mn_os_input;

enum { MN_OS_EVIDENCE_MAX = 48, MN_OS_BUILD_SETS = 8 };

/* `items` is bounded and there to be read; what a decision needs is kept beside it
 * and is complete whatever the number of containers. */
typedef struct mn_os_findings {
    size_t count, dropped;
    mn_os_evidence best[MN_OS_COUNT];            /* strongest, then best-ranked, for each OS */
    mn_os_evidence container[MN_OS_COUNT];       /* the first container that itself is of that OS */
    mn_os_evidence build_by;                     /* the first that named builds */
    mn_build_set selector_builds;                /* the node's own build must be one of these */
    mn_build_set image_builds[MN_OS_BUILD_SETS]; /* for each distinct set the node must run one */
    size_t image_build_count;
    mn_win_version image_version; /* of a tag with a revision; build 0: none */
    bool host_process, hyperv;
    mn_os_evidence items[MN_OS_EVIDENCE_MAX];
} mn_os_findings;

void mn_os_collect(const mn_os_input *input, mn_os_findings *out);

/* Does `a` outweigh `b`? Stronger, or as strong and better ranked. */
bool mn_os_evidence_outweighs(const mn_os_evidence *a, const mn_os_evidence *b);

/* "spec.containers[0].image" */
void mn_os_evidence_path(const mn_os_evidence *evidence, GString *out);

/* `spec.containers[0].image ".../iis:windowsservercore-ltsc2019" says ltsc2019 (strong)` */
void mn_os_evidence_format(const mn_os_evidence *evidence, GString *out);

#endif
