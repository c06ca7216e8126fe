/* SPDX-License-Identifier: Apache-2.0 */
/* Strategic merge patches, as apimachinery's strategicpatch applies them.
 *
 * Where it surprises: an element that is new to a merged list comes before those that only the
 * target has, unless the patch names one of them; `$patch: delete` on a map leaves an empty map,
 * in a list it removes the element; a null removes. `$setElementOrder` is passed over: it comes
 * from tools, and what they order we do not depend on.
 */
#include "core/text/patch_parts.h"

#include <string.h>

#define DIRECTIVE     "$patch"
#define RETAIN_KEYS   "$retainKeys"
#define ELEMENT_ORDER "$setElementOrder/"
#define DELETE_FROM   "$deleteFromPrimitiveList/"

typedef enum strategy { MERGE, REPLACE } strategy;

typedef struct field_rule {
    const char *owner, *field;
    const char *type; /* the owner of what is inside; "": nothing is known of it */
    strategy strategy;
    const char *key; /* NULL: a map, or a list of plain values */
} field_rule;

static const field_rule rules[] = {
#define FIELD(owner_, field_, type_, strategy_, key_) \
    {.owner = (owner_), .field = (field_), .type = (type_), .strategy = (strategy_), .key = (key_)},
#include "core/text/patch_fields.def"
#undef FIELD
};

/* What the table says; NULL: a map is merged, a list replaced. */
static const field_rule *find_rule(const char *owner, const char *field)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
        if (strcmp(rules[i].field, field) == 0 &&
            (strcmp(rules[i].owner, owner) == 0 || strcmp(rules[i].owner, "*") == 0))
            return &rules[i];
    }
    return NULL;
}

static bool is_directive(const char *key)
{
    return strcmp(key, DIRECTIVE) == 0 || strcmp(key, RETAIN_KEYS) == 0 ||
           g_str_has_prefix(key, ELEMENT_ORDER) || g_str_has_prefix(key, DELETE_FROM);
}

/* What the patch brings where nothing is: without nulls and directives. NULL: a directive was all
 * that it was.
 * NOLINTNEXTLINE(misc-no-recursion): as deep as a document may be */
static json_t *plain(const mn_at *patch, bool top)
{
    mn_at child = mn_at_member(patch, DIRECTIVE);
    if (mn_at_is_there(&child) && !top)
        return NULL;
    if (json_is_array(patch->value)) {
        json_t *out = json_array();
        for (size_t i = 0; i < mn_at_count(patch); i++) {
            child = mn_at_element(patch, i);
            json_t *value = plain(&child, false);
            if (value != NULL)
                json_array_append_new(out, value);
        }
        return out;
    }
    if (!json_is_object(patch->value))
        return mn_patch_share(patch->value);
    json_t *out = json_object();
    for (mn_members m = mn_members_of(patch); mn_members_next(&m, &child);) {
        json_t *value =
            is_directive(child.key) || !mn_at_is_there(&child) ? NULL : plain(&child, false);
        if (value != NULL)
            json_object_set_new_nocheck(out, child.key, value);
    }
    return out;
}

/* ---- lists */

typedef struct element {
    json_t *value;
    const json_t *key; /* of its merge key, or the value itself where there is none */
    size_t place;      /* in the target; SIZE_MAX: it is new */
    bool gone;         /* removed, or taken up by the patch */
} element;

typedef struct list_merge {
    const field_rule *rule;
    GArray *old;     /* element: what the target has */
    GArray *patched; /* element: what the patch names, in its order */
} list_merge;

static const json_t *key_of(const field_rule *rule, const mn_at *at)
{
    return rule->key == NULL ? at->value : mn_at_member(at, rule->key).value;
}

static element *find_element(GArray *elements, const json_t *key)
{
    for (guint i = 0; i < elements->len; i++) {
        element *e = &g_array_index(elements, element, i);
        if (e->key != NULL && json_equal(e->key, key))
            return e;
    }
    return NULL;
}

static json_t *merge_map(const char *type, const mn_at *target, const mn_at *patch, GError **error);

/* `$patch: delete` and `$patch: replace` among the elements. */
static bool take_directive(list_merge *merge, const mn_at *directive, const json_t *key,
                           GError **error)
{
    const char *word = "";
    if (!mn_read_string(directive, &word, error))
        return false;
    bool deletes = strcmp(word, "delete") == 0;
    if (!deletes && strcmp(word, "replace") != 0)
        return mn_at_error(directive,
                           MN_ERROR_SCHEMA,
                           error,
                           "expected \"delete\" or \"replace\" in a list, found \"%.60s\"",
                           word);
    if (deletes && key == NULL)
        return mn_at_error(directive->parent,
                           MN_ERROR_SCHEMA,
                           error,
                           "which element to delete? \"%s\" is missing",
                           merge->rule->key == NULL ? "value" : merge->rule->key);
    for (guint i = 0; i < merge->old->len; i++) {
        element *e = &g_array_index(merge->old, element, i);
        e->gone = e->gone || !deletes || (e->key != NULL && json_equal(e->key, key));
    }
    return true;
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as a document may be */
static bool take_element(list_merge *merge, const mn_at *at, GError **error)
{
    const json_t *key = key_of(merge->rule, at);
    if (key == NULL)
        return mn_at_error(
            at,
            MN_ERROR_SCHEMA,
            error,
            "required field \"%s\" is missing: it tells which element of the list is meant",
            merge->rule->key == NULL ? "value" : merge->rule->key);
    element *old = find_element(merge->patched, key);
    if (old == NULL) {
        element found = {.value = NULL, .key = key, .place = SIZE_MAX};
        element *there = find_element(merge->old, key);
        if (there != NULL && !there->gone) {
            found.value = json_incref(there->value);
            found.place = there->place;
            there->gone = true;
        }
        g_array_append_val(merge->patched, found);
        old = &g_array_index(merge->patched, element, merge->patched->len - 1);
    }
    g_autoptr(json_t) before = g_steal_pointer(&old->value);
    mn_at target = mn_at_tree(before);
    old->value = json_is_object(before) && json_is_object(at->value)
                     ? merge_map(merge->rule->type, &target, at, error)
                     : plain(at, true);
    return old->value != NULL;
}

static void read_old(list_merge *merge, const mn_at *target)
{
    for (size_t i = 0; i < mn_at_count(target); i++) {
        mn_at at = mn_at_element(target, i);
        element e = {
            .value = mn_patch_share(at.value), .key = key_of(merge->rule, &at), .place = i};
        g_array_append_val(merge->old, e);
    }
}

/* Those of the target alone, up to a place in it. */
static guint append_old(json_t *out, const GArray *old, guint from, size_t end)
{
    for (; from < old->len && from < end; from++) {
        const element *e = &g_array_index(old, element, from);
        if (!e->gone)
            json_array_append(out, e->value);
    }
    return from;
}

/* Those of the patch in its order, those of the target alone in theirs; between the two the
 * target's order counts where it knows both, else the patch comes first. */
static json_t *in_order(const list_merge *merge)
{
    json_t *out = json_array();
    guint next = 0;
    for (guint i = 0; i < merge->patched->len; i++) {
        const element *e = &g_array_index(merge->patched, element, i);
        if (e->place != SIZE_MAX)
            next = append_old(out, merge->old, next, e->place);
        json_array_append(out, e->value);
    }
    append_old(out, merge->old, next, SIZE_MAX);
    return out;
}

static void clear_element(gpointer data)
{
    json_decref(((element *)data)->value);
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as a document may be */
static json_t *merge_list(const field_rule *rule, const mn_at *target, const mn_at *patch,
                          GError **error)
{
    size_t count = mn_at_count(patch);
    if (count > MN_PATCH_MAX_LIST || mn_at_count(target) > MN_PATCH_MAX_LIST) {
        mn_at_error(
            patch, MN_ERROR_LIMIT, error, "more than %d elements to merge", MN_PATCH_MAX_LIST);
        return NULL;
    }
    g_autoptr(GArray) old = g_array_new(FALSE, FALSE, sizeof(element));
    g_autoptr(GArray) patched = g_array_new(FALSE, FALSE, sizeof(element));
    g_array_set_clear_func(old, clear_element);
    g_array_set_clear_func(patched, clear_element);
    list_merge merge = {.rule = rule, .old = old, .patched = patched};
    read_old(&merge, target);
    /* Directives first: they say what of the target is left to merge with. */
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < count; i++) {
            mn_at at = mn_at_element(patch, i), directive = mn_at_member(&at, DIRECTIVE);
            bool special = mn_at_is_there(&directive);
            if (pass == 0 && special &&
                !take_directive(&merge, &directive, key_of(rule, &at), error))
                return NULL;
            if (pass == 1 && !special && !take_element(&merge, &at, error))
                return NULL;
        }
    }
    return in_order(&merge);
}

/* ---- maps */

static bool list_has(const mn_at *list, const json_t *value)
{
    for (size_t i = 0; i < mn_at_count(list); i++) {
        mn_at at = mn_at_element(list, i);
        if (at.value != NULL && json_equal(at.value, value))
            return true;
    }
    return false;
}

static bool list_has_text(const mn_at *list, const char *text)
{
    g_autoptr(json_t) value = json_string_nocheck(text);
    return list_has(list, value);
}

/* `$deleteFromPrimitiveList/finalizers`: takes values out of a list. */
static bool delete_values(json_t *out, const mn_at *values, GError **error)
{
    const char *field = values->key + strlen(DELETE_FROM);
    mn_at all = mn_at_tree(out), old = mn_at_member(&all, field);
    if (!mn_read_is_array(values, error))
        return false;
    if (mn_at_count(values) > MN_PATCH_MAX_LIST || mn_at_count(&old) > MN_PATCH_MAX_LIST)
        return mn_at_error(
            values, MN_ERROR_LIMIT, error, "more than %d elements to remove", MN_PATCH_MAX_LIST);
    if (!json_is_array(old.value))
        return true;
    json_t *left = json_array();
    for (size_t i = 0; i < mn_at_count(&old); i++) {
        mn_at at = mn_at_element(&old, i);
        if (at.value != NULL && !list_has(values, at.value))
            json_array_append_new(left, mn_patch_share(at.value));
    }
    json_object_set_new_nocheck(out, field, left);
    return true;
}

/* NULL without an error: nothing is left of it.
 * NOLINTNEXTLINE(misc-no-recursion): as deep as a document may be */
static json_t *merge_value(const field_rule *rule, const mn_at *target, const mn_at *patch,
                           GError **error)
{
    bool merges = rule == NULL || rule->strategy == MERGE;
    if (json_is_object(target->value) && json_is_object(patch->value))
        return merges ? merge_map(rule == NULL ? "" : rule->type, target, patch, error)
                      : plain(patch, true);
    if (rule != NULL && merges && json_is_array(target->value) && json_is_array(patch->value))
        return merge_list(rule, target, patch, error);
    return plain(patch, false);
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as a document may be */
static bool merge_member(json_t *out, const char *type, const mn_at *target, const mn_at *member,
                         GError **error)
{
    if (g_str_has_prefix(member->key, DELETE_FROM))
        return delete_values(out, member, error);
    if (is_directive(member->key))
        return true;
    GError *cause = NULL;
    mn_at old = mn_at_member(target, member->key);
    json_t *value = mn_at_is_there(member)
                        ? merge_value(find_rule(type, member->key), &old, member, &cause)
                        : NULL;
    if (cause != NULL) {
        g_propagate_error(error, cause);
        return false;
    }
    if (value == NULL)
        json_object_del(out, member->key);
    else
        json_object_set_new_nocheck(out, member->key, value);
    return true;
}

/* `$retainKeys` lists every member that may stay, and all that the patch brings. */
static bool check_retained(const mn_at *retain, const mn_at *patch, GError **error)
{
    mn_at member;
    if (!mn_read_is_array(retain, error))
        return false;
    if (mn_at_count(retain) > MN_PATCH_MAX_LIST)
        return mn_at_error(retain, MN_ERROR_LIMIT, error, "more than %d keys", MN_PATCH_MAX_LIST);
    for (mn_members m = mn_members_of(patch); mn_members_next(&m, &member);) {
        if (mn_at_is_there(&member) && !is_directive(member.key) &&
            !list_has_text(retain, member.key))
            return mn_at_error(
                &member, MN_ERROR_SCHEMA, error, "is in the patch, but not in its " RETAIN_KEYS);
    }
    return true;
}

static json_t *directed_map(const mn_at *patch, const mn_at *directive, GError **error)
{
    const char *word = "";
    if (!mn_read_string(directive, &word, error))
        return NULL;
    if (strcmp(word, "delete") == 0)
        return json_object();
    if (strcmp(word, "replace") == 0)
        return plain(patch, true);
    mn_at_error(directive,
                MN_ERROR_SCHEMA,
                error,
                "expected \"delete\" or \"replace\", found \"%.60s\"",
                word);
    return NULL;
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as a document may be */
static json_t *merge_map(const char *type, const mn_at *target, const mn_at *patch, GError **error)
{
    mn_at directive = mn_at_member(patch, DIRECTIVE), retain = mn_at_member(patch, RETAIN_KEYS);
    mn_at member;
    if (mn_at_is_there(&directive))
        return directed_map(patch, &directive, error);
    if (mn_at_is_there(&retain) && !check_retained(&retain, patch, error))
        return NULL;
    g_autoptr(json_t) out = json_object();
    if (json_is_object(target->value)) {
        for (mn_members m = mn_members_of(target); mn_members_next(&m, &member);) {
            if (!mn_at_is_there(&retain) || list_has_text(&retain, member.key))
                json_object_set_new_nocheck(out, member.key, mn_patch_share(member.value));
        }
    }
    for (mn_members m = mn_members_of(patch); mn_members_next(&m, &member);) {
        if (!merge_member(out, type, target, &member, error))
            return NULL;
    }
    return g_steal_pointer(&out);
}

json_t *mn_patch_strategic(const char *kind, const mn_at *target, const mn_at *patch,
                           GError **error)
{
    return merge_map(kind, target, patch, error);
}
