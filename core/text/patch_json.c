/* SPDX-License-Identifier: Apache-2.0 */
/* JSON patches: RFC 6902, with the pointers of RFC 6901.
 *
 * Each operation builds the maps and lists on its path anew. null is absent, as everywhere:
 * `test` against null holds where nothing is.
 */
#include "core/text/patch_parts.h"

#include <string.h>

typedef struct pointer {
    const char *tokens[MN_PATCH_MAX_DEPTH];
    size_t count;
    char *buffer;
} pointer;

typedef struct edit {
    enum { ADD, REPLACE, REMOVE } what;
    const json_t *value;
    const char *fault; /* out: why it could not be done */
} edit;

/* ---- pointers */

static void pointer_clear(pointer *p)
{
    g_free(p->buffer);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(pointer, pointer_clear)

/* ~1 is a slash, ~0 a tilde; in place, since a token only gets shorter. */
static bool unescape(char *token)
{
    char *to = token;
    for (const char *from = token; *from != '\0'; from++) {
        if (*from != '~') {
            *to++ = *from;
            continue;
        }
        from++;
        if (*from != '0' && *from != '1')
            return false;
        *to++ = *from == '0' ? '~' : '/';
    }
    *to = '\0';
    return true;
}

static bool read_pointer(const mn_at *at, pointer *out, GError **error)
{
    const char *text = NULL;
    if (!mn_read_string(at, &text, error))
        return false;
    if (text == NULL)
        return mn_at_error(
            at->parent, MN_ERROR_SCHEMA, error, "required field \"%s\" is missing", at->key);
    if (*text != '\0' && *text != '/')
        return mn_at_error(at,
                           MN_ERROR_SCHEMA,
                           error,
                           "expected a path such as /spec/replicas, found \"%.60s\"",
                           text);
    out->buffer = g_strdup(text);
    for (char *next = *text == '\0' ? NULL : out->buffer; next != NULL;) {
        char *token = next + 1;
        next = strchr(token, '/');
        if (next != NULL)
            *next = '\0';
        if (out->count == MN_PATCH_MAX_DEPTH)
            return mn_at_error(at, MN_ERROR_LIMIT, error, "more than %d steps", MN_PATCH_MAX_DEPTH);
        if (!unescape(token))
            return mn_at_error(
                at, MN_ERROR_SCHEMA, error, "only ~0 (a tilde) and ~1 (a slash) follow a tilde");
        out->tokens[out->count++] = token;
    }
    return true;
}

/* A place in a list of `count`; false when it is no number, or beyond `last`. */
static bool read_index(const char *token, size_t last, size_t *out)
{
    size_t digits = strspn(token, "0123456789");
    if (digits == 0 || digits > 9 || token[digits] != '\0' || (digits > 1 && *token == '0'))
        return false;
    *out = (size_t)g_ascii_strtoull(token, NULL, 10);
    return *out <= last;
}

static const json_t *child_of(const json_t *node, const char *token)
{
    mn_at at = mn_at_tree(node);
    size_t index, count = mn_at_count(&at);
    if (json_is_object(node))
        return mn_at_member(&at, token).value;
    if (!json_is_array(node) || count == 0 || !read_index(token, count - 1, &index))
        return NULL;
    return mn_at_element(&at, index).value;
}

static const json_t *find(const json_t *root, const pointer *p)
{
    for (size_t i = 0; i < p->count && root != NULL; i++)
        root = child_of(root, p->tokens[i]);
    return root;
}

/* ---- edits */

static json_t *copy_of_map(const json_t *node)
{
    mn_at at = mn_at_tree(node), member;
    json_t *out = json_object();
    for (mn_members m = mn_members_of(&at); mn_members_next(&m, &member);)
        json_object_set_new_nocheck(out, member.key, mn_patch_share(member.value));
    return out;
}

static json_t *copy_of_list(const json_t *node)
{
    mn_at at = mn_at_tree(node);
    json_t *out = json_array();
    for (size_t i = 0; i < mn_at_count(&at); i++)
        json_array_append_new(out, mn_patch_share(mn_at_element(&at, i).value));
    return out;
}

static json_t *edit_map(const json_t *node, const char *token, edit *e)
{
    if (e->what != ADD && child_of(node, token) == NULL) {
        e->fault = "there is no such member";
        return NULL;
    }
    json_t *out = copy_of_map(node);
    if (e->what == REMOVE)
        json_object_del(out, token);
    else
        json_object_set_new_nocheck(out, token, mn_patch_share(e->value));
    return out;
}

static json_t *edit_list(const json_t *node, const char *token, edit *e)
{
    mn_at at = mn_at_tree(node);
    size_t count = mn_at_count(&at), index = count;
    bool at_end = e->what == ADD && strcmp(token, "-") == 0;
    if (!at_end && ((e->what != ADD && count == 0) ||
                    !read_index(token, e->what == ADD ? count : count - 1, &index))) {
        e->fault = "the list has no such element";
        return NULL;
    }
    json_t *out = copy_of_list(node);
    switch (e->what) {
    case ADD:
        json_array_insert_new(out, index, mn_patch_share(e->value));
        break;
    case REPLACE:
        json_array_set_new(out, index, mn_patch_share(e->value));
        break;
    case REMOVE:
        json_array_remove(out, index);
        break;
    }
    return out;
}

/* The tree with that change in it; NULL with e->fault.
 * NOLINTNEXTLINE(misc-no-recursion): as deep as a pointer may be */
static json_t *edited(const json_t *node, const char *const *tokens, size_t count, edit *e)
{
    if (count == 0)
        return mn_patch_share(e->what == REMOVE ? NULL : e->value);
    if (!json_is_object(node) && !json_is_array(node)) {
        e->fault = "there is nothing of that name";
        return NULL;
    }
    if (count == 1)
        return json_is_object(node) ? edit_map(node, tokens[0], e) : edit_list(node, tokens[0], e);
    const json_t *child = child_of(node, tokens[0]);
    if (child == NULL) {
        e->fault = "there is nothing of that name on its way";
        return NULL;
    }
    json_t *inside = edited(child, tokens + 1, count - 1, e);
    if (inside == NULL)
        return NULL;
    edit set = {.what = REPLACE, .value = inside};
    json_t *out =
        json_is_object(node) ? edit_map(node, tokens[0], &set) : edit_list(node, tokens[0], &set);
    json_decref(inside);
    return out;
}

/* ---- operations */

typedef enum operation { OP_ADD, OP_COPY, OP_MOVE, OP_REMOVE, OP_REPLACE, OP_TEST } operation;

/* In the order of the enumeration. */
static const struct {
    const char *name;
    bool from, value;
} operations[] = {
    {.name = "add", .value = true},
    {.name = "copy", .from = true},
    {.name = "move", .from = true},
    {.name = "remove"},
    {.name = "replace", .value = true},
    {.name = "test", .value = true},
};

typedef struct json_patch {
    json_t *root;
    size_t copied; /* values */
} json_patch;

static bool read_operation(const mn_at *at, operation *out, GError **error)
{
    const char *text = "";
    const char *names[G_N_ELEMENTS(operations)];
    mn_at op = mn_at_member(at, "op");
    if (!mn_read_string(&op, &text, error))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(operations); i++) {
        names[i] = operations[i].name;
        if (strcmp(text, names[i]) == 0) {
            *out = (operation)i;
            return true;
        }
    }
    const char *near = mn_nearest(text, names, G_N_ELEMENTS(names));
    return mn_at_error(mn_at_is_there(&op) ? &op : at,
                       MN_ERROR_SCHEMA,
                       error,
                       "expected \"op\" to be add, remove, replace, move, copy or test, found "
                       "\"%.60s\"%s%s%s",
                       text,
                       near == NULL ? "" : " (did you mean \"",
                       near == NULL ? "" : near,
                       near == NULL ? "" : "\"?)");
}

static bool has_member(const mn_at *at, const char *key)
{
    mn_at member;
    for (mn_members m = mn_members_of(at); mn_members_next(&m, &member);) {
        if (strcmp(member.key, key) == 0)
            return true;
    }
    return false;
}

/* Levels and values of a tree, no further than the limits.
 * NOLINTNEXTLINE(misc-no-recursion): stops at the limit of depth */
static size_t depth_of(const json_t *value, size_t *values)
{
    mn_at at = mn_at_tree(value), child;
    size_t deepest = 0;
    if (++*values > MN_PATCH_MAX_COPIED || (!json_is_object(value) && !json_is_array(value)))
        return 1;
    for (size_t i = 0; json_is_array(value) && i < mn_at_count(&at); i++) {
        child = mn_at_element(&at, i);
        deepest = MAX(deepest, depth_of(child.value, values));
    }
    if (json_is_object(value)) {
        for (mn_members m = mn_members_of(&at); mn_members_next(&m, &child);)
            deepest = MAX(deepest, depth_of(child.value, values));
    }
    return deepest + 1;
}

static bool change(json_patch *patch, const mn_at *at, const pointer *path, edit e, GError **error)
{
    size_t values = 0;
    mn_at place = mn_at_member(at, "path");
    if (e.what != REMOVE && path->count + depth_of(e.value, &values) > MN_PATCH_MAX_DEPTH)
        return mn_at_error(
            at, MN_ERROR_LIMIT, error, "nested deeper than %d levels", MN_PATCH_MAX_DEPTH);
    json_t *next = edited(patch->root, path->tokens, path->count, &e);
    if (next == NULL)
        return mn_at_error(&place, MN_ERROR_SCHEMA, error, "%s", e.fault);
    json_decref(patch->root);
    patch->root = next;
    return true;
}

/* Is `inside` below `outside`? Nothing moves into itself. */
static bool is_below(const pointer *inside, const pointer *outside)
{
    for (size_t i = 0; i < outside->count; i++) {
        if (i >= inside->count || strcmp(inside->tokens[i], outside->tokens[i]) != 0)
            return false;
    }
    return inside->count > outside->count;
}

static bool copy_or_move(json_patch *patch, const mn_at *at, operation op, const pointer *path,
                         GError **error)
{
    g_auto(pointer) from = {.count = 0};
    mn_at from_at = mn_at_member(at, "from");
    if (!read_pointer(&from_at, &from, error))
        return false;
    g_autoptr(json_t) value = mn_patch_share(find(patch->root, &from));
    if (json_is_null(value))
        return mn_at_error(&from_at, MN_ERROR_SCHEMA, error, "there is nothing of that name");
    if (op == OP_MOVE)
        return is_below(path, &from)
                   ? mn_at_error(at, MN_ERROR_SCHEMA, error, "nothing moves into itself")
                   : change(patch, at, &from, (edit){.what = REMOVE}, error) &&
                         change(patch, at, path, (edit){.what = ADD, .value = value}, error);
    (void)depth_of(value, &patch->copied);
    if (patch->copied > MN_PATCH_MAX_COPIED)
        return mn_at_error(
            at, MN_ERROR_LIMIT, error, "copies more than %d values", MN_PATCH_MAX_COPIED);
    return change(patch, at, path, (edit){.what = ADD, .value = value}, error);
}

static bool test(const json_patch *patch, const mn_at *at, const pointer *path, GError **error)
{
    mn_at place = mn_at_member(at, "path"), wanted = mn_at_member(at, "value");
    const json_t *found = find(patch->root, path);
    if (found == NULL || wanted.value == NULL)
        return found == wanted.value ||
               mn_at_error(&place,
                           MN_ERROR_SCHEMA,
                           error,
                           "the test failed: %s",
                           found == NULL ? "there is nothing of that name" : "it is not null");
    return json_equal(found, wanted.value) ||
           mn_at_error(&place, MN_ERROR_SCHEMA, error, "the test failed: it has another value");
}

static bool operate(json_patch *patch, const mn_at *at, GError **error)
{
    operation op = OP_ADD;
    g_auto(pointer) path = {.count = 0};
    mn_at path_at = mn_at_member(at, "path"), value = mn_at_member(at, "value");
    if (!json_is_object(at->value))
        return mn_at_expected(
            at, "an operation such as {op: replace, path: /spec/replicas, value: 3}", error);
    if (!read_operation(at, &op, error) || !read_pointer(&path_at, &path, error))
        return false;
    if (operations[op].value && !has_member(at, "value"))
        return mn_at_error(at, MN_ERROR_SCHEMA, error, "required field \"value\" is missing");
    switch (op) {
    case OP_ADD:
        return change(patch, at, &path, (edit){.what = ADD, .value = value.value}, error);
    case OP_REPLACE:
        return change(patch, at, &path, (edit){.what = REPLACE, .value = value.value}, error);
    case OP_REMOVE:
        return change(patch, at, &path, (edit){.what = REMOVE}, error);
    case OP_COPY:
    case OP_MOVE:
        return copy_or_move(patch, at, op, &path, error);
    case OP_TEST:
        break;
    }
    return test(patch, at, &path, error);
}

json_t *mn_patch_json(const json_t *target, const mn_at *patch, GError **error)
{
    size_t count = mn_at_count(patch);
    if (!json_is_array(patch->value)) {
        mn_at_expected(patch, "a list of operations", error);
        return NULL;
    }
    if (count > MN_PATCH_MAX_OPERATIONS) {
        mn_at_error(
            patch, MN_ERROR_LIMIT, error, "more than %d operations", MN_PATCH_MAX_OPERATIONS);
        return NULL;
    }
    json_patch state = {.root = mn_patch_share(target)};
    for (size_t i = 0; i < count; i++) {
        mn_at at = mn_at_element(patch, i);
        if (!operate(&state, &at, error)) {
            json_decref(state.root);
            return NULL;
        }
    }
    return state.root;
}
