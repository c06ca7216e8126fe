/* SPDX-License-Identifier: Apache-2.0 */
/* From the body of a request to a verdict for each of its nodes: what the verbs have in
 * common. */
#ifndef EXT_DECISION_H
#define EXT_DECISION_H

#include "extender/config.h"
#include "extender/exempt.h"
#include "extender/node_store.h"
#include "mullion/model/pod.h"
#include "mullion/os/decide.h"
#include "mullion/wire/preempt_wire.h"

typedef enum ext_verb { EXT_FILTER, EXT_PRIORITIZE, EXT_PREEMPT } ext_verb;

enum { EXT_VERBS = EXT_PREEMPT + 1 };

/* "filter": as in the path, the log and the metrics. */
const char *ext_verb_name(ext_verb verb);

/* Whether the nodes that are known may decide. A request with whole nodes needs none. */
typedef enum ext_trust { EXT_TRUST_FRESH, EXT_TRUST_STALE, EXT_TRUST_NOT_SYNCED } ext_trust;

enum { EXT_TRUSTS = EXT_TRUST_NOT_SYNCED + 1 };

/* "fresh", "stale", "notSynced" */
const char *ext_trust_name(ext_trust trust);
ext_trust ext_trust_of(const ext_config *config, const ext_store_state *store);

/* Everything lives in the request's arena or points into its body. After a fault `pod` is there if
 * it could be read; of the rest, only what is not a pointer may be looked at. */
typedef struct ext_decision {
    ext_verb verb;
    mn_wire_args args;              /* of preempt: names alone, in either form */
    const mn_wire_victims *victims; /* of preempt: args.count of them */
    const mn_pod *pod;
    ext_exempt exempt;
    ext_trust trust;
    bool blind;               /* decided as if no node were known, and all pass */
    const uint16_t *class_of; /* of each node asked about, by its place in the request */
    const mn_os_classes *classes;
    uint32_t counts[MN_OS_CLASSES_MAX]; /* how many of those nodes are in each class */
    mn_os_need need;
    mn_os_decision by_class;
} ext_decision;

typedef struct ext_question {
    ext_verb verb;
    const ext_config *config;
    const ext_nodes *nodes;
    ext_store_state store; /* what the nodes are worth */
    mn_str body;
} ext_question;

/* `out` borrows from `nodes`. Errors: SYNTAX, SCHEMA, LIMIT; IO when it is not the request's
 * fault: the nodes are stale, or not there yet, and the configuration wants a failure. */
bool ext_decide(const ext_question *question, mn_arena *arena, ext_decision *out,
                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A decision in numbers, for the log and the metrics. */
typedef struct ext_tally {
    uint64_t out, failed, would_fail, unknown;
    uint64_t by_reason[MN_REASONS]; /* of those that would fail */
    uint64_t by_score[MN_SCORE_EXACT + 1];
} ext_tally;

/* What the Pod needs, and what says so, in one line. In the arena. */
const char *ext_decision_why(const ext_decision *decision, mn_arena *arena);

ext_tally ext_decision_tally(const ext_decision *decision);

static inline const mn_os_verdict *ext_decision_verdict(const ext_decision *decision, size_t node)
{
    return &decision->by_class.verdicts[decision->class_of[node]];
}

#endif
