/* SPDX-License-Identifier: Apache-2.0 */
/* From the body of a request to a verdict for each of its nodes: what the verbs have in
 * common. */
#ifndef EXT_DECISION_H
#define EXT_DECISION_H

#include "extender/config.h"
#include "extender/node_store.h"
#include "mullion/model/pod.h"
#include "mullion/os/decide.h"
#include "mullion/wire/preempt_wire.h"

typedef enum ext_verb { EXT_FILTER, EXT_PRIORITIZE, EXT_PREEMPT } ext_verb;

enum { EXT_VERBS = EXT_PREEMPT + 1 };

/* "filter": as in the path, the log and the metrics. */
const char *ext_verb_name(ext_verb verb);

/* Everything lives in the request's arena or points into its body. After a fault only
 * `args` may be there. */
typedef struct ext_decision {
    ext_verb verb;
    mn_wire_args args;              /* of preempt: names alone, in either form */
    const mn_wire_victims *victims; /* of preempt: args.count of them */
    const mn_pod *pod;
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
    mn_str body;
} ext_question;

/* `out` borrows from `nodes`. Errors: SYNTAX, SCHEMA, LIMIT. */
bool ext_decide(const ext_question *question, mn_arena *arena, ext_decision *out,
                GError **error) G_GNUC_WARN_UNUSED_RESULT;

static inline const mn_os_verdict *ext_decision_verdict(const ext_decision *decision, size_t node)
{
    return &decision->by_class.verdicts[decision->class_of[node]];
}

#endif
