/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the two enums that all of core/os shares. */
#include "mullion/os/os.h"

const char *mn_os_name(mn_os os)
{
    static const char *const names[] = {"unknown", "linux", "windows"};
    return names[os];
}

const char *mn_strength_name(mn_strength strength)
{
    static const char *const names[] = {"none", "weak", "medium", "strong", "decisive"};
    return names[strength];
}
