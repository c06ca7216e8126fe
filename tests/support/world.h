/* SPDX-License-Identifier: Apache-2.0 */
/* A small cluster from text, for tests of the scheduler: Pods with spec.nodeName are
 * there, all others wait to be placed. */
#ifndef TESTS_SUPPORT_WORLD_H
#define TESTS_SUPPORT_WORLD_H

#include "mullion/model/objects.h"
#include "mullion/sched/cycle.h"

typedef struct world {
    mn_objects *objects;
    mn_arena *arena;
    mn_cache *cache;
    mn_profile *profile; /* the default one; may be changed before the first question */
    mn_scheduler *scheduler;
} world;

world *world_new(const char *text);
void world_free(world *w);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(world, world_free)

/* The Pod of that name. */
const mn_pod *world_pod(const world *w, const char *name);

/* Asks the reference engine, ties going to the smallest name; nothing is bound. */
const mn_outcome *world_place(world *w, const char *pod);
const mn_explanation *world_explain(world *w, const char *pod);

/* What the plugin alone says of Pod and node: "fits", "Unschedulable: a, b". */
void expect_filter(world *w, const char *plugin, const char *pod, const char *node,
                   const char *want);

/* Raw and normalized score; "skipped" where the plugin has no opinion of this Pod. */
void expect_scores(world *w, const char *plugin, const char *pod, const char *node,
                   const char *want);

/* Where the Pod goes, or the message. */
void expect_place(world *w, const char *pod, const char *want);

#endif
