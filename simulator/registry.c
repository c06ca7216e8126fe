/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands. */
#include "simulator/command.h"

#include <string.h>

#define COMMAND(name) extern const mn_command mn_command_##name;
#include "simulator/commands.def"
#undef COMMAND

static const mn_command *const commands[] = {
#define COMMAND(name) &mn_command_##name,
#include "simulator/commands.def"
#undef COMMAND
};

static const char *const names[] = {
#define COMMAND(name) #name,
#include "simulator/commands.def"
#undef COMMAND
    NULL,
};

const mn_command *const *mn_commands(size_t *count)
{
    *count = G_N_ELEMENTS(commands);
    return commands;
}

const char *const *mn_command_names(void)
{
    return names;
}

const mn_command *mn_command_find(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    }
    return NULL;
}
