/* SPDX-License-Identifier: Apache-2.0 */
/* What kube-scheduler would ask, and what there is to hold against the answer. */
#ifndef TESTS_SOAK_QUESTIONS_H
#define TESTS_SOAK_QUESTIONS_H

#include "mullion/base/rng.h"
#include "tests/soak/cluster.h"

/* Modes an answer may have been given in: a set. */
enum { MODE_ENFORCE = 1, MODE_OBSERVE = 2 };

typedef enum question_kind {
    ASK_FILTER,
    ASK_SCORES,
    ASK_VICTIMS,
    ASK_FILTER_WHOLE,
    ASK_SCORES_WHOLE,
    ASK_VICTIMS_WHOLE,
} question_kind;

enum { QUESTION_KINDS = ASK_VICTIMS_WHOLE + 1 };

typedef struct question {
    question_kind kind;
    node_state needs;    /* the OS of the Pod: NODE_LINUX or NODE_WINDOWS */
    size_t first, count; /* nodes, in turn; past the last the first follows */
    uint64_t salt;       /* what whole nodes are: of no concern to the cluster */
} question;

/* Any; of so many nodes at most. */
question question_draw(mn_rng *rng, size_t nodes_max);

const char *question_path(const question *self);
/* The body, about a Pod called soak-NUMBER. */
GString *question_write(const question *self, uint64_t number);

/* What an answer says. */
typedef struct answer_facts {
    unsigned mode;               /* one of MODE_, both when it does not show */
    uint8_t allowed[SOAK_NODES]; /* of the cluster; ANY_STATE for all with whole nodes */
} answer_facts;

/* NULL when the answer has the form it should; else what is wrong with it, for the caller to
 * free. Whole nodes are judged here, as the truth about them is in the question. */
char *question_read(const question *self, const char *body, size_t len, answer_facts *out);

#endif
