/* SPDX-License-Identifier: Apache-2.0 */
/* Objects from text, for tests: what a user would have written in a file. */
#ifndef TESTS_SUPPORT_LOAD_H
#define TESTS_SUPPORT_LOAD_H

#include "mullion/model/objects.h"

/* Everything in the text, which must be well-formed: aborts when it is not. The source
 * is called "test.yaml". */
mn_objects *load_objects(const char *text);

/* The message of the error that the text gives; a failed assertion and "" when it
 * gives none. Free with g_free. */
char *load_error(const char *text);

/* The only Pod or Node of the text. */
const mn_pod *load_pod(const mn_objects *objects);
const mn_node *load_node(const mn_objects *objects);

#endif
