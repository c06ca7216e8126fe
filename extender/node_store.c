/* SPDX-License-Identifier: Apache-2.0 */
/* One thread, ours or that of the watch, reads and swaps; everybody else takes references.
 *
 * The fingerprint of the files is taken before they are read: what changes while we
 * read has another one at the next look, and is read again. */
#include "extender/node_store.h"

#include "extender/kube_source.h"
#include "extender/node_snapshot.h"
#include "mullion/base/error.h"
#include "mullion/io/file.h"
#include "mullion/io/walk.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { FILE_BYTES_MAX = 512 << 20, DEPTH_MAX = 128, VALUES_MAX = 20000000 };

struct ext_node_store {
    ext_settings *settings;
    const ext_config *config; /* at the start: for what does not change */
    ext_log *log;
    pthread_mutex_t lock; /* of the three below */
    const ext_nodes *current;
    bool stopping, reclassify;
    pthread_cond_t wake;
    pthread_t watcher;
    bool watches;
    ext_kube_source *kube; /* or NULL */
    uint64_t seen;         /* fingerprint; of the watcher once it runs */
    bool seen_good;
    _Atomic int64_t confirmed_ms;
    _Atomic uint32_t node_count;
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The nodes there are were found to be those of the files. */
static void confirm(ext_node_store *store)
{
    store->seen_good = true;
    atomic_store(&store->confirmed_ms, now_ms());
}

/* ---- snapshots */

/* Takes the objects over. */
static const ext_nodes *snapshot_of(mn_objects *objects, const ext_config *config)
{
    const mn_os_policy policy = ext_config_policy(config);
    const guint count = objects->nodes->len;
    g_autofree mn_str *names = g_new(mn_str, count);
    g_autofree mn_os_classes *classes = g_new(mn_os_classes, 1);
    uint16_t *class_of = g_new(uint16_t, count);
    mn_os_classes_init(classes);
    for (guint i = 0; i < count; i++) {
        const mn_node *node = g_ptr_array_index(objects->nodes, i);
        mn_os_offer offer = mn_os_offer_of(&policy, node);
        names[i] = mn_str_of(node->meta.name);
        class_of[i] = mn_os_classes_add(classes, &offer);
    }
    const ext_snapshot_parts parts = {
        .count = count,
        .names = ext_shared_names(ext_name_table_new(names, count)),
        .objects = ext_shared_objects(objects),
        .class_of = class_of,
        .classes = classes,
    };
    const ext_nodes *nodes = ext_nodes_new(&parts);
    ext_shared_unref(parts.names);
    ext_shared_unref(parts.objects);
    return nodes;
}

const ext_nodes *ext_node_store_take(ext_node_store *store)
{
    pthread_mutex_lock(&store->lock);
    const ext_nodes *taken = store->current;
    ext_nodes_ref(taken);
    pthread_mutex_unlock(&store->lock);
    return taken;
}

static void swap(const ext_nodes *fresh, void *data)
{
    ext_node_store *store = data;
    const uint32_t count = fresh->count;
    pthread_mutex_lock(&store->lock);
    const ext_nodes *old = store->current;
    store->current = fresh;
    pthread_mutex_unlock(&store->lock);
    atomic_store(&store->node_count, count);
    ext_nodes_release(old);
}

static void publish(ext_node_store *store, const ext_nodes *fresh)
{
    swap(fresh, store);
    confirm(store);
}

/* ---- files */

static bool load_file(mn_objects *objects, const char *path, GError **error)
{
    static const mn_document_limits limits = {.bytes = FILE_BYTES_MAX,
                                              .depth = DEPTH_MAX,
                                              .values = VALUES_MAX,
                                              .documents = MN_WALK_FILES_MAX};
    g_autoptr(mn_file) file = mn_file_read(path, FILE_BYTES_MAX, error);
    return file != NULL && mn_objects_load(objects, &file->source, &limits, error);
}

static mn_objects *load_objects(const GPtrArray *paths, GError **error)
{
    g_autoptr(mn_objects) objects = mn_objects_new();
    for (guint i = 0; paths != NULL && i < paths->len; i++)
        if (!load_file(objects, g_ptr_array_index(paths, i), error))
            return NULL;
    return g_steal_pointer(&objects);
}

static GPtrArray *list_files(const ext_config *config, GError **error)
{
    return mn_walk_files(&config->nodes_path, 1, error);
}

static uint64_t fold(uint64_t sum, uint64_t word)
{
    return (sum ^ word) * UINT64_C(0x9e3779b97f4a7c15) + (sum >> 29);
}

/* Differs when a file was added, removed, replaced or written. */
static uint64_t fingerprint(const GPtrArray *paths)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    for (guint i = 0; i < paths->len; i++) {
        const char *path = g_ptr_array_index(paths, i);
        struct stat found = {0};
        int status = stat(path, &found);
        const int64_t facts[] = {
            status,
            (int64_t)found.st_dev,
            (int64_t)found.st_ino,
            (int64_t)found.st_size,
            (int64_t)found.st_mtim.tv_sec,
            (int64_t)found.st_mtim.tv_nsec,
        };
        for (const char *at = path; *at != '\0'; at++)
            sum = fold(sum, (unsigned char)*at);
        for (size_t fact = 0; fact < G_N_ELEMENTS(facts); fact++)
            sum = fold(sum, (uint64_t)facts[fact]);
    }
    return sum;
}

static char *describe(const ext_nodes *nodes)
{
    return g_strdup_printf(
        "%u nodes, %u RuntimeClasses", nodes->count, nodes->objects->runtime_classes->len);
}

static const ext_nodes *snapshot_in_force(const ext_node_store *store, mn_objects *objects)
{
    const ext_config *config = ext_settings_take(store->settings);
    const ext_nodes *fresh = snapshot_of(objects, config);
    ext_settings_release(config);
    return fresh;
}

/* ---- watching */

/* A file that is being rewritten in place is empty for a moment. */
static bool is_plausible(ext_node_store *store, const mn_objects *fresh, GError **error)
{
    pthread_mutex_lock(&store->lock);
    uint32_t before = store->current->count;
    pthread_mutex_unlock(&store->lock);
    if (fresh->nodes->len > 0 || before == 0)
        return true;
    g_set_error(error,
                MN_ERROR,
                MN_ERROR_SCHEMA,
                "%s: no nodes, where there were %u",
                store->config->nodes_path,
                before);
    return false;
}

static bool reload(ext_node_store *store, const GPtrArray *paths, GError **error)
{
    g_autoptr(mn_objects) objects = load_objects(paths, error);
    if (objects == NULL || !is_plausible(store, objects, error))
        return false;
    publish(store, snapshot_in_force(store, g_steal_pointer(&objects)));
    return true;
}

static void look(ext_node_store *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) paths = list_files(store->config, &error);
    uint64_t sum = paths == NULL ? 0 : fingerprint(paths);
    if (sum == store->seen) {
        if (store->seen_good)
            confirm(store);
        return;
    }
    store->seen = sum;
    store->seen_good = false;
    if (paths == NULL || !reload(store, paths, &error)) {
        ext_log_say(store->log, EXT_WARNING, "nodes stay as they were: %s", error->message);
        return;
    }
    const ext_nodes *nodes = ext_node_store_take(store);
    g_autofree char *text = describe(nodes);
    ext_nodes_release(nodes);
    ext_log_say(store->log, EXT_INFO, "nodes changed: %s", text);
}

/* True when told to stop. */
static bool sleep_or_stop(ext_node_store *store)
{
    const ext_config *config = ext_settings_take(store->settings);
    const int64_t check_ms = config->nodes_check_ms;
    ext_settings_release(config);
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    int64_t ns = until.tv_nsec + check_ms % 1000 * 1000000;
    until.tv_sec += check_ms / 1000 + ns / 1000000000;
    until.tv_nsec = ns % 1000000000;

    pthread_mutex_lock(&store->lock);
    int status = 0;
    while (!store->stopping && !store->reclassify && status != ETIMEDOUT)
        status = pthread_cond_timedwait(&store->wake, &store->lock, &until);
    bool stopping = store->stopping;
    if (store->reclassify)
        store->seen = 0; /* no file looks so: reads it again */
    store->reclassify = false;
    pthread_mutex_unlock(&store->lock);
    return stopping;
}

static void *watch(void *data)
{
    ext_node_store *store = data;
    while (!sleep_or_stop(store))
        look(store);
    return NULL;
}

/* ---- opening */

static bool load_first(ext_node_store *store, GError **error)
{
    const bool asks = store->config->kube_source != EXT_KUBE_NONE;
    const bool configured = !asks && *store->config->nodes_path != '\0';
    g_autoptr(GPtrArray) paths = NULL;
    if (configured) {
        paths = list_files(store->config, error);
        if (paths == NULL)
            return false;
        store->seen = fingerprint(paths);
    }
    mn_objects *objects = load_objects(paths, error);
    if (objects == NULL)
        return false;
    publish(store, snapshot_in_force(store, objects));
    g_autofree char *text = describe(store->current);
    if (configured)
        ext_log_say(
            store->log, EXT_INFO, "nodes read from %s: %s", store->config->nodes_path, text);
    else if (!asks)
        ext_log_say(store->log,
                    EXT_WARNING,
                    "no nodes.path and no kube.source: every name is an unknown node");
    return true;
}

static bool start_looking(ext_node_store *store, GError **error)
{
    int failed = pthread_create(&store->watcher, NULL, watch, store);
    store->watches = failed == 0;
    if (failed != 0)
        g_set_error(error, MN_ERROR, MN_ERROR_IO, "cannot start a thread: %s", g_strerror(failed));
    return failed == 0;
}

ext_node_store *ext_node_store_open(ext_settings *settings, const ext_environment *environment,
                                    ext_log *log, GError **error)
{
    g_autoptr(ext_node_store) store = g_new0(ext_node_store, 1);
    const ext_config *config = ext_settings_take(settings);
    store->settings = settings;
    store->config = config;
    store->log = log;
    pthread_mutex_init(&store->lock, NULL);
    pthread_cond_init(&store->wake, NULL);
    if (!load_first(store, error))
        return NULL;
    if (config->kube_source != EXT_KUBE_NONE) {
        store->kube = ext_kube_source_open(settings, environment, log, swap, store, error);
        return store->kube == NULL ? NULL : g_steal_pointer(&store);
    }
    if (*config->nodes_path != '\0' && !start_looking(store, error))
        return NULL;
    return g_steal_pointer(&store);
}

void ext_node_store_free(ext_node_store *store)
{
    if (store == NULL)
        return;
    ext_kube_source_free(store->kube);
    if (store->watches) {
        pthread_mutex_lock(&store->lock);
        store->stopping = true;
        pthread_cond_signal(&store->wake);
        pthread_mutex_unlock(&store->lock);
        pthread_join(store->watcher, NULL);
    }
    ext_nodes_release(store->current);
    ext_settings_release(store->config);
    pthread_cond_destroy(&store->wake);
    pthread_mutex_destroy(&store->lock);
    g_free(store);
}

void ext_node_store_reclassify(ext_node_store *store)
{
    if (store->kube != NULL) {
        ext_kube_source_reclassify(store->kube);
        return;
    }
    pthread_mutex_lock(&store->lock);
    store->reclassify = true;
    pthread_cond_signal(&store->wake);
    pthread_mutex_unlock(&store->lock);
}

ext_store_state ext_node_store_state(const ext_node_store *store)
{
    const uint32_t nodes = atomic_load(&store->node_count);
    if (store->kube != NULL)
        return (ext_store_state){.synced = ext_kube_source_is_synced(store->kube),
                                 .age_ms = ext_kube_source_age_ms(store->kube),
                                 .nodes = nodes};
    if (*store->config->nodes_path == '\0')
        return (ext_store_state){.synced = true};
    return (ext_store_state){.synced = nodes > 0,
                             .age_ms = now_ms() - atomic_load(&store->confirmed_ms),
                             .nodes = nodes};
}

void ext_node_store_stats(const ext_node_store *store, ext_store_stats *out)
{
    *out = (ext_store_stats){.watching = false};
    if (store->kube != NULL)
        ext_kube_source_stats(store->kube, out);
}

char *ext_node_store_check(const ext_config *config, const ext_environment *environment,
                           GError **error)
{
    if (config->kube_source != EXT_KUBE_NONE)
        return ext_kube_source_check(config, environment, error);
    if (*config->nodes_path == '\0')
        return g_strdup("no nodes configured");
    g_autoptr(GPtrArray) paths = list_files(config, error);
    mn_objects *objects = paths == NULL ? NULL : load_objects(paths, error);
    if (objects == NULL)
        return NULL;
    const ext_nodes *read = snapshot_of(objects, config);
    char *text = describe(read);
    ext_nodes_release(read);
    return text;
}
