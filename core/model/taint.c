/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/model/taint.h"

#include <string.h>

/* In the order of the enums, which begin with "unset". */
static const char *const effects[] = {"NoSchedule", "PreferNoSchedule", "NoExecute", NULL};
static const char *const operators[] = {"Exists", "Equal", NULL};

static bool fill_taint(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    (void)arena;
    mn_taint *taint = out;
    if (taint->effect == MN_EFFECT_ANY)
        return mn_at_error(at,
                           MN_ERROR_SCHEMA,
                           error,
                           "required field \"effect\" is missing: expected one of NoSchedule, "
                           "PreferNoSchedule, NoExecute");
    taint->value = taint->value == NULL ? "" : taint->value;
    return true;
}

static bool fill_toleration(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    (void)arena;
    mn_toleration *toleration = out;
    toleration->key = toleration->key == NULL ? "" : toleration->key;
    toleration->value = toleration->value == NULL ? "" : toleration->value;
    if (*toleration->key == '\0' && toleration->op != MN_TOLERATION_EXISTS)
        return mn_at_error(at,
                           MN_ERROR_SCHEMA,
                           error,
                           "a toleration without a key needs operator Exists, found %s",
                           toleration->op == MN_TOLERATION_EQUAL ? "Equal" : "none");
    return true;
}

static const mn_field taint_fields[] = {
    {.name = "key", .offset = offsetof(mn_taint, key), .kind = MN_FIELD_STRING, .required = true},
    MN_FIELD(mn_taint, value, "value", MN_FIELD_STRING),
    MN_FIELD_ENUM_OF(mn_taint, effect, "effect", effects),
};
const mn_shape mn_taint_shape = {
    .name = "Taint",
    .size = sizeof(mn_taint),
    .fields = taint_fields,
    .count = G_N_ELEMENTS(taint_fields),
    .check = fill_taint,
};

static const mn_field toleration_fields[] = {
    MN_FIELD(mn_toleration, key, "key", MN_FIELD_STRING),
    MN_FIELD_ENUM_OF(mn_toleration, op, "operator", operators),
    MN_FIELD(mn_toleration, value, "value", MN_FIELD_STRING),
    MN_FIELD_ENUM_OF(mn_toleration, effect, "effect", effects),
    MN_FIELD(mn_toleration, seconds, "tolerationSeconds", MN_FIELD_INT64),
};
const mn_shape mn_toleration_shape = {
    .name = "Toleration",
    .size = sizeof(mn_toleration),
    .fields = toleration_fields,
    .count = G_N_ELEMENTS(toleration_fields),
    .check = fill_toleration,
};

const char *mn_taint_effect_name(int effect)
{
    return effect == MN_EFFECT_ANY ? "" : effects[effect - 1];
}

bool mn_toleration_tolerates(const mn_toleration *toleration, const mn_taint *taint)
{
    if (toleration->effect != MN_EFFECT_ANY && toleration->effect != taint->effect)
        return false;
    if (*toleration->key != '\0' && strcmp(toleration->key, taint->key) != 0)
        return false;
    return toleration->op == MN_TOLERATION_EXISTS || strcmp(toleration->value, taint->value) == 0;
}

bool mn_tolerations_tolerate(const mn_tolerations *tolerations, const mn_taint *taint)
{
    for (size_t i = 0; i < tolerations->count; i++) {
        if (mn_toleration_tolerates(&tolerations->items[i], taint))
            return true;
    }
    return false;
}
