/* SPDX-License-Identifier: Apache-2.0 */
/* Somebody who follows the nodes of a test's server, and keeps what is said. */
#ifndef TESTS_SUPPORT_KUBE_LISTENER_H
#define TESTS_SUPPORT_KUBE_LISTENER_H

#include "mullion/kube/watch.h"
#include "tests/support/kube_server.h"

#include <pthread.h>

enum { KUBE_PATIENT_MS = 5000 };

extern const mn_watch_collection kube_nodes[];

/* Keeps the collection as the messages tell it, and what they said. */
typedef struct kube_listener {
    pthread_mutex_t lock;
    GHashTable *here, *coming; /* name -> version; `coming` while a LIST goes on */
    GString *news;             /* a word a message */
    GString *errors;           /* a line each */
    size_t synced, failures, bookmarks;
} kube_listener;

void kube_listener_init(kube_listener *self);
void kube_listener_clear(kube_listener *self);
/* `data` is the listener. */
void kube_listener_hear(const mn_watch_message *message, void *data);
/* "name@version ...", sorted; the caller frees. */
char *kube_listener_state(kube_listener *self);

typedef struct kube_fixture {
    mn_arena *arena;
    kube_server *server;
    mn_watcher *watcher;
    kube_listener listener;
    mn_watch_options options; /* of the nodes of this server, impatient */
} kube_fixture;

void kube_fixture_prepare(kube_fixture *made, kube_answer_fn answer, void *data);
void kube_fixture_follow(kube_fixture *made);
void kube_fixture_finish(kube_fixture *made);

/* Within KUBE_PATIENT_MS; an assertion fails when the state is another one in the end. */
bool kube_fixture_comes_to(kube_fixture *made, const char *state);
bool kube_fixture_fails(kube_fixture *made, size_t times);
/* The caller frees. */
char *kube_fixture_first_error(kube_fixture *made);

#endif
