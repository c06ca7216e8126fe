/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of one subcommand, by its table of options.
 *
 * As GNU tools read it: options anywhere among the operands, "--name value" and
 * "--name=value", "-o value" and "-ovalue", flags clustered, "--" ends the options,
 * "-" is an operand. Names are never abbreviated, so that a new option breaks no
 * script. The last of several wins, but where all of them count.
 */
#ifndef SIMULATOR_OPTIONS_H
#define SIMULATOR_OPTIONS_H

#include "simulator/command.h"

/* Rows of a command's table of options. */
#define MN_FLAG(type, member, long_name, short_name, text)           \
    {                                                                \
        .name = (long_name), .letter = (short_name), .help = (text), \
        .offset = offsetof(type, member), .kind = MN_OPTION_FLAG     \
    }
#define MN_CHOICE(type, member, long_name, short_name, meta, words, text)              \
    {                                                                                  \
        .name = (long_name), .letter = (short_name), .value = (meta), .help = (text),  \
        .choices = (words), .offset = offsetof(type, member), .kind = MN_OPTION_CHOICE \
    }
/* ... with a word on each choice, in the same order. */
#define MN_CHOICE_TOLD(type, member, long_name, short_name, meta, words, each, text)  \
    {                                                                                 \
        .name = (long_name), .letter = (short_name), .value = (meta), .help = (text), \
        .choices = (words), .told = (each), .offset = offsetof(type, member),         \
        .kind = MN_OPTION_CHOICE                                                      \
    }
#define MN_INT(type, member, long_name, short_name, meta, text)                       \
    {                                                                                 \
        .name = (long_name), .letter = (short_name), .value = (meta), .help = (text), \
        .offset = offsetof(type, member), .kind = MN_OPTION_INT                       \
    }
#define MN_TEXT(type, member, long_name, short_name, meta, text)                      \
    {                                                                                 \
        .name = (long_name), .letter = (short_name), .value = (meta), .help = (text), \
        .offset = offsetof(type, member), .kind = MN_OPTION_TEXT                      \
    }
/* ... given as often as one likes. */
#define MN_TEXTS(type, member, long_name, short_name, meta, text)                     \
    {                                                                                 \
        .name = (long_name), .letter = (short_name), .value = (meta), .help = (text), \
        .offset = offsetof(type, member), .kind = MN_OPTION_TEXTS                     \
    }

/* --help and -h, which every command has. */
extern const mn_option mn_option_help;

/* "table, json, wide" from a NULL-terminated list. */
char *mn_words_join(const char *const *words, const char *separator) G_GNUC_WARN_UNUSED_RESULT;

/* Reads what follows the command's name into call->args and call->operands, which live
 * in call->arena. *help: somebody asked for --help, and the rest was not checked.
 * False with UNKNOWN or SYNTAX. */
bool mn_options_parse(mn_call *call, size_t count, char *const *words, bool *help,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
