/* SPDX-License-Identifier: Apache-2.0 */
/* Faults take turns with what is well: a client that backs off after failures in a row has always
 * heard something in between. Versions of the cluster are resource versions, and the token of a
 * page says of which version the LIST is, as with the real one. */
#include "tests/soak/api_server.h"

#include "mullion/base/rng.h"
#include "tests/support/kube_server.h"

#include <stdatomic.h>
#include <string.h>
#include <time.h>

enum { BOOKMARK_MS = 200, EVENTS_MIN = 3, EVENTS_SPAN = 60, SPLIT_EVERY = 7, PIECE_BYTES = 4096 };

typedef enum fault_place { WATCH_START, STREAM, LIST, PLACES } fault_place;

static const struct {
    fault_place place;
    const char *name;
} faults[] = {
#define FAULT(id, where, what) {where, what},
#include "tests/soak/faults.def"
#undef FAULT
};

struct api_server {
    const cluster *of;
    kube_server *server;
    atomic_bool quiet;
    _Atomic size_t listed;
    _Atomic uint64_t counts[FAULTS];
    /* under the server's lock */
    mn_rng rng;
    size_t turns[PLACES];
    size_t watches, lists;
    bool token_is_gone;
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The next one of that place. */
static api_fault draw(api_server *self, fault_place place)
{
    size_t of_place = 0;
    for (size_t i = 0; i < FAULTS; i++)
        of_place += faults[i].place == place ? 1 : 0;
    size_t turn = self->turns[place]++ % of_place;
    for (size_t i = 0; i < FAULTS; i++)
        if (faults[i].place == place && turn-- == 0)
            return (api_fault)i;
    return FAULTS;
}

static void count(api_server *self, api_fault fault)
{
    atomic_fetch_add(&self->counts[fault], 1);
}

static bool is_quiet(const api_server *self)
{
    return atomic_load(&self->quiet);
}

/* ---- pieces of answers */

static const char stream_head[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                  "Transfer-Encoding: chunked\r\n\r\n";

static void append_chunk(GString *out, const char *text, size_t len)
{
    g_string_append_printf(out, "%zx\r\n", len);
    g_string_append_len(out, text, (gssize)len);
    g_string_append(out, "\r\n");
}

static void append_status_text(GString *out, int code, const char *reason)
{
    g_string_append_printf(out,
                           "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":"
                           "\"Failure\",\"message\":\"as it was told to\",\"reason\":\"%s\","
                           "\"code\":%d}",
                           reason,
                           code);
}

static kube_answer answer_status(int code, const char *reason, const char *headers)
{
    g_autoptr(GString) body = g_string_new(NULL);
    g_autofree char *line = g_strdup_printf("%d %s", code, reason);
    append_status_text(body, code, reason);
    return kube_answer_plain(line, headers, (mn_str){.ptr = body->str, .len = body->len});
}

static kube_answer answer_nothing(void)
{
    return (kube_answer){.bytes = g_strdup(""), .then = KUBE_RESET};
}

/* ---- WATCH */

typedef struct tale {
    api_server *server;
    size_t at; /* version told up to */
    size_t events_left;
    api_fault ends_with;
    int64_t spoke_ms;
    bool of_nodes;
} tale;

static void append_bookmark(const tale *self, GString *line)
{
    g_string_append_printf(
        line,
        "{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"%s\",\"apiVersion\":\"v1\","
        "\"metadata\":{\"resourceVersion\":\"%zu\"}}}\n",
        self->of_nodes ? "Node" : "RuntimeClass",
        self->at + SOAK_VERSION_OFFSET);
}

/* What would come next, for it to be broken off. */
static GString *next_line(const tale *self)
{
    GString *line = g_string_new(NULL);
    if (self->at < cluster_version(self->server->of))
        cluster_append_event(self->server->of, line, self->at);
    else
        append_bookmark(self, line);
    return line;
}

static void append_error_event(GString *out, int code, const char *reason)
{
    g_autoptr(GString) line = g_string_new("{\"type\":\"ERROR\",\"object\":");
    append_status_text(line, code, reason);
    g_string_append(line, "}\n");
    append_chunk(out, line->str, line->len);
}

static const char the_end[] = "0\r\n\r\n";

/* How a stream comes to its end. */
static kube_manner strike(const tale *self, GString *out)
{
    static const char garbage[] = "}{ not a word of JSON\n";
    g_autoptr(GString) line = next_line(self);
    const size_t half = line->len / 2;
    if (self->ends_with == FAULT_SILENCE)
        return KUBE_STALL;
    if (self->ends_with == FAULT_CUT_CHUNK) {
        g_string_append(out, "3f");
        return KUBE_CLOSE;
    }
    if (self->ends_with == FAULT_CUT_EVENT || self->ends_with == FAULT_RESET_EVENT) {
        g_string_append_printf(out, "%zx\r\n", line->len);
        g_string_append_len(out, line->str, (gssize)half);
        return self->ends_with == FAULT_CUT_EVENT ? KUBE_CLOSE : KUBE_RESET;
    }
    if (self->ends_with == FAULT_GONE_EVENT)
        append_error_event(out, 410, "Expired");
    else if (self->ends_with == FAULT_ERROR_EVENT)
        append_error_event(out, 500, "InternalError");
    else if (self->ends_with == FAULT_GARBAGE)
        append_chunk(out, garbage, sizeof garbage - 1);
    else if (self->ends_with == FAULT_TORN_EVENT)
        append_chunk(out, line->str, half);
    g_string_append(out, the_end);
    return KUBE_KEEP;
}

/* Now and then an event comes in two chunks, which means nothing. */
static void append_next(tale *self, GString *out)
{
    g_autoptr(GString) line = g_string_new(NULL);
    cluster_append_event(self->server->of, line, self->at);
    const size_t first = self->at % SPLIT_EVERY == 0 ? line->len / 3 : line->len;
    append_chunk(out, line->str, first);
    if (first < line->len)
        append_chunk(out, line->str + first, line->len - first);
    self->at++;
}

static bool tell_more(void *data, GString *out, kube_manner *then)
{
    tale *self = data;
    const int64_t now = now_ms();
    const bool may_fail = self->of_nodes && !is_quiet(self->server);
    const size_t version = self->of_nodes ? cluster_version(self->server->of) : 0;
    while (self->at < version && (!may_fail || self->events_left > 0)) {
        append_next(self, out);
        self->events_left -= self->events_left > 0 ? 1 : 0;
    }
    if (may_fail && self->events_left == 0) {
        *then = strike(self, out);
        count(self->server, self->ends_with);
        return false;
    }
    if (out->len == 0 && now - self->spoke_ms >= BOOKMARK_MS) {
        g_autoptr(GString) line = g_string_new(NULL);
        append_bookmark(self, line);
        append_chunk(out, line->str, line->len);
    }
    self->spoke_ms = out->len > 0 ? now : self->spoke_ms;
    return true;
}

static kube_answer tell_watch(api_server *self, const kube_request *request, bool of_nodes)
{
    tale *made = g_new0(tale, 1);
    *made = (tale){.server = self, .of_nodes = of_nodes, .spoke_ms = now_ms()};
    if (of_nodes) {
        made->at = (size_t)MAX(request->version - SOAK_VERSION_OFFSET, 0);
        made->events_left = EVENTS_MIN + (size_t)mn_rng_below(&self->rng, EVENTS_SPAN);
        made->ends_with = draw(self, STREAM);
    }
    return (kube_answer){.bytes = g_strdup(stream_head),
                         .len = sizeof stream_head - 1,
                         .more = tell_more,
                         .tale = made};
}

static kube_answer refuse_watch(api_server *self)
{
    static const char page[] = "<html><body>Please log in</body></html>";
    const api_fault fault = draw(self, WATCH_START);
    count(self, fault);
    if (fault == FAULT_NO_ANSWER)
        return answer_nothing();
    if (fault == FAULT_HTML)
        return kube_answer_plain(
            "200 OK", "Content-Type: text/html\r\n", (mn_str){.ptr = page, .len = sizeof page - 1});
    if (fault == FAULT_TOO_MANY)
        return answer_status(429, "TooManyRequests", "Retry-After: 1\r\n");
    if (fault == FAULT_INTERNAL)
        return answer_status(500, "InternalError", "");
    return answer_status(410, "Expired", "");
}

/* ---- LIST */

typedef struct page {
    size_t version, first, limit; /* limit 0: all */
} page;

static size_t query_number(const char *path, const char *key)
{
    const char *found = strstr(path, key);
    return found == NULL ? 0 : (size_t)g_ascii_strtoull(found + strlen(key), NULL, 10);
}

/* "continue=VERSION.NODE" */
static page page_of(const api_server *self, const char *path)
{
    static const char key[] = "continue=";
    page wanted = {.version = cluster_version(self->of), .limit = query_number(path, "limit=")};
    const char *token = strstr(path, key);
    if (token != NULL) {
        char *end;
        wanted.version = (size_t)g_ascii_strtoull(token + sizeof key - 1, &end, 10);
        wanted.first = (size_t)g_ascii_strtoull(end + 1, NULL, 10);
    }
    return wanted;
}

static GString *list_nodes(const api_server *self, const page *wanted)
{
    uint8_t states[SOAK_NODES];
    g_autoptr(GString) items = g_string_new(NULL);
    size_t node = wanted->first, told = 0;
    cluster_states(self->of, wanted->version, states);
    for (; node < SOAK_NODES && (wanted->limit == 0 || told < wanted->limit); node++) {
        if (states[node] == NODE_ABSENT)
            continue;
        g_string_append(items, told++ == 0 ? "" : ",");
        cluster_append_node(items, node, states[node], wanted->version);
    }
    GString *body = g_string_new(NULL);
    g_string_append_printf(body,
                           "{\"kind\":\"NodeList\",\"apiVersion\":\"v1\",\"metadata\":{"
                           "\"resourceVersion\":\"%zu\"",
                           wanted->version + SOAK_VERSION_OFFSET);
    if (node < SOAK_NODES)
        g_string_append_printf(body, ",\"continue\":\"%zu.%zu\"", wanted->version, node);
    g_string_append_printf(body, "},\"items\":[%s]}", items->str);
    return body;
}

/* Of pages that begin a LIST every other one is spoilt, or the second page of it. */
static api_fault fault_of_list(api_server *self, bool first)
{
    if (is_quiet(self))
        return FAULTS;
    if (!first) {
        const bool gone = self->token_is_gone;
        self->token_is_gone = false;
        return gone ? FAULT_LIST_TOKEN : FAULTS;
    }
    if (self->lists++ % 2 == 0)
        return FAULTS;
    const api_fault fault = draw(self, LIST);
    self->token_is_gone = fault == FAULT_LIST_TOKEN;
    return self->token_is_gone ? FAULTS : fault;
}

static kube_answer tell_list(api_server *self, const kube_request *request)
{
    const page wanted = page_of(self, request->path);
    const bool first = wanted.first == 0;
    const api_fault fault = fault_of_list(self, first);
    if (first)
        atomic_store(&self->listed, wanted.version);
    if (fault != FAULTS)
        count(self, fault);
    if (fault == FAULT_LIST_INTERNAL)
        return answer_status(500, "InternalError", "");
    if (fault == FAULT_LIST_TOKEN)
        return answer_status(410, "Expired", "");
    g_autoptr(GString) body = list_nodes(self, &wanted);
    const bool cut = fault == FAULT_LIST_CUT, torn = fault == FAULT_LIST_TORN;
    const mn_str told = {.ptr = body->str, .len = cut || torn ? body->len / 2 : body->len};
    kube_answer answer = kube_answer_chunked(told, PIECE_BYTES, !cut);
    if (cut)
        answer.then = KUBE_CLOSE;
    return answer;
}

/* ---- the server */

static kube_answer tell(const kube_request *request, void *data)
{
    static const char classes[] =
        "{\"kind\":\"RuntimeClassList\",\"apiVersion\":\"node.k8s.io/v1\","
        "\"metadata\":{\"resourceVersion\":\"1000\"},\"items\":[]}";
    api_server *self = data;
    const bool of_nodes = g_str_has_prefix(request->path, "/api/v1/nodes");
    if (request->watch) {
        /* Every other one that follows nodes fails at once. */
        const bool fails = of_nodes && !is_quiet(self) && self->watches++ % 2 == 1;
        return fails ? refuse_watch(self) : tell_watch(self, request, of_nodes);
    }
    if (of_nodes)
        return tell_list(self, request);
    return kube_answer_plain("200 OK",
                             "Content-Type: application/json\r\n",
                             (mn_str){.ptr = classes, .len = sizeof classes - 1});
}

api_server *api_server_start(const cluster *of)
{
    api_server *self = g_new0(api_server, 1);
    self->of = of;
    self->rng = mn_rng_new(0, "lengths of streams");
    self->server = kube_server_start(tell, self);
    return self;
}

void api_server_free(api_server *self)
{
    if (self == NULL)
        return;
    kube_server_free(self->server);
    g_free(self);
}

char *api_server_url(const api_server *self)
{
    return kube_server_url(self->server);
}

void api_server_quiet(api_server *self, bool quiet)
{
    atomic_store(&self->quiet, quiet);
}

size_t api_server_listed(const api_server *self)
{
    return atomic_load(&self->listed);
}

size_t api_server_connections(const api_server *self)
{
    return kube_server_connections(self->server);
}

uint64_t api_server_faults(const api_server *self, api_fault fault)
{
    return atomic_load(&self->counts[fault]);
}

const char *api_fault_name(api_fault fault)
{
    return faults[fault].name;
}

size_t api_server_kinds(const api_server *self)
{
    size_t kinds = 0;
    for (size_t i = 0; i < FAULTS; i++)
        kinds += api_server_faults(self, (api_fault)i) > 0 ? 1 : 0;
    return kinds;
}

uint64_t api_server_total(const api_server *self)
{
    uint64_t total = 0;
    for (size_t i = 0; i < FAULTS; i++)
        total += api_server_faults(self, (api_fault)i);
    return total;
}
