/* SPDX-License-Identifier: Apache-2.0 */
/* Where text came from: what an error message names. */
#ifndef MN_SOURCE_H
#define MN_SOURCE_H

#include <stddef.h>

/* Borrowed: whoever reads the file keeps name and bytes for as long as anything
 * decoded from them may still report an error. */
typedef struct mn_source {
    const char *name; /* as the user wrote it: "web.yaml", "-" for stdin */
    const char *bytes;
    size_t len;
} mn_source;

/* Both from 1, as editors count; a column is a byte. {0, 0}: unknown. */
typedef struct mn_position {
    size_t line, column;
} mn_position;

/* Of the byte at `offset`; looks at every byte before it, so for errors only. */
mn_position mn_source_position(const mn_source *source, size_t offset);

#endif
