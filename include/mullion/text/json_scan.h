/* SPDX-License-Identifier: Apache-2.0 */
/* Zero-copy scan of a JSON text: find wanted members, skip the rest, cut out their bytes.
 *
 * A scan is a cursor over bytes that somebody else owns. It walks containers one
 * member or element at a time; a value that is neither entered nor taken is
 * skipped, at gigabytes per second. Everything that is passed over is still held
 * to RFC 8259 (brackets, separators, literals, numbers, escapes, no control bytes
 * in strings); only UTF-8 and lone surrogates are left to whoever keeps the value:
 * mn_scan_string_decode(), mn_utf8_is_valid(), mn_document_load_json().
 *
 * Faults stick: after the first one every step says "no more" or gives nothing,
 * and mn_scan_end() or mn_scan_check() reports it. So loops need no error paths:
 *
 *     mn_scan_init(&scan, text, 64);
 *     mn_scan_enter(&scan, MN_SCAN_OBJECT);
 *     while (mn_scan_next_member(&scan, &key))
 *         if (mn_scan_string_is(key, "spec"))
 *             spec = mn_scan_take(&scan);
 *     return mn_scan_end(&scan, error);
 *
 * Errors: SYNTAX or LIMIT (nesting), "byte N: ...", N counted from 0 at the start
 * of the text. No recursion, no allocation, memory fixed.
 */
#ifndef MN_JSON_SCAN_H
#define MN_JSON_SCAN_H

#include "mullion/base/arena.h"
#include "mullion/base/error.h"
#include "mullion/base/str.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MN_SCAN_DEPTH_MAX = 1024, /* no limit may be set higher */
    MN_SCAN_KEYS_MAX = 32,    /* keys of one object that mn_scan_is_new_key() can tell apart */
};

typedef enum mn_scan_kind {
    MN_SCAN_NOTHING, /* no value stands here: a fault, or the end */
    MN_SCAN_OBJECT,
    MN_SCAN_ARRAY,
    MN_SCAN_STRING,
    MN_SCAN_NUMBER,
    MN_SCAN_TRUE,
    MN_SCAN_FALSE,
    MN_SCAN_NULL,
} mn_scan_kind;

typedef enum mn_scan_fault {
    MN_SCAN_FINE,
    MN_SCAN_UNEXPECTED,
    MN_SCAN_TRUNCATED,
    MN_SCAN_CONTROL_BYTE,
    MN_SCAN_BAD_ESCAPE,
    MN_SCAN_NOT_AN_OBJECT,
    MN_SCAN_NOT_AN_ARRAY,
    MN_SCAN_NOT_A_STRING,
    MN_SCAN_DUPLICATE_KEY,
    MN_SCAN_TRAILING,
    MN_SCAN_TOO_DEEP,
    MN_SCAN_TOO_MANY_KEYS,
    MN_SCAN_FAULTS,
} mn_scan_fault;

/* Members are private but for `fault`: != MN_SCAN_FINE after a fault. */
typedef struct mn_scan {
    const char *start, *at, *end;
    const char *fault_at;
    size_t depth, max_depth;
    mn_scan_fault fault;
    bool fresh;                               /* just entered a container: no comma wanted */
    bool waiting;                             /* `at` stands at a value that nobody took yet */
    uint64_t objects[MN_SCAN_DEPTH_MAX / 64]; /* bit d: the container at depth d is an object */
} mn_scan;

/* What stands between two quotes. Without escapes `raw` is the string itself. */
typedef struct mn_scan_string {
    mn_str raw;
    bool escaped;
    bool ascii; /* known to be, so that nobody need look again; false: not known */
} mn_scan_string;

/* The cursor stands at the text's one value. */
void mn_scan_init(mn_scan *scan, mn_str text, size_t max_depth);

/* What the value at the cursor is, judged by its first byte. */
mn_scan_kind mn_scan_peek(const mn_scan *scan);

/* Goes into the object or array at the cursor. False and a fault when the value is
 * something else: ask mn_scan_peek() first where that may be. */
bool mn_scan_enter(mn_scan *scan, mn_scan_kind container);

/* To the next member or element of the innermost container entered; false at its
 * end, which leaves that container. */
bool mn_scan_next_member(mn_scan *scan, mn_scan_string *key);
bool mn_scan_next_element(mn_scan *scan);
/* As mn_scan_next_element() and mn_scan_take_string() in one, for lists of names. */
bool mn_scan_next_string(mn_scan *scan, mn_scan_string *out);
/* Many of these at once, as far as they are what Go writes: strings of ASCII without escapes,
 * a comma and no blank between two of them, none longer than `max_bytes`. How many, up to
 * `room`; then go on with mn_scan_next_string(), which takes any. Each stands in the text
 * between its quotes, so it need not be looked through to be written as JSON again. */
size_t mn_scan_next_plain_strings(mn_scan *scan, mn_str *out, size_t room, size_t max_bytes);

/* The bytes of the value at the cursor, quotes and brackets included; {NULL, 0} after a fault. */
mn_str mn_scan_take(mn_scan *scan);
/* The string at the cursor; a fault when it is none. */
mn_scan_string mn_scan_take_string(mn_scan *scan);

/* Faults unless the object's keys seen so far lack `key`, case ignored as
 * mn_scan_string_is_like() does. `seen` starts zeroed, one for each object. For top-level
 * objects: encoding/json reads "Nodes" and "nodes" into the same field, so that which one
 * wins would depend on the reader. */
typedef struct mn_scan_keys {
    size_t count;
    mn_scan_string keys[MN_SCAN_KEYS_MAX];
} mn_scan_keys;
bool mn_scan_is_new_key(mn_scan *scan, mn_scan_keys *seen, mn_scan_string key);

/* Makes a fault of the caller's finding, at the byte `at` of the text. */
void mn_scan_reject(mn_scan *scan, mn_scan_fault fault, const char *at);

/* No fault so far. */
bool mn_scan_check(const mn_scan *scan, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* No fault, the value is complete, and nothing but blanks follows it. */
bool mn_scan_end(mn_scan *scan, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Exactly this text, or as Go's encoding/json matches a key to a field: ASCII case
 * ignored, and U+212A (Kelvin sign) is a K, U+017F (long s) an S: those are the only
 * runes that fold to ASCII letters. `name` is ASCII. Escapes count as what they mean. */
static inline bool mn_scan_string_is(mn_scan_string string, const char *name);
bool mn_scan_string_is_like(mn_scan_string string, const char *name);

/* The string's meaning: the bytes of the text themselves where there are no escapes,
 * otherwise a copy in the arena. Checks what the scan did not: UTF-8, surrogate pairs, no
 * U+0000. SYNTAX, without a place. */
bool mn_scan_string_decode(mn_arena *arena, mn_scan_string string, mn_str *out,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

bool mn_utf8_is_valid(mn_str text);

bool mn_scan_string_is_escaped(mn_scan_string string, const char *name);

static inline bool mn_scan_string_is(mn_scan_string string, const char *name)
{
    return string.escaped ? mn_scan_string_is_escaped(string, name) : mn_str_is(string.raw, name);
}

#endif
