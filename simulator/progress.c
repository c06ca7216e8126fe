/* SPDX-License-Identifier: Apache-2.0 */
/* A thread of its own watches the clock, so that the work need not: it only counts. */
#include "simulator/progress.h"

#include "simulator/reports/layout.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

enum { EVERY_MS = 200, MS_PER_S = 1000, NS_PER_MS = 1000000 };

struct mn_progress {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    bool ended;   /* under the lock, as is what follows */
    size_t shown; /* columns of the line that is there */
    int64_t begin_ms, after_ms;
    FILE *err;
    size_t columns;
    char *what;
    atomic_size_t done, total;
};

static int64_t now_ms(void)
{
    struct timespec now;
    /* CLOCK_MONOTONIC is always there. */
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * MS_PER_S + now.tv_nsec / NS_PER_MS;
}

/* By blanks: not every terminal knows how to erase. */
static void erase(mn_progress *p)
{
    if (p->shown == 0)
        return;
    (void)fprintf(p->err, "\r%*s\r", (int)p->shown, "");
    (void)fflush(p->err);
    p->shown = 0;
}

static void show(mn_progress *p)
{
    g_autoptr(GString) line = g_string_new(NULL);
    size_t total = atomic_load(&p->total);
    mn_append_plain(line, p->what);
    g_string_append(line, ": ");
    if (total > 0)
        g_string_append_printf(line, "%zu of %zu, ", atomic_load(&p->done), total);
    g_string_append_printf(line, "%ds", (int)((now_ms() - p->begin_ms) / MS_PER_S));
    size_t width = mn_display_width(line->str);
    /* A line that is broken by the terminal cannot be taken away. */
    if (p->columns > 0 && width >= p->columns)
        return;
    int rest = p->shown > width ? (int)(p->shown - width) : 0;
    (void)fprintf(p->err, "\r%s%*s", line->str, rest, "");
    (void)fflush(p->err);
    p->shown = MAX(width, p->shown);
}

static void *watch(void *data)
{
    mn_progress *p = data;
    int64_t next_ms = p->begin_ms + p->after_ms;
    (void)pthread_mutex_lock(&p->lock);
    while (!p->ended) {
        const struct timespec until = {.tv_sec = (time_t)(next_ms / MS_PER_S),
                                       .tv_nsec = (long)(next_ms % MS_PER_S * NS_PER_MS)};
        (void)pthread_cond_timedwait(&p->wake, &p->lock, &until);
        if (p->ended || now_ms() < next_ms)
            continue;
        show(p);
        next_ms = now_ms() + EVERY_MS;
    }
    (void)pthread_mutex_unlock(&p->lock);
    return NULL;
}

static void free_progress(mn_progress *p)
{
    (void)pthread_cond_destroy(&p->wake);
    (void)pthread_mutex_destroy(&p->lock);
    g_free(p->what);
    g_free(p);
}

void mn_progress_begin_after(mn_call *call, const char *what, int64_t after_ms)
{
    pthread_condattr_t attributes;
    g_assert(call->progress == NULL);
    if (!call->err_is_terminal)
        return;
    mn_progress *p = g_new0(mn_progress, 1);
    (void)pthread_mutex_init(&p->lock, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&p->wake, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    p->begin_ms = now_ms();
    p->after_ms = after_ms;
    p->err = call->err;
    p->columns = call->err_columns;
    p->what = g_strdup(what);
    /* Without a thread there is no line, and nothing else is amiss. */
    if (pthread_create(&p->thread, NULL, watch, p) == 0)
        call->progress = p;
    else
        free_progress(p);
}

void mn_progress_begin(mn_call *call, const char *what)
{
    mn_progress_begin_after(call, what, MN_PROGRESS_AFTER_MS);
}

void mn_progress_set(mn_progress *progress, size_t done, size_t total)
{
    if (progress == NULL)
        return;
    atomic_store(&progress->done, done);
    atomic_store(&progress->total, total);
}

void mn_progress_add(mn_progress *progress, size_t done)
{
    if (progress != NULL)
        atomic_fetch_add(&progress->done, done);
}

void mn_progress_erase(mn_progress *progress)
{
    if (progress == NULL)
        return;
    (void)pthread_mutex_lock(&progress->lock);
    erase(progress);
    (void)pthread_mutex_unlock(&progress->lock);
}

void mn_progress_end(mn_call *call)
{
    mn_progress *p = call->progress;
    if (p == NULL)
        return;
    (void)pthread_mutex_lock(&p->lock);
    p->ended = true;
    erase(p);
    (void)pthread_cond_signal(&p->wake);
    (void)pthread_mutex_unlock(&p->lock);
    (void)pthread_join(p->thread, NULL);
    call->progress = NULL;
    free_progress(p);
}
