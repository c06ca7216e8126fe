/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files in, whole files out.
 *
 * Input is capped before it is held; gzip is known by its first two bytes,
 * whatever the name says, and is unpacked under the same cap. Output is there
 * whole or not at all.
 */
#ifndef MN_FILE_H
#define MN_FILE_H

#include "mullion/base/str.h"
#include "mullion/text/source.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct mn_file {
    mn_source source; /* borrows the two below */
    char *name;       /* the path as it was given; "-" for stdin */
    char *bytes;      /* unpacked, a NUL behind them */
} mn_file;

/* "-" is stdin. No more than `max_bytes`, packed or unpacked. The caller owns the
 * result. Errors: IO, LIMIT, SYNTAX (broken gzip), each naming the file. */
mn_file *mn_file_read(const char *path, size_t max_bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mn_file_free(mn_file *file);

/* Writes beside `path` and renames, so that a reader sees the old file or the new
 * one; keeps the mode and follows the symlinks of one that is there. "-" and what
 * is no regular file (a device, a pipe) is written to directly. Errors: IO. */
bool mn_file_write(const char *path, mn_str text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC(mn_file, mn_file_free)

#endif
