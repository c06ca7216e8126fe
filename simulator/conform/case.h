/* SPDX-License-Identifier: Apache-2.0 */
/* A recorded question to kube-scheduler: one line of tests/vectors/X.jsonl.
 *
 * With `pod` it asks for the verdict on that Pod, every plugin on every node. Without,
 * `pods` is a queue to be placed one after another.
 */
#ifndef SIMULATOR_CONFORM_CASE_H
#define SIMULATOR_CONFORM_CASE_H

#include "mullion/base/str.h"
#include "mullion/sched/config.h"
#include "mullion/sched/cycle.h"

typedef struct conform_pods {
    const mn_pod **items;
    size_t count;
} conform_pods;

typedef struct conform_case {
    mn_arena *arena;
    const char *name, *group;
    mn_cache *cache; /* nodes, namespaces, Services, ...; of a verdict the Pods, too */
    const mn_pod *pod;
    conform_pods pods;
    const mn_profile *profile;
    bool preemption; /* a replay evicts */
} conform_case;

/* NULL with SYNTAX, SCHEMA or LIMIT. */
conform_case *conform_case_new(mn_str line, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void conform_case_free(conform_case *c);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(conform_case, conform_case_free)

/* The answer in the vectors' format, one JSON value without a newline. */
char *conform_answer(conform_case *c, mn_engine engine) G_GNUC_WARN_UNUSED_RESULT;

#endif
