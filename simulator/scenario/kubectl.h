/* SPDX-License-Identifier: Apache-2.0 */
/* A command line of kubectl to an action: text in, struct out, no file is touched.
 *
 * What may be said is in three tables (kubectl_verbs.def, kubectl_flags.def,
 * kubectl_kinds.def); errors name what they hold.
 */
#ifndef MN_KUBECTL_H
#define MN_KUBECTL_H

#include "simulator/scenario/timeline.h"

enum { MN_COMMAND_MAX_BYTES = 65536, MN_COMMAND_MAX_WORDS = 1000 };

typedef struct mn_kubectl {
    mn_action action; /* without time and place; objects and patch as far as the line says them */
    mn_strings files; /* -f, to be loaded */
    const char *patch_file, *manifest; /* manifest: JSON of an object that the line describes */
} mn_kubectl;

/* One word of a line, quotes gone, and where it stood. */
typedef struct mn_line_word {
    const char *text;
    size_t offset;
} mn_line_word;

typedef struct mn_line_words {
    const mn_line_word *items;
    size_t count;
} mn_line_words;

/* The words of the command that begins at *at, as a shell splits them; *at is moved behind it.
 * A line is a command; a backslash before its end goes on. No words: the text is at its end, or
 * the line was empty or a comment. *fault is the byte that an error (SYNTAX, LIMIT) is about. */
bool mn_line_split(mn_arena *arena, const char *text, size_t *at, mn_line_words *out, size_t *fault,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The command in these words. Errors: SCHEMA, UNKNOWN, LIMIT. */
bool mn_kubectl_read(mn_arena *arena, const mn_line_words *words, mn_kubectl *out, size_t *fault,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "kubernetes.io/os=windows,tier!=db,zone in (a,b),!legacy": NULL with SCHEMA. */
const mn_label_selector *mn_label_query_parse(mn_arena *arena, const char *text,
                                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The commands and their flags, in order, for manuals: `flag` is called behind its `verb`. */
typedef struct mn_kubectl_printer {
    void (*verb)(GString *out, const char *words, const char *operands, const char *summary);
    void (*flag)(GString *out, char letter, const char *name, const char *value, const char *help);
} mn_kubectl_printer;

void mn_kubectl_describe(GString *out, const mn_kubectl_printer *printer);

#endif
