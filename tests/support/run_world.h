/* SPDX-License-Identifier: Apache-2.0 */
/* A world made from a few lines of YAML, for tests that let its time pass. */
#ifndef TESTS_RUN_WORLD_H
#define TESTS_RUN_WORLD_H

#include "simulator/engine/world_parts.h"

typedef struct run_world {
    mn_scenario *scenario;
    mn_world *world;
} run_world;

/* Dies when the text is wrong. `more` follows the Scenario document. */
run_world run_world_new(const char *pools, const char *more);
void run_world_clear(run_world *w);

/* Lets time pass, to that moment or until nothing presses. */
void run_world_until(run_world *w, int64_t ms);
void run_world_rest(run_world *w);

/* Workloads of default; dies when there is none. */
mn_world_workload *run_world_find(const run_world *w, const char *kind, const char *name);

/* Copies in the world's arena, to be changed and put. */
mn_workload *run_world_copy(run_world *w, const char *kind, const char *name);
mn_node *run_world_copy_node(run_world *w, const char *name);
void run_world_put(run_world *w, const mn_workload *object);

/* Another template: kubectl rollout restart. */
void run_world_restart(run_world *w, const char *kind, const char *name, const char *when);
void run_world_scale(run_world *w, const char *kind, const char *name, int64_t replicas);

/* Pods of a workload and its children that neither leave nor have finished; Ready ones. */
size_t run_world_pods(const run_world *w, const char *kind, const char *name);
size_t run_world_ready(const run_world *w, const char *kind, const char *name);

/* "db-0@lin-1 db-1@-", in order of creation; those that leave end in "!". */
char *run_world_list(const run_world *w, const char *kind, const char *name);

#endif
