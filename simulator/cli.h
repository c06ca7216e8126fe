/* SPDX-License-Identifier: Apache-2.0 */
/* `mullion` without its main(): from words to an exit status. */
#ifndef SIMULATOR_CLI_H
#define SIMULATOR_CLI_H

#include "simulator/command.h"

/* Where a command writes, and what is known about it. */
typedef struct mn_terminal {
    GString *out;
    FILE *err;
    bool out_is_terminal, no_color;
    size_t columns; /* 0: no terminal */
    bool err_is_terminal;
    size_t err_columns;
} mn_terminal;

/* words[0] is the name that the program was called by; a name that begins with
 * "kubectl-" makes help speak of "kubectl mullion". */
mn_exit mn_cli_run(const mn_terminal *terminal, size_t count, char *const *words);

#endif
