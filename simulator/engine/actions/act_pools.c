/* SPDX-License-Identifier: Apache-2.0 */
/* What kubectl has no words for: nodes that are cut off and come back, pools that grow, shrink
 * or get another build.
 *
 *     cut off: the kubelet is silent from now on
 *       50 s later the API server knows: Ready is Unknown, taints unreachable
 *     back: Ready is True, the taints are gone
 *
 * Source: pkg/controller/nodelifecycle (node_lifecycle_controller.go), v1.34. Evictions are not
 * rate limited by zone, as they are where many nodes fail at once.
 */
#include "simulator/engine/actions/act.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const mn_taint unreachable[] = {
    {"node.kubernetes.io/unreachable", "", MN_EFFECT_NO_SCHEDULE},
    {"node.kubernetes.io/unreachable", "", MN_EFFECT_NO_EXECUTE},
};

static bool is_unreachable(const mn_taint *taint)
{
    return strcmp(taint->key, unreachable[0].key) == 0;
}

static mn_taints with_unreachable(mn_arena *arena, const mn_taints *old, bool wanted)
{
    mn_taint *items = MN_ARENA_NEW(arena, mn_taint, old->count + G_N_ELEMENTS(unreachable));
    size_t count = 0;
    for (size_t i = 0; i < old->count; i++) {
        if (!is_unreachable(&old->items[i]))
            items[count++] = old->items[i];
    }
    for (size_t i = 0; wanted && i < G_N_ELEMENTS(unreachable); i++)
        items[count++] = unreachable[i];
    return (mn_taints){.items = items, .count = count};
}

static mn_node_conditions with_ready(mn_arena *arena, const mn_node_conditions *old, bool ready)
{
    mn_node_condition *items = MN_ARENA_NEW(arena, mn_node_condition, old->count + 1);
    size_t count = 0;
    items[count++] = (mn_node_condition){
        .type = "Ready",
        .status = ready ? "True" : "Unknown",
        .reason = ready ? "KubeletReady" : "NodeStatusUnknown",
    };
    for (size_t i = 0; i < old->count; i++) {
        if (g_strcmp0(old->items[i].type, "Ready") != 0)
            items[count++] = old->items[i];
    }
    return (mn_node_conditions){.items = items, .count = count};
}

static const char *failed_at(const mn_world_node *node)
{
    return mn_labels_find(&node->node->meta.annotations, MN_NODE_FAILED_ANNOTATION);
}

/* ---- a node is cut off */

typedef struct silence {
    mn_act *act;
    const char *node, *since; /* the annotation: the node may have been back in the meantime */
} silence;

static void notice(void *context, void *data)
{
    const silence *s = data;
    (void)context;
    mn_world *world = s->act->world;
    mn_world_node *node = mn_world_find_node(world, s->node);
    if (node == NULL || g_strcmp0(failed_at(node), s->since) != 0)
        return;
    mn_node *copy = mn_act_copy_node(world, node->node);
    copy->spec.taints = with_unreachable(world->arena, &copy->spec.taints, true);
    copy->status.conditions = with_ready(world->arena, &copy->status.conditions, false);
    mn_world_put_node(world, copy);
    mn_act_say(s->act, "node/%s: NodeNotReady", s->node);
}

void mn_act_cut_off(mn_act *act, mn_world_node *node)
{
    mn_world *world = act->world;
    silence *s = MN_ARENA_NEW(world->arena, silence, 1);
    *s = (silence){
        .act = act,
        .node = node->node->meta.name,
        .since = mn_arena_printf(world->arena, "%" PRId64, world->now_ms),
    };
    mn_node *copy = mn_act_copy_node(world, node->node);
    copy->meta.annotations = mn_act_with_label(
        world->arena, &copy->meta.annotations, MN_NODE_FAILED_ANNOTATION, s->since);
    mn_world_put_node(world, copy);
    mn_act_later(act, MN_NODE_GRACE_MS, false, notice, s);
}

void mn_act_bring_back(mn_act *act, mn_world_node *node, const mn_node *after)
{
    mn_world *world = act->world;
    mn_node *copy = mn_act_copy_node(world, after == NULL ? node->node : after);
    copy->meta.annotations =
        mn_act_with_label(world->arena, &copy->meta.annotations, MN_NODE_FAILED_ANNOTATION, NULL);
    copy->spec.taints = with_unreachable(world->arena, &copy->spec.taints, false);
    copy->status.conditions = with_ready(world->arena, &copy->status.conditions, true);
    mn_world_put_node(world, copy);
}

bool mn_act_fail_node(mn_act *act)
{
    mn_world_node *node = mn_world_find_node(act->world, act->action->node);
    if (node == NULL)
        return mn_act_not_found(act, MN_KIND_NODE, "", act->action->node);
    if (failed_at(node) != NULL)
        return mn_act_fail(act, "node \"%s\" has failed already", act->action->node);
    mn_act_cut_off(act, node);
    mn_act_say(act, "node/%s cut off", act->action->node);
    return true;
}

bool mn_act_return_node(mn_act *act)
{
    mn_world_node *node = mn_world_find_node(act->world, act->action->node);
    if (node == NULL)
        return mn_act_not_found(act, MN_KIND_NODE, "", act->action->node);
    if (failed_at(node) == NULL)
        return mn_act_fail(act, "node \"%s\" has not failed", act->action->node);
    mn_act_bring_back(act, node, NULL);
    mn_act_say(act, "node/%s is back", act->action->node);
    return true;
}

/* ---- pools */

/* The number behind the pool's name; -1: it is no node of the pool's own making. */
static int64_t number_of(const mn_world_node *node, const char *pool)
{
    const char *name = node->node->meta.name, *digits = name + strlen(pool) + 1;
    if (!g_str_has_prefix(name, pool) || digits[-1] != '-' || strlen(digits) > 9 ||
        *digits == '\0' || strspn(digits, "0123456789") != strlen(digits))
        return -1;
    return (int64_t)g_ascii_strtoull(digits, NULL, 10);
}

static int by_number(gconstpointer a, gconstpointer b, gpointer pool)
{
    int64_t x = number_of(*(mn_world_node *const *)a, pool);
    int64_t y = number_of(*(mn_world_node *const *)b, pool);
    return x < y ? -1 : x > y;
}

/* mn_world_node, by number. */
static GPtrArray *nodes_of(const mn_act *act)
{
    const char *pool = act->action->pool.name;
    GPtrArray *nodes = g_ptr_array_new();
    for (guint i = 0; i < act->world->nodes->len; i++) {
        if (number_of(act->world->nodes->pdata[i], pool) >= 0)
            g_ptr_array_add(nodes, act->world->nodes->pdata[i]);
    }
    g_ptr_array_sort_with_data(nodes, by_number, (gpointer)(uintptr_t)pool);
    return nodes;
}

/* As the pool makes it, whatever was done to the others since: labels and taints that somebody
 * set with kubectl are not the pool's. */
static void add_node(mn_act *act, int64_t number)
{
    mn_world *world = act->world;
    const mn_node_pool *pool = &world->scenario->pools[act->action->pool.index];
    const mn_node *sample =
        pool->count > 0 ? world->scenario->objects->nodes->pdata[pool->first] : pool->sample;
    mn_node *node = mn_act_copy_node(world, sample);
    node->meta.name = mn_arena_printf(world->arena, "%s-%" PRId64, pool->name, number);
    node->meta.labels =
        mn_act_with_label(world->arena, &node->meta.labels, MN_LABEL_HOSTNAME, node->meta.name);
    mn_world_put_node(world, node);
    mn_act_say(act, "node/%s created", node->meta.name);
}

bool mn_act_resize(mn_act *act)
{
    g_autoptr(GPtrArray) nodes = nodes_of(act);
    size_t wanted = act->action->pool.size, count = nodes->len;
    int64_t next = count == 0 ? 0 : number_of(nodes->pdata[count - 1], act->action->pool.name) + 1;
    if (act->world->nodes->len + (wanted > count ? wanted - count : 0) > MN_SCENARIO_MAX_NODES)
        return mn_act_fail(act, "more than %d nodes in all", MN_SCENARIO_MAX_NODES);
    for (; count < wanted; count++)
        add_node(act, next++);
    for (; count > wanted; count--) {
        const mn_world_node *last = nodes->pdata[count - 1];
        const char *name = last->node->meta.name;
        mn_act_say(act, "node/%s deleted", name);
        mn_world_delete_node(act->world, name);
    }
    if (nodes->len == wanted)
        mn_act_say(act, "pool %s has %zu nodes already", act->action->pool.name, wanted);
    return true;
}

/* ---- another build */

typedef struct rebuild {
    mn_act *act;
    const char **names;
    size_t count, begun, done;
} rebuild;

/* What was in the machine is gone: images, and whatever ran. */
static const mn_node *rebuilt(const mn_act *act, const mn_node *old)
{
    const mn_pool_change *change = &act->action->pool;
    mn_arena *arena = act->world->arena;
    mn_node *node = mn_act_copy_node(act->world, old);
    mn_node_system_info *info = &node->status.info;
    node->status.images = (mn_node_images){0};
    if (change->build.build != 0) {
        const mn_win_version *v = &change->build;
        const char *text = mn_arena_printf(arena, "%u.%u.%u", v->major, v->minor, v->build);
        const mn_winbuild *row = mn_winbuild_find(v->build);
        const char *end = row == NULL ? NULL : strstr(row->name, " / ");
        info->kernel_version =
            v->has_revision ? mn_arena_printf(arena, "%s.%u", text, v->revision) : text;
        if (mn_labels_find(&node->meta.labels, MN_LABEL_WINDOWS_BUILD) != NULL)
            node->meta.labels =
                mn_act_with_label(arena, &node->meta.labels, MN_LABEL_WINDOWS_BUILD, text);
        if (row != NULL)
            info->os_image =
                mn_arena_printf(arena,
                                "%.*s Datacenter",
                                (int)(end == NULL ? strlen(row->name) : (size_t)(end - row->name)),
                                row->name);
    }
    if (change->container_runtime != NULL)
        info->container_runtime_version = change->container_runtime;
    if (change->kubelet != NULL)
        info->kubelet_version = change->kubelet;
    if (change->os_image != NULL)
        info->os_image = change->os_image;
    for (size_t i = 0; i < change->labels.count; i++)
        node->meta.labels = mn_act_with_label(
            arena, &node->meta.labels, change->labels.items[i].key, change->labels.items[i].value);
    return node;
}

static void come_back(void *context, void *data);

/* So many more that as many are away as may be. */
static void begin_more(rebuild *r)
{
    const mn_pool_change *change = &r->act->action->pool;
    while (r->begun < r->count && (int64_t)(r->begun - r->done) < change->max_unavailable) {
        const char *name = r->names[r->begun];
        mn_world_node *node = mn_world_find_node(r->act->world, name);
        if (node == NULL || failed_at(node) != NULL) {
            mn_act_say(
                r->act, "node/%s %s", name, node == NULL ? "is gone" : "has failed: left alone");
            r->count--;
            memmove(&r->names[r->begun],
                    &r->names[r->begun + 1],
                    (r->count - r->begun) * sizeof *r->names);
            continue;
        }
        r->begun++;
        mn_act_cut_off(r->act, node);
        mn_act_say(r->act, "node/%s reimaging", name);
        mn_act_later(r->act, change->takes_ms, false, come_back, r);
    }
}

/* They come back in the order in which they went. */
static void come_back(void *context, void *data)
{
    rebuild *r = data;
    const char *name = r->names[r->done++];
    mn_world_node *node = mn_world_find_node(r->act->world, name);
    (void)context;
    if (node != NULL) {
        mn_act_bring_back(r->act, node, rebuilt(r->act, node->node));
        mn_act_say(r->act,
                   "node/%s is back: %s, %s",
                   name,
                   node->node->status.info.os_image == NULL ? "" : node->node->status.info.os_image,
                   node->node->status.info.kernel_version == NULL
                       ? ""
                       : node->node->status.info.kernel_version);
    }
    begin_more(r);
}

bool mn_act_build(mn_act *act)
{
    g_autoptr(GPtrArray) nodes = nodes_of(act);
    rebuild *r = g_new0(rebuild, 1);
    g_ptr_array_add(act->actions->rebuilds, r);
    *r = (rebuild){
        .act = act,
        .names = MN_ARENA_NEW(act->world->arena, const char *, nodes->len),
        .count = nodes->len,
    };
    for (guint i = 0; i < nodes->len; i++)
        r->names[i] = ((const mn_world_node *)nodes->pdata[i])->node->meta.name;
    if (nodes->len == 0)
        mn_act_say(act, "pool %s has no nodes", act->action->pool.name);
    begin_more(r);
    return true;
}
