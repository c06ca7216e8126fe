/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/kube_listener.h"

#include "tests/support/expect.h"

#include <poll.h>
#include <string.h>

enum { BACKOFF_MS = 2 };

void kube_listener_init(kube_listener *self)
{
    *self = (kube_listener){.news = g_string_new(NULL), .errors = g_string_new(NULL)};
    pthread_mutex_init(&self->lock, NULL);
    self->here = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->coming = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

void kube_listener_clear(kube_listener *self)
{
    g_hash_table_unref(self->here);
    g_hash_table_unref(self->coming);
    g_string_free(self->news, TRUE);
    g_string_free(self->errors, TRUE);
    pthread_mutex_destroy(&self->lock);
}

static char *text_of(mn_str text)
{
    return g_strndup(text.ptr, text.len);
}

static void keep(GHashTable *table, const mn_kube_object *object)
{
    g_hash_table_insert(table, text_of(object->name), text_of(object->resource_version));
}

static void drop(GHashTable *table, const mn_kube_object *object)
{
    g_autofree char *name = text_of(object->name);
    g_hash_table_remove(table, name);
}

static void swap(kube_listener *self)
{
    GHashTable *old = self->here;
    self->here = self->coming;
    self->coming = old;
    g_hash_table_remove_all(old);
    self->synced++;
}

static void fail(kube_listener *self, const mn_watch_message *message)
{
    self->failures++;
    g_string_append_printf(self->errors, "%s\n", message->error->message);
}

static void take(kube_listener *self, const mn_watch_message *message)
{
    switch (message->news) {
    case MN_WATCH_LIST_BEGINS:
        g_hash_table_remove_all(self->coming);
        g_string_append(self->news, "list ");
        break;
    case MN_WATCH_LISTED:
        keep(self->coming, message->object);
        break;
    case MN_WATCH_SYNCED:
        swap(self);
        g_string_append(self->news, "synced ");
        break;
    case MN_WATCH_ADDED:
    case MN_WATCH_MODIFIED:
        keep(self->here, message->object);
        g_string_append(self->news, message->news == MN_WATCH_ADDED ? "added " : "modified ");
        break;
    case MN_WATCH_DELETED:
        drop(self->here, message->object);
        g_string_append(self->news, "deleted ");
        break;
    case MN_WATCH_UNREADABLE:
        g_string_append_printf(self->news,
                               "unreadable:%.*s(%s) ",
                               MN_STR_ARG(message->object->name),
                               message->error->message);
        drop(self->here, message->object);
        break;
    case MN_WATCH_BOOKMARK:
        self->bookmarks++;
        break;
    case MN_WATCH_FAILED:
        fail(self, message);
        break;
    }
}

void kube_listener_hear(const mn_watch_message *message, void *data)
{
    kube_listener *self = data;
    pthread_mutex_lock(&self->lock);
    take(self, message);
    pthread_mutex_unlock(&self->lock);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char *kube_listener_state(kube_listener *self)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    GHashTableIter iter;
    void *name, *version;
    pthread_mutex_lock(&self->lock);
    g_hash_table_iter_init(&iter, self->here);
    while (g_hash_table_iter_next(&iter, &name, &version))
        g_ptr_array_add(words, g_strdup_printf("%s@%s", (char *)name, (char *)version));
    pthread_mutex_unlock(&self->lock);
    g_ptr_array_sort(words, by_text);
    g_ptr_array_add(words, NULL);
    return g_strjoinv(" ", (char **)words->pdata);
}

const mn_watch_collection kube_nodes[] = {{.path = "/api/v1/nodes", .name = "nodes"}};

void kube_fixture_prepare(kube_fixture *made, kube_answer_fn answer, void *data)
{
    kube_listener_init(&made->listener);
    made->arena = mn_arena_new();
    made->server = kube_server_start(answer, data);
    made->options = mn_watch_options_default;
    made->options.collections = kube_nodes;
    made->options.count = 1;
    made->options.user_agent = "test";
    made->options.backoff_min_ms = BACKOFF_MS;
    made->options.backoff_max_ms = 20;
    made->options.stall_ms = KUBE_PATIENT_MS;
    made->options.answer_ms = KUBE_PATIENT_MS;
    made->options.each = kube_listener_hear;
    made->options.data = &made->listener;
    g_autofree char *url = kube_server_url(made->server);
    made->options.access = mn_kube_access_of_url(made->arena, url, NULL);
}

void kube_fixture_follow(kube_fixture *made)
{
    g_autoptr(GError) error = NULL;
    made->watcher = mn_watcher_start(&made->options, &error);
    if (made->watcher == NULL)
        g_error("%s", error->message);
}

void kube_fixture_finish(kube_fixture *made)
{
    mn_watcher_free(made->watcher);
    kube_server_free(made->server);
    kube_listener_clear(&made->listener);
    mn_arena_free(made->arena);
}

bool kube_fixture_comes_to(kube_fixture *made, const char *state)
{
    for (int waited = 0; waited < KUBE_PATIENT_MS; waited++) {
        g_autofree char *now = kube_listener_state(&made->listener);
        if (strcmp(now, state) == 0)
            return true;
        poll(NULL, 0, 1);
    }
    g_autofree char *now = kube_listener_state(&made->listener);
    EXPECT_STR(now, state);
    return false;
}

bool kube_fixture_fails(kube_fixture *made, size_t times)
{
    for (int waited = 0; waited < KUBE_PATIENT_MS; waited++) {
        pthread_mutex_lock(&made->listener.lock);
        const bool there = made->listener.failures >= times;
        pthread_mutex_unlock(&made->listener.lock);
        if (there)
            return true;
        poll(NULL, 0, 1);
    }
    return false;
}

char *kube_fixture_first_error(kube_fixture *made)
{
    pthread_mutex_lock(&made->listener.lock);
    const char *text = made->listener.errors->str;
    char *copy = g_strndup(text, strcspn(text, "\n"));
    pthread_mutex_unlock(&made->listener.lock);
    return copy;
}
