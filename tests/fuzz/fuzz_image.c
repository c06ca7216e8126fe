/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an image reference, a runtime version and a Windows version. */
#include "mullion/os/image.h"

#include <glib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mn_str text = {.ptr = (const char *)data, .len = size};
    mn_win_version version;
    mn_image_verdict verdict = mn_image_judge(text);

    g_assert((verdict.os == MN_OS_UNKNOWN) == (verdict.strength == MN_STRENGTH_NONE));
    g_assert(verdict.rule != NULL || verdict.matched.len == 0);
    if (verdict.matched.len > 0)
        g_assert(verdict.matched.ptr >= text.ptr &&
                 verdict.matched.ptr + verdict.matched.len <= text.ptr + size);
    (void)mn_win_version_parse(text, &version);
    (void)mn_build_rule_of_runtime(text);
    (void)mn_image_matches("*/windows/*:*-ltsc20??", text);
    return 0;
}
