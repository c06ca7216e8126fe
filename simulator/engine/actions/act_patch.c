/* SPDX-License-Identifier: Apache-2.0 */
/* patch: struct to tree, patch, tree to struct.
 *
 * What the structs do not keep (environment variables, say) is no business of a scheduler, but a
 * Pod template that differs in it rolls out all the same: such a template gets an annotation with
 * what was lost in it.
 */
#include "core/text/json_ref.h"
#include "simulator/engine/actions/act.h"

#include <string.h>

enum { MAX_DEPTH = 256 };

#define PATCHED "mullion.dev/patched-with"

static json_t *tree_of(const mn_found *object)
{
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    if (object->node != NULL)
        mn_encode(&json, &mn_node_shape, object->node->node);
    else if (object->pod != NULL)
        mn_encode(&json, &mn_pod_shape, object->pod->pod);
    else if (object->workload != NULL)
        mn_workload_encode(&json, object->workload->object);
    else
        mn_encode(&json, &mn_runtime_class_shape, object->other);
    mn_str text = mn_json_writer_text(&json);
    return mn_document_load_json(text.ptr, text.len, MAX_DEPTH, NULL);
}

/* The text in the scenario is the place; a path tells where in the patch. */
static bool refuse(mn_act *act, const mn_found *object, GError *cause)
{
    mn_act_fail(act,
                "The %s \"%s\" is invalid: %s",
                mn_kind_name(object->kind),
                object->meta->name,
                cause->message);
    g_error_free(cause);
    return false;
}

/* ---- what the structs lose */

static const json_t *template_of(const mn_at *root)
{
    mn_at spec = mn_at_member(root, "spec"), job = mn_at_member(&spec, "jobTemplate");
    mn_at job_spec = mn_at_member(&job, "spec");
    return mn_at_member(mn_at_is_there(&job) ? &job_spec : &spec, "template").value;
}

/* Marks the template when the patch says something there that the struct has no member for. */
static void mark_lost(const mn_act *act, mn_workload *patched, const json_t *before,
                      const json_t *after)
{
    mn_at old_root = mn_at_tree(before), new_root = mn_at_tree(after);
    const json_t *old = template_of(&old_root), *new = template_of(&new_root);
    const mn_found found = {
        .workload = &(mn_world_workload){.object = patched},
    };
    g_autoptr(json_t) kept = tree_of(&found);
    mn_at kept_root = mn_at_tree(kept);
    mn_labels *annotations = &patched->spec.template.meta.annotations;
    if (old == NULL || new == NULL || json_equal(old, new) ||
        json_equal(template_of(&kept_root), new))
        return;
    *annotations = mn_act_with_label(act->world->arena, annotations, PATCHED, act->action->patch);
}

/* ---- back into the world */

static bool put_workload(mn_act *act, const mn_found *old, const json_t *before,
                         const json_t *after)
{
    GError *cause = NULL;
    mn_at at = mn_at_tree(after);
    const mn_workload *object = old->workload->object;
    const mn_workload *decoded = mn_workload_decode(act->world->arena, object->kind, &at, &cause);
    if (decoded == NULL)
        return refuse(act, old, cause);
    mn_workload *patched = MN_ARENA_NEW(act->world->arena, mn_workload, 1);
    *patched = *decoded;
    patched->meta.origin = object->meta.origin;
    if (g_strcmp0(patched->meta.name, object->meta.name) != 0)
        return mn_act_fail(act,
                           "Error from server (BadRequest): the name of the object (%s) does not "
                           "match the name on the URL (%s)",
                           patched->meta.name,
                           object->meta.name);
    mark_lost(act, patched, before, after);
    return mn_world_put_workload(act->world, patched, &act->world->error);
}

static bool put_node(mn_act *act, const mn_found *old, const json_t *after)
{
    GError *cause = NULL;
    mn_at at = mn_at_tree(after);
    const mn_node *node = mn_node_decode(act->world->arena, &at, &cause);
    if (node == NULL)
        return refuse(act, old, cause);
    if (strcmp(node->meta.name, old->meta->name) != 0)
        return mn_act_fail(act,
                           "Error from server (BadRequest): the name of the object (%s) does not "
                           "match the name on the URL (%s)",
                           node->meta.name,
                           old->meta->name);
    mn_world_put_node(act->world, node);
    return true;
}

static bool put_pod(mn_act *act, const mn_found *old, const json_t *after)
{
    GError *cause = NULL;
    mn_at at = mn_at_tree(after);
    const mn_pod *pod = mn_pod_decode(act->world->arena, &at, &cause);
    if (pod == NULL)
        return refuse(act, old, cause);
    mn_world_update_pod(act->world, old->pod, pod);
    return true;
}

static bool put_class(mn_act *act, const mn_found *old, const json_t *after)
{
    GError *cause = NULL;
    mn_at at = mn_at_tree(after);
    mn_runtime_class *class_ = MN_ARENA_NEW(act->world->arena, mn_runtime_class, 1);
    if (!mn_decode(act->world->arena, &mn_runtime_class_shape, &at, class_, &cause))
        return refuse(act, old, cause);
    mn_world_put_runtime_class(act->world, class_);
    return true;
}

static bool put(mn_act *act, const mn_found *old, const json_t *before, const json_t *after)
{
    if (old->node != NULL)
        return put_node(act, old, after);
    if (old->pod != NULL)
        return put_pod(act, old, after);
    return old->workload != NULL ? put_workload(act, old, before, after)
                                 : put_class(act, old, after);
}

bool mn_act_patch(mn_act *act)
{
    const mn_action *action = act->action;
    g_autoptr(GArray) objects = mn_act_find(act, false);
    if (objects == NULL)
        return false;
    const mn_found *old = &g_array_index(objects, mn_found, 0);
    GError *cause = NULL;
    g_autoptr(json_t) patch =
        mn_document_load_json(action->patch, strlen(action->patch), MAX_DEPTH, NULL);
    g_autoptr(json_t) before = tree_of(old);
    mn_at at = mn_at_tree(patch);
    g_autoptr(json_t) after =
        mn_patch_apply(action->patch_type, mn_kind_name(old->kind), before, &at, &cause);
    if (after == NULL)
        return refuse(act, old, cause);
    g_autofree char *text = mn_found_text(old);
    bool same = json_equal(before, after);
    if (!same && !put(act, old, before, after))
        return false;
    mn_act_say(act, "%s patched%s", text, same ? " (no change)" : "");
    return true;
}
