/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a tree: values that know their path.
 *
 * An mn_at is a JSON value and how it was reached. It lives on the stack of the
 * reader, points to its parent, and is turned into "web.yaml:12:7:
 * spec.containers[0].image: ..." only when somebody complains.
 *
 * `null` counts as absent everywhere, as the API server has it.
 */
#ifndef MN_READ_H
#define MN_READ_H

#include "mullion/base/error.h"
#include "mullion/text/document.h"

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct mn_at {
    const json_t *value;         /* NULL: absent */
    const struct mn_at *parent;  /* NULL at the root */
    const char *key;             /* member name; NULL for an element */
    size_t index;                /* of an element */
    const mn_document *document; /* NULL for bytes without a source (a request) */
} mn_at;

mn_at mn_at_root(const mn_document *document);

/* A tree that came from no file; errors then carry the path alone. */
mn_at mn_at_tree(const json_t *root);

/* `parent` must outlive the result. On something that is no object or array the
 * result is absent. */
mn_at mn_at_member(const mn_at *parent, const char *key);
mn_at mn_at_element(const mn_at *parent, size_t index);

static inline bool mn_at_is_there(const mn_at *at)
{
    return at->value != NULL;
}

/* Number of elements or members; 0 when absent. */
size_t mn_at_count(const mn_at *at);

/* The path from the root, without the document's name: "spec.taints[3].effect". */
char *mn_at_path(const mn_at *at);

/* Where the value, or the innermost parent that is there, stands in its source; {0, 0} when it
 * came from none. Scans the source: for what is reported. */
mn_position mn_at_position(const mn_at *at);

/* Sets *error to "place: path: message". Always false, so that a reader can
 * `return mn_at_error(...)`. */
bool mn_at_error(const mn_at *at, mn_error code, GError **error, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

/* "expected a string, found a number (5)". Always false. */
bool mn_at_expected(const mn_at *at, const char *expected, GError **error);

/* Each leaves *out untouched when the value is absent, and is false with SCHEMA
 * when it is something else. Strings are borrowed from the tree. */
bool mn_read_string(const mn_at *at, const char **out, GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool mn_read_bool(const mn_at *at, bool *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool mn_read_int(const mn_at *at, int64_t min, int64_t max, int64_t *out,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Of a value that is there: the place of its text among `words` (ended by NULL), or an error
 * that names them all. */
bool mn_read_word(const mn_at *at, const char *const *words, int *out,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool mn_read_is_object(const mn_at *at, GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool mn_read_is_array(const mn_at *at, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A number or a string as the text it stands for: quantities, IntOrString. A
 * number becomes the shortest text that reads back as the same double, which is
 * what Go's JSON does ("cpu: .1" is 0.1). `buffer` holds it if need be. */
enum { MN_NUMBER_TEXT = 32 };
bool mn_read_scalar_text(const mn_at *at, char buffer[MN_NUMBER_TEXT], const char **out,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Members in the order of the document. */
typedef struct mn_members {
    const mn_at *object;
    void *iter;
} mn_members;

mn_members mn_members_of(const mn_at *object);
bool mn_members_next(mn_members *members, mn_at *out);

/* The one of `names` that is nearest to `found` (edit distance, a third of the
 * length at most, case ignored), or NULL: for "did you mean". */
const char *mn_nearest(const char *found, const char *const *names, size_t count);

#endif
