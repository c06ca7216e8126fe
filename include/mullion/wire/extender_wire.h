/* SPDX-License-Identifier: Apache-2.0 */
/* kube-scheduler's extender protocol: bodies of HTTP requests and answers <-> structs.
 *
 * Both directions of both roles: the extender decodes ExtenderArgs and encodes
 * results, the simulator encodes ExtenderArgs and decodes results. The types are those of
 * k8s.io/kube-scheduler/extender/v1, whose JSON names are the Go names (`Pod`, `NodeNames`)
 * and which come in two forms: with `nodeCacheCapable: true` names of nodes, without it
 * whole nodes.
 *
 * Nothing is copied that can be pointed at: an mn_str that comes out of a decoder points into
 * the body (or, where there were escapes, into the arena), so the body must outlive it.
 * Bodies that come out of an encoder are lists of spans into the arena and into what was put in.
 */
#ifndef MN_EXTENDER_WIRE_H
#define MN_EXTENDER_WIRE_H

#include "mullion/base/arena.h"
#include "mullion/base/error.h"
#include "mullion/base/str.h"
#include "mullion/model/node.h"
#include "mullion/model/pod.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct mn_wire_limits {
    size_t nodes;      /* in a request or an answer, failures included */
    size_t depth;      /* nesting of the whole body */
    size_t name_bytes; /* of one node's name */
} mn_wire_limits;

extern const mn_wire_limits mn_wire_limits_default;

typedef enum mn_wire_form {
    MN_WIRE_NAMES, /* nodeCacheCapable: true */
    MN_WIRE_NODES, /* nodeCacheCapable: false */
} mn_wire_form;

/* A whole node: its bytes, as it must be given back, and the members that decisions are
 * made of, cut out and not yet looked into. A span is {NULL, 0} where the member is absent
 * or null. */
typedef struct mn_wire_node {
    mn_str bytes;
    mn_str name, resource_version;      /* texts */
    mn_str labels;                      /* metadata.labels: JSON, like those below */
    mn_str taints, unschedulable;       /* of spec */
    mn_str node_info, runtime_handlers; /* of status */
    mn_str images;
} mn_wire_node;

/* ExtenderArgs: what filter and prioritize are asked. */
typedef struct mn_wire_args {
    mn_str pod; /* JSON of the Pod: an object, its members not yet looked into */
    mn_wire_form form;
    size_t count;        /* of nodes, in either form */
    const mn_str *names; /* in either form, in the order of the request */
    bool plain; /* each name stands in the body between quotes, and means what stands there */
    const mn_wire_node *nodes; /* MN_WIRE_NODES; else NULL */
} mn_wire_args;

/* Keys of the top level are matched whatever their case, and each may come once. Errors:
 * SYNTAX, LIMIT, SCHEMA (no Pod; neither or both of Nodes and NodeNames; a node without a
 * name), saying where. */
bool mn_wire_args_decode(mn_arena *arena, mn_str body, const mn_wire_limits *limits,
                         mn_wire_args *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One Node, as the API server has it: cut into its members. Names that hold escapes go to the
 * arena. Errors: SYNTAX, LIMIT, SCHEMA (no name). */
bool mn_wire_node_cut(mn_arena *arena, mn_str bytes, mn_wire_node *out,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What the OS policy reads of a node: metadata.name, .resourceVersion and .labels,
 * status.nodeInfo and .runtimeHandlers, as mn_node_decode() would have them; all else is
 * zero. Straight from the bytes, without a tree. Owned by the arena; NULL with SYNTAX or SCHEMA. */
const mn_node *mn_wire_node_decode(mn_arena *arena, const mn_wire_node *node,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct mn_wire_strings {
    const mn_str *items;
    size_t count;
} mn_wire_strings;

/* An entry of FailedNodes or FailedAndUnresolvableNodes. */
typedef struct mn_wire_failure {
    mn_str node, reason;
} mn_wire_failure;

typedef struct mn_wire_failures {
    const mn_wire_failure *items;
    size_t count;
} mn_wire_failures;

/* ExtenderFilterResult, as the one who asked reads it. */
typedef struct mn_wire_filter_result {
    bool has_names, has_nodes;     /* not null */
    mn_wire_strings names;         /* NodeNames */
    mn_wire_strings nodes;         /* Nodes.items: the bytes of each */
    mn_wire_strings node_names;    /* Nodes.items[*].metadata.name, "" if absent */
    mn_wire_failures failed;       /* may be preempted */
    mn_wire_failures unresolvable; /* OS mismatch: wins where a node is in both */
    mn_str error;                  /* empty: none */
} mn_wire_filter_result;

/* An entry of HostPriorityList. */
typedef struct mn_wire_score {
    mn_str host;
    int64_t score; /* the extender's: 0 to 10, but kube-scheduler takes any */
} mn_wire_score;

typedef struct mn_wire_scores {
    const mn_wire_score *items;
    size_t count;
} mn_wire_scores;

/* As kube-scheduler reads answers (encoding/json, first value of the body): keys of any case,
 * unknown ones passed over, the last of several counts, entries of a map that comes twice are
 * merged, null leaves things as they are, bytes behind the value are ignored; a score
 * that is no integer fails the whole answer. Of nodes only the name is read. Unlike Go, which
 * patches them with U+FFFD, bytes that are not UTF-8 are an error. */
bool mn_wire_filter_result_decode(mn_arena *arena, mn_str body, const mn_wire_limits *limits,
                                  mn_wire_filter_result *out,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool mn_wire_scores_decode(mn_arena *arena, mn_str body, const mn_wire_limits *limits,
                           mn_wire_scores *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A body to be sent: its spans one after the other. */
typedef struct mn_wire_body {
    const mn_str *spans;
    size_t count;
    size_t len; /* of all spans */
} mn_wire_body;

/* The nodes of a request, each with its class, as mn_wire_args_decode() gave them: what is said
 * of a class is said of all its nodes. */
typedef struct mn_wire_classes {
    const mn_wire_args *args;
    const uint16_t *class_of; /* of each node, by its place in the request */
    size_t count;             /* of classes */
} mn_wire_classes;

/* ExtenderFilterResult as kube-scheduler wants it: Go names, Nodes or NodeNames as in the request
 * and never both null (which it would take for "no node passes" without a reason), NodeNames []
 * for none. Nothing follows the JSON.
 *
 * `reasons`, one for each class, tells which fail: {NULL, 0} passes. Those that fail are
 * unresolvable (another OS does not come of preemption); at most `failures_max` of them are
 * listed. Whole nodes go out as the bytes that came, those that stood side by side as one span:
 * the request must outlive the body. */
void mn_wire_filter_encode(mn_arena *arena, const mn_wire_classes *classes, const mn_str *reasons,
                           size_t failures_max, mn_wire_body *out);
/* ExtenderFilterResult with nothing but an Error: the way to say "no" that keeps the
 * connection, since kube-scheduler drops it with any status but 200. */
void mn_wire_error_encode(mn_arena *arena, const char *message, mn_wire_body *out);
/* HostPriorityList, a score for each class. */
void mn_wire_scores_encode(mn_arena *arena, const mn_wire_classes *classes, const int64_t *scores,
                           mn_wire_body *out);
/* ExtenderArgs in the form of names. `pod` is JSON. */
void mn_wire_args_encode(mn_arena *arena, mn_str pod, const mn_wire_strings *names,
                         mn_wire_body *out);
/* ExtenderArgs with whole nodes: JSON, like the Pod. The nodes must outlive the body. */
void mn_wire_args_encode_nodes(mn_arena *arena, mn_str pod, const mn_wire_strings *nodes,
                               mn_wire_body *out);

/* Objects as JSON, as far as the model keeps them (see mn_encode()); a Pod without a
 * namespace gets "default". */
mn_str mn_wire_pod_encode(mn_arena *arena, const mn_pod *pod);
mn_str mn_wire_node_encode(mn_arena *arena, const mn_node *node);

#endif
