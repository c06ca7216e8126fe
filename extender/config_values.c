/* SPDX-License-Identifier: Apache-2.0 */
/* One parser and one description a kind of key. */
#include "extender/config_values.h"

#include "mullion/httpd/router.h"
#include "mullion/text/duration.h"
#include "mullion/text/quantity.h"

#include <string.h>

static bool parse_number(const ext_key *key, const char *text, int64_t *out)
{
    mn_quantity size;
    switch (key->kind) {
    case EXT_KIND_DURATION:
        return mn_duration_parse(text, &mn_duration_go, out);
    case EXT_KIND_SIZE:
        if (!mn_quantity_parse(text, &size, NULL) || mn_quantity_sign(size) < 0 ||
            mn_quantity_cmp(size, mn_quantity_of(key->max)) > 0) /* others may wrap */
            return false;
        *out = mn_quantity_value(size);
        return true;
    case EXT_KIND_INT:
        return g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, out, NULL);
    case EXT_KIND_STRING:
    case EXT_KIND_ADDRESS:
    case EXT_KIND_PREFIX:
    case EXT_KIND_CHOICE:
    case EXT_KIND_IMAGES:
    case EXT_KIND_STRINGS:
    case EXT_KIND_PAIRS:
        break;
    }
    return false;
}

static bool parse_choice(const ext_key *key, const char *text, int *out)
{
    for (int i = 0; key->choices[i] != NULL; i++) {
        if (strcmp(key->choices[i], text) != 0)
            continue;
        *out = i;
        return true;
    }
    return false;
}

static bool parse_prefix(mn_arena *arena, const char *text, const char **out)
{
    g_autofree char *prefix = mn_http_prefix_parse(text, NULL);
    if (prefix == NULL)
        return false;
    *out = mn_arena_strdup(arena, prefix);
    return true;
}

bool ext_key_parse(ext_config *config, const ext_key *key, const char *text)
{
    void *member = (char *)config + key->offset;
    int64_t number;
    switch (key->kind) {
    case EXT_KIND_STRING:
        *(const char **)member = mn_arena_strdup(config->arena, text);
        return true;
    case EXT_KIND_ADDRESS:
        if (!g_hostname_is_ip_address(text))
            return false;
        *(const char **)member = mn_arena_strdup(config->arena, text);
        return true;
    case EXT_KIND_PREFIX:
        return parse_prefix(config->arena, text, member);
    case EXT_KIND_CHOICE:
        return parse_choice(key, text, member);
    case EXT_KIND_INT:
    case EXT_KIND_SIZE:
    case EXT_KIND_DURATION:
        if (!parse_number(key, text, &number) || number < key->min || number > key->max)
            return false;
        *(int64_t *)member = number;
        return true;
    case EXT_KIND_IMAGES:
    case EXT_KIND_STRINGS:
    case EXT_KIND_PAIRS:
        break;
    }
    g_assert_not_reached();
}

static const void *member_of(const ext_config *config, const ext_key *key)
{
    return (const char *)config + key->offset;
}

static bool equal_strings(const mn_strings *a, const mn_strings *b)
{
    bool equal = a->count == b->count;
    for (size_t i = 0; equal && i < a->count; i++)
        equal = strcmp(a->items[i], b->items[i]) == 0;
    return equal;
}

bool ext_key_equal(const ext_key *key, const ext_config *a, const ext_config *b)
{
    const void *left = member_of(a, key), *right = member_of(b, key);
    switch (key->kind) {
    case EXT_KIND_STRING:
    case EXT_KIND_ADDRESS:
    case EXT_KIND_PREFIX:
        return strcmp(*(const char *const *)left, *(const char *const *)right) == 0;
    case EXT_KIND_INT:
    case EXT_KIND_SIZE:
    case EXT_KIND_DURATION:
        return *(const int64_t *)left == *(const int64_t *)right;
    case EXT_KIND_CHOICE:
        return *(const int *)left == *(const int *)right;
    case EXT_KIND_STRINGS:
    case EXT_KIND_PAIRS:
        return equal_strings(left, right);
    case EXT_KIND_IMAGES:
        break;
    }
    g_assert_not_reached();
}

static mn_strings copy_strings(mn_arena *arena, const mn_strings *from)
{
    const char **items = MN_ARENA_NEW(arena, const char *, from->count);
    for (size_t i = 0; i < from->count; i++)
        items[i] = mn_arena_strdup(arena, from->items[i]);
    return (mn_strings){.items = items, .count = from->count};
}

void ext_key_copy(const ext_key *key, ext_config *to, const ext_config *from)
{
    void *member = (char *)to + key->offset;
    const void *value = member_of(from, key);
    switch (key->kind) {
    case EXT_KIND_STRING:
    case EXT_KIND_ADDRESS:
    case EXT_KIND_PREFIX:
        *(const char **)member = mn_arena_strdup(to->arena, *(const char *const *)value);
        return;
    case EXT_KIND_INT:
    case EXT_KIND_SIZE:
    case EXT_KIND_DURATION:
        *(int64_t *)member = *(const int64_t *)value;
        return;
    case EXT_KIND_CHOICE:
        *(int *)member = *(const int *)value;
        return;
    case EXT_KIND_STRINGS:
    case EXT_KIND_PAIRS:
        *(mn_strings *)member = copy_strings(to->arena, value);
        return;
    case EXT_KIND_IMAGES:
        break;
    }
    g_assert_not_reached();
}

static char *size_text(int64_t bytes)
{
    static const char *const units[] = {"", "Ki", "Mi", "Gi"};
    size_t unit = 0;
    while (unit + 1 < G_N_ELEMENTS(units) && bytes != 0 && bytes % 1024 == 0) {
        bytes /= 1024;
        unit++;
    }
    return g_strdup_printf("%" G_GINT64_FORMAT "%s", bytes, units[unit]);
}

static char *duration_text(int64_t ms)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};
    size_t i = 0;
    while (ms == 0 || ms % units[i].ms != 0) {
        if (ms == 0)
            return g_strdup("0s");
        i++;
    }
    return g_strdup_printf("%" G_GINT64_FORMAT "%s", ms / units[i].ms, units[i].unit);
}

static char *range_text(const char *what, char *(*format)(int64_t), const ext_key *key)
{
    g_autofree char *min = format(key->min);
    g_autofree char *max = format(key->max);
    return g_strdup_printf("%s from %s to %s", what, min, max);
}

static char *integer_text(int64_t value)
{
    return g_strdup_printf("%" G_GINT64_FORMAT, value);
}

static char *choices_text(const ext_key *key)
{
    g_autoptr(GString) text = g_string_new("one of");
    for (size_t i = 0; key->choices[i] != NULL; i++)
        g_string_append_printf(text, "%s %s", i == 0 ? "" : ",", key->choices[i]);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

char *ext_key_expected(const ext_key *key)
{
    switch (key->kind) {
    case EXT_KIND_STRING:
        return g_strdup("a string");
    case EXT_KIND_ADDRESS:
        return g_strdup("a numeric IPv4 or IPv6 address");
    case EXT_KIND_PREFIX:
        return g_strdup("a path that begins with / and holds letters, digits and / - . _ ~ only");
    case EXT_KIND_INT:
        return range_text("an integer", integer_text, key);
    case EXT_KIND_SIZE:
        return range_text("a size", size_text, key);
    case EXT_KIND_DURATION:
        return range_text("a duration", duration_text, key);
    case EXT_KIND_CHOICE:
        return choices_text(key);
    case EXT_KIND_IMAGES:
        return g_strdup("a list of {match, os, builds}");
    case EXT_KIND_STRINGS:
        return g_strdup("a list of strings");
    case EXT_KIND_PAIRS:
        return g_strdup("a list of key or key=value");
    }
    return g_strdup("");
}
