/* SPDX-License-Identifier: Apache-2.0 */
#include "generated/version.h"

#include "simulator/command.h"

static mn_exit run(mn_call *call)
{
    g_string_append(call->out, "mullion " MN_VERSION);
    if (*MN_COMMIT != '\0')
        g_string_append(call->out, " (" MN_COMMIT ")");
    g_string_append(call->out, "\nmodels kube-scheduler v1.34\n");
    return MN_EXIT_DONE;
}

extern const mn_command mn_command_version;
const mn_command mn_command_version = {
    .name = "version",
    .summary = "print the version, and which kube-scheduler is modelled",
    .operands = "",
    .description = "Prints the version of mullion, the commit it was built from, and the version "
                   "of kube-scheduler whose decisions it reproduces.",
    .run = run,
};
