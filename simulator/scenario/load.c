/* SPDX-License-Identifier: Apache-2.0 */
/* Files to a scenario: documents, includes, pools.
 *
 * Every file is read once, however often it is named, so that an include may name the folder
 * that holds the scenario itself. An include names what is in the scenario's folder or below;
 * symbolic links in there are followed, since whoever made the folder made them.
 */
#include "mullion/io/file.h"
#include "mullion/io/walk.h"
#include "simulator/scenario/parts.h"
#include "simulator/strategy/strategy.h"

#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#define GROUP       "mullion.dev/"
#define API_VERSION "mullion.dev/v1alpha1"
#define SCHEDULER   "kubescheduler.config.k8s.io/"

typedef struct loader {
    mn_scenario *scenario;
    mn_scenario_document document;
    const char *document_file;  /* NULL until a Scenario was found */
    mn_document written;        /* where it stands, without its tree: to name places in it */
    mn_file *kept;              /* whose bytes those are */
    const char *scheduler_file; /* NULL until a KubeSchedulerConfiguration was found */
    bool may_include;
    GHashTable *seen; /* what is read already, by identity_of() */
    GPtrArray *files; /* const char *, in the scenario's arena */
} loader;

/* ---- documents */

static void peek_type(const mn_at *root, const char **api_version, const char **kind)
{
    mn_at version_at = mn_at_member(root, "apiVersion"), kind_at = mn_at_member(root, "kind");
    *api_version = *kind = "";
    /* What is not a string is reported by whoever takes the object in. */
    if (!mn_read_string(&version_at, api_version, NULL) || !mn_read_string(&kind_at, kind, NULL))
        *api_version = "";
}

static bool check_type(const mn_at *root, const char *api_version, const char *kind, GError **error)
{
    mn_at version_at = mn_at_member(root, "apiVersion"), kind_at = mn_at_member(root, "kind");
    if (strcmp(kind, "Scenario") != 0)
        return mn_at_error(
            &kind_at, MN_ERROR_SCHEMA, error, "expected Scenario, found \"%.60s\"", kind);
    return strcmp(api_version, API_VERSION) == 0 ||
           mn_at_error(&version_at,
                       MN_ERROR_SCHEMA,
                       error,
                       "expected " API_VERSION ", found \"%.60s\"",
                       api_version);
}

static bool check_includes(const loader *l, const mn_at *root, GError **error)
{
    const mn_strings *include = &l->document.spec.include;
    mn_at spec = mn_at_member(root, "spec"), list = mn_at_member(&spec, "include");
    for (size_t i = 0; i < include->count; i++) {
        mn_at element = mn_at_element(&list, i);
        if (!l->may_include)
            return mn_at_error(&element, MN_ERROR_SCHEMA, error, "nothing to include from here");
        if (!mn_path_stays_inside(include->items[i]))
            return mn_at_error(&element,
                               MN_ERROR_SCHEMA,
                               error,
                               "\"%.200s\" is outside of the scenario's folder: put it inside, or "
                               "name it on the command line",
                               include->items[i]);
    }
    return true;
}

/* The names are looked up now, while their place is known. */
static bool check_strategies(const loader *l, const mn_at *root, GError **error)
{
    const mn_strings *strategies = &l->document.spec.strategies;
    mn_at spec = mn_at_member(root, "spec"), list = mn_at_member(&spec, "strategies");
    g_autofree char *folder = l->may_include ? g_path_get_dirname(l->document_file) : NULL;
    for (size_t i = 0; i < strategies->count; i++) {
        mn_at element = mn_at_element(&list, i);
        const char *name = strategies->items[i], *near;
        if (mn_strategy_is_path(name) && !mn_path_stays_inside(name))
            return mn_at_error(&element,
                               MN_ERROR_SCHEMA,
                               error,
                               "\"%.200s\" is outside of the scenario's folder: put it inside",
                               name);
        if (mn_strategy_is_path(name) || mn_strategy_is_known(folder, name, &near))
            continue;
        if (near != NULL)
            return mn_at_error(&element,
                               MN_ERROR_SCHEMA,
                               error,
                               "no strategy \"%.60s\" (did you mean \"%s\"?)",
                               name,
                               near);
        return mn_at_error(&element,
                           MN_ERROR_SCHEMA,
                           error,
                           "no strategy \"%.60s\": there is no such file beside the scenario, and "
                           "none is built in by that name",
                           name);
    }
    return true;
}

static bool take_scenario(loader *l, const mn_at *root, const mn_document *document, GError **error)
{
    if (l->document_file != NULL)
        return mn_at_error(root,
                           MN_ERROR_SCHEMA,
                           error,
                           "a second Scenario: the first is in %s",
                           l->document_file);
    l->document_file = mn_arena_strdup(l->scenario->arena, document->source->name);
    l->written = *document;
    l->written.root = NULL;
    l->written.prefix = mn_arena_strdup(l->scenario->arena, document->prefix);
    return mn_decode(l->scenario->arena, &mn_scenario_document_shape, root, &l->document, error) &&
           check_includes(l, root, error) && check_strategies(l, root, error);
}

static bool take_scheduler(loader *l, const mn_at *root, const mn_document *document,
                           GError **error)
{
    mn_scenario *scenario = l->scenario;
    if (l->scheduler_file != NULL)
        return mn_at_error(root,
                           MN_ERROR_SCHEMA,
                           error,
                           "a second KubeSchedulerConfiguration: the first is in %s",
                           l->scheduler_file);
    l->scheduler_file = mn_arena_strdup(scenario->arena, document->source->name);
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_json_tree(&json, root->value);
    mn_str text = mn_json_writer_text(&json);
    scenario->scheduler_text = mn_arena_strndup(scenario->arena, text.ptr, text.len);
    scenario->scheduler = mn_scheduler_config_decode(scenario->arena, root, error);
    return scenario->scheduler != NULL;
}

static bool take_document(const mn_document *document, gpointer data, GError **error)
{
    loader *l = data;
    mn_at root = mn_at_root(document);
    const char *api_version, *kind;
    peek_type(&root, &api_version, &kind);
    if (g_str_has_prefix(api_version, SCHEDULER))
        return take_scheduler(l, &root, document, error);
    if (!g_str_has_prefix(api_version, GROUP))
        return mn_objects_add(l->scenario->objects, document, error);
    /* A strategy in the same folder waits until somebody names it. */
    if (strcmp(kind, "Strategy") == 0)
        return true;
    return check_type(&root, api_version, kind, error) && take_scenario(l, &root, document, error);
}

static bool take_source(loader *l, const mn_source *source, GError **error)
{
    g_ptr_array_add(l->files,
                    (gpointer)(uintptr_t)mn_arena_strdup(l->scenario->arena, source->name));
    return mn_document_each(source, &mn_document_limits_default, take_document, l, error);
}

/* ---- files */

/* What tells files apart; a path that names nothing stays as it is: reading it says so. */
static char *identity_of(const char *path)
{
    struct stat status;
    if (strcmp(path, "-") == 0 || stat(path, &status) != 0)
        return g_strdup(path);
    return g_strdup_printf("%ju:%ju", (uintmax_t)status.st_dev, (uintmax_t)status.st_ino);
}

static bool take_file(loader *l, const char *path, GError **error)
{
    if (!g_hash_table_add(l->seen, identity_of(path)))
        return true;
    g_autoptr(mn_file) file = mn_file_read(path, mn_document_limits_default.bytes, error);
    if (file == NULL || !take_source(l, &file->source, error))
        return false;
    if (l->document_file != NULL && l->written.source == &file->source)
        l->kept = g_steal_pointer(&file);
    return true;
}

/* spec.LIST[index] of the Scenario, for errors that show when all is read. */
typedef struct spec_place {
    mn_at root, spec, list, element;
} spec_place;

static const mn_at *place_of(const loader *l, const char *list, size_t index, spec_place *at)
{
    at->root = (mn_at){.document = &l->written};
    at->spec = (mn_at){.parent = &at->root, .key = "spec", .document = &l->written};
    at->list = (mn_at){.parent = &at->spec, .key = list, .document = &l->written};
    at->element = (mn_at){.parent = &at->list, .index = index, .document = &l->written};
    return &at->element;
}

static bool take_include(loader *l, const char *folder, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    const char *const names[] = {path};
    g_autoptr(GPtrArray) files = mn_walk_files(names, 1, error);
    if (files == NULL)
        return false;
    for (guint i = 0; i < files->len; i++) {
        if (!take_file(l, files->pdata[i], error))
            return false;
    }
    return true;
}

/* An error that names a place in the included file says enough. */
static void blame_include(const loader *l, size_t index, GError **error)
{
    if (!g_error_matches(*error, MN_ERROR, MN_ERROR_IO))
        return;
    spec_place at;
    g_autoptr(GError) cause = g_steal_pointer(error);
    (void)mn_at_error(place_of(l, "include", index, &at), MN_ERROR_IO, error, "%s", cause->message);
}

/* What paths in the Scenario are relative to; NULL: it came from memory. */
static char *base_folder(const loader *l)
{
    if (!l->may_include || l->document_file == NULL)
        return NULL;
    return strcmp(l->document_file, "-") == 0 ? g_strdup(".")
                                              : g_path_get_dirname(l->document_file);
}

static bool take_includes(loader *l, GError **error)
{
    const mn_strings *include = &l->document.spec.include;
    if (include->count == 0)
        return true;
    g_autofree char *folder = base_folder(l);
    for (size_t i = 0; i < include->count; i++) {
        if (!take_include(l, folder, include->items[i], error)) {
            blame_include(l, i, error);
            return false;
        }
    }
    return true;
}

/* ---- objects given more than once */

/* Every object of the collection begins with its metadata. */
static char *identity(const mn_objects *objects, const GPtrArray *array, const mn_meta *meta)
{
    if (meta->name == NULL || *meta->name == '\0')
        return NULL;
    static const struct {
        size_t offset;
        const char *kind;
        bool cluster_wide;
    } kinds[] = {
        {offsetof(mn_objects, nodes), "Node", true},
        {offsetof(mn_objects, pods), "Pod", false},
        {offsetof(mn_objects, services), "Service", false},
        {offsetof(mn_objects, namespaces), "Namespace", true},
        {offsetof(mn_objects, runtime_classes), "RuntimeClass", true},
        {offsetof(mn_objects, priority_classes), "PriorityClass", true},
        {offsetof(mn_objects, disruption_budgets), "PodDisruptionBudget", false},
    };
    const char *kind = NULL;
    bool cluster_wide = false;
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        GPtrArray *const *member =
            (GPtrArray *const *)(gconstpointer)((const char *)objects + kinds[i].offset);
        if (*member == array) {
            kind = kinds[i].kind;
            cluster_wide = kinds[i].cluster_wide;
        }
    }
    if (kind == NULL)
        kind = mn_workload_kind_name(((const mn_workload *)(gconstpointer)meta)->kind);
    return cluster_wide ? g_strdup_printf("%s %s", kind, meta->name)
                        : g_strdup_printf("%s %s/%s", kind, mn_meta_namespace(meta), meta->name);
}

/* The later one takes the place of the earlier, as `kubectl apply` does it. */
static void keep_last(mn_scenario *scenario, GPtrArray *array, GPtrArray *replaced)
{
    g_autoptr(GHashTable) places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    guint kept = 0;
    for (guint i = 0; i < array->len; i++) {
        gpointer object = array->pdata[i], place;
        char *key = identity(scenario->objects, array, object);
        if (key != NULL && g_hash_table_lookup_extended(places, key, NULL, &place)) {
            array->pdata[GPOINTER_TO_UINT(place)] = object;
            g_ptr_array_add(replaced, (gpointer)(uintptr_t)mn_arena_strdup(scenario->arena, key));
            g_free(key);
            continue;
        }
        if (key != NULL)
            g_hash_table_insert(places, key, GUINT_TO_POINTER(kept));
        array->pdata[kept++] = object;
    }
    g_ptr_array_set_size(array, (gint)kept);
}

static const char *const *to_strings(mn_arena *arena, const GPtrArray *array)
{
    const char **items = MN_ARENA_NEW(arena, const char *, array->len);
    for (guint i = 0; i < array->len; i++)
        items[i] = array->pdata[i];
    return items;
}

static void settle_objects(mn_scenario *scenario)
{
    mn_objects *objects = scenario->objects;
    GPtrArray *const arrays[] = {
        objects->nodes,
        objects->pods,
        objects->workloads,
        objects->services,
        objects->namespaces,
        objects->runtime_classes,
        objects->priority_classes,
        objects->disruption_budgets,
    };
    g_autoptr(GPtrArray) replaced = g_ptr_array_new();
    for (size_t i = 0; i < G_N_ELEMENTS(arrays); i++)
        keep_last(scenario, arrays[i], replaced);
    scenario->replaced = to_strings(scenario->arena, replaced);
    scenario->replaced_count = replaced->len;
}

/* ---- pools */

static const mn_node *sample_of(mn_arena *arena, const mn_pool_spec *spec)
{
    g_autoptr(GPtrArray) nodes = g_ptr_array_new();
    mn_pool_spec one = *spec;
    one.count = (mn_opt_int){.set = true, .value = 1};
    mn_pool_make_nodes(arena, &one, nodes);
    return nodes->pdata[0];
}

static bool add_pool(const loader *l, size_t index, mn_node_pool *pool, GHashTable *names,
                     GError **error)
{
    const mn_pool_spec *spec = &l->document.spec.pools.items[index];
    GPtrArray *nodes = l->scenario->objects->nodes;
    int64_t count = spec->count.set ? spec->count.value : 1;
    spec_place at;
    *pool = (mn_node_pool){
        .name = spec->name,
        .os = spec->os,
        .first = nodes->len,
        .count = (size_t)count,
        .sample = sample_of(l->scenario->arena, spec),
    };
    if ((int64_t)nodes->len + count > MN_SCENARIO_MAX_NODES)
        return mn_at_error(place_of(l, "nodePools", index, &at),
                           MN_ERROR_LIMIT,
                           error,
                           "more than %d nodes in all",
                           MN_SCENARIO_MAX_NODES);
    mn_pool_make_nodes(l->scenario->arena, spec, nodes);
    for (size_t i = pool->first; i < nodes->len; i++) {
        const mn_node *node = nodes->pdata[i];
        if (!g_hash_table_add(names, (gpointer)(uintptr_t)node->meta.name))
            return mn_at_error(place_of(l, "nodePools", index, &at),
                               MN_ERROR_SCHEMA,
                               error,
                               "there is a node %s already: give the pool another name than "
                               "\"%s\"",
                               node->meta.name,
                               spec->name);
    }
    return true;
}

static bool add_pools(const loader *l, GError **error)
{
    mn_scenario *scenario = l->scenario;
    const mn_pool_specs *specs = &l->document.spec.pools;
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    const GPtrArray *nodes = scenario->objects->nodes;
    if (nodes->len > MN_SCENARIO_MAX_NODES) {
        g_set_error(
            error, MN_ERROR, MN_ERROR_LIMIT, "more than %d nodes in all", MN_SCENARIO_MAX_NODES);
        return false;
    }
    for (guint i = 0; i < nodes->len; i++)
        g_hash_table_add(names, (gpointer)(uintptr_t)((const mn_node *)nodes->pdata[i])->meta.name);
    mn_node_pool *pools = MN_ARENA_NEW(scenario->arena, mn_node_pool, specs->count);
    for (size_t i = 0; i < specs->count; i++) {
        if (!add_pool(l, i, &pools[i], names, error))
            return false;
    }
    scenario->pools = pools;
    scenario->pool_count = specs->count;
    return true;
}

/* ---- the whole */

static const char *name_of_file(mn_arena *arena, const char *path)
{
    static const char *const suffixes[] = {".gz", ".yaml", ".yml", ".json"};
    if (strcmp(path, "-") == 0)
        return "stdin";
    g_autofree char *base = g_path_get_basename(path);
    for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        if (g_str_has_suffix(base, suffixes[i]) && strlen(base) > strlen(suffixes[i]))
            base[strlen(base) - strlen(suffixes[i])] = '\0';
    }
    return mn_arena_strdup(arena, base);
}

/* Of the Scenario, or of the first file; NULL: from memory, or standard input. */
static const char *folder_of(const loader *l)
{
    const char *file = l->document_file;
    if (file == NULL && l->files->len > 0)
        file = l->files->pdata[0];
    if (!l->may_include || file == NULL || strcmp(file, "-") == 0)
        return NULL;
    g_autofree char *folder = g_path_get_dirname(file);
    return mn_arena_strdup(l->scenario->arena, folder);
}

static const mn_expectations *keep_expectations(mn_arena *arena, const mn_expectations *read)
{
    mn_expectations *kept = MN_ARENA_NEW(arena, mn_expectations, 1);
    *kept = *read;
    return kept;
}

static bool finish(loader *l, const char *first_path, GError **error)
{
    mn_scenario *scenario = l->scenario;
    const mn_scenario_spec *spec = &l->document.spec;
    const char *name = l->document.meta.name;
    scenario->name =
        name != NULL && *name != '\0' ? name : name_of_file(scenario->arena, first_path);
    scenario->description = spec->description == NULL ? "" : spec->description;
    scenario->kubernetes = spec->kubernetes == NULL ? "1.34" : spec->kubernetes;
    scenario->seed = spec->seed.set ? (uint64_t)spec->seed.value : 1;
    scenario->tie_break_first = spec->tie_break_first;
    scenario->percentage_of_nodes_to_score = (int)spec->percentage.value;
    scenario->quirks = spec->quirks;
    const mn_extender_spec *extender =
        l->document_file == NULL ? &mn_extender_spec_default : &spec->extender;
    scenario->extender_mode = extender->mode;
    scenario->default_os = extender->default_os;
    scenario->extender_default_os = extender->default_os;
    scenario->strategies = spec->strategies;
    scenario->expectations = keep_expectations(scenario->arena, &spec->expectations);
    scenario->build_rule = extender->build_rule;
    scenario->fallback_rule = extender->fallback_rule;
    scenario->images = spec->images.items;
    scenario->image_count = spec->images.count;
    scenario->kubelet = l->document_file == NULL ? mn_kubelet_settings_default : spec->kubelet;
    scenario->folder = folder_of(l);
    scenario->files = to_strings(scenario->arena, l->files);
    scenario->file_count = l->files->len;
    settle_objects(scenario);
    g_autofree char *folder = base_folder(l);
    return add_pools(l, error) && mn_timeline_settle(scenario, &spec->timeline, folder, error);
}

static bool take_paths(loader *l, const char *const *paths, size_t count, GError **error)
{
    g_autoptr(GPtrArray) files = mn_walk_files(paths, count, error);
    if (files == NULL)
        return false;
    for (guint i = 0; i < files->len; i++) {
        bool had = l->document_file != NULL;
        if (!take_file(l, files->pdata[i], error))
            return false;
        if (!had && l->document_file != NULL && !take_includes(l, error))
            return false;
    }
    return true;
}

static void free_objects(gpointer data)
{
    mn_objects_free(data);
}

static mn_scenario *scenario_new(void)
{
    mn_scenario *scenario = g_new0(mn_scenario, 1);
    scenario->arena = mn_arena_new();
    scenario->objects = mn_objects_new();
    scenario->timeline_objects = g_ptr_array_new_with_free_func(free_objects);
    return scenario;
}

void mn_scenario_free(mn_scenario *scenario)
{
    if (scenario == NULL)
        return;
    mn_objects_free(scenario->objects);
    g_ptr_array_unref(scenario->timeline_objects);
    mn_arena_free(scenario->arena);
    g_free(scenario);
}

mn_scenario *mn_scenario_load(const char *const *paths, size_t count, GError **error)
{
    g_autoptr(mn_scenario) scenario = scenario_new();
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) files = g_ptr_array_new();
    loader l = {.scenario = scenario, .may_include = true, .seen = seen, .files = files};
    bool fine =
        take_paths(&l, paths, count, error) && finish(&l, count == 0 ? "-" : paths[0], error);
    mn_file_free(l.kept);
    return fine ? g_steal_pointer(&scenario) : NULL;
}

mn_scenario *mn_scenario_load_source(const mn_source *source, GError **error)
{
    g_autoptr(mn_scenario) scenario = scenario_new();
    g_autoptr(GPtrArray) files = g_ptr_array_new();
    loader l = {.scenario = scenario, .files = files};
    if (!take_source(&l, source, error) || !finish(&l, source->name, error))
        return NULL;
    return g_steal_pointer(&scenario);
}
