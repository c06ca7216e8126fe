/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/strategy/patching.h"

#include "core/text/json_ref.h"
#include "mullion/text/patch.h"

#include <string.h>

enum { MAX_DEPTH = 256 };

/* Where lists that grow may stand. */
static const struct growing {
    const char *outer, *list;
} growing[] = {
    {"spec", "taints"},
    {"spec", "tolerations"},
    {"scheduling", "tolerations"},
};

static bool holds(const mn_at *list, const json_t *value)
{
    for (size_t i = 0; i < mn_at_count(list); i++) {
        mn_at element = mn_at_element(list, i);
        if (json_equal(element.value, value))
            return true;
    }
    return false;
}

/* Trees count references, which is all that is written to. */
static void append_shared(json_t *list, const mn_at *element)
{
    json_array_append(list, (json_t *)(uintptr_t)element->value);
}

static json_t *joined(const mn_at *first, const mn_at *second)
{
    json_t *list = json_array();
    for (size_t i = 0; i < mn_at_count(first); i++) {
        mn_at element = mn_at_element(first, i);
        append_shared(list, &element);
    }
    for (size_t i = 0; i < mn_at_count(second); i++) {
        mn_at element = mn_at_element(second, i);
        if (!holds(first, element.value))
            append_shared(list, &element);
    }
    return list;
}

/* The patch with `outer.list` as what the object has there and what the patch brings. */
static json_t *grown(const json_t *object, json_t *patch, const struct growing *g)
{
    mn_at old_root = mn_at_tree(object), new_root = mn_at_tree(patch);
    mn_at old_outer = mn_at_member(&old_root, g->outer);
    mn_at new_outer = mn_at_member(&new_root, g->outer);
    mn_at old_list = mn_at_member(&old_outer, g->list);
    mn_at new_list = mn_at_member(&new_outer, g->list);
    if (!mn_read_is_array(&old_list, NULL) || !mn_read_is_array(&new_list, NULL) ||
        !mn_at_is_there(&old_list) || !mn_at_is_there(&new_list))
        return json_incref(patch);
    json_t *root = json_copy(patch);
    json_t *outer = json_copy((json_t *)(uintptr_t)new_outer.value);
    json_object_set_new_nocheck(outer, g->list, joined(&old_list, &new_list));
    json_object_set_new_nocheck(root, g->outer, outer);
    return root;
}

static bool explain(const mn_patching *how, GError **error)
{
    g_prefix_error(error, "%s: %s: %s: ", how->strategy, how->field, how->subject);
    return false;
}

static json_t *patched(const mn_patching *how, const json_t *object, const char *text, bool below,
                       GError **error)
{
    g_autoptr(json_t) patch = mn_document_load_json(text, strlen(text), MAX_DEPTH, error);
    if (patch == NULL)
        return NULL;
    for (size_t i = 0; !below && i < G_N_ELEMENTS(growing); i++) {
        json_t *wider = grown(object, patch, &growing[i]);
        json_decref(patch);
        patch = wider;
    }
    mn_at above = mn_at_tree(below ? object : patch);
    return mn_patch_apply(MN_PATCH_STRATEGIC, how->kind, below ? patch : object, &above, error);
}

static char *text_of(const json_t *tree)
{
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_json_tree(&json, tree);
    return mn_json_writer_steal(&json, NULL);
}

static char *encoded(const mn_shape *shape, const void *object)
{
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_encode(&json, shape, object);
    return mn_json_writer_steal(&json, NULL);
}

const void *mn_patching_apply(const mn_patching *how, const void *object, const char *patch,
                              bool below, GError **error)
{
    g_autofree char *before = encoded(how->shape, object);
    g_autoptr(json_t) tree = mn_document_load_json(before, strlen(before), MAX_DEPTH, error);
    g_autoptr(json_t) result = tree == NULL ? NULL : patched(how, tree, patch, below, error);
    void *copy = mn_arena_alloc(how->arena, 1, how->shape->size);
    mn_at at = mn_at_tree(result);
    if (result == NULL || !mn_decode(how->arena, how->shape, &at, copy, error)) {
        explain(how, error);
        return NULL;
    }
    g_autofree char *after = encoded(how->shape, copy);
    return strcmp(before, after) == 0 ? object : copy;
}

char *mn_patching_text(const mn_patching *how, const char *object, const char *patch,
                       GError **error)
{
    g_autoptr(json_t) tree = mn_document_load_json(object, strlen(object), MAX_DEPTH, error);
    g_autoptr(json_t) result = tree == NULL ? NULL : patched(how, tree, patch, false, error);
    if (result == NULL) {
        explain(how, error);
        return NULL;
    }
    return text_of(result);
}
