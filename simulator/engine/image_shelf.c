/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/engine/image_shelf.h"

#include "mullion/base/arena.h"
#include "simulator/engine/image_names.h"

#include <string.h>

enum {
    INDEX_MS = 1000, /* to ask a registry what a tag is */
    CHECK_MS = 300,  /* that what is there is still the same */
};

struct mn_image_shelf {
    GHashTable *ready_ms; /* normalised name -> int64_t: from when on it is there */
    int64_t free_ms;      /* when the pulls that were asked for are over */
};

static void put(mn_image_shelf *shelf, const char *name, int64_t ready_ms)
{
    int64_t *value = g_new(int64_t, 1);
    *value = ready_ms;
    g_hash_table_replace(shelf->ready_ms, g_strdup(name), value);
}

mn_image_shelf *mn_image_shelf_new(const mn_node *node)
{
    mn_image_shelf *shelf = g_new0(mn_image_shelf, 1);
    shelf->ready_ms = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    const mn_node_images *images = &node->status.images;
    g_autoptr(mn_arena) arena = mn_arena_new();
    for (size_t i = 0; i < images->count; i++) {
        for (size_t j = 0; j < images->items[i].names.count; j++)
            put(shelf, mn_image_normalised(arena, images->items[i].names.items[j]), 0);
    }
    return shelf;
}

void mn_image_shelf_free(mn_image_shelf *shelf)
{
    if (shelf == NULL)
        return;
    g_hash_table_unref(shelf->ready_ms);
    g_free(shelf);
}

/* pkg/apis/core/v1/defaults.go, SetDefaults_Container: by the tag, which is latest when there
 * is neither tag nor digest. */
static bool is_latest(const char *image)
{
    size_t len = strcspn(image, "@");
    const char *slash = g_strrstr_len(image, (gssize)len, "/");
    const char *name = slash == NULL ? image : slash;
    const char *tag = g_strstr_len(name, image + len - name, ":");
    if (tag == NULL)
        return image[len] == '\0';
    return (size_t)(image + len - tag) == strlen(":latest") &&
           strncmp(tag, ":latest", strlen(":latest")) == 0;
}

mn_pull_policy mn_pull_policy_of(const char *policy, const char *image)
{
    if (g_strcmp0(policy, "Always") == 0)
        return MN_PULL_ALWAYS;
    if (g_strcmp0(policy, "Never") == 0)
        return MN_PULL_NEVER;
    if (g_strcmp0(policy, "IfNotPresent") == 0)
        return MN_PULL_IF_NOT_PRESENT;
    return is_latest(image) ? MN_PULL_ALWAYS : MN_PULL_IF_NOT_PRESENT;
}

/* Rounded up; sizes and rates are far from where this could overflow a double's precision. */
static int64_t milliseconds(int64_t bytes, int64_t rate)
{
    return (int64_t)(((double)bytes * 1000.0 + (double)rate - 1.0) / (double)rate);
}

static int64_t duration_of(const mn_kubelet_settings *settings, mn_os os, const mn_pull *pull)
{
    if (pull->fails)
        return INDEX_MS;
    int64_t unpack_rate =
        os == MN_OS_WINDOWS ? settings->windows_unpack_rate : settings->linux_unpack_rate;
    return INDEX_MS + milliseconds(pull->packed_bytes, settings->bandwidth) +
           milliseconds(pull->unpacked_bytes, unpack_rate);
}

int64_t mn_image_shelf_pull(mn_image_shelf *shelf, const mn_kubelet_settings *settings, mn_os os,
                            const mn_pull *pull, int64_t now_ms)
{
    const int64_t *ready_ms = g_hash_table_lookup(shelf->ready_ms, pull->image);
    if (ready_ms != NULL)
        return MAX(now_ms, *ready_ms) + (pull->policy == MN_PULL_ALWAYS ? CHECK_MS : 0);
    if (pull->policy == MN_PULL_NEVER)
        return MN_PULL_IMPOSSIBLE;
    int64_t from_ms = settings->serialize_pulls ? MAX(now_ms, shelf->free_ms) : now_ms;
    int64_t until_ms = from_ms + duration_of(settings, os, pull);
    shelf->free_ms = MAX(shelf->free_ms, until_ms);
    if (!pull->fails)
        put(shelf, pull->image, until_ms);
    return until_ms;
}
