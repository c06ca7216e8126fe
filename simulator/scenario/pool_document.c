/* SPDX-License-Identifier: Apache-2.0 */
/* The shape of a node pool, and the small notations in it: builds, kubectl's taints. */
#include "simulator/scenario/parts.h"
#include "simulator/scenario/platforms.h"

#include <string.h>

/* ---- words */

const char *const mn_os_words[] = {"linux", "windows", NULL};

bool mn_decode_os(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    (void)arena;
    int index = 0;
    if (!mn_read_word(at, mn_os_words, &index, error))
        return false;
    *(mn_os *)out = index == 0 ? MN_OS_LINUX : MN_OS_WINDOWS;
    return true;
}

static const char *const arch_words[] = {"amd64", "arm64", NULL};

static bool decode_arch(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    (void)arena;
    int index = 0;
    if (!mn_read_word(at, arch_words, &index, error))
        return false;
    *(const char **)out = arch_words[index];
    return true;
}

/* ---- builds */

static bool parse_build(const char *text, mn_win_version *out)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 5 && text[digits] == '\0') {
        g_autofree char *full = g_strdup_printf("10.0.%s", text);
        return mn_win_version_parse(mn_str_of(full), out);
    }
    const mn_winbuild *row = mn_winbuild_find_sure(mn_str_of(text));
    if (row != NULL) {
        *out = (mn_win_version){.major = 10, .build = row->build};
        return true;
    }
    return mn_win_version_parse(mn_str_of(text), out);
}

bool mn_decode_build(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    char buffer[MN_NUMBER_TEXT];
    const char *text = "";
    (void)arena;
    if (!mn_read_scalar_text(at, buffer, &text, error))
        return false;
    return parse_build(text, out) ||
           mn_at_error(at,
                       MN_ERROR_SCHEMA,
                       error,
                       "expected a Windows build such as 10.0.20348, 20348 or ltsc2022, found "
                       "\"%.60s\"",
                       text);
}

bool mn_decode_one_or_many(mn_arena *arena, const mn_at *at, mn_decode_fn each, void *out,
                           GError **error)
{
    if (!mn_read_is_array(at, NULL))
        return each(arena, at, out, error);
    for (size_t i = 0; i < mn_at_count(at); i++) {
        mn_at element = mn_at_element(at, i);
        if (!mn_at_is_there(&element))
            return mn_at_expected(&element, "a value", error);
        if (!each(arena, &element, out, error))
            return false;
    }
    return mn_at_count(at) > 0 || mn_at_expected(at, "at least one value", error);
}

static bool add_build(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    mn_win_version version;
    if (!mn_decode_build(arena, at, &version, error))
        return false;
    mn_build_set *set = out;
    set->bounded = true;
    if (!mn_build_set_has(set, version.build) && set->count == MN_BUILD_SET_MAX)
        return mn_at_error(
            at, MN_ERROR_LIMIT, error, "more than %d builds of one image", MN_BUILD_SET_MAX);
    mn_build_set_add(set, version.build);
    return true;
}

bool mn_decode_builds(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    return mn_decode_one_or_many(arena, at, add_build, out, error);
}

/* ---- taints as kubectl writes them */

static const char *const effects[] = {"NoSchedule", "PreferNoSchedule", "NoExecute", NULL};

static bool bad_taint(const mn_at *at, const char *text, GError **error)
{
    return mn_at_error(at,
                       MN_ERROR_SCHEMA,
                       error,
                       "expected key=value:Effect or key:Effect with NoSchedule, PreferNoSchedule "
                       "or NoExecute, such as os=windows:NoSchedule, found \"%.60s\"",
                       text);
}

static bool parse_taint(mn_arena *arena, const mn_at *at, const char *text, mn_taint *out,
                        GError **error)
{
    const char *colon = strrchr(text, ':');
    if (colon == NULL || colon == text)
        return bad_taint(at, text, error);
    const char *equal = memchr(text, '=', (size_t)(colon - text));
    const char *end = equal == NULL ? colon : equal;
    for (int i = 0; effects[i] != NULL; i++) {
        if (strcmp(effects[i], colon + 1) == 0)
            out->effect = i + 1; /* in the order of mn_taint_effect */
    }
    if (out->effect == MN_EFFECT_ANY || end == text)
        return bad_taint(at, text, error);
    out->key = mn_arena_strndup(arena, text, (size_t)(end - text));
    out->value =
        equal == NULL ? "" : mn_arena_strndup(arena, equal + 1, (size_t)(colon - equal - 1));
    return true;
}

static bool add_taints(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    const char *text = "";
    if (!mn_read_string(at, &text, error))
        return false;
    mn_taints *taints = out;
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);
    size_t count = taints->count + g_strv_length(parts);
    mn_taint *items = MN_ARENA_NEW(arena, mn_taint, count);
    if (taints->count > 0)
        memcpy(items, taints->items, taints->count * sizeof *items);
    for (size_t i = 0; taints->count + i < count; i++) {
        if (!parse_taint(arena, at, g_strstrip(parts[i]), &items[taints->count + i], error))
            return false;
    }
    *taints = (mn_taints){.items = items, .count = count};
    return true;
}

bool mn_decode_kubectl_taints(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    return mn_decode_one_or_many(arena, at, add_taints, out, error);
}

/* ---- node pools */

/* As in a Node, but nothing that a Taint does not have. */
static bool decode_taints(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    mn_shape shape = mn_taint_shape;
    shape.strict = true;
    if (!mn_read_is_array(at, error))
        return false;
    size_t count = mn_at_count(at);
    mn_taint *items = MN_ARENA_NEW(arena, mn_taint, count);
    for (size_t i = 0; i < count; i++) {
        mn_at element = mn_at_element(at, i);
        if (!mn_at_is_there(&element))
            return mn_at_expected(&element, "an object", error);
        if (!mn_decode(arena, &shape, &element, &items[i], error))
            return false;
    }
    *(mn_taints *)out = (mn_taints){.items = items, .count = count};
    return true;
}

/* A Node that need not have a name: each node of the pool has its own. */
static bool decode_template(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    mn_shape shape = mn_node_shape;
    shape.name = "node template";
    shape.check = NULL;
    mn_node *node = MN_ARENA_NEW(arena, mn_node, 1);
    *(const mn_node **)out = node;
    return mn_decode(arena, &shape, at, node, error);
}

static bool is_dns_name(const char *text)
{
    size_t len = strlen(text);
    if (len == 0 || len > 200 || text[0] == '-' || text[len - 1] == '-')
        return false;
    for (size_t i = 0; i < len; i++) {
        if (!g_ascii_islower(text[i]) && !g_ascii_isdigit(text[i]) && text[i] != '-' &&
            text[i] != '.')
            return false;
    }
    return true;
}

static bool check_pool_build(const mn_at *at, const mn_pool_spec *pool, GError **error)
{
    mn_at build = mn_at_member(at, "build");
    if (pool->os == MN_OS_WINDOWS && !mn_at_is_there(&build) &&
        (pool->template == NULL || pool->template->status.info.kernel_version == NULL))
        return mn_at_error(at,
                           MN_ERROR_SCHEMA,
                           error,
                           "required field \"build\" is missing: a Windows pool says which build, "
                           "such as 10.0.20348");
    return pool->os == MN_OS_WINDOWS || !mn_at_is_there(&build) ||
           mn_at_error(&build,
                       MN_ERROR_SCHEMA,
                       error,
                       "only a Windows pool has a build: add \"os: windows\" or remove it");
}

static bool check_pool(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    (void)arena;
    mn_pool_spec *pool = out;
    mn_at name = mn_at_member(at, "name"), count = mn_at_member(at, "count");
    if (pool->os == MN_OS_UNKNOWN)
        pool->os = MN_OS_LINUX;
    if (!is_dns_name(pool->name))
        return mn_at_error(&name,
                           MN_ERROR_SCHEMA,
                           error,
                           "expected a node name's beginning (lower case, digits, '-', '.'), found "
                           "\"%.60s\"",
                           pool->name);
    if (pool->count.set && (pool->count.value < 0 || pool->count.value > MN_SCENARIO_MAX_NODES))
        return mn_at_error(&count,
                           MN_ERROR_LIMIT,
                           error,
                           "expected a number of nodes from 0 to %d",
                           MN_SCENARIO_MAX_NODES);
    return check_pool_build(at, pool, error);
}

#define POOL(member, name, kind)       MN_FIELD(mn_pool_spec, member, name, kind)
#define POOL_BY(member, name, decoder) MN_FIELD_BY(mn_pool_spec, member, name, decoder)
#define POOL_WORDS(member, name, decoder, words) \
    MN_FIELD_WORDS(mn_pool_spec, member, name, decoder, words)
static const mn_field pool_fields[] = {
    {.name = "name",
     .offset = offsetof(mn_pool_spec, name),
     .kind = MN_FIELD_STRING,
     .required = true},
    POOL(count, "count", MN_FIELD_INT64),
    POOL_WORDS(platform, "platform", mn_decode_platform, mn_platform_names),
    POOL_WORDS(os, "os", mn_decode_os, mn_os_words),
    POOL_BY(build, "build", mn_decode_build),
    POOL_WORDS(arch, "arch", decode_arch, arch_words),
    POOL(container_runtime, "containerRuntime", MN_FIELD_STRING),
    POOL(kubelet, "kubelet", MN_FIELD_STRING),
    POOL(os_image, "osImage", MN_FIELD_STRING),
    POOL_BY(allocatable, "allocatable", mn_resources_decode),
    POOL(labels, "labels", MN_FIELD_STRING_MAP),
    MN_FIELD_WITHIN(mn_pool_spec, taints, "taints", decode_taints, mn_taint_shape),
    POOL_BY(registered, "registerWithTaints", mn_decode_kubectl_taints),
    POOL_BY(template, "template", decode_template),
};
const mn_shape mn_pool_spec_shape = {
    .name = "node pool",
    .size = sizeof(mn_pool_spec),
    .fields = pool_fields,
    .count = G_N_ELEMENTS(pool_fields),
    .strict = true,
    .check = check_pool,
};
