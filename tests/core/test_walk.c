/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/base/error.h"
#include "mullion/io/walk.h"
#include "tests/support/expect.h"
#include "tests/support/scratch.h"

#include <string.h>
#include <unistd.h>

static void touch(const char *folder, const char *name)
{
    g_free(scratch_write(folder, name, MN_STR_LIT("")));
}

/* Paths below the folder, a blank between them. */
static void finds(const char *folder, const char *name, const char *want)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = *name != '\0' ? g_build_filename(folder, name, NULL) : g_strdup(folder);
    const char *const names[] = {path};
    g_autoptr(GPtrArray) files = mn_walk_files(names, 1, &error);
    g_autoptr(GString) got = g_string_new(NULL);

    EXPECT_STR(error != NULL ? error->message : NULL, NULL);
    for (guint i = 0; files != NULL && i < files->len; i++) {
        const char *found = g_ptr_array_index(files, i);
        g_string_append_printf(
            got, "%s%s", i > 0 ? " " : "", found + MIN(strlen(folder) + 1, strlen(found)));
    }
    EXPECT_STR(got->str, want);
}

static void a_directory_stands_for_its_manifests_in_order(void)
{
    static const char *const names[] = {"b.yml",
                                        "a.yaml",
                                        "c.json",
                                        "d.json.gz",
                                        "e.yaml.gz",
                                        "README.md",
                                        "f.gz",
                                        ".yaml",
                                        ".hidden.yaml",
                                        "sub/z.yaml",
                                        "sub/a.txt",
                                        ".git/x.yaml",
                                        "Z.yaml"};
    char *folder = scratch_new();

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        touch(folder, names[i]);
    finds(folder, "", "Z.yaml a.yaml b.yml c.json d.json.gz e.yaml.gz sub/z.yaml");
    finds(folder, "sub", "sub/z.yaml");
    scratch_remove(folder);
}

static void a_file_that_is_named_is_taken_whatever_it_is_called(void)
{
    char *folder = scratch_new();
    touch(folder, "README.md");
    finds(folder, "README.md", "README.md");
    scratch_remove(folder);
}

static void symlinks_are_followed_but_not_in_circles(void)
{
    char *folder = scratch_new();
    g_autofree char *loop = g_build_filename(folder, "sub", "loop", NULL);
    g_autofree char *link = g_build_filename(folder, "link.yaml", NULL);
    g_autofree char *other = g_build_filename(folder, "other", NULL);
    g_autofree char *dangling = g_build_filename(folder, "dangling.yaml", NULL);

    touch(folder, "sub/a.yaml");
    g_assert(symlink("..", loop) == 0 && symlink("sub/a.yaml", link) == 0);
    g_assert(symlink("sub", other) == 0 && symlink("nowhere", dangling) == 0);
    finds(folder, "", "link.yaml other/a.yaml sub/a.yaml");
    scratch_remove(folder);
}

static void names_keep_their_order_and_a_dash_is_stdin(void)
{
    char *folder = scratch_new();
    g_autofree char *b = scratch_write(folder, "b.yaml", MN_STR_LIT(""));
    g_autofree char *a = scratch_write(folder, "a.yaml", MN_STR_LIT(""));
    const char *const names[] = {b, "-", a};
    g_autoptr(GPtrArray) files = mn_walk_files(names, 3, NULL);

    EXPECT_INT(files->len, 3);
    for (guint i = 0; i < 3; i++)
        EXPECT_STR(g_ptr_array_index(files, i), names[i]);
    scratch_remove(folder);
}

static void a_missing_path_is_named(void)
{
    static const char *const names[] = {"no/such/path.yaml"};
    g_autoptr(GError) error = NULL;

    EXPECT_TRUE(mn_walk_files(names, 1, &error) == NULL);
    EXPECT_STR(error->message, "no/such/path.yaml: No such file or directory; check the path");
    EXPECT_INT(error->code, MN_ERROR_IO);
}

extern CU_TestInfo suite_core_walk[];
CU_TestInfo suite_core_walk[] = {
    {"a directory stands for its manifests, in order",
     a_directory_stands_for_its_manifests_in_order},
    {"a file that is named is taken, whatever it is called",
     a_file_that_is_named_is_taken_whatever_it_is_called},
    {"symlinks are followed, but not in circles", symlinks_are_followed_but_not_in_circles},
    {"names keep their order, and a dash is stdin", names_keep_their_order_and_a_dash_is_stdin},
    {"a missing path is named", a_missing_path_is_named},
    CU_TEST_INFO_NULL,
};
