/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/audit/input.h"

#include "mullion/base/error.h"
#include "mullion/io/walk.h"
#include "mullion/text/locate.h"
#include "simulator/scenario/parts.h"

#include <string.h>

enum { MAX_STEPS = 32 };

/* A place inside of a YAML list costs a look at the whole list: after so many bytes, places
 * are no longer looked for. */
#define MAX_SCANNED ((size_t)1 << 30)

mn_audit_input *mn_audit_input_new(void)
{
    mn_audit_input *input = g_new0(mn_audit_input, 1);
    input->arena = mn_arena_new();
    input->objects = mn_objects_new();
    input->items = g_array_new(FALSE, TRUE, sizeof(mn_audit_object));
    input->files = g_ptr_array_new();
    input->includes = g_ptr_array_new();
    input->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    input->image_rows = g_array_new(FALSE, TRUE, sizeof(mn_os_image_row));
    return input;
}

void mn_audit_input_free(mn_audit_input *input)
{
    if (input == NULL)
        return;
    for (guint i = 0; i < input->files->len; i++)
        mn_file_free(input->files->pdata[i]);
    g_ptr_array_unref(input->files);
    g_ptr_array_unref(input->includes);
    g_hash_table_unref(input->seen);
    g_array_unref(input->items);
    g_array_unref(input->image_rows);
    mn_objects_free(input->objects);
    mn_arena_free(input->arena);
    g_free(input);
}

const char *mn_object_kind(const mn_audit_object *object)
{
    return object->owner_kind != NULL ? object->owner_kind : object->kind;
}

const char *mn_object_name(const mn_audit_object *object)
{
    const mn_meta *meta = object->meta;
    if (object->owner_name != NULL)
        return object->owner_name;
    return meta->name != NULL ? meta->name : meta->generate_name;
}

/* ---- documents */

static const char *type_of(const mn_document *document, const char *field, const char *listed)
{
    mn_at root = mn_at_root(document), at = mn_at_member(&root, field);
    const char *text = listed;
    /* What is not a string was complained about when the object was taken in. */
    return mn_read_string(&at, &text, NULL) ? text : listed;
}

static mn_audit_object *add_item(mn_audit_input *input, const mn_document *document)
{
    mn_arena *arena = input->arena;
    mn_audit_object item = {
        .api_version =
            mn_arena_strdup(arena, type_of(document, "apiVersion", document->item.api_version)),
        .kind = mn_arena_strdup(arena, type_of(document, "kind", document->item.kind)),
        .document = *document,
    };
    item.document.root = NULL;
    item.document.prefix = mn_arena_strdup(arena, document->prefix);
    g_array_append_val(input->items, item);
    return &g_array_index(input->items, mn_audit_object, input->items->len - 1);
}

/* What mn_objects_add has just added, if it is of a kind that is audited. */
static void note_newest(mn_audit_input *input, const mn_document *document, const guint before[])
{
    const mn_objects *objects = input->objects;
    const GPtrArray *const arrays[] = {
        objects->workloads, objects->pods, objects->nodes, objects->runtime_classes};
    for (size_t i = 0; i < G_N_ELEMENTS(arrays); i++) {
        if (arrays[i]->len == before[i])
            continue;
        mn_audit_object *item = add_item(input, document);
        const void *newest = arrays[i]->pdata[before[i]];
        item->meta = newest;
        item->workload = i == 0 ? newest : NULL;
        item->pod = i == 1 ? newest : NULL;
        item->node = i == 2 ? newest : NULL;
        item->runtime_class = i == 3 ? newest : NULL;
    }
}

static bool add_object(mn_audit_input *input, const mn_document *document, GError **error)
{
    const mn_objects *objects = input->objects;
    const guint before[] = {objects->workloads->len,
                            objects->pods->len,
                            objects->nodes->len,
                            objects->runtime_classes->len};
    if (!mn_objects_add(input->objects, document, error))
        return false;
    note_newest(input, document, before);
    return true;
}

static mn_os os_of(const mn_platforms *platforms)
{
    if (platforms->linux == platforms->windows)
        return MN_OS_UNKNOWN;
    return platforms->linux ? MN_OS_LINUX : MN_OS_WINDOWS;
}

/* Relative to the scenario's folder; `mullion run` has them stay inside of it. */
static bool add_includes(mn_audit_input *input, const mn_at *root, const mn_strings *include,
                         GError **error)
{
    const char *name = root->document->source->name;
    g_autofree char *folder = strcmp(name, "-") == 0 ? g_strdup(".") : g_path_get_dirname(name);
    mn_at spec = mn_at_member(root, "spec"), list = mn_at_member(&spec, "include");
    for (size_t i = 0; i < include->count; i++) {
        mn_at at = mn_at_element(&list, i);
        g_auto(GStrv) parts = g_strsplit(include->items[i], "/", -1);
        if (g_path_is_absolute(include->items[i]) ||
            g_strv_contains((const char *const *)parts, ".."))
            return mn_at_error(&at,
                               MN_ERROR_SCHEMA,
                               error,
                               "\"%.200s\" is not below the scenario's folder: name it on the "
                               "command line",
                               include->items[i]);
        g_autofree char *path = g_build_filename(folder, include->items[i], NULL);
        g_ptr_array_add(input->includes, (gpointer)(uintptr_t)mn_arena_strdup(input->arena, path));
    }
    return true;
}

static bool add_scenario(mn_audit_input *input, const mn_document *document, GError **error)
{
    mn_at root = mn_at_root(document);
    mn_scenario_document scenario;
    if (!mn_decode(input->arena, &mn_scenario_document_shape, &root, &scenario, error))
        return false;
    for (size_t i = 0; i < scenario.spec.pools.count; i++)
        mn_pool_make_nodes(input->arena, &scenario.spec.pools.items[i], input->objects->nodes);
    for (size_t i = 0; i < scenario.spec.images.count; i++) {
        const mn_image_truth *image = &scenario.spec.images.items[i];
        const mn_os_image_row row = {
            .glob = image->match, .os = os_of(&image->platforms), .builds = image->builds};
        g_array_append_val(input->image_rows, row);
    }
    return add_includes(input, &root, &scenario.spec.include, error);
}

static bool take_document(const mn_document *document, gpointer data, GError **error)
{
    mn_audit_input *input = data;
    const char *api_version = type_of(document, "apiVersion", document->item.api_version);
    if (!g_str_has_prefix(api_version, "mullion.dev/"))
        return add_object(input, document, error);
    return strcmp(type_of(document, "kind", ""), "Scenario") != 0 ||
           add_scenario(input, document, error);
}

bool mn_audit_input_read_source(mn_audit_input *input, const mn_source *source, GError **error)
{
    return mn_document_each(source, &mn_document_limits_default, take_document, input, error);
}

static bool read_file(mn_audit_input *input, const char *path, GError **error)
{
    bool is_stdin = strcmp(path, "-") == 0;
    if (!g_hash_table_add(input->seen,
                          is_stdin ? g_strdup("-") : g_canonicalize_filename(path, NULL)))
        return true;
    mn_file *file = mn_file_read(path, mn_document_limits_default.bytes, error);
    if (file == NULL)
        return false;
    g_ptr_array_add(input->files, file);
    return mn_audit_input_read_source(input, &file->source, error);
}

static bool read_paths(mn_audit_input *input, const char *const *paths, size_t count,
                       GError **error)
{
    g_autoptr(GPtrArray) names = mn_walk_files(paths, count, error);
    if (names == NULL)
        return false;
    for (guint i = 0; i < names->len; i++) {
        if (!read_file(input, names->pdata[i], error))
            return false;
    }
    return true;
}

bool mn_audit_input_read(mn_audit_input *input, const char *const *paths, size_t count,
                         GError **error)
{
    if (!read_paths(input, paths, count, error))
        return false;
    /* Grows when an included file is a scenario; a file is read once, so it ends. */
    for (guint i = 0; i < input->includes->len; i++) {
        const char *path = input->includes->pdata[i];
        if (!read_paths(input, &path, 1, error))
            return false;
    }
    return true;
}

/* ---- places */

/* "a.b[0].c[key/with.dots]" as steps, whose keys live in the arena. */
static size_t parse_path(mn_arena *arena, const char *path, mn_step steps[MAX_STEPS])
{
    size_t count = 0;
    while (*path != '\0' && count < MAX_STEPS) {
        bool bracket = *path == '[';
        path += *path == '[' || *path == '.';
        size_t len = strcspn(path, bracket ? "]" : ".[");
        bool index = bracket && len > 0 && strspn(path, "0123456789") == len;
        steps[count++] = (mn_step){
            .key = index ? NULL : mn_arena_strndup(arena, path, len),
            .index = index ? (size_t)g_ascii_strtoull(path, NULL, 10) : 0,
        };
        path += len + (bracket && path[len] == ']');
    }
    return count;
}

/* Line breaks before the document. Findings come in the order of the file, mostly. */
static size_t lines_before(mn_audit_input *input, const mn_document *document)
{
    const char *bytes = document->source->bytes;
    if (input->counted_source != bytes || document->begin < input->counted_bytes) {
        input->counted_source = bytes;
        input->counted_bytes = input->counted_lines = 0;
    }
    const char *end = bytes + document->begin;
    for (const char *p = bytes + input->counted_bytes;
         (p = memchr(p, '\n', (size_t)(end - p))) != NULL;
         p++)
        input->counted_lines++;
    input->counted_bytes = document->begin;
    return input->counted_lines;
}

static size_t columns_before(const mn_document *document)
{
    const char *begin = document->source->bytes + document->begin, *p = begin;
    while (p > document->source->bytes && p[-1] != '\n')
        p--;
    return (size_t)(begin - p);
}

mn_position mn_audit_locate(mn_audit_input *input, const mn_audit_object *object, const char *path)
{
    mn_step steps[MAX_STEPS];
    const mn_document *document = &object->document;
    if (document->source == NULL || input->scanned > MAX_SCANNED)
        return (mn_position){0};
    bool is_yaml_item = document->format == MN_DOCUMENT_YAML && *document->prefix != '\0';
    input->scanned += is_yaml_item ? document->source->len - document->begin : 0;
    size_t count = parse_path(input->arena, path, steps);
    if (document->begin == 0)
        return mn_locate(document, steps, count);
    /* What comes before is left out, so that it is not counted anew for each place. */
    const mn_source rest = {
        .name = document->source->name,
        .bytes = document->source->bytes + document->begin,
        .len = document->source->len - document->begin,
    };
    mn_document alone = *document;
    alone.source = &rest;
    alone.begin = alone.ordinal = 0;
    alone.prefix = is_yaml_item ? document->prefix : "";
    mn_position found = mn_locate(&alone, steps, count);
    if (found.line == 0)
        return found;
    found.column += found.line == 1 ? columns_before(document) : 0;
    found.line += lines_before(input, document);
    return found;
}

char mn_audit_byte_at(mn_audit_input *input, const mn_audit_object *object, mn_position place)
{
    const mn_document *document = &object->document;
    const mn_source *source = document->source;
    size_t line = lines_before(input, document);
    const char *end = source->bytes + source->len;
    const char *p = source->bytes + document->begin - columns_before(document);
    if (place.line <= line || place.column == 0)
        return '\0';
    for (line++; p != NULL && line < place.line; line++) {
        p = memchr(p, '\n', (size_t)(end - p));
        p = p == NULL ? NULL : p + 1;
    }
    if (p == NULL || (size_t)(end - p) < place.column)
        return '\0';
    return p[place.column - 1];
}
