/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Schemas of our own kinds (draft 7, which YAML language servers know), made from the
 * very shapes that documents are read by; fields.def adds what the shapes do not say.
 */
#ifndef SIMULATOR_SCHEMA_H
#define SIMULATOR_SCHEMA_H

#include "mullion/text/decode.h"

typedef struct mn_schema_root {
    const char *name; /* "scenario": of the command and the file */
    const char *kind; /* "Scenario" */
    const char *title;
    const mn_shape *shape;
} mn_schema_root;

const mn_schema_root *mn_schema_roots(size_t *count);
/* Their names, NULL-terminated. */
const char *const *mn_schema_names(void);

/* What the decoder of a field takes. */
typedef enum mn_notation {
    MN_NOTATION_AS_SHAPE,
    MN_NOTATION_WORD,  /* one of field->names */
    MN_NOTATION_WORDS, /* one, or a list of them */
    MN_NOTATION_TEXTS, /* one string, or a list of them */
    MN_NOTATION_OBJECT,
    MN_NOTATION_OBJECTS, /* a list; of field->shape, with no other fields */
    MN_NOTATION_ANY_OBJECT,
    MN_NOTATION_BUILD,
    MN_NOTATION_BUILDS,
    MN_NOTATION_TAINTS,
    MN_NOTATION_RESOURCES,
    MN_NOTATION_QUANTITY,
    MN_NOTATION_DURATION,
    MN_NOTATION_VERSION,
    MN_NOTATION_BOOLEAN,
} mn_notation;

typedef struct mn_schema_field {
    const char *shape, *field;
    mn_notation notation;
    const char *help;
} mn_schema_field;

const mn_schema_field *mn_schema_fields(size_t *count);
/* NULL: the table has no such row. */
const mn_schema_field *mn_schema_find_field(const char *shape, const char *field);

/* Every shape that the root leads to, itself first; const mn_shape *. */
GPtrArray *mn_schema_shapes(const mn_schema_root *root) G_GNUC_WARN_UNUSED_RESULT;

void mn_schema_print(const mn_schema_root *root, GString *out);

#endif
