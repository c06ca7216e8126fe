/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/model/selector.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* In the order of mn_selector_operator. */
static const char *const operators[] = {"In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", NULL};

static const mn_field requirement_fields[] = {
    {.name = "key",
     .offset = offsetof(mn_requirement, key),
     .kind = MN_FIELD_STRING,
     .required = true},
    {.name = "operator",
     .offset = offsetof(mn_requirement, op),
     .kind = MN_FIELD_ENUM,
     .names = operators,
     .required = true},
    MN_FIELD(mn_requirement, values, "values", MN_FIELD_STRING_LIST),
};
const mn_shape mn_requirement_shape =
    MN_SHAPE(mn_requirement, "selector requirement", requirement_fields);

static const mn_field label_selector_fields[] = {
    MN_FIELD(mn_label_selector, match_labels, "matchLabels", MN_FIELD_STRING_MAP),
    MN_FIELD_OF(mn_label_selector, match_expressions, "matchExpressions", MN_FIELD_LIST,
                mn_requirement_shape),
};
const mn_shape mn_label_selector_shape =
    MN_SHAPE(mn_label_selector, "LabelSelector", label_selector_fields);

const char *mn_selector_operator_name(int op)
{
    return op == MN_OP_UNSET ? "" : operators[op - 1];
}

/* Go's strconv.ParseInt(text, 10, 64): a sign, digits, nothing else. */
static bool parse_int64(const char *text, int64_t *out)
{
    const char *digits = text + (*text == '+' || *text == '-');
    if (*digits == '\0' || digits[strspn(digits, "0123456789")] != '\0')
        return false;
    errno = 0;
    *out = g_ascii_strtoll(text, NULL, 10);
    return errno == 0;
}

static bool compares(const mn_requirement *requirement, const char *value)
{
    int64_t label, wanted;
    if (value == NULL || requirement->values.count != 1 || !parse_int64(value, &label) ||
        !parse_int64(requirement->values.items[0], &wanted))
        return false;
    return requirement->op == MN_OP_GT ? label > wanted : label < wanted;
}

bool mn_requirement_matches(const mn_requirement *requirement, const char *value)
{
    switch ((mn_selector_operator)requirement->op) {
    case MN_OP_IN:
        return value != NULL && mn_strings_contain(&requirement->values, value);
    case MN_OP_NOT_IN:
        return value == NULL || !mn_strings_contain(&requirement->values, value);
    case MN_OP_EXISTS:
        return value != NULL;
    case MN_OP_DOES_NOT_EXIST:
        return value == NULL;
    case MN_OP_GT:
    case MN_OP_LT:
        return compares(requirement, value);
    case MN_OP_UNSET:
        break;
    }
    return false;
}

bool mn_label_selector_matches(const mn_label_selector *selector, const mn_labels *labels)
{
    if (selector == NULL || !mn_labels_contain(labels, &selector->match_labels))
        return false;
    for (size_t i = 0; i < selector->match_expressions.count; i++) {
        const mn_requirement *requirement = &selector->match_expressions.items[i];
        if (!mn_requirement_matches(requirement, mn_labels_find(labels, requirement->key)))
            return false;
    }
    return true;
}
