/* SPDX-License-Identifier: Apache-2.0 */
/* A LIST is known to be whole by its resourceVersion, a page's `continue` and its closing brace.
 * A WATCH may end, or break, anywhere: what of an event is there then is forgotten, and the next
 * WATCH goes on from the last one that was whole.
 *
 * A page that fails is asked for again; one whose token has expired makes the LIST begin anew, and
 * all at once: the server keeps tokens for minutes, so what took longer would again.
 *
 * Failures count up until a WATCH says something. A LIST does not end a row of them, or a server
 * that lists and refuses to watch would be listed without a pause.
 */
#include "core/kube/follower.h"

#include "core/kube/object.h"

#include <string.h>

enum {
    OK = 200,
    GONE = 410,
    REFUSAL_MAX = 65536,
    RETRY_AFTER_MAX_S = 300,
    SHORT_WATCH_MS = 1000,
    SILENT_MAX = 2,        /* WATCHes: then the place we are at may be one that never comes */
    STUBBORN_FAILURES = 6, /* then a WATCH gives way to a LIST */
    SHIFT_MAX = 16,
};

static const mn_watch_collection *collection_of(const kube_follower *self)
{
    return &self->options->collections[self->collection];
}

static void count(kube_follower *self, kube_count what, uint64_t more)
{
    atomic_fetch_add_explicit(&self->counts[what], more, memory_order_relaxed);
}

static void heard(kube_follower *self, int64_t now_ms)
{
    atomic_store_explicit(
        &self->counts[KUBE_COUNT_CONTACT], (uint64_t)now_ms, memory_order_relaxed);
}

void kube_follower_init(kube_follower *self, const mn_watch_options *options, size_t collection)
{
    *self = (kube_follower){.options = options, .collection = collection};
    self->rng = mn_rng_new(options->seed + collection, "list and watch");
    self->version = g_string_new(NULL);
    self->continue_ = g_string_new(NULL);
    self->page_version = g_string_new(NULL);
    self->page_continue = g_string_new(NULL);
    self->refusal = g_string_new(NULL);
    self->arena = mn_arena_new();
}

void kube_follower_clear(kube_follower *self)
{
    GString *const texts[] = {
        self->version, self->continue_, self->page_version, self->page_continue, self->refusal};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_string_free(texts[i], TRUE);
    mn_arena_free(self->arena);
    kube_cutter_free(self->cutter);
    g_clear_error(&self->fault);
}

static void tell(kube_follower *self, mn_watch_news news, const mn_kube_object *object)
{
    const mn_watch_message message = {
        .news = news, .collection = self->collection, .object = object};
    self->options->each(&message, self->options->data);
}

/* ---- the next request */

/* A collection's own query (a fieldSelector) stands before ours. */
static char separator_of(const kube_follower *self)
{
    return strchr(collection_of(self)->path, '?') == NULL ? '?' : '&';
}

static char *list_path(kube_follower *self)
{
    g_autoptr(GString) path = g_string_new(collection_of(self)->path);
    if (self->options->page_size > 0 && !self->unpaged)
        g_string_append_printf(path, "%climit=%zu", separator_of(self), self->options->page_size);
    if (self->continue_->len > 0) {
        g_autofree char *token = g_uri_escape_string(self->continue_->str, NULL, FALSE);
        g_string_append_printf(path, "&continue=%s", token);
    }
    return g_string_free(g_steal_pointer(&path), FALSE);
}

static char *watch_path(kube_follower *self)
{
    const int64_t least = self->options->watch_min_ms, most = self->options->watch_max_ms;
    const int64_t span = MAX(most - least, 0);
    const int64_t length_ms = least + (int64_t)mn_rng_below(&self->rng, (uint64_t)span + 1);
    g_autofree char *version = g_uri_escape_string(self->version->str, NULL, FALSE);
    return g_strdup_printf("%s%cwatch=true&allowWatchBookmarks=true"
                           "&timeoutSeconds=%" G_GINT64_FORMAT "&resourceVersion=%s",
                           collection_of(self)->path,
                           separator_of(self),
                           MAX((length_ms + 999) / 1000, 1),
                           version);
}

char *kube_follower_begin(kube_follower *self, int64_t now_ms)
{
    if (!self->watching && self->continue_->len == 0) {
        self->listed = 0;
        tell(self, MN_WATCH_LIST_BEGINS, NULL);
    }
    kube_cutter_free(self->cutter);
    self->cutter =
        kube_cutter_new(self->watching ? KUBE_CUT_WATCH : KUBE_CUT_LIST, self->options->object_max);
    self->began_ms = now_ms;
    self->status = 0;
    self->retry_after_s = 0;
    self->expired = self->news = false;
    g_string_truncate(self->refusal, 0);
    g_string_truncate(self->page_version, 0);
    g_string_truncate(self->page_continue, 0);
    g_clear_error(&self->fault);
    if (!self->watching)
        return list_path(self);
    count(self, KUBE_COUNT_WATCHES, 1);
    return watch_path(self);
}

int64_t kube_follower_patience_ms(const kube_follower *self)
{
    const bool streams = self->watching && self->status == OK;
    return streams ? self->options->stall_ms : self->options->answer_ms;
}

/* ---- objects */

/* The names of an object that cannot be taken in. Without a name there is nothing that could be
 * said of it, and the stream is not to be trusted. */
static bool pass_over(kube_follower *self, const kube_cut *cut, const GError *why, GError **error)
{
    mn_kube_object object;
    const char *within = cut->kind == KUBE_CUT_EVENT ? "object" : NULL;
    if (!kube_object_peek(self->arena, cut->bytes, within, &object)) {
        g_set_error(error, MN_ERROR, why->code, "an object without a name: %s", why->message);
        return false;
    }
    const mn_watch_message message = {.news = MN_WATCH_UNREADABLE,
                                      .collection = self->collection,
                                      .object = &object,
                                      .error = why};
    count(self, KUBE_COUNT_UNREADABLE, 1);
    self->options->each(&message, self->options->data);
    return true;
}

static GError *too_large(const kube_follower *self)
{
    return g_error_new(
        MN_ERROR, MN_ERROR_LIMIT, "larger than %zu bytes", self->options->object_max);
}

static bool has_names(const mn_kube_object *object, GError **error)
{
    if (object->name.len > 0 && object->resource_version.len > 0)
        return true;
    g_set_error(error,
                MN_ERROR,
                MN_ERROR_SCHEMA,
                "an object without metadata.%s",
                object->name.len == 0 ? "name" : "resourceVersion");
    return false;
}

static bool take_item(kube_follower *self, const kube_cut *cut, GError **error)
{
    mn_kube_object object;
    g_autoptr(GError) why = NULL;
    if (self->listed >= self->options->objects_max) {
        g_set_error(
            error, MN_ERROR, MN_ERROR_LIMIT, "more than %zu objects", self->options->objects_max);
        return false;
    }
    self->listed++;
    if (!cut->whole)
        why = too_large(self);
    if (why != NULL || !kube_object_read(self->arena, cut->bytes, &object, &why))
        return pass_over(self, cut, why, error);
    if (!has_names(&object, error))
        return false;
    self->sound = true;
    tell(self, MN_WATCH_LISTED, &object);
    return true;
}

static bool take_member(kube_follower *self, const kube_cut *cut, GError **error)
{
    kube_list_meta meta;
    if (strcmp(cut->key, "metadata") != 0)
        return true;
    if (!kube_list_meta_read(self->arena, cut->bytes, &meta, error))
        return false;
    self->sound = meta.resource_version.len > 0;
    g_string_truncate(self->page_version, 0);
    g_string_truncate(self->page_continue, 0);
    g_string_append_len(
        self->page_version, meta.resource_version.ptr, (gssize)meta.resource_version.len);
    g_string_append_len(self->page_continue, meta.continue_.ptr, (gssize)meta.continue_.len);
    return true;
}

static void go_on_from(kube_follower *self, mn_str version)
{
    g_string_truncate(self->version, 0);
    g_string_append_len(self->version, version.ptr, (gssize)version.len);
    self->news = self->sound = true;
    self->failures = self->expiries = self->silent = 0;
}

static bool take_change(kube_follower *self, const kube_event *event, GError **error)
{
    static const mn_watch_news changes[] = {
        [KUBE_EVENT_ADDED] = MN_WATCH_ADDED,
        [KUBE_EVENT_MODIFIED] = MN_WATCH_MODIFIED,
        [KUBE_EVENT_DELETED] = MN_WATCH_DELETED,
    };
    if (!has_names(&event->object, error))
        return false;
    count(self, KUBE_COUNT_EVENTS, 1);
    tell(self, changes[event->type], &event->object);
    go_on_from(self, event->object.resource_version);
    return true;
}

static bool take_bookmark(kube_follower *self, const kube_event *event)
{
    if (event->object.resource_version.len == 0)
        return true;
    count(self, KUBE_COUNT_BOOKMARKS, 1);
    go_on_from(self, event->object.resource_version);
    tell(self, MN_WATCH_BOOKMARK, NULL);
    return true;
}

static bool fail_with_status(kube_follower *self, int64_t code, const kube_status *status,
                             GError **error)
{
    self->expired = code == GONE;
    self->retry_after_s = MAX(self->retry_after_s, status->retry_after_s);
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_printf(text, "%" G_GINT64_FORMAT, code);
    if (status->reason.len > 0)
        g_string_append_printf(text, " %.*s", MN_STR_ARG(status->reason));
    if (status->message.len > 0)
        g_string_append_printf(text, ": %.*s", MN_STR_ARG(status->message));
    if (status->message.len == 0)
        g_string_append(text, " without a word");
    g_set_error(error, MN_ERROR, MN_ERROR_IO, "%s", text->str);
    return false;
}

static bool take_event(kube_follower *self, const kube_cut *cut, GError **error)
{
    g_autoptr(GError) why = NULL;
    kube_event event;
    kube_status status;
    if (!cut->whole)
        why = too_large(self);
    if (why != NULL || !kube_event_read(self->arena, cut->bytes, &event, &why))
        return pass_over(self, cut, why, error);
    switch (event.type) {
    case KUBE_EVENT_ADDED:
    case KUBE_EVENT_MODIFIED:
    case KUBE_EVENT_DELETED:
        return take_change(self, &event, error);
    case KUBE_EVENT_BOOKMARK:
        return take_bookmark(self, &event);
    case KUBE_EVENT_ERROR:
        kube_status_read(self->arena, event.object.bytes, &status);
        return fail_with_status(self, status.code, &status, error);
    case KUBE_EVENT_OTHER: /* of a server younger than we are */
        break;
    }
    return true;
}

static bool take_cut(const kube_cut *cut, void *data, GError **error)
{
    kube_follower *self = data;
    mn_arena_reset(self->arena);
    switch (cut->kind) {
    case KUBE_CUT_EVENT:
        return take_event(self, cut, error);
    case KUBE_CUT_ITEM:
        return take_item(self, cut, error);
    case KUBE_CUT_MEMBER:
        return take_member(self, cut, error);
    }
    return true;
}

/* ---- the answer */

bool kube_follower_head(kube_follower *self, long status, const char *type, int64_t retry_after_s,
                        int64_t now_ms)
{
    static const char json[] = "application/json";
    self->status = status;
    self->retry_after_s = retry_after_s;
    if (status != OK)
        return true;
    if (type != NULL && g_ascii_strncasecmp(type, json, sizeof json - 1) == 0) {
        /* A WATCH may have nothing to say for long. After failures it has to say something: what
         * answers 200 to everything is no API server. */
        if (self->watching && self->failures == 0)
            heard(self, now_ms);
        return true;
    }
    g_autofree char *shown = g_strescape(type == NULL ? "none" : type, NULL);
    g_set_error(&self->fault,
                MN_ERROR,
                MN_ERROR_SCHEMA,
                "expected Content-Type %s, found %.100s: is this a Kubernetes API server?",
                json,
                shown);
    return false;
}

bool kube_follower_body(kube_follower *self, mn_str bytes, int64_t now_ms)
{
    count(self, KUBE_COUNT_BYTES, bytes.len);
    if (self->fault != NULL)
        return false;
    if (self->status == OK) {
        self->sound = false;
        const bool goes_on = kube_cutter_feed(self->cutter, bytes, take_cut, self, &self->fault);
        if (self->sound)
            heard(self, now_ms);
        return goes_on;
    }
    const size_t room = REFUSAL_MAX - self->refusal->len;
    g_string_append_len(self->refusal, bytes.ptr, (gssize)MIN(bytes.len, room));
    return true;
}

/* What is wrong with it, but for what is known already. */
static void judge(kube_follower *self, const char *broken)
{
    GError **error = &self->fault;
    kube_status status;
    if (self->fault != NULL)
        return;
    if (self->status != 0 && self->status != OK) {
        mn_arena_reset(self->arena);
        kube_status_read(
            self->arena, (mn_str){.ptr = self->refusal->str, .len = self->refusal->len}, &status);
        (void)fail_with_status(self, self->status, &status, error);
    } else if (broken != NULL) {
        g_set_error(error, MN_ERROR, MN_ERROR_IO, "%s", broken);
    } else if (!kube_cutter_is_complete(self->cutter)) {
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_SYNTAX,
                    "the answer ends in the middle of %s",
                    self->watching ? "an event" : "the list");
    } else if (!self->watching && self->page_version->len == 0) {
        g_set_error(error, MN_ERROR, MN_ERROR_SCHEMA, "a list without metadata.resourceVersion");
    }
}

/* ---- what now */

/* As long as the server asked for, and up to a quarter more: it asked others for the same. */
static int64_t asked_ms_of(kube_follower *self)
{
    const int64_t asked_ms = MIN(self->retry_after_s, (int64_t)RETRY_AFTER_MAX_S) * 1000;
    return asked_ms + (int64_t)mn_rng_below(&self->rng, (uint64_t)(asked_ms / 4 + 1));
}

/* Half to one and a half times min x 2^(failures - 1). */
static int64_t back_off_ms(kube_follower *self, unsigned failures)
{
    const unsigned shift = MIN(failures, (unsigned)SHIFT_MAX);
    const int64_t doubled = self->options->backoff_min_ms << shift >> 1;
    const int64_t base = MIN(doubled, self->options->backoff_max_ms);
    const int64_t asked_ms = asked_ms_of(self);
    if (failures == 0)
        return asked_ms;
    return MAX(base / 2 + (int64_t)mn_rng_below(&self->rng, (uint64_t)MAX(base, 1)), asked_ms);
}

static void begin_list(kube_follower *self)
{
    self->watching = false;
    self->silent = 0;
    g_string_truncate(self->continue_, 0);
}

static void fail(kube_follower *self, int64_t now_ms)
{
    const bool watching = self->watching, paging = !watching && self->continue_->len > 0;
    mn_watch_message message = {.news = MN_WATCH_FAILED, .collection = self->collection};
    count(self, self->expired ? KUBE_COUNT_EXPIRED : KUBE_COUNT_FAILURES, 1);
    if (self->expired) {
        /* The first time nobody is to blame: at once, whatever failed before. A server that was
         * away says it as soon as it is back. */
        message.retry_ms = back_off_ms(self, self->expiries == 0 ? 0 : self->failures);
        self->expiries++;
        self->failures++;
        self->unpaged = paging;
        begin_list(self);
    } else {
        self->failures++;
        message.retry_ms = back_off_ms(self, self->failures);
        if (self->failures % STUBBORN_FAILURES == 0)
            begin_list(self);
    }
    self->due_ms = now_ms + message.retry_ms;
    g_prefix_error(&self->fault, "%s %s: ", watching ? "watch" : "list", collection_of(self)->name);
    message.error = self->fault;
    self->options->each(&message, self->options->data);
}

static void end_page(kube_follower *self)
{
    g_string_assign(self->continue_, self->page_continue->str);
    self->listed++; /* pages without an object come to an end, too */
    if (self->continue_->len > 0)
        return;
    g_string_assign(self->version, self->page_version->str);
    self->watching = true;
    self->unpaged = false;
    count(self, KUBE_COUNT_LISTS, 1);
    atomic_store_explicit(&self->counts[KUBE_COUNT_SYNCED], 1, memory_order_relaxed);
    tell(self, MN_WATCH_SYNCED, NULL);
}

/* As it should: its time was over, and the server said so. */
static void end_watch(kube_follower *self, int64_t now_ms)
{
    if (self->news || now_ms - self->began_ms >= SHORT_WATCH_MS)
        return;
    self->failures++;
    self->due_ms = now_ms + back_off_ms(self, self->failures);
}

void kube_follower_end(kube_follower *self, const char *broken, int64_t now_ms)
{
    judge(self, broken);
    self->due_ms = now_ms;
    const bool watched = self->watching && self->status == OK;
    if (watched && now_ms - self->began_ms > self->options->backoff_max_ms)
        self->failures = self->expiries = 0;
    if (self->fault != NULL)
        fail(self, now_ms);
    else if (self->watching)
        end_watch(self, now_ms);
    else
        end_page(self);
    if (watched && !self->news && ++self->silent > SILENT_MAX)
        begin_list(self);
}
