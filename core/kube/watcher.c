/* SPDX-License-Identifier: Apache-2.0 */
/* One thread, one libcurl multi handle, one transfer at a time for each collection.
 *
 * Time-outs are ours: libcurl has none for "no byte of this kind of answer". Who ends the thread
 * sets a flag and wakes it; whatever is under way is dropped.
 */
#include "core/kube/client.h"
#include "core/kube/follower.h"
#include "mullion/kube/watch.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

const mn_watch_options mn_watch_options_default = {
    .page_size = 500,
    .object_max = 4 << 20,
    .objects_max = 1000000,
    .connect_ms = 10000,
    .answer_ms = 60000,
    .stall_ms = 180000,
    .watch_min_ms = 300000,
    .watch_max_ms = 600000,
    .backoff_min_ms = 500,
    .backoff_max_ms = 30000,
};

enum { IDLE_MS = 60000, BUFFER_BYTES = 262144 };

typedef struct transfer {
    mn_watcher *watcher;
    kube_follower follower;
    CURL *curl;
    struct curl_slist *headers;
    bool under_way;
    bool has_head;
    int64_t heard_ms;
    char error[CURL_ERROR_SIZE];
} transfer;

struct mn_watcher {
    mn_watch_options options;
    mn_watch_collection *collections;
    kube_client *client;
    CURLM *multi;
    pthread_t thread;
    bool started;
    atomic_bool stopping;
    transfer transfers[MN_WATCH_COLLECTIONS_MAX];
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- what comes */

/* The blank line behind the headers; an informational status is not the answer yet, and what
 * comes behind a chunked body is no head. */
static size_t take_header(const char *line, size_t size, size_t items, void *data)
{
    enum { FIRST_FINAL = 200 };
    transfer *self = data;
    const size_t len = size * items;
    long status = 0;
    char *type = NULL;
    curl_off_t retry_after_s = 0;
    self->heard_ms = now_ms();
    if (len > 2 || (line[0] != '\r' && line[0] != '\n') || self->has_head)
        return len;
    curl_easy_getinfo(self->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status < FIRST_FINAL)
        return len;
    self->has_head = true;
    curl_easy_getinfo(self->curl, CURLINFO_CONTENT_TYPE, &type);
    curl_easy_getinfo(self->curl, CURLINFO_RETRY_AFTER, &retry_after_s);
    return kube_follower_head(&self->follower, status, type, (int64_t)retry_after_s, self->heard_ms)
               ? len
               : 0;
}

static size_t take_body(const char *bytes, size_t size, size_t items, void *data)
{
    transfer *self = data;
    const mn_str piece = {.ptr = bytes, .len = size * items};
    self->heard_ms = now_ms();
    if (atomic_load(&self->watcher->stopping))
        return 0;
    return kube_follower_body(&self->follower, piece, self->heard_ms) ? piece.len : 0;
}

/* ---- a transfer */

static void end_transfer(transfer *self, const char *broken)
{
    if (self->under_way)
        curl_multi_remove_handle(self->watcher->multi, self->curl);
    self->under_way = false;
    curl_slist_free_all(self->headers);
    self->headers = NULL;
    kube_follower_end(&self->follower, broken, now_ms());
}

static void begin_transfer(transfer *self)
{
    const mn_watch_options *options = &self->watcher->options;
    g_autoptr(GError) error = NULL;
    self->heard_ms = now_ms();
    self->has_head = false;
    self->error[0] = '\0';
    g_autofree char *path = kube_follower_begin(&self->follower, self->heard_ms);
    curl_easy_reset(self->curl);
    if (!kube_client_prepare(self->watcher->client, self->curl, path, &self->headers, &error)) {
        end_transfer(self, error->message);
        return;
    }
    curl_easy_setopt(self->curl, CURLOPT_CONNECTTIMEOUT_MS, (long)options->connect_ms);
    curl_easy_setopt(self->curl, CURLOPT_BUFFERSIZE, (long)BUFFER_BYTES);
    curl_easy_setopt(self->curl, CURLOPT_ERRORBUFFER, self->error);
    curl_easy_setopt(self->curl, CURLOPT_PRIVATE, self);
    curl_easy_setopt(self->curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(self->curl, CURLOPT_HEADERDATA, self);
    curl_easy_setopt(self->curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(self->curl, CURLOPT_WRITEDATA, self);
    curl_multi_add_handle(self->watcher->multi, self->curl);
    self->under_way = true;
}

/* An answer that we ended ourselves has its fault already. */
static void reap(mn_watcher *watcher)
{
    int left = 0;
    for (CURLMsg *done; (done = curl_multi_info_read(watcher->multi, &left)) != NULL;) {
        transfer *self = NULL;
        const CURLcode code = done->data.result;
        if (done->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(done->easy_handle, CURLINFO_PRIVATE, &self);
        const char *why = self->error[0] != '\0' ? self->error : curl_easy_strerror(code);
        end_transfer(self, code == CURLE_OK ? NULL : why);
    }
}

/* Milliseconds until there is something to do about it. */
static int64_t look_after(transfer *self)
{
    const int64_t now = now_ms();
    if (!self->under_way && self->follower.due_ms <= now)
        begin_transfer(self);
    if (!self->under_way)
        return self->follower.due_ms - now;
    const int64_t patience_ms = kube_follower_patience_ms(&self->follower);
    const int64_t left_ms = self->heard_ms + patience_ms - now;
    if (left_ms > 0)
        return left_ms;
    g_autofree char *why = g_strdup_printf(
        "nothing came for %" G_GINT64_FORMAT " ms: the connection is taken for dead", patience_ms);
    end_transfer(self, why);
    return 0;
}

/* ---- the thread */

static void run_once(mn_watcher *watcher)
{
    int running = 0;
    int64_t wait_ms = IDLE_MS;
    curl_multi_perform(watcher->multi, &running);
    reap(watcher);
    for (size_t i = 0; i < watcher->options.count; i++)
        wait_ms = MIN(wait_ms, look_after(&watcher->transfers[i]));
    if (watcher->options.settled != NULL) {
        const int64_t wish_ms = watcher->options.settled(watcher->options.data);
        wait_ms = wish_ms < 0 ? wait_ms : MIN(wait_ms, wish_ms);
    }
    if (!atomic_load(&watcher->stopping))
        curl_multi_poll(watcher->multi, NULL, 0, (int)MAX(wait_ms, 0), NULL);
}

static void *run(void *data)
{
    mn_watcher *watcher = data;
    while (!atomic_load(&watcher->stopping))
        run_once(watcher);
    return NULL;
}

static void copy_options(mn_watcher *watcher, const mn_watch_options *options)
{
    g_assert(options->count <= MN_WATCH_COLLECTIONS_MAX);
    watcher->options = *options;
    watcher->collections = g_new0(mn_watch_collection, options->count);
    for (size_t i = 0; i < options->count; i++)
        watcher->collections[i] =
            (mn_watch_collection){.path = g_strdup(options->collections[i].path),
                                  .name = g_strdup(options->collections[i].name)};
    watcher->options.collections = watcher->collections;
    for (size_t i = 0; i < options->count; i++) {
        watcher->transfers[i].watcher = watcher;
        kube_follower_init(&watcher->transfers[i].follower, &watcher->options, i);
    }
}

static bool start(mn_watcher *watcher, GError **error)
{
    watcher->client = kube_client_new(watcher->options.access, watcher->options.user_agent, error);
    if (watcher->client == NULL)
        return false;
    watcher->multi = curl_multi_init();
    for (size_t i = 0; i < watcher->options.count; i++)
        watcher->transfers[i].curl = curl_easy_init();
    const int failed = pthread_create(&watcher->thread, NULL, run, watcher);
    watcher->started = failed == 0;
    if (failed != 0)
        g_set_error(error, MN_ERROR, MN_ERROR_IO, "cannot start a thread: %s", g_strerror(failed));
    return failed == 0;
}

mn_watcher *mn_watcher_start(const mn_watch_options *options, GError **error)
{
    g_autoptr(mn_watcher) watcher = g_new0(mn_watcher, 1);
    copy_options(watcher, options);
    return start(watcher, error) ? g_steal_pointer(&watcher) : NULL;
}

void mn_watcher_free(mn_watcher *watcher)
{
    if (watcher == NULL)
        return;
    if (watcher->started) {
        atomic_store(&watcher->stopping, true);
        curl_multi_wakeup(watcher->multi);
        pthread_join(watcher->thread, NULL);
    }
    for (size_t i = 0; i < watcher->options.count; i++) {
        transfer *self = &watcher->transfers[i];
        if (self->under_way)
            curl_multi_remove_handle(watcher->multi, self->curl);
        curl_slist_free_all(self->headers);
        curl_easy_cleanup(self->curl);
        kube_follower_clear(&self->follower);
        g_free((char *)(uintptr_t)watcher->collections[i].path);
        g_free((char *)(uintptr_t)watcher->collections[i].name);
    }
    if (watcher->multi != NULL)
        curl_multi_cleanup(watcher->multi);
    kube_client_free(watcher->client);
    g_free(watcher->collections);
    g_free(watcher);
}

void mn_watcher_wake(mn_watcher *watcher)
{
    curl_multi_wakeup(watcher->multi);
}

mn_watch_stats mn_watcher_stats(const mn_watcher *watcher, size_t collection)
{
    const _Atomic uint64_t *counts = watcher->transfers[collection].follower.counts;
    uint64_t now[KUBE_COUNTS];
    for (size_t i = 0; i < KUBE_COUNTS; i++)
        now[i] = atomic_load_explicit(&counts[i], memory_order_relaxed);
    return (mn_watch_stats){.synced = now[KUBE_COUNT_SYNCED] != 0,
                            .contact_ms = (int64_t)now[KUBE_COUNT_CONTACT],
                            .lists = now[KUBE_COUNT_LISTS],
                            .watches = now[KUBE_COUNT_WATCHES],
                            .events = now[KUBE_COUNT_EVENTS],
                            .bookmarks = now[KUBE_COUNT_BOOKMARKS],
                            .expired = now[KUBE_COUNT_EXPIRED],
                            .failures = now[KUBE_COUNT_FAILURES],
                            .unreadable = now[KUBE_COUNT_UNREADABLE],
                            .bytes = now[KUBE_COUNT_BYTES]};
}
