/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a selector, in the words of apimachinery's validation.
 *
 * The API server lets some of these through (Gt with a negative number in a preferred
 * term), so kube-scheduler meets them and prints them. */
#ifndef CORE_PLUGINS_REQUIREMENT_FAULTS_H
#define CORE_PLUGINS_REQUIREMENT_FAULTS_H

#include "mullion/model/selector.h"

#include <glib.h>

/* Appends owned texts such as `[0].matchExpressions[1].values[0][pool]: Invalid value:
 * ...`; `path` is "" or ends without a dot. */
void mn_requirement_faults(const mn_requirement *requirement, const char *path, GPtrArray *faults);

/* One fault as it is, several as "[a, b]"; NULL when there is none. */
char *mn_faults_join(const GPtrArray *faults);

/* The first fault of a LabelSelector, or NULL. */
char *mn_label_selector_fault(const mn_label_selector *selector);

#endif
