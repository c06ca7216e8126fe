/* SPDX-License-Identifier: Apache-2.0 */
/* What a YAML scalar means to Kubernetes.
 *
 * sigs.k8s.io/yaml reads with go-yaml v2, which is YAML 1.1 with a few opinions:
 * `y`, `no` and `on` are booleans; `010` is eight and so is `08`, the latter
 * because it is no octal number and then passes as a float; sexagesimals and
 * timestamps stay strings; so does a number that overflows a double.
 */
#include "core/text/yaml.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Longer numbers are nobody's numbers: they stay strings. */
enum { NUMBER_TEXT_MAX = 128 };

#define TAG_PREFIX "tag:yaml.org,2002:"

static const struct word {
    const char *text;
    mn_yaml_value value;
} words[] = {
    {"y", {.kind = MN_YAML_BOOL, .truth = true}},
    {"Y", {.kind = MN_YAML_BOOL, .truth = true}},
    {"yes", {.kind = MN_YAML_BOOL, .truth = true}},
    {"Yes", {.kind = MN_YAML_BOOL, .truth = true}},
    {"YES", {.kind = MN_YAML_BOOL, .truth = true}},
    {"true", {.kind = MN_YAML_BOOL, .truth = true}},
    {"True", {.kind = MN_YAML_BOOL, .truth = true}},
    {"TRUE", {.kind = MN_YAML_BOOL, .truth = true}},
    {"on", {.kind = MN_YAML_BOOL, .truth = true}},
    {"On", {.kind = MN_YAML_BOOL, .truth = true}},
    {"ON", {.kind = MN_YAML_BOOL, .truth = true}},
    {"n", {.kind = MN_YAML_BOOL, .truth = false}},
    {"N", {.kind = MN_YAML_BOOL, .truth = false}},
    {"no", {.kind = MN_YAML_BOOL, .truth = false}},
    {"No", {.kind = MN_YAML_BOOL, .truth = false}},
    {"NO", {.kind = MN_YAML_BOOL, .truth = false}},
    {"false", {.kind = MN_YAML_BOOL, .truth = false}},
    {"False", {.kind = MN_YAML_BOOL, .truth = false}},
    {"FALSE", {.kind = MN_YAML_BOOL, .truth = false}},
    {"off", {.kind = MN_YAML_BOOL, .truth = false}},
    {"Off", {.kind = MN_YAML_BOOL, .truth = false}},
    {"OFF", {.kind = MN_YAML_BOOL, .truth = false}},
    {"", {.kind = MN_YAML_NULL}},
    {"~", {.kind = MN_YAML_NULL}},
    {"null", {.kind = MN_YAML_NULL}},
    {"Null", {.kind = MN_YAML_NULL}},
    {"NULL", {.kind = MN_YAML_NULL}},
    {".nan", {.kind = MN_YAML_REAL, .real = (double)NAN}},
    {".NaN", {.kind = MN_YAML_REAL, .real = (double)NAN}},
    {".NAN", {.kind = MN_YAML_REAL, .real = (double)NAN}},
    {".inf", {.kind = MN_YAML_REAL, .real = HUGE_VAL}},
    {".Inf", {.kind = MN_YAML_REAL, .real = HUGE_VAL}},
    {".INF", {.kind = MN_YAML_REAL, .real = HUGE_VAL}},
    {"+.inf", {.kind = MN_YAML_REAL, .real = HUGE_VAL}},
    {"+.Inf", {.kind = MN_YAML_REAL, .real = HUGE_VAL}},
    {"+.INF", {.kind = MN_YAML_REAL, .real = HUGE_VAL}},
    {"-.inf", {.kind = MN_YAML_REAL, .real = -HUGE_VAL}},
    {"-.Inf", {.kind = MN_YAML_REAL, .real = -HUGE_VAL}},
    {"-.INF", {.kind = MN_YAML_REAL, .real = -HUGE_VAL}},
};

static const mn_yaml_value a_string = {.kind = MN_YAML_STRING};

static const char *skip_digits(const char *text)
{
    while (g_ascii_isdigit(*text))
        text++;
    return text;
}

/* [-+]? ( .digits | digits [. digits*] ) ( [eE] [-+]? digits )? */
static bool is_float_text(const char *text)
{
    if (*text == '-' || *text == '+')
        text++;
    const char *whole = skip_digits(text);
    bool has_digits = whole != text;
    text = whole;
    if (*text == '.') {
        const char *fraction = skip_digits(++text);
        has_digits = has_digits || fraction != text;
        text = fraction;
    }
    if (!has_digits)
        return false;
    if (*text == 'e' || *text == 'E') {
        text++;
        if (*text == '-' || *text == '+')
            text++;
        const char *end = skip_digits(text);
        if (end == text)
            return false;
        text = end;
    }
    return *text == '\0';
}

static mn_yaml_value resolve_float(const char *text)
{
    if (!is_float_text(text))
        return a_string;
    double real = g_ascii_strtod(text, NULL);
    return isfinite(real) ? (mn_yaml_value){.kind = MN_YAML_REAL, .real = real} : a_string;
}

typedef struct digits {
    const char *text;
    unsigned base;
    bool prefixed; /* 0x, 0o, 0b: cannot be read as a float */
} digits;

static digits split_base(const char *text)
{
    static const struct {
        char letter;
        unsigned base;
    } prefixes[] = {{'x', 16}, {'o', 8}, {'b', 2}};

    if (text[0] != '0' || text[1] == '\0')
        return (digits){.text = text, .base = 10};
    for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++) {
        if (g_ascii_tolower(text[1]) == prefixes[i].letter && text[2] != '\0')
            return (digits){.text = text + 2, .base = prefixes[i].base, .prefixed = true};
    }
    return (digits){.text = text + 1, .base = 8};
}

typedef struct magnitude {
    bool valid, exact;
    uint64_t integer;
    double real;
} magnitude;

static magnitude read_magnitude(const digits *number)
{
    magnitude out = {.valid = *number->text != '\0', .exact = true};
    for (const char *at = number->text; *at != '\0'; at++) {
        int digit = g_ascii_xdigit_value(*at);
        if (digit < 0 || (unsigned)digit >= number->base)
            return (magnitude){.valid = false};
        out.real = out.real * number->base + digit;
        out.exact = out.exact && !__builtin_mul_overflow(out.integer, number->base, &out.integer) &&
                    !__builtin_add_overflow(out.integer, (uint64_t)digit, &out.integer);
    }
    if (out.exact)
        out.real = (double)out.integer; /* rounded once */
    return out;
}

/* `text` without underscores. */
static mn_yaml_value resolve_number(const char *text)
{
    bool has_sign = *text == '-' || *text == '+';
    bool negative = *text == '-';
    digits number = split_base(text + has_sign);
    magnitude size = read_magnitude(&number);
    const uint64_t limit = (uint64_t)INT64_MAX + negative;

    if (size.valid && size.exact && size.integer <= limit) {
        int64_t integer = (int64_t)(negative ? 0 - size.integer : size.integer);
        return (mn_yaml_value){.kind = MN_YAML_INT, .integer = integer};
    }
    bool is_uint64 = size.valid && size.exact && !has_sign;
    if (!is_uint64 && !number.prefixed)
        return resolve_float(text);
    if (!size.valid || !isfinite(size.real))
        return a_string;
    return (mn_yaml_value){.kind = MN_YAML_REAL, .real = negative ? -size.real : size.real};
}

static mn_yaml_value resolve_digits(const char *text)
{
    char plain[NUMBER_TEXT_MAX] = "";
    size_t len = 0;
    for (; *text != '\0'; text++) {
        if (*text == '_')
            continue;
        if (len + 1 == sizeof plain)
            return a_string;
        plain[len++] = *text;
    }
    plain[len] = '\0';
    return resolve_number(plain);
}

mn_yaml_value mn_yaml_resolve(const char *text)
{
    /* Most scalars are words that cannot be anything else; the first byte tells. */
    if (*text != '\0' && strchr("yYnNtTfFoO~.+-0123456789", *text) == NULL)
        return a_string;
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        if (strcmp(words[i].text, text) == 0)
            return words[i].value;
    }
    if (*text == '.')
        return resolve_float(text);
    if (g_ascii_isdigit(*text) || *text == '+' || *text == '-')
        return resolve_digits(text);
    return a_string;
}

static bool tag_is(const char *tag, const char *name)
{
    return g_str_has_prefix(tag, TAG_PREFIX) && strcmp(tag + strlen(TAG_PREFIX), name) == 0;
}

static bool resolve_tagged(const char *tag, const char *text, mn_yaml_value *out, char **why)
{
    static const struct {
        const char *name;
        mn_yaml_kind kind;
    } typed[] = {
        {"null", MN_YAML_NULL},
        {"bool", MN_YAML_BOOL},
        {"int", MN_YAML_INT},
        {"float", MN_YAML_REAL},
    };

    *out = a_string; /* !!str, !!timestamp, and whatever we never heard of */
    for (size_t i = 0; i < G_N_ELEMENTS(typed); i++) {
        if (!tag_is(tag, typed[i].name))
            continue;
        mn_yaml_value value = mn_yaml_resolve(text);
        if (typed[i].kind == MN_YAML_REAL && value.kind == MN_YAML_INT)
            value = (mn_yaml_value){.kind = MN_YAML_REAL, .real = (double)value.integer};
        if (value.kind != typed[i].kind) {
            *why = g_strdup_printf("\"%.64s\" is tagged !!%s and is none", text, typed[i].name);
            return false;
        }
        *out = value;
    }
    return true;
}

bool mn_yaml_resolve_scalar(const yaml_event_t *event, mn_yaml_value *out, char **why)
{
    const char *tag = (const char *)event->data.scalar.tag;

    if (tag != NULL)
        return resolve_tagged(tag, mn_yaml_text(event), out, why);
    *out = event->data.scalar.plain_implicit ? mn_yaml_resolve(mn_yaml_text(event)) : a_string;
    return true;
}

bool mn_yaml_is_merge(const yaml_event_t *event)
{
    const char *tag = (const char *)event->data.scalar.tag;

    return strcmp(mn_yaml_text(event), "<<") == 0 &&
           (event->data.scalar.plain_implicit || (tag != NULL && tag_is(tag, "merge")));
}

/* The shortest digits that give the same float (not double: sigs.k8s.io/yaml formats
 * keys with 32 bits), with an exponent below 1e-4 and from 1e6 on. */
static char *float_key_text(double real)
{
    char text[64];
    if (isnan(real))
        return g_strdup(".nan");
    if (fabs(real) > (double)FLT_MAX)
        return g_strdup(real > 0 ? ".inf" : "-.inf");

    const double rounded = (double)(float)real;
    int precision = 0;
    do {
        char format[8];
        g_snprintf(format, sizeof format, "%%.%de", precision);
        g_ascii_formatd(text, (int)sizeof text, format, rounded);
    } while (precision++ < 9 && (float)g_ascii_strtod(text, NULL) != (float)rounded);

    int64_t exponent = g_ascii_strtoll(strchr(text, 'e') + 1, NULL, 10);
    if (exponent < -4 || exponent >= 6)
        return g_strdup(text);
    char format[16];
    int64_t decimals = MAX(precision - 1 - exponent, 0);
    g_snprintf(format, sizeof format, "%%.%df", (int)decimals);
    return g_strdup(g_ascii_formatd(text, (int)sizeof text, format, rounded));
}

char *mn_yaml_key_text(const mn_yaml_value *value, const char *text)
{
    switch (value->kind) {
    case MN_YAML_STRING:
        return g_strdup(text);
    case MN_YAML_NULL:
        return NULL;
    case MN_YAML_BOOL:
        return g_strdup(value->truth ? "true" : "false");
    case MN_YAML_INT:
        return g_strdup_printf("%" G_GINT64_FORMAT, value->integer);
    case MN_YAML_REAL:
        return float_key_text(value->real);
    }
    g_assert_not_reached();
}
