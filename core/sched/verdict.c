/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/sched/verdict.h"

#include "mullion/sched/plugin.h"

#include <stdarg.h>

const char *mn_code_name(mn_code code)
{
    switch (code) {
    case MN_CODE_SUCCESS:
        return "Success";
    case MN_CODE_ERROR:
        return "Error";
    case MN_CODE_UNSCHEDULABLE:
        return "Unschedulable";
    case MN_CODE_UNRESOLVABLE:
        return "UnschedulableAndUnresolvable";
    case MN_CODE_WAIT:
        return "Wait";
    case MN_CODE_SKIP:
        return "Skip";
    case MN_CODE_PENDING:
        return "Pending";
    }
    g_assert_not_reached();
}

mn_verdict mn_verdict_printf(mn_arena *arena, mn_code code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    const char **reasons = MN_ARENA_NEW(arena, const char *, 1);
    reasons[0] = mn_arena_strdup(arena, text);
    return (mn_verdict){.code = code, .reasons = reasons, .count = 1};
}
