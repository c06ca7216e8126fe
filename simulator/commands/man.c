/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/manual.h"
#include "simulator/options.h"

typedef struct man_args {
    int format; /* index into formats */
} man_args;

static const char *const formats[] = {"roff", "markdown", NULL};

static const mn_option options[] = {
    MN_CHOICE(man_args, format, "format", 'f', "FORMAT", formats, "what to print it as"),
};

static mn_exit run(mn_call *call)
{
    const man_args *args = call->args;
    if (args->format == 0)
        mn_manual_roff(call->out);
    else
        mn_manual_markdown(call->out);
    return MN_EXIT_DONE;
}

static const mn_example examples[] = {
    {"mullion man | man -l -", "read it"},
};

extern const mn_command mn_command_man;
const mn_command mn_command_man = {
    .name = "man",
    .summary = "print the manual page",
    .operands = "",
    .description = "Prints the manual of all commands, made from the very table that the command "
                   "line is read by.",
    .examples = examples,
    .example_count = G_N_ELEMENTS(examples),
    .options = options,
    .option_count = G_N_ELEMENTS(options),
    .args_size = sizeof(man_args),
    .run = run,
};
