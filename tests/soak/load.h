/* SPDX-License-Identifier: Apache-2.0 */
/* Clients such as kube-scheduler: they keep their connection, ask one thing after the other, and
 * look at every answer. */
#ifndef TESTS_SOAK_LOAD_H
#define TESTS_SOAK_LOAD_H

#include "tests/soak/api_server.h"
#include "tests/soak/extender_child.h"
#include "tests/soak/identities.h"
#include "tests/soak/questions.h"

#include <stdatomic.h>

/* What all who take part know. */
typedef struct soak_scene {
    const cluster *cluster;
    const api_server *api;
    identities *identities;
    extender_child *extender;
    _Atomic unsigned modes;   /* that may be in force: a set */
    _Atomic uint64_t numbers; /* of questions: the next one */
    atomic_bool ending;       /* SIGTERM has been sent */
} soak_scene;

typedef struct load load;

typedef struct load_counts {
    uint64_t asked, answered;
    uint64_t unread;      /* the connection ended before a byte of an answer, and was made anew */
    uint64_t shed;        /* 503: all bodies together over their limit */
    uint64_t connections; /* made */
    uint64_t refused;     /* handshakes that failed; tried again */
    uint64_t stayed;      /* answers on a connection older than the client's certificate in use */
} load_counts;

/* Those that hurry ask the next thing at once, and do not look at what an answer says: some of
 * what they ask is always waiting to be read. */
load *load_start(soak_scene *scene, size_t clients, bool hurry);
/* Ends the connections, and waits until they are; and goes on. */
void load_pause(load *self);
void load_resume(load *self);
load_counts load_count(const load *self);
/* Ends them, each after its question. */
void load_stop(load *self);
/* After the extender's end: holds what each client knows against the log. */
void load_settle(const load *self);
void load_free(load *self);

/* In quiet: one client that asks until the answers tell of the cluster as it is now. False
 * when that took too long. */
bool load_ask_until_true(soak_scene *scene, int64_t patience_ms);

#endif
