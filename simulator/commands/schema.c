/* SPDX-License-Identifier: Apache-2.0 */
/* `mullion schema`: what editors complete and check scenario files by. */
#include "simulator/schema/schema.h"

#include "simulator/command.h"

#include <string.h>

static mn_exit run(mn_call *call)
{
    size_t count;
    const mn_schema_root *roots = mn_schema_roots(&count);
    const char *name = call->operand_count == 0 ? roots[0].name : call->operands[0];
    for (size_t i = 0; i < count; i++) {
        if (strcmp(roots[i].name, name) == 0) {
            mn_schema_print(&roots[i], call->out);
            return MN_EXIT_DONE;
        }
    }
    return MN_EXIT_USAGE; /* operand_words let nothing else through */
}

static const mn_example examples[] = {
    {"mullion schema > ~/.local/share/mullion/scenario.schema.json",
     "for `# yaml-language-server: $schema=...` on top of a scenario"},
};

extern const mn_command mn_command_schema;
const mn_command mn_command_schema = {
    .name = "schema",
    .summary = "print the JSON Schema of scenario and strategy files",
    .operands = "[KIND]",
    .description =
        "Prints the JSON Schema of a kind of file that mullion reads besides Kubernetes objects; "
        "without a KIND, of scenarios. It is made from the very tables that these files are read "
        "by. Editors with a YAML language server complete and check files by it; `make install` "
        "puts it into share/mullion/schema/.",
    .examples = examples,
    .example_count = G_N_ELEMENTS(examples),
    .operands_max = 1,
    .operand_words = mn_schema_names,
    .run = run,
};
