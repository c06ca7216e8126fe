/* SPDX-License-Identifier: Apache-2.0 */
/* label, annotate: the same for every kind of object. */
#include "simulator/engine/actions/act.h"

#include <string.h>

mn_labels mn_act_with_label(mn_arena *arena, const mn_labels *labels, const char *key,
                            const char *value)
{
    mn_label *items = MN_ARENA_NEW(arena, mn_label, labels->count + 1);
    size_t count = 0;
    bool placed = value == NULL;
    for (size_t i = 0; i < labels->count; i++) {
        int order = strcmp(labels->items[i].key, key);
        if (!placed && order >= 0) {
            items[count++] = (mn_label){.key = key, .value = value};
            placed = true;
        }
        if (order != 0)
            items[count++] = labels->items[i];
    }
    if (!placed)
        items[count++] = (mn_label){.key = key, .value = value};
    return (mn_labels){.items = items, .count = count};
}

typedef struct label_edit {
    mn_labels labels;
    bool added, removed;
} label_edit;

static bool edit_labels(mn_act *act, const char *what, label_edit *edit)
{
    const mn_action *action = act->action;
    for (size_t i = 0; i < action->edits; i++) {
        const mn_pair_edit *pair = &action->pairs[i];
        const char *old = mn_labels_find(&edit->labels, pair->key);
        if (pair->value != NULL && old != NULL && strcmp(old, pair->value) != 0 &&
            !action->overwrite)
            return mn_act_fail(act,
                               "error: '%s' already has a value (%s), and --overwrite is false",
                               pair->key,
                               old);
        if (pair->value == NULL && old == NULL)
            mn_act_say(act, "%s \"%s\" not found.", what, pair->key);
        edit->added = edit->added || (pair->value != NULL && g_strcmp0(old, pair->value) != 0);
        edit->removed = edit->removed || (pair->value == NULL && old != NULL);
        edit->labels = mn_act_with_label(act->world->arena, &edit->labels, pair->key, pair->value);
    }
    return true;
}

/* A copy of the object with other metadata is put in its place. */
static bool put(mn_act *act, const mn_found *found, const mn_meta *meta)
{
    mn_world *world = act->world;
    if (found->node != NULL) {
        mn_node *copy = mn_act_copy_node(world, found->node->node);
        copy->meta = *meta;
        mn_world_put_node(world, copy);
    } else if (found->pod != NULL) {
        mn_pod copy = *found->pod->pod;
        copy.meta = *meta;
        mn_world_update_pod(world, found->pod, &copy);
    } else if (found->workload != NULL) {
        mn_workload *copy = MN_ARENA_NEW(world->arena, mn_workload, 1);
        *copy = *found->workload->object;
        copy->meta = *meta;
        return mn_world_put_workload(world, copy, &world->error);
    } else {
        mn_namespace *copy = MN_ARENA_NEW(world->arena, mn_namespace, 1);
        copy->meta = *meta;
        mn_world_put_namespace(world, copy);
    }
    return true;
}

static const char *word_of(const label_edit *edit, bool labels)
{
    if (!edit->added && !edit->removed)
        return labels ? "not labeled" : "not annotated";
    if (edit->added && edit->removed)
        return labels ? "modified" : "annotated";
    if (!labels)
        return "annotated";
    return edit->added ? "labeled" : "unlabeled";
}

static bool edit_all(mn_act *act, bool labels)
{
    g_autoptr(GArray) objects = mn_act_find(act, false);
    for (guint i = 0; objects != NULL && i < objects->len; i++) {
        const mn_found *found = &g_array_index(objects, mn_found, i);
        g_autofree char *text = mn_found_text(found);
        label_edit edit = {.labels = labels ? found->meta->labels : found->meta->annotations};
        if (!edit_labels(act, labels ? "label" : "annotation", &edit))
            return false;
        mn_meta meta = *found->meta;
        *(labels ? &meta.labels : &meta.annotations) = edit.labels;
        if ((edit.added || edit.removed) && !put(act, found, &meta))
            return false;
        mn_act_say(act, "%s %s", text, word_of(&edit, labels));
    }
    return objects != NULL;
}

bool mn_act_label(mn_act *act)
{
    return edit_all(act, true);
}

bool mn_act_annotate(mn_act *act)
{
    return edit_all(act, false);
}
