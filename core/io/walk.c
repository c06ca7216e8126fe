/* SPDX-License-Identifier: Apache-2.0 */
/* Directories in the order of their names' bytes, so that a run does not depend on
 * how a file system happens to list them.
 */
#include "mullion/io/walk.h"

#include "mullion/base/error.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* The directories around the one being read: a directory that is its own ancestor
 * is a loop of symlinks. */
typedef struct enclosing {
    const struct enclosing *parent;
    dev_t device;
    ino_t inode;
    size_t depth;
} enclosing;

static bool fail(mn_error code, const char *path, const char *what, GError **error)
{
    g_set_error(error, MN_ERROR, (int)code, "%s: %s", path, what);
    return false;
}

bool mn_walk_is_manifest(const char *name)
{
    static const char *const endings[] = {".yaml", ".yml", ".json"};
    size_t len = strlen(name);

    if (g_str_has_suffix(name, ".gz"))
        len -= 3;
    for (size_t i = 0; i < G_N_ELEMENTS(endings); i++) {
        size_t ending = strlen(endings[i]);
        if (len > ending && strncmp(name + len - ending, endings[i], ending) == 0)
            return true;
    }
    return false;
}

static int by_bytes(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static GPtrArray *names_in(const char *folder, GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, &cause);
    if (dir == NULL) {
        fail(MN_ERROR_IO, folder, cause->message, error);
        return NULL;
    }
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (const char *name = g_dir_read_name(dir); name != NULL; name = g_dir_read_name(dir)) {
        if (*name != '.')
            g_ptr_array_add(names, g_strdup(name));
    }
    g_ptr_array_sort(names, by_bytes);
    return names;
}

static bool is_loop(const enclosing *around, const struct stat *status)
{
    for (; around != NULL; around = around->parent) {
        if (around->device == status->st_dev && around->inode == status->st_ino)
            return true;
    }
    return false;
}

static bool add_file(GPtrArray *files, const char *path, GError **error)
{
    if (files->len == MN_WALK_FILES_MAX)
        return fail(MN_ERROR_LIMIT, path, "too many files; name fewer directories", error);
    g_ptr_array_add(files, g_strdup(path));
    return true;
}

/* Recursion ends at MN_WALK_DEPTH_MAX. */
/* NOLINTBEGIN(misc-no-recursion) */
static bool walk_folder(GPtrArray *files, const char *folder, const struct stat *status,
                        const enclosing *around, GError **error)
{
    const enclosing here = {
        .parent = around,
        .device = status->st_dev,
        .inode = status->st_ino,
        .depth = around != NULL ? around->depth + 1 : 1,
    };
    if (here.depth > MN_WALK_DEPTH_MAX)
        return fail(MN_ERROR_LIMIT, folder, "directories nested too deeply", error);
    g_autoptr(GPtrArray) names = names_in(folder, error);
    if (names == NULL)
        return false;
    for (guint i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        g_autofree char *path = g_build_filename(folder, name, NULL);
        struct stat entry;
        if (stat(path, &entry) != 0)
            continue; /* a dangling symlink, or gone meanwhile */
        bool ok = true;
        if (S_ISDIR(entry.st_mode))
            ok = is_loop(&here, &entry) || walk_folder(files, path, &entry, &here, error);
        else if (S_ISREG(entry.st_mode) && mn_walk_is_manifest(name))
            ok = add_file(files, path, error);
        if (!ok)
            return false;
    }
    return true;
}
/* NOLINTEND(misc-no-recursion) */

static bool walk_name(GPtrArray *files, const char *name, GError **error)
{
    struct stat status;

    if (strcmp(name, "-") == 0)
        return add_file(files, name, error);
    if (stat(name, &status) != 0) {
        g_autofree char *why = g_strdup_printf("%s; check the path", g_strerror(errno));
        return fail(MN_ERROR_IO, name, why, error);
    }
    return S_ISDIR(status.st_mode) ? walk_folder(files, name, &status, NULL, error)
                                   : add_file(files, name, error);
}

GPtrArray *mn_walk_files(const char *const *names, size_t count, GError **error)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);

    for (size_t i = 0; i < count; i++) {
        if (!walk_name(files, names[i], error))
            return NULL;
    }
    return g_steal_pointer(&files);
}
