/* SPDX-License-Identifier: Apache-2.0 */
/* scale, set image, rollout restart: another version of a workload. */
#include "simulator/engine/actions/act.h"

#include <inttypes.h>
#include <string.h>

#define RESTARTED_AT "kubectl.kubernetes.io/restartedAt"

static mn_workload *copy_of(const mn_act *act, const mn_found *found)
{
    mn_workload *copy = MN_ARENA_NEW(act->world->arena, mn_workload, 1);
    *copy = *found->workload->object;
    return copy;
}

static bool put(mn_act *act, const mn_workload *object)
{
    return mn_world_put_workload(act->world, object, &act->world->error);
}

/* ---- scale */

bool mn_act_scale(mn_act *act)
{
    const mn_action *action = act->action;
    g_autoptr(GArray) objects = mn_act_find(act, false);
    for (guint i = 0; objects != NULL && i < objects->len; i++) {
        const mn_found *found = &g_array_index(objects, mn_found, i);
        mn_workload *copy = copy_of(act, found);
        int64_t now = copy->spec.replicas.set ? copy->spec.replicas.value : 1;
        if (action->current_replicas >= 0 && now != action->current_replicas)
            return mn_act_fail(act,
                               "error: Expected replicas to be %" PRId64 ", was %" PRId64,
                               action->current_replicas,
                               now);
        copy->spec.replicas = (mn_opt_int){.set = true, .value = action->replicas};
        g_autofree char *text = mn_found_text(found);
        if (!put(act, copy))
            return false;
        mn_act_say(act, "%s scaled", text);
    }
    return objects != NULL;
}

/* ---- set image */

/* How many containers the edit names. */
static size_t set_in(mn_containers *containers, mn_arena *arena, const mn_image_edit *edit,
                     bool *changed)
{
    size_t named = 0;
    mn_container *items = MN_ARENA_NEW(arena, mn_container, containers->count);
    for (size_t i = 0; i < containers->count; i++) {
        items[i] = containers->items[i];
        if (strcmp(edit->container, "*") != 0 && g_strcmp0(items[i].name, edit->container) != 0)
            continue;
        named++;
        *changed = *changed || g_strcmp0(items[i].image, edit->image) != 0;
        items[i].image = edit->image;
    }
    if (containers->items != NULL)
        containers->items = items;
    return named;
}

static bool set_images(mn_act *act, mn_pod_spec *spec, bool *changed)
{
    for (size_t i = 0; i < act->action->edits; i++) {
        const mn_image_edit *edit = &act->action->images[i];
        mn_arena *arena = act->world->arena;
        if (set_in(&spec->init_containers, arena, edit, changed) +
                set_in(&spec->containers, arena, edit, changed) ==
            0)
            return mn_act_fail(
                act, "error: unable to find container named \"%s\"", edit->container);
    }
    return true;
}

bool mn_act_set_image(mn_act *act)
{
    g_autoptr(GArray) objects = mn_act_find(act, false);
    for (guint i = 0; objects != NULL && i < objects->len; i++) {
        const mn_found *found = &g_array_index(objects, mn_found, i);
        mn_workload *copy = copy_of(act, found);
        bool changed = false;
        if (!set_images(act, &copy->spec.template.spec, &changed))
            return false;
        g_autofree char *text = mn_found_text(found);
        if (!changed)
            continue;
        if (!put(act, copy))
            return false;
        mn_act_say(act, "%s image updated", text);
    }
    return objects != NULL;
}

/* ---- rollout restart */

bool mn_act_restart(mn_act *act)
{
    g_autoptr(GArray) objects = mn_act_find(act, false);
    mn_arena *arena = act->world->arena;
    /* kubectl writes the time, to the second; a run has begun at second 0. */
    const char *now = mn_arena_printf(arena, "%" PRId64 "s", act->world->now_ms / 1000);
    for (guint i = 0; objects != NULL && i < objects->len; i++) {
        const mn_found *found = &g_array_index(objects, mn_found, i);
        mn_workload *copy = copy_of(act, found);
        mn_labels *annotations = &copy->spec.template.meta.annotations;
        if (g_strcmp0(mn_labels_find(annotations, RESTARTED_AT), now) == 0)
            return mn_act_fail(act,
                               "error: failed to create patch for %s: if restart has already been "
                               "triggered within the past second, please wait before attempting to "
                               "trigger another",
                               found->meta->name);
        *annotations = mn_act_with_label(arena, annotations, RESTARTED_AT, now);
        g_autofree char *text = mn_found_text(found);
        if (!put(act, copy))
            return false;
        mn_act_say(act, "%s restarted", text);
    }
    return objects != NULL;
}
