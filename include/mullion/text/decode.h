/* SPDX-License-Identifier: Apache-2.0 */
/* Trees to structs and structs to JSON, by table.
 *
 * A shape lists the fields of a struct: JSON name, kind, place in the struct. One
 * interpreter reads every shape, so that every object of the model reports errors
 * in the same words, copies strings into the same arena, and can say which fields
 * it knows. A field that a shape does not list is passed over, unless the shape is
 * `strict` (our own kinds), where it is an error with the nearest known name.
 */
#ifndef MN_DECODE_H
#define MN_DECODE_H

#include "mullion/base/arena.h"
#include "mullion/text/json_write.h"
#include "mullion/text/read.h"

#include <stddef.h>

typedef struct mn_shape mn_shape;
typedef struct mn_field mn_field;

/* What the struct holds for each kind. "Slice": {const T *items; size_t count;},
 * any struct that begins with these two. */
typedef enum mn_field_kind {
    MN_FIELD_STRING,   /* const char *: NULL when absent */
    MN_FIELD_ENUM,     /* int: index into field->names plus 1; 0 when absent */
    MN_FIELD_BOOL,     /* bool: false when absent */
    MN_FIELD_TRISTATE, /* mn_tristate */
    MN_FIELD_INT32,    /* mn_opt_int */
    MN_FIELD_INT64,    /* mn_opt_int */
    MN_FIELD_SCALAR, /* const char *: a number or a string, as text (IntOrString, a port's name) */
    MN_FIELD_TIME,   /* mn_opt_int: RFC 3339 as milliseconds since 1970 */
    MN_FIELD_OBJECT, /* the sub-struct itself */
    MN_FIELD_OBJECT_PTR,  /* pointer to sub-struct: NULL when absent */
    MN_FIELD_LIST,        /* slice of sub-structs */
    MN_FIELD_STRING_LIST, /* slice of const char * */
    MN_FIELD_STRING_MAP,  /* slice of mn_label, sorted by key */
    MN_FIELD_PRESENT,     /* bool: there, and not null, whatever it is */
    MN_FIELD_COUNT,       /* size_t: elements of an array or members of an object */
    MN_FIELD_CUSTOM,      /* field->decode does it */
} mn_field_kind;

/* An entry of a STRING_MAP: a label, an annotation, a term of a nodeSelector. */
typedef struct mn_label {
    const char *key, *value;
} mn_label;

typedef enum mn_tristate { MN_UNSET, MN_FALSE, MN_TRUE } mn_tristate;

typedef struct mn_opt_int {
    bool set;
    int64_t value;
} mn_opt_int;

/* `out` is where the field stands; not called when the value is absent. */
typedef bool (*mn_decode_fn)(mn_arena *arena, const mn_at *at, void *out, GError **error);

/* The value alone; not called while the struct's first pointer there is NULL (absent). */
typedef void (*mn_encode_fn)(mn_json_writer *json, const void *in);

struct mn_field {
    const char *name;
    size_t offset;
    const mn_shape *shape; /* OBJECT, OBJECT_PTR, LIST; CUSTOM: what `decode` reads with, or NULL */
    const char *const
        *names;           /* ENUM: NULL-terminated; CUSTOM: words that `decode` takes, or NULL */
    mn_decode_fn decode;  /* CUSTOM */
    mn_encode_fn encode;  /* CUSTOM, where the shape is ever encoded */
    const char *stand_in; /* PRESENT, COUNT: JSON written for what was not kept, or for each
                             of its elements; NULL: {} */
    mn_field_kind kind;
    bool required;
};

struct mn_shape {
    const char *name; /* "Taint": what an error calls it */
    size_t size;      /* of the struct */
    const mn_field *fields;
    size_t count;
    bool strict;
    mn_decode_fn check; /* after the fields, on the whole struct; may be NULL */
};

/* Fills *out, which is zeroed first. Strings and slices live in the arena; nothing
 * of the tree is kept. False with SCHEMA or LIMIT, and *out is then unspecified. */
bool mn_decode(mn_arena *arena, const mn_shape *shape, const mn_at *at, void *out,
               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same from JSON that came over a network: what no shape lists is passed over as a scan
 * does (json_scan.h), so that it costs little, and may hold bytes that are not UTF-8 and
 * numbers of any size. SYNTAX or LIMIT, "byte N: ...", when it is no JSON. */
bool mn_decode_text(mn_arena *arena, const mn_shape *shape, mn_str text, size_t max_depth,
                    void *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The struct as an object, members in the order of the shape. As Go's omitempty has it:
 * what is NULL, 0, false or "" and not required is left out, and so is an object with
 * nothing in it. What the struct does not keep cannot come back: a value that is only known
 * to be PRESENT, and each of a COUNT, is written as its stand-in. Decoding the result gives
 * the same struct, but for lists that were there and empty. */
void mn_encode(mn_json_writer *json, const mn_shape *shape, const void *in);

/* Rows of a shape: MN_FIELD(mn_taint, key, "key", MN_FIELD_STRING). */
#define MN_FIELD(type, member, json_name, field_kind)                               \
    {                                                                               \
        .name = (json_name), .offset = offsetof(type, member), .kind = (field_kind) \
    }
#define MN_FIELD_OF(type, member, json_name, field_kind, sub)                        \
    {                                                                                \
        .name = (json_name), .offset = offsetof(type, member), .kind = (field_kind), \
        .shape = &(sub)                                                              \
    }
#define MN_FIELD_ENUM_OF(type, member, json_name, enum_names)                         \
    {                                                                                 \
        .name = (json_name), .offset = offsetof(type, member), .kind = MN_FIELD_ENUM, \
        .names = (enum_names)                                                         \
    }
#define MN_FIELD_BY(type, member, json_name, function)                                  \
    {                                                                                   \
        .name = (json_name), .offset = offsetof(type, member), .kind = MN_FIELD_CUSTOM, \
        .decode = (function)                                                            \
    }
/* ... for who describes the field: the words that the function takes, the shape it reads with. */
#define MN_FIELD_WORDS(type, member, json_name, function, words)                        \
    {                                                                                   \
        .name = (json_name), .offset = offsetof(type, member), .kind = MN_FIELD_CUSTOM, \
        .decode = (function), .names = (words)                                          \
    }
#define MN_FIELD_WITHIN(type, member, json_name, function, sub)                         \
    {                                                                                   \
        .name = (json_name), .offset = offsetof(type, member), .kind = MN_FIELD_CUSTOM, \
        .decode = (function), .shape = &(sub)                                           \
    }
#define MN_FIELD_CODED(type, member, json_name, decoder, encoder)                       \
    {                                                                                   \
        .name = (json_name), .offset = offsetof(type, member), .kind = MN_FIELD_CUSTOM, \
        .decode = (decoder), .encode = (encoder)                                        \
    }
#define MN_FIELD_AS(type, member, json_name, field_kind, stand_in_json)              \
    {                                                                                \
        .name = (json_name), .offset = offsetof(type, member), .kind = (field_kind), \
        .stand_in = (stand_in_json)                                                  \
    }
#define MN_SHAPE(type, shape_name, rows)                                                          \
    {                                                                                             \
        .name = (shape_name), .size = sizeof(type), .fields = (rows), .count = G_N_ELEMENTS(rows) \
    }

#endif
