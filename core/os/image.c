/* SPDX-License-Identifier: Apache-2.0 */
/* The rules on image names, applied.
 *
 * Families are asked in a fixed order: strong words of the tag (Windows before
 * Linux), then the repository, then medium and weak words. The tag goes first
 * because one repository may hold both: golang:1.25-nanoserver is Windows, golang:1.25
 * is either. Words are whole tokens: "wins", "winston" and "darwin" say nothing.
 */
#include "mullion/os/image.h"

#include <glib.h>
#include <stdlib.h>

static const mn_image_rule repos[] = {
#define REPO(name, family, system, degree, text) \
    {.id = (family),                             \
     .kind = MN_IMAGE_REPO,                      \
     .pattern = (name),                          \
     .os = MN_OS_##system,                       \
     .strength = MN_STRENGTH_##degree,           \
     .note = (text)},
#include "core/os/image_rules.def"
};

static const mn_image_rule linux_repos[] = {
#include "core/os/image_linux.def"
#undef REPO
};

static const mn_image_rule words[] = {
#define WORD(word, family, system, degree, text) \
    {.id = (family),                             \
     .kind = MN_IMAGE_TAG_WORD,                  \
     .pattern = (word),                          \
     .os = MN_OS_##system,                       \
     .strength = MN_STRENGTH_##degree,           \
     .note = (text)},
#include "core/os/image_rules.def"
#undef WORD
};

static const mn_image_rule others[] = {
#define RULE(text, family, how, system, degree, remark) \
    {.id = (family),                                    \
     .kind = MN_IMAGE_##how,                            \
     .pattern = (text),                                 \
     .os = MN_OS_##system,                              \
     .strength = MN_STRENGTH_##degree,                  \
     .note = (remark)},
#include "core/os/image_rules.def"
#undef RULE
};

enum { MAX_TOKENS = 64 };

/* A run of letters and digits, lower case. */
struct token {
    mn_str text;
    char before, after; /* the bytes around it; NUL at an end */
    bool in_tag;        /* else in the last part of the path */
    bool says_windows;  /* W4, W8: a build may stand beside it */
};

struct finding {
    const mn_image_rule *rule;
    mn_str text; /* in `low` */
    bool has_build;
};

struct scan {
    char low[MN_IMAGE_MAX]; /* the reference in lower case, byte for byte */
    mn_image_ref ref;
    struct token tokens[MAX_TOKENS];
    size_t count;
    struct finding found[MN_OS_COUNT][MN_STRENGTH_COUNT]; /* what the words say */
    mn_build_set builds;
    mn_win_version version;
};

/* GLib's is a call into a shared library, once for each byte. */
static char to_lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

static mn_str lower_part(const struct scan *scan, const char *base, mn_str part)
{
    return (mn_str){.ptr = part.len > 0 ? scan->low + (part.ptr - base) : scan->low,
                    .len = part.len};
}

static mn_str cut(mn_str text, size_t start, size_t len)
{
    return (mn_str){.ptr = text.ptr + start, .len = len};
}

/* NUL outside; SIZE_MAX is outside, too. */
static char byte_at(mn_str text, size_t at)
{
    if (at >= text.len)
        return '\0';
    return text.ptr[at];
}

static void add_tokens(struct scan *scan, mn_str part, bool in_tag)
{
    for (size_t at = 0; at < part.len && scan->count < MAX_TOKENS;) {
        size_t end = at;
        while (end < part.len && g_ascii_isalnum(part.ptr[end]))
            end++;
        if (end > at)
            scan->tokens[scan->count++] = (struct token){
                .text = cut(part, at, end - at),
                .before = byte_at(part, at - 1),
                .after = byte_at(part, end),
                .in_tag = in_tag,
            };
        at = end + 1;
    }
}

static mn_str last_part(mn_str path)
{
    size_t at = path.len;
    while (at > 0 && path.ptr[at - 1] != '/')
        at--;
    return cut(path, at, path.len - at);
}

/* The first finding stays, unless a later one also knows the build. */
static void note(struct scan *scan, const mn_image_rule *rule, mn_str text, uint16_t build)
{
    struct finding *found = &scan->found[rule->os][rule->strength];
    if (build != 0) {
        scan->builds.bounded = true;
        mn_build_set_add(&scan->builds, build);
    }
    if (found->rule == NULL || (build != 0 && !found->has_build))
        *found = (struct finding){.rule = rule, .text = text, .has_build = build != 0};
}

static const mn_image_rule *rule_of_kind(mn_image_rule_kind kind)
{
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
        if (others[i].kind == kind)
            return &others[i];
    g_assert_not_reached();
}

static int compare_pattern(const void *key, const void *row)
{
    return strcmp(key, ((const mn_image_rule *)row)->pattern);
}

static const mn_image_rule *find_pattern(const mn_image_rule *rules, size_t count, const char *key)
{
    return bsearch(key, rules, count, sizeof *rules, compare_pattern);
}

/* "alpine3" is looked up as it is ("al2023" is a word), then without its digits. */
static const mn_image_rule *find_word(mn_str token)
{
    char key[24];
    size_t len = token.len;
    if (len >= sizeof key)
        return NULL;
    memcpy(key, token.ptr, len);
    key[len] = '\0';
    const mn_image_rule *rule = find_pattern(words, G_N_ELEMENTS(words), key);
    while (rule == NULL && len > 1 && g_ascii_isdigit(key[len - 1])) {
        key[--len] = '\0';
        if (!g_ascii_isdigit(key[len - 1]))
            rule = find_pattern(words, G_N_ELEMENTS(words), key);
    }
    return rule;
}

static const mn_winbuild *find_any_build(mn_str token)
{
    const mn_winbuild *row = mn_winbuild_find_sure(token);
    return row != NULL ? row : mn_winbuild_find_beside(token);
}

/* W4. "servercore1809" has its build glued on; "servercores" is another word. */
static void read_base(struct scan *scan, struct token *token)
{
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        if (others[i].kind != MN_IMAGE_BASE)
            continue;
        mn_str base = mn_str_of(others[i].pattern);
        if (token->text.len < base.len || memcmp(token->text.ptr, base.ptr, base.len) != 0)
            continue;
        mn_str rest = cut(token->text, base.len, token->text.len - base.len);
        const mn_winbuild *row = find_any_build(rest);
        if (row == NULL && rest.len > 0 && g_ascii_isalpha(rest.ptr[0]))
            continue;
        token->says_windows = true;
        note(scan, &others[i], token->text, row != NULL ? row->build : 0);
        return;
    }
}

/* W3. Also at the end of a word ("windowsltsc2019"), but "sac2016" only alone. */
static void read_sure_build(struct scan *scan, const struct token *token)
{
    const mn_winbuild *row = mn_winbuild_find_sure(token->text);
    enum { LTSC_YEAR = sizeof "ltsc2019" - 1 };
    mn_str text = token->text;
    if (row == NULL && text.len > LTSC_YEAR) {
        text = cut(text, text.len - LTSC_YEAR, LTSC_YEAR);
        row = text.ptr[0] == 'l' ? mn_winbuild_find_sure(text) : NULL;
    }
    if (row != NULL)
        note(scan, rule_of_kind(MN_IMAGE_BUILD), text, row->build);
}

static void read_word(struct scan *scan, struct token *token)
{
    const mn_image_rule *rule = find_word(token->text);
    if (rule == NULL)
        return;
    if (token->in_tag) {
        token->says_windows |= rule->os == MN_OS_WINDOWS;
        note(scan, rule, token->text, 0);
    } else if (rule->os == MN_OS_LINUX) {
        note(scan, rule_of_kind(MN_IMAGE_LAST_WORD), token->text, 0);
    }
}

static bool is_kb(mn_str token)
{
    if (token.len < 8 || token.len > 9 || memcmp(token.ptr, "kb", 2) != 0)
        return false;
    for (size_t i = 2; i < token.len; i++)
        if (!g_ascii_isdigit(token.ptr[i]))
            return false;
    return true;
}

/* W5, W7. Beside a dot it is part of a version or a date: "windows-2004.12". */
static void read_build_beside(struct scan *scan, size_t i, bool base_repo)
{
    const struct token *token = &scan->tokens[i];
    const mn_winbuild *row = mn_winbuild_find_beside(token->text);
    if (row == NULL || !token->in_tag || token->before == '.' || token->after == '.')
        return;
    bool has_next = i + 1 < scan->count;
    bool beside = base_repo || (i > 0 && scan->tokens[i - 1].says_windows) ||
                  (has_next && scan->tokens[i + 1].says_windows);
    if (has_next && is_kb(scan->tokens[i + 1].text))
        note(scan, rule_of_kind(MN_IMAGE_KB), token->text, row->build);
    else if (beside)
        note(scan, rule_of_kind(MN_IMAGE_BUILD_BESIDE), token->text, row->build);
}

/* W6. A build that the table lacks counts in the base repositories (insiders). */
static void read_version(struct scan *scan, mn_str tag, bool base_repo)
{
    enum { MIN_INSIDER = 10000 };
    mn_win_version version;
    for (size_t at = 0; at + 5 < tag.len; at++) {
        if (at > 0 && (g_ascii_isalnum(tag.ptr[at - 1]) || tag.ptr[at - 1] == '.'))
            continue;
        mn_str rest = cut(tag, at, tag.len - at);
        if (memcmp(rest.ptr, "10.0.", 5) != 0 || !mn_win_version_parse(rest, &version))
            continue;
        if (mn_winbuild_find(version.build) == NULL && !(base_repo && version.build >= MIN_INSIDER))
            continue;
        scan->version = version;
        note(scan, rule_of_kind(MN_IMAGE_VERSION), rest, version.build);
        return;
    }
}

/* The longest pattern wins: the name itself, then each folder above it. */
static const mn_image_rule *find_repo(const char *name)
{
    char key[sizeof((mn_image_ref *)NULL)->name + 4];
    size_t len = strlen(name);
    memcpy(key, name, len + 1);
    while (len > 0) {
        const mn_image_rule *rule = find_pattern(repos, G_N_ELEMENTS(repos), key);
        if (rule == NULL)
            rule = find_pattern(linux_repos, G_N_ELEMENTS(linux_repos), key);
        if (rule != NULL)
            return rule;
        while (len > 0 && key[len - 1] != '/')
            len--;
        if (len > 0)
            memcpy(key + --len, "/**", sizeof "/**");
    }
    return NULL;
}

static bool is_from_8(mn_str tag)
{
    unsigned major = 0;
    size_t i = 0;
    for (; i < tag.len && i < 4 && g_ascii_isdigit(tag.ptr[i]); i++)
        major = major * 10 + (unsigned)(tag.ptr[i] - '0');
    return i > 0 && major >= 8 && (i == tag.len || tag.ptr[i] == '.' || tag.ptr[i] == '-');
}

static const mn_image_rule *judge_repo(const mn_image_ref *ref)
{
    mn_str name = mn_str_of(ref->name);
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
        if (others[i].kind == MN_IMAGE_REPO_FROM_8 && is_from_8(ref->tag) &&
            mn_str_eq(name, mn_str_of(others[i].pattern)))
            return &others[i];
    const mn_image_rule *rule = find_repo(ref->name);
    for (size_t i = 0; rule == NULL && i < G_N_ELEMENTS(others); i++)
        if (others[i].kind == MN_IMAGE_GLOB && mn_image_glob(mn_str_of(others[i].pattern), name))
            rule = &others[i];
    return rule;
}

/* W9: the word anywhere in the path. */
static void read_path_word(struct scan *scan, mn_str path)
{
    const mn_image_rule *rule = rule_of_kind(MN_IMAGE_PATH_WORD);
    size_t len = strlen(rule->pattern);
    for (size_t at = 0; at + len <= path.len; at++) {
        bool starts = at == 0 || !g_ascii_isalnum(path.ptr[at - 1]);
        bool ends = at + len == path.len || !g_ascii_isalnum(path.ptr[at + len]);
        if (starts && ends && memcmp(path.ptr + at, rule->pattern, len) == 0)
            note(scan, rule, cut(path, at, len), 0);
    }
}

/* The order of the families; the head of this file says why. */
static struct finding choose(const struct scan *scan, const mn_image_rule *repo, mn_str name)
{
    struct finding by_repo = {.rule = repo, .text = name};
    const struct finding *windows = scan->found[MN_OS_WINDOWS];
    const struct finding *posix = scan->found[MN_OS_LINUX];

    if (windows[MN_STRENGTH_STRONG].has_build)
        return windows[MN_STRENGTH_STRONG];
    if (repo != NULL && repo->os == MN_OS_WINDOWS)
        return by_repo;
    if (windows[MN_STRENGTH_STRONG].rule != NULL)
        return windows[MN_STRENGTH_STRONG];
    if (posix[MN_STRENGTH_STRONG].rule != NULL)
        return posix[MN_STRENGTH_STRONG];
    if (windows[MN_STRENGTH_MEDIUM].rule != NULL && posix[MN_STRENGTH_MEDIUM].rule != NULL)
        return repo != NULL ? by_repo : (struct finding){.rule = NULL};
    if (windows[MN_STRENGTH_MEDIUM].rule != NULL)
        return windows[MN_STRENGTH_MEDIUM];
    if (repo != NULL)
        return by_repo;
    if (posix[MN_STRENGTH_MEDIUM].rule != NULL)
        return posix[MN_STRENGTH_MEDIUM];
    return windows[MN_STRENGTH_WEAK];
}

static void read_tokens(struct scan *scan, bool base_repo)
{
    for (size_t i = 0; i < scan->count; i++) {
        read_base(scan, &scan->tokens[i]);
        read_sure_build(scan, &scan->tokens[i]);
        read_word(scan, &scan->tokens[i]);
    }
    for (size_t i = 0; i < scan->count; i++)
        read_build_beside(scan, i, base_repo);
}

mn_image_verdict mn_image_judge(mn_str reference)
{
    struct scan scan;
    memset(&scan, 0, sizeof scan);
    if (!mn_image_ref_parse(reference, &scan.ref))
        return (mn_image_verdict){.os = MN_OS_UNKNOWN};
    for (size_t i = 0; i < reference.len; i++)
        scan.low[i] = to_lower(reference.ptr[i]);

    mn_str path = lower_part(&scan, reference.ptr, scan.ref.path);
    mn_str tag = lower_part(&scan, reference.ptr, scan.ref.tag);
    const mn_image_rule *repo = judge_repo(&scan.ref);
    bool base_repo = repo != NULL && strcmp(repo->id, "W1") == 0;
    add_tokens(&scan, last_part(path), false);
    add_tokens(&scan, tag, true);
    read_tokens(&scan, base_repo);
    read_version(&scan, tag, base_repo);
    read_path_word(&scan, path);

    mn_str name = {.ptr = scan.low, .len = (size_t)(path.ptr - scan.low) + path.len};
    struct finding found = choose(&scan, repo, name);
    if (found.rule == NULL)
        return (mn_image_verdict){.os = MN_OS_UNKNOWN};
    bool windows = found.rule->os == MN_OS_WINDOWS;
    return (mn_image_verdict){
        .os = found.rule->os,
        .strength = found.rule->strength,
        .builds = windows ? scan.builds : (mn_build_set){.bounded = false},
        .multi = found.rule->os == MN_OS_UNKNOWN,
        .version = windows ? scan.version : (mn_win_version){.build = 0},
        .rule = found.rule,
        .matched = {.ptr = reference.ptr + (found.text.ptr - scan.low), .len = found.text.len},
    };
}

const mn_image_rule *mn_image_rules(mn_image_table table, size_t *count)
{
    static const struct {
        const mn_image_rule *rules;
        size_t count;
    } tables[] = {
        {repos, G_N_ELEMENTS(repos)},
        {linux_repos, G_N_ELEMENTS(linux_repos)},
        {words, G_N_ELEMENTS(words)},
        {others, G_N_ELEMENTS(others)},
    };
    *count = tables[table].count;
    return tables[table].rules;
}
