/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/command.h"

static mn_exit run(mn_call *call)
{
    if (call->operand_count == 0)
        mn_help_program(call->program, call->out);
    else
        mn_help_command(call->program, mn_command_find(call->operands[0]), call->out);
    return MN_EXIT_DONE;
}

extern const mn_command mn_command_help;
const mn_command mn_command_help = {
    .name = "help",
    .summary = "say what a command does",
    .operands = "[COMMAND]",
    .description = "Says what the command does and which options it has; without a command, lists "
                   "the commands.",
    .operands_max = 1,
    .operand_words = mn_command_names,
    .run = run,
};
