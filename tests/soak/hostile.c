/* SPDX-License-Identifier: Apache-2.0 */
/* Two threads: one for quick tricks, one for those that take as long as the extender lets them,
 * which go on side by side. None has more than a few connections. A trick to which no answer came
 * because its connection was lost says nothing, and is not counted. */
#include "tests/soak/hostile.h"

#include "tests/soak/tls_client.h"
#include "tests/soak/verdict.h"
#include "tests/support/http_client.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    REST_MS = 15,
    SLICE_MS = 5,
    DRIP_MS = 100,
    CUT_WITHIN_MS = 60000,
    A_WORD_MS = 300,
    FLOOD_MAX = 256,
    SLOW_ONES = 4,
};

typedef enum outcome { AS_EXPECTED, NOT_SO, MOOT } outcome;

enum {
#define TRICK(id, what) TRICK_##id,
#define SLOW(id, what)  TRICK_##id,
#include "tests/soak/tricks.def"
#undef SLOW
#undef TRICK
    TRICKS,
};

struct hostile {
    soak_scene *scene;
    pthread_t quick, slow;
    atomic_bool stop, pause, quick_rests, slow_rests;
    GString *text; /* of the last answer; of the quick one */
    _Atomic uint64_t tried[TRICKS], failed[TRICKS];
};

static uint16_t port_of(const hostile *self)
{
    return extender_child_port(self->scene->extender);
}

static void note(hostile *self, size_t trick, outcome what)
{
    if (what == MOOT)
        return;
    atomic_fetch_add(&self->tried[trick], 1);
    if (what == NOT_SO)
        atomic_fetch_add(&self->failed[trick], 1);
}

/* ---- at the door */

static outcome visit(hostile *self, const certificate *as)
{
    const tls_visit visit = {.as = as,
                             .server_ca = identities_server_ca(self->scene->identities),
                             .path = "/filter",
                             .post = "{}"};
    tls_answer answer = tls_once(port_of(self), &visit);
    const outcome what = answer.status == 0 ? AS_EXPECTED : NOT_SO;
    tls_answer_clear(&answer);
    return what;
}

static outcome no_certificate(hostile *self)
{
    return visit(self, NULL);
}

static outcome foreign_certificate(hostile *self)
{
    return visit(self, identities_wrong(self->scene->identities, WRONG_CA));
}

static outcome expired_certificate(hostile *self)
{
    return visit(self, identities_wrong(self->scene->identities, WRONG_TIME));
}

static outcome other_name(hostile *self)
{
    return visit(self, identities_wrong(self->scene->identities, WRONG_NAME));
}

static outcome server_certificate(hostile *self)
{
    return visit(self, identities_wrong(self->scene->identities, WRONG_PURPOSE));
}

/* Without TLS: whatever comes, it is no HTTP. */
static outcome say_plainly(hostile *self, const char *bytes, size_t len)
{
    char word[5] = "";
    const int fd = http_connect(port_of(self));
    if (fd < 0)
        return MOOT;
    (void)http_send(fd, bytes, len);
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    const ssize_t got =
        poll(&wait, 1, A_WORD_MS) == 1 ? recv(fd, word, sizeof word - 1, MSG_DONTWAIT) : 0;
    close(fd);
    return got > 0 && strncmp(word, "HTTP", 4) == 0 ? NOT_SO : AS_EXPECTED;
}

static outcome plain_http(hostile *self)
{
    static const char text[] = "POST /filter HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}";
    return say_plainly(self, text, sizeof text - 1);
}

static const char hello[] = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";

static outcome half_handshake(hostile *self)
{
    return say_plainly(self, hello, sizeof hello - 1);
}

static outcome noise(hostile *self)
{
    char bytes[512];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 37 + 11);
    return say_plainly(self, bytes, sizeof bytes);
}

static outcome silent_visit(hostile *self)
{
    return say_plainly(self, "", 0);
}

/* ---- with a certificate that is let in */

static tls_client *enter(hostile *self)
{
    uint64_t number;
    bool refused;
    return tls_client_open(
        port_of(self), identities_credentials(self->scene->identities, &number), &refused);
}

static tls_outcome receive(hostile *self, tls_client *tls, int *status)
{
    tls_reply reply = {.text = self->text};
    const tls_outcome came = tls_client_receive(tls, &reply);
    *status = came == TLS_ANSWERED ? reply.status : 0;
    return came;
}

static outcome status_of(hostile *self, const char *bytes, size_t len, int want)
{
    int status = 0;
    g_autoptr(tls_client) tls = enter(self);
    if (tls == NULL)
        return MOOT;
    (void)tls_client_send(tls, bytes, len);
    (void)receive(self, tls, &status);
    if (status == 0)
        return MOOT;
    return status == want ? AS_EXPECTED : NOT_SO;
}

static outcome status_of_text(hostile *self, const char *text, int want)
{
    return status_of(self, text, strlen(text), want);
}

static outcome large_header(hostile *self)
{
    enum { LINES = 400, LINE = 1000 };
    int status = 0;
    g_autoptr(GString) text = g_string_new("GET /filter HTTP/1.1\r\nHost: h\r\n");
    g_autofree char *filler = g_strnfill(LINE, 'x');
    for (int i = 0; i < LINES; i++)
        g_string_append_printf(text, "X-%d: %s\r\n", i, filler);
    g_string_append(text, "\r\n");
    g_autoptr(tls_client) tls = enter(self);
    if (tls == NULL)
        return MOOT;
    (void)tls_client_send(tls, text->str, text->len);
    (void)receive(self, tls, &status);
    return status == 0 || (status >= 400 && status < 500) ? AS_EXPECTED : NOT_SO;
}

static outcome large_body(hostile *self)
{
    return status_of_text(self, POST_JSON("/filter") "Content-Length: 99999999999\r\n\r\n{", 413);
}

/* 1.25 MB where 1 MiB is the limit: near enough for the answer to be waited for. */
static outcome large_chunks(hostile *self)
{
    enum { CHUNKS = 20, CHUNK = 65536 };
    g_autoptr(GString) text =
        g_string_new(POST_JSON("/filter") "Transfer-Encoding: chunked\r\n\r\n");
    g_autofree char *blanks = g_strnfill(CHUNK, ' ');
    for (int i = 0; i < CHUNKS; i++)
        g_string_append_printf(text, "%x\r\n%s\r\n", (unsigned)CHUNK, blanks);
    g_string_append(text, "0\r\n\r\n");
    return status_of(self, text->str, text->len, 413);
}

static outcome two_lengths(hostile *self)
{
    return status_of_text(
        self, POST_JSON("/filter") "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 400);
}

static outcome no_length(hostile *self)
{
    return status_of_text(self, POST_JSON("/filter") "\r\n", 411);
}

static outcome wrong_method(hostile *self)
{
    return status_of_text(self, "GET /filter HTTP/1.1\r\nHost: h\r\n\r\n", 405);
}

static outcome wrong_path(hostile *self)
{
    return status_of_text(self, POST_JSON("/bind") "Content-Length: 2\r\n\r\n{}", 404);
}

static outcome no_type(hostile *self)
{
    return status_of_text(
        self, "POST /filter HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}", 415);
}

static outcome wrong_type(hostile *self)
{
    return status_of_text(self,
                          "POST /filter HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\n"
                          "Content-Length: 2\r\n\r\n{}",
                          415);
}

static outcome admin_path(hostile *self)
{
    return status_of_text(self, "GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n", 404);
}

static outcome admin_verb(hostile *self)
{
    g_auto(http_answer) answer = http_once(extender_child_admin_port(self->scene->extender),
                                           "POST",
                                           "/filter",
                                           "Content-Length: 2\r\n",
                                           "{}");
    if (answer.status == 0)
        return MOOT;
    return answer.status == 404 ? AS_EXPECTED : NOT_SO;
}

/* ---- what is no request */

static outcome post_status(hostile *self, const char *path, const char *json, int want)
{
    g_autoptr(GString) body = g_string_new(json);
    g_autoptr(GString) request = tls_post(path, body);
    return status_of(self, request->str, request->len, want);
}

/* 200, and an Error that says something. */
static outcome post_mistake(hostile *self, const char *json)
{
    static const char error[] = "\"Error\":\"";
    const outcome what = post_status(self, "/filter", json, 200);
    if (what != AS_EXPECTED)
        return what;
    const char *found = strstr(self->text->str, error);
    return found != NULL && found[sizeof error - 1] != '"' ? AS_EXPECTED : NOT_SO;
}

static outcome deep(hostile *self)
{
    enum { LEVELS = 5000 };
    g_autofree char *opening = g_strnfill(LEVELS, '[');
    g_autofree char *closing = g_strnfill(LEVELS, ']');
    g_autofree char *json =
        g_strdup_printf("{\"Pod\":%s%s,\"NodeNames\":[\"a\"]}", opening, closing);
    return post_mistake(self, json);
}

static outcome truncated(hostile *self)
{
    return post_mistake(self, "{\"Pod\":{\"metadata\":{\"name\":\"p\"},\"spec\":{\"contai");
}

static outcome twice(hostile *self)
{
    return post_mistake(self,
                        "{\"Pod\":{\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[]}},"
                        "\"NodeNames\":[\"a\"],\"NodeNames\":[\"b\"]}");
}

static outcome not_an_object(hostile *self)
{
    return post_mistake(self, "[1,2,3]");
}

static outcome bad_victims(hostile *self)
{
    return post_status(self,
                       "/preempt",
                       "{\"Pod\":{\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[]}},"
                       "\"NodeNameToMetaVictims\":{\"node-0001\":null}}",
                       400);
}

/* ---- in the middle of something */

static GString *good_request(void)
{
    const question asked = {
        .kind = ASK_FILTER, .needs = NODE_LINUX, .first = 0, .count = SOAK_NODES};
    g_autoptr(GString) body = question_write(&asked, SOAK_QUESTIONS_MAX);
    return tls_post(question_path(&asked), body);
}

static outcome pipelined_garbage(hostile *self)
{
    g_autoptr(GString) request = good_request();
    g_string_append(request, "}{ \r\n\001\002 this is no request\r\n\r\n");
    const outcome what = status_of(self, request->str, request->len, 200);
    return what == AS_EXPECTED && strstr(self->text->str, "\"Error\":\"\"") == NULL ? NOT_SO : what;
}

static outcome reset_within_answer(hostile *self)
{
    g_autoptr(GString) request = good_request();
    tls_client *tls = enter(self);
    if (tls == NULL)
        return MOOT;
    const bool began =
        tls_client_send(tls, request->str, request->len) && tls_client_sip(tls, REST_MS);
    tls_client_reset(tls);
    return began ? AS_EXPECTED : MOOT;
}

static outcome half_a_body(hostile *self)
{
    g_autoptr(GString) request = good_request();
    tls_client *tls = enter(self);
    if (tls == NULL)
        return MOOT;
    const bool sent = tls_client_send(tls, request->str, request->len / 2);
    tls_client_free(tls);
    return sent ? AS_EXPECTED : MOOT;
}

/* ---- slow ones */

/* Sends a piece now and then over either; until it is cut. */
typedef struct slow_one {
    const char *begins, *goes_on;
    size_t trick;
    tls_client *tls;
    int64_t since_ms;
    int fd;
    bool with_tls, over;
} slow_one;

static void slow_begin(hostile *self, slow_one *one)
{
    one->fd = -1;
    one->tls = one->with_tls ? enter(self) : NULL;
    if (!one->with_tls)
        one->fd = http_connect(port_of(self));
    one->over = one->with_tls ? one->tls == NULL : one->fd < 0;
    if (one->tls != NULL)
        (void)tls_client_send(one->tls, one->begins, strlen(one->begins));
    else if (!one->over)
        (void)http_send_text(one->fd, one->begins);
}

static bool has_ended(int fd)
{
    char bytes[4096];
    ssize_t got;
    do {
        got = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
    } while (got > 0);
    return got == 0 || errno != EAGAIN;
}

static void slow_end(slow_one *one)
{
    tls_client_free(one->tls);
    if (one->fd >= 0)
        close(one->fd);
}

/* One more piece. */
static void drip(hostile *self, slow_one *one)
{
    if (one->over)
        return;
    one->since_ms += DRIP_MS;
    one->over = has_ended(one->tls != NULL ? tls_client_fd(one->tls) : one->fd);
    if (one->over || one->since_ms >= CUT_WITHIN_MS) {
        note(self, one->trick, one->over ? AS_EXPECTED : NOT_SO);
        one->over = true;
    } else if (one->tls != NULL) {
        (void)tls_client_send(one->tls, one->goes_on, strlen(one->goes_on));
    } else {
        (void)http_send_text(one->fd, one->goes_on);
    }
}

static bool are_over(const slow_one *ones)
{
    for (size_t i = 0; i < SLOW_ONES; i++)
        if (!ones[i].over)
            return false;
    return true;
}

static void be_slow(hostile *self)
{
    slow_one ones[SLOW_ONES] = {
        {.begins = "\x16\x03\x01\x02", .goes_on = "\x01", .trick = TRICK_slow_handshake},
        {.begins = "POST /filter HTTP/1.1\r\n",
         .goes_on = "X: y\r\n",
         .with_tls = true,
         .trick = TRICK_slow_headers},
        {.begins = POST_JSON("/filter") "Content-Length: 9999\r\n\r\n{",
         .goes_on = " ",
         .with_tls = true,
         .trick = TRICK_slow_body},
        {.begins = "", .goes_on = "", .trick = TRICK_mute},
    };
    for (size_t i = 0; i < SLOW_ONES; i++)
        slow_begin(self, &ones[i]);
    while (!are_over(ones) && !atomic_load(&self->stop)) {
        (void)poll(NULL, 0, DRIP_MS);
        for (size_t i = 0; i < SLOW_ONES; i++)
            drip(self, &ones[i]);
    }
    for (size_t i = 0; i < SLOW_ONES; i++)
        slow_end(&ones[i]);
}

/* ---- the threads */

/* NULL: played together, by the other thread. */
static const struct {
    outcome (*play)(hostile *self);
    const char *what;
} tricks[TRICKS] = {
#define TRICK(id, what) {id, what},
#define SLOW(id, what)  {NULL, what},
#include "tests/soak/tricks.def"
#undef SLOW
#undef TRICK
};

static void rest_while_paused(hostile *self, atomic_bool *rests)
{
    atomic_store(rests, true);
    while (atomic_load(&self->pause) && !atomic_load(&self->stop))
        (void)poll(NULL, 0, SLICE_MS);
    atomic_store(rests, false);
}

static void *run_quick(void *data)
{
    hostile *self = data;
    for (size_t i = 0; !atomic_load(&self->stop); i = (i + 1) % TRICKS) {
        if (tricks[i].play != NULL)
            note(self, i, tricks[i].play(self));
        (void)poll(NULL, 0, REST_MS);
        if (atomic_load(&self->pause))
            rest_while_paused(self, &self->quick_rests);
    }
    return NULL;
}

static void *run_slow(void *data)
{
    hostile *self = data;
    while (!atomic_load(&self->stop)) {
        be_slow(self);
        if (atomic_load(&self->pause))
            rest_while_paused(self, &self->slow_rests);
    }
    return NULL;
}

hostile *hostile_start(soak_scene *scene)
{
    hostile *self = g_new0(hostile, 1);
    self->scene = scene;
    self->text = g_string_new(NULL);
    if (pthread_create(&self->quick, NULL, run_quick, self) != 0 ||
        pthread_create(&self->slow, NULL, run_slow, self) != 0)
        g_error("no threads for hostile clients");
    return self;
}

void hostile_pause(hostile *self)
{
    atomic_store(&self->pause, true);
    while (!atomic_load(&self->quick_rests) || !atomic_load(&self->slow_rests))
        (void)poll(NULL, 0, SLICE_MS);
}

void hostile_resume(hostile *self)
{
    atomic_store(&self->pause, false);
    while (atomic_load(&self->quick_rests) || atomic_load(&self->slow_rests))
        (void)poll(NULL, 0, SLICE_MS);
}

void hostile_stop(hostile *self)
{
    atomic_store(&self->stop, true);
    pthread_join(self->quick, NULL);
    pthread_join(self->slow, NULL);
}

void hostile_free(hostile *self)
{
    if (self == NULL)
        return;
    g_string_free(self->text, TRUE);
    g_free(self);
}

bool hostile_tried_all(const hostile *self)
{
    for (size_t i = 0; i < TRICKS; i++)
        if (atomic_load(&self->tried[i]) == 0)
            return false;
    return true;
}

uint64_t hostile_total(const hostile *self)
{
    uint64_t total = 0;
    for (size_t i = 0; i < TRICKS; i++)
        total += atomic_load(&self->tried[i]);
    return total;
}

void hostile_report(const hostile *self)
{
    for (size_t i = 0; i < TRICKS; i++)
        verdict_row(
            "hostile", tricks[i].what, atomic_load(&self->tried[i]), atomic_load(&self->failed[i]));
}

/* ---- a flood */

struct flood {
    int fds[FLOOD_MAX];
    size_t count;
};

flood *flood_begin(uint16_t port, size_t connections)
{
    flood *self = g_new0(flood, 1);
    for (self->count = 0; self->count < MIN(connections, (size_t)FLOOD_MAX); self->count++)
        self->fds[self->count] = http_connect(port);
    return self;
}

void flood_end(flood *self)
{
    for (size_t i = 0; i < self->count; i++)
        if (self->fds[i] >= 0)
            close(self->fds[i]);
    g_free(self);
}
