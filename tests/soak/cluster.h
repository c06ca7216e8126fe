/* SPDX-License-Identifier: Apache-2.0 */
/* What is true: the nodes of the cluster, and every change that was ever made to them.
 *
 * A version is the number of changes before it. Changes are only ever added, so whoever has read
 * the version may read all changes before it without a lock. */
#ifndef TESTS_SOAK_CLUSTER_H
#define TESTS_SOAK_CLUSTER_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SOAK_NODES = 1000, SOAK_VERSION_OFFSET = 1000 };

typedef enum node_state { NODE_LINUX, NODE_WINDOWS, NODE_ABSENT, NODE_STATES } node_state;

typedef struct node_change {
    uint16_t node;
    uint8_t before, after; /* node_state; the same: a heartbeat */
} node_change;

typedef struct cluster cluster;

cluster *cluster_new(void);
void cluster_free(cluster *self);

const char *cluster_node_name(size_t node);
/* SIZE_MAX when there is no such node. */
size_t cluster_node_of(const char *name);

/* One change; from one thread. False when there were as many as there may be. */
bool cluster_change(cluster *self);
size_t cluster_version(const cluster *self);
const node_change *cluster_changes(const cluster *self);
/* At that version. */
void cluster_states(const cluster *self, size_t version, uint8_t states[SOAK_NODES]);

/* JSON of a Node. */
void cluster_append_node(GString *out, size_t node, node_state state, size_t version);
/* A line of a WATCH: change number `index`, after which the version is index + 1. */
void cluster_append_event(const cluster *self, GString *out, size_t index);

/* ---- what somebody knows who asks again and again */

/* A set of states, 1 << node_state each. */
enum { ANY_STATE = (1 << NODE_STATES) - 1 };

typedef struct cluster_view {
    const cluster *of;
    size_t floor;               /* nothing is told of any node as it was before this */
    uint8_t states[SOAK_NODES]; /* then */
    size_t since[SOAK_NODES];   /* nor of this one as it was before this */
    size_t newest;              /* of those */
} cluster_view;

typedef enum view_verdict {
    VIEW_OF_ONE_MOMENT,
    VIEW_OF_MORE, /* each node was so, but not all of them at once */
    VIEW_WRONG,   /* a node was not so, or no longer */
} view_verdict;

void cluster_view_init(cluster_view *self, const cluster *of);
/* `allowed`: what was seen of each node. `listed`: who tells may know some nodes as they were at
 * that version, and others as they were before; whoever tells of what came later knows them all.
 * Of VIEW_WRONG *node is one. */
view_verdict cluster_view_take(cluster_view *self, const uint8_t allowed[SOAK_NODES], size_t listed,
                               size_t *node);

#endif
