/* SPDX-License-Identifier: Apache-2.0 */
/* From the table of verbs to what they do, when their time has come. */
#include "simulator/engine/actions/actions.h"

#include "simulator/engine/actions/act.h"
#include "simulator/scenario/duration.h"

/* By mn_verb. */
static bool (*const verbs[])(mn_act *act) = {
    [MN_VERB_ANNOTATE] = mn_act_annotate,
    [MN_VERB_APPLY] = mn_act_apply,
    [MN_VERB_CORDON] = mn_act_cordon,
    [MN_VERB_CREATE] = mn_act_create,
    [MN_VERB_DELETE] = mn_act_delete,
    [MN_VERB_DRAIN] = mn_act_drain,
    [MN_VERB_LABEL] = mn_act_label,
    [MN_VERB_PATCH] = mn_act_patch,
    [MN_VERB_ROLLOUT_RESTART] = mn_act_restart,
    [MN_VERB_SCALE] = mn_act_scale,
    [MN_VERB_SET_IMAGE] = mn_act_set_image,
    [MN_VERB_TAINT] = mn_act_taint,
    [MN_VERB_UNCORDON] = mn_act_uncordon,
    [MN_VERB_NODE_FAIL] = mn_act_fail_node,
    [MN_VERB_NODE_RETURN] = mn_act_return_node,
    [MN_VERB_POOL_RESIZE] = mn_act_resize,
    [MN_VERB_POOL_BUILD] = mn_act_build,
};

/* ---- what is said */

static void keep(mn_act *act, const char *text)
{
    const mn_record_action line = {
        .time_ms = act->world->now_ms,
        .file = act->action->file,
        .line = act->action->line,
        .command = act->action->text,
        .text = text,
    };
    g_array_append_val(act->actions->said, line);
}

void mn_act_say(mn_act *act, const char *format, ...)
{
    va_list args;
    if (++act->lines > MN_ACT_MAX_LINES)
        return;
    if (act->lines == MN_ACT_MAX_LINES) {
        keep(act, "... and more");
        return;
    }
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    keep(act, mn_arena_strdup(act->world->arena, text));
}

bool mn_act_fail(mn_act *act, const char *format, ...)
{
    const mn_action *action = act->action;
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *time = mn_duration_format(act->world->now_ms);
    if (act->world->error == NULL)
        g_set_error(&act->world->error,
                    MN_ERROR,
                    MN_ERROR_SCHEMA,
                    "%s:%zu:%zu: at %s: %s: %s",
                    action->file,
                    action->line,
                    action->column,
                    time,
                    action->text,
                    text);
    return false;
}

void mn_act_later(mn_act *act, int64_t delay_ms, bool background, mn_alarm_fn ring, void *data)
{
    const mn_alarm alarm = {
        .time_ms = act->world->now_ms + delay_ms,
        .phase = MN_PHASE_USER,
        .background = background,
        .ring = ring,
        .data = data,
    };
    mn_clock_set(act->world->clock, &alarm);
}

/* ---- when */

static void ring(void *context, void *data)
{
    mn_act *act = data;
    (void)context;
    (void)verbs[act->action->verb](act);
}

mn_actions *mn_actions_new(mn_world *world)
{
    mn_actions *actions = g_new0(mn_actions, 1);
    *actions = (mn_actions){
        .world = world,
        .said = g_array_new(FALSE, FALSE, sizeof(mn_record_action)),
        .acts = g_ptr_array_new_with_free_func(g_free),
        .drains = g_ptr_array_new_with_free_func(mn_act_free_drain),
        .rebuilds = g_ptr_array_new_with_free_func(g_free),
    };
    const mn_timeline *timeline = &world->scenario->timeline;
    for (size_t i = 0; i < timeline->count; i++) {
        mn_act *act = g_new0(mn_act, 1);
        *act = (mn_act){.actions = actions, .world = world, .action = &timeline->items[i]};
        g_ptr_array_add(actions->acts, act);
        mn_act_later(act, act->action->at_ms, false, ring, act);
        world->last_entry_ms = MAX(world->last_entry_ms, act->action->at_ms);
    }
    return actions;
}

void mn_actions_free(mn_actions *actions)
{
    if (actions == NULL)
        return;
    g_array_unref(actions->said);
    g_ptr_array_unref(actions->drains);
    g_ptr_array_unref(actions->rebuilds);
    g_ptr_array_unref(actions->acts);
    g_free(actions);
}

const mn_record_action *mn_actions_said(const mn_actions *actions, size_t *count)
{
    *count = actions->said->len;
    return (const mn_record_action *)(gconstpointer)actions->said->data;
}
