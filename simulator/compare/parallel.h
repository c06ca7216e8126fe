/* SPDX-License-Identifier: Apache-2.0 */
/* The same work for each number, on several cores. */
#ifndef MN_PARALLEL_H
#define MN_PARALLEL_H

#include <stddef.h>

typedef void (*mn_parallel_fn)(void *data, size_t index);

/* Calls `run` once for each index below `count`, in any order, on `threads` threads (0: one a
 * core), and returns when all have ended. What they write must be apart by index. */
void mn_parallel_each(size_t count, size_t threads, mn_parallel_fn run, void *data);

#endif
