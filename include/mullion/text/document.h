/* SPDX-License-Identifier: Apache-2.0 */
/* Text in, JSON trees out: the one door through which documents enter.
 *
 * YAML and JSON become the same jansson tree. YAML is read as kubectl reads it
 * (sigs.k8s.io/yaml: YAML 1.1 scalars, anchors, merge keys, block scalars, many
 * documents). Duplicate keys are an error in both: a silently lost key is never
 * what somebody meant. Size, depth, alias expansion and number of values are
 * limited while parsing, before anything is built.
 *
 * A `List` (kind ends in "List" and there is `items`) is unpacked: its items are
 * handed over one by one, so that a dump of 5,000 nodes never stands in memory
 * as one tree.
 */
#ifndef MN_DOCUMENT_H
#define MN_DOCUMENT_H

#include "mullion/text/source.h"

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

typedef struct mn_document_limits {
    size_t bytes;  /* of one source */
    size_t depth;  /* nesting of one document */
    size_t values; /* scalars and containers in one document, aliases counted as often as they
                      expand */
    size_t documents;
} mn_document_limits;

extern const mn_document_limits mn_document_limits_default;

typedef enum mn_document_format { MN_DOCUMENT_JSON, MN_DOCUMENT_YAML } mn_document_format;

/* What a list says of its items, which need not say it again: the API server's
 * NodeList holds Nodes without kind and apiVersion. Empty outside such a list. */
typedef struct mn_document_item {
    char kind[64], api_version[128];
} mn_document_item;

typedef struct mn_document {
    const mn_source *source;
    mn_document_format format;
    size_t ordinal;     /* which document of the source, from 0 */
    const char *prefix; /* "" or where in that document the root stood: "items[3]" */
    size_t begin;       /* byte of the source: the root (JSON), its document (YAML); 0: unknown,
                           places are then counted from the beginning */
    mn_document_item item;
    const json_t *root; /* an object; borrowed, gone when the callback returns */
} mn_document;

/* False with *error set stops the walk. */
typedef bool (*mn_document_fn)(const mn_document *document, gpointer data, GError **error);

/* Hands over every object of the source in order; empty documents are passed
 * over. Whether it is JSON or YAML is seen from the first byte that is not blank:
 * `{` or `[` is tried as JSON first. Errors: SYNTAX, LIMIT, SCHEMA (a document
 * that is not an object), or whatever `each` said, every one with
 * "name:line:column: ". */
bool mn_document_each(const mn_source *source, const mn_document_limits *limits,
                      mn_document_fn each, gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Told of a document that is no object; the walk goes on with the next. */
typedef void (*mn_document_bad_fn)(const GError *fault, gpointer data);

/* The same for who looks for every fault: a document that is no object goes to `bad`. */
bool mn_document_each_or(const mn_source *source, const mn_document_limits *limits,
                         mn_document_fn each, mn_document_bad_fn bad, gpointer data,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One JSON value from bytes that are already cut out (a Pod inside ExtenderArgs):
 * UTF-8, depth, duplicate keys checked. The caller owns the reference. Errors:
 * SYNTAX, LIMIT, without a place. */
json_t *mn_document_load_json(const char *bytes, size_t len, size_t max_depth,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
