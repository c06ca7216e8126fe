/* SPDX-License-Identifier: Apache-2.0 */
/* The recordings of tests/captures, call by call. */
#ifndef TESTS_SUPPORT_CAPTURES_H
#define TESTS_SUPPORT_CAPTURES_H

#include "mullion/base/str.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Borrowed, gone when the callback returns. What has no member here is in `line`, whose
 * keys tests/captures/README.md lists. */
typedef struct capture {
    const char *name; /* "cache-basic/01-filter" */
    const char *verb;
    bool node_cache_capable;
    int status; /* 0: no answer */
    mn_str request, response;
    const char *message; /* NULL when the Pod was scheduled */
    const json_t *offered, *scores, *line;
} capture;

typedef void (*capture_fn)(const capture *call, void *data);

/* `file` is "extender" or "extender-windows". Gives the number of calls; a file that cannot
 * be read ends the program. */
size_t captures_each(const char *file, capture_fn each, void *data);

/* A gzip'd file of tests/captures, whole; the caller frees it. */
char *captures_read(const char *name, size_t *len);

#endif
