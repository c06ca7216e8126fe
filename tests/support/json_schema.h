/* SPDX-License-Identifier: Apache-2.0 */
/* As much of JSON Schema, draft 7, as our schemas use: an independent check of them. */
#ifndef TESTS_JSON_SCHEMA_H
#define TESTS_JSON_SCHEMA_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

/* False with `why` ("spec.nodePools.0.os: not one of the words") when the value does not
 * fit. A keyword that is not known here fails, too: nothing is taken on trust. */
bool json_schema_accepts(const json_t *schema, const json_t *value, GString *why);

#endif
