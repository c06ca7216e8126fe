/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/soak/churn.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

enum { EVERY_MS = 5, AT_ONCE = 2 };

struct churn {
    cluster *of;
    pthread_t thread;
    atomic_bool stop, pause, rests;
};

static void *change_nodes(void *data)
{
    churn *self = data;
    while (!atomic_load(&self->stop)) {
        const bool rests = atomic_load(&self->pause);
        for (int i = 0; !rests && i < AT_ONCE; i++)
            (void)cluster_change(self->of);
        atomic_store(&self->rests, rests);
        (void)poll(NULL, 0, EVERY_MS);
    }
    return NULL;
}

churn *churn_start(cluster *of)
{
    churn *self = g_new0(churn, 1);
    self->of = of;
    if (pthread_create(&self->thread, NULL, change_nodes, self) != 0)
        g_error("no thread to change nodes with");
    return self;
}

void churn_pause(churn *self)
{
    atomic_store(&self->pause, true);
    while (!atomic_load(&self->rests))
        (void)poll(NULL, 0, EVERY_MS);
}

void churn_resume(churn *self)
{
    atomic_store(&self->pause, false);
    while (atomic_load(&self->rests))
        (void)poll(NULL, 0, EVERY_MS);
}

void churn_free(churn *self)
{
    if (self == NULL)
        return;
    atomic_store(&self->stop, true);
    pthread_join(self->thread, NULL);
    g_free(self);
}
