/* SPDX-License-Identifier: Apache-2.0 */
/* Writing YAML: a tree in block style, as kubectl prints it.
 *
 * What is printed reads back as the same tree, by YAML 1.1 and 1.2 alike: text that either
 * would take for something else is quoted.
 */
#ifndef SIMULATOR_YAML_PRINT_H
#define SIMULATOR_YAML_PRINT_H

#include "mullion/text/read.h"

#include <glib.h>
#include <stddef.h>

/* The value as lines, each indented by so many blanks; members in the order of the tree. */
void mn_yaml_print(const mn_at *value, size_t indent, GString *out);

/* The same of JSON text. One of more values than documents may have goes out as it is: JSON
 * is YAML, too. */
void mn_yaml_print_json(const char *json, size_t len, size_t depth, GString *out);

/* One string as YAML has it: plain where that is safe, else in double quotes. */
void mn_yaml_string(GString *out, const char *text);

#endif
