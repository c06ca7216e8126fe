/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl made to behave as Go's http.Client behind kube-scheduler.
 *
 * Surprises on the way: libcurl sends a POST again when a kept connection turns out to be
 * closed, Go does not (nor would we want to hide it); so the body can be rewound only once
 * an answer, a redirect, has come. What is left of the second try is a connection on which
 * nothing is sent. Go never reads the body of an answer that is not 200.
 */
#include "mullion/kube/call.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

struct mn_caller {
    CURL *curl;
    struct curl_slist *headers;
    mn_call_options options;
    char *server_name;
    GPtrArray *files; /* paths: made here, gone with the caller */
    char error[CURL_ERROR_SIZE];
};

/* One call on its way. */
typedef struct exchange {
    mn_caller *caller;
    const char *url;
    const mn_str *spans; /* to be sent */
    size_t count;
    size_t span, offset; /* how far that is */
    GByteArray *body;
    bool answered; /* a status line has come */
    bool too_long;
} exchange;

/* ---- sending */

static size_t send_body(char *buffer, size_t size, size_t items, void *data)
{
    exchange *call = data;
    const size_t room = size * items;
    size_t used = 0;
    while (used < room && call->span < call->count) {
        const mn_str *span = &call->spans[call->span];
        const size_t part = MIN(room - used, span->len - call->offset);
        if (part > 0)
            memcpy(buffer + used, span->ptr + call->offset, part);
        used += part;
        call->offset += part;
        if (call->offset < span->len)
            break;
        call->span++;
        call->offset = 0;
    }
    return used;
}

static int rewind_body(void *data, curl_off_t offset, int origin)
{
    exchange *call = data;
    if (!call->answered || offset != 0 || origin != SEEK_SET)
        return CURL_SEEKFUNC_FAIL;
    call->span = call->offset = 0;
    return CURL_SEEKFUNC_OK;
}

/* ---- receiving */

static long status_of(CURL *curl)
{
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

static size_t take_header(char *line, size_t size, size_t items, void *data)
{
    exchange *call = data;
    if (size * items >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        call->answered = true;
        g_byte_array_set_size(call->body, 0);
    }
    return size * items;
}

/* 0 ends the exchange. */
static size_t take_body(char *bytes, size_t size, size_t items, void *data)
{
    enum { OK = 200 };
    exchange *call = data;
    const size_t len = size * items;
    if (status_of(call->caller->curl) != OK)
        return 0;
    if (len > call->caller->options.answer_max - call->body->len) {
        call->too_long = true;
        return 0;
    }
    g_byte_array_append(call->body, (const guint8 *)bytes, (guint)len);
    return len;
}

/* ---- what went wrong, in Go's words */

static const struct os_fault {
    int code;
    const char *text;
} os_faults[] = {
    {ECONNREFUSED, "connection refused"},
    {ECONNRESET, "connection reset by peer"},
    {EHOSTUNREACH, "no route to host"},
    {ENETUNREACH, "network is unreachable"},
    {EPIPE, "broken pipe"},
    {ETIMEDOUT, "connection timed out"},
};

static const char *os_fault(CURL *curl)
{
    long code = 0;
    curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &code);
    for (size_t i = 0; i < G_N_ELEMENTS(os_faults); i++) {
        if (os_faults[i].code == code)
            return os_faults[i].text;
    }
    return NULL;
}

/* A part of the URL, or "". */
static char *part_of(const char *url, CURLUPart part)
{
    char *text = NULL;
    CURLU *parsed = curl_url();
    const bool found = curl_url_set(parsed, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == 0 &&
                       curl_url_get(parsed, part, &text, CURLU_DEFAULT_PORT) == 0;
    char *copy = g_strdup(found ? text : "");
    curl_free(text);
    curl_url_cleanup(parsed);
    return copy;
}

static char *connect_text(const exchange *call)
{
    const char *why = os_fault(call->caller->curl);
    g_autofree char *host = part_of(call->url, CURLUPART_HOST);
    g_autofree char *port = part_of(call->url, CURLUPART_PORT);
    return g_strdup_printf(
        "dial tcp %s:%s: connect: %s", host, port, why != NULL ? why : "connection refused");
}

static char *lookup_text(const exchange *call)
{
    g_autofree char *host = part_of(call->url, CURLUPART_HOST);
    return g_strdup_printf("dial tcp: lookup %s: no such host", host);
}

static char *scheme_text(const exchange *call)
{
    g_autofree char *scheme = part_of(call->url, CURLUPART_SCHEME);
    if (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0)
        return g_strdup("malformed HTTP response");
    return g_strdup_printf("unsupported protocol scheme \"%s\"", scheme);
}

/* libcurl does not say which alert it was. In TLS 1.3 a server that misses our certificate
 * says so after the handshake, and is gone by the time the request is sent. */
static bool is_refused_by_tls(const exchange *call)
{
    long code = 0;
    curl_easy_getinfo(call->caller->curl, CURLINFO_OS_ERRNO, &code);
    return g_str_has_prefix(call->url, "https:") &&
           (strstr(call->caller->error, "alert") != NULL || code == EPIPE);
}

static char *broken_text(const exchange *call)
{
    const mn_caller *caller = call->caller;
    const mn_call_tls *tls = &caller->options.tls;
    const bool certified = tls->cert_file != NULL || tls->cert_data != NULL;
    const char *why = os_fault(caller->curl);
    char *local = NULL, *remote = NULL;
    long local_port = 0, remote_port = 0;
    if (is_refused_by_tls(call))
        return g_strdup(certified ? "remote error: tls: bad certificate"
                                  : "remote error: tls: certificate required");
    curl_easy_getinfo(caller->curl, CURLINFO_LOCAL_IP, &local);
    curl_easy_getinfo(caller->curl, CURLINFO_PRIMARY_IP, &remote);
    curl_easy_getinfo(caller->curl, CURLINFO_LOCAL_PORT, &local_port);
    curl_easy_getinfo(caller->curl, CURLINFO_PRIMARY_PORT, &remote_port);
    if (why == NULL || local == NULL || remote == NULL)
        return g_strdup(caller->error[0] != '\0' ? caller->error : "EOF");
    return g_strdup_printf(
        "read tcp %s:%ld->%s:%ld: read: %s", local, local_port, remote, remote_port, why);
}

static char *verify_text(const exchange *call)
{
    if (strstr(call->caller->error, "does not match") != NULL)
        return g_strdup_printf("tls: failed to verify certificate: %s", call->caller->error);
    return g_strdup("tls: failed to verify certificate: x509: certificate signed by unknown "
                    "authority");
}

static const struct fault {
    CURLcode code;
    const char *text;
    char *(*make)(const exchange *call); /* where the text depends on the call */
} faults[] = {
    {CURLE_OPERATION_TIMEDOUT,
     "context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
     NULL},
    {CURLE_GOT_NOTHING, "EOF", NULL},
    {CURLE_SEND_FAIL_REWIND, "EOF", NULL},
    {CURLE_TOO_MANY_REDIRECTS, "stopped after 10 redirects", NULL},
    {CURLE_COULDNT_CONNECT, NULL, connect_text},
    {CURLE_COULDNT_RESOLVE_HOST, NULL, lookup_text},
    {CURLE_UNSUPPORTED_PROTOCOL, NULL, scheme_text},
    {CURLE_SEND_ERROR, NULL, broken_text},
    {CURLE_RECV_ERROR, NULL, broken_text},
    {CURLE_SSL_CONNECT_ERROR, NULL, broken_text},
    {CURLE_PEER_FAILED_VERIFICATION, NULL, verify_text},
};

static char *fault_text(const exchange *call, CURLcode code)
{
    for (size_t i = 0; i < G_N_ELEMENTS(faults); i++) {
        if (faults[i].code == code)
            return faults[i].make == NULL ? g_strdup(faults[i].text) : faults[i].make(call);
    }
    return g_strdup(call->caller->error[0] != '\0' ? call->caller->error
                                                   : curl_easy_strerror(code));
}

/* Once the answer has begun, its reader meets the fault, and tells it without the URL. */
static bool fail_in_body(const exchange *call, CURLcode code, GError **error)
{
    if (call->too_long)
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_LIMIT,
                    "the answer of \"%s\" is longer than %zu bytes",
                    call->url,
                    call->caller->options.answer_max);
    else if (code == CURLE_OPERATION_TIMEDOUT)
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_IO,
                    "context deadline exceeded (Client.Timeout or context cancellation while "
                    "reading body)");
    else if (code == CURLE_BAD_CONTENT_ENCODING)
        g_set_error(error, MN_ERROR, MN_ERROR_IO, "gzip: invalid header");
    else
        g_set_error(error, MN_ERROR, MN_ERROR_IO, "unexpected EOF");
    return false;
}

static bool fail(const exchange *call, CURLcode code, GError **error)
{
    g_autofree char *text = fault_text(call, code);
    g_set_error(error, MN_ERROR, MN_ERROR_IO, "Post \"%s\": %s", call->url, text);
    return false;
}

/* What Go's caller would have got to see of it. */
static bool conclude(const exchange *call, CURLcode code, GError **error)
{
    enum { OK = 200, FIRST_REDIRECT = 300, LAST_REDIRECT = 399 };
    const long status = status_of(call->caller->curl);
    const bool moved = status >= FIRST_REDIRECT && status <= LAST_REDIRECT;
    if (code == CURLE_OK)
        return true;
    if (!call->answered || status == 0 || (moved && code != CURLE_WRITE_ERROR))
        return fail(call, code, error);
    if (status != OK)
        return true;
    if (code == CURLE_PARTIAL_FILE && call->body->len > 0)
        return true;
    return fail_in_body(call, code, error);
}

/* ---- the client */

static void set_fixed(mn_caller *caller)
{
    CURL *curl = caller->curl;
    enum { REDIRECTS_MAX = 10, IDLE_S = 90 };
    static const char *const headers[] = {
        "Content-Type: application/json",
        "Accept:",
        "Expect:",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(headers); i++)
        caller->headers = curl_slist_append(caller->headers, headers[i]);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, caller->headers);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "Go-http-client/1.1");
    curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)REDIRECTS_MAX);
    curl_easy_setopt(curl, CURLOPT_MAXAGE_CONN, (long)IDLE_S);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)caller->options.timeout_ms);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, caller->error);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, send_body);
    curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, rewind_body);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
}

static bool set_file(mn_caller *caller, CURLoption option, const char *path, const char *key,
                     GError **error)
{
    if (path == NULL)
        return true;
    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
        g_set_error(
            error, MN_ERROR, MN_ERROR_IO, "open %s: no such file or directory (%s)", path, key);
        return false;
    }
    return curl_easy_setopt(caller->curl, option, path) == CURLE_OK;
}

/* By way of a file for us alone to read: libcurl on GnuTLS takes certificates from nothing
 * else, and does not always say so. */
static bool set_data(mn_caller *caller, CURLoption option, const char *base64, GError **error)
{
    g_autoptr(GError) cause = NULL;
    char *path = NULL;
    gsize len = 0;
    if (base64 == NULL)
        return true;
    g_autofree guchar *pem = g_base64_decode(base64, &len);
    const int fd = g_file_open_tmp("mullion-XXXXXX", &path, &cause);
    if (fd < 0) {
        g_set_error(error, MN_ERROR, MN_ERROR_IO, "%s", cause->message);
        return false;
    }
    g_ptr_array_add(caller->files, path);
    const ssize_t written = write(fd, pem, len);
    if (close(fd) == 0 && written == (ssize_t)len)
        return curl_easy_setopt(caller->curl, option, path) == CURLE_OK;
    g_set_error(error, MN_ERROR, MN_ERROR_IO, "%s: cannot be written", path);
    return false;
}

static bool set_tls(mn_caller *caller, const mn_call_tls *tls, GError **error)
{
    if (tls->insecure && (tls->ca_file != NULL || tls->ca_data != NULL)) {
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_SCHEMA,
                    "specifying a root certificates file with the insecure flag is not allowed");
        return false;
    }
    curl_easy_setopt(caller->curl, CURLOPT_SSL_VERIFYPEER, tls->insecure ? 0L : 1L);
    curl_easy_setopt(caller->curl, CURLOPT_SSL_VERIFYHOST, tls->insecure ? 0L : 2L);
    return set_file(caller, CURLOPT_CAINFO, tls->ca_file, "caFile", error) &&
           set_file(caller, CURLOPT_SSLCERT, tls->cert_file, "certFile", error) &&
           set_file(caller, CURLOPT_SSLKEY, tls->key_file, "keyFile", error) &&
           set_data(caller, CURLOPT_CAINFO, tls->ca_data, error) &&
           set_data(caller, CURLOPT_SSLCERT, tls->cert_data, error) &&
           set_data(caller, CURLOPT_SSLKEY, tls->key_data, error);
}

static void remove_file(gpointer path)
{
    (void)unlink(path);
    g_free(path);
}

mn_caller *mn_caller_new(const mn_call_options *options, GError **error)
{
    g_autoptr(mn_caller) caller = g_new0(mn_caller, 1);
    caller->files = g_ptr_array_new_with_free_func(remove_file);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
        (caller->curl = curl_easy_init()) == NULL) {
        g_set_error(error, MN_ERROR, MN_ERROR_IO, "libcurl cannot be initialised");
        return NULL;
    }
    caller->options = *options;
    caller->server_name = g_strdup(options->tls.server_name);
    set_fixed(caller);
    return set_tls(caller, &options->tls, error) ? g_steal_pointer(&caller) : NULL;
}

void mn_caller_free(mn_caller *caller)
{
    if (caller == NULL)
        return;
    curl_easy_cleanup(caller->curl);
    curl_slist_free_all(caller->headers);
    g_free(caller->server_name);
    g_ptr_array_unref(caller->files);
    g_free(caller);
    curl_global_cleanup();
}

/* ---- one call */

/* As Go has it, whatever the environment says of proxies. */
static bool is_loopback(const char *host)
{
    return strcmp(host, "localhost") == 0 || g_str_has_prefix(host, "127.") ||
           strcmp(host, "[::1]") == 0;
}

/* The certificate is asked for and verified under another name: that becomes the URL's,
 * with the way and the Host header left as they were. */
typedef struct detour {
    char *url;
    struct curl_slist *way, *headers;
} detour;

static detour detour_of(const mn_caller *caller, const char *url, const char *host)
{
    detour made = {.url = NULL};
    if (caller->server_name == NULL || !g_str_has_prefix(url, "https://"))
        return made;
    const char *behind = url + strlen("https://");
    behind += strcspn(behind, "/:?#") * (*behind != '[');
    behind += *behind == '[' ? strcspn(behind, "]") + 1 : 0;
    g_autofree char *port = part_of(url, CURLUPART_PORT);
    g_autofree char *way = g_strdup_printf("%s:%s:%s:%s", caller->server_name, port, host, port);
    g_autofree char *header = g_strdup_printf("Host: %s:%s", host, port);
    made.url = g_strdup_printf("https://%s%s", caller->server_name, behind);
    made.way = curl_slist_append(NULL, way);
    for (const struct curl_slist *h = caller->headers; h != NULL; h = h->next)
        made.headers = curl_slist_append(made.headers, h->data);
    made.headers = curl_slist_append(made.headers, header);
    return made;
}

static void detour_clear(detour *made)
{
    g_free(made->url);
    curl_slist_free_all(made->way);
    curl_slist_free_all(made->headers);
}

static CURLcode perform(exchange *call)
{
    CURL *curl = call->caller->curl;
    g_autofree char *host = part_of(call->url, CURLUPART_HOST);
    detour made = detour_of(call->caller, call->url, host);
    size_t len = 0;
    for (size_t i = 0; i < call->count; i++)
        len += call->spans[i].len;
    call->caller->error[0] = '\0';
    curl_easy_setopt(curl, CURLOPT_URL, made.url != NULL ? made.url : call->url);
    curl_easy_setopt(curl, CURLOPT_CONNECT_TO, made.way);
    curl_easy_setopt(
        curl, CURLOPT_HTTPHEADER, made.headers != NULL ? made.headers : call->caller->headers);
    curl_easy_setopt(curl, CURLOPT_PROXY, is_loopback(host) ? "" : NULL);
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
    curl_easy_setopt(curl, CURLOPT_READDATA, call);
    curl_easy_setopt(curl, CURLOPT_SEEKDATA, call);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, call);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, call);
    const CURLcode code = curl_easy_perform(curl);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, call->caller->headers);
    curl_easy_setopt(curl, CURLOPT_CONNECT_TO, NULL);
    detour_clear(&made);
    return code;
}

bool mn_caller_post(mn_caller *caller, mn_arena *arena, const mn_call *call, mn_call_answer *answer,
                    GError **error)
{
    g_autoptr(GByteArray) body = g_byte_array_new();
    exchange now = {
        .caller = caller,
        .url = call->url,
        .spans = call->spans,
        .count = call->count,
        .body = body,
    };
    const CURLcode code = perform(&now);
    if (!conclude(&now, code, error))
        return false;
    const char *text = body->len == 0 ? "" : (const char *)body->data;
    *answer = (mn_call_answer){
        .status = status_of(caller->curl),
        .body = {.ptr = mn_arena_strndup(arena, text, body->len), .len = body->len},
    };
    return true;
}
