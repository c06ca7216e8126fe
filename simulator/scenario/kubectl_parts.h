/* SPDX-License-Identifier: Apache-2.0 */
/* Between kubectl.c, which sorts words into operands and flags, and the readers of verbs. */
#ifndef MN_KUBECTL_PARTS_H
#define MN_KUBECTL_PARTS_H

#include "simulator/scenario/kubectl.h"

typedef enum mn_flag {
#define FLAG(id, name, letter, value, verbs, help) MN_FLAG_##id,
#include "simulator/scenario/kubectl_flags.def"
#undef FLAG
    MN_FLAG_COUNT,
} mn_flag;

typedef struct mn_flag_value {
    bool set, on;     /* on: of a flag without a value */
    const char *text; /* the last one */
    size_t offset;    /* of that */
    mn_strings all;   /* each of them, of -f */
} mn_flag_value;

/* A line that is being read. */
typedef struct mn_line {
    mn_arena *arena;
    mn_verb verb;
    mn_flag_value flags[MN_FLAG_COUNT];
    const mn_line_word *operands; /* behind the verb */
    size_t count;
    mn_line_words rest; /* behind -- */
    size_t end;         /* where something that is missing is missing */
    size_t *fault;
    GError **error;
} mn_line;

/* Always false: sets the error, and the byte that it is about. */
bool mn_line_fail(const mn_line *line, size_t offset, mn_error code, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

/* " (did you mean \"taint\"?)", or "" when nothing is near. */
char *mn_line_hint(const char *found, const char *const *names, size_t count);

static inline bool mn_line_has(const mn_line *line, mn_flag flag)
{
    return line->flags[flag].set && (line->flags[flag].text != NULL || line->flags[flag].on);
}

/* A whole number from `min`; *out stays when the flag was not given. */
bool mn_line_number(const mn_line *line, mn_flag flag, int64_t min, int64_t *out);

/* "po", "pods", "Pod", "deployments.apps": false with a hint. */
bool mn_line_kind(const mn_line *line, const mn_line_word *word, mn_kind *out);

/* Operands from `first` on that name objects, `count` of them: KIND NAME..., KIND/NAME..., or
 * KIND with --all or -l. */
bool mn_line_targets(const mn_line *line, size_t first, size_t count, mn_targets *out);

/* The same where only nodes are meant: NAME... or node/NAME..., or -l. */
bool mn_line_nodes(const mn_line *line, size_t first, size_t count, mn_targets *out);

/* What the verb makes of its operands and flags. */
bool mn_line_read(const mn_line *line, mn_kubectl *out);

#endif
