/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/scratch.h"

#include <glib.h>
#include <glib/gstdio.h>

char *scratch_new(void)
{
    char *folder = g_dir_make_tmp("mullion-test-XXXXXX", NULL);
    g_assert(folder != NULL);
    return folder;
}

/* NOLINTNEXTLINE(misc-no-recursion) */
static void remove_tree(const char *path)
{
    bool is_link = g_file_test(path, G_FILE_TEST_IS_SYMLINK);
    g_autoptr(GDir) dir = is_link ? NULL : g_dir_open(path, 0, NULL);

    while (dir != NULL) {
        const char *name = g_dir_read_name(dir);
        if (name == NULL)
            break;
        g_autofree char *inner = g_build_filename(path, name, NULL);
        remove_tree(inner);
    }
    (void)g_remove(path);
}

void scratch_remove(char *folder)
{
    remove_tree(folder);
    g_free(folder);
}

char *scratch_write(const char *folder, const char *name, mn_str bytes)
{
    char *path = g_build_filename(folder, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);

    g_assert(g_mkdir_with_parents(parent, 0755) == 0);
    g_assert(g_file_set_contents(path, bytes.ptr, (gssize)bytes.len, NULL));
    return path;
}
