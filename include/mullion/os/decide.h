/* SPDX-License-Identifier: Apache-2.0 */
/* What filter, prioritize and preempt answer.
 *
 * Nodes fall into few classes (OS, build, rule). A decision is made once per class;
 * what is left per node is a look-up by its class id:
 *
 *     mn_os_decide(need, mode, classes, counts, decision);
 *     for each node: decision->verdicts[class of node]
 */
#ifndef MN_DECIDE_H
#define MN_DECIDE_H

#include "mullion/os/policy.h"

typedef enum mn_os_mode {
    MN_MODE_ENFORCE, /* filter refuses, scores tell */
    MN_MODE_PREFER,  /* filter passes all, scores tell */
    MN_MODE_OBSERVE, /* filter passes all, scores are equal; the log says what would be */
} mn_os_mode;

enum { MN_MODES = MN_MODE_OBSERVE + 1 };

/* "enforce", "prefer", "observe" */
const char *mn_os_mode_name(mn_os_mode mode);
bool mn_os_mode_parse(mn_str text, mn_os_mode *out);

typedef enum mn_os_reason {
    MN_REASON_NONE,
#define REASON(name, text) MN_REASON_##name,
#include "core/os/reasons.def"
#undef REASON
    MN_REASONS,
} mn_os_reason;

/* The constant text; "" for MN_REASON_NONE. */
const char *mn_os_reason_text(mn_os_reason reason);

/* Ids 0 to 2 are always there. What finds no room falls to MN_CLASS_WINDOWS, whose
 * build is unknown: its OS is still enforced. */
enum { MN_CLASS_UNKNOWN, MN_CLASS_LINUX, MN_CLASS_WINDOWS, MN_CLASS_FIRST_FREE };
enum { MN_OS_CLASSES_MAX = 128 };

typedef struct mn_os_classes {
    size_t count;
    uint64_t keys[MN_OS_CLASSES_MAX];
    mn_os_offer offers[MN_OS_CLASSES_MAX];
} mn_os_classes;

void mn_os_classes_init(mn_os_classes *classes);

/* The id of the class that this offer belongs to; adds it when it is new. A node
 * that is not known at all is MN_CLASS_UNKNOWN. */
uint16_t mn_os_classes_add(mn_os_classes *classes, const mn_os_offer *offer);

/* How many of the offered nodes are in each class. */
void mn_os_count_classes(const uint16_t *node_classes, size_t nodes,
                         uint32_t counts[MN_OS_CLASSES_MAX]);

enum {
    MN_SCORE_EXACT = 10, /* right OS, and the very build or none asked for */
    MN_SCORE_COMPATIBLE = 8,
    MN_SCORE_UNKNOWN = 5,
    MN_SCORE_WRONG = 0,
    MN_SCORE_SPARED = 1, /* taken off where other Pods need the host more */
};

typedef struct mn_os_verdict {
    mn_os_fit fit;
    bool compatible;
    bool passes;         /* the answer of filter and preempt, in this mode */
    bool would_pass;     /* the answer under enforce */
    mn_os_reason reason; /* why it would not; NONE when it would */
    uint8_t score;       /* the answer of prioritize, in this mode */
    uint8_t would_score; /* the answer under enforce */
    bool spared;         /* MN_SCORE_SPARED was taken off */
} mn_os_verdict;

typedef struct mn_os_decision {
    size_t count; /* = classes->count */
    mn_os_verdict verdicts[MN_OS_CLASSES_MAX];
} mn_os_decision;

/* `counts` as above, for the nodes among which prioritize chooses; NULL: nothing is
 * spared (filter and preempt need no scores). */
void mn_os_decide(const mn_os_need *need, mn_os_mode mode, const mn_os_classes *classes,
                  const uint32_t *counts, mn_os_decision *out);

/* For those who trust no node that they know nothing of: what was let through because of the
 * node's unknown OS, not of the Pod's, is refused. After mn_os_decide(), in the same mode. */
void mn_os_refuse_unknown(const mn_os_need *need, mn_os_mode mode, mn_os_decision *decision);

#endif
