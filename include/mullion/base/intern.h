/* SPDX-License-Identifier: Apache-2.0 */
/* Strings to small numbers and back, so that they compare as integers.
 *
 * Ids are dense and count up from 0 in order of arrival. Looking up does not add:
 * what a request says never grows a table that outlives it.
 */
#ifndef MN_INTERN_H
#define MN_INTERN_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

typedef struct mn_intern mn_intern;

#define MN_INTERN_NONE UINT32_MAX

mn_intern *mn_intern_new(void);
void mn_intern_free(mn_intern *intern);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mn_intern, mn_intern_free)

/* Adds what is new. */
uint32_t mn_intern_add(mn_intern *intern, const char *text);

/* MN_INTERN_NONE when it was never added. */
uint32_t mn_intern_find(const mn_intern *intern, const char *text);

/* Lives as long as the table; equal strings give the same pointer. */
const char *mn_intern_text(const mn_intern *intern, uint32_t id);

size_t mn_intern_count(const mn_intern *intern);

#endif
