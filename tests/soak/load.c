/* SPDX-License-Identifier: Apache-2.0 */
/* A question that a connection ended under, before a byte of an answer, is asked again over the
 * next one, under another number: what the log says of the first number tells whether that was
 * right. */
#include "tests/soak/load.h"

#include "tests/soak/tls_client.h"
#include "tests/soak/verdict.h"

#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

enum {
    CLIENTS_MAX = 16,
    TRIES = 200,
    AGAIN_MS = 25,
    KEPT_FOR = 400, /* questions on a connection, but for the first client's */
    THINK_MS = 6,
    REST_EVERY = 20,
    REST_MS = 400,
    OK = 200,
    UNAVAILABLE = 503,
    SLICE_MS = 5,
};

enum load_counter { ASKED, ANSWERED, UNREAD, SHED, CONNECTIONS, REFUSED, STAYED, COUNTERS };

typedef struct client {
    soak_scene *scene;
    size_t index;
    pthread_t thread;
    mn_rng rng;
    cluster_view view;
    tls_client *tls;
    uint64_t shown;   /* number of the credentials that the connection was made with */
    size_t kept_for;  /* questions on it */
    GArray *unread;   /* numbers */
    GArray *answered; /* numbers */
    GString *text;    /* of the last answer */
    bool hurries;
    atomic_bool *stop; /* of all */
    atomic_bool *pause;
    atomic_bool paused;
    _Atomic uint64_t counts[COUNTERS];
} client;

struct load {
    client clients[CLIENTS_MAX];
    size_t count;
    atomic_bool stop, pause;
};

static void count(client *self, enum load_counter which)
{
    atomic_fetch_add(&self->counts[which], 1);
}

static bool is_ending(const client *self)
{
    return atomic_load(&self->scene->ending);
}

/* ---- a connection */

static void hang_up(client *self)
{
    g_clear_pointer(&self->tls, tls_client_free);
    self->kept_for = 0;
}

/* False when there is none to be had; `ending` says whether there ever will be. */
static bool connect_to(client *self)
{
    bool refused = false;
    if (self->tls != NULL)
        return true;
    gnutls_certificate_credentials_t credentials =
        identities_credentials(self->scene->identities, &self->shown);
    self->tls = tls_client_open(extender_child_port(self->scene->extender), credentials, &refused);
    count(self, self->tls != NULL ? CONNECTIONS : REFUSED);
    return self->tls != NULL;
}

/* ---- an answer */

static void judge_time(client *self, const answer_facts *facts)
{
    const size_t newest = self->view.newest, listed = api_server_listed(self->scene->api);
    size_t node = 0;
    switch (cluster_view_take(&self->view, facts->allowed, listed, &node)) {
    case VIEW_OF_ONE_MOMENT:
        claim_held(CLAIM_TRUE);
        break;
    case VIEW_OF_MORE:
        (void)claim_check(CLAIM_TRUE_OF_EACH,
                          listed >= newest,
                          "client %zu: parts of different moments, at version %zu, listed at %zu",
                          self->index,
                          newest,
                          listed);
        break;
    case VIEW_WRONG:
        claim_broken(CLAIM_TRUE,
                     "client %zu: %s was not so since version %zu",
                     self->index,
                     cluster_node_name(node),
                     self->view.since[node]);
        break;
    }
}

static void judge(client *self, const question *asked, const tls_reply *reply, unsigned modes)
{
    answer_facts facts;
    modes |= atomic_load(&self->scene->modes);
    g_autofree char *fault = question_read(
        asked, reply->text->str + reply->head, reply->text->len - reply->head, &facts);
    if (!claim_check(CLAIM_VERBATIM,
                     fault == NULL,
                     "client %zu: %s: %s",
                     self->index,
                     question_path(asked),
                     fault))
        return;
    if (claim_check(CLAIM_ONE_CONFIGURATION,
                    (facts.mode & modes) != 0,
                    "client %zu: %s: mode %u of %u",
                    self->index,
                    question_path(asked),
                    facts.mode,
                    modes))
        judge_time(self, &facts);
}

/* True: answered, well or not. */
static bool take_reply(client *self, const question *asked, uint64_t number, const tls_reply *reply,
                       unsigned modes)
{
    if (reply->closes)
        hang_up(self);
    if (reply->status == UNAVAILABLE) {
        count(self, SHED);
        return false;
    }
    if (!claim_check(CLAIM_ANSWERED,
                     reply->status == OK,
                     "client %zu: %s: status %d",
                     self->index,
                     question_path(asked),
                     reply->status))
        return true;
    uint64_t shown;
    (void)identities_credentials(self->scene->identities, &shown);
    if (self->tls != NULL && shown != self->shown)
        count(self, STAYED);
    count(self, ANSWERED);
    g_array_append_val(self->answered, number);
    if (!self->hurries)
        judge(self, asked, reply, modes);
    return true;
}

/* True: there is nothing more to do about it. */
static bool try_once(client *self, const question *asked)
{
    const uint64_t number = atomic_fetch_add(&self->scene->numbers, 1);
    const unsigned modes = atomic_load(&self->scene->modes);
    g_autoptr(GString) body = question_write(asked, number);
    g_autoptr(GString) request = tls_post(question_path(asked), body);
    tls_reply reply = {.text = self->text};
    g_assert(number < SOAK_QUESTIONS_MAX);
    count(self, ASKED);
    switch (tls_client_ask(self->tls, request, &reply)) {
    case TLS_ANSWERED:
        self->kept_for++;
        return take_reply(self, asked, number, &reply, modes);
    case TLS_CLOSED:
        count(self, UNREAD);
        g_array_append_val(self->unread, number);
        hang_up(self);
        return false;
    case TLS_CUT:
        claim_broken(CLAIM_ANSWERED, "client %zu: an answer was cut short", self->index);
        break;
    case TLS_SILENT:
        claim_broken(CLAIM_ANSWERED,
                     "client %zu: %s: no answer for %d s",
                     self->index,
                     question_path(asked),
                     TLS_PATIENCE_S);
        break;
    }
    hang_up(self);
    return true;
}

static void ask(client *self, const question *asked)
{
    for (int i = 0; i < TRIES; i++) {
        if (connect_to(self) && try_once(self, asked))
            return;
        if (self->tls == NULL && is_ending(self))
            return;
        (void)poll(NULL, 0, self->tls == NULL ? AGAIN_MS : 0);
    }
    claim_broken(CLAIM_ANSWERED, "client %zu: not answered in %d tries", self->index, TRIES);
}

/* ---- a client */

static void rest_while_paused(client *self)
{
    if (!atomic_load(self->pause))
        return;
    hang_up(self);
    atomic_store(&self->paused, true);
    while (atomic_load(self->pause) && !atomic_load(self->stop))
        (void)poll(NULL, 0, SLICE_MS);
    atomic_store(&self->paused, false);
}

/* SIGTERM ends the clients: when no connection is to be had any more. */
static bool goes_on(client *self)
{
    return !atomic_load(self->stop) && (self->tls != NULL || !is_ending(self));
}

/* Half of them rest now and then for long enough to be met idle. */
static int think_ms(client *self)
{
    if (self->hurries)
        return 0;
    const bool rests = self->index % 2 == 1 && mn_rng_below(&self->rng, REST_EVERY) == 0;
    return (int)mn_rng_below(&self->rng, rests ? REST_MS : THINK_MS);
}

static void *run_client(void *data)
{
    client *self = data;
    while (goes_on(self)) {
        const question asked = question_draw(&self->rng, SOAK_NODES);
        ask(self, &asked);
        rest_while_paused(self);
        if (self->index > 0 && self->kept_for >= KEPT_FOR)
            hang_up(self);
        (void)poll(NULL, 0, think_ms(self));
    }
    hang_up(self);
    return NULL;
}

static void client_init(client *self, soak_scene *scene, size_t index)
{
    self->scene = scene;
    self->index = index;
    self->rng = mn_rng_new(index, "questions");
    cluster_view_init(&self->view, scene->cluster);
    self->unread = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    self->answered = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    self->text = g_string_new(NULL);
}

static void client_clear(client *self)
{
    hang_up(self);
    g_array_unref(self->unread);
    g_array_unref(self->answered);
    g_string_free(self->text, TRUE);
}

/* ---- all of them */

load *load_start(soak_scene *scene, size_t clients, bool hurry)
{
    load *self = g_new0(load, 1);
    self->count = MIN(clients, (size_t)CLIENTS_MAX);
    for (size_t i = 0; i < self->count; i++) {
        client *each = &self->clients[i];
        client_init(each, scene, i);
        each->hurries = hurry;
        each->stop = &self->stop;
        each->pause = &self->pause;
        if (pthread_create(&each->thread, NULL, run_client, each) != 0)
            g_error("no thread for a client");
    }
    return self;
}

void load_pause(load *self)
{
    atomic_store(&self->pause, true);
    for (size_t i = 0; i < self->count; i++)
        while (!atomic_load(&self->clients[i].paused))
            (void)poll(NULL, 0, SLICE_MS);
}

void load_resume(load *self)
{
    atomic_store(&self->pause, false);
    for (size_t i = 0; i < self->count; i++)
        while (atomic_load(&self->clients[i].paused))
            (void)poll(NULL, 0, SLICE_MS);
}

static uint64_t sum(const load *self, enum load_counter which)
{
    uint64_t all = 0;
    for (size_t i = 0; i < self->count; i++)
        all += atomic_load(&self->clients[i].counts[which]);
    return all;
}

load_counts load_count(const load *self)
{
    return (load_counts){.asked = sum(self, ASKED),
                         .answered = sum(self, ANSWERED),
                         .unread = sum(self, UNREAD),
                         .shed = sum(self, SHED),
                         .connections = sum(self, CONNECTIONS),
                         .refused = sum(self, REFUSED),
                         .stayed = sum(self, STAYED)};
}

void load_stop(load *self)
{
    atomic_store(&self->stop, true);
    for (size_t i = 0; i < self->count; i++)
        pthread_join(self->clients[i].thread, NULL);
}

static void settle_one(const client *self, const GArray *numbers, claim which, unsigned want)
{
    for (guint i = 0; i < numbers->len; i++) {
        const uint64_t number = g_array_index(numbers, uint64_t, i);
        const unsigned decided = extender_child_decided(self->scene->extender, number);
        (void)claim_check(which,
                          decided == want,
                          "client %zu: question %lu was decided %u times",
                          self->index,
                          (unsigned long)number,
                          decided);
    }
}

void load_settle(const load *self)
{
    claim_held(CLAIM_UNREAD); /* there may have been none */
    for (size_t i = 0; i < self->count; i++) {
        settle_one(&self->clients[i], self->clients[i].unread, CLAIM_UNREAD, 0);
        settle_one(&self->clients[i], self->clients[i].answered, CLAIM_DECIDED_ONCE, 1);
    }
}

void load_free(load *self)
{
    if (self == NULL)
        return;
    for (size_t i = 0; i < self->count; i++)
        client_clear(&self->clients[i]);
    g_free(self);
}

/* ---- in quiet */

/* Each node's state now, and no other. */
static bool is_up_to_date(client *self, const tls_reply *reply, const question *asked)
{
    uint8_t states[SOAK_NODES];
    answer_facts facts;
    g_autofree char *fault = question_read(
        asked, reply->text->str + reply->head, reply->text->len - reply->head, &facts);
    cluster_states(self->view.of, cluster_version(self->view.of), states);
    for (size_t node = 0; fault == NULL && node < SOAK_NODES; node++)
        if ((facts.allowed[node] >> states[node] & 1) == 0)
            return false;
    return fault == NULL && facts.mode == MODE_ENFORCE;
}

/* All nodes, by each verb that looks them up, for either OS. */
static bool all_are_up_to_date(client *self)
{
    static const question_kind kinds[] = {ASK_FILTER, ASK_SCORES, ASK_VICTIMS};
    for (size_t i = 0; i < 2 * G_N_ELEMENTS(kinds); i++) {
        const question asked = {.kind = kinds[i / 2],
                                .needs = i % 2 == 0 ? NODE_LINUX : NODE_WINDOWS,
                                .count = SOAK_NODES};
        g_autoptr(GString) body =
            question_write(&asked, atomic_fetch_add(&self->scene->numbers, 1));
        g_autoptr(GString) request = tls_post(question_path(&asked), body);
        tls_reply reply = {.text = self->text};
        if (!connect_to(self) || tls_client_ask(self->tls, request, &reply) != TLS_ANSWERED ||
            reply.status != OK || !is_up_to_date(self, &reply, &asked))
            return false;
    }
    return true;
}

bool load_ask_until_true(soak_scene *scene, int64_t patience_ms)
{
    client self = {0};
    bool found = false;
    client_init(&self, scene, CLIENTS_MAX);
    for (int64_t waited = 0; !found && waited < patience_ms; waited += AGAIN_MS) {
        found = all_are_up_to_date(&self);
        (void)poll(NULL, 0, found ? 0 : AGAIN_MS);
    }
    client_clear(&self);
    return found;
}
