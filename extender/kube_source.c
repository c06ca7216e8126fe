/* SPDX-License-Identifier: Apache-2.0 */
/* Everything happens on the watcher's thread: it puts objects into the cache as they come, and
 * when all that has arrived is in, makes a snapshot if a decision could depend on what changed.
 * Most updates of nodes change nothing that matters here: no snapshot is made for those. */
#include "extender/kube_source.h"

#include "generated/version.h"

#include "extender/node_cache.h"
#include "mullion/base/error.h"
#include "mullion/io/file.h"
#include "mullion/kube/watch.h"

#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { KUBECONFIG_BYTES_MAX = 4 << 20, PAUSE_MS = 10, IMAGES_PAUSE_MS = 5000 };

static const mn_watch_collection collections[EXT_KINDS] = {
    [EXT_OF_NODES] = {.path = "/api/v1/nodes", .name = "nodes"},
    [EXT_OF_RUNTIME_CLASSES] = {.path = "/apis/node.k8s.io/v1/runtimeclasses",
                                .name = "runtimeclasses"},
    [EXT_OF_PODS] = {.path = "/api/v1/pods?fieldSelector=status.phase%3DRunning", .name = "pods"},
};

/* Requests are decided by these. */
enum { ESSENTIAL = EXT_OF_RUNTIME_CLASSES + 1 };

struct ext_kube_source {
    ext_settings *settings;
    ext_log *log;
    ext_publish_fn publish;
    void *data;
    mn_arena *arena; /* of the access */
    const mn_kube_access *access;
    mn_watcher *watcher;
    size_t count; /* of collections */
    int64_t began_ms;
    atomic_bool reclassify;
    /* of the watcher's thread */
    ext_node_cache *cache;
    bool synced[EXT_KINDS];
    bool keeps_images;
    int64_t published_ms, counted_ms;
    /* for others to read */
    _Atomic uint32_t objects[EXT_KINDS];
    _Atomic uint32_t images;
    _Atomic uint64_t snapshots, parsed;
    atomic_bool ready;
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- where the server is */

static char *kubeconfig_path(const ext_config *config, const ext_environment *environment,
                             GError **error)
{
    if (*config->kube_kubeconfig != '\0')
        return g_strdup(config->kube_kubeconfig);
    if (environment->kubeconfig == NULL || *environment->kubeconfig == '\0')
        return g_build_filename(
            environment->home == NULL ? "/" : environment->home, ".kube", "config", NULL);
    if (strchr(environment->kubeconfig, ':') == NULL)
        return g_strdup(environment->kubeconfig);
    g_set_error(error,
                MN_ERROR,
                MN_ERROR_UNKNOWN,
                "KUBECONFIG names several files, which are not merged here: name one with "
                "kube.kubeconfig (kubectl config view --flatten --minify > FILE)");
    return NULL;
}

static const mn_kube_access *load_kubeconfig(mn_arena *arena, const ext_config *config,
                                             const ext_environment *environment, GError **error)
{
    g_autofree char *path = kubeconfig_path(config, environment, error);
    if (path == NULL)
        return NULL;
    g_autoptr(mn_file) file = mn_file_read(path, KUBECONFIG_BYTES_MAX, error);
    if (file == NULL)
        return NULL;
    return mn_kubeconfig_load(arena, &file->source, config->kube_context, error);
}

static const mn_kube_access *access_of_url(mn_arena *arena, const char *url, GError **error)
{
    const mn_kube_access *access = mn_kube_access_of_url(arena, url, error);
    if (access == NULL)
        g_prefix_error(error, "kube.url: ");
    return access;
}

static const mn_kube_access *find_server(mn_arena *arena, const ext_config *config,
                                         const ext_environment *environment, GError **error)
{
    if (*config->nodes_path != '\0') {
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_SCHEMA,
                    "nodes.path and kube.source: nodes come from one of them; drop the other");
        return NULL;
    }
    switch ((ext_kube_from)config->kube_source) {
    case EXT_KUBE_IN_CLUSTER:
        return mn_kube_access_in_cluster(
            arena, environment->service_host, environment->service_port, MN_KUBE_FOLDER, error);
    case EXT_KUBE_KUBECONFIG:
        return load_kubeconfig(arena, config, environment, error);
    case EXT_KUBE_URL:
        return access_of_url(arena, config->kube_url, error);
    case EXT_KUBE_NONE:
        break;
    }
    g_assert_not_reached();
}

char *ext_kube_source_check(const ext_config *config, const ext_environment *environment,
                            GError **error)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    const mn_kube_access *access = find_server(arena, config, environment, error);
    if (access == NULL || !mn_kube_access_is_readable(access, error))
        return NULL;
    return g_strdup_printf("nodes from %s (%s)", access->from, access->server);
}

/* ---- snapshots */

static bool is_complete(const ext_kube_source *source)
{
    for (size_t i = 0; i < ESSENTIAL; i++)
        if (!source->synced[i])
            return false;
    return true;
}

static void tell_counts(ext_kube_source *source, const ext_nodes *nodes)
{
    for (size_t i = 0; i < source->count; i++)
        atomic_store(&source->objects[i], ext_node_cache_count(source->cache, (ext_kind_of)i));
    if (nodes->sightings != NULL)
        atomic_store(&source->images, ext_sightings_count(nodes->sightings));
    atomic_fetch_add(&source->snapshots, 1);
}

static void make_snapshot(ext_kube_source *source, bool with_images, int64_t now)
{
    g_autofree char *faults = NULL;
    const ext_nodes *nodes = ext_node_cache_snapshot(source->cache, with_images, &faults);
    if (faults != NULL)
        ext_log_say(source->log, EXT_WARNING, "RuntimeClass left out: %s", faults);
    tell_counts(source, nodes);
    source->published_ms = now;
    if (with_images)
        source->counted_ms = now;
    source->publish(nodes, source->data);
    atomic_store(&source->ready, true);
}

static void take_policy(ext_kube_source *source)
{
    const ext_config *config = ext_settings_take(source->settings);
    const mn_os_policy policy = ext_config_policy(config);
    ext_node_cache_set_policy(source->cache, &policy);
    ext_settings_release(config);
}

/* Changes that come together make one snapshot, every so often. */
static int64_t settle(void *data)
{
    ext_kube_source *source = data;
    if (atomic_exchange(&source->reclassify, false))
        take_policy(source);
    atomic_store(&source->parsed, ext_node_cache_parsed(source->cache));
    if (!is_complete(source))
        return -1;
    const int64_t now = now_ms();
    const bool changed = ext_node_cache_has_changed(source->cache);
    const bool images = source->keeps_images && ext_node_cache_has_new_images(source->cache);
    const int64_t due_ms = source->published_ms + PAUSE_MS - now;
    const int64_t images_due_ms = source->counted_ms + IMAGES_PAUSE_MS - now;
    if ((changed && due_ms <= 0) || (images && images_due_ms <= 0)) {
        make_snapshot(source, images && images_due_ms <= 0, now);
        return -1;
    }
    if (changed)
        return due_ms;
    return images ? images_due_ms : -1;
}

/* ---- news */

static void log_failure(ext_kube_source *source, const mn_watch_message *message)
{
    if (!ext_log_wants(source->log, EXT_WARNING))
        return;
    g_auto(mn_json_writer) line;
    ext_log_begin(&line, EXT_WARNING, "API server");
    mn_json_key(&line, "error");
    ext_log_foreign(&line, message->error->message);
    mn_json_member_int(&line, "retryMs", message->retry_ms);
    ext_log_end(source->log, &line);
}

static void log_unreadable(ext_kube_source *source, ext_kind_of kind, const mn_kube_object *object,
                           const GError *why)
{
    if (!ext_log_wants(source->log, EXT_WARNING))
        return;
    g_autofree char *name = g_strndup(object->name.ptr, object->name.len);
    g_auto(mn_json_writer) line;
    ext_log_begin(&line, EXT_WARNING, "object left out");
    mn_json_member_string(&line, "resource", collections[kind].name);
    mn_json_key(&line, "name");
    ext_log_foreign(&line, name);
    mn_json_key(&line, "error");
    ext_log_foreign(&line, why->message);
    ext_log_end(source->log, &line);
}

static void put(ext_kube_source *source, ext_kind_of kind, const mn_kube_object *object)
{
    g_autoptr(GError) error = NULL;
    if (!ext_node_cache_put(source->cache, kind, object, &error))
        log_unreadable(source, kind, object, error);
}

static void finish_list(ext_kube_source *source, ext_kind_of kind)
{
    ext_node_cache_sweep(source->cache, kind);
    source->synced[kind] = true;
    source->counted_ms = now_ms() - IMAGES_PAUSE_MS; /* what came with it counts at once */
    ext_log_say(source->log,
                EXT_INFO,
                "%s listed: %u",
                collections[kind].name,
                ext_node_cache_count(source->cache, kind));
}

static void hear(const mn_watch_message *message, void *data)
{
    ext_kube_source *source = data;
    const ext_kind_of kind = (ext_kind_of)message->collection;
    switch (message->news) {
    case MN_WATCH_LIST_BEGINS:
        ext_node_cache_begin(source->cache, kind);
        break;
    case MN_WATCH_LISTED:
    case MN_WATCH_ADDED:
    case MN_WATCH_MODIFIED:
        put(source, kind, message->object);
        break;
    case MN_WATCH_DELETED:
        ext_node_cache_remove(source->cache, kind, message->object);
        break;
    case MN_WATCH_UNREADABLE:
        ext_node_cache_remove(source->cache, kind, message->object);
        log_unreadable(source, kind, message->object, message->error);
        break;
    case MN_WATCH_SYNCED:
        finish_list(source, kind);
        break;
    case MN_WATCH_BOOKMARK:
        break;
    case MN_WATCH_FAILED:
        log_failure(source, message);
        break;
    }
}

/* ---- the source */

static bool start(ext_kube_source *source, const ext_config *config,
                  const ext_environment *environment, GError **error)
{
    const mn_os_policy policy = ext_config_policy(config);
    mn_watch_options options = mn_watch_options_default;
    source->access = find_server(source->arena, config, environment, error);
    if (source->access == NULL)
        return false;
    source->keeps_images = config->sightings != EXT_SIGHTINGS_NONE;
    source->count = config->sightings == EXT_SIGHTINGS_PODS ? EXT_KINDS : EXT_OF_PODS;
    source->cache = ext_node_cache_new(&policy, source->keeps_images);
    source->counted_ms = now_ms() - IMAGES_PAUSE_MS;
    source->began_ms = now_ms();
    options.access = source->access;
    options.collections = collections;
    options.count = source->count;
    options.user_agent = "mullion-extender/" MN_VERSION;
    options.page_size = (size_t)config->kube_page_size;
    options.object_max = (size_t)config->kube_object_bytes;
    options.stall_ms = config->kube_stall_ms;
    options.seed = (uint64_t)now_ms() << 20 ^ (uint64_t)getpid();
    options.each = hear;
    options.settled = settle;
    options.data = source;
    ext_log_say(source->log,
                EXT_INFO,
                "nodes come from %s (%s)",
                source->access->from,
                source->access->server);
    source->watcher = mn_watcher_start(&options, error);
    return source->watcher != NULL;
}

ext_kube_source *ext_kube_source_open(ext_settings *settings, const ext_environment *environment,
                                      ext_log *log, ext_publish_fn publish, void *data,
                                      GError **error)
{
    g_autoptr(ext_kube_source) source = g_new0(ext_kube_source, 1);
    source->settings = settings;
    source->log = log;
    source->publish = publish;
    source->data = data;
    source->arena = mn_arena_new();
    const ext_config *config = ext_settings_take(settings);
    const bool started = start(source, config, environment, error);
    ext_settings_release(config);
    return started ? g_steal_pointer(&source) : NULL;
}

void ext_kube_source_free(ext_kube_source *source)
{
    if (source == NULL)
        return;
    mn_watcher_free(source->watcher);
    ext_node_cache_free(source->cache);
    mn_arena_free(source->arena);
    g_free(source);
}

void ext_kube_source_reclassify(ext_kube_source *source)
{
    atomic_store(&source->reclassify, true);
    mn_watcher_wake(source->watcher);
}

bool ext_kube_source_is_synced(const ext_kube_source *source)
{
    return atomic_load(&source->ready);
}

int64_t ext_kube_source_age_ms(const ext_kube_source *source)
{
    const int64_t now = now_ms();
    int64_t age_ms = 0;
    for (size_t i = 0; i < ESSENTIAL; i++) {
        const mn_watch_stats stats = mn_watcher_stats(source->watcher, i);
        const int64_t contact_ms = stats.contact_ms == 0 ? source->began_ms : stats.contact_ms;
        age_ms = MAX(age_ms, now - contact_ms);
    }
    return age_ms;
}

void ext_kube_source_stats(const ext_kube_source *source, ext_store_stats *out)
{
    *out = (ext_store_stats){.watching = true, .count = source->count};
    for (size_t i = 0; i < source->count; i++)
        out->collections[i] = (ext_collection_stats){.name = collections[i].name,
                                                     .objects = atomic_load(&source->objects[i]),
                                                     .watch = mn_watcher_stats(source->watcher, i)};
    out->images = atomic_load(&source->images);
    out->snapshots = atomic_load(&source->snapshots);
    out->parsed = atomic_load(&source->parsed);
}
