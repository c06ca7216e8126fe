/* SPDX-License-Identifier: Apache-2.0 */
/* taint, cordon, uncordon. */
#include "simulator/engine/actions/act.h"

#include <string.h>

mn_node *mn_act_copy_node(const mn_world *world, const mn_node *node)
{
    mn_node *copy = MN_ARENA_NEW(world->arena, mn_node, 1);
    *copy = *node;
    return copy;
}

/* ---- taints: kubectl's order is the new ones first, then the old ones that stay */

typedef struct taint_list {
    mn_taint *items;
    size_t count;
    bool changed_count, removed;
} taint_list;

static bool is_same_taint(const mn_taint *a, const mn_taint *b)
{
    return a->effect == b->effect && strcmp(a->key, b->key) == 0;
}

static bool has_taint(const mn_taint *items, size_t count, const mn_taint *taint)
{
    for (size_t i = 0; i < count; i++) {
        if (is_same_taint(&items[i], taint))
            return true;
    }
    return false;
}

static bool check_overwrite(mn_act *act, const mn_node *node)
{
    const mn_action *action = act->action;
    g_autoptr(GString) there = g_string_new(NULL);
    for (size_t i = 0; i < action->edits && !action->overwrite; i++) {
        const mn_taint_edit *edit = &action->taints[i];
        if (!edit->remove &&
            has_taint(node->spec.taints.items, node->spec.taints.count, &edit->taint))
            g_string_append_printf(there, "%s%s", there->len == 0 ? "" : ",", edit->taint.key);
    }
    return there->len == 0 ||
           mn_act_fail(act,
                       "error: node %s already has %s taint(s) with same effect(s) and --overwrite "
                       "is false",
                       node->meta.name,
                       there->str);
}

static bool remove_taint(mn_act *act, taint_list *list, const mn_taint *taint)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        bool goes = strcmp(list->items[i].key, taint->key) == 0 &&
                    (taint->effect == MN_EFFECT_ANY || taint->effect == list->items[i].effect);
        if (!goes)
            list->items[kept++] = list->items[i];
    }
    list->removed = kept < list->count;
    list->count = kept;
    return list->removed || mn_act_fail(act,
                                        "error: taint \"%s%s%s\" not found",
                                        taint->key,
                                        taint->effect == MN_EFFECT_ANY ? "" : ":",
                                        mn_taint_effect_name(taint->effect));
}

static bool edit_taints(mn_act *act, const mn_node *node, taint_list *list)
{
    const mn_action *action = act->action;
    const mn_taints *old = &node->spec.taints;
    list->items = MN_ARENA_NEW(act->world->arena, mn_taint, action->edits + old->count);
    for (size_t i = 0; i < action->edits; i++) {
        if (!action->taints[i].remove)
            list->items[list->count++] = action->taints[i].taint;
    }
    size_t added = list->count;
    for (size_t i = 0; i < old->count; i++) {
        if (!has_taint(list->items, added, &old->items[i]))
            list->items[list->count++] = old->items[i];
    }
    list->changed_count = list->count != old->count;
    for (size_t i = 0; i < action->edits; i++) {
        if (action->taints[i].remove && !remove_taint(act, list, &action->taints[i].taint))
            return false;
    }
    return true;
}

bool mn_act_taint(mn_act *act)
{
    g_autoptr(GArray) nodes = mn_act_find(act, false);
    for (guint i = 0; nodes != NULL && i < nodes->len; i++) {
        const mn_node *node = g_array_index(nodes, mn_found, i).node->node;
        taint_list list = {.count = 0};
        if (!check_overwrite(act, node) || !edit_taints(act, node, &list))
            return false;
        mn_node *copy = mn_act_copy_node(act->world, node);
        copy->spec.taints = (mn_taints){.items = list.items, .count = list.count};
        mn_world_put_node(act->world, copy);
        bool modified = (list.changed_count && list.removed) || act->action->overwrite;
        mn_act_say(act,
                   "node/%s %s",
                   copy->meta.name,
                   modified             ? "modified"
                   : list.changed_count ? "tainted"
                                        : "untainted");
    }
    return nodes != NULL;
}

/* ---- cordon */

bool mn_act_set_cordon(mn_act *act, mn_world_node *node, bool unschedulable)
{
    if (node->node->spec.unschedulable == unschedulable)
        return false;
    mn_node *copy = mn_act_copy_node(act->world, node->node);
    copy->spec.unschedulable = unschedulable;
    /* The node lifecycle controller adds the taint that goes with it, and takes it away. */
    const mn_taint taint = {
        .key = "node.kubernetes.io/unschedulable", .value = "", .effect = MN_EFFECT_NO_SCHEDULE};
    const mn_taints *old = &node->node->spec.taints;
    mn_taint *items = MN_ARENA_NEW(act->world->arena, mn_taint, old->count + 1);
    size_t count = 0;
    for (size_t i = 0; i < old->count; i++) {
        if (!is_same_taint(&old->items[i], &taint))
            items[count++] = old->items[i];
    }
    if (unschedulable)
        items[count++] = taint;
    copy->spec.taints = (mn_taints){.items = items, .count = count};
    mn_world_put_node(act->world, copy);
    return true;
}

static bool set_cordons(mn_act *act, bool unschedulable)
{
    g_autoptr(GArray) nodes = mn_act_find(act, false);
    for (guint i = 0; nodes != NULL && i < nodes->len; i++) {
        const mn_found *found = &g_array_index(nodes, mn_found, i);
        bool changed = mn_act_set_cordon(act, found->node, unschedulable);
        mn_act_say(act,
                   "node/%s %s%scordoned",
                   found->node->node->meta.name,
                   changed ? "" : "already ",
                   unschedulable ? "" : "un");
    }
    return nodes != NULL;
}

bool mn_act_cordon(mn_act *act)
{
    return set_cordons(act, true);
}

bool mn_act_uncordon(mn_act *act)
{
    return set_cordons(act, false);
}
