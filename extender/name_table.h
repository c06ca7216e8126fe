/* SPDX-License-Identifier: Apache-2.0 */
/* Names to small numbers, built once, then only read: what 5,000 look-ups a request
 * go through. */
#ifndef EXT_NAME_TABLE_H
#define EXT_NAME_TABLE_H

#include "mullion/base/str.h"

#include <glib.h>
#include <stdint.h>

typedef struct ext_name_table ext_name_table;

#define EXT_NAME_UNKNOWN UINT32_MAX

/* names[i] gets the number i; of equal names the last. All together at most
 * 4 GiB; copied. */
ext_name_table *ext_name_table_new(const mn_str *names, uint32_t count);
void ext_name_table_free(ext_name_table *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ext_name_table, ext_name_table_free)

/* EXT_NAME_UNKNOWN when there is no such name. */
uint32_t ext_name_table_find(const ext_name_table *table, mn_str name);

/* For each of the names its value, values[number], or `unknown`. */
void ext_name_table_map(const ext_name_table *table, const mn_str *names, size_t count,
                        const uint16_t *values, uint16_t unknown, uint16_t *out);

#endif
