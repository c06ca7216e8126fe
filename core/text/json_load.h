/* SPDX-License-Identifier: Apache-2.0 */
/* Between document.c, which parses JSON, and document_walk.c, which finds it. */
#ifndef MN_JSON_LOAD_H
#define MN_JSON_LOAD_H

#include "mullion/base/error.h"
#include "mullion/base/str.h"

#include <jansson.h>
#include <stddef.h>

/* Where a JSON text is wrong, and our words for it. */
typedef struct mn_json_fault {
    mn_error code;
    size_t offset;
    char message[JSON_ERROR_TEXT_LENGTH];
} mn_json_fault;

/* One value and nothing behind it; NULL with *fault set. The caller owns it. */
json_t *mn_json_load(mn_str text, size_t max_depth, size_t max_values, mn_json_fault *fault);

void mn_json_fault_of_depth(size_t max_depth, mn_json_fault *fault);

#endif
