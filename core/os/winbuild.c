/* SPDX-License-Identifier: Apache-2.0 */
/* The table of Windows builds and the three generations of containerd's rule.
 *
 * The rule is asked for once per (need, class of nodes), not per node, so the
 * look-ups are plain loops over some twenty rows.
 */
#include "mullion/os/winbuild.h"

#include <glib.h>
#include <stdio.h>

const mn_winbuild mn_winbuilds[] = {
#define WINBUILD(number, chan, text, sure_tokens, beside_tokens, sku, image) \
    {.build = (number),                                                      \
     .channel = MN_WIN_##chan,                                               \
     .name = (text),                                                         \
     .sure = (sure_tokens),                                                  \
     .beside = (beside_tokens),                                              \
     .os_sku = (sku),                                                        \
     .os_image = (image)},
#include "core/os/winbuild.def"
#undef WINBUILD
};
const size_t mn_winbuild_count = G_N_ELEMENTS(mn_winbuilds);

const mn_containerd_rule mn_containerd_rules[] = {
#define CONTAINERD_RULE(maj, min, pat, kind, last) \
    {.major = (maj), .minor = (min), .patch = (pat), .rule = MN_BUILD_RULE_##kind, .until = (last)},
#include "core/os/winrule.def"
#undef CONTAINERD_RULE
};
const size_t mn_containerd_rule_count = G_N_ELEMENTS(mn_containerd_rules);

static const char *const channel_names[] = {"LTSC", "SAC", "AC", "client", "insider"};
static const char *const rule_names[] = {"auto", "exact", "abi-1", "abi-2"};

/* Of the newest Server releases that ABI-1 and ABI-2 take for their floor. */
enum { SERVER_2016 = 14393, SERVER_2019 = 17763, SERVER_2022 = 20348, SERVER_2025 = 26100 };

/* The first revision of 17763 after the break of February 2020. */
enum { REVISION_2020_02 = 1040 };

static bool take_byte(mn_str *text, char byte)
{
    if (text->len == 0 || text->ptr[0] != byte)
        return false;
    *text = (mn_str){.ptr = text->ptr + 1, .len = text->len - 1};
    return true;
}

static bool take_number(mn_str *text, uint32_t max, uint32_t *out)
{
    uint64_t value = 0;
    size_t len = 0;
    while (len < text->len && g_ascii_isdigit(text->ptr[len]) && value <= max)
        value = value * 10 + (uint64_t)(text->ptr[len++] - '0');
    if (len == 0 || value > max)
        return false;
    *text = (mn_str){.ptr = text->ptr + len, .len = text->len - len};
    *out = (uint32_t)value;
    return true;
}

/* " (14393.1715.amd64fre.rs1_release...)": the build again, then the revision. */
static bool take_old_revision(mn_str text, uint32_t build, uint32_t *revision)
{
    uint32_t again;
    return take_byte(&text, ' ') && take_byte(&text, '(') &&
           take_number(&text, UINT16_MAX, &again) && again == build && take_byte(&text, '.') &&
           take_number(&text, UINT32_MAX, revision);
}

bool mn_win_version_parse(mn_str text, mn_win_version *out)
{
    uint32_t major, minor, build, revision = 0;
    bool has_revision = false;

    if (!take_number(&text, UINT16_MAX, &major) || !take_byte(&text, '.') ||
        !take_number(&text, UINT16_MAX, &minor))
        return false;
    if (!take_byte(&text, '.') && !take_byte(&text, ' '))
        return false;
    if (!take_number(&text, UINT16_MAX, &build))
        return false;
    if (text.len > 1 && text.ptr[0] == '.' && g_ascii_isdigit(text.ptr[1])) {
        (void)take_byte(&text, '.');
        if (!take_number(&text, UINT32_MAX, &revision))
            return false;
        has_revision = true;
    } else {
        has_revision = take_old_revision(text, build, &revision);
    }
    if (text.len > 0 && g_ascii_isalnum(text.ptr[0]))
        return false;
    *out = (mn_win_version){.major = (uint16_t)major,
                            .minor = (uint16_t)minor,
                            .build = (uint16_t)build,
                            .has_revision = has_revision,
                            .revision = has_revision ? revision : 0};
    return true;
}

static bool equal_but_case(mn_str a, mn_str b)
{
    return a.len == b.len && a.len > 0 && g_ascii_strncasecmp(a.ptr, b.ptr, a.len) == 0;
}

/* Cuts the next part off a list; false at its end. */
static bool next_part(mn_str *list, char separator, mn_str *part)
{
    if (list->len == 0)
        return false;
    const char *end = memchr(list->ptr, separator, list->len);
    size_t len = end != NULL ? (size_t)(end - list->ptr) : list->len;
    size_t used = end != NULL ? len + 1 : len;
    *part = (mn_str){.ptr = list->ptr, .len = len};
    *list = (mn_str){.ptr = list->ptr + used, .len = list->len - used};
    return true;
}

static bool list_has(const char *words, mn_str token)
{
    mn_str list = mn_str_of(words), word;
    while (next_part(&list, ' ', &word))
        if (equal_but_case(word, token))
            return true;
    return false;
}

const mn_winbuild *mn_winbuild_find(uint16_t build)
{
    for (size_t i = 0; i < mn_winbuild_count; i++)
        if (mn_winbuilds[i].build == build)
            return &mn_winbuilds[i];
    return NULL;
}

/* Tokens of the table have 4 ("1809") to 8 bytes ("ltsc2019") and end with a digit, which tells
 * most others. */
static bool may_be_token(mn_str token)
{
    return token.len >= 4 && token.len <= 8 && g_ascii_isdigit(token.ptr[token.len - 1]);
}

const mn_winbuild *mn_winbuild_find_sure(mn_str token)
{
    if (!may_be_token(token))
        return NULL;
    for (size_t i = 0; i < mn_winbuild_count; i++)
        if (list_has(mn_winbuilds[i].sure, token))
            return &mn_winbuilds[i];
    return NULL;
}

const mn_winbuild *mn_winbuild_find_beside(mn_str token)
{
    if (!may_be_token(token))
        return NULL;
    for (size_t i = 0; i < mn_winbuild_count; i++)
        if (list_has(mn_winbuilds[i].beside, token))
            return &mn_winbuilds[i];
    return NULL;
}

const mn_winbuild *mn_winbuild_find_os_sku(mn_str value)
{
    for (size_t i = 0; i < mn_winbuild_count; i++)
        if (value.len > 0 && mn_str_eq(mn_str_of(mn_winbuilds[i].os_sku), value))
            return &mn_winbuilds[i];
    return NULL;
}

static bool contains_but_case(mn_str text, mn_str part)
{
    for (size_t at = 0; part.len > 0 && at + part.len <= text.len; at++)
        if (g_ascii_strncasecmp(text.ptr + at, part.ptr, part.len) == 0)
            return true;
    return false;
}

const mn_winbuild *mn_winbuild_find_os_image(mn_str os_image)
{
    for (size_t i = 0; i < mn_winbuild_count; i++) {
        mn_str list = mn_str_of(mn_winbuilds[i].os_image), part;
        while (next_part(&list, '|', &part))
            if (contains_but_case(os_image, part))
                return &mn_winbuilds[i];
    }
    return NULL;
}

const char *mn_win_channel_name(mn_win_channel channel)
{
    return channel_names[channel];
}

mn_build_set mn_build_set_of(uint16_t build)
{
    return (mn_build_set){.bounded = true, .count = 1, .builds = {build}};
}

bool mn_build_set_has(const mn_build_set *set, uint16_t build)
{
    if (!set->bounded)
        return true;
    for (size_t i = 0; i < set->count; i++)
        if (set->builds[i] == build)
            return true;
    return false;
}

bool mn_build_set_equal(const mn_build_set *a, const mn_build_set *b)
{
    return a->bounded == b->bounded && a->count == b->count &&
           memcmp(a->builds, b->builds, a->count * sizeof a->builds[0]) == 0;
}

void mn_build_set_add(mn_build_set *set, uint16_t build)
{
    if (mn_build_set_has(set, build))
        return;
    if (set->count == MN_BUILD_SET_MAX) {
        *set = (mn_build_set){.bounded = false};
        return;
    }
    size_t at = set->count++;
    for (; at > 0 && set->builds[at - 1] > build; at--)
        set->builds[at] = set->builds[at - 1];
    set->builds[at] = build;
}

mn_build_set mn_build_set_intersect(const mn_build_set *a, const mn_build_set *b)
{
    if (!a->bounded)
        return *b;
    mn_build_set both = {.bounded = true};
    for (size_t i = 0; i < a->count; i++)
        if (mn_build_set_has(b, a->builds[i]))
            mn_build_set_add(&both, a->builds[i]);
    return both;
}

const char *mn_build_set_format(const mn_build_set *set, char buffer[MN_BUILD_SET_TEXT])
{
    if (!set->bounded)
        return "any build";
    if (set->count == 0)
        return "no build";
    size_t used = 0;
    for (size_t i = 0; i < set->count; i++) {
        const char *glue = i == 0 ? "" : i + 1 == set->count ? " or " : ", ";
        int len = snprintf(
            buffer + used, MN_BUILD_SET_TEXT - used, "%s10.0.%u", glue, (unsigned)set->builds[i]);
        used += (size_t)MAX(len, 0);
    }
    return buffer;
}

const char *mn_build_rule_name(mn_build_rule rule)
{
    return rule_names[rule];
}

bool mn_build_rule_parse(mn_str text, mn_build_rule *out)
{
    for (size_t i = 0; i < MN_BUILD_RULE_COUNT; i++) {
        if (!mn_str_eq(text, mn_str_of(rule_names[i])))
            continue;
        *out = (mn_build_rule)i;
        return true;
    }
    return false;
}

static bool is_older(const mn_containerd_rule *row, uint32_t major, uint32_t minor, uint32_t patch)
{
    if (row->major != major)
        return row->major < major;
    if (row->minor != minor)
        return row->minor < minor;
    return row->patch <= patch;
}

mn_build_rule mn_build_rule_of_runtime(mn_str runtime)
{
    static const mn_str scheme = {.ptr = "containerd://", .len = sizeof "containerd://" - 1};
    uint32_t major, minor, patch;

    if (runtime.len < scheme.len || memcmp(runtime.ptr, scheme.ptr, scheme.len) != 0)
        return MN_BUILD_RULE_AUTO;
    mn_str text = {.ptr = runtime.ptr + scheme.len, .len = runtime.len - scheme.len};
    (void)take_byte(&text, 'v');
    if (!take_number(&text, UINT16_MAX, &major) || !take_byte(&text, '.') ||
        !take_number(&text, UINT16_MAX, &minor) || !take_byte(&text, '.') ||
        !take_number(&text, UINT16_MAX, &patch))
        return MN_BUILD_RULE_AUTO;

    mn_build_rule rule = MN_BUILD_RULE_AUTO;
    for (size_t i = 0; i < mn_containerd_rule_count; i++)
        if (is_older(&mn_containerd_rules[i], major, minor, patch))
            rule = mn_containerd_rules[i].rule;
    return rule;
}

bool mn_winbuild_runs(uint16_t host, uint16_t image, mn_build_rule rule)
{
    g_assert(rule != MN_BUILD_RULE_AUTO);
    if (host == 0 || image == 0)
        return true;
    if (rule == MN_BUILD_RULE_EXACT || host < SERVER_2022)
        return host == image;
    uint16_t floor = rule == MN_BUILD_RULE_ABI_2 && host > SERVER_2025 ? SERVER_2025 : SERVER_2022;
    return floor <= image && image <= host;
}

bool mn_winbuild_runs_in_hyperv(uint16_t host, uint16_t image)
{
    return host == 0 || image == 0 || image <= host;
}

bool mn_win_version_runs(const mn_win_version *host, const mn_win_version *image,
                         mn_build_rule rule)
{
    if (host->major != image->major || host->minor != image->minor)
        return false;
    if (host->build == SERVER_2016 && image->build == SERVER_2016 && host->has_revision &&
        image->has_revision)
        return host->revision == image->revision;
    return mn_winbuild_runs(host->build, image->build, rule);
}

bool mn_win_version_straddles_2020_02(const mn_win_version *host, const mn_win_version *image)
{
    if (host->build != SERVER_2019 || image->build != SERVER_2019)
        return false;
    if (!host->has_revision || !image->has_revision)
        return false;
    return (host->revision < REVISION_2020_02) != (image->revision < REVISION_2020_02);
}
