/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/scenario/platforms.h"

#include <stdlib.h>
#include <string.h>

#define PRESET(platform, os, what, key, value)
#define PLATFORM(name, title) #name,
const char *const mn_platform_names[] = {
#include "simulator/scenario/platforms.def"
    NULL,
};
#undef PLATFORM

#define PLATFORM(name, title) title,
const char *const mn_platform_titles[] = {
#include "simulator/scenario/platforms.def"
    NULL,
};
#undef PLATFORM

enum platform {
#define PLATFORM(name, title) PLATFORM_##name,
#include "simulator/scenario/platforms.def"
#undef PLATFORM
};
#undef PRESET

enum { OS_ANY = MN_OS_UNKNOWN, OS_LINUX = MN_OS_LINUX, OS_WINDOWS = MN_OS_WINDOWS };

#define PLATFORM(name, title)
#define PRESET(platform, os, what, key, value) \
    {PLATFORM_##platform, (mn_os)OS_##os, MN_PRESET_##what, key, value},
static const mn_preset_row rows[] = {
#include "simulator/scenario/platforms.def"
};
#undef PRESET
#undef PLATFORM

const mn_preset_row *mn_preset_rows(size_t *count)
{
    *count = G_N_ELEMENTS(rows);
    return rows;
}

bool mn_decode_platform(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    (void)arena;
    int index = 0;
    if (!mn_read_word(at, mn_platform_names, &index, error))
        return false;
    *(int *)out = index + 1;
    return true;
}

/* NULL: there is no such value for this pool. */
static const char *expand(const mn_pool_spec *pool, const char *value)
{
    if (strcmp(value, "{pool}") == 0)
        return pool->name;
    if (strcmp(value, "{sku}") != 0)
        return value;
    const mn_winbuild *build = mn_winbuild_find(pool->build.build);
    return build == NULL || *build->os_sku == '\0' ? NULL : build->os_sku;
}

static mn_taint taint_of(mn_arena *arena, const char *key, const char *value)
{
    static const char *const effects[] = {"NoSchedule", "PreferNoSchedule", "NoExecute"};
    const char *colon = strchr(value, ':');
    g_assert(colon != NULL);
    mn_taint taint = {.key = key, .value = mn_arena_strndup(arena, value, (size_t)(colon - value))};
    for (int i = 0; i < (int)G_N_ELEMENTS(effects); i++) {
        if (strcmp(effects[i], colon + 1) == 0)
            taint.effect = i + 1; /* in the order of mn_taint_effect */
    }
    return taint;
}

static mn_resource resource_of(const char *name, const char *value)
{
    mn_resource resource = {.name = name};
    bool sound = mn_quantity_parse(value, &resource.quantity, NULL);
    g_assert(sound);
    return resource;
}

/* Room for every row of each kind. */
typedef struct gathered {
    mn_label *labels;
    mn_taint *taints;
    mn_resource *resources;
} gathered;

static void take_row(mn_arena *arena, const mn_preset_row *row, const char *value,
                     const gathered *room, mn_preset *out)
{
    switch (row->kind) {
    case MN_PRESET_LABEL:
        room->labels[out->labels.count++] = (mn_label){.key = row->key, .value = value};
        return;
    case MN_PRESET_TAINT:
        room->taints[out->taints.count++] = taint_of(arena, row->key, value);
        return;
    case MN_PRESET_RESOURCE:
        room->resources[out->allocatable.count++] = resource_of(row->key, value);
        return;
    case MN_PRESET_RUNTIME:
        out->container_runtime = value;
        return;
    case MN_PRESET_OS_IMAGE:
        out->os_image = value;
        return;
    }
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const mn_label *)a)->key, ((const mn_label *)b)->key);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const mn_resource *)a)->name, ((const mn_resource *)b)->name);
}

void mn_preset_of(mn_arena *arena, const mn_pool_spec *pool, mn_preset *out)
{
    *out = (mn_preset){.labels = {0}};
    if (pool->platform == 0)
        return;
    const gathered room = {
        .labels = MN_ARENA_NEW(arena, mn_label, G_N_ELEMENTS(rows)),
        .taints = MN_ARENA_NEW(arena, mn_taint, G_N_ELEMENTS(rows)),
        .resources = MN_ARENA_NEW(arena, mn_resource, G_N_ELEMENTS(rows)),
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const mn_preset_row *row = &rows[i];
        const char *value = expand(pool, row->value);
        if (row->platform == pool->platform - 1 && value != NULL &&
            (row->os == MN_OS_UNKNOWN || row->os == pool->os))
            take_row(arena, row, value, &room, out);
    }
    qsort(room.labels, out->labels.count, sizeof *room.labels, by_key);
    qsort(room.resources, out->allocatable.count, sizeof *room.resources, by_name);
    out->labels.items = room.labels;
    out->taints.items = room.taints;
    out->allocatable.items = room.resources;
}
