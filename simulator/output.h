/* SPDX-License-Identifier: Apache-2.0 */
/* What commands that print for people share: the --color option, the page that they write on,
 * command lines to try next. */
#ifndef SIMULATOR_OUTPUT_H
#define SIMULATOR_OUTPUT_H

#include "simulator/command.h"
#include "simulator/options.h"
#include "simulator/reports/layout.h"

/* Indexes of the --color words. */
typedef enum mn_color_when { MN_COLOR_AUTO, MN_COLOR_ALWAYS, MN_COLOR_NEVER } mn_color_when;

extern const char *const mn_color_words[], *const mn_color_helps[];

#define MN_COLOR_OPTION(type, member) \
    MN_CHOICE_TOLD(                   \
        type, member, "color", 0, "WHEN", mn_color_words, mn_color_helps, "colours in the output")

/* Standard output: colours by --color, the terminal and NO_COLOR; as wide as the terminal. */
mn_page mn_page_of(const mn_call *call, int color);

/* Of a folder. */
#define MN_NO_MANIFESTS "holds no *.yaml, *.yml or *.json"

/* A blank and the word, quoted as a shell needs it. */
void mn_append_word(GString *line, const char *word);

/* "mullion run a.yaml 'b c.yaml'": the operands of this call with another command, or with a
 * single operand; quoted as a shell needs it. */
char *mn_command_line(const mn_call *call, const char *command) G_GNUC_WARN_UNUSED_RESULT;
char *mn_command_line_of(const mn_call *call, const char *command,
                         const char *operand) G_GNUC_WARN_UNUSED_RESULT;

#endif
