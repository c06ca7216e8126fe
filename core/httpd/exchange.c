/* SPDX-License-Identifier: Apache-2.0 */
/* libmicrohttpd calls one function for the headers, for each piece of the body and
 * for the end of it; here they become "begin, take, finish".
 *
 * An answer given before the whole request has been read makes the library close
 * the connection, and the client may then see a reset instead of the answer. So a
 * refused request is read to its end if that is near. If it is not, the answer goes out
 * at once where the headers are enough to refuse; in the middle of a body the library
 * takes none, and the request is cut short.
 */
#include "core/httpd/exchange.h"

#include "core/httpd/tls_session.h"

#include <stdlib.h>
#include <string.h>

enum {
    SPARE_MAX = 16,
    ARENA_KEPT = 2 << 20,
    DISCARD_MAX = 1 << 20, /* of a refused request, to keep its connection */
    VECTOR_MAX = 1024,     /* see response_of() */
    BLOCK_BYTES = 256 << 10,
    ARGUMENTS_MAX = 16,
};

struct mn_exchange {
    mn_exchange *next; /* among the spare ones */
    mn_exchanges *all;
    const mn_http_route *route;
    unsigned refused; /* status; 0: to be handled */
    const char *method, *path;
    mn_arena *arena;
    mn_body body;
    size_t discarded;
    mn_http_reply reply;
    size_t read_span, read_done; /* where an answer of very many spans is being sent */
};

static mn_exchange *exchange_take(mn_exchanges *all)
{
    pthread_mutex_lock(&all->lock);
    mn_exchange *exchange = all->spare;
    if (exchange != NULL) {
        all->spare = exchange->next;
        all->spare_count--;
    }
    pthread_mutex_unlock(&all->lock);

    if (exchange == NULL) {
        exchange = g_new0(mn_exchange, 1);
        exchange->arena = mn_arena_new();
        exchange->all = all;
    }
    return exchange;
}

static void exchange_free(mn_exchange *exchange)
{
    mn_arena_free(exchange->arena);
    mn_body_clear(&exchange->body);
    g_free(exchange);
}

static void exchange_give_back(mn_exchange *exchange)
{
    mn_exchanges *all = exchange->all;
    atomic_fetch_sub(&all->bodies_bytes, exchange->body.len);
    mn_body_trim(&exchange->body);
    if (mn_arena_bytes(exchange->arena) > ARENA_KEPT) {
        mn_arena_free(exchange->arena);
        exchange->arena = mn_arena_new();
    } else {
        mn_arena_reset(exchange->arena);
    }

    pthread_mutex_lock(&all->lock);
    bool keep = all->spare_count < SPARE_MAX;
    if (keep) {
        exchange->next = all->spare;
        all->spare = exchange;
        all->spare_count++;
    }
    pthread_mutex_unlock(&all->lock);
    if (!keep)
        exchange_free(exchange);
}

void mn_exchanges_clear(mn_exchanges *all)
{
    while (all->spare != NULL) {
        mn_exchange *exchange = all->spare;
        all->spare = exchange->next;
        exchange_free(exchange);
    }
}

static mn_connection *connection_of(struct MHD_Connection *mhd)
{
    return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static mn_connection *connection_begin(mn_exchanges *all, struct MHD_Connection *mhd)
{
    mn_connection *connection = mn_connection_open(
        all->connections,
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
    if (all->tls != NULL)
        connection->tls_material = mn_tls_equip(
            all->tls,
            MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION)->tls_session);
    return connection;
}

/* The session has ended by now. */
static void connection_end(mn_exchanges *all, mn_connection *connection)
{
    mn_tls_material *material = connection->tls_material;
    mn_connection_close(all->connections, connection);
    mn_tls_material_release(material);
}

void mn_exchange_on_connection(void *cls, struct MHD_Connection *mhd, void **context,
                               enum MHD_ConnectionNotificationCode what)
{
    mn_exchanges *all = cls;
    switch (what) {
    case MHD_CONNECTION_NOTIFY_STARTED:
        *context = connection_begin(all, mhd);
        return;
    case MHD_CONNECTION_NOTIFY_CLOSED:
        connection_end(all, *context);
        return;
    }
}

void *mn_exchange_on_line(void *cls, const char *uri, struct MHD_Connection *mhd)
{
    (void)uri;
    const mn_exchanges *all = cls;
    mn_connection_receiving(all->connections, connection_of(mhd));
    return NULL;
}

static const char *header(struct MHD_Connection *mhd, const char *name)
{
    return MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, name);
}

static enum MHD_Result count_lengths(void *cls, enum MHD_ValueKind kind, const char *key,
                                     const char *value)
{
    (void)kind;
    (void)value;
    size_t *count = cls;
    *count += g_ascii_strcasecmp(key, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0 ? 1 : 0;
    return MHD_YES;
}

/* Two lengths, or a length and chunks, are how requests are smuggled past proxies. */
static bool lengths_contradict(struct MHD_Connection *mhd)
{
    size_t lengths = 0;
    (void)MHD_get_connection_values(mhd, MHD_HEADER_KIND, count_lengths, &lengths);
    return lengths + (header(mhd, MHD_HTTP_HEADER_TRANSFER_ENCODING) != NULL ? 1 : 0) > 1;
}

/* 0, or the status with which a request is refused on its headers alone. */
static unsigned judge_headers(mn_exchange *exchange, struct MHD_Connection *mhd)
{
    bool path_known;
    exchange->route =
        mn_http_route_find(exchange->all->router, exchange->method, exchange->path, &path_known);
    if (lengths_contradict(mhd))
        return MHD_HTTP_BAD_REQUEST;
    if (exchange->route == NULL)
        return path_known ? MHD_HTTP_METHOD_NOT_ALLOWED : MHD_HTTP_NOT_FOUND;
    if (!exchange->route->takes_json)
        return 0;
    const char *type = header(mhd, MHD_HTTP_HEADER_CONTENT_TYPE);
    if (type == NULL || !mn_http_is_json(type))
        return MHD_HTTP_UNSUPPORTED_MEDIA_TYPE;
    if (header(mhd, MHD_HTTP_HEADER_CONTENT_LENGTH) == NULL &&
        header(mhd, MHD_HTTP_HEADER_TRANSFER_ENCODING) == NULL)
        return MHD_HTTP_LENGTH_REQUIRED;
    return 0;
}

static uint64_t content_length(struct MHD_Connection *mhd)
{
    const char *text = header(mhd, MHD_HTTP_HEADER_CONTENT_LENGTH);
    guint64 length;
    if (text == NULL)
        return header(mhd, MHD_HTTP_HEADER_TRANSFER_ENCODING) == NULL ? 0 : MN_BODY_LENGTH_UNKNOWN;
    /* The library has refused what is no number; saturate all the same. */
    return g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT64 - 1, &length, NULL)
               ? length
               : G_MAXUINT64 - 1;
}

static unsigned refusal_of(mn_body_status status)
{
    switch (status) {
    case MN_BODY_OK:
        return 0;
    case MN_BODY_TOO_LARGE:
        return MHD_HTTP_CONTENT_TOO_LARGE;
    case MN_BODY_NO_MEMORY:
        return MHD_HTTP_SERVICE_UNAVAILABLE;
    }
    return MHD_HTTP_INTERNAL_SERVER_ERROR;
}

/* For answers of more spans than the library takes as a vector. */
static ssize_t read_reply(void *cls, uint64_t position, char *out, size_t room)
{
    (void)position; /* always where the last call ended */
    mn_exchange *exchange = cls;
    const mn_http_reply *reply = &exchange->reply;
    size_t done = 0;
    while (done < room && exchange->read_span < reply->count) {
        const mn_str *span = &reply->spans[exchange->read_span];
        size_t len = MIN(room - done, span->len - exchange->read_done);
        memcpy(out + done, span->ptr + exchange->read_done, len);
        done += len;
        exchange->read_done += len;
        if (exchange->read_done == span->len) {
            exchange->read_span++;
            exchange->read_done = 0;
        }
    }
    return done > 0 ? (ssize_t)done : (ssize_t)MHD_CONTENT_READER_END_OF_STREAM;
}

/* The library keeps pointers to the bytes and takes "no const": it does not write. */
static void *unconst(const char *bytes)
{
    union {
        const char *in;
        void *out;
    } both = {.in = bytes};
    return both.out;
}

/* A vector of at most IOV_MAX spans (1024 on Linux), which one sendmsg() takes. Of a longer
 * one libmicrohttpd sends IOV_MAX first and then waits for the socket to become writable, by
 * edge-triggered epoll: if the socket took them all it has never ceased to be, and the answer
 * stops there (send_iov_nontls() of its mhd_send.c, 0.9.75 and 1.0). With TLS each span
 * would be a record of its own. */
static struct MHD_Response *response_of(mn_exchange *exchange)
{
    const mn_http_reply *reply = &exchange->reply;
    if (reply->count == 0)
        return MHD_create_response_from_buffer(0, unconst(""), MHD_RESPMEM_PERSISTENT);
    if (reply->count == 1)
        return MHD_create_response_from_buffer(
            reply->spans[0].len, unconst(reply->spans[0].ptr), MHD_RESPMEM_PERSISTENT);
    if (reply->count <= VECTOR_MAX && exchange->all->tls == NULL) {
        struct MHD_IoVec *vector = MN_ARENA_NEW(exchange->arena, struct MHD_IoVec, reply->count);
        for (size_t i = 0; i < reply->count; i++)
            vector[i] = (struct MHD_IoVec){reply->spans[i].ptr, reply->spans[i].len};
        return MHD_create_response_from_iovec(vector, (unsigned)reply->count, NULL, NULL);
    }
    uint64_t total = 0;
    for (size_t i = 0; i < reply->count; i++)
        total += reply->spans[i].len;
    return MHD_create_response_from_callback(total, BLOCK_BYTES, read_reply, exchange, NULL);
}

static enum MHD_Result send_reply(mn_exchange *exchange, struct MHD_Connection *mhd)
{
    mn_exchanges *all = exchange->all;
    const mn_http_reply *reply = &exchange->reply;
    struct MHD_Response *response = response_of(exchange);
    if (response == NULL)
        return MHD_NO;
    if (reply->content_type != NULL)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->content_type);
    if (reply->status == MHD_HTTP_METHOD_NOT_ALLOWED)
        (void)MHD_add_response_header(
            response,
            MHD_HTTP_HEADER_ALLOW,
            mn_http_route_allow(all->router, exchange->arena, exchange->path));
    if (atomic_load(&all->connections->draining_since_ms) != 0)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    mn_connection_answering(all->connections, connection_of(mhd));
    enum MHD_Result result = MHD_queue_response(mhd, reply->status, response);
    MHD_destroy_response(response);
    return result;
}

/* Told as soon as it is known: not every client waits for its answer, or gets one. */
static void refuse(mn_exchange *exchange, unsigned status)
{
    const mn_exchanges *all = exchange->all;
    exchange->refused = status;
    if (all->refused != NULL)
        all->refused(all->refused_data, status, exchange->method, exchange->path);
}

static enum MHD_Result send_refusal(mn_exchange *exchange, struct MHD_Connection *mhd)
{
    exchange->reply = (mn_http_reply){.status = exchange->refused};
    return send_reply(exchange, mhd);
}

/* A body that is there already leaves less room; one that is only announced takes none. */
static bool has_room(const mn_exchanges *all, uint64_t length)
{
    const size_t held = atomic_load(&all->bodies_bytes);
    return held <= all->bodies_max && length <= all->bodies_max - held;
}

/* 0, or the status with which a request is refused for the length it announces. */
static unsigned judge_length(mn_exchange *exchange, uint64_t length, bool far)
{
    const mn_exchanges *all = exchange->all;
    if (far && length <= all->body_max && !has_room(all, length))
        return MHD_HTTP_SERVICE_UNAVAILABLE;
    return refusal_of(mn_body_begin(&exchange->body, length, all->body_max));
}

static enum MHD_Result begin(mn_exchanges *all, struct MHD_Connection *mhd, const char *url,
                             const char *method, void **state)
{
    mn_exchange *exchange = exchange_take(all);
    *state = exchange;
    exchange->discarded = 0;
    exchange->read_span = exchange->read_done = 0;
    exchange->method = mn_arena_strdup(exchange->arena, method);
    exchange->path = mn_arena_strdup(exchange->arena, url);
    exchange->refused = 0;

    uint64_t length = content_length(mhd);
    bool far = length != MN_BODY_LENGTH_UNKNOWN && length > DISCARD_MAX;
    unsigned status = judge_headers(exchange, mhd);
    if (status == 0 && exchange->route->takes_json)
        status = judge_length(exchange, length, far);
    if (status != 0)
        refuse(exchange, status);
    return status != 0 && far ? send_refusal(exchange, mhd) : MHD_YES;
}

/* False: it is refused now, and holds nothing any more that others could use. */
static bool hold(mn_exchange *exchange, const char *data, size_t size)
{
    mn_exchanges *all = exchange->all;
    size_t others = atomic_fetch_add(&all->bodies_bytes, size);
    mn_body_status status = others > all->bodies_max || size > all->bodies_max - others
                                ? MN_BODY_NO_MEMORY
                                : mn_body_append(&exchange->body, data, size);
    if (status == MN_BODY_OK)
        return true;
    atomic_fetch_sub(&all->bodies_bytes, size + exchange->body.len);
    mn_body_trim(&exchange->body);
    refuse(exchange, refusal_of(status));
    return false;
}

/* False: the connection has to go. */
static bool take(mn_exchange *exchange, const char *data, size_t size)
{
    if (exchange->refused == 0 && exchange->route->takes_json && hold(exchange, data, size))
        return true;
    exchange->discarded += size;
    if (exchange->discarded <= DISCARD_MAX)
        return true;
    if (exchange->refused == 0) /* a body where none is taken */
        refuse(exchange, MHD_HTTP_CONTENT_TOO_LARGE);
    return false;
}

typedef struct arguments {
    mn_arena *arena;
    mn_http_argument *items;
    size_t count;
} arguments;

static enum MHD_Result take_argument(void *cls, enum MHD_ValueKind kind, const char *key,
                                     const char *value)
{
    (void)kind;
    arguments *taken = cls;
    taken->items[taken->count++] =
        (mn_http_argument){.name = mn_arena_strdup(taken->arena, key),
                           .value = mn_arena_strdup(taken->arena, value != NULL ? value : "")};
    return taken->count < ARGUMENTS_MAX ? MHD_YES : MHD_NO;
}

static void take_arguments(mn_exchange *exchange, struct MHD_Connection *mhd,
                           mn_http_request *request)
{
    arguments taken = {.arena = exchange->arena};
    taken.items = MN_ARENA_NEW(exchange->arena, mn_http_argument, ARGUMENTS_MAX);
    (void)MHD_get_connection_values(mhd, MHD_GET_ARGUMENT_KIND, take_argument, &taken);
    request->arguments = taken.items;
    request->argument_count = taken.count;
}

static enum MHD_Result finish(mn_exchange *exchange, struct MHD_Connection *mhd)
{
    if (exchange->refused != 0)
        return send_refusal(exchange, mhd);
    mn_http_request request = {.arena = exchange->arena,
                               .method = exchange->method,
                               .path = exchange->path,
                               .body = mn_body_text(&exchange->body)};
    if (!exchange->route->takes_json)
        take_arguments(exchange, mhd, &request);
    exchange->reply = (mn_http_reply){.status = MHD_HTTP_OK, .content_type = "application/json"};
    exchange->route->handle(&request, &exchange->reply, exchange->all->router->data);
    return send_reply(exchange, mhd);
}

/* NOLINTNEXTLINE(readability-function-size): the library's signature */
enum MHD_Result mn_exchange_on_request(void *cls, struct MHD_Connection *mhd, const char *url,
                                       const char *method, const char *version, const char *data,
                                       size_t *size, void **state)
{
    (void)version;
    if (*state == NULL)
        return begin(cls, mhd, url, method, state);
    mn_exchange *exchange = *state;
    if (*size == 0)
        return finish(exchange, mhd);
    size_t len = *size;
    *size = 0;
    return take(exchange, data, len) ? MHD_YES : MHD_NO;
}

void mn_exchange_on_completed(void *cls, struct MHD_Connection *mhd, void **state,
                              enum MHD_RequestTerminationCode how)
{
    (void)how;
    mn_exchanges *all = cls;
    if (*state != NULL)
        exchange_give_back(*state);
    *state = NULL;
    mn_connection_idle(all->connections, connection_of(mhd));
}
