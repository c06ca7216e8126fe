/* SPDX-License-Identifier: Apache-2.0 */
/* The small notations of our own kinds as JSON Schema. */
#ifndef SIMULATOR_NOTATION_H
#define SIMULATOR_NOTATION_H

#include "simulator/schema/schema.h"

/* Members of a schema whose object is begun. `words`: of WORD and WORDS, NULL-terminated.
 * AS_SHAPE takes anything and adds nothing. */
void mn_notation_put(mn_json_writer *json, mn_notation notation, const char *const *words);

#endif
