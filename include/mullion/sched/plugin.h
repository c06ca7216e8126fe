/* SPDX-License-Identifier: Apache-2.0 */
/* What a scheduler plugin is, and what it sees of a cycle.
 *
 * A plugin is one file in core/plugins/ that defines one const struct, and one line in
 * plugins.def. A hook that is NULL is not run. Plugins are pure: all they know is the
 * cycle, all they keep between hooks is cycle->state[plugin->index], in its arena.
 */
#ifndef MN_PLUGIN_H
#define MN_PLUGIN_H

#include "mullion/base/arena.h"
#include "mullion/cluster/cache.h"
#include "mullion/sched/event.h"
#include "mullion/sched/verdict.h"
#include "mullion/text/read.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct mn_plugin mn_plugin;
typedef struct mn_profile mn_profile;
typedef struct mn_cycle mn_cycle;

enum { MN_PLUGINS_MAX = 32, MN_SCORE_MAX = 100 };

/* Where in a cycle plugins run. */
typedef enum mn_point {
    MN_POINT_PRE_ENQUEUE,
    MN_POINT_QUEUE_SORT,
    MN_POINT_PRE_FILTER,
    MN_POINT_FILTER,
    MN_POINT_POST_FILTER,
    MN_POINT_PRE_SCORE,
    MN_POINT_SCORE,
    MN_POINT_COUNT,
} mn_point;

/* Node names that PreFilter restricts a Pod to; sorted, unique, perhaps of nodes that
 * do not exist. names is NULL when there is no restriction. */
typedef struct mn_name_set {
    const char *const *names;
    size_t count;
} mn_name_set;

/* The nodes that a Pod fits on, in the order they were found. */
typedef struct mn_node_run {
    const mn_node_info *const *nodes;
    const uint32_t *numbers; /* their numbers, for an index; may be NULL elsewhere */
    size_t count;
} mn_node_run;

/* One attempt to place one Pod. */
struct mn_cycle {
    mn_arena *arena;
    const mn_snapshot *snapshot;
    const mn_profile *profile;
    const mn_pod *pod;
    const mn_pod_class *class_;
    void *state[MN_PLUGINS_MAX];
    uint32_t skip_filter, skip_score; /* bit per plugin index */
};

/* What a hook's answer depends on, besides class and arguments. The narrower it is, the
 * longer the answer may be kept; what such a hook finds in cycle->state must follow from
 * class and arguments alone. */
typedef enum mn_plugin_scope {
    MN_SCOPE_CLUSTER, /* anything */
    MN_SCOPE_LOCAL,   /* the node and the Pods on it */
    MN_SCOPE_NODE,    /* the node object (and which other nodes there are) */
} mn_plugin_scope;

/* What a plugin that looks at the whole cluster can keep of it between cycles, one a
 * class of Pods: counts that are brought up to date node by node instead of being taken
 * anew. Optional; its answers are those of the plain hooks, which a test sees to. */
typedef struct mn_plugin_index {
    /* Reads all nodes. NULL: nothing to index for this class. */
    void *(*open)(const mn_cycle *cycle);
    void (*close)(void *index);
    size_t (*bytes)(const void *index);
    /* False: objects beside nodes and Pods changed so that it has to be opened again. */
    bool (*is_current)(const void *index, const mn_cycle *cycle);
    /* The Pods of that node changed (the node itself did not). */
    void (*refresh)(void *index, const mn_cycle *cycle, const mn_node_info *node);

    mn_verdict (*pre_filter)(void *index, const mn_cycle *cycle);
    mn_verdict (*filter)(const void *index, uint32_t number);
    /* Adds weight x normalized score to totals; false: the plugin skips the Pod. */
    bool (*score)(void *index, mn_node_run feasible, int64_t weight, int64_t *totals);
} mn_plugin_index;

struct mn_plugin {
    const char *name; /* as KubeSchedulerConfiguration spells it */
    const char *summary;
    uint8_t index;   /* place in the table */
    uint16_t points; /* bit per mn_point that it has something to do at */
    int32_t weight;  /* default weight; 0: does not score */
    bool unmodelled; /* a name that profiles may use; it has no hooks and always skips */
    mn_plugin_scope filter_scope, score_scope;

    /* pluginConfig[].args, or defaults when absent; NULL with *error set when wrong. */
    const void *(*configure)(mn_arena *arena, const mn_at *args, GError **error);

    mn_verdict (*pre_enqueue)(const mn_cycle *cycle);

    /* Negative: a is tried before b; 0: in order of arrival. */
    int (*less)(const mn_pod *a, const mn_pod *b);

    mn_verdict (*pre_filter)(mn_cycle *cycle, mn_name_set *restricted_to);
    mn_verdict (*filter)(const mn_cycle *cycle, const mn_node_info *node);

    /* The state as if the Pod were (+1) or were no longer (-1) on that node; preemption
     * and nominated Pods try things on a clone. */
    void (*update)(const mn_cycle *cycle, void *state, const mn_pod_info *pod,
                   const mn_node_info *node, int sign);
    void *(*clone)(mn_arena *arena, const void *state);

    mn_verdict (*pre_score)(mn_cycle *cycle, mn_node_run feasible);
    mn_verdict (*score)(const mn_cycle *cycle, const mn_node_info *node, int64_t *raw);
    /* Raw scores become 0 ... 100, in place; NULL: they are that already. */
    void (*normalize)(const mn_cycle *cycle, mn_node_run feasible, int64_t *scores);

    const mn_plugin_index *indexed; /* NULL: none */

    /* Queueing: bit per mn_event_kind, what may make a Pod fit that this plugin rejected; of
     * the cycle, it sees everything but state. NULL: every such event may. */
    uint32_t events;
    bool (*hint)(const mn_cycle *cycle, const mn_event *event);
    /* Pods that come to a node or change there are told only to those who hear of them by
     * this hook of any plugin; `rejected`: this one is among the rejectors. */
    bool (*hears)(const mn_cycle *cycle, bool rejected, const mn_pod *neighbour);
};

/* All plugins, sorted by name; plugins[i]->index is i. */
const mn_plugin *const *mn_plugins(size_t *count);
const mn_plugin *mn_plugin_find(const char *name);

/* Arguments of the plugin in this cycle's profile: what `configure` returned. */
const void *mn_cycle_args(const mn_cycle *cycle, const mn_plugin *plugin);

/* A verdict whose reason is made for this cycle. */
mn_verdict mn_verdict_printf(mn_arena *arena, mn_code code, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* kube-scheduler's DefaultNormalizeScore. */
void mn_normalize_default(int64_t *scores, size_t count, bool reverse);

#endif
