/* SPDX-License-Identifier: Apache-2.0 */
/* What the fast engine keeps between cycles. Between the files of core/sched.
 *
 * For every class of Pods a table with a row a node: the first failure of the Filter
 * plugins that depend on class and node alone, and the scores of such Score plugins. A
 * cell is filled when it is first asked for and forgotten when the cache's journal says
 * that the Pods of its node changed; the whole table when nodes come, go or change.
 * Plugins that look at the whole cluster may keep an index beside the table.
 */
#ifndef CORE_SCHED_FAST_H
#define CORE_SCHED_FAST_H

#include "core/sched/cycle.h"

#define MN_CELL_UNKNOWN  UINT32_MAX
#define MN_CELL_STALE    (UINT32_MAX - 1) /* plugins of the node object alone let it pass */
#define MN_SCORE_UNKNOWN INT32_MIN
#define MN_SCORE_INVALID (INT32_MIN + 1)

/* A verdict that cells refer to by number; number 0 is "fits". */
typedef struct mn_known_verdict {
    mn_verdict verdict;
    size_t place; /* of the plugin in the profile's list; SIZE_MAX: fits */
} mn_known_verdict;

/* Arrays go by node number. */
typedef struct mn_fast_class {
    uint32_t *failures;           /* a mn_known_verdict */
    int32_t *totals;              /* weighted sum of LOCAL plugins that do not normalize */
    int32_t *fixed;               /* the same of NODE plugins */
    int32_t *raw[MN_PLUGINS_MAX]; /* raw scores of one plugin that normalizes, or NULL */
    void *index[MN_PLUGINS_MAX];  /* of a plugin that keeps one, or NULL */
    uint64_t journal_read, node_version, last_use;
    size_t capacity, bytes;
} mn_fast_class;

typedef struct mn_fast {
    const mn_profile *profile;
    size_t node_places;      /* so many Filter plugins at the front are NODE ones */
    mn_arena *arena;         /* verdicts */
    GArray *verdicts;        /* mn_known_verdict */
    GHashTable *verdict_ids; /* text -> number */
    GString *verdict_key;
    GPtrArray *classes; /* mn_fast_class by class id, or NULL */
    GArray *order;      /* uint32_t: numbers of the nodes in the order of the snapshot */
    uint64_t order_version;
    uint64_t uses;
    size_t bytes, max_bytes;
} mn_fast;

mn_fast *mn_fast_new(const mn_profile *profile, size_t max_bytes);
void mn_fast_free(mn_fast *fast);

/* The table of the cycle's class, up to date. */
mn_fast_class *mn_fast_open(mn_fast *fast, const mn_cycle *cycle);

/* Fills failures[number], and returns it. */
uint32_t mn_fast_find_failure(mn_fast *fast, mn_fast_class *class_, const mn_cycle *cycle,
                              uint32_t number);

/* Fills totals[number] and fixed[number]; false when a score is out of range, which is
 * an error of the cycle. */
bool mn_fast_find_total(const mn_fast *fast, mn_fast_class *class_, const mn_cycle *cycle,
                        uint32_t number);

/* The raw score of a plugin that normalizes. */
int64_t mn_fast_raw(mn_fast_class *class_, const mn_cycle *cycle, const mn_plugin *plugin,
                    uint32_t number);

static inline const mn_known_verdict *mn_fast_verdict(const mn_fast *fast, uint32_t number)
{
    return &g_array_index(fast->verdicts, mn_known_verdict, number);
}

#endif
