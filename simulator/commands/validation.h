/* SPDX-License-Identifier: Apache-2.0 */
/* What `mullion validate` found, file by file, and how it is printed. */
#ifndef SIMULATOR_VALIDATION_H
#define SIMULATOR_VALIDATION_H

#include "simulator/command.h"
#include "simulator/reports/layout.h"

enum { MN_VALIDATION_MAX_ERRORS = 20 };

typedef struct mn_found_kind {
    const char *kind; /* "Deployment" */
    size_t count;
    bool used; /* false: scheduling has no use for it */
} mn_found_kind;

typedef struct mn_validation_file {
    const char *path;
    GPtrArray *errors; /* the first of them: char *, "web.yaml:3:1: ..." */
    size_t error_count;
    GArray *found;  /* mn_found_kind, in the order in which they are named */
    bool is_unread; /* an operand that stands for no file */
} mn_validation_file;

/* A row for a file; `path` and kinds are copied into the arena. */
mn_validation_file *mn_validation_file_new(mn_arena *arena, const char *path);
void mn_validation_file_free(gpointer data);
void mn_validation_found(mn_validation_file *file, mn_arena *arena, const char *kind, size_t count,
                         bool used);

/* `files`: mn_validation_file. The grid of files; nothing when there are none. */
void mn_validation_print_grid(const GPtrArray *files, const mn_page *page, GString *out);
/* One object: docs/JSON.md names its fields. */
void mn_validation_print_json(const GPtrArray *files, GString *out);

#endif
