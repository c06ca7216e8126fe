/* SPDX-License-Identifier: Apache-2.0 */
/* YAML, for document.c and locate.c only: everybody else sees documents. */
#ifndef MN_YAML_H
#define MN_YAML_H

#include "mullion/text/locate.h"

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <yaml.h>

/* What a scalar is. An integer that does not fit an int64 is a REAL: as a quantity
 * it is beyond the largest one either way. */
typedef enum mn_yaml_kind {
    MN_YAML_STRING,
    MN_YAML_NULL,
    MN_YAML_BOOL,
    MN_YAML_INT,
    MN_YAML_REAL,
} mn_yaml_kind;

typedef struct mn_yaml_value {
    mn_yaml_kind kind;
    bool truth;
    int64_t integer;
    double real;
} mn_yaml_value;

/* An untagged plain scalar, as go-yaml v2 resolves it. */
mn_yaml_value mn_yaml_resolve(const char *text);

/* With its style and its tag; false when the tag contradicts the text, and *why
 * then says so (owned by the caller). */
bool mn_yaml_resolve_scalar(const yaml_event_t *event, mn_yaml_value *out, char **why);

/* The JSON key that a scalar becomes; NULL for null, which cannot be one. */
char *mn_yaml_key_text(const mn_yaml_value *value, const char *text);

bool mn_yaml_is_merge(const yaml_event_t *event);

/* The scalar's text as a C string. */
static inline const char *mn_yaml_text(const yaml_event_t *event)
{
    return (const char *)event->data.scalar.value;
}

/* A mark counts characters; a position counts bytes. For errors only: it looks at
 * every byte before the mark. */
mn_position mn_yaml_position(const mn_source *source, const yaml_mark_t *mark);

/* The byte of the character with that index, counted from one that is known. */
typedef struct mn_yaml_offset {
    size_t index, byte;
} mn_yaml_offset;
void mn_yaml_offset_advance(const mn_source *source, size_t index, mn_yaml_offset *offset);
bool mn_yaml_is_utf16(const mn_source *source);

/* "name:line:column: ..." of where the event begins: what is wrong (SYNTAX) or too
 * much (LIMIT). Always false. */
bool mn_yaml_refuse(const mn_source *source, const yaml_event_t *event, GError **error,
                    const char *format, ...) G_GNUC_PRINTF(4, 5);
bool mn_yaml_exceed(const mn_source *source, const yaml_event_t *event, GError **error,
                    const char *format, ...) G_GNUC_PRINTF(4, 5);
/* libyaml's own complaint. Always false. */
bool mn_yaml_fail(const mn_source *source, const yaml_parser_t *parser, GError **error);

/* For mn_locate(); the path is whole. */
mn_position mn_yaml_locate(const mn_document *document, const mn_step *steps, size_t count);

typedef struct mn_yaml_reader mn_yaml_reader;

/* Borrows all three. */
mn_yaml_reader *mn_yaml_reader_new(const mn_source *source, const mn_document_limits *limits);
void mn_yaml_reader_free(mn_yaml_reader *reader);

/* The next document that is not empty; *root is NULL at the end. The caller owns
 * *root. Errors: SYNTAX, LIMIT, with their place. */
bool mn_yaml_reader_next(mn_yaml_reader *reader, json_t **root,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Where the document that came last begins: mn_document's `begin`. */
size_t mn_yaml_reader_begin(const mn_yaml_reader *reader);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(mn_yaml_reader, mn_yaml_reader_free)

#endif
