/* SPDX-License-Identifier: Apache-2.0 */
/* What a timeline names outside of itself: files to apply, patches in files, pools.
 *
 * Everything is read when the scenario is loaded. What is wrong in a file is reported at its
 * place there, a file that is not there at the place of the command.
 */
#include "mullion/io/file.h"
#include "mullion/io/walk.h"
#include "simulator/scenario/parts.h"

#include <stdlib.h>
#include <string.h>

typedef struct settler {
    mn_scenario *scenario;
    const char *folder;
    const mn_kubectl *command;
    mn_objects *objects;
} settler;

static bool fail(const settler *s, mn_error code, GError **error, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

static bool fail(const settler *s, mn_error code, GError **error, const char *format, ...)
{
    const mn_action *action = &s->command->action;
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error,
                MN_ERROR,
                (gint)code,
                "%s:%zu:%zu: %s: %s",
                action->file,
                action->line,
                action->column,
                action->text,
                message);
    return false;
}

/* ---- files */

bool mn_path_stays_inside(const char *path)
{
    if (g_path_is_absolute(path))
        return false;
    g_auto(GStrv) parts = g_strsplit(path, "/", -1);
    int depth = 0;
    for (size_t i = 0; parts[i] != NULL && depth >= 0; i++) {
        if (strcmp(parts[i], "..") == 0)
            depth--;
        else if (*parts[i] != '\0' && strcmp(parts[i], ".") != 0)
            depth++;
    }
    return depth >= 0;
}

static char *resolve(const settler *s, const char *name, GError **error)
{
    if (strstr(name, "://") != NULL)
        fail(s, MN_ERROR_IO, error, "nothing is fetched: save \"%.200s\" in a file first", name);
    else if (strcmp(name, "-") == 0)
        fail(s, MN_ERROR_IO, error, "there is no standard input in a timeline: name a file");
    else if (s->folder == NULL)
        fail(s, MN_ERROR_IO, error, "there is no folder to read \"%.200s\" from", name);
    else if (!mn_path_stays_inside(name))
        fail(s,
             MN_ERROR_IO,
             error,
             "\"%.200s\" is outside of the scenario's folder: put it inside",
             name);
    else
        return g_build_filename(s->folder, name, NULL);
    return NULL;
}

static bool take_document(const mn_document *document, gpointer data, GError **error)
{
    const settler *s = data;
    mn_at root = mn_at_root(document), version_at = mn_at_member(&root, "apiVersion");
    const char *version = "";
    if (mn_read_string(&version_at, &version, NULL) && g_str_has_prefix(version, "mullion.dev/"))
        return mn_at_error(
            &version_at, MN_ERROR_SCHEMA, error, "this is for mullion: no cluster takes it");
    return mn_objects_add(s->objects, document, error);
}

static bool take_file(settler *s, const char *path, GError **error)
{
    g_autoptr(mn_file) file = mn_file_read(path, mn_document_limits_default.bytes, error);
    return file != NULL &&
           mn_document_each(&file->source, &mn_document_limits_default, take_document, s, error);
}

static bool take_name(settler *s, const char *name, GError **error)
{
    g_autofree char *path = resolve(s, name, error);
    if (path == NULL)
        return false;
    const char *const names[] = {path};
    GError *cause = NULL;
    g_autoptr(GPtrArray) files = mn_walk_files(names, 1, &cause);
    for (guint i = 0; files != NULL && i < files->len && cause == NULL; i++) {
        if (!take_file(s, files->pdata[i], &cause))
            break;
    }
    if (cause == NULL)
        return true;
    /* A fault inside of the file has its place already. */
    if (!g_error_matches(cause, MN_ERROR, MN_ERROR_IO)) {
        g_propagate_error(error, cause);
        return false;
    }
    fail(s, MN_ERROR_IO, error, "%s", cause->message);
    g_error_free(cause);
    return false;
}

/* kubectl takes -n for what says no namespace, and refuses what says another. */
static bool check_namespaces(const settler *s, GError **error)
{
    const GPtrArray *const arrays[] = {s->objects->pods,
                                       s->objects->workloads,
                                       s->objects->services,
                                       s->objects->disruption_budgets};
    const char *wanted = s->command->action.targets.namespace_;
    for (size_t i = 0; wanted != NULL && i < G_N_ELEMENTS(arrays); i++) {
        for (guint j = 0; j < arrays[i]->len; j++) {
            const mn_meta *meta = arrays[i]->pdata[j]; /* every object begins with it */
            if (meta->namespace_ != NULL && strcmp(meta->namespace_, wanted) != 0)
                return fail(s,
                            MN_ERROR_SCHEMA,
                            error,
                            "the namespace from the provided object \"%s\" does not match the "
                            "namespace \"%s\". You must pass '--namespace=%s' to perform this "
                            "operation.",
                            meta->namespace_,
                            wanted,
                            meta->namespace_);
        }
    }
    return true;
}

static bool take_objects(settler *s, GError **error)
{
    const mn_kubectl *command = s->command;
    if (command->files.count == 0 && command->manifest == NULL)
        return true;
    s->objects = mn_objects_new();
    g_ptr_array_add(s->scenario->timeline_objects, s->objects);
    for (size_t i = 0; i < command->files.count; i++) {
        if (!take_name(s, command->files.items[i], error))
            return false;
    }
    const mn_source source = {
        .name = command->action.file,
        .bytes = command->manifest,
        .len = command->manifest == NULL ? 0 : strlen(command->manifest),
    };
    return (command->manifest == NULL ||
            mn_document_each(&source, &mn_document_limits_default, take_document, s, error)) &&
           check_namespaces(s, error);
}

/* ---- patches */

typedef struct patch_text {
    mn_arena *arena;
    const char *json;
} patch_text;

static bool take_patch(const mn_document *document, gpointer data, GError **error)
{
    patch_text *out = data;
    mn_at root = mn_at_root(document);
    if (out->json != NULL)
        return mn_at_error(&root, MN_ERROR_SCHEMA, error, "a second patch: one is enough");
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_json_tree(&json, document->root);
    mn_str text = mn_json_writer_text(&json);
    out->json = mn_arena_strndup(out->arena, text.ptr, text.len);
    return true;
}

/* A list of operations: mn_document_each() only hands out objects. */
static bool take_operations(const settler *s, const mn_source *source, patch_text *out,
                            GError **error)
{
    GError *cause = NULL;
    json_t *list =
        mn_document_load_json(source->bytes, source->len, mn_document_limits_default.depth, &cause);
    if (list == NULL) {
        fail(s, MN_ERROR_SYNTAX, error, "the patch is %s", cause->message);
        g_error_free(cause);
        return false;
    }
    json_decref(list);
    out->json = mn_arena_strndup(out->arena, source->bytes, source->len);
    return true;
}

static bool read_patch(const settler *s, const mn_source *source, mn_action *action, GError **error)
{
    size_t blank = 0;
    while (blank < source->len && g_ascii_isspace(source->bytes[blank]))
        blank++;
    bool list = blank < source->len && source->bytes[blank] == '[';
    patch_text text = {.arena = s->scenario->arena};
    if (list != (action->patch_type == MN_PATCH_JSON))
        return fail(s,
                    MN_ERROR_SCHEMA,
                    error,
                    list ? "a list of operations is a patch of --type=json"
                         : "a patch of --type=json is a list of operations, written as JSON");
    if (list ? !take_operations(s, source, &text, error)
             : !mn_document_each(source, &mn_document_limits_default, take_patch, &text, error))
        return false;
    action->patch = text.json;
    return text.json != NULL || fail(s, MN_ERROR_SCHEMA, error, "the patch is empty");
}

static bool take_patches(const settler *s, mn_action *action, GError **error)
{
    if (s->command->patch_file == NULL) {
        const mn_source source = {
            .name = action->file, .bytes = action->patch, .len = strlen(action->patch)};
        GError *cause = NULL;
        if (read_patch(s, &source, action, &cause))
            return true;
        /* A place inside of the patch helps nobody who looks into the scenario. */
        if (g_str_has_prefix(cause->message, action->file) &&
            strstr(cause->message, action->text) == NULL)
            fail(s,
                 (mn_error)cause->code,
                 error,
                 "the patch: %s",
                 cause->message + strlen(action->file) + 1);
        else
            g_propagate_error(error, g_error_copy(cause));
        g_error_free(cause);
        return false;
    }
    g_autofree char *path = resolve(s, s->command->patch_file, error);
    if (path == NULL)
        return false;
    GError *cause = NULL;
    g_autoptr(mn_file) file = mn_file_read(path, mn_document_limits_default.bytes, &cause);
    if (file != NULL)
        return read_patch(s, &file->source, action, error);
    fail(s, MN_ERROR_IO, error, "%s", cause->message);
    g_error_free(cause);
    return false;
}

/* ---- pools */

static bool find_pool(const settler *s, mn_action *action, GError **error)
{
    const mn_scenario *scenario = s->scenario;
    const char **names = MN_ARENA_NEW(scenario->arena, const char *, scenario->pool_count);
    for (size_t i = 0; i < scenario->pool_count; i++) {
        names[i] = scenario->pools[i].name;
        if (strcmp(names[i], action->pool.name) != 0)
            continue;
        action->pool.index = i;
        return action->pool.build.build == 0 || scenario->pools[i].os == MN_OS_WINDOWS ||
               fail(s, MN_ERROR_SCHEMA, error, "only a Windows pool has a build");
    }
    const char *near = mn_nearest(action->pool.name, names, scenario->pool_count);
    return fail(s,
                MN_ERROR_UNKNOWN,
                error,
                "there is no node pool \"%.60s\"%s%s%s",
                action->pool.name,
                near == NULL ? "" : " (did you mean \"",
                near == NULL ? "" : near,
                near == NULL ? "" : "\"?)");
}

/* ---- the whole */

static int by_time(const void *a, const void *b)
{
    const mn_action *x = a, *y = b;
    if (x->at_ms != y->at_ms)
        return x->at_ms < y->at_ms ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

bool mn_timeline_settle(mn_scenario *scenario, const mn_timeline_spec *commands, const char *folder,
                        GError **error)
{
    mn_action *actions = MN_ARENA_NEW(scenario->arena, mn_action, commands->count);
    for (size_t i = 0; i < commands->count; i++) {
        settler s = {.scenario = scenario, .folder = folder, .command = &commands->items[i]};
        actions[i] = s.command->action;
        actions[i].order = i;
        if (!take_objects(&s, error))
            return false;
        actions[i].objects = s.objects;
        if (actions[i].verb == MN_VERB_PATCH && !take_patches(&s, &actions[i], error))
            return false;
        if ((actions[i].verb == MN_VERB_POOL_RESIZE || actions[i].verb == MN_VERB_POOL_BUILD) &&
            !find_pool(&s, &actions[i], error))
            return false;
    }
    if (commands->count > 1)
        qsort(actions, commands->count, sizeof *actions, by_time);
    scenario->timeline = (mn_timeline){.items = actions, .count = commands->count};
    return true;
}
