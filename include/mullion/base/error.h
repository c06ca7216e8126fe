/* SPDX-License-Identifier: Apache-2.0 */
/* The error domain of everything in core.
 *
 * Faults only. "This Pod does not fit here" is a verdict, never an error.
 * Messages are lower case, without a full stop, and say what was found and what
 * was expected.
 */
#ifndef MN_ERROR_H
#define MN_ERROR_H

#include <glib.h>

typedef enum mn_error {
    MN_ERROR_SYNTAX,  /* not JSON, not YAML, not a quantity */
    MN_ERROR_SCHEMA,  /* well-formed, but not the object we were promised */
    MN_ERROR_LIMIT,   /* larger, deeper or longer than we are willing to hold */
    MN_ERROR_UNKNOWN, /* names a plugin, strategy or report we do not have */
    MN_ERROR_IO,      /* a file or socket said no */
} mn_error;

#define MN_ERROR (mn_error_quark())
GQuark mn_error_quark(void);

#endif
