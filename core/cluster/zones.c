/* SPDX-License-Identifier: Apache-2.0 */
/* kube-scheduler's node tree: the 1st node of every zone, the 2nd of every zone, ...
 *
 * A zone is there as long as it has nodes; the order of zones is that of their first
 * node's arrival, the order inside a zone likewise.
 */
#include "core/cluster/cache.h"

#include <string.h>

struct zone {
    char *key;
    GPtrArray *nodes; /* mn_node_info */
};

static void zone_free(gpointer data)
{
    struct zone *zone = data;
    g_free(zone->key);
    g_ptr_array_unref(zone->nodes);
    g_free(zone);
}

void mn_zones_init(mn_zones *zones)
{
    zones->zones = g_ptr_array_new_with_free_func(zone_free);
    zones->order = g_ptr_array_new();
    zones->stale = false;
}

void mn_zones_clear(mn_zones *zones)
{
    g_ptr_array_unref(zones->zones);
    g_ptr_array_unref(zones->order);
}

/* The deprecated label wins over the current one, even when it is empty. */
static const char *either(const mn_labels *labels, const char *deprecated, const char *current)
{
    const char *value = mn_labels_find(labels, deprecated);
    if (value == NULL)
        value = mn_labels_find(labels, current);
    return value == NULL ? "" : value;
}

static char *zone_key(const mn_node *node)
{
    const mn_labels *labels = &node->meta.labels;
    const char *region =
        either(labels, "failure-domain.beta.kubernetes.io/region", MN_LABEL_REGION);
    const char *zone = either(labels, "failure-domain.beta.kubernetes.io/zone", MN_LABEL_ZONE);
    return g_strconcat(region, "\x1f", zone, NULL);
}

static struct zone *find_zone(const mn_zones *zones, const char *key)
{
    for (guint i = 0; i < zones->zones->len; i++) {
        struct zone *zone = g_ptr_array_index(zones->zones, i);
        if (strcmp(zone->key, key) == 0)
            return zone;
    }
    return NULL;
}

static void take_out(mn_zones *zones, const mn_node *node, mn_node_info *info)
{
    g_autofree char *key = zone_key(node);
    struct zone *zone = find_zone(zones, key);
    g_ptr_array_remove(zone->nodes, info);
    if (zone->nodes->len == 0)
        g_ptr_array_remove(zones->zones, zone);
    zones->stale = true;
}

static void put_in(mn_zones *zones, mn_node_info *info, const char *key)
{
    struct zone *zone = find_zone(zones, key);
    if (zone == NULL) {
        zone = g_new0(struct zone, 1);
        zone->key = g_strdup(key);
        zone->nodes = g_ptr_array_new();
        g_ptr_array_add(zones->zones, zone);
    }
    g_ptr_array_add(zone->nodes, info);
    zones->stale = true;
}

void mn_zones_place(mn_zones *zones, const mn_node *before, mn_node_info *info)
{
    g_autofree char *key = zone_key(info->node);
    g_autofree char *old_key = before == NULL ? NULL : zone_key(before);
    if (old_key != NULL && strcmp(key, old_key) == 0)
        return;
    if (before != NULL)
        take_out(zones, before, info);
    put_in(zones, info, key);
}

void mn_zones_remove(mn_zones *zones, mn_node_info *info)
{
    take_out(zones, info->node, info);
}

const GPtrArray *mn_zones_order(mn_zones *zones)
{
    if (!zones->stale)
        return zones->order;
    g_ptr_array_set_size(zones->order, 0);
    bool any = true;
    for (guint round = 0; any; round++) {
        any = false;
        for (guint i = 0; i < zones->zones->len; i++) {
            const struct zone *zone = g_ptr_array_index(zones->zones, i);
            if (round >= zone->nodes->len)
                continue;
            g_ptr_array_add(zones->order, g_ptr_array_index(zone->nodes, round));
            any = true;
        }
    }
    zones->stale = false;
    return zones->order;
}
