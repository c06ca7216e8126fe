/* SPDX-License-Identifier: Apache-2.0 */
/* What an API server might answer to a LIST and then to a WATCH, in pieces of any size, put into
 * the extender's cache: a snapshot of it can be taken at any time, and has what was put there.
 *
 * The first byte: the size of the pieces, and whether Pods are followed. A line "--" ends an
 * answer. */
#include "core/kube/follower.h"
#include "extender/node_cache.h"

#include <string.h>

enum { ANSWERS_MAX = 8, OBJECTS_MAX = 16, OBJECT_BYTES = 2048 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct listener {
    ext_node_cache *cache;
    ext_kind_of kind;
} listener;

static void put(listener *self, const mn_kube_object *object)
{
    g_autoptr(GError) error = NULL;
    const bool taken = ext_node_cache_put(self->cache, self->kind, object, &error);
    g_assert(taken == (error == NULL));
    g_assert(taken ? ext_node_cache_count(self->cache, self->kind) > 0 : *error->message != '\0');
}

static void hear(const mn_watch_message *message, void *data)
{
    listener *self = data;
    switch (message->news) {
    case MN_WATCH_LIST_BEGINS:
        ext_node_cache_begin(self->cache, self->kind);
        break;
    case MN_WATCH_LISTED:
    case MN_WATCH_ADDED:
    case MN_WATCH_MODIFIED:
        put(self, message->object);
        break;
    case MN_WATCH_DELETED:
    case MN_WATCH_UNREADABLE:
        ext_node_cache_remove(self->cache, self->kind, message->object);
        break;
    case MN_WATCH_SYNCED:
        ext_node_cache_sweep(self->cache, self->kind);
        break;
    case MN_WATCH_BOOKMARK:
        break;
    case MN_WATCH_FAILED:
        g_assert(message->error != NULL && message->retry_ms >= 0);
        break;
    }
}

static void take_snapshot(ext_node_cache *cache)
{
    g_autofree char *faults = NULL;
    const ext_nodes *nodes = ext_node_cache_snapshot(cache, true, &faults);
    g_assert(nodes->count == ext_node_cache_count(cache, EXT_OF_NODES));
    for (uint32_t i = 0; i < nodes->count; i++)
        g_assert(nodes->class_of[i] < nodes->classes->count);
    g_assert(!ext_node_cache_has_changed(cache) && !ext_node_cache_has_new_images(cache));
    ext_nodes_release(nodes);
}

/* Each answer gets a request of its own, whatever came of the one before. */
static void play(kube_follower *follower, mn_str answer, size_t piece, int64_t now_ms)
{
    g_autofree char *path = kube_follower_begin(follower, now_ms);
    g_assert(*path == '/');
    bool goes_on = kube_follower_head(follower, 200, "application/json", 0, now_ms);
    for (size_t at = 0; goes_on && at < answer.len; at += piece) {
        const mn_str bytes = {.ptr = answer.ptr + at, .len = MIN(piece, answer.len - at)};
        goes_on = kube_follower_body(follower, bytes, now_ms);
    }
    kube_follower_end(follower, NULL, now_ms);
}

static void play_all(kube_follower *follower, ext_node_cache *cache, mn_str text, size_t piece)
{
    static const char between[] = "\n--\n";
    for (int64_t i = 1; i <= ANSWERS_MAX && text.len > 0; i++) {
        const char *end = g_strstr_len(text.ptr, (gssize)text.len, between);
        const size_t len = end == NULL ? text.len : (size_t)(end - text.ptr);
        const size_t used = end == NULL ? len : len + strlen(between);
        play(follower, (mn_str){.ptr = text.ptr, .len = len}, piece, i * 100000);
        take_snapshot(cache);
        text = (mn_str){.ptr = text.ptr + used, .len = text.len - used};
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const mn_watch_collection collections[EXT_KINDS] = {{.path = "/n", .name = "nodes"},
                                                               {.path = "/r", .name = "classes"},
                                                               {.path = "/p?q=1", .name = "pods"}};
    if (size == 0)
        return 0;
    g_autoptr(ext_node_cache) cache = ext_node_cache_new(&mn_os_policy_default, true);
    listener self = {.cache = cache, .kind = (ext_kind_of)(data[0] % EXT_KINDS)};
    mn_watch_options options = mn_watch_options_default;
    kube_follower follower;
    options.collections = collections;
    options.count = EXT_KINDS;
    options.objects_max = OBJECTS_MAX;
    options.object_max = OBJECT_BYTES;
    options.each = hear;
    options.data = &self;
    kube_follower_init(&follower, &options, self.kind);
    const mn_str text = {.ptr = (const char *)data + 1, .len = size - 1};
    play_all(&follower, cache, text, 1 + (size_t)data[0] / EXT_KINDS * 7);
    kube_follower_clear(&follower);
    return 0;
}
