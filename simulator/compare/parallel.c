/* SPDX-License-Identifier: Apache-2.0 */
/* Whoever is free takes the next number. No thread is waited for but at the end, and where none
 * can be started the caller does everything itself. */
#include "simulator/compare/parallel.h"

#include <glib.h>
#include <pthread.h>
#include <stdatomic.h>

enum { MAX_THREADS = 256 };

typedef struct work {
    size_t count;
    mn_parallel_fn run;
    void *data;
    atomic_size_t next;
} work;

static void *labour(void *data)
{
    work *w = data;
    for (;;) {
        size_t index = atomic_fetch_add_explicit(&w->next, 1, memory_order_relaxed);
        if (index >= w->count)
            return NULL;
        w->run(w->data, index);
    }
}

void mn_parallel_each(size_t count, size_t threads, mn_parallel_fn run, void *data)
{
    pthread_t others[MAX_THREADS];
    size_t started = 0;
    work w = {.count = count, .run = run, .data = data};
    if (threads == 0)
        threads = g_get_num_processors();
    threads = MIN(MIN(threads, count), (size_t)MAX_THREADS);
    while (started + 1 < threads && pthread_create(&others[started], NULL, labour, &w) == 0)
        started++;
    labour(&w);
    for (size_t i = 0; i < started; i++)
        pthread_join(others[i], NULL);
}
