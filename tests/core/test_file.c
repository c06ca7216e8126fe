/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/base/error.h"
#include "mullion/io/file.h"
#include "tests/support/expect.h"
#include "tests/support/scratch.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void reads(const char *path, size_t max, const char *want)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(mn_file) file = mn_file_read(path, max, &error);

    EXPECT_STR(error != NULL ? error->message : file->source.bytes, want);
    if (file == NULL)
        return;
    EXPECT_STR(file->source.name, path);
    EXPECT_INT((int64_t)file->source.len, (int64_t)strlen(want));
}

static void is_refused(const char *path, size_t max, mn_error code, const char *what)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(mn_file) file = mn_file_read(path, max, &error);
    g_autofree char *message = g_strdup_printf("%s: %s", path, what);

    EXPECT_TRUE(file == NULL);
    EXPECT_STR(error != NULL ? error->message : NULL, message);
    EXPECT_INT(error != NULL ? error->code : -1, code);
}

static void a_file_is_read_whole(void)
{
    char *folder = scratch_new();
    g_autofree char *small = scratch_write(folder, "a.yaml", MN_STR_LIT("a: 1\n"));
    g_autofree char *empty = scratch_write(folder, "empty", MN_STR_LIT(""));
    g_autofree char *text = g_strnfill(300000, 'x');
    g_autofree char *large = scratch_write(folder, "large", mn_str_of(text));

    reads(small, 100, "a: 1\n");
    reads(small, 5, "a: 1\n");
    reads(empty, 0, "");
    reads(large, 300000, text);
    is_refused(large, 299999, MN_ERROR_LIMIT, "larger than 299999 bytes; split it");
    is_refused(small, 4, MN_ERROR_LIMIT, "larger than 4 bytes; split it");
    scratch_remove(folder);
}

static void gzip_is_unpacked_whatever_the_name(void)
{
    /* printf 'a: 1\n' | gzip -n9 */
    static const char packed[] = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x4b\xb4\x52\x30\xe4\x02"
                                 "\x00\x69\x19\x23\xe3\x05\x00\x00\x00";
    char *folder = scratch_new();
    const mn_str bytes = {.ptr = packed, .len = sizeof packed - 1};
    g_autofree char *path = scratch_write(folder, "a.yaml", bytes);
    g_autofree char *cut =
        scratch_write(folder, "cut.gz", (mn_str){.ptr = packed, .len = sizeof packed - 3});

    reads(path, 100, "a: 1\n");
    is_refused(cut,
               100,
               MN_ERROR_SYNTAX,
               "damaged gzip: it is cut off; pack it again or give the plain file");
    scratch_remove(folder);
}

static void a_pipe_is_read_to_its_end(void)
{
    int ends[2];
    g_assert(pipe(ends) == 0); /* NOLINT(android-cloexec-pipe): pipe2 is not POSIX 2008 */
    g_assert(write(ends[1], "a: 1\n", 5) == 5);
    close(ends[1]);
    g_autofree char *path = g_strdup_printf("/dev/fd/%d", ends[0]);
    if (g_file_test("/dev/fd", G_FILE_TEST_IS_DIR))
        reads(path, 100, "a: 1\n");
    close(ends[0]);
}

static void a_path_that_is_no_file_is_named_with_a_remedy(void)
{
    char *folder = scratch_new();
    g_autofree char *missing = g_build_filename(folder, "missing.yaml", NULL);

    is_refused(missing, 100, MN_ERROR_IO, "cannot open: No such file or directory; check the path");
    is_refused(folder, 100, MN_ERROR_IO, "cannot read: Is a directory; name a file");
    scratch_remove(folder);
}

static void writes(const char *path, const char *text)
{
    g_autoptr(GError) error = NULL;
    EXPECT_TRUE(mn_file_write(path, mn_str_of(text), &error));
    EXPECT_STR(error != NULL ? error->message : NULL, NULL);
    reads(path, 100, text);
}

static size_t entries_of(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    size_t count = 0;
    while (g_dir_read_name(dir) != NULL)
        count++;
    return count;
}

static void a_file_is_replaced_whole(void)
{
    char *folder = scratch_new();
    g_autofree char *path = g_build_filename(folder, "out.json", NULL);
    g_autofree char *link = g_build_filename(folder, "link.json", NULL);
    struct stat status;

    writes(path, "first");
    g_assert(chmod(path, 0640) == 0 && symlink("out.json", link) == 0);
    writes(link, "second");
    reads(path, 100, "second");
    g_assert(lstat(link, &status) == 0);
    EXPECT_TRUE(S_ISLNK(status.st_mode));
    g_assert(stat(path, &status) == 0);
    EXPECT_INT(status.st_mode & 0777, 0640);
    EXPECT_INT((int64_t)entries_of(folder), 2);
    scratch_remove(folder);
}

static void a_device_is_written_to_and_stays(void)
{
    struct stat status;
    g_autoptr(GError) error = NULL;

    EXPECT_TRUE(mn_file_write("/dev/null", MN_STR_LIT("gone"), &error));
    g_assert(stat("/dev/null", &status) == 0);
    EXPECT_TRUE(S_ISCHR(status.st_mode));
}

static void a_failed_write_leaves_nothing_behind(void)
{
    char *folder = scratch_new();
    g_autofree char *path = g_build_filename(folder, "no", "such", "folder", NULL);
    g_autoptr(GError) error = NULL;

    EXPECT_TRUE(!mn_file_write(path, MN_STR_LIT("x"), &error));
    EXPECT_INT(error->code, MN_ERROR_IO);
    EXPECT_TRUE(strstr(error->message, "No such file or directory; check the path") != NULL);
    EXPECT_INT((int64_t)entries_of(folder), 0);
    scratch_remove(folder);
}

extern CU_TestInfo suite_core_file[];
CU_TestInfo suite_core_file[] = {
    {"a file is read whole", a_file_is_read_whole},
    {"gzip is unpacked whatever the name", gzip_is_unpacked_whatever_the_name},
    {"a pipe is read to its end", a_pipe_is_read_to_its_end},
    {"a path that is no file is named with a remedy",
     a_path_that_is_no_file_is_named_with_a_remedy},
    {"a file is replaced whole", a_file_is_replaced_whole},
    {"a device is written to and stays", a_device_is_written_to_and_stays},
    {"a failed write leaves nothing behind", a_failed_write_leaves_nothing_behind},
    CU_TEST_INFO_NULL,
};
