/* SPDX-License-Identifier: Apache-2.0 */
/* A patch against the shape of what it is for, before there is an object to apply it to. */
#include "simulator/strategy/parts.h"

#include <string.h>

enum { MAX_FIELDS = 64 };

typedef struct checking {
    mn_arena *arena;
    const mn_shape *shape;
} checking;

static const mn_field *find_field(const mn_shape *shape, const char *name)
{
    for (size_t i = 0; i < shape->count; i++) {
        if (strcmp(shape->fields[i].name, name) == 0)
            return &shape->fields[i];
    }
    return NULL;
}

static bool unknown_field(const mn_shape *shape, const mn_at *member, GError **error)
{
    const char *names[MAX_FIELDS];
    size_t count = MIN(shape->count, MAX_FIELDS);
    for (size_t i = 0; i < count; i++)
        names[i] = shape->fields[i].name;
    const char *near = mn_nearest(member->key, names, count);
    if (near != NULL)
        return mn_at_error(
            member, MN_ERROR_SCHEMA, error, "unknown field (did you mean \"%s\"?)", near);
    return mn_at_error(member,
                       MN_ERROR_SCHEMA,
                       error,
                       "unknown field, or one that has no say in what becomes of Pods");
}

/* One value, decoded on its own. */
static bool check_value(const checking *c, const mn_field *field, const mn_at *parent,
                        GError **error)
{
    mn_field alone = *field;
    alone.required = false;
    const mn_shape shape = {
        .name = c->shape->name, .size = c->shape->size, .fields = &alone, .count = 1};
    void *scratch = mn_arena_alloc(c->arena, 1, shape.size);
    return mn_decode(c->arena, &shape, parent, scratch, error);
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the shapes are */
static bool check_list(mn_arena *arena, const mn_shape *shape, const mn_at *list, GError **error)
{
    if (!mn_read_is_array(list, error))
        return false;
    for (size_t i = 0; i < mn_at_count(list); i++) {
        mn_at element = mn_at_element(list, i);
        if (!mn_at_is_there(&element))
            return mn_at_expected(&element, "an object", error);
        if (!mn_patch_check(arena, shape, &element, error))
            return false;
    }
    return true;
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the shapes are */
static bool check_member(const checking *c, const mn_at *member, GError **error)
{
    /* "$patch" and its like: directives for whoever merges. */
    if (*member->key == '$')
        return true;
    const mn_field *field = find_field(c->shape, member->key);
    if (field == NULL)
        return unknown_field(c->shape, member, error);
    if (!mn_at_is_there(member))
        return true;
    if (field->kind == MN_FIELD_OBJECT || field->kind == MN_FIELD_OBJECT_PTR)
        return mn_patch_check(c->arena, field->shape, member, error);
    if (field->kind == MN_FIELD_LIST)
        return check_list(c->arena, field->shape, member, error);
    return check_value(c, field, member->parent, error);
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the shapes are */
bool mn_patch_check(mn_arena *arena, const mn_shape *shape, const mn_at *at, GError **error)
{
    const checking c = {.arena = arena, .shape = shape};
    if (!mn_read_is_object(at, error))
        return false;
    mn_members members = mn_members_of(at);
    for (mn_at member; mn_members_next(&members, &member);) {
        if (!check_member(&c, &member, error))
            return false;
    }
    return true;
}
