/* SPDX-License-Identifier: Apache-2.0 */
/* What a subcommand of `mullion` is.
 *
 * A command is one file in simulator/commands/ that defines one const struct, and one
 * row in commands.def. Parsing, --help, the manual page, docs/COMMANDS.md and the
 * shell completions are all made from the struct: there is nothing else to keep in
 * step.
 */
#ifndef SIMULATOR_COMMAND_H
#define SIMULATOR_COMMAND_H

#include "mullion/base/arena.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What the shell gets to see; the same for every command. */
typedef enum mn_exit {
    MN_EXIT_DONE = 0,
    MN_EXIT_NEGATIVE = 1, /* the question has a negative answer */
    MN_EXIT_USAGE = 2,
    MN_EXIT_INPUT = 3, /* a file is missing, malformed or too large */
    MN_EXIT_INTERNAL = 4,
} mn_exit;

/* What the command's argument struct holds for an option. */
typedef enum mn_option_kind {
    MN_OPTION_FLAG,   /* bool */
    MN_OPTION_CHOICE, /* int: index into choices; 0 when the option is not given */
    MN_OPTION_INT,    /* mn_opt_int, 0 or more */
    MN_OPTION_TEXT,   /* const char *: NULL when the option is not given */
    MN_OPTION_TEXTS,  /* mn_words: may be given several times */
} mn_option_kind;

/* What an option that may be given several times was given, in that order. */
typedef struct mn_words {
    const char *const *items;
    size_t count;
} mn_words;

typedef struct mn_option {
    const char *name;  /* "output", given as --output */
    const char *value; /* "FORMAT"; NULL for a flag */
    const char *help;
    const char *const *choices; /* CHOICE: NULL-terminated */
    const char *const *told;    /* what each choice means; NULL where they speak for themselves */
    size_t offset;              /* in the argument struct */
    mn_option_kind kind;
    char letter; /* 'o', or 0 */
} mn_option;

typedef struct mn_example {
    const char *line, *what;
} mn_example;

typedef struct mn_call mn_call;

typedef struct mn_command {
    const char *name;
    const char *summary;     /* one line, for the list of commands */
    const char *operands;    /* "FILE...", "[COMMAND]", "" */
    const char *description; /* paragraphs with "\n\n" between; wrapped when printed */
    const mn_example *examples;
    size_t example_count;
    const mn_option *options;
    size_t option_count;
    size_t args_size; /* of the argument struct, zeroed before options fill it */
    size_t operands_min, operands_max;
    /* What an operand may be, NULL-terminated; NULL: files, or nothing at all. */
    const char *const *(*operand_words)(void);
    mn_exit (*run)(mn_call *call);
} mn_command;

/* One use of a command. What it prints on standard output goes to `out` and is
 * written when it returns; complaints go to `err` at once, through mn_complain. */
struct mn_call {
    const mn_command *command;
    const char *program; /* as the user types it: "mullion", "kubectl mullion" */
    mn_arena *arena;
    const void *args; /* the command's argument struct */
    const char *const *operands;
    size_t operand_count;
    GString *out;
    FILE *err;
    bool out_is_terminal, no_color; /* NO_COLOR is in the environment */
    size_t columns;                 /* of the terminal; 0 when output is none */
    bool err_is_terminal;
    size_t err_columns;           /* as columns */
    struct mn_progress *progress; /* the line on `err` that is there meanwhile; NULL: none */
};

/* All commands, in the order of commands.def. */
const mn_command *const *mn_commands(size_t *count);
const mn_command *mn_command_find(const char *name);

/* Names of all commands, NULL-terminated: an operand_words. */
const char *const *mn_command_names(void);

/* "mullion: " + message + newline on call->err; control characters of foreign text
 * are shown, not sent to the terminal. */
void mn_complain(const mn_call *call, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* What --help prints. */
void mn_help_program(const char *program, GString *out);
void mn_help_command(const char *program, const mn_command *command, GString *out);

/* " (did you mean "x"?)", or "": what to say behind a name that nobody knows. */
const char *mn_did_you_mean(mn_arena *arena, const char *found, const char *const *names);

#endif
