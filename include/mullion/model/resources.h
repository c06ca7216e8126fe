/* SPDX-License-Identifier: Apache-2.0 */
/* ResourceList: names and exact quantities. */
#ifndef MN_RESOURCES_H
#define MN_RESOURCES_H

#include "mullion/text/decode.h"
#include "mullion/text/quantity.h"

typedef struct mn_resource {
    const char *name; /* "cpu", "memory", "nvidia.com/gpu" */
    mn_quantity quantity;
} mn_resource;

/* Sorted by name, names unique; items is NULL when the field was absent. */
typedef struct mn_resources {
    const mn_resource *items;
    size_t count;
} mn_resources;

/* NULL when the name has no entry; an entry of zero is an entry. Borrowed. */
const mn_quantity *mn_resources_find(const mn_resources *resources, const char *name);

/* For MN_FIELD_BY and MN_FIELD_CODED rows; `out` and `in` are an mn_resources. Quantities
 * go out as mn_quantity_format() has them: the same value, perhaps in another notation. */
bool mn_resources_decode(mn_arena *arena, const mn_at *at, void *out, GError **error);
void mn_resources_encode(mn_json_writer *json, const void *in);

typedef struct mn_resource_requirements {
    mn_resources requests, limits;
} mn_resource_requirements;

extern const mn_shape mn_resource_requirements_shape;

#endif
