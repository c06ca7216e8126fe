/* SPDX-License-Identifier: Apache-2.0 */
/* From YAML to ext_config, by table. Defaults go through the same parsers as a
 * file's values, so a default that would be refused in a file cannot exist. */
#include "extender/config.h"

#include "extender/config_values.h"
#include "mullion/base/error.h"
#include "mullion/os/decide.h"
#include "mullion/text/read.h"

#include <stddef.h>
#include <string.h>

enum { CONFIG_DEPTH_MAX = 8, CONFIG_VALUES_MAX = 100000 };

const char *const ext_level_names[] = {"debug", "info", "warning", "error", NULL};
static const char *const plain_http_names[] = {"loopback", "anywhere", NULL};
static const char *const scheme_names[] = {"http", "https", NULL};
static const char *const mode_names[] = {"enforce", "prefer", "observe", NULL};
static const char *const os_names[] = {"unknown", "linux", "windows", NULL};
static const char *const rule_names[] = {"auto", "exact", "abi-1", "abi-2", NULL};
static const char *const known_rule_names[] = {"exact", "abi-1", "abi-2", NULL};
static const char *const conflict_names[] = {"honour", "refuse", NULL};
static const char *const daemon_set_names[] = {"enforce", "pass", NULL};
static const char *const open_names[] = {"pass", "fail", NULL};
static const char *const stale_names[] = {"use", "pass", "fail", NULL};
static const char *const kube_names[] = {"none", "in-cluster", "kubeconfig", "url", NULL};
static const char *const sighting_names[] = {"none", "nodes", "pods", NULL};

const ext_key ext_keys[] = {
#define CONFIG(member_, key_, kind_, default_, min_, max_, choices_, reloadable_, help_) \
    {.name = (key_),                                                                     \
     .kind = EXT_KIND_##kind_,                                                           \
     .default_text = (default_),                                                         \
     .min = (min_),                                                                      \
     .max = (max_),                                                                      \
     .choices = (choices_),                                                              \
     .reloadable = (reloadable_),                                                        \
     .help = (help_),                                                                    \
     .offset = offsetof(ext_config, member_)},
#include "extender/config.def"
#undef CONFIG
};
const size_t ext_key_count = G_N_ELEMENTS(ext_keys);

static bool is_list(const ext_key *key)
{
    return key->kind == EXT_KIND_IMAGES || key->kind == EXT_KIND_STRINGS ||
           key->kind == EXT_KIND_PAIRS;
}

mn_os_policy ext_config_policy(const ext_config *config)
{
    mn_os_policy policy = mn_os_policy_default;
    policy.default_os = (mn_os)config->default_os;
    policy.build_rule = (mn_build_rule)config->build_rule;
    policy.fallback_rule = (mn_build_rule)(config->unknown_runtime_rule + MN_BUILD_RULE_EXACT);
    policy.on_conflict = (mn_os_on_conflict)config->on_conflict;
    policy.daemon_sets = (mn_os_daemon_sets)config->daemon_sets;
    policy.image_map = config->images;
    policy.hypervisor_handlers = config->hypervisor_handlers;
    return policy;
}

const char *ext_config_mode_name(const ext_config *config)
{
    return mn_os_mode_name((mn_os_mode)config->mode);
}

ext_config *ext_config_new(void)
{
    ext_config *config = g_new0(ext_config, 1);
    config->arena = mn_arena_new();
    atomic_init(&config->references, 1);
    for (size_t i = 0; i < ext_key_count; i++) {
        const ext_key *key = &ext_keys[i];
        if (!is_list(key) && !ext_key_parse(config, key, key->default_text))
            g_error("config.def: the default of %s is not allowed", key->name);
    }
    return config;
}

void ext_config_free(ext_config *config)
{
    if (config == NULL || atomic_fetch_sub(&config->references, 1) > 1)
        return;
    mn_arena_free(config->arena);
    g_free(config);
}

/* ---- the list of images */

static const char *const image_keys[] = {"match", "os", "builds"};

static bool read_build(const mn_at *at, mn_build_set *builds, GError **error)
{
    char buffer[MN_NUMBER_TEXT];
    const char *text = NULL;
    mn_win_version version;
    if (!mn_read_scalar_text(at, buffer, &text, error))
        return false;
    if (text == NULL || !mn_win_version_parse(mn_str_of(text), &version))
        return mn_at_error(at,
                           MN_ERROR_SCHEMA,
                           error,
                           "expected a Windows build such as \"10.0.20348\", found \"%s\"",
                           text == NULL ? "null" : text);
    if (builds->count == MN_BUILD_SET_MAX)
        return mn_at_error(at, MN_ERROR_LIMIT, error, "more than %d builds", (int)MN_BUILD_SET_MAX);
    mn_build_set_add(builds, version.build);
    return true;
}

static bool read_builds(const mn_at *at, const mn_os_image_row *image, mn_build_set *builds,
                        GError **error)
{
    if (!mn_at_is_there(at))
        return true;
    if (!mn_read_is_array(at, error))
        return false;
    if (image->os != MN_OS_WINDOWS)
        return mn_at_error(at, MN_ERROR_SCHEMA, error, "only images with os: windows have builds");
    builds->bounded = mn_at_count(at) > 0;
    for (size_t i = 0; i < mn_at_count(at); i++) {
        const mn_at element = mn_at_element(at, i);
        if (!read_build(&element, builds, error))
            return false;
    }
    return true;
}

static bool check_image_keys(const mn_at *at, GError **error)
{
    mn_members members = mn_members_of(at);
    mn_at member;
    while (mn_members_next(&members, &member)) {
        size_t i = 0;
        while (i < G_N_ELEMENTS(image_keys) && strcmp(image_keys[i], member.key) != 0)
            i++;
        if (i == G_N_ELEMENTS(image_keys))
            return mn_at_error(
                &member, MN_ERROR_UNKNOWN, error, "unknown key, expected match, os or builds");
    }
    return true;
}

static bool read_image(ext_config *config, const mn_at *at, mn_os_image_row *out, GError **error)
{
    const mn_at match = mn_at_member(at, "match"), os = mn_at_member(at, "os");
    const mn_at builds = mn_at_member(at, "builds");
    const char *match_text = NULL, *os_text = NULL;
    if (!mn_read_is_object(at, error) || !check_image_keys(at, error) ||
        !mn_read_string(&match, &match_text, error) || !mn_read_string(&os, &os_text, error))
        return false;
    if (match_text == NULL || *match_text == '\0')
        return mn_at_error(&match, MN_ERROR_SCHEMA, error, "expected a glob over image references");
    int number = 0;
    while (os_names[number] != NULL && g_strcmp0(os_text, os_names[number]) != 0)
        number++;
    if (os_names[number] == NULL)
        return mn_at_error(&os,
                           MN_ERROR_SCHEMA,
                           error,
                           "expected linux, windows or unknown, found %s",
                           os_text == NULL ? "nothing" : os_text);
    out->glob = mn_arena_strdup(config->arena, match_text);
    out->os = (mn_os)number;
    return read_builds(&builds, out, &out->builds, error);
}

static bool read_images(ext_config *config, const ext_key *key, const mn_at *at, GError **error)
{
    if (!mn_at_is_there(at))
        return true;
    if (!mn_read_is_array(at, error))
        return false;
    size_t count = mn_at_count(at);
    mn_os_image_row *items = MN_ARENA_NEW(config->arena, mn_os_image_row, count);
    for (size_t i = 0; i < count; i++) {
        const mn_at element = mn_at_element(at, i);
        if (!read_image(config, &element, &items[i], error))
            return false;
    }
    mn_os_image_map *images = (mn_os_image_map *)(void *)((char *)config + key->offset);
    *images = (mn_os_image_map){.items = items, .count = count};
    return true;
}

static bool read_strings(ext_config *config, const ext_key *key, const mn_at *at, GError **error)
{
    if (!mn_at_is_there(at))
        return true;
    if (!mn_read_is_array(at, error))
        return false;
    size_t count = mn_at_count(at);
    const char **items = MN_ARENA_NEW(config->arena, const char *, count);
    for (size_t i = 0; i < count; i++) {
        const mn_at element = mn_at_element(at, i);
        const char *text = NULL;
        if (!mn_read_string(&element, &text, error))
            return false;
        if (key->kind == EXT_KIND_PAIRS && (text == NULL || *text == '\0' || *text == '='))
            return mn_at_error(&element,
                               MN_ERROR_SCHEMA,
                               error,
                               "expected key or key=value, found \"%s\"",
                               text == NULL ? "null" : text);
        items[i] = mn_arena_strdup(config->arena, text == NULL ? "" : text);
    }
    mn_strings *strings = (mn_strings *)(void *)((char *)config + key->offset);
    *strings = (mn_strings){.items = items, .count = count};
    return true;
}

/* ---- keys */

static bool read_key(ext_config *config, const ext_key *key, const mn_at *at, GError **error)
{
    config->says_something = true;
    if (key->kind == EXT_KIND_IMAGES)
        return read_images(config, key, at, error);
    if (key->kind == EXT_KIND_STRINGS || key->kind == EXT_KIND_PAIRS)
        return read_strings(config, key, at, error);
    char buffer[MN_NUMBER_TEXT];
    const char *text = NULL;
    bool is_text = key->kind == EXT_KIND_STRING || key->kind == EXT_KIND_ADDRESS ||
                   key->kind == EXT_KIND_PREFIX || key->kind == EXT_KIND_CHOICE;
    if (!(is_text ? mn_read_string(at, &text, error)
                  : mn_read_scalar_text(at, buffer, &text, error)))
        return false;
    if (text == NULL || ext_key_parse(config, key, text)) /* null: as if it were not there */
        return true;
    g_autofree char *expected = ext_key_expected(key);
    return mn_at_error(at, MN_ERROR_SCHEMA, error, "expected %s, found \"%s\"", expected, text);
}

static const ext_key *find_key(const char *name)
{
    for (size_t i = 0; i < ext_key_count; i++)
        if (strcmp(ext_keys[i].name, name) == 0)
            return &ext_keys[i];
    return NULL;
}

static bool is_group(const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < ext_key_count; i++)
        if (strncmp(ext_keys[i].name, name, len) == 0 && ext_keys[i].name[len] == '.')
            return true;
    return false;
}

static bool unknown_key(const mn_at *at, const char *group, GError **error)
{
    const char *names[64];
    size_t count = 0, skip = *group == '\0' ? 0 : strlen(group) + 1;
    for (size_t i = 0; i < ext_key_count && count < G_N_ELEMENTS(names); i++) {
        const char *name = ext_keys[i].name;
        if (skip == 0 || (strncmp(name, group, skip - 1) == 0 && name[skip - 1] == '.'))
            names[count++] = name + skip;
    }
    const char *nearest = mn_nearest(at->key, names, count);
    if (nearest == NULL)
        return mn_at_error(at, MN_ERROR_UNKNOWN, error, "unknown key; --print-defaults lists all");
    return mn_at_error(at,
                       MN_ERROR_UNKNOWN,
                       error,
                       "unknown key, did you mean \"%s%s%s\"?",
                       group,
                       skip == 0 ? "" : ".",
                       nearest);
}

static bool read_group(ext_config *config, const mn_at *at, const char *group, GError **error)
{
    if (!mn_read_is_object(at, error))
        return false;
    mn_members members = mn_members_of(at);
    mn_at member;
    while (mn_members_next(&members, &member)) {
        g_autofree char *name = g_strdup_printf("%s.%s", group, member.key);
        const ext_key *key = find_key(name);
        if (key == NULL)
            return unknown_key(&member, group, error);
        if (!read_key(config, key, &member, error))
            return false;
    }
    return true;
}

typedef struct loading {
    ext_config *config;
    size_t documents;
} loading;

static bool read_document(const mn_document *document, gpointer data, GError **error)
{
    loading *into = data;
    const mn_at root = mn_at_root(document);
    if (into->documents++ > 0)
        return mn_at_error(&root, MN_ERROR_SCHEMA, error, "a second document: expected one");
    mn_members members = mn_members_of(&root);
    mn_at member;
    while (mn_members_next(&members, &member)) {
        const ext_key *key = find_key(member.key);
        if (key == NULL && !is_group(member.key))
            return unknown_key(&member, "", error);
        if (!(key != NULL ? read_key(into->config, key, &member, error)
                          : read_group(into->config, &member, member.key, error)))
            return false;
    }
    return true;
}

ext_config *ext_config_load(const mn_source *source, GError **error)
{
    static const mn_document_limits limits = {.bytes = EXT_CONFIG_BYTES_MAX,
                                              .depth = CONFIG_DEPTH_MAX,
                                              .values = CONFIG_VALUES_MAX,
                                              .documents = 1};
    g_autoptr(ext_config) config = ext_config_new();
    loading into = {.config = config};
    if (!mn_document_each(source, &limits, read_document, &into, error))
        return NULL;
    return g_steal_pointer(&config);
}

bool ext_config_set(ext_config *config, const char *key, const char *text, const char *origin,
                    GError **error)
{
    const ext_key *row = find_key(key);
    g_assert(row != NULL && !is_list(row));
    if (ext_key_parse(config, row, text))
        return true;
    g_autofree char *expected = ext_key_expected(row);
    g_set_error(
        error, MN_ERROR, MN_ERROR_SCHEMA, "%s: expected %s, found \"%s\"", origin, expected, text);
    return false;
}

static bool is_fixed_change(const ext_key *key, const ext_config *fresh, const ext_config *old)
{
    return !key->reloadable && !ext_key_equal(key, fresh, old);
}

bool ext_config_changes_fixed(const ext_config *fresh, const ext_config *old)
{
    for (size_t i = 0; i < ext_key_count; i++)
        if (is_fixed_change(&ext_keys[i], fresh, old))
            return true;
    return false;
}

size_t ext_config_keep_fixed(ext_config *fresh, const ext_config *old, GString *changed)
{
    size_t count = 0;
    for (size_t i = 0; i < ext_key_count; i++) {
        const ext_key *key = &ext_keys[i];
        if (!is_fixed_change(key, fresh, old))
            continue;
        g_string_append_printf(changed, "%s%s", changed->len > 0 ? ", " : "", key->name);
        ext_key_copy(key, fresh, old);
        count++;
    }
    return count;
}
