/* SPDX-License-Identifier: Apache-2.0 */
/* Where strategies come from: files, and those that the program carries. */
#include "mullion/io/file.h"
#include "simulator/strategy/parts.h"

#include <string.h>
#include <unistd.h>

#define API_VERSION "mullion.dev/v1alpha1"

/* ---- built in */

#define BYTES(name) static const unsigned char name[]
BYTES(none) = {
#include "generated/scenarios/strategies/none.yaml.inc"
};
BYTES(selector_own_windows) = {
#include "generated/scenarios/strategies/selector-own-windows.yaml.inc"
};
BYTES(selector_everywhere) = {
#include "generated/scenarios/strategies/selector-everywhere.yaml.inc"
};
BYTES(taint) = {
#include "generated/scenarios/strategies/taint.yaml.inc"
};
BYTES(taint_and_selector) = {
#include "generated/scenarios/strategies/taint-and-selector.yaml.inc"
};
BYTES(taint_linux_too) = {
#include "generated/scenarios/strategies/taint-linux-too.yaml.inc"
};
BYTES(runtimeclass) = {
#include "generated/scenarios/strategies/runtimeclass.yaml.inc"
};
BYTES(runtimeclass_no_taint) = {
#include "generated/scenarios/strategies/runtimeclass-no-taint.yaml.inc"
};
BYTES(spec_os) = {
#include "generated/scenarios/strategies/spec-os.yaml.inc"
};
BYTES(namespace_default) = {
#include "generated/scenarios/strategies/namespace-default.yaml.inc"
};
BYTES(extender_observe) = {
#include "generated/scenarios/strategies/extender-observe.yaml.inc"
};
BYTES(extender_prefer) = {
#include "generated/scenarios/strategies/extender-prefer.yaml.inc"
};
BYTES(extender_enforce) = {
#include "generated/scenarios/strategies/extender-enforce.yaml.inc"
};
BYTES(extender_and_taint) = {
#include "generated/scenarios/strategies/extender-and-taint.yaml.inc"
};

#define SHIPPED(name_, bytes_)               \
    {                                        \
        .name = (name_), .source = {         \
            .name = name_ ".yaml",           \
            .bytes = (const char *)(bytes_), \
            .len = sizeof(bytes_)            \
        }                                    \
    }
static const mn_shipped_strategy shipped[] = {
    SHIPPED("none", none),
    SHIPPED("selector-own-windows", selector_own_windows),
    SHIPPED("selector-everywhere", selector_everywhere),
    SHIPPED("taint", taint),
    SHIPPED("taint-and-selector", taint_and_selector),
    SHIPPED("taint-linux-too", taint_linux_too),
    SHIPPED("runtimeclass", runtimeclass),
    SHIPPED("runtimeclass-no-taint", runtimeclass_no_taint),
    SHIPPED("spec-os", spec_os),
    SHIPPED("namespace-default", namespace_default),
    SHIPPED("extender-observe", extender_observe),
    SHIPPED("extender-prefer", extender_prefer),
    SHIPPED("extender-enforce", extender_enforce),
    SHIPPED("extender-and-taint", extender_and_taint),
};

const mn_shipped_strategy *mn_shipped_strategies(size_t *count)
{
    *count = G_N_ELEMENTS(shipped);
    return shipped;
}

/* ---- documents */

static bool check_type(const mn_at *root, GError **error)
{
    mn_at version_at = mn_at_member(root, "apiVersion"), kind_at = mn_at_member(root, "kind");
    const char *version = "", *kind = "";
    if (!mn_read_string(&version_at, &version, error) || !mn_read_string(&kind_at, &kind, error))
        return false;
    if (strcmp(kind, "Strategy") != 0)
        return mn_at_error(mn_at_is_there(&kind_at) ? &kind_at : root,
                           MN_ERROR_SCHEMA,
                           error,
                           "expected kind Strategy, found \"%.60s\"",
                           kind);
    return strcmp(version, API_VERSION) == 0 ||
           mn_at_error(mn_at_is_there(&version_at) ? &version_at : root,
                       MN_ERROR_SCHEMA,
                       error,
                       "expected " API_VERSION ", found \"%.60s\"",
                       version);
}

/* Decoded at its place in the file, so that errors name it. */
static bool create_object(mn_strategy *strategy, size_t index, const mn_at *list, GError **error)
{
    mn_at element = mn_at_element(list, index), object = mn_at_member(&element, "object");
    strategy->created[index] = mn_objects_new();
    if (!mn_objects_add_at(strategy->created[index], &object, error))
        return false;
    return strategy->created[index]->nodes->len == 0 ||
           mn_at_error(&object,
                       MN_ERROR_SCHEMA,
                       error,
                       "a strategy creates no nodes: they come from the scenario");
}

/* The strategy itself stands in its arena. */
static mn_strategy *new_strategy(const mn_strategy_document *decoded, mn_arena *arena)
{
    mn_strategy *strategy = MN_ARENA_NEW(arena, mn_strategy, 1);
    *strategy = decoded->spec;
    strategy->name = decoded->meta.name;
    strategy->created = MN_ARENA_NEW(arena, mn_objects *, strategy->objects.count);
    strategy->arena = arena;
    return strategy;
}

void mn_strategy_free(mn_strategy *strategy)
{
    if (strategy == NULL)
        return;
    for (size_t i = 0; i < strategy->objects.count; i++)
        mn_objects_free(strategy->created[i]);
    mn_arena *arena = strategy->arena; /* the strategy itself stands in it */
    mn_arena_free(arena);
}

static const char *name_of_file(mn_arena *arena, const char *path)
{
    static const char *const suffixes[] = {".gz", ".yaml", ".yml", ".json"};
    g_autofree char *base = g_path_get_basename(path);
    for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        if (g_str_has_suffix(base, suffixes[i]) && strlen(base) > strlen(suffixes[i]))
            base[strlen(base) - strlen(suffixes[i])] = '\0';
    }
    return mn_arena_strdup(arena, base);
}

mn_strategy *mn_strategy_load_document(const mn_document *document, GError **error)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    mn_strategy_document decoded;
    mn_at root = mn_at_root(document);
    if (!check_type(&root, error) ||
        !mn_decode(arena, &mn_strategy_document_shape, &root, &decoded, error))
        return NULL;
    g_autoptr(mn_strategy) strategy = new_strategy(&decoded, g_steal_pointer(&arena));
    mn_at spec = mn_at_member(&root, "spec"), objects = mn_at_member(&spec, "objects");
    for (size_t i = 0; i < strategy->objects.count; i++) {
        if (!create_object(strategy, i, &objects, error))
            return NULL;
    }
    strategy->file = mn_arena_strdup(strategy->arena, document->source->name);
    if (strategy->name == NULL || *strategy->name == '\0')
        strategy->name = name_of_file(strategy->arena, document->source->name);
    if (strategy->description == NULL)
        strategy->description = "";
    return g_steal_pointer(&strategy);
}

static bool take_document(const mn_document *document, gpointer data, GError **error)
{
    mn_strategy **strategy = data;
    mn_at root = mn_at_root(document);
    if (*strategy != NULL)
        return mn_at_error(
            &root, MN_ERROR_SCHEMA, error, "a second document: a file holds one Strategy");
    *strategy = mn_strategy_load_document(document, error);
    return *strategy != NULL;
}

mn_strategy *mn_strategy_load_source(const mn_source *source, GError **error)
{
    g_autoptr(mn_strategy) strategy = NULL;
    if (!mn_document_each(source, &mn_document_limits_default, take_document, &strategy, error))
        return NULL;
    if (strategy == NULL)
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_SCHEMA,
                    "%s: expected a Strategy, found nothing",
                    source->name);
    return g_steal_pointer(&strategy);
}

/* ---- by name */

static bool is_path(const char *name)
{
    static const char *const suffixes[] = {".gz", ".yaml", ".yml", ".json"};
    for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        if (g_str_has_suffix(name, suffixes[i]))
            return true;
    }
    return strchr(name, '/') != NULL;
}

static mn_strategy *load_file(const char *path, GError **error)
{
    g_autoptr(mn_file) file = mn_file_read(path, mn_document_limits_default.bytes, error);
    return file == NULL ? NULL : mn_strategy_load_source(&file->source, error);
}

/* The first of the places where such a file is; NULL: in none. The caller frees it. */
static char *find_file(const char *folder, const char *name)
{
    g_autofree char *base = g_strconcat(name, ".yaml", NULL);
    const char *const places[][2] = {{folder, ""}, {folder, "strategies"}, {".", "strategies"}};
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        if (places[i][0] == NULL)
            continue;
        g_autofree char *path = g_build_filename(places[i][0], places[i][1], base, NULL);
        if (access(path, R_OK) == 0)
            return g_steal_pointer(&path);
    }
    return NULL;
}

static mn_strategy *unknown(const char *name, GError **error)
{
    const char *near;
    (void)mn_strategy_is_known(NULL, name, &near);
    if (near != NULL)
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_UNKNOWN,
                    "no strategy \"%s\" (did you mean \"%s\"?)",
                    name,
                    near);
    else
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_UNKNOWN,
                    "no strategy \"%s\": mullion strategies lists those that there are; a file is "
                    "named with its suffix",
                    name);
    return NULL;
}

static mn_strategy *load_shipped(const mn_shipped_strategy *one, GError **error)
{
    mn_strategy *strategy = mn_strategy_load_source(&one->source, error);
    if (strategy != NULL)
        strategy->shipped = true;
    return strategy;
}

static mn_strategy *find(const char *folder, const char *name, GError **error)
{
    if (is_path(name))
        return load_file(name, error);
    g_autofree char *path = find_file(folder, name);
    if (path != NULL)
        return load_file(path, error);
    for (size_t i = 0; i < G_N_ELEMENTS(shipped); i++) {
        if (strcmp(shipped[i].name, name) == 0)
            return load_shipped(&shipped[i], error);
    }
    return unknown(name, error);
}

mn_strategy *mn_strategy_find(const char *folder, const char *name, GError **error)
{
    mn_strategy *strategy = find(folder, name, error);
    if (strategy != NULL)
        strategy->asked = mn_arena_strdup(strategy->arena, name);
    return strategy;
}

bool mn_strategy_is_path(const char *name)
{
    return is_path(name);
}

bool mn_strategy_is_known(const char *folder, const char *name, const char **near)
{
    *near = NULL;
    g_autofree char *file = find_file(folder, name);
    if (file != NULL)
        return true;
    const char *names[G_N_ELEMENTS(shipped)];
    for (size_t i = 0; i < G_N_ELEMENTS(shipped); i++) {
        names[i] = shipped[i].name;
        if (strcmp(names[i], name) == 0)
            return true;
    }
    *near = mn_nearest(name, names, G_N_ELEMENTS(names));
    return false;
}
