/* SPDX-License-Identifier: Apache-2.0 */
/* A file of cases and the file of answers beside it. */
#ifndef SIMULATOR_CONFORM_FILE_H
#define SIMULATOR_CONFORM_FILE_H

#include "simulator/conform/case.h"
#include "simulator/conform/difference.h"

/* Agreement of one group of a file. */
typedef struct conform_group {
    char *name;
    size_t cases, agreeing;
} conform_group;

/* Agreement of one file. */
typedef struct conform_result {
    char *path;
    GArray *groups; /* conform_group, in order of first appearance */
    size_t cases, agreeing;
    char *first_case; /* the first one that differs; NULL: all agree */
    conform_difference first;
} conform_result;

void conform_result_free(conform_result *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(conform_result, conform_result_free)

/* Is this a file of cases: X.jsonl or X.jsonl.gz, and not X.expected.jsonl? */
bool conform_is_cases(const char *path);

/* NULL with *error set (IO, SYNTAX, SCHEMA, LIMIT) naming the file and line. */
conform_result *conform_check(const char *path, mn_engine engine,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Appends our own answers, a line a case. */
bool conform_record(const char *path, mn_engine engine, GString *out,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
