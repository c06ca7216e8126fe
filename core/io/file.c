/* SPDX-License-Identifier: Apache-2.0 */
/* POSIX files. A path may be a pipe (`mullion run <(kubectl get ...)`), so the size
 * that fstat() tells is a hint and never believed.
 */
#include "mullion/io/file.h"

#include "mullion/base/error.h"
#include "mullion/io/gzip.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST_ROOM = 64 * 1024, LINKS_MAX = 16 };

static bool fail(const char *path, const char *doing, int cause, GError **error)
{
    static const struct {
        int cause;
        const char *remedy;
    } remedies[] = {
        {ENOENT, "; check the path"},
        {EACCES, "; check its owner and mode"},
        {EISDIR, "; name a file"},
        {ENOSPC, "; free some room"},
        {EROFS, "; choose another place"},
    };
    const char *remedy = "";

    for (size_t i = 0; i < G_N_ELEMENTS(remedies); i++) {
        if (remedies[i].cause == cause)
            remedy = remedies[i].remedy;
    }
    g_set_error(error,
                MN_ERROR,
                MN_ERROR_IO,
                "%s: cannot %s: %s%s",
                path,
                doing,
                g_strerror(cause),
                remedy);
    return false;
}

static void close_fd(int fd)
{
    if (fd > STDERR_FILENO)
        (void)close(fd);
}

typedef struct input {
    const char *path;
    int fd;
    char *bytes;
    size_t len, room, max_bytes;
} input;

static bool fail_large(const input *in, GError **error)
{
    g_set_error(error,
                MN_ERROR,
                MN_ERROR_LIMIT,
                "%s: larger than %zu bytes; split it",
                in->path,
                in->max_bytes);
    return false;
}

/* Room for a byte more than what is there, up to one more than what is allowed. */
static bool grow(input *in, size_t hint, GError **error)
{
    size_t wanted = MAX(MAX(in->room * 2, hint), (size_t)FIRST_ROOM);
    wanted = MIN(wanted, in->max_bytes + 1);
    if (in->len == wanted)
        return fail_large(in, error);
    char *larger = g_try_realloc(in->bytes, wanted + 1);
    if (larger == NULL)
        return fail(in->path, "read", ENOMEM, error);
    in->bytes = larger;
    in->room = wanted;
    return true;
}

static bool read_fd(input *in, GError **error)
{
    struct stat status;

    if (fstat(in->fd, &status) != 0)
        return fail(in->path, "read", errno, error);
    if (S_ISDIR(status.st_mode))
        return fail(in->path, "read", EISDIR, error);
    size_t hint = status.st_size > 0 ? (size_t)status.st_size + 1 : 0;
    if (S_ISREG(status.st_mode) && hint > in->max_bytes + 1)
        return fail_large(in, error);
    for (;;) {
        if (in->len == in->room && !grow(in, hint, error))
            return false;
        ssize_t got = read(in->fd, in->bytes + in->len, in->room - in->len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail(in->path, "read", errno, error);
        if (got == 0)
            break;
        in->len += (size_t)got;
    }
    return in->len <= in->max_bytes || fail_large(in, error);
}

static bool unpack(input *in, GError **error)
{
    const mn_str packed = {.ptr = in->bytes, .len = in->len};
    size_t len = 0;

    if (!mn_gzip_is(packed))
        return true;
    char *bytes = mn_gzip_unpack(packed, in->max_bytes, &len, error);
    if (bytes == NULL) {
        g_prefix_error(error, "%s: ", in->path);
        return false;
    }
    g_free(in->bytes);
    in->bytes = bytes;
    in->len = len;
    return true;
}

mn_file *mn_file_read(const char *path, size_t max_bytes, GError **error)
{
    input in = {.path = path, .max_bytes = MIN(max_bytes, (size_t)G_MAXSSIZE - 2)};

    in.fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (in.fd < 0) {
        fail(path, "open", errno, error);
        return NULL;
    }
    bool ok = read_fd(&in, error) && unpack(&in, error);
    close_fd(in.fd);
    if (!ok) {
        g_free(in.bytes);
        return NULL;
    }
    g_assert(in.bytes != NULL); /* even for an empty file */
    mn_file *file = g_new0(mn_file, 1);
    in.bytes[in.len] = '\0';
    file->name = g_strdup(path);
    file->bytes = in.bytes;
    file->source = (mn_source){.name = file->name, .bytes = file->bytes, .len = in.len};
    return file;
}

void mn_file_free(mn_file *file)
{
    if (file == NULL)
        return;
    g_free(file->name);
    g_free(file->bytes);
    g_free(file);
}

static bool write_fd(int fd, mn_str text)
{
    while (text.len > 0) {
        ssize_t put = write(fd, text.ptr, text.len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        text.ptr += put;
        text.len -= (size_t)put;
    }
    return true;
}

static bool write_directly(const char *path, mn_str text, GError **error)
{
    int fd = strcmp(path, "-") == 0 ? STDOUT_FILENO : open(path, O_WRONLY | O_CLOEXEC);

    if (fd < 0)
        return fail(path, "open", errno, error);
    bool ok = write_fd(fd, text) || fail(path, "write", errno, error);
    close_fd(fd);
    return ok;
}

/* What a chain of symlinks ends at. */
static char *follow_links(const char *path)
{
    char *out = g_strdup(path);

    for (int i = 0; i < LINKS_MAX; i++) {
        g_autofree char *link = g_file_read_link(out, NULL);
        if (link == NULL)
            break;
        g_autofree char *folder = g_path_get_dirname(out);
        g_free(out);
        out = g_path_is_absolute(link) ? g_strdup(link) : g_build_filename(folder, link, NULL);
    }
    return out;
}

static bool write_beside(const char *target, mode_t mode, mn_str text, GError **error)
{
    g_autofree char *beside = g_strdup_printf("%s.%ld.tmp", target, (long)getpid());
    int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

    if (fd < 0)
        return fail(beside, "create", errno, error);
    bool ok = (write_fd(fd, text) && (mode == 0 || fchmod(fd, mode) == 0) && fsync(fd) == 0) ||
              fail(beside, "write", errno, error);
    close_fd(fd);
    if (ok && rename(beside, target) != 0)
        ok = fail(target, "replace", errno, error);
    if (!ok)
        (void)unlink(beside);
    return ok;
}

bool mn_file_write(const char *path, mn_str text, GError **error)
{
    struct stat status;
    g_autofree char *target = NULL;

    if (strcmp(path, "-") == 0)
        return write_directly(path, text, error);
    bool is_there = stat(path, &status) == 0;
    if (is_there && S_ISDIR(status.st_mode))
        return fail(path, "write", EISDIR, error);
    if (is_there && !S_ISREG(status.st_mode))
        return write_directly(path, text, error);
    target = follow_links(path);
    return write_beside(target, is_there ? status.st_mode & 07777 : 0, text, error);
}
