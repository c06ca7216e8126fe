/* SPDX-License-Identifier: Apache-2.0 */
/* Selectors: LabelSelector, and the requirements of node affinity.
 *
 * NotIn and DoesNotExist match where the label is absent. A nil LabelSelector
 * matches nothing, an empty one everything. */
#ifndef MN_SELECTOR_H
#define MN_SELECTOR_H

#include "mullion/model/labels.h"

typedef enum mn_selector_operator {
    MN_OP_UNSET,
    MN_OP_IN,
    MN_OP_NOT_IN,
    MN_OP_EXISTS,
    MN_OP_DOES_NOT_EXIST,
    MN_OP_GT,
    MN_OP_LT,
} mn_selector_operator;

typedef struct mn_requirement {
    const char *key;
    int op; /* mn_selector_operator */
    mn_strings values;
} mn_requirement;

typedef struct mn_requirements {
    const mn_requirement *items;
    size_t count;
} mn_requirements;

typedef struct mn_label_selector {
    mn_labels match_labels;
    mn_requirements match_expressions;
} mn_label_selector;

extern const mn_shape mn_requirement_shape, mn_label_selector_shape;

const char *mn_selector_operator_name(int op);

/* One requirement against the value of its label (NULL: the label is absent).
 * Gt and Lt compare base-10 int64; what does not parse does not match. */
bool mn_requirement_matches(const mn_requirement *requirement, const char *value);

/* `selector` may be NULL. */
bool mn_label_selector_matches(const mn_label_selector *selector, const mn_labels *labels);

#endif
