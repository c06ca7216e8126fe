/* SPDX-License-Identifier: Apache-2.0 */
/* From what a user names to the files that are meant.
 *
 * A file is itself, whatever its name; "-" is stdin; a directory stands for the
 * *.yaml, *.yml and *.json below it, and *.gz of these. Hidden entries are passed
 * over (a mounted ConfigMap keeps its files twice, once behind "..data").
 */
#ifndef MN_WALK_H
#define MN_WALK_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

enum { MN_WALK_FILES_MAX = 100000, MN_WALK_DEPTH_MAX = 32 };

/* Paths (char *, owned by the array) in the order of `names`; within a directory
 * sorted by bytes. Symlinks are followed, but not into a directory that encloses
 * them. Errors: IO, LIMIT, each naming the path. */
GPtrArray *mn_walk_files(const char *const *names, size_t count,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* By its name alone. */
bool mn_walk_is_manifest(const char *name);

#endif
