/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/compare/condition.h"

#include "mullion/text/quantity.h"
#include "simulator/scenario/duration.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

enum { PERCENT_SCALE = 1000, PERCENT_MAX = 1000000, MAX_TEXT = 200 };

/* Those of two characters first. */
static const struct sign {
    const char *text, *printed;
    mn_relation relation;
} signs[] = {
    {">=", ">=", MN_RELATION_AT_LEAST},
    {"<=", "<=", MN_RELATION_AT_MOST},
    {"!=", "!=", MN_RELATION_NOT_EQUAL},
    {"==", "=", MN_RELATION_EQUAL},
    {"=", "=", MN_RELATION_EQUAL},
    {">", ">", MN_RELATION_GREATER},
    {"<", "<", MN_RELATION_LESS},
};

static const char *skip_blanks(const char *text)
{
    while (g_ascii_isspace(*text))
        text++;
    return text;
}

static const struct sign *find_sign(const char *text)
{
    for (size_t i = 0; i < G_N_ELEMENTS(signs); i++) {
        if (g_str_has_prefix(text, signs[i].text))
            return &signs[i];
    }
    return NULL;
}

/* "99.5" -> 99500; false for what is no number from 0 to a million. */
static bool parse_percent(const char *text, size_t len, int64_t *out)
{
    mn_quantity quantity;
    g_autofree char *number = g_strndup(text, len);
    if (strspn(number, "0123456789.") != len || !mn_quantity_parse(number, &quantity, NULL) ||
        mn_quantity_cmp(quantity, mn_quantity_of(PERCENT_MAX)) > 0)
        return false;
    *out = mn_quantity_milli_value(quantity);
    return true;
}

static bool parse_count(const char *text, int64_t *out)
{
    char *end = NULL;
    errno = 0;
    *out = g_ascii_strtoll(text, &end, 10);
    return errno == 0 && g_ascii_isdigit(*text) && *end == '\0';
}

static bool parse_quantity(const char *text, bool milli, int64_t *out)
{
    mn_quantity quantity;
    const int64_t most = milli ? INT64_MAX / 1000 : INT64_MAX; /* more would wrap */
    if (!mn_quantity_parse(text, &quantity, NULL) || mn_quantity_sign(quantity) < 0 ||
        mn_quantity_cmp(quantity, mn_quantity_of(most)) > 0)
        return false;
    *out = milli ? mn_quantity_milli_value(quantity) : mn_quantity_value(quantity);
    return true;
}

static bool parse_number(const char *text, mn_condition *out)
{
    size_t len = strlen(text);
    out->percent = len > 0 && text[len - 1] == '%';
    switch (mn_metric_get(out->metric)->unit) {
    case MN_UNIT_COUNT:
        return out->percent ? parse_percent(text, len - 1, &out->value)
                            : parse_count(text, &out->value);
    case MN_UNIT_TIME:
        return mn_duration_parse(text, &mn_duration_virtual, &out->value);
    case MN_UNIT_CPU:
        return parse_quantity(text, true, &out->value);
    case MN_UNIT_MEMORY:
        return parse_quantity(text, false, &out->value);
    }
    return false;
}

static const char *example_of(mn_metric_unit unit)
{
    switch (unit) {
    case MN_UNIT_COUNT:
        return "5, \">0\", \">=3\" or \"100%\"";
    case MN_UNIT_TIME:
        return "\"<5m\" or \"<=90s\"";
    case MN_UNIT_CPU:
        return "0, \"<=500m\" or \">1.5\"";
    case MN_UNIT_MEMORY:
        return "0 or \"<=2Gi\"";
    }
    return "";
}

bool mn_condition_parse_value(mn_metric metric, const char *text, mn_condition *out, GError **error)
{
    const char *rest = skip_blanks(text);
    const struct sign *sign = find_sign(rest);
    *out = (mn_condition){.metric = metric};
    if (sign != NULL) {
        out->relation = sign->relation;
        rest = skip_blanks(rest + strlen(sign->text));
    }
    g_autofree char *number = g_strchomp(g_strdup(rest));
    if (strlen(text) <= MAX_TEXT && parse_number(number, out))
        return true;
    g_set_error(error,
                MN_ERROR,
                MN_ERROR_SYNTAX,
                "expected something like %s for %s, found \"%.60s\"",
                example_of(mn_metric_get(metric)->unit),
                mn_metric_get(metric)->name,
                text);
    return false;
}

static bool unknown_metric(const char *name, const char *near, GError **error)
{
    g_autoptr(GString) all = g_string_new(NULL);
    for (int i = 0; i < MN_METRIC_COUNT; i++)
        g_string_append_printf(all, "%s%s", i == 0 ? "" : ", ", mn_metric_get((mn_metric)i)->name);
    if (near != NULL)
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_UNKNOWN,
                    "no metric \"%.60s\" (did you mean \"%s\"?)",
                    name,
                    near);
    else
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_UNKNOWN,
                    "no metric \"%.60s\": expected one of %s",
                    name,
                    all->str);
    return false;
}

bool mn_condition_parse(const char *text, mn_condition *out, GError **error)
{
    const char *start = skip_blanks(text);
    size_t len = strcspn(start, "<>=!");
    if (start[len] == '\0') {
        g_set_error(
            error,
            MN_ERROR,
            MN_ERROR_SYNTAX,
            "expected a metric, a relation and a value such as misplaced>0, found \"%.60s\"",
            text);
        return false;
    }
    g_autofree char *name = g_strchomp(g_strndup(start, len));
    mn_metric metric;
    const char *near = NULL;
    if (!mn_metric_find(name, &metric, &near))
        return unknown_metric(name, near, error);
    return mn_condition_parse_value(metric, start + len, out, error);
}

static bool relates(mn_relation relation, int order)
{
    switch (relation) {
    case MN_RELATION_EQUAL:
        return order == 0;
    case MN_RELATION_NOT_EQUAL:
        return order != 0;
    case MN_RELATION_LESS:
        return order < 0;
    case MN_RELATION_AT_MOST:
        return order <= 0;
    case MN_RELATION_GREATER:
        return order > 0;
    case MN_RELATION_AT_LEAST:
        return order >= 0;
    }
    return false;
}

bool mn_condition_holds(const mn_condition *condition, const mn_metrics *metrics)
{
    int64_t found = metrics->values[condition->metric], wanted = condition->value;
    if (found == MN_METRIC_UNKNOWN)
        return false;
    if (condition->percent) {
        found *= INT64_C(100) * PERCENT_SCALE;
        wanted *= metrics->values[MN_METRIC_PODS];
    }
    return relates(condition->relation, (found > wanted) - (found < wanted));
}

void mn_condition_format(GString *out, const mn_condition *condition)
{
    const char *sign = "";
    for (size_t i = 0; i < G_N_ELEMENTS(signs); i++) {
        if (signs[i].relation == condition->relation)
            sign = signs[i].printed;
    }
    g_string_append_printf(out, "%s %s ", mn_metric_get(condition->metric)->name, sign);
    if (!condition->percent) {
        mn_metric_format(out, condition->metric, condition->value);
        return;
    }
    g_string_append_printf(out, "%" PRId64, condition->value / PERCENT_SCALE);
    int64_t fraction = condition->value % PERCENT_SCALE;
    if (fraction != 0) {
        g_string_append_printf(out, ".%03d", (int)fraction);
        while (out->str[out->len - 1] == '0')
            g_string_truncate(out, out->len - 1);
    }
    g_string_append_c(out, '%');
}

void mn_condition_format_found(GString *out, const mn_condition *condition,
                               const mn_metrics *metrics)
{
    g_string_append_printf(out, "%s is ", mn_metric_get(condition->metric)->name);
    mn_metric_format(out, condition->metric, metrics->values[condition->metric]);
    if (condition->percent)
        g_string_append_printf(out, " of %" PRId64, metrics->values[MN_METRIC_PODS]);
}
