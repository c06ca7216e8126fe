/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/model/resources.h"

#include <stdlib.h>
#include <string.h>

const mn_quantity *mn_resources_find(const mn_resources *resources, const char *name)
{
    for (size_t i = 0; i < resources->count; i++) {
        if (strcmp(resources->items[i].name, name) == 0)
            return &resources->items[i].quantity;
    }
    return NULL;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const mn_resource *)a)->name, ((const mn_resource *)b)->name);
}

static bool decode_quantity(const mn_at *at, mn_quantity *out, GError **error)
{
    char buffer[MN_NUMBER_TEXT];
    const char *text = "";
    g_autoptr(GError) cause = NULL;
    if (!mn_read_scalar_text(at, buffer, &text, error))
        return false;
    return mn_quantity_parse(text, out, &cause) ||
           mn_at_error(at, (mn_error)cause->code, error, "%s", cause->message);
}

bool mn_resources_decode(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    if (!mn_read_is_object(at, error))
        return false;
    mn_resource *items = MN_ARENA_NEW(arena, mn_resource, mn_at_count(at));
    size_t count = 0;
    mn_members members = mn_members_of(at);
    for (mn_at member; mn_members_next(&members, &member);) {
        if (!mn_at_is_there(&member))
            continue;
        items[count].name = mn_arena_strdup(arena, member.key);
        if (!decode_quantity(&member, &items[count].quantity, error))
            return false;
        count++;
    }
    if (count > 1)
        qsort(items, count, sizeof *items, by_name);
    *(mn_resources *)out = (mn_resources){.items = items, .count = count};
    return true;
}

void mn_resources_encode(mn_json_writer *json, const void *in)
{
    const mn_resources *resources = in;
    char buffer[MN_QUANTITY_BUFFER];
    mn_json_begin_object(json);
    for (size_t i = 0; i < resources->count; i++)
        mn_json_member_string(json,
                              resources->items[i].name,
                              mn_quantity_format(resources->items[i].quantity, buffer));
    mn_json_end_object(json);
}

#define RESOURCES(member) \
    MN_FIELD_CODED(       \
        mn_resource_requirements, member, #member, mn_resources_decode, mn_resources_encode)
static const mn_field fields[] = {
    RESOURCES(requests),
    RESOURCES(limits),
};
const mn_shape mn_resource_requirements_shape =
    MN_SHAPE(mn_resource_requirements, "ResourceRequirements", fields);
