/* SPDX-License-Identifier: Apache-2.0 */
/* What --help, the manual page and docs/COMMANDS.md say alike. */
#ifndef SIMULATOR_MANUAL_H
#define SIMULATOR_MANUAL_H

#include "simulator/command.h"

extern const char mn_manual_summary[];
extern const char mn_manual_description[];
extern const mn_example mn_manual_examples[];
extern const size_t mn_manual_example_count;

typedef struct mn_manual_exit {
    mn_exit status;
    const char *what;
} mn_manual_exit;

extern const mn_manual_exit mn_manual_exits[];
extern const size_t mn_manual_exit_count;

/* The help of an option, with the words that it takes. */
char *mn_manual_option_text(const mn_option *option) G_GNUC_WARN_UNUSED_RESULT;

/* Lines of examples say "mullion"; this is how the user calls it. */
char *mn_manual_example_line(const char *program,
                             const mn_example *example) G_GNUC_WARN_UNUSED_RESULT;

/* The whole manual in two formats. */
void mn_manual_roff(GString *out);
void mn_manual_markdown(GString *out);

#endif
