/* SPDX-License-Identifier: Apache-2.0 */
#include "extender/sightings.h"

#include "extender/name_table.h"

#include <string.h>

enum { PER_POD_MAX = 64 };

struct ext_sightings {
    ext_name_table *keys;
    ext_sighting *items; /* by the number that `keys` finds */
    uint32_t count;
};

bool ext_image_key(mn_str image, char key[EXT_IMAGE_KEY_MAX])
{
    mn_image_ref ref;
    if (!mn_image_ref_parse(image, &ref))
        return false;
    const bool digest = ref.digest.len > 0;
    const mn_str rest = digest ? ref.digest : ref.tag.len > 0 ? ref.tag : MN_STR_LIT("latest");
    g_snprintf(key, EXT_IMAGE_KEY_MAX, "%s%c%.*s", ref.name, digest ? '@' : ':', MN_STR_ARG(rest));
    return true;
}

ext_sightings *ext_sightings_new(const mn_str *keys, const ext_sighting *items, uint32_t count)
{
    ext_sightings *sightings = g_new0(ext_sightings, 1);
    sightings->keys = ext_name_table_new(keys, count);
    sightings->items = g_memdup2(items, count * sizeof *items);
    sightings->count = count;
    return sightings;
}

void ext_sightings_free(ext_sightings *sightings)
{
    if (sightings == NULL)
        return;
    ext_name_table_free(sightings->keys);
    g_free(sightings->items);
    g_free(sightings);
}

uint32_t ext_sightings_count(const ext_sightings *sightings)
{
    return sightings->count;
}

const ext_sighting *ext_sightings_find(const ext_sightings *sightings, mn_str image)
{
    char key[EXT_IMAGE_KEY_MAX];
    if (!ext_image_key(image, key))
        return NULL;
    const uint32_t number = ext_name_table_find(sightings->keys, mn_str_of(key));
    return number == EXT_NAME_UNKNOWN ? NULL : &sightings->items[number];
}

/* The configuration's word is final, and an image for both may have been seen on one OS only
 * because nobody ran it on the other yet. */
static bool may_be_judged(const mn_os_image_map *map, mn_str image)
{
    for (size_t i = 0; i < map->count; i++)
        if (mn_image_matches(map->items[i].glob, image))
            return false;
    return !mn_image_judge(image).multi;
}

static const char *where_of(mn_arena *arena, const ext_sighting *seen)
{
    const char *os = seen->os == MN_OS_WINDOWS ? "Windows" : "Linux";
    if (seen->pods > 0)
        return mn_arena_printf(arena, "%u Ready Pods on %s nodes alone", seen->pods, os);
    return mn_arena_printf(arena, "node.status.images of %u nodes, all %s", seen->nodes, os);
}

static void add_one(const ext_sightings *sightings, const mn_os_image_map *map, mn_arena *arena,
                    const char *image, mn_os_sightings *out)
{
    if (image == NULL || out->count == PER_POD_MAX)
        return;
    const ext_sighting *seen = ext_sightings_find(sightings, mn_str_of(image));
    if (seen == NULL || !may_be_judged(map, mn_str_of(image)))
        return;
    mn_os_sighting *items = (mn_os_sighting *)(uintptr_t)out->items;
    if (items == NULL)
        out->items = items = MN_ARENA_NEW(arena, mn_os_sighting, PER_POD_MAX);
    items[out->count++] =
        (mn_os_sighting){.image = image, .os = seen->os, .where = where_of(arena, seen)};
}

mn_os_sightings ext_sightings_of_pod(const ext_sightings *sightings, const mn_os_image_map *map,
                                     mn_arena *arena, const mn_pod_spec *spec)
{
    const mn_containers *const kinds[] = {&spec->init_containers, &spec->containers};
    mn_os_sightings out = {.items = NULL};
    for (size_t kind = 0; kind < G_N_ELEMENTS(kinds); kind++)
        for (size_t i = 0; i < kinds[kind]->count; i++)
            add_one(sightings, map, arena, kinds[kind]->items[i].image, &out);
    return out;
}
