/* SPDX-License-Identifier: Apache-2.0 */
/* Writing JSON: the only way that JSON leaves these programs.
 *
 * A writer is a growing buffer that knows where in the text it is. Commas, colons,
 * escapes and indentation are its business; what cannot be JSON (a value without a
 * key in an object, a key in an array, brackets that do not match, NaN, taking the
 * text of a value that is not complete) is a bug of the caller and asserts.
 *
 *     g_auto(mn_json_writer) json;
 *     mn_json_writer_init(&json, MN_JSON_COMPACT);
 *     mn_json_begin_object(&json);
 *     mn_json_member_string(&json, "Error", "");
 *     mn_json_key(&json, "NodeNames");
 *     mn_json_begin_array(&json);
 *     ...
 *
 * Strings go out as they are, but for `"`, `\` and control bytes; a byte that belongs to no
 * character of UTF-8 becomes U+FFFD, as Go's encoding/json has it, so that whoever cuts a
 * text by bytes may leave half a character at its end.
 */
#ifndef MN_JSON_WRITE_H
#define MN_JSON_WRITE_H

#include "mullion/base/str.h"

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MN_JSON_DEPTH_MAX = 512,
    MN_JSON_NUMBER_TEXT = 32, /* any number, and its NUL */
};

typedef enum mn_json_style {
    MN_JSON_COMPACT, /* not one blank, no newline at the end */
    MN_JSON_PRETTY,  /* two spaces a level, a newline at the end */
} mn_json_style;

/* Members are private. */
typedef struct mn_json_writer {
    char *bytes;
    size_t len, capacity;
    size_t depth;
    mn_json_style style;
    bool fresh;                               /* nothing in the innermost container yet */
    bool keyed;                               /* a key waits for its value */
    bool done;                                /* the one value is complete */
    uint64_t objects[MN_JSON_DEPTH_MAX / 64]; /* bit d: the container at depth d is an object */
} mn_json_writer;

void mn_json_writer_init(mn_json_writer *json, mn_json_style style);
void mn_json_writer_clear(mn_json_writer *json);
/* Forgets the text and keeps the buffer. */
void mn_json_writer_reset(mn_json_writer *json);
/* Room for so many bytes more, where the caller knows the size beforehand. */
void mn_json_writer_reserve(mn_json_writer *json, size_t bytes);

/* Bytes written so far: the place of what comes next in the finished text, for who
 * sends it in parts and something else between them. */
static inline size_t mn_json_writer_len(const mn_json_writer *json)
{
    return json->len;
}

/* The finished text: borrowed, gone with the next call / taken over, NUL behind it
 * (`len` may be NULL), the writer is then as after reset. */
mn_str mn_json_writer_text(const mn_json_writer *json);
char *mn_json_writer_steal(mn_json_writer *json, size_t *len) G_GNUC_WARN_UNUSED_RESULT;

void mn_json_begin_object(mn_json_writer *json);
void mn_json_end_object(mn_json_writer *json);
void mn_json_begin_array(mn_json_writer *json);
void mn_json_end_array(mn_json_writer *json);

void mn_json_key(mn_json_writer *json, const char *key);
void mn_json_key_str(mn_json_writer *json, mn_str key);

/* NULL is null. */
void mn_json_string(mn_json_writer *json, const char *text);
void mn_json_str(mn_json_writer *json, mn_str text);
void mn_json_int(mn_json_writer *json, int64_t value);
/* The shortest text that reads back as the same double, laid out as Go does (but
 * with an exponent from 1e18 on). */
void mn_json_double(mn_json_writer *json, double value);
void mn_json_bool(mn_json_writer *json, bool value);
void mn_json_null(mn_json_writer *json);
/* A value that is JSON already, byte for byte as it is. */
void mn_json_raw(mn_json_writer *json, mn_str value);
void mn_json_tree(mn_json_writer *json, const json_t *value);

/* For messages: one quoted string or number without a writer. */
char *mn_json_quote(const char *text) G_GNUC_WARN_UNUSED_RESULT;
const char *mn_json_format_double(double value, char buffer[MN_JSON_NUMBER_TEXT]);

static inline void mn_json_member_string(mn_json_writer *json, const char *key, const char *text)
{
    mn_json_key(json, key);
    mn_json_string(json, text);
}

static inline void mn_json_member_int(mn_json_writer *json, const char *key, int64_t value)
{
    mn_json_key(json, key);
    mn_json_int(json, value);
}

static inline void mn_json_member_size(mn_json_writer *json, const char *key, size_t value)
{
    mn_json_member_int(json, key, (int64_t)value);
}

static inline void mn_json_member_bool(mn_json_writer *json, const char *key, bool value)
{
    mn_json_key(json, key);
    mn_json_bool(json, value);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(mn_json_writer, mn_json_writer_clear)

#endif
