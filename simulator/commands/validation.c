/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/commands/validation.h"

#include "generated/version.h"

#include "mullion/text/json_write.h"
#include "simulator/reports/phrase.h"

#include <string.h>

mn_validation_file *mn_validation_file_new(mn_arena *arena, const char *path)
{
    mn_validation_file *file = g_new0(mn_validation_file, 1);
    file->path = mn_arena_strdup(arena, path);
    file->errors = g_ptr_array_new_with_free_func(g_free);
    file->found = g_array_new(FALSE, FALSE, sizeof(mn_found_kind));
    return file;
}

void mn_validation_file_free(gpointer data)
{
    mn_validation_file *file = data;
    g_ptr_array_unref(file->errors);
    g_array_unref(file->found);
    g_free(file);
}

void mn_validation_found(mn_validation_file *file, mn_arena *arena, const char *kind, size_t count,
                         bool used)
{
    const mn_found_kind row = {.kind = mn_arena_strdup(arena, kind), .count = count, .used = used};
    if (count > 0)
        g_array_append_val(file->found, row);
}

/* ---- for people */

/* "1 Scenario, 2 Deployments; no use for 1 ConfigMap" */
static void phrase_found(GString *text, const mn_validation_file *file)
{
    g_autoptr(GString) ignored = g_string_new(NULL);
    for (guint i = 0; i < file->found->len; i++) {
        const mn_found_kind *row = &g_array_index(file->found, mn_found_kind, i);
        GString *part = row->used ? text : ignored;
        if (part->len > 0)
            g_string_append(part, ", ");
        mn_phrase_count(part, row->count, row->kind);
    }
    if (ignored->len > 0)
        g_string_append_printf(text, "%sno use for %s", text->len > 0 ? "; " : "", ignored->str);
    if (text->len == 0)
        g_string_append(text, "nothing");
}

static void add_row(mn_grid *grid, const mn_validation_file *file)
{
    g_autoptr(GString) verdict = g_string_new(NULL), found = g_string_new(NULL);
    if (file->error_count == 0)
        g_string_append(verdict, "valid");
    else
        mn_phrase_count(verdict, file->error_count, "error");
    phrase_found(found, file);
    mn_grid_cell(grid, MN_INK_PLAIN, file->path);
    mn_grid_cell(grid, file->error_count == 0 ? MN_INK_GOOD : MN_INK_BAD, verdict->str);
    mn_grid_cell(grid, MN_INK_PLAIN, found->str);
    mn_grid_end_row(grid);
}

void mn_validation_print_grid(const GPtrArray *files, const mn_page *page, GString *out)
{
    g_autoptr(mn_grid) grid = mn_grid_new();
    size_t rows = 0;
    mn_grid_head(grid, "FILE", false);
    mn_grid_head(grid, "RESULT", false);
    mn_grid_head(grid, "FOUND", false);
    mn_grid_end_row(grid);
    for (guint i = 0; i < files->len; i++) {
        const mn_validation_file *file = files->pdata[i];
        if (file->is_unread)
            continue;
        add_row(grid, file);
        rows++;
    }
    if (rows == 0)
        return;
    mn_grid_print(grid, page, out);
    g_string_append_c(out, '\n');
}

/* ---- for programs */

/* "web.yaml:3:1: what": places of a file begin with its name as it was given. */
static void write_error(mn_json_writer *json, const char *path, const char *message)
{
    size_t len = strlen(path);
    char *after = NULL;
    guint64 line = 0, column = 0;
    if (strncmp(message, path, len) == 0 && message[len] == ':') {
        line = g_ascii_strtoull(message + len + 1, &after, 10);
        if (line > 0 && *after == ':')
            column = g_ascii_strtoull(after + 1, &after, 10);
    }
    mn_json_begin_object(json);
    if (column > 0) {
        mn_json_member_int(json, "line", (int64_t)line);
        mn_json_member_int(json, "column", (int64_t)column);
        message = after + strspn(after, ": ");
    }
    mn_json_member_string(json, "message", message);
    mn_json_end_object(json);
}

static void write_kinds(mn_json_writer *json, const char *key, const GArray *found, bool used)
{
    mn_json_key(json, key);
    mn_json_begin_object(json);
    for (guint i = 0; i < found->len; i++) {
        const mn_found_kind *row = &g_array_index(found, mn_found_kind, i);
        if (row->used == used)
            mn_json_member_int(json, row->kind, (int64_t)row->count);
    }
    mn_json_end_object(json);
}

static void write_file(mn_json_writer *json, const mn_validation_file *file)
{
    mn_json_begin_object(json);
    mn_json_member_string(json, "file", file->path);
    mn_json_member_bool(json, "valid", file->error_count == 0);
    mn_json_member_int(json, "errorCount", (int64_t)file->error_count);
    mn_json_key(json, "errors");
    mn_json_begin_array(json);
    for (guint i = 0; i < file->errors->len; i++)
        write_error(json, file->path, file->errors->pdata[i]);
    mn_json_end_array(json);
    write_kinds(json, "found", file->found, true);
    write_kinds(json, "ignored", file->found, false);
    mn_json_end_object(json);
}

void mn_validation_print_json(const GPtrArray *files, GString *out)
{
    size_t invalid = 0;
    for (guint i = 0; i < files->len; i++)
        invalid += ((const mn_validation_file *)files->pdata[i])->error_count > 0;
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_PRETTY);
    mn_json_begin_object(&json);
    mn_json_member_string(&json, "apiVersion", "mullion.dev/v1alpha1");
    mn_json_member_string(&json, "kind", "Validation");
    mn_json_member_string(&json, "mullionVersion", MN_VERSION);
    mn_json_member_bool(&json, "valid", invalid == 0);
    mn_json_member_int(&json, "invalidFiles", (int64_t)invalid);
    mn_json_key(&json, "files");
    mn_json_begin_array(&json);
    for (guint i = 0; i < files->len; i++)
        write_file(&json, files->pdata[i]);
    mn_json_end_array(&json);
    mn_json_end_object(&json);
    mn_str text = mn_json_writer_text(&json);
    g_string_append_len(out, text.ptr, (gssize)text.len);
}
