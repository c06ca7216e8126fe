/* SPDX-License-Identifier: Apache-2.0 */
#include "core/plugins/requirement_faults.h"

#include <string.h>

enum { NAME_MAX_BYTES = 63, PREFIX_MAX_BYTES = 253 };

#define NAME_RULE                                                                         \
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end "   \
    "with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex " \
    "used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
#define PREFIX_RULE                                                                       \
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, " \
    "'-' or '.', and must start and end with an alphanumeric character (e.g. "            \
    "'example.com', regex used for validation is "                                        \
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
#define VALUE_RULE                                                                         \
    "a valid label must be an empty string or consist of alphanumeric characters, '-', "   \
    "'_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  " \
    "or 'my_value',  or '12345', regex used for validation is "                            \
    "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

static bool is_name(const char *text, size_t length)
{
    if (length == 0)
        return false;
    for (size_t i = 0; i < length; i++) {
        const bool inner = i > 0 && i + 1 < length && strchr("-_.", text[i]) != NULL;
        if (!g_ascii_isalnum(text[i]) && !inner)
            return false;
    }
    return true;
}

/* Lower case, and a dot stands between two labels, not beside a dash. */
static bool is_subdomain(const char *text, size_t length)
{
    bool edge = true; /* an alphanumeric character has to come */
    for (size_t i = 0; i < length; i++) {
        const char c = text[i];
        const bool plain = g_ascii_islower(c) || g_ascii_isdigit(c);
        const bool last = i + 1 == length || text[i + 1] == '.';
        if (!plain && (edge || last || (c != '-' && c != '.')))
            return false;
        edge = c == '.';
    }
    return length > 0 && !edge;
}

static void say(GString *text, const char *rule)
{
    g_string_append_printf(text, "%s%s", text->len == 0 ? "" : "; ", rule);
}

static void check_key(const char *key, GString *out)
{
    const char *slash = strchr(key, '/');
    const char *name = slash == NULL ? key : slash + 1;
    if (strchr(name, '/') != NULL) {
        say(out,
            "a qualified name " NAME_RULE
            " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')");
        return;
    }
    if (slash == key)
        say(out, "prefix part must be non-empty");
    else if (slash != NULL && slash - key > PREFIX_MAX_BYTES)
        say(out, "prefix part must be no more than 253 bytes");
    else if (slash != NULL && !is_subdomain(key, (size_t)(slash - key)))
        say(out, "prefix part " PREFIX_RULE);
    if (*name == '\0')
        say(out, "name part must be non-empty");
    else if (strlen(name) > NAME_MAX_BYTES)
        say(out, "name part must be no more than 63 bytes");
    if (!is_name(name, strlen(name)))
        say(out, "name part " NAME_RULE);
}

static void check_value(const char *value, GString *out)
{
    if (strlen(value) > NAME_MAX_BYTES)
        say(out, "must be no more than 63 bytes");
    if (*value != '\0' && !is_name(value, strlen(value)))
        say(out, VALUE_RULE);
}

static char *quoted_list(const mn_strings *values)
{
    g_autoptr(GString) text = g_string_new("[");
    for (size_t i = 0; i < values->count; i++)
        g_string_append_printf(text, "%s\"%s\"", i == 0 ? "" : ",", values->items[i]);
    g_string_append_c(text, ']');
    return g_strdup(text->str);
}

/* Why the number of values does not suit the operator; NULL when it does. */
static const char *count_rule(const mn_requirement *requirement)
{
    const size_t count = requirement->values.count;
    switch ((mn_selector_operator)requirement->op) {
    case MN_OP_IN:
    case MN_OP_NOT_IN:
        return count > 0 ? NULL : "for 'in', 'notin' operators, values set can't be empty";
    case MN_OP_EXISTS:
    case MN_OP_DOES_NOT_EXIST:
        return count == 0 ? NULL : "values set must be empty for exists and does not exist";
    case MN_OP_GT:
    case MN_OP_LT:
        return count == 1 ? NULL : "for 'Gt', 'Lt' operators, exactly one value is required";
    case MN_OP_UNSET:
        break;
    }
    return NULL;
}

static bool is_int64(const char *text)
{
    const char *digits = text + (*text == '+' || *text == '-');
    gint64 value;
    return *digits != '\0' && digits[strspn(digits, "0123456789")] == '\0' &&
           g_ascii_string_to_signed(
               *text == '+' ? digits : text, 10, G_MININT64, G_MAXINT64, &value, NULL);
}

static bool is_comparison(const mn_requirement *requirement)
{
    return requirement->op == MN_OP_GT || requirement->op == MN_OP_LT;
}

void mn_requirement_faults(const mn_requirement *requirement, const char *path, GPtrArray *faults)
{
    const char *dot = *path == '\0' ? "" : ".";
    g_autoptr(GString) fault = g_string_new(NULL);
    check_key(requirement->key, fault);
    if (fault->len > 0)
        g_ptr_array_add(
            faults,
            g_strdup_printf(
                "%s%skey: Invalid value: \"%s\": %s", path, dot, requirement->key, fault->str));
    const char *rule = count_rule(requirement);
    if (rule != NULL) {
        g_autofree char *list = quoted_list(&requirement->values);
        g_ptr_array_add(
            faults, g_strdup_printf("%s%svalues: Invalid value: %s: %s", path, dot, list, rule));
    }
    for (size_t i = 0; i < requirement->values.count; i++) {
        const char *value = requirement->values.items[i];
        if (is_comparison(requirement) && !is_int64(value))
            g_ptr_array_add(faults,
                            g_strdup_printf("%s%svalues[%zu]: Invalid value: \"%s\": for 'Gt', "
                                            "'Lt' operators, the value must be an integer",
                                            path,
                                            dot,
                                            i,
                                            value));
        g_string_truncate(fault, 0);
        check_value(value, fault);
        if (fault->len > 0)
            g_ptr_array_add(faults,
                            g_strdup_printf("%s%svalues[%zu][%s]: Invalid value: \"%s\": %s",
                                            path,
                                            dot,
                                            i,
                                            requirement->key,
                                            value,
                                            fault->str));
    }
}

char *mn_faults_join(const GPtrArray *faults)
{
    if (faults->len == 0)
        return NULL;
    if (faults->len == 1)
        return g_strdup(g_ptr_array_index(faults, 0));
    g_autoptr(GString) text = g_string_new("[");
    for (guint i = 0; i < faults->len; i++)
        g_string_append_printf(
            text, "%s%s", i == 0 ? "" : ", ", (const char *)g_ptr_array_index(faults, i));
    g_string_append_c(text, ']');
    return g_strdup(text->str);
}

char *mn_label_selector_fault(const mn_label_selector *selector)
{
    if (selector == NULL)
        return NULL;
    g_autoptr(GPtrArray) faults = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < selector->match_labels.count && faults->len == 0; i++) {
        const mn_label *label = &selector->match_labels.items[i];
        const mn_requirement requirement = {
            .key = label->key,
            .op = MN_OP_IN,
            .values = {.items = &label->value, .count = 1},
        };
        mn_requirement_faults(&requirement, "", faults);
    }
    for (size_t i = 0; i < selector->match_expressions.count && faults->len == 0; i++)
        mn_requirement_faults(&selector->match_expressions.items[i], "", faults);
    return mn_faults_join(faults);
}
