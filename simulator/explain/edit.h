/* SPDX-License-Identifier: Apache-2.0 */
/* A small change to a Pod or to the cluster, as a fix would make it. */
#ifndef MN_EDIT_H
#define MN_EDIT_H

#include "simulator/explain/ask.h"

/* In the order of what they ask of people; values are added up. */
enum {
    MN_TOUCH_CASE = 8, /* a letter */
    MN_TOUCH_REMOVE = 9,
    MN_TOUCH_POD = 10, /* a field of one manifest */
    MN_TOUCH_TOLERATION = 11,
    MN_TOUCH_REQUESTS = 12,
    MN_TOUCH_UNCORDON = 20,
    MN_TOUCH_TAINT = 30, /* a pool of nodes, and whoever is on it */
    MN_TOUCH_EXTENDER = 40,
    MN_TOUCH_NODE = 50,
    MN_TOUCH_CONTROL_PLANE = 60, /* to run where it should not */
};

/* Edits of the same subject do not go together. */
typedef enum mn_edit_subject {
    MN_EDIT_OS_SELECTOR,
    MN_EDIT_SELECTOR,
    MN_EDIT_AFFINITY,
    MN_EDIT_TOLERATIONS,
    MN_EDIT_REQUESTS,
    MN_EDIT_NODES,
    MN_EDIT_EXTENDER,
} mn_edit_subject;

typedef struct mn_edit mn_edit;

struct mn_edit {
    mn_edit_subject subject;
    int touch;
    const char *what;    /* "nodeSelector kubernetes.io/os: linux" */
    const char *patch;   /* JSON of the Pod's spec, for kubectl patch; NULL: none */
    const char *command; /* instead of a patch, or NULL */
    bool on_pod;         /* then "on StatefulSet shop/redis" follows */

    /* The Pod with the change; NULL: it stays as it is. */
    const mn_pod *(*apply)(mn_arena *arena, const mn_pod *pod, const mn_edit *edit);
    const char *key, *value; /* of a nodeSelector; value NULL: the entry goes */
    mn_tolerations tolerations;
    int64_t milli_cpu, memory; /* what the Pod may request in all; -1: as much as it does */

    const mn_node *const *nodes; /* versions that take the place of others, or join */
    size_t node_count;
    const mn_taint *taint; /* that these nodes get, or NULL */
    bool enforce;
};

/* {"spec": {"template": value}} of the keys `spec` and `template`; `value` is JSON. */
const char *mn_patch_at(mn_arena *arena, const char *const *keys, size_t count, const char *value);

/* edit_pod.c, edit_cluster.c: everything that could be tried, appended to mn_edit `edits`. */
void mn_edits_of_pod(mn_ask *ask, GArray *edits);
void mn_edits_of_cluster(mn_ask *ask, GArray *edits);

/* A toleration for each taint that repels the Pod from that node, unless the same is there. */
void mn_edit_to_tolerate(mn_ask *ask, GArray *edits, const mn_node *node);

/* nodeSelector node.kubernetes.io/windows-build, unless the Pod has one. */
void mn_edit_to_select_build(mn_ask *ask, GArray *edits, const char *build);

/* Would it run there? */
static inline bool mn_node_is_good(const mn_ask *ask, size_t node)
{
    return mn_answer_is_good(&ask->out->nodes[node].then);
}

/* Does any plugin but this one object? */
bool mn_others_object(const mn_explained_node *node, const char *plugin);

/* What stands in the way is this plugin, perhaps beside others. */
bool mn_plugin_objects(const mn_explained_node *node, const char *plugin);

#endif
