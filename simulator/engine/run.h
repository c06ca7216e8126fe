/* SPDX-License-Identifier: Apache-2.0 */
/* A run while it goes on: what engine.c, recorder.c and notes.c share. */
#ifndef MN_RUN_H
#define MN_RUN_H

#include "mullion/cluster/cache.h"
#include "simulator/engine/controllers.h"
#include "simulator/engine/engine.h"
#include "simulator/engine/image_truth.h"
#include "simulator/engine/schedulers.h"

/* One Pod of the plan on its way. */
typedef struct mn_slot {
    const mn_pod *pod;   /* as stored, before it is bound; NULL: the API server refused it */
    const mn_pod *bound; /* the same with its node; NULL: on none */
    mn_os_need need;
    size_t evictions, replacements; /* how often others made room for it, or it for others */
    bool has_sequence, is_leaving, gave_up;
} mn_slot;

typedef struct mn_run {
    mn_arena *arena; /* of the record */
    const mn_scenario *scenario;
    uint64_t seed;
    mn_extender_mode extender_mode;
    mn_plan *plan;
    mn_truth truth;
    mn_cache *cache;
    mn_schedulers *schedulers;
    GHashTable *node_index; /* name -> index in scenario->objects->nodes + 1 */
    mn_os_offer *offers;    /* by that index: what the nodes truly are */
    mn_slot *slots;         /* by index in plan->pods, as are the records */
    mn_record_pod *records;
    GHashTable *bound;   /* slots[].bound that the cache holds -> index + 1 */
    GArray *preemptions; /* mn_record_preemption, with indices in plan->pods */
    size_t sequence;
    mn_os_findings *scratch;
    const mn_watcher *watcher; /* or NULL */
} mn_run;

/* False when there is no such node. */
bool mn_run_find_node(const mn_run *run, const char *name, size_t *index);

/* Binds the Pod and asks the kubelet there. True: it is on the node, and counts there. */
bool mn_run_arrive(mn_run *run, size_t i, size_t node);

/* It waits; the texts but the message are static. */
void mn_run_note_pending(mn_run *run, size_t i, const char *status, const char *reason,
                         const char *message);

/* The record, from everything above; owns the arena from then on. */
mn_record *mn_record_make(const mn_run *run);

/* What is worth a remark, in order: mn_record_note. */
GArray *mn_notes_make(const mn_run *run);

#endif
