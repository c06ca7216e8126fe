/* SPDX-License-Identifier: Apache-2.0 */
/* A directory of a test's own. */
#ifndef TESTS_SUPPORT_SCRATCH_H
#define TESTS_SUPPORT_SCRATCH_H

#include "mullion/base/str.h"

/* Made under the system's temporary directory; remove it with scratch_remove(). */
char *scratch_new(void);
/* With everything in it; frees `folder`. */
void scratch_remove(char *folder);
/* Writes folder/name, directories between included; the path is the caller's. */
char *scratch_write(const char *folder, const char *name, mn_str bytes);

#endif
