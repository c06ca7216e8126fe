/* SPDX-License-Identifier: Apache-2.0 */
/* Entries carry the number of the list that mentioned them last: a sweep drops the others. Between
 * the beginning and the end of a list old and new stand together, each as it was last heard of. */
#include "extender/node_cache.h"

#include "extender/image_pool.h"
#include "extender/node_snapshot.h"
#include "mullion/base/error.h"
#include "mullion/text/json_scan.h"
#include "mullion/text/json_write.h"
#include "mullion/wire/extender_wire.h"

#include <string.h>

enum { DEPTH_MAX = 128 };

typedef struct entry {
    char *key; /* name; of a Pod with its namespace */
    char *version;
    uint64_t list;
    mn_os_offer offer; /* of a node, with the rule of its own runtime */
    char *text;        /* of a RuntimeClass its JSON; of a Ready Pod its node, else NULL */
    ext_image_set images;
} entry;

struct ext_node_cache {
    GHashTable *entries[EXT_KINDS];
    uint64_t lists[EXT_KINDS];
    mn_os_policy policy; /* borrows nothing that is looked at here */
    bool keeps_images;
    ext_image_pool *pool;
    mn_arena *arena; /* of the object that is being read */
    bool names_changed, offers_changed, classes_changed, images_changed;
    GPtrArray *sorted; /* entries of nodes, as they are numbered in the snapshot */
    ext_shared *names, *objects, *sightings;
    uint64_t parsed;
};

/* ---- entries */

static void drop(ext_node_cache *cache, entry *old)
{
    ext_image_set_clear(cache->pool, &old->images);
    g_free(old->key);
    g_free(old->version);
    g_free(old->text);
    g_free(old);
}

ext_node_cache *ext_node_cache_new(const mn_os_policy *policy, bool keeps_images)
{
    ext_node_cache *cache = g_new0(ext_node_cache, 1);
    for (size_t kind = 0; kind < EXT_KINDS; kind++)
        cache->entries[kind] = g_hash_table_new(g_str_hash, g_str_equal);
    cache->keeps_images = keeps_images;
    cache->pool = ext_image_pool_new();
    cache->arena = mn_arena_new();
    cache->sorted = g_ptr_array_new();
    cache->names_changed = cache->classes_changed = true;
    ext_node_cache_set_policy(cache, policy);
    return cache;
}

void ext_node_cache_free(ext_node_cache *cache)
{
    if (cache == NULL)
        return;
    for (size_t kind = 0; kind < EXT_KINDS; kind++) {
        GHashTableIter iter;
        void *value;
        g_hash_table_iter_init(&iter, cache->entries[kind]);
        while (g_hash_table_iter_next(&iter, NULL, &value))
            drop(cache, value);
        g_hash_table_unref(cache->entries[kind]);
    }
    ext_image_pool_free(cache->pool);
    mn_arena_free(cache->arena);
    g_ptr_array_unref(cache->sorted);
    ext_shared_unref(cache->names);
    ext_shared_unref(cache->objects);
    ext_shared_unref(cache->sightings);
    g_free(cache);
}

static const char *key_of(ext_node_cache *cache, ext_kind_of kind, const mn_kube_object *object)
{
    if (kind != EXT_OF_PODS)
        return mn_arena_strndup(cache->arena, object->name.ptr, object->name.len);
    return mn_arena_printf(
        cache->arena, "%.*s/%.*s", MN_STR_ARG(object->namespace_), MN_STR_ARG(object->name));
}

/* Who has come or gone. */
static void mark(ext_node_cache *cache, ext_kind_of kind)
{
    cache->names_changed |= kind == EXT_OF_NODES;
    cache->classes_changed |= kind == EXT_OF_RUNTIME_CLASSES;
}

static void forget(ext_node_cache *cache, ext_kind_of kind, const char *key)
{
    entry *old = g_hash_table_lookup(cache->entries[kind], key);
    if (old == NULL)
        return;
    cache->images_changed |= old->images.count > 0;
    g_hash_table_remove(cache->entries[kind], key);
    drop(cache, old);
    mark(cache, kind);
}

void ext_node_cache_remove(ext_node_cache *cache, ext_kind_of kind, const mn_kube_object *object)
{
    mn_arena_reset(cache->arena);
    forget(cache, kind, key_of(cache, kind, object));
}

void ext_node_cache_begin(ext_node_cache *cache, ext_kind_of kind)
{
    cache->lists[kind]++;
}

void ext_node_cache_sweep(ext_node_cache *cache, ext_kind_of kind)
{
    GHashTableIter iter;
    void *value;
    g_hash_table_iter_init(&iter, cache->entries[kind]);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        entry *old = value;
        if (old->list == cache->lists[kind])
            continue;
        cache->images_changed |= old->images.count > 0;
        g_hash_table_iter_remove(&iter);
        drop(cache, old);
        mark(cache, kind);
    }
}

/* ---- images */

static void take_images(ext_node_cache *cache, entry *into, ext_image_set *fresh)
{
    ext_image_set_close(fresh);
    if (!ext_image_set_eq(&into->images, fresh))
        cache->images_changed = true;
    ext_image_set_clear(cache->pool, &into->images);
    into->images = *fresh;
}

/* [{"names": ["a", "b"], "sizeBytes": 1}, ...] */
static bool read_node_images(ext_node_cache *cache, mn_str json, entry *into, GError **error)
{
    ext_image_set fresh;
    mn_scan scan;
    mn_scan_string key, name;
    ext_image_set_open(&fresh);
    mn_scan_init(&scan, json, DEPTH_MAX);
    mn_scan_enter(&scan, MN_SCAN_ARRAY);
    while (mn_scan_next_element(&scan)) {
        mn_scan_enter(&scan, MN_SCAN_OBJECT);
        while (mn_scan_next_member(&scan, &key)) {
            if (!mn_scan_string_is(key, "names") || mn_scan_peek(&scan) != MN_SCAN_ARRAY)
                continue;
            mn_scan_enter(&scan, MN_SCAN_ARRAY);
            while (mn_scan_next_string(&scan, &name))
                ext_image_set_add(cache->pool, &fresh, name.raw);
        }
    }
    take_images(cache, into, &fresh);
    return mn_scan_end(&scan, error);
}

/* ---- a node */

/* Every rule but the runtime's own can be told afterwards. */
static mn_os_offer offer_under(const mn_os_policy *policy, mn_os_offer offer)
{
    if (policy->build_rule != MN_BUILD_RULE_AUTO)
        offer.rule = policy->build_rule;
    else if (!offer.rule_from_runtime)
        offer.rule = policy->fallback_rule;
    offer.rule_from_runtime &= policy->build_rule == MN_BUILD_RULE_AUTO;
    return offer;
}

static bool read_node(ext_node_cache *cache, mn_str bytes, entry *into, GError **error)
{
    mn_os_policy by_runtime = mn_os_policy_default;
    mn_wire_node cut;
    by_runtime.build_rule = MN_BUILD_RULE_AUTO;
    if (!mn_wire_node_cut(cache->arena, bytes, &cut, error))
        return false;
    const mn_node *node = mn_wire_node_decode(cache->arena, &cut, error);
    if (node == NULL)
        return false;
    const mn_os_offer before = offer_under(&cache->policy, into->offer);
    into->offer = mn_os_offer_of(&by_runtime, node);
    const mn_os_offer now = offer_under(&cache->policy, into->offer);
    cache->offers_changed |= mn_os_offer_key(&before) != mn_os_offer_key(&now);
    cache->images_changed |= before.os != now.os;
    if (!cache->keeps_images || cut.images.ptr == NULL)
        return true;
    return read_node_images(cache, cut.images, into, error);
}

/* ---- a Pod */

static mn_str take_text(mn_scan *scan)
{
    return mn_scan_peek(scan) == MN_SCAN_STRING ? mn_scan_take_string(scan).raw
                                                : (mn_str){.ptr = NULL};
}

static void read_containers(ext_node_cache *cache, mn_scan *scan, ext_image_set *into)
{
    mn_scan_string key;
    if (mn_scan_peek(scan) != MN_SCAN_ARRAY || !mn_scan_enter(scan, MN_SCAN_ARRAY))
        return;
    while (mn_scan_next_element(scan)) {
        mn_scan_enter(scan, MN_SCAN_OBJECT);
        while (mn_scan_next_member(scan, &key))
            if (mn_scan_string_is(key, "image"))
                ext_image_set_add(cache->pool, into, take_text(scan));
    }
}

static void read_pod_spec(ext_node_cache *cache, mn_scan *scan, ext_image_set *images, mn_str *node)
{
    mn_scan_string key;
    mn_scan_enter(scan, MN_SCAN_OBJECT);
    while (mn_scan_next_member(scan, &key)) {
        if (mn_scan_string_is(key, "nodeName"))
            *node = take_text(scan);
        else if (mn_scan_string_is(key, "containers"))
            read_containers(cache, scan, images);
    }
}

static bool is_ready_condition(mn_scan *scan)
{
    mn_scan_string key;
    mn_str type = {.ptr = NULL}, status = {.ptr = NULL};
    mn_scan_enter(scan, MN_SCAN_OBJECT);
    while (mn_scan_next_member(scan, &key)) {
        if (mn_scan_string_is(key, "type"))
            type = take_text(scan);
        else if (mn_scan_string_is(key, "status"))
            status = take_text(scan);
    }
    return mn_str_eq(type, MN_STR_LIT("Ready")) && mn_str_eq(status, MN_STR_LIT("True"));
}

static bool read_pod_status(mn_scan *scan)
{
    mn_scan_string key;
    bool ready = false;
    mn_scan_enter(scan, MN_SCAN_OBJECT);
    while (mn_scan_next_member(scan, &key)) {
        if (!mn_scan_string_is(key, "conditions") || mn_scan_peek(scan) != MN_SCAN_ARRAY)
            continue;
        mn_scan_enter(scan, MN_SCAN_ARRAY);
        while (mn_scan_next_element(scan))
            ready |= is_ready_condition(scan);
    }
    return ready;
}

/* Ready is proof that its images run where it is; anything less proves nothing. */
static bool read_pod(ext_node_cache *cache, mn_str bytes, entry *into, GError **error)
{
    ext_image_set fresh;
    mn_scan scan;
    mn_scan_string key;
    mn_str node = {.ptr = NULL};
    bool ready = false;
    ext_image_set_open(&fresh);
    mn_scan_init(&scan, bytes, DEPTH_MAX);
    mn_scan_enter(&scan, MN_SCAN_OBJECT);
    while (mn_scan_next_member(&scan, &key)) {
        if (mn_scan_string_is(key, "spec"))
            read_pod_spec(cache, &scan, &fresh, &node);
        else if (mn_scan_string_is(key, "status"))
            ready = read_pod_status(&scan);
    }
    const bool fine = mn_scan_end(&scan, error);
    const bool counts = fine && ready && node.len > 0;
    g_autofree char *where = counts ? g_strndup(node.ptr, node.len) : NULL;
    if (!counts)
        ext_image_set_clear(cache->pool, &fresh);
    cache->images_changed |= g_strcmp0(where, into->text) != 0;
    g_free(into->text);
    into->text = g_steal_pointer(&where);
    take_images(cache, into, &fresh);
    return fine;
}

/* ---- any object */

static bool read_class(ext_node_cache *cache, mn_str bytes, entry *into)
{
    g_free(into->text);
    into->text = g_strndup(bytes.ptr, bytes.len);
    cache->classes_changed = true;
    return true;
}

static bool parse(ext_node_cache *cache, ext_kind_of kind, mn_str bytes, entry *into,
                  GError **error)
{
    cache->parsed++;
    switch (kind) {
    case EXT_OF_NODES:
        return read_node(cache, bytes, into, error);
    case EXT_OF_RUNTIME_CLASSES:
        return read_class(cache, bytes, into);
    case EXT_OF_PODS:
        return read_pod(cache, bytes, into, error);
    case EXT_KINDS:
        break;
    }
    g_assert_not_reached();
}

static entry *find_or_add(ext_node_cache *cache, ext_kind_of kind, const char *key)
{
    entry *found = g_hash_table_lookup(cache->entries[kind], key);
    if (found != NULL)
        return found;
    found = g_new0(entry, 1);
    found->key = g_strdup(key);
    g_hash_table_insert(cache->entries[kind], found->key, found);
    mark(cache, kind);
    return found;
}

bool ext_node_cache_put(ext_node_cache *cache, ext_kind_of kind, const mn_kube_object *object,
                        GError **error)
{
    mn_arena_reset(cache->arena);
    const char *key = key_of(cache, kind, object);
    entry *into = find_or_add(cache, kind, key);
    into->list = cache->lists[kind];
    if (into->version != NULL && mn_str_eq(mn_str_of(into->version), object->resource_version))
        return true;
    g_free(into->version);
    into->version = g_strndup(object->resource_version.ptr, object->resource_version.len);
    if (parse(cache, kind, object->bytes, into, error))
        return true;
    forget(cache, kind, key);
    return false;
}

void ext_node_cache_set_policy(ext_node_cache *cache, const mn_os_policy *policy)
{
    cache->policy =
        (mn_os_policy){.build_rule = policy->build_rule, .fallback_rule = policy->fallback_rule};
    cache->offers_changed = true;
}

/* ---- snapshots */

bool ext_node_cache_has_changed(const ext_node_cache *cache)
{
    return cache->names_changed || cache->offers_changed || cache->classes_changed;
}

bool ext_node_cache_has_new_images(const ext_node_cache *cache)
{
    return cache->images_changed;
}

static int by_key(const void *a, const void *b)
{
    const entry *left = *(const entry *const *)a, *right = *(const entry *const *)b;
    return strcmp(left->key, right->key);
}

static void make_names(ext_node_cache *cache)
{
    GHashTableIter iter;
    void *value;
    g_ptr_array_set_size(cache->sorted, 0);
    g_hash_table_iter_init(&iter, cache->entries[EXT_OF_NODES]);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        g_ptr_array_add(cache->sorted, value);
    g_ptr_array_sort(cache->sorted, by_key);
    g_autofree mn_str *names = g_new(mn_str, cache->sorted->len);
    for (guint i = 0; i < cache->sorted->len; i++)
        names[i] = mn_str_of(((const entry *)cache->sorted->pdata[i])->key);
    ext_shared_unref(cache->names);
    cache->names = ext_shared_names(ext_name_table_new(names, cache->sorted->len));
}

/* As a list of one: the server's lists leave kind and apiVersion to the list. */
static bool load_class(mn_objects *objects, const entry *one, GError **error)
{
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_json_begin_object(&json);
    mn_json_member_string(&json, "kind", "RuntimeClassList");
    mn_json_member_string(&json, "apiVersion", "node.k8s.io/v1");
    mn_json_key(&json, "items");
    mn_json_begin_array(&json);
    mn_json_raw(&json, mn_str_of(one->text));
    mn_json_end_array(&json);
    mn_json_end_object(&json);
    const mn_str text = mn_json_writer_text(&json);
    const mn_source source = {.name = one->key, .bytes = text.ptr, .len = text.len};
    return mn_objects_load(objects, &source, &mn_document_limits_default, error);
}

static void make_objects(ext_node_cache *cache, char **faults)
{
    mn_objects *objects = mn_objects_new();
    g_autoptr(GPtrArray) classes = g_ptr_array_new();
    GHashTableIter iter;
    void *value;
    g_hash_table_iter_init(&iter, cache->entries[EXT_OF_RUNTIME_CLASSES]);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        g_ptr_array_add(classes, value);
    g_ptr_array_sort(classes, by_key);
    for (guint i = 0; i < classes->len; i++) {
        g_autoptr(GError) error = NULL;
        if (!load_class(objects, classes->pdata[i], &error) && *faults == NULL)
            *faults = g_strdup(error->message);
    }
    ext_shared_unref(cache->objects);
    cache->objects = ext_shared_objects(objects);
}

static mn_os os_of_node(const ext_node_cache *cache, const char *name)
{
    const entry *node = g_hash_table_lookup(cache->entries[EXT_OF_NODES], name);
    return node == NULL ? MN_OS_UNKNOWN : node->offer.os;
}

static void make_sightings(ext_node_cache *cache)
{
    GHashTableIter iter;
    void *value;
    ext_image_pool_begin(cache->pool);
    g_hash_table_iter_init(&iter, cache->entries[EXT_OF_NODES]);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const entry *node = value;
        ext_image_pool_count(cache->pool, &node->images, node->offer.os, false);
    }
    g_hash_table_iter_init(&iter, cache->entries[EXT_OF_PODS]);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const entry *pod = value;
        if (pod->text != NULL)
            ext_image_pool_count(cache->pool, &pod->images, os_of_node(cache, pod->text), true);
    }
    ext_shared_unref(cache->sightings);
    cache->sightings = ext_shared_sightings(ext_image_pool_sightings(cache->pool));
}

const ext_nodes *ext_node_cache_snapshot(ext_node_cache *cache, bool with_images, char **faults)
{
    *faults = NULL;
    if (cache->names_changed)
        make_names(cache);
    if (cache->classes_changed)
        make_objects(cache, faults);
    if (with_images) {
        make_sightings(cache);
        cache->images_changed = false;
    }
    const guint count = cache->sorted->len;
    g_autofree mn_os_classes *classes = g_new(mn_os_classes, 1);
    uint16_t *class_of = g_new(uint16_t, count);
    mn_os_classes_init(classes);
    for (guint i = 0; i < count; i++) {
        const entry *node = cache->sorted->pdata[i];
        const mn_os_offer offer = offer_under(&cache->policy, node->offer);
        class_of[i] = mn_os_classes_add(classes, &offer);
    }
    cache->names_changed = cache->offers_changed = cache->classes_changed = false;
    const ext_snapshot_parts parts = {.count = count,
                                      .names = cache->names,
                                      .objects = cache->objects,
                                      .sightings = cache->sightings,
                                      .class_of = class_of,
                                      .classes = classes};
    return ext_nodes_new(&parts);
}

uint32_t ext_node_cache_count(const ext_node_cache *cache, ext_kind_of kind)
{
    return g_hash_table_size(cache->entries[kind]);
}

uint64_t ext_node_cache_parsed(const ext_node_cache *cache)
{
    return cache->parsed;
}
